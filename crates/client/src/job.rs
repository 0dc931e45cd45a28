//! The machine: plans in, requests out, responses in, outcomes out. Everything that changes a job's state is in this file.

mod call;
mod settings;
mod views;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use avmarks_protocol::modify_user_info::Answer;
use avmarks_protocol::url::Query;
use avmarks_spec::Timestamp;

use crate::pace::{Pace, RoundRobin};
use crate::progress::{Progress, Settled};
use crate::random::Random;
use crate::reply::{Anomaly, AttemptResult, Failure, Reply, scrubbed};
use crate::retry::{Scope, Then, Tried, advice};
use crate::{Plan, Signer};

use call::{Call, Halt, InFlight, PlanQueue};
pub use call::{CallRecord, End, NotInFlight, Outgoing, Step, Try, TryId};
pub use settings::{JobError, JobSettings};

/// Carries out plans: signs, paces, sends, tries again, and keeps account of every account.
///
/// Call [`Job::poll`] until it says [`Step::Done`]; do what it says, and feed what came of it. All times are handed in, and
/// should come from one clock that never runs back, such as a monotonic one that was set to the time of day once: a
/// time below the latest seen is taken as the latest seen.
#[derive(Debug)]
pub struct Job {
    lanes: Vec<PlanQueue>,
    turns: RoundRobin,
    signer: Arc<Signer>,
    settings: JobSettings,
    pace: Pace,
    /// Nothing is sent before: the service asked for a pause.
    paused_until: Timestamp,
    random: Random,
    flying: BTreeMap<TryId, InFlight>,
    tries: u64,
    records: Vec<CallRecord>,
    halt: Option<Halt>,
    seen: Timestamp,
}

impl Job {
    /// A job of these plans, of which each must be for another group and all of one command: the order of calls is kept within a
    /// plan alone, while groups take turns. `seed` should be a random number, another for each job; from it come the `random` of each try
    /// and the spread of waits. The same seed, inputs and times give the same job.
    ///
    /// # Errors
    ///
    /// [`JobError`] where a setting is out of range, or two plans are for one group or of different commands.
    pub fn new(plans: Vec<Plan>, signer: Arc<Signer>, settings: JobSettings, seed: u64) -> Result<Self, JobError> {
        let untouched = plans.iter().map(|_| Vec::new()).collect();
        Self::with_settled(plans, untouched, signer, settings, seed)
    }

    /// A job that goes on where another one stopped: what that one settled is not sent again.
    ///
    /// # Errors
    ///
    /// As [`Job::new`], and [`JobError::Progress`] where the progress is not of these plans, in this order.
    pub fn resume(
        plans: Vec<Plan>,
        progress: &Progress,
        signer: Arc<Signer>,
        settings: JobSettings,
        seed: u64,
    ) -> Result<Self, JobError> {
        let settled = progress.fit(&plans)?;
        Self::with_settled(plans, settled, signer, settings, seed)
    }

    fn with_settled(
        plans: Vec<Plan>,
        settled: Vec<Vec<Settled>>,
        signer: Arc<Signer>,
        settings: JobSettings,
        seed: u64,
    ) -> Result<Self, JobError> {
        settings.check(&plans)?;
        Ok(Self {
            lanes: plans.into_iter().zip(settled).map(|(plan, settled)| PlanQueue::new(plan, settled)).collect(),
            turns: RoundRobin::default(),
            signer,
            settings,
            pace: Pace::new(settings.pace),
            paused_until: Timestamp::EPOCH,
            random: Random::new(seed),
            flying: BTreeMap::new(),
            tries: 0,
            records: Vec::new(),
            halt: None,
            seen: Timestamp::EPOCH,
        })
    }

    /// The same job at the pace of an earlier one of the same app and command, whose latest calls count. Its settings hold.
    #[must_use]
    pub fn with_pace(mut self, pace: Pace) -> Self {
        self.pace = pace;
        self
    }

    /// The pace, for the next job of the same app and command.
    #[must_use]
    pub fn into_pace(self) -> Pace {
        self.pace
    }

    /// What to do next. Call it again after having done so, or when something was fed.
    ///
    /// May have changed afterwards: a try is in flight where the step is [`Step::Send`]; tries whose time is over count as
    /// [`Failure::TimedOut`]; calls that can no longer be tried within their budget have ended.
    pub fn poll(&mut self, now: Timestamp) -> Step {
        self.poll_within(now, None)
    }

    /// [`Job::poll`] where others call the same app by the same command at the same time: what it sends counts for `shared` as well, and it sends
    /// nothing that `shared` does not admit.
    ///
    /// May have changed afterwards: as after [`Job::poll`], and `shared`.
    pub fn poll_shared(&mut self, now: Timestamp, shared: &mut Pace) -> Step {
        self.poll_within(now, Some(shared))
    }

    fn poll_within(&mut self, now: Timestamp, shared: Option<&mut Pace>) -> Step {
        let now = self.time(now);
        self.time_out(now);
        let admitted_by_others = shared.as_ref().map_or(now, |shared| shared.ready_at(now));
        let admitted_at = self.pace.ready_at(now).max(self.paused_until).max(admitted_by_others);
        self.end_what_is_too_late(now, admitted_at);
        let has_room = self.flying.len() < self.settings.in_flight_max;
        if has_room
            && admitted_at <= now
            && let Some(outgoing) = self.send(now)
        {
            if let Some(shared) = shared {
                shared.admit(now);
            }
            return Step::Send(outgoing);
        }
        self.next_moment(admitted_at, has_room).map_or(Step::Done, Step::WaitUntil)
    }

    /// Feeds a response to a try, whatever it is.
    ///
    /// May have changed afterwards: the accounts of its call are settled, or given up, or wait to be sent again, perhaps in
    /// smaller calls; other calls have ended where the answer shows that they are of no use; nothing is sent for a while where
    /// the service asked for that.
    ///
    /// # Errors
    ///
    /// [`NotInFlight`] where the try was answered before, or its time was over when [`Job::poll`] was called. Nothing changes.
    pub fn on_reply(&mut self, id: TryId, now: Timestamp, reply: &Reply<'_>) -> Result<(), NotInFlight> {
        let now = self.time(now);
        let flying = self.flying.remove(&id).ok_or(NotInFlight { id })?;
        let Some(lane) = self.lanes.get(flying.lane) else { return Ok(()) };
        let body = scrubbed(reply.body, flying.signed.usersig.as_str());
        let mut hearing = Reply { body: &body, ..*reply }.read(lane.plan.kind());
        if *body != *reply.body {
            hearing.quirks.push(Anomaly::Signature);
        }
        let verbatim = self.settings.keep_answers && !matches!(hearing.heard, AttemptResult::UnexpectedResponse(_));
        let verbatim = verbatim.then(|| body.as_ref().into());
        let ended = Try { verbatim, ..flying.ended(id, now, hearing.heard, hearing.quirks) };
        self.take_in(flying, ended, hearing.answer, now);
        Ok(())
    }

    /// Feeds that a try got no response.
    ///
    /// May have changed afterwards: as after [`Job::on_reply`].
    ///
    /// # Errors
    ///
    /// As [`Job::on_reply`].
    pub fn on_failure(&mut self, id: TryId, now: Timestamp, failure: Failure) -> Result<(), NotInFlight> {
        let now = self.time(now);
        let flying = self.flying.remove(&id).ok_or(NotInFlight { id })?;
        let failure = failure.without(flying.signed.usersig.as_str());
        let ended = flying.ended(id, now, AttemptResult::Failed(failure), Vec::new());
        self.take_in(flying, ended, None, now);
        Ok(())
    }

    /// Sends nothing more. What is in flight may still be answered, and [`Job::poll`] waits for it.
    ///
    /// May have changed afterwards: calls that waited to be sent again have ended.
    pub fn stop(&mut self) {
        self.halt_all(Halt::Stopped);
    }

    /// The time that counts: never before the latest seen.
    fn time(&mut self, now: Timestamp) -> Timestamp {
        self.seen = self.seen.max(now);
        self.seen
    }

    /// Ends the tries whose time is over.
    fn time_out(&mut self, now: Timestamp) {
        let late: Vec<_> = self.flying.iter().filter(|(_, flying)| flying.until <= now).map(|(id, _)| *id).collect();
        for id in late {
            if let Some(flying) = self.flying.remove(&id) {
                let ended = flying.ended(id, now, AttemptResult::Failed(Failure::TimedOut), Vec::new());
                self.take_in(flying, ended, None, now);
            }
        }
    }

    /// Ends the calls that cannot be tried again before it is too late, and the job where none can be begun any more.
    fn end_what_is_too_late(&mut self, now: Timestamp, admitted_at: Timestamp) {
        for (at, lane) in self.lanes.iter_mut().enumerate() {
            let too_late = |call: &mut Call| call.ready_at.max(admitted_at).max(now) > call.last_start;
            self.records.extend(lane.waiting.extract_if(.., too_late).map(|call| call.given_up(at)));
        }
        if self.settings.last_start().is_some_and(|last| admitted_at.max(now) > last) && self.has_fresh() {
            self.halt_all(Halt::Deadline);
        }
    }

    /// Sends one call, where one is ready: of the group whose turn it is, one that was tried before any other.
    fn send(&mut self, now: Timestamp) -> Option<Outgoing> {
        let last_start = self.settings.last_start();
        let (lanes, halted) = (&self.lanes, self.halt.is_some());
        let ready = |at: usize| lanes.get(at).is_some_and(|lane| lane.is_ready(now, halted));
        let at = self.turns.take(lanes.len(), ready)?;
        if !self.pace.admit(now) {
            return None;
        }
        let lane = self.lanes.get_mut(at)?;
        let mut call = lane.take(now)?;
        if call.tries.is_empty() {
            let by_budget = self.settings.retry.last_start(now);
            call.last_start = last_start.map_or(by_budget, |last| last.min(by_budget));
        }
        let timeout = self.settings.retry.timeout(now, call.last_start);
        let signed = self.signer.sign(now);
        let id = TryId(self.tries);
        self.tries += 1;
        let random = self.random.correlation();
        let outgoing = Outgoing {
            id,
            plan: at,
            endpoint: lane.plan.kind().endpoint(),
            group: *lane.plan.group(),
            range: call.range.clone(),
            number: call.tries.len() + 1,
            query: Query {
                sdkappid: self.signer.app(),
                identifier: self.signer.identifier().to_string(),
                usersig: signed.usersig.clone(),
                random: Some(random),
            },
            body: lane.plan.call(call.range.clone()).body(),
            timeout,
        };
        self.flying
            .insert(id, InFlight { lane: at, call, signed, random, sent_at: now, until: now.saturating_add(timeout) });
        Some(outgoing)
    }

    /// When there will be something to do, if nothing is fed before; none where all is done.
    fn next_moment(&self, admitted_at: Timestamp, has_room: bool) -> Option<Timestamp> {
        const ONE: Duration = Duration::from_millis(1);
        let mut moments: Vec<Timestamp> = self.flying.values().map(|flying| flying.until).collect();
        for call in self.lanes.iter().flat_map(|lane| &lane.waiting) {
            moments.push(call.last_start.saturating_add(ONE));
            if has_room {
                moments.push(call.ready_at.max(admitted_at));
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

    /// Takes in what became of a try, and does what is to be done about it.
    fn take_in(&mut self, flying: InFlight, mut ended: Try, answer: Option<Answer>, now: Timestamp) {
        let InFlight { lane: at, mut call, signed, random, .. } = flying;
        let Some(lane) = self.lanes.get_mut(at) else { return };
        let advice = advice(&ended.heard);
        let range = call.range.clone();
        let settled = match (&ended.heard, answer) {
            (AttemptResult::Accepted, _) => Some((Settled::whole(range, random, now), 0)),
            (_, answer) => answer.map(|answer| Settled::of(&lane.plan, range, &answer, random, now)),
        };
        if let Some((_, strangers @ 1..)) = settled {
            ended.quirks.push(Anomaly::UnrequestedAccounts(strangers));
        }
        let heard = ended.heard.clone();
        call.tries.push(ended);
        if let Some((settled, _)) = settled {
            self.records.push(call.ended(at, End::Settled(settled)));
            return;
        }
        let (tries, generation) = (call.tries.len(), signed.generation);
        let tried = Tried { tries, renewed: &mut call.renewed, signer: &self.signer, generation };
        let next = self.settings.retry.next(advice, tried, &mut self.random);
        self.paused_until = self.paused_until.max(now.saturating_add(next.pause));
        match next.then {
            Then::Again(wait) => self.again(at, call, now.saturating_add(wait)),
            Then::Split if call.range.len() > 1 => {
                lane.split(&call);
                self.records.push(call.ended(at, End::Split));
            }
            Then::GiveUp(Scope::Job) => {
                self.records.push(call.given_up(at));
                self.halt_all(Halt::Hopeless(heard));
            }
            Then::GiveUp(Scope::Group) => {
                lane.halt.get_or_insert(Halt::Hopeless(heard));
                self.records.push(call.given_up(at));
                self.records.extend(lane.waiting.drain(..).map(|call| call.given_up(at)));
            }
            Then::Split | Then::GiveUp(Scope::Call) => self.records.push(call.given_up(at)),
        }
    }

    /// Lets a call wait until it is tried again, unless there are reasons not to. Whether that is too late, [`Job::poll`] sees.
    fn again(&mut self, at: usize, mut call: Call, ready_at: Timestamp) {
        call.ready_at = ready_at;
        match self.lanes.get_mut(at) {
            Some(lane) if self.halt.is_none() && lane.halt.is_none() => lane.waiting.push(call),
            _ => self.records.push(call.given_up(at)),
        }
    }

    /// Sends nothing more, for this reason; an earlier one stays.
    fn halt_all(&mut self, halt: Halt) {
        self.halt.get_or_insert(halt);
        for (at, lane) in self.lanes.iter_mut().enumerate() {
            self.records.extend(lane.waiting.drain(..).map(|call| call.given_up(at)));
        }
    }

    /// Whether some accounts have not been sent, and are to be.
    fn has_fresh(&self) -> bool {
        self.halt.is_none() && self.lanes.iter().any(PlanQueue::has_fresh)
    }
}

#[cfg(test)]
mod tests;
