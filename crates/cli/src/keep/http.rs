//! Responses, and the bodies of requests.

use std::fmt::Display;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
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
    #[derive(Serialize)]
    struct Wrong {
        error: String,
    }
    let body = serde_json::to_vec(&Wrong { error: error.to_string() }).unwrap_or_default();
    let mut answer = answer(status, "application/json", body);
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

/// The whole body, where it has no more than so many bytes.
pub(super) async fn body(body: Incoming, bytes_max: usize) -> Result<Bytes, Answer> {
    let collected = Limited::new(body, bytes_max).collect().await;
    collected.map(http_body_util::Collected::to_bytes).map_err(|error| {
        match error.is::<http_body_util::LengthLimitError>() {
            true => {
                let what = format!("the body has more than {bytes_max} bytes; send less at once");
                error_answer(StatusCode::PAYLOAD_TOO_LARGE, what)
            }
            false => error_answer(StatusCode::BAD_REQUEST, format_args!("the body cannot be read: {error}")),
        }
    })
}
