//! Requests are as the documents have them: path, query and body.

use avmarks_spec::{Clause, Gap};
use serde_json::{Value, json};

use super::{OVERVIEW, REQUIRED, accounts, any_call, call, case, marks};
use crate::case::Level::{Gap as Open, Must, Should};
use crate::case::{Answer, Basis, Case, Expect, Level, UrlRule};
use crate::verb::Verb::{self, *};

pub(super) fn cases() -> Vec<Case> {
    let range = Basis::clause(Clause::MarkRange);
    let account = Basis::clause(Clause::AccountId);
    let group = Basis::clause(Clause::GroupId);
    let long = "x".repeat(32);
    let bodies: Vec<(&str, Level, Basis, &str, Verb, Value)> = vec![
        (
            "set-marks/one",
            Must,
            REQUIRED,
            "one mark of one account",
            SetMarks,
            marks("@TGS#a", &[("teacher10", &[1000])]),
        ),
        (
            "set-marks/several",
            Must,
            REQUIRED,
            "marks of several accounts, in their order",
            SetMarks,
            marks("@TGS#a", &[("teacher10", &[1000, 1001]), ("student9", &[1002]), ("student8", &[1001])]),
        ),
        (
            "set-marks/special",
            Must,
            Basis::clause(Clause::SpecialAdmin),
            "the special marks 500 and 600",
            SetMarks,
            marks("@TGS#a", &[("teacher10", &[500, 600])]),
        ),
        ("set-marks/lowest", Must, range, "the lowest custom mark", SetMarks, marks("g", &[("u1", &[1000])])),
        (
            "set-marks/signed-edge",
            Must,
            range,
            "marks around the end of a signed 32-bit integer",
            SetMarks,
            marks("g", &[("u1", &[2_147_483_647, 2_147_483_648])]),
        ),
        (
            "set-marks/highest",
            Must,
            range,
            "the highest mark that a 32-bit unsigned integer holds",
            SetMarks,
            marks("g", &[("u1", &[4_294_967_295])]),
        ),
        (
            "set-marks/ten-different",
            Must,
            Basis::clause(Clause::MarksPerGroup),
            "as many different marks as a group has at most",
            SetMarks,
            marks("g", &[("u1", &[1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008, 1009])]),
        ),
        (
            "set-marks/quoted",
            Must,
            account,
            "an account with characters that JSON escapes",
            SetMarks,
            marks("@TGS#_@TGS#c1", &[("a\"b\\c/d", &[1000])]),
        ),
        (
            "set-marks/blank",
            Must,
            account,
            "an account with a blank at its end, which is part of it",
            SetMarks,
            marks("g", &[("u1 ", &[1000])]),
        ),
        (
            "set-marks/digits",
            Must,
            account,
            "an account of digits, as a string",
            SetMarks,
            marks("g", &[("0010", &[1000])]),
        ),
        (
            "set-marks/longest-account",
            Must,
            account,
            "an account of 32 bytes",
            SetMarks,
            marks("g", &[(&long, &[1000])]),
        ),
        (
            "set-marks/group-characters",
            Must,
            group,
            "a group id with `#`, `@`, `&` and `%`",
            SetMarks,
            marks("@TGS#a&b=c%20d", &[("u1", &[1000])]),
        ),
        (
            "delete-marks/one",
            Must,
            REQUIRED,
            "one mark of one account",
            DeleteMarks,
            marks("@TGS#a", &[("teacher10", &[1000])]),
        ),
        (
            "delete-marks/eleven-different",
            Must,
            REQUIRED,
            "more different marks than a group has, which only a set may not name",
            DeleteMarks,
            marks("g", &[("u1", &[1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008, 1009, 1010])]),
        ),
        (
            "list-members/all",
            Must,
            REQUIRED,
            "the first page, from `Timestamp` 0",
            ListMembers,
            json!({"group": "@TGS#a"}),
        ),
        (
            "list-members/by-mark",
            Must,
            Basis::clause(Clause::Hide600),
            "the members with a mark",
            ListMembers,
            json!({"group": "@TGS#a", "mark": 1000}),
        ),
        ("count-members/group", Must, REQUIRED, "the group", CountMembers, json!({"group": "@TGS#a"})),
        (
            "count-members/group-characters",
            Must,
            group,
            "a group id with `#` and `%`",
            CountMembers,
            json!({"group": "@TGS#a&b=c%20d"}),
        ),
        ("add-robots/two", Must, REQUIRED, "two robots", AddRobots, accounts("@TGS#a", &["robot1", "robot2"])),
        ("delete-robots/two", Must, REQUIRED, "two robots", DeleteRobots, accounts("@TGS#a", &["robot1", "robot2"])),
        ("check-members/two", Must, REQUIRED, "two accounts", CheckMembers, accounts("@TGS#a", &["u1", "u2"])),
        ("set-admins/two", Must, REQUIRED, "two administrators", SetAdmins, accounts("@TGS#a", &["u1", "u2"])),
        (
            "set-admins/five",
            Open,
            Basis::gap(Gap::AdminsMax),
            "as many administrators as a group has at most",
            SetAdmins,
            accounts("@TGS#a", &["u1", "u2", "u3", "u4", "u5"]),
        ),
        ("delete-admins/one", Must, REQUIRED, "one administrator", DeleteAdmins, accounts("@TGS#a", &["u1"])),
        ("list-admins/group", Must, REQUIRED, "the group", ListAdmins, json!({"group": "@TGS#a"})),
    ];
    let bodies = bodies.into_iter().map(|(id, level, basis, what, verb, args)| {
        let description = format!("the body of `{}` has {what}", verb.endpoint().command());
        let expect = Expect::Body(verb.body(&args));
        case(&format!("build/{id}"), level, basis, &description, call(verb, args), expect)
    });
    let query = Basis::clause(Clause::Query);
    let urls: [(&str, Level, Basis, &str, UrlRule, usize); 8] = [
        ("url/post", Must, OVERVIEW, "a request is a POST", UrlRule::Post, 1),
        ("url/path", Must, OVERVIEW, "the path is that of the call", UrlRule::Path, 1),
        ("url/sdkappid", Must, query, "`sdkappid` is the app, once", UrlRule::SdkAppId, 1),
        ("url/identifier", Must, query, "`identifier` is the caller, once", UrlRule::Identifier, 1),
        (
            "url/usersig",
            Must,
            Basis::clause(Clause::UserSig),
            "`usersig` is one that the service takes",
            UrlRule::UserSig,
            1,
        ),
        ("url/contenttype", Must, query, "`contenttype` is `json`", UrlRule::ContentType, 1),
        ("url/random", Must, query, "`random` is there, from 0 to 4,294,967,295", UrlRule::Random, 1),
        ("url/random-differs", Should, OVERVIEW, "each request has a `random` of its own", UrlRule::RandomDiffers, 2),
    ];
    let urls = urls.into_iter().map(|(id, level, basis, description, rule, times)| {
        let question = any_call(times, vec![Answer::Served]);
        case(&format!("build/{id}"), level, basis, description, question, Expect::Url(rule))
    });
    bodies.chain(urls).collect()
}
