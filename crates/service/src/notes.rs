//! Notes on a request: content that the service accepts and that is probably a mistake.

use std::collections::BTreeMap;

use avmarks_protocol::Endpoint;
use avmarks_protocol::internal::{Fields, without_trailing_commas};
use avmarks_rules::Policy;
use avmarks_spec::readings::TrailingComma;
use avmarks_spec::{Excerpt, Gap, Mark};
use serde::Serialize;
use serde_json::value::RawValue;

/// The maximum of single notes; further ones are only counted.
const NOTES_MAX: usize = 20;

/// Content of a request that breaks no rule and is probably a mistake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Note {
    /// A short name, ours and stable:
    ///
    /// - `near-name`: a field that the call does not know, and so ignores; its name differs from that of a known field by case or by
    ///   one letter;
    /// - `mark-filter`: a `Mark` filter that is an integer and not a mark: the list is empty;
    /// - `account-twice`: an account that is named again: its entries are merged (`gap:duplicates`);
    /// - `more`: there are further notes, which are not listed.
    pub kind: &'static str,
    /// The place in the body as a JSON pointer (RFC 6901); empty for the body as a whole.
    pub pointer: String,
    /// One English sentence with the field and the effect. Its text is this project's own.
    pub message: String,
    /// The number of further notes, where the kind is `more`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<usize>,
}

/// What in the body of this call is accepted and surely not meant: a field whose name differs from a known one by case or
/// by one letter, a `Mark` filter that is not a mark, an account that is named twice.
///
/// At most 20 notes, and one more that counts the others. None for a body that is not a JSON object; a comma before `]` or
/// `}` is passed over if the policy does so (`gap:trailing-comma`). What is refused is for
/// [`preflight()`](crate::preflight()): a note is given beside it where it explains a field that is missing. Takes time in
/// proportion to the body.
///
/// ```
/// use avmarks_protocol::Endpoint;
/// use avmarks_rules::Policy;
///
/// let body = br#"{"GroupId":"@TGS#a","Timestamp":0,"mark":1000}"#;
/// let found = avmarks_service::notes(Endpoint::GetMembers, body, &Policy::default());
/// assert_eq!(found[0].pointer, "/mark");
/// assert_eq!(found[0].message, "`mark` is ignored: the field is called `Mark` (names are case-sensitive)");
/// ```
#[must_use]
pub fn notes(endpoint: Endpoint, body: &[u8], policy: &Policy) -> Vec<Note> {
    notes_on(endpoint.command(), body, policy)
}

fn notes_on(command: &str, body: &[u8], policy: &Policy) -> Vec<Note> {
    let mut found = Found::default();
    let known = CALLS.iter().find(|(call, _)| *call == command).map(|(_, known)| *known);
    if let (Some(known), Ok(text)) = (known, std::str::from_utf8(body)) {
        match policy.trailing_comma {
            TrailingComma::Accept => found.body(&without_trailing_commas(text), known),
            _ => found.body(text, known),
        }
    }
    found.finish()
}

/// A field that a call knows.
struct Field {
    name: &'static str,
    is_required: bool,
    holds: Holds,
}

/// The part of the value of a field that is checked.
enum Holds {
    /// Any field value; it is not checked.
    Anything,
    /// Whether it is a mark.
    MarkFilter,
    /// Accounts: whether one is duplicated.
    Accounts,
    /// Objects of [`MEMBER`], each with an account.
    Members,
}

const fn required(name: &'static str, holds: Holds) -> Field {
    Field { name, is_required: true, holds }
}

const GROUP_ID: Field = required("GroupId", Holds::Anything);
const COMMAND_TYPE: Field = required("CommandType", Holds::Anything);
const MEMBER_ACCOUNTS: Field = required("Member_Account", Holds::Accounts);

/// The fields of each call, by its command.
const CALLS: [(&str, &[Field]); 8] = [
    ("modify_user_info", &[GROUP_ID, COMMAND_TYPE, required("MemberList", Holds::Members)]),
    (
        "get_members",
        &[
            GROUP_ID,
            required("Timestamp", Holds::Anything),
            Field { name: "Mark", is_required: false, holds: Holds::MarkFilter },
        ],
    ),
    ("get_online_member_num", &[GROUP_ID]),
    ("add_robots", &[GROUP_ID, MEMBER_ACCOUNTS]),
    ("del_robots", &[GROUP_ID, MEMBER_ACCOUNTS]),
    ("check_members", &[GROUP_ID, MEMBER_ACCOUNTS]),
    ("modify_admin", &[GROUP_ID, COMMAND_TYPE, required("Admin_Account", Holds::Accounts)]),
    ("get_admin_list", &[GROUP_ID]),
];

/// The fields of an entry of `MemberList`.
const MEMBER: &[Field] = &[required(ACCOUNT, Holds::Anything), required("Marks", Holds::Anything)];
const ACCOUNT: &str = "Member_Account";

/// Collects notes, the first of them whole.
#[derive(Default)]
struct Found {
    notes: Vec<Note>,
    more: usize,
}

impl Found {
    fn finish(mut self) -> Vec<Note> {
        if self.more > 0 {
            let (notes, are) = if self.more == 1 { ("note", "is") } else { ("notes", "are") };
            let message = format!("{} more {notes} {are} not listed", self.more);
            self.notes.push(Note { kind: "more", pointer: String::new(), message, count: Some(self.more) });
        }
        self.notes
    }

    /// Adds a note; its text is made only if it is kept.
    fn add(&mut self, kind: &'static str, said: impl FnOnce() -> (String, String)) {
        if self.notes.len() < NOTES_MAX {
            let (pointer, message) = said();
            self.notes.push(Note { kind, pointer, message, count: None });
        } else {
            self.more += 1;
        }
    }

    fn body(&mut self, text: &str, known: &[Field]) {
        let Ok(mut object) = Fields::parse(text) else { return };
        self.names(None, &object, known);
        for Field { name, holds, .. } in known {
            // One that is duplicated is refused.
            let Ok(Some(value)) = object.take(name) else { continue };
            match holds {
                Holds::Anything => {}
                Holds::MarkFilter => self.mark_filter(name, value.get()),
                Holds::Accounts => self.accounts(name, &items(value)),
                Holds::Members => self.members(name, &items(value)),
            }
        }
    }

    /// The fields of an object that are not known, and close to one that is.
    fn names(&mut self, entry: Option<(&str, usize)>, object: &Fields<'_>, known: &[Field]) {
        let is_there = |name: &str| object.names().any(|there| there == name);
        // Looked up once, since the body may have any number of other fields.
        let known: Vec<(&Field, bool)> = known.iter().map(|field| (field, is_there(field.name))).collect();
        for name in object.names().filter(|name| known.iter().all(|(field, _)| field.name != *name)) {
            let alike = known.iter().find(|(field, _)| field.name.eq_ignore_ascii_case(name));
            let near = alike.or_else(|| known.iter().find(|(field, _)| differ_by_one_letter(field.name, name)));
            if let Some((field, is_there)) = near {
                let at = Name { entry, name };
                self.add("near-name", || (at.pointer(), at.message(field, *is_there, alike.is_some())));
            }
        }
    }

    fn mark_filter(&mut self, name: &str, value: &str) {
        let is_integer = value.strip_prefix('-').unwrap_or(value).bytes().all(|digit| digit.is_ascii_digit());
        let is_mark = value.parse().is_ok_and(|number: i64| Mark::new(number).is_ok());
        if is_integer && !is_mark {
            let (least, most) = (Mark::CUSTOM_MIN, Mark::CUSTOM_MAX);
            let message = || {
                format!(
                    "`{name}` is `{}`, which is not a mark, so the list names nobody; a mark is 500, 600 or an integer from {least} to {most}",
                    Excerpt(value)
                )
            };
            self.add("mark-filter", || (format!("/{name}"), message()));
        }
    }

    fn accounts(&mut self, list: &str, items: &[&RawValue]) {
        let mut first = BTreeMap::new();
        for (at, item) in items.iter().enumerate() {
            if let Some((account, before)) = text(item).and_then(|account| again(&mut first, account, at)) {
                let message = || {
                    let (account, gap) = (Excerpt(&account), Gap::Duplicates);
                    format!("`{list}[{at}]` is `{account}`, as `{list}[{before}]` is; it counts once ({gap})")
                };
                self.add("account-twice", || (format!("/{list}/{at}"), message()));
            }
        }
    }

    fn members(&mut self, list: &str, entries: &[&RawValue]) {
        let mut first = BTreeMap::new();
        for (at, entry) in entries.iter().enumerate() {
            let Ok(mut object) = Fields::parse(entry.get()) else { continue };
            self.names(Some((list, at)), &object, MEMBER);
            let account = object.take(ACCOUNT).ok().flatten().and_then(text);
            if let Some((account, before)) = account.and_then(|account| again(&mut first, account, at)) {
                let message = || {
                    let (account, gap) = (Excerpt(&account), Gap::Duplicates);
                    format!(
                        "`{list}[{at}].{ACCOUNT}` is `{account}`, as in `{list}[{before}]`; the two entries become one, with the marks of both ({gap})"
                    )
                };
                self.add("account-twice", || (format!("/{list}/{at}/{ACCOUNT}"), message()));
            }
        }
    }
}

/// The name of a field that is not known, in an entry of a list or at the top of the body.
#[derive(Clone, Copy)]
struct Name<'a> {
    entry: Option<(&'a str, usize)>,
    name: &'a str,
}

impl Name<'_> {
    fn pointer(self) -> String {
        let name = self.name.replace('~', "~0").replace('/', "~1");
        match self.entry {
            Some((list, at)) => format!("/{list}/{at}/{name}"),
            None => format!("/{name}"),
        }
    }

    fn message(self, meant: &Field, is_there: bool, differs_by_case: bool) -> String {
        let place = self.entry.map(|(list, at)| format!("{list}[{at}].")).unwrap_or_default();
        let (name, meant, is_required) = (Excerpt(self.name), meant.name, meant.is_required);
        let case = if differs_by_case { " (names are case-sensitive)" } else { "" };
        match (is_there, is_required) {
            (true, _) => format!("`{place}{name}` is ignored: `{place}{meant}`, which is there too, is read{case}"),
            (false, true) => {
                format!(
                    "`{place}{name}` is ignored: the field is called `{meant}`, which is required and missing{case}"
                )
            }
            (false, false) => format!("`{place}{name}` is ignored: the field is called `{meant}`{case}"),
        }
    }
}

/// The values of an array; none of anything else.
fn items(value: &RawValue) -> Vec<&RawValue> {
    serde_json::from_str(value.get()).unwrap_or_default()
}

/// The text of a string; none of anything else.
fn text(value: &RawValue) -> Option<String> {
    serde_json::from_str(value.get()).ok()
}

/// The account with the index that named it first, if one did; otherwise this index is kept.
fn again(first: &mut BTreeMap<String, usize>, account: String, at: usize) -> Option<(String, usize)> {
    match first.get(&account) {
        Some(before) => Some((account, *before)),
        None => {
            first.insert(account, at);
            None
        }
    }
}

/// Whether one letter must be put in, taken out or changed to make one name of the other, whatever the case of the rest.
fn differ_by_one_letter(known: &str, name: &str) -> bool {
    const LETTER_BYTES_MAX: usize = 4;
    if name.len() > known.len() + LETTER_BYTES_MAX {
        return false;
    }
    let letters = |text: &str| text.chars().map(|letter| letter.to_ascii_lowercase()).collect::<Vec<_>>();
    let (known, name) = (letters(known), letters(name));
    let alike = |pair: &(&char, &char)| pair.0 == pair.1;
    let start = known.iter().zip(&name).take_while(alike).count();
    let left = known.len().min(name.len()) - start;
    let end = known.iter().rev().zip(name.iter().rev()).take(left).take_while(alike).count();
    let rest = (known.len() - start - end, name.len() - start - end);
    matches!(rest, (1, 0) | (0, 1) | (1, 1))
}

#[cfg(test)]
mod tests;
