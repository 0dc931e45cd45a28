//! The settings of a job.

use std::collections::BTreeSet;
use std::time::Duration;

use avmarks_protocol::Endpoint;
use avmarks_spec::{GroupId, Timestamp};

use crate::Plan;
use crate::pace::PaceSettings;
use crate::progress::ProgressError;
use crate::retry::{RetrySettings, TRY_TIMEOUT_MIN};

/// How a job goes about its plans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobSettings {
    /// Tries in flight at a time, at least 1. Default: 1. With more, calls of a plan may arrive in another order than that of the
    /// plan, which changes nothing but who takes the last places of a mark that is nearly full.
    pub in_flight_max: usize,
    /// How fast calls of the job's command are sent. Default: 200 in any 1,000 ms.
    pub pace: PaceSettings,
    /// How a call is tried again.
    pub retry: RetrySettings,
    /// When the whole job must have ended; none where it may take as long as it does. A call that could not be given
    /// [`TRY_TIMEOUT_MIN`] before is not begun. Default: none.
    pub deadline: Option<Timestamp>,
    /// Whether answers of the service are kept, verbatim, with each try: about 40 bytes per account. Default: yes.
    pub keep_answers: bool,
}

impl Default for JobSettings {
    fn default() -> Self {
        Self {
            in_flight_max: 1,
            pace: PaceSettings::default(),
            retry: RetrySettings::default(),
            deadline: None,
            keep_answers: true,
        }
    }
}

impl JobSettings {
    /// The last moment at which a try may begin, where the job has a deadline.
    pub(super) fn last_start(&self) -> Option<Timestamp> {
        let millis =
            |deadline: Timestamp| deadline.saturating_duration_since(Timestamp::EPOCH.saturating_add(TRY_TIMEOUT_MIN));
        self.deadline.map(|deadline| Timestamp::EPOCH.saturating_add(millis(deadline)))
    }

    pub(super) fn check(&self, plans: &[Plan]) -> Result<(), JobError> {
        let least = |setting: &'static str, found: u128, least: u128, unit: &'static str| {
            if found < least { Err(JobError::Setting { setting, found, least, unit }) } else { Ok(()) }
        };
        let in_flight = u128::try_from(self.in_flight_max).unwrap_or(u128::MAX);
        let calls = u128::try_from(self.pace.calls_max).unwrap_or(u128::MAX);
        let millis = Duration::as_millis;
        least("in_flight_max", in_flight, 1, "")?;
        least("pace.calls_max", calls, 1, "")?;
        least("pace.window", millis(&self.pace.window), 1, " ms")?;
        least("retry.tries_max", self.retry.tries_max.into(), 1, "")?;
        least("retry.budget", millis(&self.retry.budget), millis(&TRY_TIMEOUT_MIN), " ms")?;
        least("retry.try_timeout", millis(&self.retry.try_timeout), millis(&TRY_TIMEOUT_MIN), " ms")?;
        if let Some(first) = plans.first().map(|plan| plan.kind().endpoint()) {
            let other = |(plan, found): (usize, &Plan)| {
                let found = found.kind().endpoint();
                (found != first).then_some(JobError::OtherCommand { plan, found, first })
            };
            plans.iter().enumerate().find_map(other).map_or(Ok(()), Err)?;
        }
        let mut groups = BTreeSet::new();
        for (plan, group) in plans.iter().map(Plan::group).enumerate() {
            if !groups.insert(group) {
                return Err(JobError::GroupTwice { plan, group: *group });
            }
        }
        Ok(())
    }
}

/// Why there is no job.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JobError {
    /// A setting is below what it must be.
    #[error("{setting} is `{found}`{unit}; it must be at least {least}{unit}")]
    Setting {
        /// Which one.
        setting: &'static str,
        /// What it is.
        found: u128,
        /// The least that it may be.
        least: u128,
        /// Its unit, behind a blank; empty for a number.
        unit: &'static str,
    },
    /// Two plans are of different commands, of which each has a pace of its own.
    #[error(
        "plans[{plan}] calls `{}`, and plans[0] `{}`; make it a job of its own: each command has its own pace", found.command(), first.command()
    )]
    OtherCommand {
        /// The first plan that is of another command than the first one.
        plan: usize,
        /// Its command.
        found: Endpoint,
        /// The command of the first plan.
        first: Endpoint,
    },
    /// Two plans are for one group, and nothing would tell which of them comes first.
    #[error("plans[{plan}] is for group `{group}`, as one before it is; make it a job of its own, after this one")]
    GroupTwice {
        /// The second of them.
        plan: usize,
        /// The group.
        group: GroupId,
    },
    /// The progress is not of these plans.
    #[error(transparent)]
    Progress(#[from] ProgressError),
}
