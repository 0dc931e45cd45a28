//! The body of the calls that name a group and nothing else: [`get_online_member_num`](crate::get_online_member_num) and
//! [`get_admin_list`](crate::get_admin_list).

use std::borrow::Cow;

use serde::Serialize;

use crate::body_path::BodyPath;
use crate::envelope::to_json;
use crate::json::{self, FieldErrors};
use crate::json::{BodyError, FieldError, RequestError};

/// A request that names a group. The id is a string and not yet held against any limit.
///
/// ```
/// use avmarks_protocol::get_online_member_num::Request;
///
/// let request = Request { group_id: "@TGS#a6I4ZUUGO".into() };
/// assert_eq!(request.to_json(), br#"{"GroupId":"@TGS#a6I4ZUUGO"}"#);
/// assert_eq!(Request::parse(br#"{"GroupId":"@TGS#a6I4ZUUGO"}"#), Ok(request));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Request<'a> {
    /// `GroupId`.
    pub group_id: Cow<'a, str>,
}

impl<'a> Request<'a> {
    /// The request of a body, read strictly.
    ///
    /// # Errors
    ///
    /// [`RequestError`] if the body is not a JSON object, or `GroupId` is missing, duplicated, or not a string.
    pub fn parse(body: &'a [u8]) -> Result<Self, RequestError> {
        let draft = Draft::parse(json::text(body)?)?;
        draft.group_id.map(|group_id| Self { group_id }).ok_or(RequestError::Fields(draft.errors))
    }

    /// The body, compact.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }
}

/// A partially parsed request: the values that could be read, and an error for each other field.
///
/// ```
/// use avmarks_protocol::get_admin_list::Draft;
/// use avmarks_protocol::BodyPath;
///
/// let draft = Draft::parse(r#"{"GroupId":"a","GroupId":"b"}"#).unwrap();
/// assert_eq!(draft.group_id, None);
/// assert!(draft.errors[0].path == BodyPath::GroupId && draft.errors[0].is_duplicate());
/// ```
#[doc(hidden)]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft<'a> {
    /// `GroupId`, if it is there once and a string.
    pub group_id: Option<Cow<'a, str>>,
    /// The missing and duplicate fields and those of another type.
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
        Ok(Self { group_id, errors: errors.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(body: &str) -> String {
        let draft = Draft::parse(body).unwrap();
        assert_eq!(draft.group_id, None);
        assert_eq!(Request::parse(body.as_bytes()), Err(RequestError::Fields(draft.errors.clone())));
        RequestError::Fields(draft.errors).to_string()
    }

    #[test]
    fn a_request_needs_its_group_alone() {
        let request = Request { group_id: "@TGS#a6I4ZUUGO".into() };
        assert_eq!(request.to_json(), br#"{"GroupId":"@TGS#a6I4ZUUGO"}"#);
        for more in ["", r#","Member_Account":[1],"Member_Account":2"#, r#","groupid":7,"x":{"GroupId":1}"#] {
            let body = format!(r#"{{"GroupId":"@TGS#a6I4ZUUGO"{more}}}"#);
            assert_eq!(Request::parse(body.as_bytes()).as_ref(), Ok(&request), "{more}");
        }
    }

    #[test]
    fn each_invalid_group_is_its_own_error() {
        for (body, expected) in [
            ("{}", "`GroupId` is missing"),
            (r#"{"GroupId":"a","GroupId":"a"}"#, "`GroupId` is there more than once; send it once"),
            (r#"{"GroupId":null}"#, "`GroupId` must be a string, and is null"),
            (r#"{"GroupId":7}"#, "`GroupId` must be a string, and is an integer: `7`"),
            (r#"{"GroupId":1.0}"#, "`GroupId` must be a string, and is a number with fraction or exponent: `1.0`"),
            (r#"{"GroupId":true}"#, "`GroupId` must be a string, and is a boolean: `true`"),
            (r#"{"GroupId":["a"]}"#, "`GroupId` must be a string, and is an array: `[\"a\"]`"),
            (r#"{"GroupId":{}}"#, "`GroupId` must be a string, and is an object: `{}`"),
        ] {
            assert_eq!(errors(body), expected);
        }
        let lone_surrogate = Draft::parse(r#"{"GroupId":"\ud800"}"#);
        assert!(matches!(lone_surrogate, Err(BodyError::NotJson { .. })), "{lone_surrogate:?}");
    }
}
