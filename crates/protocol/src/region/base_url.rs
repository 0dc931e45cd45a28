//! The part of a URL before the path of the call.

use core::fmt;
use std::net::{IpAddr, Ipv6Addr};

use avmarks_spec::Excerpt;

/// Scheme, host, and where needed port and path prefix: what the path of a call is put behind.
///
/// ```
/// use avmarks_protocol::region::BaseUrl;
///
/// assert_eq!(BaseUrl::parse("http://[::1]:8080/im/").unwrap().to_string(), "http://[::1]:8080/im");
/// assert_eq!(
///     BaseUrl::parse("console.tim.qq.com").unwrap_err().to_string(),
///     "`console.tim.qq.com` does not begin with `https://` or `http://`"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BaseUrl(String);

impl BaseUrl {
    /// The base of this text: `http` or `https`, a host (name, IPv4, or IPv6 in brackets), and where needed a port and
    /// a path. Slashes at the end are dropped.
    ///
    /// # Errors
    ///
    /// [`BaseUrlError`] if the text is none, or has user and password, query or fragment, or the start of the path of a
    /// call (`/v4`).
    pub fn parse(text: &str) -> Result<Self, BaseUrlError> {
        let (scheme, rest) = split_scheme(text)?;
        if rest.contains('#') {
            return Err(BaseUrlError::Fragment);
        }
        if rest.contains('?') {
            return Err(BaseUrlError::Query);
        }
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        if authority.contains('@') {
            return Err(BaseUrlError::UserInfo);
        }
        // A slash in a password, if it was not encoded, ends the authority too early: what looks like a port is secret.
        let (host, port) =
            split_port(authority).map_err(|error| if rest.contains('@') { BaseUrlError::UserInfo } else { error })?;
        check_host(host)?;
        check_path(path)?;
        if has_call_path(path) {
            return Err(BaseUrlError::CallPath);
        }
        let host = host.to_ascii_lowercase();
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        Ok(Self(format!("{scheme}://{host}{port}{}", path.trim_end_matches('/'))))
    }

    /// The base as text, without a slash at the end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the scheme is `https`.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https:")
    }

    /// Whether the host is this one, by its name: `localhost`, 127.0.0.0/8 or `[::1]`.
    ///
    /// ```
    /// use avmarks_protocol::region::BaseUrl;
    ///
    /// let is_loopback = |text| BaseUrl::parse(text).unwrap().is_loopback();
    /// assert!(is_loopback("http://127.0.0.1:8080/im") && is_loopback("http://[::1]") && is_loopback("http://LocalHost"));
    /// assert!(!is_loopback("http://127.0.0.1.example") && !is_loopback("http://h/localhost") && !is_loopback("http://0.0.0.0"));
    /// ```
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let rest = self.0.split_once("://").map_or("", |(_, rest)| rest);
        let authority = rest.split('/').next().unwrap_or_default();
        let host = split_port(authority).map_or("", |(host, _)| host);
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        // `::ffff:127.0.0.1` is the same host as `127.0.0.1`.
        host == "localhost" || address.is_ok_and(|address| address.to_canonical().is_loopback())
    }

    pub(super) fn of_host(host: &'static str) -> Self {
        Self(format!("https://{host}"))
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl core::str::FromStr for BaseUrl {
    type Err = BaseUrlError;

    fn from_str(text: &str) -> Result<Self, BaseUrlError> {
        Self::parse(text)
    }
}

/// Why a text is not a valid base of a URL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BaseUrlError {
    /// It has no scheme, or another one.
    #[error("`{}` does not begin with `https://` or `http://`", Excerpt(.found))]
    Scheme {
        /// The text that can be shown: without what precedes an `@`.
        found: String,
    },
    /// It has no host.
    #[error("there is no host after `://`")]
    HostMissing,
    /// A character that no host has.
    #[error("`{}` is not allowed in a host; an IPv6 address needs brackets, and a name of another script its `xn--` form", .found.escape_default())]
    HostCharacter {
        /// The first such character.
        found: char,
    },
    /// Brackets that do not contain an IPv6 address.
    #[error("`{}` is no IPv6 address in brackets", Excerpt(.found))]
    Ipv6 {
        /// The text in the brackets.
        found: String,
    },
    /// The port is none.
    #[error("`{}` is not a port: expected a number from 1 to 65535", Excerpt(.found))]
    Port {
        /// The text after the colon.
        found: String,
    },
    /// A user or a password. Neither is shown.
    #[error("remove the user and password before `@`: the API does not use them")]
    UserInfo,
    /// A character that no path has, or a `%` without two hexadecimal digits.
    #[error("`{}` is not allowed in the path unless percent-encoded", .found.escape_default())]
    PathCharacter {
        /// The first such character.
        found: char,
    },
    /// The start of the path of a call, which each call adds.
    #[error("remove `/v4` and what follows: each call adds it")]
    CallPath,
    /// A query.
    #[error("remove the query from `?` on: it is written for each call")]
    Query,
    /// A fragment.
    #[error("remove the fragment from `#` on")]
    Fragment,
}

/// Whether the path ends in `/v4`, or has it before the service of a call: URLs of the documents begin so.
fn has_call_path(path: &str) -> bool {
    const SERVICES: [&str; 3] = ["group_open_", "openim", "im_open_"];
    let mut segments = path.split('/').filter(|segment| !segment.is_empty()).peekable();
    while let Some(segment) = segments.next() {
        let is_before_call =
            |next: &&str| SERVICES.iter().any(|service| next.to_ascii_lowercase().starts_with(service));
        if segment.eq_ignore_ascii_case("v4") && segments.peek().is_none_or(is_before_call) {
            return true;
        }
    }
    false
}

fn split_scheme(text: &str) -> Result<(&'static str, &str), BaseUrlError> {
    for scheme in ["https", "http"] {
        if let Some((start, rest)) = text.split_once("://")
            && start.eq_ignore_ascii_case(scheme)
        {
            return Ok((scheme, rest));
        }
    }
    let shown = text.rsplit('@').next().unwrap_or_default();
    Err(BaseUrlError::Scheme { found: shown.to_owned() })
}

fn split_port(authority: &str) -> Result<(&str, Option<u16>), BaseUrlError> {
    let bracketed = authority.starts_with('[');
    let host_end = if bracketed { authority.find(']').map(|at| at + 1) } else { authority.rfind(':') };
    let (host, rest) = authority.split_at(host_end.unwrap_or(authority.len()));
    if rest.is_empty() {
        return Ok((host, None));
    }
    let Some(digits) = rest.strip_prefix(':') else {
        return Err(BaseUrlError::Ipv6 { found: authority.to_owned() });
    };
    match digits.parse::<u16>() {
        Ok(port) if port > 0 && digits.bytes().all(|b| b.is_ascii_digit()) => Ok((host, Some(port))),
        _ => Err(BaseUrlError::Port { found: digits.to_owned() }),
    }
}

fn check_host(host: &str) -> Result<(), BaseUrlError> {
    if host.is_empty() {
        return Err(BaseUrlError::HostMissing);
    }
    if host.starts_with('[') {
        let address = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        return match address.map(str::parse::<Ipv6Addr>) {
            Some(Ok(_)) => Ok(()),
            _ => Err(BaseUrlError::Ipv6 { found: host.to_owned() }),
        };
    }
    match host.chars().find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'))) {
        Some(found) => Err(BaseUrlError::HostCharacter { found }),
        None if host.bytes().all(|b| b == b'.') => Err(BaseUrlError::HostMissing),
        None => Ok(()),
    }
}

fn check_path(path: &str) -> Result<(), BaseUrlError> {
    let mut rest = path.chars();
    while let Some(c) = rest.next() {
        let allowed = match c {
            '%' => [rest.next(), rest.next()].iter().all(|digit| digit.is_some_and(|digit| digit.is_ascii_hexdigit())),
            _ => c.is_ascii_alphanumeric() || "/-._~!$&'()*+,;=:@".contains(c),
        };
        if !allowed {
            return Err(BaseUrlError::PathCharacter { found: c });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bases_that_are_taken() {
        for (text, base) in [
            ("https://console.tim.qq.com", "https://console.tim.qq.com"),
            ("HTTPS://Console.TIM.qq.com/", "https://console.tim.qq.com"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://localhost:1", "http://localhost:1"),
            ("http://my_host-1.a:80", "http://my_host-1.a:80"),
            ("http://[2001:db8::1]", "http://[2001:db8::1]"),
            ("http://[::1]:65535/a/b%20c//", "http://[::1]:65535/a/b%20c"),
            ("https://proxy.example/im_v4", "https://proxy.example/im_v4"),
        ] {
            assert_eq!(BaseUrl::parse(text).map(|base| base.to_string()), Ok(base.to_owned()), "{text}");
        }
    }

    #[test]
    fn bases_that_are_not() {
        let port = |found: &str| BaseUrlError::Port { found: found.to_owned() };
        for (text, error) in [
            ("", BaseUrlError::Scheme { found: String::new() }),
            ("ftp://h", BaseUrlError::Scheme { found: "ftp://h".to_owned() }),
            ("https:/h", BaseUrlError::Scheme { found: "https:/h".to_owned() }),
            ("https://", BaseUrlError::HostMissing),
            ("https:///v4", BaseUrlError::HostMissing),
            ("https://:80", BaseUrlError::HostMissing),
            ("https://.", BaseUrlError::HostMissing),
            ("https://..:80", BaseUrlError::HostMissing),
            ("https://h:0", port("0")),
            ("https://h:65536", port("65536")),
            ("https://h:+80", port("+80")),
            ("https://h::80", BaseUrlError::HostCharacter { found: ':' }),
            ("https://h:", port("")),
            ("https://[::1", BaseUrlError::Ipv6 { found: "[::1".to_owned() }),
            ("https://[::1]:x", port("x")),
            ("https://[x]", BaseUrlError::Ipv6 { found: "[x]".to_owned() }),
            ("https://[::1]x", BaseUrlError::Ipv6 { found: "[::1]x".to_owned() }),
            ("https://a b", BaseUrlError::HostCharacter { found: ' ' }),
            ("https://дом.example", BaseUrlError::HostCharacter { found: 'д' }),
            ("https://h\n", BaseUrlError::HostCharacter { found: '\n' }),
            ("https://u:p@h", BaseUrlError::UserInfo),
            ("https://u:p/w@h", BaseUrlError::UserInfo),
            ("https://h/a b", BaseUrlError::PathCharacter { found: ' ' }),
            ("https://h/%2", BaseUrlError::PathCharacter { found: '%' }),
            ("https://h/%2g", BaseUrlError::PathCharacter { found: '%' }),
            ("https://h/%g2", BaseUrlError::PathCharacter { found: '%' }),
            ("https://h/?a=1", BaseUrlError::Query),
            ("https://h?a=1", BaseUrlError::Query),
            ("https://h/#a", BaseUrlError::Fragment),
            ("https://h/v4", BaseUrlError::CallPath),
            ("https://h/im/v4/", BaseUrlError::CallPath),
            ("https://h/v4/group_open_http_svc/get_online_member_num", BaseUrlError::CallPath),
            ("https://h/V4/openim/sendmsg", BaseUrlError::CallPath),
        ] {
            assert_eq!(BaseUrl::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn a_base_path_may_contain_v4() {
        for text in ["https://h/v4/im", "https://h/v40", "https://h/api/v4x/openim", "https://h/openim"] {
            assert_eq!(BaseUrl::parse(text).map(|base| base.to_string()), Ok(text.to_owned()));
        }
    }

    #[test]
    fn scheme_and_host_tell_local_from_remote() {
        for (text, is_https, is_loopback) in [
            ("https://console.tim.qq.com", true, false),
            ("https://localhost/im", true, true),
            ("http://LOCALHOST:8080", false, true),
            ("http://127.0.0.1", false, true),
            ("http://127.255.255.254:80/a", false, true),
            ("http://[::1]:8080/im", false, true),
            ("http://[::2]", false, false),
            ("http://[::ffff:127.0.0.1]:8080", false, true),
            ("http://[::ffff:128.0.0.1]", false, false),
            ("http://128.0.0.1", false, false),
            ("http://0.0.0.0", false, false),
            ("http://127.0.0.1.example", false, false),
            ("http://localhost.example", false, false),
            ("http://h/localhost", false, false),
            ("http://https:80/127.0.0.1", false, false),
        ] {
            let base: BaseUrl = text.parse().unwrap();
            assert_eq!((base.is_https(), base.is_loopback()), (is_https, is_loopback), "{text}");
        }
        assert_eq!("h".parse::<BaseUrl>(), Err(BaseUrlError::Scheme { found: "h".to_owned() }));
    }

    #[test]
    fn a_password_is_never_shown() {
        for text in ["https://u:hunter2@h", "ftp://u:hunter2@h"] {
            let error = BaseUrl::parse(text).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hunter2"));
        }
    }
}
