//! What can be seen of a job. Nothing here changes it.

use avmarks_protocol::Endpoint;

use crate::Plan;
use crate::outcome::{NotTried, PlanReport, RangeOutcome, Report};
use crate::progress::Progress;

use super::call::Halt;
use super::{CallRecord, Job, JobSettings};

impl Job {
    /// The settings.
    #[must_use]
    pub const fn settings(&self) -> &JobSettings {
        &self.settings
    }

    /// The plans, in the order given.
    pub fn plans(&self) -> impl ExactSizeIterator<Item = &Plan> {
        self.lanes.iter().map(|lane| &lane.plan)
    }

    /// The command of all its calls; none where it has no plan. Set and delete of marks are one command, robots have two.
    #[must_use]
    pub fn endpoint(&self) -> Option<Endpoint> {
        self.plans().next().map(|plan| plan.kind().endpoint())
    }

    /// The calls that have ended, in the order in which they did, each with all its tries.
    #[must_use]
    pub fn calls(&self) -> &[CallRecord] {
        &self.records
    }

    /// How many accounts are settled, those of the progress included. Cheap: for a progress bar.
    #[must_use]
    pub fn settled(&self) -> usize {
        let before = self.lanes.iter().flat_map(|lane| &lane.settled_before);
        before.chain(self.records.iter().filter_map(CallRecord::settled)).map(|settled| settled.range().len()).sum()
    }

    /// How far the job has come, for a later one: what is settled, and nothing of what is in flight.
    #[must_use]
    pub fn progress(&self) -> Progress {
        Progress::new(self.lanes.iter().enumerate().map(|(at, lane)| {
            let ended = self.records.iter().filter(|record| record.lane == at).filter_map(CallRecord::settled);
            (&lane.plan, lane.settled_before.iter().chain(ended).cloned().collect())
        }))
    }

    /// What became of every account so far; final after [`Step::Done`](crate::Step::Done).
    #[must_use]
    pub fn report(&self) -> Report<'_> {
        let plans = self.lanes.iter().enumerate().map(|(at, lane)| {
            let mut known: Vec<_> =
                lane.settled_before.iter().map(|settled| (settled.range(), RangeOutcome::Settled(settled))).collect();
            let of_lane = self.records.iter().filter(|record| record.lane == at);
            known.extend(of_lane.filter_map(|record| Some((record.range(), record.fate()?))));
            let flying = self.flying.values().filter(|flying| flying.lane == at).map(|flying| &flying.call);
            let open = lane.waiting.iter().chain(flying);
            known.extend(open.map(|call| {
                (call.range.clone(), RangeOutcome::Unsettled { tries: &call.tries, possibly_applied: true })
            }));
            let possibly_applied = lane.fresh.iter().filter(|stretch| stretch.possibly_applied);
            known.extend(possibly_applied.map(|stretch| {
                (stretch.range.clone(), RangeOutcome::Unsettled { tries: &[], possibly_applied: true })
            }));
            let rest = lane.halt.as_ref().or(self.halt.as_ref()).map_or(NotTried::Pending, Halt::why);
            PlanReport::new(&lane.plan, known, rest)
        });
        Report { plans: plans.collect() }
    }
}
