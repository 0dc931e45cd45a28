//! Bodies of requests as they are read, and answers as they are written.

mod answer_body;
mod body;

use hyper::body::Bytes;
use hyper::header::{CONNECTION, CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};

pub(crate) use answer_body::{Body, PIECE_BYTES};
pub(crate) use body::{BodyError, ReadBody, read, throw_away};

/// An answer behind which nothing more is read.
pub(crate) fn closing(mut response: Response<Body>) -> Response<Body> {
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

/// A JSON answer.
pub(crate) fn json(status: StatusCode, body: impl Into<Bytes>) -> Response<Body> {
    let mut response = Response::new(Body::whole(body.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// An error, if it is not the API that answers: `{"error": text}`.
pub(crate) fn error(status: StatusCode, text: &str) -> Response<Body> {
    json(status, serde_json::json!({ "error": text }).to_string())
}
