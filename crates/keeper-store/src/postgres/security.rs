//! Whether the connection is encrypted: `sslmode` and `sslrootcert` of its text, of which the client library knows half.

use std::net::IpAddr;
use std::ops::Range;
use std::path::PathBuf;

use percent_encoding::percent_decode_str;
use postgres::Config;
use postgres::config::{Host, SslMode};

use super::tls::Tls;

/// The TLS settings of a text, and the text without them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Parameters {
    pub(super) rest: String,
    /// Names and values of all parameters that begin with `ssl`, but for `sslnegotiation`.
    given: Vec<(String, String)>,
}

impl Parameters {
    /// Takes the parameters out of a URL, or of a text of names and values. A text that cannot be read is left as it is.
    pub(super) fn of(text: &str) -> Self {
        let is_url = text.starts_with("postgresql://") || text.starts_with("postgres://");
        let (given, rest) = if is_url { of_url(text) } else { of_words(text) };
        Self { rest, given }
    }

    /// TLS if it is asked for. Nothing is ever sent to another host in clear text unless `sslmode=disable` says so.
    ///
    /// # Errors
    ///
    /// What is wrong, and what is expected.
    pub(super) fn apply(&self, config: &mut Config) -> Result<Option<Tls>, String> {
        let (mut mode, mut root) = (None, None);
        for (name, value) in &self.given {
            match name.as_str() {
                "sslmode" => mode = Some(value.as_str()),
                "sslrootcert" => root = Some(PathBuf::from(value)),
                other => return Err(format!("`{other}` is not known: expected `sslmode` and `sslrootcert` alone")),
            }
        }
        match mode {
            Some("require" | "verify-full") => {
                config.ssl_mode(SslMode::Require);
                Tls::new(root.as_deref()).map(Some)
            }
            Some("disable") => {
                config.ssl_mode(SslMode::Disable);
                Ok(None)
            }
            Some(_) => Err("invalid `sslmode`: expected disable, require or verify-full".to_owned()),
            None if is_local(config) => {
                config.ssl_mode(SslMode::Disable);
                Ok(None)
            }
            None => Err("the database is on another host: expected `sslmode=verify-full`, or `sslmode=disable` to send all in clear text"
                .to_owned()),
        }
    }
}

/// Whether nothing leaves this machine.
fn is_local(config: &Config) -> bool {
    let is_here = |host: &Host| match host {
        Host::Tcp(name) => name == "localhost" || name.parse().is_ok_and(|address: IpAddr| address.is_loopback()),
        Host::Unix(_) => true,
    };
    config.get_hosts().iter().all(is_here) && config.get_hostaddrs().iter().all(IpAddr::is_loopback)
}

/// Whether it is one of ours. `sslnegotiation` the client library knows.
fn is_taken(name: &str) -> bool {
    name.starts_with("ssl") && name != "sslnegotiation"
}

fn of_url(text: &str) -> (Vec<(String, String)>, String) {
    let Some((before, query)) = text.split_once('?') else { return (Vec::new(), text.to_owned()) };
    let (taken, left): (Vec<_>, Vec<_>) =
        query.split('&').partition(|part| is_taken(part.split('=').next().unwrap_or_default()));
    let value = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let given = taken.iter().map(|part| part.split_once('=').unwrap_or((part, "")));
    let given = given.map(|(name, text)| (name.to_owned(), value(text))).collect();
    let rest = if left.is_empty() { before.to_owned() } else { format!("{before}?{}", left.join("&")) };
    (given, rest)
}

fn of_words(text: &str) -> (Vec<(String, String)>, String) {
    let Some(words) = words(text) else { return (Vec::new(), text.to_owned()) };
    let mut rest = text.to_owned();
    let mut given = Vec::new();
    for (name, value, range) in words.into_iter().rev().filter(|(name, ..)| is_taken(name)) {
        rest.replace_range(range, "");
        given.insert(0, (name, value));
    }
    (given, rest)
}

/// The names and values of `name=value name='a value'`, each with its place. `None` if a quotation mark or a value is missing.
fn words(text: &str) -> Option<Vec<(String, String, Range<usize>)>> {
    let mut words = Vec::new();
    let mut left = text.char_indices().peekable();
    loop {
        while left.next_if(|(_, letter)| letter.is_whitespace()).is_some() {}
        let Some((start, _)) = left.peek().copied() else { return Some(words) };
        let mut name = String::new();
        while let Some((_, letter)) = left.next_if(|(_, letter)| *letter != '=' && !letter.is_whitespace()) {
            name.push(letter);
        }
        while left.next_if(|(_, letter)| letter.is_whitespace()).is_some() {}
        left.next_if(|(_, letter)| *letter == '=')?;
        while left.next_if(|(_, letter)| letter.is_whitespace()).is_some() {}
        let is_quoted = left.next_if(|(_, letter)| *letter == '\'').is_some();
        let mut value = String::new();
        loop {
            match left.peek().copied() {
                Some((_, '\\')) => {
                    left.next();
                    value.push(left.next()?.1);
                }
                Some((_, '\'')) if is_quoted => {
                    left.next();
                    break;
                }
                Some((_, letter)) if is_quoted || !letter.is_whitespace() => {
                    value.push(letter);
                    left.next();
                }
                None if is_quoted => return None,
                _ => break,
            }
        }
        let end = left.peek().map_or(text.len(), |(at, _)| *at);
        words.push((name, value, start..end));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(text: &str) -> Result<bool, String> {
        let parameters = Parameters::of(text);
        let mut config: Config = parameters.rest.parse().unwrap();
        parameters.apply(&mut config).map(|tls| tls.is_some())
    }

    #[test]
    fn only_disable_sends_clear_text_to_another_host() {
        for (text, expected) in [
            ("postgresql://u:p@db/x?sslmode=disable", Some(false)),
            ("postgresql://u:p@db/x?sslmode=require", Some(true)),
            ("postgresql://u:p@db/x?application_name=a&sslmode=verify-full", Some(true)),
            ("host=db user=u sslmode=verify-full", Some(true)),
            ("host=db user=u sslmode = 'require'", Some(true)),
            ("postgresql://u:p@db/x", None),
            ("postgresql://u:p@db/x?sslmode=prefer", None),
            ("postgresql://u:p@db/x?sslmode=allow", None),
            ("postgresql://u:p@db/x?sslmode=verify-ca", None),
            ("host=db user=u sslmode=''", None),
            ("host=localhost,db user=u", None),
            ("host=localhost hostaddr=192.0.2.1 user=u", None),
            ("host=localhost user=u", Some(false)),
            ("host=127.0.0.2 user=u", Some(false)),
            ("host=/run/postgresql user=u", Some(false)),
            ("postgresql://u@[::1]/x", Some(false)),
            ("host=/run/postgresql user=u sslcert=a.pem", None),
            ("host=db user=u sslmode=verify-full sslrootcert=/nowhere/ca.pem", None),
        ] {
            assert_eq!(outcome(text).ok(), expected, "{text}: {:?}", outcome(text));
        }
    }

    #[test]
    fn refusals_name_the_parameter_and_no_password() {
        for (text, expected) in [
            (
                "postgresql://u:secret7@db/x?sslmode=prefer",
                "invalid `sslmode`: expected disable, require or verify-full",
            ),
            (
                "host=db user=u password=secret7 sslkey=k",
                "`sslkey` is not known: expected `sslmode` and `sslrootcert` alone",
            ),
        ] {
            assert_eq!(outcome(text).unwrap_err(), expected);
        }
        let missing =
            outcome("postgresql://u:secret7@db/x?sslmode=require&sslrootcert=%2Fnowhere%2Fca.pem").unwrap_err();
        assert!(missing.starts_with("`sslrootcert`: /nowhere/ca.pem"), "{missing}");
    }

    #[test]
    fn everything_else_is_left_as_it_is() {
        for (text, rest) in [
            ("postgresql://u:p?q@db/x", "postgresql://u:p?q@db/x"),
            ("postgresql://db/x?sslmode=disable", "postgresql://db/x"),
            ("postgresql://db/x?a=1&sslmode=disable&b=2", "postgresql://db/x?a=1&b=2"),
            ("postgresql://db/x?sslnegotiation=direct", "postgresql://db/x?sslnegotiation=direct"),
            ("host=db password='a sslmode=require \\' b' user=u", "host=db password='a sslmode=require \\' b' user=u"),
            ("host=db password='open sslmode=require", "host=db password='open sslmode=require"),
        ] {
            assert_eq!(Parameters::of(text).rest, rest);
        }
    }
}
