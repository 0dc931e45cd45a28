//! A group with its members, and how it looks at a moment. **What changes a room lies in this module alone**: the fields
//! of [`Room`] are private to it, so the compiler holds that no other file changes one.

mod apply;
mod list;
mod marks;
mod order;
mod pins;
mod records;
mod restore;
mod roster;
mod segment;
mod table;
mod transition;
mod view;

use alloc::vec::Vec;
use core::sync::atomic::{AtomicU64, Ordering};

use avmarks_spec::{GroupType, Mark, Timestamp, UserId};

pub use self::list::{Cursor, Filter, Listed, Page, page};
pub(crate) use self::marks::{MARK_INDEX_COUNT, MarkIndex, MarkSet, MarkTable, Marks};
use self::order::JoinLog;
use self::pins::Pins;
pub use self::restore::{MemberState, RestoreError};
use self::roster::Roster;
pub(crate) use self::roster::{Connection, hash};
pub(crate) use self::transition::{MarkChange, MarkChanges, Step, Steps};
pub use self::transition::{StaleTransition, Transition};
pub(crate) use self::view::{LOOK_UP_AT_ONCE, Seen, View};

/// A group: its type, its owner, its administrators, its members and robots, their marks.
///
/// Changed by [`Room::apply`], [`Room::observe`] and [`Room::tick`]. A room is cheap to ask: a question looks at the members that
/// it answers with, and at those whose pins have ended since the room was last told the time.
#[derive(Clone, Debug)]
pub struct Room {
    kind: GroupType,
    owner: Option<UserId>,
    /// The administrators, in the order in which they were set.
    admins: Vec<UserId>,
    /// The latest time seen (`gap:clock`).
    latest: Timestamp,
    revision: Revision,
    /// The place that the next new member takes.
    next_place: u64,
    roster: Roster,
    marks: Marks,
    pins: Pins,
    /// How many are online, robots too.
    online: usize,
    robots: usize,
    /// The members and robots by their place in the join order; listed are those that the unfiltered list names: online, without 600.
    order: JoinLog,
}

/// A number that one state of one room has, and no other state of any room. A clone has it too, until it changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Revision(u64);

impl Revision {
    fn next() -> Self {
        // A number alone is drawn; nothing else depends on the order in which threads see it.
        static DRAWN: AtomicU64 = AtomicU64::new(0);
        Self(DRAWN.fetch_add(1, Ordering::Relaxed))
    }
}

/// A member or robot as it is at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MemberView {
    /// The account.
    pub account: UserId,
    /// The place in the join order, from 1 up.
    pub place: u64,
    /// When it joined; of a robot, when it took mark 500.
    pub joined: Timestamp,
    /// Whether its connection is there; a robot has none.
    pub connected: bool,
    /// Whether it is a robot: it holds 500 without having joined (`gap:offline-500`).
    pub robot: bool,
    /// Whether it counts as online: connected, or pinned.
    pub online: bool,
    /// The marks it holds, in ascending order.
    pub marks: Vec<Mark>,
    /// When its pin ends, where it holds 500 and that has an end (`gap:robot-days`).
    pub pinned_until: Option<Timestamp>,
}

impl Room {
    /// A group without members.
    #[must_use]
    pub fn new(kind: GroupType, owner: Option<UserId>) -> Self {
        Self {
            kind,
            owner,
            admins: Vec::new(),
            latest: Timestamp::EPOCH,
            revision: Revision::next(),
            next_place: 1,
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

    /// The owner, where there is one.
    #[must_use]
    pub const fn owner(&self) -> Option<UserId> {
        self.owner
    }

    /// Makes this account the owner. Only of group types whose ownership can be handed over: that of an audio-video group cannot
    /// (33529).
    pub const fn set_owner(&mut self, owner: UserId) {
        self.owner = Some(owner);
    }

    /// The administrators, in the order in which they were set. They need not be members, and may not mark (`PERMISSION`).
    #[must_use]
    pub fn admins(&self) -> &[UserId] {
        &self.admins
    }

    /// How many members and robots there are, online or not.
    #[must_use]
    pub fn len(&self) -> usize {
        self.roster.len()
    }

    /// How many robots are among them: accounts that hold 500 without having joined (`gap:offline-500`).
    #[must_use]
    pub const fn robots(&self) -> usize {
        self.robots
    }

    /// Whether there is neither member nor robot.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The latest time seen: an earlier `at` is taken as this (`gap:clock`).
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.latest
    }

    /// The place in the join order that the next new member takes.
    #[must_use]
    pub const fn next_place(&self) -> u64 {
        self.next_place
    }

    /// The end of the earliest pin: call [`Room::tick`] then, or at any later time. Changes with every transition.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.pins.next()
    }

    /// How many are online at `at`, hidden ones and robots too.
    #[must_use]
    pub fn online_count(&self, at: Timestamp) -> usize {
        let view = View::new(self, at);
        self.online.saturating_sub(view.went_offline())
    }

    /// Whether this account is online at `at`: a connected member, or a holder of 500.
    #[must_use]
    pub fn is_online(&self, account: &UserId, at: Timestamp) -> bool {
        let view = View::new(self, at);
        view.find(account).is_some_and(|seen| seen.is_online())
    }

    /// The member or robot of this account as it is at `at`; none where the account is neither.
    #[must_use]
    pub fn member(&self, account: &UserId, at: Timestamp) -> Option<MemberView> {
        let view = View::new(self, at);
        view.describe(view.find(account)?.slot)
    }

    /// Every member and robot as it is at `at`, in join order. This looks at the whole room: it is for dumps, not for decisions.
    #[must_use]
    pub fn members(&self, at: Timestamp) -> Vec<MemberView> {
        self.members_after(0, usize::MAX, at)
    }

    /// At most `members_max` members and robots as they are at `at`, in join order, from the first place after `place` on. No
    /// others are looked at.
    #[must_use]
    pub fn members_after(&self, place: u64, members_max: usize, at: Timestamp) -> Vec<MemberView> {
        let view = View::new(self, at);
        self.order.after(place).filter_map(|slot| view.describe(slot)).take(members_max).collect()
    }

    /// The marks that somebody holds at `at`, in ascending order, each with the number of its holders.
    #[must_use]
    pub fn marks_in_use(&self, at: Timestamp) -> Vec<(Mark, usize)> {
        let view = View::new(self, at);
        let marks = Marks::bits().filter_map(|bit| Some((self.marks.mark(bit)?, view.holders_at(bit))));
        let mut marks: Vec<_> = marks.filter(|(_, holders)| *holders > 0).collect();
        marks.sort_unstable();
        marks
    }

    /// The marks of a set, in ascending order.
    fn numbers(&self, set: MarkSet) -> Vec<Mark> {
        let mut marks: Vec<Mark> = set.iter().filter_map(|bit| self.marks.mark(bit)).collect();
        marks.sort_unstable();
        marks
    }
}
