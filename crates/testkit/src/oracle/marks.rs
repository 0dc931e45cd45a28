//! `modify_user_info`: steps 8 to 20, and what a call changes. `add_robots` and `del_robots` go the same way.

use std::collections::{BTreeMap, BTreeSet};

use avmarks_spec::readings::{AllFailedCode, Offline500, OverCapacity, PinRenewal, RobotDays, SpecialSlots};
use avmarks_spec::{Gap, Limits};
use serde_json::{Value, json};

use super::World;
use super::body::MarksBody;
use super::gates::{check_account, check_accounts_count, check_command, check_standing, find_group};
use super::group::Group;
use super::ids::{PIN, is_special, mark};
use super::policy::Policy;
use super::refusal::{Accepted, Omitted, Refusal};

/// An account, and marks of it in order.
pub(super) struct Entry {
    pub(super) account: String,
    pub(super) marks: Vec<u32>,
}

/// What becomes of a call: who is served with which marks, and what is left out.
#[derive(Default)]
pub(super) struct Outcome {
    served: Vec<Entry>,
    pub(super) omitted: Vec<Omitted>,
}

/// Answers a call, from step 6 on.
pub(super) fn modify_user_info(world: &mut World, caller: &str, body: &str) -> Result<Accepted, Refusal> {
    let body = MarksBody::read(body, &world.policy)?;
    let is_set = check_command(&body.command_type)?;
    let entries = preflight_entries(&body, is_set, &world.policy, &world.limits)?;
    let Outcome { served, omitted } = change_marks(world, caller, &body.group, is_set, entries)?;

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

/// Sets or deletes marks that passed the preflight: steps 12 to 20, and what the call changes.
pub(super) fn change_marks(
    world: &mut World,
    caller: &str,
    group: &str,
    is_set: bool,
    entries: Vec<Entry>,
) -> Result<Outcome, Refusal> {
    let World { app, policy, limits, groups, now, .. } = world;
    let group = find_group(groups, group)?;
    check_standing(app, policy, group, caller)?;
    // Step 18. SPECIAL-ADMIN: marks 500 and 600 are for app admins alone, in a set and in a delete.
    if !app.is_admin(caller) && entries.iter().any(|entry| entry.marks.iter().any(|mark| is_special(*mark))) {
        return Err(Refusal::new(10007, "SPECIAL-ADMIN"));
    }

    let entries = merge(entries);
    let outcome = if is_set { decide_set(group, &entries, policy, limits)? } else { decide_delete(group, &entries) };

    // Step 20. ALL-FAILED: no account of the call could be served.
    if outcome.served.is_empty() {
        let code = if policy.reading(Gap::AllFailedCode, AllFailedCode::from_name) == AllFailedCode::UnknownUser {
            10019
        } else {
            10004
        };
        return Err(Refusal { code, because: "ALL-FAILED", omitted: outcome.omitted });
    }

    for entry in &outcome.served {
        if is_set {
            apply_set(group, entry, *now, policy, limits);
        } else {
            apply_delete(group, entry);
        }
    }
    Ok(outcome)
}

/// Steps 9 to 11: what the entries themselves tell.
fn preflight_entries(body: &MarksBody, is_set: bool, policy: &Policy, limits: &Limits) -> Result<Vec<Entry>, Refusal> {
    // Step 9. ACCOUNTS-MAX: at most 500 entries as sent.
    check_accounts_count(body.entries.len(), policy, limits)?;

    // Step 10, entry by entry.
    let mut entries = Vec::new();
    for entry in &body.entries {
        // ACCOUNT-ID: the account is a well-formed user id.
        check_account(&entry.account, policy)?;
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

/// Whether an account may take a mark, as the group was before the call (`gap:offline-500`).
fn may_take(group: &Group, account: &str, mark: u32, policy: &Policy) -> bool {
    let reading = policy.reading(Gap::Offline500, Offline500::from_name);
    match group.member(account) {
        // A member or robot that is online may take every mark.
        Some(member) if member.is_online() => true,
        // A disconnected member may take 500 and nothing else; under `nobody-offline` not even that.
        Some(_) => mark == PIN && reading != Offline500::NobodyOffline,
        // An account that never joined may take 500 and nothing else; under the two other readings not even that.
        None => mark == PIN && reading == Offline500::Anyone,
    }
}

/// A set (`CommandType` 1), on the state as it was before the call.
fn decide_set(group: &Group, entries: &[Entry], policy: &Policy, limits: &Limits) -> Result<Outcome, Refusal> {
    // Step 19. MARKS-PER-GROUP: the custom marks that anyone holds, united with those that some account of this call
    // may take, number at most 10 (gap:eleventh, gap:slots). 500 and 600 take no place (gap:special-slots).
    let specials_count = policy.reading(Gap::SpecialSlots, SpecialSlots::from_name) == SpecialSlots::Count;
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
            // ONLINE-ONLY: a mark is set on who is online only, mark 500 excepted.
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
    if is_over && policy.reading(Gap::OverCapacity, OverCapacity::from_name) == OverCapacity::RefuseCall {
        return Err(Refusal::new(10004, "MEMBERS-PER-MARK"));
    }
    Ok(outcome)
}

/// A delete (`CommandType` 2): who is online, member or robot, loses the marks named, and one that it did not hold
/// succeeds anyway (`gap:delete-unset`). Offline members and strangers are left out.
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
    // Who is served and is not in the group has taken 500: it becomes a robot.
    if group.member(&entry.account).is_none() {
        group.add_robot(&entry.account, now);
    }
    let Some(member) = group.member_mut(&entry.account) else { return };
    for mark in &entry.marks {
        let held_before = !member.marks.insert(*mark);
        if *mark != PIN {
            continue;
        }
        // gap:pin-renewal: taking 500 again starts its days anew; under the other reading the first moment stays.
        if held_before && policy.reading(Gap::PinRenewal, PinRenewal::from_name) == PinRenewal::KeepFirst {
            continue;
        }
        // PIN-500: three days from now. gap:robot-days, other reading: a robot that takes 500 gets no end.
        let is_endless =
            member.robot && policy.reading(Gap::RobotDays, RobotDays::from_name) == RobotDays::UntilDeleted;
        let end = u128::from(now) + limits.pin_duration_max.as_millis();
        member.pin_end = if is_endless { None } else { Some(end) };
    }
}

fn apply_delete(group: &mut Group, entry: &Entry) {
    for mark in &entry.marks {
        // Deleting 500 ends the pin as its expiry does: who is disconnected goes offline and loses every mark, and a
        // robot is gone.
        if *mark == PIN {
            group.end_pin(&entry.account);
        } else if let Some(member) = group.member_mut(&entry.account) {
            member.marks.remove(mark);
        }
    }
}
