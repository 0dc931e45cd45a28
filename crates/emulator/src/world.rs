//! The world: everything that a request can change, and every way to change it.
//!
//! First the requests of the API, then the commands of the control API. `persistence.rs` has what persists both.

mod persistence;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use avmarks_protocol::url::{RawQuery, redact_usersig};
use avmarks_protocol::{Endpoint, Envelope, ErrorCode};
use avmarks_rules::{Presence, Reason};
use avmarks_service::scenario::{Input, Line, LineError};
use avmarks_service::{Answer, App, GroupEvent, Request, Response, scenario::Step};
use avmarks_spec::{Excerpt, GroupId, GroupType, Timestamp, UserId};

use crate::authorized_call::AuthorizedCall;
use crate::calls::{self, Call, Outcome, Terms};
use crate::capacity::{Capacity, CapacityError};
use crate::faults::{Faults, Injection};
use crate::journal::{self, Journal, OwnLine};
use crate::log::{Entry, Log, Notice};
use crate::remarks;
use crate::settings::{Settings, strictly};
use crate::state::{CallState, Changes, Group, State};
use crate::stubs::Stubs;
use crate::webhooks::{CallWebhook, Initiator, Outbox, Ruling, WebhookEvent};

/// What changes.
pub(crate) struct World {
    pub(crate) state: State,
    pub(crate) log: Log,
    /// The faults that wait for calls.
    pub(crate) faults: Arc<Faults>,
    pub(crate) stubs: Stubs,
    pub(crate) capacity: Capacity,
    /// Whether it began with what a folder held.
    pub(crate) resumed: bool,
    /// [`Settings::strict`]
    strict: bool,
    outbox: Arc<Outbox>,
    /// Where the inputs are persisted, if they are.
    journal: Option<Journal>,
    /// What a reset restores, once it is served.
    start: Option<State>,
}

/// What a request of the API is answered.
pub(crate) struct Answered {
    pub(crate) body: Vec<u8>,
    pub(crate) because: Vec<Reason>,
    /// Why the signature was refused.
    pub(crate) signature: Option<String>,
}

/// A scenario that could not be taken in to its end.
#[derive(Debug)]
pub(crate) struct PlayError {
    /// How many lines were taken in.
    pub(crate) applied: u64,
    /// The line that was not, from 1.
    pub(crate) line: u64,
    pub(crate) cause: PlayCause,
}

/// Why a line was not taken in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PlayCause {
    #[error(transparent)]
    Input(#[from] LineError),
    #[error(transparent)]
    Capacity(#[from] CapacityError),
}

/// Requests of the API.
impl World {
    /// The time.
    pub(crate) fn now(&self) -> Timestamp {
        self.state.clock.now()
    }

    /// Answers a request of the API, and notes it in the log. `call` is that of its path, if it is none of the service; `injection`
    /// is a fault that will change the answer.
    pub(crate) fn answer(
        &mut self,
        request: &Request<'_>,
        query: &RawQuery<'_>,
        call: Option<&Call>,
        injection: Option<&Injection>,
        ruling: Ruling,
    ) -> Answered {
        let now = self.now();
        let is_stub = self.stubs.answers(request.path);
        let ruled = Some(ruling.name()).filter(|_| ruling != Ruling::Passes);
        let Outcome { mut answer, changes, initiator, tells } = if is_stub {
            self.answer_by_stub(request, now)
        } else if let Some(call) = call {
            self.answer_by_call(request, query, call, now, ruling)
        } else {
            self.answer_by_service(request, query, now)
        };
        self.outbox.tell(self.state.app.settings().sdkappid, tells);
        self.happened(&changes, initiator);
        if !is_stub && call.is_none() && Endpoint::from_path(request.path).is_none() {
            tracing::warn!(path = %Excerpt(&redact_usersig(request.path)), "no call of this path is emulated");
            answer.body = calls::unknown_path(request.path, answer.code);
        }
        let notes = is_stub.then(|| "answered by a stub".to_owned());
        let notes = notes.into_iter().chain(ruled.map(|name| format!("a webhook {name} it")));
        self.log_request(request, query, now, answer, notes.collect(), injection)
    }

    fn answer_by_service(&mut self, request: &Request<'_>, query: &RawQuery<'_>, now: Timestamp) -> Outcome {
        let Response { answer, events, admitted, .. } = self.state.app.handle(request, now);
        if admitted {
            // A body that is not UTF-8 is written as an empty one: both are refused at the same step, with nothing changed
            // but the quota.
            self.persist(|| journal::call_line(now, &call_of(request, query)).to_json());
        }
        Outcome { changes: self.state.changed(events, None), ..Outcome::of(answer) }
    }

    /// The webhook that the app's server must answer before the call is answered, if there is one.
    pub(crate) fn question(&self, request: &Request<'_>, query: &RawQuery<'_>, call: &Call) -> Option<CallWebhook> {
        let now = self.now();
        if self.stubs.answers(request.path) || self.state.app.authorize(request, now).is_err() {
            return None;
        }
        calls::question(&self.state, self.terms(), call, &call_of(request, query), now)
    }

    const fn terms(&self) -> Terms {
        Terms { capacity: self.capacity, strict: self.strict, discards: false }
    }

    /// `ruling` is the answer of a webhook about the call.
    fn answer_by_call(
        &mut self,
        request: &Request<'_>,
        query: &RawQuery<'_>,
        call: &Call,
        now: Timestamp,
        ruling: Ruling,
    ) -> Outcome {
        let gaps = match self.state.app.authorize(request, now) {
            Ok(gaps) => gaps,
            Err(answer) => return Outcome::of(answer),
        };
        let (mut asked, mut terms) = (call_of(request, query), self.terms());
        let amended = match ruling {
            Ruling::Passes => None,
            Ruling::Refuses { code, info } => return Outcome::refused(code, info),
            Ruling::Discards => {
                terms.discards = true;
                None
            }
            // The call is persisted as the webhook has it.
            Ruling::Changes(fields) => {
                calls::amended(asked.body, self.state.app.settings().terms.policy.trailing_comma, fields)
            }
        };
        asked.body = amended.as_deref().unwrap_or(asked.body);
        let (mut outcome, is_change) = calls::answer(&mut self.state, terms, call, &asked, now);
        if is_change {
            let strict = self.strict;
            self.persist(|| OwnLine::group_call(now, &asked, strict));
        }
        outcome.answer.because.extend(gaps);
        outcome
    }

    fn answer_by_stub(&mut self, request: &Request<'_>, now: Timestamp) -> Outcome {
        let gaps = match self.state.app.authorize(request, now) {
            Ok(gaps) => gaps,
            Err(answer) => return Outcome::of(answer),
        };
        let body = self.stubs.take(request.path).unwrap_or_default();
        let code = Envelope::parse(&body).map_or(ErrorCode::OK, |envelope| envelope.error_code);
        let mut answer = Answer::new(code, body);
        answer.because = gaps;
        Outcome::of(answer)
    }

    fn log_request(
        &mut self,
        request: &Request<'_>,
        query: &RawQuery<'_>,
        at: Timestamp,
        answer: Answer,
        notes: Vec<String>,
        injection: Option<&Injection>,
    ) -> Answered {
        let Answer { code, because, omitted, body, .. } = answer;
        let code = code.number();
        // An answer without an error has no text, and may be long.
        let info = match code {
            0 => None,
            _ => Envelope::parse(&body).ok().and_then(|envelope| envelope.error_info),
        };
        let info = info.unwrap_or_default();
        let settings = self.state.app.settings();
        let policy = &settings.terms.policy;
        let mut flags = remarks::flags(policy, query, &because);
        flags.extend(notes);
        let signature = remarks::signature(settings, query, &because, at);
        let gaps = because.iter().filter_map(|basis| match basis {
            Reason::Gap(gap) => Some((*gap, policy.reading(*gap))),
            Reason::Clause(_) => None,
        });
        let mut entry = Entry::of(request, query, &body);
        entry.omit(omitted);
        entry.at = at;
        entry.code = Some(code);
        entry.readings = gaps.collect();
        entry.fault = injection.cloned();
        tracing::info!(
            path = %Excerpt(&redact_usersig(request.path)),
            identifier = %Excerpt(&redact_usersig(query.identifier().unwrap_or_default())),
            group = entry.group().map(|group| Excerpt(&redact_usersig(&group)).to_string()),
            code,
            because = because.iter().map(|basis| basis.id()).collect::<Vec<_>>().join(","),
            omitted = entry.omitted_total,
            flags = flags.join("; "),
            signature = signature.as_deref(),
            "{info}"
        );
        entry.info = info;
        entry.because.clone_from(&because);
        entry.flags = flags;
        self.log.write(entry);
        Answered { body, because, signature }
    }

    /// Notes a request that an injected fault answered before it could have an effect.
    pub(crate) fn log_injected(&mut self, request: &Request<'_>, query: &RawQuery<'_>, injection: &Injection) {
        tracing::info!(path = %Excerpt(&redact_usersig(request.path)), fault = ?injection.kind, "a fault was injected before the call had an effect");
        let (code, info) = injection.code().unzip();
        let info = info.unwrap_or_default().to_owned();
        let mut entry = Entry::of(request, query, b"");
        entry.at = self.now();
        entry.code = code;
        entry.info = info;
        entry.fault = Some(injection.clone());
        self.log.write(entry);
    }

    /// Reports what happened: to webhooks, and to those who watch. `exit` says how members have left, if some have.
    pub(crate) fn happened(&mut self, changes: &Changes, initiator: Initiator) {
        self.outbox.happened(&self.state.app, changes, initiator);
        for event in &changes.events {
            tracing::debug!(group = event.group().as_str(), ?event, ?initiator, "happened");
            self.log.notice(Notice::GroupEvent(changes.at, event.clone()));
        }
    }
}

/// Commands of the control API, and of programs that embed the emulator.
impl World {
    /// Creates a group; nothing where it exists.
    pub(crate) fn create_group(
        &mut self,
        id: GroupId,
        kind: GroupType,
        owner: Option<UserId>,
        name: String,
    ) -> Result<Vec<GroupEvent>, CapacityError> {
        let is_new = self.state.app.room(&id).is_none();
        if is_new {
            self.capacity.check_new_group(&self.state.app)?;
        }
        let now = self.now();
        let changes = self.state.create_group(id, kind, owner, Group { name: name.clone(), ..Group::default() }, now);
        if is_new {
            self.created(id);
        }
        self.persist(|| Line { at: now, input: Input::CreateGroup { group: id, kind, owner } }.to_json());
        if is_new && !name.is_empty() {
            self.persist(|| OwnLine::name(now, id, &name));
        }
        self.happened(&changes, Initiator::Member);
        Ok(changes.events)
    }

    /// Tells of a group that was created over no call. Source: 1047/34369, sample request.
    fn created(&self, id: GroupId) {
        let settings = self.state.app.settings();
        let Some(room) = self.state.app.room(&id) else { return };
        let owner = room.owner().map(|owner| owner.to_string());
        let webhook = CallWebhook::new(WebhookEvent::AfterCreateGroup, self.state.app.now())
            .with("GroupId", id.as_str())
            .with("Operator_Account", settings.admins.first().map_or("administrator", String::as_str))
            .with("Owner_Account", owner.unwrap_or_default())
            .with("Type", room.kind().name())
            .with("Name", self.state.groups.get(&id).map_or("", |group| &group.name))
            .with("MemberList", Vec::<&str>::new());
        self.outbox.tell(settings.sdkappid, vec![webhook]);
    }

    /// Destroys a group; nothing if there is none.
    pub(crate) fn destroy_group(&mut self, id: GroupId) -> Vec<GroupEvent> {
        let now = self.now();
        let changes = self.state.destroy_group(id, now);
        self.persist(|| Line { at: now, input: Input::DestroyGroup { group: id } }.to_json());
        self.happened(&changes, Initiator::Member);
        changes.events
    }

    /// Records the presence of these accounts. `exit` says how they leave, if they do.
    pub(crate) fn apply_presence(
        &mut self,
        group: GroupId,
        presence: Presence,
        accounts: &[UserId],
        initiator: Initiator,
    ) -> Result<Vec<GroupEvent>, CapacityError> {
        if presence == Presence::Join {
            self.check_join(group, accounts)?;
        }
        let now = self.now();
        let changes = self.state.apply_presence(group, presence, accounts, now);
        self.persist(|| {
            let accounts = accounts.to_vec();
            Line { at: now, input: Input::Presence { presence, group, accounts } }.to_json()
        });
        self.happened(&changes, initiator);
        Ok(changes.events)
    }

    /// What the app's server is asked before a user joins a group; nothing if the user is a member, or cannot be one. Source:
    /// 1047/34370, sample request.
    pub(crate) fn join_question(&self, id: GroupId, account: &str) -> Option<CallWebhook> {
        let account = UserId::parse_as(account, self.state.app.settings().terms.policy.account_id).ok()?;
        let room = self.state.app.room(&id)?;
        let is_member = room.member(&account, self.now()).is_some_and(|member| !member.robot);
        if is_member || self.check_join(id, &[account]).is_err() {
            return None;
        }
        let webhook = CallWebhook::new(WebhookEvent::BeforeApplyJoin, self.now());
        Some(
            webhook
                .with("GroupId", id.as_str())
                .with("Type", room.kind().name())
                .with("Requestor_Account", account.as_str()),
        )
    }

    fn check_join(&self, group: GroupId, accounts: &[UserId]) -> Result<(), CapacityError> {
        if let Some((account, until)) = self.state.banned(group, accounts) {
            return Err(CapacityError::banned(account, group, until));
        }
        self.capacity.check_members(&self.state.app, group, accounts)
    }

    /// Lets time pass to now.
    pub(crate) fn tick(&mut self) -> Vec<GroupEvent> {
        let changes = self.state.tick(self.now());
        self.happened(&changes, Initiator::Member);
        changes.events
    }

    /// Sets the clock, unless `at` has passed already.
    pub(crate) fn set_clock(&mut self, at: Timestamp) -> Option<Vec<GroupEvent>> {
        self.state.clock.set(at).then(|| self.clock_moved())
    }

    /// Moves the clock on.
    pub(crate) fn advance_clock(&mut self, by: Duration) -> Vec<GroupEvent> {
        self.state.clock.advance(by);
        self.clock_moved()
    }

    /// Starts or stops the clock.
    pub(crate) fn run_clock(&mut self, running: bool) -> Vec<GroupEvent> {
        match running {
            true => self.state.clock.run(),
            false => self.state.clock.stop(),
        }
        self.clock_moved()
    }

    fn clock_moved(&mut self) -> Vec<GroupEvent> {
        let clock = self.state.clock.clone();
        self.persist(|| OwnLine::clock(&clock));
        self.log.notice(Notice::Clock { now: clock.now(), running: clock.is_running() });
        self.tick()
    }

    /// Configures the app again; strictly, if that was requested.
    pub(crate) fn configure(&mut self, settings: avmarks_service::Settings) {
        self.tick();
        self.state.app.configure(settings);
        self.stay_strict();
        self.persist_all();
        self.log.notice(Notice::Changed("settings"));
    }

    /// Puts [`Settings::strict`] in force again if that was asked for; whether anything changed.
    fn stay_strict(&mut self) -> bool {
        let mut settings = self.state.app.settings().clone();
        strictly(&mut settings.terms.policy);
        let changes = self.strict && settings.terms.policy != self.state.app.settings().terms.policy;
        if changes {
            self.state.app.configure(settings);
        }
        changes
    }

    /// Replaces the app, and with it the time; the signing key stays, and so does that it is strict. What is known of groups and
    /// accounts beside the app is replaced as well: `groups` of the groups of the app, and `calls`.
    pub(crate) fn replace(&mut self, app: App, mut groups: BTreeMap<GroupId, Group>, calls: CallState) {
        let clock = self.state.clock.at(app.now());
        let groups = app.groups().map(|id| (id, groups.remove(&id).unwrap_or_default())).collect();
        let assigned = self.state.assigned;
        self.restore(State::of(app, clock, groups, calls, assigned));
        self.stay_strict();
        self.persist_all();
        self.log.notice(Notice::Changed("state"));
    }

    /// Takes over a state. The signing key is never part of one, and stays.
    fn restore(&mut self, state: State) {
        let key = self.state.app.settings().key.clone();
        self.state = state;
        let mut settings = self.state.app.settings().clone();
        settings.key = key;
        self.state.app.configure(settings);
    }

    /// From here on it is served: what there is now is what [`reset`](Self::reset) brings back. What was persisted by another
    /// run is no start.
    pub(crate) fn starts(&mut self) {
        if self.start.is_none() && !self.resumed {
            let mut start = self.state.clone();
            start.assigned = 0;
            self.start = Some(start);
        }
    }

    /// Everything as it was at the start; as it is set up, if it has not been served or was resumed from another run.
    pub(crate) fn reset(&mut self, settings: &Settings) {
        let as_set_up = || State::new(App::new(settings.app.clone()), settings.clock.clone());
        self.state = self.start.clone().unwrap_or_else(as_set_up);
        self.persist_all();
        self.faults.clear();
        self.stubs = Stubs::of(settings);
        self.outbox.reset(settings.webhooks.clone());
        self.log.clear();
        self.log.notice(Notice::Changed("reset"));
    }

    /// Takes in the lines of a scenario, and hands each answer to `answered`. Stops at the first that is not valid, or for
    /// which there is no room.
    pub(crate) fn play(&mut self, lines: &str, mut answered: impl FnMut(Vec<u8>)) -> Result<(), PlayError> {
        // What a line says of a time before now is taken as now, when it is taken in again as well.
        self.tick();
        let now = self.state.app.now();
        self.persist(|| Line { at: now, input: Input::Tick }.to_json());
        let mut taken = Vec::new();
        let mut stopped = Ok(());
        for (number, text) in (1..).zip(lines.lines()) {
            match self.play_line(number, text) {
                Ok(step) => {
                    taken.push(text);
                    answered(step.to_json());
                }
                Err(cause) => {
                    stopped = Err(PlayError { applied: number - 1, line: number, cause });
                    break;
                }
            }
        }
        // A `policy` line holds for the calls of the scenario, as it does elsewhere.
        let is_strict_again = self.stay_strict();
        self.persist_lines(&taken);
        if is_strict_again {
            let (at, policy) = (self.state.app.now(), self.state.app.settings().terms.policy);
            self.persist(|| Line { at, input: Input::Policy(policy) }.to_json());
        }
        // The lines may have gone ahead of the clock, which must not be behind what has happened.
        let latest = self.state.app.now();
        if latest > self.now() && self.state.clock.set(latest) {
            let clock = self.state.clock.clone();
            self.persist(|| OwnLine::clock(&clock));
            self.log.notice(Notice::Clock { now: clock.now(), running: clock.is_running() });
        }
        self.log.notice(Notice::Changed("state"));
        stopped
    }

    fn play_line(&mut self, number: u64, text: &str) -> Result<Step, PlayCause> {
        let app = &self.state.app;
        let line = Line::parse(text, &app.settings().terms.policy)?;
        self.capacity.check_line(app, &line)?;
        if let Input::Presence { presence: Presence::Join, group, accounts } = &line.input {
            self.check_join(*group, accounts)?;
        }
        let (step, changes) = self.state.run(line, number);
        for event in &changes.events {
            if let GroupEvent::Created(group) = event {
                self.created(*group);
            }
        }
        self.happened(&changes, Initiator::Member);
        Ok(step)
    }
}

/// The call of a request that got past steps 1 to 5.
fn call_of<'a>(request: &Request<'a>, query: &'a RawQuery<'_>) -> AuthorizedCall<'a> {
    AuthorizedCall { identifier: query.identifier().unwrap_or_default(), path: request.path, body: request.bytes() }
}
