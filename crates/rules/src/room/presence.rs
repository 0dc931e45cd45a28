//! Changes of presence: join, leave, disconnect, reconnect. They cannot be refused.

use alloc::vec::Vec;

use avmarks_spec::{Timestamp, UserId};
use smallvec::SmallVec;

use super::transition::Step;
use super::view::{LOOK_UP_AT_ONCE, MemberView, View};
use super::{Room, Transition, hash};
use crate::input::Presence;

impl Room {
    /// The transition of a change of presence of these accounts at `at`, after the pins that have ended by then. An account that is named
    /// twice counts once. Changes nothing; [`Room::apply`] applies it.
    ///
    /// ```
    /// use avmarks_rules::{Event, Presence, Room};
    /// use avmarks_spec::{GroupType, Timestamp, UserId};
    ///
    /// let mut room = Room::new(GroupType::AvChatRoom, None);
    /// let teacher = UserId::parse("teacher10").unwrap();
    /// let transition = room.decide_presence(Presence::Join, &[teacher], Timestamp::from_millis(5));
    /// assert_eq!(room.len(), 0);
    /// let events = room.apply(&transition).unwrap();
    /// assert_eq!(events[0], Event::Joined { account: teacher });
    /// assert!(room.apply(&transition).is_err(), "it was made on the room before the join");
    /// ```
    #[must_use]
    pub fn decide_presence(&self, presence: Presence, accounts: &[UserId], at: Timestamp) -> Transition {
        let view = View::new(self, at);
        let mut steps = Vec::with_capacity(accounts.len());
        accounts.chunks(LOOK_UP_AT_ONCE).for_each(|accounts| steps.extend(presence_steps(&view, accounts)));
        Transition::presence(&view, presence, steps)
    }
}

/// The step of one account.
pub(super) fn presence_step(view: &View<'_>, account: &UserId) -> Step {
    let hash = hash(account);
    step(account, hash, view.find_hashed(account, hash))
}

/// The steps of at most [`LOOK_UP_AT_ONCE`] accounts.
pub(super) fn presence_steps(view: &View<'_>, accounts: &[UserId]) -> SmallVec<[Step; LOOK_UP_AT_ONCE]> {
    let mut hashes = [0; LOOK_UP_AT_ONCE];
    let mut found = [None; LOOK_UP_AT_ONCE];
    hashes.iter_mut().zip(accounts).for_each(|(cell, account)| *cell = hash(account));
    view.find_all(accounts.iter(), &hashes, &mut found);
    let records = accounts.iter().zip(hashes).zip(found);
    records.map(|((account, hash), record)| step(account, hash, record.and_then(|record| view.seen(record)))).collect()
}

/// A robot whose 500 has ended is not seen, and treated as an unknown account.
fn step(account: &UserId, hash: u64, seen: Option<MemberView>) -> Step {
    match seen {
        Some(seen) => Step::Known { slot: seen.slot, hash },
        None => Step::New { account: *account, hash },
    }
}
