//! Refusals in the order of their precedence: the first that applies answers, and nothing is applied.

use avmarks_spec::readings::{AllFailedCode, HttpCodes, SwitchCode, TooManyCode, UsersigCode, WrongTypeCode};
use avmarks_spec::{Clause, Gap};

use crate::Policy;

/// Why a request is refused. **The order of the variants is the precedence**: of two that apply, the earlier answers.
///
/// The list is closed: a new reason breaks the build of whoever matches on it, so that none goes unnoticed.
/// Within one step (as for the entries of a member list) the request's own order decides.
///
/// ```
/// use avmarks_rules::{Policy, Refusal};
///
/// assert!(Refusal::GroupExists < Refusal::Permission);
/// assert_eq!(Refusal::AccountsMax.code(&Policy::default()), 10005);
/// assert_eq!(Refusal::AccountsMax.step(), 9);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    /// The path is none of the API's (step 1).
    UnknownPath,
    /// The method is not POST (step 1).
    Method,
    /// The body is over the size limit (step 1).
    BodySize,
    /// The query lacks `sdkappid` (step 2).
    QueryAppMissing,
    /// The query lacks another parameter, or one is wrong (step 2).
    Query,
    /// The signature cannot be read (step 3).
    SignatureMalformed,
    /// The signature is another user's (step 3).
    SignatureUser,
    /// The signature is another app's (step 3).
    SignatureApp,
    /// The signature was not made with the app's key (step 3).
    SignatureKey,
    /// The signature has expired (step 3).
    SignatureExpired,
    /// The identifier is no app admin (step 4).
    AdminCaller,
    /// Too many calls (step 5).
    Rate,
    /// The body is no JSON object (step 6).
    NotJson,
    /// A field is missing, twice there, empty or of another type (step 7; for empty lists steps 9 and 10).
    Required,
    /// `CommandType` is neither 1 nor 2 (step 8).
    CommandType,
    /// More accounts than one call may name (step 9).
    AccountsMax,
    /// `MemberList` is empty (step 9).
    MemberListEmpty,
    /// A `Member_Account` is no user id (step 10).
    AccountId,
    /// A `Marks` is empty (step 10).
    MarksEmpty,
    /// A mark is neither special nor in the custom range (step 10).
    MarkRange,
    /// A set that names more different custom marks than a group can have (step 11).
    MarksNamed,
    /// The group id is malformed (step 12).
    GroupId,
    /// There is no such group (step 13).
    GroupExists,
    /// The group is no AVChatRoom (step 14).
    GroupType,
    /// The plan lacks the feature (step 15).
    Plan,
    /// The feature is switched off (step 16).
    Switch,
    /// The operator is neither app admin nor owner (step 17).
    Permission,
    /// An owner names 500 or 600 (step 18).
    SpecialAdmin,
    /// The group would have too many different marks (step 19).
    MarksPerGroup,
    /// A mark is full, and the policy refuses the call for it (step 19, `gap:over-capacity`).
    MembersPerMark,
    /// No account of the call could be served (step 20).
    AllFailed,
}

impl Refusal {
    /// Every refusal, in the order of precedence.
    pub const ALL: &'static [Self] = &[
        Self::UnknownPath,
        Self::Method,
        Self::BodySize,
        Self::QueryAppMissing,
        Self::Query,
        Self::SignatureMalformed,
        Self::SignatureUser,
        Self::SignatureApp,
        Self::SignatureKey,
        Self::SignatureExpired,
        Self::AdminCaller,
        Self::Rate,
        Self::NotJson,
        Self::Required,
        Self::CommandType,
        Self::AccountsMax,
        Self::MemberListEmpty,
        Self::AccountId,
        Self::MarksEmpty,
        Self::MarkRange,
        Self::MarksNamed,
        Self::GroupId,
        Self::GroupExists,
        Self::GroupType,
        Self::Plan,
        Self::Switch,
        Self::Permission,
        Self::SpecialAdmin,
        Self::MarksPerGroup,
        Self::MembersPerMark,
        Self::AllFailed,
    ];

    /// The step of the precedence, 1 to 20. Steps 7 to 12 need no state.
    #[must_use]
    pub const fn step(self) -> u8 {
        match self {
            Self::UnknownPath | Self::Method | Self::BodySize => 1,
            Self::QueryAppMissing | Self::Query => 2,
            Self::SignatureMalformed
            | Self::SignatureUser
            | Self::SignatureApp
            | Self::SignatureKey
            | Self::SignatureExpired => 3,
            Self::AdminCaller => 4,
            Self::Rate => 5,
            Self::NotJson => 6,
            Self::Required => 7,
            Self::CommandType => 8,
            Self::AccountsMax | Self::MemberListEmpty => 9,
            Self::AccountId | Self::MarksEmpty | Self::MarkRange => 10,
            Self::MarksNamed => 11,
            Self::GroupId => 12,
            Self::GroupExists => 13,
            Self::GroupType => 14,
            Self::Plan => 15,
            Self::Switch => 16,
            Self::Permission => 17,
            Self::SpecialAdmin => 18,
            Self::MarksPerGroup | Self::MembersPerMark => 19,
            Self::AllFailed => 20,
        }
    }

    /// The clause that is broken; of steps 1 and 6, which rest on the error list alone, none.
    #[must_use]
    pub const fn clause(self) -> Option<Clause> {
        Some(match self {
            Self::UnknownPath | Self::Method | Self::BodySize | Self::NotJson => return None,
            Self::QueryAppMissing | Self::Query => Clause::Query,
            Self::SignatureMalformed
            | Self::SignatureUser
            | Self::SignatureApp
            | Self::SignatureKey
            | Self::SignatureExpired => Clause::UserSig,
            Self::AdminCaller => Clause::AdminCaller,
            Self::Rate => Clause::Rate,
            Self::Required | Self::MemberListEmpty | Self::MarksEmpty => Clause::Required,
            Self::CommandType => Clause::CommandType,
            Self::AccountsMax => Clause::AccountsMax,
            Self::AccountId => Clause::AccountId,
            Self::MarkRange => Clause::MarkRange,
            Self::MarksNamed | Self::MarksPerGroup => Clause::MarksPerGroup,
            Self::GroupId => Clause::GroupId,
            Self::GroupExists => Clause::GroupExists,
            Self::GroupType => Clause::GroupType,
            Self::Plan => Clause::Plan,
            Self::Switch => Clause::Switch,
            Self::Permission => Clause::Permission,
            Self::SpecialAdmin => Clause::SpecialAdmin,
            Self::MembersPerMark => Clause::MembersPerMark,
            Self::AllFailed => Clause::AllFailed,
        })
    }

    /// The gap that the code, or the refusal itself, rests on.
    #[must_use]
    pub const fn gap(self) -> Option<Gap> {
        Some(match self {
            Self::UnknownPath | Self::Method | Self::BodySize => Gap::HttpCodes,
            Self::SignatureMalformed
            | Self::SignatureUser
            | Self::SignatureApp
            | Self::SignatureKey
            | Self::SignatureExpired => Gap::UsersigCode,
            Self::AdminCaller => Gap::RestOwner,
            Self::Rate => Gap::RateScope,
            Self::NotJson => Gap::TrailingComma,
            Self::AccountsMax => Gap::TooManyCode,
            Self::AccountId => Gap::AccountId,
            Self::MarkRange => Gap::MarkMax,
            Self::MarksNamed | Self::MarksPerGroup => Gap::Eleventh,
            Self::GroupId => Gap::GroupId,
            Self::GroupType => Gap::WrongTypeCode,
            Self::Plan => Gap::PlanCode,
            Self::Switch => Gap::SwitchCode,
            Self::MembersPerMark => Gap::OverCapacity,
            Self::AllFailed => Gap::AllFailedCode,
            Self::QueryAppMissing
            | Self::Query
            | Self::Required
            | Self::MemberListEmpty
            | Self::MarksEmpty
            | Self::CommandType
            | Self::GroupExists
            | Self::Permission
            | Self::SpecialAdmin => return None,
        })
    }

    /// The vendor's code under `policy`.
    #[must_use]
    pub fn code(self, policy: &Policy) -> u32 {
        match self {
            Self::UnknownPath => match policy.http_codes {
                HttpCodes::Timeout => 60008,
                _ => 60009,
            },
            Self::Method | Self::BodySize => 60002,
            Self::QueryAppMissing => 60012,
            Self::Query => 60025,
            Self::SignatureMalformed => by_cause(policy, 70003),
            Self::SignatureUser => by_cause(policy, 70013),
            Self::SignatureApp => by_cause(policy, 70014),
            Self::SignatureKey => by_cause(policy, 70009),
            Self::SignatureExpired => by_cause(policy, 70001),
            Self::AdminCaller => 60010,
            Self::Rate => 60007,
            Self::NotJson => 60003,
            Self::AccountsMax => match policy.too_many_code {
                TooManyCode::InvalidParameter => 10004,
                _ => 10005,
            },
            Self::GroupId => 10015,
            Self::GroupExists => 10010,
            Self::GroupType => match policy.wrong_type_code {
                WrongTypeCode::InvalidParameter => 10004,
                _ => 10007,
            },
            Self::Plan => 10059,
            Self::Switch => match policy.switch_code {
                SwitchCode::HigherPlan => 10059,
                _ => 10007,
            },
            Self::Permission | Self::SpecialAdmin => 10007,
            Self::AllFailed => match policy.all_failed_code {
                AllFailedCode::UnknownUser => 10019,
                _ => 10004,
            },
            Self::Required
            | Self::CommandType
            | Self::MemberListEmpty
            | Self::AccountId
            | Self::MarksEmpty
            | Self::MarkRange
            | Self::MarksNamed
            | Self::MarksPerGroup
            | Self::MembersPerMark => 10004,
        }
    }
}

fn by_cause(policy: &Policy, code: u32) -> u32 {
    match policy.usersig_code {
        UsersigCode::NotLoggedIn => 10001,
        _ => code,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_never_run_back() {
        assert!(Refusal::ALL.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(Refusal::ALL.windows(2).all(|pair| pair[0].step() <= pair[1].step()));
        assert_eq!(Refusal::ALL.last().map(|last| last.step()), Some(20));
    }
}
