//! The state of a group. **Only this module changes a room**: the fields of [`Room`] are private to it, which the compiler enforces.
//!
//! A member or robot has five forms: `roster::Member` is the stored record, `apply::State` the part of it that decides whether it is
//! online, `view::MemberView` the member at a given time, [`MemberState`] all of that for callers and snapshots, and [`Listed`] a row of
//! the online list.

mod apply;
mod list;
mod marks;
mod order;
mod pins;
mod presence;
mod records;
mod restore;
mod roster;
mod segment;
mod table;
mod transition;
mod view;

use alloc::vec::Vec;
use core::sync::atomic::{AtomicU64, Ordering};

use crate::mark_list::MarkList;
use avmarks_spec::{GroupType, Mark, Timestamp, UserId};

pub use self::list::{Cursor, Filter, Listed, Page, page};
pub(crate) use self::marks::{MARK_INDEX_COUNT, MarkIndex, MarkSet, MarkTable, Marks};
use self::order::JoinLog;
use self::pins::Pins;
pub use self::restore::RestoreError;
use self::roster::Roster;
pub use self::roster::set_hash_seed;
pub(crate) use self::roster::{Connection, hash};
pub(crate) use self::transition::{MarkChange, MarkChanges};
pub use self::transition::{StaleTransitionError, Transition};
pub(crate) use self::view::{LOOKUP_BATCH, View};

/// The state of one group: type, owner, administrators, members and robots with their marks.
///
/// [`Room::apply`], [`Room::apply_presence`], [`Room::tick`] and [`Room::set_owner`] change it. A query takes O(members in its result +
/// pins that have ended since the last change).
#[derive(Clone, Debug)]
pub struct Room {
    kind: GroupType,
    owner: Option<UserId>,
    /// The administrators, in the order in which they were set.
    admins: Vec<UserId>,
    /// The latest time seen (`gap:clock`).
    now: Timestamp,
    revision: Revision,
    /// The join position of the next new member.
    next_position: u64,
    roster: Roster,
    marks: Marks,
    pins: Pins,
    /// The number of online members and robots.
    online: usize,
    robots: usize,
    /// The members and robots by join position. The `listed` bits mark those that the unfiltered list shows: online, and without 600.
    order: JoinLog,
}

/// Identifies one state of one room. A clone has the same revision until it changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Revision(u64);

impl Revision {
    fn next() -> Self {
        // Relaxed is enough: only uniqueness matters.
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// A member or robot at a given time. [`Room::restore`] rebuilds a room from these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberState {
    /// The account.
    pub account: UserId,
    /// The position in the join order, from 1 up.
    pub position: u64,
    /// The time at which it joined. For a robot, the time at which it got mark 500.
    pub joined: Timestamp,
    /// Whether it is connected. A robot is never connected.
    pub connected: bool,
    /// Whether it is a robot: an account that holds 500 without having joined (`gap:offline-500`).
    pub robot: bool,
    /// The marks it holds, in ascending order.
    pub marks: Vec<Mark>,
    /// The time at which its mark 500 ends; `None` if it does not hold 500, or if 500 has no end (`gap:robot-days`).
    pub pinned_until: Option<Timestamp>,
}

impl MemberState {
    /// Whether it counts as online: it is connected, or holds 500.
    #[must_use]
    pub fn is_online(&self) -> bool {
        self.connected || self.marks.contains(&Mark::PINNED)
    }
}

impl Room {
    /// A group without members.
    #[must_use]
    pub fn new(kind: GroupType, owner: Option<UserId>) -> Self {
        Self {
            kind,
            owner,
            admins: Vec::new(),
            now: Timestamp::EPOCH,
            revision: Revision::next(),
            next_position: 1,
            roster: Roster::default(),
            marks: Marks::default(),
            pins: Pins::default(),
            online: 0,
            robots: 0,
            order: JoinLog::default(),
        }
    }

    /// The type of the group.
    #[must_use]
    pub const fn kind(&self) -> GroupType {
        self.kind
    }

    /// The owner, if there is one.
    #[must_use]
    pub const fn owner(&self) -> Option<UserId> {
        self.owner
    }

    /// Makes this account the owner. Call it only for group types whose ownership can be transferred, which excludes audio-video groups
    /// (1047/33529). All earlier transitions of the room become stale.
    pub fn set_owner(&mut self, owner: UserId) {
        self.owner = Some(owner);
        self.revision = Revision::next();
    }

    /// The administrators, in the order in which they were set. They need not be members, and may not set marks (`PERMISSION`).
    #[must_use]
    pub fn admins(&self) -> &[UserId] {
        &self.admins
    }

    /// The number of members and robots, online or not.
    #[must_use]
    pub fn len(&self) -> usize {
        self.roster.len()
    }

    /// The number of robots: accounts that hold 500 without having joined (`gap:offline-500`).
    #[must_use]
    pub const fn robots(&self) -> usize {
        self.robots
    }

    /// Whether there are no members and no robots.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The latest time seen. An earlier `at` counts as this time (`gap:clock`).
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// The join position of the next new member.
    #[must_use]
    pub const fn next_position(&self) -> u64 {
        self.next_position
    }

    /// The earliest time at which a mark 500 ends; call [`Room::tick`] then or later. Every transition can change it.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.pins.next()
    }

    /// The number of members and robots online at `at`, including holders of 600.
    #[must_use]
    pub fn online_count(&self, at: Timestamp) -> usize {
        let view = View::new(self, at);
        self.online.saturating_sub(view.offline_by_expiry())
    }

    /// Whether this account is online at `at`: a connected member, or a holder of 500.
    #[must_use]
    pub fn is_online(&self, account: &UserId, at: Timestamp) -> bool {
        let view = View::new(self, at);
        view.find(account).is_some_and(|member| member.is_online())
    }

    /// The member or robot with this account at `at`; `None` if the account is neither.
    #[must_use]
    pub fn member(&self, account: &UserId, at: Timestamp) -> Option<MemberState> {
        let view = View::new(self, at);
        view.state_at(view.find(account)?.slot)
    }

    /// Every member and robot at `at`, in join order. O(members).
    #[must_use]
    pub fn members(&self, at: Timestamp) -> Vec<MemberState> {
        self.members_after(0, usize::MAX, at)
    }

    /// At most `members_max` members and robots at `at`, in join order, from the first position after `position`. Visits no other
    /// members.
    #[must_use]
    pub fn members_after(&self, position: u64, members_max: usize, at: Timestamp) -> Vec<MemberState> {
        let view = View::new(self, at);
        self.order.after(position).filter_map(|slot| view.state_at(slot)).take(members_max).collect()
    }

    /// The marks that have a holder at `at`, in ascending order, each with the number of its holders.
    #[must_use]
    pub fn marks_in_use(&self, at: Timestamp) -> Vec<(Mark, usize)> {
        let view = View::new(self, at);
        let marks = Marks::indexes().filter_map(|index| Some((self.marks.mark(index)?, view.holder_count(index))));
        let mut marks: Vec<_> = marks.filter(|(_, holders)| *holders > 0).collect();
        marks.sort_unstable();
        marks
    }

    /// The marks of a set as a list, in ascending order.
    fn mark_list(&self, set: MarkSet) -> MarkList {
        let mut marks = MarkList::new();
        set.iter().filter_map(|index| self.marks.mark(index)).for_each(|mark| marks.push(mark));
        marks.sort();
        marks
    }
}
