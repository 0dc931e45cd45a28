//! Unknown fields of an answer, which are stored.

use core::fmt;
use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::cursor::Cursor;

/// Fields that this version does not know, kept as they came, in order, and written back behind those it knows.
///
/// Source: the gateway's overview (679/131707, 2026-05) says that fields may be added and must be put up with.
#[derive(Clone, Default)]
pub struct Extra(Vec<Field>);

/// A field: its name, and behind it its value as JSON text.
#[derive(Clone)]
struct Field {
    text: Box<str>,
    name_bytes: usize,
}

impl Field {
    fn new(name: &str, json: &str) -> Self {
        let mut text = String::with_capacity(name.len() + json.len());
        text.push_str(name);
        text.push_str(json);
        Self { text: text.into(), name_bytes: name.len() }
    }

    fn parts(&self) -> (&str, &str) {
        self.text.split_at_checked(self.name_bytes).unwrap_or_default()
    }
}

impl Extra {
    /// The unknown fields, each with its value as JSON text.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(Field::parts)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same, each value to be written as it came.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, Json<'_>)> {
        self.iter().map(|(name, json)| (name, Json(json)))
    }

    /// These fields.
    pub(crate) fn of<'a>(fields: impl IntoIterator<Item = (Cow<'a, str>, &'a RawValue)>) -> Self {
        Self(fields.into_iter().map(|(name, value)| Field::new(&name, value.get())).collect())
    }

    /// Adds the field whose name starts at the cursor, which is then behind it. None if its name has an escape, or there is no
    /// field.
    pub(crate) fn keep<'a>(&mut self, mut cursor: Cursor<'a>) -> Option<Cursor<'a>> {
        let name = cursor.name()?;
        let field = Field::new(name, cursor.value()?);
        if self.0.is_empty() {
            // There is seldom a second one.
            self.0.reserve_exact(1);
        }
        self.0.push(field);
        Some(cursor)
    }
}

/// Equal where names and values are written alike, in the same order.
impl PartialEq for Extra {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Extra {}

impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl serde::Serialize for Extra {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.fields())
    }
}

/// JSON text, written as it is.
pub(crate) struct Json<'a>(&'a str);

impl serde::Serialize for Json<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serde_json::from_str::<&RawValue>(self.0).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}
