//! The join order. Storage only; the rules are elsewhere.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::records::Slot;

/// The number of positions in a block.
const BLOCK: u64 = 256;

/// The members by join position: a log in blocks of 256 positions. A removed member leaves a tombstone. A block is compacted once half of
/// its entries are tombstones, and freed when it has no members. With b blocks, an append, a removal and the start of a list take O(log b).
#[derive(Clone, Debug, Default)]
pub(crate) struct JoinLog {
    blocks: BTreeMap<u64, Box<Block>>,
}

#[derive(Clone, Debug, Default)]
struct Block {
    /// The positions of members.
    present: BitSet256,
    /// The positions of listed members.
    listed: BitSet256,
    /// The positions with an entry in `slots`: members and tombstones.
    kept: BitSet256,
    /// The number of members.
    members: u16,
    /// The slots of the `kept` positions, in order.
    slots: Vec<Slot>,
}

impl JoinLog {
    /// Appends a member. Its position must be greater than all others.
    pub(crate) fn push(&mut self, position: u64, slot: Slot, listed: bool) {
        let block = self.blocks.entry(position / BLOCK).or_default();
        let at = offset(position);
        block.present.set(at, true);
        block.kept.set(at, true);
        block.listed.set(at, listed);
        block.slots.push(slot);
        block.members += 1;
    }

    /// Sets whether the member at a position is listed.
    pub(crate) fn set_listed(&mut self, position: u64, listed: bool) {
        if let Some(block) = self.blocks.get_mut(&(position / BLOCK)) {
            block.listed.set(offset(position), listed);
        }
    }

    /// Removes the member at a position, which must be present.
    pub(crate) fn remove(&mut self, position: u64) {
        let Some(block) = self.blocks.get_mut(&(position / BLOCK)) else { return };
        block.present.set(offset(position), false);
        block.listed.set(offset(position), false);
        block.members = block.members.saturating_sub(1);
        if block.members == 0 {
            self.blocks.remove(&(position / BLOCK));
        } else if usize::from(block.members) * 2 <= block.slots.len() {
            block.slots = block.present.forwards(0).filter_map(|at| block.slot(at)).collect();
            block.kept = block.present;
        }
    }

    /// The listed members with a position less than `below`, the latest first. A block without listed members costs one check.
    pub(crate) fn listed_below(&self, below: u64) -> impl Iterator<Item = Slot> {
        let blocks = self.blocks.range(..=below / BLOCK).rev().filter(|(_, block)| !block.listed.is_empty());
        blocks.flat_map(move |(number, block)| {
            let end = if *number == below / BLOCK { offset(below) } else { BLOCK as usize };
            let kept = block.kept.ranks();
            block.listed.backwards(end).filter_map(move |at| block.slots.get(kept.rank(at)).copied())
        })
    }

    /// The members with a position greater than `position`, in join order.
    pub(crate) fn after(&self, position: u64) -> impl Iterator<Item = Slot> {
        let first = position.saturating_add(1);
        self.blocks.range(first / BLOCK..).flat_map(move |(number, block)| {
            let start = if *number == first / BLOCK { offset(first) } else { 0 };
            block.present.forwards(start).filter_map(|at| block.slot(at))
        })
    }
}

impl Block {
    fn slot(&self, at: usize) -> Option<Slot> {
        self.slots.get(self.kept.rank(at)).copied()
    }
}

const fn offset(position: u64) -> usize {
    (position % BLOCK) as usize
}

/// A bit for each position of a block.
#[derive(Clone, Copy, Debug, Default)]
struct BitSet256([u64; (BLOCK / 64) as usize]);

impl BitSet256 {
    fn is_empty(self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    fn set(&mut self, at: usize, value: bool) {
        if let Some(word) = self.0.get_mut(at / 64) {
            *word = *word & !(1 << (at % 64)) | (u64::from(value) << (at % 64));
        }
    }

    /// The number of set bits before `at`.
    fn rank(self, at: usize) -> usize {
        let whole: u32 = self.0.iter().take(at / 64).map(|word| word.count_ones()).sum();
        let part = self.0.get(at / 64).map_or(0, |word| (word & ((1 << (at % 64)) - 1)).count_ones());
        (whole + part) as usize
    }

    /// The same set with the rank of each word precomputed, for many calls of [`Ranks::rank`].
    fn ranks(self) -> Ranks {
        let mut whole = 0;
        let before = self.0.map(|word| {
            whole += word.count_ones() as usize;
            whole - word.count_ones() as usize
        });
        Ranks { bits: self, before }
    }

    /// The set bits from `start`, ascending.
    fn forwards(self, start: usize) -> impl Iterator<Item = usize> {
        self.0.into_iter().enumerate().flat_map(move |(number, mut word)| {
            if start > number * 64 {
                word &= u64::MAX.checked_shl((start - number * 64) as u32).unwrap_or(0);
            }
            core::iter::from_fn(move || {
                let at = word.trailing_zeros();
                word &= word.checked_sub(1)?;
                Some(number * 64 + at as usize)
            })
        })
    }

    /// The set bits before `end`, descending.
    fn backwards(self, end: usize) -> impl Iterator<Item = usize> {
        self.0.into_iter().enumerate().rev().flat_map(move |(number, mut word)| {
            if end < number * 64 + 64 {
                word &= (1_u64 << end.saturating_sub(number * 64)) - 1;
            }
            core::iter::from_fn(move || {
                let at = word.checked_ilog2()?;
                word &= !(1 << at);
                Some(number * 64 + at as usize)
            })
        })
    }
}

/// A set with the number of set bits before each of its words.
struct Ranks {
    bits: BitSet256,
    before: [usize; (BLOCK / 64) as usize],
}

impl Ranks {
    /// The number of set bits before `at`.
    fn rank(&self, at: usize) -> usize {
        match (self.bits.0.get(at / 64), self.before.get(at / 64)) {
            (Some(word), Some(before)) => before + (word & ((1 << (at % 64)) - 1)).count_ones() as usize,
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::collections::BTreeMap;

    /// Compares with the model. Returns the maximum of kept slots per hundred members, over all blocks with more than 100 slots.
    fn check(order: &JoinLog, model: &BTreeMap<u64, (Slot, bool)>, at: u64) -> usize {
        let listed =
            |below: u64| model.range(..below).rev().filter(|(_, (_, listed))| *listed).map(|(_, (slot, _))| *slot);
        for below in [0, at, at + 1, u64::MAX] {
            assert!(order.listed_below(below).eq(listed(below)), "below {below}");
        }
        for position in [0, at, at.saturating_sub(1), u64::MAX] {
            let after = model.range(position.saturating_add(1)..).map(|(_, (slot, _))| *slot);
            assert!(position == u64::MAX || order.after(position).eq(after), "after {position}");
        }
        let mut slots_per_100_members = 0;
        for block in order.blocks.values() {
            let (present, kept) = (block.present.rank(BLOCK as usize), block.slots.len());
            assert_eq!(present, usize::from(block.members));
            assert!(present > 0 && present * 2 >= kept && kept == block.kept.rank(BLOCK as usize));
            slots_per_100_members = slots_per_100_members.max(if kept > 100 { kept * 100 / present } else { 0 });
        }
        slots_per_100_members
    }

    #[test]
    fn an_order_holds_what_a_map_holds() {
        for (steps, check_every) in [(3_000_u64, 1), (60_000, 577)] {
            let (mut order, mut model) = (JoinLog::default(), BTreeMap::new());
            let (mut state, mut next, mut slots_per_100_members) = (steps, 1, 0);
            for step in 0..steps {
                state = crate::random::next(state);
                let random = state >> 33;
                let somebody = model.range(random % next..).next().map(|(position, _)| *position);
                match (random % 12, somebody) {
                    // At first insertions outnumber removals, later it is the reverse.
                    (action, _) if action > step * 10 / steps => {
                        order.push(next, Slot::from_number(step as u32), true);
                        model.insert(next, (Slot::from_number(step as u32), true));
                        // The positions of a snapshot may have gaps.
                        next += if random % 64 == 0 { random % 1_000 + 1 } else { 1 };
                    }
                    (0..=2, Some(position)) => {
                        let listed = is_listed(random);
                        order.set_listed(position, listed);
                        model.entry(position).and_modify(|member| member.1 = listed);
                    }
                    (_, Some(position)) => {
                        order.remove(position);
                        model.remove(&position);
                    }
                    _ => {}
                }
                if step % check_every == 0 {
                    slots_per_100_members = slots_per_100_members.max(check(&order, &model, random % next));
                }
            }
            // A block is compacted once half of its entries are tombstones, and not before.
            assert!((180..=200).contains(&slots_per_100_members), "{slots_per_100_members}");
            for position in model.keys() {
                order.remove(*position);
            }
            assert!(order.blocks.is_empty());
        }
    }

    fn is_listed(random: u64) -> bool {
        random & (1 << 20) == 0
    }

    #[test]
    fn the_first_bit_of_a_word_counts() {
        let mut order = JoinLog::default();
        for position in 0..BLOCK {
            order.push(position, Slot::from_number(position as u32), position % 64 == 0);
        }
        let listed: Vec<_> = order.listed_below(u64::MAX).collect();
        assert_eq!(listed, [192, 128, 64, 0].map(Slot::from_number));
    }
}
