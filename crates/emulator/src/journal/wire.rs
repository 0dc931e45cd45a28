//! The whole state as a line: the snapshot of the service, and what the emulator keeps itself.

use std::collections::BTreeMap;

use avmarks_protocol::internal::json_object;
use avmarks_service::App;
use avmarks_spec::{GroupId, OneLine, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::clock::{self, Clock};
use crate::state::{CallState, Group, State};

/// The version that is written, and read.
const VERSION: u32 = 2;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    avmarks_data: u32,
    clock: ClockWire,
    assigned: u64,
    groups: BTreeMap<String, Group>,
    #[serde(default)]
    calls: CallState,
    app: Box<RawValue>,
}

/// The clock, and the system's time of day at which it stood so.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClockWire {
    now: u64,
    running: bool,
    time_of_day: u64,
}

pub(super) fn to_json(state: &State) -> Vec<u8> {
    // A snapshot is JSON.
    let app = String::from_utf8(state.app.snapshot()).ok().and_then(|app| RawValue::from_string(app).ok());
    let groups = state.groups.iter().map(|(id, group)| (id.to_string(), group.clone()));
    let wire = Wire {
        avmarks_data: VERSION,
        clock: ClockWire::from(&state.clock),
        assigned: state.assigned,
        groups: groups.collect(),
        calls: state.calls.clone(),
        app: app.unwrap_or_default(),
    };
    // String keys, and no part that can fail: writing does not.
    serde_json::to_vec(&wire).unwrap_or_default()
}

pub(super) fn parse(json: &str) -> Result<State, String> {
    #[derive(Deserialize)]
    struct Head {
        avmarks_data: u32,
    }
    let form = |error: String| OneLine(&error).to_string();
    // The version first: another one may have another form.
    let Head { avmarks_data: found } = json_object(json.as_bytes()).map_err(form)?;
    if found != VERSION {
        return Err(format!("it is of version {found}, and only version {VERSION} can be read"));
    }
    let Wire { clock, assigned, groups, calls, app, .. } = json_object(json.as_bytes()).map_err(form)?;
    let groups = groups.into_iter().map(|(id, group)| {
        let id = GroupId::parse(&id).map_err(|error| format!("a group: {error}"))?;
        Ok((id, group))
    });
    let groups = groups.collect::<Result<_, String>>()?;
    let app = App::restore(app.get().as_bytes()).map_err(|error| error.to_string())?;
    Ok(State::of(app, clock.into(), groups, calls, assigned))
}

impl From<&Clock> for ClockWire {
    fn from(clock: &Clock) -> Self {
        Self {
            now: clock.now().as_millis(),
            running: clock.is_running(),
            time_of_day: clock::time_of_day().as_millis(),
        }
    }
}

impl From<ClockWire> for Clock {
    fn from(wire: ClockWire) -> Self {
        let ClockWire { now, running, time_of_day } = wire;
        Self::resumed(Timestamp::from_millis(now), running, Timestamp::from_millis(time_of_day))
    }
}
