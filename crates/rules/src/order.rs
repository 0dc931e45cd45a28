//! Who joined after whom, and who is listed. Storage only: nothing here knows a rule.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::roster::Slot;

/// Places of a span.
const SPAN: u64 = 256;

/// The members by their place in the join order: a log that is cut into spans. A span has a bit for each of its places, and
/// the slots of the members that are there still, without gaps; one that nobody is left of is gone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Order {
    spans: BTreeMap<u64, Span>,
}

#[derive(Clone, Debug, Default)]
struct Span {
    present: Bits,
    listed: Bits,
    slots: Vec<Slot>,
}

impl Order {
    /// A member joins, and is listed. Its place lies behind all others.
    pub(crate) fn push(&mut self, place: u64, slot: Slot) {
        let span = self.spans.entry(place / SPAN).or_default();
        let at = offset(place);
        span.present.set(at, true);
        span.listed.set(at, true);
        span.slots.push(slot);
    }

    /// Whether the member at a place is listed from here on.
    pub(crate) fn list(&mut self, place: u64, listed: bool) {
        if let Some(span) = self.spans.get_mut(&(place / SPAN)) {
            span.listed.set(offset(place), listed);
        }
    }

    /// A member leaves.
    pub(crate) fn remove(&mut self, place: u64) {
        let Some(span) = self.spans.get_mut(&(place / SPAN)) else { return };
        let at = offset(place);
        if !span.present.has(at) {
            return;
        }
        span.slots.remove(span.present.before(at));
        span.present.set(at, false);
        span.listed.set(at, false);
        if span.slots.is_empty() {
            self.spans.remove(&(place / SPAN));
        } else if span.slots.len() * 2 < span.slots.capacity() {
            span.slots.shrink_to(span.slots.len() + span.slots.len() / 4);
        }
    }

    /// The listed members that joined before `below`, the latest first. Where nobody of a span is listed, one look at it
    /// says so.
    pub(crate) fn listed_below(&self, below: u64) -> impl Iterator<Item = Slot> {
        let spans = self.spans.range(..=below / SPAN).rev().filter(|(_, span)| !span.listed.is_empty());
        spans.flat_map(move |(number, span)| {
            let end = if *number == below / SPAN { offset(below) } else { SPAN as usize };
            span.listed.backwards(end).filter_map(|at| span.slots.get(span.present.before(at)).copied())
        })
    }

    /// Every member that joined after `place`, in join order.
    pub(crate) fn after(&self, place: u64) -> impl Iterator<Item = Slot> {
        let first = place.saturating_add(1);
        self.spans.range(first / SPAN..).flat_map(move |(number, span)| {
            let skipped = if *number == first / SPAN { span.present.before(offset(first)) } else { 0 };
            span.slots.iter().skip(skipped).copied()
        })
    }
}

const fn offset(place: u64) -> usize {
    (place % SPAN) as usize
}

/// A bit for each place of a span.
#[derive(Clone, Copy, Debug, Default)]
struct Bits([u64; (SPAN / 64) as usize]);

impl Bits {
    fn is_empty(self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    fn has(self, at: usize) -> bool {
        self.0.get(at / 64).is_some_and(|word| word & (1 << (at % 64)) != 0)
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

    fn check(order: &Order, model: &BTreeMap<u64, (Slot, bool)>, at: u64) {
        let listed =
            |below: u64| model.range(..below).rev().filter(|(_, (_, listed))| *listed).map(|(_, (slot, _))| *slot);
        for below in [0, at, at + 1, u64::MAX] {
            assert!(order.listed_below(below).eq(listed(below)), "below {below}");
        }
        for place in [0, at, at.saturating_sub(1), u64::MAX] {
            let behind = model.range(place.saturating_add(1)..).map(|(_, (slot, _))| *slot);
            assert!(place == u64::MAX || order.after(place).eq(behind), "after {place}");
        }
        assert!(order.spans.values().all(|span| !span.slots.is_empty()));
    }

    #[test]
    fn an_order_holds_what_a_map_holds() {
        for (steps, check_every) in [(3_000_u64, 1), (60_000, 577)] {
            let (mut order, mut model) = (Order::default(), BTreeMap::new());
            let (mut state, mut next) = (steps, 1);
            for step in 0..steps {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let random = state >> 33;
                let somebody = model.range(random % next..).next().map(|(place, _)| *place);
                match (random % 12, somebody) {
                    // More come than go at first, and fewer later.
                    (what, _) if what > step * 10 / steps => {
                        order.push(next, Slot::from_number(step as u32));
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
                        order.remove(place);
                        model.remove(&place);
                    }
                    _ => {}
                }
                if step % check_every == 0 {
                    check(&order, &model, random % next);
                }
            }
            for place in model.keys() {
                order.remove(*place);
            }
            assert!(order.spans.is_empty());
        }
    }

    fn what_bit(random: u64) -> bool {
        random & (1 << 20) == 0
    }
}
