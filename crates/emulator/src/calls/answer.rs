//! What a call is answered, in the order of fields of the pages' samples.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::Value;

use super::field::Field;
use crate::state::Changes;
use crate::webhooks::{CallWebhook, Initiator};

/// Bytes that most answers fit into.
const ANSWER_BYTES: usize = 512;

/// An answer that serves the call, and what it made happen.
pub(crate) struct Reply {
    /// The object in JSON, without the brace that ends it.
    json: Vec<u8>,
    pub(super) changes: Changes,
    pub(super) initiator: Initiator,
    /// The webhooks about the call.
    pub(super) tells: Vec<CallWebhook>,
}

impl Reply {
    /// The bare envelope.
    pub(super) fn ok() -> Self {
        Self::ok_saying("")
    }

    /// The envelope with this `ErrorInfo`, if a page has one for a served call. It is written as it is.
    pub(super) fn ok_saying(info: &'static str) -> Self {
        let mut json = Vec::with_capacity(ANSWER_BYTES);
        json.extend_from_slice(br#"{"ActionStatus":"OK","ErrorInfo":""#);
        json.extend_from_slice(info.as_bytes());
        json.extend_from_slice(br#"","ErrorCode":0"#);
        Self { json, changes: Changes::default(), initiator: Initiator::Member, tells: Vec::new() }
    }

    /// With the fields that the answer must have, about nothing.
    pub(super) fn empty(fields: &[Field]) -> Self {
        let required = fields.iter().filter(|field| field.is_required);
        required.fold(Self::ok(), |reply, field| reply.with(field.name, field.empty()))
    }

    /// With this field behind the others. Its name is written as it is.
    pub(super) fn with(mut self, name: &'static str, value: impl Serialize) -> Self {
        self.json.push(b',');
        write_field(&mut self.json, name, &value);
        self
    }

    /// With a list behind the others, of which `write` writes each object.
    pub(super) fn with_objects<T>(
        mut self,
        name: &'static str,
        of: impl IntoIterator<Item = T>,
        mut write: impl FnMut(T, &mut ObjectWriter<'_>),
    ) -> Self {
        self.json.push(b',');
        write_name(&mut self.json, name);
        self.json.push(b'[');
        for (number, item) in of.into_iter().enumerate() {
            if number > 0 {
                self.json.push(b',');
            }
            let mut object = ObjectWriter { out: &mut self.json, is_empty: true };
            write(item, &mut object);
            object.end();
        }
        self.json.push(b']');
        self
    }

    /// It made this happen; who left has left in this way.
    pub(super) fn and(self, changes: Changes, initiator: Initiator) -> Self {
        Self { changes, initiator, ..self }
    }

    /// It is reported to the app's server.
    pub(super) fn telling(mut self, webhook: Option<CallWebhook>) -> Self {
        self.tells.extend(webhook);
        self
    }

    /// Ends the object and takes it out.
    pub(super) fn take_json(&mut self) -> Vec<u8> {
        self.json.push(b'}');
        std::mem::take(&mut self.json)
    }
}

/// The name of a field and a colon. None of our names needs JSON escapes. Inlined, because a copy of a known length is one or two
/// instructions.
#[inline(always)]
fn write_name(out: &mut Vec<u8>, name: &'static str) {
    out.push(b'"');
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}

#[inline(always)]
fn write_field<T: Serialize + ?Sized>(out: &mut Vec<u8>, name: &'static str, value: &T) {
    write_name(out, name);
    // String keys and no failing parts: writing cannot fail.
    let written = serde_json::to_writer(out, value);
    debug_assert!(written.is_ok(), "`{name}` cannot be written: {written:?}");
}

/// An object of an answer that is written field by field.
pub(super) struct ObjectWriter<'a> {
    out: &'a mut Vec<u8>,
    is_empty: bool,
}

impl ObjectWriter<'_> {
    /// Puts a field behind the others.
    #[inline(always)]
    pub(super) fn field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) {
        self.out.push(if self.is_empty { b'{' } else { b',' });
        self.is_empty = false;
        write_field(self.out, name, value);
    }

    fn end(self) {
        self.out.extend_from_slice(if self.is_empty { b"{}" } else { b"}" });
    }
}

/// An object that keeps the order of its fields.
pub(super) struct Object(pub(super) Vec<(&'static str, Value)>);

impl Object {
    /// With those fields alone that are asked for; with all, if nothing is.
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
