//! `POST /v4/group_open_avchatroom_http_svc/get_members`: the list of online members, page by page.
//!
//! Source: 1047/50293; `Mark` is in its sample and in the field table of the Chinese page (269/77266).

mod fast;

use std::borrow::Cow;

use serde::Serialize;

use crate::body_path::BodyPath;
use crate::envelope::{AnswerError, Envelope};
use crate::envelope::{as_int64, as_text, code_first, int64, objects, optional_int64, optional_text, to_json};
use crate::error_code::ErrorCode;
use crate::extra::Extra;
use crate::integer::Integer;
use crate::json::{self, FieldErrors};
use crate::json::{BodyError, FieldError, RequestError};
use crate::modify_user_info::Marks;

/// The path of the URL, without a slash in front.
pub const PATH: &str = "v4/group_open_avchatroom_http_svc/get_members";

/// A request. Its values are of the right types and not yet held against any limit.
///
/// ```
/// use avmarks_protocol::get_members::Request;
///
/// let request = Request { group_id: "@TGS#a6I4ZUUGO".into(), timestamp: 0.into(), mark: Some(1000.into()) };
/// let bytes = request.to_json();
/// assert_eq!(bytes, br#"{"GroupId":"@TGS#a6I4ZUUGO","Timestamp":0,"Mark":1000}"#);
/// assert_eq!(Request::parse(&bytes), Ok(request));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Request<'a> {
    /// `GroupId`.
    pub group_id: Cow<'a, str>,
    /// `Timestamp`: 0 for the first page, then the `NextTimestamp` of the answer before.
    pub timestamp: Integer<'a>,
    /// `Mark`: shows only members that have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mark: Option<Integer<'a>>,
}

impl<'a> Request<'a> {
    /// The request of a body, read strictly.
    ///
    /// # Errors
    ///
    /// [`RequestError`] if the body is not a JSON object, or with every field that is missing, duplicated or of another
    /// type.
    pub fn parse(body: &'a [u8]) -> Result<Self, RequestError> {
        let draft = Draft::parse(json::text(body)?)?;
        match (draft.group_id, draft.timestamp) {
            (Some(group_id), Some(timestamp)) if draft.errors.is_empty() => {
                Ok(Self { group_id, timestamp, mark: draft.mark })
            }
            _ => Err(RequestError::Fields(draft.errors)),
        }
    }

    /// The body, compact, in the order of the vendor's sample.
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
    /// `Timestamp`, if it is there once and an integer.
    pub timestamp: Option<Integer<'a>>,
    /// `Mark`, if it is there once and an integer.
    pub mark: Option<Integer<'a>>,
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
        let mut fields = json::Fields::parse(body)?;
        let mut errors = FieldErrors::default();
        let group_id = errors.keep(fields.require(BodyPath::GroupId, json::string))?;
        let timestamp = errors.keep(fields.require(BodyPath::Timestamp, json::integer))?;
        let mark = errors.keep(fields.optional(BodyPath::MarkFilter, json::integer))?.flatten();
        Ok(Self { group_id, timestamp, mark, errors: errors.0 })
    }
}

/// An answer. A refusal has the envelope alone.
///
/// ```
/// use avmarks_protocol::get_members::{Answer, Listed};
///
/// let answer = Answer::page(vec![Listed::new(1_669_872_112, "teacher10")], 0);
/// let bytes = answer.to_json();
/// assert_eq!(
///     String::from_utf8_lossy(&bytes),
///     r#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","MemberList":[{"JoinTime":1669872112,"Member_Account":"teacher10","NickName":"","Avatar":""}],"NextTimestamp":0}"#
/// );
/// assert_eq!(Answer::parse(&bytes), Ok(answer));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Answer {
    /// Status, code and sentence.
    #[serde(flatten, serialize_with = "code_first")]
    pub envelope: Envelope,
    /// `MemberList`: the members of this page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member_list: Option<Vec<Listed>>,
    /// `NextTimestamp`: 0 where this is the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_timestamp: Option<i64>,
    /// Fields that no document names.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A member of the list.
///
/// No page names `Remark` and `Marks`; the vendor's own client code reads them (`@tencentcloud/lite-chat` 4.2.1). So an answer is
/// read whatever they are: a value of another type, or one that is duplicated, stays in `extra` as it came.
///
/// ```
/// use avmarks_protocol::get_members::{Answer, Listed};
///
/// let mut member = Listed::new(1_669_872_112, "teacher10");
/// member.marks = Some([500, 1000].into());
/// let bytes = Answer::page(vec![member], 0).to_json();
/// assert!(String::from_utf8_lossy(&bytes).contains(r#""Avatar":"","Marks":[500,1000]}"#));
///
/// let strange = br#"{"ActionStatus":"OK","ErrorCode":0,"MemberList":[{"JoinTime":1,"Member_Account":"a","Marks":"1000"}]}"#;
/// let member = &Answer::parse(strange).unwrap().member_list.unwrap()[0];
/// assert_eq!(member.marks, None);
/// assert_eq!(member.extra.iter().next(), Some(("Marks", r#""1000""#)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Listed {
    /// `JoinTime`, in seconds since the Unix epoch.
    pub join_time: i64,
    /// `Member_Account`.
    #[serde(rename = "Member_Account")]
    pub account: String,
    /// `NickName`: empty where the member has none, `None` if the answer has no such field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nick_name: Option<String>,
    /// `Avatar`, a URL: empty where the member has none, `None` if the answer has no such field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar: Option<String>,
    /// `Remark`, a text whose meaning no page explains; `None` if the answer has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
    /// `Marks`: the marks of the member, empty if it has none; `None` if the answer does not have
    /// (`gap:list-marks`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub marks: Option<Marks<i64>>,
    /// Fields that this version does not know, and `Remark` and `Marks` of another type.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Listed {
    /// A member of whom no more is known: `NickName` and `Avatar` are there, and empty; `Remark` and `Marks` are not there.
    #[must_use]
    pub fn new(join_time: i64, account: impl Into<String>) -> Self {
        Self {
            join_time,
            account: account.into(),
            nick_name: Some(String::new()),
            avatar: Some(String::new()),
            remark: None,
            marks: None,
            extra: Extra::default(),
        }
    }
}

impl Answer {
    /// The answer that shows these members.
    #[must_use]
    pub fn page(member_list: Vec<Listed>, next_timestamp: i64) -> Self {
        Self {
            envelope: Envelope::ok(),
            member_list: Some(member_list),
            next_timestamp: Some(next_timestamp),
            extra: Extra::default(),
        }
    }

    /// The answer to a call that was refused.
    #[must_use]
    pub fn refused(code: ErrorCode, info: impl Into<String>) -> Self {
        Self { envelope: Envelope::fail(code, info), member_list: None, next_timestamp: None, extra: Extra::default() }
    }

    /// The answer of a body.
    ///
    /// # Errors
    ///
    /// [`AnswerError`] if the body is not a JSON object, or a field that is named above is of another type, `Remark` and `Marks`
    /// excepted. A `null` counts as missing where a field may be missing. The code can be read even so: [`Envelope::parse`].
    pub fn parse(body: &[u8]) -> Result<Self, AnswerError> {
        let text = json::text(body)?;
        fast::read(text).map_or_else(|| Self::parse_any(text), Ok)
    }

    /// The same, whatever the text is.
    fn parse_any(text: &str) -> Result<Self, AnswerError> {
        let mut fields = json::Fields::parse(text)?;
        Ok(Self {
            envelope: Envelope::take(&mut fields)?,
            member_list: objects(&mut fields, BodyPath::MemberList, BodyPath::Entry, |at, mut entry| {
                Ok(Listed {
                    join_time: int64(BodyPath::JoinTime(at), &mut entry)?,
                    account: entry.require(BodyPath::Account(at), json::string)?.into_owned(),
                    nick_name: optional_text(BodyPath::NickName(at), &mut entry)?,
                    avatar: optional_text(BodyPath::Avatar(at), &mut entry)?,
                    remark: entry.undocumented(BodyPath::Remark(at), as_text),
                    marks: entry.undocumented(BodyPath::Marks(at), |path, value| {
                        let marks = json::array(path, value).ok()?.into_iter();
                        marks.enumerate().map(|(mark, value)| as_int64(BodyPath::Mark(at, mark), value)).collect()
                    }),
                    extra: entry.rest(),
                })
            })?,
            next_timestamp: optional_int64(BodyPath::NextTimestamp, &mut fields)?,
            extra: fields.rest(),
        })
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
    use crate::json::FieldProblem;

    const START: &str =
        r#"{"ActionStatus":"OK","ErrorCode":0,"MemberList":[{"JoinTime":1,"Member_Account":"a","NickName":"n""#;

    /// The only member of an answer with these additional fields, and how they are written.
    fn member(fields: &str) -> (Listed, String) {
        let body = format!("{START}{fields}}}]}}");
        let answer = Answer::parse(body.as_bytes()).unwrap_or_else(|error| panic!("{body}: {error}"));
        assert_eq!(Answer::parse(&answer.to_json()), Ok(answer.clone()), "{body}");
        let written = String::from_utf8(answer.to_json()).unwrap();
        let fields = written.strip_prefix(START).unwrap().strip_suffix("}]}").unwrap().to_owned();
        (answer.member_list.unwrap().pop().unwrap(), fields)
    }

    #[test]
    fn marks_and_remark_are_typed_fields() {
        let (found, written) =
            member(r#","Marks":[500,1000,-0,-9223372036854775808],"Remark":"r","Avatar":"u","x":1.50"#);
        assert_eq!(found.marks, Some([500, 1_000, 0, i64::MIN].into()));
        assert_eq!((found.remark.as_deref(), found.avatar.as_deref()), (Some("r"), Some("u")));
        assert_eq!(found.extra.iter().collect::<Vec<_>>(), [("x", "1.50")]);
        assert_eq!(written, r#","Avatar":"u","Remark":"r","Marks":[500,1000,0,-9223372036854775808],"x":1.50"#);
        let (found, written) = member(r#","Marks":[],"Remark":"""#);
        assert_eq!((found.marks, found.remark.as_deref()), (Some(Marks::new()), Some("")));
        assert_eq!(written, r#","Remark":"","Marks":[]"#);
        let (found, written) = member("");
        assert_eq!((found.marks, found.remark, &*written), (None, None, ""));
    }

    #[test]
    fn marks_and_remark_of_wrong_type_are_kept() {
        for fields in [
            r#","Marks":null"#,
            r#","Marks":1000"#,
            r#","Marks":"1000""#,
            r#","Marks":{"1000":true}"#,
            r#","Marks":["1000"]"#,
            r#","Marks":[1000,null]"#,
            r#","Marks":[1000.0]"#,
            r#","Marks":[ 1e3 ]"#,
            r#","Marks":[9223372036854775808]"#,
            r#","Marks":[1000],"Marks":[1001]"#,
            r#","Marks":[1000],"Marks":[1000]"#,
            r#","Remark":null"#,
            r#","Remark":7"#,
            r#","Remark":["r"]"#,
            r#","Remark":"\ud800""#,
            r#","Remark":"r","Remark":"r""#,
            r#","Remark":{},"x":1,"Marks":{},"y":2"#,
        ] {
            let (found, written) = member(fields);
            assert_eq!((found.marks, found.remark), (None, None), "{fields}");
            assert_eq!(written, fields);
        }
    }

    #[test]
    fn documented_fields_must_have_their_types() {
        for (fields, expected) in [
            (r#","Avatar":7"#, "`MemberList[0].Avatar` must be a string, and is an integer: `7`"),
            (r#","NickName":"m""#, "`MemberList[0].NickName` is there more than once; send it once"),
            (r#","JoinTime":2"#, "`MemberList[0].JoinTime` is there more than once; send it once"),
        ] {
            let error = Answer::parse(format!("{START}{fields}}}]}}").as_bytes()).unwrap_err();
            assert_eq!(error.to_string(), expected);
        }
    }

    #[test]
    fn each_request_field_has_three_errors() {
        for (name, path) in
            [("GroupId", BodyPath::GroupId), ("Timestamp", BodyPath::Timestamp), ("Mark", BodyPath::MarkFilter)]
        {
            let body = r#"{"GroupId":"g","Timestamp":0,"Mark":1000}"#;
            let change = |to: &str| body.replace(&format!("\"{name}\":"), to);
            let found =
                |body: &str| Draft::parse(body).unwrap().errors.into_iter().map(|error| (error.path, error.problem));
            let found = |body: &str| found(body).collect::<Vec<_>>();
            let is_optional = name == "Mark";
            let missing = if is_optional { vec![] } else { vec![(path, FieldProblem::Missing)] };
            assert_eq!(found(&change("\"x\":")), missing);
            assert_eq!(found(&change(&format!("\"{name}\":0,\"{name}\":"))), [(path, FieldProblem::DuplicateField)]);
            let of_another_type = found(&change(&format!("\"{name}\":null,\"x\":")));
            assert!(
                matches!(of_another_type[..], [(at, FieldProblem::Type { .. })] if at == path),
                "{of_another_type:?}"
            );
        }
    }
}
