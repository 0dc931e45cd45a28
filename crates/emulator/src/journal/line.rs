//! The lines that only the emulator has, in addition to the scenario lines: `clock`, `name` and `group_call`.

use std::borrow::Cow;

use avmarks_protocol::internal::json_object;
use avmarks_rules::Policy;
use avmarks_service::scenario::{Input, Line};
use avmarks_spec::{GroupId, Timestamp};
use serde::{Deserialize, Serialize};

use super::wire::ClockWire;
use crate::authorized_call::AuthorizedCall;
use crate::clock::Clock;

/// A line of a journal.
pub(crate) enum Record<'a> {
    Scenario(Line<'a>),
    Own(OwnLine),
}

impl<'a> Record<'a> {
    /// The line of this text. `policy` is the one in force when it was written.
    pub(crate) fn parse(text: &'a str, policy: &Policy) -> Result<Self, String> {
        match OwnLine::parse(text)? {
            Some(own) => Ok(Self::Own(own)),
            None => Line::parse(text, policy).map(Self::Scenario).map_err(|error| error.to_string()),
        }
    }
}

/// A line that no scenario has.
pub(crate) enum OwnLine {
    /// The clock was set, moved, stopped or let run.
    Clock(Clock),
    /// A group that the control API has created was given a name.
    Name { group: GroupId, name: String },
    /// A call that the emulator has answered itself (`groups.rs`), and that has changed something.
    /// `strict` as it was then: another start must take it in alike.
    GroupCall { at: Timestamp, identifier: String, path: String, body: String, strict: bool },
}

/// What distinguishes the lines.
#[derive(Deserialize)]
struct Head<'a> {
    #[serde(borrow)]
    r#do: Cow<'a, str>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockLine<'a> {
    at: u64,
    #[serde(borrow)]
    r#do: Cow<'a, str>,
    clock: ClockWire,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct NameLine<'a> {
    at: u64,
    #[serde(borrow)]
    r#do: Cow<'a, str>,
    #[serde(borrow)]
    group: Cow<'a, str>,
    #[serde(borrow)]
    name: Cow<'a, str>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupCallLine<'a> {
    at: u64,
    #[serde(borrow)]
    r#do: Cow<'a, str>,
    #[serde(borrow, rename = "as")]
    identifier: Cow<'a, str>,
    #[serde(borrow)]
    path: Cow<'a, str>,
    #[serde(borrow)]
    raw: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    strict: bool,
}

/// The scenario line of a call that the service has answered. A body that is not UTF-8 becomes an empty one.
pub(crate) fn call_line<'a>(at: Timestamp, call: &AuthorizedCall<'a>) -> Line<'a> {
    let AuthorizedCall { identifier, path, body } = call;
    let body = std::str::from_utf8(body).unwrap_or_default();
    let (identifier, path) = (Cow::Borrowed(*identifier), Cow::Borrowed(*path));
    Line { at, input: Input::Call { identifier, path, body: Cow::Borrowed(body.as_bytes()) } }
}

impl OwnLine {
    pub(crate) fn clock(clock: &Clock) -> Vec<u8> {
        json(&ClockLine { at: clock.now().as_millis(), r#do: "clock".into(), clock: clock.into() })
    }

    pub(crate) fn name(at: Timestamp, group: GroupId, name: &str) -> Vec<u8> {
        json(&NameLine { at: at.as_millis(), r#do: "name".into(), group: group.as_str().into(), name: name.into() })
    }

    pub(crate) fn group_call(
        at: Timestamp,
        AuthorizedCall { identifier, path, body }: &AuthorizedCall<'_>,
        strict: bool,
    ) -> Vec<u8> {
        let raw = std::str::from_utf8(body).unwrap_or_default().into();
        let (identifier, path) = (Cow::Borrowed(*identifier), Cow::Borrowed(*path));
        json(&GroupCallLine { at: at.as_millis(), r#do: "group_call".into(), identifier, path, raw, strict })
    }

    /// The line of this text; nothing if it is not one of these.
    fn parse(text: &str) -> Result<Option<Self>, String> {
        let json = text.as_bytes();
        let head: Head<'_> = json_object(json)?;
        Ok(Some(match &*head.r#do {
            "clock" => {
                let line: ClockLine<'_> = json_object(json)?;
                Self::Clock(line.clock.into())
            }
            "name" => {
                let line: NameLine<'_> = json_object(json)?;
                let group = GroupId::parse(&line.group).map_err(|error| error.to_string())?;
                Self::Name { group, name: line.name.into_owned() }
            }
            "group_call" => {
                let GroupCallLine { at, identifier, path, raw, strict, .. } = json_object(json)?;
                Self::GroupCall {
                    at: Timestamp::new(at).map_err(|error| format!("`at` is {at}; {error}"))?,
                    identifier: identifier.into_owned(),
                    path: path.into_owned(),
                    body: raw.into_owned(),
                    strict,
                }
            }
            _ => return Ok(None),
        }))
    }
}

fn json(line: &impl Serialize) -> Vec<u8> {
    // Names and numbers written into memory: this does not fail.
    serde_json::to_vec(line).unwrap_or_default()
}
