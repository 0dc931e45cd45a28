//! What the app is set up with, and changes of it: the names are those of scenario lines and snapshots.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use avmarks_protocol::url::SdkAppId;
use avmarks_rules::{PROFILES, Policy};
use avmarks_service::Settings;
use avmarks_spec::{Excerpt, Gap, Limits};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::asked::{self, Asked, NUMBER_MAX, Whole};
use super::fault::Fault;
use crate::world::Shared;

/// A limit: its name, how it is read, how it is set, and what it may be at most.
type Row = (&'static str, fn(&Limits) -> u64, fn(&mut Limits, u64), u64);

const fn count(number: u64) -> usize {
    // What is beyond the machine's words is as good as no limit.
    if number > usize::MAX as u64 { usize::MAX } else { number as usize }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

const LIST_MAX: u64 = Limits::LIST_MEMBERS_CEILING as u64;
/// As much as the rim reads of a body.
const BODY_MAX: u64 = Limits::DOCUMENTED.body_bytes_max as u64;

/// The limits, by the names that they have in a snapshot.
const LIMITS: [Row; 9] = [
    (
        "accounts_per_call_max",
        |l| l.accounts_per_call_max as u64,
        |l, n| l.accounts_per_call_max = count(n),
        NUMBER_MAX,
    ),
    (
        "marks_per_group_max",
        |l| l.marks_per_group_max as u64,
        |l, n| l.marks_per_group_max = count(n),
        Limits::MARKS_PER_GROUP_CEILING as u64,
    ),
    ("members_per_mark_max", |l| l.members_per_mark_max as u64, |l, n| l.members_per_mark_max = count(n), NUMBER_MAX),
    (
        "pin_duration_max_ms",
        |l| millis(l.pin_duration_max),
        |l, n| l.pin_duration_max = Duration::from_millis(n),
        NUMBER_MAX,
    ),
    ("list_members_max", |l| l.list_members_max as u64, |l, n| l.list_members_max = count(n), LIST_MAX),
    (
        "low_plan_list_members_max",
        |l| l.low_plan_list_members_max as u64,
        |l, n| l.low_plan_list_members_max = count(n),
        LIST_MAX,
    ),
    ("calls_per_window_max", |l| l.calls_per_window_max as u64, |l, n| l.calls_per_window_max = count(n), NUMBER_MAX),
    ("rate_window_ms", |l| millis(l.rate_window), |l, n| l.rate_window = Duration::from_millis(n), NUMBER_MAX),
    ("body_bytes_max", |l| l.body_bytes_max as u64, |l, n| l.body_bytes_max = count(n), BODY_MAX),
];

#[derive(Serialize)]
pub(super) struct View {
    sdkappid: u64,
    admins: BTreeSet<String>,
    marks_supported: bool,
    online_list_enabled: bool,
    /// Whether signatures are checked; the key itself is shown to nobody.
    signature_checked: bool,
    policy: BTreeMap<&'static str, &'static str>,
    limits: BTreeMap<&'static str, u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Change {
    #[serde(default, deserialize_with = "asked::present")]
    sdkappid: Option<Whole>,
    #[serde(default, deserialize_with = "asked::present")]
    admins: Option<BTreeSet<String>>,
    #[serde(default, deserialize_with = "asked::present")]
    marks_supported: Option<bool>,
    #[serde(default, deserialize_with = "asked::present")]
    online_list_enabled: Option<bool>,
    #[serde(default, deserialize_with = "asked::present")]
    policy: Option<BTreeMap<String, String>>,
    #[serde(default, deserialize_with = "asked::present")]
    limits: Option<BTreeMap<String, Whole>>,
}

pub(super) async fn show(State(shared): State<Arc<Shared>>) -> Json<View> {
    Json(View::of(shared.lock().app.settings()))
}

pub(super) async fn change(
    State(shared): State<Arc<Shared>>,
    Asked(change): Asked<Change>,
) -> Result<Json<View>, Fault> {
    shared
        .change(|world| {
            let mut settings = world.app.settings().clone();
            change.apply(&mut settings)?;
            world.configure(settings);
            Ok(Json(View::of(world.app.settings())))
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
            policy: Gap::ALL.iter().map(|gap| (gap.row().field, terms.policy.reading(*gap))).collect(),
            limits: LIMITS.iter().map(|(name, read, ..)| (*name, read(&terms.limits))).collect(),
        }
    }
}

impl Change {
    fn apply(self, settings: &mut Settings) -> Result<(), Fault> {
        if let Some(Whole(sdkappid)) = self.sdkappid {
            settings.sdkappid =
                SdkAppId::new(sdkappid).map_err(|fault| Fault::bad_request(format!("`sdkappid`: {fault}")))?;
        }
        if let Some(admins) = self.admins {
            settings.admins = admins;
        }
        let terms = &mut settings.terms;
        terms.marks_supported = self.marks_supported.unwrap_or(terms.marks_supported);
        terms.online_list_enabled = self.online_list_enabled.unwrap_or(terms.online_list_enabled);
        for (name, Whole(value)) in self.limits.unwrap_or_default() {
            limit(&mut terms.limits, &name, value)?;
        }
        policy(&mut terms.policy, self.policy.unwrap_or_default())
    }
}

fn limit(limits: &mut Limits, name: &str, value: u64) -> Result<(), Fault> {
    let Some((_, _, set, value_max)) = LIMITS.iter().find(|(known, ..)| *known == name) else {
        let known: Vec<_> = LIMITS.iter().map(|(known, ..)| format!("`{known}`")).collect();
        return Err(Fault::bad_request(format!("`limits` has no `{}`; there are {}", Excerpt(name), known.join(", "))));
    };
    if value > *value_max {
        return Err(Fault::bad_request(format!("`limits.{name}` is {value}; it must be at most {value_max}")));
    }
    set(limits, value);
    Ok(())
}

/// The readings by name; a `profile` goes first, as in a scenario line.
fn policy(policy: &mut Policy, mut readings: BTreeMap<String, String>) -> Result<(), Fault> {
    if let Some(name) = readings.remove("profile") {
        *policy = Policy::profile(&name).ok_or_else(|| {
            let known: Vec<_> = PROFILES.iter().map(|profile| format!("`{}`", profile.name)).collect();
            let name = Excerpt(&name);
            Fault::bad_request(format!("`policy.profile` is `{name}`; there are {}", known.join(", ")))
        })?;
    }
    for (field, reading) in readings {
        let gap = Gap::ALL.iter().find(|gap| gap.row().field == field).ok_or_else(|| {
            let known: Vec<_> = Gap::ALL.iter().map(|gap| format!("`{}`", gap.row().field)).collect();
            let field = Excerpt(&field);
            Fault::bad_request(format!("`policy` has no `{field}`; there are `profile`, {}", known.join(", ")))
        })?;
        policy.set(*gap, &reading).map_err(|fault| {
            Fault::bad_request(format!("`policy.{}` is `{}`: {fault}", gap.row().field, Excerpt(&reading)))
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_that_is_set_is_what_is_read_and_nothing_else_changes() {
        for (name, read, _, _) in LIMITS {
            let mut limits = Limits::DOCUMENTED;
            limit(&mut limits, name, 7).unwrap();
            for (other, other_read, ..) in LIMITS {
                let expected = if other == name { 7 } else { other_read(&Limits::DOCUMENTED) };
                assert_eq!(other_read(&limits), expected, "{other} after {name}");
            }
            assert_eq!(read(&limits), 7);
        }
    }
}
