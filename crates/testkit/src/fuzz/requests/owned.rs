//! A request as serde_json reads it into the types that serde derives: slowly, and by nothing of ours.

use avmarks_protocol::modify_user_info;
use serde::Deserialize;
use serde_json::value::RawValue;

/// The fields of `modify_user_info::Request`, with numbers as their digits.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Request {
    group_id: String,
    command_type: String,
    member_list: Vec<(String, Vec<String>)>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Body {
    group_id: String,
    command_type: Box<RawValue>,
    member_list: Vec<Box<RawValue>>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "Member_Account")]
    account: String,
    #[serde(rename = "Marks")]
    marks: Vec<Box<RawValue>>,
}

impl Request {
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let Body { group_id, command_type, member_list } = object(str::from_utf8(body).ok()?)?;
        let entry = |entry: &RawValue| {
            let Entry { account, marks } = object(entry.get())?;
            Some((account, marks.iter().map(|mark| digits(mark)).collect::<Option<_>>()?))
        };
        let member_list = member_list.iter().map(|raw| entry(raw)).collect::<Option<_>>()?;
        Some(Self { group_id, command_type: digits(&command_type)?, member_list })
    }
}

impl From<&modify_user_info::Request<'_>> for Request {
    fn from(request: &modify_user_info::Request<'_>) -> Self {
        let marks = |marks: &[avmarks_protocol::Integer<'_>]| marks.iter().map(ToString::to_string).collect();
        let members = request.member_list.iter();
        Self {
            group_id: request.group_id.clone().into_owned(),
            command_type: request.command_type.to_string(),
            member_list: members.map(|member| (member.account.clone().into_owned(), marks(&member.marks))).collect(),
        }
    }
}

/// serde's derived types are read from an array as well; no request is.
fn object<'a, T: Deserialize<'a>>(text: &'a str) -> Option<T> {
    serde_json::from_str(text).ok().filter(|_| text.trim_start().starts_with('{'))
}

/// The digits of an integer; a zero has no sign.
fn digits(number: &RawValue) -> Option<String> {
    let text = number.get();
    let is_integer = text.bytes().all(|byte| matches!(byte, b'-' | b'0'..=b'9'));
    is_integer.then(|| if text == "-0" { "0" } else { text }.to_owned())
}
