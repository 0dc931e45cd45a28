//! Who is in the room. Storage only: nothing here knows a rule.

use core::hash::BuildHasher;

use avmarks_spec::{Timestamp, UserId};
use foldhash::fast::FixedState;

use crate::marks::MarkSet;
use crate::records::Records;
use crate::table::Table;

/// Where a member's record lies; valid until the member leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Slot(u32);

#[cfg(test)]
impl Slot {
    pub(crate) const fn from_number(number: u32) -> Self {
        Self(number)
    }
}

/// A member's record. There may be a million: numbers are kept in as many bytes as they need, and side by side.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) account: UserId,
    pub(crate) connected: bool,
    pub(crate) marks: MarkSet,
    place: [u8; 6],
    joined: [u8; 8],
}

const _: () = assert!(size_of::<Option<Member>>() == 50);

impl Member {
    /// The last place that a record can keep: no room has ever had so many members.
    pub(crate) const PLACE_MAX: u64 = (1 << 48) - 1;

    /// A new member, connected, without marks.
    pub(crate) fn new(account: UserId, place: u64, joined: Timestamp) -> Self {
        let [a, b, c, d, e, f, _, _] = place.to_le_bytes();
        let joined = joined.as_millis().to_le_bytes();
        Self { account, connected: true, marks: MarkSet::default(), place: [a, b, c, d, e, f], joined }
    }

    /// The place in the join order, from 1 up.
    pub(crate) fn place(&self) -> u64 {
        let [a, b, c, d, e, f] = self.place;
        u64::from_le_bytes([a, b, c, d, e, f, 0, 0])
    }

    pub(crate) fn joined(&self) -> Timestamp {
        Timestamp::from_millis(u64::from_le_bytes(self.joined))
    }
}

/// Records by slot, and the slot of each account. The hash has a fixed seed: the same inputs give the same room, and
/// somebody who chooses account ids to collide can make look-ups slow. Ids come from an app's own accounts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Roster {
    table: Table,
    records: Records<Member>,
    /// The slot that was last located: events come in groups of one account each.
    recent: u32,
}

impl Roster {
    pub(crate) const fn len(&self) -> usize {
        self.table.len()
    }

    pub(crate) fn find(&self, account: &UserId) -> Option<&Member> {
        self.records.get(self.look_up(account)?)
    }

    fn look_up(&self, account: &UserId) -> Option<u32> {
        self.table.find(hash(account), |slot| is_at(&self.records, slot, account))
    }

    /// Where the record of an account lies.
    pub(crate) fn locate(&mut self, account: &UserId) -> Option<Slot> {
        if !is_at(&self.records, self.recent, account) {
            self.recent = self.look_up(account)?;
        }
        Some(Slot(self.recent))
    }

    pub(crate) fn get(&self, slot: Slot) -> Option<&Member> {
        self.records.get(slot.0)
    }

    pub(crate) fn get_mut(&mut self, slot: Slot) -> Option<&mut Member> {
        self.records.get_mut(slot.0)
    }

    /// Puts a record in. The caller has seen that the account has none; with 2^32 records there is no slot left.
    pub(crate) fn insert(&mut self, member: Member) -> Option<Slot> {
        let key = hash(&member.account);
        let slot = self.records.insert(member)?;
        let records = &self.records;
        self.table.insert(key, slot, |slot| records.get(slot).map_or(0, |member| hash(&member.account)));
        self.recent = slot;
        Some(Slot(slot))
    }

    pub(crate) fn remove(&mut self, slot: Slot) -> Option<Member> {
        let account = self.records.get(slot.0)?.account;
        self.table.remove(hash(&account), |found| found == slot.0)?;
        self.records.remove(slot.0)
    }
}

fn is_at(records: &Records<Member>, slot: u32, account: &UserId) -> bool {
    records.get(slot).is_some_and(|member| member.account == *account)
}

pub(crate) fn hash(account: &UserId) -> u64 {
    FixedState::with_seed(0).hash_one(account)
}
