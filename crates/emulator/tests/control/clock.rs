use serde_json::json;

use super::*;

#[test]
fn three_days_pass_at_once() {
    let running = with_group();
    set_marks(&running, "a", &[500, 1_000]);
    done(&running, "POST", "groups/@TGS%23a/disconnect", r#"{"accounts":["a"]}"#);
    let nearly = done(&running, "POST", "clock/advance", &format!(r#"{{"ms":{}}}"#, THREE_DAYS - 1));
    assert_eq!(nearly, json!({ "now": NOW + THREE_DAYS - 1, "running": false, "events": [] }));
    let over = done(&running, "POST", "clock/advance", r#"{"ms":1}"#);
    assert_eq!(
        over,
        json!({
            "now": NOW + THREE_DAYS,
            "running": false,
            "events": [
                { "event": "pin_expired", "group": "@TGS#a", "account": "a" },
                { "event": "went_offline", "group": "@TGS#a", "account": "a", "lost": [1000], "cause": "pin_expired" },
            ],
        })
    );
}

#[test]
fn the_clock_can_be_controlled() {
    let running = start(|_| {});
    assert_eq!(ask(&running, "GET", "clock", "").body, r#"{"now":1700000000000,"running":false}"#);
    assert_eq!(ask(&running, "GET", "health", "").body, r#"{"status":"ok","now":1700000000000}"#);
    let set = done(&running, "PUT", "clock", r#"{"now":1800000000000}"#);
    assert_eq!(set, json!({ "now": 1_800_000_000_000_u64, "running": false, "events": [] }));
    let runs = done(&running, "PUT", "clock", r#"{"now":1800000000001,"running":true}"#);
    assert_eq!(runs["running"], true);
    // It runs: some time later it is later.
    while done(&running, "GET", "clock", "")["now"] == runs["now"] {
        std::thread::yield_now();
    }
    let stopped = done(&running, "PUT", "clock", r#"{"running":false}"#);
    assert_eq!(done(&running, "GET", "clock", "")["now"], stopped["now"]);
    assert!(stopped["now"].as_u64() > Some(1_800_000_000_001));
}

#[test]
fn pins_expire_by_themselves_while_the_clock_runs() {
    let running = with_group();
    done(&running, "PATCH", "settings", r#"{"limits":{"pin_duration_max_ms":50}}"#);
    set_marks(&running, "a", &[500]);
    done(&running, "POST", "groups/@TGS%23a/disconnect", r#"{"accounts":["a"]}"#);
    let mut events = super::events::Events::open(&running, None);
    done(&running, "PUT", "clock", r#"{"running":true}"#);
    // Nobody asks, and it is told.
    let expired = events.next_of("group_event");
    assert_eq!(expired["event"]["event"], "pin_expired");
}

#[test]
fn what_cannot_be_is_said() {
    let running = start(|_| {});
    for (method, path, body, status, says) in [
        (
            "PUT",
            "clock",
            r#"{"now":1699999999999}"#,
            409,
            "`now` is 1699999999999, and it is 1700000000000 already: the clock never runs back; `POST /_avmarks/reset` starts anew",
        ),
        ("PUT", "clock", "{}", 400, "the body must have `now` or `running`"),
        (
            "PUT",
            "clock",
            r#"{"now":9007199254740992}"#,
            400,
            "`now` is 9007199254740992; it must be at most 9007199254740991",
        ),
        ("PUT", "clock", r#"{"now":-1}"#, 400, "`now`: `-1` is not an integer from 0 to 2^64-1 at line 1 column 10"),
        ("PUT", "clock", r#"{"now":1.5}"#, 400, "`now`: `1.5` is not an integer from 0 to 2^64-1 at line 1 column 11"),
        ("POST", "clock/advance", "{}", 400, "the body: missing field `ms` at line 1 column 2"),
        (
            "POST",
            "clock/advance",
            r#"{"ms":9007199254740991}"#,
            409,
            "it would be 9008899254740991; it must be at most 9007199254740991",
        ),
    ] {
        assert_eq!(refused(&running, method, path, body), (status, says.to_owned()), "{method} {path} {body}");
    }
    assert_eq!(done(&running, "GET", "clock", "")["now"], NOW);
}
