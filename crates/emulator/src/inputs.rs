//! Every way in which the world is changed from outside the API: each as one method, so that whoever keeps or passes on what
//! happened has one place for it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use avmarks_rules::{Event, Presence};
use avmarks_service::{App, GroupEvent, GroupEventKind, LineError, Scenario, Settings, Step};
use avmarks_spec::readings::AccountId;
use avmarks_spec::{GroupId, GroupType, Timestamp, UserId};
use serde::Deserialize;

use crate::calls::{CallState, Group, Stubs};
use crate::clock::Clock;
use crate::journal::line;
use crate::log::Notice;
use crate::settings::strictly;
use crate::webhooks::Before;
use crate::world::World;

/// How members leave; webhooks tell the two apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Of their own will.
    Quit,
    /// They were removed.
    Kicked,
}

/// What was there when it was first served.
#[derive(Clone)]
pub(crate) struct Start {
    app: App,
    clock: Clock,
    groups: BTreeMap<GroupId, Group>,
    calls: CallState,
}

/// Why there is no room for a change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Full(String);

impl World {
    /// Creates a group; nothing where it exists.
    pub(crate) fn create_group(
        &mut self,
        id: GroupId,
        kind: GroupType,
        owner: Option<UserId>,
        name: String,
    ) -> Result<Vec<GroupEvent>, Full> {
        let is_new = self.app.room(&id).is_none();
        if let Some(why) = self.no_room_for_a_group().filter(|_| is_new) {
            return Err(Full(why));
        }
        let now = self.clock.now();
        let happenings = self.app.create_group(id, kind, owner, now);
        self.keep_groups(now, &happenings);
        let is_named = is_new && !name.is_empty();
        if is_named {
            self.groups.entry(id).or_default().name = name.clone();
        }
        self.keep(|| line::create_group(now, &id, kind, owner.as_ref()));
        if is_named {
            self.keep(|| line::name(now, &id, &name));
        }
        self.happened(&happenings, Exit::Quit);
        Ok(happenings)
    }

    /// Destroys a group; nothing where there is none.
    pub(crate) fn destroy_group(&mut self, id: GroupId) -> Vec<GroupEvent> {
        let now = self.clock.now();
        self.look_before(id, &[]);
        let happenings = self.app.destroy_group(id, now);
        self.keep_groups(now, &happenings);
        self.keep(|| line::destroy_group(now, &id));
        self.happened(&happenings, Exit::Quit);
        happenings
    }

    /// Lets presence of these accounts happen. `exit` says how they leave, where they do.
    pub(crate) fn observe(
        &mut self,
        group: GroupId,
        presence: Presence,
        accounts: &[UserId],
        exit: Exit,
    ) -> Result<Vec<GroupEvent>, Full> {
        if presence == Presence::Join {
            self.has_room_for_members(&self.app, group, accounts)?;
        }
        let now = self.clock.now();
        if presence == Presence::Leave {
            self.look_before(group, accounts);
        }
        let happenings = self.app.observe(group, presence, accounts, now);
        self.keep_groups(now, &happenings);
        self.keep(|| line::presence(now, presence, &group, accounts));
        self.happened(&happenings, exit);
        Ok(happenings)
    }

    /// Keeps what the emulator itself knows of groups in step with what happened.
    pub(crate) fn keep_groups(&mut self, at: Timestamp, happenings: &[GroupEvent]) {
        for GroupEvent { group, what, .. } in happenings {
            match what {
                GroupEventKind::GroupCreated => {
                    self.groups.insert(*group, Group { created: at, ..Group::default() });
                }
                GroupEventKind::GroupDestroyed => {
                    self.groups.remove(group);
                }
                GroupEventKind::Member(Event::Left { account, .. }) => {
                    if let Some(group) = self.groups.get_mut(group) {
                        group.left(account);
                    }
                }
                _ => {}
            }
        }
    }

    /// Sets the clock, unless `at` has passed already.
    pub(crate) fn set_clock(&mut self, at: Timestamp) -> Option<Vec<GroupEvent>> {
        self.clock.set(at).then(|| self.clock_moved())
    }

    /// Moves the clock on.
    pub(crate) fn advance_clock(&mut self, by: Duration) -> Vec<GroupEvent> {
        self.clock.advance(by);
        self.clock_moved()
    }

    /// Lets the clock run, or stand still.
    pub(crate) fn run_clock(&mut self, running: bool) -> Vec<GroupEvent> {
        match running {
            true => self.clock.run(),
            false => self.clock.stop(),
        }
        self.clock_moved()
    }

    fn clock_moved(&mut self) -> Vec<GroupEvent> {
        let now = self.clock.now();
        let clock = self.clock.clone();
        self.keep(|| line::clock(&clock));
        self.log.notice(Notice::Clock { now, running: self.clock.is_running() });
        self.tick()
    }

    /// Lets time pass to now.
    pub(crate) fn tick(&mut self) -> Vec<GroupEvent> {
        let happenings = self.app.tick(self.clock.now());
        self.happened(&happenings, Exit::Quit);
        happenings
    }

    /// Sets the app up anew; strictly, where that was asked for.
    pub(crate) fn configure(&mut self, settings: Settings) {
        self.tick();
        self.app.configure(settings);
        self.stay_strict();
        self.keep_all();
        self.log.notice(Notice::Changed("settings"));
    }

    /// Has what [`crate::Settings::strict`] means for the policy in force, where that was asked for; whether it was not.
    pub(crate) fn stay_strict(&mut self) -> bool {
        let mut policy = self.app.settings().terms.policy;
        strictly(&mut policy);
        let changes = self.strict && policy != self.app.settings().terms.policy;
        if changes {
            let mut settings = self.app.settings().clone();
            settings.terms.policy = policy;
            self.app.configure(settings);
        }
        changes
    }

    /// Puts another app in the place of this one, its time as well; the signing key stays, and so does that it is strict.
    pub(crate) fn replace(&mut self, app: App) {
        self.replace_with(app, BTreeMap::new(), CallState::default());
    }

    /// The same with what the emulator keeps beside the app: of groups that the app has.
    pub(crate) fn replace_with(&mut self, mut app: App, mut groups: BTreeMap<GroupId, Group>, calls: CallState) {
        let mut settings = app.settings().clone();
        settings.key = self.app.settings().key.clone();
        app.configure(settings);
        self.clock = self.clock.at(app.latest());
        self.groups = app.groups().map(|id| (id, groups.remove(&id).unwrap_or_default())).collect();
        self.calls = calls;
        self.app = app;
        self.stay_strict();
        self.keep_all();
        self.log.notice(Notice::Changed("state"));
    }

    /// From here on it is served: what there is now is what [`reset`](Self::reset) brings back. What was kept from another
    /// run is no start.
    pub(crate) fn starts(&mut self) {
        if self.start.is_none() && !self.goes_on {
            let Self { app, clock, groups, calls, .. } = self;
            let (app, clock, groups) = (app.clone(), clock.clone(), groups.clone());
            self.start = Some(Start { app, clock, groups, calls: calls.clone() });
        }
    }

    /// Everything as it was at the start; as it is set up, where it has not been served or has gone on from another run.
    pub(crate) fn reset(&mut self, settings: &crate::Settings) {
        let as_set_up = || Start {
            app: App::new(settings.app.clone()),
            clock: settings.clock.clone(),
            groups: BTreeMap::new(),
            calls: CallState::default(),
        };
        let Start { app, clock, groups, calls } = self.start.clone().unwrap_or_else(as_set_up);
        (self.app, self.clock, self.groups, self.calls) = (app, clock, groups, calls);
        self.stubs = Stubs::of(settings);
        self.assigned = 0;
        self.keep_all();
        self.faults.clear();
        self.outbox.reset(settings.webhooks.clone());
        self.log.clear();
        self.log.notice(Notice::Changed("reset"));
    }

    /// Takes in the lines of a scenario, and hands each answer to `answered`. Stops at the first that is no valid input, or
    /// for which there is no room.
    pub(crate) fn play(&mut self, lines: &str, mut answered: impl FnMut(Vec<u8>)) -> Result<(), Stopped> {
        // What a line says of a time before now is taken as now, when it is taken in again as well.
        self.tick();
        let now = self.app.latest();
        self.keep(|| line::tick(now));
        let app = std::mem::replace(&mut self.app, App::new(Settings::default()));
        let mut scenario = Scenario::new(app);
        let mut applied = 0;
        let mut stopped = None;
        let mut taken = Vec::new();
        for line in lines.lines() {
            match self.played(&mut scenario, line) {
                Ok(step) => {
                    applied = step.line;
                    taken.push(line);
                    answered(step.to_json());
                }
                Err(fault) => {
                    stopped = Some(Stopped { applied, line: applied + 1, fault });
                    break;
                }
            }
        }
        self.app = scenario.into_app();
        // A `policy` line holds for the calls of the scenario, as it does elsewhere.
        let policy = self.stay_strict().then(|| line::strict_policy(self.app.latest()));
        self.keep_lines(&taken);
        if let Some(policy) = policy {
            self.keep(|| policy);
        }
        // The lines may have gone ahead of the clock, which must not be behind what has happened.
        if self.app.latest() > self.clock.now() && self.clock.set(self.app.latest()) {
            let clock = self.clock.clone();
            self.keep(|| line::clock(&clock));
            self.log.notice(Notice::Clock { now: self.clock.now(), running: self.clock.is_running() });
        }
        self.log.notice(Notice::Changed("state"));
        stopped.map_or(Ok(()), Err)
    }

    fn played(&mut self, scenario: &mut Scenario, line: &str) -> Result<Step, PlayError> {
        self.has_room_for_line(scenario.app(), line)?;
        let is_told = self.outbox.is_on();
        let before =
            is_told.then(|| Before::of_line(scenario.app(), |id| self.groups.get(id).cloned(), line)).flatten();
        let step = scenario.step(line).map_err(|LineError { what, .. }| PlayError::Line(what))?;
        let at = scenario.app().latest();
        self.keep_groups(at, &step.happenings);
        self.outbox.happened(scenario.app(), before, at, &step.happenings, Exit::Quit);
        self.noted(at, &step.happenings, Exit::Quit);
        Ok(step)
    }

    /// Whether there is room for what a line brings. What is no valid line is for the scenario to say.
    fn has_room_for_line(&self, app: &App, line: &str) -> Result<(), Full> {
        #[derive(Deserialize)]
        struct Head<'a> {
            #[serde(borrow)]
            r#do: Cow<'a, str>,
            #[serde(borrow)]
            group: Cow<'a, str>,
            account: Option<String>,
            #[serde(default)]
            accounts: Vec<String>,
        }
        let Ok(Head { r#do: input, group, account, accounts }) = serde_json::from_str(line) else { return Ok(()) };
        let Ok(group) = GroupId::parse(&group) else { return Ok(()) };
        match &*input {
            "create_group" if app.room(&group).is_none() => self.has_room_for_groups(app.groups().len() + 1),
            "join" => {
                let accounts = account.iter().chain(&accounts);
                let joining: Vec<_> =
                    accounts.filter_map(|text| UserId::parse_as(text, AccountId::Utf8).ok()).collect();
                self.has_room_for_members(app, group, &joining)
            }
            _ => Ok(()),
        }
    }

    /// Whether an app fits in here.
    pub(crate) fn has_room_for_app(&self, app: &App) -> Result<(), Full> {
        self.has_room_for_groups(app.groups().len())?;
        app.groups().try_for_each(|group| self.has_room_for_members(app, group, &[]))
    }

    fn has_room_for_groups(&self, groups: usize) -> Result<(), Full> {
        let groups_max = self.groups_max;
        if groups <= groups_max {
            return Ok(());
        }
        Err(Full(format!("there would be {groups} groups, and the emulator keeps at most {groups_max}")))
    }

    /// Whether `joining` may all be members of `group`; those who are one already take no room. Robots are bounded by the limit
    /// of holders of a mark, and take none before they join.
    fn has_room_for_members(&self, app: &App, group: GroupId, joining: &[UserId]) -> Result<(), Full> {
        let Some(room) = app.room(&group) else { return Ok(()) };
        let banned = |account: &&UserId| self.groups.get(&group)?.banned_until(account, app.latest());
        if let Some((account, until)) = joining.iter().find_map(|account| Some((account, banned(&account)?))) {
            return Err(Full(format!("`{account}` is banned from group `{group}` until {until}; unban it first")));
        }
        let is_member = |account: &UserId| room.member(account, app.latest()).is_some_and(|member| !member.robot);
        let new: BTreeSet<_> = joining.iter().filter(|account| !is_member(account)).collect();
        let (members, members_max) = (room.len() - room.robots() + new.len(), self.members_max);
        if members <= members_max {
            return Ok(());
        }
        Err(Full(format!(
            "group `{group}` would have {members} members; the emulator keeps at most {members_max} in one"
        )))
    }
}

/// A scenario that could not be taken in to its end.
#[derive(Debug)]
pub(crate) struct Stopped {
    /// How many lines were taken in.
    pub(crate) applied: u64,
    /// The line that was not, from 1.
    pub(crate) line: u64,
    pub(crate) fault: PlayError,
}

/// Why a line was not taken in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PlayError {
    #[error("{0}")]
    Line(String),
    #[error(transparent)]
    Full(#[from] Full),
}

impl PlayError {
    pub(crate) const fn is_full(&self) -> bool {
        matches!(self, Self::Full(_))
    }
}
