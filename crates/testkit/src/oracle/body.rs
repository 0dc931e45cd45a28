//! Request bodies: steps 6 and 7.

use avmarks_spec::Gap;
use avmarks_spec::readings::TrailingComma;

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

/// A body of `add_robots`, `del_robots` or `check_members`.
pub(super) struct AccountsBody {
    pub(super) group: String,
    pub(super) accounts: Vec<String>,
}

/// A body of `modify_admin`.
pub(super) struct AdminsBody {
    pub(super) group: String,
    pub(super) command_type: String,
    pub(super) accounts: Vec<String>,
}

/// A body of `get_members`.
pub(super) struct ListBody {
    pub(super) group: String,
    pub(super) timestamp: u64,
    pub(super) mark: Option<String>,
}

const MARKS_FIELDS: &[&str] = &["GroupId", "CommandType", "MemberList"];
const ENTRY_FIELDS: &[&str] = &["Member_Account", "Marks"];
const ACCOUNTS_FIELDS: &[&str] = &["GroupId", "Member_Account"];
const ADMINS_FIELDS: &[&str] = &["GroupId", "CommandType", "Admin_Account"];
const LIST_FIELDS: &[&str] = &["GroupId", "Timestamp", "Mark"];
const GROUP_FIELDS: &[&str] = &["GroupId"];

const REQUIRED: Refusal = Refusal::new(10004, "REQUIRED");

impl MarksBody {
    pub(super) fn read(body: &str, policy: &Policy) -> Result<Self, Refusal> {
        let json = read_json(body, MARKS_FIELDS, policy)?;
        let fields = read_fields(&json, MARKS_FIELDS)?;
        let mut entries = Vec::new();
        for entry in wanted(&fields, "MemberList")?.list().ok_or(REQUIRED)? {
            let entry = fields_of(entry).ok_or(REQUIRED)?;
            let marks = wanted(&entry, "Marks")?.list().ok_or(REQUIRED)?;
            let marks = marks.into_iter().map(|mark| mark.integer().map(str::to_owned).ok_or(REQUIRED));
            entries
                .push(EntryBody { account: text(&entry, "Member_Account")?, marks: marks.collect::<Result<_, _>>()? });
        }
        Ok(Self { group: text(&fields, "GroupId")?, command_type: integer(&fields, "CommandType")?, entries })
    }
}

impl AccountsBody {
    pub(super) fn read(body: &str, policy: &Policy) -> Result<Self, Refusal> {
        let json = read_json(body, ACCOUNTS_FIELDS, policy)?;
        let fields = read_fields(&json, ACCOUNTS_FIELDS)?;
        Ok(Self { group: text(&fields, "GroupId")?, accounts: texts(&fields, "Member_Account")? })
    }
}

impl AdminsBody {
    pub(super) fn read(body: &str, policy: &Policy) -> Result<Self, Refusal> {
        let json = read_json(body, ADMINS_FIELDS, policy)?;
        let fields = read_fields(&json, ADMINS_FIELDS)?;
        let command_type = integer(&fields, "CommandType")?;
        Ok(Self { group: text(&fields, "GroupId")?, command_type, accounts: texts(&fields, "Admin_Account")? })
    }
}

impl ListBody {
    pub(super) fn read(body: &str, policy: &Policy) -> Result<Self, Refusal> {
        let json = read_json(body, LIST_FIELDS, policy)?;
        let fields = read_fields(&json, LIST_FIELDS)?;
        // A Timestamp below 0 or above 2^64-1 is refused like one of a wrong type.
        let timestamp = whole(&integer(&fields, "Timestamp")?).ok_or(REQUIRED)?;
        // Mark may be missing; one that is there is an integer of any size.
        let has_mark = fields.iter().any(|(name, _)| *name == "Mark");
        let mark = if has_mark { Some(integer(&fields, "Mark")?) } else { None };
        Ok(Self { group: text(&fields, "GroupId")?, timestamp, mark })
    }
}

/// Reads a body of `get_online_member_num` or `get_admin_list`: its group.
pub(super) fn read_group(body: &str, policy: &Policy) -> Result<String, Refusal> {
    let json = read_json(body, GROUP_FIELDS, policy)?;
    text(&read_fields(&json, GROUP_FIELDS)?, "GroupId")
}

/// Step 6. `JSON-BODY`: the body is a JSON object. Where a comma before `]` or `}` is all that is wrong with it, the
/// refusal rests on `gap:trailing-comma`.
fn read_json<'t>(body: &'t str, known: &[&str], policy: &Policy) -> Result<Json<'t>, Refusal> {
    let commas = policy.reading(Gap::TrailingComma, TrailingComma::from_name);
    if let Some(json) = json_object(body, known, commas) {
        return Ok(json);
    }
    let comma_decided = json_object(body, known, TrailingComma::Accept).is_some();
    Err(Refusal::new(60003, if comma_decided { "gap:trailing-comma" } else { "JSON-BODY" }))
}

/// The body, if it is JSON, an object, and without a lone surrogate outside of unknown fields.
fn json_object<'t>(body: &'t str, known: &[&str], commas: TrailingComma) -> Option<Json<'t>> {
    let json = Json::read(body, commas)?;
    json.root().object()?;
    if has_lone_surrogate(json.root(), known) { None } else { Some(json) }
}

/// Whether a lone surrogate stands in the name of a field, or in the value of a known one. Nothing inside unknown fields
/// is checked. A list of values still to be looked at, so that no depth of nesting can exhaust the stack.
fn has_lone_surrogate(root: Value<'_>, known: &[&str]) -> bool {
    // Each value with the fields that are known if it is an object, and those that are known in its items.
    let mut waiting: Vec<(Value<'_>, &[&str], &[&str])> = vec![(root, known, &[])];
    while let Some((value, known, known_in_items)) = waiting.pop() {
        if value.is_broken_text() {
            return true;
        }
        for item in value.list().unwrap_or_default() {
            waiting.push((item, known_in_items, &[]));
        }
        for (name, field) in value.object().unwrap_or_default() {
            let Some(name) = name else { return true };
            if known.contains(&name) {
                let known_in_items = if name == "MemberList" { ENTRY_FIELDS } else { &[] };
                waiting.push((field, &[], known_in_items));
            }
        }
    }
    false
}

type Field<'j> = (&'j str, Value<'j>);

/// Step 7, first. `gap:duplicate-field`: a known field that stands twice in its place is refused, whatever its values
/// are, and whatever is missing besides. Then the fields of the body.
fn read_fields<'j>(json: &'j Json<'j>, known: &[&str]) -> Result<Vec<Field<'j>>, Refusal> {
    let fields = fields_of(json.root()).unwrap_or_default();
    let mut is_doubled = stands_twice(&fields, known);
    // A field is known by its place: `MemberList` at the top level, and the two fields of an entry inside of it.
    for (_, list) in fields.iter().filter(|(name, _)| *name == "MemberList" && known.contains(name)) {
        for entry in list.list().unwrap_or_default() {
            is_doubled |= stands_twice(&fields_of(entry).unwrap_or_default(), ENTRY_FIELDS);
        }
    }
    if is_doubled { Err(Refusal::new(10004, "gap:duplicate-field")) } else { Ok(fields) }
}

fn stands_twice(fields: &[Field<'_>], known: &[&str]) -> bool {
    known.iter().any(|known| fields.iter().filter(|(name, _)| name == known).count() > 1)
}

/// The fields of an object, once it is known that no lone surrogate stands in their names.
fn fields_of(value: Value<'_>) -> Option<Vec<Field<'_>>> {
    value.object().map(|fields| fields.into_iter().filter_map(|(name, value)| Some((name?, value))).collect())
}

/// Step 7. `REQUIRED`: the field of this name is present.
fn wanted<'j>(fields: &[Field<'j>], name: &str) -> Result<Value<'j>, Refusal> {
    fields.iter().find(|(known, _)| *known == name).map(|(_, value)| *value).ok_or(REQUIRED)
}

/// Step 7. `REQUIRED`: it is present and a string.
fn text(fields: &[Field<'_>], name: &str) -> Result<String, Refusal> {
    wanted(fields, name)?.text().map(str::to_owned).ok_or(REQUIRED)
}

/// Step 7. `REQUIRED`: it is present and a list of strings.
fn texts(fields: &[Field<'_>], name: &str) -> Result<Vec<String>, Refusal> {
    let items = wanted(fields, name)?.list().ok_or(REQUIRED)?;
    items.into_iter().map(|item| item.text().map(str::to_owned).ok_or(REQUIRED)).collect()
}

/// Step 7. `REQUIRED`: it is present and an integer, of any size; `1000.0` and `1e3` are not integers.
fn integer(fields: &[Field<'_>], name: &str) -> Result<String, Refusal> {
    wanted(fields, name)?.integer().map(str::to_owned).ok_or(REQUIRED)
}
