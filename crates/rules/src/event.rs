//! The events of members and robots, which [`crate::Room::apply`] returns.

use alloc::vec::Vec;

use avmarks_spec::{Mark, UserId};

/// The cause of an account coming online or going offline; the vendor's `EventCause` is derived from it.
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

/// An event of a member or a robot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A new member, connected: at the end of the join order and without marks, or a robot until now, with its join position, join time and
    /// marks. A [`Event::CameOnline`] follows unless it was a robot, which is online already.
    Joined {
        /// The account that joined.
        account: UserId,
    },
    /// A member came online; or an account that never joined became a robot, with cause [`Cause::Pin`].
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
        /// The marks lost, 500 among them, in ascending order.
        lost: Vec<Mark>,
        /// Whether it was a robot. No webhook is sent about robots (`gap:robot-webhook`).
        robot: bool,
    },
    /// The connection was lost. The member stays online by its pin (`PIN-500`).
    Disconnected {
        /// The account.
        account: UserId,
    },
    /// The connection is back. The member stayed online by its pin in the meantime.
    Reconnected {
        /// The account.
        account: UserId,
    },
    /// A member went offline, or a robot was removed. The marks are lost (`CLEAR-OFFLINE`).
    WentOffline {
        /// The account.
        account: UserId,
        /// The marks lost besides 500, in ascending order.
        lost: Vec<Mark>,
        /// The cause.
        cause: Cause,
        /// Whether it was a robot. No webhook is sent about robots (`gap:robot-webhook`).
        robot: bool,
    },
    /// Mark 500 ended after its three days (`PIN-500`).
    PinExpired {
        /// The account.
        account: UserId,
    },
}
