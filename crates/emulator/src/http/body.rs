//! The body of a request: as much of it as may be read, and how long it is if that is too much.

use std::fmt::Display;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use avmarks_service::RequestBody;
use avmarks_spec::OneLine;
use http_body_util::BodyExt;
use hyper::body::{Body, Bytes};
use hyper::header::EXPECT;
use hyper::{HeaderMap, StatusCode};

use crate::budget::{Budget, Share};

/// A body that has been read.
pub(crate) enum ReadBody {
    /// All of it, and its share of the memory.
    Whole(Bytes, #[expect(dead_code, reason = "it is held until the body is dropped")] Share),
    /// It is longer than may be read; `bytes` is how long, where it says so itself.
    TooLong { bytes: Option<u64> },
}

impl ReadBody {
    /// What was read; nothing of a body that is too long.
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Whole(body, _) => body,
            Self::TooLong { .. } => b"",
        }
    }

    /// The body as the service takes it.
    pub(crate) fn as_request_body(&self) -> RequestBody<'_> {
        match self {
            Self::Whole(body, _) => RequestBody::Bytes(body),
            Self::TooLong { bytes } => RequestBody::TooLong(*bytes),
        }
    }
}

/// Why a body was not read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyError {
    #[error("the body cannot be read: {0}")]
    Broken(String),
    #[error("the body did not come in time")]
    Late,
    #[error("too many bytes are being read or sent at once; try again later")]
    Busy,
}

impl BodyError {
    pub(crate) const fn status(&self) -> StatusCode {
        match self {
            Self::Broken(_) => StatusCode::BAD_REQUEST,
            Self::Late => StatusCode::REQUEST_TIMEOUT,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// Bytes that are thrown away behind what may be read: a client that is still sending would not hear its answer.
const DISCARDED_MAX: u64 = 16 * 1_024 * 1_024;
/// Bytes of a body that take no share of the budget: so much can be held for every connection.
const FREE_BYTES: usize = 65_536;

/// Whether the client sends the body only after `100 Continue`.
fn is_awaited(headers: &HeaderMap) -> bool {
    headers.get(EXPECT).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"))
}

/// Reads a body of at most `bytes_max` within `timeout`. A large one waits until `budget` has room for it, before the first
/// byte is read.
pub(crate) async fn read<B>(
    headers: &HeaderMap,
    body: B,
    bytes_max: usize,
    timeout: Duration,
    budget: &Budget,
) -> Result<ReadBody, BodyError>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Display,
{
    let mut read = pin!(read_all(body, is_awaited(headers), bytes_max, budget));
    // Most bodies arrive with the head, and need no timer.
    if let Poll::Ready(read) = poll_fn(|context| Poll::Ready(read.as_mut().poll(context))).await {
        return read;
    }
    tokio::time::timeout(timeout, read).await.unwrap_or(Err(BodyError::Late))
}

/// Discards an unwanted body, up to a limit, for no longer than `timeout`.
pub(crate) async fn throw_away<B>(headers: &HeaderMap, body: B, timeout: Duration)
where
    B: Body<Data = Bytes> + Unpin,
{
    if !is_awaited(headers) {
        // Whether it was all of it does not matter: the connection ends if it was not.
        let _ = tokio::time::timeout(timeout, discard(body)).await;
    }
}

async fn read_all<B>(mut body: B, is_awaited: bool, bytes_max: usize, budget: &Budget) -> Result<ReadBody, BodyError>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Display,
{
    let bytes = body.size_hint().exact();
    if bytes.is_some_and(|bytes| bytes > bytes_max as u64) {
        if !is_awaited {
            discard(body).await;
        }
        return Ok(ReadBody::TooLong { bytes });
    }
    let mut paid = FREE_BYTES;
    let mut share = Share::default();
    if let Some(bytes) = bytes.and_then(|bytes| usize::try_from(bytes).ok()).filter(|bytes| *bytes > paid) {
        share = budget.take(bytes).await;
        paid = bytes;
    }
    // One frame is the rule.
    let mut first = Bytes::new();
    let mut whole = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| BodyError::Broken(OneLine(&error.to_string()).to_string()))?;
        let Ok(data) = frame.into_data() else { continue };
        let read = whole.len() + first.len() + data.len();
        if read > bytes_max {
            drop(whole);
            drop(share);
            discard(body).await;
            return Ok(ReadBody::TooLong { bytes: None });
        }
        if read > paid {
            // As much as a vector that grows takes.
            let more = read.max(paid * 2).min(bytes_max) - paid;
            if !budget.add(&mut share, more) {
                drop(whole);
                discard(body).await;
                return Err(BodyError::Busy);
            }
            paid += more;
        }
        if first.is_empty() && whole.is_empty() {
            first = data;
        } else {
            whole.extend_from_slice(&std::mem::take(&mut first));
            whole.extend_from_slice(&data);
        }
    }
    Ok(ReadBody::Whole(if whole.is_empty() { first } else { whole.into() }, share))
}

/// Throws away what still comes, up to a point.
async fn discard<B: Body<Data = Bytes> + Unpin>(mut body: B) {
    let mut discarded = 0;
    while let Some(Ok(frame)) = body.frame().await {
        discarded += frame.data_ref().map_or(0, |data| data.len() as u64);
        if discarded > DISCARDED_MAX {
            return;
        }
    }
}
