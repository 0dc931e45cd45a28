//! A room at a given time. A pin that ends at or before that time counts as ended, even if no transition has removed it yet.

use avmarks_spec::{Timestamp, UserId};

use super::marks::{MARK_INDEX_COUNT, MarkIndex, MarkSet, MarkTable, Marks};
use super::records::Slot;
use super::roster::{Connection, Member, hash};
use super::{MemberState, Room};

/// The number of accounts that are looked up in one batch.
pub(crate) const LOOKUP_BATCH: usize = 32;

/// The records of a batch; `None` for an account without a record.
pub(crate) type FoundRecords<'a> = [Option<(Slot, &'a Member)>; LOOKUP_BATCH];

pub(crate) struct View<'a> {
    room: &'a Room,
    now: Timestamp,
    /// The number of holders that each mark has lost because pins have ended.
    lost: [u32; MARK_INDEX_COUNT],
    /// The number of members and robots that are offline because their pins have ended.
    offline_by_expiry: usize,
}

/// A member or robot at the time of a view.
#[derive(Clone, Copy)]
pub(crate) struct MemberView {
    pub(crate) slot: Slot,
    pub(crate) connection: Connection,
    /// The marks that it holds at that time.
    pub(crate) held: MarkSet,
}

impl MemberView {
    /// Connected, or pinned.
    pub(crate) fn is_online(self) -> bool {
        self.connection == Connection::Connected || self.held.has(MarkIndex::PINNED)
    }
}

impl<'a> View<'a> {
    /// The room at `at`, or at the latest time it has seen if that is later (`gap:clock`).
    pub(crate) fn new(room: &'a Room, at: Timestamp) -> Self {
        let now = at.max(room.now);
        let mut view = Self { room, now, lost: [0; MARK_INDEX_COUNT], offline_by_expiry: 0 };
        // Visits only pins that have ended. There are none once a transition has let the time pass.
        for member in room.pins.due(now).filter_map(|slot| room.roster.get(slot)) {
            let connected = member.connection == Connection::Connected;
            let gone = if connected { MarkSet::default().with(MarkIndex::PINNED) } else { member.marks };
            for index in gone.iter() {
                if let Some(lost) = view.lost.get_mut(index.to_usize()) {
                    *lost += 1;
                }
            }
            view.offline_by_expiry += usize::from(!connected);
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

    /// The number of members and robots that are offline because their pins have ended.
    pub(super) const fn offline_by_expiry(&self) -> usize {
        self.offline_by_expiry
    }

    /// The member or robot with this account.
    pub(crate) fn find(&self, account: &UserId) -> Option<MemberView> {
        self.find_with_hash(account, hash(account))
    }

    /// The same as [`View::find`], given the hash of the account.
    pub(crate) fn find_with_hash(&self, account: &UserId, hash: u64) -> Option<MemberView> {
        let roster = &self.room.roster;
        self.member(roster.find_at(roster.candidate(hash), account, hash)?)
    }

    /// Finds the records of a batch of at most [`LOOKUP_BATCH`] accounts, given their hashes. All look-ups come before the evaluation, so
    /// that the processor can overlap the cache misses.
    pub(crate) fn find_all<'k>(
        &self,
        accounts: impl Iterator<Item = &'k UserId>,
        hashes: &[u64],
        found: &mut FoundRecords<'a>,
    ) {
        let roster = &self.room.roster;
        let mut candidates = [None; LOOKUP_BATCH];
        candidates.iter_mut().zip(hashes).for_each(|(candidate, hash)| *candidate = roster.candidate(*hash));
        for (((found, candidate), account), hash) in found.iter_mut().zip(candidates).zip(accounts).zip(hashes) {
            *found = roster.find_at(candidate, account, *hash);
        }
    }

    /// The member or robot at a slot; `None` for a robot whose 500 has ended.
    pub(crate) fn member_at(&self, slot: Slot) -> Option<MemberView> {
        self.member(self.room.roster.get_with_slot(slot)?)
    }

    /// The member or robot of this record; `None` for a robot whose 500 has ended.
    #[inline]
    pub(crate) fn member(&self, (slot, member): (Slot, &Member)) -> Option<MemberView> {
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
    pub(crate) fn holder_count(&self, index: MarkIndex) -> usize {
        let lost = self.lost.get(index.to_usize()).copied().unwrap_or_default();
        self.room.marks.count(index).saturating_sub(lost as usize)
    }

    /// The table of marks, without custom marks that have no holder any more (`gap:slots`).
    pub(crate) fn marks_held(&self) -> MarkTable {
        let mut table = self.room.marks.table();
        for index in Marks::indexes().filter(|index| !index.is_special() && self.holder_count(*index) == 0) {
            table.clear(index);
        }
        table
    }

    pub(super) fn state_at(&self, slot: Slot) -> Option<MemberState> {
        let member = self.member_at(slot)?;
        let record = self.room.roster.get(slot)?;
        Some(MemberState {
            account: record.account,
            position: record.position(),
            joined: record.joined(),
            connected: member.connection == Connection::Connected,
            robot: member.connection == Connection::Robot,
            marks: self.room.mark_list(member.held).to_vec(),
            pinned_until: self.room.pins.end(record.position()).filter(|_| member.held.has(MarkIndex::PINNED)),
        })
    }
}
