//! Muted accounts. A mute stays if its account leaves the group and comes back (1047/34951).

use std::collections::BTreeMap;

use avmarks_spec::{GroupType, Timestamp, UserId};
use serde_json::json;

use super::answer::{Object, Reply};
use super::body::CallBody;
use super::call::{Answered, Call};
use super::field::Field;
use super::refused::Refused;
use crate::state::State;

/// What mutes for good.
const FOR_GOOD: i64 = u32::MAX as i64;

pub(super) const CALLS: &[Call] = &[
    Call::new(
        "group_open_http_svc/forbid_send_msg",
        "1047/34951, with `ShutUpTime` as older copies call it; the code for a Private group is ours, by its siblings",
        "Mutes up to 500 accounts for so many seconds, or unmutes them (0); 4294967295 is for good.",
        &[
            Field::group(),
            Field::accounts("Members_Account", 500).required(),
            Field::number("MuteTime", 0, FOR_GOOD),
            Field::number("ShutUpTime", 0, FOR_GOOD),
        ],
    )
    .of_group(&[(GroupType::Private, 10_007)])
    .runs(forbid),
    Call::new(
        "group_open_http_svc/get_group_muted_account",
        "1047/34964",
        "Lists the muted accounts of a group.",
        &[Field::group()],
    )
    .of_group(&[])
    .answers(&[
        Field::text("GroupId", 48),
        Field::any_objects("MutedAccountList", &[Field::member(), Field::number("MutedUntil", 0, FOR_GOOD).required()]),
    ])
    .looks(|state, given| listed(state, given, "MutedAccountList", "MutedUntil")),
    Call::new(
        "group_open_http_svc/get_group_shutted_uin",
        "1047/34964, under its older name",
        "As `get_group_muted_account`, with the older names of fields.",
        &[Field::group()],
    )
    .of_group(&[])
    .answers(&[
        Field::text("GroupId", 48),
        Field::any_objects("ShuttedUinList", &[Field::member(), Field::number("ShuttedUntil", 0, FOR_GOOD).required()]),
    ])
    .looks(|state, given| listed(state, given, "ShuttedUinList", "ShuttedUntil")),
];

/// Mutes an account from now on, or unmutes it.
pub(super) fn mute(mutes: &mut BTreeMap<UserId, u64>, account: UserId, seconds: i64, now: Timestamp) {
    let for_good = u64::from(u32::MAX);
    match u64::try_from(seconds).unwrap_or_default() {
        0 => drop(mutes.remove(&account)),
        seconds => drop(mutes.insert(account, (now.as_seconds() + seconds).min(for_good))),
    }
}

fn forbid(state: &mut State, given: &CallBody<'_>) -> Answered {
    let seconds = given.number("MuteTime").or_else(|| given.number("ShutUpTime"));
    let seconds = seconds.ok_or_else(|| Refused::new(10_004, "`MuteTime` is missing"))?;
    let more = state.groups.entry(given.group()?).or_default().more_mut();
    for account in given.accounts("Members_Account") {
        mute(&mut more.mutes, account, seconds, given.now);
    }
    Ok(Reply::ok())
}

fn listed(state: &State, given: &CallBody<'_>, list: &'static str, until: &'static str) -> Answered {
    let id = given.group()?;
    let mutes = state.groups.get(&id).into_iter().flat_map(|group| &group.more().mutes);
    let rows = mutes.filter(|(_, end)| **end > given.now.as_seconds());
    let rows =
        rows.map(|(account, end)| Object(vec![("Member_Account", json!(account.as_str())), (until, json!(end))]));
    Ok(Reply::ok().with("GroupId", id.as_str()).with(list, rows.collect::<Vec<_>>()))
}
