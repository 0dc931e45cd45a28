//! `get_members` and `get_online_member_num`: the online list and the count.

use avmarks_spec::Limits;
use avmarks_spec::readings::{LowPlanList, PageSize, RefreshCount, RefreshList, Unhide};
use serde_json::{Value, json};

use super::body::{ListBody, read_count};
use super::group::Group;
use super::ids::{HIDE, is_group_id};
use super::policy::Policy;
use super::refusal::{Accepted, Refusal};
use super::{App, World};

/// A list as it was at some moment.
#[derive(Clone)]
pub(super) struct ListView {
    taken: u64,
    filter: Option<String>,
    /// How many members a pull may name in all.
    members_max: usize,
    /// Newest first.
    rows: Vec<Row>,
}

#[derive(Clone)]
struct Row {
    place: u64,
    account: String,
    joined: u64,
}

/// Answers a pull of the online list, from step 6 on.
pub(super) fn get_members(world: &mut World, caller: &str, body: &str) -> Result<Accepted, Refusal> {
    let World { app, policy, limits, groups, now, .. } = world;
    let body = ListBody::read(body, policy)?;
    let refuses_low_plans = policy.reading::<LowPlanList>() == LowPlanList::Refuse;
    let group = find(groups, &body.group, app, refuses_low_plans, caller)?;
    let view = list_view(group, body.mark.as_deref(), app, policy, limits, *now);

    // A cursor is the place of the last member shown, times 1,024, and how many were shown so far. Only members of
    // lower places come after it. 0 begins.
    let (place, listed) = match body.timestamp {
        0 => (u64::MAX, 0),
        cursor => (cursor / 1_024, cursor % 1_024),
    };
    let shown_before = usize::try_from(listed).unwrap_or(usize::MAX);
    // LIST-MAX: all pages together name at most 1,000.
    let to_come = view.members_max.saturating_sub(shown_before);
    let rest: Vec<&Row> = view.rows.iter().filter(|row| row.place < place).take(to_come).collect();

    // gap:page-size: pages of 500, or of 250.
    let page_size = if policy.reading::<PageSize>() == PageSize::TwoHundredFifty { 250 } else { 500 };
    let page: Vec<&Row> = rest.iter().copied().take(page_size).collect();
    let next = match page.last() {
        Some(last) if rest.len() > page.len() => last.place * 1_024 + listed + page.len() as u64,
        _ => 0,
    };

    // JoinTime is in seconds; names and pictures are not known.
    let item = |row: &&Row| {
        let seconds = row.joined / 1_000;
        json!({ "JoinTime": seconds, "Member_Account": row.account, "NickName": "", "Avatar": "" })
    };
    let answer = json!({
        "ActionStatus": "OK",
        "ErrorCode": 0,
        "ErrorInfo": "",
        "MemberList": page.iter().map(item).collect::<Vec<Value>>(),
        "NextTimestamp": next,
    });
    Ok(Accepted { answer, omitted: Vec::new() })
}

/// Answers a pull of the count, from step 6 on. The plan does not matter.
pub(super) fn get_online_member_num(world: &mut World, caller: &str, body: &str) -> Result<Accepted, Refusal> {
    let World { app, policy, groups, now, .. } = world;
    let id = read_count(body, policy)?;
    let group = find(groups, &id, app, false, caller)?;

    // All online members count, hidden ones too.
    let count_now = group.members.iter().filter(|member| member.is_online()).count();
    let count = match (count_age_max(policy), group.count_view) {
        // gap:refresh: at once.
        (None, _) => count_now,
        // gap:refresh, other readings: the last view, until it is 10 s or 40 s old.
        (Some(age_max), Some((taken, count))) if *now - taken < age_max => count,
        (Some(_), _) => {
            group.count_view = Some((*now, count_now));
            count_now
        }
    };
    let answer = json!({ "ActionStatus": "OK", "ErrorInfo": "", "ErrorCode": 0, "OnlineMemberNum": count });
    Ok(Accepted { answer, omitted: Vec::new() })
}

/// The group, or what refuses a pull.
fn find<'g>(
    groups: &'g mut [Group],
    id: &str,
    app: &App,
    needs_plan: bool,
    caller: &str,
) -> Result<&'g mut Group, Refusal> {
    // GROUP-ID: the group id is well formed.
    if !is_group_id(id) {
        return Err(Refusal::new(10015, "GROUP-ID"));
    }
    // GROUP-EXISTS: the group exists.
    let group = groups.iter_mut().find(|group| group.id == id);
    let group = group.ok_or(Refusal::new(10010, "GROUP-EXISTS"))?;
    // GROUP-TYPE: for these two calls the code is no gap.
    if !group.kind.has_marks() {
        return Err(Refusal::new(10007, "GROUP-TYPE"));
    }
    // PLAN: gap:low-plan-list, reading `refuse`, of the list alone.
    if needs_plan && !app.marks_supported {
        return Err(Refusal::new(10059, "PLAN"));
    }
    // SWITCH: for these two calls the code is no gap.
    if !app.online_list_enabled {
        return Err(Refusal::new(10007, "SWITCH"));
    }
    // PERMISSION: gap:rest-owner, reading `owner-too`; else step 4 has let only app admins through.
    if !app.is_admin(caller) && group.owner.as_deref() != Some(caller) {
        return Err(Refusal::new(10007, "PERMISSION"));
    }
    Ok(group)
}

/// The list that a pull shows, before it is cut into pages.
fn list_view(
    group: &mut Group,
    filter: Option<&str>,
    app: &App,
    policy: &Policy,
    limits: &Limits,
    now: u64,
) -> ListView {
    // gap:low-plan-list: on a plan without the feature the unfiltered list names the 30 latest.
    let is_low = filter.is_none() && !app.marks_supported;
    let members_max = if is_low { limits.low_plan_list_members_max } else { limits.list_members_max };
    let rows = rows(group, filter, policy);
    let mut view = ListView { taken: now, filter: filter.map(str::to_owned), members_max, rows };

    // gap:refresh: at once. Nothing is cut off yet, so that members who join between two pages push nobody out.
    let Some(age_max) = view_age_max(policy) else { return view };

    // gap:refresh, other readings: the last view of the same filter, until it is 10 s or 40 s old.
    let last = group.list_views.iter().find(|last| last.filter == view.filter);
    if let Some(fresh) = last.filter(|last| now - last.taken < age_max) {
        return fresh.clone();
    }
    view.rows.truncate(members_max);
    group.list_views.retain(|last| last.filter != view.filter);
    group.list_views.push(view.clone());
    view
}

/// Everybody whom the list may name, newest first (`gap:list-order`).
fn rows(group: &Group, filter: Option<&str>, policy: &Policy) -> Vec<Row> {
    let mut rows = Vec::new();
    for member in group.members.iter().rev() {
        let is_hidden = member.marks.contains(&HIDE);
        let is_shown = match filter {
            // HIDE-600: without a filter, online members without 600.
            None => member.is_online() && !is_hidden,
            // With a mark, its holders, hidden or not (gap:unhide; other reading: 600 alone shows the hidden). An
            // integer that is no mark shows nobody, for nobody holds it.
            Some(integer) => {
                let holds = integer.parse().is_ok_and(|mark| member.marks.contains(&mark));
                let unhides = policy.reading::<Unhide>() == Unhide::AnyMark || integer == "600";
                holds && (!is_hidden || unhides)
            }
        };
        if is_shown {
            rows.push(Row { place: member.place, account: member.account.clone(), joined: member.joined });
        }
    }
    rows
}

/// How old a view must be to be shown no more, in milliseconds; `None` when there are no views.
fn view_age_max(policy: &Policy) -> Option<u64> {
    match policy.reading() {
        RefreshList::TenSeconds => Some(10_000),
        RefreshList::FortySeconds => Some(40_000),
        _ => None,
    }
}

/// The same for a count.
fn count_age_max(policy: &Policy) -> Option<u64> {
    match policy.reading() {
        RefreshCount::TenSeconds => Some(10_000),
        _ => None,
    }
}
