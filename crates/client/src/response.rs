//! What came back: an answer of the service, another HTTP response, or nothing.

mod retry_after;
mod unexpected;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use avmarks_protocol::internal::Fields;
use avmarks_protocol::modify_user_info::Answer;
use avmarks_protocol::{ActionStatus, AnswerError, BodyPath, Envelope, ErrorCode};
use avmarks_spec::{Excerpt, OneLine, Timestamp};
use serde_json::value::RawValue;

use crate::PlanKind;

use retry_after::wait;
pub use unexpected::{UNEXPECTED_BODY_BYTES_MAX, UnexpectedKind, UnexpectedResponse};

/// A response as the transport has it.
///
/// ```
/// use avmarks_client::Response;
///
/// let response = Response::new(503, b"busy").with_retry_after("120");
/// assert_eq!((response.status, response.retry_after, response.truncated), (503, Some("120"), false));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Response<'a> {
    /// The HTTP status. The service answers with 200 alone (`HTTP-200`).
    pub status: u16,
    /// The body, decoded from its transfer and content encoding; as far as it came, if it was truncated.
    pub body: &'a [u8],
    /// Whether the transport knows that the body ended too early. Where it does not, a truncated body is recognised because it is
    /// not JSON any more.
    pub truncated: bool,
    /// The header `Retry-After`: seconds, or a date (RFC 9110 10.2.3).
    pub retry_after: Option<&'a str>,
    /// The header `Content-Encoding`, where the transport did not decode it.
    pub content_encoding: Option<&'a str>,
}

impl<'a> Response<'a> {
    /// A whole response.
    #[must_use]
    pub const fn new(status: u16, body: &'a [u8]) -> Self {
        Self { status, body, truncated: false, retry_after: None, content_encoding: None }
    }

    /// A response whose body ended before its length, or its last chunk, was reached.
    #[must_use]
    pub const fn truncated(status: u16, body: &'a [u8]) -> Self {
        Self { truncated: true, ..Self::new(status, body) }
    }

    /// The same response with this header `Retry-After`.
    #[must_use]
    pub const fn with_retry_after(self, retry_after: &'a str) -> Self {
        Self { retry_after: Some(retry_after), ..self }
    }

    /// The same response with this header `Content-Encoding`, which the transport did not decode.
    #[must_use]
    pub const fn with_content_encoding(self, content_encoding: &'a str) -> Self {
        Self { content_encoding: Some(content_encoding), ..self }
    }

    /// The wait that its `Retry-After` asks for at `now`; none without one that can be read.
    pub(crate) fn asked_wait(&self, now: Timestamp) -> Option<Duration> {
        wait(self.retry_after?, now)
    }

    /// Parses the response to a call of a plan of this kind, at `now`. No bytes make this panic.
    ///
    /// An answer about marks with code 0 and without `MemberList` means that no account was served: the vendor's own client code
    /// reads it so.
    pub(crate) fn parse(&self, kind: PlanKind, now: Timestamp) -> ParsedResponse {
        let Some(command_type) = kind.command_type() else {
            let Opened { anomalies, envelope, .. } = self.open(now, Envelope::parse, |envelope| envelope);
            let result = envelope.map_or_else(|result| result, |_| AttemptResult::Accepted);
            return ParsedResponse { result, answer: None, anomalies };
        };
        let Opened { anomalies, envelope, answer, .. } = self.open(now, Answer::parse, |answer| &answer.envelope);
        let failed = |result, anomalies| ParsedResponse { result, answer: None, anomalies };
        match (envelope, answer) {
            (Err(result), _) => failed(result, anomalies),
            (Ok(_), Err(error)) => failed(AttemptResult::IncompleteAnswer(error.into()), anomalies),
            (Ok(_), Ok(answer)) => match answer.command_type {
                Some(found) if found != command_type => {
                    failed(AttemptResult::IncompleteAnswer(ContentError::OtherCommand { found }), anomalies)
                }
                _ => {
                    let accounts = answer.member_list.as_ref().map_or(0, Vec::len);
                    ParsedResponse { result: AttemptResult::Served { accounts }, answer: Some(answer), anomalies }
                }
            },
        }
    }

    /// Opens the response to any call. `parse` reads its answer, and `envelope` gives the envelope of that.
    pub(crate) fn open<A>(
        &self,
        now: Timestamp,
        parse: impl Fn(&[u8]) -> Result<A, AnswerError>,
        envelope: impl Fn(&A) -> &Envelope,
    ) -> Opened<'a, A> {
        let mut anomalies = Vec::new();
        let mut body = Cow::Borrowed(self.body);
        let mut answer = parse(&body);
        if let Err(AnswerError::Field(error)) = &answer
            && error.path == BodyPath::ErrorCode
            && let Some(corrected) = with_code_as_number(self.body)
        {
            anomalies.push(Anomaly::CodeAsText);
            answer = parse(&corrected);
            body = Cow::Owned(corrected);
        }
        let read = answer.as_ref().map_or_else(|_| Envelope::parse(&body), |answer| Ok(envelope(answer).clone()));
        let envelope = match read {
            Ok(envelope) if !self.truncated && (self.status == 200 || !envelope.is_ok()) => {
                if self.status != 200 {
                    anomalies.push(Anomaly::HttpStatus(self.status));
                }
                judged(envelope, &mut anomalies)
            }
            other => Err(AttemptResult::UnexpectedResponse(unexpected(self, now, other.err()))),
        };
        Opened { body, envelope, answer, anomalies }
    }
}

/// The envelope of a served answer, or the result of any other response.
fn judged(envelope: Envelope, anomalies: &mut Vec<Anomaly>) -> Result<Envelope, AttemptResult> {
    let is_ok = envelope.is_ok();
    if is_ok != (envelope.action_status == ActionStatus::Ok) {
        anomalies.push(Anomaly::StatusContradictsCode);
    }
    match envelope {
        Envelope { error_code: code, error_info: info, .. } if !is_ok => Err(AttemptResult::Refused { code, info }),
        Envelope { action_status: ActionStatus::Fail, .. } => {
            Err(AttemptResult::IncompleteAnswer(ContentError::StatusContradictsCode))
        }
        envelope => Ok(envelope),
    }
}

/// A parsed response, before it is evaluated for its call.
pub(crate) struct Opened<'a, A> {
    /// The body, with its `ErrorCode` as a number.
    pub(crate) body: Cow<'a, [u8]>,
    /// Status, code and sentence of a served answer, or the result of any other response.
    pub(crate) envelope: Result<Envelope, AttemptResult>,
    /// The answer, as far as it can be read.
    pub(crate) answer: Result<A, AnswerError>,
    pub(crate) anomalies: Vec<Anomaly>,
}

/// Shows the length of the body, which may be long.
impl fmt::Debug for Response<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Response");
        shown.field("status", &self.status).field("bytes", &self.body.len()).field("truncated", &self.truncated);
        shown.finish_non_exhaustive()
    }
}

/// A [`Response`] after parsing: its classification, and the answer if it is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ParsedResponse {
    pub(crate) result: AttemptResult,
    /// The answer, if it shows which accounts were served; with code 0 and without a `MemberList`, none was.
    pub(crate) answer: Option<Answer>,
    pub(crate) anomalies: Vec<Anomaly>,
}

/// The response to an attempt. Its text is one line without a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AttemptResult {
    /// Code 0, and the accounts that were served.
    Served {
        /// How many accounts the answer lists.
        accounts: usize,
    },
    /// Code 0 in an answer that names no account, as those about robots: at least one account of the call was served
    /// (`ALL-FAILED`).
    Accepted,
    /// Another code: nothing was changed.
    Refused {
        /// The code.
        code: ErrorCode,
        /// `ErrorInfo`, whole. None if the answer had none.
        info: Option<String>,
    },
    /// Code 0, but the answer does not show which accounts were served.
    IncompleteAnswer(ContentError),
    /// Not an answer of the service.
    UnexpectedResponse(UnexpectedResponse),
    /// No response.
    Failed(TransportError),
}

impl AttemptResult {
    /// Whether the call may have been carried out although no answer confirms it.
    #[must_use]
    pub const fn may_have_been_served(&self) -> bool {
        match self {
            Self::Served { .. } | Self::Accepted | Self::Refused { .. } => false,
            Self::IncompleteAnswer(_) | Self::UnexpectedResponse(_) => true,
            Self::Failed(error) => error.may_have_been_served(),
        }
    }
}

impl fmt::Display for AttemptResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Served { accounts: 1 } => f.write_str("served, 1 account listed"),
            Self::Served { accounts } => write!(f, "served, {accounts} accounts listed"),
            Self::Accepted => f.write_str("accepted; the answer names no account"),
            Self::Refused { code, info: Some(info) } => write!(f, "refused with {code}: \"{}\"", Excerpt(info)),
            Self::Refused { code, info: None } => write!(f, "refused with {code}, without ErrorInfo"),
            Self::IncompleteAnswer(error) => write!(f, "the answer does not tell who was served: {error}"),
            Self::UnexpectedResponse(response) => response.fmt(f),
            Self::Failed(error) => error.fmt(f),
        }
    }
}

/// Why an answer with code 0 cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContentError {
    /// A field is missing or of another type than the documents say.
    #[error(transparent)]
    Field(#[from] AnswerError),
    /// `ActionStatus` is `FAIL`, and `ErrorCode` 0.
    #[error("`ActionStatus` is `FAIL` and `ErrorCode` is `0`, which contradict each other")]
    StatusContradictsCode,
    /// It answers another command.
    #[error("`CommandType` is `{found}`: expected that of the request")]
    OtherCommand {
        /// Its `CommandType`.
        found: i64,
    },
    /// It has members of the online list and no `NextTimestamp`.
    #[error("the answer has no `NextTimestamp`, so it is unknown whether there are more pages")]
    NoCursor,
    /// Its `NextTimestamp` leads back to a page that was shown before.
    #[error("`NextTimestamp` is `{cursor}`, which was asked for before: the list would never end")]
    RepeatedCursor {
        /// The cursor.
        cursor: i64,
    },
    /// It has no `OnlineMemberNum`.
    #[error("the answer has no `OnlineMemberNum`")]
    NoCount,
    /// Its `OnlineMemberNum` is below 0.
    #[error("`OnlineMemberNum` is `{found}`: expected 0 or more")]
    NegativeCount {
        /// The number.
        found: i64,
    },
}

/// A contradiction between an answer and the documents or the request. The answer could be read anyway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Anomaly {
    /// `ErrorCode` was a string of digits instead of a number.
    CodeAsText,
    /// A refusal came with this HTTP status instead of 200.
    HttpStatus(u16),
    /// `ActionStatus` is not `OK` although `ErrorCode` is 0, or `OK` although it is not. The code decides, except that `FAIL` with
    /// code 0 does not count as served.
    StatusContradictsCode,
    /// The number of accounts of the answer that the call did not name. They are ignored.
    UnrequestedAccounts(usize),
    /// So many accounts are listed more than once. Their marks are united.
    RepeatedAccounts(usize),
    /// The number of accounts for which the answer lists marks that the call did not name. These marks are ignored.
    UnrequestedMarks(usize),
    /// The response repeated a signature, which was redacted.
    Signature,
}

impl fmt::Display for Anomaly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let accounts = |count: &usize| if *count == 1 { "1 account".to_owned() } else { format!("{count} accounts") };
        match self {
            Self::CodeAsText => f.write_str("`ErrorCode` is a string"),
            Self::HttpStatus(status) => write!(f, "the HTTP status of the answer is {status} instead of 200"),
            Self::StatusContradictsCode => f.write_str("`ActionStatus` and `ErrorCode` contradict each other"),
            Self::UnrequestedAccounts(count) => write!(f, "{} listed that the call did not name", accounts(count)),
            Self::RepeatedAccounts(count) => write!(f, "{} listed more than once", accounts(count)),
            Self::UnrequestedMarks(count) => {
                write!(f, "{} listed with marks that the call did not name", accounts(count))
            }
            Self::Signature => f.write_str("the answer repeats a signature"),
        }
    }
}

/// Why there was no response. The texts are the transport's; signatures in them are redacted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// The request was not sent: the name was not found, there is no route, or the connection was refused.
    #[error("not sent: {}", OneLine(.message))]
    NotSent {
        /// The message of the transport.
        message: String,
    },
    /// The request was not sent, and a retry fails for the same reason: the certificate is not trusted, the proxy requires a
    /// password.
    #[error("not sent, and a retry cannot succeed: {}", OneLine(.message))]
    Unusable {
        /// The message of the transport.
        message: String,
    },
    /// The connection ended before the response began.
    #[error("the connection was lost before an answer came: {}", OneLine(.message))]
    ConnectionLost {
        /// The message of the transport.
        message: String,
    },
    /// No response came in time.
    #[error("no answer came in time")]
    TimedOut,
}

impl TransportError {
    /// Whether the call may have been carried out although no answer confirms it.
    #[must_use]
    pub const fn may_have_been_served(&self) -> bool {
        matches!(self, Self::ConnectionLost { .. } | Self::TimedOut)
    }
}

/// The kind of a response that is not an answer because of `error`; `None` if the reason is its status or that it was truncated.
fn unexpected(response: &Response<'_>, now: Timestamp, error: Option<AnswerError>) -> UnexpectedResponse {
    let text = response.body.trim_ascii();
    let kind = match (response.status, error) {
        (300..400, _) => UnexpectedKind::Redirect,
        (200, Some(_)) if encoding(response).is_some() => {
            UnexpectedKind::Encoded { encoding: encoding(response).unwrap_or_default() }
        }
        (200, _) if response.truncated => UnexpectedKind::Truncated,
        (200, _) if text.is_empty() => UnexpectedKind::Empty,
        (200, _) if text.starts_with(b"<") => UnexpectedKind::Html,
        (200, Some(_)) if ends_early(text) => UnexpectedKind::Truncated,
        (200, Some(error)) => UnexpectedKind::NoEnvelope(error),
        _ => UnexpectedKind::Status,
    };
    let head = response.body.get(..UNEXPECTED_BODY_BYTES_MAX).unwrap_or(response.body).into();
    let retry_after = response.asked_wait(now);
    UnexpectedResponse { kind, status: response.status, retry_after, bytes: response.body.len(), head }
}

/// The encoding that the header names or the first bytes show.
fn encoding(response: &Response<'_>) -> Option<String> {
    const GZIP: &[u8] = &[0x1f, 0x8b];
    const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
    let named = response.content_encoding.map(|encoding| {
        encoding.chars().filter(|found| found.is_ascii_alphanumeric() || *found == '-').take(20).collect()
    });
    match response.body {
        _ if named.is_some() => named,
        body if body.starts_with(GZIP) => Some("gzip".to_owned()),
        body if body.starts_with(ZSTD) => Some("zstd".to_owned()),
        // The header of zlib (RFC 1950 2.2): deflate with a window of 32 KiB, at one of four levels.
        [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => Some("deflate".to_owned()),
        _ => None,
    }
}

/// Whether a body is the start of JSON, and no more than that.
fn ends_early(body: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(body).is_err_and(|error| error.is_eof())
}

/// The body with its `ErrorCode` as a number, if it is a string of digits.
fn with_code_as_number(body: &[u8]) -> Option<Vec<u8>> {
    let mut fields: Fields<'_> = serde_json::from_slice(body).ok()?;
    let names: Vec<String> = fields.names().map(str::to_owned).collect();
    let mut values: BTreeMap<String, &RawValue> = BTreeMap::new();
    for name in names {
        let value = fields.take(&name).ok()??;
        values.insert(name, value);
    }
    let text: String = serde_json::from_str(values.get("ErrorCode")?.get()).ok()?;
    let number = RawValue::from_string(text.parse::<i64>().ok()?.to_string()).ok()?;
    values.insert("ErrorCode".to_owned(), &number);
    serde_json::to_vec(&values).ok()
}

#[cfg(test)]
mod tests;
