//! `POST /v4/group_open_http_svc/get_online_member_num`: the number of online members.
//!
//! Source: 1047/38521, 269/49180. The service's name in the path differs from that of the other calls, and the sample
//! answer has `ErrorInfo` before `ErrorCode`.

use serde::Serialize;

use crate::body_path::BodyPath;
use crate::envelope::{AnswerError, Envelope};
use crate::envelope::{as_int64, info_first, optional_int64, to_json};
use crate::error_code::ErrorCode;
use crate::extra::Extra;
use crate::json;

pub use crate::group_only::{Draft, Request};

/// The path of the URL, without a slash in front.
pub const PATH: &str = "v4/group_open_http_svc/get_online_member_num";

/// An answer. A refusal has the envelope alone.
///
/// ```
/// use avmarks_protocol::get_online_member_num::Answer;
///
/// let answer = Answer::count(1_000);
/// let bytes = answer.to_json();
/// assert_eq!(bytes, br#"{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"OnlineMemberNum":1000}"#);
/// assert_eq!(Answer::parse(&bytes), Ok(answer));
///
/// let bytes = br#"{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"OnlineMemberNum":1000,"ExpireTime":60}"#;
/// assert_eq!(Answer::parse(bytes).unwrap().expire_time, Some(60));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Answer {
    /// Status, code and sentence.
    #[serde(flatten, serialize_with = "info_first")]
    pub envelope: Envelope,
    /// `OnlineMemberNum`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub online_member_num: Option<i64>,
    /// `ExpireTime`: for how many seconds the number may be shown. No page names it; the vendor's own client code reads it
    /// (`@tencentcloud/chat` 3.6.6). A value of another type, or one that is duplicated, stays in `extra` as it came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expire_time: Option<i64>,
    /// Fields that this version does not know, and `ExpireTime` of another type.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Answer {
    /// The answer that says how many are online.
    #[must_use]
    pub fn count(online_member_num: i64) -> Self {
        Self::new(Envelope::ok(), Some(online_member_num))
    }

    /// The answer to a call that was refused.
    #[must_use]
    pub fn refused(code: ErrorCode, info: impl Into<String>) -> Self {
        Self::new(Envelope::fail(code, info), None)
    }

    fn new(envelope: Envelope, online_member_num: Option<i64>) -> Self {
        Self { envelope, online_member_num, expire_time: None, extra: Extra::default() }
    }

    /// The answer of a body.
    ///
    /// # Errors
    ///
    /// [`AnswerError`] if the body is not a JSON object, or a field that is named above is of another type, `ExpireTime`
    /// excepted. A `null` counts as missing if a field may be missing. The code can be read even so: [`Envelope::parse`].
    pub fn parse(body: &[u8]) -> Result<Self, AnswerError> {
        let mut fields = json::Fields::parse(json::text(body)?)?;
        Ok(Self {
            envelope: Envelope::take(&mut fields)?,
            online_member_num: optional_int64(BodyPath::OnlineMemberNum, &mut fields)?,
            expire_time: fields.undocumented(BodyPath::ExpireTime, as_int64),
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

    const START: &str = r#"{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"OnlineMemberNum":7"#;

    /// The answer with these additional fields, and how they are written.
    fn answer(fields: &str) -> (Answer, String) {
        let body = format!("{START}{fields}}}");
        let answer = Answer::parse(body.as_bytes()).unwrap_or_else(|error| panic!("{body}: {error}"));
        assert_eq!(Answer::parse(&answer.to_json()), Ok(answer.clone()), "{body}");
        assert_eq!(answer.online_member_num, Some(7));
        let written = String::from_utf8(answer.to_json()).unwrap();
        let fields = written.strip_prefix(START).unwrap().strip_suffix('}').unwrap().to_owned();
        (answer, fields)
    }

    #[test]
    fn expire_time_is_a_typed_field() {
        for (fields, expire_time, written) in [
            ("", None, ""),
            (r#","ExpireTime":0"#, Some(0), r#","ExpireTime":0"#),
            (r#","x":1.50,"ExpireTime":60"#, Some(60), r#","ExpireTime":60,"x":1.50"#),
            (r#","ExpireTime":9223372036854775807"#, Some(i64::MAX), r#","ExpireTime":9223372036854775807"#),
        ] {
            let (answer, found) = answer(fields);
            assert_eq!((answer.expire_time, &*found), (expire_time, written));
        }
    }

    #[test]
    fn expire_time_of_wrong_type_is_kept() {
        for fields in [
            r#","ExpireTime":null"#,
            r#","ExpireTime":"60""#,
            r#","ExpireTime":60.0"#,
            r#","ExpireTime":6e1"#,
            r#","ExpireTime":[60]"#,
            r#","ExpireTime":9223372036854775808"#,
            r#","ExpireTime":60,"ExpireTime":60"#,
        ] {
            let (answer, written) = answer(fields);
            assert_eq!((answer.expire_time, &*written), (None, fields));
        }
    }

    #[test]
    fn the_number_must_be_an_integer() {
        let parse = |body: &str| Answer::parse(body.as_bytes()).unwrap_err().to_string();
        let start = r#"{"ActionStatus":"OK","ErrorCode":0,"OnlineMemberNum":"#;
        assert_eq!(parse(&format!("{start}\"7\"}}")), "`OnlineMemberNum` must be an integer, and is a string: `\"7\"`");
        assert_eq!(
            parse(&format!("{start}7,\"OnlineMemberNum\":7}}")),
            "`OnlineMemberNum` is there more than once; send it once"
        );
    }
}
