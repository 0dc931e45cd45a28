//! What a call is answered, in the order of fields of the pages' samples.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::Value;

use crate::state::Changes;
use crate::webhooks::{CallWebhook, Initiator};

/// Bytes that the fields of most answers fit into.
const FIELDS_BYTES: usize = 512;

/// An answer that serves the call, and what it made happen.
pub(crate) struct Reply {
    /// `ErrorInfo`
    info: &'static str,
    /// The fields behind the envelope in JSON, each with a comma in front.
    fields: Vec<u8>,
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

    /// With this field behind the others. Its name is written as it is.
    pub(super) fn with(mut self, name: &'static str, value: impl Serialize) -> Self {
        if self.fields.is_empty() {
            self.fields.reserve(FIELDS_BYTES);
        }
        let before = self.fields.len();
        self.fields.extend_from_slice(b",\"");
        self.fields.extend_from_slice(name.as_bytes());
        self.fields.extend_from_slice(b"\":");
        // String keys and no failing parts: writing cannot fail.
        if serde_json::to_writer(&mut self.fields, &value).is_err() {
            self.fields.truncate(before);
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
        let parts: [&[u8]; 5] =
            [br#"{"ActionStatus":"OK","ErrorInfo":""#, self.info.as_bytes(), br#"","ErrorCode":0"#, &self.fields, b"}"];
        parts.concat()
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
