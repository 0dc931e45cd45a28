//! The body of the calls that name a group and accounts: [`add_robots`](crate::add_robots), [`del_robots`](crate::del_robots) and
//! [`check_members`](crate::check_members).

use std::borrow::Cow;

use serde::Serialize;

use crate::body_path::BodyPath;
use crate::envelope::to_json;
use crate::json::{self, FieldErrors};
use crate::json::{BodyError, FieldError, RequestError};

/// A request that names accounts of a group. Its values are of the right types and not yet held against any limit.
///
/// ```
/// use avmarks_protocol::check_members::Request;
///
/// let request = Request { group_id: "@TGS#a6I4ZUUGO".into(), accounts: vec!["teacher10".into(), "teacher11".into()] };
/// let bytes = request.to_json();
/// assert_eq!(bytes, br#"{"GroupId":"@TGS#a6I4ZUUGO","Member_Account":["teacher10","teacher11"]}"#);
/// assert_eq!(Request::parse(&bytes), Ok(request));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Request<'a> {
    /// `GroupId`.
    #[serde(rename = "GroupId")]
    pub group_id: Cow<'a, str>,
    /// `Member_Account`, at most 500 accounts (`gap:robots-max`, `gap:check-max`).
    #[serde(rename = "Member_Account")]
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
        match (draft.group_id, draft.accounts) {
            (Some(group_id), Some(accounts)) if draft.errors.is_empty() => {
                Ok(Self { group_id, accounts: accounts.into_iter().flatten().collect() })
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
/// use avmarks_protocol::add_robots::Draft;
///
/// let draft = Draft::parse(r#"{"Member_Account":["robot1",7]}"#).unwrap();
/// assert_eq!(draft.accounts, Some(vec![Some("robot1".into()), None]));
/// assert_eq!(draft.errors[0].to_string(), "`GroupId` is missing");
/// assert_eq!(draft.errors[1].to_string(), "`Member_Account[1]` must be a string, and is an integer: `7`");
/// ```
#[doc(hidden)]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft<'a> {
    /// `GroupId`, if it is there once and a string.
    pub group_id: Option<Cow<'a, str>>,
    /// `Member_Account`, if it is there once and an array; none for each account that is not a string.
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
        let accounts = errors.list(&mut fields, BodyPath::MemberAccounts, BodyPath::MemberAccount, json::string)?;
        Ok(Self { group_id, accounts, errors: errors.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::FieldProblem;

    const BODY: &str = r#"{"GroupId":"@TGS#a6I4ZUUGO","Member_Account":["245000","202200"]}"#;

    fn errors(body: &str) -> Vec<String> {
        let draft = Draft::parse(body).unwrap();
        assert_eq!(Request::parse(body.as_bytes()), Err(RequestError::Fields(draft.errors.clone())));
        draft.errors.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_sample_request_survives_a_round_trip() {
        let request = Request { group_id: "@TGS#a6I4ZUUGO".into(), accounts: vec!["245000".into(), "202200".into()] };
        assert_eq!(String::from_utf8(request.to_json()).unwrap(), BODY);
        assert_eq!(Request::parse(BODY.as_bytes()).as_ref(), Ok(&request));
        let nobody = Request { accounts: Vec::new(), ..request };
        assert_eq!(nobody.to_json(), br#"{"GroupId":"@TGS#a6I4ZUUGO","Member_Account":[]}"#);
        assert_eq!(Request::parse(&nobody.to_json()), Ok(nobody));
    }

    #[test]
    fn order_escapes_and_unknown_fields_do_not_matter() {
        for body in [
            r#" { "Member_Account" : [ "245000" , "\u0032\u00302200" ] , "GroupId" : "@TGS#a6I4ZUUGO" } "#,
            r#"{"CommandType":"x","GroupId":"@TGS#a6I4ZUUGO","Member_Account":["245000","202200"],"MemberList":1,"MemberList":2}"#,
            r#"{"\u0047roupId":"@TGS#a6I4ZUUGO","Member_Account":["245000","202200"],"x":{"Member_Account":1},"member_account":3}"#,
        ] {
            assert_eq!(Request::parse(body.as_bytes()), Request::parse(BODY.as_bytes()), "{body}");
        }
    }

    #[test]
    fn each_field_error_has_its_path() {
        for (body, expected) in [
            ("{}", &["`GroupId` is missing", "`Member_Account` is missing"][..]),
            (r#"{"GroupId":"g"}"#, &["`Member_Account` is missing"]),
            (
                r#"{"GroupId":1,"Member_Account":{}}"#,
                &[
                    "`GroupId` must be a string, and is an integer: `1`",
                    "`Member_Account` must be an array, and is an object: `{}`",
                ],
            ),
            (r#"{"GroupId":"g","Member_Account":null}"#, &["`Member_Account` must be an array, and is null"]),
            (
                r#"{"GroupId":"g","Member_Account":"a"}"#,
                &["`Member_Account` must be an array, and is a string: `\"a\"`"],
            ),
            (
                r#"{"GroupId":"g","Member_Account":[null,"a",1.5,true,["b"],{"Member_Account":"c"}]}"#,
                &[
                    "`Member_Account[0]` must be a string, and is null",
                    "`Member_Account[2]` must be a string, and is a number with fraction or exponent: `1.5`",
                    "`Member_Account[3]` must be a string, and is a boolean: `true`",
                    "`Member_Account[4]` must be a string, and is an array: `[\"b\"]`",
                    "`Member_Account[5]` must be a string, and is an object: `{\"Member_Account\":\"c\"}`",
                ],
            ),
        ] {
            assert_eq!(errors(body), expected, "{body}");
        }
    }

    #[test]
    fn duplicate_and_missing_fields_are_different_errors() {
        for (body, path) in [
            (BODY.replace("\"GroupId\"", "\"GroupId\":\"a\",\"GroupId\""), BodyPath::GroupId),
            (BODY.replace("\"Member_Account\"", "\"Member_Account\":7,\"Member_Account\""), BodyPath::MemberAccounts),
        ] {
            let draft = Draft::parse(&body).unwrap();
            assert_eq!(draft.errors, [crate::FieldError { path, problem: FieldProblem::DuplicateField }]);
            assert!(Request::parse(body.as_bytes()).is_err());
        }
    }

    #[test]
    fn valid_values_are_kept_beside_errors() {
        let draft = Draft::parse(r#"{"Member_Account":["a",1,"c"]}"#).unwrap();
        assert_eq!(draft.accounts, Some(vec![Some("a".into()), None, Some("c".into())]));
        let draft = Draft::parse(r#"{"GroupId":"g","Member_Account":1}"#).unwrap();
        assert_eq!((draft.group_id, draft.accounts), (Some("g".into()), None));
    }

    #[test]
    fn a_lone_surrogate_makes_the_body_unreadable() {
        let body = r#"{"GroupId":"g","Member_Account":["\ud800"]}"#;
        let Err(BodyError::NotJson { what }) = Draft::parse(body) else { panic!() };
        assert!(what.starts_with("in `Member_Account[0]`: "), "{what}");
    }
}
