//! One request of the API, from its bytes to its answer: read, struck by a fault if one waits, answered, sent.

use std::sync::Arc;
use std::time::Duration;

use avmarks_protocol::Envelope;
use avmarks_protocol::internal::envelope_json;
use avmarks_protocol::url::RawQuery;
use avmarks_rules::Reason;
use avmarks_service::Caller;
use axum::body::Bytes;
use http_body_util::channel::Channel;
use hyper::body::{Body as _, Incoming};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Request, Response, StatusCode};

use crate::faults::{Injection, Mangled};
use crate::http::{self, Body, ReadBody};
use crate::peer::Peer;
use crate::shared::Shared;
use crate::world::Answered;

/// Clauses and gaps that an answer rests on.
const BECAUSE: HeaderName = HeaderName::from_static("avmarks-because");
/// Why a signature was refused.
const SIGNATURE: HeaderName = HeaderName::from_static("avmarks-signature");

/// Bytes of a body at most, whatever the limit is.
const BODY_BYTES_MAX: usize = 1_048_576;
/// Bytes of a body that is read whatever the limit is, where it says how long it is.
const READ_ANYWAY: usize = 65_536;

/// Answers a request of the API. `client` is the connection that it came on.
pub(crate) async fn answer(request: Request<Incoming>, shared: &Arc<Shared>, client: &Peer) -> Response<Body> {
    let (head, body) = request.into_parts();
    let path = head.uri.path();
    let length = body.size_hint().exact();
    let bytes_max = match length {
        // The service checks the length itself.
        Some(bytes) if bytes <= READ_ANYWAY as u64 => READ_ANYWAY,
        _ => shared.lock().state.app.settings().terms.limits.body_bytes_max.min(BODY_BYTES_MAX),
    };
    // A call whose body is too long meets no fault.
    let is_too_long = length.is_some_and(|bytes| bytes > bytes_max as u64);
    // A fault that is injected while the body arrives waits for the next call.
    let may_meet_fault = !is_too_long && !shared.faults.is_empty();
    let delayed = if may_meet_fault { shared.faults.take_delay(path) } else { None };
    wait(delayed.as_ref().and_then(Injection::delay_before), client).await;
    let body = match http::read(&head.headers, body, bytes_max, shared.settings.body_timeout, &shared.budget).await {
        Ok(body) => body,
        Err(error) => return http::closing(http::error(error.status(), &error.to_string())),
    };
    let query = RawQuery::new(head.uri.query().unwrap_or_default());
    let request = avmarks_service::Request {
        method: head.method.as_str(),
        path,
        caller: Caller::Parsed(&query),
        body: body.as_request_body(),
    };
    let injection = match &body {
        ReadBody::Whole(..) => delayed.or_else(|| if may_meet_fault { shared.faults.take(path) } else { None }),
        ReadBody::TooLong { .. } => None,
    };
    let answered = match injection.as_ref().filter(|injection| injection.replaces()) {
        Some(injection) => {
            shared.lock().log_injected(&request, &query, injection);
            Answered { body: envelope_json(&Envelope::ok()), because: Vec::new(), signature: None }
        }
        None => match shared.answer(&request, &query, injection.as_ref()).await {
            Ok(answered) => answered,
            // Where nothing is accepted, it is not the API that answers.
            Err(failure) => return http::error(StatusCode::SERVICE_UNAVAILABLE, &failure.to_string()),
        },
    };
    let is_whole = matches!(body, ReadBody::Whole(..));
    drop(body);
    wait(injection.as_ref().and_then(Injection::delay_after), client).await;
    let response = match injection {
        Some(injection) => match injection.mangle(path, answered.body) {
            Mangled::Answer(body) => respond(Answered { body, ..answered }),
            Mangled::Page { status, content_type, text } => page(status, content_type, text),
            Mangled::Cut(body) => cut(body),
        },
        None => respond(answered),
    };
    if is_whole { response } else { http::closing(response) }
}

/// Waits, if there is something to wait for, and no longer than the client does: its connection must not keep its place.
async fn wait(delay: Option<Duration>, client: &Peer) {
    let Some(delay) = delay else { return };
    tokio::select! {
        () = tokio::time::sleep(delay) => {}
        () = client.gone() => {}
    }
}

/// An answer of the API: its HTTP status is 200 whatever the answer (`HTTP-200`).
fn respond(answered: Answered) -> Response<Body> {
    let mut response = http::json(StatusCode::OK, answered.body);
    let headers = response.headers_mut();
    if let Some(because) = because(&answered.because) {
        headers.insert(BECAUSE, because);
    }
    if let Some(Ok(signature)) = answered.signature.map(|text| HeaderValue::try_from(header_text(&text))) {
        headers.insert(SIGNATURE, signature);
    }
    response
}

/// What an answer rests on, as the header names it.
fn because(reasons: &[Reason]) -> Option<HeaderValue> {
    match reasons {
        [] => Some(HeaderValue::from_static("")),
        [only] => Some(HeaderValue::from_static(only.id())),
        several => HeaderValue::try_from(several.iter().map(|basis| basis.id()).collect::<Vec<_>>().join(", ")).ok(),
    }
}

/// A text that is valid in a header: everything but printable ASCII is escaped.
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

/// What a gateway answers in the place of the API.
fn page(status: StatusCode, content_type: &'static str, text: Vec<u8>) -> Response<Body> {
    let mut response = http::json(status, text);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// The head of a whole answer, and half of its body.
fn cut(mut body: Vec<u8>) -> Response<Body> {
    let whole = body.len();
    body.truncate(whole / 2);
    let (mut sender, channel) = Channel::<Bytes, std::io::Error>::new(1);
    tokio::spawn(async move {
        if sender.send_data(body.into()).await.is_ok() {
            // What was sent must be on its way before the connection is given up.
            tokio::time::sleep(Duration::from_millis(50)).await;
            sender.abort(std::io::Error::other("the answer is cut, as asked for"));
        }
    });
    let mut response = Response::new(Body::streamed(axum::body::Body::new(channel)));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(whole));
    response
}
