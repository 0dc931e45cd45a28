//! The reasons of an answer: every clause and gap that it is based on, the deciding one first, and no other.

mod calls;

use avmarks_rules::{Entry, MarkCall, Operator, Presence, Room, Terms};
use avmarks_spec::{GroupType, Limits, Mark, Timestamp};
use avmarks_testkit::service_with;
use serde_json::Value;

use crate::user;

/// The `because` of the last line of a scenario in group `g`, where `a` and `b` are online, `off` is offline, and a mark has
/// room for two.
fn because(lines: &[&str]) -> Vec<String> {
    let limits = Limits { members_per_mark_max: 2, ..Limits::DOCUMENTED };
    let mut scenario = service_with(limits);
    let start = [
        r#"{"at":5,"do":"create_group","group":"g","owner":"a"}"#,
        r#"{"at":5,"do":"join","group":"g","accounts":["a","b","c","off"]}"#,
        r#"{"at":5,"do":"disconnect","group":"g","account":"off"}"#,
    ];
    let mut last = Vec::new();
    for line in start.iter().chain(lines) {
        last = scenario.answer(line).unwrap();
    }
    let said: Value = serde_json::from_slice(&last).unwrap();
    said["because"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect()
}

/// A call at 5 ms by `as`, with entries as JSON.
fn call_as(identifier: &str, command: u8, entries: &str) -> String {
    format!(
        r#"{{"at":5,"do":"call","as":"{identifier}","path":"v4/group_open_avchatroom_http_svc/modify_user_info","body":{{"GroupId":"g","CommandType":{command},"MemberList":[{entries}]}}}}"#
    )
}

fn set(entries: &str) -> String {
    call_as("administrator", 1, entries)
}

fn entry(account: &str, marks: &str) -> String {
    format!(r#"{{"Member_Account":"{account}","Marks":[{marks}]}}"#)
}

#[test]
fn what_a_mark_call_rests_on() {
    let policy = |field: &str, reading: &str| format!(r#"{{"at":5,"do":"policy","{field}":"{reading}"}}"#);
    let delete = |account: &str, marks: &str| call_as("administrator", 2, &entry(account, marks));
    let ten = set(&entry("a", "1000,1001,1002,1003,1004,1005,1006,1007,1008,1009"));
    let nine = set(&entry("a", "1000,1001,1002,1003,1004,1005,1006,1007,1008"));
    let two_hold = set(&format!("{},{}", entry("a", "1000"), entry("b", "1000")));
    let cases: &[(&[&str], &[&str])] = &[
        (&[&set(&entry("a", "1000"))], &["ONLINE-ONLY", "gap:echo"]),
        (&[&set(&entry("a", "1000,1000"))], &["ONLINE-ONLY", "gap:duplicates", "gap:echo"]),
        (&[&set(&entry("a", "600"))], &["ONLINE-ONLY", "gap:special-slots", "gap:echo"]),
        (&[&set(&entry("a", "500"))], &["ONLINE-ONLY", "gap:special-slots", "gap:echo"]),
        (
            &[&set(&entry("a", "500")), &set(&entry("a", "500"))],
            &["ONLINE-ONLY", "gap:special-slots", "gap:pin-renewal", "gap:echo"],
        ),
        (&[&set(&entry("off", "500"))], &["ONLINE-ONLY", "gap:offline-500", "gap:special-slots", "gap:echo"]),
        (
            &[&policy("offline_500", "nobody-offline"), &set(&entry("off", "500"))],
            &["ALL-FAILED", "gap:all-failed-code", "ONLINE-ONLY", "gap:offline-500"],
        ),
        (&[&set(&entry("off", "1000"))], &["ALL-FAILED", "gap:all-failed-code", "ONLINE-ONLY"]),
        (&[&set(&entry("stranger", "1000"))], &["ALL-FAILED", "gap:all-failed-code", "ONLINE-ONLY"]),
        // A stranger that takes 500 is a robot, and its days are ours.
        (
            &[&set(&entry("stranger", "500"))],
            &["ONLINE-ONLY", "gap:offline-500", "gap:special-slots", "gap:robot-days", "gap:echo"],
        ),
        (
            &[&set(&entry("stranger", "500")), &set(&entry("stranger", "500"))],
            &["ONLINE-ONLY", "gap:special-slots", "gap:pin-renewal", "gap:robot-days", "gap:echo"],
        ),
        (
            &[&policy("pin_renewal", "keep-first"), &set(&entry("stranger", "500")), &set(&entry("stranger", "500"))],
            &["ONLINE-ONLY", "gap:special-slots", "gap:pin-renewal", "gap:echo"],
        ),
        (&[&set(&entry("stranger", "500")), &set(&entry("stranger", "1000"))], &["ONLINE-ONLY", "gap:echo"]),
        (
            &[&policy("offline_500", "member-may"), &set(&entry("stranger", "500"))],
            &["ALL-FAILED", "gap:all-failed-code", "ONLINE-ONLY", "gap:offline-500"],
        ),
        (
            &[&policy("offline_500", "member-may"), &set(&entry("off", "500"))],
            &["ONLINE-ONLY", "gap:offline-500", "gap:special-slots", "gap:echo"],
        ),
        (
            &[&two_hold, &set(&format!("{},{}", entry("a", "1001"), entry("c", "1000")))],
            &["MEMBERS-PER-MARK", "ONLINE-ONLY", "gap:over-capacity", "gap:echo"],
        ),
        (
            &[&two_hold, &set(&entry("c", "1000"))],
            &["ALL-FAILED", "gap:all-failed-code", "MEMBERS-PER-MARK", "gap:over-capacity"],
        ),
        (
            &[
                &policy("over_capacity", "refuse-call"),
                &two_hold,
                &set(&format!("{},{}", entry("c", "1000"), entry("a", "1000"))),
            ],
            &["MEMBERS-PER-MARK", "gap:over-capacity"],
        ),
        // Nobody could be served either, and the order decided.
        (
            &[&policy("over_capacity", "refuse-call"), &two_hold, &set(&entry("c", "1000"))],
            &["MEMBERS-PER-MARK", "gap:over-capacity", "gap:precedence"],
        ),
        (&[&ten, &set(&entry("b", "1010"))], &["MARKS-PER-GROUP", "gap:eleventh"]),
        (
            &[&policy("special_slots", "count"), &ten, &set(&entry("b", "600"))],
            &["MARKS-PER-GROUP", "gap:eleventh", "gap:special-slots"],
        ),
        // Whether it is one too many, depends on whether the 600 of another takes a place.
        (
            &[&set(&entry("a", "600")), &ten, &set(&entry("b", "1000"))],
            &["ONLINE-ONLY", "gap:special-slots", "gap:echo"],
        ),
        (&[&set(&entry("a", "600")), &nine, &set(&entry("b", "1000"))], &["ONLINE-ONLY", "gap:echo"]),
        (
            &[&policy("special_slots", "count"), &set(&entry("a", "600")), &ten],
            &["MARKS-PER-GROUP", "gap:eleventh", "gap:special-slots"],
        ),
        (&[&delete("a", "1000")], &["ONLINE-ONLY", "gap:delete-unset", "gap:echo"]),
        (&[&set(&entry("a", "1000")), &delete("a", "1000")], &["ONLINE-ONLY", "gap:echo"]),
        (&[&delete("off", "1000")], &["ALL-FAILED", "gap:all-failed-code", "ONLINE-ONLY"]),
        (
            &[&policy("rest_owner", "owner-too"), &call_as("a", 1, &entry("a", "1000"))],
            &["ONLINE-ONLY", "gap:echo", "gap:rest-owner"],
        ),
        (&[&call_as("a", 1, &entry("a", "1000"))], &["ADMIN-CALLER", "gap:rest-owner"]),
        (&[r#"{"at":6,"do":"tick"}"#, &set(&entry("a", "1000"))], &["ONLINE-ONLY", "gap:echo", "gap:clock"]),
    ];
    for (lines, expected) in cases {
        assert_eq!(because(lines), *expected, "{}", lines.join("\n"));
    }
}

#[test]
fn a_comma_that_was_passed_over_is_named() {
    let accept = r#"{"at":5,"do":"policy","trailing_comma":"accept"}"#;
    let call = |comma: &str| {
        format!(
            r#"{{"at":5,"do":"call","path":"v4/group_open_http_svc/get_online_member_num","raw":"{{\"GroupId\":\"g\"{comma}}}"}}"#
        )
    };
    assert_eq!(because(&[accept, &call("")]), ["gap:refresh-count"]);
    assert_eq!(because(&[accept, &call(",")]), ["gap:refresh-count", "gap:trailing-comma"]);
    assert_eq!(because(&[&call(",")]), ["gap:trailing-comma"]);
    // What is no JSON with or without the comma rests on the vendor's own sentence.
    assert_eq!(because(&[&call(",:")]), ["JSON-BODY"]);
    assert_eq!(because(&[&call(",,")]), ["JSON-BODY"]);
    assert_eq!(because(&[accept, &call(",,")]), ["JSON-BODY"]);
}

#[test]
fn a_clock_that_ran_back_is_named() {
    let mut room = Room::new(GroupType::AvChatRoom, None);
    let at = Timestamp::from_millis;
    room.apply_presence(Presence::Join, &[user("a")], at(5));
    let entries = vec![Entry { account: user("a"), marks: vec![Mark::new(1_000).unwrap()].into() }];
    let call = MarkCall::set(Operator::Admin, entries);
    let ids = |at| {
        let decision = room.decide(&call, &Terms::default(), at);
        decision.because.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(ids(at(4)), ["ONLINE-ONLY", "gap:echo", "gap:clock"]);
    assert_eq!(ids(at(5)), ["ONLINE-ONLY", "gap:echo"]);
    assert_eq!(ids(at(6)), ["ONLINE-ONLY", "gap:echo"]);
}
