//! A group: its wants, and the state of the work on each account.

use std::collections::{BTreeMap, BTreeSet};

use avmarks_spec::{GroupId, Mark, Timestamp, UserId};

use crate::call::Action;
use crate::event::{AccountView, GroupView};
use crate::want::{Want, WantError};

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Group {
    pub(crate) wants: BTreeMap<UserId, Want>,
    /// The number of accounts that should have each mark. A mark that is not wanted any more stays with 0 until a sweep finds that
    /// nobody holds it.
    pub(crate) holders: BTreeMap<Mark, usize>,
    /// The accounts with a state beyond their want.
    pub(crate) active: BTreeMap<UserId, Active>,
    pub(crate) queues: BTreeMap<Action, Queue>,
    /// How many accounts wait for another try, or in parts of calls that were refused.
    pub(crate) delayed: usize,
    pub(crate) in_flight: usize,
    pub(crate) restored: u64,
    /// How many accounts have unwanted marks by the latest sweep.
    pub(crate) unwanted: usize,
    pub(crate) swept_at: Option<Timestamp>,
}

/// The accounts that wait for one action.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    /// The time by which each must be sent.
    pub(crate) accounts: BTreeSet<(Timestamp, UserId)>,
    /// When the next call leaves, as the agenda of the keeper has it.
    pub(crate) leaves_at: Option<Timestamp>,
}

/// Where an account is on its way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Nothing is to be done.
    #[default]
    Idle,
    /// It waits until this time before it waits for the action.
    Delayed(Action, Timestamp),
    /// It must be in a call by this time.
    Queued(Action, Timestamp),
    InFlight(Action),
}

/// The state of an account beyond its want.
#[derive(Debug, Default)]
pub(crate) struct Active {
    pub(crate) stage: Stage,
    /// Marks to delete, whose deletion has not been confirmed.
    pub(crate) unwanted: BTreeSet<Mark>,
    /// The latest time at which a webhook has it online, by the service's clock.
    pub(crate) online_at: Timestamp,
    /// The latest time at which it was taken for online without such a time, by our clock.
    pub(crate) asked_at: Timestamp,
    /// When something happened to it or was done about it, by our clock.
    pub(crate) touched_at: Timestamp,
    /// When its mark 500 ends. `None` if it is not known to have it.
    pub(crate) pin_ends: Option<Timestamp>,
    /// When mark 500 was last set on it.
    pub(crate) pinned_at: Option<Timestamp>,
    /// The time by which it must be in another call: it changed while a call was in flight.
    pub(crate) again_by: Option<Timestamp>,
    /// Until when an earlier call about it may still be carried out.
    pub(crate) doubt_until: Timestamp,
    /// How often it was left out of an answer since its latest sign of life.
    pub(crate) tries: u32,
    /// How many of its calls failed one after the other.
    pub(crate) failures: u32,
    pub(crate) flags: Flags,
    /// Its entry among the timers of the keeper.
    pub(crate) timer: Option<Timestamp>,
}

/// Boolean properties of an account.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Flags {
    /// The latest sign of life is a webhook.
    pub(crate) told: bool,
    /// It was served since its latest sign of life.
    pub(crate) served: bool,
    /// A webhook has reported since its call was sent that it is gone.
    pub(crate) gone: bool,
    /// After the deletion of its unwanted marks, the wanted ones are set.
    pub(crate) goes_on: bool,
    /// Its marks were refused together with those of all others of the call.
    pub(crate) refused: bool,
    /// After such a refusal it was found online.
    pub(crate) checked: bool,
    /// It was refused by itself, so it is sent by itself.
    pub(crate) apart: bool,
    /// A sweep has sent it.
    pub(crate) swept: bool,
    /// Mark 500 must be deleted once its call has ended: it may have left before that mark was set.
    pub(crate) unpin: bool,
    /// The rows of the store have its unwanted marks.
    pub(crate) stored: bool,
}

impl Active {
    /// The next action for an account that has just been touched. `None` if there is nothing to do.
    pub(crate) fn first_action(&self, want: Option<&Want>) -> Option<Action> {
        if self.unwanted.is_empty() { self.action_after_delete(want) } else { Some(Action::Delete) }
    }

    /// What follows once nothing unwanted is left.
    pub(crate) fn action_after_delete(&self, want: Option<&Want>) -> Option<Action> {
        let want = want?;
        match want.is_robot() && self.pin_ends.is_none() {
            true => Some(Action::AddRobots),
            false if want.ordinary().next().is_some() => Some(Action::Set),
            false if self.lacks_pin(want) => Some(Action::Check),
            false => None,
        }
    }

    /// Whether mark 500 is wanted of an account that is not a robot, and not known to be set.
    pub(crate) fn lacks_pin(&self, want: &Want) -> bool {
        want.is_pinned() && !want.is_robot() && self.pin_ends.is_none()
    }

    /// The marks that a call with this action names.
    pub(crate) fn marks_of(&self, action: Action, want: Option<&Want>) -> Vec<Mark> {
        match action {
            Action::Delete => self.unwanted.iter().copied().collect(),
            Action::Set => want.into_iter().flat_map(Want::ordinary).collect(),
            Action::Pin => vec![Mark::PINNED],
            Action::AddRobots | Action::Check | Action::List => Vec::new(),
        }
    }
}

impl Group {
    /// Whether an account may be wanted so.
    pub(crate) fn check(&self, account: UserId, want: &Want, limits: &avmarks_spec::Limits) -> Result<(), WantError> {
        let before = self.wants.get(&account).map(Want::list).unwrap_or_default();
        let new = || want.list().iter().copied().filter(|mark| !before.contains(mark));
        let max = limits.members_per_mark_max;
        if let Some(mark) = new().find(|mark| self.holders.get(mark).is_some_and(|holders| *holders >= max)) {
            return Err(WantError::MembersPerMark { mark, max });
        }
        let others = |mark: &Mark| self.holders.get(mark).copied().unwrap_or(0) > usize::from(before.contains(mark));
        let mut custom: BTreeSet<Mark> =
            self.holders.keys().copied().filter(|mark| !mark.is_special() && others(mark)).collect();
        let max = limits.marks_per_group_max;
        for mark in want.list().iter().copied().filter(|mark| !mark.is_special()) {
            custom.insert(mark);
            if custom.len() > max {
                return Err(WantError::MarksPerGroup { mark, max });
            }
        }
        Ok(())
    }

    /// Replaces the want of an account, and returns the former one.
    pub(crate) fn replace(&mut self, account: UserId, want: Option<Want>) -> Option<Want> {
        for mark in want.iter().flat_map(|want| want.list()) {
            *self.holders.entry(*mark).or_default() += 1;
        }
        let before = match want {
            Some(want) => self.wants.insert(account, want),
            None => self.wants.remove(&account),
        };
        for mark in before.iter().flat_map(|before| before.list()) {
            if let Some(holders) = self.holders.get_mut(mark) {
                *holders = holders.saturating_sub(1);
            }
        }
        before
    }

    /// The state of an account. If it has none, one is made where `begins` says so.
    pub(crate) fn active_mut(&mut self, account: UserId, begins: bool) -> Option<&mut Active> {
        if begins { Some(self.active.entry(account).or_default()) } else { self.active.get_mut(&account) }
    }

    /// Whether it can be forgotten.
    pub(crate) fn is_empty(&self) -> bool {
        self.wants.is_empty() && self.active.is_empty() && self.holders.is_empty()
    }

    pub(crate) fn view(&self, group: GroupId) -> GroupView {
        GroupView {
            group,
            wanted: self.wants.len(),
            holders: self
                .holders
                .iter()
                .filter(|(_, count)| **count > 0)
                .map(|(mark, count)| (*mark, *count))
                .collect(),
            waiting: self.queues.values().map(|queue| queue.accounts.len()).sum::<usize>() + self.delayed,
            in_flight: self.in_flight,
            restored: self.restored,
            unwanted: self.unwanted,
            swept_at: self.swept_at,
        }
    }

    pub(crate) fn account(&self, account: UserId) -> Option<AccountView> {
        let (want, active) = (self.wants.get(&account), self.active.get(&account));
        let unwanted: Vec<Mark> = active.map(|active| active.unwanted.iter().copied().collect()).unwrap_or_default();
        if want.is_none() && unwanted.is_empty() {
            return None;
        }
        let waits_for = match active.map(|active| active.stage) {
            Some(Stage::Delayed(action, _) | Stage::Queued(action, _) | Stage::InFlight(action)) => Some(action),
            Some(Stage::Idle) | None => None,
        };
        Some(AccountView {
            want: want.cloned(),
            unwanted,
            waits_for,
            pin_ends: active.and_then(|active| active.pin_ends),
        })
    }
}
