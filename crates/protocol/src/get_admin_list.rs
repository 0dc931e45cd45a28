//! `POST /v4/group_open_avchatroom_http_svc/get_admin_list`: the administrators of a group.
//!
//! Source: 1047/60524 (2025-02-28), 269/102858 (2025-11-03).

use serde::Serialize;

use crate::body_path::BodyPath;
use crate::envelope::{AnswerError, Envelope};
use crate::envelope::{code_first, objects, optional_text, to_json};
use crate::error_code::ErrorCode;
use crate::extra::Extra;
use crate::json;

pub use crate::group_only::{Draft, Request};

/// The path of the URL, without a slash in front.
pub const PATH: &str = "v4/group_open_avchatroom_http_svc/get_admin_list";

/// An answer. A refusal has the envelope alone.
///
/// ```
/// use avmarks_protocol::get_admin_list::{Admin, Answer};
///
/// let answer = Answer::admins(vec![Admin::new("user1")]);
/// let bytes = answer.to_json();
/// assert_eq!(
///     String::from_utf8_lossy(&bytes),
///     r#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","Admin_List":[{"Admin_Account":"user1","Avatar":"","NickName":""}]}"#
/// );
/// assert_eq!(Answer::parse(&bytes), Ok(answer));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Answer {
    /// Status, code and sentence.
    #[serde(flatten, serialize_with = "code_first")]
    pub envelope: Envelope,
    /// `Admin_List`: the administrators. Typed as an object in the field table; an array in the sample. `None` if the answer
    /// lacks the field: a refusal, or an OK answer about a group without administrators.
    #[serde(rename = "Admin_List", skip_serializing_if = "Option::is_none")]
    pub admin_list: Option<Vec<Admin>>,
    /// Fields that no document names.
    #[serde(flatten)]
    pub extra: Extra,
}

/// An administrator of a group.
///
/// ```
/// use avmarks_protocol::get_admin_list::Answer;
///
/// let bytes = br#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","Admin_List":[{"Admin_Account":"user1","NickName":"AA","Since":1.50}]}"#;
/// let answer = Answer::parse(bytes).unwrap();
/// let admin = &answer.admin_list.as_ref().unwrap()[0];
/// assert_eq!((&*admin.account, admin.avatar.as_deref(), admin.nick_name.as_deref()), ("user1", None, Some("AA")));
/// assert_eq!(admin.extra.iter().next(), Some(("Since", "1.50")));
/// assert_eq!(answer.to_json(), bytes);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Admin {
    /// `Admin_Account`.
    #[serde(rename = "Admin_Account")]
    pub account: String,
    /// `Avatar`, a URL: empty where the account has none, `None` if the answer has no such field.
    #[serde(rename = "Avatar", skip_serializing_if = "Option::is_none")]
    pub avatar: Option<String>,
    /// `NickName`: empty where the account has none, `None` if the answer has no such field.
    #[serde(rename = "NickName", skip_serializing_if = "Option::is_none")]
    pub nick_name: Option<String>,
    /// Fields that no document names.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Admin {
    /// An administrator of whom no more is known: `Avatar` and `NickName` are there, and empty.
    #[must_use]
    pub fn new(account: impl Into<String>) -> Self {
        Self {
            account: account.into(),
            avatar: Some(String::new()),
            nick_name: Some(String::new()),
            extra: Extra::default(),
        }
    }
}

impl Answer {
    /// The answer that names these administrators; the field is there even where the list is empty.
    #[must_use]
    pub fn admins(admin_list: Vec<Admin>) -> Self {
        Self { envelope: Envelope::ok(), admin_list: Some(admin_list), extra: Extra::default() }
    }

    /// The answer to a call that was refused.
    #[must_use]
    pub fn refused(code: ErrorCode, info: impl Into<String>) -> Self {
        Self { envelope: Envelope::fail(code, info), admin_list: None, extra: Extra::default() }
    }

    /// The answer of a body.
    ///
    /// # Errors
    ///
    /// [`AnswerError`] if the body is not a JSON object, or a field that is named above is of another type. A `null` counts
    /// as missing where a field may be missing. The code can be read even so: [`Envelope::parse`].
    pub fn parse(body: &[u8]) -> Result<Self, AnswerError> {
        let mut fields = json::Fields::parse(json::text(body)?)?;
        Ok(Self {
            envelope: Envelope::take(&mut fields)?,
            admin_list: objects(&mut fields, BodyPath::AdminList, BodyPath::AdminEntry, |at, mut entry| {
                Ok(Admin {
                    account: entry.require(BodyPath::AdminEntryAccount(at), json::string)?.into_owned(),
                    avatar: optional_text(BodyPath::AdminEntryAvatar(at), &mut entry)?,
                    nick_name: optional_text(BodyPath::AdminEntryNickName(at), &mut entry)?,
                    extra: entry.rest(),
                })
            })?,
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

    const START: &str = r#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"""#;

    fn parse(fields: &str) -> Result<Answer, AnswerError> {
        Answer::parse(format!("{START}{fields}}}").as_bytes())
    }

    #[test]
    fn the_sample_answer_survives_a_round_trip() {
        let mut named = Admin::new("user1");
        named.avatar = Some("https://example.com/abc.jpg".to_owned());
        named.nick_name = Some("AA".to_owned());
        for (admins, written) in [
            (
                vec![named, Admin::new("116400")],
                r#","Admin_List":[{"Admin_Account":"user1","Avatar":"https://example.com/abc.jpg","NickName":"AA"},{"Admin_Account":"116400","Avatar":"","NickName":""}]"#,
            ),
            (Vec::new(), r#","Admin_List":[]"#),
        ] {
            let answer = Answer::admins(admins);
            assert_eq!(String::from_utf8(answer.to_json()).unwrap(), format!("{START}{written}}}"));
            assert_eq!(parse(written), Ok(answer));
        }
        let refused = Answer::refused(ErrorCode::new(10_007), "no");
        assert_eq!(refused.to_json(), br#"{"ActionStatus":"FAIL","ErrorCode":10007,"ErrorInfo":"no"}"#);
        assert_eq!(Answer::parse(&refused.to_json()), Ok(refused));
    }

    #[test]
    fn list_name_and_picture_are_optional() {
        for (fields, written) in [
            ("", ""),
            (r#","Admin_List":null"#, ""),
            (r#","Admin_List":[{"Admin_Account":"a"}]"#, r#","Admin_List":[{"Admin_Account":"a"}]"#),
            (
                r#","Admin_List":[{"NickName":null,"Avatar":"u","Admin_Account":"a"}]"#,
                r#","Admin_List":[{"Admin_Account":"a","Avatar":"u"}]"#,
            ),
        ] {
            let answer = parse(fields).unwrap();
            assert_eq!(answer.admin_list.is_some(), !written.is_empty());
            assert_eq!(String::from_utf8(answer.to_json()).unwrap(), format!("{START}{written}}}"));
        }
    }

    #[test]
    fn unknown_fields_are_written_last() {
        let answer =
            parse(r#","x":1.50,"Admin_List":[{"Role":null,"Admin_Account":"a","Role":{}}],"RequestId":7"#).unwrap();
        assert_eq!(
            String::from_utf8(answer.to_json()).unwrap(),
            format!(
                r#"{START},"Admin_List":[{{"Admin_Account":"a","Role":null,"Role":{{}}}}],"x":1.50,"RequestId":7}}"#
            )
        );
        assert_eq!(Answer::parse(&answer.to_json()), Ok(answer));
    }

    #[test]
    fn each_invalid_field_is_an_error_with_path() {
        for (fields, expected) in [
            (r#","Admin_List":{}"#, "`Admin_List` must be an array, and is an object: `{}`"),
            (r#","Admin_List":[],"Admin_List":[]"#, "`Admin_List` is there more than once; send it once"),
            (
                r#","Admin_List":[{"Admin_Account":"a"},"b"]"#,
                "`Admin_List[1]` must be an object, and is a string: `\"b\"`",
            ),
            (r#","Admin_List":[{}]"#, "`Admin_List[0].Admin_Account` is missing"),
            (
                r#","Admin_List":[{"Admin_Account":null}]"#,
                "`Admin_List[0].Admin_Account` must be a string, and is null",
            ),
            (
                r#","Admin_List":[{"Admin_Account":"a","Avatar":1}]"#,
                "`Admin_List[0].Avatar` must be a string, and is an integer: `1`",
            ),
            (
                r#","Admin_List":[{"Admin_Account":"a","NickName":[]}]"#,
                "`Admin_List[0].NickName` must be a string, and is an array: `[]`",
            ),
            (
                r#","Admin_List":[{"Admin_Account":"a","Avatar":"","Avatar":""}]"#,
                "`Admin_List[0].Avatar` is there more than once; send it once",
            ),
        ] {
            assert_eq!(parse(fields).unwrap_err().to_string(), expected);
        }
    }
}
