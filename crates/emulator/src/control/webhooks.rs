//! Webhooks: their URL and settings, and the result of each.

use std::sync::Arc;
use std::time::Duration;

use avmarks_protocol::webhook::{Revision, WebhookToken};
use avmarks_spec::{Excerpt, Quoted};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::error::ControlError;
use super::extract::{self, Page, Parameters, StrictJson, Whole, present};
use crate::shared::Shared;
use crate::webhooks::{Deliveries, Delivery, WebhookEvent, WebhookSettings};

/// Deliveries of an answer, if nothing else is asked, and at most.
const PAGE: usize = 100;
const PAGE_MAX: usize = 1_000;

/// The settings; the token itself is never shown.
#[derive(Serialize)]
pub(super) struct View {
    /// None if webhooks go nowhere; then there is nothing else.
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    how: Option<How>,
}

#[derive(Serialize)]
struct How {
    signed: bool,
    revision: &'static str,
    events: Vec<&'static str>,
    retries: u32,
    duplicate: u8,
    reorder: u8,
    delay_ms: u64,
    seed: u64,
    show_answers: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Change {
    url: String,
    #[serde(default, deserialize_with = "present")]
    token: Option<String>,
    #[serde(default, deserialize_with = "present")]
    revision: Option<String>,
    #[serde(default, deserialize_with = "present")]
    events: Option<Vec<String>>,
    #[serde(default, deserialize_with = "present")]
    retries: Option<Whole>,
    #[serde(default, deserialize_with = "present")]
    duplicate: Option<Whole>,
    #[serde(default, deserialize_with = "present")]
    reorder: Option<Whole>,
    #[serde(default, deserialize_with = "present")]
    delay_ms: Option<Whole>,
    #[serde(default, deserialize_with = "present")]
    seed: Option<Whole>,
    #[serde(default, deserialize_with = "present")]
    show_answers: Option<bool>,
    #[serde(default, deserialize_with = "present")]
    trusted: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Sent {
    deliveries: Vec<Delivery>,
    waiting: usize,
    dropped: u64,
}

pub(super) async fn show(State(shared): State<Arc<Shared>>) -> Json<View> {
    Json(view(&shared))
}

pub(super) async fn set(
    State(shared): State<Arc<Shared>>,
    StrictJson(change): StrictJson<Change>,
) -> Result<Json<View>, ControlError> {
    let settings = change.settings()?;
    shared.outbox.set(Some(settings)).map_err(|error| ControlError::bad_request(error.to_string()))?;
    Ok(Json(view(&shared)))
}

pub(super) async fn turn_off(State(shared): State<Arc<Shared>>) -> Result<Json<View>, ControlError> {
    shared.outbox.set(None).map_err(|error| ControlError::bad_request(error.to_string()))?;
    Ok(Json(view(&shared)))
}

pub(super) async fn deliveries(
    State(shared): State<Arc<Shared>>,
    Parameters(page): Parameters<Page<u64>>,
) -> Result<Json<Sent>, ControlError> {
    let limit = extract::limit(page.limit, PAGE, PAGE_MAX)?;
    let after = extract::after(page.after)?;
    let Deliveries { deliveries, waiting, dropped } = shared.outbox.deliveries(after, limit);
    Ok(Json(Sent { deliveries, waiting, dropped }))
}

fn view(shared: &Shared) -> View {
    let Some(settings) = shared.outbox.settings() else { return View { url: None, how: None } };
    View {
        how: Some(How {
            signed: settings.token.is_some(),
            revision: settings.revision.name(),
            events: settings.events.iter().map(|event| event.name()).collect(),
            retries: settings.retries,
            duplicate: settings.duplicate,
            reorder: settings.reorder,
            delay_ms: u64::try_from(settings.delay.as_millis()).unwrap_or(u64::MAX),
            seed: settings.seed,
            show_answers: settings.show_answers,
        }),
        url: Some(settings.url),
    }
}

fn event(name: &str) -> Result<WebhookEvent, ControlError> {
    WebhookEvent::from_name(name).ok_or_else(|| {
        let known = Quoted(WebhookEvent::ALL.iter());
        ControlError::bad_request(format!("`events` has `{}`; there are {known}", Excerpt(name)))
    })
}

impl Change {
    fn settings(self) -> Result<WebhookSettings, ControlError> {
        let mut settings = WebhookSettings::new(self.url);
        // What the text is must not be said.
        let token = self.token.map(|text| WebhookToken::new(&text)).transpose();
        settings.token = token.map_err(|error| ControlError::bad_request(format!("`token`: {error}")))?;
        if let Some(name) = self.revision {
            settings.revision = Revision::from_name(&name).ok_or_else(|| {
                let known = Quoted(Revision::ALL.iter());
                ControlError::bad_request(format!("`revision` is `{}`; there are {known}", Excerpt(&name)))
            })?;
        }
        if let Some(names) = self.events {
            settings.events = names.iter().map(|name| event(name)).collect::<Result<_, _>>()?;
        }
        // What is too much for the type is too much for the field, which says so.
        let number = |asked: Option<Whole>| asked.map_or(0, |Whole(number)| number);
        settings.retries = number(self.retries).try_into().unwrap_or(u32::MAX);
        settings.duplicate = number(self.duplicate).try_into().unwrap_or(u8::MAX);
        settings.reorder = number(self.reorder).try_into().unwrap_or(u8::MAX);
        settings.delay = Duration::from_millis(number(self.delay_ms));
        settings.seed = number(self.seed);
        settings.show_answers = self.show_answers.unwrap_or_default();
        settings.trusted = self.trusted;
        Ok(settings)
    }
}
