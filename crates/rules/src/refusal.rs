//! The refusals in the order of precedence. The first one that applies decides the answer, and the call changes nothing.

use avmarks_spec::readings::{AllFailedCode, HttpCodes, SwitchCode, TooManyCode, UsersigCode, WrongTypeCode};
use avmarks_spec::{Clause, Gap};

use crate::policy::Policy;

macro_rules! refusals {
    ($( $refusal:ident $step:literal $code:literal $clause:expr, $gap:expr, $description:literal )*) => {
        /// A rule for which a request is refused. **The order of the variants is the precedence**: if two apply, the earlier one
        /// decides the answer. One exception: among the invalid entries of one list, the first entry in the request decides.
        ///
        /// The enum is exhaustive, so a new variant is a compile error in each `match`.
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

            /// The step of precedence, 1 to 20. Steps 6 to 12 need no state.
            #[must_use]
            pub const fn step(self) -> u8 {
                match self { $( Self::$refusal => $step, )* }
            }

            /// The broken clause; `None` if only a gap decides.
            #[must_use]
            pub const fn clause(self) -> Option<Clause> {
                match self { $( Self::$refusal => $clause, )* }
            }

            /// The gap that decides the code, or whether there is a refusal at all.
            #[must_use]
            pub const fn gap(self) -> Option<Gap> {
                match self { $( Self::$refusal => $gap, )* }
            }

            /// The vendor's code under the default policy.
            const fn default_code(self) -> u32 {
                match self { $( Self::$refusal => $code, )* }
            }

            /// When the refusal applies, as a sentence.
            #[must_use]
            pub const fn description(self) -> &'static str {
                match self { $( Self::$refusal => $description, )* }
            }
        }
    };
}

// The columns: variant, step, code under the default policy, clause, gap, description.
refusals! {
    UnknownPath 1 60009 None, Some(Gap::HttpCodes), "The path is not one of the API's."
    Method 1 60002 None, Some(Gap::HttpCodes), "The method is not POST."
    BodySize 1 60002 None, Some(Gap::HttpCodes), "The body is over the size limit."
    QueryAppMissing 2 60012 Some(Clause::Query), None, "The query lacks `sdkappid`."
    Query 2 60025 Some(Clause::Query), None, "The query lacks another parameter, or one is wrong."
    QueryRandom 2 60025 Some(Clause::Query), Some(Gap::Random),
        "`random` is missing or out of range, and the policy refuses such a call."
    SignatureMalformed 3 70003 Some(Clause::UserSig), Some(Gap::UsersigCode), "The signature cannot be read."
    SignatureUser 3 70013 Some(Clause::UserSig), Some(Gap::UsersigCode), "The signature is another user's."
    SignatureApp 3 70014 Some(Clause::UserSig), Some(Gap::UsersigCode), "The signature is another app's."
    SignatureKey 3 70009 Some(Clause::UserSig), Some(Gap::UsersigCode), "The signature was not made with the app's key."
    SignatureExpired 3 70001 Some(Clause::UserSig), Some(Gap::UsersigCode), "The signature has expired."
    AdminCaller 4 60010 Some(Clause::AdminCaller), Some(Gap::RestOwner), "The identifier is not an app admin."
    Rate 5 60007 Some(Clause::Rate), Some(Gap::RateScope), "Too many calls were admitted lately."
    NotJson 6 60003 Some(Clause::JsonBody), None, "The body is not a JSON object."
    TrailingComma 6 60003 None, Some(Gap::TrailingComma), "The body has a comma before `]` or `}`, and is a JSON object without it."
    DuplicateField 7 10004 None, Some(Gap::DuplicateField), "A field is there twice."
    Required 7 10004 Some(Clause::Required), None, "A field is missing, or of another type."
    CommandType 8 10004 Some(Clause::CommandType), None,
        "`CommandType` is neither 1 nor 2. Only for `modify_user_info` and `modify_admin`."
    AccountsMax 9 10005 Some(Clause::AccountsMax), Some(Gap::TooManyCode),
        "The call names more accounts than one call may. Not for `get_members`, `get_online_member_num` and `get_admin_list`, which name none."
    MemberListEmpty 9 10004 Some(Clause::Required), None,
        "The list of accounts is empty. Not for `get_members`, `get_online_member_num` and `get_admin_list`, which have none."
    AccountId 10 10004 Some(Clause::AccountId), Some(Gap::AccountId),
        "An account is not a well-formed user id. Not for `get_members`, `get_online_member_num` and `get_admin_list`, which name none."
    MarksEmpty 10 10004 Some(Clause::Required), None, "A `Marks` is empty. Only for `modify_user_info`."
    MarkRange 10 10004 Some(Clause::MarkRange), Some(Gap::MarkMax),
        "A mark is neither special nor in the custom range. Only for `modify_user_info`."
    MarksNamed 11 10004 Some(Clause::MarksPerGroup), Some(Gap::Eleventh),
        "A set names more different custom marks than a group can have. Only for `modify_user_info`."
    GroupId 12 10015 Some(Clause::GroupId), Some(Gap::GroupId), "The group id is malformed."
    GroupExists 13 10010 Some(Clause::GroupExists), None, "There is no such group."
    GroupType 14 10007 Some(Clause::GroupType), Some(Gap::WrongTypeCode),
        "The group is not an AVChatRoom. Not for `get_members` and `get_online_member_num`, which have rows of their own."
    ListType 14 10007 Some(Clause::GroupType), None, "The group is not an AVChatRoom. Only for `get_members`."
    CountType 14 10007 Some(Clause::GroupType), Some(Gap::CountTypes),
        "The group is not an AVChatRoom, and the policy refuses the count of such a group. Only for `get_online_member_num`."
    Plan 15 10059 Some(Clause::Plan), Some(Gap::PlanCode),
        "The plan lacks the feature. Not for `get_members`, which has a row of its own, and `get_online_member_num`, which needs no plan."
    ListPlan 15 10059 Some(Clause::Plan), Some(Gap::PlanCode),
        "The plan lacks the feature, and the policy refuses the list then (`gap:low-plan-list`). Only for `get_members`."
    Switch 16 10007 Some(Clause::Switch), Some(Gap::SwitchCode),
        "The feature is switched off. Not for `get_members`, which has a row of its own, and `get_online_member_num`, which needs no switch."
    ListSwitch 16 10007 Some(Clause::Switch), Some(Gap::SwitchList),
        "The feature is switched off, and the policy refuses the list then. Only for `get_members`."
    Permission 17 10007 Some(Clause::Permission), None,
        "The operator is neither an app admin nor the owner of the group; where administrators are set or deleted, it is not an app admin. Asked of calls that change nothing only where step 4 lets others than app admins through (`gap:rest-owner`)."
    SpecialAdmin 18 10007 Some(Clause::SpecialAdmin), None,
        "Somebody who is not an app admin names 500 or 600. Only for `modify_user_info`, and for `add_robots` and `del_robots`, which set and delete 500."
    MarksPerGroup 19 10004 Some(Clause::MarksPerGroup), Some(Gap::Eleventh),
        "The group would have too many different marks. Only for `modify_user_info`, and for `add_robots` where 500 counts among them."
    MembersPerMark 19 10004 Some(Clause::MembersPerMark), Some(Gap::OverCapacity),
        "A mark is full, and the policy refuses such a call. Only for `modify_user_info` and `add_robots`."
    SixthAdmin 19 10004 None, Some(Gap::SixthAdmin), "The group would have too many administrators. Only for `modify_admin`."
    AllFailed 20 10004 Some(Clause::AllFailed), Some(Gap::AllFailedCode),
        "No account of the call could be served. Only for `modify_user_info`, `add_robots` and `del_robots`."
}

impl Refusal {
    /// The vendor's code under `policy`.
    #[must_use]
    pub fn code(self, policy: &Policy) -> u32 {
        match self {
            Self::UnknownPath if policy.http_codes == HttpCodes::Timeout => 60008,
            Self::AccountsMax if policy.too_many_code == TooManyCode::InvalidParameter => 10004,
            Self::GroupType if policy.wrong_type_code == WrongTypeCode::InvalidParameter => 10004,
            Self::Switch if policy.switch_code == SwitchCode::HigherPlan => 10059,
            Self::AllFailed if policy.all_failed_code == AllFailedCode::UnknownUser => 10019,
            _ if self.step() == 3 && policy.usersig_code == UsersigCode::NotLoggedIn => 10001,
            _ => self.default_code(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_ascend() {
        assert!(Refusal::ALL.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(Refusal::ALL.windows(2).all(|pair| pair[0].step() <= pair[1].step()));
        assert_eq!(Refusal::ALL.last().map(|last| last.step()), Some(20));
    }
}
