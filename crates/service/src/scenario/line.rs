//! A line of a scenario, read strictly.

use std::borrow::Cow;
use std::fmt;

use avmarks_protocol::SdkAppId;
use avmarks_protocol::internal::{DuplicateField, Fields};
use avmarks_rules::{PROFILES, Policy, Presence};
use avmarks_spec::{Excerpt, Gap, GroupId, GroupType, Timestamp, UserId};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::Settings;

/// A line that is no valid input.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
#[non_exhaustive]
pub struct LineError {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong with it, and what would do.
    pub what: String,
}

impl LineError {
    pub(super) const fn new(line: u64, what: String) -> Self {
        Self { line, what }
    }
}

pub(super) struct Line<'a> {
    pub(super) at: Timestamp,
    pub(super) input: Input<'a>,
}

pub(super) enum Input<'a> {
    App(AppChange),
    Policy(Policy),
    CreateGroup { group: GroupId, kind: GroupType, owner: Option<UserId> },
    DestroyGroup { group: GroupId },
    Presence { presence: Presence, group: GroupId, accounts: Vec<UserId> },
    Call { identifier: Cow<'a, str>, path: Cow<'a, str>, body: Cow<'a, str> },
    Tick,
}

pub(super) struct AppChange {
    sdkappid: Option<SdkAppId>,
    admins: Option<Vec<String>>,
    marks_supported: Option<bool>,
    online_list_enabled: Option<bool>,
}

impl AppChange {
    pub(super) fn apply(self, settings: &mut Settings) {
        if let Some(sdkappid) = self.sdkappid {
            settings.sdkappid = sdkappid;
        }
        if let Some(admins) = self.admins {
            settings.admins = admins.into_iter().collect();
        }
        if let Some(supported) = self.marks_supported {
            settings.terms.marks_supported = supported;
        }
        if let Some(enabled) = self.online_list_enabled {
            settings.terms.online_list_enabled = enabled;
        }
    }
}

/// The latest time that a line may name: what a signed integer holds, so that no pin's end is beyond what can be said.
const AT_MAX: u64 = i64::MAX as u64;

const TO_DO: [&str; 10] =
    ["app", "policy", "create_group", "destroy_group", "join", "leave", "disconnect", "reconnect", "call", "tick"];

impl<'a> Line<'a> {
    /// The line of this text; what is wrong with it, where it is none. Ids are read under `policy`.
    pub(super) fn parse(text: &'a str, policy: &Policy) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Err("it is empty; each line must be a JSON object such as `{\"at\":0,\"do\":\"tick\"}`".to_owned());
        }
        let fields = serde_json::from_str(text).map_err(|fault: serde_json::Error| {
            if fault.is_data() {
                return "it must be a JSON object such as `{\"at\":0,\"do\":\"tick\"}`".to_owned();
            }
            // The line has a number of its own, which is not the 1 of the JSON reader.
            format!("it is not JSON: {}", fault.to_string().replace(" at line 1 column ", " at column "))
        })?;
        let mut fields = LineFields { fields, policy };
        let at: u64 = fields.require("at", "a whole number of milliseconds from 0 up")?;
        if at > AT_MAX {
            return Err(format!("`at` is `{at}`; it must be at most {AT_MAX}"));
        }
        let at = Timestamp::from_millis(at);
        let to_do: Cow<'_, str> = fields.text("do")?.ok_or_else(|| missing("do", "a string"))?;
        let input = match &*to_do {
            "app" => fields.app()?,
            "policy" => fields.policy()?,
            "create_group" => Input::CreateGroup {
                group: fields.group()?,
                kind: fields.group_type()?,
                owner: fields.text("owner")?.map(|owner| fields.user("owner", &owner)).transpose()?,
            },
            "destroy_group" => Input::DestroyGroup { group: fields.group()? },
            "join" => fields.presence(Presence::Join)?,
            "leave" => fields.presence(Presence::Leave)?,
            "disconnect" => fields.presence(Presence::Disconnect)?,
            "reconnect" => fields.presence(Presence::Reconnect)?,
            "call" => fields.call()?,
            "tick" => Input::Tick,
            other => return Err(format!("`do` is `{}`; there are {}", Excerpt(other), listed(&TO_DO))),
        };
        match fields.fields.names().next() {
            None => Ok(Self { at, input }),
            Some(name) => {
                // A gap's id is what answers and the ledger show; a line has the field of the policy.
                let meant = Gap::from_name(name).filter(|_| &*to_do == "policy").and_then(|gap| gap.row().field);
                let mend = meant.map_or("take it out".to_owned(), |field| format!("write `{field}`"));
                Err(format!("`{}` is not a field of a `{to_do}` line; {mend}", Excerpt(name)))
            }
        }
    }
}

/// The fields of a line that have not been read yet.
struct LineFields<'a, 'p> {
    fields: Fields<'a>,
    policy: &'p Policy,
}

impl<'a> LineFields<'a, '_> {
    fn app(&mut self) -> Result<Input<'a>, String> {
        let sdkappid = self.optional::<u64>("sdkappid", "a number")?;
        let sdkappid = sdkappid.map(SdkAppId::new).transpose().map_err(|fault| format!("`sdkappid`: {fault}"))?;
        Ok(Input::App(AppChange {
            sdkappid,
            admins: self.optional("admins", "a list of strings")?,
            marks_supported: self.optional("marks_supported", "true or false")?,
            online_list_enabled: self.optional("online_list_enabled", "true or false")?,
        }))
    }

    fn policy(&mut self) -> Result<Input<'a>, String> {
        let mut policy = *self.policy;
        if let Some(name) = self.text("profile")? {
            policy = Policy::profile(&name).ok_or_else(|| {
                let known: Vec<_> = PROFILES.iter().map(|profile| profile.name).collect();
                format!("`profile` is `{}`; there are {}", Excerpt(&name), listed(&known))
            })?;
        }
        for (gap, field) in Gap::choices() {
            if let Some(reading) = self.text(field)? {
                policy.set(gap, &reading).map_err(|fault| format!("`{field}` is `{}`: {fault}", Excerpt(&reading)))?;
            }
        }
        Ok(Input::Policy(policy))
    }

    fn presence(&mut self, presence: Presence) -> Result<Input<'a>, String> {
        let group = self.group()?;
        let one: Option<Cow<'_, str>> = self.text("account")?;
        let many: Option<Vec<Cow<'_, str>>> = self.optional("accounts", "a list of strings")?;
        let accounts = match (one, many) {
            (Some(account), None) => vec![self.user("account", &account)?],
            (None, Some(accounts)) => {
                let each = accounts.iter().enumerate();
                each.map(|(at, account)| self.user(&format!("accounts[{at}]"), account)).collect::<Result<_, _>>()?
            }
            _ => return Err("it must have either `account` or `accounts`".to_owned()),
        };
        Ok(Input::Presence { presence, group, accounts })
    }

    fn call(&mut self) -> Result<Input<'a>, String> {
        let identifier = self.text("as")?.unwrap_or(Cow::Borrowed("administrator"));
        let path = self.text("path")?.ok_or_else(|| missing("path", "a string"))?;
        let body = match (self.take("body")?, self.text("raw")?) {
            (Some(body), None) => Cow::Borrowed(body.get()),
            (None, Some(raw)) => raw,
            _ => {
                return Err(
                    "it must have either `body` (JSON) or `raw` (a string that holds the exact body)".to_owned()
                );
            }
        };
        Ok(Input::Call { identifier, path, body })
    }

    fn group(&mut self) -> Result<GroupId, String> {
        let group = self.text("group")?.ok_or_else(|| missing("group", "a string"))?;
        GroupId::parse(&group).map_err(|fault| format!("`group` is `{}`: {fault}", Excerpt(&group)))
    }

    fn group_type(&mut self) -> Result<GroupType, String> {
        let Some(name) = self.text("type")? else { return Ok(GroupType::AvChatRoom) };
        GroupType::from_name(&name).ok_or_else(|| {
            let known: Vec<_> = GroupType::ALL.iter().map(|kind| kind.name()).collect();
            format!("`type` is `{}`; there are {}", Excerpt(&name), listed(&known))
        })
    }

    fn user(&self, field: &str, text: &str) -> Result<UserId, String> {
        UserId::parse_as(text, self.policy.account_id)
            .map_err(|fault| format!("`{field}` is `{}`, which is no user id: {fault}", Excerpt(text)))
    }

    fn text(&mut self, name: &str) -> Result<Option<Cow<'a, str>>, String> {
        Ok(self.optional::<Text<'a>>(name, "a string")?.map(|text| text.0))
    }

    fn require<T: Deserialize<'a>>(&mut self, name: &str, wanted: &str) -> Result<T, String> {
        self.optional(name, wanted)?.ok_or_else(|| missing(name, wanted))
    }

    fn optional<T: Deserialize<'a>>(&mut self, name: &str, wanted: &str) -> Result<Option<T>, String> {
        let Some(value) = self.take(name)? else { return Ok(None) };
        match serde_json::from_str(value.get()) {
            Ok(value) => Ok(Some(value)),
            Err(_) => Err(format!("`{name}` is `{}`; it must be {wanted}", Excerpt(value.get()))),
        }
    }

    fn take(&mut self, name: &str) -> Result<Option<&'a RawValue>, String> {
        self.fields.take(name).map_err(|DuplicateField| format!("`{name}` is there more than once"))
    }
}

/// A string, borrowed where it has no escapes.
#[derive(Deserialize)]
#[serde(transparent)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

fn missing(name: &str, wanted: &str) -> String {
    format!("`{name}` is missing; it must be {wanted}")
}

/// The names in backticks, one after the other.
fn listed(names: &[&str]) -> impl fmt::Display {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
