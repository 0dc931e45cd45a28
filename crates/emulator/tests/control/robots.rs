//! Robots and administrators: what the control API shows of them, and what the log says of the calls.

use serde_json::json;

use super::events::Events;
use super::*;

const FAMILY: &str = "/v4/group_open_avchatroom_http_svc";
const INFO: &str = "/v4/group_open_http_svc/get_group_info";

/// A call about the group `@TGS#a`, with these accounts.
fn family(running: &Running, command: &str, accounts: &[&str]) -> Reply {
    let body = match command {
        "modify_admin" => json!({ "GroupId": "@TGS#a", "CommandType": 1, "Admin_Account": accounts }),
        _ => json!({ "GroupId": "@TGS#a", "Member_Account": accounts }),
    };
    call(running, &format!("{FAMILY}/{command}"), &body.to_string())
}

fn served(running: &Running, command: &str, accounts: &[&str]) {
    let reply = family(running, command, accounts);
    assert_eq!(reply.code(), 0, "{command}: {reply:?}");
}

fn shown(running: &Running) -> Value {
    done(running, "GET", "groups/@TGS%23a", "")
}

/// What tells robots from members: the counts of the group, and of the list of groups.
fn counts(running: &Running) -> (Value, Value) {
    let group = shown(running);
    let row = done(running, "GET", "groups", "")["groups"][0].clone();
    (json!([group["total"], group["robots"], group["online"]]), json!([row["members"], row["robots"], row["online"]]))
}

#[test]
fn a_group_shows_its_robots_and_administrators() {
    let running = with_group();
    served(&running, "add_robots", &["r1", "r2"]);
    served(&running, "modify_admin", &["warden", "a"]);
    done(&running, "POST", "groups/@TGS%23a/disconnect", r#"{"accounts":["b"]}"#);
    assert_eq!(
        ask(&running, "GET", "groups/@TGS%23a?after=2", "").body,
        concat!(
            r#"{"group":"@TGS#a","type":"AVChatRoom","owner":null,"name":"","admins":["warden","a"],"now":1700000000000,"#,
            r#""total":4,"robots":2,"online":3,"marks":[{"mark":500,"holders":2}],"members":["#,
            r#"{"account":"r1","position":3,"joined":1700000000000,"connected":false,"robot":true,"online":true,"marks":[500],"pinned_until":1700259200000},"#,
            r#"{"account":"r2","position":4,"joined":1700000000000,"connected":false,"robot":true,"online":true,"marks":[500],"pinned_until":1700259200000}],"#,
            r#""next":null}"#
        )
    );
    assert_eq!(counts(&running), (json!([4, 2, 3]), json!([2, 2, 3])));

    // One that joins is a member from then on, and keeps its place.
    done(&running, "POST", "groups/@TGS%23a/join", r#"{"accounts":["r1"]}"#);
    let r1 = &shown(&running)["members"][2];
    assert_eq!((&r1["account"], &r1["robot"], &r1["connected"]), (&json!("r1"), &json!(false), &json!(true)));
    assert_eq!(counts(&running), (json!([4, 1, 3]), json!([3, 1, 3])));
    served(&running, "del_robots", &["r2"]);
    assert_eq!(counts(&running), (json!([3, 0, 2]), json!([3, 0, 2])));

    // Leaving does not end an administrator; `modify_admin` does.
    done(&running, "POST", "groups/@TGS%23a/leave", r#"{"accounts":["a"]}"#);
    assert_eq!(shown(&running)["admins"], json!(["warden", "a"]));
    let delete = r#"{"GroupId":"@TGS#a","CommandType":2,"Admin_Account":["warden"]}"#;
    assert_eq!(call(&running, &format!("{FAMILY}/modify_admin"), delete).code(), 0);
    assert_eq!(shown(&running)["admins"], json!(["a"]));
}

#[test]
fn a_robot_without_an_end_shows_none() {
    let running = with_group();
    done(&running, "PATCH", "settings", r#"{"policy":{"robot_days":"until-deleted"}}"#);
    served(&running, "add_robots", &["r", "a"]);
    let members = shown(&running)["members"].clone();
    assert_eq!((&members[2]["marks"], &members[2]["pinned_until"]), (&json!([500]), &json!(null)));
    assert_eq!(members[0]["pinned_until"], json!(NOW + THREE_DAYS), "a member has one");
    done(&running, "POST", "clock/advance", &json!({ "ms": THREE_DAYS }).to_string());
    assert_eq!(shown(&running)["robots"], 1);
}

#[test]
fn get_group_info_leaves_robots_out() {
    let running = start(|settings| settings.members_max = 2);
    done(&running, "POST", "groups", r#"{"group":"@TGS#a"}"#);
    served(&running, "add_robots", &["r1", "r2", "r3"]);
    let members = |of: &str| {
        let body = json!({ "GroupIdList": ["@TGS#a"], "ResponseFilter": { "GroupBaseInfoFilter": [of] } });
        let reply: Value = serde_json::from_str(&call(&running, INFO, &body.to_string()).body).unwrap();
        reply["GroupInfo"][0][of].clone()
    };
    assert_eq!(members("MemberNum"), 0);
    assert_eq!(call(&running, COUNT, r#"{"GroupId":"@TGS#a"}"#).body.matches("\"OnlineMemberNum\":3").count(), 1);
    // A robot that joins takes a place like any other account.
    done(&running, "POST", "groups/@TGS%23a/join", r#"{"accounts":["r1","a"]}"#);
    assert_eq!(members("MemberNum"), 2);
    let join = |account: &str| {
        refused(&running, "POST", "groups/@TGS%23a/join", &json!({ "accounts": [account] }).to_string())
    };
    for account in ["r2", "b"] {
        let says = "group `@TGS#a` would have 3 members; the emulator keeps at most 2 in one";
        assert_eq!(join(account), (409, says.to_owned()), "{account}");
    }
    // Who is one already may join again, and the state can be put back, robots and all.
    done(&running, "POST", "groups/@TGS%23a/join", r#"{"accounts":["r1","a"]}"#);
    let state = ask(&running, "GET", "state", "").body;
    done(&running, "PUT", "state", &state);
    assert_eq!(ask(&running, "GET", "state", "").body, state);
    assert_eq!(counts(&running), (json!([4, 2, 4]), json!([2, 2, 4])));
}

#[test]
fn the_log_has_robot_calls() {
    let running = with_group();
    served(&running, "add_robots", &["r", "a"]);
    done(&running, "PATCH", "settings", r#"{"policy":{"offline_500":"member-may"},"online_list_enabled":false}"#);
    assert_eq!(family(&running, "check_members", &["a"]).code(), 10_007);
    done(&running, "PATCH", "settings", r#"{"online_list_enabled":true}"#);
    served(&running, "add_robots", &["a", "stranger"]);
    served(&running, "check_members", &["a"]);
    assert_eq!(family(&running, "modify_admin", &["1", "2", "3", "4", "5", "6"]).code(), 10_004);
    served(&running, "modify_admin", &["warden"]);
    assert_eq!(call(&running, &format!("{FAMILY}/get_admin_list"), r#"{"GroupId":"@TGS#a"}"#).code(), 0);
    let log = done(&running, "GET", "log", "");
    let entries = log["entries"].as_array().unwrap();
    let told: Vec<_> = entries.iter().map(|entry| json!([entry["path"], entry["code"], entry["because"][0]])).collect();
    let of = |command: &str, code: i64, because: &str| json!([format!("{FAMILY}/{command}"), code, because]);
    assert_eq!(told[0], json!([format!("{FAMILY}/add_robots"), 0, entries[0]["because"][0]]));
    assert_eq!(told[1], of("check_members", 10_007, "SWITCH"));
    assert_eq!(told[2], of("add_robots", 0, "ONLINE-ONLY"));
    assert_eq!(told[4], of("modify_admin", 10_004, "gap:sixth-admin"));
    assert_eq!(
        entries.iter().map(|entry| entry["code"].as_i64().unwrap()).collect::<Vec<_>>(),
        [0, 10_007, 0, 0, 10_004, 0, 0]
    );
    let left_out = json!([{ "account": "stranger", "mark": 500, "because": "ONLINE-ONLY" }]);
    assert_eq!(entries[2]["omitted"], left_out);
    assert!(entries[1]["info"].as_str().unwrap().len() > 1 && entries[3]["info"] == "");
}

#[test]
fn robot_events_use_scenario_names() {
    let running = with_group();
    let mut events = Events::open(&running, None);
    served(&running, "add_robots", &["gone", "joins", "leaves", "old"]);
    served(&running, "del_robots", &["gone"]);
    done(&running, "POST", "groups/@TGS%23a/join", r#"{"accounts":["joins"]}"#);
    done(&running, "POST", "groups/@TGS%23a/leave", r#"{"accounts":["leaves"]}"#);
    done(&running, "POST", "clock/advance", &json!({ "ms": THREE_DAYS }).to_string());
    let event = |event: &str, account: &str| json!({ "event": event, "group": "@TGS#a", "account": account });
    let with = |mut event: Value, fields: Value| {
        event.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        event
    };
    let came = |account: &str| with(event("came_online", account), json!({ "cause": "pin" }));
    for expected in [
        came("gone"),
        came("joins"),
        came("leaves"),
        came("old"),
        with(event("went_offline", "gone"), json!({ "lost": [], "cause": "pin" })),
        event("joined", "joins"),
        with(event("left", "leaves"), json!({ "lost": [500] })),
        event("pin_expired", "joins"),
        event("pin_expired", "old"),
        with(event("went_offline", "old"), json!({ "lost": [], "cause": "pin_expired" })),
    ] {
        assert_eq!(events.next_of("group_event")["event"], expected);
    }
    assert_eq!(counts(&running), (json!([3, 0, 3]), json!([3, 0, 3])));
}

#[test]
fn a_reset_restores_initial_robots() {
    let emulator = Emulator::new(Settings::default()).unwrap();
    let add = |account: &str| {
        let path = format!("{FAMILY}/add_robots");
        json!({ "at": 0, "do": "call", "path": path, "body": { "GroupId": "@TGS#a", "Member_Account": [account] } })
            .to_string()
    };
    let create = r#"{"at":0,"do":"create_group","group":"@TGS#a"}"#;
    emulator.play(&format!("{create}\n{}", add("seeded"))).unwrap();
    let running = emulator.start("127.0.0.1:0".parse().unwrap()).unwrap();
    let reply = ask_with(&running, "POST", "scenario", "Content-Type: application/x-ndjson\r\n", &add("later"));
    let answer: Value = serde_json::from_str(&reply.body).unwrap();
    assert_eq!((&answer["line"], &answer["answer"]["ErrorCode"]), (&json!(1), &json!(0)), "{reply:?}");
    assert_eq!(counts(&running).0, json!([2, 2, 2]));
    done(&running, "POST", "reset", "");
    assert_eq!(counts(&running).0, json!([1, 1, 1]));
    assert_eq!(shown(&running)["members"][0]["account"], "seeded");
}

#[test]
fn unknown_paths_have_one_message() {
    let running = with_group();
    let says = |reply: &Reply| {
        let body: Value = serde_json::from_str(&reply.body).unwrap();
        assert!(reply.body.starts_with(r#"{"ActionStatus":"FAIL","ErrorInfo":"#), "{reply:?}");
        body["ErrorInfo"].as_str().unwrap().to_owned()
    };
    let reply = call(&running, "/v4/timpush/push", "{}");
    assert_eq!(reply.code(), 60_009);
    let info = says(&reply);
    assert!(info.starts_with("this emulator answers no call with the path `/v4/timpush/push`; "), "{info}");
    assert_eq!(done(&running, "GET", "log", "")["entries"][0]["info"], info);
    // The other reading has another code, and a body that is too long no other words.
    done(&running, "PATCH", "settings", r#"{"policy":{"http_codes":"60008"}}"#);
    let reply = call(&running, "/v4/timpush/push", &"x".repeat(1_048_577));
    assert_eq!((reply.code(), says(&reply)), (60_008, info));
}
