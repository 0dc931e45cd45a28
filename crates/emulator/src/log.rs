//! The log: what was asked, what was answered, and why.

use std::collections::VecDeque;

use avmarks_rules::Omission;
use avmarks_spec::Timestamp;

/// A request and what became of it. Never a key, never a signature.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// Counts from 1.
    pub(crate) number: u64,
    pub(crate) at: Timestamp,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) identifier: Option<String>,
    pub(crate) code: i64,
    pub(crate) info: String,
    pub(crate) because: Vec<&'static str>,
    pub(crate) omitted: Vec<Omission>,
    /// What the documents forbid and was let through, each as a sentence.
    pub(crate) flags: Vec<String>,
}

/// The latest entries.
#[derive(Debug)]
pub(crate) struct Log {
    entries: VecDeque<Entry>,
    entries_max: usize,
    written: u64,
}

impl Log {
    pub(crate) fn new(entries_max: usize) -> Self {
        Self { entries: VecDeque::new(), entries_max, written: 0 }
    }

    pub(crate) fn write(&mut self, entry: impl FnOnce(u64) -> Entry) {
        self.written += 1;
        if self.entries.len() >= self.entries_max {
            self.entries.pop_front();
        }
        if self.entries_max > 0 {
            self.entries.push_back(entry(self.written));
        }
    }

    pub(crate) fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.entries.iter()
    }
}
