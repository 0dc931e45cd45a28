//! `modify_user_info`: steps 8 to 20, and what a call changes.

use std::collections::{BTreeMap, BTreeSet};

use avmarks_spec::Limits;
use avmarks_spec::readings::{
    AllFailedCode, Offline500, OverCapacity, PinRenewal, SpecialSlots, SwitchCode, TooManyCode, WrongTypeCode,
};
use serde_json::{Value, json};

use super::body::MarksBody;
use super::group::Group;
use super::ids::{PIN, is_account_id, is_group_id, is_special, mark};
use super::policy::Policy;
use super::refusal::{Accepted, Omitted, Refusal};
use super::{App, World};

/// An account, and marks of it in order.
struct Entry {
    account: String,
    marks: Vec<u32>,
}

/// What becomes of a call: who is served with which marks, and what is left out.
#[derive(Default)]
struct Outcome {
    served: Vec<Entry>,
    omitted: Vec<Omitted>,
}

/// Answers a call, from step 6 on.
pub(super) fn modify_user_info(world: &mut World, caller: &str, body: &str) -> Result<Accepted, Refusal> {
    let World { app, policy, limits, groups, now, .. } = world;

    let body = MarksBody::read(body, policy)?;
    let is_set = preflight_command(&body)?;
    let entries = preflight_entries(&body, is_set, policy, limits)?;

    // Step 12. GROUP-ID: the group id is well formed.
    if !is_group_id(&body.group) {
        return Err(Refusal::new(10015, "GROUP-ID"));
    }
    // Step 13. GROUP-EXISTS: the group exists.
    let group = groups.iter_mut().find(|group| group.id == body.group);
    let group = group.ok_or(Refusal::new(10010, "GROUP-EXISTS"))?;
    check_standing(app, policy, group, caller)?;
    // Step 18. SPECIAL-ADMIN: marks 500 and 600 are for app admins alone, in a set and in a delete.
    if !app.is_admin(caller) && entries.iter().any(|entry| entry.marks.iter().any(|mark| is_special(*mark))) {
        return Err(Refusal::new(10007, "SPECIAL-ADMIN"));
    }

    let entries = merge(entries);
    let Outcome { served, omitted } =
        if is_set { decide_set(group, &entries, policy, limits)? } else { decide_delete(group, &entries) };

    // Step 20. ALL-FAILED: no account of the call could be served.
    if served.is_empty() {
        let code = if policy.reading::<AllFailedCode>() == AllFailedCode::UnknownUser { 10019 } else { 10004 };
        return Err(Refusal { code, because: "ALL-FAILED", omitted });
    }

    for entry in &served {
        if is_set {
            apply_set(group, entry, *now, policy, limits);
        } else {
            apply_delete(group, entry);
        }
    }

    let list = |entry: &Entry| json!({ "Member_Account": entry.account, "Marks": entry.marks });
    let answer = json!({
        "ActionStatus": "OK",
        "ErrorCode": 0,
        "ErrorInfo": "",
        "CommandType": if is_set { 1 } else { 2 },
        "MemberList": served.iter().map(list).collect::<Vec<Value>>(),
    });
    Ok(Accepted { answer, omitted })
}

/// Step 8. `COMMAND-TYPE`: 1 is set, 2 is delete.
fn preflight_command(body: &MarksBody) -> Result<bool, Refusal> {
    match body.command_type.as_str() {
        "1" => Ok(true),
        "2" => Ok(false),
        _ => Err(Refusal::new(10004, "COMMAND-TYPE")),
    }
}

/// Steps 9 to 11: what the entries themselves tell.
fn preflight_entries(body: &MarksBody, is_set: bool, policy: &Policy, limits: &Limits) -> Result<Vec<Entry>, Refusal> {
    // Step 9. ACCOUNTS-MAX: at most 500 entries as sent. An empty list is REQUIRED.
    if body.entries.len() > limits.accounts_per_call_max {
        let code = if policy.reading::<TooManyCode>() == TooManyCode::InvalidParameter { 10004 } else { 10005 };
        return Err(Refusal::new(code, "ACCOUNTS-MAX"));
    }
    if body.entries.is_empty() {
        return Err(Refusal::new(10004, "REQUIRED"));
    }

    // Step 10, entry by entry.
    let mut entries = Vec::new();
    for entry in &body.entries {
        // ACCOUNT-ID: the account is a well-formed user id.
        if !is_account_id(&entry.account, policy) {
            return Err(Refusal::new(10004, "ACCOUNT-ID"));
        }
        // REQUIRED: an entry names a mark.
        if entry.marks.is_empty() {
            return Err(Refusal::new(10004, "REQUIRED"));
        }
        // MARK-RANGE: a mark is at least 1,000, or special.
        let mut marks = Vec::new();
        for integer in &entry.marks {
            marks.push(mark(integer).ok_or(Refusal::new(10004, "MARK-RANGE"))?);
        }
        entries.push(Entry { account: entry.account.clone(), marks });
    }

    // Step 11. MARKS-PER-GROUP: a set names at most 10 different custom marks.
    let mut named: BTreeSet<u32> = BTreeSet::new();
    named.extend(entries.iter().flat_map(|entry| &entry.marks).filter(|mark| !is_special(**mark)));
    if is_set && named.len() > limits.marks_per_group_max {
        return Err(Refusal::new(10004, "MARKS-PER-GROUP"));
    }
    Ok(entries)
}

/// Steps 14 to 17: the group, the app and the operator.
fn check_standing(app: &App, policy: &Policy, group: &Group, caller: &str) -> Result<(), Refusal> {
    // Step 14. GROUP-TYPE: only an AVChatRoom has marks.
    if !group.kind.has_marks() {
        let code = if policy.reading::<WrongTypeCode>() == WrongTypeCode::InvalidParameter { 10004 } else { 10007 };
        return Err(Refusal::new(code, "GROUP-TYPE"));
    }
    // Step 15. PLAN: the app's plan includes the feature (gap:plan-code has one reading).
    if !app.marks_supported {
        return Err(Refusal::new(10059, "PLAN"));
    }
    // Step 16. SWITCH: the online-member-list feature is switched on.
    if !app.online_list_enabled {
        let code = if policy.reading::<SwitchCode>() == SwitchCode::HigherPlan { 10059 } else { 10007 };
        return Err(Refusal::new(code, "SWITCH"));
    }
    // Step 17. PERMISSION: the operator is an app admin or the group's owner.
    if !app.is_admin(caller) && group.owner.as_deref() != Some(caller) {
        return Err(Refusal::new(10007, "PERMISSION"));
    }
    Ok(())
}

/// Entries of one account become one, at the place of the first, its marks united in order of first mention
/// (`gap:duplicates`).
fn merge(entries: Vec<Entry>) -> Vec<Entry> {
    let mut merged: Vec<Entry> = Vec::new();
    for entry in entries {
        if !merged.iter().any(|known| known.account == entry.account) {
            merged.push(Entry { account: entry.account.clone(), marks: Vec::new() });
        }
        for known in merged.iter_mut().filter(|known| known.account == entry.account) {
            for mark in &entry.marks {
                if !known.marks.contains(mark) {
                    known.marks.push(*mark);
                }
            }
        }
    }
    merged
}

/// Whether an account may take a mark, as the group was before the call.
fn may_take(group: &Group, account: &str, mark: u32, policy: &Policy) -> bool {
    match group.member(account) {
        // An account that is no member takes nothing.
        None => false,
        // A member that is online may take every mark.
        Some(member) if member.is_online() => true,
        // A member that is offline may take 500 and nothing else (gap:offline-500; other reading: not even that).
        Some(_) => mark == PIN && policy.reading::<Offline500>() == Offline500::MemberMay,
    }
}

/// A set (`CommandType` 1), on the state as it was before the call.
fn decide_set(group: &Group, entries: &[Entry], policy: &Policy, limits: &Limits) -> Result<Outcome, Refusal> {
    // Step 19. MARKS-PER-GROUP: the custom marks that anyone holds, united with those that some account of this call
    // may take, number at most 10 (gap:eleventh, gap:slots). 500 and 600 take no place (gap:special-slots).
    let specials_count = policy.reading::<SpecialSlots>() == SpecialSlots::Count;
    let mut places: BTreeSet<u32> = BTreeSet::new();
    for member in &group.members {
        places.extend(&member.marks);
    }
    for entry in entries {
        places.extend(entry.marks.iter().filter(|mark| may_take(group, &entry.account, **mark, policy)));
    }
    places.retain(|mark| specials_count || !is_special(*mark));
    if places.len() > limits.marks_per_group_max {
        return Err(Refusal::new(10004, "MARKS-PER-GROUP"));
    }

    // MEMBERS-PER-MARK, in request order: a mark already held succeeds and counts once; else it is taken if the mark
    // has fewer than 1,000 holders, else left out.
    let mut holders: BTreeMap<u32, usize> = BTreeMap::new();
    let mut outcome = Outcome::default();
    for entry in entries {
        let mut marks = Vec::new();
        for mark in &entry.marks {
            let leave_out = |because| Omitted { account: entry.account.clone(), mark: *mark, because };
            // ONLINE-ONLY: a mark is set on online members only, mark 500 excepted.
            if !may_take(group, &entry.account, *mark, policy) {
                outcome.omitted.push(leave_out("ONLINE-ONLY"));
                continue;
            }
            let holds = group.member(&entry.account).is_some_and(|member| member.marks.contains(mark));
            let count = holders.entry(*mark).or_insert_with(|| group.holders(*mark));
            if holds {
                marks.push(*mark);
            } else if *count < limits.members_per_mark_max {
                *count += 1;
                marks.push(*mark);
            } else {
                outcome.omitted.push(leave_out("MEMBERS-PER-MARK"));
            }
        }
        if !marks.is_empty() {
            outcome.served.push(Entry { account: entry.account.clone(), marks });
        }
    }

    // gap:over-capacity, other reading: a mark over its capacity refuses the whole call.
    let is_over = outcome.omitted.iter().any(|omitted| omitted.because == "MEMBERS-PER-MARK");
    if is_over && policy.reading::<OverCapacity>() == OverCapacity::RefuseCall {
        return Err(Refusal::new(10004, "MEMBERS-PER-MARK"));
    }
    Ok(outcome)
}

/// A delete (`CommandType` 2): an online member loses the marks named, and one that it did not hold succeeds all the
/// same (`gap:delete-unset`). Offline members and strangers are left out.
fn decide_delete(group: &Group, entries: &[Entry]) -> Outcome {
    let mut outcome = Outcome::default();
    for entry in entries {
        if group.member(&entry.account).is_some_and(|member| member.is_online()) {
            outcome.served.push(Entry { account: entry.account.clone(), marks: entry.marks.clone() });
        } else {
            for mark in &entry.marks {
                let account = entry.account.clone();
                outcome.omitted.push(Omitted { account, mark: *mark, because: "ONLINE-ONLY" });
            }
        }
    }
    outcome
}

fn apply_set(group: &mut Group, entry: &Entry, now: u64, policy: &Policy, limits: &Limits) {
    let Some(member) = group.member_mut(&entry.account) else { return };
    for mark in &entry.marks {
        member.marks.insert(*mark);
        // PIN-500: taking 500 starts three days; taking it again starts them anew (gap:pin-renewal; other reading: the
        // first moment stays).
        let keeps = policy.reading::<PinRenewal>() == PinRenewal::KeepFirst && member.pin_end.is_some();
        if *mark == PIN && !keeps {
            member.pin_end = Some(u128::from(now) + limits.pin_duration_max.as_millis());
        }
    }
}

fn apply_delete(group: &mut Group, entry: &Entry) {
    let Some(member) = group.member_mut(&entry.account) else { return };
    for mark in &entry.marks {
        // Deleting 500 ends the pin as its expiry does: who is disconnected goes offline, and loses every mark.
        if *mark == PIN {
            member.end_pin();
        } else {
            member.marks.remove(mark);
        }
    }
}
