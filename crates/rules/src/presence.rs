//! Changes of presence: join, leave, disconnect, reconnect. They cannot be refused.

use avmarks_spec::{Timestamp, UserId};

use crate::input::Presence;
use crate::room::{LOOK_UP_AT_ONCE, Seen, Step, Steps, View, hash};
use crate::room::{Room, Transition};

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
    /// let transition = room.presence(Presence::Join, &[teacher], Timestamp::from_millis(5));
    /// assert_eq!(room.len(), 0);
    /// let events = room.apply(&transition).unwrap();
    /// assert_eq!(events[0], Event::Joined { account: teacher });
    /// assert!(room.apply(&transition).is_err(), "it was made on the room before the join");
    /// ```
    #[must_use]
    pub fn presence(&self, presence: Presence, accounts: &[UserId], at: Timestamp) -> Transition {
        let view = View::new(self, at);
        // A robot whose 500 has ended is treated as an unknown account.
        let step = |account: &UserId, hash, seen: Option<Seen>| match seen {
            Some(seen) => Step::Known { slot: seen.slot, hash },
            None => Step::New { account: *account, hash },
        };
        let mut steps = Steps::with_capacity(accounts.len());
        if let [account] = accounts {
            let hash = hash(account);
            steps.push(step(account, hash, view.find_hashed(account, hash)));
            return Transition::presence(&view, presence, steps);
        }
        let (mut hashes, mut found) = ([0; LOOK_UP_AT_ONCE], [None; LOOK_UP_AT_ONCE]);
        for accounts in accounts.chunks(LOOK_UP_AT_ONCE) {
            hashes.iter_mut().zip(accounts).for_each(|(place, account)| *place = hash(account));
            view.find_all(accounts.iter(), &hashes, &mut found);
            for ((account, hash), record) in accounts.iter().zip(hashes).zip(found) {
                steps.push(step(account, hash, record.and_then(|record| view.seen(record))));
            }
        }
        Transition::presence(&view, presence, steps)
    }
}
