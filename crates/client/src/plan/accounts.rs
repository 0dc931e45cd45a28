//! Account names in one text: 12 bytes each in addition to the text, and about as many again while names are added.

use std::hash::{BuildHasher, RandomState};

use hashbrown::HashTable;

/// Names in the order in which they were added.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Accounts {
    text: String,
    /// Where each name ends in the text.
    ends: Vec<usize>,
}

impl Accounts {
    pub(crate) const fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)?;
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default();
        self.text.get(start..end)
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.len()).map(|index| self.get(index).unwrap_or_default())
    }

    pub(crate) fn shrink_to_fit(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
    }
}

/// Adds each name once: a hash table of indexes, of 32 bits each.
#[derive(Default)]
pub(super) struct Interner {
    pub(super) accounts: Accounts,
    table: HashTable<u32>,
    hasher: RandomState,
}

impl Interner {
    /// The index of this name, which is added if it is new. None if it would be one too many for 32 bits.
    pub(super) fn intern(&mut self, name: &str) -> Option<u32> {
        let Self { accounts, table, hasher } = self;
        let name_at = |index: u32| accounts.get(usize::try_from(index).unwrap_or(usize::MAX)).unwrap_or_default();
        let hash = hasher.hash_one(name);
        if let Some(index) = table.find(hash, |index| name_at(*index) == name) {
            return Some(*index);
        }
        let index = u32::try_from(accounts.len()).ok()?;
        table.insert_unique(hash, index, |index| hasher.hash_one(name_at(*index)));
        accounts.text.push_str(name);
        accounts.ends.push(accounts.text.len());
        Some(index)
    }
}
