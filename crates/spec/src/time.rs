//! Time as a value: nothing here reads a clock.

use core::fmt;
use core::time::Duration;

/// A time in whole milliseconds since the Unix epoch, passed by the caller.
///
/// ```
/// use avmarks_spec::Timestamp;
/// use core::time::Duration;
///
/// let start = Timestamp::from_millis(1_000);
/// assert_eq!(start.saturating_add(Duration::from_secs(2)).as_millis(), 3_000);
/// assert_eq!(start.as_seconds(), 1);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The Unix epoch.
    pub const EPOCH: Self = Self(0);

    /// The latest time that an input may have: 2^53-1, the largest integer that every JSON parser represents exactly.
    pub const LATEST: Self = Self((1 << 53) - 1);

    /// The time `millis` milliseconds after the Unix epoch, if an input may have it. Every input that comes
    /// from outside is checked here: a line of a scenario, a snapshot, the clock of an emulator.
    ///
    /// ```
    /// use avmarks_spec::Timestamp;
    ///
    /// assert_eq!(Timestamp::new(9_007_199_254_740_991), Ok(Timestamp::LATEST));
    /// let error = Timestamp::new(9_007_199_254_740_992).unwrap_err();
    /// assert_eq!(error.to_string(), "it must be at most 9007199254740991");
    /// ```
    ///
    /// # Errors
    ///
    /// [`TimestampError`] for a time after [`Timestamp::LATEST`].
    pub const fn new(millis: u64) -> Result<Self, TimestampError> {
        if millis > Self::LATEST.0 { Err(TimestampError) } else { Ok(Self(millis)) }
    }

    /// The time `millis` milliseconds after the Unix epoch.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// Whole seconds since the Unix epoch, rounded down; the unit of `JoinTime` on the wire.
    #[must_use]
    pub const fn as_seconds(self) -> u64 {
        self.0 / 1_000
    }

    /// The time `duration` later; the last representable time if that would overflow.
    #[must_use]
    pub const fn saturating_add(self, duration: Duration) -> Self {
        let millis = duration.as_millis();
        if millis > u64::MAX as u128 {
            return Self(u64::MAX);
        }
        Self(self.0.saturating_add(millis as u64))
    }

    /// The duration since `earlier`; zero if `earlier` is later.
    #[must_use]
    pub const fn saturating_duration_since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

/// A time after [`Timestamp::LATEST`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimestampError;

impl fmt::Display for TimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it must be at most {}", Timestamp::LATEST.0)
    }
}

impl core::error::Error for TimestampError {}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ms", self.0)
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::string::ToString;

    use super::*;

    #[test]
    fn times_saturate_at_the_latest_moment() {
        let start = Timestamp::from_millis(5);
        let most = Duration::from_millis(u64::MAX);
        for far in [Duration::MAX, most, most + Duration::from_millis(1)] {
            assert_eq!(start.saturating_add(far), Timestamp::from_millis(u64::MAX));
        }
        assert_eq!(Timestamp::EPOCH.saturating_add(most - Duration::from_millis(1)).as_millis(), u64::MAX - 1);
        assert_eq!(
            (start.saturating_duration_since(Timestamp::EPOCH), Timestamp::EPOCH.saturating_duration_since(start)),
            (Duration::from_millis(5), Duration::ZERO)
        );
        assert_eq!(start.to_string(), "5 ms");
    }
}
