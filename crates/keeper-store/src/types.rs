//! The values of a store.

use std::collections::BTreeSet;
use std::fmt;

use avmarks_spec::{Clause, GroupId, Mark, Timestamp, UserId};

/// The part of the work that one lease covers: a stable hash of the group, 0 to 255.
///
/// The hash (FNV-1a of 64 bits, its bytes joined by exclusive or) is stored with every row, so it never changes.
///
/// ```
/// use avmarks_keeper_store::Slot;
/// use avmarks_spec::GroupId;
///
/// let group = GroupId::parse("@TGS#a6I4ZUUGO")?;
/// assert_eq!(Slot::of(&group), Slot::of(&group));
/// # Ok::<(), avmarks_spec::IdError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(pub u8);

impl Slot {
    /// How many slots there are. More slots than nodes, so that shares are even; few enough to claim all at once.
    pub const COUNT: usize = 256;

    /// The slot of a group.
    #[must_use]
    pub fn of(group: &GroupId) -> Self {
        let hash = group.as_bytes().iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Self(hash.to_le_bytes().into_iter().fold(0, |slot, byte| slot ^ byte))
    }

    /// Every slot, in order.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..=u8::MAX).map(Self)
    }
}

/// A number that grows with every change of a row, over all rows of a store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub u64);

/// Which marks an account of a group shall have, as [`Store::put_wants`](crate::Store::put_wants) takes it.
///
/// Without marks and without `robot` nothing is wanted any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewWant {
    /// The group.
    pub group: GroupId,
    /// The account.
    pub account: UserId,
    /// The marks that it shall have.
    pub marks: BTreeSet<Mark>,
    /// Whether it should be kept in the group as a robot, without having joined: such an account has mark 500.
    pub robot: bool,
}

/// A wanted account, as it is stored.
///
/// It stays until nothing is wanted and nothing waits to be deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Want {
    /// The group.
    pub group: GroupId,
    /// The account.
    pub account: UserId,
    /// The marks that it shall have.
    pub marks: BTreeSet<Mark>,
    /// Whether it shall be kept in the group as a robot.
    pub robot: bool,
    /// Marks that were wanted and are not any more, whose deletion is not confirmed. 500 also represents the robot.
    pub removed: BTreeSet<Mark>,
    /// Grows whenever a put changes what is wanted.
    pub version: Version,
}

impl Want {
    /// The marks that count for the limits: those wanted, and 500 for a robot.
    #[must_use]
    pub fn held(&self) -> BTreeSet<Mark> {
        held(&self.marks, self.robot)
    }
}

/// The marks that count for the limits.
pub(crate) fn held(marks: &BTreeSet<Mark>, robot: bool) -> BTreeSet<Mark> {
    marks.iter().copied().chain(robot.then_some(Mark::PINNED)).collect()
}

/// The result of setting a want.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// It is stored, has a new version, and is due.
    Changed,
    /// It was stored like this already; nothing changed.
    Unchanged,
}

/// A want beyond a documented limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WantError {
    /// The clause: [`Clause::MarksPerGroup`] or [`Clause::MembersPerMark`].
    pub clause: Clause,
    /// The mark that has no place.
    pub mark: Mark,
    /// The limit.
    pub limit: usize,
}

impl fmt::Display for WantError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { clause, mark, limit } = self;
        match clause {
            Clause::MarksPerGroup => write!(
                f,
                "{clause}: mark `{mark}` is not in use in this group, which wants {limit} different custom marks already: expected one of these, or at most {limit}"
            ),
            _ => write!(
                f,
                "{clause}: mark `{mark}` is wanted for {limit} accounts of this group already: expected at most {limit}"
            ),
        }
    }
}

impl std::error::Error for WantError {}

/// A group of which something is wanted, or waits to be deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The group.
    pub group: GroupId,
    /// Its wants, with those that only wait for a deletion.
    pub wants: usize,
}

/// Holders of a mark in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holders {
    /// The mark.
    pub mark: Mark,
    /// For how many accounts it is wanted, at least 1.
    pub holders: usize,
}

/// Whether a mark takes one of the places of custom marks of a group (`gap:special-slots`: 500 and 600 take none).
pub(crate) fn takes_place(mark: Mark) -> bool {
    !mark.is_special()
}

/// What a webhook reports about a group or an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PresenceChange {
    /// The account is online.
    Online(UserId),
    /// The account is offline.
    Offline(UserId),
    /// The account joined.
    Joined(UserId),
    /// The account left, or was removed.
    Left(UserId),
    /// The group was destroyed.
    Destroyed,
}

impl PresenceChange {
    /// The account; none for [`PresenceChange::Destroyed`].
    #[must_use]
    pub const fn account(&self) -> Option<UserId> {
        match self {
            Self::Online(account) | Self::Offline(account) | Self::Joined(account) | Self::Left(account) => {
                Some(*account)
            }
            Self::Destroyed => None,
        }
    }
}

/// One account of a webhook, or its group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Event {
    /// The group.
    pub group: GroupId,
    /// What happened.
    pub change: PresenceChange,
    /// `EventTime`, where the webhook has one.
    pub at: Option<Timestamp>,
}

/// The name of a [`Batch`] within its slot's store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BatchId(pub u64);

/// Events of one slot that were accepted by one commit and are not done with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Its id. Ids grow, and may become visible in another order.
    pub id: BatchId,
    /// The slot of all of its groups.
    pub slot: Slot,
    /// The events, in the order in which they were accepted.
    pub events: Vec<Event>,
}

/// Something to do at a time: retry, renew, set a want that changed, or check a whole group again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewDue {
    /// The group.
    pub group: GroupId,
    /// The account; none for the whole group (a resync).
    pub account: Option<UserId>,
    /// When, by the clock of the store.
    pub at: Timestamp,
    /// How often it was tried.
    pub tries: u32,
}

/// A [`NewDue`] as it is stored; at most one for each account, and one for each group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// The group.
    pub group: GroupId,
    /// The account; none for the whole group (a resync).
    pub account: Option<UserId>,
    /// When, by the clock of the store.
    pub at: Timestamp,
    /// How often it was tried.
    pub tries: u32,
    /// Grows whenever the row is marked due again.
    pub version: Version,
}

/// A process that works on slots. A process takes a new id at each start, and whenever it lost its trust.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u64);

/// A number that grows whenever a slot passes to a node; it never falls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch(pub u64);

/// The right of a node to work on a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lease {
    /// The slot.
    pub slot: Slot,
    /// Its number.
    pub epoch: Epoch,
}

/// The answer to a request for permits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// So many permits were taken and recorded, 0 to what was asked for. Each is for one call.
    Granted(usize),
    /// The lease is another node's, or the node's time is over: nothing was recorded.
    LeaseLost,
}

/// What is done with, in one commit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settlement {
    /// Batches whose events are all done with or noted as due.
    pub batches: Vec<BatchId>,
    /// Rows that are no longer due, unless they were marked again: the version must be that which was read.
    pub cleared: Vec<Due>,
    /// Rows to mark due, after `cleared`. Where one is due already, the earlier time and the higher number of attempts apply.
    pub due: Vec<NewDue>,
    /// Wants whose [`Want::removed`] marks are deleted, unless the want changed: the version must be that of the want which
    /// was read.
    pub deleted: Vec<Deleted>,
    /// Groups that were destroyed: nothing of them is due any more, and no mark of them waits to be deleted.
    pub destroyed: Vec<GroupId>,
}

/// A want whose [`Want::removed`] marks are deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deleted {
    /// The group.
    pub group: GroupId,
    /// The account.
    pub account: UserId,
    /// The version that was read.
    pub version: Version,
}

/// Figures of a store, for people and for metrics.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// Groups of which something is wanted, or waits to be deleted.
    pub groups: usize,
    /// Wants, with those that only wait for a deletion.
    pub wants: usize,
    /// Batches of events that are not done with.
    pub batches: usize,
    /// Rows that are due now.
    pub due: usize,
    /// Nodes whose time is not over, with the number of their slots.
    pub nodes: Vec<(NodeId, usize)>,
    /// Permits of `modify_user_info` that are taken, of [`Limits::calls_per_window_max`](avmarks_spec::Limits).
    pub permits_taken: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_a_group_never_changes() {
        let slot = |text: &str| Slot::of(&GroupId::parse(text).unwrap()).0;
        assert_eq!([slot("@TGS#a6I4ZUUGO"), slot("a"), slot("b")], [100, 187, 140]);
    }

    #[test]
    fn every_slot_has_groups() {
        let mut counts = [0_usize; Slot::COUNT];
        for number in 0..25_600 {
            counts[usize::from(Slot::of(&GroupId::parse(&format!("@TGS#{number}")).unwrap()).0)] += 1;
        }
        assert!(counts.iter().all(|count| (50..=200).contains(count)), "{counts:?}");
    }
}
