//! One HTTP request, from its bytes to its answer.

mod body;

use avmarks_spec::OneLine;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONNECTION, CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Request, Response, StatusCode};

use crate::control;
use crate::world::{Given, Shared};
use body::Read;

/// A whole body, or one that is written as it comes.
pub(crate) type Body = axum::body::Body;

/// Clauses and gaps that an answer rests on.
const BECAUSE: HeaderName = HeaderName::from_static("avmarks-because");
/// Why a signature was refused.
const SIGNATURE: HeaderName = HeaderName::from_static("avmarks-signature");

/// Answers a request, whatever it is.
pub(crate) async fn answer(request: Request<Incoming>, shared: &Shared) -> Response<Body> {
    let path = request.uri().path();
    if path == control::ROOT || path.starts_with(control::PREFIX) {
        return control::answer(request, shared).await;
    }
    let (head, body) = request.into_parts();
    let bytes_max = shared.settings.app.terms.limits.body_bytes_max;
    let read = body::read(body, body::is_awaited(&head.headers), bytes_max);
    let read = match tokio::time::timeout(shared.settings.body_timeout, read).await {
        Ok(Ok(read)) => read,
        Ok(Err(fault)) => return fault_of_body(&fault),
        Err(_) => return closing(fault(StatusCode::REQUEST_TIMEOUT, "the body did not come in time")),
    };
    let request = avmarks_service::Request {
        method: head.method.as_str(),
        path: head.uri.path(),
        query: head.uri.query().unwrap_or_default(),
        body: b"",
    };
    match read {
        Read::Whole(body) => respond(shared.answer(&avmarks_service::Request { body: &body, ..request })),
        Read::TooLong { bytes } => closing(respond(shared.refuse_long_body(&request, bytes))),
    }
}

fn fault_of_body(cause: &hyper::Error) -> Response<Body> {
    let sentence = format!("the body cannot be read: {}", OneLine(&cause.to_string()));
    closing(fault(StatusCode::BAD_REQUEST, &sentence))
}

/// An answer behind which nothing more is read.
fn closing(mut response: Response<Body>) -> Response<Body> {
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

/// An answer of the API: its HTTP status is 200 whatever the answer (`HTTP-200`).
fn respond(given: Given) -> Response<Body> {
    let mut response = json(StatusCode::OK, given.body);
    let headers = response.headers_mut();
    let because = given.because.iter().map(|basis| basis.id()).collect::<Vec<_>>().join(", ");
    if let Ok(because) = HeaderValue::try_from(because) {
        headers.insert(BECAUSE, because);
    }
    if let Some(Ok(signature)) = given.signature.map(|text| HeaderValue::try_from(text.escape_default().to_string())) {
        headers.insert(SIGNATURE, signature);
    }
    response
}

/// A JSON answer.
pub(crate) fn json(status: StatusCode, body: impl Into<Bytes>) -> Response<Body> {
    let mut response = Response::new(Body::new(Full::new(body.into())));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// What is wrong, where it is not the API that answers.
pub(crate) fn fault(status: StatusCode, fault: &str) -> Response<Body> {
    json(status, serde_json::json!({ "fault": fault }).to_string())
}
