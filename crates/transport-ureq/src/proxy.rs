//! The proxy that a base URL is called through: one that is given, or that of the environment, which is read as curl reads it.

use std::fmt;
use std::net::IpAddr;

use avmarks_protocol::region::BaseUrl;
use ureq::{Proxy, ProxyProtocol};

/// A proxy, and where it was set. Neither user nor password print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyInUse {
    origin: String,
    /// `host:port`.
    address: String,
    proxy: Proxy,
}

impl ProxyInUse {
    /// Where it was set: the name of the variable, or `proxy` for one that was given to the builder.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Its host and port, `127.0.0.1:3128`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn proxy(&self) -> Proxy {
        self.proxy.clone()
    }
}

/// Its address, and where it was set: `127.0.0.1:3128 (HTTPS_PROXY)`.
impl fmt::Display for ProxyInUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.address, self.origin)
    }
}

/// A proxy cannot be used. Its URL is not shown, because it may contain a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProxyError {
    /// It speaks a protocol that is not supported, such as SOCKS.
    #[error("invalid proxy in {origin}: its scheme is `{scheme}`, and supported are `http` and `https`")]
    Scheme {
        /// Where it was set.
        origin: String,
        /// Its scheme: letters, digits and hyphens, 20 at most.
        scheme: String,
    },
    /// Its text is not the URL of a proxy.
    #[error(
        "invalid proxy in {origin}: expected `http://HOST:PORT`, with `USER:PASSWORD@` before the host where it requires them, percent-encoded"
    )]
    Url {
        /// Where it was set.
        origin: String,
    },
}

/// The proxy of the environment for this base URL, read as curl reads it: `http_proxy` (in lower case alone) for `http`,
/// `https_proxy` or `HTTPS_PROXY` for `https`, else `all_proxy` or `ALL_PROXY`; none for the hosts of `no_proxy` or `NO_PROXY`. A
/// variable that is empty counts as not set. A proxy without a scheme is `http`, and without a port it has 1080, or 443 for `https`.
///
/// # Errors
///
/// [`ProxyError`] if the variable that applies names no proxy that can be used.
pub fn proxy_from_environment(base: &BaseUrl) -> Result<Option<ProxyInUse>, ProxyError> {
    find(base, |name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()))
}

fn find(base: &BaseUrl, variable: impl Fn(&str) -> Option<String>) -> Result<Option<ProxyInUse>, ProxyError> {
    let set = |name: &&&str| variable(name).filter(|value| !value.is_empty()).map(|value| ((**name).to_owned(), value));
    let names: &[&str] = match base.is_https() {
        true => &["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"],
        // A server may set HTTP_PROXY from a header `Proxy` of a request (CGI).
        false => &["http_proxy", "all_proxy", "ALL_PROXY"],
    };
    let Some((origin, url)) = names.iter().find_map(|name| set(&name)) else { return Ok(None) };
    let exceptions = ["no_proxy", "NO_PROXY"].iter().find_map(|name| set(&name)).map(|(_, value)| value);
    let (host, port) = host_and_port(base);
    if exceptions.is_some_and(|exceptions| is_excepted(&exceptions, host, port)) {
        return Ok(None);
    }
    parse(&url, &origin).map(Some)
}

/// The proxy of this URL.
pub(crate) fn parse(url: &str, origin: &str) -> Result<ProxyInUse, ProxyError> {
    let origin = origin.to_owned();
    let url = url.trim();
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    let (protocol, default_port) = match &*scheme.to_ascii_lowercase() {
        "http" => (ProxyProtocol::Http, 1_080),
        "https" => (ProxyProtocol::Https, 443),
        other if is_scheme(other) => {
            let scheme = other.chars().take(20).collect();
            return Err(ProxyError::Scheme { origin, scheme });
        }
        _ => return Err(ProxyError::Url { origin }),
    };
    let (authority, behind) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    // The sign is of a password that holds it unencoded, and the host before it is a part of that.
    if behind.contains('@') {
        return Err(ProxyError::Url { origin });
    }
    let (user, address) = authority.rsplit_once('@').map_or((None, authority), |(user, address)| (Some(user), address));
    let Some((host, port)) = split_port(address) else { return Err(ProxyError::Url { origin }) };
    let port = match port {
        None | Some("") => default_port,
        Some(port) => match port.parse::<u16>() {
            Ok(port) if port > 0 => port,
            _ => return Err(ProxyError::Url { origin }),
        },
    };
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]%".contains(&byte);
    // `http:/proxy`.
    let is_scheme_alone = ["http:", "https:"].iter().any(|scheme| address.eq_ignore_ascii_case(scheme));
    if host.is_empty() || is_scheme_alone || !host.bytes().all(is_host) {
        return Err(ProxyError::Url { origin });
    }
    // A password may hold the sign that ends it.
    let user = user.map_or(String::new(), |user| format!("{}@", user.replace('@', "%40")));
    let scheme = if protocol == ProxyProtocol::Https { "https" } else { "http" };
    let address = format!("{host}:{port}");
    match Proxy::new(&format!("{scheme}://{user}{address}")) {
        Ok(proxy) => Ok(ProxyInUse { origin, address, proxy }),
        Err(_) => Err(ProxyError::Url { origin }),
    }
}

/// Whether a text is the scheme of a URL (RFC 3986 3.1).
fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

/// Host, with the brackets of an IPv6 address, and port if there is one. None if what follows the host is not a port.
fn split_port(authority: &str) -> Option<(&str, Option<&str>)> {
    if authority.starts_with('[') {
        let (host, rest) = authority.split_at(authority.find(']')? + 1);
        return match rest.strip_prefix(':') {
            Some(port) => Some((host, Some(port))),
            None => rest.is_empty().then_some((host, None)),
        };
    }
    match authority.split_once(':') {
        // An IPv6 address without brackets.
        Some((_, port)) if port.contains(':') => None,
        Some((host, port)) => Some((host, Some(port))),
        None => Some((authority, None)),
    }
}

/// The host of a base URL, without brackets, and its port.
pub(crate) fn host_and_port(base: &BaseUrl) -> (&str, u16) {
    let default = if base.is_https() { 443 } else { 80 };
    let authority = base.as_str().split_once("://").map_or("", |(_, rest)| rest).split('/').next().unwrap_or_default();
    match split_port(authority) {
        Some((host, port)) => (bare(host), port.and_then(|port| port.parse().ok()).unwrap_or(default)),
        None => (authority, default),
    }
}

fn bare(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

/// Whether a list of exceptions names this host: `*` alone for every host; else hosts, each with all its subdomains, addresses, and
/// networks such as `10.0.0.0/8`, each with or without a port, separated by commas or spaces.
fn is_excepted(exceptions: &str, host: &str, port: u16) -> bool {
    if exceptions.trim() == "*" {
        return true;
    }
    let host = host.trim_end_matches('.');
    let address: Option<IpAddr> = host.parse().ok();
    exceptions.split([',', ' ', '\t']).filter(|exception| !exception.is_empty()).any(|exception| {
        let (name, its_port) = match exception.parse::<IpAddr>() {
            Ok(_) => (exception, None),
            Err(_) => split_port(exception).unwrap_or((exception, None)),
        };
        if its_port.is_some_and(|its_port| its_port.parse() != Ok(port)) {
            return false;
        }
        let name = bare(name).trim_start_matches('.').trim_end_matches('.');
        match address {
            Some(address) => network_holds(name, address),
            None => is_domain_of(name, host),
        }
    })
}

/// Whether `host` is `domain` or below it.
fn is_domain_of(domain: &str, host: &str) -> bool {
    let before = host.len().checked_sub(domain.len()).filter(|_| !domain.is_empty());
    let Some(before) = before else { return false };
    let is_end = host.get(before..).is_some_and(|end| end.eq_ignore_ascii_case(domain));
    is_end && (before == 0 || host.get(..before).is_some_and(|start| start.ends_with('.')))
}

/// Whether an address is this one, or of this network.
fn network_holds(network: &str, address: IpAddr) -> bool {
    let (start, bits) = network.split_once('/').map_or((network, None), |(start, bits)| (start, Some(bits)));
    let bits = match bits.map(str::parse::<u32>) {
        None => None,
        Some(Ok(bits)) => Some(bits),
        Some(Err(_)) => return false,
    };
    let same = |start: u128, address: u128, width: u32| match bits {
        None => start == address,
        Some(bits) if bits > width => false,
        Some(bits) => (start ^ address).checked_shr(width - bits).unwrap_or_default() == 0,
    };
    match (start.parse(), address) {
        (Ok(IpAddr::V4(start)), IpAddr::V4(address)) => same(start.to_bits().into(), address.to_bits().into(), 32),
        (Ok(IpAddr::V6(start)), IpAddr::V6(address)) => same(start.to_bits(), address.to_bits(), 128),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The proxy that `base` is called through, as it is shown, or the error.
    fn found(base: &str, variables: &[(&str, &str)]) -> String {
        let value =
            |name: &str| variables.iter().find(|(found, _)| *found == name).map(|(_, value)| (*value).to_owned());
        match find(&BaseUrl::parse(base).unwrap(), value) {
            Ok(Some(proxy)) => proxy.to_string(),
            Ok(None) => "none".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    const HTTP: &str = "http://example.com";
    const HTTPS: &str = "https://example.com";

    #[test]
    fn each_scheme_has_its_variables() {
        for (base, variables, expected) in [
            (HTTPS, &[][..], "none"),
            (HTTPS, &[("https_proxy", "http://a:1"), ("HTTPS_PROXY", "http://b:1")], "a:1 (https_proxy)"),
            (HTTPS, &[("HTTPS_PROXY", "http://b:1"), ("all_proxy", "http://c:1")], "b:1 (HTTPS_PROXY)"),
            (HTTPS, &[("all_proxy", "http://c:1"), ("ALL_PROXY", "http://d:1")], "c:1 (all_proxy)"),
            (HTTPS, &[("ALL_PROXY", "http://d:1")], "d:1 (ALL_PROXY)"),
            (HTTPS, &[("https_proxy", ""), ("ALL_PROXY", "http://d:1")], "d:1 (ALL_PROXY)"),
            (HTTPS, &[("http_proxy", "http://a:1")], "none"),
            (HTTP, &[("http_proxy", "http://a:1"), ("all_proxy", "http://c:1")], "a:1 (http_proxy)"),
            (HTTP, &[("HTTP_PROXY", "http://a:1")], "none"),
            (HTTP, &[("HTTPS_PROXY", "http://a:1")], "none"),
            (HTTP, &[("ALL_PROXY", "http://d:1")], "d:1 (ALL_PROXY)"),
        ] {
            assert_eq!(found(base, variables), expected, "{base} {variables:?}");
        }
    }

    #[test]
    fn a_proxy_is_read_in_every_form() {
        for (url, expected) in [
            ("http://proxy:3128", "proxy:3128"),
            ("http://proxy:3128/", "proxy:3128"),
            ("HTTP://proxy:3128", "proxy:3128"),
            ("https://proxy", "proxy:443"),
            ("proxy:3128", "proxy:3128"),
            ("proxy", "proxy:1080"),
            ("127.0.0.1:8080", "127.0.0.1:8080"),
            ("http://[::1]:8080", "[::1]:8080"),
            ("[::1]", "[::1]:1080"),
            ("user:pa%40ss@proxy:3128", "proxy:3128"),
            ("http://user:p@ss@proxy:3128", "proxy:3128"),
            (" http://proxy:3128 ", "proxy:3128"),
        ] {
            assert_eq!(parse(url, "x").unwrap().address, expected, "{url}");
        }
        let proxy = parse("user:pa%40ss@proxy:3128", "x").unwrap();
        assert_eq!((proxy.proxy.username(), proxy.proxy.password()), (Some("user"), Some("pa@ss")));
        assert!(!format!("{proxy:?} {proxy}").contains("pa"));
        let proxy = parse("http://user:p@ss@proxy:3128", "x").unwrap();
        assert_eq!(proxy.proxy.password(), Some("p@ss"));
    }

    #[test]
    fn what_cannot_be_used_is_refused_by_name() {
        for scheme in ["socks", "socks4", "socks4a", "socks5", "socks5h", "ftp", "foo"] {
            let shown = found(HTTPS, &[("ALL_PROXY", &format!("{scheme}://user:s3cr3t@h:1"))]);
            assert!(shown.starts_with(&format!("invalid proxy in ALL_PROXY: its scheme is `{scheme}`")), "{shown}");
            assert!(!shown.contains("s3cr3t"));
        }
        for url in [
            "http://",
            "http://user:s3cr3t@",
            "user:s3cr3t@ h",
            "h:0",
            "h:65536",
            "h:x",
            "::1",
            "[::1",
            "[::1]x",
            ":1",
            // Parts of a password that would pass for a port, a path and a host.
            "http://s3cr3t:1234/x@h:1",
            "http://s3cr3t:1234#x@h:1",
            "http://s3cr3t:1234?x@h:1",
            "s3cr3t/x@h:1",
            "http:/user:s3cr3t@h:1",
            "http:/h:1",
            "https:",
            "//user:s3cr3t@h:1",
            "\"http://user:s3cr3t@h:1\"",
            "'http://user:s3cr3t@h:1'",
            "://h",
        ] {
            let shown = found(HTTPS, &[("HTTPS_PROXY", url)]);
            assert!(shown.starts_with("invalid proxy in HTTPS_PROXY: expected `http://HOST:PORT`"), "{url}: {shown}");
            assert!(!shown.contains("s3cr3t"));
        }
    }

    #[test]
    fn exceptions_are_those_of_curl() {
        for (exceptions, base, excepted) in [
            ("*", HTTPS, true),
            (" * ", HTTPS, true),
            ("*,a", HTTPS, false),
            ("*.example.com", HTTPS, false),
            ("example.com", HTTPS, true),
            ("EXAMPLE.com.", HTTPS, true),
            (".example.com", HTTPS, true),
            ("com", HTTPS, true),
            (".com", HTTPS, true),
            ("ample.com", HTTPS, false),
            ("www.example.com", HTTPS, false),
            ("example.com", "https://www.example.com", true),
            ("a b,example.com", HTTPS, true),
            ("a, example.com ,b", HTTPS, true),
            ("example.com:443", HTTPS, true),
            ("example.com:80", HTTPS, false),
            ("example.com:80", HTTP, true),
            ("example.com:8443", "https://example.com:8443/im", true),
            ("127.0.0.1", "http://127.0.0.1:9", true),
            ("127.0.0.1:9", "http://127.0.0.1:9", true),
            ("127.0.0.1:8", "http://127.0.0.1:9", false),
            ("7.0.0.1", "http://127.0.0.1:9", false),
            ("10.0.0.0/8", "https://10.255.0.1", true),
            ("10.0.0.0/8", "https://11.0.0.1", false),
            ("10.0.0.0/33", "https://10.0.0.0", false),
            ("0.0.0.0/0", "https://11.0.0.1", true),
            ("::1", "http://[::1]:9", true),
            ("[::1]", "http://[::1]:9", true),
            ("[::1]:9", "http://[::1]:9", true),
            ("[::1]:8", "http://[::1]:9", false),
            ("fe80::/10", "http://[fe80::1]", true),
            ("localhost", "http://localhost:9", true),
            (",, ,", HTTPS, false),
        ] {
            let base = BaseUrl::parse(base).unwrap();
            let (host, port) = host_and_port(&base);
            assert_eq!(is_excepted(exceptions, host, port), excepted, "{exceptions} {base}");
        }
        assert_eq!(found(HTTPS, &[("HTTPS_PROXY", "socks5://h"), ("no_proxy", "example.com")]), "none");
        assert_eq!(found(HTTPS, &[("HTTPS_PROXY", "http://h:1"), ("no_proxy", ""), ("NO_PROXY", "com")]), "none");
    }
}
