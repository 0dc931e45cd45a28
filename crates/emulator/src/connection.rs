//! One connection: plain or TLS, and through the proxy either of them once more.

mod error_body;
mod write_timeout;

use std::convert::Infallible;
use std::future::poll_fn;
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Waker};
use std::time::Duration;

use avmarks_spec::Excerpt;
use hyper::body::{Bytes, Incoming};
use hyper::header::{HeaderValue, RETRY_AFTER};
use hyper::service::service_fn;
use hyper::upgrade::OnUpgrade;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::sync::watch;

use crate::host::{self, Host};
use crate::http::{self, Body};
use crate::peer::Peer;
use crate::settings::without_root;
use crate::shared::{Shared, Stopped};
use crate::{api, control};
use error_body::ErrorBody;
use write_timeout::WriteTimeout;

/// The first byte of a TLS connection: a handshake record.
const TLS_HANDSHAKE: u8 = 0x16;

/// What all connections have in common.
#[derive(Clone)]
pub(crate) struct ConnectionContext {
    pub(crate) shared: Arc<Shared>,
    /// Turns true when the emulator stops.
    pub(crate) stopped: watch::Receiver<bool>,
    /// Whether it has one of the places that are for the control API alone.
    pub(crate) is_reserved: bool,
}

/// Where the bytes of a connection are taken to go.
#[derive(Clone)]
struct Target {
    /// The name or address that was dialled.
    host: String,
    /// Whether it may be asked to go on to another one.
    may_proxy: bool,
    /// Whether this machine was dialled over its loopback network.
    is_local: bool,
    /// The connection itself.
    peer: Peer,
}

/// How long a connection on a place of the control API may be silent.
const RESERVED_SILENCE: Duration = Duration::from_secs(1);

/// Serves one connection to its end.
pub(crate) async fn serve(stream: TcpStream, context: ConnectionContext) {
    if context.is_reserved {
        let mut first = [0];
        let peeked = tokio::time::timeout(RESERVED_SILENCE, stream.peek(&mut first)).await;
        // A handshake costs what there is too little of.
        if !matches!(peeked, Ok(Ok(1))) || first == [TLS_HANDSHAKE] {
            return turn_away(stream).await;
        }
    }
    let here = stream.local_addr().map(|here| here.ip().to_canonical());
    let is_local = here.as_ref().is_ok_and(IpAddr::is_loopback);
    let host = here.map_or_else(|_| "localhost".to_owned(), |here| here.to_string());
    let peer = Peer::new(stream);
    let target = Target { host, may_proxy: true, is_local, peer: peer.clone() };
    detect_tls(WriteTimeout::new(peer, context.shared.settings.body_timeout), context, target).await;
}

impl ConnectionContext {
    /// How long a client may take for a head, or for a handshake.
    fn head_timeout(&self) -> Duration {
        let timeout = self.shared.settings.head_timeout;
        if self.is_reserved { timeout.min(RESERVED_SILENCE) } else { timeout }
    }
}

/// How long one that is turned away may take to show whether it speaks TLS.
const FIRST_BYTE: Duration = Duration::from_millis(100);
/// A fatal alert, `internal_error`, before any key is agreed on. Source: RFC 8446, sections 5.1 and 6.
const TLS_ALERT: [u8; 7] = [0x15, 0x03, 0x03, 0, 2, 2, 80];

/// Says that there are too many connections: to a client that speaks TLS, that the connection is closed, because a handshake costs what
/// there is too little of.
pub(crate) async fn turn_away(mut stream: TcpStream) {
    let mut first = [0];
    let peeked = tokio::time::timeout(FIRST_BYTE, stream.peek(&mut first)).await;
    // Whether it arrives is not ours to know.
    let _ = match (peeked, first) {
        (Ok(Ok(1)), [TLS_HANDSHAKE]) => stream.write_all(&TLS_ALERT).await,
        _ => stream.write_all(last_answer("503 Service Unavailable", "Retry-After: 1\r\n", TOO_MANY).as_bytes()).await,
    };
    let _ = stream.shutdown().await;
}

const TOO_MANY: &str = "too many connections are open; try again later";

/// The start of a connection whose client speaks HTTP/2 without having asked. Source: RFC 9113, section 3.4.
const HTTP_2: &[u8] = b"PRI * HTTP/2.0";
const NOT_HTTP_2: &str = "the client speaks HTTP/2, and this is a server for HTTP/1.1";

/// An answer behind which the connection ends, written without the HTTP server.
fn last_answer(status: &str, header: &str, error: &str) -> String {
    let body = serde_json::json!({ "error": error }).to_string();
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n{header}Connection: close\r\n\r\n{body}"
    )
}

/// TLS or plain, by the first byte.
async fn detect_tls<S>(stream: S, context: ConnectionContext, target: Target)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut stream = BufReader::new(stream);
    let timeout = context.head_timeout();
    let Some(first) = unless_stopped(&context, tokio::time::timeout(timeout, stream.fill_buf())).await else { return };
    let Ok(Ok(Some(first))) = first.map(|read| read.map(|bytes| bytes.first().copied())) else { return };
    if stream.buffer().starts_with(HTTP_2) {
        tracing::warn!("{NOT_HTTP_2}");
        let _ = stream.write_all(last_answer("505 HTTP Version Not Supported", "", NOT_HTTP_2).as_bytes()).await;
        let _ = stream.shutdown().await;
        return;
    }
    if first != TLS_HANDSHAKE {
        return serve_http(stream, context, target).await;
    }
    let tls = match context.shared.certificates.acceptor(&target.host) {
        Ok(tls) => tls,
        Err(error) => return tracing::error!(%error, "TLS cannot be served"),
    };
    let Some(accepted) = unless_stopped(&context, tokio::time::timeout(timeout, tls.accept(stream))).await else {
        return;
    };
    match accepted {
        Ok(Ok(stream)) => serve_http(stream, context, target).await,
        Ok(Err(error)) => tracing::warn!(%error, "TLS failed; does the client trust the certificate of the emulator?"),
        Err(_) => tracing::debug!("a client did not finish its TLS handshake in time"),
    }
}

/// What `waited` gives; nothing if the emulator stops before.
async fn unless_stopped<T>(context: &ConnectionContext, waited: impl Future<Output = T>) -> Option<T> {
    let mut stopped = context.stopped.clone();
    // Unconstrained: once tokio's budget for a task is used up, it would return without having registered the task.
    let stop = tokio::task::unconstrained(stopped.wait_for(|stopped| *stopped));
    let (mut waited, mut stop) = (pin!(waited), pin!(stop));
    let mut will_wake: Option<Waker> = None;
    poll_fn(|cx| {
        if let Poll::Ready(waited) = waited.as_mut().poll(cx) {
            return Poll::Ready(Some(waited));
        }
        // A stop wakes whoever has waited for it once, so it is not waited for again while the waker is the same.
        let is_running = matches!(context.stopped.has_changed(), Ok(false));
        if is_running && will_wake.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            return Poll::Pending;
        }
        will_wake = Some(cx.waker().clone());
        stop.as_mut().poll(cx).map(|_| None)
    })
    .await
}

/// HTTP/1.1, request by request.
async fn serve_http<S>(stream: S, context: ConnectionContext, target: Target)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let Some((upgrade, host)) = serve_requests(stream, &context, &target).await else { return };
    match upgrade.await {
        Ok(upgraded) => {
            serve_tunnel(TokioIo::new(upgraded), context, Target { host, may_proxy: false, ..target }).await
        }
        Err(error) => tracing::debug!(%error, "a tunnel was not opened"),
    }
}

/// A tunnel that was asked for, and the host at its end.
type Tunnel = (OnUpgrade, String);

/// Requests and answers, to the end or to the tunnel that the last one asked for.
async fn serve_requests<S>(stream: S, context: &ConnectionContext, target: &Target) -> Option<Tunnel>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let tunnel: Mutex<Option<Tunnel>> = Mutex::default();
    let service = service_fn(|mut request: Request<Incoming>| {
        let tunnel = &tunnel;
        async move {
            let shared = &context.shared;
            let host = match Host::of(&request) {
                Ok(host) => host,
                Err(error) => {
                    let refusal = http::error(StatusCode::BAD_REQUEST, &error.to_string());
                    return Ok::<_, Infallible>(http::closing(refusal));
                }
            };
            let is_served = is_served(host, shared, target);
            if request.method() == Method::CONNECT {
                return Ok(connect(request, shared, target, tunnel));
            }
            if let Some(refusal) = refused_host(&request, shared, target) {
                return Ok(refusal);
            }
            if control::is_asked(&request) {
                // An answer that has no end of its own ends when the emulator stops.
                request.extensions_mut().insert(Stopped(context.stopped.clone()));
                return Ok(control::answer(request, shared, target.is_local).await.map(Body::streamed));
            }
            if context.is_reserved {
                let mut refusal = http::error(StatusCode::SERVICE_UNAVAILABLE, TOO_MANY);
                refusal.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
                return Ok(http::closing(refusal));
            }
            if let Err(found) = is_served {
                return Ok(http::error(StatusCode::FORBIDDEN, &found));
            }
            Ok(api::answer(request, shared, &target.peer).await)
        }
    });
    let settings = &context.shared.settings;
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(context.head_timeout())
        .max_header_size(settings.head_bytes_max)
        // Head and body in one piece: the system writes that with less work than parts.
        .writev(false)
        // What hyper reads of a head, and what it gathers before it writes; it keeps both buffers for the connection's next request.
        .max_buf_size(settings.head_bytes_max.max(http::PIECE_BYTES))
        // A client that has said all it has to say may still want to hear the answer.
        .half_close(true)
        .serve_connection(TokioIo::new(ErrorBody::new(stream, settings.head_bytes_max)), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    let ended = match unless_stopped(context, connection.as_mut()).await {
        Some(ended) => ended,
        None => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    match ended {
        Err(error) if error.is_parse() => tracing::warn!(%error, "a request cannot be read as HTTP"),
        Err(error) => tracing::debug!(%error, "a connection ended early"),
        Ok(()) => {}
    }
    tunnel.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// `CONNECT host:port`: the tunnel ends here, and whatever comes through it is taken as sent to that host.
fn connect(
    request: Request<Incoming>,
    shared: &Shared,
    target: &Target,
    tunnel: &Mutex<Option<Tunnel>>,
) -> Response<Body> {
    if !target.may_proxy {
        return http::error(StatusCode::FORBIDDEN, "there is no way out of a tunnel; ask the proxy itself");
    }
    if request.uri().port_u16().is_none() {
        return http::error(
            StatusCode::BAD_REQUEST,
            "`CONNECT` must name a host and a port, as in `CONNECT console.tim.qq.com:443`",
        );
    }
    if let Some(refusal) = refused_host(&request, shared, target) {
        return refusal;
    }
    let host = request.uri().host().map(|host| without_root(without_brackets(host))).unwrap_or_default().to_owned();
    *tunnel.lock().unwrap_or_else(PoisonError::into_inner) = Some((hyper::upgrade::on(request), host));
    Response::new(Body::whole(Bytes::new()))
}

/// Whether the API is served under this host: this machine, or one that the emulator stands in for. The sentence that says
/// so, if it is not.
fn is_served(host: Host<'_>, shared: &Shared, target: &Target) -> Result<(), String> {
    // A browser always says which host it means.
    if host.name.is_empty()
        || host.name.eq_ignore_ascii_case(&target.host)
        || host::is_served(host.name, &shared.settings)
    {
        return Ok(());
    }
    Err(format!(
        "`Host` is `{}`, which a web page could stand behind; use an address, `localhost` or a host of the vendor, or name it \
         as a `control_host`",
        Excerpt(host.text)
    ))
}

/// The refusal of a request for a host which the emulator does not replace. Only what goes through a
/// proxy names the host in its first line.
fn refused_host(request: &Request<Incoming>, shared: &Shared, target: &Target) -> Option<Response<Body>> {
    let host = without_root(without_brackets(request.uri().host()?));
    let is_here = host.eq_ignore_ascii_case(&target.host)
        || host.eq_ignore_ascii_case("localhost")
        || host.parse().is_ok_and(|address: IpAddr| address.is_loopback());
    if is_here || shared.settings.stands_in_for(host) {
        return None;
    }
    tracing::warn!(%host, "the proxy was asked for a host that it does not stand in for");
    let error = format!("this proxy stands in for {}, and forwards nothing", shared.settings.proxied_hosts.join(", "));
    Some(http::error(StatusCode::FORBIDDEN, &error))
}

/// An IPv6 address is in brackets in a URL.
fn without_brackets(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']')
}

/// Boxed, because the future contains itself.
fn serve_tunnel(
    stream: TokioIo<hyper::upgrade::Upgraded>,
    context: ConnectionContext,
    target: Target,
) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(detect_tls(stream, context, target))
}
