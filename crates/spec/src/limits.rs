//! The numbers, noun first, unit and bound last.

use core::time::Duration;

/// Every number that the rules count against, as one value, so that a test can shrink the world.
///
/// [`Limits::DOCUMENTED`] is what the vendor says; the fields name the sentence.
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
    /// Different custom marks in one group, at most [`Limits::MARKS_PER_GROUP_CEILING`]. Source: 1047/50294, notes (`MARKS-PER-GROUP`).
    pub marks_per_group_max: usize,
    /// Members that hold one mark. Source: 1047/50294, notes (`MEMBERS-PER-MARK`).
    pub members_per_mark_max: usize,
    /// How long a pin (mark 500) lasts. Source: 1047/50294, special marks (`PIN-500`).
    pub pin_duration_max: Duration,
    /// Members that the online list names in all. Source: 1047/50293 (`LIST-MAX`).
    pub list_members_max: usize,
    /// Members that the online list names on a plan without the feature. Source: 1047/50293, older text (`gap:low-plan-list`).
    pub low_plan_list_members_max: usize,
    /// Calls admitted per app and command within [`Limits::rate_window`]. Source: 1047/50294, frequency (`RATE`).
    pub calls_per_window_max: usize,
    /// The window of the rate limit (`RATE`, `gap:rate-scope`).
    pub rate_window: Duration,
    /// Bytes of a request body. No document names one: ours (`gap:http-codes`).
    pub body_bytes_max: usize,
}

impl Limits {
    /// The numbers of the documents.
    pub const DOCUMENTED: Self = Self {
        accounts_per_call_max: 500,
        marks_per_group_max: 10,
        members_per_mark_max: 1_000,
        pin_duration_max: Duration::from_millis(259_200_000),
        list_members_max: 1_000,
        low_plan_list_members_max: 30,
        calls_per_window_max: 200,
        rate_window: Duration::from_millis(1_000),
        body_bytes_max: 1_048_576,
    };

    /// The most custom marks that a room can be told to keep at once: a member's marks are bits of one word.
    pub const MARKS_PER_GROUP_CEILING: usize = 14;

    /// Bytes of a group id at most. Source: 33529 and use limits (`gap:group-id`).
    pub const GROUP_ID_BYTES_MAX: usize = 48;

    /// Bytes of a user id at most. Source: every page that names one (`gap:account-id`).
    pub const USER_ID_BYTES_MAX: usize = 32;
}

const _: () = assert!(Limits::DOCUMENTED.marks_per_group_max <= Limits::MARKS_PER_GROUP_CEILING);
const _: () = assert!(Limits::DOCUMENTED.low_plan_list_members_max <= Limits::DOCUMENTED.list_members_max);
// A cursor keeps the number of members already listed in ten bits.
const _: () = assert!(Limits::DOCUMENTED.list_members_max < 1_024);

impl Default for Limits {
    fn default() -> Self {
        Self::DOCUMENTED
    }
}
