use serde_json::json;

use super::*;

const LINES: &str = "Content-Type: application/x-ndjson\r\n";

#[test]
fn a_state_keeps_its_time() {
    let one = with_group();
    set_marks(&one, "a", &[500, 1_000]);
    done(&one, "POST", "clock/advance", r#"{"ms":5}"#);
    let state = ask(&one, "GET", "state", "").body;
    let room = done(&one, "GET", "groups/@TGS%23a", "");

    let other = start(|_| {});
    done(&other, "POST", "clock/advance", r#"{"ms":1000}"#);
    done(&other, "POST", "groups", r#"{"group":"gone"}"#);
    assert_eq!(done(&other, "PUT", "state", &state), json!({ "now": NOW + 5, "groups": 1 }));
    assert_eq!(done(&other, "GET", "groups/@TGS%23a", ""), room);
    assert_eq!(ask(&other, "GET", "state", "").body, state);
}

#[test]
fn dumps_survive_changed_settings() {
    let one = with_group();
    set_marks(&one, "a", &[500, 600, 1_000, 1_001]);
    set_marks(&one, "b", &[1_000]);
    call(&one, LIST, r##"{"GroupId":"@TGS#a","Timestamp":0}"##);
    for change in [
        r#"{"limits":{"marks_per_group_max":1}}"#,
        r#"{"limits":{"members_per_mark_max":0,"calls_per_window_max":0,"rate_window_ms":1}}"#,
        r#"{"limits":{"pin_duration_max_ms":1,"list_members_max":0,"low_plan_list_members_max":0}}"#,
        r#"{"limits":{"accounts_per_call_max":0,"body_bytes_max":1}}"#,
        r#"{"marks_supported":false,"online_list_enabled":false,"admins":[],"sdkappid":1400000001}"#,
        r#"{"policy":{"profile":"2025-11","refresh_list":"10s","special_slots":"count"}}"#,
    ] {
        done(&one, "PATCH", "settings", change);
        let (state, room) = (ask(&one, "GET", "state", "").body, done(&one, "GET", "groups/@TGS%23a", ""));
        assert_eq!(room["members"][0]["marks"], json!([500, 600, 1_000, 1_001]), "nothing is taken away: {change}");
        for other in [&start(|_| {}), &one] {
            done(other, "PUT", "state", &state);
            assert_eq!(ask(other, "GET", "state", "").body, state, "{change}");
            assert_eq!(done(other, "GET", "groups/@TGS%23a", ""), room, "{change}");
            assert_eq!(done(other, "GET", "settings", ""), done(&one, "GET", "settings", ""), "{change}");
        }
    }
}

#[test]
fn a_state_that_makes_no_sense_changes_nothing() {
    let running = with_group();
    let before = ask(&running, "GET", "state", "").body;
    let (status, says) = refused(&running, "PUT", "state", "{}");
    assert_eq!(status, 400);
    assert!(says.starts_with("this is not a snapshot: missing field `avmarks_snapshot`"), "{says}");
    let (status, says) = refused(&running, "PUT", "state", &before.replace("\"position\":2", "\"position\":1"));
    assert_eq!(status, 400);
    assert!(says.starts_with("group `@TGS#a` in the snapshot: "), "{says}");
    assert_eq!(ask(&running, "GET", "state", "").body, before);
}

#[test]
fn a_reset_brings_the_start_back() {
    let running = with_group();
    done(&running, "PATCH", "settings", r#"{"marks_supported":false}"#);
    done(&running, "POST", "faults", r#"{"fault":{"kind":"html"}}"#);
    call(&running, COUNT, r#"{"GroupId":"@TGS#a"}"#);
    done(&running, "POST", "clock/advance", r#"{"ms":1000}"#);
    done(&running, "POST", "faults", r#"{"fault":{"kind":"html"}}"#);
    assert_eq!(done(&running, "POST", "reset", ""), json!({ "now": NOW }));
    for (path, field, value) in [
        ("groups", "total", json!(0)),
        ("settings", "marks_supported", json!(true)),
        ("faults", "faults", json!([])),
        ("log", "entries", json!([])),
        ("clock", "now", json!(NOW)),
    ] {
        assert_eq!(done(&running, "GET", path, "")[field], value, "{path}");
    }
}

#[test]
fn a_reset_restores_the_initial_groups() {
    let mut settings = Settings::default();
    settings.clock = Clock::standing_at(avmarks_spec::Timestamp::from_millis(NOW));
    let emulator = Emulator::new(settings).unwrap();
    // It takes the clock along.
    let before = format!(
        "{}\n{}",
        r#"{"at":0,"do":"create_group","group":"@TGS#a"}"#,
        json!({ "at": NOW + 7, "do": "join", "group": "@TGS#a", "accounts": ["a", "b"] }),
    );
    emulator.play(&before).unwrap();
    let running = emulator.start("127.0.0.1:0".parse().unwrap()).unwrap();
    let state = ask(&running, "GET", "state", "").body;

    let spoil = || {
        done(&running, "POST", "groups", r#"{"group":"another"}"#);
        set_marks(&running, "a", &[500, 1_000]);
        done(&running, "POST", "groups/@TGS%23a/leave", r#"{"accounts":["b"]}"#);
        done(&running, "POST", "clock/advance", r#"{"ms":1000}"#);
        assert_ne!(ask(&running, "GET", "state", "").body, state);
    };
    for _ in 0..2 {
        spoil();
        assert_eq!(done(&running, "POST", "reset", ""), json!({ "now": NOW + 7 }));
        assert_eq!(ask(&running, "GET", "state", "").body, state);
    }
    spoil();
    running.emulator().reset().unwrap();
    assert_eq!(ask(&running, "GET", "state", "").body, state);
}

#[test]
fn a_scenario_is_taken_in_line_by_line() {
    let running = start(|_| {});
    let lines = concat!(
        r#"{"at":0,"do":"create_group","group":"g"}"#,
        "\n",
        r#"{"at":1700000000007,"do":"join","group":"g","account":"u"}"#,
        "\r\n",
        r#"{"at":1700000000007,"do":"call","path":"v4/group_open_http_svc/get_online_member_num","body":{"GroupId":"g"}}"#,
        "\n",
    );
    let reply = ask_with(&running, "POST", "scenario", LINES, lines);
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("content-type"), Some("application/x-ndjson"));
    assert_eq!(
        reply.body,
        concat!(
            r#"{"line":1,"events":[{"event":"group_created","group":"g"}]}"#,
            "\n",
            r#"{"line":2,"events":[{"event":"joined","group":"g","account":"u"},{"event":"came_online","group":"g","account":"u","cause":"join"}]}"#,
            "\n",
            r#"{"line":3,"answer":{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"OnlineMemberNum":1},"because":["gap:refresh-count"],"omitted":[]}"#,
            "\n",
        )
    );
    // The clock has come along, and a time before now was taken as now.
    assert_eq!(done(&running, "GET", "clock", "")["now"], NOW + 7);
    assert_eq!(done(&running, "GET", "groups/g", "")["members"][0]["joined"], NOW + 7);
}

#[test]
fn a_scenario_stops_at_invalid_lines() {
    let running = start(|_| {});
    let lines = "{\"at\":0,\"do\":\"create_group\",\"group\":\"g\"}\n{\"at\":0,\"do\":\"tick\"}\n\n{\"at\":0,\"do\":\"destroy_group\",\"group\":\"g\"}";
    let reply = ask_with(&running, "POST", "scenario", LINES, lines);
    assert_eq!(
        (reply.status, reply.body.as_str()),
        (
            400,
            r#"{"error":"line 3: it is empty; each line must be a JSON object such as `{\"at\":0,\"do\":\"tick\"}`; the 2 lines before it were taken in","applied":2}"#
        )
    );
    assert_eq!(done(&running, "GET", "groups", "")["total"], 1);
    let reply = ask_with(&running, "POST", "scenario", LINES, "x");
    assert_eq!(reply.status, 400);
    assert!(reply.body.ends_with(r#"; no line was taken in","applied":0}"#), "{}", reply.body);
    let reply = ask(&running, "POST", "scenario", "{}");
    let says = "`Content-Type` is `application/json`; it must be `application/x-ndjson` or `application/jsonl`";
    assert_eq!(sentence(&reply), (415, says.to_owned()));
}

#[test]
fn a_full_emulator_can_be_saved() {
    let folder = std::env::temp_dir().join(format!("avmarks-control-state-{}", std::process::id()));
    let running = start(|settings| settings.data = Some(folder.clone()));
    done(&running, "POST", "groups", r#"{"group":"a"}"#);
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(refused(&running, "POST", "groups", r#"{"group":"b"}"#).0, 503);
    assert_eq!(refused(&running, "GET", "health", "").0, 503);
    // What could not be written down is in it too.
    let state = done(&running, "GET", "state", "");
    let groups: Vec<_> = state["groups"].as_array().unwrap().iter().map(|group| group["id"].clone()).collect();
    assert_eq!(groups, ["a", "b"]);
}

#[test]
fn a_byte_order_mark_is_removed_from_every_body() {
    let running = with_group();
    let state = ask(&running, "GET", "state", "").body;
    done(&running, "PUT", "state", &format!("\u{feff}{state}"));
    assert_eq!(ask(&running, "GET", "state", "").body, state);
    done(&running, "POST", "groups", "\u{feff}{\"group\":\"g\"}");
    let lines = "\u{feff}{\"at\":0,\"do\":\"join\",\"group\":\"g\",\"account\":\"a\"}\r\n";
    let played = ask_with(&running, "POST", "scenario", LINES, lines);
    assert_eq!(played.status, 200, "{played:?}");
    // What is UTF-16 is refused by its name: here without the byte order mark, so that it is UTF-8 as well.
    let utf_16: String = r#"{"group":"h"}"#.chars().flat_map(|c| [c, '\0']).collect();
    for (method, path, lines) in [("PUT", "state", ""), ("POST", "groups", ""), ("POST", "scenario", LINES)] {
        let refused = match lines {
            "" => ask(&running, method, path, &utf_16),
            lines => ask_with(&running, method, path, lines, &utf_16),
        };
        assert_eq!(refused.status, 400, "{refused:?}");
        assert!(refused.body.contains("the body is UTF-16"), "{refused:?}");
    }
}

#[test]
fn the_last_number_of_a_message_is_kept() {
    let running = with_group();
    let send = |random: u32| {
        let body =
            json!({"GroupId":"@TGS#a","Random":random,"MsgBody":[{"MsgType":"TIMTextElem","MsgContent":{"Text":"x"}}]});
        let reply = call(&running, "/v4/group_open_http_svc/send_group_msg", &body.to_string());
        serde_json::from_str::<serde_json::Value>(&reply.body).unwrap()["MsgSeq"].as_u64()
    };
    assert_eq!(send(1), Some(1));
    let state: serde_json::Value = serde_json::from_str(&ask(&running, "GET", "state", "").body).unwrap();
    let with_count = |count: u64| {
        let mut state = state.clone();
        state["emulator"]["groups"]["@TGS#a"]["more"]["messages"]["count"] = count.into();
        state.to_string()
    };
    const MAX: u64 = (1 << 53) - 1;
    for count in [MAX + 1, u64::MAX] {
        let (status, says) = refused(&running, "PUT", "state", &with_count(count));
        assert_eq!(status, 400);
        assert!(says.contains(&format!("`{count}` is too many: it must be at most {MAX}")), "{says}");
    }
    done(&running, "PUT", "state", &with_count(MAX - 1));
    assert_eq!([send(2), send(3)], [Some(MAX); 2]);
    // What was answered can be taken in again.
    done(&running, "PUT", "state", &ask(&running, "GET", "state", "").body);
}
