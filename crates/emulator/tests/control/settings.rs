use avmarks_protocol::secret::SecretKey;
use avmarks_spec::readings::Random;
use serde_json::json;

use super::*;

#[test]
fn settings_change_the_answers() {
    let running = with_group();
    let marks = r#"{"GroupId":"@TGS#a","CommandType":1,"MemberList":[{"Member_Account":"a","Marks":[1000]}]}"#;
    for (change, code) in [
        (r#"{"marks_supported":false}"#, 10_059),
        (r#"{"marks_supported":true,"online_list_enabled":false}"#, 10_007),
        (r#"{"online_list_enabled":true,"admins":["other"]}"#, 60_010),
        (r#"{"admins":["administrator"],"limits":{"marks_per_group_max":0}}"#, 10_004),
        (r#"{"limits":{"marks_per_group_max":10,"calls_per_window_max":0}}"#, 60_007),
        (r#"{"limits":{"calls_per_window_max":200.0},"sdkappid":1400000001}"#, 60_025),
        (r#"{"sdkappid":1400000000}"#, 0),
    ] {
        done(&running, "PATCH", "settings", change);
        assert_eq!(call(&running, MARKS, marks).code(), code, "{change}");
    }
    let view = done(&running, "PATCH", "settings", r#"{"policy":{"profile":"2025-11","refresh_list":"immediate"}}"#);
    assert_eq!((&view["policy"]["page_size"], &view["policy"]["refresh_list"]), (&json!("250"), &json!("immediate")));
    assert_eq!(view, done(&running, "GET", "settings", ""));
    let entry = |id: &str| {
        let ledger = done(&running, "GET", "ledger", "");
        let gap = ledger["gaps"].as_array().unwrap().iter().find(|gap| gap["id"] == id).unwrap().clone();
        gap["readings"].as_array().unwrap().iter().find(|reading| reading["in_force"] == true).unwrap()["name"].clone()
    };
    assert_eq!(entry("gap:page-size"), "250");
}

#[test]
fn the_body_limit_can_change() {
    let running = start(|settings| settings.app.terms.limits.body_bytes_max = 10);
    let body = r#"{"GroupId":"@TGS#a"}"#;
    assert_eq!(call(&running, COUNT, body).code(), 60_002);
    done(&running, "PATCH", "settings", r#"{"limits":{"body_bytes_max":20}}"#);
    assert_eq!(call(&running, COUNT, body).code(), 10_010);
    assert_eq!(call(&running, COUNT, &format!("{body} ")).code(), 60_002);
}

#[test]
fn the_key_is_shown_to_nobody() {
    let running = start(|settings| settings.app.key = Some(SecretKey::new("not-to-be-seen").unwrap()));
    let view = ask(&running, "GET", "settings", "").body;
    assert!(view.contains(r#""signature_checked":true"#) && !view.contains("not-to-be-seen"), "{view}");
    let state = ask(&running, "GET", "state", "").body;
    assert!(!state.contains("not-to-be-seen"));
    // A state that is seeded leaves the key in its place.
    done(&running, "PUT", "state", &state);
    assert_eq!(done(&running, "GET", "settings", "")["signature_checked"], true);
    done(&running, "POST", "reset", "");
    assert_eq!(done(&running, "GET", "settings", "")["signature_checked"], true);
}

#[test]
fn invalid_settings_change_nothing() {
    let running = start(|_| {});
    let before = done(&running, "GET", "settings", "");
    for (body, says) in [
        (
            r#"{"plan":"pro"}"#,
            "`plan`: unknown field `plan`, expected one of `sdkappid`, `admins`, `marks_supported`, `online_list_enabled`, `policy`, `limits` at line 1 column 7",
        ),
        (r#"{"sdkappid":0}"#, "`sdkappid`: an SDKAppID is a number above 0, written in digits alone"),
        (r#"{"admins":["a",1]}"#, "`admins[1]`: invalid type: integer `1`, expected a string at line 1 column 16"),
        (
            r#"{"admins":["a"],"policy":{"page_size":"100"}}"#,
            "`policy.page_size` is `100`: `gap:page-size` has no such reading; it can be read as `500`, `250`",
        ),
        (r#"{"policy":{"profile":"x"}}"#, "`policy.profile` is `x`; there are `default`, `2023`, `2024-12`, `2025-11`"),
        (r#"{"limits":{"marks_per_group_max":15}}"#, "`limits.marks_per_group_max` is 15: expected at most 14"),
        (
            r#"{"limits":{"body_bytes_max":-1}}"#,
            "`limits.body_bytes_max`: `-1` is not an integer from 0 to 2^64-1 at line 1 column 31",
        ),
    ] {
        assert_eq!(refused(&running, "PATCH", "settings", body), (400, says.to_owned()), "{body}");
    }
    let (status, says) = refused(&running, "PATCH", "settings", r#"{"limits":{"pages":1}}"#);
    assert!(
        status == 400 && says.starts_with("`limits` has no `pages`: expected one of `accounts_per_call_max`, "),
        "{says}"
    );
    let (status, says) = refused(&running, "PATCH", "settings", r#"{"policy":{"pages":"1"}}"#);
    assert!(status == 400 && says.starts_with("`policy` has no `pages`; there are `profile`, "), "{says}");
    assert_eq!(done(&running, "GET", "settings", ""), before);
}

#[test]
fn strict_mode_stays_strict() {
    let running = start(|settings| settings.strict = true);
    let lenient =
        ask(&start(|settings| settings.app.terms.policy.random = Random::LetThrough), "GET", "state", "").body;
    let scenario = r#"{"at":0,"do":"policy","random":"let-through","trailing_comma":"accept"}"#;
    let changes: [(&str, &dyn Fn()); 4] = [
        ("nothing", &|| {}),
        ("a state", &|| drop(done(&running, "PUT", "state", &lenient))),
        ("a profile", &|| {
            let view =
                done(&running, "PATCH", "settings", r#"{"policy":{"profile":"default","trailing_comma":"accept"}}"#);
            assert_eq!(
                (&view["policy"]["random"], &view["policy"]["trailing_comma"]),
                (&json!("refuse"), &json!("strict"))
            );
        }),
        ("a scenario", &|| {
            let lines = "Content-Type: application/x-ndjson\r\n";
            assert_eq!(ask_with(&running, "POST", "scenario", lines, scenario).status, 200);
        }),
    ];
    for (what, change) in changes {
        change();
        assert_eq!(call(&running, COUNT, r#"{"GroupId":"g",}"#).code(), 60_003, "after {what}");
        let query = QUERY.replace("&random=1", "");
        let request = format!("POST {COUNT}?{query} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{{}}");
        assert_eq!(client::ask(running.address(), request).code(), 60_025, "after {what}");
    }
}

#[test]
fn a_change_without_fields_is_none() {
    let running = start(|_| {});
    let before = done(&running, "GET", "settings", "");
    assert_eq!(done(&running, "PATCH", "settings", "{}"), before);
    assert_eq!(before["limits"]["pin_duration_max_ms"], json!(THREE_DAYS));
}
