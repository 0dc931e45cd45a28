//! Invalid input is refused before it is sent; if it is sent anyway, then unaltered.

use avmarks_spec::{Clause, Gap};
use serde_json::json;

use super::{REQUIRED, accounts, call, case, level, marks};
use crate::case::Level::{Must, Should};
use crate::case::{Basis, Case, Expect};
use crate::verb::Verb::*;

pub(super) fn cases() -> Vec<Case> {
    let mark = |mark: i64| marks("g", &[("u1", &[mark])]);
    let account = |account: &str| marks("g", &[(account, &[1000])]);
    let eleven: Vec<i64> = (1000..1011).collect();
    let range = Basis::clause(Clause::MarkRange);
    let account_id = Basis::clause(Clause::AccountId);
    let group_id = Basis::clause(Clause::GroupId);
    let (long, group) = ("x".repeat(33), "g".repeat(49));
    let rows = [
        ("mark/below-1000", range, "the mark 999", SetMarks, mark(999)),
        ("mark/zero", range, "the mark 0", SetMarks, mark(0)),
        ("mark/negative", range, "the mark -1000", SetMarks, mark(-1000)),
        ("mark/beside-500", range, "the mark 501", SetMarks, mark(501)),
        ("mark/beside-600", range, "the mark 599", SetMarks, mark(599)),
        ("mark/second", range, "an invalid mark after a valid one", SetMarks, marks("g", &[("u1", &[1000, 1])])),
        (
            "mark/of-second-account",
            range,
            "an invalid mark of the second account",
            SetMarks,
            marks("g", &[("u1", &[1000]), ("u2", &[999])]),
        ),
        ("mark/of-delete", range, "the mark 999 in a deletion", DeleteMarks, mark(999)),
        ("mark/beyond-32-bits", Basis::gap(Gap::MarkMax), "the mark 4294967296", SetMarks, mark(4_294_967_296)),
        ("marks/none", REQUIRED, "an account without marks", SetMarks, marks("g", &[("u1", &[])])),
        (
            "marks/eleven-different",
            Basis::clause(Clause::MarksPerGroup),
            "a set of eleven different marks",
            SetMarks,
            marks("g", &[("u1", &eleven)]),
        ),
        ("account/empty", account_id, "an empty account", SetMarks, account("")),
        ("account/too-long", account_id, "an account of 33 bytes", SetMarks, account(&long)),
        (
            "account/too-long-in-bytes",
            account_id,
            "an account of 12 characters and 36 bytes",
            SetMarks,
            account(&"\u{5f20}".repeat(12)),
        ),
        ("account/not-ascii", Basis::gap(Gap::AccountId), "an account beyond ASCII", SetMarks, account("\u{5f20}")),
        ("account/of-robots", account_id, "an empty account among robots", AddRobots, accounts("g", &["u1", ""])),
        ("account/of-check", account_id, "an empty account to check", CheckMembers, accounts("g", &["u1", ""])),
        ("account/of-admins", account_id, "an empty account among administrators", SetAdmins, accounts("g", &[""])),
        ("accounts/none", REQUIRED, "a set without accounts", SetMarks, marks("g", &[])),
        ("accounts/no-robots", REQUIRED, "no robots", AddRobots, accounts("g", &[])),
        ("accounts/none-to-check", REQUIRED, "no accounts to check", CheckMembers, accounts("g", &[])),
        ("accounts/no-admins", REQUIRED, "no administrators", SetAdmins, accounts("g", &[])),
        (
            "accounts/sixth-admin",
            Basis::gap(Gap::SixthAdmin),
            "six administrators",
            SetAdmins,
            accounts("g", &["u1", "u2", "u3", "u4", "u5", "u6"]),
        ),
        ("group/empty", group_id, "an empty group id", SetMarks, marks("", &[("u1", &[1000])])),
        ("group/empty-of-count", group_id, "an empty group id", CountMembers, json!({"group": ""})),
        ("group/empty-of-list", group_id, "an empty group id", ListMembers, json!({"group": ""})),
        ("group/too-long", Basis::gap(Gap::GroupId), "a group id of 49 bytes", CountMembers, json!({"group": group})),
    ];
    let refused = rows.into_iter().map(|(id, basis, what, verb, args)| {
        let description = format!("{what} is refused before it is sent");
        case(&format!("refuse/{id}"), level(basis, Should), basis, &description, call(verb, args), Expect::Refused)
    });
    let unaltered = [
        ("mark-2-32", range, "the mark 2^32", SetMarks, mark(1 << 32)),
        ("mark-2-32-and-1000", range, "the mark 2^32 + 1000", SetMarks, mark((1 << 32) + 1000)),
        ("mark-2-53-and-1", range, "the mark 2^53 + 1", SetMarks, mark((1 << 53) + 1)),
        ("mark-below-0", range, "the mark -1", SetMarks, mark(-1)),
        ("account-too-long", account_id, "an account of 33 bytes", SetMarks, account(&long)),
        ("account-with-nul", account_id, "an account with a NUL", SetMarks, account("u1\0u2")),
        ("account-not-ascii", account_id, "an account beyond ASCII", SetMarks, account("\u{5f20}\u{1f600}")),
        ("group-not-ascii", group_id, "a group id beyond ASCII", CountMembers, json!({"group": "\u{7fa4}\u{1f600}"})),
    ];
    let unaltered = unaltered.into_iter().map(|(id, basis, what, verb, args)| {
        let description = format!("{what} is refused, or is sent as it is; never as something else");
        let expect = Expect::Unaltered(verb.body(&args));
        case(&format!("refuse/unaltered/{id}"), Must, basis, &description, call(verb, args), expect)
    });
    refused.chain(unaltered).collect()
}
