//! What this version does not know of an answer, kept.

use serde_json::value::RawValue;

/// Fields that this version does not know, kept as they came, in order, and written back behind those it knows.
///
/// Source: the gateway's overview (679/131707, 2026-05) says that fields may be added and must be put up with.
#[derive(Clone, Debug, Default)]
pub struct Extra(pub(crate) Vec<(String, Box<RawValue>)>);

impl Extra {
    /// The unknown fields, each with its value as JSON text.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.get()))
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Equal where names and values are written alike, in the same order.
impl PartialEq for Extra {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Extra {}

impl serde::Serialize for Extra {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}
