//! Reading and writing the fields of a webhook's body.

use avmarks_spec::{Excerpt, Timestamp};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::envelope::to_json;
use crate::extra::Extra;
use crate::json::BodyError;
use crate::json::{self, DuplicateField, Fields, JsonType};

use super::member::WebhookMember;

/// Why the body of a webhook cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookError {
    /// It is not a JSON object.
    #[error(transparent)]
    Body(#[from] BodyError),
    /// It is of a webhook that is not read here.
    #[error("`{}` is not a webhook that changes members; acknowledge and ignore it", Excerpt(.found))]
    UnknownCommand {
        /// The `CallbackCommand` found.
        found: String,
    },
    /// It is of another webhook than the one that was asked for.
    #[error("`CallbackCommand` is `{}`, and must be `{wanted}`", Excerpt(.found))]
    OtherCommand {
        /// The `CallbackCommand` found.
        found: String,
        /// The one asked for.
        wanted: &'static str,
    },
    /// A field is missing.
    #[error("`{path}` is missing")]
    Missing {
        /// Where, as `NewMemberList[3].Member_Account`.
        path: String,
    },
    /// A field is duplicated.
    #[error("`{path}` is there more than once")]
    DuplicateField {
        /// The path of the field.
        path: String,
    },
    /// A field is of another type.
    #[error("`{path}` must be {wanted}, and is {found}")]
    Type {
        /// The path of the field.
        path: String,
        /// The expected type.
        wanted: &'static str,
        /// The actual type.
        found: &'static str,
    },
    /// `EventTime` is not a number of milliseconds since the Unix epoch.
    #[error("`EventTime` must be milliseconds since the Unix epoch, and is `{}`", Excerpt(.found))]
    Time {
        /// The value found.
        found: String,
    },
}

/// The fields of an object that have not been read, with its path.
pub(super) struct Body<'a> {
    path: String,
    fields: Fields<'a>,
}

/// The command of a webhook, and its other fields.
pub(super) fn command_of(body: &[u8]) -> Result<(String, Body<'_>), WebhookError> {
    let mut body = Body { path: String::new(), fields: json::Fields::parse(json::text(body)?)? };
    let command = body.text("CallbackCommand")?;
    Ok((command, body))
}

/// The fields of a webhook of this command.
pub(super) fn body_of<'a>(body: &'a [u8], wanted: &'static str) -> Result<Body<'a>, WebhookError> {
    match command_of(body)? {
        (command, body) if command == wanted => Ok(body),
        (found, _) => Err(WebhookError::OtherCommand { found, wanted }),
    }
}

impl<'a> Body<'a> {
    /// Takes a string out that must be there.
    pub(super) fn text(&mut self, name: &str) -> Result<String, WebhookError> {
        self.optional_text(name)?.ok_or_else(|| WebhookError::Missing { path: self.at(name) })
    }

    /// Takes a string out that may be there.
    pub(super) fn optional_text(&mut self, name: &str) -> Result<Option<String>, WebhookError> {
        let Some(value) = self.take(name)? else { return Ok(None) };
        match json::json_type(value) {
            JsonType::Text => self.read(name, value).map(Some),
            found => Err(WebhookError::Type { path: self.at(name), wanted: "a string", found: found.name() }),
        }
    }

    /// Takes a list of members out that must be there.
    pub(super) fn members(&mut self, name: &str) -> Result<Vec<WebhookMember>, WebhookError> {
        self.optional_members(name)?.ok_or_else(|| WebhookError::Missing { path: self.at(name) })
    }

    /// Takes a list of members out that may be there.
    pub(super) fn optional_members(&mut self, name: &str) -> Result<Option<Vec<WebhookMember>>, WebhookError> {
        let Some(value) = self.take(name)? else { return Ok(None) };
        if json::json_type(value) != JsonType::Array {
            let found = json::json_type(value).name();
            return Err(WebhookError::Type { path: self.at(name), wanted: "an array", found });
        }
        let items: Vec<&'a RawValue> = self.read(name, value)?;
        let member = |(at, item): (usize, &'a RawValue)| {
            let path = format!("{}[{at}]", self.at(name));
            if json::json_type(item) != JsonType::Object {
                return Err(WebhookError::Type { path, wanted: "an object", found: json::json_type(item).name() });
            }
            let mut item = Body { path, fields: json::Fields::parse(item.get())? };
            Ok(WebhookMember { account: item.text("Member_Account")?, extra: item.rest() })
        };
        items.into_iter().enumerate().map(member).collect::<Result<_, _>>().map(Some)
    }

    /// Takes `EventTime` out, an integer of milliseconds or a string of one, if it is there.
    pub(super) fn event_time(&mut self) -> Result<Option<Timestamp>, WebhookError> {
        let Some(value) = self.take("EventTime")? else { return Ok(None) };
        let text = match json::json_type(value) {
            JsonType::Integer => value.get().to_owned(),
            JsonType::Text => self.read("EventTime", value)?,
            found => {
                let wanted = "an integer or a string of one";
                return Err(WebhookError::Type { path: self.at("EventTime"), wanted, found: found.name() });
            }
        };
        match text.parse() {
            Ok(millis) if text.bytes().all(|b| b.is_ascii_digit()) => Ok(Some(Timestamp::from_millis(millis))),
            _ => Err(WebhookError::Time { found: text }),
        }
    }

    /// What has not been taken out.
    pub(super) fn rest(self) -> Extra {
        self.fields.rest()
    }

    fn take(&mut self, name: &str) -> Result<Option<&'a RawValue>, WebhookError> {
        self.fields.take(name).map_err(|DuplicateField| WebhookError::DuplicateField { path: self.at(name) })
    }

    /// Reads what is of the right kind; that fails where a string has half of a surrogate pair alone, or values are
    /// nested too deep.
    fn read<T: serde::Deserialize<'a>>(&self, name: &str, value: &'a RawValue) -> Result<T, WebhookError> {
        let error = |error| WebhookError::Body(BodyError::NotJson { what: format!("in `{}`: {error}", self.at(name)) });
        serde_json::from_str(value.get()).map_err(|found: serde_json::Error| error(found))
    }

    fn at(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }
}

/// Writes a body field by field.
pub(super) struct Written(Vec<u8>);

impl Written {
    /// A body that begins with its `CallbackCommand`.
    pub(super) fn of(command: &str) -> Self {
        Self(Vec::new()).with("CallbackCommand", command)
    }

    /// Appends a field.
    pub(super) fn with(mut self, name: &str, value: impl Serialize) -> Self {
        self.0.push(if self.0.is_empty() { b'{' } else { b',' });
        self.0.extend(to_json(&name));
        self.0.push(b':');
        self.0.extend(to_json(&value));
        self
    }

    /// Appends a field, if there is a value.
    pub(super) fn with_some(self, name: &str, value: Option<impl Serialize>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// The whole body, unknown fields last.
    pub(super) fn end(self, extra: &Extra) -> Vec<u8> {
        let mut whole = extra.fields().fold(self, |body, (name, value)| body.with(name, value)).0;
        whole.push(b'}');
        whole
    }
}
