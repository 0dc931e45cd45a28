//! A store in memory: what the others are compared with, and what a demonstration or a test uses.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use avmarks_protocol::Endpoint;
use avmarks_spec::{GroupId, Limits, Timestamp, UserId};

use crate::coordination::{Coordination, verbs_of_nodes};
use crate::error::StoreError;
use crate::group::GroupState;
use crate::store::Store;
use crate::types::{
    Admission, Batch, BatchId, Due, Epoch, Event, Group, Holders, Lease, NewDue, NewWant, NodeId, Put, Settlement,
    Slot, Status, Version, Want, WantError,
};

/// The clock of a store that has none of its own.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// A [`Store`] in memory. It is lost with the process.
#[derive(Clone)]
pub struct MemoryStore {
    tables: Arc<Mutex<Tables>>,
    clock: Clock,
}

impl std::fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

/// An account of a group, or the group itself.
type Key = (GroupId, Option<UserId>);

#[derive(Clone)]
struct Tables {
    limits: Limits,
    groups: BTreeMap<GroupId, GroupState>,
    versions: BTreeMap<(GroupId, UserId), Version>,
    inbox: BTreeMap<BatchId, Batch>,
    due: BTreeMap<Key, (Timestamp, u32, Version)>,
    /// The last version and the last batch.
    numbers: u64,
    coordination: Coordination,
}

impl MemoryStore {
    /// An empty store under these limits, with this clock.
    #[must_use]
    pub fn new(limits: Limits, clock: Clock) -> Self {
        let coordination = Coordination::new(limits.calls_per_window_max, Epoch(0), Timestamp::EPOCH);
        let tables = Tables {
            limits,
            groups: BTreeMap::new(),
            versions: BTreeMap::new(),
            inbox: BTreeMap::new(),
            due: BTreeMap::new(),
            numbers: 0,
            coordination,
        };
        Self { tables: Arc::new(Mutex::new(tables)), clock }
    }

    /// A thread that panicked changed nothing halfway: every verb reads first and writes last.
    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tables {
    fn number(&mut self) -> u64 {
        self.numbers = self.numbers.saturating_add(1);
        self.numbers
    }

    fn put(&mut self, now: Timestamp, wants: &[NewWant]) -> Vec<Result<Put, WantError>> {
        let mut answers = Vec::with_capacity(wants.len());
        for want in wants {
            let answer = self.groups.entry(want.group).or_default().put(&self.limits, want);
            if answer == Ok(Put::Changed) {
                let version = Version(self.number());
                self.versions.insert((want.group, want.account), version);
                let at = self.due.get(&(want.group, Some(want.account))).map_or(now, |(at, ..)| (*at).min(now));
                let version = Version(self.number());
                self.due.insert((want.group, Some(want.account)), (at, 0, version));
            }
            self.drop_if_empty(&want.group);
            answers.push(answer);
        }
        answers
    }

    fn want(&self, group: &GroupId, account: &UserId) -> Option<Want> {
        let stored = self.groups.get(group)?.accounts.get(account)?;
        let version = self.versions.get(&(*group, *account)).copied().unwrap_or_default();
        Some(Want {
            group: *group,
            account: *account,
            marks: stored.marks.clone(),
            robot: stored.robot,
            removed: stored.removed.clone(),
            version,
        })
    }

    fn mark_due(&mut self, due: &NewDue) {
        let version = Version(self.number());
        let row = self.due.entry((due.group, due.account)).or_insert((due.at, due.tries, version));
        *row = (row.0.min(due.at), row.1.max(due.tries), version);
    }

    fn is_wanted(&self, event: &Event) -> bool {
        let Some(state) = self.groups.get(&event.group) else { return false };
        event.change.account().is_none_or(|account| state.accounts.contains_key(&account))
    }

    fn delete(&mut self, group: GroupId, account: UserId) {
        if let Some(state) = self.groups.get_mut(&group) {
            state.deleted(account);
            if !state.accounts.contains_key(&account) {
                self.versions.remove(&(group, account));
            }
        }
        self.drop_if_empty(&group);
    }

    fn drop_if_empty(&mut self, group: &GroupId) {
        if self.groups.get(group).is_some_and(|state| state.accounts.is_empty()) {
            self.groups.remove(group);
        }
    }

    fn settle(&mut self, slot: Slot, settlement: &Settlement) {
        let is_here = |group: &GroupId| Slot::of(group) == slot;
        for id in &settlement.batches {
            if self.inbox.get(id).is_some_and(|batch| batch.slot == slot) {
                self.inbox.remove(id);
            }
        }
        for due in settlement.cleared.iter().filter(|due| is_here(&due.group)) {
            let key = (due.group, due.account);
            if self.due.get(&key).is_some_and(|(.., version)| *version == due.version) {
                self.due.remove(&key);
            }
        }
        settlement.due.iter().filter(|due| is_here(&due.group)).for_each(|due| self.mark_due(due));
        for deleted in settlement.deleted.iter().filter(|deleted| is_here(&deleted.group)) {
            let version = self.versions.get(&(deleted.group, deleted.account));
            if version == Some(&deleted.version) {
                self.delete(deleted.group, deleted.account);
            }
        }
        for group in settlement.destroyed.iter().filter(|group| is_here(group)) {
            self.due.retain(|(of, _), _| of != group);
            let accounts = self.groups.get(group).into_iter().flat_map(|state| state.accounts.keys().copied());
            for account in accounts.collect::<Vec<_>>() {
                self.delete(*group, account);
            }
        }
    }
}

impl Store for MemoryStore {
    fn another(&self) -> Result<Box<dyn Store>, StoreError> {
        Ok(Box::new(self.clone()))
    }

    fn now(&mut self) -> Result<Timestamp, StoreError> {
        Ok((self.clock)())
    }

    fn put_wants(&mut self, wants: &[NewWant], dry_run: bool) -> Result<Vec<Result<Put, WantError>>, StoreError> {
        let now = (self.clock)();
        let mut tables = self.tables();
        Ok(if dry_run { tables.clone().put(now, wants) } else { tables.put(now, wants) })
    }

    fn wants(&mut self, accounts: &[(GroupId, UserId)]) -> Result<Vec<Want>, StoreError> {
        let tables = self.tables();
        let accounts: BTreeSet<_> = accounts.iter().collect();
        Ok(accounts.into_iter().filter_map(|(group, account)| tables.want(group, account)).collect())
    }

    fn wants_of_group(&mut self, group: &GroupId, after: Option<&UserId>, max: usize) -> Result<Vec<Want>, StoreError> {
        let tables = self.tables();
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let accounts = tables.groups.get(group).map(|state| state.accounts.range((from, Bound::Unbounded)));
        let accounts = accounts.into_iter().flatten().take(max);
        Ok(accounts.filter_map(|(account, _)| tables.want(group, account)).collect())
    }

    fn groups(&mut self, slot: Slot, after: Option<&GroupId>, max: usize) -> Result<Vec<Group>, StoreError> {
        let tables = self.tables();
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let groups = tables.groups.range((from, Bound::Unbounded)).filter(|(group, _)| Slot::of(group) == slot);
        Ok(groups.take(max).map(|(group, state)| Group { group: *group, wants: state.accounts.len() }).collect())
    }

    fn holders(&mut self, group: &GroupId) -> Result<Vec<Holders>, StoreError> {
        let tables = self.tables();
        let holders = tables.groups.get(group).into_iter().flat_map(|state| state.holders.iter());
        Ok(holders.map(|(mark, holders)| Holders { mark: *mark, holders: *holders }).collect())
    }

    fn accept(&mut self, events: &[Event]) -> Result<usize, StoreError> {
        let mut tables = self.tables();
        let mut batches: BTreeMap<Slot, Vec<Event>> = BTreeMap::new();
        for event in events.iter().filter(|event| tables.is_wanted(event)) {
            batches.entry(Slot::of(&event.group)).or_default().push(*event);
        }
        let count = batches.values().map(Vec::len).sum();
        for (slot, events) in batches {
            let id = BatchId(tables.number());
            tables.inbox.insert(id, Batch { id, slot, events });
        }
        Ok(count)
    }

    fn inbox(&mut self, slots: &[Slot], except: &[BatchId], max: usize) -> Result<Vec<Batch>, StoreError> {
        let tables = self.tables();
        let slots: BTreeSet<_> = slots.iter().collect();
        let except: BTreeSet<_> = except.iter().collect();
        let batches = tables.inbox.values().filter(|batch| slots.contains(&batch.slot) && !except.contains(&batch.id));
        Ok(batches.take(max).cloned().collect())
    }

    fn mark_due(&mut self, due: &[NewDue]) -> Result<(), StoreError> {
        let mut tables = self.tables();
        due.iter().for_each(|due| tables.mark_due(due));
        Ok(())
    }

    fn due(
        &mut self,
        slots: &[Slot],
        until: Timestamp,
        after: Option<&Due>,
        max: usize,
    ) -> Result<Vec<Due>, StoreError> {
        let tables = self.tables();
        let slots: BTreeSet<_> = slots.iter().collect();
        let after = after.map(|due| (due.at, due.group, due.account));
        let mut found: Vec<_> = tables
            .due
            .iter()
            .filter(|((group, _), (at, ..))| slots.contains(&Slot::of(group)) && *at <= until)
            .map(|((group, account), (at, tries, version))| Due {
                group: *group,
                account: *account,
                at: *at,
                tries: *tries,
                version: *version,
            })
            .filter(|due| after.is_none_or(|after| (due.at, due.group, due.account) > after))
            .collect();
        found.sort_by_key(|due| (due.at, due.group, due.account));
        found.truncate(max);
        Ok(found)
    }

    verbs_of_nodes!(tables);

    fn settle(&mut self, node: NodeId, lease: Lease, settlement: &Settlement) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        if !tables.coordination.holds(node, lease) {
            return Ok(false);
        }
        tables.settle(lease.slot, settlement);
        Ok(true)
    }

    fn status(&mut self) -> Result<Status, StoreError> {
        let now = (self.clock)();
        let tables = self.tables();
        Ok(Status {
            groups: tables.groups.len(),
            wants: tables.groups.values().map(|state| state.accounts.len()).sum(),
            batches: tables.inbox.len(),
            due: tables.due.values().filter(|(at, ..)| *at <= now).count(),
            nodes: tables.coordination.nodes(now),
            permits_taken: tables.coordination.permits_taken(now),
        })
    }
}
