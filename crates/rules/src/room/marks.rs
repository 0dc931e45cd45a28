//! The marks of a room and their holders. Storage only, without rules.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::num::NonZeroU32;

use avmarks_spec::{Limits, Mark};

use super::records::Slot;

/// The index of a mark in the table of its room: one for 500, one for 600, and one for each custom mark that somebody holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MarkIndex(u8);

impl MarkIndex {
    pub(crate) const PINNED: Self = Self::home(Mark::PINNED.number());
    pub(crate) const HIDDEN: Self = Self::home(Mark::HIDDEN.number());

    /// The home index of a mark: where a search for it begins. With this factor, which was found by trial, 500, 600 and the first
    /// fourteen custom marks have different home indexes.
    const fn home(number: u32) -> Self {
        Self((number.wrapping_mul(0x281c_4049) >> (u32::BITS - MARK_INDEX_COUNT.ilog2())) as u8)
    }

    pub(crate) fn is_special(self) -> bool {
        self == Self::PINNED || self == Self::HIDDEN
    }

    /// The remainder proves to the compiler that the index is below [`MARK_INDEX_COUNT`].
    fn index(self) -> usize {
        usize::from(self.0) % MARK_INDEX_COUNT
    }

    const fn mask(self) -> u16 {
        1 << (self.0 % u16::BITS as u8)
    }
}

/// The number of indexes, with those of 500 and 600. [`Limits::MARKS_PER_GROUP_CEILING`] keeps every limit within it.
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
    numbers: MarkTable,
    /// The holders of the mark at each index; `None` until somebody holds a mark.
    holders: Option<Box<[Holders; MARK_INDEX_COUNT]>>,
}

/// The holders of a mark: a count, and an append-only log of slots. The log may hold stale and repeated slots; it is compacted when
/// they outnumber the live ones, so adding a holder is O(1) amortised. The documents allow at most 1,000 holders.
#[derive(Clone, Debug, Default)]
struct Holders {
    count: usize,
    log: Vec<Slot>,
}

/// Slots for which the log of a mark without holders keeps its memory: 4 KiB.
const LOG_KEPT: usize = 1_024;

impl Holders {
    fn needs_compaction(&self) -> bool {
        self.log.len() > self.count * 2 + 16
    }

    /// Keeps each holder once.
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
        let mut numbers = MarkTable::default();
        // Before all others, so both get their home indexes: `MarkIndex::PINNED`, `MarkIndex::HIDDEN`.
        for mark in [Mark::PINNED, Mark::HIDDEN] {
            numbers.find_or_insert(mark);
        }
        Self { numbers, holders: None }
    }
}

impl Marks {
    /// The index of a mark; `None` for a custom mark without holders.
    pub(crate) fn find(&self, mark: Mark) -> Option<MarkIndex> {
        self.numbers.find(mark)
    }

    /// The index of a mark; a new mark gets a free index. `None` if all are taken.
    pub(crate) fn find_or_insert(&mut self, mark: Mark) -> Option<MarkIndex> {
        self.numbers.find_or_insert(mark)
    }

    /// The table of marks.
    pub(crate) const fn numbers(&self) -> MarkTable {
        self.numbers
    }

    /// Replaces the table of marks. A mark that somebody holds has the same index in `numbers`.
    pub(crate) fn set_numbers(&mut self, numbers: MarkTable) {
        self.numbers = numbers;
    }

    /// Frees the indexes of custom marks without holders.
    pub(crate) fn clear_unheld(&mut self) {
        for index in Self::indexes().filter(|index| !index.is_special()) {
            if self.count(index) == 0 {
                self.numbers.clear(index);
            }
        }
    }

    /// The mark at an index.
    pub(crate) fn mark(&self, index: MarkIndex) -> Option<Mark> {
        self.numbers.get(index.index())
    }

    /// The number of holders of the mark at an index.
    pub(crate) fn count(&self, index: MarkIndex) -> usize {
        self.holders_of(index).map_or(0, |holders| holders.count)
    }

    fn holders_of(&self, index: MarkIndex) -> Option<&Holders> {
        self.holders.as_ref()?.get(index.index())
    }

    /// The slots of all holders of the mark at an index, in no particular order. Slots that no longer hold it may be among them, and
    /// some may be there twice.
    pub(crate) fn holder_candidates(&self, index: MarkIndex) -> impl Iterator<Item = Slot> {
        self.holders_of(index).into_iter().flat_map(|holders| &holders.log).copied()
    }

    /// Adds a holder, which does not hold the mark yet. `holds` tells whether a slot holds it.
    pub(crate) fn add_holder(&mut self, index: MarkIndex, slot: Slot, holds: impl Fn(Slot) -> bool) {
        let Some(holders) = self.holders.get_or_insert_default().get_mut(index.index()) else { return };
        if holders.needs_compaction() {
            holders.compact(holds);
        }
        holders.count += 1;
        holders.log.push(slot);
    }

    /// Removes a holder. A custom mark without holders frees its index (`gap:slots`).
    pub(crate) fn remove_holder(&mut self, index: MarkIndex) {
        let Some(holders) = self.holders.as_mut().and_then(|holders| holders.get_mut(index.index())) else { return };
        holders.count = holders.count.saturating_sub(1);
        if holders.count == 0 {
            // The memory for the accounts of a call is kept, so setting and deleting a mark in turn allocates nothing.
            holders.log.clear();
            holders.log.shrink_to(LOG_KEPT);
            if !index.is_special() {
                self.numbers.clear(index);
            }
        }
    }

    /// Every index.
    pub(crate) fn indexes() -> impl Iterator<Item = MarkIndex> {
        (0..MARK_INDEX_COUNT as u8).map(MarkIndex)
    }

    pub(crate) fn index(index: MarkIndex) -> usize {
        index.index()
    }
}

/// The marks of a room by index: a hash table with linear probing. A mark is at its home index, or at the next free one after it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct MarkTable([u32; MARK_INDEX_COUNT]);

impl MarkTable {
    /// The value at a free index; no mark has this number.
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
        *self.0.get_mut(index.index())? = mark.number();
        Some(index)
    }

    pub(crate) fn get(&self, at: usize) -> Option<Mark> {
        Mark::new(i64::from(*self.0.get(at)?)).ok()
    }

    pub(crate) fn clear(&mut self, index: MarkIndex) {
        if let Some(number) = self.0.get_mut(index.index()) {
            *number = Self::NONE;
        }
    }

    /// The first index with this number, from the home index of `mark` on.
    fn index_of(&self, number: u32, mark: Mark) -> Option<MarkIndex> {
        let first = MarkIndex::home(mark.number());
        let home = first.index();
        if self.0.get(home) == Some(&number) {
            return Some(first);
        }
        self.probe(home, number)
    }

    /// The first index with this number, from `home` on.
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
        let bit = MarkIndex::HIDDEN;
        let (mut marks, mut model, mut state) = (Marks::default(), BTreeSet::new(), 1_u64);
        let (mut longest, mut most_stale) = (0, 0);
        for step in 0_u64..40_000 {
            state = crate::random::next(state);
            let random = state >> 33;
            let slot = Slot::from_number(random as u32 % 2_000);
            // More take it than lose it at first, and fewer later; at the end, nobody holds it.
            if (random >> 12) % 6 > step / 6_000 {
                if model.insert(slot) {
                    marks.add_holder(bit, slot, |slot| model.contains(&slot));
                    most_stale = most_stale.max(marks.holder_candidates(bit).count().saturating_sub(model.len() * 2));
                }
            } else if model.remove(&slot) {
                marks.remove_holder(bit);
            }
            assert_eq!(marks.count(bit), model.len());
            longest = longest.max(marks.holder_candidates(bit).count());
            if step % 500 == 0 {
                let holders: BTreeSet<_> = marks.holder_candidates(bit).filter(|slot| model.contains(slot)).collect();
                assert_eq!(holders, model);
            }
        }
        assert!(longest > 1_000 && longest < 5_000, "{longest}");
        // Twice as many entries as holders and 16, before the new holder came and was counted.
        assert_eq!(most_stale, 15);
        model.iter().for_each(|_| marks.remove_holder(bit));
        assert_eq!((marks.count(bit), marks.holder_candidates(bit).count()), (0, 0));
    }

    #[test]
    fn a_mark_set_equals_a_number_set() {
        let indexes = |numbers: &BTreeSet<u8>| numbers.iter().copied().map(MarkIndex).collect::<MarkSet>();
        let numbers = |set: MarkSet| set.iter().map(|bit| bit.0).collect::<BTreeSet<_>>();
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
            [500, 600].into_iter().chain(custom).map(|number| MarkIndex::home(number).index()).collect();
        assert_eq!(homes.iter().collect::<BTreeSet<_>>().len(), MARK_INDEX_COUNT, "{homes:?}");
    }

    #[test]
    fn the_last_holder_frees_the_index() {
        let mark = |number| Mark::new(number).unwrap();
        let mut marks = Marks::default();
        for number in 0..Limits::MARKS_PER_GROUP_CEILING as i64 {
            let bit = marks.find_or_insert(mark(1_000 + number)).unwrap();
            marks.add_holder(bit, Slot::from_number(0), |_| true);
        }
        assert_eq!(marks.find_or_insert(mark(9_999)), None);
        let bit = marks.find(mark(1_003)).unwrap();
        marks.remove_holder(bit);
        assert_eq!(marks.find(mark(1_003)), None);
        assert_eq!(marks.find_or_insert(mark(9_999)), Some(bit));
        assert_eq!(
            (marks.find(Mark::PINNED), marks.find(Mark::HIDDEN)),
            (Some(MarkIndex::PINNED), Some(MarkIndex::HIDDEN))
        );
    }

    /// The search wraps around once, so it finds every index wherever it begins.
    #[test]
    fn every_index_can_be_used() {
        let mut table = MarkTable::default();
        let elsewhere = |mark: &Mark| MarkIndex::home(mark.number()).index() == 1;
        let marks = (1_000..).filter_map(|number| Mark::new(number).ok()).filter(elsewhere).take(MARK_INDEX_COUNT);
        let found: Vec<_> = marks.map(|mark| table.find_or_insert(mark).unwrap().index()).collect();
        let round: Vec<_> = (1..MARK_INDEX_COUNT).chain([0]).collect();
        assert_eq!(found, round);
    }
}
