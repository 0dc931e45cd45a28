//! Queries of a job, which do not change it.

use std::ops::Range;

use avmarks_protocol::Endpoint;

use crate::Plan;
use crate::outcome::{NotSentReason, PlanReport, RangeOutcome, Report};
use crate::progress::{AnsweredCall, Progress};

use super::queue::Halt;
use super::{CallRecord, IncompleteError, Job, JobSettings};

impl Job {
    /// The settings.
    #[must_use]
    pub const fn settings(&self) -> &JobSettings {
        &self.settings
    }

    /// The plans, in the order given.
    pub fn plans(&self) -> impl ExactSizeIterator<Item = &Plan> {
        self.queues.iter().map(|queue| &queue.plan)
    }

    /// The command of all its calls. None if it has no plan. Set and delete of marks are one command, robots have two.
    #[must_use]
    pub fn endpoint(&self) -> Option<Endpoint> {
        self.plans().next().map(|plan| plan.kind().endpoint())
    }

    /// The index of the plan that the attempt in flight is of, and the indexes of its accounts in that plan. None if the attempt
    /// is not in flight.
    #[must_use]
    pub fn in_flight(&self, id: u64) -> Option<(usize, Range<usize>)> {
        self.sent.get(&id).map(|sent| (sent.plan, sent.call.range.clone()))
    }

    /// The calls that have ended, in the order in which they did, each with all its attempts.
    #[must_use]
    pub fn calls(&self) -> &[CallRecord] {
        &self.records
    }

    /// How many accounts have their answer, those of the progress included. Costs one step a call: for a progress bar.
    #[must_use]
    pub fn answered(&self) -> usize {
        let before = self.queues.iter().flat_map(|queue| &queue.answered_before);
        before.chain(self.records.iter().filter_map(CallRecord::answered)).map(|call| call.range().len()).sum()
    }

    /// How far the job has come, for [`Job::resume`]: which accounts have their answer. Those in flight have none.
    #[must_use]
    pub fn progress(&self) -> Progress {
        Progress::new(self.queues.iter().enumerate().map(|(at, queue)| {
            let answered = self.records.iter().filter(|record| record.plan == at).filter_map(CallRecord::answered);
            (&queue.plan, queue.answered_before.iter().chain(answered).cloned().collect::<Vec<AnsweredCall>>())
        }))
    }

    /// The outcome of every account so far. Final after [`Step::Done`](crate::Step::Done).
    #[must_use]
    pub fn report(&self) -> Report<'_> {
        let plans = self.queues.iter().enumerate().map(|(at, queue)| {
            let answered = |call| RangeOutcome::Answered(call);
            let mut known: Vec<_> = queue.answered_before.iter().map(|call| (call.range(), answered(call))).collect();
            let of_plan = self.records.iter().filter(|record| record.plan == at);
            known.extend(of_plan.filter_map(|record| Some((record.range(), record.outcome()?))));
            let sent = self.sent.values().filter(|sent| sent.plan == at).map(|sent| &sent.call);
            let open = queue.waiting.iter().chain(sent);
            known.extend(open.map(|call| {
                let attempts = call.attempts.ended.as_slice();
                (call.range.clone(), RangeOutcome::Unanswered { attempts, possibly_applied: true })
            }));
            let possibly_applied = queue.fresh.iter().filter(|pending| pending.possibly_applied);
            known.extend(possibly_applied.map(|pending| {
                (pending.range.clone(), RangeOutcome::Unanswered { attempts: &[], possibly_applied: true })
            }));
            let rest = queue.halt.as_ref().or(self.halt.as_ref()).map_or(NotSentReason::Pending, Halt::reason);
            PlanReport::new(&queue.plan, known, rest)
        });
        Report::new(plans.collect())
    }

    /// Whether every account was served whole: applied, or accepted as a robot.
    ///
    /// # Errors
    ///
    /// [`IncompleteError`] with the job, if any account has another outcome.
    pub fn into_result(self) -> Result<(), IncompleteError> {
        if self.report().is_complete() { Ok(()) } else { Err(IncompleteError::new(self)) }
    }
}
