//! The members and robots of a room. Storage only; the rules are elsewhere.

use core::hash::BuildHasher;
use core::sync::atomic::{AtomicUsize, Ordering};

use avmarks_spec::{Timestamp, UserId};
use foldhash::fast::FixedState;

use super::marks::MarkSet;
use super::records::{Records, Slot};
use super::table::Table;

/// How an account is connected to the room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Connection {
    /// A member with a connection.
    Connected,
    /// A member that has lost its connection.
    Disconnected,
    /// An account that holds 500 without having joined.
    Robot,
}

/// The record of a member or robot. A room may have a million, so numbers are stored as bytes, without padding.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) account: UserId,
    pub(crate) connection: Connection,
    pub(crate) marks: MarkSet,
    position: [u8; 6],
    joined: [u8; 8],
}

const _: () = assert!(size_of::<Option<Member>>() == 50);

impl Member {
    /// The greatest position that a record can store.
    pub(crate) const POSITION_MAX: u64 = (1 << 48) - 1;

    /// A record without marks.
    pub(crate) fn new(account: UserId, position: u64, joined: Timestamp, connection: Connection) -> Self {
        let [a, b, c, d, e, f, _, _] = position.to_le_bytes();
        let joined = joined.as_millis().to_le_bytes();
        Self { account, connection, marks: MarkSet::default(), position: [a, b, c, d, e, f], joined }
    }

    /// The position in the join order, from 1 up.
    pub(crate) fn position(&self) -> u64 {
        let [a, b, c, d, e, f] = self.position;
        u64::from_le_bytes([a, b, c, d, e, f, 0, 0])
    }

    pub(crate) fn joined(&self) -> Timestamp {
        Timestamp::from_millis(u64::from_le_bytes(self.joined))
    }
}

/// The records by slot, and the slot of each account. No output of a room depends on the order of hashes, so the seed
/// affects neither answers nor snapshots ([`set_hash_seed`]).
#[derive(Clone, Debug, Default)]
pub(crate) struct Roster {
    table: Table,
    records: Records<Member>,
}

impl Roster {
    pub(crate) const fn len(&self) -> usize {
        self.table.len()
    }

    /// The slot of an account, given its hash.
    pub(crate) fn find(&self, account: &UserId, hash: u64) -> Option<Slot> {
        let is_match = |slot| self.records.get(slot).is_some_and(|member| member.account == *account);
        self.table.find(hash, is_match).map(Slot)
    }

    /// The most likely slot of an account with this hash. Reads no record, so it may be the slot of another account or of none.
    pub(crate) fn candidate(&self, hash: u64) -> Option<Slot> {
        self.table.candidate(hash).map(Slot)
    }

    /// The record of an account, given its hash and the candidate for it.
    pub(crate) fn find_at(&self, candidate: Option<Slot>, account: &UserId, hash: u64) -> Option<(Slot, &Member)> {
        let candidate = candidate?;
        match self.get(candidate) {
            Some(member) if member.account == *account => Some((candidate, member)),
            _ => self.find_other(account, hash),
        }
    }

    /// The slow path: the candidate belongs to another account, or is a tombstone, with the same tag.
    #[cold]
    fn find_other(&self, account: &UserId, hash: u64) -> Option<(Slot, &Member)> {
        let slot = self.find(account, hash)?;
        Some((slot, self.get(slot)?))
    }

    pub(crate) fn get(&self, slot: Slot) -> Option<&Member> {
        self.records.get(slot.0)
    }

    /// The record at a slot, with the slot.
    pub(crate) fn get_with_slot(&self, slot: Slot) -> Option<(Slot, &Member)> {
        Some((slot, self.get(slot)?))
    }

    pub(crate) fn get_mut(&mut self, slot: Slot) -> Option<&mut Member> {
        self.records.get_mut(slot.0)
    }

    /// Inserts a record. Returns `None` if the account has one, or all slot numbers are taken.
    pub(crate) fn insert(&mut self, member: Member, hash: u64) -> Option<Slot> {
        let account = member.account;
        let slot = self.records.insert(member)?;
        let records = &self.records;
        let is_match = |slot| records.get(slot).is_some_and(|member| member.account == account);
        let hash_of = |slot| records.get(slot).map_or(0, |member| self::hash(&member.account));
        if self.table.insert(hash, slot, is_match, hash_of) {
            return Some(Slot(slot));
        }
        self.records.remove(slot);
        None
    }

    /// Removes the record at a slot, given the hash of its account.
    pub(crate) fn remove(&mut self, slot: Slot, hash: u64) -> Option<Member> {
        self.table.remove(hash, |found| found == slot.0)?;
        self.records.remove(slot.0)
    }
}

/// The seed of all hashes in this process. The first call of [`set_hash_seed`], or the first hash, fixes it.
static SEED: AtomicUsize = AtomicUsize::new(NOT_SET);
/// The seed is not fixed yet.
const NOT_SET: usize = usize::MAX;
/// The seed if [`set_hash_seed`] was not called.
const DEFAULT_SEED: usize = 0;

/// Sets the seed of the hash tables of all rooms. It can be set once per process, before the first room has a member. Returns whether
/// the seed was set.
///
/// With the default seed, an attacker can choose account ids whose hashes collide, which makes look-ups slow. A program that accepts ids
/// from others should set a random seed when it starts. Answers, events and snapshots do not depend on the seed.
///
/// ```
/// assert!(avmarks_rules::set_hash_seed(0x5eed));
/// assert!(!avmarks_rules::set_hash_seed(1), "it is set already");
/// ```
pub fn set_hash_seed(seed: u64) -> bool {
    let seed = without_top_bit(seed);
    SEED.compare_exchange(NOT_SET, seed, Ordering::Relaxed, Ordering::Relaxed).is_ok()
}

/// A seed that never equals [`NOT_SET`].
const fn without_top_bit(seed: u64) -> usize {
    (seed as usize) & (usize::MAX >> 1)
}

fn seed() -> usize {
    match SEED.load(Ordering::Relaxed) {
        NOT_SET => match SEED.compare_exchange(NOT_SET, DEFAULT_SEED, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => DEFAULT_SEED,
            Err(seed) => seed,
        },
        seed => seed,
    }
}

pub(crate) fn hash(account: &UserId) -> u64 {
    hash_with(seed(), account)
}

fn hash_with(seed: usize, account: &UserId) -> u64 {
    FixedState::with_seed(seed as u64).hash_one(account)
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::collections::{HashMap, HashSet};
    use std::format;
    use std::vec::Vec;

    #[test]
    fn a_seed_loses_its_top_bit_alone() {
        assert_eq!(without_top_bit(u64::MAX), usize::MAX >> 1);
        assert_eq!(without_top_bit(5), 5);
    }

    #[test]
    fn another_seed_ends_collisions() {
        let tags = |seed: usize, accounts: &[UserId]| {
            accounts.iter().map(|account| hash_with(seed, account) as u16).collect::<HashSet<_>>().len()
        };
        let ids = (0..).map(|number| UserId::parse(&format!("user{number}")).unwrap());
        let colliding: Vec<_> = ids.filter(|id| hash_with(DEFAULT_SEED, id) as u16 == 7).take(20).collect();
        assert_eq!(tags(DEFAULT_SEED, &colliding), 1);
        for seed in [1, 0x5eed, usize::MAX >> 1] {
            assert!(tags(seed, &colliding) > 17, "{seed}");
        }
    }

    #[test]
    fn equal_tags_do_not_hide_an_account() {
        let mut by_tag = HashMap::new();
        let same_tag = (0..).find_map(|number| {
            let account = UserId::parse(&format!("user{number}")).unwrap();
            by_tag.insert(hash(&account) as u16, account).map(|earlier| [earlier, account])
        });
        let member = |account| Member::new(account, 1, Timestamp::EPOCH, Connection::Connected);
        let look_up = |roster: &Roster, account| {
            let hash = hash(account);
            roster.find_at(roster.candidate(hash), account, hash).map(|(slot, member)| (slot, member.account))
        };
        let accounts = same_tag.unwrap();
        for leaves in 0..2 {
            let mut roster = Roster::default();
            let slots = accounts.map(|account| roster.insert(member(account), hash(&account)).unwrap());
            assert_eq!(roster.insert(member(accounts[0]), hash(&accounts[0])), None, "it is there already");
            let found = [0, 1].map(|at| look_up(&roster, &accounts[at]));
            assert_eq!(found, [0, 1].map(|at| Some((slots[at], accounts[at]))));
            roster.remove(slots[leaves], hash(&accounts[leaves])).unwrap();
            assert_eq!(look_up(&roster, &accounts[leaves]), None);
            let stays = 1 - leaves;
            assert_eq!(look_up(&roster, &accounts[stays]), Some((slots[stays], accounts[stays])));
            assert_eq!(roster.len(), 1);
        }
    }
}
