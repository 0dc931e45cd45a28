//! What a harness replies.

use serde_json::{Map, Value};

/// A reply to a question.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Reply {
    /// What the SDK gave back, in the form of the protocol.
    Returned(Value),
    /// The answer of the service as the SDK returned it, parsed.
    Answer(Value),
    /// The result of each account: the applied marks, or null if they are not known.
    Accounts(Map<String, Value>),
    /// The SDK's error.
    Raised { kind: String, message: String, code: Option<i64> },
    /// The result of a question that is not a call.
    Value(Value),
    /// The SDK cannot do it.
    Skipped { why: String, url: Option<String> },
    /// The harness itself failed.
    Failed { message: String },
}

/// The replies that are known, in the words of an error.
const KNOWN: &str = "`returned`, `answer`, `accounts`, `raised`, `value`, `skipped` or `failed`";

impl Reply {
    /// The reply of an object, whose id was checked; or what is wrong with it.
    pub(crate) fn of(object: &Map<String, Value>) -> Result<Self, String> {
        let mut fields = object.iter().filter(|(name, _)| *name != "id");
        let (Some((name, value)), None) = (fields.next(), fields.next()) else {
            return Err(format!("a reply has `id` and one of {KNOWN}"));
        };
        let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(match name.as_str() {
            "returned" => Self::Returned(value.clone()),
            "answer" => Self::Answer(value.clone()),
            "value" => Self::Value(value.clone()),
            "accounts" => match value {
                Value::Object(accounts) => Self::Accounts(accounts.clone()),
                _ => return Err("`accounts` must be an object of accounts and lists of marks".to_owned()),
            },
            "raised" => Self::Raised {
                kind: text("type"),
                message: text("message"),
                code: value.get("code").and_then(Value::as_i64),
            },
            "skipped" => Self::Skipped { why: text("why"), url: Some(text("url")).filter(|url| !url.is_empty()) },
            "failed" => Self::Failed { message: text("message") },
            _ => return Err(format!("`{name}` is not a reply: expected {KNOWN}")),
        })
    }
}

/// The start of a text that others wrote: what is longer is cut, and control characters are escaped.
pub(crate) fn excerpt(text: &str, characters_max: usize) -> String {
    let mut shown = String::new();
    for character in text.chars().take(characters_max) {
        match character {
            '"' | '\'' | '\\' => shown.push(character),
            other => shown.extend(other.escape_debug()),
        }
    }
    if text.chars().nth(characters_max).is_some() {
        shown.push('…');
    }
    shown
}

/// A request as the listener recorded it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Recorded {
    pub(crate) method: String,
    /// The path, without a slash in front.
    pub(crate) path: String,
    /// The query, without `?`.
    pub(crate) query: String,
    pub(crate) body: Vec<u8>,
}

/// All that was seen of a case.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Observation {
    pub(crate) replies: Vec<Reply>,
    pub(crate) requests: Vec<Recorded>,
}
