//! Buffers that calls reuse.

use alloc::vec::Vec;
use core::mem::take;

use crate::input::Entry;
use crate::room::MarkChange;
use crate::room::Transition;

/// Buffers that calls reuse, so that a call allocates nothing for its entries. They carry no state from one call to the next: results are
/// the same with and without them.
///
/// ```
/// use avmarks_rules::internal::Scratch;
/// use avmarks_rules::{Command, Entry, MarkCall, Operator, Presence, Room, Terms};
/// use avmarks_spec::{GroupType, Mark, Timestamp, UserId};
///
/// let teacher = UserId::parse("teacher10").unwrap();
/// let mut room = Room::new(GroupType::AvChatRoom, None);
/// room.apply_presence(Presence::Join, &[teacher], Timestamp::EPOCH);
///
/// let mut scratch = Scratch::default();
/// for number in 1000..1003 {
///     let mut entries = scratch.entries();
///     entries.push(Entry { account: teacher, marks: vec![Mark::new(number).unwrap()].into() });
///     let call = MarkCall::new_with(Command::Set, Operator::Admin, entries, &mut scratch);
///     let decision = room.decide_with(&call, &Terms::default(), Timestamp::EPOCH, &mut scratch);
///     assert!(decision.is_served());
///     let transition = decision.into_transition();
///     room.apply(&transition)?;
///     scratch.recycle_transition(transition);
///     scratch.recycle_call(call);
/// }
/// assert_eq!(room.marks_in_use(Timestamp::EPOCH).len(), 3);
/// # Ok::<(), avmarks_rules::StaleTransitionError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    entries: Vec<Entry>,
    hashes: Vec<u64>,
    changes: Vec<MarkChange>,
}

/// A buffer for more accounts than this is freed, so that one large call does not keep its memory. The documents allow 500 accounts.
const ACCOUNTS_KEPT_MAX: usize = 1_024;

impl Scratch {
    /// An empty list for the entries of the next call, with the capacity of an earlier one.
    #[must_use]
    pub fn entries(&mut self) -> Vec<Entry> {
        take(&mut self.entries)
    }

    /// Takes the buffer of a list of entries that is no longer needed.
    pub fn recycle_entries(&mut self, entries: Vec<Entry>) {
        recycle(&mut self.entries, entries);
    }

    pub(crate) fn recycle_hashes(&mut self, hashes: Vec<u64>) {
        recycle(&mut self.hashes, hashes);
    }

    /// Takes the buffer of a transition that is no longer needed.
    pub fn recycle_transition(&mut self, transition: Transition) {
        recycle(&mut self.changes, transition.into_buffer());
    }

    pub(crate) fn hashes(&mut self) -> Vec<u64> {
        take(&mut self.hashes)
    }

    pub(crate) fn changes(&mut self) -> Vec<MarkChange> {
        take(&mut self.changes)
    }
}

/// Keeps the larger of two buffers, unless it is too large.
fn recycle<T>(kept: &mut Vec<T>, mut buffer: Vec<T>) {
    buffer.clear();
    if (kept.capacity()..=ACCOUNTS_KEPT_MAX).contains(&buffer.capacity()) {
        *kept = buffer;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_for_many_accounts_is_freed() {
        let mut kept = Vec::new();
        recycle(&mut kept, Vec::<u64>::with_capacity(ACCOUNTS_KEPT_MAX + 1));
        assert_eq!(kept.capacity(), 0);
        recycle(&mut kept, Vec::with_capacity(ACCOUNTS_KEPT_MAX));
        assert_eq!(kept.capacity(), ACCOUNTS_KEPT_MAX);
        recycle(&mut kept, Vec::with_capacity(1));
        assert_eq!(kept.capacity(), ACCOUNTS_KEPT_MAX);
    }
}
