//! The bytes of each request, as a caller writes them.

use avmarks_protocol::{Endpoint, get_members as list, modify_user_info as marks};

use crate::Page;
use crate::world::{GROUP, accounts_body, admins_body, group_body};

pub(crate) fn modify_user_info() -> Vec<Page> {
    let folder = "modify_user_info";
    let member = |account: &'static str, marks: &[i64]| marks::Member {
        account: account.into(),
        marks: marks.iter().map(|mark| (*mark).into()).collect(),
    };
    let request = |command: i64| marks::Request {
        group_id: GROUP.into(),
        command_type: command.into(),
        member_list: vec![member("teacher10", &[1_000]), member("student9", &[1_001])],
    };
    let special = marks::Request { member_list: vec![member("a \"b\"\\", &[500, 600, 4_294_967_295])], ..request(1) };
    let rests_on = "1047/50294 sample request; REQUIRED; COMMAND-TYPE";
    let special_on = "1047/50294 special marks; PIN-500; HIDE-600; gap:mark-max";
    vec![
        Page::new(folder, "request_set", "a set of two accounts", rests_on, request(1).to_json()),
        Page::new(folder, "request_delete", "a delete of two accounts", rests_on, request(2).to_json()),
        Page::new(
            folder,
            "request_special_marks_and_escapes",
            "500, 600 and the highest mark; an account with quotes and a backslash",
            special_on,
            special.to_json(),
        ),
    ]
}

pub(crate) fn get_members() -> Vec<Page> {
    let folder = "get_members";
    let request = |timestamp: i64, mark: Option<i64>| {
        let mark = mark.map(Into::into);
        list::Request { group_id: GROUP.into(), timestamp: timestamp.into(), mark }.to_json()
    };
    vec![
        Page::new(folder, "request", "the first page", "1047/50293 request fields; REQUIRED", request(0, None)),
        Page::new(
            folder,
            "request_next_page",
            "the page after that whose `NextTimestamp` was 103924",
            "1047/50293 request fields; gap:page-size",
            request(103_924, None),
        ),
        Page::new(
            folder,
            "request_by_mark",
            "only those that hold mark 1000",
            "1047/50293 sample request; HIDE-600",
            request(0, Some(1_000)),
        ),
    ]
}

/// The one request of a call, whose page of the vendor's is `document`.
fn only(endpoint: Endpoint, shows: &str, document: &str, body: Vec<u8>) -> Vec<Page> {
    vec![Page::new(endpoint.command(), "request", shows, &format!("{document}; REQUIRED"), body)]
}

pub(crate) fn get_online_member_num() -> Vec<Page> {
    only(Endpoint::GetOnlineMemberNum, "the request", "1047/38521 request fields", group_body(GROUP))
}

pub(crate) fn add_robots() -> Vec<Page> {
    // The field table of this page was not seen: it is that of `del_robots`.
    let document = "1047/60527; 269/103785 request fields; gap:robots-max";
    only(Endpoint::AddRobots, "two robots", document, accounts_body(GROUP, &["robot1", "robot2"]))
}

pub(crate) fn del_robots() -> Vec<Page> {
    let document = "269/103785 request fields; gap:robots-max";
    only(Endpoint::DelRobots, "two robots", document, accounts_body(GROUP, &["robot1", "robot2"]))
}

pub(crate) fn check_members() -> Vec<Page> {
    let document = "1047/60523 request fields; gap:check-max";
    only(Endpoint::CheckMembers, "two accounts", document, accounts_body(GROUP, &["teacher10", "student9"]))
}

pub(crate) fn modify_admin() -> Vec<Page> {
    let document = "269/102857 request fields; COMMAND-TYPE";
    only(Endpoint::ModifyAdmin, "two accounts are set", document, admins_body(GROUP, 1, &["teacher10", "teacher11"]))
}

pub(crate) fn get_admin_list() -> Vec<Page> {
    only(Endpoint::GetAdminList, "the request", "1047/60524 request fields", group_body(GROUP))
}
