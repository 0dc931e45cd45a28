//! The stored bodies of a call: the accounts that they name, and how they are shown.

use std::fmt;

use avmarks_protocol::url::redact_usersig;
use serde::Serialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Accounts, and marks, that are named of one call.
const NAMED_MAX: usize = 20;
/// Fields of a body whose text is not shown, in lower case.
const SECRETS: [&str; 5] = ["usersig", "sig", "token", "secret", "password"];

/// Whom a call is about, as its body says.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct About {
    /// `GroupId`, or the first of `GroupIdList`.
    pub(super) group: Option<String>,
    /// The first of the accounts that the body names, each once.
    pub(super) accounts: Vec<String>,
    /// The first of the marks that it names, each once.
    pub(super) marks: Vec<u64>,
}

/// Whom the call of this body is about, as far as the body was kept.
pub(super) fn about(body: &str) -> About {
    let mut about = About::default();
    // A body that was cut, or is no JSON, ends with an error; what was found until then stays.
    let _ = Find { about: &mut about, wanted: Wanted::Nothing, ends_with_group: false }
        .deserialize(&mut serde_json::Deserializer::from_str(body));
    about
}

/// The group of [`about`]; what follows it is not read.
pub(super) fn group(body: &str) -> Option<String> {
    let mut about = About::default();
    let _ = Find { about: &mut about, wanted: Wanted::Nothing, ends_with_group: true }
        .deserialize(&mut serde_json::Deserializer::from_str(body));
    about.group
}

/// A body as it may be shown: the text of each field that is named like a secret is left out.
pub(super) fn shown(body: &str) -> String {
    let body = redact_usersig(body);
    let mut shown = String::with_capacity(body.len());
    let mut rest = &*body;
    while let Some((before, field, after)) = next_text(rest) {
        let is_secret = SECRETS.contains(&field.to_ascii_lowercase().as_str());
        shown.push_str(&format!("{before}\"{field}\""));
        rest = match value_of(after).filter(|_| is_secret) {
            Some((colon, behind)) => {
                shown.push_str(&format!("{colon}\"…\""));
                behind
            }
            None => after,
        };
    }
    shown.push_str(rest);
    shown
}

/// The next string of a JSON text: what is in front of it, the string as it is written, what is behind it.
fn next_text(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('"')?;
    let end = end_of_text(rest)?;
    Some((before, rest.get(..end)?, rest.get(end + 1..)?))
}

/// Where the quotation mark is that ends a string.
fn end_of_text(rest: &str) -> Option<usize> {
    let mut is_escaped = false;
    rest.bytes().position(|byte| {
        let ends = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        ends
    })
}

/// The colon behind the name of a field, and what is behind its value, if that is a string, cut or whole.
fn value_of(after: &str) -> Option<(&str, &str)> {
    let (colon, rest) = after.split_once('"')?;
    let behind = end_of_text(rest).and_then(|end| rest.get(end + 1..)).unwrap_or_default();
    (colon.trim() == ":").then_some((colon, behind))
}

/// The kind of a value, by its field.
#[derive(Clone, Copy)]
enum Wanted {
    Nothing,
    Group,
    Account,
    Mark,
}

impl Wanted {
    fn of(field: &str) -> Self {
        match field {
            "GroupId" | "GroupIdList" => Self::Group,
            "Mark" | "Marks" => Self::Mark,
            "UserID" | "Accounts" => Self::Account,
            _ if field.ends_with("_Account") => Self::Account,
            _ => Self::Nothing,
        }
    }
}

/// Goes through a value of any shape, and takes down what is wanted.
struct Find<'a> {
    about: &'a mut About,
    wanted: Wanted,
    ends_with_group: bool,
}

impl Find<'_> {
    fn text(self, text: &str) {
        let About { group, accounts, .. } = &mut *self.about;
        match self.wanted {
            Wanted::Group => {
                group.get_or_insert_with(|| text.to_owned());
            }
            Wanted::Account if accounts.len() < NAMED_MAX && !accounts.iter().any(|known| known == text) => {
                accounts.push(text.to_owned());
            }
            Wanted::Mark => {
                if let Ok(mark) = text.parse() {
                    self.number(mark);
                }
            }
            _ => {}
        }
    }

    fn number(self, number: u64) {
        let marks = &mut self.about.marks;
        if matches!(self.wanted, Wanted::Mark) && marks.len() < NAMED_MAX && !marks.contains(&number) {
            marks.push(number);
        }
    }
}

impl<'de> DeserializeSeed<'de> for Find<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Find<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.number(number);
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.text(text);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Find { about: &mut *self.about, ..self })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(field) = map.next_key::<String>()? {
            match field.as_str() {
                // The contents of a message name no accounts, whatever its fields are called.
                "MsgBody" | "CloudCustomData" => drop(map.next_value::<IgnoredAny>()?),
                field => {
                    map.next_value_seed(Find { about: &mut *self.about, wanted: Wanted::of(field), ..self })?;
                }
            }
            if self.ends_with_group && self.about.group.is_some() {
                break;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn group_accounts_and_marks_are_found_once() {
        for (body, group, accounts, marks) in [
            (
                r#"{"GroupId":"room","CommandType":1,"MemberList":[{"Member_Account":"a","Marks":[1000,600]},{"Member_Account":"b","Marks":["1000",-1,1.5]}]}"#,
                Some("room"),
                &["a", "b"][..],
                &[1_000, 600][..],
            ),
            (r#"{"GroupIdList":["room","other"]}"#, Some("room"), &[], &[]),
            (r#"{"UserID":"u","Nick":"n"}"#, None, &["u"], &[]),
            (r#"{"Accounts":["u","u"],"To_Account":["v"]}"#, None, &["u", "v"], &[]),
            (
                r#"{"GroupId":"room","From_Account":"a","MsgBody":[{"MsgContent":{"X_Account":"no"}}],"To_Account":"b"}"#,
                Some("room"),
                &["a", "b"],
                &[],
            ),
            (r#"{"GroupId":"room","Mark":500,"Member_Account":"cu"#, Some("room"), &[], &[500]),
            ("<html>", None, &[], &[]),
            ("", None, &[], &[]),
        ] {
            let About { group: found, accounts: named, marks: set } = about(body);
            assert_eq!(super::group(body).as_deref(), group, "{body}");
            assert_eq!((found.as_deref(), set.as_slice()), (group, marks), "{body}");
            assert_eq!(named, accounts, "{body}");
        }
    }

    #[test]
    fn no_more_than_twenty_accounts_are_named() {
        let accounts: Vec<_> = (0..25).map(|at| format!("u{at}")).collect();
        let body = serde_json::json!({ "Member_Account": accounts, "Marks": (0..25).collect::<Vec<_>>() });
        let about = about(&body.to_string());
        assert_eq!((about.accounts.len(), about.marks.len()), (20, 20));
    }

    #[test]
    fn a_secret_in_a_body_is_not_shown() {
        for (body, expected) in [
            (r#"{"UserSig":"eJw","a":1}"#, r#"{"UserSig":"…","a":1}"#),
            (r#"{"a":{"Token" : "x\"y"},"token":5}"#, r#"{"a":{"Token" : "…"},"token":5}"#),
            (r#"{"Password":"cut"#, r#"{"Password":"…""#),
            (r#"{"Key":"k","Value":"v"}"#, r#"{"Key":"k","Value":"v"}"#),
            ("usersig=eJw&a=1", "usersig=…&a=1"),
            (r#"{"a":"token","b":"c"}"#, r#"{"a":"token","b":"c"}"#),
            ("\u{e9}\"", "\u{e9}\""),
        ] {
            assert_eq!(shown(body), expected);
        }
    }
}
