//! A slab in chunks, with a free list in each chunk. Storage only, without rules.

use alloc::vec::Vec;

/// The key of a record in the slab. Valid until the member leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Slot(pub(super) u32);

impl Slot {
    /// An empty cell.
    pub(crate) const NONE: Self = Self(u32::MAX);

    #[cfg(test)]
    pub(crate) const fn from_number(number: u32) -> Self {
        Self(number)
    }
}

/// Records of a chunk: memory is taken chunk by chunk, so that no growth copies them all, and a chunk that has become
/// empty gives its memory back.
const CHUNK: usize = 4_096;

/// A slab: each record keeps its slot until it is removed. Insert, get and remove are O(1); growth adds a chunk and copies nothing.
#[derive(Clone, Debug)]
pub(crate) struct Records<T> {
    chunks: Vec<Chunk<T>>,
    /// The chunks that have room for one more.
    open: Vec<u32>,
}

#[derive(Clone, Debug)]
struct Chunk<T> {
    records: Vec<Record<T>>,
    /// The first of the vacant cells; each names the next. Equals the length if no cell is vacant.
    vacant: u16,
    taken: u16,
}

#[derive(Clone, Debug)]
enum Record<T> {
    Vacant([u8; 2]),
    Taken(T),
}

impl<T> Default for Records<T> {
    fn default() -> Self {
        Self { chunks: Vec::new(), open: Vec::new() }
    }
}

impl<T> Records<T> {
    pub(crate) fn get(&self, slot: u32) -> Option<&T> {
        match self.chunks.get(slot as usize / CHUNK)?.records.get(slot as usize % CHUNK)? {
            Record::Taken(record) => Some(record),
            Record::Vacant(_) => None,
        }
    }

    pub(crate) fn get_mut(&mut self, slot: u32) -> Option<&mut T> {
        match self.chunks.get_mut(slot as usize / CHUNK)?.records.get_mut(slot as usize % CHUNK)? {
            Record::Taken(record) => Some(record),
            Record::Vacant(_) => None,
        }
    }

    /// Inserts a record and returns its slot; `None` if 2^32 records are there.
    pub(crate) fn insert(&mut self, record: T) -> Option<u32> {
        if self.open.is_empty() {
            let fresh = u32::try_from(self.chunks.len()).ok()?;
            // The slots of the chunk must all have numbers.
            fresh.checked_add(1)?.checked_mul(CHUNK as u32)?;
            // The first chunk of a room grows with it.
            let records = if fresh == 0 { Vec::new() } else { Vec::with_capacity(CHUNK) };
            self.chunks.push(Chunk { records, vacant: 0, taken: 0 });
            self.open.push(fresh);
        }
        let number = *self.open.last()?;
        let chunk = self.chunks.get_mut(number as usize)?;
        let at = chunk.insert(record);
        if usize::from(chunk.taken) == CHUNK {
            self.open.pop();
        }
        Some(number * CHUNK as u32 + u32::from(at))
    }

    pub(crate) fn remove(&mut self, slot: u32) -> Option<T> {
        let chunk = self.chunks.get_mut(slot as usize / CHUNK)?;
        let record = chunk.remove((slot as usize % CHUNK) as u16)?;
        if usize::from(chunk.taken) == CHUNK - 1 {
            self.open.push(slot / CHUNK as u32);
        }
        Some(record)
    }
}

impl<T> Chunk<T> {
    fn insert(&mut self, record: T) -> u16 {
        let at = self.vacant;
        match self.records.get_mut(usize::from(at)) {
            Some(cell) => {
                if let Record::Vacant(next) = cell {
                    self.vacant = u16::from_le_bytes(*next);
                }
                *cell = Record::Taken(record);
            }
            None => {
                self.records.push(Record::Taken(record));
                self.vacant = at + 1;
            }
        }
        self.taken += 1;
        at
    }

    fn remove(&mut self, at: u16) -> Option<T> {
        let cell = self.records.get_mut(usize::from(at)).filter(|cell| matches!(cell, Record::Taken(_)))?;
        let Record::Taken(record) = core::mem::replace(cell, Record::Vacant(self.vacant.to_le_bytes())) else {
            return None;
        };
        self.vacant = at;
        self.taken -= 1;
        if self.taken == 0 {
            self.records = Vec::new();
            self.vacant = 0;
        }
        Some(record)
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn growth_copies_no_records() {
        let mut records = Records::default();
        assert!((0..10).all(|number| records.insert(number).is_some()));
        assert!(records.chunks.iter().all(|chunk| chunk.records.capacity() < 32));
        assert!((10..=CHUNK).all(|number| records.insert(number).is_some()));
        assert_eq!(
            records.chunks.last().map(|chunk| (chunk.records.len(), chunk.records.capacity())),
            Some((1, CHUNK))
        );
    }

    #[test]
    fn a_record_keeps_its_slot_until_removed() {
        let (mut records, mut model) = (Records::default(), BTreeMap::new());
        let mut state = 1_u64;
        for step in 0_u64..60_000 {
            state = crate::random::next(state);
            let random = state >> 33;
            // More come than go at first, and fewer later; at the end, nobody is left.
            if random % 6 > step / 10_000 {
                let slot = records.insert(step).unwrap();
                assert_eq!(model.insert(slot, step), None, "a slot given twice");
            } else if let Some((slot, record)) = model.range(random as u32 % 12_000..).next().map(|(s, r)| (*s, *r)) {
                assert_eq!(records.get_mut(slot).copied(), Some(record));
                assert_eq!(records.remove(slot), Some(record));
                assert_eq!(records.get(slot), None);
                assert_eq!(records.remove(slot), None);
                model.remove(&slot);
            }
            if step % 1_000 == 0 {
                assert!(model.iter().all(|(slot, record)| records.get(*slot) == Some(record)));
            }
        }
        let chunks = records.chunks.len();
        assert!(chunks > 2 && chunks < 8, "{chunks}");
        for (slot, record) in model {
            assert_eq!(records.remove(slot), Some(record));
        }
        assert!(records.chunks.iter().all(|chunk| chunk.records.capacity() == 0));
        assert_eq!(records.get(u32::MAX), None);
        // What was given back is taken again.
        let slots: std::collections::BTreeSet<_> = (0..chunks * CHUNK).filter_map(|_| records.insert(0)).collect();
        assert_eq!((slots.len(), records.chunks.len()), (chunks * CHUNK, chunks));
    }
}
