//! `POST /v4/group_open_avchatroom_http_svc/modify_user_info`: sets or deletes marks of online members.
//!
//! Source: 1047/50294. The English page's parameter table names another path, which its sample URL and every Chinese
//! version contradict.

mod fast;
mod fast_answer;
mod marks;
mod member;

use std::borrow::Cow;

use serde::Serialize;

use crate::body_path::BodyPath;
use crate::envelope::{AnswerError, Envelope};
use crate::envelope::{append, code_first, fits, objects, optional_int64, to_json};
use crate::error_code::ErrorCode;
use crate::extra::Extra;
use crate::integer::Integer;
use crate::json::{self, FieldErrors};
use crate::json::{BodyError, FieldError, RequestError};

use fast::ParsedBody;
#[doc(hidden)]
pub use fast::{EntrySink, Head, read_entries};
pub use marks::Marks;
pub use member::{DraftMember, Member};

/// The path of the URL, without a slash in front.
pub const PATH: &str = "v4/group_open_avchatroom_http_svc/modify_user_info";

/// A request. Its values are of the right types and not yet held against any limit.
///
/// ```
/// use avmarks_protocol::modify_user_info::{Member, Request};
///
/// let request = Request {
///     group_id: "@TGS#a6I4ZUUGO".into(),
///     command_type: 1.into(),
///     member_list: vec![Member { account: "teacher10".into(), marks: [1000].into() }],
/// };
/// let bytes = request.to_json();
/// assert_eq!(
///     bytes,
///     br#"{"GroupId":"@TGS#a6I4ZUUGO","CommandType":1,"MemberList":[{"Member_Account":"teacher10","Marks":[1000]}]}"#
/// );
/// assert_eq!(Request::parse(&bytes), Ok(request));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Request<'a> {
    /// `GroupId`.
    pub group_id: Cow<'a, str>,
    /// `CommandType`: 1 sets, 2 deletes.
    pub command_type: Integer<'a>,
    /// `MemberList`, at most 500 entries.
    pub member_list: Vec<Member<'a>>,
}

impl<'a> Request<'a> {
    /// The request of a body, read strictly: RFC 8259, and no comma before `]` or `}`.
    ///
    /// # Errors
    ///
    /// [`RequestError`] if the body is not a JSON object, or with every field that is missing, duplicated or of another
    /// type. Fields that the documents do not name are passed over.
    pub fn parse(body: &'a [u8]) -> Result<Self, RequestError> {
        let text = json::text(body)?;
        match fast::read(text) {
            Some(ParsedBody { group_id, command_type, member_list }) => {
                Ok(Self { group_id, command_type, member_list })
            }
            None => Draft::parse_any(text)?.finish(),
        }
    }

    /// The body, compact, in the order of the vendor's samples.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }
}

/// A partially parsed request: the values that could be read, and an error for each other field.
#[doc(hidden)]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft<'a> {
    /// `GroupId`, if it is there once and a string.
    pub group_id: Option<Cow<'a, str>>,
    /// `CommandType`, if it is there once and an integer.
    pub command_type: Option<Integer<'a>>,
    /// `MemberList`, if it is there once and an array.
    pub member_list: Option<Vec<DraftMember<'a>>>,
    /// The missing and duplicate fields and those of another type, in the order of the documents' field table.
    pub errors: Vec<FieldError>,
}

impl<'a> Draft<'a> {
    /// Reads as much of this text as possible.
    ///
    /// # Errors
    ///
    /// [`BodyError`] if the text is not a JSON object.
    pub fn parse(body: &'a str) -> Result<Self, BodyError> {
        match fast::read(body) {
            Some(ParsedBody { group_id, command_type, member_list }) => Ok(Self {
                group_id: Some(group_id),
                command_type: Some(command_type),
                member_list: Some(member_list),
                errors: Vec::new(),
            }),
            None => Self::parse_any(body),
        }
    }

    /// The same, whatever the text is.
    fn parse_any(body: &'a str) -> Result<Self, BodyError> {
        let mut fields = json::Fields::parse(body)?;
        let mut errors = FieldErrors::default();
        let group_id = errors.keep(fields.require(BodyPath::GroupId, json::string))?;
        let command_type = errors.keep(fields.require(BodyPath::CommandType, json::integer))?;
        let entries = errors.keep(fields.require(BodyPath::MemberList, json::array))?;
        let member_list = match entries {
            None => None,
            Some(entries) => {
                // No more than the list needs: there may be half a million entries, each of a hundred bytes.
                let mut members = Vec::with_capacity(entries.len());
                for (at, entry) in entries.into_iter().enumerate() {
                    members.push(DraftMember::parse(at, entry, &mut errors)?);
                }
                Some(members)
            }
        };
        Ok(Self { group_id, command_type, member_list, errors: errors.0 })
    }

    /// The request, if nothing is wrong with any field.
    fn finish(self) -> Result<Request<'a>, RequestError> {
        match (self.group_id, self.command_type, self.member_list) {
            (Some(group_id), Some(command_type), Some(members)) if self.errors.is_empty() => Ok(Request {
                group_id,
                command_type,
                member_list: members
                    .into_iter()
                    .map(|member| Member {
                        account: member.account.unwrap_or_default(),
                        marks: member.marks.unwrap_or_default().iter().copied().flatten().collect(),
                    })
                    .collect(),
            }),
            _ => Err(RequestError::Fields(self.errors)),
        }
    }
}

impl<'a> From<Request<'a>> for Draft<'a> {
    fn from(request: Request<'a>) -> Self {
        Self {
            group_id: Some(request.group_id),
            command_type: Some(request.command_type),
            member_list: Some(
                request
                    .member_list
                    .into_iter()
                    .map(|member| DraftMember {
                        account: Some(member.account),
                        marks: Some(member.marks.iter().copied().map(Some).collect()),
                    })
                    .collect(),
            ),
            errors: Vec::new(),
        }
    }
}

/// An answer. A refusal has the envelope alone.
///
/// An answer that is OK and lacks `MemberList` says that no account was served: the vendor's own client code reads it so
/// (`@tencentcloud/chat` 3.6.6). No page describes such an answer.
///
/// ```
/// use avmarks_protocol::modify_user_info::Answer;
///
/// let bytes = br#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","CommandType":1,"MemberList":[{"Member_Account":"teacher10","Marks":[1000]}],"New":1.50}"#;
/// let answer = Answer::parse(bytes).unwrap();
/// assert_eq!(answer.member_list.as_ref().unwrap()[0].marks, [1000]);
/// assert_eq!(answer.extra.iter().next(), Some(("New", "1.50")));
/// assert_eq!(answer.to_json(), bytes);
///
/// let answer = Answer::parse(br#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","CommandType":1}"#).unwrap();
/// assert!(answer.envelope.is_ok());
/// assert_eq!(answer.member_list.unwrap_or_default(), []);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Answer {
    /// Status, code and sentence.
    #[serde(flatten, serialize_with = "code_first")]
    pub envelope: Envelope,
    /// `CommandType`: that of the request. In the samples, and not in the field table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command_type: Option<i64>,
    /// `MemberList`: the accounts served. Typed as an object in the field table; an array in every sample. `None` if the
    /// answer has no such field: a refusal, or an answer that is OK and served no account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member_list: Option<Vec<Served>>,
    /// Fields that no document names.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The digits of a number that has four: nearly every mark.
#[inline]
fn four_digits(number: i64) -> Option<[u8; 4]> {
    let number = u16::try_from(number).ok().filter(|number| (1_000..10_000).contains(number))?;
    Some([number / 1_000, number / 100 % 10, number / 10 % 10, number % 10].map(|digit| b'0' + digit as u8))
}

/// An account that was served, with the marks that succeeded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Served {
    /// `Member_Account`.
    #[serde(rename = "Member_Account")]
    pub account: String,
    /// `Marks`.
    #[serde(rename = "Marks")]
    pub marks: Marks<i64>,
    /// Fields that no document names.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Served {
    /// An account with its marks.
    #[must_use]
    pub fn new(account: impl Into<String>, marks: Vec<i64>) -> Self {
        Self { account: account.into(), marks: marks.into(), extra: Extra::default() }
    }
}

impl Answer {
    /// The answer to a call that was served, for these accounts.
    #[must_use]
    pub fn served(command_type: i64, member_list: Vec<Served>) -> Self {
        Self {
            envelope: Envelope::ok(),
            command_type: Some(command_type),
            member_list: Some(member_list),
            extra: Extra::default(),
        }
    }

    /// The answer to a call that was refused.
    #[must_use]
    pub fn refused(code: ErrorCode, info: impl Into<String>) -> Self {
        Self { envelope: Envelope::fail(code, info), command_type: None, member_list: None, extra: Extra::default() }
    }

    /// The answer of a body.
    ///
    /// # Errors
    ///
    /// [`AnswerError`] if the body is not a JSON object, or a field that is named above is of another type. A `null` counts
    /// as missing if a field may be missing. The code can be read even so: [`Envelope::parse`].
    pub fn parse(body: &[u8]) -> Result<Self, AnswerError> {
        let text = json::text(body)?;
        fast_answer::read(text).map_or_else(|| Self::parse_any(text), Ok)
    }

    /// The same, whatever the text is.
    fn parse_any(text: &str) -> Result<Self, AnswerError> {
        let mut fields = json::Fields::parse(text)?;
        Ok(Self {
            envelope: Envelope::take(&mut fields)?,
            command_type: optional_int64(BodyPath::CommandType, &mut fields)?,
            member_list: objects(&mut fields, BodyPath::MemberList, BodyPath::Entry, |at, mut entry| {
                let account = entry.require(BodyPath::Account(at), json::string)?.into_owned();
                let values = entry.require(BodyPath::Marks(at), json::array)?;
                let marks = values
                    .into_iter()
                    .enumerate()
                    .map(|(mark, value)| {
                        fits(BodyPath::Mark(at, mark), json::integer(BodyPath::Mark(at, mark), value)?)
                    })
                    .collect::<Result<_, _>>()?;
                Ok(Served { account, marks, extra: entry.rest() })
            })?,
            extra: fields.rest(),
        })
    }

    /// Appends to `json` what [`Answer::served`] would be for these accounts with their marks. Nothing is
    /// allocated but room in `json`, so that one buffer does for call after call.
    ///
    /// ```
    /// use avmarks_protocol::modify_user_info::{Answer, Served};
    ///
    /// let mut json = Vec::new();
    /// Answer::write_served(&mut json, 1, [("teacher10", [500, 1000])]);
    /// assert_eq!(json, Answer::served(1, vec![Served::new("teacher10", vec![500, 1000])]).to_json());
    /// ```
    pub fn write_served<'a, M: IntoIterator<Item = i64>>(
        json: &mut Vec<u8>,
        command_type: i64,
        members: impl IntoIterator<Item = (&'a str, M)>,
    ) {
        json.extend(br#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","CommandType":"#);
        append(json, &command_type);
        json.extend(br#","MemberList":["#);
        for (at, (account, marks)) in members.into_iter().enumerate() {
            let head: &[u8] = if at == 0 { br#"{"Member_Account":""# } else { br#",{"Member_Account":""# };
            json.extend(head);
            if account.bytes().fold(false, |is_found, byte| is_found | matches!(byte, b'"' | b'\\' | ..b' ')) {
                // Written with escapes, and with quotes of its own instead of those around it.
                json.pop();
                append(json, account);
                json.pop();
            } else {
                json.extend(account.as_bytes());
            }
            json.extend(br#"","Marks":["#);
            for mark in marks {
                match four_digits(mark) {
                    Some([a, b, c, d]) => json.extend([a, b, c, d, b',']),
                    None => {
                        append(json, &mark);
                        json.push(b',');
                    }
                }
            }
            // Behind the last mark stands a comma; behind the bracket, if there is none.
            json.pop_if(|last| *last == b',');
            json.extend(b"]}");
        }
        json.extend(b"]}");
    }

    /// The body, compact, in the order of the vendor's sample; fields that no document names come last.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_any_length_are_written_in_digits() {
        for mark in (0..=10_010).chain([-1, -1_000, i64::from(u32::MAX), i64::MAX, i64::MIN]) {
            let mut json = Vec::new();
            Answer::write_served(&mut json, 1, [("a", [mark])]);
            let digits = format!(r#""Marks":[{mark}]"#);
            assert!(String::from_utf8_lossy(&json).contains(&digits), "{mark}");
        }
    }
}
