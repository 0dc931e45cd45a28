//! Calls in the small world: bodies that are mostly good.

use avmarks_protocol::Endpoint;

use super::{ACCOUNTS, GROUPS, Input, account, group, named};
use crate::Choices;
use crate::json::quoted;

const NUMBERS: [&str; 16] = [
    "500",
    "600",
    "1000",
    "1001",
    "1002",
    "1003",
    "4294967295",
    "999",
    "0",
    "-1",
    "4294967296",
    "18446744073709551616",
    "1e3",
    "1000.0",
    "\"1000\"",
    "null",
];
const IDENTIFIERS: [&str; 6] = ["administrator", "u1", "u2", "deputy", "\u{e9}", ""];

/// Sets or deletes marks, mostly with good marks and accounts; a high byte names the odd ones.
pub(super) fn marks(choices: &mut Choices<'_>) -> Input {
    let identifier = caller(choices);
    let group = match choices.byte() {
        index @ 0..250 => group(index),
        index => named(&GROUPS, index),
    };
    let command = match choices.byte() {
        0..=190 => "1",
        191..=252 => "2",
        253 => "3",
        254 => "1.0",
        255 => "99999999999999999999",
    };
    let entries = choices.few(|choices| {
        let who = match choices.byte() {
            index @ 0..250 => account(index),
            index => named(&ACCOUNTS, index),
        };
        let marks = choices.few(|choices| number(choices.byte()));
        format!("{{\"Member_Account\":{},\"Marks\":[{}]}}", quoted(who), marks.join(","))
    });
    let body =
        format!("{{\"GroupId\":{},\"CommandType\":{command},\"MemberList\":[{}]}}", quoted(group), entries.join(","));
    Input::Call { identifier, path: Endpoint::ModifyUserInfo.path(), body: spoilt(body, choices.byte()) }
}

/// Pulls the list, from a cursor that there may be.
pub(super) fn list(choices: &mut Choices<'_>) -> Input {
    let identifier = caller(choices);
    let group = quoted(choices.pick(&GROUPS));
    let timestamp = u64::from(choices.byte() % 12) * 1_024 + u64::from(choices.byte() % 5);
    let filter = choices.perhaps(|choices| format!(",\"Mark\":{}", choices.pick(&NUMBERS))).unwrap_or_default();
    let body = format!("{{\"GroupId\":{group},\"Timestamp\":{timestamp}{filter}}}");
    Input::Call { identifier, path: Endpoint::GetMembers.path(), body }
}

/// Asks how many are online, with a slash in front of the path, which is allowed.
pub(super) fn count(choices: &mut Choices<'_>) -> Input {
    let identifier = caller(choices);
    let body = format!("{{\"GroupId\":{}}}", quoted(choices.pick(&GROUPS)));
    Input::Call { identifier, path: "/v4/group_open_http_svc/get_online_member_num", body }
}

/// A path that there is not.
pub(super) fn stray() -> Input {
    Input::Call { identifier: "administrator", path: "v4/group_open_http_svc/modify_user_info", body: "{}".to_owned() }
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
        0..=219 => named(&NUMBERS, index % 6).to_owned(),
        220..=249 => (2_000 + u32::from(index % 20)).to_string(),
        _ => named(&NUMBERS, index).to_owned(),
    }
}

/// A body with a fault in it, or none.
fn spoilt(body: String, spoil: u8) -> String {
    match spoil {
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
