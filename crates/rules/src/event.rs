//! What happens to a room. A room changes by these, and in no other way.

use alloc::vec::Vec;

use avmarks_spec::{Mark, Timestamp, UserId};

use crate::MarkList;

/// Why somebody came online or went offline; the vendor's `EventCause` is derived from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A join.
    Join,
    /// The connection was lost, or came back.
    Connection,
    /// Mark 500 was set, or deleted, on a member without connection.
    Pin,
    /// Mark 500 ended after its three days, on a member without connection.
    PinExpired,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Time went on; never back (`gap:clock`).
    TimePassed {
        /// The latest time seen.
        to: Timestamp,
    },
    /// A new member, connected, at the end of the join order, without marks.
    Joined {
        /// Who.
        account: UserId,
        /// When, for `JoinTime`.
        at: Timestamp,
    },
    /// A member counts as online from here on.
    CameOnline {
        /// Who.
        account: UserId,
        /// Why.
        cause: Cause,
    },
    /// No member any more; the marks are gone (`CLEAR-LEAVE`).
    Left {
        /// Who.
        account: UserId,
        /// The marks lost, in ascending order.
        lost: Vec<Mark>,
    },
    /// The connection is lost, and the member stays online by its pin (`PIN-500`).
    Disconnected {
        /// Who.
        account: UserId,
    },
    /// The connection is back; the member was online all the while by its pin.
    Reconnected {
        /// Who.
        account: UserId,
    },
    /// A member is offline from here on; the marks are gone (`CLEAR-OFFLINE`).
    WentOffline {
        /// Who.
        account: UserId,
        /// The marks lost, in ascending order.
        lost: Vec<Mark>,
        /// Why.
        cause: Cause,
    },
    /// Mark 500 ended after its three days (`PIN-500`).
    PinExpired {
        /// Who.
        account: UserId,
    },
    /// Mark 500 was taken, or taken again.
    Pinned {
        /// Who.
        account: UserId,
        /// When it ends.
        until: Timestamp,
    },
    /// Marks other than 500 were taken.
    Marked {
        /// Who.
        account: UserId,
        /// The marks, in the order in which they were named.
        marks: MarkList,
    },
    /// Marks were deleted.
    Unmarked {
        /// Who.
        account: UserId,
        /// The marks, in the order in which they were named.
        marks: MarkList,
    },
}
