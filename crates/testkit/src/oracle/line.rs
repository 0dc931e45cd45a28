//! One line of a scenario, and which lines are valid.

use avmarks_spec::GroupType;
use avmarks_spec::readings::TrailingComma;

use super::ids::{is_account_id, is_group_id};
use super::json::{Json, Value, whole};
use super::policy::Policy;
use crate::raw_b64;

/// A valid line.
pub(super) struct Line {
    pub(super) at: u64,
    pub(super) input: Input,
}

/// What a line says.
pub(super) enum Input {
    App { sdkappid: Option<u64>, admins: Option<Vec<String>>, marks: Option<bool>, online_list: Option<bool> },
    Policy(Policy),
    CreateGroup { group: String, kind: GroupType, owner: Option<String> },
    DestroyGroup { group: String },
    Presence { change: Change, group: String, accounts: Vec<String> },
    Call(Call),
    Tick,
}

/// A change of presence.
#[derive(Clone, Copy)]
pub(super) enum Change {
    Join,
    Leave,
    Disconnect,
    Reconnect,
}

/// One REST call.
pub(super) struct Call {
    pub(super) caller: String,
    pub(super) path: String,
    pub(super) body: String,
}

/// A number of a line: digits alone, so that `-0` is refused.
fn number(value: Value<'_>) -> Option<u64> {
    value.integer().filter(|digits| !digits.starts_with('-')).and_then(whole)
}

/// Reads a line under the policy in force.
pub(super) fn read(line: &str, policy: &Policy) -> Result<Line, String> {
    let json = Json::read(line, TrailingComma::Strict).ok_or("the line is not JSON")?;
    let mut fields = Fields::of(json.root())?;
    let at = fields.wanted("at", |value| number(value).filter(|at| *at < 1 << 53))?;
    let action = fields.wanted("do", text)?;
    let input = match action.as_str() {
        "app" => Input::App {
            sdkappid: fields.optional("sdkappid", |value| number(value).filter(|id| *id > 0))?,
            admins: fields.optional("admins", texts)?,
            marks: fields.optional("marks_supported", Value::truth)?,
            online_list: fields.optional("online_list_enabled", Value::truth)?,
        },
        "policy" => Input::Policy(read_policy(&mut fields, policy)?),
        "create_group" => Input::CreateGroup {
            group: read_group(&mut fields)?,
            kind: fields
                .optional("type", |value| GroupType::from_name(value.text()?))?
                .unwrap_or(GroupType::AvChatRoom),
            owner: fields.optional("owner", |value| text(value).filter(|owner| is_account_id(owner, policy)))?,
        },
        "destroy_group" => Input::DestroyGroup { group: read_group(&mut fields)? },
        "join" => read_presence(Change::Join, &mut fields, policy)?,
        "leave" => read_presence(Change::Leave, &mut fields, policy)?,
        "disconnect" => read_presence(Change::Disconnect, &mut fields, policy)?,
        "reconnect" => read_presence(Change::Reconnect, &mut fields, policy)?,
        "call" => Input::Call(read_call(&mut fields)?),
        "tick" => Input::Tick,
        _ => return Err(format!("`{action}` is nothing to do")),
    };
    match fields.left.first() {
        Some((name, _)) => Err(format!("`{name}` is not a field of `{action}`")),
        None => Ok(Line { at, input }),
    }
}

/// The profile is applied first, independent of its position in the line.
fn read_policy(fields: &mut Fields<'_>, policy: &Policy) -> Result<Policy, String> {
    let profile = fields.optional("profile", |value| Policy::profile(value.text()?))?;
    let mut policy = profile.unwrap_or_else(|| policy.clone());
    for (name, value) in fields.left.drain(..) {
        let reading = value.text().ok_or_else(|| format!("`{name}` is not a string"))?;
        policy.set(&name, reading).ok_or_else(|| format!("`{name}` has no reading `{reading}`"))?;
    }
    Ok(policy)
}

fn read_group(fields: &mut Fields<'_>) -> Result<String, String> {
    fields.wanted("group", |value| text(value).filter(|group| is_group_id(group)))
}

fn read_presence(change: Change, fields: &mut Fields<'_>, policy: &Policy) -> Result<Input, String> {
    let group = read_group(fields)?;
    let one = fields.optional("account", |value| text(value).map(|account| vec![account]))?;
    let several = fields.optional("accounts", texts)?;
    let accounts = one_of(one, several).ok_or("neither or both of `account` and `accounts`")?;
    match accounts.iter().find(|account| !is_account_id(account, policy)) {
        Some(account) => Err(format!("`{account}` is not an account id")),
        None => Ok(Input::Presence { change, group, accounts }),
    }
}

fn read_call(fields: &mut Fields<'_>) -> Result<Call, String> {
    let caller = fields.optional("as", text)?.unwrap_or_else(|| "administrator".to_owned());
    let path = fields.wanted("path", text)?;
    let body = fields.optional("body", |value| Some(value.source().to_owned()))?;
    let raw = fields.optional("raw", text)?;
    let base64 = fields.optional("raw_b64", |value| raw_b64(value.text()?))?;
    let body = match (body, raw, base64) {
        (Some(only), None, None) | (None, Some(only), None) | (None, None, Some(only)) => only,
        _ => return Err("none or several of `body`, `raw` and `raw_b64`".to_owned()),
    };
    Ok(Call { caller, path, body })
}

fn text(value: Value<'_>) -> Option<String> {
    value.text().map(str::to_owned)
}

fn texts(value: Value<'_>) -> Option<Vec<String>> {
    value.list()?.into_iter().map(text).collect()
}

fn one_of<T>(left: Option<T>, right: Option<T>) -> Option<T> {
    match (left, right) {
        (Some(only), None) | (None, Some(only)) => Some(only),
        _ => None,
    }
}

/// The fields of a line that were not read yet.
struct Fields<'j> {
    left: Vec<(String, Value<'j>)>,
}

impl<'j> Fields<'j> {
    fn of(line: Value<'j>) -> Result<Self, String> {
        let mut left: Vec<(String, Value<'j>)> = Vec::new();
        for (name, value) in line.object().ok_or("the line is not an object")? {
            let name = name.ok_or("a field's name is not a text")?;
            if left.iter().any(|(known, _)| known == name) {
                return Err(format!("`{name}` stands twice"));
            }
            left.push((name.to_owned(), value));
        }
        Ok(Self { left })
    }

    /// Takes a field that may be missing, but must not be of another type.
    fn optional<T>(&mut self, name: &str, read: impl Fn(Value<'j>) -> Option<T>) -> Result<Option<T>, String> {
        let Some(place) = self.left.iter().position(|(known, _)| known == name) else { return Ok(None) };
        let (_, value) = self.left.remove(place);
        read(value).map(Some).ok_or_else(|| format!("`{name}` is not what it should be"))
    }

    /// Takes a field that must be there.
    fn wanted<T>(&mut self, name: &str, read: impl Fn(Value<'j>) -> Option<T>) -> Result<T, String> {
        self.optional(name, read)?.ok_or_else(|| format!("`{name}` is missing"))
    }
}
