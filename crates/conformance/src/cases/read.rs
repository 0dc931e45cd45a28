//! Answers are read, with the result of each account.

use avmarks_spec::{Clause, Gap};
use serde_json::{Value, json};

use super::{OVERVIEW, accounts, answered, case, marks, prefix};
use crate::case::AccountOutcome::{self, Applied, NotApplied, Omitted};
use crate::case::Level::{Gap as Open, Must, Should};
use crate::case::{Answer, Basis, Case, Expect};
use crate::verb::Verb::*;

/// The page of marks, whose table has the fields of the answer.
const MARKS: Basis = Basis::page("1047/50294", Some("2023-03-10"));
const LIST: Basis = Basis::page("1047/50293", Some("2024-07-16"));
const COUNT: Basis = Basis::page("1047/38521", Some("2024-12-09"));
const CHECK: Basis = Basis::page("1047/60523", Some("2025-02-28"));
const ADMIN_LIST: Basis = Basis::page("269/102858", Some("2025-11-03"));
const ROBOTS: Basis = Basis::page("1047/60527", Some("2025-03-20"));

const UNKNOWN_FIELDS: &str = "fields that are not known are passed over";

/// An answer with code 0 and these further fields.
fn ok(fields: &str) -> Answer {
    Answer::json(format!(r#"{{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":""{fields}}}"#))
}

fn served(members: &str) -> Answer {
    ok(&format!(r#","CommandType":1,"MemberList":[{members}]"#))
}

pub(super) fn cases() -> Vec<Case> {
    outcomes().chain(values()).collect()
}

/// What is told of each account of a set of marks.
fn outcomes() -> impl Iterator<Item = Case> {
    let applied = |marks: &[i64]| Applied(marks.to_vec());
    let member = |marks: &[i64]| format!(r#"{{"Member_Account":"u1","Marks":{}}}"#, json!(marks));
    let of_one = |id, level, basis, description, asked: &[i64], listed: &[i64], told: &[i64]| {
        (id, level, basis, description, marks("g", &[("u1", asked)]), served(&member(listed)), vec![applied(told)])
    };
    let of_two = |id, level, basis, description, answer, told: [AccountOutcome; 2]| {
        (id, level, basis, description, marks("g", &[("u1", &[1000]), ("u2", &[1001])]), answer, told.to_vec())
    };
    let online_only = Basis::clause(Clause::OnlineOnly);
    let echo = Basis::gap(Gap::Echo);
    let (u1, u2) = (member(&[1000]), r#"{"Member_Account":"u2","Marks":[1001]}"#);
    let both = format!("{u1},{u2}");
    let all = || [applied(&[1000]), applied(&[1001])];
    let nobody = [NotApplied, NotApplied];
    let rows = [
        of_two("all", Must, MARKS, "accounts that the answer names are told as applied", served(&both), all()),
        of_two(
            "other-order",
            Must,
            MARKS,
            "the answer may name accounts in another order",
            served(&format!("{u2},{u1}")),
            all(),
        ),
        of_two(
            "omitted",
            Must,
            online_only,
            "an account that the answer leaves out is not told as applied",
            served(&u1),
            [applied(&[1000]), NotApplied],
        ),
        of_two(
            "omitted-told",
            Should,
            online_only,
            "an account that the answer leaves out is told as left out",
            served(&u1),
            [applied(&[1000]), Omitted],
        ),
        of_one(
            "partial",
            Must,
            Basis::clause(Clause::MembersPerMark),
            "of the marks of an account, those that the answer names are told as applied, and no others",
            &[1000, 1001, 1002],
            &[1000, 1002],
            &[1000, 1002],
        ),
        of_two(
            "unknown-fields",
            Must,
            OVERVIEW,
            UNKNOWN_FIELDS,
            ok(&format!(
                r#","RequestId":"1-2","CommandType":1,"MemberList":[{u1},{{"Member_Account":"u2","Marks":[1001],"New":{{"a":[null]}}}}],"More":1.5e3"#
            )),
            all(),
        ),
        of_two(
            "field-order",
            Must,
            OVERVIEW,
            "the fields may come in any order, with white space",
            Answer::json(format!(
                "{{ \"MemberList\" : [ {both} ],\r\n\t\"ErrorInfo\":\"\", \"CommandType\":1,\"ErrorCode\":0 , \"ActionStatus\":\"OK\" }}\n"
            )),
            all(),
        ),
        of_two(
            "escapes",
            Must,
            MARKS,
            "accounts may be written with escapes",
            served(r#"{"Member_Account":"\u00751","Marks":[1000]},{"Member_Account":"u\u0032","Marks":[1001]}"#),
            all(),
        ),
        of_two(
            "info-missing",
            Must,
            OVERVIEW,
            "`ErrorInfo` may be missing, as in the sample of the overview",
            Answer::json(format!(r#"{{"ActionStatus":"OK","ErrorCode":0,"CommandType":1,"MemberList":[{both}]}}"#)),
            all(),
        ),
        of_one(
            "highest-mark",
            Must,
            Basis::clause(Clause::MarkRange),
            "the highest mark is read as it is",
            &[4_294_967_295, 2_147_483_648],
            &[4_294_967_295, 2_147_483_648],
            &[4_294_967_295, 2_147_483_648],
        ),
        of_two("list-empty", Must, MARKS, "an empty list means that nobody was served", served(""), nobody.clone()),
        of_two("list-missing", Should, MARKS, "without the list nobody is told as applied", ok(""), nobody),
        of_two(
            "unasked-account",
            Should,
            echo,
            "an account that was not asked for is not told as applied",
            served(&format!(r#"{both},{{"Member_Account":"u3","Marks":[1000]}}"#)),
            all(),
        ),
        of_one(
            "unasked-mark",
            Should,
            echo,
            "a mark that was not asked for is not told as applied",
            &[1000],
            &[1000, 1001],
            &[1000],
        ),
    ];
    rows.into_iter().map(|(id, level, basis, description, args, answer, told)| {
        let told = ["u1", "u2"].map(str::to_owned).into_iter().zip(told).collect();
        let question = answered(SetMarks, args, vec![answer]);
        case(&format!("read/set-marks/{id}"), level, basis, description, question, Expect::Accounts(told))
    })
}

/// What the other calls return.
fn values() -> impl Iterator<Item = Case> {
    let listed =
        |account: &str| format!(r#"{{"JoinTime":1669872112,"Member_Account":"{account}","NickName":"","Avatar":""}}"#);
    let page = |members: &str, next: u64| ok(&format!(r#","MemberList":[{members}],"NextTimestamp":{next}"#));
    let counted = |fields: &str| ok(&format!(r#","OnlineMemberNum":{fields}"#));
    let checked = |list: &str| ok(&format!(r#","Member_Account":[{list}]"#));
    let admins = |list: &str| ok(&format!(r#","Admin_List":[{list}]"#));
    let admin = |account: &str| format!(r#"{{"Admin_Account":"{account}","Avatar":"","NickName":""}}"#);
    let told = |accounts: &[&str]| json!({"accounts": accounts});
    let rows = [
        (
            ListMembers,
            "two",
            Must,
            LIST,
            "the members are told in their order",
            vec![page(&format!("{},{}", listed("u2"), listed("u1")), 0)],
            told(&["u2", "u1"]),
        ),
        (ListMembers, "none", Must, LIST, "an empty list is not a failure", vec![page("", 0)], told(&[])),
        (
            ListMembers,
            "unknown-fields",
            Must,
            OVERVIEW,
            UNKNOWN_FIELDS,
            vec![page(r#"{"Member_Account":"u1","JoinTime":1,"Remark":null,"Level":{"a":[]}}"#, 0)],
            told(&["u1"]),
        ),
        (
            ListMembers,
            "with-marks",
            Open,
            Basis::gap(Gap::ListMarks),
            "an item may have `Marks`",
            vec![page(r#"{"Member_Account":"u1","JoinTime":1,"NickName":"","Avatar":"","Marks":[1000]}"#, 0)],
            told(&["u1"]),
        ),
        (
            ListMembers,
            "two-pages",
            Should,
            LIST,
            "where `NextTimestamp` is not 0, the next page is pulled",
            vec![page(&listed("u2"), 1_669_872_112), page(&listed("u1"), 0)],
            told(&["u2", "u1"]),
        ),
        (CountMembers, "number", Must, COUNT, "the number is told", vec![counted("1000")], json!(1000)),
        (CountMembers, "zero", Must, COUNT, "0 is a number, and no failure", vec![counted("0")], json!(0)),
        (
            CountMembers,
            "large",
            Must,
            COUNT,
            "a number beyond 31 bits is told as it is",
            vec![counted("3000000000")],
            json!(3_000_000_000_i64),
        ),
        (
            CountMembers,
            "unknown-fields",
            Must,
            OVERVIEW,
            UNKNOWN_FIELDS,
            vec![counted(r#"7,"ExpireTime":60,"RequestId":"1-2""#)],
            json!(7),
        ),
        (
            CheckMembers,
            "some",
            Must,
            CHECK,
            "the accounts that are online are told",
            vec![checked(r#""u1","u3""#)],
            told(&["u1", "u3"]),
        ),
        (CheckMembers, "none", Must, CHECK, "nobody online is not a failure", vec![checked("")], told(&[])),
        (
            ListAdmins,
            "two",
            Must,
            ADMIN_LIST,
            "the administrators are told in their order",
            vec![admins(&format!("{},{}", admin("u1"), admin("u2")))],
            told(&["u1", "u2"]),
        ),
        (ListAdmins, "none", Must, ADMIN_LIST, "no administrators are not a failure", vec![admins("")], told(&[])),
        (AddRobots, "accepted", Must, ROBOTS, "the bare envelope with code 0 is success", vec![ok("")], Value::Null),
    ];
    rows.into_iter().map(|(verb, id, level, basis, description, answers, value)| {
        let args = match verb {
            CheckMembers => accounts("g", &["u1", "u2", "u3"]),
            AddRobots => accounts("g", &["robot1"]),
            _ => json!({"group": "g"}),
        };
        let id = format!("read/{}/{id}", prefix(verb));
        case(&id, level, basis, description, answered(verb, args, answers), Expect::Returned(value))
    })
}
