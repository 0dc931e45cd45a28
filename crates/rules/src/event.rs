//! What happened to a member or robot: what [`crate::Room::apply`] says. Only what somebody is told.

use alloc::vec::Vec;

use avmarks_spec::{Mark, UserId};

/// Why somebody came online or went offline; the vendor's `EventCause` is derived from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A join.
    Join,
    /// The connection was lost, or came back.
    Connection,
    /// Mark 500 was set, or deleted, on an account without connection.
    Pin,
    /// Mark 500 ended after its three days, on an account without connection.
    PinExpired,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A new member, connected: at the end of the join order and without marks, or a robot until now, with its place, join time and
    /// marks. A [`Event::CameOnline`] follows unless it was a robot, which is online already.
    Joined {
        /// The account that joined.
        account: UserId,
    },
    /// A member counts as online from here on; or an account that never joined becomes a robot, with cause [`Cause::Pin`].
    CameOnline {
        /// The account.
        account: UserId,
        /// What brought it about.
        cause: Cause,
        /// Whether it is a robot: nobody is told of one by webhook (`gap:robot-webhook`).
        robot: bool,
    },
    /// A member left, or a robot was taken out; the marks are gone (`CLEAR-LEAVE`).
    Left {
        /// The account.
        account: UserId,
        /// The marks lost, in ascending order.
        lost: Vec<Mark>,
        /// Whether it was a robot: nobody is told of one by webhook (`gap:robot-webhook`).
        robot: bool,
    },
    /// The connection is lost, and the member stays online by its pin (`PIN-500`).
    Disconnected {
        /// The account.
        account: UserId,
    },
    /// The connection is back; the member was online all the while by its pin.
    Reconnected {
        /// The account.
        account: UserId,
    },
    /// A member is offline from here on, or a robot is gone; the marks are gone (`CLEAR-OFFLINE`).
    WentOffline {
        /// The account.
        account: UserId,
        /// The marks lost, in ascending order.
        lost: Vec<Mark>,
        /// What brought it about.
        cause: Cause,
        /// Whether it was a robot: nobody is told of one by webhook (`gap:robot-webhook`).
        robot: bool,
    },
    /// Mark 500 ended after its three days (`PIN-500`).
    PinExpired {
        /// The account.
        account: UserId,
    },
}
