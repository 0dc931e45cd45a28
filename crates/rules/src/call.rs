//! The calls that change a group. Repeated accounts and marks are merged.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use avmarks_spec::UserId;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry as Cell;

use crate::input::{Command, Entry, Operator};
use crate::mark_list::MarkList;
use crate::room::hash;
use crate::scratch::Scratch;

/// A call that sets or deletes marks. Its entries are merged: it has each account once, and each mark of an account once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkCall {
    command: Command,
    operator: Operator,
    entries: Vec<Entry>,
    /// The hash of the account of each entry.
    hashes: Vec<u64>,
    merged: bool,
    names_special: bool,
}

impl MarkCall {
    /// A call that sets marks.
    #[must_use]
    pub fn set(operator: Operator, entries: Vec<Entry>) -> Self {
        Self::new(Command::Set, operator, entries)
    }

    /// A call that deletes marks.
    #[must_use]
    pub fn delete(operator: Operator, entries: Vec<Entry>) -> Self {
        Self::new(Command::Delete, operator, entries)
    }

    /// Makes a call. Entries of the same account are merged into the first of them, with their marks in order of first
    /// mention; a repeated mark counts once (`gap:duplicates`). An entry without marks is dropped.
    #[must_use]
    pub fn new(command: Command, operator: Operator, entries: Vec<Entry>) -> Self {
        Self::new_with(command, operator, entries, &mut Scratch::default())
    }

    /// The same as [`MarkCall::new`], with the buffers of `scratch`; [`Scratch::recycle_call`] returns them.
    #[doc(hidden)]
    #[must_use]
    pub fn new_with(command: Command, operator: Operator, entries: Vec<Entry>, scratch: &mut Scratch) -> Self {
        let mut entries = entries;
        entries.retain(|entry| !entry.marks.is_empty());
        let mut hashes = scratch.hashes();
        hashes.extend(entries.iter().map(|entry| hash(&entry.account)));
        let mut merged = !accounts_are_unique(&entries, &hashes);
        if merged {
            entries = merge(entries);
            hashes.clear();
            hashes.extend(entries.iter().map(|entry| hash(&entry.account)));
        }
        let mut names_special = false;
        for Entry { marks, .. } in &mut entries {
            merged |= keep_first_mentions(marks);
            names_special |= marks.iter().any(|mark| mark.is_special());
        }
        Self { command, operator, entries, hashes, merged, names_special }
    }

    /// Whether the call sets or deletes.
    #[must_use]
    pub const fn command(&self) -> Command {
        self.command
    }

    /// Who makes the call.
    #[must_use]
    pub const fn operator(&self) -> Operator {
        self.operator
    }

    /// The entries after merging.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entries after merging and the hashes of their accounts, in chunks of at most `len`.
    pub(crate) fn hashed_chunks(&self, len: usize) -> impl Iterator<Item = (&[Entry], &[u64])> {
        self.entries.chunks(len).zip(self.hashes.chunks(len))
    }

    pub(crate) fn into_buffers(self) -> (Vec<Entry>, Vec<u64>) {
        (self.entries, self.hashes)
    }

    /// Whether the call named an account or a mark more than once (`gap:duplicates`).
    #[must_use]
    pub const fn was_merged(&self) -> bool {
        self.merged
    }

    /// Whether the call names 500 or 600 (`SPECIAL-ADMIN`).
    #[must_use]
    pub const fn names_special(&self) -> bool {
        self.names_special
    }
}

impl Scratch {
    /// Keeps the buffers of a finished call, so that later calls reuse them.
    pub fn recycle_call(&mut self, call: MarkCall) {
        let (entries, hashes) = call.into_buffers();
        self.recycle_entries(entries);
        self.recycle_hashes(hashes);
    }
}

/// Whether no two entries have the same account.
fn accounts_are_unique(entries: &[Entry], hashes: &[u64]) -> bool {
    if entries.len() <= STACK_ACCOUNTS_MAX {
        few_accounts_are_unique(entries, hashes)
    } else {
        many_accounts_are_unique(entries, hashes)
    }
}

/// The number of accounts up to which they are compared without an allocation: a little more than a call may have by the documents.
const STACK_ACCOUNTS_MAX: usize = 512;

/// [`accounts_are_unique`] with a hash table on the stack: open addressing with linear probing. A cell has the number of an entry,
/// counted from 1; 0 is a free cell.
fn few_accounts_are_unique(entries: &[Entry], hashes: &[u64]) -> bool {
    // Half of the cells stay free.
    const CELLS: usize = STACK_ACCOUNTS_MAX * 2;
    let mut numbers = [0_u16; CELLS];
    for (number, (entry, hash)) in (1..).zip(entries.iter().zip(hashes)) {
        let mut at = *hash as usize % CELLS;
        while let Some(taken) = numbers.get_mut(at) {
            let Some(earlier) = usize::from(*taken).checked_sub(1) else {
                *taken = number;
                break;
            };
            let is_same = |earlier: &Entry| earlier.account == entry.account;
            if hashes.get(earlier) == Some(hash) && entries.get(earlier).is_some_and(is_same) {
                return false;
            }
            at = (at + 1) % CELLS;
        }
    }
    true
}

/// [`accounts_are_unique`] with a hash table on the heap.
fn many_accounts_are_unique(entries: &[Entry], hashes: &[u64]) -> bool {
    let mut seen: HashTable<(u64, &UserId)> = HashTable::with_capacity(entries.len());
    entries.iter().zip(hashes).all(|(Entry { account, .. }, hash)| {
        match seen.entry(*hash, |(_, earlier)| *earlier == account, |(hash, _)| *hash) {
            Cell::Occupied(_) => false,
            Cell::Vacant(cell) => {
                cell.insert((*hash, account));
                true
            }
        }
    })
}

/// Merges the entries of each account into the first of them. O(n log n).
fn merge(entries: Vec<Entry>) -> Vec<Entry> {
    let mut positions = BTreeMap::new();
    let mut merged: Vec<Entry> = Vec::new();
    for entry in entries {
        let position = *positions.entry(entry.account).or_insert(merged.len());
        match merged.get_mut(position) {
            Some(first) => first.marks.extend(&entry.marks),
            None => merged.push(entry),
        }
    }
    merged
}

/// The number of marks up to which they are compared in pairs.
const PAIRWISE_MARKS_MAX: usize = 12;

/// Removes repeated marks, and returns whether there were any. O(n log n), because a call may repeat a mark a hundred thousand times.
fn keep_first_mentions(marks: &mut MarkList) -> bool {
    let mut numbered = marks.iter().enumerate();
    if marks.len() <= PAIRWISE_MARKS_MAX
        && numbered.all(|(at, mark)| marks.iter().take(at).all(|earlier| earlier != mark))
    {
        return false;
    }
    let mut seen = BTreeSet::new();
    let kept: MarkList = marks.iter().copied().filter(|mark| seen.insert(*mark)).collect();
    let had_repeats = kept.len() != marks.len();
    *marks = kept;
    had_repeats
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use avmarks_spec::Mark;

    fn entry(account: &str, marks: &[i64]) -> Entry {
        Entry {
            account: UserId::parse(account).unwrap(),
            marks: marks.iter().map(|number| Mark::new(*number).unwrap()).collect(),
        }
    }

    #[test]
    fn entries_merge_at_the_first_position() {
        let call = MarkCall::set(
            Operator::Admin,
            vec![entry("a", &[1001, 1000]), entry("b", &[1002, 1002]), entry("a", &[1000, 1003])],
        );
        assert_eq!(call.entries(), [entry("a", &[1001, 1000, 1003]), entry("b", &[1002])]);
        assert!(call.was_merged());
    }

    #[test]
    fn calls_without_repetition_are_unchanged() {
        let call = MarkCall::delete(Operator::Admin, vec![entry("b", &[1001]), entry("a", &[1001])]);
        assert_eq!(call.entries(), [entry("b", &[1001]), entry("a", &[1001])]);
        assert!(!call.was_merged());
    }

    #[test]
    fn a_repeated_account_is_always_found() {
        for length in [1, 2, STACK_ACCOUNTS_MAX - 1, STACK_ACCOUNTS_MAX, STACK_ACCOUNTS_MAX + 1, STACK_ACCOUNTS_MAX * 3]
        {
            let names: Vec<_> = (0..length).map(|number| alloc::format!("user{number}")).collect();
            let entries: Vec<_> = names.iter().map(|name| entry(name, &[1000])).collect();
            let call = MarkCall::set(Operator::Admin, entries.clone());
            assert!(!call.was_merged() && call.entries() == entries, "{length}");
            for at in [0, length - 1] {
                let mut entries = entries.clone();
                entries.push(entry(&names[at], &[1001]));
                let call = MarkCall::set(Operator::Admin, entries);
                assert!(call.was_merged() && call.entries().len() == length, "{length}, {at}");
                assert_eq!(call.entries()[at].marks.len(), 2, "{length}, {at}");
            }
        }
    }

    #[test]
    fn colliding_hashes_keep_accounts_apart() {
        let entries: Vec<_> =
            (0..STACK_ACCOUNTS_MAX).map(|number| entry(&alloc::format!("user{number}"), &[1000])).collect();
        for hash in [0, u64::MAX] {
            let mut hashes = vec![hash; entries.len()];
            assert!(few_accounts_are_unique(&entries, &hashes) && many_accounts_are_unique(&entries, &hashes));
            let mut again = entries[1..].to_vec();
            again.push(entries[7].clone());
            hashes.truncate(again.len());
            assert!(!few_accounts_are_unique(&again, &hashes) && !many_accounts_are_unique(&again, &hashes));
        }
    }
}
