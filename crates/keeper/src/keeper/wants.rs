//! Changes of wants.

use avmarks_spec::{GroupId, Timestamp, UserId};

use super::{Keeper, listed};
use crate::event::Record;
use crate::group::Stage;
use crate::want::{Want, WantError};

impl Keeper {
    /// Whether an account may be wanted so, next to all that is wanted already.
    ///
    /// # Errors
    ///
    /// [`WantError`] if a limit of the documents would be exceeded.
    pub fn check(&self, group: GroupId, account: UserId, want: &Want) -> Result<(), WantError> {
        match self.groups.get(&group) {
            Some(state) => state.check(account, want, &self.settings.limits),
            None => crate::group::Group::default().check(account, want, &self.settings.limits),
        }
    }

    /// Wants these marks of an account, in the place of what was wanted before. What is new is due at once, and what is not wanted any
    /// more is deleted first. Returns whether anything changed.
    ///
    /// # Errors
    ///
    /// As [`Keeper::check`]. Nothing was changed.
    pub fn want(&mut self, now: Timestamp, group: GroupId, account: UserId, want: Want) -> Result<bool, WantError> {
        self.check(group, account, &want)?;
        Ok(self.change(now, group, account, Some(want)))
    }

    /// Wants nothing of an account any more. The marks that it was to have are deleted. Returns whether anything was wanted.
    pub fn unwant(&mut self, now: Timestamp, group: GroupId, account: UserId) -> bool {
        let is_wanted = self.groups.get(&group).is_some_and(|state| state.wants.contains_key(&account));
        is_wanted && self.change(now, group, account, None)
    }

    /// Loads a stored row, before the first [`Keeper::poll`]. The limits are not checked again. [`Keeper::resync`] makes it due.
    pub fn load(
        &mut self,
        now: Timestamp,
        group: GroupId,
        account: UserId,
        want: Option<Want>,
        unwanted: &[avmarks_spec::Mark],
    ) {
        let now = self.time(now);
        self.doubt_until = now.saturating_add(self.settings.late);
        let want = want.map(|want| self.lists.shared(want));
        let state = self.group_mut(group, now);
        state.replace(account, want);
        if !unwanted.is_empty() {
            let active = state.active.entry(account).or_default();
            active.unwanted.extend(unwanted);
            active.flags.stored = true;
            active.asked_at = now;
            active.touched_at = now;
            self.start(group, account, now);
        }
    }

    /// Loads the row of an account that has changed in the store, which has checked the limits: the current want, and all marks whose
    /// deletion is pending there. Where anything changed, it is due at once.
    pub fn update(
        &mut self,
        now: Timestamp,
        group: GroupId,
        account: UserId,
        want: Option<Want>,
        unwanted: &[avmarks_spec::Mark],
    ) {
        self.change(now, group, account, want);
        let now = self.time(now);
        let by = now.saturating_add(self.settings.gather);
        let Some(state) = self.groups.get_mut(&group) else { return };
        let active = state.active.entry(account).or_default();
        let count = active.unwanted.len();
        active.unwanted.extend(unwanted);
        active.flags.stored |= !unwanted.is_empty();
        if active.unwanted.len() > count {
            active.asked_at = now;
            active.touched_at = now;
            self.start(group, account, by);
        }
    }

    /// Forgets a group: another node keeps it from now on. Results of its calls that are in flight are passed over.
    pub fn forget(&mut self, group: GroupId) {
        let Some(state) = self.groups.get(&group) else { return };
        let accounts: Vec<UserId> = state.active.keys().copied().collect();
        for account in accounts {
            self.set_stage(group, account, Stage::Idle);
            if let Some(fires) = self.active_mut(group, account).and_then(|active| active.timer.take()) {
                self.timers.remove(&(fires, group, account));
            }
        }
        self.groups.remove(&group);
        self.resyncs.remove(&group);
        self.sweeps.forget(group);
        self.in_flight.retain(|_, sent| sent.group != group);
        self.divisions.retain(|_, division| division.group != group);
        let divisions = &self.divisions;
        self.divisions_ready.retain(|id| divisions.contains_key(id));
    }

    fn change(&mut self, now: Timestamp, group: GroupId, account: UserId, want: Option<Want>) -> bool {
        let now = self.time(now);
        let by = now.saturating_add(self.settings.gather);
        let want = want.map(|want| self.lists.shared(want));
        let state = self.group_mut(group, now);
        if state.wants.get(&account) == want.as_ref() {
            return false;
        }
        let before = state.replace(account, want.clone());
        let active = state.active.entry(account).or_default();
        active.unwanted.extend(before.iter().flat_map(Want::list));
        if let Some(want) = &want {
            active.unwanted.retain(|mark| !want.list().contains(mark));
        }
        if active.unwanted.contains(&avmarks_spec::Mark::PINNED) || want.as_ref().is_some_and(Want::is_robot) {
            active.pin_ends = None;
        }
        active.asked_at = now;
        active.touched_at = now;
        active.flags.apart = false;
        active.flags.told = false;
        active.flags.served = false;
        active.flags.stored = !active.unwanted.is_empty();
        let unwanted = listed(&active.unwanted);
        // What waits may not be wanted any more.
        if let Stage::Queued(..) | Stage::Delayed(..) = active.stage {
            self.set_stage(group, account, Stage::Idle);
        }
        self.records.push(Record::Put { group, account, want, unwanted });
        self.start(group, account, by);
        true
    }
}
