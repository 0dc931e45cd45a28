//! Gaps: questions that no document settles, or that two answer differently. One table has every gap with its readings; a gap with a choice has
//! a type whose variants are the readings.
//!
//! The first reading of a gap is the default. Ids, fields and names of readings are stable.

use crate::page::*;

/// One way to read a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReadingRow {
    /// Its name, as a policy file and the command line spell it.
    pub name: &'static str,
    /// Its effect on the service.
    pub meaning: &'static str,
}

pub(crate) struct Row {
    pub(crate) id: &'static str,
    pub(crate) field: Option<&'static str>,
    pub(crate) question: &'static str,
    pub(crate) evidence: &'static str,
    pub(crate) sources: &'static [Source],
    pub(crate) readings: &'static [ReadingRow],
}

impl Gap {
    /// The stable id, such as `gap:page-size`.
    #[must_use]
    pub const fn id(self) -> &'static str {
        self.row().id
    }

    /// The field of the policy that chooses its reading; `None` if it has only one.
    #[must_use]
    pub const fn field(self) -> Option<&'static str> {
        self.row().field
    }

    /// The open question.
    #[must_use]
    pub const fn question(self) -> &'static str {
        self.row().question
    }

    /// The statements of the pages, or that they have none, and the argument for the default. Without sources it says that no document
    /// mentions the question.
    #[must_use]
    pub const fn evidence(self) -> &'static str {
        self.row().evidence
    }

    /// The copies of pages that the evidence is about; empty if no document speaks of it. The first is the newest copy that has the
    /// sentence in question, or that could have settled it.
    #[must_use]
    pub const fn sources(self) -> &'static [Source] {
        self.row().sources
    }

    /// Every gap with a choice, with the policy field that decides it.
    pub fn choices() -> impl Iterator<Item = (Self, &'static str)> + Clone {
        Self::ALL.iter().filter_map(|gap| Some((*gap, gap.field()?)))
    }

    /// Every reading, the default first.
    #[must_use]
    pub const fn readings(self) -> &'static [ReadingRow] {
        self.row().readings
    }

    /// The gap of this id (`gap:page-size`), or of this policy field (`page_size`).
    #[must_use]
    pub fn from_name(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|gap| gap.id() == text || gap.field() == Some(text))
    }
}

impl core::fmt::Display for Gap {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.id())
    }
}

gaps! {
    WrongTypeCode "gap:wrong-type-code" field "wrong_type_code"
        "Which code refuses a call for a group of another type than AVChatRoom?"
        "The page of marks gives none. The pages of the list and of the count give 10007, the page of deleting members gives 10004. International copies of the list's page from 2024 on allow a Community as well, the mainland's does not."
        [
            MARKS.copy("2023-03-10", "error codes"),
            LIST.copy("2023", "error codes"),
            COUNT.copy("2023-03-10", "error codes"),
            DELETE_MEMBERS_CN.copy("2025-12-15", "applicable group types, note"),
            LIST_ZH.undated("applicable group types"),
            LIST_CN.copy("2025-11-03", "applicable group types"),
        ] {
            NotPermitted "10007" "no permission, as the list and the count answer",
            InvalidParameter "10004" "invalid parameter, as deleting members of an AVChatRoom answers"
    }
    PlanCode "gap:plan-code"
        "Which code says that the plan of the app lacks the feature?"
        "The page of marks says only that the call fails. The list of error codes has 10059 (the feature needs a higher plan), and the page of group counters uses it."
        [
            MARKS_CN.copy("2025-11-03", "feature overview"),
            ERRORS_TRTC.undated("error codes of groups, 10059"),
            COUNTERS.copy("2023", "error codes"),
        ] {
            "10059" "the feature needs a higher plan"
    }
    SwitchCode "gap:switch-code" field "switch_code"
        "Which code says that the console switch is off?"
        "The page of marks gives none. The page of banning members gives 10007 where its own switch is off; 10059 of the list of error codes would fit as well."
        [
            MARKS.copy("2023-03-10", "error codes"),
            BAN.copy("2023", "error codes"),
            ERRORS_TRTC.undated("error codes of groups, 10059"),
        ] {
            NotPermitted "10007" "no permission, as the page of banning members says of its switch",
            HigherPlan "10059" "the feature needs a higher plan"
    }
    TooManyCode "gap:too-many-code" field "too_many_code"
        "Which code refuses a call that names more than 500 accounts?"
        "The page of marks gives the limit and no code. In the list of error codes 10005 means too many accounts, and the page of banning members uses it."
        [
            MARKS_ZH.undated("request fields"),
            MARKS.copy("2023-03-10", "request fields, error codes"),
            ERRORS_TRTC.undated("error codes of groups, 10005"),
            BAN.copy("2023", "error codes"),
        ] {
            TooManyAccounts "10005" "too many accounts in the request",
            InvalidParameter "10004" "invalid parameter"
    }
    AccountId "gap:account-id" field "account_id"
        "Which characters may a user id contain?"
        "The pages differ: printable ASCII (1047/34348, 7003); letters, digits, underscore and hyphen (34385); no special characters (34381). The newest list of error codes only asks for 1 to 32 bytes."
        [
            ERRORS_ZH.copy("2024-11-11", "error codes of the SDKs, 7003"),
            USERSIG_TRTC.undated("parameters of the functions"),
            USE_LIMITS_TRTC.undated("UserID"),
            ERRORS_TRTC.undated("error codes of the SDKs, 7003"),
        ] {
            PrintableAscii "printable-ascii" "1 to 32 bytes of 0x20 to 0x7e",
            Identifier "identifier" "1 to 32 letters, digits, underscores and hyphens",
            Utf8 "utf8" "any UTF-8 of 1 to 32 bytes"
    }
    Eleventh "gap:eleventh"
        "What happens to a call that would bring an eleventh mark into the group?"
        "The page gives the limit and no consequence."
        [MARKS_CN.copy("2025-11-03", "applicable group types, note"), MARKS.copy("2023-03-10", "error codes")] {
            "refuse-call" "the whole call is refused with 10004, and nothing is applied"
    }
    OverCapacity "gap:over-capacity" field "over_capacity"
        "What happens to a mark that 1,000 members hold already, if a call sets it on one more?"
        "The page gives the limit and no consequence. Accounts left out of the answer are the only partial result that it documents."
        [MARKS_CN.copy("2025-11-03", "applicable group types, note"), MARKS.copy("2023-03-10", "response fields")] {
            LeaveOut "leave-out" "accounts get the mark in the order of the request until 1,000 members hold it; it is left out for the rest",
            RefuseCall "refuse-call" "the whole call is refused with 10004, and nothing is applied"
    }
    AllFailedCode "gap:all-failed-code" field "all_failed_code"
        "Which code says that no account of the call could be served?"
        "The page of marks says that the call fails and gives no code. The list of error codes has 10019 (the user id does not exist)."
        [MARKS.copy("2023-03-10", "response fields"), ERRORS_TRTC.undated("error codes of groups, 10019")] {
            InvalidParameter "10004" "invalid parameter",
            UnknownUser "10019" "a requested user id does not exist"
    }
    RateScope "gap:rate-scope"
        "Which calls count together towards the 200 calls per second?"
        "The pages give the number and do not say what it counts."
        [MARKS_CN.copy("2025-11-03", "maximum call frequency"), OVERVIEW.copy("2023-04-03", "call frequency")] {
            "app-and-command" "admitted calls of one SDKAppID and one command within any 1,000 ms; refused calls do not count"
    }
    RestOwner "gap:rest-owner" field "rest_owner"
        "May the owner of a group call over REST?"
        "The pages contradict themselves. The introduction of the page of marks names app admins and group owners, its row `identifier` names app admins alone, as the overview does; the page of robots has the same two sentences."
        [
            MARKS_CN.copy("2025-11-03", "feature overview, request parameters"),
            ADD_ROBOTS.copy("2025-03-20", "feature overview, request parameters"),
            DELETE_ROBOTS.copy("2024-05-29", "feature overview"),
            OVERVIEW.copy("2024-07-16", "prerequisites"),
        ] {
            AdminOnly "admin-only" "an identifier that is not an app admin is refused with 60010",
            OwnerToo "owner-too" "the owner of the group may call as well; others are refused with 10007"
    }
    Random "gap:random" field "random"
        "What happens to a call whose random is missing or out of range?"
        "The pages ask for random and give no consequence. 60025 of the list of error codes names the other parameters of the URL."
        [
            MARKS_CN.copy("2025-11-03", "request parameters"),
            OVERVIEW.copy("2023-04-03", "request URL"),
            ERRORS_TRTC.undated("error codes of the REST API, 60025"),
        ] {
            LetThrough "let-through" "the call is handled, and the decision names this gap",
            Refuse "refuse" "the call is refused with 60025"
    }
    HttpCodes "gap:http-codes" field "http_codes"
        "Which codes answer an unknown path, a method other than POST, and a body that is too large?"
        "In the list of error codes 60009 is a wrong resource and 60002 an HTTP request that cannot be parsed. A live call to a wrong service was answered with 60008 in 2018. No page limits the size of a body."
        [
            ERRORS_TRTC.undated("error codes of the REST API, 60002, 60008 and 60009"),
            ERRORS.copy("2023-03-30", "error codes of the REST API, 60002, 60008 and 60009"),
        ] {
            Resource "60009" "an unknown path is answered with 60009, another method or a body over 1 MiB with 60002",
            Timeout "60008" "an unknown path is answered with 60008, another method or a body over 1 MiB with 60002"
    }
    Offline500 "gap:offline-500" field "offline_500"
        "On which accounts that are not online can mark 500 be set?"
        "The page of marks excepts mark 500 from its rule that a member must be online, and does not say which accounts the exception covers. The page of robots says that a robot needs no call to join and no connection, and that adding a robot sets mark 500 on it."
        [
            ADD_ROBOTS.copy("2025-03-20", "feature overview"),
            MARKS_CN.copy("2025-11-03", "applicable group types, note"),
            MARKS.copy("2023-03-10", "special marks"),
        ] {
            Anyone "anyone" "a disconnected member and an account that never joined may take 500 and nothing else; the account that never joined becomes a robot",
            MemberMay "member-may" "a disconnected member may take 500 and nothing else; an account that never joined takes nothing",
            NobodyOffline "nobody-offline" "no mark can be set on an account that is not online"
    }
    RobotDays "gap:robot-days" field "robot_days"
        "Does mark 500 end after three days on a robot as well?"
        "The page of marks gives mark 500 three days. The page of robots sets mark 500 and gives no end."
        [ADD_ROBOTS.copy("2025-03-20", "feature overview"), MARKS.copy("2023-03-10", "special marks")] {
            ThreeDays "three-days" "a robot is gone when its three days have passed",
            UntilDeleted "until-deleted" "a robot stays until its mark 500 is deleted"
    }
    RobotWebhook "gap:robot-webhook"
        "Is a webhook sent when a robot is added or gone?"
        "The page of the presence webhook lists what sends it, and does not mention robots. The page of robots does not mention webhooks."
        [PRESENCE_CN.undated("what triggers the webhook"), ADD_ROBOTS.copy("2025-03-20", "feature overview")] {
            "none" "no webhook is sent about an account that has not joined"
    }
    RobotsMax "gap:robots-max"
        "How many accounts may one call of add_robots or del_robots name?"
        "The field table of del_robots gives no number; the one of add_robots was not seen. modify_user_info takes 500."
        [DELETE_ROBOTS_CN.copy("2025-11-03", "request fields"), MARKS_ZH.undated("request fields")] {
            "500" "500 accounts; a call that names more is refused as modify_user_info refuses it"
    }
    CheckMax "gap:check-max"
        "How many accounts may one call of check_members name?"
        "The field table gives no number. modify_user_info takes 500."
        [
            CHECK.copy("2025-02-28", "request fields"),
            CHECK_CN.copy("2024-07-09", "request fields"),
            MARKS_ZH.undated("request fields"),
        ] {
            "500" "500 accounts; a call that names more is refused as modify_user_info refuses it"
    }
    AdminsMax "gap:admins-max"
        "How many accounts may one call of modify_admin name?"
        "The pages give no number. A set of more than five can never succeed; modify_user_info takes 500."
        [ADMINS_CN.copy("2025-11-11", "request fields"), MARKS_ZH.undated("request fields")] {
            "500" "500 accounts; a call that names more is refused as modify_user_info refuses it"
    }
    SixthAdmin "gap:sixth-admin"
        "What happens to a call that would give the group a sixth administrator?"
        "The pages give the limit of five and no consequence."
        [
            ADMINS_CN.copy("2025-11-11", "applicable group types, note"),
            ADMINS.copy("2025-10-23", "applicable group types, note"),
        ] {
            "refuse-call" "the whole call is refused with 10004, and nothing is applied"
    }
    AdminUnset "gap:admin-unset"
        "What happens to a call that sets an account that is an administrator already, or deletes one that is not?"
        "The page does not say."
        [ADMINS_CN.copy("2025-11-11", "feature overview")] {
            "succeed" "the call succeeds and changes nothing for that account"
    }
    Slots "gap:slots"
        "Does a mark that nobody holds any longer count among the ten of the group?"
        "The page does not say. The API has no call that defines or removes a mark."
        [MARKS_CN.copy("2025-11-03", "applicable group types, note")] {
            "held-now" "only marks that somebody holds count"
    }
    SpecialSlots "gap:special-slots" field "special_slots"
        "Do the marks 500 and 600 count among the ten of the group?"
        "The page of marks does not say. The guide of the SDKs speaks of ten custom marks."
        [
            MARKS_CN.copy("2025-11-03", "applicable group types, note"),
            MARKS.copy("2023-03-10", "special marks"),
            SDK_TRTC.undated("marks of members"),
        ] {
            None "none" "they do not count",
            Count "count" "they count like any other mark"
    }
    Duplicates "gap:duplicates"
        "What happens if a call names an account twice, or a mark of an account twice?"
        "The page does not say."
        [MARKS_ZH.undated("request fields"), MARKS.copy("2023-03-10", "request fields")] {
            "merge" "the entries of an account become one at the place of the first, and a mark counts once"
    }
    PinRenewal "gap:pin-renewal" field "pin_renewal"
        "Do the three days of mark 500 start again when it is set again?"
        "The page gives neither a start of the three days nor a renewal."
        [MARKS.copy("2023-03-10", "special marks")] {
            Renew "renew" "the three days start again",
            KeepFirst "keep-first" "the three days run from the first time on"
    }
    DeleteUnset "gap:delete-unset"
        "What happens if a call deletes a mark that the member does not hold?"
        "The page does not say."
        [MARKS.copy("2023-03-10", "response fields")] {
            "succeed" "it succeeds, and the answer lists it"
    }
    Echo "gap:echo"
        "Which marks does the answer list for an account?"
        "The sample answer lists those of the sample request. The page says no more."
        [MARKS.copy("2023-03-10", "sample response")] {
            "asked" "those that the call named and that succeeded, in the order of the call"
    }
    Rejoin "gap:rejoin"
        "What does a join change for an account that is a member already?"
        "No document speaks of it."
        [] {
            "keep" "it becomes connected, and keeps its place, join time and marks"
    }
    Clock "gap:clock"
        "What happens if a command carries an earlier time than the command before it?"
        "No document speaks of it; the time of a command is the caller's."
        [] {
            "latest-seen" "it is handled as if it carried the latest time seen so far"
    }
    ListOrder "gap:list-order"
        "In which order does the online list name its members?"
        "The page does not say. The header of the vendor's native SDK (8.7) says that the newest come first."
        [LIST_CN.copy("2025-11-03", "applicable group types, note")] {
            "newest-first" "by join order, the member that joined last first"
    }
    LowPlanList "gap:low-plan-list" field "low_plan_list"
        "What does the online list show on a plan without the feature?"
        "The English copies, and the newest of trtc.io, say: the 30 members that joined last. The mainland page of 2025 only says that the feature needs the plan."
        [
            LIST_CN.copy("2025-11-03", "feature overview"),
            LIST_TRTC.undated("feature overview"),
            LIST.copy("2024-07-16", "feature overview"),
        ] {
            Thirty "30" "the 30 online members that joined last",
            Refuse "refuse" "nothing: the call is refused with 10059"
    }
    Unhide "gap:unhide" field "unhide"
        "Which mark must a request for the list name to show a member that holds mark 600?"
        "The page says: the mark of that member. It does not say whether any of its marks is meant, or 600."
        [MARKS.copy("2023-03-10", "special marks")] {
            AnyMark "any-mark" "any mark that the member holds",
            Only600 "only-600" "mark 600 alone"
    }
    PageSize "gap:page-size" field "page_size"
        "How many members does a page of the online list hold?"
        "The English copies say 500. The mainland page and the Chinese edition say 250, and leave open what exactly 250 members give."
        [
            LIST_CN.copy("2025-11-03", "request fields"),
            LIST_ZH.undated("request fields"),
            LIST_TRTC.undated("request fields"),
        ] {
            FiveHundred "500" "500 members a page",
            TwoHundredFifty "250" "250 members a page"
    }
    RefreshList "gap:refresh-list" field "refresh_list"
        "How fresh is the online list?"
        "The mainland page and the newest copy of trtc.io say that the list is renewed every 40 s. English copies to July 2024, and an older one of trtc.io, say every 10 s, and at once for fewer than 300 members without web users."
        [
            LIST_CN.copy("2025-11-03", "applicable group types, note"),
            LIST_TRTC.undated("applicable group types, note"),
            LIST.copy("2024-07-16", "applicable group types, note"),
        ] {
            Immediate "immediate" "each request gets the state of its moment",
            TenSeconds "10s" "a request gets the last view until that is 10 s old",
            FortySeconds "40s" "a request gets the last view until that is 40 s old"
    }
    RefreshCount "gap:refresh-count" field "refresh_count"
        "How fresh is the count?"
        "The pages say that the count is renewed every 10 s, so that a change may show after 10 to 20 s. Copies of 2023 add: at once for fewer than 300 members without web users."
        [
            COUNT_CN.copy("2025-11-03", "applicable group types, note"),
            COUNT.copy("2023-03-10", "applicable group types, note"),
        ] {
            Immediate "immediate" "each request gets the state of its moment",
            TenSeconds "10s" "a request gets the last view until that is 10 s old"
    }
    CountTypes "gap:count-types" field "count_types"
        "Which group types does the count serve?"
        "Copies to July 2024 say AVChatRoom alone. Copies from December 2024 on say every type; the other types need a plan and a switch of their own."
        [
            COUNT_CN.copy("2025-11-03", "applicable group types"),
            COUNT.copy("2024-12-09", "applicable group types"),
            COUNT.copy("2024-07-16", "applicable group types"),
        ] {
            AllTypes "all-types" "every type; the plan and the switch of the other types are taken as given",
            AvChatRoomOnly "avchatroom-only" "AVChatRoom alone; a call for another type is refused with 10007"
    }
    SwitchList "gap:switch-list" field "switch_list"
        "What does the online list show while the console switch is off?"
        "The page of the list asks for the switch and gives no consequence. Pages of the console and of the presence webhook say that clients then get the 30 members that joined last."
        [
            LIST_CN.copy("2025-11-03", "feature overview"),
            PRESENCE_TRTC.undated("reminders"),
            PRESENCE_ZH.copy("2024-06-14", "reminders"),
            PRESENCE.copy("2023-04-03", "reminders"),
            CONSOLE.copy("2023-03-30", "group features"),
        ] {
            Refuse "10007" "nothing: the call is refused with 10007",
            Thirty "30" "the 30 online members that joined last"
    }
    ListMarks "gap:list-marks" field "list_marks"
        "Do the items of the online list contain the marks of the member?"
        "The field table has no such field. The vendor's own web SDK (lite-chat 4.2.1) reads `Marks` from each item."
        [LIST_ZH.undated("response fields")] {
            Absent "absent" "an item has no `Marks`",
            Present "present" "each item ends with `Marks`, the numbers held, ascending"
    }
    TrailingComma "gap:trailing-comma" field "trailing_comma"
        "Is a comma before ] or } accepted, as the sample requests have it?"
        "The sample requests have such a comma. JSON does not allow it."
        [MARKS_CN.copy("2025-11-03", "sample requests"), JSON.copy("2017-12", "sections 4 and 5")] {
            Strict "strict" "JSON to the letter of RFC 8259: such a comma is refused with 60003",
            Accept "accept" "a comma before ] or } is ignored"
    }
    DuplicateField "gap:duplicate-field"
        "What happens if the body has a field of the call twice?"
        "No page of the vendor speaks of it. RFC 8259 advises against it, and leaves it to the receiver what happens."
        [JSON.copy("2017-12", "section 4")] {
            "refuse" "the call is refused with 10004, at the step that looks at the fields"
    }
    Precedence "gap:precedence"
        "Which rule answers a request that breaks more than one?"
        "No document speaks of it."
        [] {
            "one-list" "the first one in the order of docs/precedence.md, which `avmarks explain precedence` prints"
    }
    GroupId "gap:group-id"
        "Which group ids are well formed?"
        "Both pages ask for printable ASCII. One says less than 48 bytes (1047/33529), the other at most 48 (34381)."
        [USE_LIMITS_TRTC.undated("custom group id"), GROUPS.copy("2023", "custom group id")] {
            "printable-ascii" "1 to 48 bytes of 0x20 to 0x7e"
    }
    MarkMax "gap:mark-max"
        "What is the highest mark?"
        "The page of marks gives no end. The guide of the SDKs makes a mark a 32-bit unsigned integer."
        [MARKS.copy("2023-03-10", "special marks"), SDK_TRTC.undated("marks of members")] {
            "4294967295" "4,294,967,295"
    }
    UsersigCode "gap:usersig-code" field "usersig_code"
        "Which code answers a UserSig that is not valid?"
        "The page of marks gives 10001; the list of error codes gives 70xxx by cause."
        [MARKS.copy("2023-03-10", "error codes"), ERRORS_TRTC.undated("error codes of accounts")] {
            ByCause "70xxx" "70003, 70013, 70014, 70009 or 70001, by cause",
            NotLoggedIn "10001" "10001 whatever the cause"
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::string::ToString;

    use super::*;

    #[test]
    fn each_gap_has_an_id_and_a_field() {
        for gap in Gap::ALL {
            assert_eq!(Gap::from_name(&gap.to_string()), Some(*gap));
            assert_eq!(gap.field().map(Gap::from_name), gap.field().map(|_| Some(*gap)));
            assert_eq!(gap.field().is_some(), gap.readings().len() > 1, "{gap}: a field where there is a choice");
            assert!(gap.to_string().starts_with("gap:"), "{gap}");
        }
        assert_eq!(Gap::from_name("gap:page_size"), None);
    }
}
