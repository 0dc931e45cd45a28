//! The clock: monotonic, set to the time of day once.

use std::fmt;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use avmarks_spec::Timestamp;

/// Where the time comes from.
pub(crate) struct Clock(Box<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The time of day as it is now, and from now on whatever the system's monotonic clock adds to it. A clock that
    /// somebody sets does not disturb it; one that is wrong makes signatures wrong, as it would anyway.
    pub(crate) fn system() -> Self {
        let started = Instant::now();
        let set_to = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let set_to = Timestamp::EPOCH.saturating_add(set_to);
        Self(Box::new(move || set_to.saturating_add(started.elapsed())))
    }

    pub(crate) fn of(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Box::new(now))
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}
