//! `POST /v4/group_open_avchatroom_http_svc/modify_admin`: sets or deletes administrators of a group.
//!
//! An administrator need not be in the group, and stays one through leaving and coming back. Source: 1047/60525 (2025-10-23),
//! 269/102857 (2025-11-11).

use std::borrow::Cow;

use serde::Serialize;

use crate::body_path::BodyPath;
use crate::envelope::to_json;
use crate::integer::Integer;
use crate::json::{self, FieldErrors};
use crate::json::{BodyError, FieldError, RequestError};

pub use crate::bare_answer::Answer;

/// The path of the URL, without a slash in front.
pub const PATH: &str = "v4/group_open_avchatroom_http_svc/modify_admin";

/// A request. Its values are of the right types and not yet held against any limit.
///
/// ```
/// use avmarks_protocol::modify_admin::Request;
///
/// let request =
///     Request { group_id: "@TGS#a6I4ZUUGO".into(), command_type: 1.into(), accounts: vec!["user1".into()] };
/// let bytes = request.to_json();
/// assert_eq!(bytes, br#"{"GroupId":"@TGS#a6I4ZUUGO","CommandType":1,"Admin_Account":["user1"]}"#);
/// assert_eq!(Request::parse(&bytes), Ok(request));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Request<'a> {
    /// `GroupId`.
    pub group_id: Cow<'a, str>,
    /// `CommandType`: 1 sets, 2 deletes.
    pub command_type: Integer<'a>,
    /// `Admin_Account`: the accounts to set or delete. A group has at most five administrators.
    #[serde(rename = "Admin_Account")]
    pub accounts: Vec<Cow<'a, str>>,
}

impl<'a> Request<'a> {
    /// The request of a body, read strictly.
    ///
    /// # Errors
    ///
    /// [`RequestError`] if the body is not a JSON object, or with every field that is missing, duplicated or of another
    /// type. Fields that the documents do not name are passed over.
    pub fn parse(body: &'a [u8]) -> Result<Self, RequestError> {
        let draft = Draft::parse(json::text(body)?)?;
        match (draft.group_id, draft.command_type, draft.accounts) {
            (Some(group_id), Some(command_type), Some(accounts)) if draft.errors.is_empty() => {
                Ok(Self { group_id, command_type, accounts: accounts.into_iter().flatten().collect() })
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
///
/// ```
/// use avmarks_protocol::modify_admin::Draft;
///
/// let draft = Draft::parse(r#"{"GroupId":"@TGS#a6I4ZUUGO","CommandType":"1","Admin_Account":[1]}"#).unwrap();
/// assert_eq!((draft.command_type, draft.accounts), (None, Some(vec![None])));
/// assert_eq!(draft.errors[0].to_string(), "`CommandType` must be an integer, and is a string: `\"1\"`");
/// assert_eq!(draft.errors[1].to_string(), "`Admin_Account[0]` must be a string, and is an integer: `1`");
/// ```
#[doc(hidden)]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft<'a> {
    /// `GroupId`, if it is there once and a string.
    pub group_id: Option<Cow<'a, str>>,
    /// `CommandType`, if it is there once and an integer.
    pub command_type: Option<Integer<'a>>,
    /// `Admin_Account`, if it is there once and an array; none for each account that is not a string.
    pub accounts: Option<Vec<Option<Cow<'a, str>>>>,
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
        let command_type = errors.keep(fields.require(BodyPath::CommandType, json::integer))?;
        let accounts = errors.list(&mut fields, BodyPath::AdminAccounts, BodyPath::AdminAccount, json::string)?;
        Ok(Self { group_id, command_type, accounts, errors: errors.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::FieldProblem;

    const BODY: &str = r#"{"GroupId":"@TGS#a6I4ZUUGO","CommandType":2,"Admin_Account":["user1","user2"]}"#;

    fn errors(body: &str) -> Vec<FieldError> {
        let draft = Draft::parse(body).unwrap();
        assert_eq!(Request::parse(body.as_bytes()), Err(RequestError::Fields(draft.errors.clone())));
        draft.errors
    }

    #[test]
    fn the_sample_request_survives_a_round_trip() {
        let request = Request {
            group_id: "@TGS#a6I4ZUUGO".into(),
            command_type: 2.into(),
            accounts: vec!["user1".into(), "user2".into()],
        };
        assert_eq!(String::from_utf8(request.to_json()).unwrap(), BODY);
        for more in ["{", r#"{"Member_Account":7,"#, r#"{"admin_account":1,"MemberList":[],"MemberList":{},"#] {
            let body = BODY.replacen('{', more, 1);
            assert_eq!(Request::parse(body.as_bytes()).as_ref(), Ok(&request), "{body}");
        }
        let nobody = Request { accounts: Vec::new(), ..request };
        assert_eq!(nobody.to_json(), br#"{"GroupId":"@TGS#a6I4ZUUGO","CommandType":2,"Admin_Account":[]}"#);
        assert_eq!(Request::parse(&nobody.to_json()), Ok(nobody));
    }

    #[test]
    fn command_types_are_integers_of_any_size() {
        for (digits, written) in [("-0", "0"), ("99999999999999999999", "99999999999999999999")] {
            let body = BODY.replace(":2,", &format!(":{digits},"));
            let request = Request::parse(body.as_bytes()).unwrap();
            assert_eq!(request.command_type.to_string(), written);
            assert_eq!(String::from_utf8(request.to_json()).unwrap(), body.replace(digits, written));
        }
    }

    #[test]
    fn each_field_error_has_its_path() {
        for (body, expected) in [
            ("{}", &["`GroupId` is missing", "`CommandType` is missing", "`Admin_Account` is missing"][..]),
            (
                r#"{"Admin_Account":"a","CommandType":1.0,"GroupId":null}"#,
                &[
                    "`GroupId` must be a string, and is null",
                    "`CommandType` must be an integer, and is a number with fraction or exponent: `1.0`",
                    "`Admin_Account` must be an array, and is a string: `\"a\"`",
                ],
            ),
            (
                r#"{"GroupId":"g","CommandType":1,"Admin_Account":["a",7,{"Admin_Account":"b"}]}"#,
                &[
                    "`Admin_Account[1]` must be a string, and is an integer: `7`",
                    "`Admin_Account[2]` must be a string, and is an object: `{\"Admin_Account\":\"b\"}`",
                ],
            ),
        ] {
            let found: Vec<_> = errors(body).iter().map(ToString::to_string).collect();
            assert_eq!(found, expected, "{body}");
        }
    }

    #[test]
    fn duplicate_and_missing_fields_are_different_errors() {
        for (name, path) in [
            ("GroupId", BodyPath::GroupId),
            ("CommandType", BodyPath::CommandType),
            ("Admin_Account", BodyPath::AdminAccounts),
        ] {
            let twice = BODY.replace(&format!("\"{name}\":"), &format!("\"{name}\":0,\"{name}\":"));
            assert_eq!(errors(&twice), [FieldError { path, problem: FieldProblem::DuplicateField }]);
            let missing = BODY.replace(&format!("\"{name}\":"), "\"x\":");
            assert_eq!(errors(&missing), [FieldError { path, problem: FieldProblem::Missing }]);
        }
    }
}
