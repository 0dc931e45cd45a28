//! The whole state as one JSON value: the snapshot of the service, with the additional state of the emulator in the field `emulator`.
//! The service passes that field over, so that a state from here is a snapshot everywhere.

use std::collections::BTreeMap;

use avmarks_protocol::internal::json_object;
use avmarks_service::App;
use avmarks_spec::GroupId;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::state::{CallState, Group, State};

/// A state that was read.
pub(super) struct Dumped {
    pub(super) app: App,
    pub(super) groups: BTreeMap<GroupId, Group>,
    pub(super) calls: CallState,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EmulatorPart {
    groups: BTreeMap<String, Group>,
    calls: CallState,
}

#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    emulator: Option<Box<RawValue>>,
}

/// The state of now.
pub(super) fn written(state: &State) -> Vec<u8> {
    let groups = state.groups.iter().filter(|(_, group)| **group != Group::default());
    let groups = groups.map(|(id, group)| (id.to_string(), group.clone())).collect();
    let kept = EmulatorPart { groups, calls: state.calls.clone() };
    let mut snapshot = state.app.snapshot();
    // String keys, and no part that can fail: writing does not.
    let kept = serde_json::to_vec(&kept).unwrap_or_default();
    if snapshot.pop() == Some(b'}') {
        snapshot.extend_from_slice(b",\"emulator\":");
        snapshot.extend_from_slice(&kept);
    }
    snapshot.push(b'}');
    snapshot
}

/// The state of this JSON; that of a service alone has nothing of the emulator's.
pub(super) fn read(json: &[u8]) -> Result<Dumped, String> {
    let app = App::restore(json).map_err(|error| error.to_string())?;
    let head: Head = json_object(json)?;
    let kept = head.emulator.map(|kept| json_object::<EmulatorPart>(kept.get().as_bytes()));
    let kept = kept.transpose().map_err(|error| format!("`emulator`: {error}"))?.unwrap_or_default();
    let groups = kept.groups.into_iter().map(|(id, group)| match GroupId::parse(&id) {
        Ok(id) => Ok((id, group)),
        Err(error) => Err(format!("`emulator.groups`: {error}")),
    });
    Ok(Dumped { app, groups: groups.collect::<Result<_, _>>()?, calls: kept.calls })
}
