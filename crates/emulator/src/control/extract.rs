//! What a request asks, read strictly: bodies, parameters and ids, each error as one sentence.

use std::ops::RangeInclusive;
use std::sync::Arc;

use avmarks_protocol::internal::{Encoding, json_error_text};
use avmarks_spec::readings::AccountId;
use avmarks_spec::{Excerpt, GroupId, OneLine, Timestamp, UserId};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};

use super::error::ControlError;
use crate::http::{self, ReadBody};
use crate::shared::Shared;

/// The largest number that every reader of JSON keeps exactly.
pub(super) const NUMBER_MAX: u64 = Timestamp::LATEST.as_millis();

/// A body in JSON.
pub(super) struct StrictJson<T>(pub(super) T);

/// Bytes of a body, if it is not a whole state.
const BODY_BYTES_MAX: usize = 1_048_576;
/// Bytes of a body that is a state, or a scenario.
pub(super) const STATE_BYTES_MAX: usize = 67_108_864;

impl<T: DeserializeOwned> FromRequest<Arc<Shared>> for StrictJson<T> {
    type Rejection = ControlError;

    async fn from_request(request: Request, shared: &Arc<Shared>) -> Result<Self, ControlError> {
        let body = read(request, shared, &["application/json"], BODY_BYTES_MAX).await?;
        json(body.bytes()).map(Self)
    }
}

/// The body, if it is of one of these types, and has at most `bytes_max` bytes. Type and length are judged before the first
/// byte is read.
pub(super) async fn read(
    request: Request,
    shared: &Shared,
    types: &[&str],
    bytes_max: usize,
) -> Result<ReadBody, ControlError> {
    let timeout = shared.settings.body_timeout;
    let (Parts { headers, .. }, body) = request.into_parts();
    if let Err(refusal) = content_type(&headers, types) {
        http::throw_away(&headers, body, timeout).await;
        return Err(refusal);
    }
    match http::read(&headers, body, bytes_max, timeout, &shared.budget).await {
        Ok(ReadBody::TooLong { .. }) => Err(ControlError::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("the body has more than {bytes_max} bytes, and this path takes no more"),
        )),
        Ok(body) => Ok(body),
        Err(error) => Err(ControlError::new(error.status(), error.to_string())),
    }
}

fn content_type(headers: &HeaderMap, types: &[&str]) -> Result<(), ControlError> {
    let found = headers.get(CONTENT_TYPE).and_then(|found| found.to_str().ok()).unwrap_or_default();
    let essence = found.split(';').next().unwrap_or_default().trim();
    if types.iter().any(|known| essence.eq_ignore_ascii_case(known)) {
        return Ok(());
    }
    let known = types.join("` or `");
    Err(ControlError::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        format!("`Content-Type` is `{}`; it must be `{known}`", Excerpt(found)),
    ))
}

/// The text of a body, without a byte order mark: what is sent here are files, as editors write them.
pub(super) fn text(body: &[u8]) -> Result<&[u8], ControlError> {
    match Encoding::of(body) {
        Some(encoding) => {
            let what = format!("the body is {}, which is not decoded here; send plain UTF-8", encoding.name());
            Err(ControlError::bad_request(what))
        }
        None => Ok(body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body)),
    }
}

/// The value of a body in JSON.
pub(super) fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, ControlError> {
    let body = text(body)?;
    // A list would do for a struct, in the eyes of the reader.
    if body.trim_ascii_start().starts_with(b"[") {
        return Err(ControlError::bad_request("the body must be an object, `{…}`"));
    }
    let mut reader = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let (path, inner) = (error.path().to_string(), OneLine(&json_error_text(error.inner())).to_string());
        let place = if path == "." { "the body".to_owned() } else { format!("`{}`", Excerpt(&path)) };
        match error.inner().is_data() {
            true => ControlError::bad_request(format!("{place}: {inner}")),
            false => ControlError::bad_request(format!("the body is not JSON: {inner}")),
        }
    })?;
    reader.end().map_err(|error| ControlError::bad_request(format!("the body is not JSON: {error}")))?;
    Ok(value)
}

/// Which part of a list is asked for: what lies behind `after`, at most `limit` of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Page<T> {
    pub(super) after: Option<T>,
    pub(super) limit: Option<usize>,
}

/// A field that may be left out, and is not null.
pub(super) fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(value: D) -> Result<Option<T>, D::Error> {
    T::deserialize(value).map(Some)
}

/// A whole number from 0 up; `5.0` is one as well, as JSON Schema has it.
pub(super) struct Whole(pub(super) u64);

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = serde_json::Number::deserialize(deserializer)?;
        whole(&number)
            .map(Self)
            .ok_or_else(|| D::Error::custom(format!("`{number}` is not an integer from 0 to 2^64-1")))
    }
}

/// The whole number from 0 up that this is.
pub(super) fn whole(number: &serde_json::Number) -> Option<u64> {
    let exact = |number: &f64| number.fract() == 0.0 && (0.0..=NUMBER_MAX as f64).contains(number);
    number.as_u64().or_else(|| number.as_f64().filter(exact).map(|number| number as u64))
}

/// A number of the body that must be in this range.
pub(super) fn within(
    name: &str,
    number: Option<Whole>,
    range: RangeInclusive<u64>,
) -> Result<Option<u64>, ControlError> {
    let number = number.map(|Whole(number)| number);
    match number.filter(|number| !range.contains(number)) {
        None => Ok(number),
        Some(number) => {
            let (least, most) = range.into_inner();
            Err(ControlError::bad_request(format!("`{name}` is {number}; it must be from {least} to {most}")))
        }
    }
}

/// The number of the last item that a client has, where it says one.
pub(super) fn after(asked: Option<u64>) -> Result<u64, ControlError> {
    match asked.unwrap_or_default() {
        after if after <= NUMBER_MAX => Ok(after),
        after => Err(ControlError::bad_request(format!("`after` is {after}; it must be at most {NUMBER_MAX}"))),
    }
}

/// How many items are asked for.
pub(super) fn limit(asked: Option<usize>, otherwise: usize, limit_max: usize) -> Result<usize, ControlError> {
    match asked.unwrap_or(otherwise) {
        limit if (1..=limit_max).contains(&limit) => Ok(limit),
        limit => Err(ControlError::bad_request(format!("`limit` is {limit}; it must be from 1 to {limit_max}"))),
    }
}

/// The parameters of the query.
pub(super) struct Parameters<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Parameters<T> {
    type Rejection = ControlError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ControlError> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(parameters)) => Ok(Self(parameters)),
            Err(rejection) => {
                let text = rejection.body_text();
                let text = text.strip_prefix("Failed to deserialize query string: ").unwrap_or(&text);
                let (name, what) = text.split_once(": ").unwrap_or(("query", text));
                Err(ControlError::bad_request(format!("`{}` in the query: {}", Excerpt(name), OneLine(what))))
            }
        }
    }
}

/// The group that the path names.
pub(super) struct Group(pub(super) GroupId);

impl<S: Send + Sync> FromRequestParts<S> for Group {
    type Rejection = ControlError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ControlError> {
        match Path::<String>::from_request_parts(parts, state).await {
            Ok(Path(text)) => group("the group in the path", &text).map(Self),
            Err(_) => {
                Err(ControlError::bad_request("the group in the path is not UTF-8 once its percent signs are decoded"))
            }
        }
    }
}

/// The group id of this text, which is at `place`.
pub(super) fn group(place: &str, text: &str) -> Result<GroupId, ControlError> {
    GroupId::parse(text).map_err(|error| ControlError::bad_request(format!("{place} is `{}`: {error}", Excerpt(text))))
}

/// The user id of this text, which is at `place`, under the reading of `gap:account-id` in force.
pub(super) fn user(place: &str, text: &str, reading: AccountId) -> Result<UserId, ControlError> {
    UserId::parse_as(text, reading).map_err(|error| {
        ControlError::bad_request(format!("{place} is `{}`, which is no user id: {error}", Excerpt(text)))
    })
}
