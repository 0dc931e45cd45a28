//! The server: connections, who may ask, and which path does what.

use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::{Arc, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::body::{Bytes, Incoming};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, ORIGIN};
use hyper::service::service_fn;
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use percent_encoding::percent_decode_str;
use subtle::ConstantTimeEq;
use tokio::sync::watch;

use super::connections::{Activity, Connections};
use super::http::{Answer, answer, body, error_answer, json, page};
use super::metrics::gauge;
use super::overview::Overview;
use super::settings::ServerSettings;
use super::shared::Shared;
use super::{api, webhook};

/// How many connections there may be: each costs some ten kilobytes, and what was sent of its body.
const CONNECTIONS_MAX: usize = 8_192;
/// How often it is looked for connections that take too long.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long a client may take for a body.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);
/// How long requests that are being answered may take at the end.
const STOP_WITHIN: Duration = Duration::from_secs(3);

const PAGE: &str = include_str!("page.html");

/// A server that listens.
pub(super) struct Server {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    thread: JoinHandle<()>,
}

impl Server {
    pub(super) fn start(listen: SocketAddr, shared: Shared) -> io::Result<Self> {
        let listener = TcpListener::bind(listen)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("avmarks-http")
            .enable_all()
            .build()?;
        let (stop, stopped) = watch::channel(false);
        let shared = Arc::new(shared);
        let thread = Builder::new().name("avmarks-http".to_owned()).spawn(move || {
            let running = Arc::clone(&shared);
            runtime.block_on(async move {
                match tokio::net::TcpListener::from_std(listener) {
                    Ok(listener) => run(listener, running, stopped).await,
                    Err(error) => tracing::error!(%error, "cannot listen"),
                }
            });
            // A connection of PostgreSQL has a runtime of its own, and must not be closed within another one.
            drop(runtime);
            drop(shared);
        })?;
        Ok(Self { address, stop, thread })
    }

    pub(super) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes no new connection, and finishes what is being answered.
    pub(super) fn stop(self) {
        // Where nobody listens any more, it has ended.
        let _ = self.stop.send(true);
        if self.thread.join().is_err() {
            tracing::error!("the thread of the server has failed");
        }
    }
}

async fn run(listener: tokio::net::TcpListener, shared: Arc<Shared>, mut stopped: watch::Receiver<bool>) {
    let mut tasks = tokio::task::JoinSet::new();
    let mut connections = Connections::new(CONNECTIONS_MAX);
    let mut look = tokio::time::interval(LOOK_EVERY);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = tasks.join_next() => continue,
            _ = look.tick() => {
                connections.end_late();
                continue;
            }
            _ = stopped.changed() => break,
        };
        let Ok((stream, _)) = accepted else {
            // Out of file descriptors, mostly.
            connections.end_one();
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let activity = connections.activity();
        let task = tasks.spawn(serve(stream, Arc::clone(&shared), Arc::clone(&activity), stopped.clone()));
        connections.add(activity, task);
    }
    drop(listener);
    let all = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(STOP_WITHIN, all).await.is_err() {
        tracing::warn!("some requests were not answered in time, and are cut off");
    }
}

/// Answers the requests of one connection, until it ends or the server stops.
async fn serve(
    stream: tokio::net::TcpStream,
    shared: Arc<Shared>,
    activity: Arc<Activity>,
    mut stopped: watch::Receiver<bool>,
) {
    let _ = stream.set_nodelay(true);
    let is_local = stream.peer_addr().is_ok_and(|peer| peer.ip().to_canonical().is_loopback());
    let service = service_fn(|request| {
        let (shared, activity) = (Arc::clone(&shared), Arc::clone(&activity));
        async move {
            activity.begin();
            let answer = respond(request, &shared, is_local).await.unwrap_or_else(|refusal| refusal);
            activity.wait();
            Ok::<_, Infallible>(answer)
        }
    });
    let connection = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        _ = stopped.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}

async fn respond(request: Request<Incoming>, shared: &Arc<Shared>, is_local: bool) -> Result<Answer, Answer> {
    // The path of nearly all requests is not taken apart.
    if request.method() == Method::POST && request.uri().path() == "/webhook" {
        return webhook(request, shared).await;
    }
    let path = request.uri().path().to_owned();
    let segments: Option<Vec<String>> = path
        .trim_matches('/')
        .split('/')
        .map(|part| percent_decode_str(part).decode_utf8().ok().map(|text| text.into_owned()))
        .collect();
    let Some(segments) = segments else {
        return Err(error_answer(StatusCode::BAD_REQUEST, "the path is not percent-encoded UTF-8"));
    };
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    if !matches!(segments.as_slice(), ["healthz" | "webhook"]) {
        check(&request, &shared.settings, is_local)?;
    }
    route(request, shared, &segments).await
}

async fn webhook(request: Request<Incoming>, shared: &Shared) -> Result<Answer, Answer> {
    webhook::admit(shared, request.uri().query().unwrap_or_default())?;
    webhook::receive(shared, &read(request, shared).await?).await
}

/// The body of a request, where it comes in time and is not too long.
async fn read(request: Request<Incoming>, shared: &Shared) -> Result<Bytes, Answer> {
    let whole = body(request.into_body(), shared.settings.body_bytes_max);
    match tokio::time::timeout(BODY_TIMEOUT, whole).await {
        Ok(read) => read,
        Err(_) => Err(error_answer(StatusCode::REQUEST_TIMEOUT, "the body did not come in time")),
    }
}

async fn route(request: Request<Incoming>, shared: &Arc<Shared>, segments: &[&str]) -> Result<Answer, Answer> {
    let method = request.method().clone();
    let query = request.uri().query().unwrap_or_default().to_owned();
    let dry_run = parameter(&query, "dry_run").is_some_and(|value| value != "false");
    let is_csv = request.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/csv"));
    Ok(match (&method, segments) {
        (&Method::POST, ["webhook"]) => webhook(request, shared).await?,
        (&Method::GET, ["healthz"]) => answer(StatusCode::OK, "text/plain", "ok\n"),
        (&Method::GET, ["readyz"]) => ready(shared),
        (&Method::GET, ["metrics"]) => metrics(shared),
        (&Method::GET, [""]) => page(PAGE),
        (&Method::GET, ["v1", "overview"]) => json(StatusCode::OK, &overview(shared)),
        (&Method::GET, ["v1", "groups", group, "accounts"]) => {
            let (shared, group, after) = (Arc::clone(shared), (*group).to_owned(), parameter(&query, "after"));
            blocking(move || api::list(&shared, &group, after.as_deref())).await?
        }
        (&Method::GET, ["v1", "groups", group, "accounts", account]) => {
            let (shared, group, account) = (Arc::clone(shared), (*group).to_owned(), (*account).to_owned());
            blocking(move || api::get_one(&shared, &group, &account)).await?
        }
        (&Method::PUT, ["v1", "groups", group, "accounts", account]) => {
            api::put_one(shared, group, account, Some(&read(request, shared).await?), dry_run).await?
        }
        (&Method::DELETE, ["v1", "groups", group, "accounts", account]) => {
            api::put_one(shared, group, account, None, dry_run).await?
        }
        (&Method::POST, ["v1", "groups", group, "sweep"]) => api::sweep(shared, group),
        (&Method::POST, ["v1", "wants"]) => {
            api::put_many(shared, &read(request, shared).await?, is_csv, dry_run).await?
        }
        (_, ["webhook" | "healthz" | "readyz" | "metrics" | "" | "v1", ..]) => error_answer(
            StatusCode::METHOD_NOT_ALLOWED,
            format_args!("{method} is not possible here; docs/keeper.md lists the paths"),
        ),
        _ => error_answer(StatusCode::NOT_FOUND, "there is nothing at this path; docs/keeper.md lists the paths"),
    })
}

/// Answers by a thread that may wait for the store.
async fn blocking(work: impl FnOnce() -> Result<Answer, Answer> + Send + 'static) -> Result<Answer, Answer> {
    let worked = tokio::task::spawn_blocking(work).await;
    worked.unwrap_or_else(|error| Err(error_answer(StatusCode::INTERNAL_SERVER_ERROR, error)))
}

/// Who may ask: whoever has the token; without one, programs of this machine, and no web page of somebody else. All others are refused.
fn check(request: &Request<Incoming>, settings: &ServerSettings, is_local: bool) -> Result<(), Answer> {
    let header = |name| request.headers().get(name).and_then(|value: &hyper::header::HeaderValue| value.to_str().ok());
    if let Some(token) = &settings.token {
        let is_right = header(AUTHORIZATION).is_some_and(|sent| has_token(sent, token));
        return match is_right {
            true => Ok(()),
            false => Err(error_answer(
                StatusCode::UNAUTHORIZED,
                "expected the token of --token-file, as `Authorization: Bearer TOKEN` or as the password of a browser",
            )),
        };
    }
    let host = host(request).unwrap_or_default();
    let is_own_page = header(ORIGIN).is_none_or(|origin| origin.split_once("://").is_some_and(|(_, of)| of == host));
    match is_local && is_loopback(host) && is_own_page {
        true => Ok(()),
        false => Err(error_answer(
            StatusCode::FORBIDDEN,
            "without --token-file, this answers programs on this machine alone, under an address or `localhost`",
        )),
    }
}

/// The host that a request is meant for: that of its first line, or else of its only `Host` (RFC 9112, section 3.2).
fn host<B>(request: &Request<B>) -> Option<&str> {
    let mut headers = request.headers().get_all(HOST).iter();
    match (request.uri().authority(), headers.next(), headers.next()) {
        (_, _, Some(_)) => None,
        (Some(authority), ..) => Some(authority.as_str()),
        (None, header, None) => header?.to_str().ok(),
    }
}

/// Whether a `Host` is an address of this machine, with a port or without: a name may be one behind which a web page stands.
fn is_loopback(host: &str) -> bool {
    let (name, port) = match host.strip_prefix('[') {
        Some(rest) => rest.split_once(']').unwrap_or_default(),
        None => host.split_at(host.find(':').unwrap_or(host.len())),
    };
    let is_number = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok();
    let is_port = port.is_empty() || port.strip_prefix(':').is_some_and(is_number);
    let is_own =
        name.eq_ignore_ascii_case("localhost") || name.parse().is_ok_and(|address: IpAddr| address.is_loopback());
    is_port && is_own
}

fn has_token(sent: &str, token: &str) -> bool {
    let is_equal = |found: &[u8]| bool::from(found.ct_eq(token.as_bytes()));
    match sent.split_once(' ') {
        Some((scheme, value)) if scheme.eq_ignore_ascii_case("bearer") => is_equal(value.trim().as_bytes()),
        Some((scheme, value)) if scheme.eq_ignore_ascii_case("basic") => {
            let decoded = STANDARD.decode(value.trim()).unwrap_or_default();
            let at = decoded.iter().position(|byte| *byte == b':');
            at.and_then(|at| decoded.get(at + 1..)).is_some_and(is_equal)
        }
        _ => false,
    }
}

/// The value of a parameter of a query; empty if it has none.
fn parameter(query: &str, name: &str) -> Option<String> {
    let mut parts = query.split('&').map(|part| part.split_once('=').unwrap_or((part, "")));
    let (_, value) = parts.find(|(found, _)| *found == name)?;
    Some(percent_decode_str(value).decode_utf8_lossy().into_owned())
}

fn overview(shared: &Shared) -> Overview {
    shared.overview.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

fn ready(shared: &Shared) -> Answer {
    match overview(shared).is_ready {
        true => answer(StatusCode::OK, "text/plain", "ready\n"),
        false => answer(StatusCode::SERVICE_UNAVAILABLE, "text/plain", "the store cannot be used\n"),
    }
}

fn metrics(shared: &Shared) -> Answer {
    let overview = overview(shared);
    let mut text = shared.metrics.text();
    for (name, help, value) in [
        ("avmarks_keep_ready", "Whether the store could be used lately.", usize::from(overview.is_ready)),
        ("avmarks_keep_groups", "Groups that this node keeps.", overview.groups),
        ("avmarks_keep_wanted", "Accounts that this node keeps.", overview.wanted),
        ("avmarks_keep_waiting", "Accounts that wait for a call.", overview.waiting),
        ("avmarks_keep_in_flight", "Accounts in calls that have not been answered.", overview.in_flight),
        ("avmarks_keep_batches", "Batches of accepted webhooks that are not done with.", overview.batches),
        ("avmarks_keep_permits_taken", "Permits of modify_user_info that are taken.", overview.permits_taken),
        ("avmarks_keep_nodes", "Nodes that are alive.", overview.nodes),
    ] {
        gauge(&mut text, name, help, value);
    }
    answer(StatusCode::OK, "text/plain; version=0.0.4", text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_taken_in_both_forms() {
        let basic = format!("Basic {}", STANDARD.encode("anybody:secret"));
        for (sent, is_right) in [
            ("Bearer secret", true),
            ("bearer secret", true),
            (&*basic, true),
            ("Bearer secre", false),
            ("Bearer secret2", false),
            ("secret", false),
            ("Basic secret", false),
        ] {
            assert_eq!(has_token(sent, "secret"), is_right, "{sent}");
        }
    }

    #[test]
    fn only_loopback_names_count_as_loopback() {
        for (host, expected) in [
            ("127.0.0.1:8700", true),
            ("localhost:8700", true),
            ("[::1]:8700", true),
            ("127.0.0.1.example.com", false),
            ("example.com:8700", false),
            ("192.168.0.1:8700", false),
            ("127.0.0.1:65535", true),
            ("127.0.0.1:65536", false),
            ("127.0.0.1:example.com", false),
            ("localhost:", false),
            ("[::1]", true),
            ("[::1]x", false),
            ("[::1", false),
            ("user@localhost", false),
            ("", false),
        ] {
            assert_eq!(is_loopback(host), expected, "{host}");
        }
    }

    #[test]
    fn a_request_names_one_host() {
        for (uri, hosts, expected) in [
            ("/", &["localhost"][..], Some("localhost")),
            ("/", &[], None),
            ("/", &["localhost", "localhost"], None),
            ("http://example.com/", &["localhost"], Some("example.com")),
            ("http://example.com/", &["localhost", "localhost"], None),
        ] {
            let mut request = Request::builder().uri(uri);
            for host in hosts {
                request = request.header(HOST, *host);
            }
            assert_eq!(host(&request.body(()).unwrap()), expected, "{uri} {hosts:?}");
        }
    }

    #[test]
    fn a_parameter_is_found_and_decoded() {
        assert_eq!(parameter("a=1&after=x%20y", "after").as_deref(), Some("x y"));
        assert_eq!(parameter("dry_run", "dry_run").as_deref(), Some(""));
        assert_eq!(parameter("dry_runs=1", "dry_run"), None);
    }
}
