//! Clauses: sentences of the vendor that decide something, in our words.

/// A clause as a row of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClauseRow {
    /// The stable id.
    pub id: &'static str,
    /// The document, by its number at the vendor's.
    pub document: &'static str,
    /// The section of the document.
    pub section: &'static str,
    /// What it says, in our words.
    pub says: &'static str,
    /// How a breach is answered; empty where the clause refuses nothing.
    pub refusal: &'static str,
    /// When the newest text that says so was last changed (year-month-day or year-month), as far as it says so.
    pub seen: &'static str,
}

macro_rules! clauses {
    ($( $clause:ident $id:literal $document:literal $section:literal $seen:literal $refusal:literal $says:literal )*) => {
        /// A sentence of the vendor that decides something.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Clause { $( #[doc = $says] $clause, )* }

        impl Clause {
            /// Every clause, in the order of the ledger.
            pub const ALL: &'static [Self] = &[ $( Self::$clause, )* ];

            /// The row of this clause.
            #[must_use]
            pub const fn row(self) -> ClauseRow {
                match self {
                    $( Self::$clause => ClauseRow {
                        id: $id,
                        document: $document,
                        section: $section,
                        says: $says,
                        refusal: $refusal,
                        seen: $seen,
                    }, )*
                }
            }
        }

        /// The row of every clause, in the order of [`Clause::ALL`].
        pub const CLAUSES: &[ClauseRow] = &[ $( Clause::$clause.row(), )* ];
    };
}

clauses! {
    GroupId "GROUP-ID" "1047/50294" "error codes" "2023-03-10" "10015"
        "The group id is well formed."
    GroupExists "GROUP-EXISTS" "1047/50294" "error codes" "2023-03-10" "10010"
        "The group exists and has not been destroyed."
    GroupType "GROUP-TYPE" "1047/50294, 269/79267" "applicable group types" "2025-11-03" "10007, gap:wrong-type-code"
        "Only an AVChatRoom has marks."
    Plan "PLAN" "1047/50294, 269/79267" "feature overview" "2025-11-03" "10059, gap:plan-code"
        "The app's plan includes the feature."
    Switch "SWITCH" "1047/50294, 269/79267" "feature overview" "2025-11-03" "10007, gap:switch-code"
        "The list of online members is switched on in the console; asked of marks, robots, check_members and the list, not of the count."
    Permission "PERMISSION" "1047/50294" "error codes" "2023-03-10" "10007"
        "The operator is an app admin or the owner of the group; an administrator of the group is neither."
    SpecialAdmin "SPECIAL-ADMIN" "1047/50294" "special marks" "2023-03-10" "10007, whole call"
        "Marks 500 and 600 are for app admins alone."
    CommandType "COMMAND-TYPE" "1047/50294, 269/79267" "request fields" "2025-11-03" "10004"
        "CommandType is 1 (set) or 2 (delete)."
    JsonBody "JSON-BODY" "1047/34348" "60003" "2024-11-11" "60003"
        "The body is a JSON object."
    Required "REQUIRED" "1047/50294, 269/79267" "request fields" "2025-11-03" "10004"
        "Every field that the call requires is present and of its type."
    AccountsMax "ACCOUNTS-MAX" "1047/50294, 269/79267" "request fields" "2025-11-03" "10005, gap:too-many-code"
        "One call names at most 500 accounts."
    AccountId "ACCOUNT-ID" "1047/34348" "7003, and use limits" "2024-11-11" "10004, gap:account-id"
        "Each Member_Account is a well-formed user id."
    MarkRange "MARK-RANGE" "1047/50294, 269/79267" "request fields, special marks" "2025-11-03" "10004"
        "A mark is at least 1,000, or one of the special marks 500 and 600."
    MarksPerGroup "MARKS-PER-GROUP" "1047/50294, 269/79267" "applicable group types, note" "2025-11-03" "10004, gap:eleventh"
        "A group has at most 10 different marks."
    MembersPerMark "MEMBERS-PER-MARK" "1047/50294, 269/79267" "applicable group types, note" "2025-11-03" "omitted, gap:over-capacity"
        "At most 1,000 members hold one mark, whatever the limit of the online list."
    OnlineOnly "ONLINE-ONLY" "1047/50294, 269/79267" "applicable group types, note" "2025-11-03" "omitted"
        "A mark is set on online members only, mark 500 excepted."
    AllFailed "ALL-FAILED" "1047/50294" "response fields" "2023-03-10" "10004, gap:all-failed-code"
        "A call that could serve no account fails."
    ClearLeave "CLEAR-LEAVE" "1047/50294, 269/79267" "applicable group types, note" "2025-11-03" ""
        "Leaving the group clears all marks of the member."
    ClearOffline "CLEAR-OFFLINE" "1047/50294, 269/79267" "applicable group types, note" "2025-11-03" ""
        "Going offline clears all marks of the member."
    Pin500 "PIN-500" "1047/50294" "special marks" "2023-03-10" ""
        "A holder of 500 stays online through disconnections, for three days at most."
    Hide600 "HIDE-600" "1047/50294" "special marks" "2023-03-10" ""
        "A holder of 600 is left out of the unfiltered online list; a pull by mark shows it."
    ListMax "LIST-MAX" "1047/50293, 269/77266" "feature overview" "2025-11-03" ""
        "The online list names at most the 1,000 latest joined."
    Rate "RATE" "1047/50294, 269/79267" "maximum call frequency" "2025-11-03" "60007, gap:rate-scope"
        "At most 200 calls per second are admitted."
    Http200 "HTTP-200" "1047/50294" "error codes" "2023-03-10" ""
        "Every answer of the API has HTTP status 200."
    AdminCaller "ADMIN-CALLER" "1047/34620" "request parameters" "2024-08-06" "60010, gap:rest-owner"
        "Over REST the identifier is an app admin."
    UserSig "USERSIG" "1047/34385" "generating UserSig" "2023" "70003, 70013, 70014, 70009, 70001; gap:usersig-code"
        "The usersig was made with the app's key for that identifier, and has not expired."
    Query "QUERY" "1047/34620" "request parameters" "2024-08-06" "60012 (no sdkappid), else 60025; gap:random"
        "The query carries sdkappid, identifier, usersig, contenttype=json, and random from 0 to 4,294,967,295."
}

impl Clause {
    /// The stable id, such as `ONLINE-ONLY`.
    #[must_use]
    pub fn id(self) -> &'static str {
        self.row().id
    }

    /// The clause of this id.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|clause| clause.row().id == id)
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
    fn each_clause_is_found_by_its_id_and_shown_as_it() {
        for clause in Clause::ALL {
            assert_eq!(Clause::parse(&clause.to_string()), Some(*clause));
            assert_eq!(clause.to_string(), clause.id());
        }
        assert_eq!(Clause::parse("online-only"), None);
    }
}
