//! What the filter of a store that several processes share knows of the wants that others have put.
//!
//! **Why no want is missed.** The transaction that adds a want also sets the version of the want's slot to the version of the want. Whoever adds wants
//! has locked the slot, so the versions of a slot grow in the order of commits, and none is committed before a smaller one. So whoever reads the
//! versions of the slots after a put was answered, by whichever process, finds a greater one than it knows, and what it reads then has every want
//! of the slot that is newer than what it knew. An event that came before that reading began may be dropped if the filter does not know its account afterwards: a
//! want that is committed later is due at once, and sent after the event. A pause of the process does no harm: the wants were
//! read after the event came, whenever the process goes on, and no lease can end during the pause.
//!
//! Most readings ask for the snapshot of the server alone, the cheapest of all statements: the number of the next transaction, and those of the
//! transactions under way. Whoever commits a want after a snapshot was taken either took its number before, and is under way in it, or
//! takes one from then on: so both snapshots differ.
//!
//! Versions of another server tell nothing: one that takes over may lack the last commits of the one before, and give their versions again. So
//! everything is read again if the server is another one.

use std::collections::BTreeSet;

use super::{WantFilter, Wanted};
use crate::error::StoreError;
use crate::types::Slot;

/// How many slots are read at once: 62,500 accounts of 1,000,000.
const SLOTS_MAX: usize = 16;

/// From what the filter is read. Each reading sees all that was committed before it began.
pub(crate) trait Source {
    /// Which server it is, and its snapshot: the same text says that nothing was committed in between.
    fn snapshot(&mut self) -> Result<String, StoreError>;

    /// The sum of the versions of all slots, none of which ever falls, and which server told it.
    fn sum(&mut self) -> Result<(u64, i64), StoreError>;

    /// The version of each slot, in the order of the slots, and which server told it.
    fn versions(&mut self) -> Result<(Vec<u64>, i64), StoreError>;

    /// The accounts of these slots whose want has a greater version, or all of a slot without version; those of a slot and a group one after the
    /// other.
    fn newer(&mut self, filter: &WantFilter, than: &[(Slot, Option<u64>)]) -> Result<Vec<(Slot, Wanted)>, StoreError>;
}

/// What the filter has.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// A snapshot whose wants the filter has.
    snapshot: String,
    server: i64,
    /// The version of each slot, in the order of the slots. Empty if nothing is known.
    versions: Vec<u64>,
}

impl Known {
    /// Tells the filter of all wants that were committed before this was called. After an error it may lack some, which the next time finds.
    pub(crate) fn refresh(&mut self, source: &mut dyn Source, filter: &WantFilter) -> Result<(), StoreError> {
        let snapshot = source.snapshot()?;
        if !self.versions.is_empty() && snapshot == self.snapshot {
            return Ok(());
        }
        let (sum, server) = source.sum()?;
        if server == self.server && !self.versions.is_empty() && sum == self.versions.iter().sum::<u64>() {
            self.snapshot = snapshot;
            return Ok(());
        }
        let (found, server) = source.versions()?;
        if server != self.server {
            // Before anything is read: what the filter then has is of both, or of neither.
            self.versions.clear();
            self.server = server;
        }
        let mut newer = Vec::new();
        let mut whole = BTreeSet::new();
        for (at, (slot, version)) in Slot::all().zip(&found).enumerate() {
            match self.versions.get(at) {
                Some(known) if known == version => {}
                Some(known) => newer.push((slot, Some(*known))),
                None => _ = whole.insert(slot),
            }
        }
        for part in newer.chunks(SLOTS_MAX) {
            for (slot, accounts) in by_slot(part, &source.newer(filter, part)?) {
                if filter.add(slot, &accounts) {
                    whole.insert(slot);
                }
            }
        }
        let whole: Vec<_> = whole.into_iter().map(|slot| (slot, None)).collect();
        for part in whole.chunks(SLOTS_MAX) {
            for (slot, accounts) in by_slot(part, &source.newer(filter, part)?) {
                filter.fill(slot, &accounts);
            }
        }
        self.versions = found;
        self.snapshot = snapshot;
        Ok(())
    }
}

/// The accounts of each of these slots, also of those that have none.
fn by_slot(slots: &[(Slot, Option<u64>)], accounts: &[(Slot, Wanted)]) -> Vec<(Slot, Vec<Wanted>)> {
    let of = |slot: Slot| accounts.iter().filter(|(of, _)| *of == slot).map(|(_, wanted)| *wanted).collect();
    slots.iter().map(|(slot, _)| (*slot, of(*slot))).collect()
}

#[cfg(test)]
mod tests;
