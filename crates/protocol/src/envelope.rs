//! What every answer has: status, code, and a sentence.

mod fast;

use std::borrow::Cow;

use avmarks_spec::Excerpt;
use serde::ser::SerializeMap;
use serde_json::value::RawValue;

use crate::body_path::BodyPath;
use crate::error_code::ErrorCode;
use crate::integer::Integer;
use crate::json::{self, Fields, ValueError};
use crate::json::{BodyError, FieldError};
use crate::open_text::open_text;

pub(crate) use fast::EnvelopeFields;

open_text! {
    /// `ActionStatus`. Open, because the vendor may add to it.
    ActionStatus {
        /// `OK`.
        Ok "OK",
        /// `FAIL`.
        Fail "FAIL",
    }
}

/// What every answer has: three fields (source: 1047/34620, response), and perhaps a `RequestId`.
///
/// No page of this API shows `RequestId`; those of other products on the same gateway have it in every answer (647/60713, 1071/76881,
/// 1690/102884). A value of another type, or one that is duplicated, is passed over here, and stays among the unknown fields of
/// the answer.
///
/// ```
/// use avmarks_protocol::{Envelope, modify_user_info::Answer};
///
/// // `MemberList` is an object here, as the field table says and no sample shows.
/// let body = br#"{"ActionStatus":"FAIL","ErrorCode":10010,"ErrorInfo":"no such group","MemberList":{}}"#;
/// assert!(Answer::parse(body).is_err());
///
/// let envelope = Envelope::parse(body).unwrap();
/// assert!(!envelope.is_ok());
/// assert_eq!(envelope.error_code.row().unwrap().name, "group-absent");
///
/// let body = br#"{"ActionStatus":"FAIL","ErrorInfo":"","ErrorCode":10002,"RequestId":"Id-0123-O-Seq-1"}"#;
/// assert_eq!(Envelope::parse(body).unwrap().request_id.as_deref(), Some("Id-0123-O-Seq-1"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Envelope {
    /// `ActionStatus`: whether it went well.
    pub action_status: ActionStatus,
    /// `ErrorCode`: 0, or why not.
    pub error_code: ErrorCode,
    /// `ErrorInfo`: a sentence for people. The overview's own sample answer lacks it, so it may be missing.
    pub error_info: Option<String>,
    /// `RequestId`: names the call to the vendor's support.
    pub request_id: Option<String>,
}

impl Envelope {
    /// `OK`, 0, and an empty `ErrorInfo`.
    #[must_use]
    pub fn ok() -> Self {
        Self {
            action_status: ActionStatus::Ok,
            error_code: ErrorCode::OK,
            error_info: Some(String::new()),
            request_id: None,
        }
    }

    /// `FAIL` with this code and sentence.
    #[must_use]
    pub fn fail(code: ErrorCode, info: impl Into<String>) -> Self {
        Self { action_status: ActionStatus::Fail, error_code: code, error_info: Some(info.into()), request_id: None }
    }

    /// Status, code and sentence of a body, whatever else it has: the code of a refusal is not lost if the rest of the
    /// answer is not what its call's page says. A `null` as `ErrorInfo` counts as missing.
    ///
    /// # Errors
    ///
    /// [`AnswerError`] if the body is not a JSON object, or one of the three fields is of another type, duplicated, or,
    /// except for `ErrorInfo`, missing.
    pub fn parse(body: &[u8]) -> Result<Self, AnswerError> {
        Self::take(&mut json::Fields::parse(json::text(body)?)?)
    }

    /// Whether the call was served: the code is 0. The code decides, because the vendor's pages say to check it.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.error_code == ErrorCode::OK
    }

    pub(crate) fn take(fields: &mut Fields<'_>) -> Result<Self, AnswerError> {
        let status = fields.require(BodyPath::ActionStatus, json::string)?;
        let error_code = ErrorCode::new(int64(BodyPath::ErrorCode, fields)?);
        let error_info = optional_text(BodyPath::ErrorInfo, fields)?;
        let request_id = fields.undocumented(BodyPath::RequestId, as_text);
        Ok(Self { action_status: ActionStatus::from(&*status), error_code, error_info, request_id })
    }
}

/// Why an answer cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerError {
    /// It is not a JSON object: HTML of a proxy perhaps, or cut off.
    #[error(transparent)]
    Body(#[from] BodyError),
    /// A field that it must have is missing, duplicated, or of another type.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// An integer does not fit 64 bits.
    #[error("`{path}` must fit 64 bits, and is `{found}`")]
    Range {
        /// The path of the field.
        path: BodyPath,
        /// The digits found.
        found: String,
    },
}

impl From<ValueError> for AnswerError {
    fn from(error: ValueError) -> Self {
        match error {
            ValueError::Field(error) => Self::Field(error),
            ValueError::Body(error) => Self::Body(error),
        }
    }
}

/// The 64-bit integer that must be at `path`.
pub(crate) fn int64(path: BodyPath, fields: &mut Fields<'_>) -> Result<i64, AnswerError> {
    fits(path, fields.require(path, json::integer)?)
}

/// The integer of 64 bits at `path`, if it is there and not `null`.
pub(crate) fn optional_int64(path: BodyPath, fields: &mut Fields<'_>) -> Result<Option<i64>, AnswerError> {
    fields.optional_nullable(path, json::integer)?.map(|number| fits(path, number)).transpose()
}

/// `number` as 64 bits.
pub(crate) fn fits(path: BodyPath, number: Integer<'_>) -> Result<i64, AnswerError> {
    number.to_i64().ok_or_else(|| AnswerError::Range { path, found: Excerpt(&number.to_string()).to_string() })
}

/// The string at `path`, if it is there and not `null`.
pub(crate) fn optional_text(path: BodyPath, fields: &mut Fields<'_>) -> Result<Option<String>, AnswerError> {
    Ok(fields.optional_nullable(path, json::string)?.map(Cow::into_owned))
}

/// The string that a value is.
pub(crate) fn as_text(path: BodyPath, value: &RawValue) -> Option<String> {
    json::string(path, value).ok().map(Cow::into_owned)
}

/// The integer of 64 bits that a value is.
pub(crate) fn as_int64(path: BodyPath, value: &RawValue) -> Option<i64> {
    json::integer(path, value).ok()?.to_i64()
}

/// The objects of the list at `list`, each read by `read`; `entry` returns the path of each. None if the field is not there or
/// `null`.
pub(crate) fn objects<T>(
    fields: &mut Fields<'_>,
    list: BodyPath,
    entry: fn(usize) -> BodyPath,
    mut read: impl FnMut(usize, Fields<'_>) -> Result<T, AnswerError>,
) -> Result<Option<Vec<T>>, AnswerError> {
    let Some(values) = fields.optional_nullable(list, json::array)? else { return Ok(None) };
    let mut items = Vec::with_capacity(values.len());
    for (at, item) in values.into_iter().enumerate() {
        items.push(read(at, json::fields(entry(at), item)?)?);
    }
    Ok(Some(items))
}

/// The envelope alone, in the order of the overview's page: the answer to a request that reaches no endpoint.
///
/// ```
/// use avmarks_protocol::{Envelope, ErrorCode, internal::envelope_json};
///
/// let answer = envelope_json(&Envelope::fail(ErrorCode::new(60009), "no such path"));
/// assert_eq!(answer, br#"{"ActionStatus":"FAIL","ErrorInfo":"no such path","ErrorCode":60009}"#);
/// ```
#[must_use]
pub fn envelope_json(envelope: &Envelope) -> Vec<u8> {
    to_json(&Alone { envelope })
}

/// An answer that has the envelope and no more.
#[derive(serde::Serialize)]
struct Alone<'a> {
    #[serde(flatten, serialize_with = "info_first")]
    envelope: &'a Envelope,
}

/// The envelope with `ErrorInfo` before `ErrorCode`, as the overview and 1047/38521 have it.
pub(crate) fn info_first<S: serde::Serializer>(envelope: &Envelope, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    map.serialize_entry("ActionStatus", &envelope.action_status)?;
    if let Some(info) = &envelope.error_info {
        map.serialize_entry("ErrorInfo", info)?;
    }
    map.serialize_entry("ErrorCode", &envelope.error_code)?;
    request_id(&mut map, envelope)?;
    map.end()
}

/// The envelope with `ErrorCode` before `ErrorInfo`, as 1047/50293 and 1047/50294 have it.
pub(crate) fn code_first<S: serde::Serializer>(envelope: &Envelope, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    map.serialize_entry("ActionStatus", &envelope.action_status)?;
    map.serialize_entry("ErrorCode", &envelope.error_code)?;
    if let Some(info) = &envelope.error_info {
        map.serialize_entry("ErrorInfo", info)?;
    }
    request_id(&mut map, envelope)?;
    map.end()
}

/// `RequestId` behind the other three, as the pages of other products have it.
fn request_id<M: SerializeMap>(map: &mut M, envelope: &Envelope) -> Result<(), M::Error> {
    match &envelope.request_id {
        Some(id) => map.serialize_entry("RequestId", id),
        None => Ok(()),
    }
}

/// `value` as compact JSON. What this crate writes has string keys and no failing parts, so writing cannot fail.
pub(crate) fn to_json(value: &impl serde::Serialize) -> Vec<u8> {
    let json = serde_json::to_vec(value);
    debug_assert!(json.is_ok(), "a value could not be written: {json:?}");
    json.unwrap_or_default()
}

/// The same behind what `json` holds.
pub(crate) fn append<T: serde::Serialize + ?Sized>(json: &mut Vec<u8>, value: &T) {
    let written = serde_json::to_writer(json, value);
    debug_assert!(written.is_ok(), "a value could not be written: {written:?}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_id_is_the_last_envelope_field() {
        let mut envelope = Envelope::fail(ErrorCode::new(10_002), "later");
        envelope.request_id = Some("Id-8c98-O-Seq-52720".to_owned());
        let bytes = envelope_json(&envelope);
        assert_eq!(
            String::from_utf8_lossy(&bytes),
            r#"{"ActionStatus":"FAIL","ErrorInfo":"later","ErrorCode":10002,"RequestId":"Id-8c98-O-Seq-52720"}"#
        );
        assert_eq!(Envelope::parse(&bytes).as_ref(), Ok(&envelope));
        let mut answer = crate::modify_user_info::Answer::served(1, Vec::new());
        answer.envelope.request_id = Some(String::new());
        assert_eq!(
            String::from_utf8(answer.to_json()).unwrap(),
            r#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","RequestId":"","CommandType":1,"MemberList":[]}"#
        );
    }

    #[test]
    fn a_request_id_of_wrong_type_is_kept() {
        for fields in [
            r#","RequestId":null"#,
            r#","RequestId":7"#,
            r#","RequestId":{"Id":"a"}"#,
            r#","RequestId":"\udc00""#,
            r#","RequestId":"a","RequestId":"a""#,
        ] {
            let body = format!(r#"{{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":""{fields}}}"#);
            assert_eq!(Envelope::parse(body.as_bytes()), Ok(Envelope::ok()), "{body}");
            let answer = crate::add_robots::Answer::parse(body.as_bytes()).unwrap();
            assert_eq!(answer.envelope, Envelope::ok());
            assert_eq!(String::from_utf8(answer.to_json()).unwrap(), body);
        }
    }
}
