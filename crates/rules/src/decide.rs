//! **The one file that may refuse a command.** Each rule in words with its clause, then its branch, in the order of
//! the precedence (steps 13 to 20; the steps before need no group and belong to `avmarks-service`).

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::ops::ControlFlow;

use avmarks_spec::readings::{LowPlanList, Offline500, OverCapacity, PinRenewal, RestOwner, SpecialSlots};
use avmarks_spec::{Clause, Gap, Limits, Mark, MarkKind, Timestamp};

use crate::decision::Grounds;
use crate::marks::{Bit, Marks, Numbers, PLACES};
use crate::presence::time_passes;
use crate::room::View;
use crate::{
    Cause, CommandKind, Decision, Entry, Event, MarkCall, MarkList, Omission, Operator, Refusal, Refused, Room, Terms,
    Verdict,
};

/// What the service answers to `call` at `at`, and why. Changes nothing: apply the events to make it happen.
///
/// `room` is the group that the call names, if there is one. An `at` below the latest time that the room has seen is
/// taken as that (`gap:clock`).
pub fn decide(room: Option<&Room>, terms: &Terms, call: &MarkCall, at: Timestamp) -> Decision {
    let view = room.map(|room| View::new(room, at));
    let mut events = view.as_ref().map(time_passes).unwrap_or_default();
    let mut grounds = Grounds::default();

    let Judged { verdict, omitted, gaps, events: brought } = judge(view.as_ref(), terms, call);
    if let Verdict::Refused(refused) = &verdict {
        grounds.refusal(refused.reason);
    }
    omitted.iter().for_each(|omission| grounds.clause(omission.because));
    if matches!(verdict, Verdict::Accepted(_)) {
        // What was served was served for being online, and is listed as it was asked for.
        grounds.clause(Clause::OnlineOnly);
    }
    gaps.into_iter().for_each(|gap| grounds.gap(gap));
    if view.is_some_and(|view| at < view.now) {
        grounds.gap(Gap::Clock);
    }
    if events.is_empty() {
        events = brought;
    } else {
        events.extend(brought);
    }
    Decision { verdict, because: grounds.into_vec(), omitted, events }
}

/// Every refusal of `call` that steps 13 to 20 know, in the order of the precedence; the first is the one that
/// [`decide()`] gives. Accounts are looked at only where steps 13 to 18 let the call through.
#[must_use]
pub fn refusals(room: Option<&Room>, terms: &Terms, call: &MarkCall, at: Timestamp) -> Vec<Refused> {
    let view = room.map(|room| View::new(room, at));
    let mut found = gate_refusals(room, terms, call.operator(), call.names_special());
    if let (Some(view), []) = (&view, &*found) {
        found = outcome_refusals(terms, &weigh(view, terms, call));
    }
    found
}

/// Every refusal of steps 13 to 18, which look at no account: of a call in this group, by this operator, that names 500
/// or 600 or does not. What cannot be told without a group is left out where there is none.
#[must_use]
pub fn gate_refusals(room: Option<&Room>, terms: &Terms, operator: Operator, names_special: bool) -> Vec<Refused> {
    let mut found = Vec::new();
    let _ = gates(room, terms, operator, names_special, &mut |refused| {
        found.push(refused);
        ControlFlow::Continue(())
    });
    found
}

/// Every refusal that the online list and the count know beyond their bodies, in the order of the precedence:
/// `GROUP-EXISTS`, `GROUP-TYPE`, `PLAN` (the list alone, where `gap:low-plan-list` is read so), `SWITCH`, `PERMISSION`
/// (where `gap:rest-owner` lets owners call).
#[must_use]
pub fn pull_refusals(room: Option<&Room>, terms: &Terms, operator: Operator, is_list: bool) -> Vec<Refusal> {
    let policy = &terms.policy;
    let mut found = Vec::new();
    if room.is_none() {
        found.push(Refusal::GroupExists);
    }
    if room.is_some_and(|room| !room.kind.has_marks()) {
        found.push(Refusal::GroupType);
    }
    if is_list && !terms.marks_supported && policy.low_plan_list == LowPlanList::Refuse {
        found.push(Refusal::Plan);
    }
    if !terms.online_list_enabled {
        found.push(Refusal::Switch);
    }
    if policy.rest_owner == RestOwner::OwnerToo && room.is_some_and(|room| !may_operate(room, operator)) {
        found.push(Refusal::Permission);
    }
    found
}

/// What a call comes to.
struct Judged {
    verdict: Verdict,
    omitted: Vec<Omission>,
    gaps: Vec<Gap>,
    events: Vec<Event>,
}

impl Judged {
    fn refused(refused: Refused) -> Self {
        Self { verdict: Verdict::Refused(refused), omitted: Vec::new(), gaps: Vec::new(), events: Vec::new() }
    }
}

fn judge(view: Option<&View<'_>>, terms: &Terms, call: &MarkCall) -> Judged {
    let mut first = None;
    let _ = gates(view.map(|view| view.room), terms, call.operator(), call.names_special(), &mut |refused| {
        first = Some(refused);
        ControlFlow::Break(())
    });
    let (None, Some(view)) = (first, view) else {
        return Judged::refused(first.unwrap_or(Refusal::GroupExists.into()));
    };
    let mut weighed = weigh(view, terms, call);
    if let Some(refused) = outcome_refusals(terms, &weighed).into_iter().next() {
        // Only where nobody could be served is each mark's own reason the call's.
        if refused.reason != Refusal::AllFailed {
            weighed.omitted.clear();
        }
        return Judged { omitted: weighed.omitted, gaps: weighed.gaps, ..Judged::refused(refused) };
    }
    weighed.gaps.push(Gap::Echo);
    let Weighed { served, omitted, events, gaps, .. } = weighed;
    Judged { verdict: Verdict::Accepted(served), omitted, gaps, events }
}

/// Steps 13 to 18: what must hold before any account is looked at.
fn gates(
    room: Option<&Room>,
    terms: &Terms,
    operator: Operator,
    names_special: bool,
    found: &mut dyn FnMut(Refused) -> ControlFlow<()>,
) -> ControlFlow<()> {
    // 13. GROUP-EXISTS: the group exists.
    if room.is_none() {
        found(Refusal::GroupExists.into())?;
    }
    // 14. GROUP-TYPE: only an AVChatRoom has marks.
    if room.is_some_and(|room| !room.kind.has_marks()) {
        found(Refusal::GroupType.into())?;
    }
    // 15. PLAN: the app's plan includes the feature.
    if !terms.marks_supported {
        found(Refusal::Plan.into())?;
    }
    // 16. SWITCH: the online member list is switched on.
    if !terms.online_list_enabled {
        found(Refusal::Switch.into())?;
    }
    // 17. PERMISSION: the operator is an app admin or the group's owner.
    if room.is_some_and(|room| !may_operate(room, operator)) {
        found(Refusal::Permission.into())?;
    }
    // 18. SPECIAL-ADMIN: 500 and 600 are for app admins alone, to set and to delete.
    if operator != Operator::Admin && names_special {
        found(Refusal::SpecialAdmin.into())?;
    }
    ControlFlow::Continue(())
}

fn may_operate(room: &Room, operator: Operator) -> bool {
    match operator {
        Operator::Admin => true,
        Operator::User(user) => room.owner == Some(user),
        Operator::Stranger => false,
    }
}

/// Steps 19 and 20: what the looking at the accounts has shown.
fn outcome_refusals(terms: &Terms, weighed: &Weighed) -> Vec<Refused> {
    let mut found = Vec::new();
    // 19. MARKS-PER-GROUP: at most 10 different marks in the group; else the whole call is refused (`gap:eleventh`).
    if weighed.marks_in_group > terms.limits.marks_per_group_max.min(Limits::MARKS_PER_GROUP_CEILING) {
        found.push(Refused { reason: Refusal::MarksPerGroup, count: Some(weighed.marks_in_group), mark: None });
    }
    // MEMBERS-PER-MARK: where `gap:over-capacity` is read so, a full mark refuses the whole call.
    if terms.policy.over_capacity == OverCapacity::RefuseCall
        && let Some(mark) = weighed.full
    {
        found.push(Refused { reason: Refusal::MembersPerMark, count: None, mark: Some(mark) });
    }
    // 20. ALL-FAILED: no account could be served.
    if weighed.served.is_empty() {
        found.push(Refusal::AllFailed.into());
    }
    found
}

/// The accounts of a call, looked at one by one.
#[derive(Default)]
struct Weighed {
    served: Vec<Entry>,
    omitted: Vec<Omission>,
    events: Vec<Event>,
    gaps: Vec<Gap>,
    /// How many marks that take places the group would have; 0 for a delete, which adds none.
    marks_in_group: usize,
    /// The first mark that was full.
    full: Option<Mark>,
}

impl Weighed {
    /// Nothing yet, with memory for what a call usually comes to: everything served.
    fn nothing_of(call: &MarkCall) -> Self {
        let accounts = call.entries().len();
        Self { served: Vec::with_capacity(accounts), events: Vec::with_capacity(accounts), ..Self::default() }
    }
}

fn weigh(view: &View<'_>, terms: &Terms, call: &MarkCall) -> Weighed {
    let mut weighed = Weighed::nothing_of(call);
    if call.was_merged() {
        weighed.gaps.push(Gap::Duplicates);
    }
    match call.kind() {
        CommandKind::Set => weigh_set(view, terms, call, &mut weighed),
        CommandKind::Delete => weigh_delete(view, call, &mut weighed),
    }
    weighed
}

/// Set. All tests look at the state as it was before the call, save the running count of holders.
fn weigh_set(view: &View<'_>, terms: &Terms, call: &MarkCall, weighed: &mut Weighed) {
    let policy = &terms.policy;
    let mut marks_named = MarksNamed::new(view);

    for (Entry { account, marks }, member) in call.entries().iter().zip(view.find_all(call.entries())) {
        let held = member.map(|member| view.held(member)).unwrap_or_default();
        let online = member.is_some_and(|member| view.online(member));
        let mut taken = MarkList::new();
        let mut fresh = MarkList::new();
        let mut pinned = false;
        for mark in marks.iter().copied() {
            let is_pin = mark.kind() == MarkKind::Pinned;
            // ONLINE-ONLY: an online member may take every mark; an offline one may take 500 (`gap:offline-500`); an
            // account that is no member takes nothing.
            let may_take = online || member.is_some() && is_pin && policy.offline_500 == Offline500::MemberMay;
            if !may_take {
                weighed.omitted.push(Omission { account: *account, mark, because: Clause::OnlineOnly });
                if member.is_some() && is_pin {
                    note(&mut weighed.gaps, Gap::Offline500);
                }
                continue;
            }
            let named = marks_named.of(mark);
            if mark.is_special() {
                note(&mut weighed.gaps, Gap::SpecialSlots);
            }
            // MEMBERS-PER-MARK: a mark already held counts once; else it needs a place among its 1,000 holders.
            let holds = named.bit.is_some_and(|bit| held.has(bit));
            if !holds && !named.take(terms.limits.members_per_mark_max) {
                weighed.full.get_or_insert(mark);
                note(&mut weighed.gaps, Gap::OverCapacity);
                weighed.omitted.push(Omission { account: *account, mark, because: Clause::MembersPerMark });
                continue;
            }
            taken.push(mark);
            if is_pin {
                // PIN-500: three days from now; again, three days anew (`gap:pin-renewal`).
                if holds {
                    note(&mut weighed.gaps, Gap::PinRenewal);
                }
                if !online {
                    note(&mut weighed.gaps, Gap::Offline500);
                    weighed.events.push(Event::CameOnline { account: *account, cause: Cause::Pin });
                }
                pinned = !holds || policy.pin_renewal == PinRenewal::Renew;
            } else if !holds {
                fresh.push(mark);
            }
        }
        if !fresh.is_empty() {
            weighed.events.push(Event::Marked { account: *account, marks: fresh });
        }
        if pinned {
            let until = view.now.plus(terms.limits.pin_duration_max);
            weighed.events.push(Event::Pinned { account: *account, until });
        }
        if !taken.is_empty() {
            weighed.served.push(Entry { account: *account, marks: taken });
        }
    }
    // 500 and 600 take no place among the ten (`gap:special-slots`).
    let (all, custom) = marks_named.in_group();
    let marks_max = terms.limits.marks_per_group_max.min(Limits::MARKS_PER_GROUP_CEILING);
    if (custom > marks_max) != (all > marks_max) {
        note(&mut weighed.gaps, Gap::SpecialSlots);
    }
    weighed.marks_in_group = if policy.special_slots == SpecialSlots::Count { all } else { custom };
}

/// Delete. An online member loses the marks named, and one that it did not hold succeeds all the same
/// (`gap:delete-unset`). Offline members and strangers are left out (ONLINE-ONLY).
fn weigh_delete(view: &View<'_>, call: &MarkCall, weighed: &mut Weighed) {
    for (Entry { account, marks }, member) in call.entries().iter().zip(view.find_all(call.entries())) {
        let Some(member) = member.filter(|member| view.online(member)) else {
            weighed.omitted.extend(marks.iter().map(|mark| Omission {
                account: *account,
                mark: *mark,
                because: Clause::OnlineOnly,
            }));
            continue;
        };
        let mut held = view.held(member);
        let mut lost = MarkList::new();
        for mark in marks.iter().copied() {
            match view.room.marks.find(mark).filter(|bit| held.has(*bit)) {
                Some(bit) => {
                    held = held.without(bit);
                    lost.push(mark);
                }
                None => note(&mut weighed.gaps, Gap::DeleteUnset),
            }
        }
        if !lost.is_empty() {
            weighed.events.push(Event::Unmarked { account: *account, marks: lost });
        }
        // Deleting 500 ends the pin as its expiry does: without connection the member goes offline, and what is left
        // of its marks is cleared (CLEAR-OFFLINE).
        if !member.connected && !held.has(Bit::PINNED) {
            weighed.events.push(Event::WentOffline {
                account: *account,
                lost: view.room.numbers(held),
                cause: Cause::Pin,
            });
        }
        weighed.served.push(Entry { account: *account, marks: MarkList::from_slice(marks) });
    }
}

/// The marks of the group: those that somebody holds, and those that the call would add.
struct MarksNamed {
    /// As many as a group can have, at the places that they have in the room, and others at those that are free.
    numbers: Numbers,
    named: [Named; PLACES],
    others: BTreeMap<Mark, Named>,
}

/// A mark as it stands in the group, and the running count of its holders.
#[derive(Clone, Copy, Default)]
struct Named {
    bit: Option<Bit>,
    holders: usize,
    /// Whether somebody holds it, or the call would have it held.
    is_there: bool,
}

impl MarksNamed {
    fn new(view: &View<'_>) -> Self {
        let mut named = [Named::default(); PLACES];
        for (named, bit) in named.iter_mut().zip(Marks::bits()) {
            let holders = view.holders_at(bit);
            *named = Named { bit: Some(bit), holders, is_there: holders > 0 };
        }
        Self { numbers: view.room.marks.numbers(), named, others: BTreeMap::new() }
    }

    /// A mark that an account of the call may take.
    fn of(&mut self, mark: Mark) -> &mut Named {
        let named = match self.numbers.find_or_put(mark).and_then(|at| self.named.get_mut(at)) {
            Some(named) => named,
            None => self.others.entry(mark).or_default(),
        };
        named.is_there = true;
        named
    }

    /// How many there are, and how many of them are custom.
    fn in_group(&self) -> (usize, usize) {
        let there = || self.named.iter().zip(Marks::bits()).filter(|(named, _)| named.is_there);
        let custom = there().filter(|(_, bit)| !bit.is_special()).count();
        (there().count() + self.others.len(), custom + self.others.len())
    }
}

impl Named {
    /// Counts one more holder, or says that the mark is full.
    fn take(&mut self, holders_max: usize) -> bool {
        let has_room = self.holders < holders_max;
        self.holders += usize::from(has_room);
        has_room
    }
}

fn note(gaps: &mut Vec<Gap>, gap: Gap) {
    if !gaps.contains(&gap) {
        gaps.push(gap);
    }
}
