//! The marks of a room and their holders. Storage only; the rules are elsewhere.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::num::NonZeroU32;

use avmarks_spec::{Limits, Mark};

use super::records::Slot;

/// The index of a mark in the table of its room. 500 and 600 have fixed indexes; each custom mark with a holder has one of the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MarkIndex(u8);

impl MarkIndex {
    pub(crate) const PINNED: Self = Self::home(Mark::PINNED.number());
    pub(crate) const HIDDEN: Self = Self::home(Mark::HIDDEN.number());

    /// The home index of a mark, at which a search for it begins. The factor is chosen so that 500, 600 and the first
    /// fourteen custom marks have different home indexes (a test checks it).
    const fn home(number: u32) -> Self {
        Self((number.wrapping_mul(0x281c_4049) >> (u32::BITS - MARK_INDEX_COUNT.ilog2())) as u8)
    }

    pub(crate) fn is_special(self) -> bool {
        self == Self::PINNED || self == Self::HIDDEN
    }

    /// The index for an array. The remainder lets the compiler know that it is below [`MARK_INDEX_COUNT`].
    pub(crate) fn to_usize(self) -> usize {
        usize::from(self.0) % MARK_INDEX_COUNT
    }

    const fn mask(self) -> u16 {
        1 << (self.0 % u16::BITS as u8)
    }
}

/// The number of indexes, including those of 500 and 600. No limit of marks can exceed [`Limits::MARKS_PER_GROUP_CEILING`].
pub(crate) const MARK_INDEX_COUNT: usize = 2 + Limits::MARKS_PER_GROUP_CEILING;
const _: () = assert!(MARK_INDEX_COUNT == u16::BITS as usize);

/// The marks of a member: a bit for each index of its room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct MarkSet(u16);

impl MarkSet {
    pub(crate) fn has(self, index: MarkIndex) -> bool {
        self.0 & index.mask() != 0
    }

    pub(crate) fn with(self, index: MarkIndex) -> Self {
        Self(self.0 | index.mask())
    }

    pub(crate) fn without(self, index: MarkIndex) -> Self {
        Self(self.0 & !index.mask())
    }

    /// The special marks of the set: 500 and 600.
    pub(crate) fn special(self) -> Self {
        Self(self.0 & (MarkIndex::PINNED.mask() | MarkIndex::HIDDEN.mask()))
    }

    pub(crate) fn minus(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = MarkIndex> {
        let mut left = u32::from(self.0);
        core::iter::from_fn(move || {
            let indexes = NonZeroU32::new(left)?;
            left &= left - 1;
            Some(MarkIndex(indexes.trailing_zeros() as u8))
        })
    }
}

impl FromIterator<MarkIndex> for MarkSet {
    fn from_iter<I: IntoIterator<Item = MarkIndex>>(indexes: I) -> Self {
        indexes.into_iter().fold(Self::default(), Self::with)
    }
}

/// The marks of a room.
#[derive(Clone, Debug)]
pub(crate) struct Marks {
    table: MarkTable,
    /// The holders of the mark at each index; `None` until a mark has a holder.
    holders: Option<Box<[Holders; MARK_INDEX_COUNT]>>,
}

/// The holders of a mark: a count, and an append-only log of slots. The log may contain stale and repeated slots. It is compacted when it
/// has more than twice as many entries as holders, plus 16, so adding a holder is amortised O(1). The documents allow at most 1,000 holders.
#[derive(Clone, Debug, Default)]
struct Holders {
    count: usize,
    log: Vec<Slot>,
}

/// The capacity that the log of a mark without holders keeps, in slots (4 KiB).
const LOG_KEPT: usize = 1_024;

impl Holders {
    fn needs_compaction(&self) -> bool {
        self.log.len() > self.count * 2 + 16
    }

    /// Removes stale and repeated slots.
    #[cold]
    fn compact(&mut self, holds: impl Fn(Slot) -> bool) {
        self.log.retain(|slot| holds(*slot));
        self.log.sort_unstable();
        self.log.dedup();
        self.log.shrink_to_fit();
    }
}

impl Default for Marks {
    fn default() -> Self {
        let mut table = MarkTable::default();
        // They are inserted first, so both get their home indexes: `MarkIndex::PINNED` and `MarkIndex::HIDDEN`.
        for mark in [Mark::PINNED, Mark::HIDDEN] {
            table.find_or_insert(mark);
        }
        Self { table, holders: None }
    }
}

impl Marks {
    /// The index of a mark; `None` for a custom mark without holders.
    pub(crate) fn find(&self, mark: Mark) -> Option<MarkIndex> {
        self.table.find(mark)
    }

    /// The index of a mark; a new mark gets a free index. `None` if all are taken.
    pub(crate) fn find_or_insert(&mut self, mark: Mark) -> Option<MarkIndex> {
        self.table.find_or_insert(mark)
    }

    /// The table of marks.
    pub(crate) const fn table(&self) -> MarkTable {
        self.table
    }

    /// Replaces the table of marks. A mark with a holder must have the same index in the new table.
    pub(crate) fn set_table(&mut self, table: MarkTable) {
        self.table = table;
    }

    /// Frees the indexes of custom marks without holders.
    pub(crate) fn clear_unheld(&mut self) {
        for index in Self::indexes().filter(|index| !index.is_special()) {
            if self.count(index) == 0 {
                self.table.clear(index);
            }
        }
    }

    /// The mark at an index.
    pub(crate) fn mark(&self, index: MarkIndex) -> Option<Mark> {
        self.table.get(index.to_usize())
    }

    /// The number of holders of the mark at an index.
    pub(crate) fn count(&self, index: MarkIndex) -> usize {
        self.holders_of(index).map_or(0, |holders| holders.count)
    }

    fn holders_of(&self, index: MarkIndex) -> Option<&Holders> {
        self.holders.as_ref()?.get(index.to_usize())
    }

    /// The slots of all holders of the mark at an index, in no particular order. It may contain stale slots, and slots twice.
    pub(crate) fn holder_candidates(&self, index: MarkIndex) -> impl Iterator<Item = Slot> {
        self.holders_of(index).into_iter().flat_map(|holders| &holders.log).copied()
    }

    /// Adds a holder, which must not hold the mark yet. `holds` returns whether the member at a slot holds the mark.
    pub(crate) fn add_holder(&mut self, index: MarkIndex, slot: Slot, holds: impl Fn(Slot) -> bool) {
        let Some(holders) = self.holders.get_or_insert_default().get_mut(index.to_usize()) else { return };
        if holders.needs_compaction() {
            holders.compact(holds);
        }
        holders.count += 1;
        holders.log.push(slot);
    }

    /// Removes a holder. The index of a custom mark without holders becomes free (`gap:slots`).
    pub(crate) fn remove_holder(&mut self, index: MarkIndex) {
        let Some(holders) = self.holders.as_mut().and_then(|holders| holders.get_mut(index.to_usize())) else { return };
        holders.count = holders.count.saturating_sub(1);
        if holders.count == 0 {
            // Memory for the accounts of one call is kept, so that setting and deleting a mark by turns allocates nothing.
            holders.log.clear();
            holders.log.shrink_to(LOG_KEPT);
            if !index.is_special() {
                self.table.clear(index);
            }
        }
    }

    /// Every index.
    pub(crate) fn indexes() -> impl Iterator<Item = MarkIndex> {
        (0..MARK_INDEX_COUNT as u8).map(MarkIndex)
    }
}

/// The marks of a room by index: a hash table with linear probing. A mark is at its home index, or at the first free index after it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct MarkTable([u32; MARK_INDEX_COUNT]);

impl MarkTable {
    /// The value at a free index. It is not the number of a mark.
    const NONE: u32 = 0;

    /// The index of a mark.
    pub(crate) fn find(&self, mark: Mark) -> Option<MarkIndex> {
        self.index_of(mark.number(), mark)
    }

    /// The index of a mark; a new mark gets a free index. `None` if all are taken.
    pub(crate) fn find_or_insert(&mut self, mark: Mark) -> Option<MarkIndex> {
        if let Some(index) = self.find(mark) {
            return Some(index);
        }
        let index = self.index_of(Self::NONE, mark)?;
        *self.0.get_mut(index.to_usize())? = mark.number();
        Some(index)
    }

    pub(crate) fn get(&self, at: usize) -> Option<Mark> {
        Mark::new(i64::from(*self.0.get(at)?)).ok()
    }

    pub(crate) fn clear(&mut self, index: MarkIndex) {
        if let Some(number) = self.0.get_mut(index.to_usize()) {
            *number = Self::NONE;
        }
    }

    /// The first index whose value is `number`, from the home index of `mark`.
    fn index_of(&self, number: u32, mark: Mark) -> Option<MarkIndex> {
        let first = MarkIndex::home(mark.number());
        let home = first.to_usize();
        if self.0.get(home) == Some(&number) {
            return Some(first);
        }
        self.probe(home, number)
    }

    /// The first index whose value is `number`, from `home`.
    #[cold]
    fn probe(&self, home: usize, number: u32) -> Option<MarkIndex> {
        let mut indexes = (home..MARK_INDEX_COUNT).chain(0..home);
        indexes.find(|at| self.0.get(*at) == Some(&number)).map(|at| MarkIndex(at as u8))
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn stale_log_entries_do_not_count() {
        let index = MarkIndex::HIDDEN;
        let (mut marks, mut model, mut state) = (Marks::default(), BTreeSet::new(), 1_u64);
        let (mut longest, mut most_stale) = (0, 0);
        for step in 0_u64..40_000 {
            state = crate::random::next(state);
            let random = state >> 33;
            let slot = Slot::from_number(random as u32 % 2_000);
            // At first insertions outnumber removals, later it is the reverse, and the last phase only removes.
            if (random >> 12) % 6 > step / 6_000 {
                if model.insert(slot) {
                    marks.add_holder(index, slot, |slot| model.contains(&slot));
                    most_stale = most_stale.max(marks.holder_candidates(index).count().saturating_sub(model.len() * 2));
                }
            } else if model.remove(&slot) {
                marks.remove_holder(index);
            }
            assert_eq!(marks.count(index), model.len());
            longest = longest.max(marks.holder_candidates(index).count());
            if step % 500 == 0 {
                let holders: BTreeSet<_> = marks.holder_candidates(index).filter(|slot| model.contains(slot)).collect();
                assert_eq!(holders, model);
            }
        }
        assert!(longest > 1_000 && longest < 5_000, "{longest}");
        // The log is compacted at twice as many entries as holders plus 16, before the new holder is counted.
        assert_eq!(most_stale, 15);
        model.iter().for_each(|_| marks.remove_holder(index));
        assert_eq!((marks.count(index), marks.holder_candidates(index).count()), (0, 0));
    }

    #[test]
    fn a_mark_set_equals_a_number_set() {
        let indexes = |numbers: &BTreeSet<u8>| numbers.iter().copied().map(MarkIndex).collect::<MarkSet>();
        let numbers = |set: MarkSet| set.iter().map(|index| index.0).collect::<BTreeSet<_>>();
        let sets = [BTreeSet::from([]), BTreeSet::from([0, 3, 15]), BTreeSet::from([3, 4, 9]), (0..16).collect()];
        for one in &sets {
            assert_eq!(&numbers(indexes(one)), one);
            for other in &sets {
                assert_eq!(numbers(indexes(one).minus(indexes(other))), one - other);
            }
            for index in 0..16 {
                let single = BTreeSet::from([index]);
                assert_eq!(indexes(one).has(MarkIndex(index)), one.contains(&index));
                assert_eq!(numbers(indexes(one).with(MarkIndex(index))), one | &single);
                assert_eq!(numbers(indexes(one).without(MarkIndex(index))), one - &single);
            }
        }
    }

    #[test]
    fn usual_marks_have_different_home_indexes() {
        let custom = (Mark::CUSTOM_MIN.number()..).take(Limits::MARKS_PER_GROUP_CEILING);
        let homes: Vec<_> =
            [500, 600].into_iter().chain(custom).map(|number| MarkIndex::home(number).to_usize()).collect();
        assert_eq!(homes.iter().collect::<BTreeSet<_>>().len(), MARK_INDEX_COUNT, "{homes:?}");
    }

    #[test]
    fn the_last_holder_frees_the_index() {
        let mark = |number| Mark::new(number).unwrap();
        let mut marks = Marks::default();
        for number in 0..Limits::MARKS_PER_GROUP_CEILING as i64 {
            let index = marks.find_or_insert(mark(1_000 + number)).unwrap();
            marks.add_holder(index, Slot::from_number(0), |_| true);
        }
        assert_eq!(marks.find_or_insert(mark(9_999)), None);
        let index = marks.find(mark(1_003)).unwrap();
        marks.remove_holder(index);
        assert_eq!(marks.find(mark(1_003)), None);
        assert_eq!(marks.find_or_insert(mark(9_999)), Some(index));
        assert_eq!(
            (marks.find(Mark::PINNED), marks.find(Mark::HIDDEN)),
            (Some(MarkIndex::PINNED), Some(MarkIndex::HIDDEN))
        );
    }

    /// A search wraps around, so it reaches every index.
    #[test]
    fn every_index_can_be_used() {
        let mut table = MarkTable::default();
        let elsewhere = |mark: &Mark| MarkIndex::home(mark.number()).to_usize() == 1;
        let marks = (1_000..).filter_map(|number| Mark::new(number).ok()).filter(elsewhere).take(MARK_INDEX_COUNT);
        let found: Vec<_> = marks.map(|mark| table.find_or_insert(mark).unwrap().to_usize()).collect();
        let round: Vec<_> = (1..MARK_INDEX_COUNT).chain([0]).collect();
        assert_eq!(found, round);
    }
}
