//! Who is in the room. Storage only: nothing here knows a rule.

use alloc::vec::Vec;
use core::hash::BuildHasher;

use avmarks_spec::{Timestamp, UserId};
use foldhash::fast::FixedState;
use hashbrown::HashTable;

use crate::marks::MarkSet;

/// Where a member's record lies; valid until the member leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slot(u32);

/// A member's record.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) account: UserId,
    pub(crate) connected: bool,
    pub(crate) marks: MarkSet,
    /// The place in the join order, from 1 up.
    pub(crate) place: u64,
    pub(crate) joined: Timestamp,
}

/// Records by slot, and the slot of each account. The hash has a fixed seed: the same inputs give the same room, and
/// somebody who chooses account ids to collide can make look-ups slow. Ids come from an app's own accounts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Roster {
    slots: HashTable<u32>,
    records: Vec<Option<Member>>,
    free: Vec<u32>,
}

impl Roster {
    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    pub(crate) fn find(&self, account: &UserId) -> Option<(Slot, &Member)> {
        let slot = self.slots.find(hash(account), |slot| self.is_at(*slot, account)).copied()?;
        Some((Slot(slot), self.get(Slot(slot))?))
    }

    pub(crate) fn get(&self, slot: Slot) -> Option<&Member> {
        self.records.get(slot.0 as usize)?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, slot: Slot) -> Option<&mut Member> {
        self.records.get_mut(slot.0 as usize)?.as_mut()
    }

    /// Puts a record in. The caller has seen that the account has none; with 2^32 records there is no place left.
    pub(crate) fn insert(&mut self, member: Member) -> Option<Slot> {
        let key = hash(&member.account);
        let slot = match self.free.pop() {
            Some(slot) => slot,
            None => {
                let slot = u32::try_from(self.records.len()).ok()?;
                self.records.push(None);
                slot
            }
        };
        *self.records.get_mut(slot as usize)? = Some(member);
        let records = &self.records;
        self.slots.insert_unique(key, slot, |slot| {
            records.get(*slot as usize).and_then(Option::as_ref).map_or(0, |member| hash(&member.account))
        });
        Some(Slot(slot))
    }

    pub(crate) fn remove(&mut self, account: &UserId) -> Option<Member> {
        let records = &self.records;
        let is_it = |slot: &u32| {
            records.get(*slot as usize).and_then(Option::as_ref).is_some_and(|member| member.account == *account)
        };
        let (slot, _) = self.slots.find_entry(hash(account), is_it).ok()?.remove();
        self.free.push(slot);
        self.records.get_mut(slot as usize)?.take()
    }

    /// Every record, in no order that means anything, but the same one each time.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Member> {
        self.records.iter().flatten()
    }

    fn is_at(&self, slot: u32, account: &UserId) -> bool {
        self.get(Slot(slot)).is_some_and(|member| member.account == *account)
    }
}

fn hash(account: &UserId) -> u64 {
    FixedState::with_seed(0).hash_one(account.as_bytes())
}
