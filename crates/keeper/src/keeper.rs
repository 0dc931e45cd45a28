//! The machine: wants, webhooks and results in; calls, events and records out.

mod divide;
mod presence;
mod settle;
mod sweep;
mod wants;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::time::Duration;

use avmarks_spec::{GroupId, Mark, Timestamp, UserId};

use crate::call::{AccountMarks, Action, Call, CallId, request};
use crate::event::{AccountView, Event, GroupView, Record};
use crate::group::{Active, Group, Stage};
use crate::settings::Settings;
use crate::sweeps::Sweeps;
use crate::want::{Lists, Want};

/// What to do next. The list is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Make this call, and feed its result. Ask again at once: several calls may be in flight.
    Call(Call),
    /// Ask again at this time, or as soon as there was another input.
    WaitUntil(Timestamp),
    /// There is nothing to do until the next input.
    Idle,
}

/// Keeps wanted marks set. See [the crate](crate).
///
/// - **Wants:** [`Keeper::want`], [`Keeper::unwant`], [`Keeper::check`]; [`Keeper::load`] for those that were stored.
/// - **Signs:** [`Keeper::on_webhook`], and [`Keeper::resync`] if webhooks may have been missed.
/// - **Calls:** [`Keeper::poll`] returns the next step, and [`Keeper::on_result`] takes the result of a call.
/// - **Outputs:** [`Keeper::take_events`] and [`Keeper::take_records`].
/// - **Queries** change nothing: [`Keeper::groups`], [`Keeper::group`], [`Keeper::account`], [`Keeper::wants`], [`Keeper::in_flight`].
///
/// Times are arguments, and should come from one clock that never runs back: a time below the latest so far counts as the latest.
#[derive(Debug)]
pub struct Keeper {
    settings: Settings,
    /// The latest time so far.
    seen: Timestamp,
    lists: Lists,
    groups: BTreeMap<GroupId, Group>,
    /// When the next call of each queue leaves.
    agenda: BTreeSet<(Timestamp, GroupId, Action)>,
    /// When accounts that are not queued must be checked: to retry, to renew mark 500, or to forget them.
    timers: BTreeSet<(Timestamp, GroupId, UserId)>,
    /// The groups of which not all accounts have been sent since the latest resync, each with the last account that was.
    resyncs: BTreeMap<GroupId, Option<UserId>>,
    sweeps: Sweeps,
    in_flight: BTreeMap<CallId, InFlight>,
    /// Calls that were refused as a whole and are sent in parts, by a number.
    divisions: BTreeMap<u64, divide::Division>,
    /// Those of which no part is in flight.
    divisions_ready: BTreeSet<u64>,
    /// Until when a call of an earlier keeper may still be carried out.
    doubt_until: Timestamp,
    calls: u64,
    events: Vec<Event>,
    records: Vec<Record>,
}

/// A call whose result has not been fed.
#[derive(Debug)]
struct InFlight {
    group: GroupId,
    action: Action,
    named: AccountMarks,
    sent_at: Timestamp,
    /// The division of which it is a part.
    division: Option<u64>,
}

impl Keeper {
    /// A keeper that wants nothing.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            seen: Timestamp::EPOCH,
            lists: Lists::default(),
            groups: BTreeMap::new(),
            agenda: BTreeSet::new(),
            timers: BTreeSet::new(),
            resyncs: BTreeMap::new(),
            sweeps: Sweeps::default(),
            in_flight: BTreeMap::new(),
            divisions: BTreeMap::new(),
            divisions_ready: BTreeSet::new(),
            doubt_until: Timestamp::EPOCH,
            calls: 0,
            events: Vec::new(),
            records: Vec::new(),
        }
    }

    /// The settings.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What to do next. Call it until it returns no call, and again after each event.
    ///
    /// Calls are returned in this order: those that wait because of webhooks, wants and renewals, the one that waits longest first;
    /// then parts of calls that were refused; then a resync; then a page of a sweep.
    pub fn poll(&mut self, now: Timestamp) -> Step {
        let now = self.time(now);
        self.fire_timers(now);
        if self.in_flight.len() < self.settings.in_flight_max.max(1) {
            if !self.has_ready(now) && self.divisions_ready.is_empty() {
                self.feed_resync(now);
            }
            if let Some(call) = self.next_call(now).or_else(|| self.next_part(now)).or_else(|| self.next_page(now)) {
                return Step::Call(call);
            }
        }
        self.next_moment().map_or(Step::Idle, |then| Step::WaitUntil(then.max(now)))
    }

    /// The events since they were last taken.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// The records since they were last taken, in order.
    pub fn take_records(&mut self) -> Vec<Record> {
        std::mem::take(&mut self.records)
    }

    /// The groups in which something is wanted or pending, by the bytes of their ids. Costs one step a mark and group.
    pub fn groups(&self) -> impl Iterator<Item = GroupView> {
        self.groups.iter().map(|(group, state)| state.view(*group))
    }

    /// A group. `None` if nothing is wanted or pending in it.
    #[must_use]
    pub fn group(&self, group: GroupId) -> Option<GroupView> {
        self.groups.get(&group).map(|state| state.view(group))
    }

    /// An account. `None` if nothing is wanted of it and no deletion is pending.
    #[must_use]
    pub fn account(&self, group: GroupId, account: UserId) -> Option<AccountView> {
        self.groups.get(&group)?.account(account)
    }

    /// The wants of a group, by the bytes of the accounts, from the account after `after`.
    pub fn wants(&self, group: GroupId, after: Option<UserId>) -> impl Iterator<Item = (UserId, &Want)> {
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let wants = self.groups.get(&group).map(|state| state.wants.range((start, Bound::Unbounded)));
        wants.into_iter().flatten().map(|(account, want)| (*account, want))
    }

    /// How many calls are in flight.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.in_flight.len()
    }

    /// The time that counts: never before the latest one.
    fn time(&mut self, now: Timestamp) -> Timestamp {
        self.seen = self.seen.max(now);
        self.seen
    }

    /// The state of a group, which is made if there is none.
    fn group_mut(&mut self, group: GroupId, now: Timestamp) -> &mut Group {
        let (groups, sweeps, settings) = (&mut self.groups, &mut self.sweeps, &self.settings);
        groups.entry(group).or_insert_with(|| {
            sweeps.plan(group, settings.sweep_every.map(|every| now.saturating_add(every)));
            Group::default()
        })
    }

    fn active_mut(&mut self, group: GroupId, account: UserId) -> Option<&mut Active> {
        self.groups.get_mut(&group)?.active.get_mut(&account)
    }

    /// Moves an account to another stage, with its places in queue, agenda and timers.
    fn set_stage(&mut self, group: GroupId, account: UserId, stage: Stage) {
        let (quiet, renew_before) = (self.settings.quiet, self.settings.renew_before);
        let Some(state) = self.groups.get_mut(&group) else { return };
        let Some(active) = state.active.get_mut(&account) else { return };
        // An account that is sent alone is not gathered with others.
        let (stage, apart) = match stage {
            Stage::Queued(action, by) if active.flags.apart && by > self.seen => (Stage::Delayed(action, by), None),
            Stage::Queued(action, _) if active.flags.apart => (Stage::InFlight(action), Some(action)),
            stage => (stage, None),
        };
        let before = std::mem::replace(&mut active.stage, stage);
        let is_delayed = |stage: Stage| usize::from(matches!(stage, Stage::Delayed(..)));
        state.delayed = (state.delayed + is_delayed(stage)).saturating_sub(is_delayed(before));
        let timer = match stage {
            Stage::Queued(..) | Stage::InFlight(_) => None,
            Stage::Delayed(_, until) => Some(until),
            Stage::Idle => match active.pin_ends {
                Some(ends) => Some(before_by(ends, renew_before)),
                None if active.flags.apart => None,
                None => Some(active.touched_at.saturating_add(quiet)),
            },
        };
        if let Some(fires) = std::mem::replace(&mut active.timer, timer) {
            self.timers.remove(&(fires, group, account));
        }
        self.timers.extend(timer.map(|fires| (fires, group, account)));
        if let Stage::Queued(action, by) = before {
            state.queues.entry(action).or_default().accounts.remove(&(by, account));
            self.plan_queue(group, action);
        }
        if let Stage::Queued(action, by) = stage {
            let Some(state) = self.groups.get_mut(&group) else { return };
            state.queues.entry(action).or_default().accounts.insert((by, account));
            self.plan_queue(group, action);
        }
        if let Some(action) = apart {
            self.send_apart(group, account, action);
        }
    }

    /// Sets when the next call of a queue leaves: by the time of its first account, or as soon as there are as many as a call takes.
    fn plan_queue(&mut self, group: GroupId, action: Action) {
        let (full, now) = (self.settings.accounts_per_call_max.max(1), self.seen);
        let Some(queue) = self.groups.get_mut(&group).and_then(|state| state.queues.get_mut(&action)) else { return };
        let first = queue.accounts.first().map(|(by, _)| *by);
        let leaves_at = match queue.leaves_at {
            Some(before) if queue.accounts.len() >= full => first.map(|by| by.min(before).min(now)),
            _ if queue.accounts.len() >= full => first.map(|by| by.min(now)),
            _ => first,
        };
        let before = std::mem::replace(&mut queue.leaves_at, leaves_at);
        if before != leaves_at {
            before.map(|at| self.agenda.remove(&(at, group, action)));
            leaves_at.map(|at| self.agenda.insert((at, group, action)));
        }
    }

    /// Ends what is done about an account, except that a deletion which is in doubt is sent once more.
    fn rest(&mut self, now: Timestamp, group: GroupId, account: UserId) {
        let doubt_until = self.doubt_until;
        let Some(active) = self.active_mut(group, account) else { return };
        let stage = match active.unwanted.is_empty() {
            true => Stage::Idle,
            false => Stage::Delayed(Action::Delete, active.doubt_until.max(doubt_until).max(now)),
        };
        self.set_stage(group, account, stage);
    }

    /// Queues what an account needs after a sign of life; if it is in a call, once that has ended. A place that it has in a queue is
    /// never moved back.
    fn start(&mut self, group: GroupId, account: UserId, by: Timestamp) {
        let Some(state) = self.groups.get_mut(&group) else { return };
        let want = state.wants.get(&account);
        let Some(active) = state.active.get_mut(&account) else { return };
        active.flags.goes_on = true;
        active.tries = 0;
        if !matches!(active.stage, Stage::InFlight(_)) {
            active.flags.refused = false;
            active.flags.checked = false;
        }
        let stage = match (active.stage, active.first_action(want)) {
            (Stage::InFlight(_), _) => {
                active.again_by = Some(active.again_by.map_or(by, |before| before.min(by)));
                return;
            }
            (Stage::Queued(_, before), Some(action)) => Stage::Queued(action, before.min(by)),
            (_, Some(action)) => Stage::Queued(action, by),
            (_, None) => Stage::Idle,
        };
        self.set_stage(group, account, stage);
    }

    /// Looks at the accounts whose time has come.
    fn fire_timers(&mut self, now: Timestamp) {
        while let Some((_, group, account)) = self.timers.first().copied().filter(|(at, ..)| *at <= now) {
            let Some(state) = self.groups.get_mut(&group) else {
                self.timers.pop_first();
                continue;
            };
            let want = state.wants.get(&account);
            let stage = match state.active.get_mut(&account) {
                Some(Active { stage: Stage::Delayed(action, until), .. }) => Stage::Queued(*action, *until),
                Some(active) if active.pin_ends.is_some() => {
                    // Mark 500 is about to end. It is set again like a new one, which for a member needs a look whether it is there.
                    active.pin_ends = None;
                    active.touched_at = now;
                    let by = now.saturating_add(self.settings.gather);
                    match want {
                        Some(want) if want.is_robot() => Stage::Queued(Action::AddRobots, by),
                        Some(want) if want.is_pinned() => Stage::Queued(Action::Check, by),
                        _ => Stage::Idle,
                    }
                }
                _ => {
                    self.timers.pop_first();
                    state.active.remove(&account);
                    self.forget_empty(group);
                    continue;
                }
            };
            self.set_stage(group, account, stage);
        }
    }

    fn forget_empty(&mut self, group: GroupId) {
        if self.groups.get(&group).is_some_and(Group::is_empty) {
            self.groups.remove(&group);
            self.resyncs.remove(&group);
            self.sweeps.plan(group, None);
        }
    }

    fn has_ready(&self, now: Timestamp) -> bool {
        self.agenda.first().is_some_and(|(at, ..)| *at <= now)
    }

    /// Queues the next accounts of a resync, as many as one call takes.
    fn feed_resync(&mut self, now: Timestamp) {
        let Some((group, after)) = self.resyncs.pop_first() else { return };
        let Some(state) = self.groups.get(&group) else { return };
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let wants = state.wants.range((start, Bound::Unbounded)).map(|(account, _)| *account);
        let accounts: Vec<UserId> = wants.take(self.settings.accounts_per_call_max.max(1)).collect();
        if let Some(last) = accounts.last() {
            self.resyncs.insert(group, Some(*last));
        }
        for account in accounts {
            let Some(state) = self.groups.get_mut(&group) else { return };
            let active = state.active.entry(account).or_default();
            active.asked_at = now;
            active.pin_ends = None;
            active.flags.told = false;
            active.flags.served = false;
            self.start(group, account, now);
        }
    }

    /// The call that has waited longest, if one can be sent.
    fn next_call(&mut self, now: Timestamp) -> Option<Call> {
        let (_, group, action) = self.agenda.first().copied().filter(|(at, ..)| *at <= now)?;
        let per_call = self.settings.accounts_per_call_max.max(1);
        let state = self.groups.get_mut(&group)?;
        let queue = state.queues.get(&action)?;
        let accounts: Vec<UserId> = queue.accounts.iter().take(per_call).map(|(_, account)| *account).collect();
        let mut named: AccountMarks = Vec::with_capacity(accounts.len());
        for account in accounts {
            let Some(state) = self.groups.get_mut(&group) else { break };
            let want = state.wants.get(&account);
            if let Some(active) = state.active.get_mut(&account) {
                active.flags.gone = false;
                named.push((account, active.marks_of(action, want)));
            }
            self.set_stage(group, account, Stage::InFlight(action));
        }
        let request = request(action, group, &named);
        if let Some(state) = self.groups.get_mut(&group) {
            state.in_flight += named.len();
        }
        Some(self.send(now, group, action, named, request, None))
    }

    /// Registers a call as in flight.
    fn send(
        &mut self,
        now: Timestamp,
        group: GroupId,
        action: Action,
        named: AccountMarks,
        request: avmarks_client::CallRequest,
        division: Option<u64>,
    ) -> Call {
        let id = CallId(self.calls);
        self.calls += 1;
        let accounts = named.len();
        self.in_flight.insert(id, InFlight { group, action, named, sent_at: now, division });
        Call { id, group, action, accounts, request }
    }

    /// When there will be something to do, if nothing is fed before.
    fn next_moment(&self) -> Option<Timestamp> {
        let timer = self.timers.first().map(|(at, ..)| *at);
        if self.in_flight.len() >= self.settings.in_flight_max.max(1) {
            return timer;
        }
        let agenda = self.agenda.first().map(|(at, ..)| *at);
        let part = (!self.divisions_ready.is_empty()).then_some(self.seen);
        [timer, agenda, part, self.sweeps.next_moment()].into_iter().flatten().min()
    }
}

/// The moment so long before another one.
fn before_by(moment: Timestamp, by: Duration) -> Timestamp {
    let since = moment.saturating_duration_since(Timestamp::EPOCH).saturating_sub(by);
    Timestamp::EPOCH.saturating_add(since)
}

/// The marks of a set in ascending order.
fn listed(marks: &BTreeSet<Mark>) -> Vec<Mark> {
    marks.iter().copied().collect()
}

#[cfg(test)]
mod tests;
