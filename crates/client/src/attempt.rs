//! One call until it ends: signed, sent, sent again, given up. [`Job`](crate::Job) and [`SingleCall`](crate::SingleCall) both use it.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use avmarks_protocol::region::BaseUrl;
use avmarks_protocol::url::{CallUrl, Query};
use avmarks_protocol::usersig::UserSig;
use avmarks_spec::Timestamp;

use crate::Signer;
use crate::random::Random;
use crate::response::{Anomaly, AttemptResult, TransportError};
use crate::retry::{Advice, RetrySettings, Scope};

/// What to do next. The list is closed.
#[derive(Debug)]
pub enum Step {
    /// Send this request, and feed what comes of it. Where several attempts may be in flight, ask again at once.
    Send(Transmit),
    /// Ask again at this time, or as soon as there was another input.
    WaitUntil(Timestamp),
    /// Everything has ended: there is nothing more to send or to wait for.
    Done,
}

/// A request to send: `POST`, with the body as JSON.
#[non_exhaustive]
pub struct Transmit {
    /// Identifies the attempt when its response is fed: a number that a machine uses once.
    pub id: u64,
    /// Which attempt of its call it is, from 1.
    pub number: usize,
    /// The path of the URL, without a slash in front.
    pub path: String,
    /// The query. **It contains the signature.**
    pub query: Query,
    /// The body.
    pub body: Vec<u8>,
    /// How long to wait for the whole response, connecting included. It is more than the 3 s after which the service's backend
    /// gives up (1047/34620), and never reaches beyond the budget. Afterwards the attempt counts as timed out.
    pub timeout: Duration,
}

impl Transmit {
    /// The whole URL. **It contains the signature**; its `Debug` output does not.
    #[must_use]
    pub fn url(&self, base: &BaseUrl) -> CallUrl {
        CallUrl::new(base, &self.path, &self.query)
    }

    /// The correlation id: `random` of the query. Each attempt has another one.
    #[must_use]
    pub fn random(&self) -> u32 {
        self.query.random.unwrap_or_default()
    }
}

/// Shows the length of the body, which may be long, and no signature.
impl fmt::Debug for Transmit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Transmit");
        shown.field("id", &self.id).field("number", &self.number).field("path", &self.path).field("query", &self.query);
        shown.field("bytes", &self.body.len()).field("timeout", &self.timeout).finish()
    }
}

/// The attempt is not in flight, or not any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("attempt `{id}` is not in flight: it has ended or timed out; ask `poll` what to do next")]
pub struct NotInFlightError {
    /// The attempt.
    pub id: u64,
}

/// An attempt that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    pub(crate) id: u64,
    pub(crate) random: u32,
    pub(crate) sent_at: Timestamp,
    pub(crate) ended_at: Timestamp,
    pub(crate) result: AttemptResult,
    pub(crate) anomalies: Vec<Anomaly>,
    pub(crate) body: Option<Box<[u8]>>,
}

impl Attempt {
    /// Its id.
    #[must_use]
    pub const fn id(&self) -> u64 {
        self.id
    }

    /// Its correlation id: `random` of the query.
    #[must_use]
    pub const fn random(&self) -> u32 {
        self.random
    }

    /// When it was returned to be sent.
    #[must_use]
    pub const fn sent_at(&self) -> Timestamp {
        self.sent_at
    }

    /// When its result was fed, or it was found to have timed out.
    #[must_use]
    pub const fn ended_at(&self) -> Timestamp {
        self.ended_at
    }

    /// The response as it was classified, or the failure.
    #[must_use]
    pub const fn result(&self) -> &AttemptResult {
        &self.result
    }

    /// What in its answer contradicts the documents or the request.
    #[must_use]
    pub fn anomalies(&self) -> &[Anomaly] {
        &self.anomalies
    }

    /// The service's answer, byte for byte except for redacted signatures ([`Anomaly::Signature`]). None if no answer came, or
    /// answers are not kept.
    #[must_use]
    pub fn body(&self) -> Option<&[u8]> {
        self.body.as_deref()
    }
}

/// The result of an attempt that has just ended.
pub(crate) struct Ended {
    pub(crate) result: AttemptResult,
    pub(crate) anomalies: Vec<Anomaly>,
    /// The answer, if it is kept.
    pub(crate) body: Option<Box<[u8]>>,
    /// The wait that the response asked for by `Retry-After`.
    pub(crate) asked: Option<Duration>,
}

impl Ended {
    /// There was no response.
    pub(crate) const fn failed(error: TransportError) -> Self {
        Self { result: AttemptResult::Failed(error), anomalies: Vec::new(), body: None, asked: None }
    }
}

/// An attempt that is in flight.
#[derive(Clone, Debug)]
pub(crate) struct InFlight {
    id: u64,
    usersig: UserSig,
    random: u32,
    sent_at: Timestamp,
    /// The time at which it times out.
    pub(crate) until: Timestamp,
}

impl InFlight {
    pub(crate) const fn id(&self) -> u64 {
        self.id
    }

    pub(crate) const fn random(&self) -> u32 {
        self.random
    }
}

/// A call that has not ended: its attempts, and when another one may begin.
#[derive(Debug)]
pub(crate) struct Attempts {
    pub(crate) ended: Vec<Attempt>,
    /// The next attempt begins no earlier.
    pub(crate) ready_at: Timestamp,
    /// The next attempt begins no later: the budget would be overrun. Set when the call is first sent.
    pub(crate) last_start: Timestamp,
    /// Whether a signature was renewed for it.
    renewed: bool,
}

impl Attempts {
    pub(crate) const fn new() -> Self {
        Self { ended: Vec::new(), ready_at: Timestamp::EPOCH, last_start: Timestamp::EPOCH, renewed: false }
    }
}

/// The next step of a call after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// The call has its answer.
    Answered,
    /// The call is sent again at [`Attempts::ready_at`].
    Retry,
    /// The accounts of the call are sent in smaller calls.
    Split,
    /// The call is given up, and so is everything else in this scope.
    GiveUp(Scope),
}

/// Signs, sends and judges the attempts of any number of calls.
#[derive(Debug)]
pub(crate) struct Sender {
    pub(crate) signer: Arc<Signer>,
    pub(crate) retry: RetrySettings,
    pub(crate) random: Random,
    next_id: u64,
    /// Nothing is sent earlier: the service asked for a pause.
    pub(crate) paused_until: Timestamp,
    /// The latest time so far.
    seen: Timestamp,
}

impl Sender {
    pub(crate) fn new(signer: Arc<Signer>, retry: RetrySettings, seed: u64) -> Self {
        let (paused_until, seen) = (Timestamp::EPOCH, Timestamp::EPOCH);
        Self { signer, retry, random: Random::new(seed), next_id: 0, paused_until, seen }
    }

    /// The time that counts: never before the latest one.
    pub(crate) fn time(&mut self, now: Timestamp) -> Timestamp {
        self.seen = self.seen.max(now);
        self.seen
    }

    /// Begins an attempt of a call. `deadline` is the last time at which an attempt may begin.
    pub(crate) fn send(
        &mut self,
        call: &mut Attempts,
        now: Timestamp,
        deadline: Option<Timestamp>,
        path: &str,
        body: Vec<u8>,
    ) -> (Transmit, InFlight) {
        if call.ended.is_empty() {
            let by_budget = self.retry.last_start(now);
            call.last_start = deadline.map_or(by_budget, |last| last.min(by_budget));
        }
        let timeout = self.retry.timeout(now, call.last_start);
        let id = self.next_id;
        self.next_id += 1;
        let usersig = self.signer.sign(now);
        let random = self.random.correlation();
        let query = Query {
            sdkappid: self.signer.app(),
            identifier: self.signer.identifier().to_string(),
            usersig: usersig.clone(),
            random: Some(random),
        };
        let transmit = Transmit { id, number: call.ended.len() + 1, path: path.to_owned(), query, body, timeout };
        (transmit, InFlight { id, usersig, random, sent_at: now, until: now.saturating_add(timeout) })
    }

    /// The body of a response with every signature in it redacted.
    pub(crate) fn redacted<'a>(&self, in_flight: &InFlight, now: Timestamp, body: &'a [u8]) -> Cow<'a, [u8]> {
        self.signer.redact(body, &in_flight.usersig, now)
    }

    /// The error with every signature in it redacted.
    pub(crate) fn redacted_error(&self, in_flight: &InFlight, now: Timestamp, error: TransportError) -> TransportError {
        let redacted = |text: String| match self.redacted(in_flight, now, text.as_bytes()) {
            Cow::Borrowed(_) => text,
            Cow::Owned(clean) => String::from_utf8_lossy(&clean).into_owned(),
        };
        match error {
            TransportError::NotSent { message } => TransportError::NotSent { message: redacted(message) },
            TransportError::Unusable { message } => TransportError::Unusable { message: redacted(message) },
            TransportError::ConnectionLost { message } => TransportError::ConnectionLost { message: redacted(message) },
            TransportError::TimedOut => TransportError::TimedOut,
        }
    }

    /// Ends the attempt in flight, and decides what follows.
    pub(crate) fn end(&mut self, call: &mut Attempts, in_flight: InFlight, now: Timestamp, ended: Ended) -> Next {
        let InFlight { id, usersig, random, sent_at, .. } = in_flight;
        let Ended { result, anomalies, body, asked } = ended;
        let attempts = u32::try_from(call.ended.len() + 1).unwrap_or(u32::MAX);
        let advice = self.retry.advise(&result, asked, attempts, &mut self.random);
        call.ended.push(Attempt { id, random, sent_at, ended_at: now, result, anomalies, body });
        let (after, pause) = match advice {
            Advice::Done => return Next::Answered,
            Advice::Split => return Next::Split,
            Advice::GiveUp(scope) => return Next::GiveUp(scope),
            Advice::Renew { .. } if call.renewed || !self.signer.renew(&usersig) => return Next::GiveUp(Scope::Job),
            Advice::Renew { after } => {
                call.renewed = true;
                (after, asked.unwrap_or_default())
            }
            Advice::Retry { after, pause } => (after, pause),
        };
        self.paused_until = self.paused_until.max(now.saturating_add(pause));
        if attempts >= self.retry.attempts_max {
            return Next::GiveUp(Scope::Call);
        }
        call.ready_at = now.saturating_add(after);
        Next::Retry
    }
}
