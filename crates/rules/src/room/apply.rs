//! **The changes of a room.** Each rule in words, then its code. No transition panics, and a stale one changes nothing.

use alloc::vec::Vec;

use avmarks_spec::{Timestamp, UserId};
use smallvec::SmallVec;

use super::marks::{MarkIndex, MarkSet};
use super::presence::{presence_step, presence_steps};
use super::records::Slot;
use super::roster::{Connection, Member};
use super::transition::{Change, ChangeKind, MarkChange, MarkChanges, Step};
use super::view::{LOOK_UP_AT_ONCE, View};
use super::{Revision, Room, StaleTransitionError, Transition};
use crate::event::{Cause, Event};
use crate::input::Presence;

/// Positions in the join order.
type Positions = SmallVec<[u64; 1]>;

impl Room {
    /// Applies a transition and returns its events: first those of pins that have ended, then those of the transition, in the order in
    /// which it names the accounts. `next_deadline` may have changed.
    ///
    /// # Errors
    ///
    /// [`StaleTransitionError`] where it was made on another room, or before this one last changed; nothing changes then.
    pub fn apply(&mut self, transition: &Transition) -> Result<Vec<Event>, StaleTransitionError> {
        if transition.made_on != self.revision {
            return Err(StaleTransitionError);
        }
        self.revision = Revision::next();
        let mut events = self.pass_time(transition.to);
        match &transition.change {
            Change::Time => {}
            Change::Marks(changes) => self.change_marks(changes, &mut events),
            Change::Presence(presence, steps) => {
                let mut left = Positions::new();
                self.change_presence(*presence, steps, steps.len(), &mut events, &mut left);
                self.remove_from_order(&left);
            }
            Change::Admins(admins) => self.admins.clone_from(admins),
        }
        Ok(events)
    }

    /// The events that [`Room::apply`] would return. Changes nothing. It copies the room, so it does not suit a hot path.
    ///
    /// # Errors
    ///
    /// [`StaleTransitionError`] as of [`Room::apply`].
    pub fn preview(&self, transition: &Transition) -> Result<Vec<Event>, StaleTransitionError> {
        self.clone().apply(transition)
    }

    /// Applies a change of presence of these accounts at `at`, and returns the events. An account that is named twice counts once. The
    /// result is that of [`Room::decide_presence`] and [`Room::apply`]; it needs no memory where nothing happens.
    pub fn apply_presence(&mut self, presence: Presence, accounts: &[UserId], at: Timestamp) -> Vec<Event> {
        let mut events = self.tick(at);
        let mut left = Positions::new();
        // Most changes are of one account, which needs no list.
        if let [account] = accounts {
            let step = presence_step(&View::new(self, at), account);
            self.change_presence(presence, &[step], 1, &mut events, &mut left);
        } else {
            let mut accounts_left = accounts.len();
            for accounts in accounts.chunks(LOOK_UP_AT_ONCE) {
                let steps = presence_steps(&View::new(self, at), accounts);
                self.change_presence(presence, &steps, accounts_left, &mut events, &mut left);
                accounts_left -= accounts.len();
            }
        }
        self.remove_from_order(&left);
        events
    }

    /// Lets time pass to `at`: pins that have ended by then expire, the earliest first. Returns the events.
    pub fn tick(&mut self, at: Timestamp) -> Vec<Event> {
        self.revision = Revision::next();
        self.pass_time(at)
    }

    /// `PIN-500`: a pin ends three days after it was taken. Connected, the member keeps its other marks; disconnected, it goes
    /// offline and loses them (`CLEAR-OFFLINE`); a robot is removed. Time never runs back (`gap:clock`).
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
            self.leave_online(slot, Cause::PinExpired, &mut events);
        }
        events
    }

    /// Sets the marks of each account of a call.
    fn change_marks(&mut self, changes: &MarkChanges, events: &mut Vec<Event>) {
        self.marks.set_numbers(changes.numbers);
        let mut robots = changes.robots.iter();
        for MarkChange { slot, marks, kind } in changes.changes.iter().copied() {
            let slot = match kind {
                ChangeKind::Marks | ChangeKind::MarksAndDays => Some(slot),
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
            // A mark does not bring a connected account online or offline.
            if before.connection != Connection::Connected {
                if !before.marks.has(MarkIndex::PINNED)
                    && marks.has(MarkIndex::PINNED)
                    && let Some(member) = self.roster.get(slot)
                {
                    let (account, robot) = (member.account, member.connection == Connection::Robot);
                    events.push(Event::CameOnline { account, cause: Cause::Pin, robot });
                }
                self.leave_online(slot, Cause::Pin, events);
            }
        }
        // A mark without holders frees its index (`gap:slots`).
        self.marks.clear_unheld();
    }

    /// Without connection and without 500, an account is offline: the marks are cleared (`CLEAR-OFFLINE`), and a robot is removed. Only for
    /// those that were online until now.
    fn leave_online(&mut self, slot: Slot, cause: Cause, events: &mut Vec<Event>) {
        let Some(member) = self.roster.get(slot) else { return };
        if is_online(member) {
            return;
        }
        let (account, marks, connection) = (member.account, member.marks, member.connection);
        let robot = connection == Connection::Robot;
        events.push(Event::WentOffline { account, lost: self.numbers(marks).to_vec(), cause, robot });
        self.set_marks(slot, MarkSet::default());
        if robot {
            let position = self.remove(slot, super::hash(&account));
            position.into_iter().for_each(|position| self.order.remove(position));
        }
    }

    /// Applies these steps of a change of presence that has `accounts_left` accounts from them on. The positions of those who leave are
    /// added to `left`, and are still in the join order.
    fn change_presence(
        &mut self,
        presence: Presence,
        steps: &[Step],
        accounts_left: usize,
        events: &mut Vec<Event>,
        left: &mut Positions,
    ) {
        // Memory for all events at once, and none if none is to be expected.
        match presence {
            Presence::Join if steps.iter().any(Step::is_new) => events.reserve(2 * accounts_left),
            Presence::Leave if !steps.iter().all(Step::is_new) => {
                events.reserve(accounts_left);
                left.reserve(accounts_left);
            }
            _ => {}
        }
        if presence == Presence::Leave {
            return self.leave(steps, events, left);
        }
        for step in steps {
            match (presence, step) {
                (Presence::Join, Step::New { account, hash }) => self.join(*account, *hash, events),
                (Presence::Join, Step::Known { slot, .. }) => self.connect(*slot, Cause::Join, events),
                (Presence::Disconnect, Step::Known { slot, .. }) => self.disconnect(*slot, events),
                (Presence::Reconnect, Step::Known { slot, .. }) => self.connect(*slot, Cause::Connection, events),
                // Without a record, these change nothing; `leave` has handled departures.
                (_, Step::New { .. }) | (Presence::Leave, _) => {}
            }
        }
    }

    /// A new member, connected, at the end of the join order, without marks. If it is named twice, the second time changes nothing.
    fn join(&mut self, account: UserId, hash: u64, events: &mut Vec<Event>) {
        if self.insert(account, hash, Connection::Connected, self.now).is_some() {
            events.push(Event::Joined { account });
            events.push(Event::CameOnline { account, cause: Cause::Join, robot: false });
        }
    }

    /// Connected again, with position, join time and marks kept (`gap:rejoin`). A robot that joins becomes a member; one that
    /// reconnects does nothing, since it has no connection.
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

    /// `PIN-500`: a pinned member stays online, and keeps its marks. `CLEAR-OFFLINE`: any other goes offline, and loses them; it
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
            self.leave_online(slot, Cause::Connection, events);
        }
    }

    /// `CLEAR-LEAVE`: a member or robot that leaves loses its marks, 500 too. An account without a record cannot leave.
    fn leave(&mut self, steps: &[Step], events: &mut Vec<Event>, left: &mut Positions) {
        for step in steps {
            let Step::Known { slot, hash } = step else { continue };
            // Named twice: its record is removed already.
            let Some(member) = self.roster.get(*slot) else { continue };
            let (account, marks, robot) = (member.account, member.marks, member.connection == Connection::Robot);
            events.push(Event::Left { account, lost: self.numbers(marks).to_vec(), robot });
            self.set_marks(*slot, MarkSet::default());
            left.extend(self.remove(*slot, *hash));
        }
    }

    /// Removes these positions from the join order. A loop of its own lets the processor overlap the cache misses.
    fn remove_from_order(&mut self, positions: &[u64]) {
        positions.iter().for_each(|position| self.order.remove(*position));
    }

    /// Adds a record without marks at the end of the join order. `None` if the account has one, or no position is left.
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

    /// Removes a record from everything but the join order. Returns its position there.
    fn remove(&mut self, slot: Slot, hash: u64) -> Option<u64> {
        let member = self.roster.remove(slot, hash)?;
        debug_assert!(self.online > 0 || !is_online(&member), "somebody online is not counted");
        self.online = self.online.saturating_sub(usize::from(is_online(&member)));
        self.robots = self.robots.saturating_sub(usize::from(member.connection == Connection::Robot));
        Some(member.position())
    }

    /// Sets the marks of a record, and returns its state before. Removing 500 removes the end of its pin.
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
            self.recount(before, State { marks: after, ..before }, position);
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

    /// Sets the end of the pin of a record; `None` if it has no end.
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
        self.recount(before, State { connection, ..before }, position);
    }

    /// Updates the count of online members and the list after a change of a record.
    fn recount(&mut self, before: State, after: State, position: u64) {
        match (before.is_online(), after.is_online()) {
            (false, true) => self.online += 1,
            (true, false) => {
                debug_assert!(self.online > 0, "somebody online is not counted");
                self.online = self.online.saturating_sub(1);
            }
            _ => {}
        }
        if before.is_listed() != after.is_listed() {
            self.order.list(position, after.is_listed());
        }
    }
}

/// The part of a record that decides whether it is online and listed.
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
