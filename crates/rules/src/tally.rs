//! The marks of a group while a call is looked at, account by account. It counts, and refuses nothing.

use alloc::collections::BTreeMap;

use avmarks_spec::Mark;

use crate::room::{MARK_INDEX_COUNT, MarkIndex, MarkSet, MarkTable, Marks, View};

/// The marks of the group, those that somebody holds and those that the call would add, with the running count of holders.
pub(crate) struct MarkTally {
    /// As many as a group can have, at the indexes that they have in the room, and others at free ones.
    pub(crate) numbers: MarkTable,
    holders: [usize; MARK_INDEX_COUNT],
    /// Those that somebody holds, or that the call would have held.
    there: MarkSet,
    /// Marks beyond the indexes of a room, with their holders: too many for any group.
    others: BTreeMap<Mark, usize>,
}

/// The result of adding a holder to a mark.
#[derive(Clone, Copy)]
pub(crate) enum AddHolder {
    /// The account holds it already.
    AlreadyHeld,
    /// It has one holder more, at this index; `None` if the group has no index left for it.
    Added(Option<MarkIndex>),
    /// It has as many holders as it may.
    MarkFull,
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
    pub(crate) fn add_holder(&mut self, mark: Mark, held: MarkSet, holders_max: usize) -> AddHolder {
        let Some(index) = self.numbers.find_or_put(mark) else { return self.add_other_holder(mark, holders_max) };
        self.there = self.there.with(index);
        if held.has(index) {
            return AddHolder::AlreadyHeld;
        }
        match self.holders.get_mut(Marks::index(index)) {
            Some(holders) if *holders < holders_max => {
                *holders += 1;
                AddHolder::Added(Some(index))
            }
            _ => AddHolder::MarkFull,
        }
    }

    #[cold]
    fn add_other_holder(&mut self, mark: Mark, holders_max: usize) -> AddHolder {
        let holders = self.others.entry(mark).or_default();
        if *holders >= holders_max {
            return AddHolder::MarkFull;
        }
        *holders += 1;
        AddHolder::Added(None)
    }

    /// How many there are, and how many of them are custom.
    pub(crate) fn in_group(&self) -> (usize, usize) {
        let custom = self.there.iter().filter(|index| !index.is_special()).count();
        (self.there.iter().count() + self.others.len(), custom + self.others.len())
    }
}
