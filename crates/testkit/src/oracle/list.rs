//! `get_members`: the online list.

use avmarks_spec::readings::{ListMarks, LowPlanList, PageSize, RefreshList, SwitchList, Unhide};
use avmarks_spec::{Gap, Limits};
use serde_json::{Value, json};

use super::body::ListBody;
use super::gates::{check_operator, find_group};
use super::group::{Group, ListView, Row};
use super::ids::HIDE;
use super::policy::Policy;
use super::refusal::{Accepted, Refusal};
use super::{App, World};

/// Answers a pull of the online list, from step 6 on.
pub(super) fn get_members(world: &mut World, caller: &str, body: &str) -> Result<Accepted, Refusal> {
    let World { app, policy, limits, groups, now, .. } = world;
    let body = ListBody::read(body, policy)?;
    let group = find_group(groups, &body.group)?;
    check_pull(app, policy, group, caller)?;
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
    let page_size =
        if policy.reading(Gap::PageSize, PageSize::from_name) == PageSize::TwoHundredFifty { 250 } else { 500 };
    let page: Vec<&Row> = rest.iter().copied().take(page_size).collect();
    let next = match page.last() {
        Some(last) if rest.len() > page.len() => last.place * 1_024 + listed + page.len() as u64,
        _ => 0,
    };

    // gap:list-marks: an item has no `Marks`; under the other reading it has them, also if there are none.
    let shows_marks = policy.reading(Gap::ListMarks, ListMarks::from_name) == ListMarks::Present;
    let answer = json!({
        "ActionStatus": "OK",
        "ErrorCode": 0,
        "ErrorInfo": "",
        "MemberList": page.iter().map(|row| item(row, shows_marks)).collect::<Vec<Value>>(),
        "NextTimestamp": next,
    });
    Ok(Accepted { answer, omitted: Vec::new() })
}

/// An item of the list. `JoinTime` is in seconds, rounded down; names and pictures are not known.
fn item(row: &Row, shows_marks: bool) -> Value {
    let seconds = row.joined / 1_000;
    if shows_marks {
        json!({
            "JoinTime": seconds,
            "Member_Account": row.account,
            "NickName": "",
            "Avatar": "",
            "Marks": row.marks,
        })
    } else {
        json!({ "JoinTime": seconds, "Member_Account": row.account, "NickName": "", "Avatar": "" })
    }
}

/// Steps 14 to 17 of a pull. The code of `GROUP-TYPE` and of `SWITCH` is 10007, whatever `gap:wrong-type-code` and
/// `gap:switch-code` say.
fn check_pull(app: &App, policy: &Policy, group: &Group, caller: &str) -> Result<(), Refusal> {
    // GROUP-TYPE: only an AVChatRoom has an online list.
    if !group.kind.has_marks() {
        return Err(Refusal::new(10007, "GROUP-TYPE"));
    }
    // PLAN: gap:low-plan-list, reading `refuse`.
    if !app.marks_supported && policy.reading(Gap::LowPlanList, LowPlanList::from_name) == LowPlanList::Refuse {
        return Err(Refusal::new(10059, "PLAN"));
    }
    // SWITCH: gap:switch-list, default reading.
    if !app.online_list_enabled && policy.reading(Gap::SwitchList, SwitchList::from_name) == SwitchList::Refuse {
        return Err(Refusal::new(10007, "SWITCH"));
    }
    check_operator(app, group, caller)
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
    // gap:low-plan-list and gap:switch-list, readings `30`: on a plan without the feature, and with the switch off, the
    // 30 latest, with a filter too.
    let is_cut = !app.marks_supported || !app.online_list_enabled;
    let members_max = if is_cut { limits.low_plan_list_members_max } else { limits.list_members_max };
    let rows = rows(group, filter, policy);
    let view = ListView { taken: now, filter: filter.map(str::to_owned), members_max, rows };

    // gap:refresh-list: the state of this moment. Nothing is cut off, also of a view that is kept, so that members who join
    // between two pages push nobody out.
    let Some(age_max) = view_age_max(policy) else { return view };

    // gap:refresh-list, other readings: the last view of the same filter, until it is 10 s or 40 s old.
    let last = group.list_views.iter().find(|last| last.filter == view.filter);
    if let Some(fresh) = last.filter(|last| now - last.taken < age_max) {
        return fresh.clone();
    }
    group.list_views.retain(|last| last.filter != view.filter);
    group.list_views.push(view.clone());
    view
}

/// Everybody whom the list may name, newest first (`gap:list-order`).
fn rows(group: &Group, filter: Option<&str>, policy: &Policy) -> Vec<Row> {
    let mut rows = Vec::new();
    for member in group.online().into_iter().rev() {
        let is_hidden = member.marks.contains(&HIDE);
        let is_shown = match filter {
            // HIDE-600: without a filter, those without 600.
            None => !is_hidden,
            // With a mark, its holders, hidden or not (gap:unhide; other reading: 600 alone shows the hidden). An
            // integer that is not a mark shows nobody, because nobody holds it.
            Some(integer) => {
                let holds = integer.parse().is_ok_and(|mark| member.marks.contains(&mark));
                let unhides = policy.reading(Gap::Unhide, Unhide::from_name) == Unhide::AnyMark || integer == "600";
                holds && (!is_hidden || unhides)
            }
        };
        if is_shown {
            let marks = member.marks.iter().copied().collect();
            rows.push(Row { place: member.place, account: member.account.clone(), joined: member.joined, marks });
        }
    }
    rows
}

/// How old a view of the list must be to be shown no more, in milliseconds; `None` if each pull shows its moment.
pub(super) fn view_age_max(policy: &Policy) -> Option<u64> {
    match policy.reading(Gap::RefreshList, RefreshList::from_name) {
        RefreshList::TenSeconds => Some(10_000),
        RefreshList::FortySeconds => Some(40_000),
        _ => None,
    }
}
