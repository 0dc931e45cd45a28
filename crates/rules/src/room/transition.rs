//! The changes that a decision or a change of presence would make to a room, for [`Room::apply`](super::Room::apply).

use alloc::vec::Vec;
use core::fmt;

use avmarks_spec::{Timestamp, UserId};

use super::marks::{MarkSet, MarkTable};
use super::records::Slot;
use super::{Revision, View};
use crate::input::Presence;

/// The changes that a decision or a change of presence would make to one room. [`Room::decide`](super::Room::decide),
/// [`Room::decide_admins`](super::Room::decide_admins) and [`Room::decide_presence`](super::Room::decide_presence) make it. It is opaque,
/// and takes eight bytes per member whose marks change.
///
/// A transition belongs to one state of one room. Once that room changes, the transition is stale, and
/// [`Room::apply`](super::Room::apply) returns an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    pub(super) revision: Revision,
    /// The time to which the room advances first; pins that end by then expire.
    pub(super) to: Timestamp,
    pub(super) change: Change,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// Only time passes.
    Time,
    Marks(MarkChanges),
    Presence(Presence, Vec<Target>),
    /// The new list of administrators.
    Admins(Vec<UserId>),
}

/// An account of a change of presence, with its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// An account with a record.
    Known { slot: Slot, hash: u64 },
    /// An account without a record.
    New { account: UserId, hash: u64 },
}

impl Target {
    /// Whether it is [`Target::New`].
    pub(super) fn is_new(&self) -> bool {
        matches!(self, Self::New { .. })
    }
}

/// The mark changes of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MarkChanges {
    /// The marks of the room by index, after the call.
    pub(super) table: MarkTable,
    pub(super) changes: Vec<MarkChange>,
    /// The accounts that become robots, with their hashes.
    pub(super) robots: Vec<(UserId, u64)>,
    /// The time at which 500 ends for members that get it.
    pub(super) until: Timestamp,
    /// The same for robots; `None` if 500 has no end (`gap:robot-days`).
    pub(super) robot_until: Option<Timestamp>,
}

/// The marks of one account after a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MarkChange {
    /// The slot of the record; [`Slot::NONE`] for a new robot, which has no record yet.
    pub(super) slot: Slot,
    pub(super) marks: MarkSet,
    pub(super) kind: ChangeKind,
}

const _: () = assert!(size_of::<MarkChange>() == 8);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChangeKind {
    /// The marks change, and the end of the pin does not.
    Marks,
    /// The marks change, and the three days of 500 start.
    MarksAndPin,
    /// An account without a record gets 500: the next of [`MarkChanges::robots`].
    NewRobot,
}

impl MarkChanges {
    /// An empty set of changes. `changes` is an empty list, which is reused.
    pub(crate) fn with_buffer(changes: Vec<MarkChange>) -> Self {
        Self { table: MarkTable::default(), changes, robots: Vec::new(), until: Timestamp::EPOCH, robot_until: None }
    }

    /// Sets the table of marks that the room has after the call.
    pub(crate) fn set_table(&mut self, table: MarkTable) {
        self.table = table;
    }

    /// Sets the time at which 500 ends for the members and robots that get it.
    pub(crate) fn set_ends(&mut self, until: Timestamp, robot_until: Option<Timestamp>) {
        (self.until, self.robot_until) = (until, robot_until);
    }

    /// Adds a change: the member at this slot has these marks after the call. `starts_pin` starts the three days of 500.
    pub(crate) fn change(&mut self, slot: Slot, marks: MarkSet, starts_pin: bool) {
        let kind = if starts_pin { ChangeKind::MarksAndPin } else { ChangeKind::Marks };
        self.changes.push(MarkChange { slot, marks, kind });
    }

    /// Adds a new robot with these marks, which must include 500.
    pub(crate) fn new_robot(&mut self, account: UserId, hash: u64, marks: MarkSet) {
        self.robots.push((account, hash));
        self.changes.push(MarkChange { slot: Slot::NONE, marks, kind: ChangeKind::NewRobot });
    }
}

impl Transition {
    /// Only lets time pass, to the time of the view.
    pub(crate) fn time(view: &View<'_>) -> Self {
        Self { revision: view.room().revision, to: view.now(), change: Change::Time }
    }

    pub(crate) fn marks(view: &View<'_>, changes: MarkChanges) -> Self {
        Self { change: Change::Marks(changes), ..Self::time(view) }
    }

    pub(super) fn presence(view: &View<'_>, presence: Presence, targets: Vec<Target>) -> Self {
        Self { change: Change::Presence(presence, targets), ..Self::time(view) }
    }

    pub(crate) fn admins(view: &View<'_>, admins: Vec<UserId>) -> Self {
        Self { change: Change::Admins(admins), ..Self::time(view) }
    }

    /// The buffer of its mark changes, for reuse.
    pub(crate) fn into_buffer(self) -> Vec<MarkChange> {
        match self.change {
            Change::Marks(changes) => changes.changes,
            Change::Time | Change::Presence(..) | Change::Admins(_) => Vec::new(),
        }
    }
}

/// The transition was made for another room, or before the room last changed. Nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StaleTransitionError;

impl fmt::Display for StaleTransitionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the transition was made on another room, or before the room last changed: decide again")
    }
}

impl core::error::Error for StaleTransitionError {}
