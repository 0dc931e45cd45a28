//! One connection: plain or TLS, and through the proxy either of them once more.

use std::pin::pin;
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::upgrade::Upgraded;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use crate::http::{self, Body};
use crate::world::Shared;

/// The first byte of a TLS connection: a handshake record.
const TLS_HANDSHAKE: u8 = 0x16;

/// Serves one connection to its end.
pub(crate) async fn serve(stream: TcpStream, shared: Arc<Shared>, tls: TlsAcceptor, stopped: watch::Receiver<bool>) {
    told_apart(stream, shared, tls, stopped, true).await;
}

/// Says that there are too many connections.
pub(crate) async fn turn_away(mut stream: TcpStream) {
    let body = "{\"fault\":\"too many connections are open; try again later\"}";
    let head = format!(
        "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: {}\r\nRetry-After: 1\r\nConnection: close\r\n\r\n",
        body.len()
    );
    // Whether it arrives is not ours to know.
    let _ = stream.write_all(head.as_bytes()).await;
    let _ = stream.write_all(body.as_bytes()).await;
    let _ = stream.shutdown().await;
}

/// TLS or plain, by the first byte.
async fn told_apart<S>(
    stream: S,
    shared: Arc<Shared>,
    tls: TlsAcceptor,
    stopped: watch::Receiver<bool>,
    may_proxy: bool,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut stream = BufReader::new(stream);
    let timeout = shared.settings.head_timeout;
    let first = tokio::select! {
        first = tokio::time::timeout(timeout, stream.fill_buf()) => first,
        _ = until_stopped(stopped.clone()) => return,
    };
    let Ok(Ok(Some(first))) = first.map(|read| read.map(|bytes| bytes.first().copied())) else { return };
    if first != TLS_HANDSHAKE {
        return spoken(stream, shared, tls, stopped, may_proxy).await;
    }
    match tokio::time::timeout(timeout, tls.accept(stream)).await {
        Ok(Ok(stream)) => spoken(stream, shared, tls, stopped, false).await,
        Ok(Err(fault)) => tracing::warn!(%fault, "TLS failed; does the client trust the certificate of the emulator?"),
        Err(_) => tracing::debug!("a client did not finish its TLS handshake in time"),
    }
}

async fn until_stopped(mut stopped: watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// HTTP/1.1, request by request.
async fn spoken<S>(stream: S, shared: Arc<Shared>, tls: TlsAcceptor, stopped: watch::Receiver<bool>, may_proxy: bool)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(|request: Request<Incoming>| {
        let (shared, tls, stopped) = (Arc::clone(&shared), tls.clone(), stopped.clone());
        async move {
            if request.method() == Method::CONNECT && may_proxy {
                return Ok::<_, std::convert::Infallible>(connect(request, shared, tls, stopped));
            }
            Ok(http::answer(request, &shared).await)
        }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(shared.settings.head_timeout)
        .max_buf_size(shared.settings.head_bytes_max.max(8_192))
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = until_stopped(stopped.clone()) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(fault) = ended {
        tracing::debug!(%fault, "a connection ended early");
    }
}

/// `CONNECT host:port`: the tunnel ends here, and whatever comes through it is taken as sent to that host.
fn connect(
    request: Request<Incoming>,
    shared: Arc<Shared>,
    tls: TlsAcceptor,
    stopped: watch::Receiver<bool>,
) -> Response<Body> {
    let host = request.uri().host().unwrap_or_default().to_owned();
    if !shared.settings.stands_in_for(&host) {
        tracing::warn!(%host, "the proxy was asked for a host that it does not stand in for");
        let fault =
            format!("this proxy stands in for {}, and forwards nothing", shared.settings.proxied_hosts.join(", "));
        return http::fault(StatusCode::FORBIDDEN, &fault);
    }
    tokio::spawn(async move {
        match hyper::upgrade::on(request).await {
            Ok(upgraded) => tunnelled(upgraded, shared, tls, stopped).await,
            Err(fault) => tracing::debug!(%fault, "a tunnel was not opened"),
        }
    });
    Response::new(Body::default())
}

/// Boxed, for it ends in what began it.
fn tunnelled(
    upgraded: Upgraded,
    shared: Arc<Shared>,
    tls: TlsAcceptor,
    stopped: watch::Receiver<bool>,
) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(told_apart(TokioIo::new(upgraded), shared, tls, stopped, false))
}
