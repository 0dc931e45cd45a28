//! Stubs, and what a path is answered that has none.

use super::*;

const UNKNOWN: &str = "timpush/push";

#[test]
fn unknown_paths_explain_stubs() {
    let running = start(|_| {});
    let answer = ask(&running, UNKNOWN, &json!({}));
    assert_eq!(answer["ErrorCode"], 60009);
    let says = answer["ErrorInfo"].as_str().unwrap();
    for part in [
        "this emulator",
        "v4/timpush/push",
        "--stub PATH=FILE",
        "/_avmarks/stubs",
        "im_open_login_svc/{account_import,",
    ] {
        assert!(says.contains(part), "{part}: {says}");
    }
}

#[test]
fn doubled_and_trailing_slashes_are_told() {
    let running = start(|_| {});
    for path in [
        "/group_open_http_svc/get_online_member_num",
        "group_open_http_svc//get_online_member_num",
        "group_open_http_svc/get_online_member_num/",
    ] {
        let answer = ask(&running, path, &json!({ "GroupId": "g" }));
        assert_eq!(answer["ErrorCode"], 60009);
        let says = answer["ErrorInfo"].as_str().unwrap();
        assert!(
            says.contains("a slash too many: the path is `/v4/group_open_http_svc/get_online_member_num`"),
            "{says}"
        );
    }
}

#[test]
fn a_stub_replaces_the_rules() {
    let running = start(|_| {});
    let stub = r#"{"path":"/v4/timpush/push","body":{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"ResultItem":[]},"times":1}"#;
    let there = control(&running, "POST", "stubs", stub);
    assert_eq!((&there["stubs"][0]["path"], &there["unknown"]), (&json!("/v4/timpush/push"), &json!("60009")));
    assert_eq!(served(&running, UNKNOWN, &json!({})), json!({ "ResultItem": [] }));
    assert_eq!(ask(&running, UNKNOWN, &json!({}))["ErrorCode"], 60009);
    // A call that has rules, too; with a code.
    let stub = r#"{"path":"/v4/im_open_login_svc/account_import","code":70169}"#;
    control(&running, "POST", "stubs", stub);
    let import = |query: &str| post(&running, "im_open_login_svc/account_import", query, "{}").code();
    assert_eq!((import(QUERY), import(QUERY)), (70169, 70169));
    // Who may not call is refused anyway.
    assert_eq!(import(&QUERY.replace("administrator", "student9")), 60010);
    let log = control(&running, "GET", "log", "");
    let flags: Vec<_> = log["entries"].as_array().unwrap().iter().map(|entry| entry["flags"].clone()).collect();
    let (stubbed, plain) = (json!(["answered by a stub"]), json!([]));
    assert_eq!(flags[..4], [stubbed.clone(), plain, stubbed.clone(), stubbed]);
    assert_eq!(control(&running, "DELETE", "stubs", ""), json!({ "cleared": 1 }));
    assert_eq!(import(QUERY), 70402);
}

#[test]
fn a_reset_restores_stubs() {
    let running = start(|settings| {
        settings.stubs = vec![("v4/timpush/push".to_owned(), b"no JSON".to_vec())];
        settings.stub_unknown_ok = true;
    });
    assert_eq!(post(&running, UNKNOWN, QUERY, "{}").body, "no JSON");
    assert_eq!(served(&running, "timpush/pull", &json!({})), json!({}));
    // What is answered by rules stays so.
    assert_eq!(ask(&running, "im_open_login_svc/account_import", &json!({}))["ErrorCode"], 70402);
    control(&running, "DELETE", "stubs", "");
    assert_eq!(served(&running, UNKNOWN, &json!({})), json!({}));
    control(&running, "POST", "reset", "");
    assert_eq!(post(&running, UNKNOWN, QUERY, "{}").body, "no JSON");
}

#[test]
fn what_stubs_refuse() {
    let running = start(|_| {});
    for (body, says) in [
        (r#"{"path":"v4/x"}"#, "`path` is `v4/x`; it must begin with `/`"),
        (r#"{"path":"/v4/x","code":1,"body":{}}"#, "`code` and `body` are both there; give one"),
        (r#"{"path":"/v4/x","times":0}"#, "`times` is 0; it must be from 1 to 1000000"),
        (r#"{"path":"/v4/x","code":2147483648}"#, "`code` is 2147483648; it must be from 0 to 2147483647"),
    ] {
        let reply = control_reply(&running, "POST", "stubs", body);
        assert_eq!(reply.status, 400);
        assert!(reply.body.contains(says), "{reply:?}");
    }
    for number in 0..1_000 {
        running_stub(&running, number, 200);
    }
    running_stub(&running, 1_000, 409);
    running_stub(&running, 5, 200);
}

fn running_stub(running: &Running, number: u32, status: u16) {
    let reply = control_reply(running, "POST", "stubs", &format!(r#"{{"path":"/v4/x/{number}"}}"#));
    assert_eq!(reply.status, status, "{number}: {reply:?}");
}
