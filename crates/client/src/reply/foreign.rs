//! A response that is not the service's.

use std::fmt;

use avmarks_protocol::AnswerFault;
use avmarks_spec::Excerpt;

use super::Reply;

/// How many bytes of a foreign body are kept. How many there were is kept, too.
pub const FOREIGN_BYTES_MAX: usize = 512;

/// A response that is not the service's, or is no longer whole.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Foreign {
    /// What it is.
    pub kind: ForeignKind,
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
pub enum ForeignKind {
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
    NoEnvelope(AnswerFault),
}

impl Foreign {
    /// What a response is that `fault` keeps from being an answer; none where its status alone does, or that it was cut.
    pub(super) fn of(reply: &Reply<'_>, fault: Option<AnswerFault>) -> Self {
        let text = reply.body.trim_ascii();
        let kind = match (reply.status, fault) {
            (300..400, _) => ForeignKind::Redirect,
            (200, _) if reply.cut => ForeignKind::Cut,
            (200, _) if text.is_empty() => ForeignKind::Empty,
            (200, _) if text.starts_with(b"<") => ForeignKind::Html,
            (200, Some(_)) if ends_early(text) => ForeignKind::Cut,
            (200, Some(fault)) => ForeignKind::NoEnvelope(fault),
            _ => ForeignKind::Status,
        };
        let head = reply.body.get(..FOREIGN_BYTES_MAX).unwrap_or(reply.body).into();
        Self { kind, status: reply.status, bytes: reply.body.len(), head }
    }
}

/// Whether a body is the start of JSON, and no more than that.
fn ends_early(body: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(body).is_err_and(|fault| fault.is_eof())
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = self.status;
        match &self.kind {
            ForeignKind::Redirect => {
                write!(f, "a redirect (HTTP status `{status}`), which is not followed; check the base URL")?
            }
            ForeignKind::Status => write!(f, "HTTP status `{status}`, which the service never sends")?,
            ForeignKind::Cut => f.write_str("the answer was cut off")?,
            ForeignKind::Empty => return f.write_str("the answer has no body"),
            ForeignKind::Html => {
                f.write_str("HTML instead of an answer; check what stands between you and the service")?
            }
            ForeignKind::NoEnvelope(fault) => write!(f, "not an answer of the service: {fault}")?,
        }
        match self.bytes {
            0 => f.write_str("; without a body"),
            bytes => write!(f, ": {bytes} bytes that begin `{}`", Excerpt(&String::from_utf8_lossy(&self.head))),
        }
    }
}

impl fmt::Debug for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = String::from_utf8_lossy(&self.head);
        let mut shown = f.debug_struct("Foreign");
        shown.field("kind", &self.kind).field("status", &self.status).field("bytes", &self.bytes).field("head", &head);
        shown.finish()
    }
}
