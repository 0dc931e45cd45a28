//! The machine: plans in, requests out, responses in, outcomes out. Everything that changes a job's state is in this file.

mod queue;
mod report;
mod settings;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use avmarks_protocol::modify_user_info::Answer;
use avmarks_spec::Timestamp;

use crate::attempt::{Ended, InFlight, Next, NotInFlightError, Sender, Step, Transmit};
use crate::pace::{Pace, RoundRobin};
use crate::progress::{AnsweredCall, Progress};
use crate::response::{Anomaly, AttemptResult, Response, TransportError};
use crate::retry::Scope;
use crate::{AccountReport, Outcome, Plan, Signer, State};

pub use queue::CallRecord;
use queue::{Call, End, Halt, PlanQueue, SentCall};
pub use settings::{JobError, JobSettings};

/// Carries out plans: signs, paces, sends and sends again, and tracks the outcome of every account.
///
/// It does no input or output. Its methods fall into four groups:
///
/// - **Poll:** [`Job::poll`] says what to do next. Call it until it says [`Step::Done`], and again after each event.
/// - **Events:** [`Job::on_response`] and [`Job::on_failure`] take the result of an attempt.
/// - **Commands:** [`Job::stop`] ends the job early. [`Job::new`] and [`Job::resume`] make one.
/// - **Queries** change nothing: [`Job::report`] and [`Job::into_result`] for the outcome of each account, [`Job::calls`] for each
///   attempt, [`Job::progress`] and [`Job::answered`] for how far it has come, [`Job::plans`], [`Job::settings`],
///   [`Job::endpoint`] and [`Job::in_flight`].
///
/// Times are arguments, and should come from one clock that never runs back, such as a monotonic one that was set to the time
/// of day once: a time below the latest seen is taken as the latest seen.
#[derive(Debug)]
#[must_use = "a job that ran may have failed for some accounts: ask its report, or `into_result`"]
pub struct Job {
    queues: Vec<PlanQueue>,
    turns: RoundRobin,
    sender: Sender,
    settings: JobSettings,
    sent: BTreeMap<u64, SentCall>,
    records: Vec<CallRecord>,
    halt: Option<Halt>,
}

impl Job {
    /// A job of these plans, each for another group and all of one command: the order of calls is kept within a plan, while groups
    /// take turns. `seed` should be a random number, another one for each job; from it come the `random` of each attempt and the
    /// spread of waits. The same seed, inputs and times give the same job.
    ///
    /// # Errors
    ///
    /// [`JobError`] if a setting is out of range, or two plans are for one group or of different commands.
    pub fn new(plans: Vec<Plan>, signer: Arc<Signer>, settings: JobSettings, seed: u64) -> Result<Self, JobError> {
        let untouched = plans.iter().map(|_| Vec::new()).collect();
        Self::with_answered(plans, untouched, signer, settings, seed)
    }

    /// A job that continues where another one stopped: accounts that have their answer are not sent again.
    ///
    /// # Errors
    ///
    /// As [`Job::new`], and [`JobError::Progress`] if the progress is not of these plans, in this order.
    pub fn resume(
        plans: Vec<Plan>,
        progress: &Progress,
        signer: Arc<Signer>,
        settings: JobSettings,
        seed: u64,
    ) -> Result<Self, JobError> {
        let answered = progress.fit(&plans)?;
        Self::with_answered(plans, answered, signer, settings, seed)
    }

    fn with_answered(
        plans: Vec<Plan>,
        answered: Vec<Vec<AnsweredCall>>,
        signer: Arc<Signer>,
        settings: JobSettings,
        seed: u64,
    ) -> Result<Self, JobError> {
        settings.check(&plans)?;
        Ok(Self {
            queues: plans.into_iter().zip(answered).map(|(plan, answered)| PlanQueue::new(plan, answered)).collect(),
            turns: RoundRobin::default(),
            sender: Sender::new(signer, settings.retry, seed),
            settings,
            sent: BTreeMap::new(),
            records: Vec::new(),
            halt: None,
        })
    }

    /// What to do next. `pace` is that of the command: hand in the same one wherever the app calls it.
    ///
    /// May have changed afterwards: an attempt is in flight where the step is [`Step::Send`], and `pace` has admitted it; attempts
    /// that took too long count as [`TransportError::TimedOut`]; calls that cannot be sent again within their budget have ended.
    pub fn poll(&mut self, now: Timestamp, pace: &mut Pace) -> Step {
        let now = self.sender.time(now);
        self.time_out(now);
        let admitted_at = pace.ready_at(now).max(self.sender.paused_until);
        self.end_late_calls(now, admitted_at);
        let has_room = self.sent.len() < self.settings.in_flight_max;
        if has_room
            && admitted_at <= now
            && let Some(transmit) = self.send(now)
        {
            pace.admit(now);
            return Step::Send(transmit);
        }
        self.next_moment(admitted_at, has_room).map_or(Step::Done, Step::WaitUntil)
    }

    /// Feeds a response to an attempt, whatever it is.
    ///
    /// May have changed afterwards: the accounts of its call have their answer, or are given up, or wait to be sent again, perhaps
    /// in smaller calls; other calls have ended where they would fail for the same reason; nothing is sent for a while where the
    /// service asked for that.
    ///
    /// # Errors
    ///
    /// [`NotInFlightError`] if the attempt was answered before, or had timed out when [`Job::poll`] was called. Nothing changes.
    pub fn on_response(&mut self, id: u64, now: Timestamp, response: &Response<'_>) -> Result<(), NotInFlightError> {
        let now = self.sender.time(now);
        let SentCall { plan, call, in_flight } = self.sent.remove(&id).ok_or(NotInFlightError { id })?;
        let Some(queue) = self.queues.get_mut(plan) else { return Ok(()) };
        let body = self.sender.redacted(&in_flight, now, response.body);
        let mut parsed = Response { body: &body, ..*response }.parse(queue.plan.kind(), now);
        if *body != *response.body {
            parsed.anomalies.push(Anomaly::Signature);
        }
        let answered = answered(queue, &call, &in_flight, now, &parsed.result, parsed.answer.as_ref());
        let answered = answered.map(|(answered, anomalies)| {
            parsed.anomalies.extend(anomalies);
            answered
        });
        let is_kept = self.settings.keep_answers && !matches!(parsed.result, AttemptResult::UnexpectedResponse(_));
        let body = is_kept.then(|| body.as_ref().into());
        let sent = SentCall { plan, call, in_flight };
        let asked = response.asked_wait(now);
        let ended = Ended { result: parsed.result, anomalies: parsed.anomalies, body, asked };
        self.end(sent, now, ended, answered);
        Ok(())
    }

    /// Feeds that an attempt got no response.
    ///
    /// May have changed afterwards: as after [`Job::on_response`].
    ///
    /// # Errors
    ///
    /// As [`Job::on_response`].
    pub fn on_failure(&mut self, id: u64, now: Timestamp, error: TransportError) -> Result<(), NotInFlightError> {
        let now = self.sender.time(now);
        let sent = self.sent.remove(&id).ok_or(NotInFlightError { id })?;
        let error = self.sender.redacted_error(&sent.in_flight, now, error);
        self.end(sent, now, Ended::failed(error), None);
        Ok(())
    }

    /// Sends no more calls. Calls in flight may still be answered, and [`Job::poll`] waits for it.
    ///
    /// May have changed afterwards: calls that waited to be sent again have ended.
    pub fn stop(&mut self) {
        self.halt_all(Halt::Stopped);
    }

    /// Ends the attempts that took too long.
    fn time_out(&mut self, now: Timestamp) {
        let late: Vec<_> =
            self.sent.iter().filter(|(_, sent)| sent.in_flight.until <= now).map(|(id, _)| *id).collect();
        for id in late {
            if let Some(sent) = self.sent.remove(&id) {
                self.end(sent, now, Ended::failed(TransportError::TimedOut), None);
            }
        }
    }

    /// Ends the calls that cannot be sent again before it is too late, and the job if no new call can begin.
    fn end_late_calls(&mut self, now: Timestamp, admitted_at: Timestamp) {
        for (plan, queue) in self.queues.iter_mut().enumerate() {
            let is_late = |call: &mut Call| call.attempts.ready_at.max(admitted_at).max(now) > call.attempts.last_start;
            self.records.extend(queue.waiting.extract_if(.., is_late).map(|call| call.given_up(plan)));
        }
        if self.settings.last_start().is_some_and(|last| admitted_at.max(now) > last) && self.has_fresh() {
            self.halt_all(Halt::Deadline);
        }
    }

    /// Sends one call, if one is ready: of the group whose turn it is, one that was sent before takes precedence.
    fn send(&mut self, now: Timestamp) -> Option<Transmit> {
        let halted = self.halt.is_some();
        let ready = |plan: usize| self.queues.get(plan).is_some_and(|queue| queue.is_ready(now, halted));
        let plan = self.turns.take(self.queues.len(), ready)?;
        let queue = self.queues.get_mut(plan)?;
        let mut call = queue.take(now)?;
        let (path, body) = (queue.plan.kind().endpoint().path(), queue.plan.body(call.range.clone()));
        let deadline = self.settings.last_start();
        let (transmit, in_flight) = self.sender.send(&mut call.attempts, now, deadline, path, body);
        self.sent.insert(transmit.id, SentCall { plan, call, in_flight });
        Some(transmit)
    }

    /// When there will be something to do, if nothing is fed before; none where everything has ended.
    fn next_moment(&self, admitted_at: Timestamp, has_room: bool) -> Option<Timestamp> {
        const ONE: Duration = Duration::from_millis(1);
        let mut moments: Vec<Timestamp> = self.sent.values().map(|sent| sent.in_flight.until).collect();
        for Call { attempts, .. } in self.queues.iter().flat_map(|queue| &queue.waiting) {
            moments.push(attempts.last_start.saturating_add(ONE));
            if has_room {
                moments.push(attempts.ready_at.max(admitted_at));
            }
        }
        if self.has_fresh() {
            moments.extend(self.settings.last_start().map(|last| last.saturating_add(ONE)));
            if has_room {
                moments.push(admitted_at);
            }
        }
        moments.into_iter().min()
    }

    /// Ends an attempt, and does what follows.
    fn end(&mut self, sent: SentCall, now: Timestamp, ended: Ended, answered: Option<AnsweredCall>) {
        let SentCall { plan, mut call, in_flight } = sent;
        let Some(queue) = self.queues.get_mut(plan) else { return };
        let result = ended.result.clone();
        let next = self.sender.end(&mut call.attempts, in_flight, now, ended);
        match (next, answered) {
            (_, Some(answered)) => {
                answered.count(&queue.plan, &mut queue.holders);
                self.records.push(call.ended(plan, End::Answered(answered)));
            }
            (Next::Retry, None) if self.halt.is_none() && queue.halt.is_none() => queue.waiting.push(call),
            (Next::Split, None) if call.range.len() > 1 => {
                queue.split(&call);
                self.records.push(call.ended(plan, End::Split));
            }
            (Next::GiveUp(Scope::Job), None) => {
                self.records.push(call.given_up(plan));
                self.halt_all(Halt::Hopeless(result));
            }
            (Next::GiveUp(Scope::Group), None) => {
                queue.halt.get_or_insert(Halt::Hopeless(result));
                self.records.push(call.given_up(plan));
                self.records.extend(queue.waiting.drain(..).map(|call| call.given_up(plan)));
            }
            _ => self.records.push(call.given_up(plan)),
        }
    }

    /// Sends nothing more, for this reason; an earlier reason stays.
    fn halt_all(&mut self, halt: Halt) {
        self.halt.get_or_insert(halt);
        for (plan, queue) in self.queues.iter_mut().enumerate() {
            self.records.extend(queue.waiting.drain(..).map(|call| call.given_up(plan)));
        }
    }

    /// Whether some accounts have not been sent yet.
    fn has_fresh(&self) -> bool {
        self.halt.is_none() && self.queues.iter().any(PlanQueue::has_fresh)
    }
}

/// The results of the accounts of a call that was answered with code 0.
fn answered(
    queue: &PlanQueue,
    call: &Call,
    in_flight: &InFlight,
    now: Timestamp,
    result: &AttemptResult,
    answer: Option<&Answer>,
) -> Option<(AnsweredCall, Vec<Anomaly>)> {
    let (range, random) = (call.range.clone(), in_flight.random());
    match (result, answer) {
        (AttemptResult::Accepted, _) => Some((AnsweredCall::whole(range, random, now), Vec::new())),
        (_, Some(answer)) => Some(AnsweredCall::of(&queue.plan, range, answer, &queue.holders, random, now)),
        _ => None,
    }
}

/// Some accounts of a job were not served, or only in part.
#[derive(Debug)]
pub struct IncompleteError {
    job: Box<Job>,
}

impl IncompleteError {
    fn new(job: Job) -> Self {
        Self { job: Box::new(job) }
    }

    /// The job, for its report.
    pub const fn job(&self) -> &Job {
        &self.job
    }
}

/// How many accounts are in each state, and the first that was not served.
impl fmt::Display for IncompleteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = self.job.report();
        let done = report.count(State::Applied) + report.count(State::Accepted);
        write!(f, "{done} of {} accounts were served", report.total())?;
        for state in State::ALL.iter().filter(|state| !matches!(state, State::Applied | State::Accepted)) {
            match report.count(*state) {
                0 => {}
                count => write!(f, ", {count} {}", state.name())?,
            }
        }
        let is_done = |account: &AccountReport<'_>| matches!(account.outcome, Outcome::Applied | Outcome::Accepted);
        match report.accounts().find(|account| !is_done(account)) {
            Some(AccountReport { account, outcome, .. }) => write!(f, "; the first is `{account}`: {outcome}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for IncompleteError {}

#[cfg(test)]
mod tests;
