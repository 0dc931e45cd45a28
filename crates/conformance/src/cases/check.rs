//! The body of a request is judged as the service would judge it, as far as the body shows it: steps 6 to 12 of the precedence.

use avmarks_protocol::Endpoint::{self, *};
use avmarks_rules::Refusal::{self, *};
use avmarks_spec::Gap;

use super::{case, level};
use crate::case::{Basis, Case, Expect, Level, Question};
use crate::verdict::judged;

/// A body: its id, the call, the refusal (none if it is accepted), where, the gap that the verdict depends on, what it is.
type Row = (&'static str, Endpoint, Option<Refusal>, &'static str, Option<Gap>, &'static str, Vec<u8>);

pub(super) fn cases() -> Vec<Case> {
    rows().into_iter().map(of_row).collect()
}

fn of_row((id, endpoint, refusal, pointer, gap, what, body): Row) -> Case {
    let description = match refusal {
        None => format!("{what} is accepted"),
        Some(_) => format!("{what} is refused"),
    };
    let basis = Basis::of_verdict(refusal.and_then(Refusal::clause), gap);
    let judged = judged(refusal, (!pointer.is_empty() || refusal.is_some()).then(|| pointer.to_owned()));
    let (level, question) = (level(basis, Level::Must), Question::Check { endpoint, body });
    case(&format!("check/{id}"), level, basis, &description, question, Expect::Judged(judged))
}

/// A body about marks, of these three texts.
fn marks(group: &str, command: &str, members: &str) -> Vec<u8> {
    format!(r#"{{"GroupId":{group},"CommandType":{command},"MemberList":{members}}}"#).into_bytes()
}

/// A set for these members.
fn set_for(members: &str) -> Vec<u8> {
    marks("\"g\"", "1", members)
}

/// A set of these marks for one account.
fn set(marks_text: &str) -> Vec<u8> {
    set_for(&format!(r#"[{{"Member_Account":"u1","Marks":{marks_text}}}]"#))
}

/// A set for this account.
fn account(text: &str) -> Vec<u8> {
    set_for(&format!(r#"[{{"Member_Account":{text},"Marks":[1000]}}]"#))
}

/// A set in this group.
fn group(text: &str) -> Vec<u8> {
    marks(text, "1", &members(1))
}

/// A body with this `CommandType`.
fn command(text: &str) -> Vec<u8> {
    marks("\"g\"", text, &members(1))
}

fn members(count: usize) -> String {
    let member = |number: usize| format!(r#"{{"Member_Account":"u{number}","Marks":[1000]}}"#);
    format!("[{}]", (1..=count).map(member).collect::<Vec<_>>().join(","))
}

fn names(count: usize) -> String {
    format!("[{}]", (1..=count).map(|number| format!("\"u{number}\"")).collect::<Vec<_>>().join(","))
}

fn bytes(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

/// The valid body that most others are made of.
const VALID: &str = r#"{"GroupId":"g","CommandType":1,"MemberList":[{"Member_Account":"u1","Marks":[1000]}]}"#;

/// The same with one text in place of another.
fn valid_with(from: &str, to: &str) -> Vec<u8> {
    VALID.replace(from, to).into_bytes()
}

const ACCOUNT: &str = "/MemberList/0/Member_Account";
const MARKS: &str = "/MemberList/0/Marks";
const MARK: &str = "/MemberList/0/Marks/0";

fn rows() -> Vec<Row> {
    let mut rows = accepted();
    rows.extend(not_json());
    rows.extend(fields());
    rows.extend(values());
    rows.extend(other_calls());
    rows
}

fn accepted() -> Vec<Row> {
    let one = || r#"[{"Member_Account":"u1","Marks":[1000]}]"#.to_owned();
    let long = "x".repeat(32);
    let ok = |id, what, body| (id, ModifyUserInfo, None, "", None, what, body);
    vec![
        ok("valid/set", "a set of one mark", bytes(VALID)),
        ok("valid/delete", "a deletion of one mark", marks("\"@TGS#a\"", "2", &one())),
        ok("valid/special", "a set of 500 and 600", set("[500,600]")),
        ok("valid/lowest", "the mark 1000", set("[1000]")),
        ok("valid/highest", "the mark 4294967295", set("[4294967295]")),
        ok(
            "valid/ten-different",
            "a set of ten different marks",
            set("[1000,1001,1002,1003,1004,1005,1006,1007,1008,1009]"),
        ),
        ok(
            "valid/ten-and-special",
            "a set of ten different marks, 500 and 600",
            set("[1000,1001,1002,1003,1004,1005,1006,1007,1008,1009,500,600]"),
        ),
        ok(
            "valid/delete-eleven",
            "a deletion of eleven different marks",
            marks(
                "\"g\"",
                "2",
                r#"[{"Member_Account":"u1","Marks":[1000,1001,1002,1003,1004,1005,1006,1007,1008,1009,1010]}]"#,
            ),
        ),
        ok("valid/500-accounts", "a set for 500 accounts", set_for(&members(500))),
        ok("valid/longest-account", "an account of 32 bytes", account(&format!("\"{long}\""))),
        ok(
            "valid/field-order",
            "a body with its fields in another order",
            bytes(r#"{"MemberList":[{"Marks":[1000],"Member_Account":"u1"}],"CommandType":1,"GroupId":"g"}"#),
        ),
        ok(
            "valid/white-space",
            "a body with white space",
            bytes(
                "\r\n\t{ \"GroupId\" :\"g\",\n\"CommandType\": 1 , \"MemberList\":[ {\"Member_Account\":\"u1\",\"Marks\":[ 1000 ]} ] } \n",
            ),
        ),
        ok(
            "valid/escapes",
            "a body with escapes",
            bytes(
                r#"{"\u0047roupId":"\u0067","CommandType":1,"MemberList":[{"Member_Account":"\u00751","Marks":[1000]}]}"#,
            ),
        ),
        (
            "valid/account-twice",
            ModifyUserInfo,
            None,
            "",
            Some(Gap::Duplicates),
            "an account that is named twice",
            set_for(r#"[{"Member_Account":"u1","Marks":[1000]},{"Member_Account":"u1","Marks":[1001]}]"#),
        ),
    ]
}

fn not_json() -> Vec<Row> {
    let no = |id, what, body| (id, ModifyUserInfo, Some(NotJson), "", None, what, body);
    let mut not_utf8 = bytes(VALID);
    if let Some(byte) = not_utf8.get_mut(12) {
        *byte = 0xff;
    }
    let cut = VALID.get(..VALID.len() - 1).unwrap_or_default();
    vec![
        no("json/empty", "an empty body", Vec::new()),
        no("json/white-space", "a body of white space", bytes(" \r\n")),
        no("json/cut", "a body that ends too early", bytes(cut)),
        no("json/behind", "something behind the object", bytes(&format!("{VALID}}}"))),
        no("json/two", "two objects", bytes(&format!("{VALID}{VALID}"))),
        no("json/array", "an array", bytes(&format!("[{VALID}]"))),
        no("json/null", "`null`", bytes("null")),
        no("json/form", "a form", bytes("GroupId=g&CommandType=1")),
        no("json/single-quotes", "single quotation marks", valid_with("\"", "'")),
        no("json/comment", "a comment", bytes(&format!("/**/{VALID}"))),
        no("json/not-utf8", "a byte that is in no UTF-8", not_utf8),
        no("json/control", "a control character in a string", group("\"g\n\"")),
        no("json/leading-zero", "a number that begins with 0", set("[01000]")),
        no("json/plus", "a number with a plus sign", set("[+1000]")),
        no("json/hexadecimal", "a hexadecimal number", set("[0x3e8]")),
        no("json/nan", "`NaN`", set("[NaN]")),
        (
            "json/trailing-comma",
            ModifyUserInfo,
            Some(TrailingComma),
            "",
            Some(Gap::TrailingComma),
            "a comma before `]`, as the sample requests have it",
            set_for(r#"[{"Member_Account":"u1","Marks":[1000]},]"#),
        ),
    ]
}

fn fields() -> Vec<Row> {
    let no = |id, pointer, what, body| (id, ModifyUserInfo, Some(Required), pointer, None, what, body);
    let twice = |id, pointer, what, body| {
        (id, ModifyUserInfo, Some(DuplicateField), pointer, Some(Gap::DuplicateField), what, body)
    };
    vec![
        no("field/no-group", "/GroupId", "a body without `GroupId`", valid_with(r#""GroupId":"g","#, "")),
        no("field/no-command", "/CommandType", "a body without `CommandType`", valid_with(r#""CommandType":1,"#, "")),
        no(
            "field/no-members",
            "/MemberList",
            "a body without `MemberList`",
            bytes(r#"{"GroupId":"g","CommandType":1}"#),
        ),
        no("field/nothing", "/GroupId", "an empty object", bytes("{}")),
        no("field/no-account", ACCOUNT, "a member without account", set_for(r#"[{"Marks":[1000]}]"#)),
        no("field/no-marks", MARKS, "a member without `Marks`", set_for(r#"[{"Member_Account":"u1"}]"#)),
        no("field/other-letters", "/GroupId", "`groupid` in small letters", valid_with("GroupId", "groupid")),
        no("type/group-number", "/GroupId", "a group that is a number", group("1")),
        no("type/group-null", "/GroupId", "a group that is null", group("null")),
        no("type/command-text", "/CommandType", "a `CommandType` that is a string", command("\"1\"")),
        no("type/command-fraction", "/CommandType", "a `CommandType` with a fraction", command("1.0")),
        no("type/command-true", "/CommandType", "a `CommandType` that is true", command("true")),
        no(
            "type/members-object",
            "/MemberList",
            "a list that is an object",
            set_for(r#"{"Member_Account":"u1","Marks":[1000]}"#),
        ),
        no("type/member-text", "/MemberList/0", "a member that is a string", set_for(r#"["u1"]"#)),
        no("type/account-number", ACCOUNT, "an account that is a number", account("1")),
        no("type/account-null", ACCOUNT, "an account that is null", account("null")),
        no("type/marks-number", MARKS, "`Marks` that is a number", set("1000")),
        no("type/mark-text", MARK, "a mark that is a string", set("[\"1000\"]")),
        no("type/mark-fraction", MARK, "a mark with a fraction", set("[1000.0]")),
        no("type/mark-exponent", MARK, "a mark with an exponent", set("[1e3]")),
        no("type/mark-null", "/MemberList/0/Marks/1", "a mark that is null", set("[1000,null]")),
        twice(
            "field/group-twice",
            "/GroupId",
            "`GroupId` twice",
            valid_with(r#""GroupId":"g""#, r#""GroupId":"g","GroupId":"g""#),
        ),
        twice(
            "field/marks-twice",
            MARKS,
            "`Marks` twice",
            valid_with(r#""Marks":[1000]"#, r#""Marks":[1000],"Marks":[1000]"#),
        ),
    ]
}

fn values() -> Vec<Row> {
    let of = |id, refusal, pointer, what, body| (id, ModifyUserInfo, Some(refusal), pointer, None, what, body);
    let open =
        |id, refusal, pointer, gap, what, body| (id, ModifyUserInfo, Some(refusal), pointer, Some(gap), what, body);
    let (long, long_group) = (format!("\"{}\"", "x".repeat(33)), format!("\"{}\"", "g".repeat(49)));
    vec![
        of("command/zero", CommandType, "/CommandType", "the `CommandType` 0", command("0")),
        of("command/three", CommandType, "/CommandType", "the `CommandType` 3", command("3")),
        of("command/negative", CommandType, "/CommandType", "the `CommandType` -1", command("-1")),
        of("command/wrapped", CommandType, "/CommandType", "the `CommandType` 2^32 + 1", command("4294967297")),
        of("accounts/501", AccountsMax, "/MemberList", "a set for 501 accounts", set_for(&members(501))),
        of("accounts/none", MemberListEmpty, "/MemberList", "a set for nobody", set_for("[]")),
        of("account/empty", AccountId, ACCOUNT, "an empty account", account("\"\"")),
        of("account/too-long", AccountId, ACCOUNT, "an account of 33 bytes", account(&long)),
        of(
            "account/too-long-in-bytes",
            AccountId,
            ACCOUNT,
            "an account of 12 characters and 36 bytes",
            account(&format!("\"{}\"", "\u{5f20}".repeat(12))),
        ),
        open(
            "account/not-ascii",
            AccountId,
            ACCOUNT,
            Gap::AccountId,
            "an account beyond ASCII",
            account("\"\u{5f20}\""),
        ),
        of("marks/none", MarksEmpty, MARKS, "a member with no marks", set("[]")),
        of("mark/below-1000", MarkRange, MARK, "the mark 999", set("[999]")),
        of("mark/zero", MarkRange, MARK, "the mark 0", set("[0]")),
        of("mark/one", MarkRange, MARK, "the mark 1", set("[1]")),
        of("mark/negative", MarkRange, MARK, "the mark -1000", set("[-1000]")),
        of("mark/below-500", MarkRange, MARK, "the mark 499", set("[499]")),
        of("mark/above-500", MarkRange, MARK, "the mark 501", set("[501]")),
        of("mark/below-600", MarkRange, MARK, "the mark 599", set("[599]")),
        of("mark/above-600", MarkRange, MARK, "the mark 601", set("[601]")),
        of("mark/second", MarkRange, "/MemberList/0/Marks/1", "an invalid mark after a valid one", set("[1000,999]")),
        open("mark/beyond-32-bits", MarkRange, MARK, Gap::MarkMax, "the mark 4294967296", set("[4294967296]")),
        open("mark/wrapped", MarkRange, MARK, Gap::MarkMax, "the mark 2^32 + 1000", set("[4294968296]")),
        open(
            "mark/beyond-64-bits",
            MarkRange,
            MARK,
            Gap::MarkMax,
            "the mark 2^64 + 1000",
            set("[18446744073709552616]"),
        ),
        of(
            "marks/eleven-different",
            MarksNamed,
            "/MemberList",
            "a set of eleven different marks",
            set("[1000,1001,1002,1003,1004,1005,1006,1007,1008,1009,1010]"),
        ),
        of("group/empty", GroupId, "/GroupId", "an empty group id", group("\"\"")),
        open("group/too-long", GroupId, "/GroupId", Gap::GroupId, "a group id of 49 bytes", group(&long_group)),
        open("group/not-ascii", GroupId, "/GroupId", Gap::GroupId, "a group id beyond ASCII", group("\"\u{7fa4}\"")),
    ]
}

fn other_calls() -> Vec<Row> {
    let list = |fields: &str| bytes(&format!(r#"{{"GroupId":"g"{fields}}}"#));
    let accounts_of = |list: &str| bytes(&format!(r#"{{"GroupId":"g","Member_Account":{list}}}"#));
    let admins = |command: &str, list: &str| {
        bytes(&format!(r#"{{"GroupId":"g","CommandType":{command},"Admin_Account":{list}}}"#))
    };
    let ok = |id, endpoint, what, body| (id, endpoint, None, "", None, what, body);
    let no = |id, endpoint, refusal, pointer, what, body| (id, endpoint, Some(refusal), pointer, None, what, body);
    let open =
        |id, endpoint, refusal, pointer, gap, what, body| (id, endpoint, Some(refusal), pointer, Some(gap), what, body);
    vec![
        ok("list/all", GetMembers, "a request for the first page", list(r#","Timestamp":0"#)),
        ok("list/by-mark", GetMembers, "a request for the members with a mark", list(r#","Timestamp":0,"Mark":1000"#)),
        no("list/no-timestamp", GetMembers, Required, "/Timestamp", "a request without `Timestamp`", list("")),
        no(
            "list/timestamp-text",
            GetMembers,
            Required,
            "/Timestamp",
            "a `Timestamp` that is a string",
            list(r#","Timestamp":"0""#),
        ),
        no(
            "list/mark-null",
            GetMembers,
            Required,
            "/Mark",
            "a `Mark` that is null",
            list(r#","Timestamp":0,"Mark":null"#),
        ),
        no(
            "list/group-empty",
            GetMembers,
            GroupId,
            "/GroupId",
            "an empty group id",
            bytes(r#"{"GroupId":"","Timestamp":0}"#),
        ),
        ok("count/group", GetOnlineMemberNum, "a request for the number", list("")),
        no("count/no-group", GetOnlineMemberNum, Required, "/GroupId", "a request without `GroupId`", bytes("{}")),
        no(
            "count/group-number",
            GetOnlineMemberNum,
            Required,
            "/GroupId",
            "a group that is a number",
            bytes(r#"{"GroupId":1}"#),
        ),
        no(
            "count/group-empty",
            GetOnlineMemberNum,
            GroupId,
            "/GroupId",
            "an empty group id",
            bytes(r#"{"GroupId":""}"#),
        ),
        no("count/array", GetOnlineMemberNum, NotJson, "", "an array", bytes("[]")),
        ok("add-robots/two", AddRobots, "a request for two robots", accounts_of(r#"["u1","u2"]"#)),
        no(
            "add-robots/none",
            AddRobots,
            MemberListEmpty,
            "/Member_Account",
            "a request for no robots",
            accounts_of("[]"),
        ),
        no(
            "add-robots/object",
            AddRobots,
            Required,
            "/Member_Account/0",
            "a robot that is an object",
            accounts_of(r#"[{"Member_Account":"u1"}]"#),
        ),
        no(
            "add-robots/empty-account",
            AddRobots,
            AccountId,
            "/Member_Account/1",
            "an empty account",
            accounts_of(r#"["u1",""]"#),
        ),
        open(
            "add-robots/501",
            AddRobots,
            AccountsMax,
            "/Member_Account",
            Gap::RobotsMax,
            "a request for 501 robots",
            accounts_of(&names(501)),
        ),
        ok("delete-robots/one", DelRobots, "a request for one robot", accounts_of(r#"["u1"]"#)),
        no("delete-robots/no-list", DelRobots, Required, "/Member_Account", "a request without robots", list("")),
        ok("check-members/two", CheckMembers, "a request for two accounts", accounts_of(r#"["u1","u2"]"#)),
        no(
            "check-members/none",
            CheckMembers,
            MemberListEmpty,
            "/Member_Account",
            "a request for nobody",
            accounts_of("[]"),
        ),
        open(
            "check-members/501",
            CheckMembers,
            AccountsMax,
            "/Member_Account",
            Gap::CheckMax,
            "a request for 501 accounts",
            accounts_of(&names(501)),
        ),
        ok("admins/set", ModifyAdmin, "a request that sets an administrator", admins("1", r#"["u1"]"#)),
        ok("admins/delete", ModifyAdmin, "a request that deletes an administrator", admins("2", r#"["u1"]"#)),
        no("admins/command", ModifyAdmin, CommandType, "/CommandType", "the `CommandType` 3", admins("3", r#"["u1"]"#)),
        no("admins/none", ModifyAdmin, MemberListEmpty, "/Admin_Account", "a request for nobody", admins("1", "[]")),
        ok("list-admins/group", GetAdminList, "a request for the administrators", list("")),
        no("list-admins/no-group", GetAdminList, Required, "/GroupId", "a request without `GroupId`", bytes("{}")),
    ]
}
