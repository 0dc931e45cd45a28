//! Changes of presence: join, leave, disconnect, reconnect. They cannot be refused.

use alloc::vec::Vec;

use avmarks_spec::{Timestamp, UserId};
use smallvec::SmallVec;

use super::transition::Target;
use super::view::{LOOKUP_BATCH, MemberView, View};
use super::{Room, Transition, hash};
use crate::input::Presence;

impl Room {
    /// The transition for a change of presence of these accounts at `at`; pins that end by then expire first. A repeated account counts
    /// once. Changes nothing; [`Room::apply`] applies the transition.
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
    /// assert!(room.apply(&transition).is_err(), "the room has changed since");
    /// ```
    #[must_use]
    pub fn decide_presence(&self, presence: Presence, accounts: &[UserId], at: Timestamp) -> Transition {
        let view = View::new(self, at);
        let mut targets = Vec::with_capacity(accounts.len());
        accounts.chunks(LOOKUP_BATCH).for_each(|accounts| targets.extend(presence_targets(&view, accounts)));
        Transition::presence(&view, presence, targets)
    }
}

/// The target for one account.
pub(super) fn presence_target(view: &View<'_>, account: &UserId) -> Target {
    let hash = hash(account);
    target(account, hash, view.find_with_hash(account, hash))
}

/// The targets for at most [`LOOKUP_BATCH`] accounts.
pub(super) fn presence_targets(view: &View<'_>, accounts: &[UserId]) -> SmallVec<[Target; LOOKUP_BATCH]> {
    let mut hashes = [0; LOOKUP_BATCH];
    let mut found = [None; LOOKUP_BATCH];
    hashes.iter_mut().zip(accounts).for_each(|(cell, account)| *cell = hash(account));
    view.find_all(accounts.iter(), &hashes, &mut found);
    let records = accounts.iter().zip(hashes).zip(found);
    records
        .map(|((account, hash), record)| target(account, hash, record.and_then(|record| view.member(record))))
        .collect()
}

/// A robot whose 500 has ended (`member` is `None`) is treated like an account without a record.
fn target(account: &UserId, hash: u64, member: Option<MemberView>) -> Target {
    match member {
        Some(member) => Target::Known { slot: member.slot, hash },
        None => Target::New { account: *account, hash },
    }
}
