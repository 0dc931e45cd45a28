//! A group with its members, and how it looks at a moment.

use alloc::vec::Vec;

use avmarks_spec::{GroupType, Mark, Timestamp, UserId};

use crate::Entry;
use crate::marks::{Bit, MarkSet, Marks, PLACES};
use crate::order::Order;
use crate::pins::Pins;
use crate::roster::{Member, Roster};

/// A group: its type, its owner, its members, their marks.
///
/// Changed by [`Room::apply`] alone; [`Room::observe`] and [`Room::tick`] go through it. A room is cheap to ask: a question
/// looks at the members that it answers with, and at those whose pins have ended since the room was last told the time.
#[derive(Clone, Debug)]
pub struct Room {
    pub(crate) kind: GroupType,
    pub(crate) owner: Option<UserId>,
    /// The latest time seen (`gap:clock`).
    pub(crate) latest: Timestamp,
    /// The place that the next new member takes.
    pub(crate) next_place: u64,
    pub(crate) roster: Roster,
    pub(crate) marks: Marks,
    pub(crate) pins: Pins,
    /// How many members are online.
    pub(crate) online: usize,
    /// The members by their place in the join order; listed are those that the unfiltered list names: online, without 600.
    pub(crate) order: Order,
}

/// A member as it is at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MemberView {
    /// The account.
    pub account: UserId,
    /// The place in the join order, from 1 up.
    pub place: u64,
    /// When it joined.
    pub joined: Timestamp,
    /// Whether its connection is there.
    pub connected: bool,
    /// Whether it counts as online: connected, or pinned.
    pub online: bool,
    /// The marks it holds, in ascending order.
    pub marks: Vec<Mark>,
    /// When its pin ends, where it holds 500.
    pub pinned_until: Option<Timestamp>,
}

impl Room {
    /// A group without members.
    #[must_use]
    pub fn new(kind: GroupType, owner: Option<UserId>) -> Self {
        Self {
            kind,
            owner,
            latest: Timestamp::EPOCH,
            next_place: 1,
            roster: Roster::default(),
            marks: Marks::default(),
            pins: Pins::default(),
            online: 0,
            order: Order::default(),
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

    /// How many members there are, online or not.
    #[must_use]
    pub fn len(&self) -> usize {
        self.roster.len()
    }

    /// Whether there is no member.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The latest time seen: an earlier `at` is taken as this (`gap:clock`).
    #[must_use]
    pub const fn latest(&self) -> Timestamp {
        self.latest
    }

    /// The place in the join order that the next new member takes.
    #[must_use]
    pub const fn next_place(&self) -> u64 {
        self.next_place
    }

    /// The end of the earliest pin: call [`Room::tick`] then, or at any later time. Changes with every event.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.pins.next()
    }

    /// How many members are online at `at`, hidden ones too.
    #[must_use]
    pub fn online_count(&self, at: Timestamp) -> usize {
        let view = View::new(self, at);
        self.online.saturating_sub(view.fallen)
    }

    /// The member of this account as it is at `at`; none where the account is no member.
    #[must_use]
    pub fn member(&self, account: &UserId, at: Timestamp) -> Option<MemberView> {
        let member = self.roster.find(account)?;
        Some(View::new(self, at).describe(member))
    }

    /// Every member as it is at `at`, in join order. This looks at the whole room: it is for dumps, not for decisions.
    #[must_use]
    pub fn members(&self, at: Timestamp) -> Vec<MemberView> {
        self.members_after(0, usize::MAX, at)
    }

    /// At most `members_max` members as they are at `at`, in join order, from the first place after `place` on. No others
    /// are looked at.
    #[must_use]
    pub fn members_after(&self, place: u64, members_max: usize, at: Timestamp) -> Vec<MemberView> {
        let view = View::new(self, at);
        let members = self.order.after(place).filter_map(|slot| self.roster.get(slot));
        members.take(members_max).map(|member| view.describe(member)).collect()
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
    pub(crate) fn numbers(&self, set: MarkSet) -> Vec<Mark> {
        let mut marks: Vec<Mark> = set.iter().filter_map(|bit| self.marks.mark(bit)).collect();
        marks.sort_unstable();
        marks
    }
}

/// A room as it is at a moment: pins that have ended by then are seen as ended, though no event said so yet.
pub(crate) struct View<'a> {
    pub(crate) room: &'a Room,
    pub(crate) now: Timestamp,
    /// How many holders each mark has lost by pins that have ended.
    lost: [usize; PLACES],
    /// How many members have gone offline by pins that have ended.
    fallen: usize,
}

impl<'a> View<'a> {
    /// The room at `at`, or at the latest time it has seen where that is later (`gap:clock`).
    pub(crate) fn new(room: &'a Room, at: Timestamp) -> Self {
        let now = at.max(room.latest);
        let mut view = Self { room, now, lost: [0; PLACES], fallen: 0 };
        // Only pins that are due are looked at, and there are none of these once time has passed by events.
        for member in view.due() {
            let gone = if member.connected { MarkSet::default().with(Bit::PINNED) } else { member.marks };
            for bit in gone.iter() {
                if let Some(lost) = view.lost.get_mut(Marks::index(bit)) {
                    *lost += 1;
                }
            }
            view.fallen += usize::from(!member.connected);
        }
        view
    }

    /// The members whose pins have ended by now, the earliest first.
    pub(crate) fn due(&self) -> impl Iterator<Item = &'a Member> + use<'a> {
        let room = self.room;
        room.pins.due(self.now).filter_map(move |slot| room.roster.get(slot))
    }

    fn describe(&self, member: &Member) -> MemberView {
        let held = self.held(member);
        MemberView {
            account: member.account,
            place: member.place(),
            joined: member.joined(),
            connected: member.connected,
            online: self.online(member),
            marks: self.room.numbers(held),
            pinned_until: self.room.pins.end(member.place()).filter(|_| held.has(Bit::PINNED)),
        }
    }

    pub(crate) fn find(&self, account: &UserId) -> Option<&'a Member> {
        self.room.roster.find(account)
    }

    /// The members of these entries. All are looked up before any is looked at: the memory that they lie in is far apart in a
    /// large room, and can so be waited for at once.
    pub(crate) fn find_all(&self, entries: &[Entry]) -> Vec<Option<&'a Member>> {
        entries.iter().map(|entry| self.find(&entry.account)).collect()
    }

    /// The marks that a member holds now.
    pub(crate) fn held(&self, member: &Member) -> MarkSet {
        if !member.marks.has(Bit::PINNED) || self.room.pins.end(member.place()).is_none_or(|end| end > self.now) {
            member.marks
        } else if member.connected {
            member.marks.without(Bit::PINNED)
        } else {
            MarkSet::default()
        }
    }

    /// Whether a member is online now: connected, or pinned.
    pub(crate) fn online(&self, member: &Member) -> bool {
        member.connected || self.held(member).has(Bit::PINNED)
    }

    /// How many hold a mark now.
    pub(crate) fn holders_at(&self, bit: Bit) -> usize {
        let lost = self.lost.get(Marks::index(bit)).copied().unwrap_or_default();
        self.room.marks.count(bit).saturating_sub(lost)
    }
}
