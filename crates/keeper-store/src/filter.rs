//! Which accounts something may be wanted of, in memory.

#[cfg(any(test, feature = "postgres"))]
mod known;

use std::hash::{BuildHasher, RandomState};
use std::sync::{PoisonError, RwLock};

use avmarks_spec::{GroupId, UserId};

use crate::types::{Event, Slot};

#[cfg(feature = "postgres")]
pub(crate) use known::{Known, Source};

/// Bits for each account and group that a slot's filter is made for, before they are rounded up to a power of two. Eight of them are set, so at most
/// two bits of five are; of 500 accounts of which nothing is wanted one is not recognised as such, or fewer.
const BITS_EACH: usize = 16;

/// A block has eight words of 32 bits, and an account one bit in each.
type Block = [u32; 8];
const BLOCK_BITS: usize = 256;

/// The fewest blocks of a slot: 128 bytes, 32 KiB for all of them.
const BLOCKS_MIN: usize = 4;

/// A slot is read again once more than one bit in this number is set: by accounts that were added, or of which nothing is wanted any more. One account of
/// 100 is not recognised then.
const CROWDED: usize = 2;

/// Of which accounts something may be wanted, in memory: a split block Bloom filter for each slot, 2 to 4 bytes for each account and group. It answers without a
/// look at the tables; [`Store::filter`](crate::Store::filter) has it, and says what an answer is worth.
///
/// Removed wants stay in it until their slot is read again, so it may answer "perhaps" if nothing is wanted. It never answers "nobody" about a
/// want that was added to it.
///
/// ```
/// use avmarks_keeper_store::{Event, NewWant, PresenceChange, SqliteStore, Store};
/// use avmarks_spec::{GroupId, Limits, Mark, Timestamp, UserId};
/// use std::sync::Arc;
///
/// # let folder = std::env::temp_dir().join(format!("avmarks-doc-filter-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// # let path = folder.join("keeper.sqlite");
/// let mut store = SqliteStore::open(&path, Limits::DOCUMENTED, Arc::new(|| Timestamp::from_millis(1_000)))?;
/// let filter = store.filter().ok_or("every SqliteStore has one")?;
/// let (group, account) = (GroupId::parse("@TGS#a")?, UserId::parse("teacher10")?);
/// let event = Event { group, change: PresenceChange::Online(account), at: None };
/// assert!(!filter.may_want(&event));
/// store.put_wants(&[NewWant { group, account, marks: [Mark::new(1_000)?].into(), robot: false }], false)?;
/// assert!(filter.may_want(&event));
/// # drop(store);
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct WantFilter {
    /// Random for each filter, so that accounts cannot be chosen to look wanted.
    hasher: RandomState,
    /// `None` if the slot was not read yet: everything may be wanted.
    slots: Vec<RwLock<Option<Bits>>>,
}

impl std::fmt::Debug for WantFilter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WantFilter").finish_non_exhaustive()
    }
}

/// A wanted account as the filter knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    account: u64,
    /// Its group, whose end matters as long as something is wanted there.
    group: u64,
}

impl WantFilter {
    /// A filter without slots: everything may be wanted.
    pub(crate) fn new() -> Self {
        Self { hasher: RandomState::new(), slots: Slot::all().map(|_| RwLock::default()).collect() }
    }

    /// Whether something may be wanted of the account of an event, or of any account of its group where the event has no account. `false` is
    /// certain, for the wants that were added to the filter.
    #[must_use]
    pub fn may_want(&self, event: &Event) -> bool {
        let account = event.change.account();
        let hash = self.hash(event.group.as_bytes(), account.as_ref().map_or(&[], UserId::as_bytes));
        let Some(slot) = self.slots.get(usize::from(Slot::of(&event.group).0)) else { return true };
        // Bits are set one by one, so whoever panicked left no half of anything.
        let bits = slot.read().unwrap_or_else(PoisonError::into_inner);
        bits.as_ref().is_none_or(|bits| bits.has(hash))
    }

    /// An account as [`WantFilter::fill`] and [`WantFilter::add`] take it.
    pub(crate) fn wanted(&self, group: &[u8], account: &[u8]) -> Wanted {
        Wanted { account: self.hash(group, account), group: self.hash(group, &[]) }
    }

    /// No account is empty, so an empty one represents the group. Lengths are hashed too.
    fn hash(&self, group: &[u8], account: &[u8]) -> u64 {
        self.hasher.hash_one((group, account))
    }

    /// From now on, these are all of which something is wanted in a slot, those of a group one after the other.
    pub(crate) fn fill(&self, slot: Slot, all: &[Wanted]) {
        let Some(place) = self.slots.get(usize::from(slot.0)) else { return };
        let groups = all.chunk_by(|one, other| one.group == other.group).count();
        let mut bits = Bits::of(all.len() + groups);
        all.iter().for_each(|wanted| bits.add(*wanted));
        *place.write().unwrap_or_else(PoisonError::into_inner) = Some(bits);
    }

    /// Something is wanted of these as well. Gives whether the slot should be read anew, as too many accounts look wanted.
    pub(crate) fn add(&self, slot: Slot, more: &[Wanted]) -> bool {
        let Some(place) = self.slots.get(usize::from(slot.0)) else { return false };
        let mut place = place.write().unwrap_or_else(PoisonError::into_inner);
        let Some(bits) = place.as_mut() else { return false };
        more.iter().for_each(|wanted| bits.add(*wanted));
        bits.is_crowded()
    }

    /// Something is wanted of this account as well; its slot is read anew by whoever wants to know whether it should be.
    pub(crate) fn add_one(&self, group: &GroupId, account: &UserId) -> bool {
        self.add(Slot::of(group), &[self.wanted(group.as_bytes(), account.as_bytes())])
    }
}

/// The bits of one slot.
struct Bits {
    /// A power of two of them.
    blocks: Vec<Block>,
    /// How many bits are set.
    set: usize,
}

impl Bits {
    /// No bit is set, and there is space for this number of accounts and groups.
    fn of(count: usize) -> Self {
        let blocks = count.saturating_mul(BITS_EACH).div_ceil(BLOCK_BITS).next_power_of_two().max(BLOCKS_MIN);
        Self { blocks: vec![Block::default(); blocks], set: 0 }
    }

    /// The block of a hash, by its upper 24 bits; 2^24 blocks are enough for 268 million accounts of a slot.
    fn block(&self, hash: u64) -> usize {
        usize::try_from(hash >> 40 & (self.blocks.len() as u64).wrapping_sub(1)).unwrap_or_default()
    }

    fn has(&self, hash: u64) -> bool {
        let block = self.blocks.get(self.block(hash));
        block.is_none_or(|block| block.iter().zip(bits_of(hash)).all(|(word, bit)| word & bit != 0))
    }

    fn add(&mut self, Wanted { account, group }: Wanted) {
        for hash in [account, group] {
            let at = self.block(hash);
            for (word, bit) in self.blocks.get_mut(at).into_iter().flatten().zip(bits_of(hash)) {
                self.set += usize::from(*word & bit == 0);
                *word |= bit;
            }
        }
    }

    fn is_crowded(&self) -> bool {
        self.set * CROWDED > self.blocks.len() * BLOCK_BITS
    }
}

/// The bit of a hash in each word of its block: each takes five of its lower 40 bits.
fn bits_of(hash: u64) -> impl Iterator<Item = u32> {
    (0..8).map(move |word| 1 << (hash >> (5 * word) & 31))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::PresenceChange;

    fn group(number: usize) -> GroupId {
        GroupId::parse(&format!("@TGS#{number}")).unwrap()
    }

    fn account(number: usize) -> UserId {
        UserId::parse(&format!("user{number}")).unwrap()
    }

    fn online(group: GroupId, account: UserId) -> Event {
        Event { group, change: PresenceChange::Online(account), at: None }
    }

    /// A filter whose one slot has these accounts of a group.
    fn filled(of: GroupId, accounts: usize) -> WantFilter {
        let filter = WantFilter::new();
        let wanted = |number| filter.wanted(of.as_bytes(), account(number).as_bytes());
        filter.fill(Slot::of(&of), &(0..accounts).map(wanted).collect::<Vec<_>>());
        filter
    }

    #[test]
    fn an_unread_slot_may_want_everything() {
        let filter = filled(group(1), 0);
        let other = (2..).map(group).find(|other| Slot::of(other) != Slot::of(&group(1))).unwrap();
        assert!(!filter.may_want(&online(group(1), account(0))));
        assert!(filter.may_want(&online(other, account(0))));
        // What is added before a slot was read changes nothing.
        assert!(!filter.add_one(&other, &account(7)) && filter.may_want(&online(other, account(0))));
    }

    #[test]
    fn wanted_accounts_are_always_known() {
        let filter = filled(group(1), 10_000);
        assert!((0..10_000).all(|number| filter.may_want(&online(group(1), account(number)))));
        assert!(filter.may_want(&Event { group: group(1), change: PresenceChange::Destroyed, at: None }));
        // The hash is random: of 100,000 strangers some 30 are expected to look wanted, and at most 200 in the fullest filter.
        let looks_wanted = (10_000..110_000).filter(|number| filter.may_want(&online(group(1), account(*number))));
        assert!(looks_wanted.count() < 300);
    }

    #[test]
    fn an_account_costs_four_bytes_a_slot() {
        for accounts in [64, 65, 128, 4_000, 4_096, 4_097] {
            let bytes = Bits::of(accounts).blocks.len() * 32;
            assert!(bytes >= 2 * accounts && bytes <= 4 * accounts, "{accounts}: {bytes}");
        }
        assert_eq!(Bits::of(0).blocks.len(), BLOCKS_MIN);
    }

    #[test]
    fn a_full_filter_recognises_most_strangers() {
        // As many as there is room for: one stranger of 500 looks wanted, and once half of the bits are set, one of 100.
        let looks_wanted = |filter: &WantFilter| {
            (0..100_000).filter(|number| filter.may_want(&online(group(1), account(1_000_000 + number)))).count()
        };
        let filter = filled(group(1), 16_383);
        let found = looks_wanted(&filter);
        assert!(found < 300, "{found}");
        let mut more = 16_383;
        while !filter.add_one(&group(1), &account(more)) {
            more += 1;
        }
        let found = looks_wanted(&filter);
        assert!(found < 1_500, "{found}, {more} accounts");
    }

    #[test]
    fn half_of_the_bits_set_is_crowded() {
        let mut bits = Bits::of(0);
        // Sixteen bits of each word of each block, one after the other in all words of a block.
        for number in 0..64 {
            assert!(!bits.is_crowded());
            let bit: u64 = number % 16;
            let hash = (0..8).fold((number / 16) << 40, |hash, word| hash | bit << (5 * word));
            bits.add(Wanted { account: hash, group: hash });
        }
        assert_eq!((bits.set, bits.is_crowded()), (512, false));
        bits.add(Wanted { account: 16, group: 0 });
        assert_eq!((bits.set, bits.is_crowded()), (513, true));
    }
}
