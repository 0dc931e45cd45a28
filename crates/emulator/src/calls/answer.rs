//! What a call is answered, in the order of fields of the pages' samples.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::state::Changes;
use crate::webhooks::{CallWebhook, Initiator};

/// An answer that serves the call, and what it made happen.
pub(crate) struct Reply {
    /// `ErrorInfo`
    info: &'static str,
    fields: Vec<(&'static str, Box<RawValue>)>,
    pub(super) changes: Changes,
    pub(super) initiator: Initiator,
    /// The webhooks that tell of the call.
    pub(super) tells: Vec<CallWebhook>,
}

impl Reply {
    /// The bare envelope.
    pub(super) fn ok() -> Self {
        Self {
            info: "",
            fields: Vec::new(),
            changes: Changes::default(),
            initiator: Initiator::Member,
            tells: Vec::new(),
        }
    }

    /// With this `ErrorInfo`, where a page has one for a call that is served.
    pub(super) const fn saying(mut self, info: &'static str) -> Self {
        self.info = info;
        self
    }

    /// With this field behind the others.
    pub(super) fn with(mut self, name: &'static str, value: impl Serialize) -> Self {
        // String keys and no failing parts: writing cannot fail.
        if let Ok(value) = serde_json::value::to_raw_value(&value) {
            self.fields.push((name, value));
        }
        self
    }

    /// It made this happen; who left has left in this way.
    pub(super) fn and(self, changes: Changes, initiator: Initiator) -> Self {
        Self { changes, initiator, ..self }
    }

    /// It is told to the app's server.
    pub(super) fn telling(mut self, webhook: Option<CallWebhook>) -> Self {
        self.tells.extend(webhook);
        self
    }

    pub(super) fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}

impl Serialize for Reply {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.fields.len() + 3))?;
        map.serialize_entry("ActionStatus", "OK")?;
        map.serialize_entry("ErrorInfo", self.info)?;
        map.serialize_entry("ErrorCode", &0)?;
        self.fields.iter().try_for_each(|(name, value)| map.serialize_entry(name, value))?;
        map.end()
    }
}

/// An object that keeps the order of its fields.
pub(super) struct Object(pub(super) Vec<(&'static str, Value)>);

impl Object {
    /// With those fields alone that are asked for; with all, where nothing is.
    pub(super) fn only(self, wanted: Option<&[&str]>) -> Self {
        let is_wanted = |name: &str| wanted.is_none_or(|wanted| wanted.contains(&name));
        Self(self.0.into_iter().filter(|(name, _)| is_wanted(name)).collect())
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        self.0.iter().try_for_each(|(name, value)| map.serialize_entry(name, value))?;
        map.end()
    }
}
