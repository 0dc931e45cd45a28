//! What every answer has: status, code, and a sentence.

use core::fmt;
use std::borrow::Cow;

use crate::json::{self, Fields, ValueFault};
use crate::{BodyFault, ErrorCode, FieldFault, Integer, Place};

/// `ActionStatus`. Open, for the vendor may add to it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ActionStatus {
    /// `OK`.
    Ok,
    /// `FAIL`.
    Fail,
    /// Anything else, as it came.
    Other(String),
}

impl ActionStatus {
    /// The text on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Ok => "OK",
            Self::Fail => "FAIL",
            Self::Other(text) => text,
        }
    }
}

impl From<&str> for ActionStatus {
    fn from(text: &str) -> Self {
        match text {
            "OK" => Self::Ok,
            "FAIL" => Self::Fail,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl serde::Serialize for ActionStatus {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl fmt::Display for ActionStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The three fields of every answer. Source: 1047/34620, response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// `ActionStatus`: whether it went well.
    pub action_status: ActionStatus,
    /// `ErrorCode`: 0, or why not.
    pub error_code: ErrorCode,
    /// `ErrorInfo`: a sentence for people. The overview's own sample answer lacks it, so it may be missing.
    pub error_info: Option<String>,
}

impl Envelope {
    /// `OK`, 0, and an empty `ErrorInfo`.
    #[must_use]
    pub fn ok() -> Self {
        Self { action_status: ActionStatus::Ok, error_code: ErrorCode::OK, error_info: Some(String::new()) }
    }

    /// `FAIL` with this code and sentence.
    #[must_use]
    pub fn fail(code: ErrorCode, info: impl Into<String>) -> Self {
        Self { action_status: ActionStatus::Fail, error_code: code, error_info: Some(info.into()) }
    }

    /// Whether the call was served: the code is 0. The code decides, for it is what the vendor's pages tell to look at.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.error_code == ErrorCode::OK
    }

    pub(crate) fn take(fields: &mut Fields<'_>) -> Result<Self, AnswerFault> {
        let status = fields.require(Place::ActionStatus, json::string)?;
        let error_code = ErrorCode::new(int64(Place::ErrorCode, fields)?);
        let error_info = fields.optional(Place::ErrorInfo, json::string)?.map(Cow::into_owned);
        Ok(Self { action_status: ActionStatus::from(&*status), error_code, error_info })
    }
}

/// Why an answer cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerFault {
    /// It is no JSON object: HTML of a proxy perhaps, or cut off.
    #[error(transparent)]
    Body(#[from] BodyFault),
    /// A field that it must have is missing, there twice, or of another type.
    #[error(transparent)]
    Field(#[from] FieldFault),
    /// An integer does not fit 64 bits.
    #[error("`{place}` must fit 64 bits, and is `{found}`")]
    Range {
        /// Where.
        place: Place,
        /// The digits found.
        found: String,
    },
}

impl From<ValueFault> for AnswerFault {
    fn from(fault: ValueFault) -> Self {
        match fault {
            ValueFault::Field(fault) => Self::Field(fault),
            ValueFault::Body(fault) => Self::Body(fault),
        }
    }
}

/// The integer of 64 bits that must stand at `place`.
pub(crate) fn int64(place: Place, fields: &mut Fields<'_>) -> Result<i64, AnswerFault> {
    fits(place, fields.require(place, json::integer)?)
}

/// The integer of 64 bits at `place`, where it is there.
pub(crate) fn optional_int64(place: Place, fields: &mut Fields<'_>) -> Result<Option<i64>, AnswerFault> {
    fields.optional(place, json::integer)?.map(|number| fits(place, number)).transpose()
}

/// `number` as 64 bits.
pub(crate) fn fits(place: Place, number: Integer<'_>) -> Result<i64, AnswerFault> {
    number.to_i64().ok_or_else(|| AnswerFault::Range { place, found: number.to_string() })
}

/// The objects of the array at `place`, each read by `read`; none where the field is not there.
pub(crate) fn objects<T>(
    fields: &mut Fields<'_>,
    mut read: impl FnMut(usize, Fields<'_>) -> Result<T, AnswerFault>,
) -> Result<Option<Vec<T>>, AnswerFault> {
    let Some(values) = fields.optional(Place::MemberList, json::array)? else { return Ok(None) };
    let mut items = Vec::with_capacity(values.len());
    for (at, item) in values.into_iter().enumerate() {
        items.push(read(at, json::fields(Place::Entry(at), item)?)?);
    }
    Ok(Some(items))
}

/// The envelope alone, in the order of the overview's page: the answer to a request that reaches no endpoint.
///
/// ```
/// use avmarks_protocol::{Envelope, ErrorCode, envelope_json};
///
/// let answer = envelope_json(&Envelope::fail(ErrorCode::new(60009), "no such path"));
/// assert_eq!(answer, br#"{"ActionStatus":"FAIL","ErrorInfo":"no such path","ErrorCode":60009}"#);
/// ```
#[must_use]
pub fn envelope_json(envelope: &Envelope) -> Vec<u8> {
    #[derive(serde::Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Wire<'a> {
        action_status: &'a ActionStatus,
        #[serde(skip_serializing_if = "Option::is_none")]
        error_info: Option<&'a str>,
        error_code: ErrorCode,
    }
    to_json(&Wire {
        action_status: &envelope.action_status,
        error_info: envelope.error_info.as_deref(),
        error_code: envelope.error_code,
    })
}

/// `value` as compact JSON. What this crate writes has string keys and no failing parts, so writing cannot fail.
pub(crate) fn to_json(value: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}
