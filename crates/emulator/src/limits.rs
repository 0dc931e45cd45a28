//! The limits of the documents by name, for those who set them by text: the names are those of a snapshot.

use std::time::Duration;

use avmarks_spec::{Excerpt, Limits};

/// The largest number that JSON tells exactly everywhere: 2^53 - 1.
pub(crate) const NUMBER_MAX: u64 = 9_007_199_254_740_991;

/// A limit: its name, how it is read, how it is set, and what it may be at most.
type Row = (&'static str, fn(&Limits) -> u64, fn(&mut Limits, u64), u64);

const fn count(number: u64) -> usize {
    // What is beyond the machine's words is as good as no limit.
    if number > usize::MAX as u64 { usize::MAX } else { number as usize }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

const LIST_MAX: u64 = Limits::LIST_MEMBERS_CEILING as u64;
/// As much as the rim reads of a body.
const BODY_MAX: u64 = Limits::DOCUMENTED.body_bytes_max as u64;

/// The limits, by the names that they have in a snapshot.
const LIMITS: [Row; 10] = [
    (
        "accounts_per_call_max",
        |l| l.accounts_per_call_max as u64,
        |l, n| l.accounts_per_call_max = count(n),
        NUMBER_MAX,
    ),
    (
        "marks_per_group_max",
        |l| l.marks_per_group_max as u64,
        |l, n| l.marks_per_group_max = count(n),
        Limits::MARKS_PER_GROUP_CEILING as u64,
    ),
    ("members_per_mark_max", |l| l.members_per_mark_max as u64, |l, n| l.members_per_mark_max = count(n), NUMBER_MAX),
    (
        "pin_duration_max_ms",
        |l| millis(l.pin_duration_max),
        |l, n| l.pin_duration_max = Duration::from_millis(n),
        NUMBER_MAX,
    ),
    ("list_members_max", |l| l.list_members_max as u64, |l, n| l.list_members_max = count(n), LIST_MAX),
    (
        "low_plan_list_members_max",
        |l| l.low_plan_list_members_max as u64,
        |l, n| l.low_plan_list_members_max = count(n),
        LIST_MAX,
    ),
    ("group_admins_max", |l| l.group_admins_max as u64, |l, n| l.group_admins_max = count(n), NUMBER_MAX),
    ("calls_per_window_max", |l| l.calls_per_window_max as u64, |l, n| l.calls_per_window_max = count(n), NUMBER_MAX),
    ("rate_window_ms", |l| millis(l.rate_window), |l, n| l.rate_window = Duration::from_millis(n), NUMBER_MAX),
    ("body_bytes_max", |l| l.body_bytes_max as u64, |l, n| l.body_bytes_max = count(n), BODY_MAX),
];

/// Why a limit cannot be set so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LimitError {
    /// There is no limit of this name.
    #[error("there is no `{name}`; there are {}", known())]
    Unknown {
        /// The name, in short.
        name: String,
    },
    /// It is more than can be kept.
    #[error("`{name}` is {value}; it must be at most {value_max}")]
    TooLarge {
        /// The limit.
        name: &'static str,
        /// What it was to be.
        value: u64,
        /// What it can be at most.
        value_max: u64,
    },
}

/// Sets one of the limits by its name; times are in milliseconds.
///
/// ```
/// use avmarks_emulator::set_limit;
/// use avmarks_emulator::spec::Limits;
///
/// let mut limits = Limits::DOCUMENTED;
/// set_limit(&mut limits, "calls_per_window_max", 1_000)?;
/// assert_eq!(limits.calls_per_window_max, 1_000);
/// assert!(set_limit(&mut limits, "calls", 1_000).unwrap_err().to_string().starts_with("there is no `calls`; there are "));
/// # Ok::<(), avmarks_emulator::LimitError>(())
/// ```
///
/// # Errors
///
/// [`LimitError`]; the limits stay as they were.
pub fn set_limit(limits: &mut Limits, name: &str, value: u64) -> Result<(), LimitError> {
    let row = LIMITS.iter().find(|(known, ..)| *known == name);
    let (name, _, set, value_max) = row.ok_or_else(|| LimitError::Unknown { name: Excerpt(name).to_string() })?;
    if value > *value_max {
        return Err(LimitError::TooLarge { name, value, value_max: *value_max });
    }
    set(limits, value);
    Ok(())
}

/// All of them.
pub(crate) fn all(limits: &Limits) -> impl Iterator<Item = (&'static str, u64)> {
    LIMITS.iter().map(|(name, read, ..)| (*name, read(limits)))
}

fn known() -> String {
    LIMITS.iter().map(|(known, ..)| format!("`{known}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_that_is_set_is_what_is_read_and_nothing_else_changes() {
        for (name, read, _, _) in LIMITS {
            let mut limits = Limits::DOCUMENTED;
            set_limit(&mut limits, name, 7).unwrap();
            for (other, other_read, ..) in LIMITS {
                let expected = if other == name { 7 } else { other_read(&Limits::DOCUMENTED) };
                assert_eq!(other_read(&limits), expected, "{other} after {name}");
            }
            assert_eq!(read(&limits), 7);
        }
    }
}
