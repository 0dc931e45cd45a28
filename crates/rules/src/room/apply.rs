//! **The changes of a room.** The comment of each function states the rule. No transition panics, and a stale one changes nothing.

use alloc::vec::Vec;

use avmarks_spec::{Timestamp, UserId};
use smallvec::SmallVec;

use super::marks::{MarkIndex, MarkSet};
use super::presence::{presence_target, presence_targets};
use super::records::Slot;
use super::roster::{Connection, Member};
use super::transition::{Change, ChangeKind, MarkChange, MarkChanges, Target};
use super::view::{LOOKUP_BATCH, View};
use super::{Revision, Room, StaleTransitionError, Transition};
use crate::event::{Cause, Event};
use crate::input::Presence;

/// Positions in the join order.
type Positions = SmallVec<[u64; 1]>;

impl Room {
    /// Applies a transition, and returns the events: first those of pins that have ended, then those of the transition in the order of
    /// its accounts. It can change [`Room::next_deadline`].
    ///
    /// # Errors
    ///
    /// [`StaleTransitionError`] if the transition was made for another room, or before this room last changed. Nothing changes then.
    pub fn apply(&mut self, transition: &Transition) -> Result<Vec<Event>, StaleTransitionError> {
        if transition.revision != self.revision {
            return Err(StaleTransitionError);
        }
        self.revision = Revision::next();
        let mut events = self.pass_time(transition.to);
        match &transition.change {
            Change::Time => {}
            Change::Marks(changes) => self.change_marks(changes, &mut events),
            Change::Presence(presence, targets) => {
                let mut departed = Positions::new();
                self.change_presence(*presence, targets, targets.len(), &mut events, &mut departed);
                self.remove_from_order(&departed);
            }
            Change::Admins(admins) => self.admins.clone_from(admins),
        }
        Ok(events)
    }

    /// The events that [`Room::apply`] would return. Changes nothing. It copies the room: do not use it on a hot path.
    ///
    /// # Errors
    ///
    /// [`StaleTransitionError`], like [`Room::apply`].
    pub fn preview(&self, transition: &Transition) -> Result<Vec<Event>, StaleTransitionError> {
        self.clone().apply(transition)
    }

    /// Applies a change of presence of these accounts at `at`, and returns the events. A repeated account counts once. The result is that
    /// of [`Room::decide_presence`] followed by [`Room::apply`]. Allocates nothing if nothing changes.
    pub fn apply_presence(&mut self, presence: Presence, accounts: &[UserId], at: Timestamp) -> Vec<Event> {
        let mut events = self.tick(at);
        let mut departed = Positions::new();
        // Most changes are of one account, which needs no list.
        if let [account] = accounts {
            let target = presence_target(&View::new(self, at), account);
            self.change_presence(presence, &[target], 1, &mut events, &mut departed);
        } else {
            let mut remaining = accounts.len();
            for accounts in accounts.chunks(LOOKUP_BATCH) {
                let targets = presence_targets(&View::new(self, at), accounts);
                self.change_presence(presence, &targets, remaining, &mut events, &mut departed);
                remaining -= accounts.len();
            }
        }
        self.remove_from_order(&departed);
        events
    }

    /// Advances the time to `at`: pins that end by then expire, the earliest first. Returns the events.
    pub fn tick(&mut self, at: Timestamp) -> Vec<Event> {
        self.revision = Revision::next();
        self.pass_time(at)
    }

    /// `PIN-500`: a pin ends three days after it was set. A connected member keeps its other marks; a disconnected one goes offline and
    /// loses them (`CLEAR-OFFLINE`); a robot is removed. The time of a room never goes back (`gap:clock`).
    fn pass_time(&mut self, to: Timestamp) -> Vec<Event> {
        self.now = self.now.max(to);
        let mut events = Vec::new();
        if self.pins.next().is_none_or(|end| end > self.now) {
            return events;
        }
        let due: Vec<_> = self.pins.due(self.now).collect();
        for slot in due {
            let Some(member) = self.roster.get(slot) else { continue };
            let (account, marks) = (member.account, member.marks);
            events.push(Event::PinExpired { account });
            self.set_marks(slot, marks.without(MarkIndex::PINNED));
            self.clear_if_offline(slot, Cause::PinExpired, &mut events);
        }
        events
    }

    /// Applies the mark changes of a call.
    fn change_marks(&mut self, changes: &MarkChanges, events: &mut Vec<Event>) {
        self.marks.set_table(changes.table);
        let mut robots = changes.robots.iter();
        for MarkChange { slot, marks, kind } in changes.changes.iter().copied() {
            let slot = match kind {
                ChangeKind::Marks | ChangeKind::MarksAndPin => Some(slot),
                ChangeKind::NewRobot => {
                    let robot = robots.next().copied();
                    robot.and_then(|(account, hash)| self.insert(account, hash, Connection::Robot, self.now))
                }
            };
            let Some((slot, before)) = slot.and_then(|slot| Some((slot, self.set_marks(slot, marks)?))) else {
                continue;
            };
            if kind != ChangeKind::Marks {
                let is_robot = before.connection == Connection::Robot;
                self.set_pin_end(slot, if is_robot { changes.robot_until } else { Some(changes.until) });
            }
            // Marks do not affect whether a connected account is online.
            if before.connection != Connection::Connected {
                if !before.marks.has(MarkIndex::PINNED)
                    && marks.has(MarkIndex::PINNED)
                    && let Some(member) = self.roster.get(slot)
                {
                    let (account, robot) = (member.account, member.connection == Connection::Robot);
                    events.push(Event::CameOnline { account, cause: Cause::Pin, robot });
                }
                self.clear_if_offline(slot, Cause::Pin, events);
            }
        }
        // The index of a mark without holders becomes free (`gap:slots`).
        self.marks.clear_unheld();
    }

    /// `CLEAR-OFFLINE`: an account that has neither a connection nor 500 is offline and loses its marks; a robot is removed. Call it only
    /// for accounts that were online before.
    fn clear_if_offline(&mut self, slot: Slot, cause: Cause, events: &mut Vec<Event>) {
        let Some(member) = self.roster.get(slot) else { return };
        if is_online(member) {
            return;
        }
        let (account, marks, connection) = (member.account, member.marks, member.connection);
        let robot = connection == Connection::Robot;
        events.push(Event::WentOffline { account, lost: self.mark_list(marks).to_vec(), cause, robot });
        self.set_marks(slot, MarkSet::default());
        if robot {
            let position = self.remove(slot, super::hash(&account));
            position.into_iter().for_each(|position| self.order.remove(position));
        }
    }

    /// Applies a change of presence to these targets. `remaining` is the number of accounts of the change from the first target on. Adds
    /// the positions of accounts that leave to `departed`, without removing them from the join order.
    fn change_presence(
        &mut self,
        presence: Presence,
        targets: &[Target],
        remaining: usize,
        events: &mut Vec<Event>,
        departed: &mut Positions,
    ) {
        // Reserves memory for all events at once, and none if there will be no event.
        match presence {
            Presence::Join if targets.iter().any(Target::is_new) => events.reserve(2 * remaining),
            Presence::Leave if !targets.iter().all(Target::is_new) => {
                events.reserve(remaining);
                departed.reserve(remaining);
            }
            _ => {}
        }
        if presence == Presence::Leave {
            return self.leave(targets, events, departed);
        }
        for target in targets {
            match (presence, target) {
                (Presence::Join, Target::New { account, hash }) => self.join(*account, *hash, events),
                (Presence::Join, Target::Known { slot, .. }) => self.connect(*slot, Cause::Join, events),
                (Presence::Disconnect, Target::Known { slot, .. }) => self.disconnect(*slot, events),
                (Presence::Reconnect, Target::Known { slot, .. }) => self.connect(*slot, Cause::Connection, events),
                // These change nothing for an account without a record. `leave` has handled the others.
                (_, Target::New { .. }) | (Presence::Leave, _) => {}
            }
        }
    }

    /// Adds a connected member without marks at the end of the join order. If the change names it twice, the second time has no effect.
    fn join(&mut self, account: UserId, hash: u64, events: &mut Vec<Event>) {
        if self.insert(account, hash, Connection::Connected, self.now).is_some() {
            events.push(Event::Joined { account });
            events.push(Event::CameOnline { account, cause: Cause::Join, robot: false });
        }
    }

    /// Connects a member again; it keeps its position, join time and marks (`gap:rejoin`). A robot that joins becomes a member. A
    /// reconnect of a robot has no effect, because a robot has no connection.
    fn connect(&mut self, slot: Slot, cause: Cause, events: &mut Vec<Event>) {
        let Some(member) = self.roster.get(slot) else { return };
        let account = member.account;
        events.push(match member.connection {
            Connection::Connected => return,
            Connection::Robot if cause == Cause::Join => Event::Joined { account },
            Connection::Robot => return,
            Connection::Disconnected if is_online(member) => Event::Reconnected { account },
            Connection::Disconnected => Event::CameOnline { account, cause, robot: false },
        });
        if matches!(self.roster.get(slot), Some(member) if member.connection == Connection::Robot) {
            self.robots = self.robots.saturating_sub(1);
        }
        self.set_connection(slot, Connection::Connected);
    }

    /// `PIN-500`: a pinned member stays online and keeps its marks. `CLEAR-OFFLINE`: any other member goes offline and loses its marks, but
    /// stays a member.
    fn disconnect(&mut self, slot: Slot, events: &mut Vec<Event>) {
        let Some(member) = self.roster.get(slot).filter(|member| member.connection == Connection::Connected) else {
            return;
        };
        let account = member.account;
        self.set_connection(slot, Connection::Disconnected);
        if self.roster.get(slot).is_some_and(is_online) {
            events.push(Event::Disconnected { account });
        } else {
            self.clear_if_offline(slot, Cause::Connection, events);
        }
    }

    /// `CLEAR-LEAVE`: a member or robot that leaves loses its marks, including 500. An account without a record cannot leave.
    fn leave(&mut self, targets: &[Target], events: &mut Vec<Event>, departed: &mut Positions) {
        for target in targets {
            let Target::Known { slot, hash } = target else { continue };
            // If the account is named twice, its record is removed already.
            let Some(member) = self.roster.get(*slot) else { continue };
            let (account, marks, robot) = (member.account, member.marks, member.connection == Connection::Robot);
            events.push(Event::Left { account, lost: self.mark_list(marks).to_vec(), robot });
            self.set_marks(*slot, MarkSet::default());
            departed.extend(self.remove(*slot, *hash));
        }
    }

    /// Removes these positions from the join order. It is a separate loop so that the processor can overlap the cache misses.
    fn remove_from_order(&mut self, positions: &[u64]) {
        positions.iter().for_each(|position| self.order.remove(*position));
    }

    /// Adds a record without marks at the end of the join order. Returns `None` if the account has a record, or no position is left.
    pub(super) fn insert(
        &mut self,
        account: UserId,
        hash: u64,
        connection: Connection,
        joined: Timestamp,
    ) -> Option<Slot> {
        let position = self.next_position;
        if position > Member::POSITION_MAX {
            return None;
        }
        let member = Member::new(account, position, joined, connection);
        let state = State::of(&member);
        let slot = self.roster.insert(member, hash)?;
        self.next_position = position + 1;
        self.online += usize::from(state.is_online());
        self.robots += usize::from(connection == Connection::Robot);
        self.order.push(position, slot, state.is_listed());
        Some(slot)
    }

    /// Removes a record from the roster and the counts, and returns its position. The join order still has it.
    fn remove(&mut self, slot: Slot, hash: u64) -> Option<u64> {
        let member = self.roster.remove(slot, hash)?;
        debug_assert!(self.online > 0 || !is_online(&member), "somebody online is not counted");
        self.online = self.online.saturating_sub(usize::from(is_online(&member)));
        self.robots = self.robots.saturating_sub(usize::from(member.connection == Connection::Robot));
        Some(member.position())
    }

    /// Sets the marks of a record, and returns its former state. Removing 500 also removes the end of the pin.
    pub(super) fn set_marks(&mut self, slot: Slot, after: MarkSet) -> Option<State> {
        let member = self.roster.get_mut(slot)?;
        let before = State::of(member);
        if before.marks == after {
            return Some(before);
        }
        member.marks = after;
        // Only 500 and 600 affect who is online and listed.
        if before.marks.special() != after.special() {
            let position = member.position();
            self.update_online_and_listed(before, State { marks: after, ..before }, position);
            if before.marks.minus(after).has(MarkIndex::PINNED) {
                self.pins.remove(position, slot);
            }
        }
        for index in after.minus(before.marks).iter() {
            let holds = |slot| self.roster.get(slot).is_some_and(|member| member.marks.has(index));
            self.marks.add_holder(index, slot, holds);
        }
        before.marks.minus(after).iter().for_each(|index| self.marks.remove_holder(index));
        Some(before)
    }

    /// Sets the time at which the pin of a record ends; `None` if it has no end.
    pub(super) fn set_pin_end(&mut self, slot: Slot, end: Option<Timestamp>) {
        let Some(member) = self.roster.get(slot) else { return };
        match end {
            Some(end) => self.pins.set(member.position(), slot, end),
            None => self.pins.remove(member.position(), slot),
        }
    }

    fn set_connection(&mut self, slot: Slot, connection: Connection) {
        let Some(member) = self.roster.get_mut(slot) else { return };
        let before = State::of(member);
        member.connection = connection;
        let position = member.position();
        self.update_online_and_listed(before, State { connection, ..before }, position);
    }

    /// Updates the number of online members and the list after a change of a record.
    fn update_online_and_listed(&mut self, before: State, after: State, position: u64) {
        match (before.is_online(), after.is_online()) {
            (false, true) => self.online += 1,
            (true, false) => {
                debug_assert!(self.online > 0, "somebody online is not counted");
                self.online = self.online.saturating_sub(1);
            }
            _ => {}
        }
        if before.is_listed() != after.is_listed() {
            self.order.set_listed(position, after.is_listed());
        }
    }
}

/// The part of a record that decides whether the account is online and listed.
#[derive(Clone, Copy)]
pub(super) struct State {
    connection: Connection,
    marks: MarkSet,
}

impl State {
    fn of(member: &Member) -> Self {
        Self { connection: member.connection, marks: member.marks }
    }

    fn is_online(self) -> bool {
        self.connection == Connection::Connected || self.marks.has(MarkIndex::PINNED)
    }

    fn is_listed(self) -> bool {
        self.is_online() && !self.marks.has(MarkIndex::HIDDEN)
    }
}

fn is_online(member: &Member) -> bool {
    State::of(member).is_online()
}
