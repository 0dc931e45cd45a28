//! The bytes of each request, as a caller writes them.

use avmarks_protocol::{get_members as list, get_online_member_num as count, modify_user_info as marks};

use crate::Page;
use crate::world::GROUP;

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

pub(crate) fn get_online_member_num() -> Vec<Page> {
    let request = count::Request { group_id: GROUP.into() };
    vec![Page::new(
        "get_online_member_num",
        "request",
        "the request",
        "1047/38521 request fields; REQUIRED",
        request.to_json(),
    )]
}
