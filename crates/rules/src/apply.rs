//! **The one file that may change a room.** Each event in words, then what it does. Total: no event panics, and one of
//! somebody who is no member changes nothing.

use alloc::vec::Vec;
use core::fmt;

use avmarks_spec::{GroupType, Limits, Mark, Timestamp, UserId};

use crate::marks::{Bit, MarkSet};
use crate::roster::{Member, Slot};
use crate::{Cause, Event, Room};

impl Room {
    /// Lets `event` happen. Events of a [`crate::Decision`] are meant for the room that it was made on, all of them and in
    /// order; others are taken as they come, and may bring about what no input would. `next_deadline` may have changed
    /// after each.
    pub fn apply(&mut self, event: &Event) {
        match event {
            // Time never runs back (`gap:clock`).
            Event::TimePassed { to } => self.latest = self.latest.max(*to),
            // A new member at the end of the join order. The online list shows it at once.
            Event::Joined { account, at } => self.insert(*account, *at),
            // The last thing seen of a member.
            Event::Left { account, .. } => self.remove(account),
            // The connection, which the pin outlives.
            Event::Disconnected { account } => self.set_connected(account, false),
            Event::Reconnected { account } => self.set_connected(account, true),
            // A pin brings somebody online without a connection; anything else brings the connection.
            Event::CameOnline { cause: Cause::Pin | Cause::PinExpired, .. } => {}
            Event::CameOnline { account, .. } => self.set_connected(account, true),
            // CLEAR-OFFLINE.
            Event::WentOffline { account, .. } => {
                self.set_connected(account, false);
                self.clear_marks(account);
            }
            Event::PinExpired { account } => self.unmark(account, &[Mark::PINNED]),
            Event::Pinned { account, until } => self.pin(account, *until),
            Event::Marked { account, marks } => self.mark(account, marks),
            Event::Unmarked { account, marks } => self.unmark(account, marks),
        }
    }

    fn insert(&mut self, account: UserId, at: Timestamp) {
        let place = self.next_place;
        if place > Member::PLACE_MAX || self.roster.locate(&account).is_some() {
            return;
        }
        let Some(slot) = self.roster.insert(Member::new(account, place, at)) else { return };
        self.next_place = place + 1;
        self.online += 1;
        self.order.push(place, slot);
    }

    fn remove(&mut self, account: &UserId) {
        self.clear_marks(account);
        let Some(member) = self.roster.locate(account).and_then(|slot| self.roster.remove(slot)) else { return };
        self.online -= usize::from(is_online(&member));
        self.order.remove(member.place());
    }

    fn set_connected(&mut self, account: &UserId, connected: bool) {
        let Some(slot) = self.roster.locate(account) else { return };
        self.change(slot, |member| member.connected = connected);
    }

    fn pin(&mut self, account: &UserId, until: Timestamp) {
        let Some(slot) = self.roster.locate(account) else { return };
        self.take(slot, MarkSet::default().with(Bit::PINNED));
        let Some(member) = self.roster.get(slot) else { return };
        self.pins.set(member.place(), slot, until);
    }

    fn mark(&mut self, account: &UserId, marks: &[Mark]) {
        let Some(slot) = self.roster.locate(account) else { return };
        let bits = marks.iter().filter_map(|mark| self.marks.find_or_make(*mark)).collect::<MarkSet>();
        // 500 comes with its end, by `Pinned` alone.
        self.take(slot, bits.without(Bit::PINNED));
    }

    fn unmark(&mut self, account: &UserId, marks: &[Mark]) {
        let Some(slot) = self.roster.locate(account) else { return };
        let bits = marks.iter().filter_map(|mark| self.marks.find(*mark)).collect::<MarkSet>();
        self.let_go(slot, bits);
    }

    fn clear_marks(&mut self, account: &UserId) {
        if let Some(slot) = self.roster.locate(account) {
            self.let_go(slot, MarkSet::ALL);
        }
    }

    /// Gives a member those of these marks that it does not hold.
    fn take(&mut self, slot: Slot, bits: MarkSet) {
        let Some(held) = self.roster.get(slot).map(|member| member.marks) else { return };
        for bit in bits.minus(held).iter() {
            let holds = |slot| self.roster.get(slot).is_some_and(|member| member.marks.has(bit));
            self.marks.hold(bit, slot, holds);
        }
        self.change(slot, |member| member.marks = held.plus(bits));
    }

    /// Takes from a member those of these marks that it holds.
    fn let_go(&mut self, slot: Slot, bits: MarkSet) {
        let Some(member) = self.roster.get(slot) else { return };
        let left = member.marks.minus(bits);
        let gone = member.marks.minus(left);
        if gone == MarkSet::default() {
            return;
        }
        if gone.has(Bit::PINNED) {
            self.pins.remove(member.place(), slot);
        }
        gone.iter().for_each(|bit| self.marks.drop(bit));
        self.change(slot, |member| member.marks = left);
    }

    /// Changes a member's record, and keeps the count of the online and the list in step with it.
    fn change(&mut self, slot: Slot, change: impl FnOnce(&mut Member)) {
        let Some(member) = self.roster.get_mut(slot) else { return };
        let (was_online, was_listed) = (is_online(member), is_listed(member));
        change(member);
        let (online, listed, place) = (is_online(member), is_listed(member), member.place());
        match (was_online, online) {
            (false, true) => self.online += 1,
            (true, false) => self.online = self.online.saturating_sub(1),
            _ => {}
        }
        if was_listed != listed {
            self.order.list(place, listed);
        }
    }
}

fn is_online(member: &Member) -> bool {
    member.connected || member.marks.has(Bit::PINNED)
}

fn is_listed(member: &Member) -> bool {
    is_online(member) && !member.marks.has(Bit::HIDDEN)
}

/// A member as a snapshot keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberState {
    /// The account.
    pub account: UserId,
    /// The place in the join order, from 1 up; ascending from member to member.
    pub place: u64,
    /// When it joined.
    pub joined: Timestamp,
    /// Whether its connection is there.
    pub connected: bool,
    /// The marks it holds.
    pub marks: Vec<Mark>,
    /// When its pin ends, where it holds 500, and only there.
    pub pinned_until: Option<Timestamp>,
}

/// Why members make no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RestoreFault {
    /// Two members of one account.
    AccountTwice(UserId),
    /// A place that does not come after the one before, is 0, or is not below the next free place; or a next free place
    /// beyond 2^42, which no joining reaches and no cursor could name much longer.
    Place(u64),
    /// A member that joined after the latest time seen.
    JoinedLater(UserId),
    /// A member without connection and without 500 that holds a mark (`CLEAR-OFFLINE`).
    OfflineWithMarks(UserId),
    /// A member that holds 500 without an end, has an end without 500, or an end that has come already (`PIN-500`).
    Pin(UserId),
    /// More different custom marks than any room can be told to keep ([`Limits::MARKS_PER_GROUP_CEILING`]).
    TooManyMarks(Mark),
    /// A mark twice on one member.
    MarkTwice(UserId, Mark),
    /// A group of another type than AVChatRoom in which somebody holds a mark (`GROUP-TYPE`).
    MarksInOtherType(UserId),
}

impl fmt::Display for RestoreFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AccountTwice(account) => write!(f, "`{account}` is a member twice"),
            Self::Place(place) => {
                write!(
                    f,
                    "place {place} is out of order: places ascend from 1, stay below the next free one, and that below 2^42"
                )
            }
            Self::JoinedLater(account) => write!(f, "`{account}` joined after the latest time seen"),
            Self::OfflineWithMarks(account) => write!(f, "`{account}` is offline and holds marks (CLEAR-OFFLINE)"),
            Self::Pin(account) => {
                write!(f, "`{account}` must have an end of its pin, which is yet to come, just where it holds mark 500")
            }
            Self::TooManyMarks(mark) => {
                let ceiling = Limits::MARKS_PER_GROUP_CEILING;
                write!(f, "mark {mark} is one more than the {ceiling} that a room can keep (MARKS-PER-GROUP)")
            }
            Self::MarkTwice(account, mark) => write!(f, "`{account}` holds mark {mark} twice"),
            Self::MarksInOtherType(account) => {
                write!(f, "`{account}` holds a mark in a group that is no AVChatRoom (GROUP-TYPE)")
            }
        }
    }
}

impl core::error::Error for RestoreFault {}

/// The highest next free place that a restored room may have.
const NEXT_PLACE_MAX: u64 = 1 << 42;

impl Room {
    /// The room of a snapshot: what [`Room::members`] said, put together again.
    ///
    /// No limits are asked for, since a cap holds for marks that are set (`MARKS-PER-GROUP`, `MEMBERS-PER-MARK`) and takes
    /// none away: where one was lowered, a room rightly has more marks, or more holders of one, than could be set now.
    ///
    /// # Errors
    ///
    /// [`RestoreFault`] where the members could not have come about by the rules.
    pub fn restore(
        kind: GroupType,
        owner: Option<UserId>,
        latest: Timestamp,
        next_place: u64,
        members: impl IntoIterator<Item = MemberState>,
    ) -> Result<Self, RestoreFault> {
        let mut room = Self::new(kind, owner);
        room.latest = latest;
        if next_place == 0 || next_place > NEXT_PLACE_MAX {
            return Err(RestoreFault::Place(next_place));
        }
        for state in members {
            if state.place < room.next_place || state.place >= next_place {
                return Err(RestoreFault::Place(state.place));
            }
            if room.roster.locate(&state.account).is_some() {
                return Err(RestoreFault::AccountTwice(state.account));
            }
            if state.joined > latest {
                return Err(RestoreFault::JoinedLater(state.account));
            }
            room.next_place = state.place;
            room.insert(state.account, state.joined);
            room.restore_marks(&state)?;
        }
        room.next_place = next_place;
        Ok(room)
    }

    fn restore_marks(&mut self, state: &MemberState) -> Result<(), RestoreFault> {
        let pinned = state.marks.contains(&Mark::PINNED);
        if pinned != state.pinned_until.is_some() || state.pinned_until.is_some_and(|end| end <= self.latest) {
            return Err(RestoreFault::Pin(state.account));
        }
        if !state.marks.is_empty() && !self.kind.has_marks() {
            return Err(RestoreFault::MarksInOtherType(state.account));
        }
        if !state.connected && !pinned && !state.marks.is_empty() {
            return Err(RestoreFault::OfflineWithMarks(state.account));
        }
        for mark in state.marks.iter().copied() {
            let bit = self.marks.find_or_make(mark).ok_or(RestoreFault::TooManyMarks(mark))?;
            if self.roster.find(&state.account).is_some_and(|member| member.marks.has(bit)) {
                return Err(RestoreFault::MarkTwice(state.account, mark));
            }
            self.mark(&state.account, &[mark]);
        }
        if let Some(until) = state.pinned_until {
            self.pin(&state.account, until);
        }
        self.set_connected(&state.account, state.connected);
        Ok(())
    }
}
