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

impl Limits {
    /// The same limits, none above its ceiling: more could be asked for than the engine keeps.
    #[must_use]
    pub fn within_ceilings(self) -> Self {
        Self {
            marks_per_group_max: self.marks_per_group_max.min(Self::MARKS_PER_GROUP_CEILING),
            list_members_max: self.list_members_max.min(Self::LIST_MEMBERS_CEILING),
            low_plan_list_members_max: self.low_plan_list_members_max.min(Self::LIST_MEMBERS_CEILING),
            ..self
        }
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

    /// The most custom marks that a room can be told to keep at once: a member's marks are bits of one word.
    pub const MARKS_PER_GROUP_CEILING: usize = 14;

    /// The most members that a list can be told to name: a cursor keeps how many it has listed in ten bits.
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
    fn what_is_asked_beyond_a_ceiling_is_the_ceiling_and_the_rest_stays() {
        let asked = Limits {
            marks_per_group_max: 15,
            list_members_max: 1_024,
            low_plan_list_members_max: usize::MAX,
            ..Limits::DOCUMENTED
        };
        let kept = asked.within_ceilings();
        assert_eq!((kept.marks_per_group_max, kept.list_members_max), (14, 1_023));
        assert_eq!(kept.low_plan_list_members_max, 1_023);
        assert_eq!(
            kept,
            Limits { marks_per_group_max: 14, list_members_max: 1_023, low_plan_list_members_max: 1_023, ..asked }
        );
        assert_eq!(Limits::DOCUMENTED.within_ceilings(), Limits::DOCUMENTED);
    }
}
