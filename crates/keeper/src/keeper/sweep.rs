//! Sweeps: the comparison of the lists of the service with the wants.

use std::collections::BTreeMap;

use avmarks_protocol::ErrorCode;
use avmarks_spec::readings::AccountId;
use avmarks_spec::{GroupId, Mark, Timestamp, UserId};

use super::Keeper;
use crate::call::{Action, Call, CallResult, page, page_request};
use crate::event::Event;
use crate::group::{Group, Stage};
use crate::sweeps::Sweep;

/// The group does not exist.
const NO_GROUP: ErrorCode = ErrorCode::new(10_010);
/// Failed pages after which a sweep is given up until its next turn.
const FAILURES_MAX: u32 = 3;

impl Keeper {
    /// Plans the sweep of a group for now. It begins when the sweep that is under way has ended. Where that is a sweep of this group, another
    /// one follows.
    pub fn sweep(&mut self, now: Timestamp, group: GroupId) {
        let now = self.time(now);
        if self.groups.contains_key(&group) {
            self.sweeps.plan(group, Some(now));
        }
    }

    /// The request for the next page, if one is due.
    pub(super) fn next_page(&mut self, now: Timestamp) -> Option<Call> {
        if let Some(group) = self.sweeps.due(now) {
            self.begin_sweep(now, group);
        }
        if self.sweeps.next_page_at > now {
            return None;
        }
        let page_every = self.settings.page_every;
        let sweep = self.sweeps.current.as_mut().filter(|sweep| !sweep.is_in_flight)?;
        let mark = *sweep.marks.last()?;
        sweep.is_in_flight = true;
        sweep.cursors.insert(sweep.cursor);
        let (group, request) = (sweep.group, page_request(sweep.group, mark, sweep.cursor));
        self.sweeps.next_page_at = now.saturating_add(page_every);
        Some(self.send(now, group, Action::List, Vec::new(), request, None))
    }

    fn begin_sweep(&mut self, now: Timestamp, group: GroupId) {
        let every = self.settings.sweep_every;
        self.sweeps.plan(group, every.map(|every| now.saturating_add(every)));
        let Some(state) = self.groups.get(&group) else { return };
        let marks: Vec<Mark> = state.holders.keys().rev().copied().collect();
        if marks.is_empty() {
            return;
        }
        self.sweeps.current = Some(Sweep {
            group,
            began_at: now,
            marks,
            cursor: 0,
            cursors: Default::default(),
            is_in_flight: false,
            listed: BTreeMap::new(),
            failures: 0,
        });
    }

    pub(super) fn on_page(&mut self, now: Timestamp, group: GroupId, sent_at: Timestamp, result: CallResult<'_>) {
        let settings = self.settings;
        let Some(sweep) = self.sweeps.current.as_mut().filter(|sweep| sweep.group == group) else { return };
        sweep.is_in_flight = false;
        let read = match result {
            CallResult::Answered(body) => page(body),
            CallResult::Refused(_) | CallResult::Failed => None,
        };
        let Some((listed, cursor)) = read else {
            sweep.failures += 1;
            let gives_up = sweep.failures >= FAILURES_MAX;
            self.sweeps.next_page_at = sent_at.saturating_add(settings.page_every.max(settings.backoff));
            let event = match result {
                CallResult::Refused(code) => Event::Refused { group, action: Action::List, code, accounts: 0 },
                _ => Event::Failed { group, action: Action::List, accounts: 0 },
            };
            self.events.push(event);
            if result == CallResult::Refused(NO_GROUP) {
                self.sweeps.current = None;
                self.destroyed(now, group);
            } else if gives_up {
                self.end_sweep(now, group);
            }
            return;
        };
        sweep.failures = 0;
        let Some(mark) = sweep.marks.last().copied() else { return };
        sweep.listed.entry(mark).or_default().extend(listed);
        // A cursor that was used before would lead round and round.
        if cursor != 0 && !sweep.cursors.contains(&cursor) {
            sweep.cursor = cursor;
            return;
        }
        sweep.marks.pop();
        sweep.cursor = 0;
        sweep.cursors.clear();
        if sweep.marks.is_empty() {
            self.judge(now, group);
        }
    }

    fn end_sweep(&mut self, now: Timestamp, group: GroupId) -> Option<Sweep> {
        // One that was asked for meanwhile stays planned.
        let every = self.settings.sweep_every;
        if self.sweeps.current.as_ref().is_some_and(|sweep| !self.sweeps_again(sweep)) {
            self.sweeps.plan(group, every.map(|every| now.saturating_add(every)));
        }
        self.sweeps.current.take()
    }

    /// Whether another sweep of the group was asked for since this one began.
    fn sweeps_again(&self, sweep: &Sweep) -> bool {
        let first = self.sweeps.planned_at(sweep.group);
        let every = self.settings.sweep_every;
        first.is_some_and(|at| every.is_none_or(|every| at < sweep.began_at.saturating_add(every)))
    }

    /// Compares the lists with the wants. An account that was touched since a minute before the sweep is not judged: the lists may be as
    /// old as that.
    fn judge(&mut self, now: Timestamp, group: GroupId) {
        let Some(sweep) = self.end_sweep(now, group) else { return };
        let quiet = self.settings.quiet;
        let Some(state) = self.groups.get_mut(&group) else { return };
        let is_quiet = |state: &Group, account: UserId| {
            state.active.get(&account).is_none_or(|active| {
                active.stage == Stage::Idle && active.touched_at.saturating_add(quiet) <= sweep.began_at
            })
        };
        let holds = |account: &UserId, mark: &Mark| {
            sweep.listed.get(mark).is_none_or(|listed| listed.contains(account.as_str()))
        };
        let unlisted: Vec<(UserId, bool)> = state
            .wants
            .iter()
            .filter(|(account, want)| want.list().iter().any(|mark| !holds(account, mark)))
            .filter(|(account, _)| is_quiet(state, **account))
            .map(|(account, want)| (*account, want.is_pinned() && !holds(account, &Mark::PINNED)))
            .collect();
        let mut unwanted: BTreeMap<UserId, Vec<Mark>> = BTreeMap::new();
        for (mark, listed) in &sweep.listed {
            for account in listed.iter().filter_map(|text| UserId::parse_as(text, AccountId::Utf8).ok()) {
                let is_wanted = state.wants.get(&account).is_some_and(|want| want.list().contains(mark));
                if !is_wanted && is_quiet(state, account) {
                    unwanted.entry(account).or_default().push(*mark);
                }
            }
        }
        let is_all_quiet = state.active.keys().all(|account| is_quiet(state, *account));
        if is_all_quiet {
            let nobody = |mark: &Mark| sweep.listed.get(mark).is_some_and(|listed| listed.is_empty());
            state.holders.retain(|mark, wanted| *wanted > 0 || !nobody(mark));
        }
        state.unwanted = unwanted.len();
        state.swept_at = Some(now);
        self.events.push(Event::Swept { group, unlisted: unlisted.len(), unwanted: unwanted.len() });
        // Deletions come first: they make room for wanted marks.
        let by = if self.settings.prune && !unwanted.is_empty() {
            now.saturating_add(self.settings.retry_after)
        } else {
            now
        };
        for (account, lacks_pin) in unlisted {
            self.send_unlisted(now, by, group, account, lacks_pin);
        }
        for (account, marks) in unwanted {
            self.report_unwanted(now, group, account, marks);
        }
        self.forget_empty(group);
    }

    /// Sends an account that the lists do not show as it is wanted. Mostly it is offline, and the answer will leave it out.
    fn send_unlisted(&mut self, now: Timestamp, by: Timestamp, group: GroupId, account: UserId, lacks_pin: bool) {
        let Some(state) = self.groups.get_mut(&group) else { return };
        let active = state.active.entry(account).or_default();
        active.asked_at = now;
        active.flags.told = false;
        active.flags.served = false;
        active.flags.swept = true;
        if lacks_pin {
            active.pin_ends = None;
        }
        self.start(group, account, by);
    }

    fn report_unwanted(&mut self, now: Timestamp, group: GroupId, account: UserId, marks: Vec<Mark>) {
        let is_pruned = self.settings.prune;
        if is_pruned && let Some(state) = self.groups.get_mut(&group) {
            let active = state.active.entry(account).or_default();
            active.touched_at = now;
            active.unwanted.extend(&marks);
            // An account of which other marks are missing is queued already, and goes on with them.
            if active.stage == Stage::Idle {
                active.flags.goes_on = false;
            }
            self.set_stage(group, account, Stage::Queued(Action::Delete, now));
        }
        self.events.push(Event::Unwanted { group, account, marks, is_pruned });
    }

    /// Reports the marks that a sweep has set again.
    pub(super) fn note_restored(&mut self, group: GroupId, account: UserId, marks: &[Mark]) {
        if marks.is_empty() {
            return;
        }
        if let Some(state) = self.groups.get_mut(&group) {
            state.restored += 1;
        }
        self.events.push(Event::Restored { group, account, marks: marks.to_vec() });
    }
}
