//! What presence does: joining, leaving, losing the connection, getting it back. Presence cannot be refused.

use avmarks_spec::{Timestamp, UserId};

use crate::room::{Step, Steps, View, hash};
use crate::{Presence, Room, Transition};

impl Room {
    /// What `presence` of these accounts would make of the room at `at`, pins that have ended before it first. An account that is
    /// named twice counts once. Changes nothing: [`Room::apply`] makes it happen.
    ///
    /// ```
    /// use avmarks_rules::{Event, Presence, Room};
    /// use avmarks_spec::{GroupType, Timestamp, UserId};
    ///
    /// let mut room = Room::new(GroupType::AvChatRoom, None);
    /// let teacher = UserId::parse("teacher10").unwrap();
    /// let transition = room.presence(Presence::Join, &[teacher], Timestamp::from_millis(5));
    /// assert_eq!(room.len(), 0);
    /// let events = room.apply(&transition).unwrap();
    /// assert_eq!(events[0], Event::Joined { account: teacher });
    /// assert!(room.apply(&transition).is_err(), "it was made on the room before the join");
    /// ```
    #[must_use]
    pub fn presence(&self, presence: Presence, accounts: &[UserId], at: Timestamp) -> Transition {
        let view = View::new(self, at);
        let step = |account: &UserId| {
            let hash = hash(account);
            // A robot whose 500 has ended is nobody.
            match view.find_hashed(account, hash).and_then(|slot| view.look(slot)) {
                Some(seen) => Step::Known { slot: seen.slot, hash },
                None => Step::New { account: *account, hash },
            }
        };
        Transition::presence(&view, presence, accounts.iter().map(step).collect::<Steps>())
    }
}
