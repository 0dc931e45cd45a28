//! Who may send requests: programs and the emulator's own page; no page of another origin.

use avmarks_spec::Excerpt;
use axum::http::header::{AUTHORIZATION, HeaderName, ORIGIN};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::error::ControlError;
use crate::host::{Host, is_own};
use crate::settings::Settings;
use crate::token::ControlToken;

/// Where the control API starts.
pub(super) const ROOT: &str = "/_avmarks";
/// What every path of it starts with; the path of its page.
pub(super) const PREFIX: &str = "/_avmarks/";

const HEALTH: &str = "/_avmarks/health";

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses what a page of another origin could have sent, and clients without the token. `local` says that the client has dialled this
/// machine itself.
pub(super) fn check<B>(request: &Request<B>, settings: &Settings, local: bool) -> Result<(), ControlError> {
    let headers = request.headers();
    let host = Host::of(request).map_err(|error| ControlError::bad_request(error.to_string()))?;
    if !is_own(host.name, settings) {
        return Err(ControlError::new(
            StatusCode::FORBIDDEN,
            format!(
                "`Host` is `{}`, which a web page could stand behind; use an address or `localhost`, or name it as a `control_host`",
                Excerpt(host.text)
            ),
        ));
    }
    from_here(request, host)?;
    // Whether it is there is no secret.
    if request.uri().path() == HEALTH {
        return Ok(());
    }
    match &settings.control_token {
        Some(token) if headers.get(AUTHORIZATION).is_some_and(|sent| opens(token, sent.as_bytes())) => Ok(()),
        Some(_) => Err(ControlError::new(
            StatusCode::UNAUTHORIZED,
            "the control API asks for its token, as `Authorization: Bearer TOKEN` or as the password of `Basic`",
        )),
        None if local => Ok(()),
        None => Err(ControlError::new(
            StatusCode::FORBIDDEN,
            "beyond the loopback network, the control API answers with a token alone; set a `control_token`",
        )),
    }
}

/// Whether this value of `Authorization` has the token.
fn opens(token: &ControlToken, sent: &[u8]) -> bool {
    let Some((scheme, value)) = std::str::from_utf8(sent).ok().and_then(|sent| sent.split_once(' ')) else {
        return false;
    };
    let value = value.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return token.is(value.as_bytes());
    }
    let decoded = STANDARD.decode(value).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"));
    decoded.is_some_and(|decoded| {
        decoded
            .iter()
            .position(|byte| *byte == b':')
            .is_some_and(|at| token.is(decoded.get(at + 1..).unwrap_or_default()))
    })
}

/// Refuses what comes from a page of another origin.
fn from_here<B>(request: &Request<B>, host: Host<'_>) -> Result<(), ControlError> {
    let headers = request.headers();
    if let Some(origin) = headers.get(ORIGIN) {
        let origin = origin.to_str().unwrap_or_default();
        let same = origin.split_once("://").is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(host.text));
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
