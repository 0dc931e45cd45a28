//! When each pin (mark 500) ends. Storage only: nothing here knows a rule.

use alloc::collections::{BTreeMap, BTreeSet};

use avmarks_spec::Timestamp;

use crate::roster::Slot;

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
