//! Requests are as the documents have them: path, query and body.

use avmarks_spec::{Clause, Gap};
use serde_json::json;

use super::{OVERVIEW, REQUIRED, accounts, any_call, call, case, level, marks, prefix};
use crate::case::Level::{Must, Should};
use crate::case::{Answer, Basis, Case, Expect, UrlRule};
use crate::verb::Verb::*;

pub(super) fn cases() -> Vec<Case> {
    let range = Basis::clause(Clause::MarkRange);
    let account = Basis::clause(Clause::AccountId);
    let group = Basis::clause(Clause::GroupId);
    let special = Basis::clause(Clause::SpecialAdmin);
    let per_group = Basis::clause(Clause::MarksPerGroup);
    let hide = Basis::clause(Clause::Hide600);
    let of_marks = |numbers: &[i64]| marks("g", &[("u1", numbers)]);
    let of_account = |account: &str| marks("g", &[(account, &[1000])]);
    let [ten, eleven] = [10, 11].map(|count| (1000..1000 + count).collect::<Vec<i64>>());
    let bodies = [
        (SetMarks, "one", REQUIRED, "one mark of one account", marks("@TGS#a", &[("teacher10", &[1000])])),
        (
            SetMarks,
            "several",
            REQUIRED,
            "marks of several accounts, in their order",
            marks("@TGS#a", &[("teacher10", &[1000, 1001]), ("student9", &[1002]), ("student8", &[1001])]),
        ),
        (SetMarks, "special", special, "the special marks 500 and 600", marks("@TGS#a", &[("teacher10", &[500, 600])])),
        (SetMarks, "lowest", range, "the lowest custom mark", of_marks(&[1000])),
        (
            SetMarks,
            "signed-edge",
            range,
            "marks around the end of a signed 32-bit integer",
            of_marks(&[2_147_483_647, 2_147_483_648]),
        ),
        (
            SetMarks,
            "highest",
            range,
            "the highest mark that a 32-bit unsigned integer holds",
            of_marks(&[4_294_967_295]),
        ),
        (SetMarks, "ten-different", per_group, "as many different marks as a group has at most", of_marks(&ten)),
        (
            SetMarks,
            "quoted",
            account,
            "an account with characters that JSON escapes",
            marks("@TGS#_@TGS#c1", &[("a\"b\\c/d", &[1000])]),
        ),
        (SetMarks, "blank", account, "an account with a blank at its end, which is part of it", of_account("u1 ")),
        (SetMarks, "digits", account, "an account of digits, as a string", of_account("0010")),
        (SetMarks, "longest-account", account, "an account of 32 bytes", of_account(&"x".repeat(32))),
        (
            SetMarks,
            "group-characters",
            group,
            "a group id with `#`, `@`, `&` and `%`",
            marks("@TGS#a&b=c%20d", &[("u1", &[1000])]),
        ),
        (DeleteMarks, "one", REQUIRED, "one mark of one account", marks("@TGS#a", &[("teacher10", &[1000])])),
        (
            DeleteMarks,
            "eleven-different",
            REQUIRED,
            "more different marks than a group has, which only a set may not name",
            of_marks(&eleven),
        ),
        (ListMembers, "all", REQUIRED, "the first page, from `Timestamp` 0", json!({"group": "@TGS#a"})),
        (ListMembers, "by-mark", hide, "the members with a mark", json!({"group": "@TGS#a", "mark": 1000})),
        (CountMembers, "group", REQUIRED, "the group", json!({"group": "@TGS#a"})),
        (CountMembers, "group-characters", group, "a group id with `#` and `%`", json!({"group": "@TGS#a&b=c%20d"})),
        (AddRobots, "two", REQUIRED, "two robots", accounts("@TGS#a", &["robot1", "robot2"])),
        (DeleteRobots, "two", REQUIRED, "two robots", accounts("@TGS#a", &["robot1", "robot2"])),
        (CheckMembers, "two", REQUIRED, "two accounts", accounts("@TGS#a", &["u1", "u2"])),
        (SetAdmins, "two", REQUIRED, "two administrators", accounts("@TGS#a", &["u1", "u2"])),
        (
            SetAdmins,
            "five",
            Basis::gap(Gap::AdminsMax),
            "as many administrators as a group has at most",
            accounts("@TGS#a", &["u1", "u2", "u3", "u4", "u5"]),
        ),
        (DeleteAdmins, "one", REQUIRED, "one administrator", accounts("@TGS#a", &["u1"])),
        (ListAdmins, "group", REQUIRED, "the group", json!({"group": "@TGS#a"})),
    ];
    let bodies = bodies.into_iter().map(|(verb, id, basis, what, args)| {
        let description = format!("the body of `{}` has {what}", verb.endpoint().command());
        let id = format!("build/{}/{id}", prefix(verb));
        let expect = Expect::Body(verb.body(&args));
        case(&id, level(basis, Must), basis, &description, call(verb, args), expect)
    });

    let query = Basis::clause(Clause::Query);
    let usersig = Basis::clause(Clause::UserSig);
    let urls = [
        ("post", Must, OVERVIEW, "a request is a POST", UrlRule::Post),
        ("path", Must, OVERVIEW, "the path is that of the call", UrlRule::Path),
        ("sdkappid", Must, query, "`sdkappid` is the app, once", UrlRule::SdkAppId),
        ("identifier", Must, query, "`identifier` is the caller, once", UrlRule::Identifier),
        ("usersig", Must, usersig, "`usersig` is one that the service takes", UrlRule::UserSig),
        ("contenttype", Must, query, "`contenttype` is `json`", UrlRule::ContentType),
        ("random", Must, query, "`random` is there, from 0 to 4,294,967,295", UrlRule::Random),
        ("random-differs", Should, OVERVIEW, "each request has a `random` of its own", UrlRule::RandomDiffers),
    ];
    let urls = urls.into_iter().map(|(id, level, basis, description, rule)| {
        let times = if rule == UrlRule::RandomDiffers { 2 } else { 1 };
        let question = any_call(times, vec![Answer::Served]);
        case(&format!("build/url/{id}"), level, basis, description, question, Expect::Url(rule))
    });
    bodies.chain(urls).collect()
}
