//! One request and its response over ureq, and what ureq's errors mean for a caller.

use std::io::{self, Read};
use std::time::Duration;

use avmarks_client::{Response, TransportError};
use avmarks_protocol::region::BaseUrl;
use avmarks_protocol::url::CallUrl;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use ureq::http::HeaderMap;
use ureq::{Agent, Error, Timeout};

use crate::proxy::{ProxyInUse, host_and_port};

/// A response, as far as it came.
pub(crate) struct Received {
    status: u16,
    body: Vec<u8>,
    /// Whether the body ended too early, or was longer than is read.
    truncated: bool,
    retry_after: Option<String>,
    /// An encoding that was not decoded.
    content_encoding: Option<String>,
}

impl Received {
    pub(crate) fn response(&self) -> Response<'_> {
        let mut response = Response::new(self.status, &self.body);
        response.truncated = self.truncated;
        response.retry_after = self.retry_after.as_deref();
        response.content_encoding = self.content_encoding.as_deref();
        response
    }
}

/// Whom a client calls, and by what.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) agent: Agent,
    pub(crate) base: BaseUrl,
    /// None for a direct connection, and if the caller supplied the agent.
    pub(crate) proxy: Option<ProxyInUse>,
    /// How many bytes of a response are read, and how many may come of decoding it.
    pub(crate) response_bytes_max: u64,
}

impl Route {
    /// Posts `body`, waits for the response no longer than `timeout` in all, and reads as much of it as is allowed.
    ///
    /// A status is never an error, and a redirect is a response: it is not followed. No encoding is asked for; a body that comes
    /// with one anyway is decoded if it is gzip or deflate.
    pub(crate) fn exchange(&self, url: &CallUrl, body: &[u8], timeout: Duration) -> Result<Received, TransportError> {
        let request = self.agent.post(url.as_str()).content_type("application/json");
        // Without it, any encoding would be acceptable (RFC 9110 12.5.3).
        let mut request = request.header("Accept-Encoding", "identity");
        if !serves(&self.agent, timeout) {
            let config = request.config().http_status_as_error(false).max_redirects(0);
            request = config.timeout_global(Some(timeout)).build();
        }
        let response = request.send(body).map_err(|error| self.failure(error))?;
        let status = response.status().as_u16();
        let retry_after = header(response.headers(), "retry-after");
        let encoding = header(response.headers(), "content-encoding");
        let bytes_max = self.response_bytes_max;
        let length = response.body().content_length().unwrap_or(4_096).min(bytes_max);
        let mut body = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
        // The error is not kept: that the body is truncated says all that matters, and its bytes say more.
        let read = response.into_body().into_with_config().limit(bytes_max).reader().read_to_end(&mut body);
        let mut received = Received { status, body, truncated: read.is_err(), retry_after, content_encoding: encoding };
        received.decode(bytes_max);
        Ok(received)
    }

    /// The meaning of an error. Where it is not certain that the request was not sent, it may have been carried out.
    fn failure(&self, error: Error) -> TransportError {
        let (host, port) = host_and_port(&self.base);
        let peer = match &self.proxy {
            Some(proxy) => format!("the proxy {proxy}"),
            None if host.contains(':') => format!("[{host}]:{port}"),
            None => format!("{host}:{port}"),
        };
        let message = match &error {
            // These errors repeat the URL.
            Error::BadUri(_) => "the URL cannot be used".to_owned(),
            Error::RequireHttpsOnly(_) => "the agent takes https alone".to_owned(),
            Error::ConnectProxyFailed(reason) => proxy_refusal(&peer, reason),
            Error::Timeout(Timeout::Resolve) => format!("{peer} cannot be reached: looking up its name took too long"),
            Error::Timeout(Timeout::Connect) => format!("{peer} cannot be reached: connecting took too long"),
            Error::HostNotFound => format!("{peer} cannot be reached: its name was not found"),
            Error::ConnectionFailed => format!("{peer} cannot be reached"),
            Error::Io(error) if is_unreachable(error) => format!("{peer} cannot be reached: {error}"),
            Error::Io(error) => tls_advice(error, host).unwrap_or_else(|| format!("{peer}: {error}")),
            other => format!("{peer}: {other}"),
        };
        match error {
            Error::Timeout(Timeout::Resolve | Timeout::Connect) => TransportError::NotSent { message },
            Error::Timeout(_) => TransportError::TimedOut,
            Error::HostNotFound | Error::ConnectionFailed => TransportError::NotSent { message },
            Error::Io(error) => io_failure(&error, message),
            Error::ConnectProxyFailed(reason) if !is_final(&reason) => TransportError::NotSent { message },
            Error::ConnectProxyFailed(_)
            | Error::BadUri(_)
            | Error::RequireHttpsOnly(_)
            | Error::InvalidProxyUrl
            | Error::Http(_)
            | Error::Tls(_)
            | Error::TlsRequired => TransportError::Unusable { message },
            _ => TransportError::ConnectionLost { message },
        }
    }
}

impl Received {
    /// Decodes the body, of which at most `bytes_max` bytes may come. One that cannot be decoded stays as it is.
    fn decode(&mut self, bytes_max: u64) {
        let encoding = self.content_encoding.take().unwrap_or_default().trim().to_ascii_lowercase();
        let body = self.body.as_slice();
        let decoded = match &*encoding {
            "" | "identity" => return,
            "gzip" | "x-gzip" => decoded(MultiGzDecoder::new(body), bytes_max),
            // Some servers leave out the zlib header (RFC 9110 8.4.1.2).
            "deflate" => {
                decoded(ZlibDecoder::new(body), bytes_max).or_else(|| decoded(DeflateDecoder::new(body), bytes_max))
            }
            _ => None,
        };
        match decoded {
            Some((body, is_whole)) => {
                self.body = body;
                self.truncated |= !is_whole;
            }
            None => self.content_encoding = Some(encoding),
        }
    }
}

/// What comes of decoding, and whether that is all of it. None if nothing does.
fn decoded(decoder: impl Read, bytes_max: u64) -> Option<(Vec<u8>, bool)> {
    let mut body = Vec::new();
    let read = decoder.take(bytes_max.saturating_add(1)).read_to_end(&mut body);
    let max = usize::try_from(bytes_max).unwrap_or(usize::MAX);
    let is_whole = read.is_ok() && body.len() <= max;
    body.truncate(max);
    (read.is_ok() || !body.is_empty()).then_some((body, is_whole))
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// Whether the agent's own settings are those of this attempt, as they are for most: then ureq need not copy them, and keeps
/// what it has prepared for TLS.
fn serves(agent: &Agent, timeout: Duration) -> bool {
    let config = agent.config();
    !config.http_status_as_error() && config.max_redirects() == 0 && config.timeouts().global == Some(timeout)
}

/// The status of a proxy that does not connect. ureq has it only within a text.
fn proxy_refusal(peer: &str, reason: &str) -> String {
    let status = reason.split(|found: char| !found.is_ascii_digit()).find(|number| number.len() == 3);
    match status {
        Some("407") => format!(
            "{peer} requires user and password (status 407): put `USER:PASSWORD@` before its host, percent-encoded"
        ),
        Some("403") => format!("{peer} refuses to connect (status 403): allow the host of the service there"),
        Some(status) => format!("{peer} does not connect (status {status})"),
        None => format!("{peer} does not connect: {reason}"),
    }
}

/// Whether a proxy would refuse the next attempt as well.
fn is_final(reason: &str) -> bool {
    reason.contains("407") || reason.contains("403")
}

fn is_unreachable(error: &io::Error) -> bool {
    use io::ErrorKind as Kind;
    matches!(
        error.kind(),
        Kind::ConnectionRefused
            | Kind::HostUnreachable
            | Kind::NetworkUnreachable
            | Kind::NetworkDown
            | Kind::AddrNotAvailable
            | Kind::PermissionDenied
    )
}

fn io_failure(error: &io::Error, message: String) -> TransportError {
    use io::ErrorKind as Kind;
    if is_distrust(error) {
        return TransportError::Unusable { message };
    }
    match error.kind() {
        _ if is_unreachable(error) => TransportError::NotSent { message },
        Kind::TimedOut | Kind::WouldBlock => TransportError::TimedOut,
        // What a look-up of a name says has no kind of its own, and on Unix no number either.
        Kind::UnexpectedEof | Kind::InvalidData | Kind::InvalidInput | Kind::Other | Kind::Interrupted => {
            TransportError::ConnectionLost { message }
        }
        _ if error.raw_os_error().is_none() => TransportError::NotSent { message },
        _ => TransportError::ConnectionLost { message },
    }
}

#[cfg(feature = "rustls")]
fn tls_error(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref().and_then(|inner| inner.downcast_ref())
}

/// Whether TLS could not be agreed on, which is so before anything is sent and will be so again.
#[cfg(feature = "rustls")]
fn is_distrust(error: &io::Error) -> bool {
    use rustls::AlertDescription::{HandshakeFailure, ProtocolVersion};
    matches!(
        tls_error(error),
        Some(
            rustls::Error::InvalidCertificate(_)
                | rustls::Error::PeerIncompatible(_)
                | rustls::Error::AlertReceived(HandshakeFailure | ProtocolVersion)
        )
    )
}

/// The problem of the certificate of a server, and advice.
#[cfg(feature = "rustls")]
fn tls_advice(error: &io::Error, host: &str) -> Option<String> {
    use rustls::CertificateError as Wrong;
    let Some(rustls::Error::InvalidCertificate(wrong)) = tls_error(error) else { return None };
    let advice = match wrong {
        Wrong::UnknownIssuer => {
            "it is not signed by an authority that is trusted here; give the authority's certificate as an extra root (`--ca` of `avmarks send`)".to_owned()
        }
        Wrong::BadSignature => {
            "it is not signed by the authority of its issuer's name that is trusted here; give that authority's present certificate as an extra root (`--ca` of `avmarks send`)".to_owned()
        }
        Wrong::Expired | Wrong::ExpiredContext { .. } => {
            "it has expired; renew it, or correct the clock of this host".to_owned()
        }
        Wrong::NotValidYet | Wrong::NotValidYetContext { .. } => {
            "it is not valid yet; correct the clock of this host".to_owned()
        }
        Wrong::NotValidForName | Wrong::NotValidForNameContext { .. } => {
            format!("it is not for this host ({wrong}); call the host by a name in the certificate's subjectAltName")
        }
        Wrong::Other(other) if format!("{other:?}").contains("CaUsedAsEndEntity") => {
            "it is the certificate of an authority itself (self-signed, CA:TRUE), which a server must not use; give the server a certificate with CA:FALSE that the authority has signed".to_owned()
        }
        other => other.to_string(),
    };
    Some(format!("the certificate of {host} is not accepted: {advice}"))
}

#[cfg(not(feature = "rustls"))]
const fn is_distrust(_: &io::Error) -> bool {
    false
}

#[cfg(not(feature = "rustls"))]
const fn tls_advice(_: &io::Error, _: &str) -> Option<String> {
    None
}
