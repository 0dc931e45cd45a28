//! Counts the marks of a group and their holders during the evaluation of a call. Refuses nothing.

use alloc::collections::BTreeMap;

use avmarks_spec::Mark;

use crate::room::{MARK_INDEX_COUNT, MarkIndex, MarkSet, MarkTable, Marks, View};

/// The marks that the group has or would get by the call, each with the running count of its holders.
pub(crate) struct MarkTally {
    /// The marks by index. Marks of the room have their index there; new marks get a free one.
    pub(crate) table: MarkTable,
    holders: [usize; MARK_INDEX_COUNT],
    /// The marks that have a holder, or would get one by the call.
    in_use: MarkSet,
    /// New marks for which no index is free, with their number of holders. If there is any, the group would have too many marks.
    overflow: BTreeMap<Mark, usize>,
}

/// The result of adding a holder to a mark.
#[derive(Clone, Copy)]
pub(crate) enum AddHolderResult {
    /// The account holds the mark already.
    AlreadyHeld,
    /// The mark has one more holder. The index is `None` if no index is free for the mark.
    Added(Option<MarkIndex>),
    /// The mark has the maximum number of holders.
    MarkFull,
}

impl MarkTally {
    pub(crate) fn new(view: &View<'_>) -> Self {
        let mut holders = [0; MARK_INDEX_COUNT];
        let mut in_use = MarkSet::default();
        for (holders, index) in holders.iter_mut().zip(Marks::indexes()) {
            *holders = view.holder_count(index);
            if *holders > 0 {
                in_use = in_use.with(index);
            }
        }
        Self { table: view.marks_held(), holders, in_use, overflow: BTreeMap::new() }
    }

    /// Counts an account, which holds the marks `held`, as a holder of `mark`, unless it holds the mark already or the mark is full.
    pub(crate) fn add_holder(&mut self, mark: Mark, held: MarkSet, holders_max: usize) -> AddHolderResult {
        let Some(index) = self.table.find_or_insert(mark) else { return self.add_overflow_holder(mark, holders_max) };
        self.in_use = self.in_use.with(index);
        if held.has(index) {
            return AddHolderResult::AlreadyHeld;
        }
        match self.holders.get_mut(index.to_usize()) {
            Some(holders) if *holders < holders_max => {
                *holders += 1;
                AddHolderResult::Added(Some(index))
            }
            _ => AddHolderResult::MarkFull,
        }
    }

    #[cold]
    fn add_overflow_holder(&mut self, mark: Mark, holders_max: usize) -> AddHolderResult {
        let holders = self.overflow.entry(mark).or_default();
        if *holders >= holders_max {
            return AddHolderResult::MarkFull;
        }
        *holders += 1;
        AddHolderResult::Added(None)
    }

    /// The number of marks in use, and the number of custom marks among them.
    pub(crate) fn in_group(&self) -> (usize, usize) {
        let custom = self.in_use.iter().filter(|index| !index.is_special()).count();
        (self.in_use.iter().count() + self.overflow.len(), custom + self.overflow.len())
    }
}
