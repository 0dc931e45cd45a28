//! Answers are read, with the result of each account.

use avmarks_spec::{Clause, Gap};
use serde_json::{Value, json};

use super::{accounts, answered, case, marks};
use crate::case::Level::{Gap as Open, Must, Should};
use crate::case::{AccountOutcome, Answer, Basis, Case, Expect, Level};
use crate::verb::Verb::{self, *};

/// The page of marks, whose table has the fields of the answer.
const MARKS: Basis = Basis::page("1047/50294", Some("2023-03-10"));
const LIST: Basis = Basis::page("1047/50293", Some("2024-07-16"));
const COUNT: Basis = Basis::page("1047/38521", Some("2024-12-09"));
const CHECK: Basis = Basis::page("1047/60523", Some("2025-02-28"));
const ADMIN_LIST: Basis = Basis::page("269/102858", Some("2025-11-03"));
const ROBOTS: Basis = Basis::page("1047/60527", Some("2025-03-20"));

/// An answer with code 0 and these further fields.
fn ok(fields: &str) -> Answer {
    Answer::json(format!(r#"{{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":""{fields}}}"#))
}

fn served(members: &str) -> Answer {
    ok(&format!(r#","CommandType":1,"MemberList":[{members}]"#))
}

/// The id, what is said of it, the marks asked, the answer, what is told of each account.
type OutcomeRow = (&'static str, Level, Basis, &'static str, Value, Answer, Vec<(&'static str, AccountOutcome)>);

/// The id, what is said of it, the call with its arguments, the answers, what is returned.
type ValueRow = (&'static str, Level, Basis, &'static str, Verb, Value, Vec<Answer>, Value);

pub(super) fn cases() -> Vec<Case> {
    let applied = |marks: &[i64]| AccountOutcome::Applied(marks.to_vec());
    let two = || marks("g", &[("u1", &[1000]), ("u2", &[1001])]);
    let online_only = Basis::clause(Clause::OnlineOnly);
    let u1 = r#"{"Member_Account":"u1","Marks":[1000]}"#;
    let u2 = r#"{"Member_Account":"u2","Marks":[1001]}"#;
    let both = format!("{u1},{u2}");
    let all = || vec![("u1", applied(&[1000])), ("u2", applied(&[1001]))];
    let omitted = |told: AccountOutcome| vec![("u1", applied(&[1000])), ("u2", told)];
    let outcomes: Vec<OutcomeRow> = vec![
        ("all", Must, MARKS, "accounts that the answer names are told as applied", two(), served(&both), all()),
        (
            "other-order",
            Must,
            MARKS,
            "the answer may name accounts in another order",
            two(),
            served(&format!("{u2},{u1}")),
            all(),
        ),
        (
            "omitted",
            Must,
            online_only,
            "an account that the answer leaves out is not told as applied",
            two(),
            served(u1),
            omitted(AccountOutcome::NotApplied),
        ),
        (
            "omitted-told",
            Should,
            online_only,
            "an account that the answer leaves out is told as left out",
            two(),
            served(u1),
            omitted(AccountOutcome::Omitted),
        ),
        (
            "partial",
            Must,
            Basis::clause(Clause::MembersPerMark),
            "of the marks of an account, those that the answer names are told as applied, and no others",
            marks("g", &[("u1", &[1000, 1001, 1002])]),
            served(r#"{"Member_Account":"u1","Marks":[1000,1002]}"#),
            vec![("u1", applied(&[1000, 1002]))],
        ),
        (
            "unknown-fields",
            Must,
            super::OVERVIEW,
            "fields that are not known are passed over",
            two(),
            ok(&format!(
                r#","RequestId":"1-2","CommandType":1,"MemberList":[{u1},{{"Member_Account":"u2","Marks":[1001],"New":{{"a":[null]}}}}],"More":1.5e3"#
            )),
            all(),
        ),
        (
            "field-order",
            Must,
            super::OVERVIEW,
            "the fields may come in any order, with white space",
            two(),
            Answer::json(format!(
                "{{ \"MemberList\" : [ {both} ],\r\n\t\"ErrorInfo\":\"\", \"CommandType\":1,\"ErrorCode\":0 , \"ActionStatus\":\"OK\" }}\n"
            )),
            all(),
        ),
        (
            "escapes",
            Must,
            MARKS,
            "accounts may be written with escapes",
            two(),
            served(r#"{"Member_Account":"\u00751","Marks":[1000]},{"Member_Account":"u\u0032","Marks":[1001]}"#),
            all(),
        ),
        (
            "info-missing",
            Must,
            super::OVERVIEW,
            "`ErrorInfo` may be missing, as in the sample of the overview",
            two(),
            Answer::json(format!(r#"{{"ActionStatus":"OK","ErrorCode":0,"CommandType":1,"MemberList":[{both}]}}"#)),
            all(),
        ),
        (
            "highest-mark",
            Must,
            Basis::clause(Clause::MarkRange),
            "the highest mark is read as it is",
            marks("g", &[("u1", &[4_294_967_295, 2_147_483_648])]),
            served(r#"{"Member_Account":"u1","Marks":[4294967295,2147483648]}"#),
            vec![("u1", applied(&[4_294_967_295, 2_147_483_648]))],
        ),
        (
            "list-empty",
            Must,
            MARKS,
            "an empty list means that nobody was served",
            two(),
            served(""),
            vec![("u1", AccountOutcome::NotApplied), ("u2", AccountOutcome::NotApplied)],
        ),
        (
            "list-missing",
            Should,
            MARKS,
            "without the list nobody is told as applied",
            two(),
            ok(""),
            vec![("u1", AccountOutcome::NotApplied), ("u2", AccountOutcome::NotApplied)],
        ),
        (
            "unasked-account",
            Should,
            Basis::gap(Gap::Echo),
            "an account that was not asked for is not told as applied",
            two(),
            served(&format!(r#"{both},{{"Member_Account":"u3","Marks":[1000]}}"#)),
            all(),
        ),
        (
            "unasked-mark",
            Should,
            Basis::gap(Gap::Echo),
            "a mark that was not asked for is not told as applied",
            marks("g", &[("u1", &[1000])]),
            served(r#"{"Member_Account":"u1","Marks":[1000,1001]}"#),
            vec![("u1", applied(&[1000]))],
        ),
    ];
    let outcomes = outcomes.into_iter().map(|(id, level, basis, description, args, answer, told)| {
        let told = told.into_iter().map(|(account, told)| (account.to_owned(), told)).collect();
        let question = answered(SetMarks, args, vec![answer]);
        case(&format!("read/set-marks/{id}"), level, basis, description, question, Expect::Accounts(told))
    });

    let group = || json!({"group": "g"});
    let listed =
        |account: &str| format!(r#"{{"JoinTime":1669872112,"Member_Account":"{account}","NickName":"","Avatar":""}}"#);
    let page = |members: &str, next: u64| ok(&format!(r#","MemberList":[{members}],"NextTimestamp":{next}"#));
    let checked = |list: &str| ok(&format!(r#","Member_Account":[{list}]"#));
    let admin = |account: &str| format!(r#"{{"Admin_Account":"{account}","Avatar":"","NickName":""}}"#);
    let ask = || accounts("g", &["u1", "u2", "u3"]);
    let told = |accounts: &[&str]| json!({"accounts": accounts});
    let values: Vec<ValueRow> = vec![
        (
            "list-members/two",
            Must,
            LIST,
            "the members are told in their order",
            ListMembers,
            group(),
            vec![page(&format!("{},{}", listed("u2"), listed("u1")), 0)],
            told(&["u2", "u1"]),
        ),
        (
            "list-members/none",
            Must,
            LIST,
            "an empty list is not a failure",
            ListMembers,
            group(),
            vec![page("", 0)],
            told(&[]),
        ),
        (
            "list-members/unknown-fields",
            Must,
            super::OVERVIEW,
            "fields that are not known are passed over",
            ListMembers,
            group(),
            vec![page(r#"{"Member_Account":"u1","JoinTime":1,"Remark":null,"Level":{"a":[]}}"#, 0)],
            told(&["u1"]),
        ),
        (
            "list-members/with-marks",
            Open,
            Basis::gap(Gap::ListMarks),
            "an item may have `Marks`",
            ListMembers,
            group(),
            vec![page(r#"{"Member_Account":"u1","JoinTime":1,"NickName":"","Avatar":"","Marks":[1000]}"#, 0)],
            told(&["u1"]),
        ),
        (
            "list-members/two-pages",
            Should,
            LIST,
            "where `NextTimestamp` is not 0, the next page is pulled",
            ListMembers,
            group(),
            vec![page(&listed("u2"), 1_669_872_112), page(&listed("u1"), 0)],
            told(&["u2", "u1"]),
        ),
        (
            "count-members/number",
            Must,
            COUNT,
            "the number is told",
            CountMembers,
            group(),
            vec![ok(r#","OnlineMemberNum":1000"#)],
            json!(1000),
        ),
        (
            "count-members/zero",
            Must,
            COUNT,
            "0 is a number, and no failure",
            CountMembers,
            group(),
            vec![ok(r#","OnlineMemberNum":0"#)],
            json!(0),
        ),
        (
            "count-members/large",
            Must,
            COUNT,
            "a number beyond 31 bits is told as it is",
            CountMembers,
            group(),
            vec![ok(r#","OnlineMemberNum":3000000000"#)],
            json!(3_000_000_000_i64),
        ),
        (
            "count-members/unknown-fields",
            Must,
            super::OVERVIEW,
            "fields that are not known are passed over",
            CountMembers,
            group(),
            vec![ok(r#","OnlineMemberNum":7,"ExpireTime":60,"RequestId":"1-2""#)],
            json!(7),
        ),
        (
            "check-members/some",
            Must,
            CHECK,
            "the accounts that are online are told",
            CheckMembers,
            ask(),
            vec![checked(r#""u1","u3""#)],
            told(&["u1", "u3"]),
        ),
        (
            "check-members/none",
            Must,
            CHECK,
            "nobody online is not a failure",
            CheckMembers,
            ask(),
            vec![checked("")],
            told(&[]),
        ),
        (
            "list-admins/two",
            Must,
            ADMIN_LIST,
            "the administrators are told in their order",
            ListAdmins,
            group(),
            vec![ok(&format!(r#","Admin_List":[{},{}]"#, admin("u1"), admin("u2")))],
            told(&["u1", "u2"]),
        ),
        (
            "list-admins/none",
            Must,
            ADMIN_LIST,
            "no administrators are not a failure",
            ListAdmins,
            group(),
            vec![ok(r#","Admin_List":[]"#)],
            told(&[]),
        ),
        (
            "add-robots/accepted",
            Must,
            ROBOTS,
            "the bare envelope with code 0 is success",
            AddRobots,
            accounts("g", &["robot1"]),
            vec![ok("")],
            Value::Null,
        ),
    ];
    let values = values.into_iter().map(|(id, level, basis, description, verb, args, answers, value)| {
        case(&format!("read/{id}"), level, basis, description, answered(verb, args, answers), Expect::Returned(value))
    });
    outcomes.chain(values).collect()
}
