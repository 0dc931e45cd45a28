use std::io::Read;
use std::time::{Duration, Instant};

use serde_json::json;

use super::*;

const MARK: &str = r#"{"GroupId":"@TGS#a","CommandType":1,"MemberList":[{"Member_Account":"a","Marks":[1000]}]}"#;

fn strike(running: &Running, fault: &str) {
    done(running, "POST", "faults", &format!(r#"{{"path":"{MARKS}","fault":{fault}}}"#));
}

/// Whether the call that a fault struck has had an effect.
fn took_effect(running: &Running) -> bool {
    let room = done(running, "GET", "groups/@TGS%23a", "");
    let marked = room["members"][0]["marks"] == json!([1000]);
    call(running, MARKS, &MARK.replace("\"CommandType\":1", "\"CommandType\":2"));
    marked
}

/// The last entry of the log but the one by which the mark was deleted.
fn logged(running: &Running) -> Value {
    let log = done(running, "GET", "log", "");
    log["entries"].as_array().unwrap().iter().rev().nth(1).unwrap().clone()
}

#[test]
fn faults_strike_before_or_after_a_call() {
    let running = with_group();
    let refusal = r#"{"ActionStatus":"FAIL","ErrorCode":10002,"ErrorInfo":"injected by /_avmarks/faults"}"#;
    let html = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n";
    let served = r#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","CommandType":1,"MemberList":[{"Member_Account":"a","Marks":[1000]}]}"#;
    for (fault, status, kind, body, effect) in [
        (r#"{"kind":"code","code":10002}"#, 200, "application/json", refusal.to_owned(), false),
        (r#"{"kind":"code","code":10002,"after":true}"#, 200, "application/json", refusal.to_owned(), true),
        (r#"{"kind":"status","status":502}"#, 502, "text/html", html.to_owned(), false),
        (r#"{"kind":"status","status":502,"body":"html","after":true}"#, 502, "text/html", html.to_owned(), true),
        (
            r#"{"kind":"status","status":503,"body":"json"}"#,
            503,
            "application/json",
            r#"{"message":"Service Unavailable"}"#.to_owned(),
            false,
        ),
        (r#"{"kind":"status","status":500,"body":"empty"}"#, 500, "text/plain", String::new(), false),
        (r#"{"kind":"html"}"#, 200, "text/html", html.replace("502 Bad Gateway", "200 OK"), false),
        (r#"{"kind":"html","after":true}"#, 200, "text/html", html.replace("502 Bad Gateway", "200 OK"), true),
        (r#"{"kind":"delay","ms":0}"#, 200, "application/json", served.to_owned(), true),
        (
            r#"{"kind":"code_as_string"}"#,
            200,
            "application/json",
            served.replace("\"ErrorCode\":0", "\"ErrorCode\":\"0\""),
            true,
        ),
        (
            r#"{"kind":"no_member_list"}"#,
            200,
            "application/json",
            r#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","CommandType":1}"#.to_owned(),
            true,
        ),
    ] {
        strike(&running, fault);
        let reply = call(&running, MARKS, MARK);
        assert_eq!((reply.status, reply.header("content-type"), &reply.body), (status, Some(kind), &body), "{fault}");
        assert_eq!(took_effect(&running), effect, "{fault}");
        let asked: Value = serde_json::from_str(fault).unwrap();
        let entry = logged(&running);
        assert_eq!(entry["fault"]["kind"], asked["kind"], "{entry}");
        assert_eq!(entry["path"], MARKS);
    }
}

#[test]
fn a_cut_answer_ends_in_the_middle() {
    let running = with_group();
    for (fault, whole, effect) in [
        (r#"{"kind":"cut"}"#, r#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":""}"#, false),
        (
            r#"{"kind":"cut","after":true}"#,
            r#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","CommandType":1,"MemberList":[{"Member_Account":"a","Marks":[1000]}]}"#,
            true,
        ),
    ] {
        strike(&running, fault);
        let mut stream = client::connect(running.address());
        let length = MARK.len();
        let request =
            format!("POST {MARKS}?{QUERY} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n{MARK}");
        std::io::Write::write_all(&mut stream, request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        // The connection ends, one way or the other.
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.to_lowercase().contains(&format!("content-length: {}", whole.len())), "{head}");
        assert_eq!(body, &whole[..whole.len() / 2]);
        assert_eq!(took_effect(&running), effect, "{fault}");
    }
}

#[test]
fn a_delay_has_its_duration() {
    let running = with_group();
    for after in [false, true] {
        strike(&running, &format!(r#"{{"kind":"delay","ms":120,"after":{after}}}"#));
        let began = Instant::now();
        assert_eq!(call(&running, MARKS, MARK).code(), 0);
        assert!(began.elapsed() >= Duration::from_millis(120));
    }
}

#[test]
fn abandoned_calls_take_effect() {
    let running = with_group();
    for after in [false, true] {
        strike(&running, &format!(r#"{{"kind":"delay","ms":100,"after":{after}}}"#));
        let mut stream = client::connect(running.address());
        let length = MARK.len();
        let request =
            format!("POST {MARKS}?{QUERY} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n{MARK}");
        std::io::Write::write_all(&mut stream, request.as_bytes()).unwrap();
        drop(stream);
        while done(&running, "GET", "groups/@TGS%23a", "")["members"][0]["marks"] != json!([1000]) {
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(took_effect(&running));
    }
}

#[test]
fn faults_have_counts_and_paths() {
    let running = with_group();
    done(
        &running,
        "POST",
        "faults",
        &format!(r#"{{"path":"{COUNT}","times":2,"fault":{{"kind":"code","code":60008}}}}"#),
    );
    let waiting = done(&running, "POST", "faults", r#"{"fault":{"kind":"code","code":60007}}"#);
    assert_eq!(
        waiting,
        json!({ "faults": [
            { "path": COUNT, "times": 2, "fault": { "kind": "code", "code": 60008, "after": false } },
            { "path": null, "times": 1, "fault": { "kind": "code", "code": 60007, "after": false } },
        ] })
    );
    let count = || call(&running, COUNT, r#"{"GroupId":"@TGS#a"}"#);
    assert_eq!(call(&running, LIST, r#"{"GroupId":"@TGS#a","Timestamp":0}"#).code(), 60_007);
    assert_eq!([count().code(), count().code(), count().code()], [60_008, 60_008, 0]);
    // The fields stand in the order of the call that is struck.
    done(&running, "POST", "faults", r#"{"times":5,"fault":{"kind":"code","code":60008}}"#);
    assert_eq!(count().body, r#"{"ActionStatus":"FAIL","ErrorInfo":"injected by /_avmarks/faults","ErrorCode":60008}"#);
    assert_eq!(done(&running, "DELETE", "faults", ""), json!({ "cleared": 1 }));
    assert_eq!(count().code(), 0);
}

#[test]
fn what_cannot_be_is_said() {
    let running = start(|_| {});
    let kinds = "`code`, `status`, `html`, `cut`, `delay`, `code_as_string`, `no_member_list`";
    for (body, says) in [
        ("{}", "the body: missing field `fault` at line 1 column 2".to_owned()),
        (r#"{"fault":{}}"#, format!("`fault.kind` is missing; there are {kinds}")),
        (r#"{"fault":{"kind":"x"}}"#, format!("`fault.kind` is `x`; there are {kinds}")),
        (r#"{"fault":{"kind":1}}"#, format!("`fault.kind` is `1`; it must be one of {kinds}")),
        (
            r#"{"fault":{"kind":"code"}}"#,
            "`fault.code` is missing; it must be a whole number from 1 to 2147483647".to_owned(),
        ),
        (
            r#"{"fault":{"kind":"code","code":0}}"#,
            "`fault.code` is `0`; it must be a whole number from 1 to 2147483647".to_owned(),
        ),
        (
            r#"{"fault":{"kind":"status","status":199}}"#,
            "`fault.status` is `199`; it must be a whole number from 200 to 599".to_owned(),
        ),
        (
            r#"{"fault":{"kind":"status","status":502,"body":"xml"}}"#,
            "`fault.body` is `\"xml\"`; it must be `html`, `json` or `empty`".to_owned(),
        ),
        (
            r#"{"fault":{"kind":"delay","ms":600001}}"#,
            "`fault.ms` is `600001`; it must be a whole number from 0 to 600000".to_owned(),
        ),
        (
            r#"{"fault":{"kind":"html","after":"yes"}}"#,
            "`fault.after` is `\"yes\"`; it must be true or false".to_owned(),
        ),
        (
            r#"{"fault":{"kind":"code_as_string","after":false}}"#,
            "`fault.after` is false; `code_as_string` bends the answer of a call that took effect, so it can only be true"
                .to_owned(),
        ),
        (r#"{"fault":{"kind":"html","code":1}}"#, "`fault.code` is not a field of a `html` fault".to_owned()),
        (r#"{"times":0,"fault":{"kind":"html"}}"#, "`times` is 0; it must be from 1 to 1000000".to_owned()),
        (
            r#"{"path":"v4/x","fault":{"kind":"html"}}"#,
            "`path` is `v4/x`; it must begin with `/`, and have at most 256 characters of ASCII, none of them a space, `?` or `#`"
                .to_owned(),
        ),
    ] {
        assert_eq!(refused(&running, "POST", "faults", body), (400, says), "{body}");
    }
    for _ in 0..1_000 {
        done(&running, "POST", "faults", r#"{"fault":{"kind":"html"}}"#);
    }
    let (status, says) = refused(&running, "POST", "faults", r#"{"fault":{"kind":"html"}}"#);
    assert_eq!((status, says.as_str()), (409, "1000 faults wait already; clear them first"));
}
