//! **The one file that may refuse a call.** A comment above each check states the rule and its clause. The checks are in the order of
//! precedence: steps 13 to 20. The steps before need no group and belong to `avmarks-service`.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use avmarks_spec::readings::{
    CountTypes, LowPlanList, Offline500, OverCapacity, PinRenewal, RestOwner, RobotDays, SpecialSlots, SwitchList,
};
use avmarks_spec::{Clause, Gap, Limits, Mark, Timestamp, UserId};

use crate::call::MarkCall;
use crate::decision::Reasons;
use crate::decision::{Decision, Omission, Refused};
use crate::input::{Command, Entry, Operator, ReadCall};
use crate::refusal::Refusal;
use crate::room::{Connection, LOOKUP_BATCH, MarkChanges, MarkSet, View};
use crate::room::{Room, Transition};
use crate::scratch::Scratch;
use crate::tally::{AddHolderResult, MarkTally};
use crate::terms::Terms;

impl Room {
    /// Evaluates `call` at the time `at`: what the service answers, and why. Changes nothing; [`Room::apply`] applies the transition.
    ///
    /// An `at` before the latest time seen counts as the latest time seen (`gap:clock`).
    pub fn decide(&self, call: &MarkCall, terms: &Terms, at: Timestamp) -> Decision {
        self.decide_with(call, terms, at, &mut Scratch::default())
    }

    /// The same as [`Room::decide`], with the buffers of `scratch`; [`Scratch::recycle_transition`] returns them.
    #[doc(hidden)]
    pub fn decide_with(&self, call: &MarkCall, terms: &Terms, at: Timestamp, scratch: &mut Scratch) -> Decision {
        let view = View::new(self, at);
        let mut refused = mark_refusals(Some(self), terms, call.operator(), call.names_special());
        let (mut omitted, mut gaps, mut transition) = (Vec::new(), Vec::new(), Transition::time(&view));
        if self.kind().has_marks() {
            let evaluation = evaluate(&view, terms, call, scratch);
            let is_permitted = refused.is_empty();
            refused.extend(outcome_refusals(terms, &evaluation));
            // If steps 13 to 18 refuse the call, its accounts are irrelevant: no omissions, and no gaps from them.
            if is_permitted {
                (omitted, gaps) = (evaluation.omitted, evaluation.gaps);
            }
            match refused.first().map(|refused| refused.refusal) {
                None => {
                    gaps.push(Gap::Echo);
                    transition = Transition::marks(&view, evaluation.changes);
                }
                // `ALL-FAILED` keeps the omissions and their gaps: they are the reason for the refusal.
                Some(Refusal::AllFailed) => {}
                // A limit refuses the call. Nothing is omitted then, and only gaps that affect the counts are reasons.
                Some(_) => {
                    omitted.clear();
                    let count_gaps = [Gap::Duplicates, Gap::Offline500, Gap::SpecialSlots];
                    gaps.retain(|gap| count_gaps.contains(gap));
                }
            }
        }
        let mut reasons = Reasons::default();
        refused.first().into_iter().for_each(|refused| reasons.refusal(refused.refusal));
        omitted.iter().for_each(|omission| reasons.clause(omission.because));
        if refused.is_empty() {
            // Every served account is online (`ONLINE-ONLY`), and the answer repeats the requested marks (`gap:echo`).
            reasons.clause(Clause::OnlineOnly);
        }
        gaps.into_iter().for_each(|gap| reasons.gap(gap));
        decision(&view, at, refused, reasons, omitted, transition)
    }

    /// Evaluates a call that sets or deletes administrators at the time `at`. Changes nothing, like [`Room::decide`]. A repeated account
    /// counts once (`gap:duplicates`).
    pub fn decide_admins(
        &self,
        command: Command,
        operator: Operator,
        accounts: &[UserId],
        terms: &Terms,
        at: Timestamp,
    ) -> Decision {
        let view = View::new(self, at);
        let mut refused = admin_refusals(Some(self), terms, operator);
        let mut seen = BTreeSet::new();
        let named: Vec<_> = accounts.iter().filter(|account| seen.insert(**account)).collect();
        let is_admin = |account| self.admins().contains(account);
        let (admins, has_no_op): (Vec<_>, _) = match command {
            Command::Set => {
                let new = named.iter().copied().filter(|account| !is_admin(account));
                (self.admins().iter().chain(new).copied().collect(), accounts.iter().any(is_admin))
            }
            Command::Delete => {
                let left = self.admins().iter().filter(|admin| !named.contains(admin));
                (left.copied().collect(), !accounts.iter().all(is_admin))
            }
        };
        // 19. A group has at most five administrators. A call that would exceed this is refused as a whole (`gap:sixth-admin`).
        if command == Command::Set && admins.len() > terms.limits.group_admins_max {
            refused.push(Refused { refusal: Refusal::SixthAdmin, count: Some(admins.len()), mark: None });
        }
        let mut reasons = Reasons::default();
        let mut transition = Transition::time(&view);
        match refused.first() {
            Some(refused) => reasons.refusal(refused.refusal),
            None => {
                transition = Transition::admins(&view, admins);
                // It succeeds to set an account that is an administrator, or to delete one that is not (`gap:admin-unset`).
                if has_no_op {
                    reasons.gap(Gap::AdminUnset);
                }
                if named.len() < accounts.len() {
                    reasons.gap(Gap::Duplicates);
                }
            }
        }
        decision(&view, at, refused, reasons, Vec::new(), transition)
    }
}

/// Assembles a decision. Adds the reasons that do not depend on the kind of call.
fn decision(
    view: &View<'_>,
    at: Timestamp,
    refusals: Vec<Refused>,
    mut reasons: Reasons,
    omitted: Vec<Omission>,
    transition: Transition,
) -> Decision {
    if refusals.len() > 1 {
        reasons.gap(Gap::Precedence);
    }
    if at < view.now() {
        reasons.gap(Gap::Clock);
    }
    Decision { refusals, because: reasons.into_vec(), omitted, transition }
}

/// The refusals of steps 13 to 18 for a call that sets or deletes marks. `names_special` is true if the call names 500 or 600. If `room`
/// is `None`, checks that need a group are skipped.
#[must_use]
pub fn mark_refusals(room: Option<&Room>, terms: &Terms, operator: Operator, names_special: bool) -> Vec<Refused> {
    let mut found = feature_refusals(room, terms);
    // 17. PERMISSION: the operator must be an app admin or the owner of the group.
    if room.is_some_and(|room| !may_operate(room, operator)) {
        found.push(Refusal::Permission.into());
    }
    // 18. SPECIAL-ADMIN: only app admins may set or delete 500 and 600.
    if operator != Operator::Admin && names_special {
        found.push(Refusal::SpecialAdmin.into());
    }
    found
}

/// The refusals of steps 13 to 17 for a call that sets or deletes administrators.
#[must_use]
pub fn admin_refusals(room: Option<&Room>, terms: &Terms, operator: Operator) -> Vec<Refused> {
    let mut found = feature_refusals(room, terms);
    // 17. PERMISSION: only app admins may set or delete administrators.
    if operator != Operator::Admin {
        found.push(Refusal::Permission.into());
    }
    found
}

/// Steps 13 to 16: the group must exist and be an AVChatRoom, and the app must have the feature.
fn feature_refusals(room: Option<&Room>, terms: &Terms) -> Vec<Refused> {
    let mut found = Vec::new();
    // 13. GROUP-EXISTS: the group must exist.
    if room.is_none() {
        found.push(Refusal::GroupExists.into());
    }
    // 14. GROUP-TYPE: only an AVChatRoom has marks.
    if room.is_some_and(|room| !room.kind().has_marks()) {
        found.push(Refusal::GroupType.into());
    }
    // 15. PLAN: the app's plan must include the feature.
    if !terms.marks_supported {
        found.push(Refusal::Plan.into());
    }
    // 16. SWITCH: the list of online members must be switched on.
    if !terms.online_list_enabled {
        found.push(Refusal::Switch.into());
    }
    found
}

/// The refusals of steps 13 to 17 for a call that changes nothing, in the order of precedence: those of steps 13 to 16 that apply to it,
/// and `PERMISSION` if `gap:rest-owner` lets owners call.
#[must_use]
pub fn read_refusals(room: Option<&Room>, terms: &Terms, operator: Operator, call: ReadCall) -> Vec<Refused> {
    let policy = &terms.policy;
    let mut found = match call {
        ReadCall::List | ReadCall::Count => {
            room.is_none().then_some(Refusal::GroupExists.into()).into_iter().collect::<Vec<_>>()
        }
        ReadCall::Check | ReadCall::AdminList => feature_refusals(room, terms),
    };
    let is_other_type = room.is_some_and(|room| !room.kind().has_marks());
    match call {
        ReadCall::List => {
            // 14. GROUP-TYPE: only an AVChatRoom has an online list.
            if is_other_type {
                found.push(Refusal::ListType.into());
            }
            // 15. PLAN, if the list needs it (`gap:low-plan-list`).
            if !terms.marks_supported && policy.low_plan_list == LowPlanList::Refuse {
                found.push(Refusal::ListPlan.into());
            }
            // 16. SWITCH, if the list needs it (`gap:switch-list`).
            if !terms.online_list_enabled && policy.switch_list == SwitchList::Refuse {
                found.push(Refusal::ListSwitch.into());
            }
        }
        // 14. The count is served for every type, or only for an AVChatRoom (`gap:count-types`). It needs neither PLAN nor SWITCH.
        ReadCall::Count if is_other_type && policy.count_types == CountTypes::AvChatRoomOnly => {
            found.push(Refusal::CountType.into());
        }
        ReadCall::Count | ReadCall::Check | ReadCall::AdminList => {}
    }
    // 17. PERMISSION, if step 4 admits callers that are not app admins (`gap:rest-owner`).
    if policy.rest_owner == RestOwner::OwnerToo && room.is_some_and(|room| !may_operate(room, operator)) {
        found.push(Refusal::Permission.into());
    }
    found
}

/// Whether the operator is an app admin or the owner of the group. Administrators of the group have no permission.
fn may_operate(room: &Room, operator: Operator) -> bool {
    match operator {
        Operator::Admin => true,
        Operator::User(user) => room.owner() == Some(user),
        Operator::Invalid => false,
    }
}

/// Steps 19 and 20, which depend on the accounts of the call.
fn outcome_refusals(terms: &Terms, evaluation: &Evaluation) -> Vec<Refused> {
    let mut found = Vec::new();
    // 19. MARKS-PER-GROUP: a group has at most 10 different marks. A call that would exceed this is refused as a whole (`gap:eleventh`).
    if evaluation.marks_in_group > terms.limits.marks_per_group_max.min(Limits::MARKS_PER_GROUP_CEILING) {
        found.push(Refused { refusal: Refusal::MarksPerGroup, count: Some(evaluation.marks_in_group), mark: None });
    }
    // MEMBERS-PER-MARK: under one reading of `gap:over-capacity`, a full mark refuses the whole call.
    if terms.policy.over_capacity == OverCapacity::RefuseCall
        && let Some(mark) = evaluation.full_mark
    {
        found.push(Refused { refusal: Refusal::MembersPerMark, count: None, mark: Some(mark) });
    }
    // 20. ALL-FAILED: at least one account must be served.
    if !evaluation.is_anybody_served {
        found.push(Refusal::AllFailed.into());
    }
    found
}

/// The result of evaluating the accounts of a call one by one.
struct Evaluation {
    is_anybody_served: bool,
    omitted: Vec<Omission>,
    changes: MarkChanges,
    gaps: Vec<Gap>,
    /// The number of marks towards the limit that the group would have; 0 for a delete, which adds none.
    marks_in_group: usize,
    /// The first mark of the call that had the maximum number of holders.
    full_mark: Option<Mark>,
}

fn evaluate(view: &View<'_>, terms: &Terms, call: &MarkCall, scratch: &mut Scratch) -> Evaluation {
    let mut changes = scratch.changes();
    changes.reserve(call.entries().len());
    let mut evaluation = Evaluation {
        is_anybody_served: false,
        omitted: Vec::new(),
        changes: MarkChanges::with_buffer(changes),
        gaps: Vec::new(),
        marks_in_group: 0,
        full_mark: None,
    };
    if call.was_merged() {
        evaluation.gaps.push(Gap::Duplicates);
    }
    match call.command() {
        Command::Set => evaluate_set(view, terms, call, &mut evaluation),
        Command::Delete => evaluate_delete(view, call, &mut evaluation),
    }
    evaluation
}

/// Evaluates a call that sets marks. All checks use the state before the call, except for the running count of holders.
fn evaluate_set(view: &View<'_>, terms: &Terms, call: &MarkCall, evaluation: &mut Evaluation) {
    let policy = &terms.policy;
    let mut tally = MarkTally::new(view);
    let holders_max = terms.limits.members_per_mark_max;

    let mut found = [None; LOOKUP_BATCH];
    for (entries, hashes) in call.hashed_chunks(LOOKUP_BATCH) {
        view.find_all(entries.iter().map(|entry| &entry.account), hashes, &mut found);
        for ((Entry { account, marks }, hash), record) in entries.iter().zip(hashes).zip(&found) {
            let member = record.and_then(|record| view.member(record));
            let held = member.map(|member| member.held).unwrap_or_default();
            let online = member.is_some_and(|member| member.is_online());
            // ONLINE-ONLY: an online account may get every mark, an offline one only 500 (`gap:offline-500`).
            let may_take_500 = online
                || match policy.offline_500 {
                    Offline500::Anyone => true,
                    Offline500::MemberMay => member.is_some(),
                    _ => false,
                };
            let (mut after, mut is_served, mut starts_pin) = (held, false, false);
            for mark in marks.iter().copied() {
                let is_special = mark.is_special();
                let is_pin = is_special && mark == Mark::PINNED;
                if !online {
                    if is_pin {
                        add_once(&mut evaluation.gaps, Gap::Offline500);
                    }
                    if !(is_pin && may_take_500) {
                        evaluation.omitted.push(Omission { account: *account, mark, because: Clause::OnlineOnly });
                        continue;
                    }
                }
                if is_special {
                    add_once(&mut evaluation.gaps, Gap::SpecialSlots);
                }
                // MEMBERS-PER-MARK: a mark has at most 1,000 holders. An account that holds it already is not counted again.
                let holds = match tally.add_holder(mark, held, holders_max) {
                    AddHolderResult::AlreadyHeld => true,
                    AddHolderResult::Added(index) => {
                        // Without a free index, the group would have too many marks, and the call is refused.
                        after = index.map_or(after, |index| after.with(index));
                        false
                    }
                    AddHolderResult::MarkFull => {
                        evaluation.full_mark.get_or_insert(mark);
                        add_once(&mut evaluation.gaps, Gap::OverCapacity);
                        evaluation.omitted.push(Omission { account: *account, mark, because: Clause::MembersPerMark });
                        continue;
                    }
                };
                is_served = true;
                // PIN-500: 500 ends after three days. Setting it again restarts them, or does not (`gap:pin-renewal`).
                if is_pin {
                    if holds {
                        add_once(&mut evaluation.gaps, Gap::PinRenewal);
                    }
                    starts_pin = !holds || policy.pin_renewal == PinRenewal::Renew;
                }
            }
            if starts_pin && member.is_none_or(|member| member.connection == Connection::Robot) {
                add_once(&mut evaluation.gaps, Gap::RobotDays);
            }
            evaluation.is_anybody_served |= is_served;
            match member {
                Some(member) if after != held || starts_pin => {
                    evaluation.changes.change(member.slot, after, starts_pin)
                }
                // The account has not joined, and gets 500: it becomes a robot.
                None if is_served => evaluation.changes.new_robot(*account, *hash, after),
                _ => {}
            }
        }
    }
    let until = view.now().saturating_add(terms.limits.pin_duration_max);
    let robot_until = (policy.robot_days == RobotDays::ThreeDays).then_some(until);
    evaluation.changes.set_ends(until, robot_until);
    evaluation.changes.set_table(tally.table);
    // Whether 500 and 600 count towards the limit is `gap:special-slots`. It is a reason if it decides the result.
    let (all, custom) = tally.in_group();
    let marks_max = terms.limits.marks_per_group_max.min(Limits::MARKS_PER_GROUP_CEILING);
    if (custom > marks_max) != (all > marks_max) {
        add_once(&mut evaluation.gaps, Gap::SpecialSlots);
    }
    evaluation.marks_in_group = if policy.special_slots == SpecialSlots::Count { all } else { custom };
}

/// Evaluates a call that deletes marks. An online account loses the named marks; a mark that it does not hold counts as deleted
/// (`gap:delete-unset`). All other accounts are omitted (ONLINE-ONLY).
///
/// Deleting 500 has the effect of its expiry, which [`Room::apply`] produces: a member without a connection goes offline and loses its
/// other marks (CLEAR-OFFLINE), and a robot is removed.
fn evaluate_delete(view: &View<'_>, call: &MarkCall, evaluation: &mut Evaluation) {
    let table = view.marks_held();
    let mut found = [None; LOOKUP_BATCH];
    for (entries, hashes) in call.hashed_chunks(LOOKUP_BATCH) {
        view.find_all(entries.iter().map(|entry| &entry.account), hashes, &mut found);
        for (Entry { account, marks }, record) in entries.iter().zip(&found) {
            let Some(member) = record.and_then(|record| view.member(record)).filter(|member| member.is_online()) else {
                evaluation.omitted.extend(marks.iter().map(|mark| Omission {
                    account: *account,
                    mark: *mark,
                    because: Clause::OnlineOnly,
                }));
                continue;
            };
            evaluation.is_anybody_served = true;
            let mut after: MarkSet = member.held;
            for mark in marks.iter().copied() {
                match table.find(mark).filter(|index| after.has(*index)) {
                    Some(index) => after = after.without(index),
                    None => add_once(&mut evaluation.gaps, Gap::DeleteUnset),
                }
            }
            if after != member.held {
                evaluation.changes.change(member.slot, after, false);
            }
        }
    }
    evaluation.changes.set_table(table);
}

fn add_once(gaps: &mut Vec<Gap>, gap: Gap) {
    if !gaps.contains(&gap) {
        gaps.push(gap);
    }
}
