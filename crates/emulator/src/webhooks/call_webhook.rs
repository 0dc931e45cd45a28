//! Webhooks about a call: those before it takes effect, which it waits for, and those after it.

use avmarks_protocol::webhook::{Revision, TimeForm};
use avmarks_spec::Timestamp;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::Value;

use super::event::WebhookEvent;

/// A webhook about a call, with its fields in the order of the page's sample.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CallWebhook {
    pub(crate) event: WebhookEvent,
    pub(crate) at: Timestamp,
    fields: Vec<(&'static str, Value)>,
}

impl CallWebhook {
    /// Without fields of its own yet.
    pub(crate) const fn new(event: WebhookEvent, at: Timestamp) -> Self {
        Self { event, at, fields: Vec::new() }
    }

    /// With this field behind the others.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.fields.push((name, value.into()));
        self
    }

    /// With this field behind the others, if there is a value.
    pub(crate) fn with_some(self, name: &'static str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// `GroupId`; empty if it is about no group, or about one that is not there yet.
    pub(super) fn group_id(&self) -> &str {
        let group = self.fields.iter().find(|(name, _)| *name == "GroupId");
        group.and_then(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// The body. `EventTime` is written as in the other webhooks about groups of that revision.
    pub(super) fn to_json(&self, revision: Revision) -> Vec<u8> {
        // Strings and numbers alone, written into memory: this does not fail.
        serde_json::to_vec(&Body { webhook: self, revision }).unwrap_or_default()
    }

    /// About how much memory it takes beyond itself.
    pub(super) fn bytes(&self) -> usize {
        self.fields.iter().map(|(_, value)| size_of::<(&str, Value)>() + value.to_string().len()).sum()
    }
}

struct Body<'a> {
    webhook: &'a CallWebhook,
    revision: Revision,
}

impl Serialize for Body<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let CallWebhook { event, at, fields } = self.webhook;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("CallbackCommand", event.name())?;
        fields.iter().try_for_each(|(name, value)| map.serialize_entry(name, value))?;
        match self.revision.row().event_time {
            TimeForm::Integer => map.serialize_entry("EventTime", &at.as_millis())?,
            TimeForm::Text => map.serialize_entry("EventTime", &at.as_millis().to_string())?,
            _ => {}
        }
        map.end()
    }
}
