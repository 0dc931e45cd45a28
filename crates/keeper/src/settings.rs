//! The settings of a keeper.

use std::time::Duration;

use avmarks_spec::Limits;

/// How a keeper works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How long the first account of a call waits for others of its group. Default: 200 ms.
    pub gather: Duration,
    /// Accounts in one call, from 1 to 500 (`ACCOUNTS-MAX`). A call with that many is sent at once. Default: 500.
    pub accounts_per_call_max: usize,
    /// Calls in flight at a time, at least 1. Default: 16.
    pub in_flight_max: usize,
    /// How often an account is sent for one webhook, if the service leaves it out of the answer; afterwards it waits for its next
    /// webhook. At least 1. Default: 2.
    pub tries_max: u32,
    /// The wait before the second try of an account that was left out. Default: 1 s.
    pub retry_after: Duration,
    /// The wait after a first call that failed; it doubles with each further one, up to [`Settings::backoff_max`]. Default: 1 s.
    pub backoff: Duration,
    /// The longest wait after a call that failed. Default: 60 s.
    pub backoff_max: Duration,
    /// How long a call whose answer was lost may still be carried out. A deletion that is sent within this time is sent once more. Default:
    /// 30 s.
    pub late: Duration,
    /// How long before its end mark 500 is set again. Default: 1 hour.
    pub renew_before: Duration,
    /// How long the lists of the service may lag behind (269/49180, 269/76156): an account that was touched within this time is not
    /// judged by a sweep. Default: 60 s.
    pub quiet: Duration,
    /// From the end of a sweep of a group to the next one. None for no sweeps. Default: 10 minutes.
    pub sweep_every: Option<Duration>,
    /// The least time between two pages of the lists that sweeps ask for. Default: 1 s.
    pub page_every: Duration,
    /// Whether a sweep deletes unwanted marks. Otherwise it reports them. Default: no.
    pub prune: bool,
    /// The limits that wants are held to, and how long mark 500 lasts. Default: [`Limits::DOCUMENTED`].
    pub limits: Limits,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            gather: Duration::from_millis(200),
            accounts_per_call_max: Limits::DOCUMENTED.accounts_per_call_max,
            in_flight_max: 16,
            tries_max: 2,
            retry_after: Duration::from_secs(1),
            backoff: Duration::from_secs(1),
            backoff_max: Duration::from_secs(60),
            late: Duration::from_secs(30),
            renew_before: Duration::from_secs(3_600),
            quiet: Duration::from_secs(60),
            sweep_every: Some(Duration::from_secs(600)),
            page_every: Duration::from_secs(1),
            prune: false,
            limits: Limits::DOCUMENTED,
        }
    }
}

impl Settings {
    /// The wait after this number of consecutive failed calls.
    pub(crate) fn backoff(&self, failures: u32) -> Duration {
        let factor = 1u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX);
        self.backoff.saturating_mul(factor).min(self.backoff_max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_their_bound() {
        let settings = Settings::default();
        let waits = [1, 2, 3, 6, 7, 8, 40, u32::MAX].map(|failures| settings.backoff(failures).as_secs());
        assert_eq!(waits, [1, 2, 4, 32, 60, 60, 60, 60]);
    }
}
