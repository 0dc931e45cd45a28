//! Counters of groups.

use avmarks_spec::GroupType;
use serde_json::json;

use super::answer::Reply;
use super::body::CallBody;
use super::call::{Answered, Call};
use super::field::Field;
use super::refused::Refused;
use crate::state::State;

/// Counters of a group, and bytes of a key. Source: 1047/53428, request fields; code 10063.
const COUNTERS_MAX: usize = 20;
const KEY_BYTES_MAX: usize = 128;

const COMMUNITY: &[(GroupType, i64)] = &[(GroupType::Community, 10_007)];
const COUNTERS: &[Field] =
    &[Field::name("Key", KEY_BYTES_MAX).required(), Field::number("Value", i64::MIN, i64::MAX).required()];
const SHOWN: &[Field] = &[Field::any_objects("GroupCounter", COUNTERS)];
const KEYS: &[Field] = &[Field::group(), Field::texts("GroupCounterKeys", COUNTERS_MAX)];

pub(super) const CALLS: &[Call] = &[
    Call::new(
        "group_open_http_svc/update_group_counter",
        "1047/53428; that a counter that would overflow is 10004 is ours",
        "Sets, increases or decreases up to 20 counters.",
        &[
            Field::group(),
            Field::objects("GroupCounter", COUNTERS_MAX, COUNTERS).required().over(10_063),
            Field::one_of("Mode", &["Set", "Increase", "Decrease"]).required(),
        ],
    )
    .of_group(COMMUNITY)
    .needs_plan()
    .answers(SHOWN)
    .runs(update),
    Call::new("group_open_http_svc/get_group_counter", "1047/53427", "Reads counters, or all of a group.", KEYS)
        .of_group(COMMUNITY)
        .needs_plan()
        .answers(SHOWN)
        .looks(get),
    Call::new("group_open_http_svc/delete_group_counter", "1047/53429", "Deletes counters, or all of a group.", KEYS)
        .of_group(COMMUNITY)
        .needs_plan()
        .runs(delete),
];

fn update(state: &mut State, given: &CallBody<'_>) -> Answered {
    let counters = &mut state.groups.entry(given.group()?).or_default().more_mut().counters;
    let mut changed = counters.clone();
    let mut rows = Vec::new();
    for part in given.parts("GroupCounter") {
        let (Some(key), Some(value)) = (part.text("Key"), part.number("Value")) else { continue };
        let before = changed.get(key).copied().unwrap_or_default();
        let after = match given.text("Mode") {
            Some("Increase") => before.checked_add(value),
            Some("Decrease") => before.checked_sub(value),
            _ => Some(value),
        };
        let after = after.ok_or_else(|| Refused::new(10_004, format!("counter `{key}` would not fit into 64 bits")))?;
        changed.insert(key.to_owned(), after);
        rows.push(json!({ "Key": key, "Value": after }));
    }
    if changed.len() > COUNTERS_MAX {
        let info = format!("the group would have {} counters; it may have {COUNTERS_MAX}", changed.len());
        return Err(Refused::new(10_063, info));
    }
    *counters = changed;
    Ok(Reply::ok().with("GroupCounter", rows))
}

fn get(state: &State, given: &CallBody<'_>) -> Answered {
    let counters = state.groups.get(&given.group()?).into_iter().flat_map(|group| &group.more().counters);
    let keys = given.texts("GroupCounterKeys").filter(|keys| !keys.is_empty());
    let counters = counters.filter(|(key, _)| keys.as_ref().is_none_or(|keys| keys.contains(&key.as_str())));
    let rows: Vec<_> = counters.map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    Ok(Reply::ok().with("GroupCounter", rows))
}

fn delete(state: &mut State, given: &CallBody<'_>) -> Answered {
    let counters = &mut state.groups.entry(given.group()?).or_default().more_mut().counters;
    match given.texts("GroupCounterKeys").filter(|keys| !keys.is_empty()) {
        Some(keys) => counters.retain(|key, _| !keys.contains(&key.as_str())),
        None => counters.clear(),
    }
    Ok(Reply::ok())
}
