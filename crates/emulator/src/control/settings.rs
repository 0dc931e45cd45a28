//! What the app is set up with, and changes of it: the names are those of scenario lines and snapshots.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use avmarks_protocol::SdkAppId;
use avmarks_rules::{PROFILES, Policy};
use avmarks_service::Settings;
use avmarks_spec::{Excerpt, Gap, LimitError, Limits, Quoted};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::error::ControlError;
use super::extract::{self, StrictJson, Whole};
use crate::shared::Shared;

#[derive(Serialize)]
pub(super) struct View {
    sdkappid: u64,
    admins: BTreeSet<String>,
    marks_supported: bool,
    online_list_enabled: bool,
    /// Whether signatures are checked; the key itself is never shown.
    signature_checked: bool,
    policy: BTreeMap<&'static str, &'static str>,
    limits: BTreeMap<&'static str, u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Change {
    #[serde(default, deserialize_with = "extract::present")]
    sdkappid: Option<Whole>,
    #[serde(default, deserialize_with = "extract::present")]
    admins: Option<BTreeSet<String>>,
    #[serde(default, deserialize_with = "extract::present")]
    marks_supported: Option<bool>,
    #[serde(default, deserialize_with = "extract::present")]
    online_list_enabled: Option<bool>,
    #[serde(default, deserialize_with = "extract::present")]
    policy: Option<BTreeMap<String, String>>,
    #[serde(default, deserialize_with = "extract::present")]
    limits: Option<BTreeMap<String, Whole>>,
}

pub(super) async fn show(State(shared): State<Arc<Shared>>) -> Json<View> {
    Json(View::of(shared.lock().state.app.settings()))
}

pub(super) async fn change(
    State(shared): State<Arc<Shared>>,
    StrictJson(change): StrictJson<Change>,
) -> Result<Json<View>, ControlError> {
    shared
        .change(|world| {
            let mut settings = world.state.app.settings().clone();
            change.apply(&mut settings)?;
            world.configure(settings);
            Ok(Json(View::of(world.state.app.settings())))
        })
        .await?
}

impl View {
    fn of(settings: &Settings) -> Self {
        let terms = &settings.terms;
        Self {
            sdkappid: settings.sdkappid.number(),
            admins: settings.admins.clone(),
            marks_supported: terms.marks_supported,
            online_list_enabled: terms.online_list_enabled,
            signature_checked: settings.key.is_some(),
            policy: Gap::choices().map(|(gap, field)| (field, terms.policy.reading(gap))).collect(),
            limits: Limits::FIELDS.iter().map(|field| (field.name, (field.get)(&terms.limits))).collect(),
        }
    }
}

impl Change {
    fn apply(self, settings: &mut Settings) -> Result<(), ControlError> {
        if let Some(Whole(sdkappid)) = self.sdkappid {
            settings.sdkappid =
                SdkAppId::new(sdkappid).map_err(|error| ControlError::bad_request(format!("`sdkappid`: {error}")))?;
        }
        if let Some(admins) = self.admins {
            settings.admins = admins;
        }
        let terms = &mut settings.terms;
        terms.marks_supported = self.marks_supported.unwrap_or(terms.marks_supported);
        terms.online_list_enabled = self.online_list_enabled.unwrap_or(terms.online_list_enabled);
        for (name, Whole(value)) in self.limits.unwrap_or_default() {
            terms.limits.set(&name, value).map_err(|error| {
                ControlError::bad_request(match error {
                    LimitError::Unknown => format!("`limits` has no `{}`: {error}", Excerpt(&name)),
                    _ => format!("`limits.{name}` is {value}: {error}"),
                })
            })?;
        }
        policy(&mut terms.policy, self.policy.unwrap_or_default())
    }
}

/// The readings by name; a `profile` goes first, as in a scenario line.
fn policy(policy: &mut Policy, mut readings: BTreeMap<String, String>) -> Result<(), ControlError> {
    if let Some(name) = readings.remove("profile") {
        *policy = Policy::profile(&name).ok_or_else(|| {
            let known = Quoted(PROFILES.iter().map(|profile| profile.name));
            ControlError::bad_request(format!("`policy.profile` is `{}`; there are {known}", Excerpt(&name)))
        })?;
    }
    for (field, reading) in readings {
        let (gap, _) = Gap::choices().find(|(_, known)| *known == field).ok_or_else(|| {
            let known = Quoted(["profile"].into_iter().chain(Gap::choices().map(|(_, known)| known)));
            ControlError::bad_request(format!("`policy` has no `{}`; there are {known}", Excerpt(&field)))
        })?;
        policy.set(gap, &reading).map_err(|error| {
            ControlError::bad_request(format!("`policy.{field}` is `{}`: {error}", Excerpt(&reading)))
        })?;
    }
    Ok(())
}
