//! `POST /v4/group_open_avchatroom_http_svc/check_members`: returns which of some accounts are online in a group, also beyond the
//! 1,000 that the list shows.
//!
//! Source: 269/95618 (2024-07-09), 1047/60523 (2025-02-28).

use serde::Serialize;

use crate::body_path::BodyPath;
use crate::envelope::{AnswerError, Envelope};
use crate::envelope::{code_first, to_json};
use crate::error_code::ErrorCode;
use crate::extra::Extra;
use crate::json;

pub use crate::account_list::{Draft, Request};

/// The path of the URL, without a slash in front.
pub const PATH: &str = "v4/group_open_avchatroom_http_svc/check_members";

/// An answer. A refusal has the envelope alone.
///
/// ```
/// use avmarks_protocol::check_members::Answer;
///
/// let answer = Answer::online(vec!["245000".to_owned(), "239017".to_owned()]);
/// let bytes = answer.to_json();
/// assert_eq!(bytes, br#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","Member_Account":["245000","239017"]}"#);
/// assert_eq!(Answer::parse(&bytes), Ok(answer));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Answer {
    /// Status, code and sentence.
    #[serde(flatten, serialize_with = "code_first")]
    pub envelope: Envelope,
    /// `Member_Account`: those of the accounts asked that are online. `None` if the answer has no such field: a refusal, or an
    /// answer that is OK and found none of them online.
    #[serde(rename = "Member_Account", skip_serializing_if = "Option::is_none")]
    pub accounts: Option<Vec<String>>,
    /// Fields that no document names.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Answer {
    /// The answer that names those that are online; the field is there even where the list is empty.
    #[must_use]
    pub fn online(accounts: Vec<String>) -> Self {
        Self { envelope: Envelope::ok(), accounts: Some(accounts), extra: Extra::default() }
    }

    /// The answer to a call that was refused.
    #[must_use]
    pub fn refused(code: ErrorCode, info: impl Into<String>) -> Self {
        Self { envelope: Envelope::fail(code, info), accounts: None, extra: Extra::default() }
    }

    /// The answer of a body.
    ///
    /// # Errors
    ///
    /// [`AnswerError`] if the body is not a JSON object, or a field that is named above is of another type. A `null` counts
    /// as missing where a field may be missing. The code can be read even so: [`Envelope::parse`].
    pub fn parse(body: &[u8]) -> Result<Self, AnswerError> {
        let mut fields = json::Fields::parse(json::text(body)?)?;
        let envelope = Envelope::take(&mut fields)?;
        let accounts = match fields.optional_nullable(BodyPath::MemberAccounts, json::array)? {
            None => None,
            Some(values) => {
                let mut accounts = Vec::with_capacity(values.len());
                for (at, value) in values.into_iter().enumerate() {
                    accounts.push(json::string(BodyPath::MemberAccount(at), value)?.into_owned());
                }
                Some(accounts)
            }
        };
        Ok(Self { envelope, accounts, extra: fields.rest() })
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
    fn an_answer_keeps_the_order_of_accounts() {
        for (accounts, written) in [
            (vec!["b".to_owned(), "a\"".to_owned()], r#","Member_Account":["b","a\""]"#),
            (Vec::new(), r#","Member_Account":[]"#),
        ] {
            let answer = Answer::online(accounts);
            assert_eq!(String::from_utf8(answer.to_json()).unwrap(), format!("{START}{written}}}"));
            assert_eq!(parse(written), Ok(answer));
        }
        let refused = Answer::refused(ErrorCode::new(10_015), "no");
        assert_eq!(refused.to_json(), br#"{"ActionStatus":"FAIL","ErrorCode":10015,"ErrorInfo":"no"}"#);
        assert_eq!(Answer::parse(&refused.to_json()), Ok(refused));
    }

    #[test]
    fn a_missing_list_survives_a_round_trip() {
        for fields in ["", r#","Member_Account":null"#] {
            let answer = parse(fields).unwrap();
            assert!(answer.envelope.is_ok() && answer.accounts.is_none() && answer.extra.is_empty());
            assert_eq!(String::from_utf8(answer.to_json()).unwrap(), format!("{START}}}"));
        }
    }

    #[test]
    fn unknown_fields_come_back_behind_the_list() {
        let answer = parse(r#","New":1.50,"Member_Account":["a"],"MemberList":[{}],"New":[ ]"#).unwrap();
        assert_eq!(
            String::from_utf8(answer.to_json()).unwrap(),
            format!(r#"{START},"Member_Account":["a"],"New":1.50,"MemberList":[{{}}],"New":[ ]}}"#)
        );
        assert_eq!(Answer::parse(&answer.to_json()), Ok(answer));
    }

    #[test]
    fn a_list_of_wrong_type_is_an_error() {
        for (fields, expected) in [
            (r#","Member_Account":{}"#, "`Member_Account` must be an array, and is an object: `{}`"),
            (r#","Member_Account":"a""#, "`Member_Account` must be an array, and is a string: `\"a\"`"),
            (r#","Member_Account":["a",null]"#, "`Member_Account[1]` must be a string, and is null"),
            (r#","Member_Account":[7]"#, "`Member_Account[0]` must be a string, and is an integer: `7`"),
            (r#","Member_Account":[],"Member_Account":[]"#, "`Member_Account` is there more than once; send it once"),
        ] {
            assert_eq!(parse(fields).unwrap_err().to_string(), expected);
        }
        assert!(matches!(parse(r#","Member_Account":["\ud800"]"#), Err(AnswerError::Body(_))));
    }
}
