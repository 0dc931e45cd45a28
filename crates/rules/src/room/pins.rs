//! When each pin (mark 500) ends. Storage only: nothing here knows a rule.

use alloc::collections::{BTreeMap, BTreeSet};

use avmarks_spec::Timestamp;

use super::records::Slot;

/// The ends of the pins of a room, by moment and by member; a member is named by its place in the join order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pins {
    by_end: BTreeSet<(Timestamp, u64, Slot)>,
    by_place: BTreeMap<u64, Timestamp>,
}

impl Pins {
    /// The end of the earliest pin.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        self.by_end.first().map(|(end, ..)| *end)
    }

    /// The members whose pins end at `now` or before, the earliest first; at one moment by join order.
    pub(crate) fn due(&self, now: Timestamp) -> impl Iterator<Item = Slot> {
        self.by_end.iter().take_while(move |(end, ..)| *end <= now).map(|(.., slot)| *slot)
    }

    pub(crate) fn end(&self, place: u64) -> Option<Timestamp> {
        self.by_place.get(&place).copied()
    }

    pub(crate) fn set(&mut self, place: u64, slot: Slot, end: Timestamp) {
        self.remove(place, slot);
        self.by_place.insert(place, end);
        self.by_end.insert((end, place, slot));
    }

    pub(crate) fn remove(&mut self, place: u64, slot: Slot) {
        if let Some(end) = self.by_place.remove(&place) {
            self.by_end.remove(&(end, place, slot));
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::vec::Vec;

    #[test]
    fn pins_end_in_the_order_of_their_ends_and_then_of_joining() {
        let (mut pins, mut model, mut state) = (Pins::default(), BTreeMap::new(), 1_u64);
        for step in 0_u64..6_000 {
            state = crate::random::next(state);
            let (place, slot) = (1 + (state >> 33) % 300, Slot::from_number((state >> 33) as u32 % 300));
            if (state >> 50) % 3 > step / 3_000 {
                let end = Timestamp::from_millis((state >> 40) % 50);
                pins.set(place, slot, end);
                model.insert(place, (end, slot));
            } else {
                pins.remove(place, slot);
                model.remove(&place);
            }
            let mut ends: Vec<_> = model.iter().map(|(place, (end, slot))| (*end, *place, *slot)).collect();
            ends.sort_unstable();
            assert_eq!(pins.next(), ends.first().map(|(end, ..)| *end));
            assert_eq!(pins.end(place), model.get(&place).map(|(end, _)| *end));
            let now = Timestamp::from_millis(step % 60);
            let due = ends.iter().filter(|(end, ..)| *end <= now).map(|(.., slot)| *slot);
            assert!(pins.due(now).eq(due));
        }
    }
}
