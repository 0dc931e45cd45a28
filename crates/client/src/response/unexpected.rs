//! A response that is not the service's.

use std::fmt;
use std::time::Duration;

use avmarks_protocol::AnswerError;
use avmarks_spec::Excerpt;

/// How many bytes of an unexpected body are kept. Its length is kept as well.
pub const UNEXPECTED_BODY_BYTES_MAX: usize = 512;

/// A response that is not the service's, or is not whole any more.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnexpectedResponse {
    /// The kind of response, such as a redirect or HTML.
    pub kind: UnexpectedKind,
    /// The HTTP status.
    pub status: u16,
    /// The wait that `Retry-After` asked for, if the response had a valid one.
    pub retry_after: Option<Duration>,
    /// How many bytes the body had.
    pub bytes: usize,
    /// Its first bytes, [`UNEXPECTED_BODY_BYTES_MAX`] at most.
    pub head: Box<[u8]>,
}

/// The kind of an unexpected response.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnexpectedKind {
    /// A status from 300 to 399. It is not followed: the signature would be sent to wherever it points.
    Redirect,
    /// Another status than 200.
    Status,
    /// The body is compressed, and the transport cannot decode it.
    Encoded {
        /// The encoding: letters, digits and hyphens, 20 at most.
        encoding: String,
    },
    /// The body ended too early.
    Truncated,
    /// No body.
    Empty,
    /// HTML: of a proxy or a captive portal.
    Html,
    /// Not a JSON object, or one that lacks status or code.
    NoEnvelope(AnswerError),
}

impl fmt::Display for UnexpectedResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = self.status;
        match &self.kind {
            UnexpectedKind::Redirect => {
                write!(f, "a redirect (HTTP status {status}), which is not followed; check the base URL")?
            }
            UnexpectedKind::Status => write!(f, "HTTP status {status}, which the service never sends")?,
            UnexpectedKind::Encoded { encoding } => {
                return write!(
                    f,
                    "the answer is compressed (`Content-Encoding: {encoding}`), which was not asked for; check the proxy or gateway between you and the service"
                );
            }
            UnexpectedKind::Truncated => f.write_str("the answer is truncated")?,
            UnexpectedKind::Empty => return f.write_str("the answer has no body"),
            UnexpectedKind::Html => {
                f.write_str("HTML instead of an answer; check the proxy or gateway between you and the service")?
            }
            UnexpectedKind::NoEnvelope(error) => write!(f, "not an answer of the service: {error}")?,
        }
        if let Some(wait) = self.retry_after {
            write!(f, "; `Retry-After` asks for a wait of {} s", wait.as_secs())?;
        }
        match self.bytes {
            0 => f.write_str("; without a body"),
            bytes => write!(f, "; {bytes} bytes that begin \"{}\"", Excerpt(&String::from_utf8_lossy(&self.head))),
        }
    }
}

impl fmt::Debug for UnexpectedResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = String::from_utf8_lossy(&self.head);
        let mut shown = f.debug_struct("UnexpectedResponse");
        shown.field("kind", &self.kind).field("status", &self.status).field("retry_after", &self.retry_after);
        shown.field("bytes", &self.bytes).field("head", &head).finish()
    }
}
