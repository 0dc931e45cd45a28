//! A slab of records in chunks, with a free list in each chunk. Storage only; the rules are elsewhere.

use alloc::vec::Vec;

/// The key of a record in the slab. Valid until the member leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Slot(pub(super) u32);

impl Slot {
    /// Not the slot of any record.
    pub(crate) const NONE: Self = Self(u32::MAX);

    #[cfg(test)]
    pub(crate) const fn from_number(number: u32) -> Self {
        Self(number)
    }
}

/// The number of records in a chunk. Chunks are allocated one by one, so growth does not copy all records, and a chunk that becomes
/// empty is freed.
const CHUNK: usize = 4_096;

/// A slab: each record keeps its slot until it is removed. Insert, get and remove are O(1); growth adds a chunk and copies nothing.
#[derive(Clone, Debug)]
pub(crate) struct Records<T> {
    chunks: Vec<Chunk<T>>,
    /// The numbers of the chunks that are not full.
    not_full: Vec<u32>,
}

#[derive(Clone, Debug)]
struct Chunk<T> {
    records: Vec<Record<T>>,
    /// The first vacant cell; each vacant cell has the index of the next. Equals the length if no cell is vacant.
    vacant: u16,
    /// The number of records.
    taken: u16,
}

#[derive(Clone, Debug)]
enum Record<T> {
    Vacant([u8; 2]),
    Taken(T),
}

impl<T> Default for Records<T> {
    fn default() -> Self {
        Self { chunks: Vec::new(), not_full: Vec::new() }
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

    /// Inserts a record and returns its slot; `None` if all slot numbers are taken.
    pub(crate) fn insert(&mut self, record: T) -> Option<u32> {
        if self.not_full.is_empty() {
            let number = u32::try_from(self.chunks.len()).ok()?;
            // The slot numbers of the whole chunk must fit.
            number.checked_add(1)?.checked_mul(CHUNK as u32)?;
            // The first chunk grows with the room; all others are allocated at full size.
            let records = if number == 0 { Vec::new() } else { Vec::with_capacity(CHUNK) };
            self.chunks.push(Chunk { records, vacant: 0, taken: 0 });
            self.not_full.push(number);
        }
        let number = *self.not_full.last()?;
        let chunk = self.chunks.get_mut(number as usize)?;
        let at = chunk.insert(record);
        if usize::from(chunk.taken) == CHUNK {
            self.not_full.pop();
        }
        Some(number * CHUNK as u32 + u32::from(at))
    }

    pub(crate) fn remove(&mut self, slot: u32) -> Option<T> {
        let chunk = self.chunks.get_mut(slot as usize / CHUNK)?;
        let record = chunk.remove((slot as usize % CHUNK) as u16)?;
        if usize::from(chunk.taken) == CHUNK - 1 {
            self.not_full.push(slot / CHUNK as u32);
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
            // At first insertions outnumber removals, later it is the reverse, and the last phase only removes.
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
        // Freed slots are reused.
        let slots: std::collections::BTreeSet<_> = (0..chunks * CHUNK).filter_map(|_| records.insert(0)).collect();
        assert_eq!((slots.len(), records.chunks.len()), (chunks * CHUNK, chunks));
    }
}
