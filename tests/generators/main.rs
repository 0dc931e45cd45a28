//! What `avmarks-generators` promises: valid is valid, invalid is refused for the one reason that it names, hostile breaks
//! nothing; and none of them degenerates.

mod adapters;
mod answers;
mod operations;
mod requests;
mod webhooks;

use std::collections::BTreeMap;
use std::fmt::Debug;

use avmarks_generators::Generate;

/// What these many different bytes make, the same in every run.
fn values<T: Generate>(count: u32) -> impl Iterator<Item = T> {
    noise(count, T::BYTES).map(|bytes| T::from_bytes(&bytes))
}

/// Bytes without a pattern, the same in every run.
fn noise(count: u32, length: usize) -> impl Iterator<Item = Vec<u8>> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut byte = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_be_bytes()[0]
    };
    (0..count).map(move |_| (0..length).map(|_| byte()).collect())
}

/// How often each was met.
#[derive(Debug)]
struct Met<T>(BTreeMap<T, u32>);

impl<T: Ord + Debug> Met<T> {
    fn new(met: impl IntoIterator<Item = T>) -> Self {
        let mut counts = BTreeMap::new();
        met.into_iter().for_each(|one| *counts.entry(one).or_default() += 1);
        Self(counts)
    }

    /// Says that every one of these was met, so often at least.
    fn assert_all(&self, all: impl IntoIterator<Item = T>, least: u32) {
        for one in all {
            let count = self.0.get(&one).copied().unwrap_or_default();
            assert!(count >= least, "{one:?} was met {count} times: {self:?}");
        }
    }
}
