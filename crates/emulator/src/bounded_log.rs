//! The latest of many entries, up to a number of entries and of bytes.

use std::collections::VecDeque;

/// Things with ascending numbers, of which the oldest are dropped.
#[derive(Debug)]
pub(crate) struct BoundedLog<T> {
    kept: VecDeque<Numbered<T>>,
    /// Of all that are kept.
    bytes: usize,
    kept_max: usize,
    bytes_max: usize,
}

#[derive(Debug)]
struct Numbered<T> {
    number: u64,
    bytes: usize,
    item: T,
}

impl<T> BoundedLog<T> {
    /// Keeps at most `kept_max` items, and of these no more than have `bytes_max` bytes, except for a single one.
    pub(crate) const fn new(kept_max: usize, bytes_max: usize) -> Self {
        Self { kept: VecDeque::new(), bytes: 0, kept_max, bytes_max }
    }

    /// Puts an item in, whose number is higher than all before; the highest number that is no longer there, where it pushes
    /// something out.
    pub(crate) fn push(&mut self, number: u64, bytes: usize, item: T) -> Option<u64> {
        self.kept.push_back(Numbered { number, bytes, item });
        self.bytes += bytes;
        let mut dropped = None;
        while self.kept.len() > self.kept_max || self.bytes > self.bytes_max && self.kept.len() > 1 {
            let Some(oldest) = self.kept.pop_front() else { break };
            self.bytes -= oldest.bytes;
            dropped = Some(oldest.number);
        }
        dropped
    }

    /// Those whose number is higher than `after`, with their numbers, the oldest first.
    pub(crate) fn after(&self, after: u64) -> impl Iterator<Item = (u64, &T)> {
        let start = self.kept.partition_point(|kept| kept.number <= after);
        self.kept.range(start..).map(|kept| (kept.number, &kept.item))
    }

    pub(crate) fn clear(&mut self) {
        self.kept.clear();
        self.bytes = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn count_and_bytes_are_bounded() {
        let mut latest = BoundedLog::new(3, 100);
        let numbers =
            |latest: &BoundedLog<()>, after| latest.after(after).map(|(number, ())| number).collect::<Vec<_>>();
        assert_eq!([latest.push(1, 40, ()), latest.push(2, 40, ()), latest.push(3, 20, ())], [None; 3]);
        assert_eq!(numbers(&latest, 1), [2, 3]);
        assert_eq!(latest.push(4, 0, ()), Some(1), "by their count");
        assert_eq!(latest.push(6, 90, ()), Some(3), "by their bytes");
        assert_eq!(numbers(&latest, 0), [4, 6]);
        assert_eq!(latest.push(7, 500, ()), Some(6));
        assert_eq!(numbers(&latest, 0), [7]);
        latest.clear();
        assert_eq!(latest.push(8, 100, ()), None);
        assert_eq!(BoundedLog::new(0, 100).push(1, 1, ()), Some(1), "nothing is kept");
    }
}
