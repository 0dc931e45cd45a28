//! The pace: how many calls may be sent in how much time, and whose turn it is.

use std::collections::VecDeque;
use std::time::Duration;

use avmarks_spec::{Limits, Timestamp};

/// How fast calls may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaceSettings {
    /// Calls within any [`PaceSettings::window`], at least 1. Default: 200 (`RATE`).
    pub calls_max: usize,
    /// The window, at least 1 ms. Default: 1,000 ms (`gap:rate-scope`).
    pub window: Duration,
}

impl Default for PaceSettings {
    fn default() -> Self {
        Self { calls_max: Limits::DOCUMENTED.calls_per_window_max, window: Limits::DOCUMENTED.rate_window }
    }
}

/// A sliding window over the calls of one app and one command: at most so many are admitted in any span of its length.
///
/// The service counts when calls arrive, this when they leave; a network that holds some back can push them together, so
/// that a call is refused now and then (60007), which is retried later. A smaller number avoids it. Both directions of
/// `modify_user_info`, set and delete, are one command; `add_robots` and `del_robots` are two. Who runs several jobs of an app one after the other hands the
/// pace on; who runs them side by side gives each its share.
///
/// ```
/// use avmarks_client::{Pace, PaceSettings};
/// use avmarks_spec::Timestamp;
/// use std::time::Duration;
///
/// let mut pace = Pace::new(PaceSettings { calls_max: 2, window: Duration::from_secs(1) });
/// let at = Timestamp::from_millis;
/// assert!(pace.admit(at(0)) && pace.admit(at(300)) && !pace.admit(at(999)));
/// assert_eq!(pace.ready_at(at(999)), at(1_000));
/// assert!(pace.admit(at(1_000)) && !pace.admit(at(1_000)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pace {
    settings: PaceSettings,
    /// When the latest calls were admitted, oldest first; never more than `calls_max`.
    admitted: VecDeque<Timestamp>,
}

impl Pace {
    /// A pace that has admitted nothing yet. A maximum of 0 is taken as 1, a window of 0 as 1 ms.
    #[must_use]
    pub fn new(settings: PaceSettings) -> Self {
        let window = settings.window.max(Duration::from_millis(1));
        let settings = PaceSettings { calls_max: settings.calls_max.max(1), window };
        Self { settings, admitted: VecDeque::new() }
    }

    /// What it was made with.
    #[must_use]
    pub const fn settings(&self) -> PaceSettings {
        self.settings
    }

    /// The earliest moment, not before `now`, at which a call would be admitted. Changes nothing.
    #[must_use]
    pub fn ready_at(&self, now: Timestamp) -> Timestamp {
        let now = now.max(self.admitted.back().copied().unwrap_or_default());
        match self.admitted.front() {
            Some(oldest) if self.admitted.len() >= self.settings.calls_max => {
                now.max(oldest.saturating_add(whole_millis(self.settings.window)))
            }
            _ => now,
        }
    }

    /// Admits a call at `now`, where that is not too early; tells whether it did. A `now` below the latest seen is taken
    /// as the latest seen.
    pub fn admit(&mut self, now: Timestamp) -> bool {
        let now = now.max(self.admitted.back().copied().unwrap_or_default());
        if self.ready_at(now) > now {
            return false;
        }
        if self.admitted.len() >= self.settings.calls_max {
            self.admitted.pop_front();
        }
        self.admitted.push_back(now);
        true
    }
}

/// A duration in whole milliseconds, rounded up, for a part of one must not be lost from a wait.
pub(crate) fn whole_millis(duration: Duration) -> Duration {
    let up = duration.as_nanos().div_ceil(1_000_000);
    Duration::from_millis(u64::try_from(up).unwrap_or(u64::MAX))
}

/// Whose turn it is among the groups: round robin over those that have something to send.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RoundRobin {
    next: usize,
}

impl RoundRobin {
    /// The first of `lanes` lanes, from the one after the latest served, that is ready; it moves to the end of the queue.
    pub(crate) fn take(&mut self, lanes: usize, ready: impl Fn(usize) -> bool) -> Option<usize> {
        let lane = (0..lanes).map(|step| (self.next + step) % lanes).find(|lane| ready(*lane))?;
        self.next = lane + 1;
        Some(lane)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[test]
    fn a_full_window_opens_when_its_oldest_call_leaves_it() {
        let mut pace = Pace::new(PaceSettings::default());
        assert!((0..200).all(|_| pace.admit(at(5))));
        assert!(!pace.admit(at(5)) && !pace.admit(at(1_004)));
        assert_eq!(pace.ready_at(at(6)), at(1_005));
        assert!((0..200).all(|_| pace.admit(at(1_005))) && !pace.admit(at(1_005)));
    }

    #[test]
    fn time_never_runs_back() {
        let mut pace = Pace::new(PaceSettings { calls_max: 2, window: Duration::from_millis(10) });
        assert!(pace.admit(at(100)) && pace.admit(at(50)) && !pace.admit(at(100)));
        assert_eq!(pace.ready_at(at(0)), at(110));
    }

    #[test]
    fn odd_settings_are_taken_as_the_least() {
        let mut pace = Pace::new(PaceSettings { calls_max: 0, window: Duration::ZERO });
        assert_eq!(pace.settings(), PaceSettings { calls_max: 1, window: Duration::from_millis(1) });
        assert!(pace.admit(at(0)) && !pace.admit(at(0)) && pace.admit(at(1)));
        let pace = Pace::new(PaceSettings { calls_max: 1, window: Duration::from_micros(1_500) });
        let mut late = pace.clone();
        assert!(late.admit(at(0)));
        assert_eq!(late.ready_at(at(0)), at(2));
    }

    #[test]
    fn turns_go_round_and_skip_who_has_nothing() {
        let mut turns = RoundRobin::default();
        let served: Vec<_> = (0..6).filter_map(|_| turns.take(3, |_| true)).collect();
        assert_eq!(served, [0, 1, 2, 0, 1, 2]);
        assert_eq!(turns.take(3, |lane| lane == 1), Some(1));
        assert_eq!(turns.take(3, |_| true), Some(2));
        assert_eq!(turns.take(3, |_| false), None);
        assert_eq!(turns.take(0, |_| true), None);
    }

    #[test]
    fn a_call_is_never_admitted_before_now() {
        let mut pace = Pace::new(PaceSettings::default());
        assert_eq!(pace.ready_at(at(7)), at(7));
        assert!(pace.admit(at(100)));
        assert_eq!([pace.ready_at(at(50)), pace.ready_at(at(500))], [at(100), at(500)]);
    }

    #[test]
    fn milliseconds_are_rounded_up_and_no_further() {
        for seconds in [1, 1_000, 86_400] {
            assert_eq!(whole_millis(Duration::from_secs(seconds)), Duration::from_millis(seconds * 1_000));
            let more = Duration::from_secs(seconds) + Duration::from_nanos(1);
            assert_eq!(whole_millis(more), Duration::from_millis(seconds * 1_000 + 1));
        }
    }
}
