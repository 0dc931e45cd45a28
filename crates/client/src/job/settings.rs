//! The settings of a job.

use std::collections::BTreeSet;
use std::time::Duration;

use avmarks_protocol::Endpoint;
use avmarks_spec::{GroupId, Timestamp};

use crate::Plan;
use crate::progress::ProgressError;
use crate::retry::{ATTEMPT_TIMEOUT_MIN, RetrySettings};

/// How a job carries out its plans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobSettings {
    /// Attempts in flight at a time, at least 1. Default: 1. With more, calls of a plan may arrive in another order than that of the
    /// plan, which changes only which accounts take a mark that is nearly full.
    pub in_flight_max: usize,
    /// When and how often a call is sent again.
    pub retry: RetrySettings,
    /// When the whole job must have ended. None for no limit. An attempt that could not be given [`ATTEMPT_TIMEOUT_MIN`] before it
    /// is not begun. Default: none.
    pub deadline: Option<Timestamp>,
    /// Whether answers of the service are kept with each attempt: about 40 bytes per account. Default: yes.
    pub keep_answers: bool,
}

impl Default for JobSettings {
    fn default() -> Self {
        Self { in_flight_max: 1, retry: RetrySettings::default(), deadline: None, keep_answers: true }
    }
}

impl JobSettings {
    /// The last time at which an attempt may begin, if the job has a deadline.
    pub(super) fn last_start(&self) -> Option<Timestamp> {
        let millis = |deadline: Timestamp| {
            deadline.saturating_duration_since(Timestamp::EPOCH.saturating_add(ATTEMPT_TIMEOUT_MIN))
        };
        self.deadline.map(|deadline| Timestamp::EPOCH.saturating_add(millis(deadline)))
    }

    pub(super) fn check(&self, plans: &[Plan]) -> Result<(), JobError> {
        let least = |setting: &'static str, found: u128, least: u128, unit: &'static str| {
            if found < least { Err(JobError::Setting { setting, found, least, unit }) } else { Ok(()) }
        };
        let in_flight = u128::try_from(self.in_flight_max).unwrap_or(u128::MAX);
        let millis = Duration::as_millis;
        least("in_flight_max", in_flight, 1, "")?;
        least("retry.attempts_max", self.retry.attempts_max.into(), 1, "")?;
        least("retry.budget", millis(&self.retry.budget), millis(&ATTEMPT_TIMEOUT_MIN), " ms")?;
        least("retry.attempt_timeout", millis(&self.retry.attempt_timeout), millis(&ATTEMPT_TIMEOUT_MIN), " ms")?;
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

/// Why a job cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JobError {
    /// A setting is below what it must be.
    #[error("invalid {setting} `{found}{unit}`: expected at least {least}{unit}")]
    Setting {
        /// Its name.
        setting: &'static str,
        /// Its value.
        found: u128,
        /// The least valid value.
        least: u128,
        /// Its unit after a space; empty for a number.
        unit: &'static str,
    },
    /// The plans are of different commands, each of which has its own rate limit.
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
    /// Two plans are for one group, and their order would be undefined.
    #[error(
        "plans[{plan}] is for group `{group}`, which an earlier plan is for as well; make it a job of its own, after this one"
    )]
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
