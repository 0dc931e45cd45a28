//! The clock: the system's, moved by an offset, or standing still until it is moved.

use std::time::{Duration, Instant, SystemTime};

use avmarks_spec::Timestamp;

/// Where the time comes from. It never runs back, and ends at [`Timestamp::LATEST`].
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
    /// When `at` was; the clock is stopped if there is none.
    since: Option<Instant>,
}

impl Clock {
    /// A clock that starts with the system's time of day, and runs on steadily whatever becomes of that.
    #[must_use]
    pub fn system() -> Self {
        Self { at: time_of_day(), since: Some(Instant::now()) }
    }

    /// A stopped clock.
    #[must_use]
    pub fn standing_at(at: Timestamp) -> Self {
        Self { at: at.min(Timestamp::LATEST), since: None }
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.since.map_or(self.at, |since| self.at.saturating_add(since.elapsed()).min(Timestamp::LATEST))
    }

    /// Whether it runs by itself.
    #[must_use]
    pub const fn is_running(&self) -> bool {
        self.since.is_some()
    }

    /// Moves it on.
    pub fn advance(&mut self, by: Duration) {
        self.at = self.at.saturating_add(by).min(Timestamp::LATEST);
    }

    /// Sets it, unless `at` has passed already; whether it was set.
    pub fn set(&mut self, at: Timestamp) -> bool {
        let later = at >= self.now();
        if later {
            *self = self.at(at);
        }
        later
    }

    /// A clock that was at `at` when the system's time of day was `time_of_day`: if it runs, it has advanced since.
    pub(crate) fn resumed(at: Timestamp, running: bool, time_of_day: Timestamp) -> Self {
        let mut clock = Self::standing_at(at);
        if running {
            clock.advance(self::time_of_day().saturating_duration_since(time_of_day));
            clock.run();
        }
        clock
    }

    /// The same clock at another time, be it earlier.
    pub(crate) fn at(&self, at: Timestamp) -> Self {
        Self { since: self.since.map(|_| Instant::now()), ..Self::standing_at(at) }
    }

    /// Stops it.
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
    fn time_ends_at_the_latest_moment() {
        let late = |before: u64| Timestamp::from_millis(Timestamp::LATEST.as_millis() - before);
        let beyond = Timestamp::from_millis(u64::MAX);
        let mut clock = Clock::standing_at(late(1));
        assert_eq!(clock.now(), late(1));
        clock.since = Instant::now().checked_sub(Duration::from_secs(1));
        assert!(clock.is_running());
        assert_eq!(clock.now(), Timestamp::LATEST);
        clock.run();
        assert_eq!(clock.now(), Timestamp::LATEST);
        for clock in [Clock::standing_at(beyond), Clock::resumed(beyond, true, Timestamp::EPOCH), clock.at(beyond)] {
            assert_eq!(clock.now(), Timestamp::LATEST);
        }
        // A day has passed since it was written down.
        let yesterday = time_of_day().as_millis() - 86_400_000;
        let resumed = Clock::resumed(late(1), true, Timestamp::from_millis(yesterday));
        assert_eq!((resumed.now(), resumed.is_running()), (Timestamp::LATEST, true));
        let mut clock = Clock::standing_at(late(1));
        clock.advance(Duration::MAX);
        assert_eq!(clock.now(), Timestamp::LATEST);
        assert!(clock.set(Timestamp::LATEST) && !clock.set(late(1)));
    }
}
