//! Changes, and records to store.

use avmarks_protocol::ErrorCode;
use avmarks_spec::{GroupId, Mark, Timestamp, UserId};

use crate::call::Action;
use crate::want::Want;

/// The event of a webhook about one account, or about its group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PresenceChange {
    /// The account came online, or joined.
    Online(UserId),
    /// The account went offline.
    Offline(UserId),
    /// The account left the group, or was removed from it.
    Left(UserId),
    /// The group was destroyed.
    Destroyed,
}

/// Something that a keeper did or found. For logs and counters: nothing depends on whether it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A call was answered.
    Answered {
        /// The group.
        group: GroupId,
        /// The action of the call.
        action: Action,
        /// The accounts that it served, each with the marks that were set or deleted. Of a check: those that are online.
        served: Vec<(UserId, Vec<Mark>)>,
        /// The accounts that the answer left out: they are offline, or not in the group.
        left_out: Vec<UserId>,
    },
    /// The service refused a call, which changed nothing.
    Refused {
        /// The group.
        group: GroupId,
        /// The action of the call.
        action: Action,
        /// The code.
        code: ErrorCode,
        /// How many accounts it named.
        accounts: usize,
    },
    /// The service refused an account by itself, which had held up others of its call. It is sent by itself from now on, at each sign of life, until it
    /// is served or another thing is wanted of it.
    Rejected {
        /// The group.
        group: GroupId,
        /// The account.
        account: UserId,
        /// The action of the call.
        action: Action,
        /// The code.
        code: ErrorCode,
    },
    /// A call got no answer that can be used.
    Failed {
        /// The group.
        group: GroupId,
        /// The action of the call.
        action: Action,
        /// How many accounts it named.
        accounts: usize,
    },
    /// A sweep found that an online account lacked marks, and has set them.
    Restored {
        /// The group.
        group: GroupId,
        /// The account.
        account: UserId,
        /// The marks that were set.
        marks: Vec<Mark>,
    },
    /// A sweep found marks that are not wanted.
    Unwanted {
        /// The group.
        group: GroupId,
        /// The account that has them.
        account: UserId,
        /// The marks.
        marks: Vec<Mark>,
        /// Whether they are deleted.
        is_pruned: bool,
    },
    /// A sweep of a group has ended.
    Swept {
        /// The group.
        group: GroupId,
        /// How many wanted accounts the lists did not show; most of them are offline.
        unlisted: usize,
        /// How many accounts have marks that are not wanted.
        unwanted: usize,
    },
    /// A group was destroyed; its waiting accounts were dropped. Its wants stay.
    Destroyed {
        /// The group.
        group: GroupId,
    },
}

/// A change of the stored rows.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Record {
    /// The row of an account must have this value from now on.
    Put {
        /// The group.
        group: GroupId,
        /// The account.
        account: UserId,
        /// The want. `None` if only a deletion is pending.
        want: Option<Want>,
        /// Marks whose deletion has not been confirmed, in ascending order.
        unwanted: Vec<Mark>,
    },
    /// The row of an account must be removed.
    Remove {
        /// The group.
        group: GroupId,
        /// The account.
        account: UserId,
    },
}

/// A group as it is seen at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GroupView {
    /// The group.
    pub group: GroupId,
    /// How many accounts are wanted.
    pub wanted: usize,
    /// How many accounts are wanted to hold each mark, in ascending order of marks.
    pub holders: Vec<(Mark, usize)>,
    /// How many accounts wait for a call, or for another try.
    pub waiting: usize,
    /// How many accounts are in a call.
    pub in_flight: usize,
    /// How many accounts a sweep has found without marks and set again.
    pub restored: u64,
    /// How many accounts have unwanted marks by the latest sweep.
    pub unwanted: usize,
    /// When the latest sweep ended.
    pub swept_at: Option<Timestamp>,
}

/// An account as it is seen at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AccountView {
    /// The want. `None` if only a deletion is pending.
    pub want: Option<Want>,
    /// Marks whose deletion has not been confirmed, in ascending order.
    pub unwanted: Vec<Mark>,
    /// The action that it waits for.
    pub waits_for: Option<Action>,
    /// When its mark 500 ends, as far as known.
    pub pin_ends: Option<Timestamp>,
}
