//! What presence does: joining, leaving, losing the connection, getting it back, and the end of a pin.
//!
//! Presence cannot be refused. Each function says what happens, as events; [`Room::apply`] makes it happen.

use alloc::vec::Vec;

use avmarks_spec::{Timestamp, UserId};

use crate::marks::Bit;
use crate::room::View;
use crate::{Cause, Event, Presence, Room};

impl Room {
    /// What `presence` of `account` brings at `at`, pins that have ended before it first. Changes nothing.
    #[must_use]
    pub fn foresee(&self, presence: Presence, account: UserId, at: Timestamp) -> Vec<Event> {
        let view = View::new(self, at);
        let mut events = time_passes(&view);
        match presence {
            Presence::Join => join(&view, account, &mut events),
            Presence::Leave => leave(&view, account, &mut events),
            Presence::Disconnect => disconnect(&view, account, &mut events),
            Presence::Reconnect => connect(&view, account, Cause::Connection, &mut events),
        }
        events
    }

    /// Lets `presence` of `account` happen at `at`, and says what it brought.
    pub fn observe(&mut self, presence: Presence, account: UserId, at: Timestamp) -> Vec<Event> {
        let events = self.foresee(presence, account, at);
        events.iter().for_each(|event| self.apply(event));
        events
    }

    /// Lets time pass to `at`: pins that have ended by then expire, the earliest first. Says what that brought.
    pub fn tick(&mut self, at: Timestamp) -> Vec<Event> {
        let events = time_passes(&View::new(self, at));
        events.iter().for_each(|event| self.apply(event));
        events
    }
}

/// `PIN-500`: a pin ends three days after it was taken. Connected, the member keeps its other marks; disconnected, it
/// goes offline and loses them (`CLEAR-OFFLINE`).
pub(crate) fn time_passes(view: &View<'_>) -> Vec<Event> {
    let mut events = Vec::new();
    if view.now > view.room.latest {
        events.push(Event::TimePassed { to: view.now });
    }
    for member in view.due() {
        events.push(Event::PinExpired { account: member.account });
        if !member.connected {
            events.push(Event::WentOffline {
                account: member.account,
                lost: view.room.numbers(member.marks.without(Bit::PINNED)),
                cause: Cause::PinExpired,
            });
        }
    }
    events
}

/// A new member, connected, at the end of the join order, without marks. One that is a member already becomes
/// connected, and keeps place, join time and marks (`gap:rejoin`).
fn join(view: &View<'_>, account: UserId, events: &mut Vec<Event>) {
    if view.find(&account).is_some() {
        return connect(view, account, Cause::Join, events);
    }
    events.push(Event::Joined { account, at: view.now });
    events.push(Event::CameOnline { account, cause: Cause::Join });
}

/// `CLEAR-LEAVE`: the marks go with the member, 500 too. A stranger cannot leave.
fn leave(view: &View<'_>, account: UserId, events: &mut Vec<Event>) {
    if let Some(member) = view.find(&account) {
        events.push(Event::Left { account, lost: view.room.numbers(view.held(member)) });
    }
}

/// `PIN-500`: a pinned member stays online, and keeps its marks. `CLEAR-OFFLINE`: any other goes offline, and loses
/// them; it stays a member.
fn disconnect(view: &View<'_>, account: UserId, events: &mut Vec<Event>) {
    let Some(member) = view.find(&account) else { return };
    if !member.connected {
        return;
    }
    let held = view.held(member);
    events.push(if held.has(Bit::PINNED) {
        Event::Disconnected { account }
    } else {
        Event::WentOffline { account, lost: view.room.numbers(held), cause: Cause::Connection }
    });
}

/// Connected again, with place and join time kept; without marks if it had been offline. Nothing of a stranger.
fn connect(view: &View<'_>, account: UserId, cause: Cause, events: &mut Vec<Event>) {
    let Some(member) = view.find(&account) else { return };
    if member.connected {
        return;
    }
    events.push(if view.online(member) {
        Event::Reconnected { account }
    } else {
        Event::CameOnline { account, cause }
    });
}
