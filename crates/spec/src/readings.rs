//! Every gap with every reading of it, in one table: a gap is a question, and each reading is a variant of its type.
//!
//! The first reading of a gap is the default. Ids, fields and reading names are stable.

use crate::gap::{GapRow, Reading, ReadingRow};

macro_rules! gaps {
    ($( $gap:ident $id:literal $field:literal $question:literal $evidence:literal $seen:literal {
        $first:ident $first_name:literal $first_meaning:literal
        $( , $other:ident $other_name:literal $other_meaning:literal )*
    } )*) => {
        /// A question that no document settles. Its id starts with `gap:`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Gap { $( #[doc = $question] $gap, )* }

        impl Gap {
            /// Every gap, in the order of the ledger.
            pub const ALL: &'static [Self] = &[ $( Self::$gap, )* ];

            /// The row of this gap.
            #[must_use]
            pub const fn row(self) -> GapRow {
                match self {
                    $( Self::$gap => GapRow {
                        id: $id,
                        field: $field,
                        question: $question,
                        evidence: $evidence,
                        seen: $seen,
                        readings: &[
                            ReadingRow { name: $first_name, meaning: $first_meaning },
                            $( ReadingRow { name: $other_name, meaning: $other_meaning }, )*
                        ],
                    }, )*
                }
            }
        }

        /// The row of every gap, in the order of [`Gap::ALL`].
        pub const GAPS: &[GapRow] = &[ $( Gap::$gap.row(), )* ];

        $(
            #[doc = concat!("Readings of `", $id, "`: ", $question)]
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
            #[non_exhaustive]
            pub enum $gap {
                #[doc = concat!("`", $first_name, "` (default): ", $first_meaning, ".")]
                #[default]
                $first,
                $(
                    #[doc = concat!("`", $other_name, "`: ", $other_meaning, ".")]
                    $other,
                )*
            }

            impl Reading for $gap {
                const GAP: Gap = Gap::$gap;
                const ALL: &'static [Self] = &[ Self::$first, $( Self::$other, )* ];

                fn name(self) -> &'static str {
                    match self {
                        Self::$first => $first_name,
                        $( Self::$other => $other_name, )*
                    }
                }
            }
        )*
    };
}

gaps! {
    WrongTypeCode "gap:wrong-type-code" "wrong_type_code"
        "Which code refuses a group that is no AVChatRoom?"
        "1047/50294 names none; get_members and the count give 10007, delete-members gives 10004"
        "2025-11-03 (269/79267)" {
            NotPermitted "10007" "no permission, as the sibling calls of this family answer",
            InvalidParameter "10004" "invalid parameter, as deleting members of such a group answers"
    }
    PlanCode "gap:plan-code" "plan_code"
        "Which code says that the plan lacks the feature?"
        "1047/50294 says only that the call fails; 1047/34348 gives 10059 for features of a higher plan"
        "2025-11-03 (269/79267)" {
            HigherPlan "10059" "the feature needs a higher plan"
    }
    SwitchCode "gap:switch-code" "switch_code"
        "Which code says that the console switch is off?"
        "1047/50294 names none; the ban pages of audio-video groups use 10007, the general list would allow 10059"
        "2025-11-03 (269/79267)" {
            NotPermitted "10007" "no permission, as the ban pages answer",
            HigherPlan "10059" "the feature needs a higher plan"
    }
    TooManyCode "gap:too-many-code" "too_many_code"
        "Which code refuses more than 500 accounts?"
        "1047/50294 names none; 10005 means too many accounts and siblings use it"
        "2025-11-03 (269/79267)" {
            TooManyAccounts "10005" "too many accounts in the request",
            InvalidParameter "10004" "invalid parameter"
    }
    AccountId "gap:account-id" "account_id"
        "Which characters may a user id hold?"
        "1047/34348 (7003): printable ASCII; 1047/34385: letters, digits, underscore, hyphen; the newest error list: not empty, at most 32 bytes"
        "2024-11-11" {
            PrintableAscii "printable-ascii" "1 to 32 bytes of 0x20 to 0x7e",
            Identifier "identifier" "1 to 32 letters, digits, underscores and hyphens",
            Utf8 "utf8" "any UTF-8 of 1 to 32 bytes"
    }
    Eleventh "gap:eleventh" "eleventh"
        "What becomes of a call that would bring an eleventh mark into the group?"
        "1047/50294 gives the limit and no consequence"
        "2025-11-03 (269/79267)" {
            RefuseCall "refuse-call" "the whole call is refused with 10004, and nothing is applied"
    }
    OverCapacity "gap:over-capacity" "over_capacity"
        "What becomes of a mark for which 1,000 members hold already?"
        "1047/50294 gives the limit and no consequence; omission is its only documented partial result"
        "2025-11-03 (269/79267)" {
            LeaveOut "leave-out" "accounts are served in request order until the mark is full; the rest is left out",
            RefuseCall "refuse-call" "the whole call is refused with 10004, and nothing is applied"
    }
    AllFailedCode "gap:all-failed-code" "all_failed_code"
        "Which code says that no account could be served?"
        "1047/50294 speaks of a failure result without a code; 1047/34348 has 10019 for unknown user ids"
        "2025-11-03 (269/79267)" {
            InvalidParameter "10004" "invalid parameter",
            UnknownUser "10019" "a requested user id does not exist"
    }
    RateScope "gap:rate-scope" "rate_scope"
        "What do the 200 calls per second count?"
        "1047/50294 and 1047/34620 give the number without its scope"
        "2025-11-03 (269/79267)" {
            AppAndCommand "app-and-command" "calls admitted per SDKAppID and command within any 1,000 ms; refused ones do not count"
    }
    RestOwner "gap:rest-owner" "rest_owner"
        "May a group owner call over REST?"
        "1047/50294: the prose says admin or owner, the identifier row says app admin; 1047/34620 says app admin"
        "2025-11-03 (269/79267)" {
            AdminOnly "admin-only" "an identifier that is no app admin is refused with 60010",
            OwnerToo "owner-too" "the group's owner may call as well; others are refused with 10007"
    }
    Random "gap:random" "random"
        "What becomes of a call whose random is missing or out of range?"
        "1047/34620 asks for it and names no consequence"
        "2025-11-03 (269/79267)" {
            LetThrough "let-through" "the call goes on, and the decision says so",
            Refuse "refuse" "60025"
    }
    HttpCodes "gap:http-codes" "http_codes"
        "Which codes answer an unknown path, another method, too large a body?"
        "1047/34348: 60009 is a wrong resource, 60002 an unreadable request; a live answer of 2018 gave 60008 for a wrong service; no page limits the body"
        "2018 to 2025" {
            Resource "60009" "unknown path 60009; other method or body over 1 MiB 60002",
            Timeout "60008" "unknown path 60008; other method or body over 1 MiB 60002"
    }
    Offline500 "gap:offline-500" "offline_500"
        "May mark 500 be set on a member that is offline?"
        "1047/50294: except mark 500 may exempt the mark, or the holder of it"
        "2025-11-03 (269/79267)" {
            MemberMay "member-may" "a member that is disconnected may take 500 and nothing else",
            NobodyOffline "nobody-offline" "no mark can be set on an offline member"
    }
    Slots "gap:slots" "slots"
        "Does a mark that nobody holds any longer take one of the ten places?"
        "1047/50294 does not say; the API has no call to define or drop a mark"
        "2025-11-03 (269/79267)" {
            HeldNow "held-now" "only marks that somebody holds take a place"
    }
    SpecialSlots "gap:special-slots" "special_slots"
        "Do 500 and 600 take places among the ten?"
        "1047/50294 does not say; the SDK guide 1047/48181 counts custom marks"
        "2025-11-03 (269/79267)" {
            None "none" "they take no place",
            Count "count" "they take a place like any other mark"
    }
    Duplicates "gap:duplicates" "duplicates"
        "What becomes of an account named twice, or a mark named twice?"
        "1047/50294 is silent"
        "2025-11-03 (269/79267)" {
            Merge "merge" "the entries become one at the place of the first, and a mark counts once"
    }
    PinRenewal "gap:pin-renewal" "pin_renewal"
        "Does setting 500 again start its three days anew?"
        "1047/50294 names neither start nor renewal"
        "2025-11-03 (269/79267)" {
            Renew "renew" "the three days start anew",
            KeepFirst "keep-first" "the first moment stays"
    }
    DeleteUnset "gap:delete-unset" "delete_unset"
        "What becomes of deleting a mark that the member does not hold?"
        "1047/50294 is silent"
        "2025-11-03 (269/79267)" {
            Succeed "succeed" "it succeeds and is listed"
    }
    Echo "gap:echo" "echo"
        "Which marks does the answer list for an account?"
        "1047/50294: the sample shows those of the request"
        "2025-11-03 (269/79267)" {
            Asked "asked" "those asked for that succeeded, in the order asked"
    }
    Rejoin "gap:rejoin" "rejoin"
        "What does a join do to an account that is a member already?"
        "no document says"
        "–" {
            Keep "keep" "it becomes connected, and keeps place, join time and marks"
    }
    Clock "gap:clock" "clock"
        "What if a command carries an earlier time than the one before?"
        "no document says; the time is the caller's"
        "–" {
            LatestSeen "latest-seen" "it is handled as of the latest time seen"
    }
    ListOrder "gap:list-order" "list_order"
        "In which order does the online list come?"
        "1047/50293 is silent; the SDKs list newest first"
        "2025-11-03 (269/77266)" {
            NewestFirst "newest-first" "by join order, the latest joined first"
    }
    LowPlanList "gap:low-plan-list" "low_plan_list"
        "What does the online list give on a plan without the feature?"
        "1047/50293 (older text, and trtc.io): the 30 latest joined; 269/77266 of 2025 only says that the plan is needed"
        "2025-11-03 (269/77266)" {
            Thirty "30" "the 30 latest",
            Refuse "refuse" "the call is refused as on a plan without the feature"
    }
    Unhide "gap:unhide" "unhide"
        "Which marks show a hidden member when the list is pulled by mark?"
        "1047/50294: unless pulled by the member's mark"
        "2025-11-03 (269/79267)" {
            AnyMark "any-mark" "any mark that the member holds",
            Only600 "only-600" "mark 600 alone"
    }
    PageSize "gap:page-size" "page_size"
        "How many members does a page of the online list hold?"
        "1047/50293: 500; 269/77266 of 2025: 250"
        "2025-11-03 (269/77266)" {
            FiveHundred "500" "500 members a page",
            TwoHundredFifty "250" "250 members a page"
    }
    Refresh "gap:refresh" "refresh"
        "How fresh are the online list and the count?"
        "1047/50293: every 10 s; 269/77266 of 2025: every 40 s; small native rooms: at once"
        "2025-11-03 (269/77266)" {
            Immediate "immediate" "each pull shows the state of its moment",
            TenSeconds "10s" "a pull shows the last view until that is 10 s old",
            FortySeconds "40s" "a pull shows the last view until that is 40 s old"
    }
    TrailingComma "gap:trailing-comma" "trailing_comma"
        "How strictly is the body read as JSON: is the comma before ] or } that the samples have passed over?"
        "the request samples of 1047/50294 carry one; RFC 8259 has none"
        "2025-11-03 (269/79267)" {
            Strict "strict" "JSON to the letter of RFC 8259; anything else is refused with 60003",
            Accept "accept" "a comma before ] or } is passed over; anything else that is no JSON is refused with 60003"
    }
    GroupId "gap:group-id" "group_id"
        "Which group ids are well formed?"
        "33529: less than 48 bytes; use limits: at most 48; printable ASCII in both"
        "2023" {
            PrintableAscii "printable-ascii" "1 to 48 bytes of 0x20 to 0x7e"
    }
    MarkMax "gap:mark-max" "mark_max"
        "What is the highest mark?"
        "1047/50294 gives no end; the SDK guide 1047/48181 types marks as 32-bit unsigned"
        "2025-11-03 (269/79267)" {
            ThirtyTwoBits "4294967295" "4,294,967,295"
    }
    UsersigCode "gap:usersig-code" "usersig_code"
        "Which code answers a bad UserSig?"
        "1047/50294 gives 10001; 1047/34348 gives 70xxx by cause"
        "2025-11-03 (269/79267)" {
            ByCause "70xxx" "70003, 70013, 70014, 70009 or 70001, by cause",
            NotLoggedIn "10001" "10001 whatever the cause"
    }
}
