//! Calls that change a group, with repeated accounts and marks merged.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use avmarks_spec::UserId;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry as Cell;

use crate::input::{Command, Entry, Operator};
use crate::mark_list::MarkList;
use crate::room::hash;
use crate::scratch::Scratch;

/// A call that sets or deletes marks, with its entries merged: each account once, each of its marks once.
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

    /// A call of this command. Entries of one account are merged at the position of the first, with their marks in order of first
    /// mention; a repeated mark counts once (`gap:duplicates`). An entry without marks is dropped.
    #[must_use]
    pub fn new(command: Command, operator: Operator, entries: Vec<Entry>) -> Self {
        Self::new_with(command, operator, entries, &mut Scratch::default())
    }

    /// [`MarkCall::new`] with reused memory; [`Scratch::keep_call`] takes it back.
    #[doc(hidden)]
    #[must_use]
    pub fn new_with(command: Command, operator: Operator, entries: Vec<Entry>, scratch: &mut Scratch) -> Self {
        let mut entries = entries;
        entries.retain(|entry| !entry.marks.is_empty());
        let mut hashes = scratch.hashes();
        hashes.extend(entries.iter().map(|entry| hash(&entry.account)));
        let mut merged = !is_each_account_once(&entries, &hashes);
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

    /// Whether it sets or deletes.
    #[must_use]
    pub const fn command(&self) -> Command {
        self.command
    }

    /// The caller.
    #[must_use]
    pub const fn operator(&self) -> Operator {
        self.operator
    }

    /// The entries after merging.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entries after merging, with the hashes of their accounts, so many at a time.
    pub(crate) fn hashed(&self, at_once: usize) -> impl Iterator<Item = (&[Entry], &[u64])> {
        self.entries.chunks(at_once).zip(self.hashes.chunks(at_once))
    }

    pub(crate) fn into_memory(self) -> (Vec<Entry>, Vec<u64>) {
        (self.entries, self.hashes)
    }

    /// Whether an account or a mark was named twice (`gap:duplicates`).
    #[must_use]
    pub const fn was_merged(&self) -> bool {
        self.merged
    }

    /// Whether it names 500 or 600 (`SPECIAL-ADMIN`).
    #[must_use]
    pub const fn names_special(&self) -> bool {
        self.names_special
    }
}

impl Scratch {
    /// Takes the memory of a call that is no longer needed.
    pub fn keep_call(&mut self, call: MarkCall) {
        let (entries, hashes) = call.into_memory();
        self.keep_entries(entries);
        self.keep_hashes(hashes);
    }
}

fn is_each_account_once(entries: &[Entry], hashes: &[u64]) -> bool {
    if entries.len() <= FEW_ACCOUNTS {
        is_each_of_few_once(entries, hashes)
    } else {
        is_each_of_many_once(entries, hashes)
    }
}

/// The number of accounts that are compared without an allocation: the documented maximum of a call, plus slack.
const FEW_ACCOUNTS: usize = 512;

/// Open addressing with linear probing, in a table on the stack.
fn is_each_of_few_once(entries: &[Entry], hashes: &[u64]) -> bool {
    // Half of the cells stay free.
    const CELLS: usize = FEW_ACCOUNTS * 2;
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

fn is_each_of_many_once(entries: &[Entry], hashes: &[u64]) -> bool {
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

/// Merges the entries of each account at the position of the first. O(n log n).
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

/// The number of marks that are compared pairwise.
const FEW_MARKS: usize = 12;

/// Removes repeated marks and returns whether there were any. O(n log n), since a call may name a mark a hundred thousand times.
fn keep_first_mentions(marks: &mut MarkList) -> bool {
    let mut earlier = marks.iter().enumerate();
    if marks.len() <= FEW_MARKS && earlier.all(|(at, mark)| marks.iter().take(at).all(|earlier| earlier != mark)) {
        return false;
    }
    let mut seen = BTreeSet::new();
    let kept: MarkList = marks.iter().copied().filter(|mark| seen.insert(*mark)).collect();
    let named_again = kept.len() != marks.len();
    *marks = kept;
    named_again
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
    fn calls_without_repetition_stay_as_sent() {
        let call = MarkCall::delete(Operator::Admin, vec![entry("b", &[1001]), entry("a", &[1001])]);
        assert_eq!(call.entries(), [entry("b", &[1001]), entry("a", &[1001])]);
        assert!(!call.was_merged());
    }

    #[test]
    fn a_repeated_account_is_always_found() {
        for length in [1, 2, FEW_ACCOUNTS - 1, FEW_ACCOUNTS, FEW_ACCOUNTS + 1, FEW_ACCOUNTS * 3] {
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
        let entries: Vec<_> = (0..FEW_ACCOUNTS).map(|number| entry(&alloc::format!("user{number}"), &[1000])).collect();
        for hash in [0, u64::MAX] {
            let mut hashes = vec![hash; entries.len()];
            assert!(is_each_of_few_once(&entries, &hashes) && is_each_of_many_once(&entries, &hashes));
            let mut again = entries[1..].to_vec();
            again.push(entries[7].clone());
            hashes.truncate(again.len());
            assert!(!is_each_of_few_once(&again, &hashes) && !is_each_of_many_once(&again, &hashes));
        }
    }
}
