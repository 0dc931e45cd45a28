//! When each pin (mark 500) ends. Storage only; the rules are elsewhere.

use alloc::collections::{BTreeMap, BTreeSet};

use avmarks_spec::Timestamp;

use super::records::Slot;

/// The ends of the pins of a room: an ordered set by end, and a map by the join position of the member. All operations are O(log p)
/// for p pins.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pins {
    by_end: BTreeSet<(Timestamp, u64, Slot)>,
    by_position: BTreeMap<u64, Timestamp>,
}

impl Pins {
    /// The earliest end of a pin.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        self.by_end.first().map(|(end, ..)| *end)
    }

    /// The members whose pins end at `now` or before: by end, then by join order.
    pub(crate) fn due(&self, now: Timestamp) -> impl Iterator<Item = Slot> {
        self.by_end.iter().take_while(move |(end, ..)| *end <= now).map(|(.., slot)| *slot)
    }

    pub(crate) fn end(&self, position: u64) -> Option<Timestamp> {
        self.by_position.get(&position).copied()
    }

    pub(crate) fn set(&mut self, position: u64, slot: Slot, end: Timestamp) {
        self.remove(position, slot);
        self.by_position.insert(position, end);
        self.by_end.insert((end, position, slot));
    }

    pub(crate) fn remove(&mut self, position: u64, slot: Slot) {
        if let Some(end) = self.by_position.remove(&position) {
            self.by_end.remove(&(end, position, slot));
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::vec::Vec;

    #[test]
    fn pins_end_by_time_then_join_order() {
        let (mut pins, mut model, mut state) = (Pins::default(), BTreeMap::new(), 1_u64);
        for step in 0_u64..6_000 {
            state = crate::random::next(state);
            let (position, slot) = (1 + (state >> 33) % 300, Slot::from_number((state >> 33) as u32 % 300));
            if (state >> 50) % 3 > step / 3_000 {
                let end = Timestamp::from_millis((state >> 40) % 50);
                pins.set(position, slot, end);
                model.insert(position, (end, slot));
            } else {
                pins.remove(position, slot);
                model.remove(&position);
            }
            let mut ends: Vec<_> = model.iter().map(|(position, (end, slot))| (*end, *position, *slot)).collect();
            ends.sort_unstable();
            assert_eq!(pins.next(), ends.first().map(|(end, ..)| *end));
            assert_eq!(pins.end(position), model.get(&position).map(|(end, _)| *end));
            let now = Timestamp::from_millis(step % 60);
            let due = ends.iter().filter(|(end, ..)| *end <= now).map(|(.., slot)| *slot);
            assert!(pins.due(now).eq(due));
        }
    }
}
