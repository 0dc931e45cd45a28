//! The numbers, noun first, unit and bound last.

use core::fmt;
use core::time::Duration;

use crate::excerpt::Quoted;
use crate::time::Timestamp;

/// Every limit, as one value, so that a test can use smaller ones.
///
/// [`Limits::DOCUMENTED`] has the values of the documents; each field names its source.
///
/// ```
/// use avmarks_spec::Limits;
///
/// let small = Limits { members_per_mark_max: 2, ..Limits::DOCUMENTED };
/// assert_eq!(Limits::DOCUMENTED.marks_per_group_max, 10);
/// assert!(small.members_per_mark_max < Limits::DOCUMENTED.members_per_mark_max);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Accounts in one call, as sent. Source: 1047/50294, request fields (`ACCOUNTS-MAX`).
    pub accounts_per_call_max: usize,
    /// Different custom marks in one group, at most [`Limits::MARKS_PER_GROUP_CEILING`]. Source: 1047/50294, applicable group types, note (`MARKS-PER-GROUP`).
    pub marks_per_group_max: usize,
    /// Members that hold one mark. Source: 1047/50294, applicable group types, note (`MEMBERS-PER-MARK`).
    pub members_per_mark_max: usize,
    /// How long a pin (mark 500) lasts. Source: 1047/50294, special marks (`PIN-500`).
    pub pin_duration_max: Duration,
    /// Members that the online list names in all, at most [`Limits::LIST_MEMBERS_CEILING`]. Source: 1047/50293 (`LIST-MAX`).
    pub list_members_max: usize,
    /// Members that the online list names on a plan without the feature, or with the switch off. Source: 1047/50293, older text (`gap:low-plan-list`, `gap:switch-list`).
    pub low_plan_list_members_max: usize,
    /// Administrators of one group. Source: 269/102857, 1047/60525 (`gap:sixth-admin`).
    pub group_admins_max: usize,
    /// Calls admitted per app and command within [`Limits::rate_window`]. Source: 1047/50294, frequency (`RATE`).
    pub calls_per_window_max: usize,
    /// The window of the rate limit (`RATE`, `gap:rate-scope`).
    pub rate_window: Duration,
    /// Bytes of a request body. No document names one: ours (`gap:http-codes`).
    pub body_bytes_max: usize,
}

/// One of the [`Limits`].
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct LimitField {
    /// Its name, with the unit if it has one.
    pub name: &'static str,
    /// The highest value it can have; a higher one counts as this.
    pub ceiling: u64,
    /// Reads it; times in milliseconds.
    pub get: fn(&Limits) -> u64,
    /// Sets it, whatever the ceiling; times in milliseconds.
    pub set: fn(&mut Limits, u64),
}

/// Why a limit cannot be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LimitError {
    /// The name is unknown.
    Unknown,
    /// The value is above the ceiling.
    TooLarge {
        /// The value.
        value: u64,
        /// The highest value that it can have.
        ceiling: u64,
    },
}

impl fmt::Display for LimitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => write!(f, "expected one of {}", Quoted(Limits::FIELDS.iter().map(|field| field.name))),
            Self::TooLarge { ceiling, .. } => write!(f, "expected at most {ceiling}"),
        }
    }
}

impl core::error::Error for LimitError {}

const MILLION: u64 = 1_000_000;

const fn count(value: u64) -> usize {
    // More than the machine can count is as good as no limit.
    if value > usize::MAX as u64 { usize::MAX } else { value as usize }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// A limit that counts, with its ceiling.
macro_rules! number {
    ($field:ident, $ceiling:expr) => {
        LimitField {
            name: stringify!($field),
            ceiling: $ceiling,
            get: |limits| limits.$field as u64,
            set: |limits, value| limits.$field = count(value),
        }
    };
}

/// A limit that is a time, with its ceiling in milliseconds.
macro_rules! duration {
    ($field:ident, $ceiling:expr) => {
        LimitField {
            name: concat!(stringify!($field), "_ms"),
            ceiling: $ceiling,
            get: |limits| millis(limits.$field),
            set: |limits, value| limits.$field = Duration::from_millis(value),
        }
    };
}

impl Limits {
    /// Every limit, with its name and its ceiling: what a snapshot, a command line and the emulator's control API show and
    /// set. For the other crates of this project; users name a limit by its field, or by name with [`Limits::set`].
    #[doc(hidden)]
    pub const FIELDS: [LimitField; 10] = [
        number!(accounts_per_call_max, MILLION),
        number!(marks_per_group_max, Self::MARKS_PER_GROUP_CEILING as u64),
        number!(members_per_mark_max, 1_000 * MILLION),
        duration!(pin_duration_max, Timestamp::LATEST.as_millis()),
        number!(list_members_max, Self::LIST_MEMBERS_CEILING as u64),
        number!(low_plan_list_members_max, Self::LIST_MEMBERS_CEILING as u64),
        number!(group_admins_max, 10_000),
        number!(calls_per_window_max, 10 * MILLION),
        duration!(rate_window, 86_400_000),
        number!(body_bytes_max, Self::DOCUMENTED.body_bytes_max as u64),
    ];

    /// Sets one limit by its name; times are in milliseconds.
    ///
    /// ```
    /// use avmarks_spec::{LimitError, Limits};
    ///
    /// let mut limits = Limits::DOCUMENTED;
    /// limits.set("calls_per_window_max", 1_000)?;
    /// assert_eq!(limits.calls_per_window_max, 1_000);
    /// assert_eq!(limits.set("calls", 1_000), Err(LimitError::Unknown));
    /// let error = limits.set("marks_per_group_max", 15).unwrap_err();
    /// assert_eq!(error.to_string(), "expected at most 14");
    /// # Ok::<(), LimitError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`LimitError`] if the name is unknown, or `value` is above its ceiling; then nothing changes.
    pub fn set(&mut self, name: &str, value: u64) -> Result<(), LimitError> {
        let field = Self::FIELDS.iter().find(|field| field.name == name).ok_or(LimitError::Unknown)?;
        if value > field.ceiling {
            return Err(LimitError::TooLarge { value, ceiling: field.ceiling });
        }
        (field.set)(self, value);
        Ok(())
    }

    /// The same limits, none above its ceiling: higher limits could exceed what a room stores, or the memory.
    #[must_use]
    pub fn within_ceilings(mut self) -> Self {
        for LimitField { ceiling, get, set, .. } in Self::FIELDS {
            if get(&self) > ceiling {
                set(&mut self, ceiling);
            }
        }
        self
    }

    /// The numbers of the documents.
    pub const DOCUMENTED: Self = Self {
        accounts_per_call_max: 500,
        marks_per_group_max: 10,
        members_per_mark_max: 1_000,
        pin_duration_max: Duration::from_millis(259_200_000),
        list_members_max: 1_000,
        low_plan_list_members_max: 30,
        group_admins_max: 5,
        calls_per_window_max: 200,
        rate_window: Duration::from_millis(1_000),
        body_bytes_max: 1_048_576,
    };

    /// The maximum number of custom marks that a room can store: the marks of a member are bits of one word.
    pub const MARKS_PER_GROUP_CEILING: usize = 14;

    /// The maximum number of members of a list: a cursor stores in ten bits how many it has listed.
    pub const LIST_MEMBERS_CEILING: usize = 1_023;

    /// Bytes of a group id at most. Source: 33529 and use limits (`gap:group-id`).
    pub const GROUP_ID_BYTES_MAX: usize = 48;

    /// Bytes of a user id at most. Source: every page that names one (`gap:account-id`).
    pub const USER_ID_BYTES_MAX: usize = 32;
}

const _: () = assert!(Limits::DOCUMENTED.marks_per_group_max <= Limits::MARKS_PER_GROUP_CEILING);
const _: () = assert!(Limits::DOCUMENTED.low_plan_list_members_max <= Limits::DOCUMENTED.list_members_max);
const _: () = assert!(Limits::DOCUMENTED.list_members_max <= Limits::LIST_MEMBERS_CEILING);

impl Default for Limits {
    fn default() -> Self {
        Self::DOCUMENTED
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_ends_at_its_ceiling() {
        for LimitField { name, ceiling, get, set } in Limits::FIELDS {
            let mut limits = Limits::DOCUMENTED;
            assert_eq!(limits.set(name, ceiling), Ok(()));
            assert_eq!((get(&limits), limits.within_ceilings()), (ceiling, limits), "{name}");
            let above = Err(LimitError::TooLarge { value: ceiling + 1, ceiling });
            assert_eq!((limits.set(name, ceiling + 1), get(&limits)), (above, ceiling), "{name}");
            for beyond in [ceiling + 1, u64::MAX] {
                let mut limits = limits;
                set(&mut limits, beyond);
                assert_eq!(get(&limits.within_ceilings()), ceiling, "{name}");
            }
        }
        assert_eq!(Limits::DOCUMENTED.within_ceilings(), Limits::DOCUMENTED);
    }

    /// What a room can store, a cursor can say, or a day has; the others are ours.
    #[test]
    fn each_ceiling_is_the_intended_one() {
        let ceilings = Limits::FIELDS.map(|field| (field.name, field.ceiling));
        let expected = [
            ("accounts_per_call_max", 1_000_000),
            ("marks_per_group_max", 14),
            ("members_per_mark_max", 1_000_000_000),
            ("pin_duration_max_ms", (1 << 53) - 1),
            ("list_members_max", 1_023),
            ("low_plan_list_members_max", 1_023),
            ("group_admins_max", 10_000),
            ("calls_per_window_max", 10_000_000),
            ("rate_window_ms", 24 * 60 * 60 * 1_000),
            ("body_bytes_max", 1_048_576),
        ];
        assert_eq!(ceilings, expected);
    }

    #[test]
    fn setting_a_limit_changes_no_other() {
        for LimitField { name, .. } in Limits::FIELDS {
            let mut limits = Limits::DOCUMENTED;
            assert_eq!(limits.set(name, 7), Ok(()));
            for LimitField { name: other, get, .. } in Limits::FIELDS {
                let expected = if other == name { 7 } else { get(&Limits::DOCUMENTED) };
                assert_eq!(get(&limits), expected, "{other} after {name}");
            }
        }
    }
}
