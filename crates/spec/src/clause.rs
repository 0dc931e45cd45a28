//! Clauses: sentences of the vendor that decide something, in our words.

use crate::page::*;

struct Row {
    id: &'static str,
    sources: &'static [Source],
    description: &'static str,
    refusal: &'static str,
}

/// The clauses: of each its name, id, the sources in brackets, how a breach is answered, and what it says.
macro_rules! clauses {
    ($( $clause:ident $id:literal [ $( $source:expr ),+ $(,)? ] $refusal:literal $description:literal )*) => {
        /// A sentence of the vendor that decides something.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Clause { $( #[doc = $description] $clause, )* }

        impl Clause {
            /// Every clause, in the order of the ledger.
            pub const ALL: &'static [Self] = &[ $( Self::$clause, )* ];

            const fn row(self) -> Row {
                match self {
                    $( Self::$clause => Row {
                        id: $id,
                        sources: const { &[ $( $source, )+ ] },
                        description: $description,
                        refusal: $refusal,
                    }, )*
                }
            }
        }
    };
}

clauses! {
    GroupId "GROUP-ID"
        [MARKS.copy("2023-03-10", "error codes"), ERRORS_TRTC.undated("error codes of groups")]
        "10015"
        "The group id is well formed."
    GroupExists "GROUP-EXISTS"
        [MARKS.copy("2023-03-10", "error codes"), ERRORS_TRTC.undated("error codes of groups")]
        "10010"
        "The group exists and has not been destroyed."
    GroupType "GROUP-TYPE"
        [
            MARKS_CN.copy("2025-11-03", "applicable group types"),
            MARKS.copy("2024-07-16", "applicable group types"),
            LIST_CN.copy("2025-11-03", "applicable group types"),
            DELETE_ROBOTS_CN.copy("2025-11-03", "applicable group types"),
            ADMINS_CN.copy("2025-11-11", "applicable group types"),
            CHECK.copy("2025-02-28", "applicable group types"),
        ]
        "10007, gap:wrong-type-code"
        "The calls for marks, robots, group administrators, check_members and the online list serve groups of type AVChatRoom only."
    Plan "PLAN"
        [
            MARKS_CN.copy("2025-11-03", "feature overview"),
            MARKS.copy("2024-07-16", "feature overview"),
            DELETE_ROBOTS_CN.copy("2025-11-03", "feature overview"),
            ADMINS_CN.copy("2025-11-11", "feature overview"),
            CHECK.copy("2025-02-28", "feature overview"),
        ]
        "10059, gap:plan-code"
        "The plan of the app includes the feature."
    Switch "SWITCH"
        [
            MARKS_CN.copy("2025-11-03", "feature overview"),
            MARKS.copy("2024-07-16", "feature overview"),
            LIST_CN.copy("2025-11-03", "feature overview"),
            COUNT_CN.copy("2025-11-03", "applicable group types, note"),
            DELETE_ROBOTS_CN.copy("2025-11-03", "feature overview"),
            ADMINS_CN.copy("2025-11-11", "feature overview"),
            CHECK.copy("2025-02-28", "feature overview"),
            ADMIN_LIST_CN.copy("2025-11-03", "feature overview"),
        ]
        "10007, gap:switch-code"
        "The console switch for the list of online members is on. Marks, robots, check_members, administrators and the list need it; the count does not."
    Permission "PERMISSION"
        [
            MARKS_CN.copy("2025-11-03", "feature overview"),
            MARKS.copy("2023-03-10", "error codes"),
            ADMINS_CN.copy("2025-11-11", "applicable group types, note"),
        ]
        "10007"
        "The operator is an app admin or the owner of the group. An administrator of the group has other rights and may not set or delete marks."
    SpecialAdmin "SPECIAL-ADMIN"
        [MARKS.copy("2023-03-10", "special marks")]
        "10007, whole call"
        "Only an app admin may set or delete the marks 500 and 600."
    CommandType "COMMAND-TYPE"
        [
            MARKS_ZH.undated("request fields"),
            MARKS.copy("2023-03-10", "request fields"),
            ADMINS_CN.copy("2025-11-11", "request fields"),
        ]
        "10004"
        "CommandType is 1 (set) or 2 (delete)."
    JsonBody "JSON-BODY"
        [
            ERRORS_TRTC.undated("error codes of the REST API, 60003"),
            ERRORS.copy("2023-03-30", "error codes of the REST API, 60003"),
            OVERVIEW.copy("2023-04-03", "request body"),
        ]
        "60003"
        "The body is a JSON object."
    Required "REQUIRED"
        [
            MARKS_ZH.undated("request fields"),
            MARKS.copy("2023-03-10", "request fields"),
            LIST_CN.copy("2025-11-03", "request fields"),
            COUNT_CN.copy("2025-11-03", "request fields"),
            DELETE_ROBOTS_CN.copy("2025-11-03", "request fields"),
            ADMINS_CN.copy("2025-11-11", "request fields"),
            CHECK_CN.copy("2024-07-09", "request fields"),
        ]
        "10004"
        "Every field that the call requires is present and has its type."
    AccountsMax "ACCOUNTS-MAX"
        [MARKS_ZH.undated("request fields"), MARKS.copy("2023-03-10", "request fields")]
        "10005, gap:too-many-code"
        "One call names at most 500 accounts."
    AccountId "ACCOUNT-ID"
        [ERRORS_ZH.copy("2024-11-11", "error codes of the SDKs, 7003"), USE_LIMITS_TRTC.undated("UserID")]
        "10004, gap:account-id"
        "Each account is a well-formed user id."
    MarkRange "MARK-RANGE"
        [
            MARKS_ZH.undated("request fields"),
            MARKS.copy("2023-03-10", "request fields, special marks"),
        ]
        "10004"
        "A mark is a number of at least 1,000, or one of the special marks 500 and 600."
    MarksPerGroup "MARKS-PER-GROUP"
        [
            MARKS_CN.copy("2025-11-03", "applicable group types, note"),
            MARKS.copy("2024-07-16", "applicable group types, note"),
        ]
        "10004, gap:eleventh"
        "A group has at most 10 different marks."
    MembersPerMark "MEMBERS-PER-MARK"
        [
            MARKS_CN.copy("2025-11-03", "applicable group types, note"),
            MARKS.copy("2024-07-16", "applicable group types, note"),
        ]
        "omitted, gap:over-capacity"
        "At most 1,000 members hold one mark. The limit of 1,000 members of the online list is a separate one."
    OnlineOnly "ONLINE-ONLY"
        [
            MARKS_CN.copy("2025-11-03", "applicable group types, note"),
            MARKS.copy("2024-07-16", "applicable group types, note"),
        ]
        "omitted"
        "A mark can be set on online members only, except mark 500."
    AllFailed "ALL-FAILED"
        [MARKS.copy("2023-03-10", "response fields")]
        "10004, gap:all-failed-code"
        "A call fails if none of its accounts could be served."
    ClearLeave "CLEAR-LEAVE"
        [
            MARKS_CN.copy("2025-11-03", "applicable group types, note"),
            MARKS.copy("2024-07-16", "applicable group types, note"),
        ]
        ""
        "A member that leaves the group loses all its marks."
    ClearOffline "CLEAR-OFFLINE"
        [
            MARKS_CN.copy("2025-11-03", "applicable group types, note"),
            MARKS.copy("2024-07-16", "applicable group types, note"),
        ]
        ""
        "A member that goes offline loses all its marks."
    Pin500 "PIN-500"
        [MARKS.copy("2023-03-10", "special marks"), ADD_ROBOTS.copy("2025-03-20", "feature overview")]
        ""
        "A member with mark 500 counts as online even while it is disconnected, for three days at most."
    Hide600 "HIDE-600"
        [MARKS.copy("2023-03-10", "special marks")]
        ""
        "A member with mark 600 is left out of the unfiltered online list. A request for the list by one of its marks shows it."
    ListMax "LIST-MAX"
        [
            LIST_CN.copy("2025-11-03", "applicable group types, note"),
            LIST.copy("2024-07-16", "applicable group types, note"),
        ]
        ""
        "The online list names at most the 1,000 online members that joined last."
    Rate "RATE"
        [
            MARKS_CN.copy("2025-11-03", "maximum call frequency"),
            MARKS.copy("2023-03-10", "maximum call frequency"),
            DELETE_ROBOTS_CN.copy("2025-11-03", "maximum call frequency"),
            CHECK.copy("2025-02-28", "maximum call frequency"),
        ]
        "60007, gap:rate-scope"
        "At most 200 calls per second are admitted."
    Http200 "HTTP-200"
        [MARKS.copy("2023-03-10", "error codes")]
        ""
        "Every answer of the API has the HTTP status 200."
    AdminCaller "ADMIN-CALLER"
        [
            MARKS_CN.copy("2025-11-03", "request parameters"),
            OVERVIEW.copy("2024-07-16", "prerequisites"),
            ERRORS_TRTC.undated("error codes of the REST API, 60010"),
        ]
        "60010, gap:rest-owner"
        "The identifier of a REST call is an app admin."
    UserSig "USERSIG"
        [USERSIG.copy("2025-03-20", "introduction"), ERRORS_TRTC.undated("error codes of accounts")]
        "70003, 70013, 70014, 70009, 70001; gap:usersig-code"
        "The usersig was made with the key of the app for this identifier, and has not expired."
    Query "QUERY"
        [
            MARKS_CN.copy("2025-11-03", "request parameters"),
            OVERVIEW.copy("2023-04-03", "request URL"),
            ERRORS_TRTC.undated("error codes of the REST API, 60012 and 60025"),
        ]
        "60012 (no sdkappid), else 60025; gap:random"
        "The query carries sdkappid, identifier, usersig, contenttype=json, and random from 0 to 4,294,967,295."
}

impl Clause {
    /// The stable id, such as `ONLINE-ONLY`.
    #[must_use]
    pub const fn id(self) -> &'static str {
        self.row().id
    }

    /// The rule, in our words.
    #[must_use]
    pub const fn description(self) -> &'static str {
        self.row().description
    }

    /// The codes that answer a request which breaks it; empty where it refuses nothing.
    #[must_use]
    pub const fn refusal(self) -> &'static str {
        self.row().refusal
    }

    /// The copies of pages that state it, at least one. The first is the newest copy with this very sentence; further ones are older, or
    /// have a part of it.
    #[must_use]
    pub const fn sources(self) -> &'static [Source] {
        self.row().sources
    }

    /// The clause of this id.
    #[must_use]
    pub fn from_name(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|clause| clause.id() == id)
    }
}

impl core::fmt::Display for Clause {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.id())
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::string::ToString;

    use super::*;

    #[test]
    fn each_clause_has_a_unique_id() {
        for clause in Clause::ALL {
            assert_eq!(Clause::from_name(&clause.to_string()), Some(*clause));
            assert_eq!(clause.to_string(), clause.id());
        }
        assert_eq!(Clause::from_name("online-only"), None);
    }
}
