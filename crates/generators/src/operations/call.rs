//! Calls in the small world: bodies that are mostly good.

use avmarks_protocol::Endpoint;

use super::{ACCOUNTS, GROUPS, Input, account, group, named};
use crate::choices::Choices;
use crate::json::quoted;

/// The usual marks, and those at the edges of what a mark may be: a number drawn from the whole range would meet none of them.
const NUMBERS: [&str; 20] = [
    "500",
    "600",
    "1000",
    "1001",
    "1002",
    "1003",
    "4294967295",
    "999",
    "499",
    "501",
    "599",
    "601",
    "0",
    "-1",
    "4294967296",
    "18446744073709551616",
    "1e3",
    "1000.0",
    "\"1000\"",
    "null",
];
/// Accounts that have not joined where a run begins.
const ROBOTS: [&str; 2] = ["u5", "u6"];
const IDENTIFIERS: [&str; 6] = ["administrator", "u1", "u2", "deputy", "\u{e9}", ""];

/// Sets or deletes marks, mostly with good marks and accounts; a high byte names the odd ones.
pub(super) fn marks(choices: &mut Choices<'_>) -> Input {
    let identifier = caller(choices);
    let group = called_group(choices);
    let command = command(choices);
    let entries = choices.few(|choices| {
        let who = called_account(choices);
        let marks = choices.few(|choices| number(choices.byte()));
        format!("{{\"Member_Account\":{who},\"Marks\":[{}]}}", marks.join(","))
    });
    let body = format!("{{\"GroupId\":{group},\"CommandType\":{command},\"MemberList\":[{}]}}", entries.join(","));
    Input::Call { identifier, path: Endpoint::ModifyUserInfo.path(), body: corrupted(body, choices.byte()) }
}

/// Pulls the list, from a cursor that there may be.
pub(super) fn list(choices: &mut Choices<'_>) -> Input {
    let identifier = caller(choices);
    let group = called_group(choices);
    let timestamp = u64::from(choices.byte() % 12) * 1_024 + u64::from(choices.byte() % 5);
    let filter = choices.perhaps(|choices| format!(",\"Mark\":{}", choices.pick(&NUMBERS))).unwrap_or_default();
    let body = format!("{{\"GroupId\":{group},\"Timestamp\":{timestamp}{filter}}}");
    Input::Call { identifier, path: Endpoint::GetMembers.path(), body }
}

/// Asks how many are online, with a slash in front of the path, which is allowed.
pub(super) fn count(choices: &mut Choices<'_>) -> Input {
    group_alone("/v4/group_open_http_svc/get_online_member_num", choices)
}

/// Asks for the administrators.
pub(super) fn admin_list(choices: &mut Choices<'_>) -> Input {
    group_alone(Endpoint::GetAdminList.path(), choices)
}

/// Adds robots twice as often as it deletes them: mostly those two that no run begins with.
pub(super) fn robots(choices: &mut Choices<'_>) -> Input {
    let endpoint = choices.pick(&[Endpoint::AddRobots, Endpoint::AddRobots, Endpoint::DelRobots]);
    let robot = |choices: &mut Choices<'_>| match choices.byte() {
        index @ 0..=149 => quoted(named(&ROBOTS, index)),
        index => account_of_call(index),
    };
    accounts(endpoint, "\"Member_Account\"", robot, choices)
}

/// Asks which of some accounts are online, some of them not members, some repeated.
pub(super) fn check(choices: &mut Choices<'_>) -> Input {
    accounts(Endpoint::CheckMembers, "\"Member_Account\"", called_account, choices)
}

/// Sets or deletes administrators.
pub(super) fn admins(choices: &mut Choices<'_>) -> Input {
    let fields = format!("\"CommandType\":{},\"Admin_Account\"", command(choices));
    accounts(Endpoint::ModifyAdmin, &fields, called_account, choices)
}

/// A call that names a group and nothing else.
fn group_alone(path: &'static str, choices: &mut Choices<'_>) -> Input {
    let identifier = caller(choices);
    let body = format!("{{\"GroupId\":{}}}", called_group(choices));
    Input::Call { identifier, path, body }
}

/// A call whose last field is a list of accounts: mostly of up to three, now and then of up to seven. `fields` are those between
/// the group and the list, with the name of the list.
fn accounts(
    endpoint: Endpoint,
    fields: &str,
    one: impl Fn(&mut Choices<'_>) -> String,
    choices: &mut Choices<'_>,
) -> Input {
    let identifier = caller(choices);
    let group = called_group(choices);
    let count = match choices.byte() {
        count @ 0..=224 => count % 3 + 1,
        count => count % 8,
    };
    let accounts: Vec<_> = (0..count).map(|_| one(choices)).collect();
    let body = format!("{{\"GroupId\":{group},{fields}:[{}]}}", accounts.join(","));
    Input::Call { identifier, path: endpoint.path(), body: corrupted(body, choices.byte()) }
}

/// A path that there is not.
pub(super) fn stray() -> Input {
    Input::Call { identifier: "administrator", path: "v4/group_open_http_svc/modify_user_info", body: "{}".to_owned() }
}

/// The group that a call names, as JSON: mostly one that there can be.
fn called_group(choices: &mut Choices<'_>) -> String {
    quoted(match choices.byte() {
        index @ 0..250 => group(index),
        index => named(&GROUPS, index),
    })
}

/// An account that a call names, as JSON: mostly one that there can be.
fn called_account(choices: &mut Choices<'_>) -> String {
    account_of_call(choices.byte())
}

fn account_of_call(index: u8) -> String {
    quoted(match index {
        0..250 => account(index),
        _ => named(&ACCOUNTS, index),
    })
}

/// A `CommandType`: mostly to set.
fn command(choices: &mut Choices<'_>) -> &'static str {
    match choices.byte() {
        0..=190 => "1",
        191..=252 => "2",
        253 => "3",
        254 => "1.0",
        255 => "99999999999999999999",
    }
}

/// Mostly an admin.
fn caller(choices: &mut Choices<'_>) -> &'static str {
    match choices.byte() {
        0..215 => "administrator",
        index => named(&IDENTIFIERS, index),
    }
}

/// A mark: mostly one of a few, now and then one of twenty that hardly anybody names, and seldom none at all.
fn number(index: u8) -> String {
    match index {
        0..=213 => named(&NUMBERS, index % 6).to_owned(),
        214..=241 => (2_000 + u32::from(index % 20)).to_string(),
        _ => named(&NUMBERS, index - 242 + 6).to_owned(),
    }
}

/// A body with an error in it, or none.
fn corrupted(body: String, choice: u8) -> String {
    match choice {
        240 => body.replacen("]}", ",]}", 1),
        241 => body.replacen("GroupId", "Group\\u0049d", 1),
        242 => body.replacen('{', "{\"CommandType\":1,", 1),
        243 => body.replacen('{', "{\"unknown\":{\"deep\":[1e999,{}]},", 1),
        244 => body.replacen("\"Marks\"", "\"marks\"", 1),
        245 => body.get(1..).unwrap_or_default().to_owned(),
        246 => body.replacen("u1", "u\\u0031", 1),
        247 => body.replacen("u1", "\\ud800", 1),
        248 => format!(" {}{body} ", " ".repeat(2_000)),
        249 => String::new(),
        250 => format!("[{body}]"),
        251 => body.replacen("\"Member_Account\":", "\"Member_Account\":7,\"Member_Account\":", 1),
        _ => body,
    }
}
