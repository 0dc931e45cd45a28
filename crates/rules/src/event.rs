//! The events that [`crate::Room::apply`] returns.

use alloc::vec::Vec;

use avmarks_spec::{Mark, UserId};

/// Why an account came online or went offline. The vendor's `EventCause` is derived from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The account joined.
    Join,
    /// The connection was lost, or came back.
    Connection,
    /// Mark 500 was set on, or deleted from, an account without a connection.
    Pin,
    /// Mark 500 of an account without a connection ended after three days.
    PinExpired,
}

/// Something that happened to a member or a robot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// An account became a member, and is connected. A new account is last in the join order and has no marks; an
    /// [`Event::CameOnline`] follows. An account that was a robot keeps its join position, join time and marks; it was online already, so
    /// no `CameOnline` follows.
    Joined {
        /// The account that joined.
        account: UserId,
    },
    /// A member came online, or an account that has not joined became a robot (cause [`Cause::Pin`]).
    CameOnline {
        /// The account.
        account: UserId,
        /// The cause.
        cause: Cause,
        /// Whether it is a robot. No webhook is sent about robots (`gap:robot-webhook`).
        robot: bool,
    },
    /// A member left, or a robot was removed. The marks are lost (`CLEAR-LEAVE`).
    Left {
        /// The account.
        account: UserId,
        /// The lost marks including 500, in ascending order.
        lost: Vec<Mark>,
        /// Whether it was a robot. No webhook is sent about robots (`gap:robot-webhook`).
        robot: bool,
    },
    /// A pinned member lost its connection. It stays online (`PIN-500`).
    Disconnected {
        /// The account.
        account: UserId,
    },
    /// The connection of a pinned member came back. The member had stayed online.
    Reconnected {
        /// The account.
        account: UserId,
    },
    /// A member went offline, or a robot was removed. The marks are lost (`CLEAR-OFFLINE`).
    WentOffline {
        /// The account.
        account: UserId,
        /// The lost marks without 500, in ascending order.
        lost: Vec<Mark>,
        /// The cause.
        cause: Cause,
        /// Whether it was a robot. No webhook is sent about robots (`gap:robot-webhook`).
        robot: bool,
    },
    /// Mark 500 ended after three days (`PIN-500`).
    PinExpired {
        /// The account.
        account: UserId,
    },
}
