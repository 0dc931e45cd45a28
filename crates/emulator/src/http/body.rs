//! The body of a request: as much of it as may be read, and how long it is where that is too much.

use http_body_util::BodyExt;
use hyper::HeaderMap;
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::EXPECT;

/// A body that has been read.
pub(crate) enum ReadBody {
    /// All of it.
    Whole(Bytes),
    /// It is longer than may be read; `bytes` is how long, where it says so itself.
    TooLong { bytes: Option<u64> },
}

impl ReadBody {
    /// What was read; nothing of a body that is too long.
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Whole(body) => body,
            Self::TooLong { .. } => b"",
        }
    }
}

/// Bytes that are thrown away behind what may be read: a client that is still sending would not hear its answer.
const DISCARDED_MAX: u64 = 16 * 1_024 * 1_024;

/// Whether the client sends the body only once it is told to go on.
pub(crate) fn is_awaited(headers: &HeaderMap) -> bool {
    headers.get(EXPECT).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"))
}

/// Reads a body. `is_awaited` says that nothing is sent before it is asked for.
pub(crate) async fn read(mut body: Incoming, is_awaited: bool, bytes_max: usize) -> Result<ReadBody, hyper::Error> {
    let bytes = body.size_hint().exact();
    if bytes.is_some_and(|bytes| bytes > bytes_max as u64) {
        if !is_awaited {
            discard(body).await;
        }
        return Ok(ReadBody::TooLong { bytes });
    }
    // One frame is the rule.
    let mut first = Bytes::new();
    let mut whole = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        if whole.len() + first.len() + data.len() > bytes_max {
            drop(whole);
            discard(body).await;
            return Ok(ReadBody::TooLong { bytes: None });
        }
        if first.is_empty() && whole.is_empty() {
            first = data;
        } else {
            whole.extend_from_slice(&std::mem::take(&mut first));
            whole.extend_from_slice(&data);
        }
    }
    Ok(ReadBody::Whole(if whole.is_empty() { first } else { whole.into() }))
}

/// Throws away what still comes, up to a point.
async fn discard(mut body: Incoming) {
    let mut discarded = 0;
    while let Some(Ok(frame)) = body.frame().await {
        discarded += frame.data_ref().map_or(0, |data| data.len() as u64);
        if discarded > DISCARDED_MAX {
            return;
        }
    }
}
