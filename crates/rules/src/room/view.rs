//! A room at a given time: a pin that has ended by then counts as ended, although no transition has expired it yet.

use avmarks_spec::{Timestamp, UserId};

use super::marks::{MARK_INDEX_COUNT, MarkIndex, MarkSet, MarkTable, Marks};
use super::records::Slot;
use super::roster::{Connection, Member, hash};
use super::{MemberState, Room};

/// The number of accounts that are looked up together.
pub(crate) const LOOK_UP_AT_ONCE: usize = 32;

/// The records of that many accounts; `None` for an account without one.
pub(crate) type FoundRecords<'a> = [Option<(Slot, &'a Member)>; LOOK_UP_AT_ONCE];

pub(crate) struct View<'a> {
    room: &'a Room,
    now: Timestamp,
    /// The number of holders that each mark has lost by pins that have ended.
    lost: [u32; MARK_INDEX_COUNT],
    /// The number of members and robots that have gone offline by pins that have ended.
    went_offline: usize,
}

/// A member or robot as it is at the moment of a view.
#[derive(Clone, Copy)]
pub(crate) struct MemberView {
    pub(crate) slot: Slot,
    pub(crate) connection: Connection,
    /// The marks that it holds.
    pub(crate) held: MarkSet,
}

impl MemberView {
    /// Connected, or pinned.
    pub(crate) fn is_online(self) -> bool {
        self.connection == Connection::Connected || self.held.has(MarkIndex::PINNED)
    }
}

impl<'a> View<'a> {
    /// The room at `at`, or at the latest time it has seen where that is later (`gap:clock`).
    pub(crate) fn new(room: &'a Room, at: Timestamp) -> Self {
        let now = at.max(room.now);
        let mut view = Self { room, now, lost: [0; MARK_INDEX_COUNT], went_offline: 0 };
        // Only pins that are due are looked at, and there are none of these once a transition has let time pass.
        for member in room.pins.due(now).filter_map(|slot| room.roster.get(slot)) {
            let connected = member.connection == Connection::Connected;
            let gone = if connected { MarkSet::default().with(MarkIndex::PINNED) } else { member.marks };
            for index in gone.iter() {
                if let Some(lost) = view.lost.get_mut(Marks::index(index)) {
                    *lost += 1;
                }
            }
            view.went_offline += usize::from(!connected);
        }
        view
    }

    pub(crate) const fn room(&self) -> &'a Room {
        self.room
    }

    /// The time of the view.
    pub(crate) const fn now(&self) -> Timestamp {
        self.now
    }

    /// The number of members and robots that have gone offline by pins that have ended.
    pub(super) const fn went_offline(&self) -> usize {
        self.went_offline
    }

    /// The member or robot of this account.
    pub(crate) fn find(&self, account: &UserId) -> Option<MemberView> {
        self.find_hashed(account, hash(account))
    }

    /// The same, given its hash.
    pub(crate) fn find_hashed(&self, account: &UserId, hash: u64) -> Option<MemberView> {
        let roster = &self.room.roster;
        self.seen(roster.find_at(roster.candidate(hash), account, hash)?)
    }

    /// The records of the first [`LOOK_UP_AT_ONCE`] of these accounts, given their hashes. All are looked
    /// up before any is evaluated, so that the processor overlaps the cache misses.
    pub(crate) fn find_all<'k>(
        &self,
        accounts: impl Iterator<Item = &'k UserId>,
        hashes: &[u64],
        found: &mut FoundRecords<'a>,
    ) {
        let roster = &self.room.roster;
        let mut candidates = [None; LOOK_UP_AT_ONCE];
        candidates.iter_mut().zip(hashes).for_each(|(candidate, hash)| *candidate = roster.candidate(*hash));
        for (((found, candidate), account), hash) in found.iter_mut().zip(candidates).zip(accounts).zip(hashes) {
            *found = roster.find_at(candidate, account, *hash);
        }
    }

    /// The member or robot at a slot; `None` for a robot whose 500 has ended.
    pub(crate) fn look(&self, slot: Slot) -> Option<MemberView> {
        self.seen(self.room.roster.get_with_slot(slot)?)
    }

    /// The member or robot of this record; `None` for a robot whose 500 has ended.
    #[inline]
    pub(crate) fn seen(&self, (slot, member): (Slot, &Member)) -> Option<MemberView> {
        let (connection, held) = (member.connection, self.held(member));
        (connection != Connection::Robot || held.has(MarkIndex::PINNED)).then_some(MemberView {
            slot,
            connection,
            held,
        })
    }

    /// The marks that a record holds at the time of the view.
    fn held(&self, member: &Member) -> MarkSet {
        if !member.marks.has(MarkIndex::PINNED)
            || self.room.pins.end(member.position()).is_none_or(|end| end > self.now)
        {
            member.marks
        } else if member.connection == Connection::Connected {
            member.marks.without(MarkIndex::PINNED)
        } else {
            MarkSet::default()
        }
    }

    /// The number of holders of a mark.
    pub(crate) fn holders_at(&self, index: MarkIndex) -> usize {
        let lost = self.lost.get(Marks::index(index)).copied().unwrap_or_default();
        self.room.marks.count(index).saturating_sub(lost as usize)
    }

    /// The table of marks without those that have lost their last holder (`gap:slots`).
    pub(crate) fn marks_held(&self) -> MarkTable {
        let mut numbers = self.room.marks.numbers();
        for index in Marks::indexes().filter(|index| !index.is_special() && self.holders_at(*index) == 0) {
            numbers.clear(index);
        }
        numbers
    }

    pub(super) fn describe(&self, slot: Slot) -> Option<MemberState> {
        let (seen, member) = (self.look(slot)?, self.room.roster.get(slot)?);
        Some(MemberState {
            account: member.account,
            position: member.position(),
            joined: member.joined(),
            connected: seen.connection == Connection::Connected,
            robot: seen.connection == Connection::Robot,
            marks: self.room.numbers(seen.held).to_vec(),
            pinned_until: self.room.pins.end(member.position()).filter(|_| seen.held.has(MarkIndex::PINNED)),
        })
    }
}
