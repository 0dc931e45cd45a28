//! Responses, and the bodies of requests.

use std::fmt::Display;

use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE};
use hyper::{Response, StatusCode};
use serde::Serialize;

pub(super) type Answer = Response<Full<Bytes>>;

/// A body of this type.
pub(super) fn answer(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Full::new(body.into()));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    answer
}

/// A value as JSON.
pub(super) fn json(status: StatusCode, value: &impl Serialize) -> Answer {
    match serde_json::to_vec(value) {
        Ok(body) => answer(status, "application/json", body),
        Err(error) => error_answer(StatusCode::INTERNAL_SERVER_ERROR, error),
    }
}

/// What is wrong, as JSON.
pub(super) fn error_answer(status: StatusCode, error: impl Display) -> Answer {
    let body = serde_json::json!({ "error": error.to_string() });
    let mut answer = answer(status, "application/json", body.to_string());
    if status == StatusCode::UNAUTHORIZED {
        // So that a browser asks for it.
        answer.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"avmarks keep\""));
    }
    answer
}

/// The page, which loads nothing but itself.
pub(super) fn page(html: &'static str) -> Answer {
    let mut answer = answer(StatusCode::OK, "text/html; charset=utf-8", html);
    let policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; \
                  frame-ancestors 'none'";
    answer.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    answer
}

/// The whole body, if it has no more than so many bytes. Parts are copied, as each would keep the buffer of its connection: a body that comes a byte at
/// a time would take some kilobytes for each byte.
pub(super) async fn body(mut body: Incoming, bytes_max: usize) -> Result<Bytes, Answer> {
    let mut whole = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame
            .map_err(|error| error_answer(StatusCode::BAD_REQUEST, format_args!("the body cannot be read: {error}")))?;
        let Ok(part) = frame.into_data() else { continue };
        if part.len() > bytes_max.saturating_sub(whole.len()) {
            let what = format!("the body has more than {bytes_max} bytes; send less at once");
            return Err(error_answer(StatusCode::PAYLOAD_TOO_LARGE, what));
        }
        if whole.is_empty() && body.is_end_stream() {
            return Ok(part);
        }
        whole.extend_from_slice(&part);
    }
    Ok(whole.into())
}
