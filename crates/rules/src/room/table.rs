//! A hash table from the hash of an account to the slot of its record. Storage only; the rules are elsewhere.
//!
//! The table grows in small steps, so no single join copies all of it (extendible hashing): the highest bits of the hash select a segment,
//! and a segment that is full is split in two. Within a segment the slots are sorted by tag, which is the lowest sixteen bits of the
//! hash; each entry is in the home cell of its tag or in a later cell. So a segment is rebuilt in one pass over its cells. Only a split
//! reads records, those of one segment. A removal leaves a tombstone, which keeps the order, can be reused, and disappears when the
//! segment is rebuilt.

use alloc::vec;
use alloc::vec::Vec;

use super::segment::{Segment, homes_for, tag};

/// A segment with this many entries is split by the next insertion.
const SEGMENT_MAX: usize = 4_096;

/// The minimum number of slots per entry of the directory. It bounds the directory if hashes collide; the segment grows instead then.
const SLOTS_PER_ENTRY_MIN: usize = 256;

/// An extendible hash table. The module documentation describes its structure.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    /// The number of leading bits of the hash that select an entry of the directory.
    depth: u32,
    /// The index of the segment for each value of these bits; empty while there is only one segment.
    directory: Vec<u32>,
    segments: Vec<Segment>,
    len: usize,
}

impl Table {
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// The slot with this hash for which `is_match` is true.
    pub(crate) fn find(&self, hash: u64, is_match: impl FnMut(u32) -> bool) -> Option<u32> {
        self.segments.get(self.segment_index(hash))?.find(tag(hash), is_match).map(|(_, slot)| slot)
    }

    /// The most likely slot for this hash. Reads no record.
    pub(crate) fn candidate(&self, hash: u64) -> Option<u32> {
        self.segments.get(self.segment_index(hash))?.candidate(tag(hash))
    }

    /// Inserts a slot unless `is_match` is true for an entry with this hash. Returns whether it was inserted. `hash_of` returns the hash
    /// of an inserted slot.
    pub(crate) fn insert(
        &mut self,
        hash: u64,
        slot: u32,
        is_match: impl Fn(u32) -> bool,
        hash_of: impl Fn(u32) -> u64,
    ) -> bool {
        if self.segments.is_empty() {
            self.segments.push(Segment::default());
        }
        // A split may move all entries into one half, so it may have to be repeated.
        while self.segments.get(self.segment_index(hash)).is_some_and(|segment| segment.len() >= SEGMENT_MAX)
            && self.split(hash, &hash_of)
        {}
        let at = self.segment_index(hash);
        let inserted = self.segments.get_mut(at).is_some_and(|segment| segment.insert(tag(hash), slot, is_match));
        self.len += usize::from(inserted);
        inserted
    }

    /// Removes the slot with this hash for which `is_match` is true.
    pub(crate) fn remove(&mut self, hash: u64, is_match: impl FnMut(u32) -> bool) -> Option<u32> {
        let at = self.segment_index(hash);
        let segment = self.segments.get_mut(at)?;
        let (at, slot) = segment.find(tag(hash), is_match)?;
        segment.remove(at);
        self.len -= 1;
        Some(slot)
    }

    /// The index of the segment for a hash.
    fn segment_index(&self, hash: u64) -> usize {
        self.directory.get(first_bits(hash, self.depth)).map_or(0, |at| *at as usize)
    }

    /// Splits the segment of a hash by one more bit. Returns `false` if it cannot be split.
    fn split(&mut self, hash: u64, hash_of: impl Fn(u32) -> u64) -> bool {
        let at = self.segment_index(hash);
        let Ok(new_index) = u32::try_from(self.segments.len()) else { return false };
        let Some(segment) = self.segments.get_mut(at) else { return false };
        let depth = segment.depth;
        if depth == self.depth {
            if (self.directory.len() + 1) * SLOTS_PER_ENTRY_MIN > self.len {
                return false;
            }
            let one = vec![0];
            let before = if self.directory.is_empty() { &one } else { &self.directory };
            self.directory = before.iter().flat_map(|segment| [*segment, *segment]).collect();
            self.depth += 1;
        }
        let (left, right): (Vec<_>, Vec<_>) =
            segment.taken().partition(|cell| first_bits(hash_of(cell.slot()), depth + 1) & 1 == 0);
        *segment = Segment::rebuild(depth + 1, &left, homes_for(left.len()));
        self.segments.push(Segment::rebuild(depth + 1, &right, homes_for(right.len())));
        // The entries of the directory whose index begins with the bits of the segment are adjacent. Those with the new bit set are the
        // second half of them, and refer to the new segment.
        let half = 1 << (self.depth - depth - 1);
        let start = (first_bits(hash, depth) * 2 + 1) * half;
        self.directory.iter_mut().skip(start).take(half).for_each(|segment| *segment = new_index);
        true
    }
}

/// The highest `bits` bits of a hash as a number.
const fn first_bits(hash: u64, bits: u32) -> usize {
    match hash.checked_shr(u64::BITS - bits) {
        Some(number) => number as usize,
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::collections::BTreeMap;

    /// A generator of pseudorandom numbers.
    fn numbers(seed: u64) -> impl FnMut() -> u64 {
        let mut state = seed;
        move || {
            state = crate::random::next(state);
            (state ^ (state >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
        }
    }

    impl Table {
        /// A look-up finds every slot, and nothing is lost or duplicated.
        fn check(&self, hashes: &BTreeMap<u32, u64>) {
            assert_eq!(self.len(), hashes.len());
            assert_eq!(self.segments.iter().map(|segment| segment.len()).sum::<usize>(), hashes.len());
            for (slot, hash) in hashes {
                assert_eq!(self.find(*hash, |found| found == *slot), Some(*slot));
            }
            for segment in &self.segments {
                assert_eq!(segment.taken().count(), segment.len());
                assert!(segment.taken().is_sorted_by_key(|cell| cell.tag));
            }
        }
    }

    /// Inserts and removes slots at random while the table grows to at most `most` slots and shrinks to none. Compares with a map. Returns
    /// the maximum number of segments.
    fn churn(most: u32, hash_of: impl Fn(u32) -> u64, check_every: usize) -> usize {
        let mut next = numbers(7);
        let (mut table, mut model, mut segments) = (Table::default(), BTreeMap::new(), 0);
        for step in 0..most as usize * 6 {
            let slot = next() as u32 % most;
            // At first insertions outnumber removals, later it is the reverse.
            let inserts = next() as usize % 6 > step * 6 / (most as usize * 6);
            let hash = hash_of(slot);
            if !inserts {
                let removed = model.remove(&slot).map(|_| slot);
                assert_eq!(table.remove(hash, |found| found == slot), removed);
            } else if model.insert(slot, hash).is_none() {
                table.insert(hash, slot, |found| found == slot, &hash_of);
            }
            if step % check_every == 0 {
                table.check(&model);
            }
            segments = segments.max(table.segments.len());
        }
        table.check(&model);
        for (slot, hash) in model {
            assert_eq!(table.remove(hash, |found| found == slot), Some(slot));
        }
        table.check(&BTreeMap::new());
        assert!(table.segments.iter().all(|segment| segment.cells.len() < 16));
        segments
    }

    fn mixed(slot: u32) -> u64 {
        numbers(u64::from(slot))()
    }

    #[test]
    fn a_table_holds_what_a_map_holds() {
        for most in [1, 2, 7, 40, 300] {
            churn(most, mixed, 1);
        }
        assert!(churn(40_000, mixed, 7_919) >= 8);
    }

    #[test]
    fn colliding_hashes_give_correct_answers() {
        // All hashes are equal; they differ in a few bits; they are all of one segment.
        churn(300, |_| u64::MAX, 1);
        churn(300, |_| 0, 1);
        churn(3_000, |slot| u64::from(slot % 3), 997);
        churn(6_000, |slot| u64::from(slot) << 16, 997);
        assert_eq!(churn(6_000, |slot| mixed(slot) >> 32, 997), 1);
    }

    #[test]
    fn segments_stay_well_filled_and_grow_rarely() {
        assert_eq!([0, 4, 9, 4_096].map(homes_for), [0, 5, 11, 5_120]);
        let thousand = Segment { homes: 1_000, ..Segment::default() };
        assert_eq!([0xf_0000, 0x1_8000, u64::MAX].map(|hash| thousand.home(tag(hash))), [0, 500, 999]);
        let (mut segment, mut steps) = (Segment::default(), 0);
        for slot in 0..4_000 {
            let homes = segment.homes as usize;
            segment.insert(tag(mixed(slot)), slot, |_| false);
            let is_full = segment.len() * 10 > homes * 9;
            assert_eq!(segment.homes as usize != homes, is_full, "{slot} in {homes}");
            assert!(segment.len() * 10 <= segment.homes as usize * 9);
            steps += usize::from(is_full);
        }
        for slot in 0..4_000 {
            let homes = segment.homes as usize;
            let (at, _) = segment.find(tag(mixed(slot)), |found| found == slot).unwrap();
            segment.remove(at);
            // A segment shrinks when it has more than twice the home cells that it needs.
            let is_empty = homes_for(segment.len()) * 2 < homes;
            assert_eq!(segment.homes as usize != homes, is_empty, "{slot} in {homes}");
            steps += usize::from(is_empty);
        }
        assert!(steps < 90, "{steps}");
    }

    #[test]
    fn only_a_full_segment_splits() {
        // Seven of eight hashes have the same highest four bits, so the other segments are split long after the directory has grown.
        let mixed = |slot| if slot % 8 == 0 { mixed(slot) } else { mixed(slot) >> 4 };
        let (mut table, mut model) = (Table::default(), BTreeMap::new());
        for slot in 0..120_000 {
            table.insert(mixed(slot), slot, |found| found == slot, mixed);
            model.insert(slot, mixed(slot));
        }
        table.check(&model);
        let lag = table.segments.iter().map(|segment| table.depth - segment.depth).max();
        assert!(lag > Some(2), "{lag:?}");
    }

    #[test]
    fn collisions_do_not_inflate_the_directory() {
        // All hashes are of one segment, which cannot be split.
        let hash = |slot: u32| u64::from(slot % 50_000);
        let mut table = Table::default();
        let mut grown = std::vec::Vec::new();
        for slot in 0..10_000 {
            let before = table.directory.len();
            table.insert(hash(slot), slot, |found| found == slot, hash);
            if table.directory.len() != before {
                grown.push((slot as usize, table.directory.len()));
            }
        }
        let entries = |entries: usize| ((entries / 2 + 1) * SLOTS_PER_ENTRY_MIN, entries);
        assert_eq!(grown, [(SEGMENT_MAX, 16), entries(32), entries(64)]);
    }

    #[test]
    fn a_step_of_growth_is_small() {
        let mut table = Table::default();
        for slot in 0..200_000 {
            table.insert(mixed(slot), slot, |found| found == slot, mixed);
        }
        assert!(table.segments.iter().all(|segment| segment.len() <= SEGMENT_MAX));
        let cells: usize = table.segments.iter().map(|segment| segment.cells.len()).sum();
        assert!(cells < 200_000 * 13 / 10, "{cells}");
        assert!(table.directory.len() <= 200_000 / SLOTS_PER_ENTRY_MIN);
    }
}
