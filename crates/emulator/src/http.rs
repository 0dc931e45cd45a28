//! One HTTP request, from its bytes to its answer.

mod body;

use std::sync::Arc;

use avmarks_spec::OneLine;
use http_body_util::Full;
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::header::{CONNECTION, CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{HeaderMap, Request, Response, StatusCode};

use crate::world::{Given, Met, Shared};
use crate::{control, faults};
use body::Read;

/// A whole body, or one that is written as it comes.
pub(crate) type Body = axum::body::Body;

/// Clauses and gaps that an answer rests on.
const BECAUSE: HeaderName = HeaderName::from_static("avmarks-because");
/// Why a signature was refused.
const SIGNATURE: HeaderName = HeaderName::from_static("avmarks-signature");

/// Bytes of a body that is read whatever the limit is, where it says how long it is.
const READ_ANYWAY: usize = 65_536;

/// Answers a request, whatever it is.
pub(crate) async fn answer(request: Request<Incoming>, shared: &Arc<Shared>) -> Response<Body> {
    if control::is_asked(&request) {
        return control::answer(request, shared).await;
    }
    let (head, body) = request.into_parts();
    let bytes_max = match body.size_hint().exact() {
        // The service looks at the length itself.
        Some(bytes) if bytes <= READ_ANYWAY as u64 => READ_ANYWAY,
        _ => shared.lock().app.settings().terms.limits.body_bytes_max,
    };
    let read = match read(&head.headers, body, bytes_max, shared).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    let request = avmarks_service::Request {
        method: head.method.as_str(),
        path: head.uri.path(),
        query: head.uri.query().unwrap_or_default(),
        body: b"",
    };
    match read {
        Read::Whole(body) => {
            let request = avmarks_service::Request { body: &body, ..request };
            let answered = match shared.meet(&request).await {
                Ok(Met::Answer(given)) => Ok(respond(given)),
                Ok(Met::Fault(injection)) => faults::inject(injection, &request, shared).await,
                Err(unkept) => Err(unkept),
            };
            // Where nothing is accepted, it is not the API that answers.
            answered.unwrap_or_else(|unkept| fault(StatusCode::SERVICE_UNAVAILABLE, &unkept.to_string()))
        }
        Read::TooLong { bytes } => closing(respond(shared.refuse_long_body(&request, bytes))),
    }
}

/// Reads a body, as much of it as may be; the answer, where it does not come.
async fn read(headers: &HeaderMap, body: Incoming, bytes_max: usize, shared: &Shared) -> Result<Read, Response<Body>> {
    let read = body::read(body, body::is_awaited(headers), bytes_max);
    match tokio::time::timeout(shared.settings.body_timeout, read).await {
        Ok(Ok(read)) => Ok(read),
        Ok(Err(fault)) => Err(fault_of_body(&fault)),
        Err(_) => Err(closing(fault(StatusCode::REQUEST_TIMEOUT, "the body did not come in time"))),
    }
}

/// Reads a body for the control plane, where more than `bytes_max` is a fault.
pub(crate) async fn read_for_control(
    headers: &HeaderMap,
    body: Incoming,
    bytes_max: usize,
    shared: &Shared,
) -> Result<Bytes, Response<Body>> {
    match read(headers, body, bytes_max, shared).await? {
        Read::Whole(body) => Ok(body),
        Read::TooLong { .. } => {
            let sentence = format!("the body has more than {bytes_max} bytes, and this path takes no more");
            Err(closing(fault(StatusCode::PAYLOAD_TOO_LARGE, &sentence)))
        }
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

/// A text as a header can hold it: what is no printable ASCII as an escape.
fn header_text(text: &str) -> String {
    let plain = |c: char| c == ' ' || c.is_ascii_graphic();
    text.chars().fold(String::with_capacity(text.len()), |mut held, c| {
        match plain(c) {
            true => held.push(c),
            false => held.extend(c.escape_default()),
        }
        held
    })
}

/// An answer of the API: its HTTP status is 200 whatever the answer (`HTTP-200`).
pub(crate) fn respond(given: Given) -> Response<Body> {
    let mut response = json(StatusCode::OK, given.body);
    let headers = response.headers_mut();
    let because = given.because.iter().map(|basis| basis.id()).collect::<Vec<_>>().join(", ");
    if let Ok(because) = HeaderValue::try_from(because) {
        headers.insert(BECAUSE, because);
    }
    if let Some(Ok(signature)) = given.signature.map(|text| HeaderValue::try_from(header_text(&text))) {
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
