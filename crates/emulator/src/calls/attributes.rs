//! Custom attributes of groups. They end with their group. The newest pages refuse communities alone, the older ones every type but
//! AVChatRoom; the newest are followed.

use std::collections::BTreeMap;

use avmarks_spec::GroupType;
use serde_json::json;

use super::answer::Reply;
use super::body::CallBody;
use super::call::{Answered, Call};
use super::field::Field;
use super::refused::Refused;
use crate::state::State;

/// Bytes of a key, bytes of a value, keys of a group, and bytes of all its values. Source: 1047/44188, codes 10045 to 10048.
const KEY_BYTES_MAX: usize = 32;
const VALUE_BYTES_MAX: usize = 4_000;
const KEYS_MAX: usize = 16;
const ALL_BYTES_MAX: usize = 16_000;

const COMMUNITY: &[(GroupType, i64)] = &[(GroupType::Community, 10_007)];
const PAIRS: &[Field] = &[
    Field::name("key", KEY_BYTES_MAX).required().over(10_045),
    Field::text("value", VALUE_BYTES_MAX).required().over(10_046),
];
const CHANGE: &[Field] = &[Field::group(), Field::any_objects("GroupAttr", PAIRS).required()];

pub(super) const CALLS: &[Call] = &[
    Call::new(
        "group_open_attr_http_svc/get_group_attr",
        "1047/44187",
        "Lists the attributes of a group.",
        &[Field::group()],
    )
    .of_group(COMMUNITY)
    .answers(&[Field::any_objects("GroupAttrAry", PAIRS)])
    .looks(get),
    Call::new(
        "group_open_http_svc/modify_group_attr",
        "1047/44188",
        "Sets attributes beside those that are there.",
        CHANGE,
    )
    .of_group(COMMUNITY)
    .runs(modify),
    Call::new(
        "group_open_http_svc/set_group_attr",
        "1047/44190",
        "Sets attributes in the place of all that are there.",
        CHANGE,
    )
    .of_group(COMMUNITY)
    .runs(|state, given| put(state, given, BTreeMap::new())),
    Call::new(
        "group_open_http_svc/clear_group_attr",
        "1047/44189",
        "Deletes the attributes of a group.",
        &[Field::group()],
    )
    .of_group(COMMUNITY)
    .runs(clear),
];

fn get(state: &State, given: &CallBody<'_>) -> Answered {
    let attributes = state.groups.get(&given.group()?).into_iter().flat_map(|group| &group.more().attributes);
    let rows: Vec<_> = attributes.map(|(key, value)| json!({ "key": key, "value": value })).collect();
    Ok(Reply::ok().with("GroupAttrAry", rows))
}

fn modify(state: &mut State, given: &CallBody<'_>) -> Answered {
    let there = state.groups.get(&given.group()?).map(|group| group.more().attributes.clone());
    put(state, given, there.unwrap_or_default())
}

/// Adds the attributes of the call to these.
fn put(state: &mut State, given: &CallBody<'_>, mut attributes: BTreeMap<String, String>) -> Answered {
    for part in given.parts("GroupAttr") {
        if let (Some(key), Some(value)) = (part.text("key"), part.text("value")) {
            attributes.insert(key.to_owned(), value.to_owned());
        }
    }
    let (keys, bytes) = (attributes.len(), attributes.values().map(String::len).sum::<usize>());
    if keys > KEYS_MAX {
        return Err(Refused::new(10_047, format!("the group would have {keys} attributes; it may have {KEYS_MAX}")));
    }
    if bytes > ALL_BYTES_MAX {
        return Err(Refused::new(
            10_048,
            format!("the values would have {bytes} bytes; they may have {ALL_BYTES_MAX}"),
        ));
    }
    state.groups.entry(given.group()?).or_default().more_mut().attributes = attributes;
    Ok(Reply::ok())
}

fn clear(state: &mut State, given: &CallBody<'_>) -> Answered {
    state.groups.entry(given.group()?).or_default().more_mut().attributes.clear();
    Ok(Reply::ok())
}
