//! Calls that were refused as a whole: one account that the service refuses must not delay all others of its call.

use avmarks_protocol::ErrorCode;
use avmarks_spec::{GroupId, Timestamp, UserId};

use super::{InFlight, Keeper};
use crate::call::{AccountMarks, Action, Call, request};
use crate::event::Event;
use crate::group::Stage;

/// How many calls of one division may be refused: one account among 500 is found with 9, two with at most 18. What is left then waits
/// for its next sign of life.
const REFUSALS_MAX: u32 = 24;

/// The accounts of a call that was refused, in parts that are sent one after the other. Its accounts are in flight until their part has
/// its answer.
#[derive(Debug)]
pub(super) struct Division {
    pub(super) group: GroupId,
    action: Action,
    /// The parts that are not sent yet, the next part last.
    parts: Vec<Part>,
    refusals: u32,
}

/// Accounts of one call.
#[derive(Debug)]
struct Part {
    accounts: Vec<UserId>,
    /// Whether the part before was the look-up of these, which found them online. Without it, mark 500 is not set on them.
    is_checked: bool,
}

impl Keeper {
    /// Sends these accounts again, half of them at a time. One by itself has been found. Mark 500 takes a look-up before each part, and the first one
    /// is of all, as all may have gone.
    pub(super) fn divide(&mut self, now: Timestamp, group: GroupId, action: Action, accounts: Vec<UserId>) {
        match accounts.as_slice() {
            [] => {}
            [account] => self.set_apart(now, group, *account, action),
            _ if action == Action::Pin => {
                self.add_division(group, action, vec![Part { accounts, is_checked: false }], 1)
            }
            _ => self.add_division(group, action, halves(accounts), 1),
        }
    }

    /// Sends one account by itself.
    pub(super) fn send_apart(&mut self, group: GroupId, account: UserId, action: Action) {
        if let Some(active) = self.active_mut(group, account) {
            active.flags.gone = false;
        }
        // Whatever has mark 500 set follows a call that has the account online.
        self.add_division(group, action, vec![Part { accounts: vec![account], is_checked: true }], 0);
    }

    fn add_division(&mut self, group: GroupId, action: Action, parts: Vec<Part>, refusals: u32) {
        if let Some(state) = self.groups.get_mut(&group) {
            state.delayed += parts.iter().map(|part| part.accounts.len()).sum::<usize>();
        }
        let id = self.calls;
        self.calls += 1;
        self.divisions.insert(id, Division { group, action, parts, refusals });
        self.divisions_ready.insert(id);
    }

    /// The call of the next part, if one can be sent. Accounts of which something else is known by now are left out.
    pub(super) fn next_part(&mut self, now: Timestamp) -> Option<Call> {
        while let Some(id) = self.divisions_ready.pop_first() {
            let Some(division) = self.divisions.get_mut(&id) else { continue };
            let (group, action) = (division.group, division.action);
            let Some(part) = division.parts.pop() else {
                self.divisions.remove(&id);
                continue;
            };
            let action = if action == Action::Pin && !part.is_checked { Action::Check } else { action };
            let named = self.named_of(now, group, action, part.accounts);
            if named.is_empty() {
                self.divisions_ready.insert(id);
                continue;
            }
            let request = request(action, group, &named);
            if let Some(state) = self.groups.get_mut(&group) {
                state.in_flight += named.len();
            }
            return Some(self.send(now, group, action, named, request, Some(id)));
        }
        None
    }

    fn named_of(&mut self, now: Timestamp, group: GroupId, action: Action, part: Vec<UserId>) -> AccountMarks {
        let mut named = AccountMarks::new();
        for account in part {
            let Some(state) = self.groups.get_mut(&group) else { break };
            state.delayed = state.delayed.saturating_sub(1);
            let want = state.wants.get(&account);
            let Some(active) = state.active.get(&account) else { continue };
            let marks = active.marks_of(action, want);
            let is_void = marks.is_empty() && matches!(action, Action::Set | Action::Delete);
            let is_gone = active.flags.gone && action != Action::Delete;
            if active.again_by.is_some() || is_gone || is_void {
                self.settle(now, group, account, action, now, &[], false);
            } else {
                named.push((account, marks));
            }
        }
        named
    }

    /// What follows for a division once a part has its answer.
    pub(super) fn go_on(&mut self, id: Option<u64>) {
        self.divisions_ready.extend(id.filter(|id| self.divisions.contains_key(id)));
    }

    /// Whether a call is the look-up before a part that sets mark 500.
    pub(super) fn is_look_up(&self, action: Action, division: Option<u64>) -> bool {
        let of = division.and_then(|id| self.divisions.get(&id));
        action == Action::Check && of.is_some_and(|division| division.action == Action::Pin)
    }

    /// These accounts of a division are online: mark 500 is set on them next.
    pub(super) fn part_checked(&mut self, id: u64, accounts: Vec<UserId>) {
        let Some(division) = self.divisions.get_mut(&id) else { return };
        if let Some(state) = self.groups.get_mut(&division.group) {
            state.delayed += accounts.len();
        }
        division.parts.push(Part { accounts, is_checked: true });
    }

    /// A part was refused: it is divided further, or its one account was found.
    pub(super) fn part_refused(&mut self, now: Timestamp, sent: InFlight, id: u64, code: ErrorCode) {
        let InFlight { group, action, named, .. } = sent;
        let accounts: Vec<UserId> = named.into_iter().map(|(account, _)| account).collect();
        let Some(division) = self.divisions.get_mut(&id) else { return };
        division.refusals += 1;
        if let [account] = accounts.as_slice() {
            self.events.push(Event::Rejected { group, account: *account, action, code });
            return self.set_apart(now, group, *account, action);
        }
        if division.refusals <= REFUSALS_MAX {
            if let Some(state) = self.groups.get_mut(&group) {
                state.delayed += accounts.len();
            }
            return division.parts.extend(halves(accounts));
        }
        self.give_up(now, group, action, accounts);
        self.end_division(now, id);
    }

    /// Ends a division. Accounts that it has not sent wait for their next sign of life.
    pub(super) fn end_division(&mut self, now: Timestamp, id: u64) {
        self.divisions_ready.remove(&id);
        let Some(Division { group, action, parts, .. }) = self.divisions.remove(&id) else { return };
        for Part { accounts, .. } in parts {
            if let Some(state) = self.groups.get_mut(&group) {
                state.delayed = state.delayed.saturating_sub(accounts.len());
            }
            self.give_up(now, group, action, accounts);
        }
    }

    /// A deletion is tried again later, and everything else waits for the next sign of life.
    fn give_up(&mut self, now: Timestamp, group: GroupId, action: Action, accounts: Vec<UserId>) {
        let settings = self.settings;
        for account in accounts {
            let Some(active) = self.active_mut(group, account) else { continue };
            if active.unwanted.is_empty() {
                self.settle(now, group, account, action, now, &[], false);
                continue;
            }
            active.failures = active.failures.saturating_add(1);
            active.flags.refused = false;
            let until = now.saturating_add(settings.backoff(active.failures));
            self.set_stage(group, account, Stage::Delayed(Action::Delete, until));
        }
    }

    /// An account that was refused by itself: from now on it is sent by itself, until it is served or another thing is wanted of it.
    fn set_apart(&mut self, now: Timestamp, group: GroupId, account: UserId, action: Action) {
        let Some(active) = self.active_mut(group, account) else { return };
        active.flags.apart = true;
        let marks = match action {
            Action::Delete => active.unwanted.iter().copied().collect(),
            _ => Vec::new(),
        };
        self.settle(now, group, account, action, now, &marks, false);
    }
}

/// Both halves, the first one last: it is sent first.
fn halves(mut accounts: Vec<UserId>) -> Vec<Part> {
    let second = accounts.split_off(accounts.len().div_ceil(2));
    [second, accounts].into_iter().map(|accounts| Part { accounts, is_checked: false }).collect()
}
