//! The answer of the calls that return only their result: [`add_robots`](crate::add_robots),
//! [`del_robots`](crate::del_robots) and [`modify_admin`](crate::modify_admin).

use serde::Serialize;

use crate::envelope::{AnswerError, Envelope};
use crate::envelope::{code_first, to_json};
use crate::error_code::ErrorCode;
use crate::extra::Extra;
use crate::json;

/// An answer that is only the envelope. It names no accounts, so it does not show which accounts of the request were served.
///
/// The order of its fields is that of the sample of `modify_admin` (1047/60525).
///
/// ```
/// use avmarks_protocol::ErrorCode;
/// use avmarks_protocol::add_robots::Answer;
///
/// assert_eq!(Answer::ok().to_json(), br#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":""}"#);
///
/// let refused = Answer::refused(ErrorCode::new(10010), "no such group");
/// assert_eq!(refused.to_json(), br#"{"ActionStatus":"FAIL","ErrorCode":10010,"ErrorInfo":"no such group"}"#);
/// assert_eq!(Answer::parse(&refused.to_json()), Ok(refused));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Answer {
    /// Status, code and sentence.
    #[serde(flatten, serialize_with = "code_first")]
    pub envelope: Envelope,
    /// Fields that no document names.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Answer {
    /// The answer to a call that was served.
    #[must_use]
    pub fn ok() -> Self {
        Self { envelope: Envelope::ok(), extra: Extra::default() }
    }

    /// The answer to a call that was refused.
    #[must_use]
    pub fn refused(code: ErrorCode, info: impl Into<String>) -> Self {
        Self { envelope: Envelope::fail(code, info), extra: Extra::default() }
    }

    /// The answer of a body.
    ///
    /// # Errors
    ///
    /// [`AnswerError`], as of [`Envelope::parse`].
    pub fn parse(body: &[u8]) -> Result<Self, AnswerError> {
        let mut fields = json::Fields::parse(json::text(body)?)?;
        Ok(Self { envelope: Envelope::take(&mut fields)?, extra: fields.rest() })
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
    fn the_envelope_is_read_in_any_order() {
        let bytes = br#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":""}"#;
        assert_eq!(Answer::ok().to_json(), bytes);
        for body in [&bytes[..], br#"{"ErrorInfo":"","ErrorCode":0,"ActionStatus":"OK"}"#] {
            assert_eq!(Answer::parse(body), Ok(Answer::ok()));
        }
        let refused = Answer::refused(ErrorCode::new(10_007), "no");
        assert!(!refused.envelope.is_ok());
        assert_eq!(refused.to_json(), br#"{"ActionStatus":"FAIL","ErrorCode":10007,"ErrorInfo":"no"}"#);
    }

    #[test]
    fn unknown_fields_survive_a_round_trip() {
        let bytes = br#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","RequestId":"r","MemberList":[1.50],"x":null,"x":{}}"#;
        let answer = Answer::parse(bytes).unwrap();
        assert_eq!(answer.envelope.request_id.as_deref(), Some("r"));
        assert_eq!(answer.extra.iter().collect::<Vec<_>>(), [("MemberList", "[1.50]"), ("x", "null"), ("x", "{}")]);
        assert_eq!(answer.to_json(), bytes);
    }

    #[test]
    fn an_unreadable_envelope_is_an_error() {
        for (body, expected) in [
            ("{}", "`ActionStatus` is missing"),
            (r#"{"ActionStatus":"OK"}"#, "`ErrorCode` is missing"),
            (r#"{"ActionStatus":1,"ErrorCode":0}"#, "`ActionStatus` must be a string, and is an integer: `1`"),
            (
                r#"{"ActionStatus":"OK","ErrorCode":0,"ErrorCode":0}"#,
                "`ErrorCode` is there more than once; send it once",
            ),
            (
                r#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":[]}"#,
                "`ErrorInfo` must be a string, and is an array: `[]`",
            ),
        ] {
            assert_eq!(Answer::parse(body.as_bytes()).unwrap_err().to_string(), expected);
        }
    }
}
