//! Banned accounts: out of the group, and not let in again until the ban ends (1047/50296).
//!
//! The newest pages have these calls for every type, the older ones for audio-video groups alone; the newest are followed. Their own
//! switch in the console is taken as on.

use serde_json::json;

use super::answer::{Object, Reply};
use super::body::CallBody;
use super::call::{Answered, Call};
use super::field::Field;
use super::members::removed;
use crate::state::State;
use crate::webhooks::Initiator;

/// Accounts of one call. Source: 1047/50296, request fields.
const ACCOUNTS_MAX: usize = 20;
/// Banned accounts of a page. Source: 1047/50295, request fields.
const PAGE_MAX: i64 = 100;
/// Bytes of a reason. Source: 1047/50296, request fields.
const DESCRIPTION_BYTES_MAX: usize = 1_000;

pub(super) const CALLS: &[Call] = &[
    Call::new(
        "group_open_http_svc/ban_group_member",
        "1047/50296; the code without the plan is ours, by the counters",
        "Removes up to 20 accounts from a group, and keeps them out for so many seconds.",
        &[
            Field::group(),
            Field::accounts("Members_Account", ACCOUNTS_MAX).required(),
            Field::number("Duration", 1, u32::MAX as i64).required(),
            Field::text("Description", DESCRIPTION_BYTES_MAX),
        ],
    )
    .of_group(&[])
    .needs_plan()
    .runs(ban),
    Call::new(
        "group_open_http_svc/unban_group_member",
        "1047/50297; the code without the plan is ours, by the counters",
        "Ends the bans of up to 20 accounts.",
        &[Field::group(), Field::accounts("Members_Account", ACCOUNTS_MAX).required()],
    )
    .of_group(&[])
    .needs_plan()
    .runs(unban),
    Call::new(
        "group_open_http_svc/get_group_ban_member",
        "1047/50295; the code without the plan is ours, by the counters",
        "Lists the banned accounts of a group; `NextOffset` is 0 behind the last.",
        &[Field::group(), Field::number("Limit", 0, PAGE_MAX), Field::number("Offset", 0, u32::MAX as i64)],
    )
    .of_group(&[])
    .needs_plan()
    .answers(&[
        Field::any_objects("BannedAccountList", &[Field::member(), Field::count("BannedUntil").required()]),
        Field::count("NextOffset"),
    ])
    .looks(banned),
];

fn ban(state: &mut State, given: &CallBody<'_>) -> Answered {
    let (id, accounts) = (given.group()?, given.accounts("Members_Account"));
    let seconds = given.number::<u64>("Duration").unwrap_or_default();
    let until = given.now.as_seconds() + seconds;
    let more = state.groups.entry(id).or_default().more_mut();
    more.bans.extend(accounts.iter().map(|account| (*account, until)));
    Ok(Reply::ok().and(removed(state, id, &accounts, given.now), Initiator::Admin))
}

fn unban(state: &mut State, given: &CallBody<'_>) -> Answered {
    let more = state.groups.entry(given.group()?).or_default().more_mut();
    for account in given.accounts("Members_Account") {
        more.bans.remove(&account);
    }
    Ok(Reply::ok())
}

fn banned(state: &State, given: &CallBody<'_>) -> Answered {
    let bans = state.groups.get(&given.group()?).into_iter().flat_map(|group| &group.more().bans);
    let bans: Vec<_> = bans.filter(|(_, until)| **until > given.now.as_seconds()).collect();
    let (passed, limit) =
        (given.number("Offset").unwrap_or_default(), given.number("Limit").filter(|limit| *limit > 0));
    let page = bans.iter().skip(passed).take(limit.unwrap_or(PAGE_MAX as usize));
    let row = |(account, until): &(&avmarks_spec::UserId, &u64)| {
        Object(vec![("Member_Account", json!(account.as_str())), ("BannedUntil", json!(until))])
    };
    let page: Vec<_> = page.map(row).collect();
    let seen = passed.saturating_add(page.len());
    let next = if seen < bans.len() { seen } else { 0 };
    Ok(Reply::ok().with("BannedAccountList", page).with("NextOffset", next))
}
