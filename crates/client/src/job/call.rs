//! The parts of a job: what is sent, what is in flight, what has ended.

use std::collections::VecDeque;
use std::fmt;
use std::ops::Range;
use std::time::Duration;

use avmarks_protocol::Endpoint;
use avmarks_protocol::region::BaseUrl;
use avmarks_protocol::url::{CallUrl, Query};
use avmarks_spec::{GroupId, Timestamp};

use crate::Plan;
use crate::outcome::{NotTried, RangeOutcome};
use crate::progress::Settled;
use crate::reply::{Anomaly, AttemptResult};
use crate::signature::Signed;

/// What to do next. The list is closed.
#[derive(Debug)]
pub enum Step {
    /// Send this, and feed what comes of it; then, or at once where several tries may be in flight, ask again.
    Send(Outgoing),
    /// Ask again at this moment, or as soon as something was fed.
    WaitUntil(Timestamp),
    /// All has ended: there is nothing more to send or to wait for.
    Done,
}

/// Which try of a job it is: a number that is used once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TryId(pub(crate) u64);

impl fmt::Display for TryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A request to send: `POST`, with the body as JSON.
pub struct Outgoing {
    /// By which its response is fed.
    pub id: TryId,
    /// Which plan it is of.
    pub plan: usize,
    /// The command.
    pub endpoint: Endpoint,
    /// The group.
    pub group: GroupId,
    /// The indexes of its accounts in the plan.
    pub range: Range<usize>,
    /// Which try of its call it is, from 1.
    pub number: usize,
    /// The query. **It holds the signature.**
    pub query: Query,
    /// The body.
    pub body: Vec<u8>,
    /// How long to wait for the whole response, connecting included; more than the 3 s after which the service's backend gives
    /// up (1047/34620), and never beyond the budget. After it, the job counts the try as timed out.
    pub timeout: Duration,
}

impl Outgoing {
    /// The path of the URL, without a slash in front.
    #[must_use]
    pub const fn path(&self) -> &'static str {
        self.endpoint.path()
    }

    /// The whole URL. **It holds the signature**; its `Debug` does not.
    #[must_use]
    pub fn url(&self, base: &BaseUrl) -> CallUrl {
        CallUrl::new(base, self.path(), &self.query)
    }

    /// The correlation id: `random` of the query, another for each try.
    #[must_use]
    pub fn random(&self) -> u32 {
        self.query.random.unwrap_or_default()
    }
}

/// Without the body, which may be long.
impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Outgoing");
        shown
            .field("id", &self.id)
            .field("endpoint", &self.endpoint)
            .field("group", &self.group)
            .field("range", &self.range);
        shown.field("number", &self.number).field("query", &self.query).field("bytes", &self.body.len());
        shown.field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

/// A try that is not, or no longer, in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("try `{id}` is not in flight: it was answered before, or its time was over; ask `poll` what to do next")]
pub struct NotInFlight {
    /// The try.
    pub id: TryId,
}

/// A try that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Try {
    pub(crate) id: TryId,
    pub(crate) random: u32,
    pub(crate) sent_at: Timestamp,
    pub(crate) ended_at: Timestamp,
    pub(crate) heard: AttemptResult,
    pub(crate) quirks: Vec<Anomaly>,
    pub(crate) verbatim: Option<Box<[u8]>>,
}

impl Try {
    /// Its number in the job.
    #[must_use]
    pub const fn id(&self) -> TryId {
        self.id
    }

    /// Its correlation id: `random` of the query.
    #[must_use]
    pub const fn random(&self) -> u32 {
        self.random
    }

    /// When it was handed out to be sent.
    #[must_use]
    pub const fn sent_at(&self) -> Timestamp {
        self.sent_at
    }

    /// When what became of it was fed, or its time was found to be over.
    #[must_use]
    pub const fn ended_at(&self) -> Timestamp {
        self.ended_at
    }

    /// What became of it.
    #[must_use]
    pub const fn heard(&self) -> &AttemptResult {
        &self.heard
    }

    /// What was odd about its answer and put up with.
    #[must_use]
    pub fn quirks(&self) -> &[Anomaly] {
        &self.quirks
    }

    /// The answer of the service, byte for byte, save for a signature in it ([`Anomaly::Signature`]); none where there was
    /// none, or answers are not kept.
    #[must_use]
    pub fn verbatim(&self) -> Option<&[u8]> {
        self.verbatim.as_deref()
    }
}

/// A call that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRecord {
    pub(super) lane: usize,
    range: Range<usize>,
    tries: Vec<Try>,
    end: End,
    possibly_applied: bool,
}

/// How a call ended. The list is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// It was answered with code 0, and every account of it has its share; of robots, the answer tells the same of all.
    Settled(Settled),
    /// It was refused for its size: its accounts are sent in smaller calls.
    Split,
    /// It was given up: refused, lost, or too late. The latest of its tries tells.
    GivenUp,
}

impl CallRecord {
    /// Which plan it is of.
    #[must_use]
    pub const fn plan(&self) -> usize {
        self.lane
    }

    /// The indexes of its accounts in the plan.
    #[must_use]
    pub const fn range(&self) -> Range<usize> {
        self.range.start..self.range.end
    }

    /// Its tries, in order; at least one.
    #[must_use]
    pub fn tries(&self) -> &[Try] {
        &self.tries
    }

    /// How it ended.
    #[must_use]
    pub const fn end(&self) -> &End {
        &self.end
    }

    pub(super) const fn settled(&self) -> Option<&Settled> {
        match &self.end {
            End::Settled(settled) => Some(settled),
            End::Split | End::GivenUp => None,
        }
    }

    /// What became of its accounts; none where that is for smaller calls to tell.
    pub(super) fn fate(&self) -> Option<RangeOutcome<'_>> {
        match &self.end {
            End::Settled(settled) => Some(RangeOutcome::Settled(settled)),
            End::GivenUp => {
                Some(RangeOutcome::Unsettled { tries: &self.tries, possibly_applied: self.possibly_applied })
            }
            End::Split => None,
        }
    }
}

/// Why no more is sent.
#[derive(Clone, Debug)]
pub(super) enum Halt {
    Stopped,
    Deadline,
    Hopeless(AttemptResult),
}

impl Halt {
    pub(super) const fn why(&self) -> NotTried<'_> {
        match self {
            Self::Stopped => NotTried::Stopped,
            Self::Deadline => NotTried::Deadline,
            Self::Hopeless(heard) => NotTried::Hopeless(heard),
        }
    }
}

/// A call that has not ended: its accounts, its tries so far.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) range: Range<usize>,
    pub(super) tries: Vec<Try>,
    /// Not tried again before.
    pub(super) ready_at: Timestamp,
    /// Not tried again after: the budget would be overrun. Set when it is first sent.
    pub(super) last_start: Timestamp,
    /// Whether a signature was renewed for it.
    pub(super) renewed: bool,
    /// Whether its accounts may have been served by a larger call, whose answer was lost.
    pub(super) possibly_applied: bool,
}

impl Call {
    pub(super) fn ended(self, lane: usize, end: End) -> CallRecord {
        CallRecord { lane, range: self.range, tries: self.tries, end, possibly_applied: self.possibly_applied }
    }

    pub(super) fn given_up(self, lane: usize) -> CallRecord {
        self.ended(lane, End::GivenUp)
    }
}

/// A try that is in flight.
#[derive(Debug)]
pub(super) struct InFlight {
    pub(super) lane: usize,
    pub(super) call: Call,
    pub(super) signed: Signed,
    pub(super) random: u32,
    pub(super) sent_at: Timestamp,
    /// When its time is over.
    pub(super) until: Timestamp,
}

impl InFlight {
    pub(super) const fn ended(
        &self,
        id: TryId,
        ended_at: Timestamp,
        heard: AttemptResult,
        quirks: Vec<Anomaly>,
    ) -> Try {
        Try { id, random: self.random, sent_at: self.sent_at, ended_at, heard, quirks, verbatim: None }
    }
}

/// Accounts that are to be sent.
#[derive(Debug)]
pub(super) struct PendingRange {
    pub(super) range: Range<usize>,
    /// See [`Call::possibly_applied`].
    pub(super) possibly_applied: bool,
}

/// A plan, and where its accounts are that are not in flight and have not ended.
#[derive(Debug)]
pub(super) struct PlanQueue {
    pub(super) plan: Plan,
    /// What an earlier job settled.
    pub(super) settled_before: Vec<Settled>,
    /// Stretches of accounts that were not sent, or were refused for their number, in order.
    pub(super) fresh: VecDeque<PendingRange>,
    /// Accounts in one call at most: the plan's number, or less after a refusal for size.
    per_call: usize,
    /// Calls that are tried again.
    pub(super) waiting: Vec<Call>,
    pub(super) halt: Option<Halt>,
}

impl PlanQueue {
    /// `settled` is in order of its accounts, and does not overlap.
    pub(super) fn new(plan: Plan, settled: Vec<Settled>) -> Self {
        let ends = settled.iter().map(|settled| settled.range().end);
        let starts = settled.iter().map(|settled| settled.range().start).chain([plan.len()]);
        let gaps = [0].into_iter().chain(ends).zip(starts).map(|(from, to)| from..to);
        let fresh =
            gaps.filter(|gap| !gap.is_empty()).map(|range| PendingRange { range, possibly_applied: false }).collect();
        let per_call = plan.accounts_per_call_max();
        Self { plan, settled_before: settled, fresh, per_call, waiting: Vec::new(), halt: None }
    }

    pub(super) fn has_fresh(&self) -> bool {
        self.halt.is_none() && !self.fresh.is_empty()
    }

    /// Whether a call can be sent at `now`.
    pub(super) fn is_ready(&self, now: Timestamp, halted: bool) -> bool {
        (!halted && self.has_fresh()) || self.waiting.iter().any(|call| call.ready_at <= now)
    }

    /// Takes out what is sent at `now`: the call that has been ready longest, else the next accounts.
    pub(super) fn take(&mut self, now: Timestamp) -> Option<Call> {
        let ready = self.waiting.iter().enumerate().filter(|(_, call)| call.ready_at <= now);
        if let Some((at, _)) = ready.min_by_key(|(_, call)| call.ready_at) {
            return Some(self.waiting.remove(at));
        }
        let PendingRange { range: left, possibly_applied } = self.fresh.front_mut()?;
        let (range, possibly_applied) =
            (left.start..left.end.min(left.start.saturating_add(self.per_call)), *possibly_applied);
        left.start = range.end;
        if left.start >= left.end {
            self.fresh.pop_front();
        }
        let never = Timestamp::EPOCH;
        Some(Call { range, tries: Vec::new(), ready_at: never, last_start: never, renewed: false, possibly_applied })
    }

    /// Puts the accounts of a call back that was refused for its size, to be sent in calls of half of it. So are those not
    /// yet sent, for they would be refused as well.
    pub(super) fn split(&mut self, call: &Call) {
        self.per_call = self.per_call.min(call.range.len().div_ceil(2)).max(1);
        let possibly_applied = call.possibly_applied || call.tries.iter().any(|one| one.heard.may_have_been_served());
        self.fresh.push_front(PendingRange { range: call.range.clone(), possibly_applied });
    }
}
