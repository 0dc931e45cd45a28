//! One request and its response over ureq, and what its errors mean for a caller.

use std::io::{self, Read};
use std::time::Duration;

use avmarks_client::{Failure, Reply};
use avmarks_protocol::url::CallUrl;
use ureq::{Agent, Error, Timeout};

/// A response: status and body, as far as it came.
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    /// Whether the body ended too early, or was longer than is read.
    pub(crate) cut: bool,
}

impl Response {
    pub(crate) fn reply(&self) -> Reply<'_> {
        Reply { status: self.status, body: &self.body, cut: self.cut }
    }
}

/// Posts `body`, waits for the response no longer than `timeout` in all, and reads at most `bytes_max` of it.
///
/// A status is never an error, and a redirect is a response: it is not followed.
pub(crate) fn exchange(
    agent: &Agent,
    url: &CallUrl,
    body: &[u8],
    timeout: Duration,
    bytes_max: u64,
) -> Result<Response, Failure> {
    let mut request = agent.post(url.as_str()).content_type("application/json");
    if !serves(agent, timeout) {
        let config = request.config().http_status_as_error(false).max_redirects(0);
        request = config.timeout_global(Some(timeout)).build();
    }
    let response = request.send(body).map_err(failure)?;
    let status = response.status().as_u16();
    let length = response.body().content_length().unwrap_or(4_096).min(bytes_max);
    let mut body = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    // The error is not kept: that the body is cut says all that matters, and its bytes say more.
    let read = response.into_body().into_with_config().limit(bytes_max).reader().read_to_end(&mut body);
    Ok(Response { status, body, cut: read.is_err() })
}

/// Whether the agent's own settings are those of this try, as they are for most: then ureq need not copy them, and keeps
/// what it has prepared for TLS.
fn serves(agent: &Agent, timeout: Duration) -> bool {
    let config = agent.config();
    !config.http_status_as_error() && config.max_redirects() == 0 && config.timeouts().global == Some(timeout)
}

/// What an error means. Where it is not certain that the request did not leave, it may have been carried out.
fn failure(error: Error) -> Failure {
    // The errors that repeat the URL: nothing is left of them but what is wrong.
    let what = match &error {
        Error::BadUri(_) => "the URL cannot be used".to_owned(),
        Error::RequireHttpsOnly(_) => "the agent takes https alone".to_owned(),
        other => other.to_string(),
    };
    match error {
        Error::Timeout(Timeout::Resolve | Timeout::Connect) => Failure::NotSent { what },
        Error::Timeout(_) => Failure::TimedOut,
        Error::HostNotFound | Error::ConnectionFailed => Failure::NotSent { what },
        Error::Io(error) => io_failure(&error, what),
        // 407: the proxy wants a password. Anything else it may have got over by the next try.
        Error::ConnectProxyFailed(reason) if !reason.contains("407") => Failure::NotSent { what },
        Error::ConnectProxyFailed(_)
        | Error::BadUri(_)
        | Error::RequireHttpsOnly(_)
        | Error::InvalidProxyUrl
        | Error::Http(_)
        | Error::Tls(_)
        | Error::TlsRequired => Failure::Unusable { what },
        _ => Failure::ConnectionLost { what },
    }
}

fn io_failure(error: &io::Error, what: String) -> Failure {
    use io::ErrorKind as Kind;
    if is_distrust(error) {
        return Failure::Unusable { what };
    }
    match error.kind() {
        Kind::ConnectionRefused | Kind::HostUnreachable | Kind::NetworkUnreachable | Kind::NetworkDown => {
            Failure::NotSent { what }
        }
        Kind::AddrNotAvailable | Kind::PermissionDenied => Failure::NotSent { what },
        Kind::TimedOut | Kind::WouldBlock => Failure::TimedOut,
        // What a look-up of a name says has no kind of its own, and on Unix no number either.
        Kind::UnexpectedEof | Kind::InvalidData | Kind::InvalidInput | Kind::Other | Kind::Interrupted => {
            Failure::ConnectionLost { what }
        }
        _ if error.raw_os_error().is_none() => Failure::NotSent { what },
        _ => Failure::ConnectionLost { what },
    }
}

/// Whether TLS could not be agreed on, which is so before anything is sent and will be so again.
#[cfg(feature = "rustls")]
fn is_distrust(error: &io::Error) -> bool {
    use rustls::AlertDescription::{HandshakeFailure, ProtocolVersion};
    let found = error.get_ref().and_then(|inner| inner.downcast_ref());
    matches!(
        found,
        Some(
            rustls::Error::InvalidCertificate(_)
                | rustls::Error::PeerIncompatible(_)
                | rustls::Error::AlertReceived(HandshakeFailure | ProtocolVersion)
        )
    )
}

#[cfg(not(feature = "rustls"))]
const fn is_distrust(_: &io::Error) -> bool {
    false
}
