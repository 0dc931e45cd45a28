//! `POST /v4/group_open_http_svc/get_online_member_num`: the number of online members.
//!
//! Source: 1047/38521, 269/49180. The service's name in the path differs from that of the other two calls, and the sample
//! answer has `ErrorInfo` before `ErrorCode`.

use std::borrow::Cow;

use serde::Serialize;

use crate::envelope::{info_first, optional_int64, to_json};
use crate::json::{self, Faults};
use crate::{AnswerFault, BodyFault, Envelope, ErrorCode, Extra, FieldFault, Place, RequestFault};

/// The path of the URL, without a slash in front.
pub const PATH: &str = "v4/group_open_http_svc/get_online_member_num";

/// A request.
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
    /// [`RequestFault`] where the body is no JSON object, or `GroupId` is missing, there twice or no string.
    pub fn parse(body: &'a [u8]) -> Result<Self, RequestFault> {
        let draft = Draft::parse(json::text(body)?)?;
        draft.group_id.map(|group_id| Self { group_id }).ok_or(RequestFault::Fields(draft.faults))
    }

    /// The body, compact.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }
}

/// What could be read of a request, and every fault that was found in its fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft<'a> {
    /// `GroupId`, where it is there once and a string.
    pub group_id: Option<Cow<'a, str>>,
    /// What is missing, there twice or of another type.
    pub faults: Vec<FieldFault>,
}

impl<'a> Draft<'a> {
    /// What can be read of this text.
    ///
    /// # Errors
    ///
    /// [`BodyFault`] where the text is no JSON object.
    pub fn parse(body: &'a str) -> Result<Self, BodyFault> {
        let mut fields = json::Fields::parse(body)?;
        let mut faults = Faults::default();
        let group_id = faults.keep(fields.require(Place::GroupId, json::string))?;
        Ok(Self { group_id, faults: faults.0 })
    }
}

/// An answer. A refusal has the envelope alone.
///
/// ```
/// use avmarks_protocol::get_online_member_num::Answer;
///
/// let answer = Answer::count(1_000);
/// let bytes = answer.to_json();
/// assert_eq!(bytes, br#"{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"OnlineMemberNum":1000}"#);
/// assert_eq!(Answer::parse(&bytes), Ok(answer));
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
    /// Fields that no document names.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Answer {
    /// The answer that says how many are online.
    #[must_use]
    pub fn count(online_member_num: i64) -> Self {
        Self { envelope: Envelope::ok(), online_member_num: Some(online_member_num), extra: Extra::default() }
    }

    /// The answer to a call that was refused.
    #[must_use]
    pub fn refused(code: ErrorCode, info: impl Into<String>) -> Self {
        Self { envelope: Envelope::fail(code, info), online_member_num: None, extra: Extra::default() }
    }

    /// The answer of a body.
    ///
    /// # Errors
    ///
    /// [`AnswerFault`] where the body is no JSON object, or a field that is named above is of another type. A `null` counts
    /// as missing where a field may be missing. The code can be read even so: [`Envelope::parse`].
    pub fn parse(body: &[u8]) -> Result<Self, AnswerFault> {
        let mut fields = json::Fields::parse(json::text(body)?)?;
        Ok(Self {
            envelope: Envelope::take(&mut fields)?,
            online_member_num: optional_int64(Place::OnlineMemberNum, &mut fields)?,
            extra: fields.rest(),
        })
    }

    /// The body, compact, in the order of the vendor's sample; fields that no document names come last.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }
}
