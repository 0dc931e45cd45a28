//! Refusals in the order of their precedence: the first that applies answers, and nothing is applied.

use core::fmt;

use avmarks_spec::readings::{AllFailedCode, HttpCodes, SwitchCode, TooManyCode, UsersigCode, WrongTypeCode};
use avmarks_spec::{Clause, Gap};

use crate::policy::Policy;

macro_rules! refusals {
    ($( $refusal:ident $step:literal $clause:expr, $gap:expr, $description:literal )*) => {
        /// Why a request is refused. **The order of the variants is the precedence**: of two that apply, the earlier
        /// answers.
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
        pub enum Refusal { $( #[doc = $description] $refusal, )* }

        impl Refusal {
            /// Every refusal, in the order of precedence.
            pub const ALL: &'static [Self] = &[ $( Self::$refusal, )* ];

            /// The step of the precedence, 1 to 20. Steps 6 to 12 need no state.
            #[must_use]
            pub const fn step(self) -> u8 {
                match self { $( Self::$refusal => $step, )* }
            }

            /// The clause that is broken; none where a gap alone decides.
            #[must_use]
            pub const fn clause(self) -> Option<Clause> {
                match self { $( Self::$refusal => $clause, )* }
            }

            /// The gap that the code, or the refusal itself, is based on.
            #[must_use]
            pub const fn gap(self) -> Option<Gap> {
                match self { $( Self::$refusal => $gap, )* }
            }

            /// When it applies, in a sentence.
            #[must_use]
            pub const fn description(self) -> &'static str {
                match self { $( Self::$refusal => $description, )* }
            }
        }
    };
}

refusals! {
    UnknownPath 1 None, Some(Gap::HttpCodes), "The path is not one of the API's."
    Method 1 None, Some(Gap::HttpCodes), "The method is not POST."
    BodySize 1 None, Some(Gap::HttpCodes), "The body is over the size limit."
    QueryAppMissing 2 Some(Clause::Query), None, "The query lacks `sdkappid`."
    Query 2 Some(Clause::Query), None, "The query lacks another parameter, or one is wrong."
    QueryRandom 2 Some(Clause::Query), Some(Gap::Random),
        "`random` is missing or out of range, and the policy refuses such a call."
    SignatureMalformed 3 Some(Clause::UserSig), Some(Gap::UsersigCode), "The signature cannot be read."
    SignatureUser 3 Some(Clause::UserSig), Some(Gap::UsersigCode), "The signature is another user's."
    SignatureApp 3 Some(Clause::UserSig), Some(Gap::UsersigCode), "The signature is another app's."
    SignatureKey 3 Some(Clause::UserSig), Some(Gap::UsersigCode), "The signature was not made with the app's key."
    SignatureExpired 3 Some(Clause::UserSig), Some(Gap::UsersigCode), "The signature has expired."
    AdminCaller 4 Some(Clause::AdminCaller), Some(Gap::RestOwner), "The identifier is not an app admin."
    Rate 5 Some(Clause::Rate), Some(Gap::RateScope), "Too many calls were admitted lately."
    NotJson 6 Some(Clause::JsonBody), None, "The body is not a JSON object."
    TrailingComma 6 None, Some(Gap::TrailingComma), "The body has a comma before `]` or `}`, and is a JSON object without it."
    DuplicateField 7 None, Some(Gap::DuplicateField), "A field is there twice."
    Required 7 Some(Clause::Required), None, "A field is missing, or of another type."
    CommandType 8 Some(Clause::CommandType), None,
        "`CommandType` is neither 1 nor 2. Only for `modify_user_info` and `modify_admin`."
    AccountsMax 9 Some(Clause::AccountsMax), Some(Gap::TooManyCode),
        "The call names more accounts than one call may. Not for `get_members`, `get_online_member_num` and `get_admin_list`, which name none."
    MemberListEmpty 9 Some(Clause::Required), None,
        "The list of accounts is empty. Not for `get_members`, `get_online_member_num` and `get_admin_list`, which have none."
    AccountId 10 Some(Clause::AccountId), Some(Gap::AccountId),
        "An account is not a well-formed user id. Not for `get_members`, `get_online_member_num` and `get_admin_list`, which name none."
    MarksEmpty 10 Some(Clause::Required), None, "A `Marks` is empty. Only for `modify_user_info`."
    MarkRange 10 Some(Clause::MarkRange), Some(Gap::MarkMax),
        "A mark is neither special nor in the custom range. Only for `modify_user_info`."
    MarksNamed 11 Some(Clause::MarksPerGroup), Some(Gap::Eleventh),
        "A set names more different custom marks than a group can have. Only for `modify_user_info`."
    GroupId 12 Some(Clause::GroupId), Some(Gap::GroupId), "The group id is malformed."
    GroupExists 13 Some(Clause::GroupExists), None, "There is no such group."
    GroupType 14 Some(Clause::GroupType), Some(Gap::WrongTypeCode),
        "The group is not an AVChatRoom. Not for `get_members` and `get_online_member_num`, which have rows of their own."
    ListType 14 Some(Clause::GroupType), None, "The group is not an AVChatRoom. Only for `get_members`."
    CountType 14 Some(Clause::GroupType), Some(Gap::CountTypes),
        "The group is not an AVChatRoom, and the policy refuses the count of such a group. Only for `get_online_member_num`."
    Plan 15 Some(Clause::Plan), Some(Gap::PlanCode),
        "The plan lacks the feature. Not for `get_members`, which has a row of its own, and `get_online_member_num`, which needs no plan."
    ListPlan 15 Some(Clause::Plan), Some(Gap::PlanCode),
        "The plan lacks the feature, and the policy refuses the list then (`gap:low-plan-list`). Only for `get_members`."
    Switch 16 Some(Clause::Switch), Some(Gap::SwitchCode),
        "The feature is switched off. Not for `get_members`, which has a row of its own, and `get_online_member_num`, which needs no switch."
    ListSwitch 16 Some(Clause::Switch), Some(Gap::SwitchList),
        "The feature is switched off, and the policy refuses the list then. Only for `get_members`."
    Permission 17 Some(Clause::Permission), None,
        "The operator is neither an app admin nor the owner of the group; where administrators are set or deleted, it is not an app admin. Asked of calls that change nothing only where step 4 lets others than app admins through (`gap:rest-owner`)."
    SpecialAdmin 18 Some(Clause::SpecialAdmin), None,
        "Somebody who is not an app admin names 500 or 600. Only for `modify_user_info`, and for `add_robots` and `del_robots`, which set and delete 500."
    MarksPerGroup 19 Some(Clause::MarksPerGroup), Some(Gap::Eleventh),
        "The group would have too many different marks. Only for `modify_user_info`, and for `add_robots` where 500 counts among them."
    MembersPerMark 19 Some(Clause::MembersPerMark), Some(Gap::OverCapacity),
        "A mark is full, and the policy refuses such a call. Only for `modify_user_info` and `add_robots`."
    SixthAdmin 19 None, Some(Gap::SixthAdmin), "The group would have too many administrators. Only for `modify_admin`."
    AllFailed 20 Some(Clause::AllFailed), Some(Gap::AllFailedCode),
        "No account of the call could be served. Only for `modify_user_info`, `add_robots` and `del_robots`."
}

impl Refusal {
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
            Self::Query | Self::QueryRandom => 60025,
            Self::SignatureMalformed => by_cause(policy, 70003),
            Self::SignatureUser => by_cause(policy, 70013),
            Self::SignatureApp => by_cause(policy, 70014),
            Self::SignatureKey => by_cause(policy, 70009),
            Self::SignatureExpired => by_cause(policy, 70001),
            Self::AdminCaller => 60010,
            Self::Rate => 60007,
            Self::NotJson | Self::TrailingComma => 60003,
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
            Self::Plan | Self::ListPlan => 10059,
            Self::Switch => match policy.switch_code {
                SwitchCode::HigherPlan => 10059,
                _ => 10007,
            },
            Self::ListType | Self::CountType | Self::ListSwitch | Self::Permission | Self::SpecialAdmin => 10007,
            Self::AllFailed => match policy.all_failed_code {
                AllFailedCode::UnknownUser => 10019,
                _ => 10004,
            },
            Self::Required
            | Self::DuplicateField
            | Self::SixthAdmin
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

/// Prints the precedence under the default policy as Markdown; `docs/precedence.md` is its output, and a test compares.
#[derive(Clone, Copy, Debug, Default)]
pub struct Precedence;

const PRECEDENCE_HEAD: &str = "# The precedence of refusals\n\n\
    A request may break several rules at once. The first row that applies answers, and nothing is applied. No document of\n\
    the vendor says which of two faults goes first: the order of the steps, and of the rows within a step, is ours\n\
    (`gap:precedence`). An answer names that gap where more than one row applied, as far as the request could be looked at;\n\
    a caller should not rely on the code then. The entries of one list are looked at in the order of the request.\n\n\
    A row holds for all eight calls where it does not say for which. Codes are those of the default policy. Steps 6 to 12\n\
    need no state: an SDK can run them before it sends. Printed from the enum `Refusal` of `crates/rules`; a test compares,\n\
    and another one meets each row in each call that it holds for.\n\n\
    | step | a request is refused when | code | rests on |\n\
    |---|---|---|---|\n";

impl fmt::Display for Precedence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(PRECEDENCE_HEAD)?;
        for refusal in Refusal::ALL {
            write!(f, "| {} | {} | {} |", refusal.step(), refusal.description(), refusal.code(&Policy::default()))?;
            let ids = refusal.clause().map(Clause::id).into_iter().chain(refusal.gap().map(Gap::id));
            ids.enumerate().try_for_each(|(at, id)| write!(f, "{}`{id}`", if at == 0 { " " } else { ", " }))?;
            f.write_str(" |\n")?;
        }
        Ok(())
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
