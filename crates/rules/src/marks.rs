//! Which marks a room knows, and who holds them. Storage only: nothing here knows a rule.

use alloc::collections::BTreeMap;

use avmarks_spec::{Limits, Mark, MarkKind};

use crate::roster::Slot;

/// A place for a mark in a room: one for each custom mark that somebody holds, one for 500, one for 600.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bit(u8);

impl Bit {
    pub(crate) const PINNED: Self = Self(CUSTOM as u8);
    pub(crate) const HIDDEN: Self = Self(CUSTOM as u8 + 1);

    fn index(self) -> usize {
        usize::from(self.0)
    }
}

const CUSTOM: usize = Limits::MARKS_PER_GROUP_CEILING;
/// Places in all: the custom ones, then 500, then 600.
pub(crate) const PLACES: usize = CUSTOM + 2;
const _: () = assert!(PLACES <= u16::BITS as usize);

/// The marks of a member, as places of its room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct MarkSet(u16);

impl MarkSet {
    pub(crate) fn has(self, bit: Bit) -> bool {
        self.0 & (1 << bit.0) != 0
    }

    pub(crate) fn with(self, bit: Bit) -> Self {
        Self(self.0 | (1 << bit.0))
    }

    pub(crate) fn without(self, bit: Bit) -> Self {
        Self(self.0 & !(1 << bit.0))
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = Bit> {
        (0..PLACES as u8).map(Bit).filter(move |bit| self.has(*bit))
    }
}

/// The mark at a place, and its holders by their place in the join order.
#[derive(Clone, Debug, Default)]
struct Place {
    mark: Option<Mark>,
    holders: BTreeMap<u64, Slot>,
}

/// The marks of a room.
#[derive(Clone, Debug, Default)]
pub(crate) struct Marks {
    places: [Place; PLACES],
}

impl Marks {
    /// The place of a mark; none of a custom mark that nobody holds.
    pub(crate) fn find(&self, mark: Mark) -> Option<Bit> {
        match mark.kind() {
            MarkKind::Pinned => Some(Bit::PINNED),
            MarkKind::Hidden => Some(Bit::HIDDEN),
            MarkKind::Custom => self.places.iter().position(|place| place.mark == Some(mark)).map(|at| Bit(at as u8)),
        }
    }

    /// The place of a mark, made where it has none; none where all places are taken.
    pub(crate) fn find_or_make(&mut self, mark: Mark) -> Option<Bit> {
        if let Some(bit) = self.find(mark) {
            return Some(bit);
        }
        let free = self.places.iter().take(CUSTOM).position(|place| place.mark.is_none())?;
        self.places.get_mut(free)?.mark = Some(mark);
        Some(Bit(free as u8))
    }

    /// The mark at a place.
    pub(crate) fn mark(&self, bit: Bit) -> Option<Mark> {
        match bit {
            Bit::PINNED => Some(Mark::PINNED),
            Bit::HIDDEN => Some(Mark::HIDDEN),
            _ => self.places.get(bit.index())?.mark,
        }
    }

    /// How many hold the mark at a place.
    pub(crate) fn count(&self, bit: Bit) -> usize {
        self.places.get(bit.index()).map_or(0, |place| place.holders.len())
    }

    /// The holders of the mark at a place that joined before `below`, the latest first.
    pub(crate) fn holders_below(&self, bit: Bit, below: u64) -> impl Iterator<Item = (u64, Slot)> {
        self.places
            .get(bit.index())
            .into_iter()
            .flat_map(move |place| place.holders.range(..below).rev().map(|(at, slot)| (*at, *slot)))
    }

    /// The holder of the mark at a place that joined at `place`.
    pub(crate) fn holder(&self, bit: Bit, place: u64) -> Option<Slot> {
        self.places.get(bit.index())?.holders.get(&place).copied()
    }

    pub(crate) fn hold(&mut self, bit: Bit, place: u64, slot: Slot) {
        let Some(at) = self.places.get_mut(bit.index()) else { return };
        at.holders.insert(place, slot);
    }

    /// Takes a holder away; a custom mark that nobody holds any longer gives its place back (`gap:slots`).
    pub(crate) fn drop(&mut self, bit: Bit, place: u64) {
        let Some(at) = self.places.get_mut(bit.index()) else { return };
        at.holders.remove(&place);
        if at.holders.is_empty() {
            at.mark = None;
        }
    }

    /// Every place in use: a custom mark that somebody holds, and 500 and 600 always.
    pub(crate) fn bits() -> impl Iterator<Item = Bit> {
        (0..PLACES as u8).map(Bit)
    }

    pub(crate) fn index(bit: Bit) -> usize {
        bit.index()
    }
}
