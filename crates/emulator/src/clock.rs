//! The clock: the system's, moved by an offset, or standing still until it is moved.

use std::time::{Duration, Instant, SystemTime};

use avmarks_spec::Timestamp;

use crate::limits::NUMBER_MAX;

/// Where the time comes from. It never runs back.
///
/// ```
/// use std::time::Duration;
/// use avmarks_emulator::Clock;
/// use avmarks_spec::Timestamp;
///
/// let mut clock = Clock::standing_at(Timestamp::from_millis(1_000));
/// clock.advance(Duration::from_secs(259_200));
/// assert_eq!(clock.now(), Timestamp::from_millis(259_201_000));
/// assert!(!clock.is_running());
/// ```
#[derive(Clone, Debug)]
pub struct Clock {
    at: Timestamp,
    /// When `at` was; the clock stands still where there is none.
    since: Option<Instant>,
}

impl Clock {
    /// The latest time there is: 2^53 - 1, which JSON tells exactly everywhere.
    pub const LATEST: Timestamp = Timestamp::from_millis(NUMBER_MAX);

    /// A clock that starts with the system's time of day, and runs on steadily whatever becomes of that.
    #[must_use]
    pub fn system() -> Self {
        Self { at: time_of_day(), since: Some(Instant::now()) }
    }

    /// A clock that stands still.
    #[must_use]
    pub const fn standing_at(at: Timestamp) -> Self {
        Self { at, since: None }
    }

    /// The time. A clock that runs stands still at [`Clock::LATEST`].
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.since.map_or(self.at, |since| self.at.saturating_add(since.elapsed()).min(Self::LATEST).max(self.at))
    }

    /// Whether it runs by itself.
    #[must_use]
    pub const fn is_running(&self) -> bool {
        self.since.is_some()
    }

    /// Moves it on.
    pub fn advance(&mut self, by: Duration) {
        self.at = self.at.saturating_add(by);
    }

    /// Sets it, unless `at` has passed already; whether it was set.
    pub fn set(&mut self, at: Timestamp) -> bool {
        let later = at >= self.now();
        if later {
            *self = Self { at, since: self.since.map(|_| Instant::now()) };
        }
        later
    }

    /// A clock that was at `at` when the system's time of day was `time_of_day`: if it runs, it has gone on since.
    pub(crate) fn resumed(at: Timestamp, running: bool, time_of_day: Timestamp) -> Self {
        match running {
            true => Self {
                at: at.saturating_add(self::time_of_day().saturating_duration_since(time_of_day)),
                since: Some(Instant::now()),
            },
            false => Self::standing_at(at),
        }
    }

    /// The same clock at another time, be it earlier.
    pub(crate) fn at(&self, at: Timestamp) -> Self {
        Self { at, since: self.since.map(|_| Instant::now()) }
    }

    /// Lets it stand still.
    pub fn stop(&mut self) {
        *self = Self::standing_at(self.now());
    }

    /// Lets it run.
    pub fn run(&mut self) {
        *self = Self { at: self.now(), since: Some(Instant::now()) };
    }
}

/// The system's time of day.
pub(crate) fn time_of_day() -> Timestamp {
    Timestamp::EPOCH.saturating_add(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_runs_stands_still_at_the_latest_time_there_is() {
        for at in [NUMBER_MAX, NUMBER_MAX + 1] {
            let mut clock = Clock::standing_at(Timestamp::from_millis(at));
            clock.since = Instant::now().checked_sub(Duration::from_secs(1));
            assert!(clock.is_running());
            assert_eq!(clock.now(), Timestamp::from_millis(at));
            clock.run();
            assert_eq!(clock.now(), Timestamp::from_millis(at));
        }
    }
}
