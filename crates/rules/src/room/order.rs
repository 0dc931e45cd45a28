//! Who joined after whom, and who is listed. Storage only: nothing here knows a rule.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::records::Slot;

/// Places of a span.
const SPAN: u64 = 256;

/// The members by their place in the join order: a log that is cut into spans. In a span somebody who leaves is crossed out, and
/// once half of those that it keeps are, they are dropped; a span that nobody is left of is gone.
#[derive(Clone, Debug, Default)]
pub(crate) struct JoinLog {
    spans: BTreeMap<u64, Box<Block>>,
}

#[derive(Clone, Debug, Default)]
struct Block {
    present: BitSet256,
    listed: BitSet256,
    /// The places whose slots are kept.
    kept: BitSet256,
    /// How many are present.
    members: u16,
    slots: Vec<Slot>,
}

impl JoinLog {
    /// Somebody joins. Its place lies behind all others.
    pub(crate) fn push(&mut self, place: u64, slot: Slot, listed: bool) {
        let span = self.spans.entry(place / SPAN).or_default();
        let at = offset(place);
        span.present.set(at, true);
        span.kept.set(at, true);
        span.listed.set(at, listed);
        span.slots.push(slot);
        span.members += 1;
    }

    /// Whether the member at a place is listed from here on.
    pub(crate) fn list(&mut self, place: u64, listed: bool) {
        if let Some(span) = self.spans.get_mut(&(place / SPAN)) {
            span.listed.set(offset(place), listed);
        }
    }

    /// A member leaves, who was there.
    pub(crate) fn remove(&mut self, place: u64) {
        let Some(span) = self.spans.get_mut(&(place / SPAN)) else { return };
        span.present.set(offset(place), false);
        span.listed.set(offset(place), false);
        span.members = span.members.saturating_sub(1);
        if span.members == 0 {
            self.spans.remove(&(place / SPAN));
        } else if usize::from(span.members) * 2 <= span.slots.len() {
            span.slots = span.present.forwards(0).filter_map(|at| span.slot(at)).collect();
            span.kept = span.present;
        }
    }

    /// The listed members that joined before `below`, the latest first. Where nobody of a span is listed, one look at it
    /// says so.
    pub(crate) fn listed_below(&self, below: u64) -> impl Iterator<Item = Slot> {
        let spans = self.spans.range(..=below / SPAN).rev().filter(|(_, span)| !span.listed.is_empty());
        spans.flat_map(move |(number, span)| {
            let end = if *number == below / SPAN { offset(below) } else { SPAN as usize };
            span.listed.backwards(end).filter_map(|at| span.slot(at))
        })
    }

    /// Every member that joined after `place`, in join order.
    pub(crate) fn after(&self, place: u64) -> impl Iterator<Item = Slot> {
        let first = place.saturating_add(1);
        self.spans.range(first / SPAN..).flat_map(move |(number, span)| {
            let start = if *number == first / SPAN { offset(first) } else { 0 };
            span.present.forwards(start).filter_map(|at| span.slot(at))
        })
    }
}

impl Block {
    fn slot(&self, at: usize) -> Option<Slot> {
        self.slots.get(self.kept.before(at)).copied()
    }
}

const fn offset(place: u64) -> usize {
    (place % SPAN) as usize
}

/// A bit for each place of a span.
#[derive(Clone, Copy, Debug, Default)]
struct BitSet256([u64; (SPAN / 64) as usize]);

impl BitSet256 {
    fn is_empty(self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    fn set(&mut self, at: usize, is: bool) {
        if let Some(word) = self.0.get_mut(at / 64) {
            *word = *word & !(1 << (at % 64)) | (u64::from(is) << (at % 64));
        }
    }

    /// How many are set before `at`.
    fn before(self, at: usize) -> usize {
        let whole: u32 = self.0.iter().take(at / 64).map(|word| word.count_ones()).sum();
        let part = self.0.get(at / 64).map_or(0, |word| (word & ((1 << (at % 64)) - 1)).count_ones());
        (whole + part) as usize
    }

    /// Those that are set from `start` on.
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

    /// Those that are set before `end`, the last first.
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

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::collections::BTreeMap;

    /// Gives how many slots a span keeps at most for each hundred members that are left in it, of those spans that keep many.
    fn check(order: &JoinLog, model: &BTreeMap<u64, (Slot, bool)>, at: u64) -> usize {
        let listed =
            |below: u64| model.range(..below).rev().filter(|(_, (_, listed))| *listed).map(|(_, (slot, _))| *slot);
        for below in [0, at, at + 1, u64::MAX] {
            assert!(order.listed_below(below).eq(listed(below)), "below {below}");
        }
        for place in [0, at, at.saturating_sub(1), u64::MAX] {
            let behind = model.range(place.saturating_add(1)..).map(|(_, (slot, _))| *slot);
            assert!(place == u64::MAX || order.after(place).eq(behind), "after {place}");
        }
        let mut loosest = 0;
        for span in order.spans.values() {
            let (present, kept) = (span.present.before(SPAN as usize), span.slots.len());
            assert_eq!(present, usize::from(span.members));
            assert!(present > 0 && present * 2 >= kept && kept == span.kept.before(SPAN as usize));
            loosest = loosest.max(if kept > 100 { kept * 100 / present } else { 0 });
        }
        loosest
    }

    #[test]
    fn an_order_holds_what_a_map_holds() {
        for (steps, check_every) in [(3_000_u64, 1), (60_000, 577)] {
            let (mut order, mut model) = (JoinLog::default(), BTreeMap::new());
            let (mut state, mut next, mut loosest) = (steps, 1, 0);
            for step in 0..steps {
                state = crate::random::next(state);
                let random = state >> 33;
                let somebody = model.range(random % next..).next().map(|(place, _)| *place);
                match (random % 12, somebody) {
                    // More come than go at first, and fewer later.
                    (what, _) if what > step * 10 / steps => {
                        order.push(next, Slot::from_number(step as u32), true);
                        model.insert(next, (Slot::from_number(step as u32), true));
                        // A snapshot may have gaps anywhere.
                        next += if random % 64 == 0 { random % 1_000 + 1 } else { 1 };
                    }
                    (0..=2, Some(place)) => {
                        let listed = what_bit(random);
                        order.list(place, listed);
                        model.entry(place).and_modify(|member| member.1 = listed);
                    }
                    (_, Some(place)) => {
                        order.remove(place);
                        model.remove(&place);
                    }
                    _ => {}
                }
                if step % check_every == 0 {
                    loosest = loosest.max(check(&order, &model, random % next));
                }
            }
            // Who leaves is crossed out, and dropped once half of a span are: not sooner.
            assert!((180..=200).contains(&loosest), "{loosest}");
            for place in model.keys() {
                order.remove(*place);
            }
            assert!(order.spans.is_empty());
        }
    }

    fn what_bit(random: u64) -> bool {
        random & (1 << 20) == 0
    }

    #[test]
    fn the_first_of_each_word_is_listed_though_no_other_is() {
        let mut order = JoinLog::default();
        for place in 0..SPAN {
            order.push(place, Slot::from_number(place as u32), place % 64 == 0);
        }
        let listed: Vec<_> = order.listed_below(u64::MAX).collect();
        assert_eq!(listed, [192, 128, 64, 0].map(Slot::from_number));
    }
}
