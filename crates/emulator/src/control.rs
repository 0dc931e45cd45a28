//! The control plane under `/_avmarks/`.

use hyper::body::Incoming;
use hyper::{Method, Request, Response, StatusCode};

use crate::http::{self, Body};
use crate::world::Shared;

/// Where it starts.
pub(crate) const ROOT: &str = "/_avmarks";
/// What every path of it starts with.
pub(crate) const PREFIX: &str = "/_avmarks/";

/// Answers a request to the control plane.
pub(crate) async fn answer(request: Request<Incoming>, shared: &Shared) -> Response<Body> {
    match (request.method(), request.uri().path()) {
        (&Method::GET, "/_avmarks/health") => {
            let now = shared.lock().now();
            http::json(StatusCode::OK, serde_json::json!({ "status": "ok", "now": now.as_millis() }).to_string())
        }
        (_, path) => http::fault(StatusCode::NOT_FOUND, &format!("the control plane has no `{path}`")),
    }
}
