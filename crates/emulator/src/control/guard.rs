//! Who may ask: programs and the emulator's own page; no page of somebody else.

use std::net::IpAddr;

use avmarks_spec::Excerpt;
use axum::http::header::{HOST, HeaderName, ORIGIN};
use axum::http::{HeaderMap, Method, Request, StatusCode};

use super::error::ControlError;
use crate::settings::Settings;

/// Where the control plane starts.
pub(super) const ROOT: &str = "/_avmarks";
/// What every path of it starts with; the path of its page.
pub(super) const PREFIX: &str = "/_avmarks/";

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses what a foreign page could have sent.
pub(super) fn check<B>(request: &Request<B>, settings: &Settings) -> Result<(), ControlError> {
    let headers = request.headers();
    let host = request.uri().authority().map(|authority| authority.as_str()).or_else(|| text(headers, &HOST));
    let host = host.unwrap_or_default();
    let name = name_of(host);
    if !is_ours(name, settings) {
        return Err(ControlError::new(
            StatusCode::FORBIDDEN,
            format!(
                "`Host` is `{}`, which a web page could stand behind; use an address or `localhost`, or name it as a `control_host`",
                Excerpt(host)
            ),
        ));
    }
    if let Some(origin) = headers.get(ORIGIN) {
        let origin = origin.to_str().unwrap_or_default();
        let same = origin.split_once("://").is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(host));
        if !same {
            return Err(foreign(origin));
        }
    }
    // A link to the page may stand anywhere.
    match text(headers, &SEC_FETCH_SITE) {
        None | Some("same-origin" | "none") => Ok(()),
        Some(_) if request.method() == Method::GET && request.uri().path() == PREFIX => Ok(()),
        Some(site) => Err(foreign(site)),
    }
}

fn foreign(origin: &str) -> ControlError {
    let text = format!("the request comes from a web page of another origin (`{}`)", Excerpt(origin));
    ControlError::new(StatusCode::FORBIDDEN, text)
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// The host without its port.
fn name_of(host: &str) -> &str {
    match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    }
}

/// Whether no foreign page can be served under this host: an address; `localhost`; a name without a dot, as containers have;
/// one that was named.
fn is_ours(name: &str, settings: &Settings) -> bool {
    let name = name.to_ascii_lowercase();
    name.parse::<IpAddr>().is_ok()
        || name.ends_with(".localhost")
        || !name.is_empty() && !name.contains('.')
        || settings.control_hosts.iter().any(|known| known.eq_ignore_ascii_case(&name))
}
