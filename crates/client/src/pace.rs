//! The pace: how many calls may be sent in how much time, and whose turn it is.

use std::collections::VecDeque;
use std::time::Duration;

use avmarks_spec::{Limits, Timestamp};

/// How fast calls may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaceSettings {
    /// Calls that the service accepts within any [`PaceSettings::window`], at least 1. Default: 200 (`RATE`).
    pub calls_max: usize,
    /// The window, at least 1 ms. Default: 1,000 ms (`gap:rate-scope`).
    pub window: Duration,
    /// Added to the window: the service counts when calls arrive, the client when it sends them, and the network may bring them
    /// closer together by the difference of two latencies. Default: 100 ms.
    pub margin: Duration,
}

impl Default for PaceSettings {
    fn default() -> Self {
        Self {
            calls_max: Limits::DOCUMENTED.calls_per_window_max,
            window: Limits::DOCUMENTED.rate_window,
            margin: Duration::from_millis(100),
        }
    }
}

/// Admits calls of one app and one command, evenly spread: at most `calls_max` in any span of `window` and `margin`, and each at
/// least the `calls_max`-th part of that span after the one before. With the defaults, a call each 5.5 ms.
///
/// A service that counts calls in any window refuses none (60007) as long as latencies differ by no more than the margin. Set and
/// delete of marks are one command (`modify_user_info`); `add_robots` and `del_robots` are two. A program that runs several jobs of an app
/// passes one pace to all of them, one after the other or at the same time.
///
/// ```
/// use avmarks_client::{Pace, PaceSettings};
/// use avmarks_spec::Timestamp;
/// use std::time::Duration;
///
/// let ms = Duration::from_millis;
/// let mut pace = Pace::new(PaceSettings { calls_max: 2, window: ms(1_000), margin: ms(100) });
/// let at = Timestamp::from_millis;
/// assert!(pace.admit(at(0)) && !pace.admit(at(549)));
/// assert_eq!(pace.ready_at(at(300)), at(550));
/// assert!(pace.admit(at(550)) && !pace.admit(at(1_099)) && pace.admit(at(1_100)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pace {
    settings: PaceSettings,
    /// When the latest calls were admitted, oldest first; never more than `calls_max`.
    admitted: VecDeque<Timestamp>,
    /// When the next call is due, in microseconds: a part of a millisecond would add up over many calls.
    due_micros: u64,
}

impl Pace {
    /// A pace that has admitted nothing yet. A maximum of 0 is taken as 1, a window of 0 as 1 ms.
    #[must_use]
    pub fn new(settings: PaceSettings) -> Self {
        let window = settings.window.max(Duration::from_millis(1));
        let settings = PaceSettings { calls_max: settings.calls_max.max(1), window, ..settings };
        Self { settings, admitted: VecDeque::new(), due_micros: 0 }
    }

    /// The settings.
    #[must_use]
    pub const fn settings(&self) -> PaceSettings {
        self.settings
    }

    /// The earliest time, not before `now`, at which a call would be admitted. Changes nothing.
    #[must_use]
    pub fn ready_at(&self, now: Timestamp) -> Timestamp {
        let now = now.max(self.admitted.back().copied().unwrap_or_default());
        let due = Timestamp::from_millis(self.due_micros.div_ceil(1_000));
        let window_opens = match self.admitted.front() {
            Some(oldest) if self.admitted.len() >= self.settings.calls_max => {
                oldest.saturating_add(whole_millis(self.span()))
            }
            _ => now,
        };
        now.max(due).max(window_opens)
    }

    /// Admits a call at `now`, if that is not too early; returns whether it did. A `now` below the latest seen is taken as the
    /// latest seen.
    pub fn admit(&mut self, now: Timestamp) -> bool {
        let now = now.max(self.admitted.back().copied().unwrap_or_default());
        if self.ready_at(now) > now {
            return false;
        }
        if self.admitted.len() >= self.settings.calls_max {
            self.admitted.pop_front();
        }
        self.admitted.push_back(now);
        // A call that was due within this millisecond was admitted when it was due.
        let now_micros = now.as_millis().saturating_mul(1_000);
        let admitted = if self.due_micros.div_ceil(1_000) == now.as_millis() { self.due_micros } else { now_micros };
        self.due_micros = admitted.saturating_add(self.interval_micros());
        true
    }

    fn span(&self) -> Duration {
        self.settings.window.saturating_add(self.settings.margin)
    }

    /// The time between two calls.
    fn interval_micros(&self) -> u64 {
        let calls = u128::try_from(self.settings.calls_max).unwrap_or(u128::MAX);
        u64::try_from(self.span().as_micros() / calls).unwrap_or(u64::MAX)
    }
}

/// A duration in whole milliseconds, rounded up, because a part of one must not be lost from a wait.
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
    /// The first of `queues` queues, from the one after the latest served, that is ready; it moves to the end of the queue.
    pub(crate) fn take(&mut self, queues: usize, ready: impl Fn(usize) -> bool) -> Option<usize> {
        let queue = (0..queues).map(|step| (self.next + step) % queues).find(|queue| ready(*queue))?;
        self.next = queue + 1;
        Some(queue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn settings(calls_max: usize, window: u64, margin: u64) -> PaceSettings {
        let [window, margin] = [window, margin].map(Duration::from_millis);
        PaceSettings { calls_max, window, margin }
    }

    /// When so many calls are admitted, each as early as it may be.
    fn times(pace: &mut Pace, calls: usize) -> Vec<u64> {
        let mut now = at(5);
        (0..calls)
            .map(|_| {
                now = pace.ready_at(now);
                assert!(pace.admit(now));
                now.as_millis()
            })
            .collect()
    }

    #[test]
    fn calls_are_spread_over_window_and_margin() {
        let sent = times(&mut Pace::new(PaceSettings::default()), 401);
        assert_eq!(sent[..5], [5, 11, 16, 22, 27]);
        assert_eq!((sent[200], sent[400]), (1_105, 2_205));
        assert_eq!(times(&mut Pace::new(settings(3, 10, 0)), 7), [5, 9, 12, 15, 19, 22, 25]);
    }

    #[test]
    fn the_margin_absorbs_latency_differences() {
        let sent = times(&mut Pace::new(PaceSettings::default()), 1_000);
        // Every pattern that delays some calls by the whole margin and the others not at all.
        for period in 1..250 {
            let mut arrived: Vec<u64> =
                sent.iter().enumerate().map(|(call, at)| if call / period % 2 == 0 { at + 100 } else { *at }).collect();
            arrived.sort_unstable();
            assert!(arrived.windows(201).all(|calls| calls[200] - calls[0] >= 1_000), "{period}");
        }
    }

    #[test]
    fn a_pause_gives_no_burst() {
        let mut pace = Pace::new(settings(4, 100, 0));
        assert!(pace.admit(at(0)) && pace.admit(at(1_000)) && !pace.admit(at(1_024)) && pace.admit(at(1_025)));
    }

    #[test]
    fn time_never_runs_back() {
        let mut pace = Pace::new(settings(2, 10, 0));
        assert!(pace.admit(at(100)) && !pace.admit(at(50)) && pace.admit(at(105)) && !pace.admit(at(100)));
        assert_eq!(pace.ready_at(at(0)), at(110));
    }

    #[test]
    fn settings_out_of_range_are_raised() {
        let mut pace = Pace::new(settings(0, 0, 0));
        assert_eq!(pace.settings(), settings(1, 1, 0));
        assert!(pace.admit(at(0)) && !pace.admit(at(0)) && pace.admit(at(1)));
        let window = Duration::from_micros(1_500);
        let mut pace = Pace::new(PaceSettings { calls_max: 1, window, margin: Duration::ZERO });
        assert!(pace.admit(at(0)));
        assert_eq!(pace.ready_at(at(0)), at(2));
        let mut pace = Pace::new(PaceSettings { window: Duration::MAX, ..PaceSettings::default() });
        assert!(pace.admit(at(0)) && !pace.admit(at(u64::MAX / 2_000)));
    }

    #[test]
    fn a_call_is_never_admitted_before_now() {
        let mut pace = Pace::new(PaceSettings::default());
        assert_eq!(pace.ready_at(at(7)), at(7));
        assert!(pace.admit(at(100)));
        assert_eq!([pace.ready_at(at(50)), pace.ready_at(at(500))], [at(106), at(500)]);
    }

    #[test]
    fn milliseconds_are_rounded_up_and_no_further() {
        for seconds in [1, 1_000, 86_400] {
            assert_eq!(whole_millis(Duration::from_secs(seconds)), Duration::from_millis(seconds * 1_000));
            let more = Duration::from_secs(seconds) + Duration::from_nanos(1);
            assert_eq!(whole_millis(more), Duration::from_millis(seconds * 1_000 + 1));
        }
    }

    #[test]
    fn turns_go_round_and_skip_who_has_nothing() {
        let mut turns = RoundRobin::default();
        let served: Vec<_> = (0..6).filter_map(|_| turns.take(3, |_| true)).collect();
        assert_eq!(served, [0, 1, 2, 0, 1, 2]);
        assert_eq!(turns.take(3, |queue| queue == 1), Some(1));
        assert_eq!(turns.take(3, |_| true), Some(2));
        assert_eq!(turns.take(3, |_| false), None);
        assert_eq!(turns.take(0, |_| true), None);
    }
}
