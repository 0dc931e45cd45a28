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

/// What became of a mark that an account takes.
#[derive(Clone, Copy)]
pub(crate) enum Taking {
    /// The account holds it already.
    Held,
    /// It has one holder more, at this place; `None` if the group has no place for it.
    Taken(Option<MarkIndex>),
    /// It has as many holders as it may.
    Full,
}

impl MarkTally {
    pub(crate) fn new(view: &View<'_>) -> Self {
        let (mut holders, mut there) = ([0; MARK_INDEX_COUNT], MarkSet::default());
        for (holders, index) in holders.iter_mut().zip(Marks::indexes()) {
            *holders = view.holders_at(index);
            if *holders > 0 {
                there = there.with(index);
            }
        }
        Self { numbers: view.marks_held(), holders, there, others: BTreeMap::new() }
    }

    /// An account that holds these marks takes this one: counts one more holder, where it does not hold it yet and the mark is not
    /// full.
    pub(crate) fn take(&mut self, mark: Mark, held: MarkSet, holders_max: usize) -> Taking {
        let Some(index) = self.numbers.find_or_put(mark) else { return self.take_other(mark, holders_max) };
        self.there = self.there.with(index);
        if held.has(index) {
            return Taking::Held;
        }
        match self.holders.get_mut(Marks::index(index)) {
            Some(holders) if *holders < holders_max => {
                *holders += 1;
                Taking::Taken(Some(index))
            }
            _ => Taking::Full,
        }
    }

    #[cold]
    fn take_other(&mut self, mark: Mark, holders_max: usize) -> Taking {
        let holders = self.others.entry(mark).or_default();
        if *holders >= holders_max {
            return Taking::Full;
        }
        *holders += 1;
        Taking::Taken(None)
    }

    /// How many there are, and how many of them are custom.
    pub(crate) fn in_group(&self) -> (usize, usize) {
        let custom = self.there.iter().filter(|index| !index.is_special()).count();
        (self.there.iter().count() + self.others.len(), custom + self.others.len())
    }
}
