//! The wants of one group and the limits on them: one piece of code that every store uses, so that they cannot differ.

use std::collections::{BTreeMap, BTreeSet};

use avmarks_spec::{Clause, GroupId, Limits, Mark, UserId};

use crate::types::{Deleted, NewWant, Put, Version, Want, WantError, held, takes_place};

/// The want of one account, without its version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) marks: BTreeSet<Mark>,
    pub(crate) robot: bool,
    pub(crate) removed: BTreeSet<Mark>,
}

impl Account {
    /// Nothing is wanted, and nothing waits to be deleted.
    pub(crate) fn is_empty(&self) -> bool {
        self.marks.is_empty() && !self.robot && self.removed.is_empty()
    }

    fn held(&self) -> BTreeSet<Mark> {
        held(&self.marks, self.robot)
    }
}

/// Wants of a group: the holders of all marks, and the accounts that a caller asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct GroupState {
    /// How many accounts want each mark; never 0.
    pub(crate) holders: BTreeMap<Mark, usize>,
    pub(crate) accounts: BTreeMap<UserId, Account>,
}

impl GroupState {
    /// Puts a want, or refuses it and changes nothing.
    pub(crate) fn put(&mut self, limits: &Limits, want: &NewWant) -> Result<Put, WantError> {
        let before = self.accounts.get(&want.account).cloned().unwrap_or_default();
        if before.marks == want.marks && before.robot == want.robot {
            return Ok(Put::Unchanged);
        }
        let held_before = before.held();
        let held_now = held(&want.marks, want.robot);
        let holders = self.moved(&held_before, &held_now);
        Self::check(limits, &self.holders, &holders, held_now.difference(&held_before))?;
        self.holders = holders;
        let removed = before.removed.union(&held_before).filter(|mark| !held_now.contains(mark)).copied().collect();
        self.store(want.account, Account { marks: want.marks.clone(), robot: want.robot, removed });
        Ok(Put::Changed)
    }

    /// The marks that waited to be deleted are deleted.
    pub(crate) fn deleted(&mut self, account: UserId) {
        if let Some(stored) = self.accounts.get(&account).cloned() {
            self.store(account, Account { removed: BTreeSet::new(), ..stored });
        }
    }

    fn store(&mut self, account: UserId, stored: Account) {
        if stored.is_empty() {
            self.accounts.remove(&account);
        } else {
            self.accounts.insert(account, stored);
        }
    }

    fn moved(&self, before: &BTreeSet<Mark>, now: &BTreeSet<Mark>) -> BTreeMap<Mark, usize> {
        let mut holders = self.holders.clone();
        for mark in before.difference(now) {
            if let Some(count) = holders.get_mut(mark) {
                *count = count.saturating_sub(1);
            }
        }
        holders.retain(|_, count| *count > 0);
        now.difference(before).for_each(|mark| *holders.entry(*mark).or_default() += 1);
        holders
    }

    /// Only marks that are new to the account can be refused: removing marks is never refused, even if the limits have changed.
    fn check<'a>(
        limits: &Limits,
        before: &BTreeMap<Mark, usize>,
        now: &BTreeMap<Mark, usize>,
        new: impl Iterator<Item = &'a Mark>,
    ) -> Result<(), WantError> {
        let places = now.keys().filter(|mark| takes_place(**mark)).count();
        for mark in new.copied() {
            if takes_place(mark) && !before.contains_key(&mark) && places > limits.marks_per_group_max {
                return Err(WantError { clause: Clause::MarksPerGroup, mark, limit: limits.marks_per_group_max });
            }
            if now.get(&mark).is_some_and(|count| *count > limits.members_per_mark_max) {
                return Err(WantError { clause: Clause::MembersPerMark, mark, limit: limits.members_per_mark_max });
            }
        }
        Ok(())
    }
}

/// The groups that a transaction reads, and what it writes back.
#[derive(Clone, Debug, Default)]
pub(crate) struct Groups {
    pub(crate) states: BTreeMap<GroupId, GroupState>,
    pub(crate) versions: BTreeMap<(GroupId, UserId), Version>,
}

/// What a transaction writes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    /// Wants as they are now. `None` if the row goes.
    pub(crate) accounts: Vec<(GroupId, UserId, Option<Account>)>,
    /// Holders of marks as they are now; 0 where the row goes.
    pub(crate) holders: Vec<(GroupId, Mark, usize)>,
    /// How many wants a group has more or fewer; never 0.
    pub(crate) wants: Vec<(GroupId, i64)>,
}

impl Groups {
    /// Takes in a want that was read.
    pub(crate) fn read(&mut self, want: Want) {
        let account = Account { marks: want.marks, robot: want.robot, removed: want.removed };
        self.states.entry(want.group).or_default().accounts.insert(want.account, account);
        self.versions.insert((want.group, want.account), want.version);
    }

    /// Puts wants, in order.
    pub(crate) fn put(&mut self, limits: &Limits, wants: &[NewWant]) -> Vec<Result<Put, WantError>> {
        wants.iter().map(|want| self.states.entry(want.group).or_default().put(limits, want)).collect()
    }

    /// Deletes what waits to be deleted, where the version is that which was read.
    pub(crate) fn deleted(&mut self, deleted: &Deleted) {
        if self.versions.get(&(deleted.group, deleted.account)) == Some(&deleted.version)
            && let Some(state) = self.states.get_mut(&deleted.group)
        {
            state.deleted(deleted.account);
        }
    }

    /// Of every account that was read, what waits to be deleted is deleted.
    pub(crate) fn all_deleted(&mut self) {
        for state in self.states.values_mut() {
            for account in state.accounts.keys().copied().collect::<Vec<_>>() {
                state.deleted(account);
            }
        }
    }

    /// What differs from what was read.
    pub(crate) fn changes(&self, before: &Self) -> Changes {
        let mut changes = Changes::default();
        let none = GroupState::default();
        for (group, now) in &self.states {
            let old = before.states.get(group).unwrap_or(&none);
            let accounts: BTreeSet<_> = old.accounts.keys().chain(now.accounts.keys()).collect();
            for account in accounts.into_iter().filter(|account| old.accounts.get(account) != now.accounts.get(account))
            {
                changes.accounts.push((*group, *account, now.accounts.get(account).cloned()));
            }
            let marks: BTreeSet<_> = old.holders.keys().chain(now.holders.keys()).collect();
            for mark in marks.into_iter().filter(|mark| old.holders.get(mark) != now.holders.get(mark)) {
                changes.holders.push((*group, *mark, now.holders.get(mark).copied().unwrap_or_default()));
            }
            let count = |state: &GroupState| i64::try_from(state.accounts.len()).unwrap_or(i64::MAX);
            let more = count(now).saturating_sub(count(old));
            if more != 0 {
                changes.wants.push((*group, more));
            }
        }
        changes
    }
}

/// The wants whose put changed something, each once.
pub(crate) fn changed(wants: &[NewWant], answers: &[Result<Put, WantError>]) -> BTreeSet<(GroupId, UserId)> {
    let changed = wants.iter().zip(answers).filter(|(_, answer)| **answer == Ok(Put::Changed));
    changed.map(|(want, _)| (want.group, want.account)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { marks_per_group_max: 2, members_per_mark_max: 2, ..Limits::DOCUMENTED };

    fn want(account: &str, marks: &[i64], robot: bool) -> NewWant {
        let (group, account) = (GroupId::parse("g").unwrap(), UserId::parse(account).unwrap());
        NewWant { group, account, marks: marks.iter().map(|mark| Mark::new(*mark).unwrap()).collect(), robot }
    }

    fn put(state: &mut GroupState, account: &str, marks: &[i64], robot: bool) -> Result<Put, Clause> {
        state.put(&LIMITS, &want(account, marks, robot)).map_err(|error| error.clause)
    }

    #[test]
    fn one_mark_more_than_the_limit_is_refused() {
        let mut state = GroupState::default();
        assert_eq!(put(&mut state, "a", &[1_000, 1_001, 500, 600], false), Ok(Put::Changed));
        assert_eq!(put(&mut state, "b", &[1_002], false), Err(Clause::MarksPerGroup));
        assert_eq!(put(&mut state, "a", &[1_000, 1_002], false), Ok(Put::Changed));
    }

    #[test]
    fn one_holder_more_than_the_limit_is_refused() {
        let mut state = GroupState::default();
        for account in ["a", "b"] {
            assert_eq!(put(&mut state, account, &[1_000, 500], false), Ok(Put::Changed));
        }
        assert_eq!(put(&mut state, "c", &[1_000], false), Err(Clause::MembersPerMark));
        assert_eq!(put(&mut state, "c", &[], true), Err(Clause::MembersPerMark));
        assert_eq!(put(&mut state, "b", &[], false), Ok(Put::Changed));
        assert_eq!(put(&mut state, "c", &[1_000], true), Ok(Put::Changed));
    }

    #[test]
    fn giving_up_marks_is_never_refused() {
        let mut state = GroupState::default();
        put(&mut state, "a", &[1_000, 1_001], false).unwrap();
        let narrow = Limits { marks_per_group_max: 0, members_per_mark_max: 0, ..LIMITS };
        assert_eq!(state.put(&narrow, &want("a", &[1_001], false)), Ok(Put::Changed));
        let error = state.put(&narrow, &want("a", &[1_000], false)).unwrap_err();
        assert_eq!((error.clause, error.mark.number(), error.limit), (Clause::MarksPerGroup, 1_000, 0));
    }

    #[test]
    fn a_removed_mark_waits_until_deleted() {
        let mut state = GroupState::default();
        put(&mut state, "a", &[1_000], true).unwrap();
        put(&mut state, "a", &[1_001], false).unwrap();
        let account = UserId::parse("a").unwrap();
        let removed =
            |state: &GroupState| state.accounts[&account].removed.iter().map(|m| m.number()).collect::<Vec<_>>();
        assert_eq!(removed(&state), [500, 1_000]);
        put(&mut state, "a", &[1_000, 1_001], false).unwrap();
        assert_eq!(removed(&state), [500]);
        put(&mut state, "a", &[], false).unwrap();
        assert_eq!((removed(&state), state.holders.len()), (vec![500, 1_000, 1_001], 0));
        state.deleted(account);
        assert_eq!(state, GroupState::default());
    }

    #[test]
    fn who_never_wanted_anything_leaves_no_row() {
        let mut state = GroupState::default();
        assert_eq!(put(&mut state, "a", &[], false), Ok(Put::Unchanged));
        assert_eq!(state, GroupState::default());
    }

    #[test]
    fn an_error_names_clause_mark_and_limit() {
        let error = |clause| WantError { clause, mark: Mark::CUSTOM_MIN, limit: 10 }.to_string();
        assert!(
            error(Clause::MarksPerGroup)
                .starts_with("MARKS-PER-GROUP: mark `1000` is not in use in this group, which wants 10 ")
        );
        assert!(error(Clause::MembersPerMark).starts_with("MEMBERS-PER-MARK: mark `1000` is wanted for 10 accounts "));
    }
}
