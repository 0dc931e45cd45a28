//! What lasts of an emulator: the app, the clock, and what it knows itself of the groups.
//!
//! Every change returns [`Changes`]: what happened, and data of destroyed groups that webhooks still report.

mod kept;
mod memberships;
mod wire;

use std::collections::{BTreeMap, BTreeSet};

use avmarks_rules::{Event, Presence, Room};
use avmarks_service::scenario::{Input, Line};
use avmarks_service::{App, GroupEvent, scenario::Step};
use avmarks_spec::{GroupId, GroupType, Timestamp, UserId};

use crate::clock::Clock;

pub(crate) use kept::{Account, CallState, Group, Message, Messages};
use memberships::Memberships;

/// What lasts. The log, queued faults, webhooks and the signing key do not.
#[derive(Clone)]
pub(crate) struct State {
    pub(crate) app: App,
    pub(crate) clock: Clock,
    /// What the emulator knows of a group beyond what the service keeps.
    pub(crate) groups: BTreeMap<GroupId, Group>,
    /// The state of calls in addition to the groups.
    pub(crate) calls: CallState,
    /// How many group ids have been assigned; the next comes from it.
    pub(crate) assigned: u64,
    /// The groups of each account of `app`.
    memberships: Memberships,
}

/// What a change brought about.
#[derive(Clone, Debug, Default)]
pub(crate) struct Changes {
    pub(crate) at: Timestamp,
    pub(crate) events: Vec<GroupEvent>,
    pub(crate) removed: Option<Removed>,
}

/// What a change took away from a group, or the whole group, as it was before.
#[derive(Clone, Debug)]
pub(crate) struct Removed {
    pub(crate) group: GroupId,
    pub(crate) kind: GroupType,
    pub(crate) owner: Option<String>,
    pub(crate) name: Option<String>,
    /// Of the accounts that left, those that were offline.
    pub(crate) offline: BTreeSet<UserId>,
}

impl State {
    /// A state without groups.
    pub(crate) fn new(app: App, clock: Clock) -> Self {
        Self::of(app, clock, BTreeMap::new(), CallState::default(), 0)
    }

    /// A state of these parts.
    pub(crate) fn of(
        app: App,
        clock: Clock,
        groups: BTreeMap<GroupId, Group>,
        calls: CallState,
        assigned: u64,
    ) -> Self {
        let memberships = Memberships::of(&app);
        Self { app, clock, groups, calls, assigned, memberships }
    }

    /// The groups that an account is a member or a robot of, by the bytes of their ids.
    pub(crate) fn groups_of<'a>(&'a self, account: &'a UserId) -> impl Iterator<Item = (GroupId, &'a Room)> {
        // A robot is none any more from the moment at which its mark ends, and is taken out when time passes.
        let is_in = |(_, room): &(GroupId, &Room)| room.member(account, self.app.now()).is_some();
        self.memberships.groups(*account).filter_map(|id| Some((id, self.app.room(&id)?))).filter(is_in)
    }

    /// Whether the groups of each account are those that the rooms tell, once what ends by now has ended.
    #[cfg(test)]
    pub(crate) fn is_in_step(&self) -> bool {
        let mut state = self.clone();
        state.tick(state.app.now());
        state.memberships == Memberships::of(&state.app)
    }

    /// Creates a group; nothing where it exists.
    pub(crate) fn create_group(
        &mut self,
        id: GroupId,
        kind: GroupType,
        owner: Option<UserId>,
        details: Group,
        at: Timestamp,
    ) -> Changes {
        let events = self.app.create_group(id, kind, owner, at);
        let is_new = events.contains(&GroupEvent::Created(id));
        let changes = self.changed(events, None);
        if is_new {
            self.groups.insert(id, Group { created: changes.at, ..details });
        }
        changes
    }

    /// Destroys a group; nothing if there is none.
    pub(crate) fn destroy_group(&mut self, id: GroupId, at: Timestamp) -> Changes {
        let removed = self.before_destruction(id, at);
        let events = self.app.destroy_group(id, at);
        self.changed(events, removed)
    }

    /// Makes this account the owner of a group; nothing if there is none.
    pub(crate) fn change_owner(&mut self, id: GroupId, owner: UserId, at: Timestamp) -> Changes {
        let events = self.app.change_owner(id, owner, at);
        self.changed(events, None)
    }

    /// Records the presence of these accounts.
    pub(crate) fn apply_presence(
        &mut self,
        group: GroupId,
        presence: Presence,
        accounts: &[UserId],
        at: Timestamp,
    ) -> Changes {
        let removed = match presence {
            Presence::Leave => self.before_removal(group, accounts, at),
            _ => None,
        };
        let events = self.app.apply_presence(group, presence, accounts, at);
        self.changed(events, removed)
    }

    /// Takes in a line of a scenario. `number` is the line's number, which the step repeats.
    pub(crate) fn run(&mut self, line: Line<'_>, number: u64) -> (Step, Changes) {
        let removed = match &line.input {
            Input::DestroyGroup { group } => self.before_destruction(*group, line.at),
            Input::Presence { presence: Presence::Leave, group, accounts } => {
                self.before_removal(*group, accounts, line.at)
            }
            _ => None,
        };
        let step = line.run(&mut self.app, number);
        let changes = self.changed(step.events.clone(), removed);
        (step, changes)
    }

    /// Lets time pass to `at`.
    pub(crate) fn tick(&mut self, at: Timestamp) -> Changes {
        let events = self.app.tick(at);
        self.changed(events, None)
    }

    /// What happened by now, with the groups of the emulator kept in step with those of the app.
    pub(crate) fn changed(&mut self, events: Vec<GroupEvent>, removed: Option<Removed>) -> Changes {
        let at = self.app.now();
        for event in &events {
            self.memberships.happened(event);
            match event {
                GroupEvent::Created(group) => {
                    self.groups.insert(*group, Group { created: at, ..Group::default() });
                }
                GroupEvent::Destroyed(group) => {
                    self.groups.remove(group);
                }
                GroupEvent::Member(group, Event::Left { account, .. }) => {
                    if let Some(group) = self.groups.get_mut(group) {
                        group.left(account);
                    }
                }
                _ => {}
            }
        }
        Changes { at, events, removed }
    }

    /// An id for a group whose creator chose none. The same calls are given the same ids.
    pub(crate) fn assign_id(&mut self, prefix: &str) -> GroupId {
        loop {
            self.assigned += 1;
            let id = GroupId::parse(&format!("{prefix}{:08}", self.assigned));
            if let Some(id) = id.ok().filter(|id| self.app.room(id).is_none()) {
                return id;
            }
        }
    }

    /// The first of these accounts that is banned from a group, and until when, in seconds.
    pub(crate) fn banned(&self, group: GroupId, accounts: &[UserId]) -> Option<(UserId, u64)> {
        let kept = self.groups.get(&group)?;
        let until = |account: &UserId| Some((*account, kept.banned_until(account, self.app.now())?));
        accounts.iter().find_map(until)
    }

    /// A group before it is destroyed, with nobody taken as its member any more; nothing if there is none.
    fn before_destruction(&mut self, group: GroupId, at: Timestamp) -> Option<Removed> {
        self.memberships.destroyed(group, self.app.room(&group)?);
        self.before_removal(group, &[], at)
    }

    /// A group before it is destroyed or `leaving` leave it; nothing if there is none.
    pub(crate) fn before_removal(&self, group: GroupId, leaving: &[UserId], at: Timestamp) -> Option<Removed> {
        let room = self.app.room(&group)?;
        let now = at.max(self.app.now());
        let is_offline = |account: &&UserId| room.member(account, now).is_some_and(|member| !member.is_online());
        Some(Removed {
            group,
            kind: room.kind(),
            owner: room.owner().map(|owner| owner.to_string()),
            name: self.groups.get(&group).map(|group| group.name.clone()).filter(|name| !name.is_empty()),
            offline: leaving.iter().filter(is_offline).copied().collect(),
        })
    }
}
