//! Request bodies: steps 6 and 7.

use super::json::{Json, Value, whole};
use super::policy::Policy;
use super::refusal::Refusal;

/// A body of `modify_user_info`, its fields present and of their types. Integers are kept as their text.
pub(super) struct MarksBody {
    pub(super) group: String,
    pub(super) command_type: String,
    pub(super) entries: Vec<EntryBody>,
}

/// An entry of its `MemberList`.
pub(super) struct EntryBody {
    pub(super) account: String,
    pub(super) marks: Vec<String>,
}

/// A body of `get_members`.
pub(super) struct ListBody {
    pub(super) group: String,
    pub(super) timestamp: u64,
    pub(super) mark: Option<String>,
}

const REQUIRED: Refusal = Refusal::new(10004, "REQUIRED");

impl MarksBody {
    pub(super) fn read(body: &str, policy: &Policy) -> Result<Self, Refusal> {
        let json = read_object(body, policy)?;
        let fields = named(json.root()).unwrap_or_default();

        // Step 6 goes on: every text that is read is a text, down to the entries.
        for (_, member_list) in fields.iter().filter(|(name, _)| *name == "MemberList") {
            for entry in member_list.list().unwrap_or_default() {
                let Some(entry_fields) = entry.object() else { continue };
                let broken = |(name, value): &(Option<&str>, Value<'_>)| {
                    name.is_none() || (*name == Some("Member_Account") && value.is_broken_text())
                };
                if entry_fields.iter().any(broken) {
                    return Err(NO_JSON);
                }
            }
        }

        // Step 7. REQUIRED: every field is there, once, and of its type, at any depth.
        let group = once(&fields, "GroupId")?.text().ok_or(REQUIRED)?;
        let command_type = once(&fields, "CommandType")?.integer().ok_or(REQUIRED)?;
        let mut entries = Vec::new();
        for entry in once(&fields, "MemberList")?.list().ok_or(REQUIRED)? {
            let entry = named(entry).ok_or(REQUIRED)?;
            let account = once(&entry, "Member_Account")?.text().ok_or(REQUIRED)?;
            let mut marks = Vec::new();
            for mark in once(&entry, "Marks")?.list().ok_or(REQUIRED)? {
                marks.push(mark.integer().ok_or(REQUIRED)?.to_owned());
            }
            entries.push(EntryBody { account: account.to_owned(), marks });
        }
        Ok(Self { group: group.to_owned(), command_type: command_type.to_owned(), entries })
    }
}

impl ListBody {
    pub(super) fn read(body: &str, policy: &Policy) -> Result<Self, Refusal> {
        let json = read_object(body, policy)?;
        let fields = named(json.root()).unwrap_or_default();

        // Step 7. REQUIRED, as above; a Timestamp that no cursor can be is refused alike.
        let group = once(&fields, "GroupId")?.text().ok_or(REQUIRED)?;
        let timestamp = once(&fields, "Timestamp")?.integer().and_then(whole).ok_or(REQUIRED)?;
        let mark = if fields.iter().any(|(name, _)| *name == "Mark") {
            Some(once(&fields, "Mark")?.integer().ok_or(REQUIRED)?.to_owned())
        } else {
            None
        };
        Ok(Self { group: group.to_owned(), timestamp, mark })
    }
}

/// Reads a body of `get_online_member_num`: its group.
pub(super) fn read_count(body: &str, policy: &Policy) -> Result<String, Refusal> {
    let json = read_object(body, policy)?;
    let fields = named(json.root()).unwrap_or_default();
    Ok(once(&fields, "GroupId")?.text().ok_or(REQUIRED)?.to_owned())
}

const NO_JSON: Refusal = Refusal::new(60003, "gap:trailing-comma");

/// Step 6. The body is JSON, not empty, and an object; no lone surrogate is in its `GroupId`, or in a field's name.
fn read_object<'t>(body: &'t str, policy: &Policy) -> Result<Json<'t>, Refusal> {
    let json = Json::read(body, policy.reading()).ok_or(NO_JSON)?;
    for (name, value) in json.root().object().ok_or(NO_JSON)? {
        if name.is_none() || (name == Some("GroupId") && value.is_broken_text()) {
            return Err(NO_JSON);
        }
    }
    Ok(json)
}

/// The fields of an object, once their names are known to be texts.
fn named(value: Value<'_>) -> Option<Vec<(&str, Value<'_>)>> {
    value.object().map(|fields| fields.into_iter().filter_map(|(name, value)| Some((name?, value))).collect())
}

/// The field of this name. None, or two of them: `REQUIRED`.
fn once<'j>(fields: &[(&str, Value<'j>)], name: &str) -> Result<Value<'j>, Refusal> {
    let mut values = fields.iter().filter(|(known, _)| *known == name).map(|(_, value)| *value);
    match (values.next(), values.next()) {
        (Some(only), None) => Ok(only),
        _ => Err(REQUIRED),
    }
}
