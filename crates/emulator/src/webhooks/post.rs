//! One POST, over HTTP/1.1, on a connection that is kept while it can be.

use std::fmt::Write as _;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Request, Response, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};

use super::settings::{WebhookSettings, WebhookSettingsError};

/// How long a receiver may take. Source: 1047/34354.
pub(super) const TIMEOUT: Duration = Duration::from_secs(2);
/// Bytes of an answer that are read.
const ANSWER_BYTES_MAX: usize = 65_536;

/// Where webhooks are sent.
#[derive(Clone)]
pub(crate) struct Receiver {
    host: String,
    port: u16,
    /// For the header `Host`.
    authority: String,
    /// The path, and its query with `&` behind it, or `?`.
    target: String,
    tls: Option<(TlsConnector, ServerName<'static>)>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum PostError {
    #[error("no answer within 2 s")]
    Timeout,
    #[error("no connection to `{authority}`: {source}")]
    Connection { authority: String, source: io::Error },
    #[error("the connection failed: {0}")]
    Http(#[from] hyper::Error),
    #[error("the answer cannot be read: {0}")]
    Body(String),
}

impl Receiver {
    /// The receiver that these settings name.
    pub(super) fn of(settings: &WebhookSettings) -> Result<Self, WebhookSettingsError> {
        settings.check()?;
        let WebhookSettings { url, trusted, .. } = settings;

        let error = || WebhookSettingsError::Url { url: url.clone() };
        let uri: Uri = escaped(url).parse().map_err(|_| error())?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else { return Err(error()) };
        let is_https = match scheme {
            "http" => false,
            "https" => true,
            _ => return Err(error()),
        };
        // Text after the last colon that is not a port, such as 99999, is an error.
        let is_port = |text: &str| text.parse::<u16>().is_ok_and(|port| port > 0);
        let has_odd_port =
            authority.as_str().rsplit_once(':').is_some_and(|(_, port)| !port.ends_with(']') && !is_port(port));
        if has_odd_port || authority.as_str().contains('@') || authority.host().is_empty() || url.contains('#') {
            return Err(error());
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let tls = match (is_https, trusted) {
            (false, _) => None,
            (true, None) => return Err(WebhookSettingsError::Untrusted { url: url.clone() }),
            (true, Some(pem)) => Some((connector(pem)?, ServerName::try_from(host.clone()).map_err(|_| error())?)),
        };
        let target = match uri.query() {
            Some(query) => format!("{}?{query}&", uri.path()),
            None => format!("{}?", uri.path()),
        };
        let port = authority.port_u16().unwrap_or(if is_https { 443 } else { 80 });
        Ok(Self { host, port, authority: authority.to_string(), target, tls })
    }

    async fn connect(&self) -> Result<SendRequest<Full<Bytes>>, PostError> {
        let error = |source| PostError::Connection { authority: self.authority.clone(), source };
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await.map_err(error)?;
        // Small requests, one at a time: nothing is to be waited for.
        let _ = stream.set_nodelay(true);
        let sender = match &self.tls {
            None => {
                let (sender, connection) = handshake(TokioIo::new(stream)).await?;
                tokio::spawn(connection);
                sender
            }
            Some((connector, name)) => {
                let stream = connector.connect(name.clone(), stream).await.map_err(error)?;
                let (sender, connection) = handshake(TokioIo::new(stream)).await?;
                tokio::spawn(connection);
                sender
            }
        };
        Ok(sender)
    }
}

/// A URL whose path and query are as a request line must have them: what is not ASCII, or not allowed there, in percent signs.
/// What has percent signs already stays. Source: RFC 3986, sections 2.1 and 3.3, as browsers write it.
fn escaped(url: &str) -> String {
    let scheme = url.find("://").map_or(0, |at| at + 3);
    let behind_host = url.get(scheme..).and_then(|rest| rest.find(['/', '?', '#'])).map_or(url.len(), |at| scheme + at);
    let (host, rest) = url.split_at_checked(behind_host).unwrap_or((url, ""));
    let mut out = host.to_owned();
    for byte in rest.bytes() {
        match byte {
            b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' | 0x80.. => {
                // Writing into memory does not fail.
                let _ = write!(out, "%{byte:02X}");
            }
            _ => out.push(char::from(byte)),
        }
    }
    out
}

/// Trusts these certificates, and no others.
fn connector(pem: &str) -> Result<TlsConnector, WebhookSettingsError> {
    let error = |what: String| WebhookSettingsError::Trusted { what };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let certificate = certificate.map_err(|what| error(what.to_string()))?;
        roots.add(certificate).map_err(|what| error(what.to_string()))?;
    }
    if roots.is_empty() {
        return Err(error("there is none".to_owned()));
    }
    let provider = Arc::new(crypto::ring::default_provider());
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = versions.map_err(|what| error(what.to_string()))?.with_root_certificates(roots).with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// A connection that is kept from one webhook to the next.
#[derive(Default)]
pub(super) struct Poster {
    kept: Option<SendRequest<Full<Bytes>>>,
}

impl Poster {
    /// Sends a webhook, and returns its answer.
    pub(super) async fn post(
        &mut self,
        receiver: &Receiver,
        query: &str,
        body: &[u8],
    ) -> Result<(StatusCode, Bytes), PostError> {
        let posted = self.post_in_time(receiver, query, body);
        tokio::time::timeout(TIMEOUT, posted).await.unwrap_or(Err(PostError::Timeout))
    }

    async fn post_in_time(
        &mut self,
        receiver: &Receiver,
        query: &str,
        body: &[u8],
    ) -> Result<(StatusCode, Bytes), PostError> {
        let request = || {
            Request::post(format!("{}{query}", receiver.target))
                .header(HOST, &receiver.authority)
                .header(CONTENT_TYPE, "application/json")
                .body(Full::new(Bytes::copy_from_slice(body)))
                .map_err(|error| PostError::Body(error.to_string()))
        };
        let (response, sender) = match self.send_on_kept(request()?).await {
            Some(sent) => sent?,
            None => {
                let mut sender = receiver.connect().await?;
                (sender.send_request(request()?).await?, sender)
            }
        };
        let status = response.status();
        let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX).collect().await;
        let body = body.map_err(|error| PostError::Body(error.to_string()))?.to_bytes();
        self.kept = Some(sender);
        Ok((status, body))
    }

    /// Sends it on the connection that was kept; nothing if there is none, or the receiver had closed it before anything
    /// was sent. It is taken out, so that one which is given up half way is not used again.
    async fn send_on_kept(&mut self, request: Request<Full<Bytes>>) -> Option<Result<Sent, PostError>> {
        let mut sender = self.kept.take()?;
        sender.ready().await.ok()?;
        match sender.try_send_request(request).await {
            Ok(response) => Some(Ok((response, sender))),
            Err(mut error) => match error.take_message() {
                Some(_) => None,
                None => Some(Err(error.into_error().into())),
            },
        }
    }

    /// Gives the connection up.
    pub(super) fn close(&mut self) {
        self.kept = None;
    }
}

/// An answer, and the connection that it came on.
type Sent = (Response<Incoming>, SendRequest<Full<Bytes>>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_beyond_ascii_is_escaped() {
        for (url, target) in [
            ("http://127.0.0.1:1/\u{56de}\u{8c03}?\u{540d}=\u{503c}", "/%E5%9B%9E%E8%B0%83?%E5%90%8D=%E5%80%BC&"),
            ("http://a/%E5%9B?x={y}", "/%E5%9B?x=%7By%7D&"),
            ("http://a?\u{e9}", "/?%C3%A9&"),
            ("http://a/b", "/b?"),
        ] {
            let receiver = Receiver::of(&WebhookSettings::new(url));
            assert_eq!(receiver.map(|receiver| receiver.target), Ok(target.to_owned()), "{url}");
        }
        // A name beyond ASCII, and what no URL has.
        for url in ["http://\u{e9}.test/", "http://a/b c", "http://a/\n"] {
            assert!(Receiver::of(&WebhookSettings::new(url)).is_err(), "{url}");
        }
    }
}
