//! A line of a scenario, read strictly.

use std::borrow::Cow;
use std::fmt;

use avmarks_protocol::SdkAppId;
use avmarks_protocol::internal::{DuplicateField, Fields};
use avmarks_rules::{PROFILES, Policy, Presence};
use avmarks_spec::{Excerpt, Gap, GroupId, GroupType, Quoted, Timestamp, UserId};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

/// A text that is not a line of a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LineError {
    /// The number of the line in its scenario, from 1; `None` for a line by itself.
    pub line: Option<u64>,
    /// The problem, and the expected form.
    pub message: String,
}

impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.line.map_or(Ok(()), |line| write!(f, "line {line}: "))?;
        f.write_str(&self.message)
    }
}

impl std::error::Error for LineError {}

/// An input of a scenario, and its time: what one line says. `docs/scenario.md` of the project has the format.
///
/// ```
/// use avmarks_service::rules::Policy;
/// use avmarks_service::scenario::{Input, Line};
///
/// let text = r#"{"at":5,"do":"join","group":"g","account":"u"}"#;
/// let line = Line::parse(text, &Policy::default())?;
/// assert_eq!(line.at.as_millis(), 5);
/// assert!(matches!(&line.input, Input::Presence { accounts, .. } if accounts.len() == 1));
/// let written = String::from_utf8(line.to_json()).unwrap();
/// assert_eq!(written, r#"{"at":5,"do":"join","group":"g","accounts":["u"]}"#);
/// assert_eq!(Line::parse(&written, &Policy::default())?, line);
/// # Ok::<(), avmarks_service::scenario::LineError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// The time, in milliseconds since the Unix epoch.
    pub at: Timestamp,
    /// The input at that time.
    pub input: Input<'a>,
}

/// The input of a [`Line`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Input<'a> {
    /// `app`: changes settings of the app; `None` leaves a setting unchanged.
    App {
        /// The SDKAppID.
        sdkappid: Option<SdkAppId>,
        /// The identifiers of all app admins.
        admins: Option<Vec<String>>,
        /// Whether the plan includes marks (`PLAN`).
        marks_supported: Option<bool>,
        /// Whether the online list is switched on in the console (`SWITCH`).
        online_list_enabled: Option<bool>,
    },
    /// `policy`: the policy from now on, whole.
    Policy(Policy),
    /// `create_group`: nothing where the group exists.
    CreateGroup {
        /// The id.
        group: GroupId,
        /// The type.
        kind: GroupType,
        /// The owner; none for a group of the app itself.
        owner: Option<UserId>,
    },
    /// `destroy_group`: does nothing if the group does not exist.
    DestroyGroup {
        /// The id.
        group: GroupId,
    },
    /// `join`, `leave`, `disconnect` or `reconnect`.
    Presence {
        /// Which of them.
        presence: Presence,
        /// The group.
        group: GroupId,
        /// The accounts, in order.
        accounts: Vec<UserId>,
    },
    /// `call`: a REST call that has passed the signature.
    Call {
        /// Who calls (`as`).
        identifier: Cow<'a, str>,
        /// The path of the call.
        path: Cow<'a, str>,
        /// The body, to the byte.
        body: Cow<'a, [u8]>,
    },
    /// `tick`: time passes.
    Tick,
}

const TO_DO: [&str; 10] =
    ["app", "policy", "create_group", "destroy_group", "join", "leave", "disconnect", "reconnect", "call", "tick"];

impl<'a> Line<'a> {
    /// Reads a line, without a line break at its end. `policy` is the one in force: ids are read under it, and a `policy` line
    /// starts from it.
    ///
    /// # Errors
    ///
    /// [`LineError`] without a number where the text is not a valid input.
    pub fn parse(text: &'a str, policy: &Policy) -> Result<Self, LineError> {
        Self::read(text, policy).map_err(|message| LineError { line: None, message })
    }

    /// The line as text that [`Line::parse`] reads as the same line, without a line break. A `policy` line names every
    /// choice.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        // String keys, and no part that can fail: writing into memory does not.
        let json = serde_json::to_vec(self);
        debug_assert!(json.is_ok(), "a line could not be written: {json:?}");
        json.unwrap_or_default()
    }

    fn read(text: &'a str, policy: &Policy) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Err("it is empty; each line must be a JSON object such as `{\"at\":0,\"do\":\"tick\"}`".to_owned());
        }
        let fields = serde_json::from_str(text).map_err(|error: serde_json::Error| {
            if error.is_data() {
                return "it must be a JSON object such as `{\"at\":0,\"do\":\"tick\"}`".to_owned();
            }
            // The line has a number of its own, which is not the 1 of the JSON reader.
            format!("it is not JSON: {}", error.to_string().replace(" at line 1 column ", " at column "))
        })?;
        let mut fields = LineFields { fields, policy };
        let at: u64 = fields.require("at", "a whole number of milliseconds from 0 up")?;
        let at = Timestamp::new(at).map_err(|error| format!("`at` is `{at}`; {error}"))?;
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
            other => return Err(format!("`do` is `{}`; there are {}", Excerpt(other), Quoted(TO_DO.iter()))),
        };
        match fields.fields.names().next() {
            None => Ok(Self { at, input }),
            Some(name) => {
                // Answers and the ledger have the id of a gap; a line has the field of the policy.
                let meant = Gap::from_name(name).filter(|_| &*to_do == "policy").and_then(|gap| gap.field());
                let hint = meant.map_or("take it out".to_owned(), |field| format!("write `{field}`"));
                Err(format!("`{}` is not a field of a `{to_do}` line; {hint}", Excerpt(name)))
            }
        }
    }
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut line = serializer.serialize_map(None)?;
        line.serialize_entry("at", &self.at.as_millis())?;
        line.serialize_entry("do", self.input.name())?;
        match &self.input {
            Input::App { sdkappid, admins, marks_supported, online_list_enabled } => {
                if let Some(sdkappid) = sdkappid {
                    line.serialize_entry("sdkappid", &sdkappid.number())?;
                }
                if let Some(admins) = admins {
                    line.serialize_entry("admins", admins)?;
                }
                if let Some(supported) = marks_supported {
                    line.serialize_entry("marks_supported", supported)?;
                }
                if let Some(enabled) = online_list_enabled {
                    line.serialize_entry("online_list_enabled", enabled)?;
                }
            }
            Input::Policy(policy) => {
                for (gap, field) in Gap::choices() {
                    line.serialize_entry(field, policy.reading(gap))?;
                }
            }
            Input::CreateGroup { group, kind, owner } => {
                line.serialize_entry("group", group.as_str())?;
                line.serialize_entry("type", kind.name())?;
                if let Some(owner) = owner {
                    line.serialize_entry("owner", owner.as_str())?;
                }
            }
            Input::DestroyGroup { group } => line.serialize_entry("group", group.as_str())?,
            Input::Presence { group, accounts, .. } => {
                line.serialize_entry("group", group.as_str())?;
                line.serialize_entry("accounts", &accounts.iter().map(UserId::as_str).collect::<Vec<_>>())?;
            }
            Input::Call { identifier, path, body } => {
                line.serialize_entry("as", identifier)?;
                line.serialize_entry("path", path)?;
                match std::str::from_utf8(body) {
                    Ok(text) => line.serialize_entry("raw", text)?,
                    Err(_) => line.serialize_entry("raw_b64", &STANDARD.encode(body))?,
                }
            }
            Input::Tick => {}
        }
        line.end()
    }
}

impl Input<'_> {
    /// The value of `do`.
    const fn name(&self) -> &'static str {
        match self {
            Self::App { .. } => "app",
            Self::Policy(_) => "policy",
            Self::CreateGroup { .. } => "create_group",
            Self::DestroyGroup { .. } => "destroy_group",
            Self::Presence { presence: Presence::Join, .. } => "join",
            Self::Presence { presence: Presence::Leave, .. } => "leave",
            Self::Presence { presence: Presence::Disconnect, .. } => "disconnect",
            Self::Presence { presence: Presence::Reconnect, .. } => "reconnect",
            Self::Call { .. } => "call",
            Self::Tick => "tick",
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
        let app = |number| SdkAppId::new(number).map_err(|error| format!("`sdkappid` is `{number}`; {error}"));
        let sdkappid = sdkappid.map(app).transpose()?;
        Ok(Input::App {
            sdkappid,
            admins: self.optional("admins", "a list of strings")?,
            marks_supported: self.optional("marks_supported", "true or false")?,
            online_list_enabled: self.optional("online_list_enabled", "true or false")?,
        })
    }

    fn policy(&mut self) -> Result<Input<'a>, String> {
        let mut policy = *self.policy;
        if let Some(name) = self.text("profile")? {
            policy = Policy::profile(&name).ok_or_else(|| {
                let known = Quoted(PROFILES.iter().map(|profile| profile.name));
                format!("`profile` is `{}`; there are {known}", Excerpt(&name))
            })?;
        }
        for (gap, field) in Gap::choices() {
            if let Some(reading) = self.text(field)? {
                policy.set(gap, &reading).map_err(|error| format!("`{field}` is `{}`: {error}", Excerpt(&reading)))?;
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
        let body = match (self.take("body")?, self.text("raw")?, self.text("raw_b64")?) {
            (Some(body), None, None) => Cow::Borrowed(body.get().as_bytes()),
            (None, Some(Cow::Borrowed(raw)), None) => Cow::Borrowed(raw.as_bytes()),
            (None, Some(Cow::Owned(raw)), None) => Cow::Owned(raw.into_bytes()),
            (None, None, Some(base64)) => Cow::Owned(STANDARD.decode(base64.as_bytes()).map_err(|error| {
                format!("`raw_b64` is `{}`, which is not base64 with padding: {error}", Excerpt(&base64))
            })?),
            _ => {
                return Err(
                    "it must have one of `body` (JSON), `raw` (a string that holds the exact body) and `raw_b64` (its bytes in base64)"
                        .to_owned(),
                );
            }
        };
        Ok(Input::Call { identifier, path, body })
    }

    fn group(&mut self) -> Result<GroupId, String> {
        let group = self.text("group")?.ok_or_else(|| missing("group", "a string"))?;
        GroupId::parse(&group).map_err(|error| format!("`group` is `{}`: {error}", Excerpt(&group)))
    }

    fn group_type(&mut self) -> Result<GroupType, String> {
        let Some(name) = self.text("type")? else { return Ok(GroupType::AvChatRoom) };
        GroupType::from_name(&name)
            .ok_or_else(|| format!("`type` is `{}`; there are {}", Excerpt(&name), Quoted(GroupType::ALL.iter())))
    }

    fn user(&self, field: &str, text: &str) -> Result<UserId, String> {
        UserId::parse_as(text, self.policy.account_id)
            .map_err(|error| format!("`{field}` is `{}`, which is no user id: {error}", Excerpt(text)))
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

/// A string, borrowed if it has no escapes.
#[derive(Deserialize)]
#[serde(transparent)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

fn missing(name: &str, wanted: &str) -> String {
    format!("`{name}` is missing; it must be {wanted}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_it_was_written() {
        let lines = [
            r#"{"at":0,"do":"app","sdkappid":1400000001,"admins":["a","b"],"marks_supported":false,"online_list_enabled":true}"#,
            r#"{"at":0,"do":"app"}"#,
            r#"{"at":1,"do":"policy","profile":"2023","page_size":"250"}"#,
            r#"{"at":2,"do":"create_group","group":"@TGS#a","type":"Public","owner":"o"}"#,
            r#"{"at":2,"do":"create_group","group":"g"}"#,
            r#"{"at":3,"do":"destroy_group","group":"g"}"#,
            r#"{"at":4,"do":"join","group":"g","account":"u"}"#,
            r#"{"at":4,"do":"leave","group":"g","accounts":[]}"#,
            r#"{"at":4,"do":"disconnect","group":"g","accounts":["u","v"]}"#,
            r#"{"at":4,"do":"reconnect","group":"g","accounts":["v"]}"#,
            r#"{"at":5,"do":"call","path":"v4/x","body":{"GroupId":"\u00e9"}}"#,
            r#"{"at":5,"do":"call","as":"u\"","path":"v4/x","raw":"\n{]"}"#,
            r#"{"at":5,"do":"call","path":"v4/x","raw_b64":"/wB7"}"#,
            r#"{"at":5,"do":"call","path":"v4/x","raw_b64":"e30="}"#,
            r#"{"at":9007199254740991,"do":"tick"}"#,
        ];
        for text in lines {
            let line = Line::parse(text, &Policy::default()).unwrap_or_else(|error| panic!("{text}: {error}"));
            let written = String::from_utf8(line.to_json()).unwrap();
            // Whatever the policy in force: a line that was written holds all that it needs.
            let mut policy = Policy::default();
            policy.trailing_comma = avmarks_spec::readings::TrailingComma::Accept;
            assert_eq!(Line::parse(&written, &policy).as_ref(), Ok(&line), "{written}");
            assert!(!written.contains('\n'), "{written}");
        }
    }
}
