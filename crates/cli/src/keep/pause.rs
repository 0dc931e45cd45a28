//! Waits that a gateway asks for.

use std::time::{Duration, Instant};

/// The longest wait that is obeyed, as long as the longest between two tries of a call: the next answer may ask for more.
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// Until when no call is made.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pause {
    until: Option<Instant>,
}

impl Pause {
    /// Notes that `Retry-After` has asked for a wait. It applies to every call: the gateway is the same.
    pub(super) fn begin(&mut self, now: Instant, wait: Duration) {
        self.until = self.until.max(now.checked_add(wait.min(PAUSE_MAX)));
    }

    /// How long no call is made from `now` on; none where calls may be made.
    pub(super) fn rest(self, now: Instant) -> Option<Duration> {
        self.until.map(|until| until.saturating_duration_since(now)).filter(|rest| !rest.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_wait_counts_up_to_a_minute() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let rest = |pause: Pause, seconds| pause.rest(at(seconds)).map(|rest| rest.as_secs());
        let mut pause = Pause::default();
        assert_eq!(rest(pause, 0), None);
        pause.begin(at(0), Duration::from_secs(3));
        pause.begin(at(1), Duration::from_secs(1));
        assert_eq!([0, 2, 3].map(|now| rest(pause, now)), [Some(3), Some(1), None]);
        for wait in [Duration::from_secs(60), Duration::from_secs(61), Duration::MAX] {
            let mut pause = Pause::default();
            pause.begin(at(0), wait);
            assert_eq!([0, 59, 60].map(|now| rest(pause, now)), [Some(60), Some(1), None], "{wait:?}");
        }
    }
}
