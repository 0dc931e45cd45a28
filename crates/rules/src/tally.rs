//! Counts the marks of a group and their holders while a call is evaluated. It refuses nothing.

use alloc::collections::BTreeMap;

use avmarks_spec::Mark;

use crate::room::{MARK_INDEX_COUNT, MarkIndex, MarkSet, MarkTable, Marks, View};

/// The marks that the group has and that the call would add, each with the running count of its holders.
pub(crate) struct MarkTally {
    /// The marks by index: those of the room at their indexes, new ones at free indexes.
    pub(crate) numbers: MarkTable,
    holders: [usize; MARK_INDEX_COUNT],
    /// The marks that have a holder, or would get one by the call.
    in_use: MarkSet,
    /// New marks without a free index, with their holders. With one of these, the group would have too many marks.
    others: BTreeMap<Mark, usize>,
}

/// The result of adding a holder to a mark.
#[derive(Clone, Copy)]
pub(crate) enum AddHolder {
    /// The account holds it already.
    AlreadyHeld,
    /// The mark has one more holder, at this index; `None` if the room has no index left for it.
    Added(Option<MarkIndex>),
    /// The mark has the maximum of holders.
    MarkFull,
}

impl MarkTally {
    pub(crate) fn new(view: &View<'_>) -> Self {
        let mut holders = [0; MARK_INDEX_COUNT];
        let mut in_use = MarkSet::default();
        for (holders, index) in holders.iter_mut().zip(Marks::indexes()) {
            *holders = view.holders_at(index);
            if *holders > 0 {
                in_use = in_use.with(index);
            }
        }
        Self { numbers: view.marks_held(), holders, in_use, others: BTreeMap::new() }
    }

    /// Counts an account with the marks `held` as a holder of `mark`, unless it holds it already or the mark is full.
    pub(crate) fn add_holder(&mut self, mark: Mark, held: MarkSet, holders_max: usize) -> AddHolder {
        let Some(index) = self.numbers.find_or_insert(mark) else { return self.add_other_holder(mark, holders_max) };
        self.in_use = self.in_use.with(index);
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

    /// The number of marks in use, and the number of custom marks among them.
    pub(crate) fn in_group(&self) -> (usize, usize) {
        let custom = self.in_use.iter().filter(|index| !index.is_special()).count();
        (self.in_use.iter().count() + self.others.len(), custom + self.others.len())
    }
}
