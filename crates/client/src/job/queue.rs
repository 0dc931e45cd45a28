//! The parts of a job: accounts to send, calls in flight, ended calls.

use std::collections::VecDeque;
use std::ops::Range;

use avmarks_spec::Timestamp;

use crate::Plan;
use crate::attempt::{Attempt, Attempts, InFlight};
use crate::outcome::{NotSentReason, RangeOutcome};
use crate::progress::{AnsweredCall, Holders};
use crate::response::AttemptResult;

/// A call that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRecord {
    pub(super) plan: usize,
    range: Range<usize>,
    attempts: Vec<Attempt>,
    pub(super) end: End,
    possibly_applied: bool,
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    Answered(AnsweredCall),
    Split,
    GivenUp,
}

impl CallRecord {
    /// The index of its plan.
    #[must_use]
    pub const fn plan(&self) -> usize {
        self.plan
    }

    /// The indexes of its accounts in the plan.
    #[must_use]
    pub const fn range(&self) -> Range<usize> {
        self.range.start..self.range.end
    }

    /// Its attempts, in order; at least one.
    #[must_use]
    pub fn attempts(&self) -> &[Attempt] {
        &self.attempts
    }

    /// Whether it was answered with code 0, so that the result of each account is known; of robots, the answer tells the same of
    /// all.
    #[must_use]
    pub const fn is_answered(&self) -> bool {
        matches!(self.end, End::Answered(_))
    }

    /// Whether it was refused for its size, so that its accounts are sent in smaller calls. A call that is neither answered nor
    /// split was given up: refused, lost, or too late.
    #[must_use]
    pub const fn is_split(&self) -> bool {
        matches!(self.end, End::Split)
    }

    pub(super) const fn answered(&self) -> Option<&AnsweredCall> {
        match &self.end {
            End::Answered(answered) => Some(answered),
            End::Split | End::GivenUp => None,
        }
    }

    /// The outcome of its accounts; none where smaller calls have it.
    pub(super) fn outcome(&self) -> Option<RangeOutcome<'_>> {
        let (attempts, possibly_applied) = (&*self.attempts, self.possibly_applied);
        match &self.end {
            End::Answered(answered) => Some(RangeOutcome::Answered(answered)),
            End::GivenUp => Some(RangeOutcome::Unanswered { attempts, possibly_applied }),
            End::Split => None,
        }
    }
}

/// Why nothing more is sent.
#[derive(Clone, Debug)]
pub(super) enum Halt {
    Stopped,
    Deadline,
    Hopeless(AttemptResult),
}

impl Halt {
    pub(super) const fn reason(&self) -> NotSentReason<'_> {
        match self {
            Self::Stopped => NotSentReason::Stopped,
            Self::Deadline => NotSentReason::Deadline,
            Self::Hopeless(result) => NotSentReason::Hopeless(result),
        }
    }
}

/// A call that has not ended.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) range: Range<usize>,
    pub(super) attempts: Attempts,
    /// Whether its accounts may have been served by a larger call, whose answer was lost.
    pub(super) possibly_applied: bool,
}

impl Call {
    pub(super) fn ended(self, plan: usize, end: End) -> CallRecord {
        let Self { range, attempts, possibly_applied } = self;
        CallRecord { plan, range, attempts: attempts.ended, end, possibly_applied }
    }

    pub(super) fn given_up(self, plan: usize) -> CallRecord {
        self.ended(plan, End::GivenUp)
    }
}

/// A call with an attempt in flight.
#[derive(Debug)]
pub(super) struct SentCall {
    pub(super) plan: usize,
    pub(super) call: Call,
    pub(super) in_flight: InFlight,
}

/// Accounts that are to be sent.
#[derive(Debug)]
pub(super) struct PendingRange {
    pub(super) range: Range<usize>,
    /// See [`Call::possibly_applied`].
    pub(super) possibly_applied: bool,
}

/// A plan, and its accounts that are not in flight and have no outcome.
#[derive(Debug)]
pub(super) struct PlanQueue {
    pub(super) plan: Plan,
    /// Calls that were answered in an earlier job.
    pub(super) answered_before: Vec<AnsweredCall>,
    /// Accounts that took each mark, as far as answers told.
    pub(super) holders: Holders,
    /// Ranges of accounts that were not sent, or were refused for their number, in order.
    pub(super) fresh: VecDeque<PendingRange>,
    /// Accounts in one call at most: the plan's number, or less after a refusal for size.
    per_call: usize,
    /// Calls that are sent again.
    pub(super) waiting: Vec<Call>,
    pub(super) halt: Option<Halt>,
}

impl PlanQueue {
    /// `answered` is in order of its accounts, and does not overlap.
    pub(super) fn new(plan: Plan, answered: Vec<AnsweredCall>) -> Self {
        let ends = answered.iter().map(|call| call.range().end);
        let starts = answered.iter().map(|call| call.range().start).chain([plan.len()]);
        let gaps = [0].into_iter().chain(ends).zip(starts).map(|(from, to)| from..to);
        let fresh =
            gaps.filter(|gap| !gap.is_empty()).map(|range| PendingRange { range, possibly_applied: false }).collect();
        let mut holders = Holders::new();
        for call in &answered {
            call.count(&plan, &mut holders);
        }
        let per_call = plan.accounts_per_call_max();
        Self { plan, answered_before: answered, holders, fresh, per_call, waiting: Vec::new(), halt: None }
    }

    pub(super) fn has_fresh(&self) -> bool {
        self.halt.is_none() && !self.fresh.is_empty()
    }

    /// Whether a call can be sent at `now`.
    pub(super) fn is_ready(&self, now: Timestamp, halted: bool) -> bool {
        (!halted && self.has_fresh()) || self.waiting.iter().any(|call| call.attempts.ready_at <= now)
    }

    /// Removes and returns the next call at `now`: the one that has been ready longest, or else one with the next accounts.
    pub(super) fn take(&mut self, now: Timestamp) -> Option<Call> {
        let ready = self.waiting.iter().enumerate().filter(|(_, call)| call.attempts.ready_at <= now);
        if let Some((at, _)) = ready.min_by_key(|(_, call)| call.attempts.ready_at) {
            return Some(self.waiting.remove(at));
        }
        let PendingRange { range: left, possibly_applied } = self.fresh.front_mut()?;
        let range = left.start..left.end.min(left.start.saturating_add(self.per_call));
        let possibly_applied = *possibly_applied;
        left.start = range.end;
        if left.start >= left.end {
            self.fresh.pop_front();
        }
        Some(Call { range, attempts: Attempts::new(), possibly_applied })
    }

    /// Requeues the accounts of a call that was too large, and halves the size of all calls of the plan that are not sent yet.
    pub(super) fn split(&mut self, call: &Call) {
        self.per_call = self.per_call.min(call.range.len().div_ceil(2)).max(1);
        let possibly_applied =
            call.possibly_applied || call.attempts.ended.iter().any(|one| one.result.may_have_been_served());
        self.fresh.push_front(PendingRange { range: call.range.clone(), possibly_applied });
    }
}
