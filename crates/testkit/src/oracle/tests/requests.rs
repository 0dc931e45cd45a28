//! Bodies, and the order of refusals.

use avmarks_spec::Limits;
use serde_json::json;

use super::{SERVED, Told, small, verdict};

/// A body of marks in which one mark is set on `a`, with the list of entries given.
fn with_entries(entries: &str) -> String {
    format!(r#"{{"GroupId":"g","CommandType":1,"MemberList":[{entries}]}}"#)
}

#[test]
fn precedence_is_shown_one_fix_at_a_time() {
    let limits = Limits { accounts_per_call_max: 2, calls_per_window_max: 1, body_bytes_max: 300, ..small() };
    let mut told = Told::room(limits, &["on", "off"]);
    told.policy("special_slots", "count");
    told.marks(1, &[("on", &[1000])]);
    told.presence("disconnect", "off");
    told.say(json!({ "at": 0, "do": "create_group", "group": "public", "type": "Public", "owner": "boss" }));
    told.say(json!({ "at": 0, "do": "app", "marks_supported": false, "online_list_enabled": false }));
    let say = |told: &mut Told, caller: &str, path: &str, body: &str| {
        verdict(&told.say(json!({ "at": 0, "do": "call", "as": caller, "path": path, "raw": body })))
    };
    let path = super::path("modify_user_info");
    let long = "x".repeat(301);
    assert_eq!(say(&mut told, "who", "nowhere", &long), "60009 gap:http-codes");
    assert_eq!(say(&mut told, "who", &path, &long), "60002 gap:http-codes");
    assert_eq!(say(&mut told, "who", &path, &long[1..]), "60010 ADMIN-CALLER");
    told.policy("rest_owner", "owner-too");
    assert_eq!(say(&mut told, "who", &path, &long[1..]), "60007 RATE");
    let mut at = 0;
    // From here on each call has a second of its own.
    let mut next = |told: &mut Told, caller: &str, body: &str| {
        at += 1_000;
        told.tick(at);
        say(told, caller, &path, body)
    };
    let body = |group: &str, command: &str, entries: &str| {
        format!(r#"{{"GroupId":"{group}","CommandType":{command},"MemberList":[{entries}]}}"#)
    };
    let entry = |account: &str, marks: &str| format!(r#"{{"Member_Account":"{account}","Marks":[{marks}]}}"#);
    let three = [entry("", ""), entry("", ""), entry("", "")].join(",");

    assert_eq!(next(&mut told, "who", &long[1..]), "60003 JSON-BODY");
    assert_eq!(next(&mut told, "who", r#"{"GroupId":7,"GroupId":"",}"#), "60003 gap:trailing-comma");
    assert_eq!(next(&mut told, "who", r#"{"GroupId":7,"GroupId":""}"#), "10004 gap:duplicate-field");
    assert_eq!(next(&mut told, "who", r#"{"GroupId":""}"#), "10004 REQUIRED");
    assert_eq!(next(&mut told, "who", &body("", "3", &three)), "10004 COMMAND-TYPE");
    assert_eq!(next(&mut told, "who", &body("", "1", &three)), "10005 ACCOUNTS-MAX");
    assert_eq!(next(&mut told, "who", &body("", "1", "")), "10004 REQUIRED");
    assert_eq!(next(&mut told, "who", &body("", "1", &entry("", ""))), "10004 ACCOUNT-ID");
    assert_eq!(next(&mut told, "who", &body("", "1", &entry("off", ""))), "10004 REQUIRED");
    assert_eq!(next(&mut told, "who", &body("", "1", &entry("off", "1000,1001,1002,999"))), "10004 MARK-RANGE");
    assert_eq!(next(&mut told, "who", &body("", "1", &entry("off", "1000,1001,1002"))), "10004 MARKS-PER-GROUP");
    let marks = entry("off", "500,1001,1002");
    assert_eq!(next(&mut told, "who", &body("", "1", &marks)), "10015 GROUP-ID");
    assert_eq!(next(&mut told, "who", &body("no", "1", &marks)), "10010 GROUP-EXISTS");
    assert_eq!(next(&mut told, "who", &body("public", "1", &marks)), "10007 GROUP-TYPE");
    assert_eq!(next(&mut told, "who", &body("g", "1", &marks)), "10059 PLAN");
    told.say(json!({ "at": 0, "do": "app", "marks_supported": true }));
    assert_eq!(next(&mut told, "who", &body("g", "1", &marks)), "10007 SWITCH");
    told.say(json!({ "at": 0, "do": "app", "online_list_enabled": true }));
    assert_eq!(next(&mut told, "who", &body("g", "1", &marks)), "10007 PERMISSION");
    assert_eq!(next(&mut told, "boss", &body("g", "1", &marks)), "10007 SPECIAL-ADMIN");
    let both = [entry("on", "600,1001"), entry("off", "1002")].join(",");
    assert_eq!(next(&mut told, "administrator", &body("g", "1", &both)), "10004 MARKS-PER-GROUP");
    assert_eq!(next(&mut told, "administrator", &body("g", "1", &entry("off", "1002"))), "10004 ALL-FAILED");
    assert_eq!(
        next(&mut told, "administrator", &body("g", "1", &entry("off", "500,1002"))),
        "[{Marks:[500],Member_Account:off}]"
    );
}

#[test]
fn the_first_wrong_entry_of_a_step_answers() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a"]);
    for (entries, expected) in [
        (r#"{"Member_Account":"a","Marks":[]},{"Member_Account":"","Marks":[7]}"#, "10004 REQUIRED"),
        (r#"{"Member_Account":"","Marks":[7]},{"Member_Account":"a","Marks":[]}"#, "10004 ACCOUNT-ID"),
        (r#"{"Member_Account":"a","Marks":[4294967296]},{"Member_Account":"","Marks":[]}"#, "10004 MARK-RANGE"),
        (r#"{"Member_Account":"a","Marks":[1,2,3,4,5,6,7,8,9,10,11]}"#, "10004 MARK-RANGE"),
        (r#"{"Member_Account":"a","Marks":[-0]}"#, "10004 MARK-RANGE"),
        (r#"{"Member_Account":"a","Marks":[4294967295]}"#, "[{Marks:[4294967295],Member_Account:a}]"),
    ] {
        assert_eq!(verdict(&told.raw("modify_user_info", &with_entries(entries))), expected, "{entries}");
    }
}

#[test]
fn step_11_counts_the_custom_marks_set() {
    let mut told = Told::room(small(), &["a"]);
    // Nobody may take the marks of a stranger, and yet step 11 counts them.
    let named = |command: u32| {
        let entries =
            json!([{ "Member_Account": "x", "Marks": [1000, 1001] }, { "Member_Account": "a", "Marks": [1002] }]);
        json!({ "GroupId": "", "CommandType": command, "MemberList": entries }).to_string()
    };
    assert_eq!(verdict(&told.raw("modify_user_info", &named(1))), "10004 MARKS-PER-GROUP");
    assert_eq!(verdict(&told.raw("modify_user_info", &named(2))), "10015 GROUP-ID");
    // 500, 600 and a mark twice count nothing.
    let answer = told.marks(1, &[("a", &[1000, 500, 600, 1001, 1000])]);
    assert_eq!(verdict(&answer), "[{Marks:[1000,500,600,1001],Member_Account:a}]");
}

#[test]
fn trailing_commas_rest_on_their_gap() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a"]);
    for (method, served) in SERVED {
        let with_comma = served.replace('}', ",}");
        for (body, expected) in [
            ("", "60003 JSON-BODY"),
            ("[]", "60003 JSON-BODY"),
            ("7", "60003 JSON-BODY"),
            ("null", "60003 JSON-BODY"),
            // Without the comma it would be refused anyway.
            ("[7,]", "60003 JSON-BODY"),
            (r#"{"GroupId":"\ud800",}"#, "60003 JSON-BODY"),
            (r#"{"GroupId":"g",} 7"#, "60003 JSON-BODY"),
            (r#"{"GroupId":"g",,}"#, "60003 JSON-BODY"),
            // The comma alone stands between these and a later step.
            (r#"{"GroupId":7,}"#, "60003 gap:trailing-comma"),
            (r#"{"X":[7,]}"#, "60003 gap:trailing-comma"),
            (with_comma.as_str(), "60003 gap:trailing-comma"),
        ] {
            assert_eq!(verdict(&told.raw(method, body)), expected, "{method} {body}");
        }
        let bom = format!("\u{feff}{served}");
        assert_eq!(verdict(&told.raw(method, &bom)), "60003 JSON-BODY", "{method}");
        told.policy("trailing_comma", "accept");
        assert_eq!(told.raw(method, &with_comma)["answer"]["ErrorCode"], 0, "{method}");
        assert_eq!(verdict(&told.raw(method, r#"{"GroupId":7,}"#)), "10004 REQUIRED", "{method}");
        assert_eq!(verdict(&told.raw(method, "[7,]")), "60003 JSON-BODY", "{method}");
        told.policy("trailing_comma", "strict");
    }
}

#[test]
fn a_lone_surrogate_is_not_json() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a"]);
    let head = r#""GroupId":"g","CommandType":1"#;
    for body in [
        r#"{"GroupId":"\ud800"}"#.to_owned(),
        r#"{"GroupId":"\udc00\ud800"}"#.to_owned(),
        r#"{"GroupId":["\ud800"]}"#.to_owned(),
        r#"{"\ud800":1}"#.to_owned(),
        r#"{"CommandType":"\udfff"}"#.to_owned(),
        r#"{"MemberList":"\ud800"}"#.to_owned(),
        format!(r#"{{{head},"MemberList":[{{"Member_Account":"\ud800x","Marks":[1000]}}]}}"#),
        format!(r#"{{{head},"MemberList":[{{"Member_Account":"a","Marks":["\ud800"]}}]}}"#),
        format!(r#"{{{head},"MemberList":[{{"Member_Account":"a","Marks":[1000],"\ud800":1}}]}}"#),
        format!(r#"{{{head},"MemberList":["\ud800"]}}"#),
    ] {
        assert_eq!(verdict(&told.raw("modify_user_info", &body)), "60003 JSON-BODY", "{body}");
    }
    for (method, body) in [
        ("get_members", r#"{"Mark":"\ud800"}"#),
        ("add_robots", r#"{"Member_Account":["a","\ud800"]}"#),
        ("check_members", r#"{"Member_Account":"\ud800"}"#),
        ("modify_admin", r#"{"Admin_Account":["\ud800"]}"#),
    ] {
        assert_eq!(verdict(&told.raw(method, body)), "60003 JSON-BODY", "{body}");
        // The same field is unknown to the count.
        assert_eq!(verdict(&told.raw("get_online_member_num", body)), "10004 REQUIRED", "{body}");
    }
    // Neither field is known in the items of another list.
    let entry = r#"{"Member_Account":"\ud800","Marks":"\ud800"}"#;
    let misplaced = format!(r#"{{"GroupId":[{entry}],"CommandType":[[{entry}]],"MemberList":[[{entry}]]}}"#);
    assert_eq!(verdict(&told.raw("modify_user_info", &misplaced)), "10004 REQUIRED");
    // Unknown by its place, and a pair of escapes that is one character.
    let served = r#"{"Member_Account":"\ud800","Marks":"\ud800","X":{"\ud800":["\ud800"]},"GroupId":"g","CommandType":1,"MemberList":[{"GroupId":"\ud800","Member_Account":"a","Marks":[1000]}]}"#;
    assert_eq!(verdict(&told.raw("modify_user_info", served)), "[{Marks:[1000],Member_Account:a}]");
    told.policy("account_id", "utf8");
    let pair = with_entries(r#"{"Member_Account":"\ud83d\ude00","Marks":[500]}"#);
    assert_eq!(verdict(&told.raw("modify_user_info", &pair)), "[{Marks:[500],Member_Account:😀}]");
}

#[test]
fn a_repeated_known_field_rests_on_its_gap() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a"]);
    for (method, body) in SERVED {
        for name in ["GroupId", "CommandType", "MemberList", "Timestamp", "Member_Account", "Admin_Account"] {
            let doubled = format!(r#"{{"{name}":null,{}"#, &body[1..]);
            let is_known =
                body.contains(&format!("\"{name}\":")) && !(method == "modify_user_info" && name == "Member_Account");
            let expected = if is_known { Some("10004 gap:duplicate-field".to_owned()) } else { None };
            let answer = told.raw(method, &doubled);
            let refused = (answer["answer"]["ErrorCode"] != 0).then(|| verdict(&answer));
            assert_eq!(refused, expected, "{method} {doubled}");
        }
    }
    let marks = [
        // Names are compared after unescaping; what is missing or of a wrong type besides does not matter.
        r#"{"GroupId":"g","\u0047roupId":"g"}"#.to_owned(),
        with_entries(r#"{"Member_Account":"a","Marks":[1000],"Marks":[1000]}"#),
        with_entries(r#"7,{"Member_Account":"a","Member_Account":"a"}"#),
        r#"{"MemberList":[{"Marks":1,"Marks":1}]}"#.to_owned(),
    ];
    for body in marks {
        assert_eq!(verdict(&told.raw("modify_user_info", &body)), "10004 gap:duplicate-field", "{body}");
    }
    assert_eq!(verdict(&told.raw("get_members", r#"{"Mark":1000,"Mark":1000}"#)), "10004 gap:duplicate-field");
    // Unknown fields, and known names in a place where they are unknown, may stand as often as they like.
    let twice = r#"{"Marks":1,"Marks":1,"X":{"GroupId":1,"GroupId":1},"X":2,"GroupId":"g","CommandType":1,"MemberList":[{"GroupId":1,"GroupId":2,"Member_Account":"a","Marks":[1000]}]}"#;
    assert_eq!(verdict(&told.raw("modify_user_info", twice)), "[{Marks:[1000],Member_Account:a}]");
    assert_eq!(verdict(&told.raw("modify_user_info", r#"{"MemberList":{"Marks":1,"Marks":1}}"#)), "10004 REQUIRED");
}

#[test]
fn every_field_is_checked_at_any_depth() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a"]);
    for entries in [
        r#"{"Member_Account":"a"}"#,
        r#"{"Marks":[1000]}"#,
        r#"{"Member_Account":7,"Marks":[1000]}"#,
        r#"{"Member_Account":"a","Marks":1000}"#,
        r#"{"Member_Account":"a","Marks":[1000.0]}"#,
        r#"{"Member_Account":"a","Marks":[1e3]}"#,
        r#"{"Member_Account":"a","Marks":["1000"]}"#,
        r#"{"Member_Account":"","Marks":[7,null]}"#,
        r#"7"#,
    ] {
        assert_eq!(verdict(&told.raw("modify_user_info", &with_entries(entries))), "10004 REQUIRED", "{entries}");
    }
    // An integer of any size is one, and so is minus zero.
    for integer in ["-0", "99999999999999999999999999"] {
        let body = format!(r#"{{"GroupId":"","CommandType":{integer},"MemberList":[]}}"#);
        assert_eq!(verdict(&told.raw("modify_user_info", &body)), "10004 COMMAND-TYPE", "{integer}");
    }
}

#[test]
fn the_rate_counts_admitted_calls() {
    let mut told = Told::room(Limits { calls_per_window_max: 2, ..Limits::DOCUMENTED }, &["a"]);
    assert_eq!(verdict(&told.raw("modify_user_info", "")), "60003 JSON-BODY");
    told.tick(10);
    assert_eq!(verdict(&told.marks(1, &[("x", &[1000])])), "10004 ALL-FAILED");
    assert_eq!(verdict(&told.marks(1, &[("a", &[1000])])), "60007 RATE");
    assert_eq!(verdict(&told.raw("get_members", "")), "60003 JSON-BODY");
    told.tick(999);
    assert_eq!(verdict(&told.marks(1, &[("a", &[1000])])), "60007 RATE");
    told.tick(1_000);
    assert_eq!(verdict(&told.marks(1, &[("a", &[1000])])), "[{Marks:[1000],Member_Account:a}]");
    assert_eq!(verdict(&told.marks(1, &[("a", &[1000])])), "60007 RATE");
}

#[test]
fn json_is_strict_at_any_depth() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a"]);
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let unknown = format!(r#"{{"GroupId":"g","x":{deep}}}"#);
    assert_eq!(told.raw("get_online_member_num", &unknown)["answer"]["OnlineMemberNum"], 1);
    assert_eq!(verdict(&told.raw("get_online_member_num", &format!(r#"{{"GroupId":{deep}}}"#))), "10004 REQUIRED");
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
        "[,]",
        "[1 2]",
        "[1}",
        "\u{a0}1",
        "1 1",
        "\"\\u12g4\"",
    ] {
        let body = format!(r#"{{"GroupId":"g","x":{bad}}}"#);
        assert_eq!(verdict(&told.raw("get_online_member_num", &body)), "60003 JSON-BODY", "{bad}");
    }
    told.policy("trailing_comma", "accept");
    for (body, code) in [(r#"{"GroupId":"g","x":[1,],}"#, 0), (r#"{"GroupId":"g","x":[,]}"#, 60003), (r#"{,}"#, 60003)]
    {
        assert_eq!(told.raw("get_online_member_num", body)["answer"]["ErrorCode"], code, "{body}");
    }
}
