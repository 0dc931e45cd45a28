//! Every gap with every reading of it, in one table: a gap is a question, and a gap with a choice has a type whose
//! variants are the readings.
//!
//! The first reading of a gap is the default. Ids, fields and reading names are stable.

use crate::gap::{GapRow, Reading, ReadingRow};

/// The field of a gap with a choice, or none.
macro_rules! field {
    () => {
        None
    };
    ($field:literal) => {
        Some($field)
    };
}

/// The type of the readings of a gap with a choice; a gap without one has no type.
macro_rules! reading_type {
    ($gap:ident $id:literal $question:literal $name:literal $meaning:literal) => {};
    (
        $gap:ident $id:literal $question:literal $first:ident $first_name:literal $first_meaning:literal
        $( , $other:ident $other_name:literal $other_meaning:literal )+
    ) => {
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
            )+
        }

        impl Reading for $gap {
            const GAP: Gap = Gap::$gap;
            const ALL: &'static [Self] = &[ Self::$first, $( Self::$other, )+ ];

            fn name(self) -> &'static str {
                match self {
                    Self::$first => $first_name,
                    $( Self::$other => $other_name, )+
                }
            }
        }
    };
}

macro_rules! gaps {
    ($( $gap:ident $id:literal $(field $field:literal)? $question:literal $evidence:literal $seen:literal {
        $( $variant:ident )? $name:literal $meaning:literal
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
                        field: field!($($field)?),
                        question: $question,
                        evidence: $evidence,
                        seen: $seen,
                        readings: &[
                            ReadingRow { name: $name, meaning: $meaning },
                            $( ReadingRow { name: $other_name, meaning: $other_meaning }, )*
                        ],
                    }, )*
                }
            }
        }

        /// The row of every gap, in the order of [`Gap::ALL`].
        pub const GAPS: &[GapRow] = &[ $( Gap::$gap.row(), )* ];

        $(
            reading_type! {
                $gap $id $question $( $variant )? $name $meaning
                $( , $other $other_name $other_meaning )*
            }
        )*
    };
}

gaps! {
    WrongTypeCode "gap:wrong-type-code" field "wrong_type_code"
        "Which code refuses a group that is no AVChatRoom?"
        "1047/50294 names none; get_members and the count give 10007, delete-members gives 10004"
        "2025-11-03 (269/79267)" {
            NotPermitted "10007" "no permission, as the sibling calls of this family answer",
            InvalidParameter "10004" "invalid parameter, as deleting members of such a group answers"
    }
    PlanCode "gap:plan-code"
        "Which code says that the plan lacks the feature?"
        "1047/50294 says only that the call fails; 1047/34348 gives 10059 for features of a higher plan"
        "2025-11-03 (269/79267)" {
            "10059" "the feature needs a higher plan"
    }
    SwitchCode "gap:switch-code" field "switch_code"
        "Which code says that the console switch is off?"
        "1047/50294 names none; the ban pages of audio-video groups use 10007, the general list would allow 10059"
        "2025-11-03 (269/79267)" {
            NotPermitted "10007" "no permission, as the ban pages answer",
            HigherPlan "10059" "the feature needs a higher plan"
    }
    TooManyCode "gap:too-many-code" field "too_many_code"
        "Which code refuses more than 500 accounts?"
        "1047/50294 names none; 10005 means too many accounts and siblings use it"
        "2025-11-03 (269/79267)" {
            TooManyAccounts "10005" "too many accounts in the request",
            InvalidParameter "10004" "invalid parameter"
    }
    AccountId "gap:account-id" field "account_id"
        "Which characters may a user id hold?"
        "1047/34348 (7003): printable ASCII; 1047/34385: letters, digits, underscore, hyphen; the newest error list: not empty, at most 32 bytes"
        "2024-11-11" {
            PrintableAscii "printable-ascii" "1 to 32 bytes of 0x20 to 0x7e",
            Identifier "identifier" "1 to 32 letters, digits, underscores and hyphens",
            Utf8 "utf8" "any UTF-8 of 1 to 32 bytes"
    }
    Eleventh "gap:eleventh"
        "What becomes of a call that would bring an eleventh mark into the group?"
        "1047/50294 gives the limit and no consequence"
        "2025-11-03 (269/79267)" {
            "refuse-call" "the whole call is refused with 10004, and nothing is applied"
    }
    OverCapacity "gap:over-capacity" field "over_capacity"
        "What becomes of a mark for which 1,000 members hold already?"
        "1047/50294 gives the limit and no consequence; omission is its only documented partial result"
        "2025-11-03 (269/79267)" {
            LeaveOut "leave-out" "accounts are served in request order until the mark is full; the rest is left out",
            RefuseCall "refuse-call" "the whole call is refused with 10004, and nothing is applied"
    }
    AllFailedCode "gap:all-failed-code" field "all_failed_code"
        "Which code says that no account could be served?"
        "1047/50294 speaks of a failure result without a code; 1047/34348 has 10019 for unknown user ids"
        "2025-11-03 (269/79267)" {
            InvalidParameter "10004" "invalid parameter",
            UnknownUser "10019" "a requested user id does not exist"
    }
    RateScope "gap:rate-scope"
        "What do the 200 calls per second count?"
        "1047/50294 and 1047/34620 give the number without its scope"
        "2025-11-03 (269/79267)" {
            "app-and-command" "calls admitted per SDKAppID and command within any 1,000 ms; refused ones do not count"
    }
    RestOwner "gap:rest-owner" field "rest_owner"
        "May a group owner call over REST?"
        "1047/50294: the prose says admin or owner, the identifier row says app admin; 1047/34620 says app admin"
        "2025-11-03 (269/79267)" {
            AdminOnly "admin-only" "an identifier that is no app admin is refused with 60010",
            OwnerToo "owner-too" "the group's owner may call as well; others are refused with 10007"
    }
    Random "gap:random" field "random"
        "What becomes of a call whose random is missing or out of range?"
        "1047/34620 asks for it and names no consequence"
        "2025-11-03 (269/79267)" {
            LetThrough "let-through" "the call goes on, and the decision says so",
            Refuse "refuse" "60025"
    }
    HttpCodes "gap:http-codes" field "http_codes"
        "Which codes answer an unknown path, another method, too large a body?"
        "1047/34348: 60009 is a wrong resource, 60002 an unreadable request; a live answer of 2018 gave 60008 for a wrong service; no page limits the body"
        "2018 to 2025" {
            Resource "60009" "unknown path 60009; other method or body over 1 MiB 60002",
            Timeout "60008" "unknown path 60008; other method or body over 1 MiB 60002"
    }
    Offline500 "gap:offline-500" field "offline_500"
        "On whom may mark 500 be set that is not online?"
        "1047/50294 excepts mark 500 from the rule of the online without saying whom that exempts; 1047/60527 puts robots online without a call to join and whatever their connection, by setting mark 500"
        "2025-10-23 (1047/60527)" {
            Anyone "anyone" "a disconnected member and an account that never joined may take 500 and nothing else; the latter becomes a robot",
            MemberMay "member-may" "a disconnected member may take 500 and nothing else; an account that never joined takes nothing",
            NobodyOffline "nobody-offline" "no mark can be set on an account that is not online"
    }
    RobotDays "gap:robot-days" field "robot_days"
        "Do the three days of mark 500 hold for a robot?"
        "1047/60527 sets mark 500 and names no end; 1047/50294 gives mark 500 three days"
        "2025-10-23 (1047/60527)" {
            ThreeDays "three-days" "a robot goes when its three days have passed",
            UntilDeleted "until-deleted" "a robot stays until its mark 500 is deleted"
    }
    RobotWebhook "gap:robot-webhook"
        "Does a webhook tell that a robot came or went?"
        "no document says"
        "–" {
            "none" "no webhook is sent while the account has not joined"
    }
    RobotsMax "gap:robots-max"
        "How many accounts may one call of add_robots or del_robots name?"
        "1047/60527 and 269/103785 name no number; modify_user_info takes 500"
        "2025-11-03 (269/103785)" {
            "500" "500 accounts; more are refused as for marks"
    }
    CheckMax "gap:check-max"
        "How many accounts may one call of check_members name?"
        "269/95618 and 1047/60523 name no number"
        "2025-02-28 (1047/60523)" {
            "500" "500 accounts; more are refused as for marks"
    }
    SixthAdmin "gap:sixth-admin"
        "What becomes of a call that would bring a sixth administrator into the group?"
        "269/102857 and 1047/60525 give the limit of five and no consequence"
        "2025-11-11 (269/102857)" {
            "refuse-call" "the whole call is refused with 10004, and nothing is applied"
    }
    AdminUnset "gap:admin-unset"
        "What becomes of setting an administrator that is one already, or of deleting one that is not?"
        "269/102857 is silent"
        "2025-11-11 (269/102857)" {
            "succeed" "it succeeds and changes nothing"
    }
    Slots "gap:slots"
        "Does a mark that nobody holds any longer take one of the ten places?"
        "1047/50294 does not say; the API has no call to define or drop a mark"
        "2025-11-03 (269/79267)" {
            "held-now" "only marks that somebody holds take a place"
    }
    SpecialSlots "gap:special-slots" field "special_slots"
        "Do 500 and 600 take places among the ten?"
        "1047/50294 does not say; the SDK guide 1047/48181 counts custom marks"
        "2025-11-03 (269/79267)" {
            None "none" "they take no place",
            Count "count" "they take a place like any other mark"
    }
    Duplicates "gap:duplicates"
        "What becomes of an account named twice, or a mark named twice?"
        "1047/50294 is silent"
        "2025-11-03 (269/79267)" {
            "merge" "the entries become one at the place of the first, and a mark counts once"
    }
    PinRenewal "gap:pin-renewal" field "pin_renewal"
        "Does setting 500 again start its three days anew?"
        "1047/50294 names neither start nor renewal"
        "2025-11-03 (269/79267)" {
            Renew "renew" "the three days start anew",
            KeepFirst "keep-first" "the first moment stays"
    }
    DeleteUnset "gap:delete-unset"
        "What becomes of deleting a mark that the member does not hold?"
        "1047/50294 is silent"
        "2025-11-03 (269/79267)" {
            "succeed" "it succeeds and is listed"
    }
    Echo "gap:echo"
        "Which marks does the answer list for an account?"
        "1047/50294: the sample shows those of the request"
        "2025-11-03 (269/79267)" {
            "asked" "those asked for that succeeded, in the order asked"
    }
    Rejoin "gap:rejoin"
        "What does a join do to an account that is a member already?"
        "no document says"
        "–" {
            "keep" "it becomes connected, and keeps place, join time and marks"
    }
    Clock "gap:clock"
        "What if a command carries an earlier time than the one before?"
        "no document says; the time is the caller's"
        "–" {
            "latest-seen" "it is handled as of the latest time seen"
    }
    ListOrder "gap:list-order"
        "In which order does the online list come?"
        "1047/50293 is silent; the SDKs list newest first"
        "2025-11-03 (269/77266)" {
            "newest-first" "by join order, the latest joined first"
    }
    LowPlanList "gap:low-plan-list" field "low_plan_list"
        "What does the online list give on a plan without the feature?"
        "1047/50293 (older text, and trtc.io): the 30 latest joined; 269/77266 of 2025 only says that the plan is needed"
        "2025-11-03 (269/77266)" {
            Thirty "30" "the 30 latest",
            Refuse "refuse" "the call is refused as on a plan without the feature"
    }
    Unhide "gap:unhide" field "unhide"
        "Which marks show a hidden member when the list is pulled by mark?"
        "1047/50294: unless pulled by the member's mark"
        "2025-11-03 (269/79267)" {
            AnyMark "any-mark" "any mark that the member holds",
            Only600 "only-600" "mark 600 alone"
    }
    PageSize "gap:page-size" field "page_size"
        "How many members does a page of the online list hold?"
        "1047/50293: 500; 269/77266 of 2025: 250"
        "2025-11-03 (269/77266)" {
            FiveHundred "500" "500 members a page",
            TwoHundredFifty "250" "250 members a page"
    }
    RefreshList "gap:refresh-list" field "refresh_list"
        "How fresh is the online list?"
        "1047/50293 to 2024-07-16: every 10 s, small native groups at once; 269/77266 of 2025: every 40 s"
        "2025-11-03 (269/77266)" {
            Immediate "immediate" "each request shows the state of its moment",
            TenSeconds "10s" "a request shows the last view until that is 10 s old",
            FortySeconds "40s" "a request shows the last view until that is 40 s old"
    }
    RefreshCount "gap:refresh-count" field "refresh_count"
        "How fresh is the count?"
        "269/49180: every 10 s, and a change may show after 10 to 20 s"
        "2025-11-03 (269/49180)" {
            Immediate "immediate" "each request shows the state of its moment",
            TenSeconds "10s" "a request shows the last view until that is 10 s old"
    }
    CountTypes "gap:count-types" field "count_types"
        "Of which group types does the count answer?"
        "1047/38521 to 2024-07-16: AVChatRoom alone; from 2024-12-09 on: every type, the others by a plan and a switch of their own"
        "2025-11-03 (269/49180)" {
            AllTypes "all-types" "of every type; the plan and the switch of the other types are taken as given",
            AvChatRoomOnly "avchatroom-only" "of an AVChatRoom alone; any other type is refused with 10007"
    }
    SwitchList "gap:switch-list" field "switch_list"
        "What does the online list give where the console switch is off?"
        "four texts of 2023 and 2024 let clients pull the 30 latest with the switch off; the page of the call only asks for the switch"
        "2025-11-03 (269/77266)" {
            Refuse "10007" "the call is refused with 10007",
            Thirty "30" "the 30 latest"
    }
    ListMarks "gap:list-marks" field "list_marks"
        "Do the items of the online list carry the marks of the member?"
        "no page names such a field; the vendor's own SDKs read `Marks` from each item"
        "2025-11-03 (269/77266)" {
            Absent "absent" "an item has no `Marks`",
            Present "present" "each item ends with `Marks`, the numbers held, ascending"
    }
    TrailingComma "gap:trailing-comma" field "trailing_comma"
        "Is a comma before ] or }, which the samples have, passed over?"
        "the request samples of 1047/50294 carry one; RFC 8259 has none"
        "2025-11-03 (269/79267)" {
            Strict "strict" "JSON to the letter of RFC 8259: such a comma is refused with 60003",
            Accept "accept" "a comma before ] or } is passed over"
    }
    DuplicateField "gap:duplicate-field"
        "What becomes of a body that has a known field twice?"
        "no document says; RFC 8259 leaves it to the reader"
        "–" {
            "refuse" "the call is refused with 10004, where the fields are looked at"
    }
    Precedence "gap:precedence"
        "Which rule answers a request that breaks more than one?"
        "no document gives an order"
        "–" {
            "one-list" "the first in the order of docs/precedence.md"
    }
    GroupId "gap:group-id"
        "Which group ids are well formed?"
        "33529: less than 48 bytes; use limits: at most 48; printable ASCII in both"
        "2023" {
            "printable-ascii" "1 to 48 bytes of 0x20 to 0x7e"
    }
    MarkMax "gap:mark-max"
        "What is the highest mark?"
        "1047/50294 gives no end; the SDK guide 1047/48181 types marks as 32-bit unsigned"
        "2025-11-03 (269/79267)" {
            "4294967295" "4,294,967,295"
    }
    UsersigCode "gap:usersig-code" field "usersig_code"
        "Which code answers a bad UserSig?"
        "1047/50294 gives 10001; 1047/34348 gives 70xxx by cause"
        "2025-11-03 (269/79267)" {
            ByCause "70xxx" "70003, 70013, 70014, 70009 or 70001, by cause",
            NotLoggedIn "10001" "10001 whatever the cause"
    }
}
