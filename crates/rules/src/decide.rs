//! **The one file that may refuse a command.** Each rule in words with its clause, then its branch, in the order of
//! the precedence (steps 13 to 20; the steps before need no group and belong to `avmarks-service`).

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use avmarks_spec::readings::{
    CountTypes, LowPlanList, Offline500, OverCapacity, PinRenewal, RestOwner, RobotDays, SpecialSlots, SwitchList,
};
use avmarks_spec::{Clause, Gap, Limits, Mark, Timestamp, UserId};

use crate::command::MarkCall;
use crate::decision::Reasons;
use crate::decision::{Decision, Omission, Refused};
use crate::input::{Command, Entry, Operator, Question};
use crate::refusal::Refusal;
use crate::room::{Connection, LOOK_UP_AT_ONCE, MarkChanges, MarkSet, View};
use crate::room::{Room, Transition};
use crate::scratch::Scratch;
use crate::tally::{AddHolder, MarkTally};
use crate::terms::Terms;

impl Room {
    /// The answer of the service to `call` at `at`, and its reasons. Changes nothing: [`Room::apply`] applies the transition.
    ///
    /// An `at` below the latest time seen counts as the latest time seen (`gap:clock`).
    pub fn decide(&self, call: &MarkCall, terms: &Terms, at: Timestamp) -> Decision {
        self.decide_with(call, terms, at, &mut Scratch::default())
    }

    /// [`Room::decide`] with reused memory; [`Scratch::keep_transition`] takes it back.
    #[doc(hidden)]
    pub fn decide_with(&self, call: &MarkCall, terms: &Terms, at: Timestamp, scratch: &mut Scratch) -> Decision {
        let view = View::new(self, at);
        let mut refused = mark_refusals(Some(self), terms, call.operator(), call.names_special());
        let (mut omitted, mut gaps, mut transition) = (Vec::new(), Vec::new(), Transition::time(&view));
        if self.kind().has_marks() {
            let evaluation = evaluate(&view, terms, call, scratch);
            let is_open = refused.is_empty();
            refused.extend(outcome_refusals(terms, &evaluation));
            if is_open {
                (omitted, gaps) = (evaluation.omitted, evaluation.gaps);
            }
            match refused.first().map(|refused| refused.refusal) {
                None => {
                    gaps.push(Gap::Echo);
                    transition = Transition::marks(&view, evaluation.changes);
                }
                // `ALL-FAILED` keeps the omissions and their readings: they are the reason for the refusal.
                Some(Refusal::AllFailed) => {}
                Some(_) => {
                    omitted.clear();
                    let counts = [Gap::Duplicates, Gap::Offline500, Gap::SpecialSlots];
                    gaps.retain(|gap| counts.contains(gap));
                }
            }
        }
        let mut reasons = Reasons::default();
        refused.first().into_iter().for_each(|refused| reasons.refusal(refused.refusal));
        omitted.iter().for_each(|omission| reasons.clause(omission.because));
        if refused.is_empty() {
            // Every served account was online (`ONLINE-ONLY`), and the answer repeats the requested marks (`gap:echo`).
            reasons.clause(Clause::OnlineOnly);
        }
        gaps.into_iter().for_each(|gap| reasons.gap(gap));
        finish(&view, at, refused, reasons, omitted, transition)
    }

    /// The answer of the service to a call that sets or deletes administrators, and its reasons. Changes nothing, as [`Room::decide`].
    /// An account that is named again counts once (`gap:duplicates`).
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
        let (admins, names_unchanged): (Vec<_>, _) = match command {
            Command::Set => {
                let new = named.iter().copied().filter(|account| !is_admin(account));
                (self.admins().iter().chain(new).copied().collect(), accounts.iter().any(is_admin))
            }
            Command::Delete => {
                let left = self.admins().iter().filter(|admin| !named.contains(admin));
                (left.copied().collect(), !accounts.iter().all(is_admin))
            }
        };
        // 19. At most five administrators; else the whole call is refused (`gap:sixth-admin`).
        if command == Command::Set && admins.len() > terms.limits.group_admins_max {
            refused.push(Refused { refusal: Refusal::SixthAdmin, count: Some(admins.len()), mark: None });
        }
        let mut reasons = Reasons::default();
        let mut transition = Transition::time(&view);
        match refused.first() {
            Some(refused) => reasons.refusal(refused.refusal),
            None => {
                transition = Transition::admins(&view, admins);
                // Setting one that is an administrator, or deleting one that is not, succeeds (`gap:admin-unset`).
                if names_unchanged {
                    reasons.gap(Gap::AdminUnset);
                }
                if named.len() < accounts.len() {
                    reasons.gap(Gap::Duplicates);
                }
            }
        }
        finish(&view, at, refused, reasons, Vec::new(), transition)
    }
}

/// The decision with these refusals.
fn finish(
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

/// Every refusal of steps 13 to 18 of a call that sets or deletes marks. `names_special` says whether the call names 500 or 600. Checks that need
/// a group are skipped if `room` is `None`.
#[must_use]
pub fn mark_refusals(room: Option<&Room>, terms: &Terms, operator: Operator, names_special: bool) -> Vec<Refused> {
    let mut found = feature_refusals(room, terms);
    // 17. PERMISSION: the operator is an app admin or the group's owner.
    if room.is_some_and(|room| !may_operate(room, operator)) {
        found.push(Refusal::Permission.into());
    }
    // 18. SPECIAL-ADMIN: 500 and 600 are for app admins alone, to set and to delete.
    if operator != Operator::Admin && names_special {
        found.push(Refusal::SpecialAdmin.into());
    }
    found
}

/// Every refusal of steps 13 to 17 of a call that sets or deletes administrators: for app admins alone.
#[must_use]
pub fn admin_refusals(room: Option<&Room>, terms: &Terms, operator: Operator) -> Vec<Refused> {
    let mut found = feature_refusals(room, terms);
    // 17. PERMISSION: administrators are set by app admins.
    if operator != Operator::Admin {
        found.push(Refusal::Permission.into());
    }
    found
}

/// Steps 13 to 16: the group exists, is an AVChatRoom, and the app has the feature.
fn feature_refusals(room: Option<&Room>, terms: &Terms) -> Vec<Refused> {
    let mut found = Vec::new();
    // 13. GROUP-EXISTS: the group exists.
    if room.is_none() {
        found.push(Refusal::GroupExists.into());
    }
    // 14. GROUP-TYPE: only an AVChatRoom has marks.
    if room.is_some_and(|room| !room.kind().has_marks()) {
        found.push(Refusal::GroupType.into());
    }
    // 15. PLAN: the app's plan includes the feature.
    if !terms.marks_supported {
        found.push(Refusal::Plan.into());
    }
    // 16. SWITCH: the online member list is switched on.
    if !terms.online_list_enabled {
        found.push(Refusal::Switch.into());
    }
    found
}

/// Every refusal of a question beyond those of its body, in the order of the precedence: the steps among 13 to 16 that apply to it, and
/// `PERMISSION` if `gap:rest-owner` lets owners call.
#[must_use]
pub fn question_refusals(room: Option<&Room>, terms: &Terms, operator: Operator, question: Question) -> Vec<Refused> {
    let policy = &terms.policy;
    let mut found = match question {
        Question::List | Question::Count => {
            room.is_none().then_some(Refusal::GroupExists.into()).into_iter().collect::<Vec<_>>()
        }
        Question::Check | Question::AdminList => feature_refusals(room, terms),
    };
    let is_other_type = room.is_some_and(|room| !room.kind().has_marks());
    match question {
        Question::List => {
            // 14. GROUP-TYPE: only an AVChatRoom has an online list.
            if is_other_type {
                found.push(Refusal::ListType.into());
            }
            // 15. PLAN, where the list needs it (`gap:low-plan-list`).
            if !terms.marks_supported && policy.low_plan_list == LowPlanList::Refuse {
                found.push(Refusal::ListPlan.into());
            }
            // 16. SWITCH, where the list is refused without it (`gap:switch-list`).
            if !terms.online_list_enabled && policy.switch_list == SwitchList::Refuse {
                found.push(Refusal::ListSwitch.into());
            }
        }
        // 14. The count answers for every type, or for an AVChatRoom alone (`gap:count-types`). It asks for neither PLAN nor SWITCH.
        Question::Count if is_other_type && policy.count_types == CountTypes::AvChatRoomOnly => {
            found.push(Refusal::CountType.into());
        }
        Question::Count | Question::Check | Question::AdminList => {}
    }
    // 17. PERMISSION, where step 4 lets others than app admins through (`gap:rest-owner`).
    if policy.rest_owner == RestOwner::OwnerToo && room.is_some_and(|room| !may_operate(room, operator)) {
        found.push(Refusal::Permission.into());
    }
    found
}

/// App admins and the owner of the group. Being an administrator of the group gives no permission.
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
    // 19. MARKS-PER-GROUP: at most 10 different marks in the group; else the whole call is refused (`gap:eleventh`).
    if evaluation.marks_in_group > terms.limits.marks_per_group_max.min(Limits::MARKS_PER_GROUP_CEILING) {
        found.push(Refused { refusal: Refusal::MarksPerGroup, count: Some(evaluation.marks_in_group), mark: None });
    }
    // MEMBERS-PER-MARK: where `gap:over-capacity` is read so, a full mark refuses the whole call.
    if terms.policy.over_capacity == OverCapacity::RefuseCall
        && let Some(mark) = evaluation.full
    {
        found.push(Refused { refusal: Refusal::MembersPerMark, count: None, mark: Some(mark) });
    }
    // 20. ALL-FAILED: no account could be served.
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
    /// The number of counted marks that the group would have; 0 for a delete, which adds none.
    marks_in_group: usize,
    /// The first mark that was full.
    full: Option<Mark>,
}

fn evaluate(view: &View<'_>, terms: &Terms, call: &MarkCall, scratch: &mut Scratch) -> Evaluation {
    let mut changes = scratch.changes();
    changes.reserve(call.entries().len());
    let mut evaluation = Evaluation {
        is_anybody_served: false,
        omitted: Vec::new(),
        changes: MarkChanges::in_memory(changes),
        gaps: Vec::new(),
        marks_in_group: 0,
        full: None,
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

/// Set. All checks use the state before the call, except for the running count of holders.
fn evaluate_set(view: &View<'_>, terms: &Terms, call: &MarkCall, evaluation: &mut Evaluation) {
    let policy = &terms.policy;
    let mut tally = MarkTally::new(view);
    let holders_max = terms.limits.members_per_mark_max;

    let mut found = [None; LOOK_UP_AT_ONCE];
    for (entries, hashes) in call.hashed(LOOK_UP_AT_ONCE) {
        view.find_all(entries.iter().map(|entry| &entry.account), hashes, &mut found);
        for ((Entry { account, marks }, hash), record) in entries.iter().zip(hashes).zip(&found) {
            let seen = record.and_then(|record| view.seen(record));
            let held = seen.map(|seen| seen.held).unwrap_or_default();
            let online = seen.is_some_and(|seen| seen.is_online());
            // ONLINE-ONLY: an online account may take every mark, an offline one only 500 (`gap:offline-500`).
            let may_take_500 = online
                || match policy.offline_500 {
                    Offline500::Anyone => true,
                    Offline500::MemberMay => seen.is_some(),
                    _ => false,
                };
            let (mut after, mut is_served, mut starts_days) = (held, false, false);
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
                // MEMBERS-PER-MARK: a mark already held counts once; any other needs to be below its 1,000 holders.
                let holds = match tally.add_holder(mark, held, holders_max) {
                    AddHolder::AlreadyHeld => true,
                    AddHolder::Added(index) => {
                        // A mark without an index is one too many for the group, so that the call is refused.
                        after = index.map_or(after, |index| after.with(index));
                        false
                    }
                    AddHolder::MarkFull => {
                        evaluation.full.get_or_insert(mark);
                        add_once(&mut evaluation.gaps, Gap::OverCapacity);
                        evaluation.omitted.push(Omission { account: *account, mark, because: Clause::MembersPerMark });
                        continue;
                    }
                };
                is_served = true;
                // PIN-500: it ends after three days. Setting it again starts the three days again (`gap:pin-renewal`).
                if is_pin {
                    if holds {
                        add_once(&mut evaluation.gaps, Gap::PinRenewal);
                    }
                    starts_days = !holds || policy.pin_renewal == PinRenewal::Renew;
                }
            }
            if starts_days && seen.is_none_or(|seen| seen.connection == Connection::Robot) {
                add_once(&mut evaluation.gaps, Gap::RobotDays);
            }
            evaluation.is_anybody_served |= is_served;
            match seen {
                Some(seen) if after != held || starts_days => evaluation.changes.change(seen.slot, after, starts_days),
                // It never joined, and holds 500 from here on: a robot.
                None if is_served => evaluation.changes.new_robot(*account, *hash, after),
                _ => {}
            }
        }
    }
    let until = view.now().saturating_add(terms.limits.pin_duration_max);
    let robot_until = (policy.robot_days == RobotDays::ThreeDays).then_some(until);
    evaluation.changes.set_ends(until, robot_until);
    evaluation.changes.set_numbers(tally.numbers);
    // 500 and 600 do not count among the ten (`gap:special-slots`).
    let (all, custom) = tally.in_group();
    let marks_max = terms.limits.marks_per_group_max.min(Limits::MARKS_PER_GROUP_CEILING);
    if (custom > marks_max) != (all > marks_max) {
        add_once(&mut evaluation.gaps, Gap::SpecialSlots);
    }
    evaluation.marks_in_group = if policy.special_slots == SpecialSlots::Count { all } else { custom };
}

/// Delete. An online member loses the marks named, and one that it did not hold succeeds all the same
/// (`gap:delete-unset`). Offline members and other accounts are omitted (ONLINE-ONLY).
///
/// Deleting 500 ends the pin as its expiry does: a member without connection goes offline and loses its other marks
/// (CLEAR-OFFLINE), and a robot is removed. The transition does that.
fn evaluate_delete(view: &View<'_>, call: &MarkCall, evaluation: &mut Evaluation) {
    let numbers = view.marks_held();
    let mut found = [None; LOOK_UP_AT_ONCE];
    for (entries, hashes) in call.hashed(LOOK_UP_AT_ONCE) {
        view.find_all(entries.iter().map(|entry| &entry.account), hashes, &mut found);
        for (Entry { account, marks }, record) in entries.iter().zip(&found) {
            let Some(seen) = record.and_then(|record| view.seen(record)).filter(|seen| seen.is_online()) else {
                evaluation.omitted.extend(marks.iter().map(|mark| Omission {
                    account: *account,
                    mark: *mark,
                    because: Clause::OnlineOnly,
                }));
                continue;
            };
            evaluation.is_anybody_served = true;
            let mut after: MarkSet = seen.held;
            for mark in marks.iter().copied() {
                match numbers.find(mark).filter(|index| after.has(*index)) {
                    Some(index) => after = after.without(index),
                    None => add_once(&mut evaluation.gaps, Gap::DeleteUnset),
                }
            }
            if after != seen.held {
                evaluation.changes.change(seen.slot, after, false);
            }
        }
    }
    evaluation.changes.set_numbers(numbers);
}

fn add_once(gaps: &mut Vec<Gap>, gap: Gap) {
    if !gaps.contains(&gap) {
        gaps.push(gap);
    }
}
