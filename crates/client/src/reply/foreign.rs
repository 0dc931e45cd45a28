//! A response that is not the service's.

use std::fmt;

use avmarks_protocol::AnswerError;
use avmarks_spec::Excerpt;

use super::Reply;

/// How many bytes of a foreign body are kept. How many there were is kept, too.
pub const FOREIGN_BYTES_MAX: usize = 512;

/// A response that is not the service's, or is no longer whole.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnexpectedResponse {
    /// What it is.
    pub kind: UnexpectedKind,
    /// The HTTP status.
    pub status: u16,
    /// How many bytes the body had.
    pub bytes: usize,
    /// Its first bytes, [`FOREIGN_BYTES_MAX`] at most.
    pub head: Box<[u8]>,
}

/// What a foreign response is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnexpectedKind {
    /// A status from 300 to 399. Not followed: the signature would go wherever it points to.
    Redirect,
    /// Another status than 200.
    Status,
    /// The body ended too early.
    Cut,
    /// No body.
    Empty,
    /// HTML: of a proxy or a captive portal.
    Html,
    /// No JSON object, or one that lacks status or code.
    NoEnvelope(AnswerError),
}

impl UnexpectedResponse {
    /// What a response is that `fault` keeps from being an answer; none where its status alone does, or that it was cut.
    pub(super) fn of(reply: &Reply<'_>, fault: Option<AnswerError>) -> Self {
        let text = reply.body.trim_ascii();
        let kind = match (reply.status, fault) {
            (300..400, _) => UnexpectedKind::Redirect,
            (200, _) if reply.cut => UnexpectedKind::Cut,
            (200, _) if text.is_empty() => UnexpectedKind::Empty,
            (200, _) if text.starts_with(b"<") => UnexpectedKind::Html,
            (200, Some(_)) if ends_early(text) => UnexpectedKind::Cut,
            (200, Some(fault)) => UnexpectedKind::NoEnvelope(fault),
            _ => UnexpectedKind::Status,
        };
        let head = reply.body.get(..FOREIGN_BYTES_MAX).unwrap_or(reply.body).into();
        Self { kind, status: reply.status, bytes: reply.body.len(), head }
    }
}

/// Whether a body is the start of JSON, and no more than that.
fn ends_early(body: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(body).is_err_and(|fault| fault.is_eof())
}

impl fmt::Display for UnexpectedResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = self.status;
        match &self.kind {
            UnexpectedKind::Redirect => {
                write!(f, "a redirect (HTTP status `{status}`), which is not followed; check the base URL")?
            }
            UnexpectedKind::Status => write!(f, "HTTP status `{status}`, which the service never sends")?,
            UnexpectedKind::Cut => f.write_str("the answer was cut off")?,
            UnexpectedKind::Empty => return f.write_str("the answer has no body"),
            UnexpectedKind::Html => {
                f.write_str("HTML instead of an answer; check what stands between you and the service")?
            }
            UnexpectedKind::NoEnvelope(fault) => write!(f, "not an answer of the service: {fault}")?,
        }
        match self.bytes {
            0 => f.write_str("; without a body"),
            bytes => write!(f, ": {bytes} bytes that begin `{}`", Excerpt(&String::from_utf8_lossy(&self.head))),
        }
    }
}

impl fmt::Debug for UnexpectedResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = String::from_utf8_lossy(&self.head);
        let mut shown = f.debug_struct("UnexpectedResponse");
        shown.field("kind", &self.kind).field("status", &self.status).field("bytes", &self.bytes).field("head", &head);
        shown.finish()
    }
}
