//! The clock: read, set, moved on, stopped, let run.

use std::sync::Arc;
use std::time::Duration;

use avmarks_service::GroupEvent;
use avmarks_spec::Timestamp;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::error::ControlError;
use super::extract::{self, StrictJson, Whole};
use super::groups::events;
use crate::shared::Shared;
use crate::world::World;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Change {
    #[serde(default, deserialize_with = "extract::present")]
    now: Option<Whole>,
    #[serde(default, deserialize_with = "extract::present")]
    running: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Advance {
    ms: Whole,
}

#[derive(Serialize)]
pub(super) struct Now {
    now: u64,
    running: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<Box<RawValue>>,
}

pub(super) async fn show(State(shared): State<Arc<Shared>>) -> Json<Now> {
    Json(now(&shared.lock(), None))
}

pub(super) async fn set(
    State(shared): State<Arc<Shared>>,
    StrictJson(change): StrictJson<Change>,
) -> Result<Json<Now>, ControlError> {
    let Change { now: to, running } = change;
    if to.is_none() && running.is_none() {
        return Err(ControlError::bad_request("the body must have `now` or `running`"));
    }
    let to = to.map(|Whole(to)| moment("now", to)).transpose()?;
    shared
        .change(|world| {
            let mut group_events = Vec::new();
            if let Some(to) = to {
                let set = world.set_clock(to).ok_or_else(|| {
                    let (to, is) = (to.as_millis(), world.now().as_millis());
                    ControlError::conflict(format!("`now` is {to}, and it is {is} already: the clock never runs back; `POST /_avmarks/reset` starts anew"))
                })?;
                group_events.extend(set);
            }
            if let Some(running) = running {
                group_events.extend(world.run_clock(running));
            }
            Ok(Json(now(world, Some(&group_events))))
        })
        .await?
}

pub(super) async fn advance(
    State(shared): State<Arc<Shared>>,
    StrictJson(Advance { ms: Whole(ms) }): StrictJson<Advance>,
) -> Result<Json<Now>, ControlError> {
    moment("ms", ms)?;
    shared
        .change(|world| {
            let by = Duration::from_millis(ms);
            let then = world.now().saturating_add(by).as_millis();
            Timestamp::new(then).map_err(|error| ControlError::conflict(format!("it would be {then}; {error}")))?;
            let group_events = world.advance_clock(by);
            Ok(Json(now(world, Some(&group_events))))
        })
        .await?
}

fn moment(field: &str, millis: u64) -> Result<Timestamp, ControlError> {
    Timestamp::new(millis).map_err(|error| ControlError::bad_request(format!("`{field}` is {millis}; {error}")))
}

fn now(world: &World, group_events: Option<&[GroupEvent]>) -> Now {
    Now { now: world.now().as_millis(), running: world.state.clock.is_running(), events: group_events.map(events) }
}
