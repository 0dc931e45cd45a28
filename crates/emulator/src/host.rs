//! The host that a request is meant for, and which hosts the emulator answers for.
//!
//! A web page of another origin can make a browser send requests here, and read the answers once its own name points at this
//! machine (DNS rebinding). So what is meant for a name that its owner may point anywhere is refused, for the API as well.

use std::net::{IpAddr, Ipv6Addr};

use avmarks_spec::Excerpt;
use hyper::Request;
use hyper::header::HOST;

use crate::settings::{Settings, without_root};

/// The host of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Host<'a> {
    /// As it was sent, with its port.
    pub(crate) text: &'a str,
    /// A name or an address, without port, brackets and the dot of the root; empty if the request names none.
    pub(crate) name: &'a str,
}

/// Why a request has no host.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HostError {
    /// Source: RFC 9112, section 3.2.
    #[error("there are {0} `Host` headers; there must be one")]
    Several(usize),
    #[error("`Host` is `{0}`; it must be a name or an address, and a port from 0 to 65535 if it has one")]
    Invalid(String),
}

impl<'a> Host<'a> {
    /// The host of a request: that of its first line, if that has one, or of its header.
    pub(crate) fn of<B>(request: &'a Request<B>) -> Result<Self, HostError> {
        let mut headers = request.headers().get_all(HOST).iter();
        let first = headers.next();
        let others = headers.count();
        if others > 0 {
            return Err(HostError::Several(1 + others));
        }
        let text = match (request.uri().authority(), first) {
            (Some(authority), _) => authority.as_str(),
            (None, Some(header)) => header
                .to_str()
                .map_err(|_| HostError::Invalid(Excerpt(&String::from_utf8_lossy(header.as_bytes())).to_string()))?,
            (None, None) => "",
        };
        Self::parse(text).ok_or_else(|| HostError::Invalid(Excerpt(text).to_string()))
    }

    fn parse(text: &'a str) -> Option<Self> {
        let (name, port) = match text.strip_prefix('[') {
            Some(rest) => rest.split_once(']').filter(|(name, _)| name.parse::<Ipv6Addr>().is_ok())?,
            None => text.split_at(text.bytes().position(|byte| byte == b':').unwrap_or(text.len())),
        };
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=".contains(&byte);
        let is_port = port.is_empty()
            || port.strip_prefix(':').is_some_and(|port| {
                port.is_empty() || port.bytes().all(|digit| digit.is_ascii_digit()) && port.parse::<u16>().is_ok()
            });
        let is_host = is_port && (text.starts_with('[') || name.bytes().all(is_name));
        is_host.then(|| Self { text, name: without_root(name) })
    }
}

/// Whether no page of another origin can be served under this name: an address; `localhost`; a name without a dot, as containers
/// have; one of [`Settings::control_hosts`].
pub(crate) fn is_own(name: &str, settings: &Settings) -> bool {
    !name.is_empty() && !name.bytes().any(|byte| byte == b'.')
        || name.parse::<IpAddr>().is_ok()
        || ends_with_localhost(name)
        || settings.control_hosts.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Whether a name lies below `localhost`.
fn ends_with_localhost(name: &str) -> bool {
    const END: &str = ".localhost";
    let start = name.len().checked_sub(END.len());
    start.and_then(|start| name.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(END))
}

/// Whether the API is served under this name: that of this machine, or of a host that the emulator replaces.
pub(crate) fn is_served(name: &str, settings: &Settings) -> bool {
    is_own(name, settings) || settings.stands_in_for(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_may_have_a_port() {
        for (text, name) in [
            ("", Some("")),
            ("localhost", Some("localhost")),
            ("Console.tim.qq.com.:443", Some("Console.tim.qq.com")),
            ("a:0", Some("a")),
            ("a:", Some("a")),
            ("127.0.0.1:65535", Some("127.0.0.1")),
            ("[::1]", Some("::1")),
            ("[::1]:8600", Some("::1")),
            ("127.0.0.1:65536", None),
            ("127.0.0.1:evil.com", None),
            ("127.0.0.1:+1", None),
            ("a:1:2", None),
            ("::1", None),
            ("[::1", None),
            ("[evil.com]", None),
            ("[::1]evil.com", None),
            ("user@localhost", None),
            ("a b", None),
            ("a/b", None),
        ] {
            assert_eq!(Host::parse(text).map(|host| host.name), name, "{text}");
        }
    }
}
