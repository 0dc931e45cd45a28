//! The trickiest sentences of the rules, one test each.

use avmarks_spec::Limits;
use serde_json::{Value, json};

use super::Oracle;

/// Three days.
const PIN_MS: u64 = 259_200_000;

/// An oracle, and what it has been told.
struct Told {
    oracle: Oracle,
    lines: u64,
}

impl Told {
    /// A room `g` of the owner `boss`, in which `accounts` have joined at 0.
    fn room(limits: Limits, accounts: &[&str]) -> Self {
        let mut told = Self { oracle: Oracle::with_limits(limits), lines: 0 };
        told.say(json!({ "at": 0, "do": "create_group", "group": "g", "owner": "boss" }));
        told.say(json!({ "at": 0, "do": "join", "group": "g", "accounts": accounts }));
        told
    }

    fn say(&mut self, line: Value) -> Value {
        self.lines += 1;
        self.oracle.answer(self.lines, &line.to_string()).unwrap()
    }

    fn events(&mut self, line: Value) -> Vec<String> {
        let answer = self.say(line);
        answer["events"].as_array().unwrap().iter().map(short).collect()
    }

    fn raw(&mut self, method: &str, raw: &str) -> Value {
        let service =
            if method == "get_online_member_num" { "group_open_http_svc" } else { "group_open_avchatroom_http_svc" };
        self.say(json!({ "at": 0, "do": "call", "path": format!("v4/{service}/{method}"), "raw": raw }))
    }

    /// A call on marks; `entries` are accounts with their marks.
    fn marks(&mut self, command_type: u32, entries: &[(&str, &[u32])]) -> Value {
        let list: Vec<Value> =
            entries.iter().map(|(account, marks)| json!({ "Member_Account": account, "Marks": marks })).collect();
        let body = json!({ "GroupId": "g", "CommandType": command_type, "MemberList": list });
        self.raw("modify_user_info", &body.to_string())
    }

    fn list(&mut self, body: Value) -> (Vec<String>, u64) {
        let answer = self.raw("get_members", &body.to_string())["answer"].clone();
        let rows = answer["MemberList"].as_array().unwrap();
        let names = rows.iter().map(|row| row["Member_Account"].as_str().unwrap().to_owned()).collect();
        (names, answer["NextTimestamp"].as_u64().unwrap())
    }

    fn held(&self, account: &str) -> Vec<u32> {
        let members = self.oracle.members("g").unwrap();
        members.into_iter().find(|member| member.account == account).unwrap().marks
    }
}

/// `event account [lost] cause`
fn short(event: &Value) -> String {
    let parts = ["event", "account", "lost", "cause"].map(|name| event[name].to_string().replace('"', ""));
    parts.into_iter().filter(|part| part != "null").collect::<Vec<_>>().join(" ")
}

/// `code because`, or the `MemberList` of an answer that is OK.
fn verdict(answer: &Value) -> String {
    if answer["answer"]["ActionStatus"] == "OK" {
        return answer["answer"]["MemberList"].to_string().replace('"', "");
    }
    format!("{} {}", answer["answer"]["ErrorCode"], answer["because"][0].as_str().unwrap())
}

fn small() -> Limits {
    Limits { marks_per_group_max: 2, members_per_mark_max: 2, ..Limits::DOCUMENTED }
}

#[test]
fn the_sample_of_the_page_is_served() {
    let mut told = Told::room(Limits::DOCUMENTED, &["teacher10", "student9"]);
    let answer = told.marks(1, &[("teacher10", &[1000]), ("student9", &[1001])]);
    let list =
        json!([{ "Member_Account": "teacher10", "Marks": [1000] }, { "Member_Account": "student9", "Marks": [1001] }]);
    let body = json!({ "ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": "", "CommandType": 1, "MemberList": list });
    assert_eq!(answer, json!({ "line": 3, "answer": body, "because": [], "omitted": [] }));
}

#[test]
fn entries_of_one_account_merge_before_anything_is_decided() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a", "b"]);
    let answer =
        told.marks(1, &[("b", &[1002, 1001]), ("x", &[1000]), ("a", &[1000]), ("b", &[1001, 1000]), ("x", &[1000])]);
    assert_eq!(verdict(&answer), "[{Marks:[1002,1001,1000],Member_Account:b},{Marks:[1000],Member_Account:a}]");
    assert_eq!(answer["omitted"], json!([{ "account": "x", "mark": 1000, "because": "ONLINE-ONLY" }]));
}

#[test]
fn an_offline_member_takes_500_and_nothing_else_even_in_one_call() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a"]);
    assert_eq!(
        told.events(json!({ "at": 0, "do": "disconnect", "group": "g", "account": "a" })),
        ["went_offline a [] connection"]
    );
    let answer = told.marks(1, &[("a", &[500, 1000, 600])]);
    assert_eq!(verdict(&answer), "[{Marks:[500],Member_Account:a}]");
    assert_eq!(answer["omitted"].as_array().unwrap().len(), 2);
    // Online from then on.
    assert_eq!(verdict(&told.marks(1, &[("a", &[1000])])), "[{Marks:[1000],Member_Account:a}]");
    assert_eq!(told.events(json!({ "at": 0, "do": "reconnect", "group": "g", "account": "a" })), ["reconnected a"]);
}

#[test]
fn the_group_limit_counts_what_is_held_and_what_may_be_taken() {
    let mut told = Told::room(small(), &["a", "b"]);
    told.marks(1, &[("a", &[1000, 1001])]);
    // A stranger may take nothing, so that its mark takes no place.
    assert_eq!(verdict(&told.marks(1, &[("a", &[1000]), ("x", &[1002])])), "[{Marks:[1000],Member_Account:a}]");
    assert_eq!(verdict(&told.marks(1, &[("x", &[1002])])), "10004 ALL-FAILED");
    assert_eq!(verdict(&told.marks(1, &[("b", &[1002])])), "10004 MARKS-PER-GROUP");
    // 500 and 600 take no place; a mark that nobody holds any longer takes none.
    assert_eq!(verdict(&told.marks(1, &[("b", &[600])])), "[{Marks:[600],Member_Account:b}]");
    told.marks(2, &[("a", &[1001])]);
    assert_eq!(verdict(&told.marks(1, &[("b", &[1002])])), "[{Marks:[1002],Member_Account:b}]");
}

#[test]
fn a_mark_already_held_counts_once_and_the_rest_is_served_in_request_order() {
    let mut told = Told::room(small(), &["a", "b", "c"]);
    told.marks(1, &[("c", &[1000])]);
    let answer = told.marks(1, &[("a", &[1000]), ("b", &[1000, 1001]), ("c", &[1000])]);
    assert_eq!(
        verdict(&answer),
        "[{Marks:[1000],Member_Account:a},{Marks:[1001],Member_Account:b},{Marks:[1000],Member_Account:c}]"
    );
    assert_eq!(answer["omitted"], json!([{ "account": "b", "mark": 1000, "because": "MEMBERS-PER-MARK" }]));

    told.say(json!({ "at": 0, "do": "policy", "over_capacity": "refuse-call" }));
    assert_eq!(verdict(&told.marks(1, &[("b", &[1000, 500])])), "10004 MEMBERS-PER-MARK");
    assert_eq!(told.held("b"), [1001]);
}

#[test]
fn deleting_500_of_a_disconnected_member_takes_it_offline_with_all_marks() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a", "b"]);
    told.marks(1, &[("a", &[500, 1000]), ("b", &[500, 1000])]);
    assert_eq!(told.events(json!({ "at": 0, "do": "disconnect", "group": "g", "account": "a" })), ["disconnected a"]);
    // A mark that it did not hold succeeds all the same; the stranger is left out.
    let answer = told.marks(2, &[("a", &[500, 1009]), ("b", &[500]), ("x", &[500])]);
    assert_eq!(verdict(&answer), "[{Marks:[500,1009],Member_Account:a},{Marks:[500],Member_Account:b}]");
    assert_eq!((told.held("a"), told.held("b")), (vec![], vec![1000]));
    assert_eq!(verdict(&told.marks(2, &[("a", &[1000])])), "10004 ALL-FAILED");
}

#[test]
fn pins_expire_before_the_input_the_earliest_end_first() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a", "b"]);
    told.say(json!({ "at": 0, "do": "create_group", "group": "f" }));
    told.say(json!({ "at": 0, "do": "join", "group": "f", "account": "z" }));
    told.say(json!({ "at": 5, "do": "tick" }));
    told.marks(1, &[("b", &[500, 1000])]);
    let body = r#"{"GroupId":"f","CommandType":1,"MemberList":[{"Member_Account":"z","Marks":[500]}]}"#;
    told.raw("modify_user_info", body);
    told.say(json!({ "at": 6, "do": "disconnect", "group": "g", "account": "b" }));
    told.marks(1, &[("a", &[500])]);
    // An earlier time is the latest seen; one millisecond before the end nothing happens.
    assert!(told.events(json!({ "at": 3, "do": "tick" })).is_empty());
    assert!(told.events(json!({ "at": PIN_MS + 4, "do": "tick" })).is_empty());
    // At one moment, the group `f` comes before the group `g`. Then comes what the line itself does.
    assert_eq!(
        told.events(json!({ "at": PIN_MS + 6, "do": "join", "group": "g", "account": "b" })),
        ["pin_expired z", "pin_expired b", "went_offline b [1000] pin_expired", "pin_expired a", "came_online b join"]
    );
}

#[test]
fn a_pin_is_renewed_or_keeps_its_first_moment() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a"]);
    told.marks(1, &[("a", &[500])]);
    told.say(json!({ "at": 7, "do": "tick" }));
    told.marks(1, &[("a", &[500])]);
    assert_eq!(told.oracle.members("g").unwrap()[0].pin_end, Some(PIN_MS + 7));
    told.say(json!({ "at": 9, "do": "policy", "pin_renewal": "keep-first" }));
    told.marks(1, &[("a", &[500])]);
    assert_eq!(told.oracle.members("g").unwrap()[0].pin_end, Some(PIN_MS + 7));
}

#[test]
fn a_rejoin_keeps_the_place_and_a_leave_gives_it_up() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a", "b"]);
    told.marks(1, &[("a", &[1001, 500])]);
    assert!(told.events(json!({ "at": 9, "do": "join", "group": "g", "account": "a" })).is_empty());
    assert_eq!(told.list(json!({ "GroupId": "g", "Timestamp": 0 })).0, ["b", "a"]);
    assert_eq!(told.events(json!({ "at": 9, "do": "leave", "group": "g", "account": "a" })), ["left a [500,1001]"]);
    told.say(json!({ "at": 9, "do": "join", "group": "g", "account": "a" }));
    assert_eq!(told.list(json!({ "GroupId": "g", "Timestamp": 0 })).0, ["a", "b"]);
    assert!(told.held("a").is_empty());
}

#[test]
fn refusals_come_in_the_order_of_the_steps() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a"]);
    let cases = [
        ("", "60003 gap:trailing-comma"),
        ("[]", "60003 gap:trailing-comma"),
        (r#"{"GroupId":"\ud800","CommandType":"1"}"#, "60003 gap:trailing-comma"),
        (r#"{"GroupId":"no","CommandType":7}"#, "10004 REQUIRED"),
        (r#"{"GroupId":"no","CommandType":1.0,"MemberList":[]}"#, "10004 REQUIRED"),
        (r#"{"GroupId":"no","CommandType":1,"CommandType":1,"MemberList":[]}"#, "10004 REQUIRED"),
        (r#"{"GroupId":"no","CommandType":7,"MemberList":[]}"#, "10004 COMMAND-TYPE"),
        (r#"{"GroupId":"no","CommandType":1,"MemberList":[]}"#, "10004 REQUIRED"),
        (
            r#"{"GroupId":"no","CommandType":1,"MemberList":[{"Member_Account":"a","Marks":[]},{"Member_Account":"","Marks":[7]}]}"#,
            "10004 REQUIRED",
        ),
        (r#"{"GroupId":"no","CommandType":1,"MemberList":[{"Member_Account":"","Marks":[7]}]}"#, "10004 ACCOUNT-ID"),
        (
            r#"{"GroupId":"no","CommandType":1,"MemberList":[{"Member_Account":"a","Marks":[4294967296]}]}"#,
            "10004 MARK-RANGE",
        ),
        (
            r#"{"GroupId":"","CommandType":1,"MemberList":[{"Member_Account":"a","Marks":[1,2,3,4,5,6,7,8,9,10,11]}]}"#,
            "10004 MARK-RANGE",
        ),
        (r#"{"GroupId":"","CommandType":1,"MemberList":[{"Member_Account":"a","Marks":[1000]}]}"#, "10015 GROUP-ID"),
        (
            r#"{"GroupId":"no","CommandType":1,"MemberList":[{"Member_Account":"a","Marks":[1000]}]}"#,
            "10010 GROUP-EXISTS",
        ),
        (
            r#"{"Group\u0049d":"g","CommandType":1,"X":"\ud800","X":1e5,"MemberList":[{"Member_Account":"a","Marks":[1000]}]}"#,
            "[{Marks:[1000],Member_Account:a}]",
        ),
    ];
    for (body, expected) in cases {
        assert_eq!(verdict(&told.raw("modify_user_info", body)), expected, "{body}");
    }
}

#[test]
fn an_owner_may_call_under_the_other_reading_but_not_touch_500_and_600() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a"]);
    let call = |caller: &str, mark: u32| {
        let body =
            json!({ "GroupId": "g", "CommandType": 2, "MemberList": [{ "Member_Account": "a", "Marks": [mark] }] });
        json!({ "at": 0, "do": "call", "as": caller, "path": "/v4/group_open_avchatroom_http_svc/modify_user_info", "body": body })
    };
    assert_eq!(verdict(&told.say(call("boss", 1000))), "60010 ADMIN-CALLER");
    told.say(json!({ "at": 0, "do": "policy", "rest_owner": "owner-too" }));
    assert_eq!(verdict(&told.say(call("boss", 1000))), "[{Marks:[1000],Member_Account:a}]");
    assert_eq!(verdict(&told.say(call("boss", 500))), "10007 SPECIAL-ADMIN");
    assert_eq!(verdict(&told.say(call("a", 500))), "10007 PERMISSION");
}

#[test]
fn the_rate_counts_admitted_calls_of_one_command_whatever_became_of_them() {
    let mut told = Told::room(Limits { calls_per_window_max: 2, ..Limits::DOCUMENTED }, &["a"]);
    assert_eq!(verdict(&told.raw("modify_user_info", "")), "60003 gap:trailing-comma");
    told.say(json!({ "at": 10, "do": "tick" }));
    assert_eq!(verdict(&told.marks(1, &[("x", &[1000])])), "10004 ALL-FAILED");
    assert_eq!(verdict(&told.marks(1, &[("a", &[1000])])), "60007 RATE");
    assert_eq!(verdict(&told.raw("get_members", "")), "60003 gap:trailing-comma");
    told.say(json!({ "at": 999, "do": "tick" }));
    assert_eq!(verdict(&told.marks(1, &[("a", &[1000])])), "60007 RATE");
    told.say(json!({ "at": 1000, "do": "tick" }));
    assert_eq!(verdict(&told.marks(1, &[("a", &[1000])])), "[{Marks:[1000],Member_Account:a}]");
    assert_eq!(verdict(&told.marks(1, &[("a", &[1000])])), "60007 RATE");
}

#[test]
fn the_list_hides_600_and_shows_it_by_mark() {
    let mut told = Told::room(Limits { list_members_max: 2, ..Limits::DOCUMENTED }, &["a", "b", "c", "d"]);
    told.marks(1, &[("c", &[600, 1000]), ("a", &[1000])]);
    assert_eq!(told.list(json!({ "GroupId": "g", "Timestamp": 0 })), (vec!["d".into(), "b".into()], 0));
    assert_eq!(told.list(json!({ "GroupId": "g", "Timestamp": 0, "Mark": 1000 })).0, ["c", "a"]);
    told.say(json!({ "at": 0, "do": "policy", "unhide": "only-600" }));
    assert_eq!(told.list(json!({ "GroupId": "g", "Timestamp": 0, "Mark": 1000 })).0, ["a"]);
    assert_eq!(told.list(json!({ "GroupId": "g", "Timestamp": 0, "Mark": 600 })).0, ["c"]);
    assert!(told.list(json!({ "GroupId": "g", "Timestamp": 0, "Mark": -7 })).0.is_empty());
    let refused = told.raw("get_members", r#"{"GroupId":"","Timestamp":18446744073709551616}"#);
    assert_eq!(verdict(&refused), "10004 REQUIRED");
    assert_eq!(told.raw("get_online_member_num", r#"{"GroupId":"g"}"#)["answer"]["OnlineMemberNum"], 4);
}

#[test]
fn pages_neither_repeat_nor_skip_a_member_that_stays() {
    let names: Vec<String> = (1..=1_200).map(|place| format!("u{place}")).collect();
    let mut told = Told::room(Limits::DOCUMENTED, &names.iter().map(String::as_str).collect::<Vec<_>>());
    let (first, next) = told.list(json!({ "GroupId": "g", "Timestamp": 0 }));
    assert_eq!((first.len(), first[499].as_str(), next), (500, "u701", 701 * 1_024 + 500));
    // The last one shown leaves and joins again, and pushes nobody out.
    told.say(json!({ "at": 0, "do": "leave", "group": "g", "account": "u701" }));
    told.say(json!({ "at": 0, "do": "join", "group": "g", "account": "u701" }));
    let (second, next) = told.list(json!({ "GroupId": "g", "Timestamp": next }));
    assert_eq!((second[0].as_str(), second[499].as_str(), next), ("u700", "u201", 0));
}

#[test]
fn a_view_is_shown_until_it_is_too_old() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a"]);
    told.say(json!({ "at": 0, "do": "policy", "profile": "2023" }));
    let all = json!({ "GroupId": "g", "Timestamp": 0 });
    assert_eq!(told.list(all.clone()).0, ["a"]);
    told.say(json!({ "at": 9_999, "do": "join", "group": "g", "account": "b" }));
    assert_eq!(told.list(all.clone()).0, ["a"]);
    assert_eq!(told.raw("get_online_member_num", r#"{"GroupId":"g"}"#)["answer"]["OnlineMemberNum"], 2);
    told.say(json!({ "at": 10_000, "do": "tick" }));
    assert_eq!(told.list(all).0, ["b", "a"]);
}

#[test]
fn json_is_strict_and_no_depth_is_too_deep() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a"]);
    let deep = format!(r#"{{"GroupId":"g","x":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(told.raw("get_online_member_num", &deep)["answer"]["OnlineMemberNum"], 1);
    for bad in [
        "01",
        "1.",
        "-",
        ".5",
        "1e",
        "+1",
        "nul",
        "\"\t\"",
        "\"\\x\"",
        "[1,]",
        "[,]",
        "{\"a\":1,}",
        "[1 2]",
        "[1}",
        "\u{a0}1",
        "1 1",
        "\"\\u12g4\"",
    ] {
        let body = format!(r#"{{"GroupId":"g","x":{bad}}}"#);
        assert_eq!(verdict(&told.raw("get_online_member_num", &body)), "60003 gap:trailing-comma", "{bad}");
    }
    told.say(json!({ "at": 0, "do": "policy", "trailing_comma": "accept" }));
    for (body, code) in [(r#"{"GroupId":"g","x":[1,],}"#, 0), (r#"{"GroupId":"g","x":[,]}"#, 60003), (r#"{,}"#, 60003)]
    {
        assert_eq!(told.raw("get_online_member_num", body)["answer"]["ErrorCode"], code, "{body}");
    }
}

#[test]
fn a_line_that_is_no_valid_input_changes_nothing() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a"]);
    for bad in [
        r#"{"at":9,"do":"tick","more":1}"#,
        r#"{"at":9,"at":9,"do":"tick"}"#,
        r#"{"at":-1,"do":"tick"}"#,
        r#"{"at":9,"do":"join","group":"g"}"#,
        r#"{"at":9,"do":"join","group":"g","account":""}"#,
        r#"{"at":9,"do":"policy","page_size":"251"}"#,
        r#"{"at":9,"do":"call","path":"x","raw":"","body":{}}"#,
        r#"{"at":9,"do":"call","path":"x","body":{"a":1,}}"#,
    ] {
        assert!(told.oracle.answer(9, bad).is_err(), "{bad}");
    }
    told.say(json!({ "at": 3, "do": "join", "group": "g", "account": "b" }));
    assert_eq!(told.oracle.members("g").unwrap()[1].join_time, 3);
}
