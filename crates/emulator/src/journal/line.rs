//! The lines of a journal. All but `clock`, `name` and `group_call` are scenario lines, and `docs/scenario.md` describes them.

use std::borrow::Cow;

use avmarks_rules::Presence;
use avmarks_service::Call;
use avmarks_spec::Reading as _;
use avmarks_spec::readings::{Random, TrailingComma};
use avmarks_spec::{GroupId, GroupType, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use super::state::ClockWire;
use crate::clock::Clock;

/// What every line has, and what tells the lines apart that are no scenario lines.
#[derive(Deserialize)]
pub(super) struct Head<'a> {
    #[serde(borrow)]
    pub(super) r#do: Cow<'a, str>,
}

/// A REST call that got past steps 1 to 5: `call` where the service has answered it, and `group_call` where the emulator
/// has, whose calls a scenario does not know.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CallLine<'a> {
    pub(super) at: u64,
    #[serde(borrow)]
    r#do: Cow<'a, str>,
    #[serde(borrow, rename = "as")]
    pub(super) identifier: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) path: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) raw: Cow<'a, str>,
}

/// The clock was set, moved, stopped or let run.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClockLine<'a> {
    at: u64,
    #[serde(borrow)]
    r#do: Cow<'a, str>,
    pub(super) clock: ClockWire,
}

/// A group that the control plane has created was given a name.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NameLine<'a> {
    at: u64,
    #[serde(borrow)]
    r#do: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) group: Cow<'a, str>,
    pub(super) name: String,
}

/// A call that the service has answered. A body that is no UTF-8 is written as an empty one: both are refused at the same step,
/// with nothing changed but the quota.
pub(crate) fn call(at: Timestamp, asked: &Call<'_>) -> Vec<u8> {
    call_line("call", at, asked)
}

/// A call that the emulator has answered itself (`groups.rs`), and that has changed something.
pub(crate) fn group_call(at: Timestamp, asked: &Call<'_>) -> Vec<u8> {
    call_line("group_call", at, asked)
}

fn call_line(r#do: &str, at: Timestamp, Call { identifier, path, body }: &Call<'_>) -> Vec<u8> {
    let raw = std::str::from_utf8(body).unwrap_or_default();
    json(&CallLine {
        at: at.as_millis(),
        r#do: Cow::Borrowed(r#do),
        identifier: Cow::Borrowed(identifier),
        path: Cow::Borrowed(path),
        raw: Cow::Borrowed(raw),
    })
}

pub(crate) fn clock(clock: &Clock) -> Vec<u8> {
    json(&ClockLine { at: clock.now().as_millis(), r#do: Cow::Borrowed("clock"), clock: clock.into() })
}

pub(crate) fn name(at: Timestamp, group: &GroupId, name: &str) -> Vec<u8> {
    let (group, name) = (Cow::Borrowed(group.as_str()), name.to_owned());
    json(&NameLine { at: at.as_millis(), r#do: Cow::Borrowed("name"), group, name })
}

pub(crate) fn create_group(at: Timestamp, group: &GroupId, kind: GroupType, owner: Option<&UserId>) -> Vec<u8> {
    #[derive(Serialize)]
    struct Create<'a> {
        at: u64,
        r#do: &'static str,
        group: &'a str,
        r#type: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        owner: Option<&'a str>,
    }
    let owner = owner.map(UserId::as_str);
    json(&Create { at: at.as_millis(), r#do: "create_group", group: group.as_str(), r#type: kind.name(), owner })
}

pub(crate) fn destroy_group(at: Timestamp, group: &GroupId) -> Vec<u8> {
    #[derive(Serialize)]
    struct Destroy<'a> {
        at: u64,
        r#do: &'static str,
        group: &'a str,
    }
    json(&Destroy { at: at.as_millis(), r#do: "destroy_group", group: group.as_str() })
}

/// That the policy is what [`crate::Settings::strict`] makes of it.
pub(crate) fn strict_policy(at: Timestamp) -> Vec<u8> {
    #[derive(Serialize)]
    struct Strict {
        at: u64,
        r#do: &'static str,
        random: &'static str,
        trailing_comma: &'static str,
    }
    let (random, trailing_comma) = (Random::Refuse.name(), TrailingComma::Strict.name());
    json(&Strict { at: at.as_millis(), r#do: "policy", random, trailing_comma })
}

pub(crate) fn tick(at: Timestamp) -> Vec<u8> {
    #[derive(Serialize)]
    struct Tick {
        at: u64,
        r#do: &'static str,
    }
    json(&Tick { at: at.as_millis(), r#do: "tick" })
}

pub(crate) fn presence(at: Timestamp, presence: Presence, group: &GroupId, accounts: &[UserId]) -> Vec<u8> {
    #[derive(Serialize)]
    struct Line<'a> {
        at: u64,
        r#do: &'static str,
        group: &'a str,
        accounts: Vec<&'a str>,
    }
    let r#do = match presence {
        Presence::Join => "join",
        Presence::Leave => "leave",
        Presence::Disconnect => "disconnect",
        Presence::Reconnect => "reconnect",
    };
    let accounts = accounts.iter().map(UserId::as_str).collect();
    json(&Line { at: at.as_millis(), r#do, group: group.as_str(), accounts })
}

fn json(line: &impl Serialize) -> Vec<u8> {
    // Names and numbers written into memory: this does not fail.
    serde_json::to_vec(line).unwrap_or_default()
}
