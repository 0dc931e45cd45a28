//! The changes that a decision or a change of presence would make to a room, for [`Room::apply`](super::Room::apply).

use alloc::vec::Vec;
use core::fmt;

use avmarks_spec::{Timestamp, UserId};

use super::marks::{MarkSet, MarkTable};
use super::records::Slot;
use super::{Revision, View};
use crate::input::Presence;

/// The changes that a decision or a change of presence would make to one room; made with [`Room::decide`](super::Room::decide),
/// [`Room::decide_presence`](super::Room::decide_presence) and their like. Opaque; eight bytes a member whose marks change.
///
/// It belongs to one state of one room: once that room has changed, it is stale, and [`Room::apply`](super::Room::apply) says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    pub(super) made_on: Revision,
    /// The time that passes first; pins that have ended by then expire.
    pub(super) to: Timestamp,
    pub(super) change: Change,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// Time passes, and nothing else.
    Time,
    Marks(MarkChanges),
    Presence(Presence, Vec<Step>),
    /// The administrators as they are afterwards.
    Admins(Vec<UserId>),
}

/// An account of a change of presence, with the hash of its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It has a record.
    Known { slot: Slot, hash: u64 },
    /// It has none.
    New { account: UserId, hash: u64 },
}

impl Step {
    /// Whether the account has no record.
    pub(super) fn is_new(&self) -> bool {
        matches!(self, Self::New { .. })
    }
}

/// The mark changes of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MarkChanges {
    /// The marks of the room by index, after the call.
    pub(super) numbers: MarkTable,
    pub(super) changes: Vec<MarkChange>,
    /// Accounts without a record that take 500, with their hashes.
    pub(super) robots: Vec<(UserId, u64)>,
    /// When 500 ends for members that take it.
    pub(super) until: Timestamp,
    /// The same for robots; `None` if it has no end (`gap:robot-days`).
    pub(super) robot_until: Option<Timestamp>,
}

/// The marks of one account after a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MarkChange {
    /// The record; of a new robot, which has none yet, [`Slot::NONE`].
    pub(super) slot: Slot,
    pub(super) marks: MarkSet,
    pub(super) kind: ChangeKind,
}

const _: () = assert!(size_of::<MarkChange>() == 8);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChangeKind {
    /// Marks change, and no days start.
    Marks,
    /// It takes 500, so that its days start.
    MarksAndDays,
    /// An account without a record takes 500: the next of [`MarkChanges::robots`].
    NewRobot,
}

impl MarkChanges {
    /// No change yet; `changes` is an empty list.
    pub(crate) fn in_memory(changes: Vec<MarkChange>) -> Self {
        Self { numbers: MarkTable::default(), changes, robots: Vec::new(), until: Timestamp::EPOCH, robot_until: None }
    }

    /// Sets the marks of the room by index, as they are after the call.
    pub(crate) fn set_numbers(&mut self, numbers: MarkTable) {
        self.numbers = numbers;
    }

    /// When 500 ends for those that take it: for members, and for robots.
    pub(crate) fn set_ends(&mut self, until: Timestamp, robot_until: Option<Timestamp>) {
        (self.until, self.robot_until) = (until, robot_until);
    }

    /// The record at a slot holds these marks after the call; if it takes 500, its days start.
    pub(crate) fn change(&mut self, slot: Slot, marks: MarkSet, starts_days: bool) {
        let kind = if starts_days { ChangeKind::MarksAndDays } else { ChangeKind::Marks };
        self.changes.push(MarkChange { slot, marks, kind });
    }

    /// An account without a record takes these marks, 500 among them.
    pub(crate) fn new_robot(&mut self, account: UserId, hash: u64, marks: MarkSet) {
        self.robots.push((account, hash));
        self.changes.push(MarkChange { slot: Slot::NONE, marks, kind: ChangeKind::NewRobot });
    }
}

impl Transition {
    /// Time passes to the moment of the view.
    pub(crate) fn time(view: &View<'_>) -> Self {
        Self { made_on: view.room().revision, to: view.now(), change: Change::Time }
    }

    pub(crate) fn marks(view: &View<'_>, changes: MarkChanges) -> Self {
        Self { change: Change::Marks(changes), ..Self::time(view) }
    }

    pub(super) fn presence(view: &View<'_>, presence: Presence, steps: Vec<Step>) -> Self {
        Self { change: Change::Presence(presence, steps), ..Self::time(view) }
    }

    pub(crate) fn admins(view: &View<'_>, admins: Vec<UserId>) -> Self {
        Self { change: Change::Admins(admins), ..Self::time(view) }
    }

    /// The memory of its changes.
    pub(crate) fn into_memory(self) -> Vec<MarkChange> {
        match self.change {
            Change::Marks(changes) => changes.changes,
            Change::Time | Change::Presence(..) | Change::Admins(_) => Vec::new(),
        }
    }
}

/// A transition that was made on another room, or before the room last changed. Nothing was changed by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StaleTransitionError;

impl fmt::Display for StaleTransitionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the transition was made on another room, or before the room last changed: decide anew")
    }
}

impl core::error::Error for StaleTransitionError {}
