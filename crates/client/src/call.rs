//! Any other call of the API as a machine: signed, paced and tried again by the rules of a job.

mod request;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use avmarks_protocol::Envelope;
use avmarks_protocol::region::BaseUrl;
use avmarks_protocol::url::{CallUrl, Query};
use avmarks_spec::Timestamp;

use crate::pace::Pace;
use crate::random::Random;
use crate::reply::{Anomaly, AttemptResult, Failure, Reply, scrubbed};
use crate::retry::{RetrySettings, Then, Tried, advice};
use crate::signature::Signed;
use crate::{NotInFlight, Signer, Try, TryId};

pub use request::CallRequest;

/// Carries out one call: like a [`Job`](crate::Job), without accounts to account for.
///
/// ```
/// use std::sync::Arc;
/// use avmarks_client::{CallRequest, CallStep, Pace, PaceSettings, Reply, RetrySettings, Signer, SingleCall};
/// use avmarks_protocol::{get_online_member_num::Answer, SdkAppId, usersig::UserSig};
/// use avmarks_spec::{GroupId, Timestamp, UserId};
///
/// let signer = Arc::new(Signer::fixed(SdkAppId::EXAMPLE, UserId::parse("admin").unwrap(), UserSig::new("eJy")));
/// let request = CallRequest::online_count(&GroupId::parse("@TGS#a6I4ZUUGO").unwrap());
/// let mut call = SingleCall::new(request, signer, RetrySettings::default(), 7);
/// let mut pace = Pace::new(PaceSettings::default());
/// let now = Timestamp::from_millis(1_795_412_030_000);
///
/// let CallStep::Send(sending) = call.poll(now, &mut pace) else { panic!() };
/// call.on_reply(sending.id, now, &Reply::new(200, &Answer::count(1_000).to_json())).unwrap();
/// let CallStep::Done(Ok(answered)) = call.poll(now, &mut pace) else { panic!() };
/// assert_eq!(Answer::parse(&answered.body).unwrap().online_member_num, Some(1_000));
/// ```
#[derive(Debug)]
pub struct SingleCall {
    request: CallRequest,
    signer: Arc<Signer>,
    retry: RetrySettings,
    random: Random,
    /// All tries but the latest.
    earlier: Vec<Try>,
    renewed: bool,
    /// Not tried again after: the budget would be overrun. Set when it is first sent.
    last_start: Timestamp,
    state: State,
    seen: Timestamp,
}

#[derive(Debug)]
enum State {
    Fresh,
    /// To be sent again, not before this moment; what became of the latest try.
    Waiting(Timestamp, Try),
    InFlight(InFlight),
    Ended(Result<Answered, Unanswered>),
}

#[derive(Clone, Debug)]
struct InFlight {
    id: TryId,
    signed: Signed,
    random: u32,
    sent_at: Timestamp,
    until: Timestamp,
}

/// What to do next about a [`SingleCall`]. The list is closed.
#[derive(Debug)]
pub enum CallStep {
    /// Send this, and feed what comes of it.
    Send(Sending),
    /// Ask again at this moment, or as soon as something was fed.
    WaitUntil(Timestamp),
    /// It has ended, so.
    Done(Result<Answered, Unanswered>),
}

/// A request to send: `POST`, with [`CallRequest::body`] as JSON.
#[derive(Debug)]
pub struct Sending {
    /// By which its response is fed.
    pub id: TryId,
    /// The query. **It holds the signature.**
    pub query: Query,
    /// How long to wait for the whole response, connecting included.
    pub timeout: Duration,
}

/// An answer with code 0.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answered {
    /// Status, code and sentence.
    pub envelope: Envelope,
    /// The whole answer, JSON.
    pub body: Vec<u8>,
    /// The correlation id of the try that was answered: `random` of its query.
    pub random: u32,
    /// What was odd about it and put up with.
    pub quirks: Vec<Anomaly>,
}

/// Without the body, which may be long.
impl fmt::Debug for Answered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Answered");
        shown.field("envelope", &self.envelope).field("bytes", &self.body.len()).field("random", &self.random);
        shown.field("quirks", &self.quirks).finish()
    }
}

/// A call that was given up: refused, lost, or too late. The latest of its tries tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unanswered {
    path: String,
    earlier: Vec<Try>,
    last: Box<Try>,
}

impl Unanswered {
    /// The latest try: what became of it, and its `random`.
    #[must_use]
    pub const fn last(&self) -> &Try {
        &self.last
    }

    /// All tries, in order.
    pub fn tries(&self) -> impl Iterator<Item = &Try> {
        self.earlier.iter().chain([self.last()])
    }

    /// Whether it may have been carried out without our knowing it.
    #[must_use]
    pub fn may_have_been_served(&self) -> bool {
        self.tries().any(|one| one.heard().may_have_been_served())
    }
}

impl fmt::Display for Unanswered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let command = self.path.rsplit('/').next().unwrap_or_default();
        let (tries, random, heard) = (self.tries().count(), self.last.random(), self.last.heard());
        let s = if tries == 1 { "y" } else { "ies" };
        write!(f, "`{command}` was given up after {tries} tr{s}, the last with `random` {random}: {heard}")
    }
}

impl std::error::Error for Unanswered {}

impl SingleCall {
    /// A call that has not been sent. `seed` should be a random number, another for each call.
    #[must_use]
    pub fn new(request: CallRequest, signer: Arc<Signer>, retry: RetrySettings, seed: u64) -> Self {
        Self {
            request,
            signer,
            retry,
            random: Random::new(seed),
            earlier: Vec::new(),
            renewed: false,
            last_start: Timestamp::EPOCH,
            state: State::Fresh,
            seen: Timestamp::EPOCH,
        }
    }

    /// What is asked.
    #[must_use]
    pub const fn request(&self) -> &CallRequest {
        &self.request
    }

    /// The whole URL of a try. **It holds the signature**; its `Debug` does not.
    #[must_use]
    pub fn url(&self, base: &BaseUrl, sending: &Sending) -> CallUrl {
        CallUrl::new(base, &self.request.path, &sending.query)
    }

    /// What to do next. Call it again after having done so, or when something was fed. `pace` is that of the command.
    ///
    /// May have changed afterwards: a try is in flight where the step is [`CallStep::Send`]; one whose time is over counts as
    /// [`Failure::TimedOut`]; the call has ended where it can no longer be tried within its budget.
    pub fn poll(&mut self, now: Timestamp, pace: &mut Pace) -> CallStep {
        let now = self.time(now);
        if let State::InFlight(flying) = &self.state
            && flying.until <= now
        {
            let flying = flying.clone();
            self.take_in(flying, now, AttemptResult::Failed(Failure::TimedOut), Vec::new());
        }
        let admitted_at = pace.ready_at(now);
        match &self.state {
            State::InFlight(flying) => CallStep::WaitUntil(flying.until),
            State::Ended(outcome) => CallStep::Done(outcome.clone()),
            State::Waiting(ready_at, last) if admitted_at.max(*ready_at) > self.last_start => {
                let unanswered = self.unanswered(last.clone());
                self.state = State::Ended(Err(unanswered.clone()));
                CallStep::Done(Err(unanswered))
            }
            State::Waiting(ready_at, _) if *ready_at > now => CallStep::WaitUntil(admitted_at.max(*ready_at)),
            State::Fresh | State::Waiting(..) if admitted_at > now => CallStep::WaitUntil(admitted_at),
            State::Fresh | State::Waiting(..) => {
                pace.admit(now);
                CallStep::Send(self.send(now))
            }
        }
    }

    /// Feeds a response to a try, whatever it is.
    ///
    /// May have changed afterwards: the call has ended, or waits to be sent again.
    ///
    /// # Errors
    ///
    /// [`NotInFlight`] where the try was answered before, or its time was over when [`SingleCall::poll`] was called. Nothing
    /// changes.
    pub fn on_reply(&mut self, id: TryId, now: Timestamp, reply: &Reply<'_>) -> Result<(), NotInFlight> {
        let now = self.time(now);
        let flying = self.flying(id)?;
        let body = scrubbed(reply.body, flying.signed.usersig.as_str());
        let opened = Reply { body: &body, ..*reply }.open(Envelope::parse, |envelope| envelope);
        let mut quirks = opened.quirks;
        if *body != *reply.body {
            quirks.push(Anomaly::Signature);
        }
        match opened.envelope {
            Ok(envelope) => {
                let (body, random) = (opened.body.into_owned(), flying.random);
                self.state = State::Ended(Ok(Answered { envelope, body, random, quirks }));
            }
            Err(heard) => self.take_in(flying, now, heard, quirks),
        }
        Ok(())
    }

    /// Feeds that a try got no response.
    ///
    /// May have changed afterwards: as after [`SingleCall::on_reply`].
    ///
    /// # Errors
    ///
    /// As [`SingleCall::on_reply`].
    pub fn on_failure(&mut self, id: TryId, now: Timestamp, failure: Failure) -> Result<(), NotInFlight> {
        let now = self.time(now);
        let flying = self.flying(id)?;
        let failure = failure.without(flying.signed.usersig.as_str());
        self.take_in(flying, now, AttemptResult::Failed(failure), Vec::new());
        Ok(())
    }

    /// The time that counts: never before the latest seen.
    fn time(&mut self, now: Timestamp) -> Timestamp {
        self.seen = self.seen.max(now);
        self.seen
    }

    fn send(&mut self, now: Timestamp) -> Sending {
        match std::mem::replace(&mut self.state, State::Fresh) {
            State::Waiting(_, last) => self.earlier.push(last),
            _ => self.last_start = self.retry.last_start(now),
        }
        let id = TryId(u64::try_from(self.earlier.len()).unwrap_or(u64::MAX));
        let timeout = self.retry.timeout(now, self.last_start);
        let (signed, random) = (self.signer.sign(now), self.random.correlation());
        let query = Query {
            sdkappid: self.signer.app(),
            identifier: self.signer.identifier().to_string(),
            usersig: signed.usersig.clone(),
            random: Some(random),
        };
        self.state = State::InFlight(InFlight { id, signed, random, sent_at: now, until: now.saturating_add(timeout) });
        Sending { id, query, timeout }
    }

    fn flying(&self, id: TryId) -> Result<InFlight, NotInFlight> {
        match &self.state {
            State::InFlight(flying) if flying.id == id => Ok(flying.clone()),
            _ => Err(NotInFlight { id }),
        }
    }

    /// Takes in what became of a try that was not answered with code 0.
    fn take_in(&mut self, flying: InFlight, now: Timestamp, heard: AttemptResult, quirks: Vec<Anomaly>) {
        let InFlight { id, signed, random, sent_at, .. } = flying;
        let tries = self.earlier.len() + 1;
        let (signer, generation) = (&self.signer, signed.generation);
        let tried = Tried { tries, renewed: &mut self.renewed, signer, generation };
        let next = self.retry.next(advice(&heard), tried, &mut self.random);
        let may_be_repeated = self.request.repeatable || !heard.may_have_been_served();
        let last = Try { id, random, sent_at, ended_at: now, heard, quirks, verbatim: None };
        self.state = match next.then {
            Then::Again(wait) if may_be_repeated => State::Waiting(now.saturating_add(wait), last),
            _ => State::Ended(Err(self.unanswered(last))),
        };
    }

    fn unanswered(&self, last: Try) -> Unanswered {
        Unanswered { path: self.request.path.clone(), earlier: self.earlier.clone(), last: Box::new(last) }
    }
}

#[cfg(test)]
mod tests;
