//! The control API under `/_avmarks/`: what a test does to the world, and sees of it. `docs/control-plane.md` describes it for its
//! users, `openapi.json` for programs.
//!
//! It is for programs and for its own page, never for other pages: a browser that happens to run on the same machine must not
//! be made to drive it. So there are no CORS headers; a request from another `Origin` is refused; and so is one whose `Host` a
//! page of another origin could have (DNS rebinding).

mod about;
mod calls;
mod clock;
mod dumped;
mod error;
mod events;
mod extract;
mod faults;
mod groups;
mod guard;
mod log;
mod settings;
mod state;
mod webhooks;

use std::sync::Arc;

use avmarks_protocol::url::redact_usersig;
use avmarks_rules::Presence;
use avmarks_spec::{Excerpt, Quoted};
use axum::Router;
use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, HeaderValue, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{Method, Request, Response, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect};
use axum::routing::{MethodRouter, get, post};
use hyper::body::Incoming;
use tower::ServiceExt;

use crate::shared::Shared;
use crate::webhooks::Initiator;
use error::ControlError;
use guard::{PREFIX, ROOT};

/// Whether a request is for the control API.
pub(crate) fn is_asked<B>(request: &axum::http::Request<B>) -> bool {
    let path = request.uri().path();
    path == ROOT || path.starts_with(PREFIX)
}

/// Every path, with what it does.
fn routes() -> Vec<(&'static str, MethodRouter<Arc<Shared>>)> {
    vec![
        ("/_avmarks/", get(about::page)),
        ("/_avmarks/health", get(about::health)),
        ("/_avmarks/openapi.json", get(about::openapi)),
        ("/_avmarks/rest-openapi.json", get(calls::document)),
        ("/_avmarks/ca.pem", get(about::certificate)),
        ("/_avmarks/ledger", get(about::ledger)),
        ("/_avmarks/groups", get(groups::list).post(groups::create)),
        ("/_avmarks/groups/{group}", get(groups::show).delete(groups::destroy)),
        ("/_avmarks/groups/{group}/join", post(groups::join)),
        ("/_avmarks/groups/{group}/leave", groups::presence(Presence::Leave, Initiator::Member)),
        ("/_avmarks/groups/{group}/kick", groups::presence(Presence::Leave, Initiator::Admin)),
        ("/_avmarks/groups/{group}/disconnect", groups::presence(Presence::Disconnect, Initiator::Member)),
        ("/_avmarks/groups/{group}/reconnect", groups::presence(Presence::Reconnect, Initiator::Member)),
        ("/_avmarks/groups/{group}/messages", get(calls::group_messages)),
        ("/_avmarks/accounts", get(calls::accounts)),
        ("/_avmarks/messages", get(calls::messages)),
        ("/_avmarks/stubs", get(calls::stubs).post(calls::stub).delete(calls::clear_stubs)),
        ("/_avmarks/clock", get(clock::show).put(clock::set)),
        ("/_avmarks/clock/advance", post(clock::advance)),
        ("/_avmarks/settings", get(settings::show).patch(settings::change)),
        ("/_avmarks/reset", post(state::reset)),
        ("/_avmarks/state", get(state::dump).put(state::seed)),
        ("/_avmarks/scenario", post(state::play)),
        ("/_avmarks/log", get(log::show)),
        ("/_avmarks/events", get(events::watch)),
        ("/_avmarks/webhooks", get(webhooks::show).put(webhooks::set).delete(webhooks::turn_off)),
        ("/_avmarks/webhooks/deliveries", get(webhooks::deliveries)),
        ("/_avmarks/faults", get(faults::list).post(faults::add).delete(faults::clear)),
    ]
}

fn router() -> Router<Arc<Shared>> {
    let routes = routes().into_iter();
    routes
        .fold(Router::new(), |router, (path, methods)| router.route(path, methods))
        .fallback(unknown)
        .method_not_allowed_fallback(other_method)
}

/// Answers a request to the control API. `local` says that the client has dialled this machine itself.
pub(crate) async fn answer(request: Request<Incoming>, shared: &Arc<Shared>, local: bool) -> Response<Body> {
    let mut response = match guard::check(&request, &shared.settings, local) {
        Err(error) => error.into_response(),
        Ok(()) if request.uri().path() == ROOT => Redirect::permanent(PREFIX).into_response(),
        Ok(()) => routed(request, shared).await,
    };
    let is_closed = response.status() == StatusCode::UNAUTHORIZED;
    let headers = response.headers_mut();
    if is_closed {
        // A browser asks for it, and sends it with what the page asks.
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"avmarks\""));
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Whoever reads the body reads its type and its length first (`extract.rs`).
async fn routed(request: Request<Incoming>, shared: &Arc<Shared>) -> Response<Body> {
    match router().with_state(Arc::clone(shared)).oneshot(request.map(Body::new)).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

async fn unknown(uri: Uri) -> ControlError {
    let paths: Vec<_> = routes().into_iter().map(|(path, _)| path).collect();
    let (path, there) = (redact_usersig(uri.path()), Quoted(paths.iter()));
    ControlError::new(StatusCode::NOT_FOUND, format!("there is no `{}` here; there are {there}", Excerpt(&path)))
}

async fn other_method(method: Method, uri: Uri) -> ControlError {
    // The header `Allow`, which axum adds, has the methods that would do.
    let path = redact_usersig(uri.path());
    let (method, path) = (Excerpt(method.as_str()).to_string(), Excerpt(&path));
    ControlError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        format!("`{path}` does not answer to `{method}`; `Allow` names what it does"),
    )
}
