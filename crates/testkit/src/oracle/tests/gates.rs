//! Which steps refuse which call, and in which order.

use avmarks_spec::Limits;
use serde_json::json;

use super::{SERVED, Told, verdict};

/// What each call answers: `OK`, or what refuses it.
fn answers(told: &mut Told, caller: &str) -> Vec<(&'static str, String)> {
    let answer = |(method, body): &(&'static str, &str)| {
        let answer = told.raw_as(caller, method, body);
        (*method, if answer["answer"]["ErrorCode"] == 0 { "OK".to_owned() } else { verdict(&answer) })
    };
    SERVED.iter().map(answer).collect()
}

#[test]
fn valid_calls_are_served_by_exact_path() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a"]);
    assert!(answers(&mut told, "administrator").iter().all(|(_, answer)| answer == "OK"));
    for (method, body) in SERVED {
        let path = super::path(method);
        let call = |path: String| json!({ "at": 0, "do": "call", "path": path, "raw": body });
        assert_eq!(told.say(call(format!("/{path}")))["answer"]["ErrorCode"], 0);
        assert_eq!(verdict(&told.say(call(format!("{path}/")))), "60009 gap:http-codes");
        assert_eq!(verdict(&told.say(call(path.replace("v4/", "v3/")))), "60009 gap:http-codes");
    }
    // The count has a service of its own.
    let path = "v4/group_open_avchatroom_http_svc/get_online_member_num";
    told.policy("http_codes", "60008");
    let answer = told.say(json!({ "at": 0, "do": "call", "path": path, "raw": "{}" }));
    assert_eq!(verdict(&answer), "60008 gap:http-codes");
}

#[test]
fn other_group_types_serve_only_the_count() {
    let mut told = Told::room(Limits::DOCUMENTED, &[]);
    told.say(json!({ "at": 0, "do": "destroy_group", "group": "g" }));
    told.say(json!({ "at": 0, "do": "create_group", "group": "g", "type": "Public" }));
    told.presence("join", "a");
    for reading in ["10007", "10004"] {
        told.policy("wrong_type_code", reading);
        for (method, answer) in answers(&mut told, "administrator") {
            let expected = match method {
                "get_online_member_num" => "OK".to_owned(),
                "get_members" => "10007 GROUP-TYPE".to_owned(),
                _ => format!("{reading} GROUP-TYPE"),
            };
            assert_eq!(answer, expected, "{method}");
        }
    }
}

#[test]
fn the_plan_comes_before_the_switch() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a"]);
    told.policy("switch_code", "10059");
    for (plan, switch) in [(false, true), (false, false), (true, false)] {
        told.say(json!({ "at": 0, "do": "app", "marks_supported": plan, "online_list_enabled": switch }));
        for (method, answer) in answers(&mut told, "administrator") {
            let expected = match method {
                "get_online_member_num" => "OK",
                "get_members" if switch => "OK",
                "get_members" => "10007 SWITCH",
                _ if !plan => "10059 PLAN",
                _ => "10059 SWITCH",
            };
            assert_eq!(answer, expected, "{method}");
        }
    }
}

#[test]
fn only_app_admins_may_call_by_default() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a"]);
    for caller in ["boss", "a", "stranger"] {
        assert!(answers(&mut told, caller).iter().all(|(_, answer)| answer == "60010 ADMIN-CALLER"));
    }
    told.policy("rest_owner", "owner-too");
    for (method, answer) in answers(&mut told, "boss") {
        let expected = match method {
            // Robots are mark 500; administrators are set by app admins alone.
            "add_robots" | "del_robots" => "10007 SPECIAL-ADMIN",
            "modify_admin" => "10007 PERMISSION",
            _ => "OK",
        };
        assert_eq!(answer, expected, "{method}");
    }
    for caller in ["a", "stranger"] {
        assert!(answers(&mut told, caller).iter().all(|(_, answer)| answer == "10007 PERMISSION"));
    }
    assert!(answers(&mut told, "administrator").iter().all(|(_, answer)| answer == "OK"));
    // The switch goes before the operator.
    told.say(json!({ "at": 0, "do": "app", "online_list_enabled": false }));
    for (method, answer) in answers(&mut told, "stranger") {
        let expected = if method == "get_online_member_num" { "10007 PERMISSION" } else { "10007 SWITCH" };
        assert_eq!(answer, expected, "{method}");
    }
}

#[test]
fn an_owner_may_not_set_special_marks() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a"]);
    told.policy("rest_owner", "owner-too");
    for command in [1, 2] {
        for (mark, expected) in [(1000, "OK"), (500, "10007 SPECIAL-ADMIN"), (600, "10007 SPECIAL-ADMIN")] {
            let list = json!([{ "Member_Account": "a", "Marks": [1000, mark] }]);
            let body = json!({ "GroupId": "g", "CommandType": command, "MemberList": list }).to_string();
            let answer = told.raw_as("boss", "modify_user_info", &body);
            let answer = if expected == "OK" { answer["answer"]["ActionStatus"].to_string() } else { verdict(&answer) };
            assert_eq!(answer.replace('"', ""), expected);
        }
    }
}

#[test]
fn account_bodies_are_checked_before_the_group() {
    let mut told = Told::room(Limits { accounts_per_call_max: 2, ..Limits::DOCUMENTED }, &["a"]);
    for method in ["add_robots", "del_robots", "check_members"] {
        for (body, expected) in [
            (r#"{"GroupId":""}"#, "10004 REQUIRED"),
            (r#"{"Member_Account":["","",""]}"#, "10004 REQUIRED"),
            (r#"{"GroupId":"","Member_Account":"a"}"#, "10004 REQUIRED"),
            (r#"{"GroupId":"","Member_Account":["","",7]}"#, "10004 REQUIRED"),
            (r#"{"GroupId":"","Member_Account":["a","a","a"]}"#, "10005 ACCOUNTS-MAX"),
            (r#"{"GroupId":"","Member_Account":["","",""]}"#, "10005 ACCOUNTS-MAX"),
            (r#"{"GroupId":"","Member_Account":[]}"#, "10004 REQUIRED"),
            (r#"{"GroupId":"","Member_Account":["a",""]}"#, "10004 ACCOUNT-ID"),
            (r#"{"GroupId":"","Member_Account":["a","a"]}"#, "10015 GROUP-ID"),
            (r#"{"GroupId":"no","Member_Account":["a","a"]}"#, "10010 GROUP-EXISTS"),
        ] {
            assert_eq!(verdict(&told.raw(method, body)), expected, "{method} {body}");
        }
        let body = r#"{"GroupId":"g","CommandType":7,"MemberList":7,"Marks":7,"Member_Account":["a","a"]}"#;
        assert_eq!(told.raw(method, body)["answer"]["ErrorCode"], 0, "{method}");
    }
    told.policy("too_many_code", "10004");
    let three = ["a", "b", "c"];
    for method in ["add_robots", "del_robots", "check_members"] {
        assert_eq!(verdict(&told.accounts(method, &three)), "10004 ACCOUNTS-MAX");
    }
    assert_eq!(told.modify_admin(1, &three), "10004 ACCOUNTS-MAX");
}

#[test]
fn more_than_500_accounts_are_refused() {
    let names: Vec<String> = (1..=501).map(|number| format!("u{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut told = Told::room(Limits::DOCUMENTED, &[]);
    for method in ["add_robots", "check_members", "del_robots"] {
        assert_eq!(verdict(&told.accounts(method, &names)), "10005 ACCOUNTS-MAX");
        assert_eq!(told.accounts(method, &names[..500])["answer"]["ErrorCode"], 0);
    }
    assert_eq!(told.modify_admin(2, &names), "10005 ACCOUNTS-MAX");
    assert_eq!(told.modify_admin(2, &names[..500]), "OK");
    // More than one error: step 9 goes before step 10.
    for marks in [json!([99_999_999_999_u64]), json!([])] {
        let entry = json!({ "Member_Account": "a", "Marks": marks });
        let body = json!({ "GroupId": "g", "CommandType": 1, "MemberList": vec![entry; 501] });
        assert_eq!(verdict(&told.raw("modify_user_info", &body.to_string())), "10005 ACCOUNTS-MAX");
    }
    let body = json!({ "GroupId": "g", "CommandType": 1, "MemberList": vec![json!({ "Member_Account": "a" }); 501] });
    assert_eq!(verdict(&told.raw("modify_user_info", &body.to_string())), "10004 REQUIRED");
}

#[test]
fn each_command_has_its_own_calls_a_second() {
    let mut told = Told::room(Limits { calls_per_window_max: 1, ..Limits::DOCUMENTED }, &["a"]);
    assert!(answers(&mut told, "administrator").iter().all(|(_, answer)| answer == "OK"));
    assert!(answers(&mut told, "administrator").iter().all(|(_, answer)| answer == "60007 RATE"));
    // Who is refused before step 5 does not count, and another app starts afresh.
    assert!(answers(&mut told, "a").iter().all(|(_, answer)| answer == "60010 ADMIN-CALLER"));
    told.say(json!({ "at": 0, "do": "app", "sdkappid": 1 }));
    assert!(answers(&mut told, "administrator").iter().all(|(_, answer)| answer == "OK"));
    told.tick(999);
    assert!(answers(&mut told, "administrator").iter().all(|(_, answer)| answer == "60007 RATE"));
    told.tick(1_000);
    assert!(answers(&mut told, "administrator").iter().all(|(_, answer)| answer == "OK"));
}

#[test]
fn two_hundred_calls_are_admitted_in_a_second() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a"]);
    for (method, _) in SERVED {
        for _ in 0..200 {
            assert_eq!(verdict(&told.raw(method, "{}")), "10004 REQUIRED");
        }
        assert_eq!(verdict(&told.raw(method, "{}")), "60007 RATE");
    }
}
