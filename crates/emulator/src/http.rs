//! Bodies of requests as they are read, and answers as they are written.

mod body;

use std::time::Duration;

use avmarks_spec::OneLine;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONNECTION, CONTENT_TYPE, HeaderValue};
use hyper::{HeaderMap, Response, StatusCode};

pub(crate) use body::ReadBody;

/// A whole body, or one that is written as it comes.
pub(crate) type Body = axum::body::Body;

/// Reads a body, as much of it as `bytes_max`; the answer, where it does not come within `timeout`.
pub(crate) async fn read(
    headers: &HeaderMap,
    body: Incoming,
    bytes_max: usize,
    timeout: Duration,
) -> Result<ReadBody, Response<Body>> {
    let read = body::read(body, body::is_awaited(headers), bytes_max);
    match tokio::time::timeout(timeout, read).await {
        Ok(Ok(read)) => Ok(read),
        Ok(Err(fault)) => {
            let sentence = format!("the body cannot be read: {}", OneLine(&fault.to_string()));
            Err(closing(error(StatusCode::BAD_REQUEST, &sentence)))
        }
        Err(_) => Err(closing(error(StatusCode::REQUEST_TIMEOUT, "the body did not come in time"))),
    }
}

/// An answer behind which nothing more is read.
pub(crate) fn closing(mut response: Response<Body>) -> Response<Body> {
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

/// A JSON answer.
pub(crate) fn json(status: StatusCode, body: impl Into<Bytes>) -> Response<Body> {
    let mut response = Response::new(Body::new(Full::new(body.into())));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// An error, where it is not the API that answers: `{"error": text}`.
pub(crate) fn error(status: StatusCode, text: &str) -> Response<Body> {
    json(status, serde_json::json!({ "error": text }).to_string())
}
