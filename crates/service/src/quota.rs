//! The rate limit of calls: a sliding window.

use std::collections::VecDeque;

use avmarks_spec::{Limits, Timestamp};

/// A sliding-window log of the calls of one app and command that were admitted (`RATE`, `gap:rate-scope`): at most 200 in any 1,000 ms.
/// A refused call does not count.
///
/// ```
/// use avmarks_service::internal::Quota;
/// use avmarks_spec::{Limits, Timestamp};
///
/// let limits = Limits { calls_per_window_max: 2, ..Limits::DOCUMENTED };
/// let mut quota = Quota::default();
/// let [start, later] = [Timestamp::from_millis(0), Timestamp::from_millis(1_000)];
/// assert!(quota.admit(start, &limits) && quota.admit(start, &limits));
/// assert!(!quota.admit(start, &limits));
/// assert!(quota.admit(later, &limits));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quota {
    admitted: VecDeque<Timestamp>,
}

impl Quota {
    /// Whether a call at `at` would be admitted. `at` must not lie before the time of an earlier call.
    #[must_use]
    pub fn admits(&self, at: Timestamp, limits: &Limits) -> bool {
        let gone =
            self.admitted.iter().take_while(|seen| at.saturating_duration_since(**seen) >= limits.rate_window).count();
        self.admitted.len().saturating_sub(gone) < limits.calls_per_window_max
    }

    /// Admits a call at `at` if the window has room. Returns whether it did.
    pub fn admit(&mut self, at: Timestamp, limits: &Limits) -> bool {
        while self.admitted.front().is_some_and(|seen| at.saturating_duration_since(*seen) >= limits.rate_window) {
            self.admitted.pop_front();
        }
        let admits = self.admitted.len() < limits.calls_per_window_max;
        if admits {
            self.admitted.push_back(at);
        }
        admits
    }

    /// The times of the admitted calls in the window, the earliest first.
    pub fn admitted(&self) -> impl Iterator<Item = Timestamp> {
        self.admitted.iter().copied()
    }
}

impl FromIterator<Timestamp> for Quota {
    /// A quota that remembers these calls; they must come in order.
    fn from_iter<I: IntoIterator<Item = Timestamp>>(admitted: I) -> Self {
        Self { admitted: admitted.into_iter().collect() }
    }
}
