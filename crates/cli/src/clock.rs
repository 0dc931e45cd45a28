//! The clock of the system.

use std::time::{SystemTime, UNIX_EPOCH};

use avmarks_spec::Timestamp;

/// The time of day.
pub(crate) fn time_of_day() -> Timestamp {
    Timestamp::EPOCH.saturating_add(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}
