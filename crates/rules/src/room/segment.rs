//! A segment of the table: open addressing with linear probing, with the cells sorted by tag. Storage only; the rules are elsewhere.

use alloc::vec;
use alloc::vec::Vec;

/// The tag of an empty cell. It is greater than every other tag, so a search stops there.
const VACANT: u16 = u16::MAX;

/// The tag of a hash: its lowest sixteen bits.
pub(super) fn tag(hash: u64) -> u16 {
    (hash as u16).min(VACANT - 1)
}

/// A cell of a segment: a tag, and the slot in two halves. A cell takes six bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell {
    pub(super) tag: u16,
    slot: [u16; 2],
}

const _: () = assert!(size_of::<Cell>() == 6);

impl Cell {
    const VACANT: Self = Self { tag: VACANT, slot: [0; 2] };

    /// The tombstone of a removed entry with this tag. No record has the slot `u32::MAX`.
    const fn tombstone(tag: u16) -> Self {
        Self { tag, slot: [u16::MAX; 2] }
    }

    fn is_tombstone(self) -> bool {
        self.tag != VACANT && self.slot == [u16::MAX; 2]
    }

    /// Whether the cell is vacant or a tombstone.
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

/// Slots sorted by tag, with vacant cells between them.
#[derive(Clone, Debug, Default)]
pub(super) struct Segment {
    /// The number of home cells. The tag of an entry determines its home cell; if that is taken, the entry is in a later cell.
    pub(super) homes: u32,
    /// The number of entries, without tombstones.
    pub(super) len: u32,
    pub(super) tombstones: u32,
    /// The number of leading bits of the hash that all entries have in common.
    pub(super) depth: u32,
    pub(super) cells: Vec<Cell>,
}

/// The number of home cells for `len` entries, so that 80 % of them are used.
pub(super) const fn homes_for(len: usize) -> usize {
    len + len / 4
}

impl Segment {
    /// Makes a segment of these cells, which must be sorted by tag.
    pub(super) fn rebuild(depth: u32, taken: &[Cell], homes: usize) -> Self {
        // A few cells follow the last home cell; `put` adds more if they are needed.
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

    /// The index and slot of the entry with this tag for which `is_match` is true.
    pub(super) fn find(&self, tag: u16, mut is_match: impl FnMut(u32) -> bool) -> Option<(usize, u32)> {
        let home = self.home(tag);
        for (at, cell) in self.cells.get(home..)?.iter().enumerate() {
            if cell.tag >= tag {
                if cell.tag > tag {
                    return None;
                }
                if is_match(cell.slot()) {
                    return Some((home + at, cell.slot()));
                }
            }
        }
        None
    }

    /// The first slot with this tag, which is nearly always the only one. It may be a tombstone, so it may have no record.
    pub(super) fn candidate(&self, tag: u16) -> Option<u32> {
        let mut cells = self.cells.get(self.home(tag)..)?.iter();
        cells.find(|cell| cell.tag >= tag).filter(|cell| cell.tag == tag).map(|cell| cell.slot())
    }

    /// Inserts a slot unless `is_match` is true for an entry with its tag. Returns whether it was inserted.
    pub(super) fn insert(&mut self, tag: u16, slot: u32, is_match: impl Fn(u32) -> bool) -> bool {
        // At most 90 % of the home cells are used, including tombstones; growth reduces this to 80 %.
        if (self.len() + self.tombstones as usize + 1) * 10 > self.homes as usize * 9 {
            let grown = self.homes as usize + self.homes as usize / 8 + 4;
            // If tombstones are the cause, rebuilding without them is enough.
            let is_full = (self.len() + 1) * 20 > self.homes as usize * 17;
            self.rebuild_with(if is_full { grown } else { self.homes as usize });
        }
        let home = self.home(tag);
        let mut at = home;
        while let Some(found) = self.cells.get(at).filter(|found| found.tag <= tag) {
            if found.tag == tag && is_match(found.slot()) {
                return false;
            }
            at += 1;
        }
        self.len += 1;
        // If the cell before is a tombstone, it is reused, and no cell moves.
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
            self.rebuild_with(homes_for(self.len()));
        }
    }

    fn rebuild_with(&mut self, homes: usize) {
        let taken: Vec<_> = self.taken().collect();
        *self = Self::rebuild(self.depth, &taken, homes);
    }

    pub(super) fn taken(&self) -> impl Iterator<Item = Cell> {
        self.cells.iter().copied().filter(|cell| !cell.is_free())
    }

    /// The index of the first cell from `from` for which `predicate` is true; the number of cells if there is none.
    fn first(&self, from: usize, predicate: impl Fn(Cell) -> bool) -> usize {
        let cells = self.cells.get(from..).unwrap_or_default();
        from + cells.iter().position(|cell| predicate(*cell)).unwrap_or(cells.len())
    }

    /// Sets a cell, or appends it if the index is the number of cells.
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
