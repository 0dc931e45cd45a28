//! A segment of the table: open addressing with linear probing, cells in the order of their tags. Storage only: nothing here knows an
//! account or a rule.

use alloc::vec;
use alloc::vec::Vec;

/// The tag of an empty cell. It is greater than every other tag, so a search stops there.
const VACANT: u16 = u16::MAX;

/// The tag of a hash: its last sixteen bits.
pub(super) fn tag(hash: u64) -> u16 {
    (hash as u16).min(VACANT - 1)
}

/// A cell of a segment: a tag, and the slot in two halves, so that a cell takes six bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell {
    pub(super) tag: u16,
    slot: [u16; 2],
}

const _: () = assert!(size_of::<Cell>() == 6);

impl Cell {
    const VACANT: Self = Self { tag: VACANT, slot: [0; 2] };

    /// What is left where a slot of this tag was: no record lies at the last of all slots.
    const fn tombstone(tag: u16) -> Self {
        Self { tag, slot: [u16::MAX; 2] }
    }

    fn is_tombstone(self) -> bool {
        self.tag != VACANT && self.slot == [u16::MAX; 2]
    }

    /// Whether a slot may be put here.
    fn is_free(self) -> bool {
        self.tag == VACANT || self.slot == [u16::MAX; 2]
    }

    const fn new(tag: u16, slot: u32) -> Self {
        Self { tag, slot: [slot as u16, (slot >> 16) as u16] }
    }

    pub(super) const fn slot(self) -> u32 {
        let [low, high] = self.slot;
        low as u32 | (high as u32) << 16
    }
}

/// Slots in the order of their tags, with vacant cells among them.
#[derive(Clone, Debug, Default)]
pub(super) struct Segment {
    /// The number of home cells. An entry whose home is taken lies behind it.
    pub(super) homes: u32,
    pub(super) len: u32,
    pub(super) tombstones: u32,
    /// How many bits of the hash all slots in here share.
    pub(super) depth: u32,
    pub(super) cells: Vec<Cell>,
}

/// Homes for so many slots: four in five are taken.
pub(super) const fn homes_for(len: usize) -> usize {
    len + len / 4
}

impl Segment {
    /// A segment of these, which come in the order of their tags.
    pub(super) fn rebuild(depth: u32, taken: &[Cell], homes: usize) -> Self {
        // A few cells behind the last home; more come when they are needed.
        let cells = vec![Cell::VACANT; homes + homes / 128 + 4];
        let mut segment = Self { homes: homes as u32, len: taken.len() as u32, tombstones: 0, depth, cells };
        let mut next = 0;
        for cell in taken {
            let at = segment.home(cell.tag).max(next);
            segment.put(at, *cell);
            next = at + 1;
        }
        segment
    }

    pub(super) fn len(&self) -> usize {
        self.len as usize
    }

    pub(super) fn home(&self, tag: u16) -> usize {
        ((u64::from(tag) * u64::from(self.homes)) >> u16::BITS) as usize
    }

    /// The slot of this tag that `is_it`, and where it stands.
    pub(super) fn find(&self, tag: u16, mut is_it: impl FnMut(u32) -> bool) -> Option<(usize, u32)> {
        let home = self.home(tag);
        for (at, cell) in self.cells.get(home..)?.iter().enumerate() {
            if cell.tag >= tag {
                if cell.tag > tag {
                    return None;
                }
                if is_it(cell.slot()) {
                    return Some((home + at, cell.slot()));
                }
            }
        }
        None
    }

    /// The first slot of this tag, nearly always the only one; no record may lie there.
    pub(super) fn candidate(&self, tag: u16) -> Option<u32> {
        let mut cells = self.cells.get(self.home(tag)..)?.iter();
        cells.find(|cell| cell.tag >= tag).filter(|cell| cell.tag == tag).map(|cell| cell.slot())
    }

    /// Puts a slot in, where none of its tag `is_it`; says whether it did.
    pub(super) fn insert(&mut self, tag: u16, slot: u32, is_it: impl Fn(u32) -> bool) -> bool {
        // Nine in ten taken at most, tombstones too: after a step four in five are.
        if (self.len() + self.tombstones as usize + 1) * 10 > self.homes as usize * 9 {
            let grown = self.homes as usize + self.homes as usize / 8 + 4;
            // Where tombstones are the cause, homes are enough without them.
            let is_full = (self.len() + 1) * 20 > self.homes as usize * 17;
            self.lay_out(if is_full { grown } else { self.homes as usize });
        }
        let home = self.home(tag);
        let mut at = home;
        while let Some(found) = self.cells.get(at).filter(|found| found.tag <= tag) {
            if found.tag == tag && is_it(found.slot()) {
                return false;
            }
            at += 1;
        }
        self.len += 1;
        // A tombstone right before it can be filled, and nothing moves.
        if at > home && self.cells.get(at - 1).is_some_and(|cell| cell.is_tombstone()) {
            self.tombstones -= 1;
            self.put(at - 1, Cell::new(tag, slot));
            return true;
        }
        let free = self.first(at, Cell::is_free);
        let is_tombstone = self.cells.get(free).is_some_and(|cell| cell.is_tombstone());
        self.tombstones -= u32::from(is_tombstone);
        self.put(free, Cell::VACANT);
        if let Some(cells) = self.cells.get_mut(at..=free) {
            cells.rotate_right(1);
        }
        self.put(at, Cell::new(tag, slot));
        true
    }

    pub(super) fn remove(&mut self, at: usize) {
        let Some(cell) = self.cells.get_mut(at) else { return };
        *cell = Cell::tombstone(cell.tag);
        self.len -= 1;
        self.tombstones += 1;
        if homes_for(self.len()) * 2 < self.homes as usize {
            self.lay_out(homes_for(self.len()));
        }
    }

    fn lay_out(&mut self, homes: usize) {
        let taken: Vec<_> = self.taken().collect();
        *self = Self::rebuild(self.depth, &taken, homes);
    }

    pub(super) fn taken(&self) -> impl Iterator<Item = Cell> {
        self.cells.iter().copied().filter(|cell| !cell.is_free())
    }

    /// The first cell from `from` on that is such; one behind the last where none is.
    fn first(&self, from: usize, is_such: impl Fn(Cell) -> bool) -> usize {
        let cells = self.cells.get(from..).unwrap_or_default();
        from + cells.iter().position(|cell| is_such(*cell)).unwrap_or(cells.len())
    }

    /// Fills a cell, which is at most one behind the last.
    fn put(&mut self, at: usize, cell: Cell) {
        match self.cells.get_mut(at) {
            Some(found) => *found = cell,
            None => {
                self.cells.reserve_exact(8);
                self.cells.push(cell);
            }
        }
    }
}
