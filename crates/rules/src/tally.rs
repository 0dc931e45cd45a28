//! The marks of a group while a call is looked at, account by account. It counts, and refuses nothing.

use alloc::collections::BTreeMap;

use avmarks_spec::Mark;

use crate::room::{MARK_INDEX_COUNT, MarkIndex, MarkSet, MarkTable, Marks, View};

/// The marks of the group, those that somebody holds and those that the call would add, with the running count of holders.
pub(crate) struct MarkTally {
    /// As many as a group can have, at the places that they have in the room, and others at those that are free.
    pub(crate) numbers: MarkTable,
    holders: [usize; MARK_INDEX_COUNT],
    /// Those that somebody holds, or that the call would have held.
    there: MarkSet,
    /// Marks beyond the places of a room, with their holders: too many for any group.
    others: BTreeMap<Mark, usize>,
}

impl MarkTally {
    pub(crate) fn new(view: &View<'_>) -> Self {
        let (mut holders, mut there) = ([0; MARK_INDEX_COUNT], MarkSet::default());
        for (holders, bit) in holders.iter_mut().zip(Marks::bits()) {
            *holders = view.holders_at(bit);
            if *holders > 0 {
                there = there.with(bit);
            }
        }
        Self { numbers: view.numbers_held(), holders, there, others: BTreeMap::new() }
    }

    /// Names a mark that an account of the call may take. Gives its place; none where the group has no place for it.
    pub(crate) fn name(&mut self, mark: Mark) -> Option<MarkIndex> {
        let bit = self.numbers.find_or_put(mark);
        match bit {
            Some(bit) => self.there = self.there.with(bit),
            None => {
                self.others.entry(mark).or_default();
            }
        }
        bit
    }

    /// Counts one more holder of a mark that was named, or says that the mark is full.
    pub(crate) fn take(&mut self, mark: Mark, bit: Option<MarkIndex>, holders_max: usize) -> bool {
        let holders = match bit {
            Some(bit) => self.holders.get_mut(Marks::index(bit)),
            None => self.others.get_mut(&mark),
        };
        let Some(holders) = holders.filter(|holders| **holders < holders_max) else { return false };
        *holders += 1;
        true
    }

    /// How many there are, and how many of them are custom.
    pub(crate) fn in_group(&self) -> (usize, usize) {
        let custom = self.there.iter().filter(|bit| !bit.is_special()).count();
        (self.there.iter().count() + self.others.len(), custom + self.others.len())
    }
}
