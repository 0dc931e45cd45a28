//! What came back: an answer of the service, something else that speaks HTTP, or nothing.

mod foreign;
mod scrub;

use std::borrow::Cow;
use std::collections::BTreeMap;

use avmarks_protocol::internal::Fields;
use avmarks_protocol::modify_user_info::Answer;
use avmarks_protocol::{AnswerError, BodyPath, Envelope, ErrorCode};
use avmarks_spec::Excerpt;
use serde_json::value::RawValue;

use crate::PlanKind;

pub use foreign::{FOREIGN_BYTES_MAX, UnexpectedKind, UnexpectedResponse};
pub(crate) use scrub::{scrubbed, scrubbed_text};

/// A response as the transport has it: status and body.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Reply<'a> {
    /// The HTTP status. The service answers with 200 alone (`HTTP-200`).
    pub status: u16,
    /// The body, decoded from whatever the transport carried it in; as far as it came, where it was cut.
    pub body: &'a [u8],
    /// Whether the transport knows that the body ended too early. A body that is cut is noticed without it where it is no
    /// longer JSON.
    pub cut: bool,
}

impl<'a> Reply<'a> {
    /// A whole response.
    #[must_use]
    pub const fn new(status: u16, body: &'a [u8]) -> Self {
        Self { status, body, cut: false }
    }

    /// A response whose body ended before its length, or its last chunk, was reached.
    #[must_use]
    pub const fn cut(status: u16, body: &'a [u8]) -> Self {
        Self { status, body, cut: true }
    }

    /// What it says, as the response to a call of a plan of this kind. No bytes make this panic.
    ///
    /// An answer about marks with code 0 and without `MemberList` says that nobody was served: the vendor's own client code
    /// reads it so.
    ///
    /// ```
    /// use avmarks_client::{AttemptResult, PlanKind, Anomaly, Reply};
    ///
    /// let body = br#"{"ActionStatus":"FAIL","ErrorCode":"10002","ErrorInfo":"busy"}"#;
    /// let hearing = Reply::new(200, body).read(PlanKind::SetMarks);
    /// assert!(matches!(hearing.heard, AttemptResult::Refused { code, .. } if code.number() == 10002));
    /// assert_eq!(hearing.quirks, [Anomaly::CodeAsText]);
    ///
    /// let hearing = Reply::new(502, b"<html><h1>Bad Gateway</h1></html>").read(PlanKind::AddRobots);
    /// assert_eq!(
    ///     hearing.heard.to_string(),
    ///     "HTTP status `502`, which the service never sends: 33 bytes that begin `<html><h1>Bad Gateway</h1></html>`"
    /// );
    /// ```
    #[must_use]
    pub fn read(&self, kind: PlanKind) -> ParsedResponse {
        let Some(command_type) = kind.command_type() else {
            let Opened { quirks, envelope, .. } = self.open(Envelope::parse, |envelope| envelope);
            return ParsedResponse {
                heard: envelope.map_or_else(|heard| heard, |_| AttemptResult::Accepted),
                answer: None,
                quirks,
            };
        };
        let Opened { quirks, envelope, answer, .. } = self.open(Answer::parse, |answer| &answer.envelope);
        if let Err(heard) = envelope {
            return ParsedResponse { heard, answer: None, quirks };
        }
        let untold = match answer {
            Err(fault) => IncompleteAnswer::Unreadable(fault),
            Ok(answer) => match answer.command_type {
                Some(found) if found != command_type => IncompleteAnswer::OtherCommand { found },
                _ => {
                    let accounts = answer.member_list.as_ref().map_or(0, Vec::len);
                    return ParsedResponse { heard: AttemptResult::Served { accounts }, answer: Some(answer), quirks };
                }
            },
        };
        ParsedResponse { heard: AttemptResult::IncompleteAnswer(untold), answer: None, quirks }
    }

    /// What it says as the response to any call, whose answer `parse` reads and has its envelope there.
    pub(crate) fn open<A>(
        &self,
        parse: impl Fn(&[u8]) -> Result<A, AnswerError>,
        envelope: impl Fn(&A) -> &Envelope,
    ) -> Opened<'a, A> {
        let mut quirks = Vec::new();
        let mut body = Cow::Borrowed(self.body);
        let mut answer = parse(&body);
        if let Err(AnswerError::Field(fault)) = &answer
            && fault.path == BodyPath::ErrorCode
            && let Some(mended) = with_code_as_number(self.body)
        {
            quirks.push(Anomaly::CodeAsText);
            answer = parse(&mended);
            body = Cow::Owned(mended);
        }
        let read = answer.as_ref().map_or_else(|_| Envelope::parse(&body), |answer| Ok(envelope(answer).clone()));
        let envelope = match read {
            Ok(envelope) if !self.cut && (self.status == 200 || !envelope.is_ok()) => {
                if self.status != 200 {
                    quirks.push(Anomaly::Status(self.status));
                }
                if envelope.is_ok() {
                    Ok(envelope)
                } else {
                    Err(AttemptResult::Refused { code: envelope.error_code, info: envelope.error_info })
                }
            }
            other => Err(AttemptResult::UnexpectedResponse(UnexpectedResponse::of(self, other.err()))),
        };
        Opened { body, envelope, answer, quirks }
    }
}

/// What a response says, before it is asked what that means for its call.
pub(crate) struct Opened<'a, A> {
    /// The body, with what was odd about it mended.
    pub(crate) body: Cow<'a, [u8]>,
    /// Status, code and sentence where the code is 0; else what came instead.
    pub(crate) envelope: Result<Envelope, AttemptResult>,
    /// The answer, as far as it can be read.
    pub(crate) answer: Result<A, AnswerError>,
    pub(crate) quirks: Vec<Anomaly>,
}

/// Without the body, which may be long.
impl std::fmt::Debug for Reply<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("Reply");
        shown.field("status", &self.status).field("bytes", &self.body.len()).field("cut", &self.cut).finish()
    }
}

/// What a [`Reply`] says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParsedResponse {
    /// What it comes to.
    pub heard: AttemptResult,
    /// The answer, where it tells who was served; with code 0 and without a `MemberList`, nobody was.
    pub answer: Option<Answer>,
    /// What was odd about it and put up with.
    pub quirks: Vec<Anomaly>,
}

/// What became of a try. Its sentence is one line, and holds no signature.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AttemptResult {
    /// Code 0, and the accounts that were served.
    #[error("served, {accounts} accounts listed")]
    Served {
        /// How many accounts the answer lists.
        accounts: usize,
    },
    /// Code 0 in an answer that names no account, as those about robots are: at least one account of the call was served
    /// (`ALL-FAILED`).
    #[error("accepted; the answer names no account")]
    Accepted,
    /// Another code: nothing was changed.
    #[error("refused with {code}: `{}`", Excerpt(info.as_deref().unwrap_or("no ErrorInfo")))]
    Refused {
        /// The code.
        code: ErrorCode,
        /// `ErrorInfo`, whole; none where the answer had none.
        info: Option<String>,
    },
    /// Code 0, but who was served cannot be told.
    #[error("served, but whom cannot be told: {0}")]
    IncompleteAnswer(IncompleteAnswer),
    /// Not an answer of the service.
    #[error("{0}")]
    UnexpectedResponse(UnexpectedResponse),
    /// No response.
    #[error("{0}")]
    Failed(Failure),
}

impl AttemptResult {
    /// Whether the request may have been carried out without our knowing it.
    #[must_use]
    pub const fn may_have_been_served(&self) -> bool {
        match self {
            Self::Served { .. } | Self::Accepted | Self::Refused { .. } => false,
            Self::IncompleteAnswer(_) | Self::UnexpectedResponse(_) => true,
            Self::Failed(failure) => failure.may_have_been_served(),
        }
    }
}

/// Why an answer with code 0 does not tell who was served.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IncompleteAnswer {
    /// It answers another command.
    #[error("the answer's `CommandType` is `{found}`, which is not that of the request")]
    OtherCommand {
        /// Its `CommandType`.
        found: i64,
    },
    /// A field is not as the documents have it.
    #[error("{0}")]
    Unreadable(AnswerError),
}

/// Something odd about an answer that could be read all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Anomaly {
    /// `ErrorCode` was a string of digits, and should be a number.
    CodeAsText,
    /// A refusal came with this HTTP status, and should have 200.
    Status(u16),
    /// The answer lists this many accounts that the call did not name; they were passed over.
    UnrequestedAccounts(usize),
    /// The response repeated the signature, which was cut out of what is kept.
    Signature,
}

/// Why there was no response. The texts are the transport's; a signature in them is cut out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The request did not leave: no name, no route, connection refused.
    #[error("not sent: `{}`", Excerpt(.what))]
    NotSent {
        /// What the transport says.
        what: String,
    },
    /// The request did not leave, and never will by this way: a certificate that is not trusted, a proxy that wants a
    /// password.
    #[error("not sent, nor will it ever be by this way: `{}`", Excerpt(.what))]
    Unusable {
        /// What the transport says.
        what: String,
    },
    /// The connection ended before the response began.
    #[error("the connection was lost before an answer came: `{}`", Excerpt(.what))]
    ConnectionLost {
        /// What the transport says.
        what: String,
    },
    /// No response came in time.
    #[error("no answer came in time")]
    TimedOut,
}

impl Failure {
    /// Whether the request may have been carried out without our knowing it.
    #[must_use]
    pub const fn may_have_been_served(&self) -> bool {
        matches!(self, Self::ConnectionLost { .. } | Self::TimedOut)
    }

    pub(crate) fn without(self, usersig: &str) -> Self {
        let clean = |what: String| scrubbed_text(what, usersig);
        match self {
            Self::NotSent { what } => Self::NotSent { what: clean(what) },
            Self::Unusable { what } => Self::Unusable { what: clean(what) },
            Self::ConnectionLost { what } => Self::ConnectionLost { what: clean(what) },
            Self::TimedOut => Self::TimedOut,
        }
    }
}

/// The body with its `ErrorCode` as a number, where it is a string of digits; none where it is not.
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
