//! Rebuilds a room from a snapshot.

use alloc::vec::Vec;
use core::fmt;

use avmarks_spec::{GroupType, Limits, Mark, Timestamp, UserId};

use super::marks::MarkSet;
use super::roster::{Connection, hash};
use super::{MemberState, Room};

/// Why a room cannot be rebuilt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RestoreError {
    /// Two members have the same account.
    AccountTwice(UserId),
    /// A position that is 0, not greater than the one before it, or not less than the next free position; or a next free position
    /// greater than 2^42. A position of 2^43 would make cursors exceed 2^53, up to which JSON numbers are exact.
    Position(u64),
    /// A member that joined after the latest time seen.
    JoinedLater(UserId),
    /// A member without connection and without 500 that holds a mark (`CLEAR-OFFLINE`).
    OfflineWithMarks(UserId),
    /// A member that has an end of 500 but not 500, or an end that has passed (`PIN-500`).
    Pin(UserId),
    /// A robot with a connection, or without 500 (`gap:offline-500`).
    Robot(UserId),
    /// The list of administrators has an account twice.
    AdminTwice(UserId),
    /// More different custom marks than a room can store ([`Limits::MARKS_PER_GROUP_CEILING`]).
    TooManyMarks(Mark),
    /// A member has a mark twice.
    MarkTwice(UserId, Mark),
    /// A group of another type than AVChatRoom in which somebody holds a mark (`GROUP-TYPE`).
    MarksInOtherType(UserId),
    /// A group of another type than AVChatRoom with an administrator (`GROUP-TYPE`).
    AdminInOtherType(UserId),
}

impl fmt::Display for RestoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AccountTwice(account) => write!(f, "`{account}` is a member twice"),
            Self::Position(position) => {
                write!(
                    f,
                    "position {position} is out of order: positions ascend from 1, stay below the next free one, and that is at most 2^42"
                )
            }
            Self::JoinedLater(account) => write!(f, "`{account}` joined after the latest time seen"),
            Self::OfflineWithMarks(account) => write!(f, "`{account}` is offline and holds marks (CLEAR-OFFLINE)"),
            Self::Pin(account) => {
                write!(f, "`{account}` has an end of mark 500 without the mark, or one that has passed (PIN-500)")
            }
            Self::Robot(account) => {
                write!(f, "`{account}` is a robot with a connection, or without mark 500 (gap:offline-500)")
            }
            Self::AdminInOtherType(account) => {
                write!(f, "`{account}` is an administrator of a group that is not an AVChatRoom (GROUP-TYPE)")
            }
            Self::AdminTwice(account) => write!(f, "`{account}` is an administrator twice"),
            Self::TooManyMarks(mark) => {
                let ceiling = Limits::MARKS_PER_GROUP_CEILING;
                write!(f, "mark {mark} is one more than the {ceiling} that a room can keep (MARKS-PER-GROUP)")
            }
            Self::MarkTwice(account, mark) => write!(f, "`{account}` holds mark {mark} twice"),
            Self::MarksInOtherType(account) => {
                write!(f, "`{account}` holds a mark in a group that is not an AVChatRoom (GROUP-TYPE)")
            }
        }
    }
}

impl core::error::Error for RestoreError {}

/// The maximum next free position of a restored room.
const NEXT_POSITION_MAX: u64 = 1 << 42;

impl Room {
    /// Rebuilds a room from the members that [`Room::members`] returned at `latest`, the latest time seen.
    ///
    /// The limits `MARKS-PER-GROUP` and `MEMBERS-PER-MARK` are not checked. They limit what a call may set, and lowering a limit removes no
    /// mark, so a room can have more marks or holders than the current limits allow to set.
    ///
    /// # Errors
    ///
    /// [`RestoreError`] if the rules do not allow such a state.
    pub fn restore(
        kind: GroupType,
        owner: Option<UserId>,
        admins: Vec<UserId>,
        latest: Timestamp,
        next_position: u64,
        members: impl IntoIterator<Item = MemberState>,
    ) -> Result<Self, RestoreError> {
        let mut room = Self::new(kind, owner);
        room.now = latest;
        for (at, admin) in admins.iter().enumerate() {
            if admins.iter().take(at).any(|earlier| earlier == admin) {
                return Err(RestoreError::AdminTwice(*admin));
            }
        }
        room.admins = admins;
        if next_position == 0 || next_position > NEXT_POSITION_MAX {
            return Err(RestoreError::Position(next_position));
        }
        for state in members {
            if state.position < room.next_position || state.position >= next_position {
                return Err(RestoreError::Position(state.position));
            }
            let hash = hash(&state.account);
            if room.roster.find(&state.account, hash).is_some() {
                return Err(RestoreError::AccountTwice(state.account));
            }
            if state.joined > latest {
                return Err(RestoreError::JoinedLater(state.account));
            }
            room.next_position = state.position;
            let connection = match (state.connected, state.robot) {
                (true, false) => Connection::Connected,
                (false, false) => Connection::Disconnected,
                (false, true) => Connection::Robot,
                (true, true) => return Err(RestoreError::Robot(state.account)),
            };
            let marks = room.restored_marks(&state)?;
            let slot = room.insert(state.account, hash, connection, state.joined);
            let slot = slot.ok_or(RestoreError::Position(state.position))?;
            room.set_marks(slot, marks);
            if state.pinned_until.is_some() {
                room.set_pin_end(slot, state.pinned_until);
            }
        }
        if let Some(admin) = room.admins.first().filter(|_| !kind.has_marks()) {
            return Err(RestoreError::AdminInOtherType(*admin));
        }
        room.next_position = next_position;
        Ok(room)
    }

    /// Checks the marks of a member, and converts them to indexes of the room.
    fn restored_marks(&mut self, state: &MemberState) -> Result<MarkSet, RestoreError> {
        let pinned = state.marks.contains(&Mark::PINNED);
        if state.pinned_until.is_some_and(|end| !pinned || end <= self.now) {
            return Err(RestoreError::Pin(state.account));
        }
        if state.robot && !pinned {
            return Err(RestoreError::Robot(state.account));
        }
        if !state.marks.is_empty() && !self.kind.has_marks() {
            return Err(RestoreError::MarksInOtherType(state.account));
        }
        if !state.connected && !pinned && !state.marks.is_empty() {
            return Err(RestoreError::OfflineWithMarks(state.account));
        }
        let mut marks = MarkSet::default();
        for mark in state.marks.iter().copied() {
            let index = self.marks.find_or_insert(mark).ok_or(RestoreError::TooManyMarks(mark))?;
            if marks.has(index) {
                return Err(RestoreError::MarkTwice(state.account, mark));
            }
            marks = marks.with(index);
        }
        Ok(marks)
    }
}
