//! What all connections share: the app, the clock, the log, behind one lock that is never held across a wait.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use avmarks_protocol::url::{RawQuery, redact_usersig};
use avmarks_protocol::{Envelope, ErrorCode};
use avmarks_rules::Reason;
use avmarks_service::{Answer, App, Call, GroupEvent, Request, Response};
use avmarks_spec::{Excerpt, GroupId, Timestamp, UserId};
use tokio::sync::Notify;

use crate::authority::Certificates;
use crate::calls::{self, CallState, Group, Outcome, Stubs};
use crate::clock::Clock;
use crate::faults::{Faults, Injection};
use crate::inputs::{Exit, Start};
use crate::journal::{DataError, Journal, Ticket, Unkept, line};
use crate::log::{Entry, Log, Notice};
use crate::remarks;
use crate::settings::Settings;
use crate::webhooks::{Before, Outbox};

/// What the connections share.
pub(crate) struct Shared {
    pub(crate) settings: Settings,
    pub(crate) certificates: Arc<Certificates>,
    /// The clock was moved, or a pin was set: the next moment at which something happens by itself may have changed.
    pub(crate) moved: Notify,
    pub(crate) outbox: Arc<Outbox>,
    world: Mutex<World>,
}

/// What changes.
pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) clock: Clock,
    pub(crate) log: Log,
    /// What a group has beyond what the service keeps.
    pub(crate) groups: BTreeMap<GroupId, Group>,
    /// What calls keep beside groups.
    pub(crate) calls: CallState,
    pub(crate) stubs: Stubs,
    /// How many group ids have been assigned; the next comes from it.
    pub(crate) assigned: u64,
    /// The faults that wait for calls.
    pub(crate) faults: Faults,
    /// [`Settings::strict`]
    pub(crate) strict: bool,
    pub(crate) groups_max: usize,
    pub(crate) members_max: usize,
    /// Where the inputs are kept, if they are.
    pub(crate) journal: Option<Journal>,
    /// Whether it began with what a folder held.
    pub(crate) goes_on: bool,
    pub(crate) outbox: Arc<Outbox>,
    /// What the next change takes away, where webhooks tell of it.
    pub(crate) before: Option<Before>,
    /// What a reset brings back, once it is served.
    pub(crate) start: Option<Start>,
}

/// What a request is answered, as the rim sends it.
pub(crate) struct Given {
    pub(crate) body: Vec<u8>,
    pub(crate) because: Vec<Reason>,
    /// Why the signature was refused.
    pub(crate) signature: Option<String>,
}

/// What a request meets.
pub(crate) enum Met {
    /// The API.
    Answer(Given),
    /// A fault that waited for it.
    Fault(Injection),
}

impl Shared {
    pub(crate) fn new(settings: Settings, certificates: Certificates, outbox: Outbox) -> Result<Self, DataError> {
        let outbox = Arc::new(outbox);
        let mut world = World {
            app: App::new(settings.app.clone()),
            clock: settings.clock.clone(),
            log: Log::new(settings.log_entries_max),
            groups: BTreeMap::new(),
            calls: CallState::default(),
            stubs: Stubs::of(&settings),
            assigned: 0,
            faults: Faults::default(),
            strict: settings.strict,
            groups_max: settings.groups_max,
            members_max: settings.members_max,
            journal: None,
            goes_on: false,
            outbox: Arc::clone(&outbox),
            before: None,
            start: None,
        };
        if let Some(folder) = &settings.data {
            world.keep_in(folder, settings.data_repair, settings.journal_bytes_max)?;
        }
        let (certificates, moved) = (Arc::new(certificates), Notify::new());
        Ok(Self { settings, certificates, moved, outbox, world: Mutex::new(world) })
    }

    /// The world, for one change. A thread that panicked in here has changed whole values or none.
    pub(crate) fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a change from outside the API, and waits until it is kept.
    pub(crate) async fn change<T>(&self, change: impl FnOnce(&mut World) -> T) -> Result<T, Unkept> {
        let (changed, ticket) = {
            let mut world = self.lock();
            world.accepts()?;
            (change(&mut world), world.ticket())
        };
        self.moved.notify_one();
        ticket.kept().await?;
        Ok(changed)
    }

    /// Notes a request that a fault struck before it could have an effect.
    pub(crate) fn struck(&self, request: &Request<'_>, injection: Injection, code: Option<i64>, info: &str) {
        self.lock().struck(request, injection, code, info);
    }

    /// Answers a request of the API, once what it changed is kept; or gives the fault that strikes it, where one waits for
    /// it, before anything has happened.
    pub(crate) async fn meet(&self, request: &Request<'_>) -> Result<Met, Unkept> {
        // Whatever needs no world is done before the lock.
        let query = RawQuery::parse(request.query);
        let (given, ticket) = {
            let mut world = self.lock();
            if let Some(injection) = world.faults.take(request.path) {
                return Ok(Met::Fault(injection));
            }
            self.answer_in(&mut world, request, &query, None)?
        };
        ticket.kept().await?;
        Ok(Met::Answer(given))
    }

    /// Answers a request of the API, once what it changed is kept; a fault that strikes its answer is noted.
    pub(crate) async fn answer(&self, request: &Request<'_>, injection: Option<Injection>) -> Result<Given, Unkept> {
        let query = RawQuery::parse(request.query);
        let (given, ticket) = self.answer_in(&mut self.lock(), request, &query, injection)?;
        ticket.kept().await?;
        Ok(given)
    }

    fn answer_in(
        &self,
        world: &mut World,
        request: &Request<'_>,
        query: &RawQuery,
        injection: Option<Injection>,
    ) -> Result<(Given, Ticket), Unkept> {
        world.accepts()?;
        let before = world.app.next_deadline();
        let given = world.answer(request, query, injection);
        if world.app.next_deadline() != before {
            self.moved.notify_one();
        }
        Ok((given, world.ticket()))
    }

    /// Answers a request of the API whose body is longer than is read; `bytes` is its length, where that is known.
    pub(crate) fn refuse_long_body(&self, request: &Request<'_>, bytes: Option<u64>) -> Given {
        let query = RawQuery::parse(request.query);
        let mut world = self.lock();
        let now = world.now();
        let answer = match calls::Call::of(request.path).is_some() || world.stubs.answers(request.path) {
            true => world.app.gate_long_body(request, bytes, now),
            false => world.app.refuse_long_body(request, bytes, now),
        };
        world.logged(request, &query, now, answer, false, None)
    }

    /// Sends webhooks as they come.
    pub(crate) async fn deliver_webhooks(self: Arc<Self>) {
        self.outbox.deliver(|delivery| self.lock().log.notice(Notice::Delivery(delivery))).await;
    }

    /// Lets pins expire when they do, so that webhooks go out in time.
    pub(crate) async fn expire_pins(self: Arc<Self>) {
        loop {
            let wait = {
                let mut world = self.lock();
                let now = world.now();
                let happenings = world.app.tick(now);
                world.happened(&happenings, Exit::Quit);
                let next = world.app.next_deadline().filter(|_| world.clock.is_running());
                next.map_or(Duration::from_secs(3_600), |next| {
                    next.saturating_duration_since(now).max(Duration::from_millis(1))
                })
            };
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.moved.notified() => {}
            }
        }
    }
}

impl World {
    /// The time.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn answer(&mut self, request: &Request<'_>, query: &RawQuery, injection: Option<Injection>) -> Given {
        let now = self.now();
        let is_stub = self.stubs.answers(request.path);
        let outcome = match (is_stub, calls::Call::of(request.path)) {
            (true, _) => self.answer_by_stub(request, now),
            (false, Some(call)) => self.answer_by_call(call, request, query, now),
            (false, None) => {
                let Response { answer, happenings, admitted, .. } = self.app.handle(request, now);
                if admitted {
                    self.keep(|| line::call(now, &asked(request, query)));
                }
                Outcome { answer, happenings, exit: Exit::Quit }
            }
        };
        self.happened(&outcome.happenings, outcome.exit);
        self.logged(request, query, now, outcome.answer, is_stub, injection)
    }

    fn answer_by_call(
        &mut self,
        call: &calls::Call,
        request: &Request<'_>,
        query: &RawQuery,
        now: Timestamp,
    ) -> Outcome {
        let gaps = match self.app.gate(request, now) {
            Ok(gaps) => gaps,
            Err(answer) => return Outcome::of(answer),
        };
        let asked = asked(request, query);
        let mut outcome = calls::answer(self, call, &asked, now);
        if call.changes() && outcome.answer.code == ErrorCode::OK {
            self.keep(|| line::group_call(now, &asked));
        }
        outcome.answer.because.extend(gaps);
        outcome
    }

    fn answer_by_stub(&mut self, request: &Request<'_>, now: Timestamp) -> Outcome {
        let mut answer = match self.app.gate(request, now) {
            Err(answer) => return Outcome::of(answer),
            Ok(gaps) => {
                let mut answer = Answer::new(ErrorCode::OK, Vec::new());
                answer.because = gaps;
                answer
            }
        };
        answer.body = self.stubs.take(request.path).unwrap_or_default();
        let envelope = Envelope::parse(&answer.body).ok();
        answer.code = envelope.map_or(ErrorCode::OK, |envelope| envelope.error_code);
        Outcome::of(answer)
    }

    /// Keeps an input as a line, once it is taken in: a new generation that begins here begins with all that it brought.
    pub(crate) fn keep(&mut self, line: impl FnOnce() -> Vec<u8>) {
        let Some(journal) = &mut self.journal else { return };
        journal.append(&line());
        if journal.is_full() {
            self.keep_all();
        }
    }

    /// Keeps inputs that were taken in one after the other. No generation begins between them, for it would have what the
    /// later ones brought, and they would be taken in again.
    pub(crate) fn keep_lines(&mut self, lines: &[&str]) {
        let Some(journal) = &mut self.journal else { return };
        lines.iter().for_each(|line| journal.append(line.as_bytes()));
        if journal.is_full() {
            self.keep_all();
        }
    }

    /// Keeps the whole state, after a change that is no line.
    pub(crate) fn keep_all(&mut self) {
        let Some(mut journal) = self.journal.take() else { return };
        journal.begin(self.state());
        self.journal = Some(journal);
    }

    /// What waits until all so far is kept.
    pub(crate) fn ticket(&self) -> Ticket {
        self.journal.as_ref().map_or(Ticket::NONE, Journal::ticket)
    }

    /// Whether anything is accepted.
    pub(crate) fn accepts(&self) -> Result<(), Unkept> {
        self.journal.as_ref().and_then(Journal::failed).map_or(Ok(()), Err)
    }

    fn logged(
        &mut self,
        request: &Request<'_>,
        query: &RawQuery,
        at: Timestamp,
        answer: Answer,
        is_stub: bool,
        fault: Option<Injection>,
    ) -> Given {
        let Answer { code, because, omitted, mut body, .. } = answer;
        if !is_stub && !calls::is_emulated(request.path) {
            tracing::warn!(path = %Excerpt(&redact_usersig(request.path)), "no call of this path is emulated");
            body = calls::unknown_path(request.path, code);
        }
        let code = code.number();
        // What went well has nothing to say, and may be long.
        let info = match code {
            0 => None,
            _ => Envelope::parse(&body).ok().and_then(|envelope| envelope.error_info),
        };
        let info = info.unwrap_or_default();
        let mut flags = remarks::flags(&self.app.settings().terms.policy, query, &because);
        if is_stub {
            flags.push("answered by a stub".to_owned());
        }
        let signature = remarks::signature(self.app.settings(), query, &because, at);
        tracing::info!(
            path = %Excerpt(&redact_usersig(request.path)),
            identifier = %Excerpt(&redact_usersig(query.identifier().unwrap_or_default())),
            code,
            because = because.iter().map(|basis| basis.id()).collect::<Vec<_>>().join(","),
            omitted = omitted.len(),
            flags = flags.join("; "),
            signature = signature.as_deref(),
            "{info}"
        );
        let policy = &self.app.settings().terms.policy;
        let gaps = because.iter().filter_map(|basis| match basis {
            Reason::Gap(gap) => Some((*gap, policy.reading(*gap))),
            Reason::Clause(_) => None,
        });
        self.log.write(Entry {
            at,
            code: Some(code),
            info,
            because: because.clone(),
            readings: gaps.collect(),
            flags,
            fault,
            ..Entry::of(request, query).omitting(omitted)
        });
        Given { body, because, signature }
    }

    fn struck(&mut self, request: &Request<'_>, fault: Injection, code: Option<i64>, info: &str) {
        tracing::info!(path = %Excerpt(&redact_usersig(request.path)), fault = ?fault.kind, "a fault struck the call before it had an effect");
        let entry = Entry::of(request, &RawQuery::parse(request.query));
        self.log.write(Entry { at: self.now(), code, info: info.to_owned(), fault: Some(fault), ..entry });
    }

    /// What happened now, for whoever is to be told. `exit` says how members have left, where some have.
    pub(crate) fn happened(&mut self, happenings: &[GroupEvent], exit: Exit) {
        self.happened_at(self.now(), happenings, exit);
    }

    /// Notes what this change of a group takes away: those who leave, or all of it.
    pub(crate) fn look_before(&mut self, group: GroupId, leaving: &[UserId]) {
        if self.outbox.is_on() {
            self.before = Before::of(&self.app, self.groups.get(&group), group, leaving, self.now());
        }
    }

    /// What happened at this time.
    pub(crate) fn happened_at(&mut self, at: Timestamp, happenings: &[GroupEvent], exit: Exit) {
        self.outbox.happened(&self.app, self.before.take(), at, happenings, exit);
        self.noted(at, happenings, exit);
    }

    /// Tells those who watch.
    pub(crate) fn noted(&mut self, at: Timestamp, happenings: &[GroupEvent], exit: Exit) {
        for happening in happenings {
            tracing::debug!(group = happening.group.as_str(), what = ?happening.what, ?exit, "happened");
            self.log.happened(at, happening);
        }
    }

    /// Why no group may be created beside those there are, where that is so.
    pub(crate) fn no_room_for_a_group(&self) -> Option<String> {
        let max = self.groups_max;
        (self.app.groups().len() >= max).then(|| format!("there are {max} groups, and the emulator keeps no more"))
    }

    /// Members that a group may have.
    pub(crate) const fn members_max(&self) -> usize {
        self.members_max
    }

    /// An id for a group whose maker chose none. The same calls are given the same ids.
    pub(crate) fn assign_id(&mut self, prefix: &str) -> GroupId {
        loop {
            self.assigned += 1;
            let id = GroupId::parse(&format!("{prefix}{:08}", self.assigned));
            if let Some(id) = id.ok().filter(|id| self.app.room(id).is_none()) {
                return id;
            }
        }
    }
}

/// What a request asks that got past steps 1 to 5.
fn asked<'a>(request: &Request<'a>, query: &'a RawQuery) -> Call<'a> {
    Call { identifier: query.identifier().unwrap_or_default(), path: request.path, body: request.body }
}
