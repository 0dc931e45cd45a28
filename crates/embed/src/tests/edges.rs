//! Each limit, one below and one above; secrets; and what a machine keeps.

use serde_json::{Value, json};

use super::{call, error, example, open, opened, value};

fn plan(change: &str, accounts: usize, per_call: u64) -> Value {
    let inputs: Vec<_> =
        (0..accounts).map(|number| json!({"account": format!("u{number}"), "marks": [1000]})).collect();
    json!({"v": 1, "do": "plan", "change": change, "group": "g", "inputs": inputs, "accounts_per_call": per_call})
}

#[test]
fn a_body_over_the_limit_is_refused_unread() {
    let request = r#"{"v":1,"do":"check","endpoint":"get_admin_list","want":["answer","because","notes"]}"#;
    let body = |bytes: usize| format!("{{\"GroupId\":\"g\"}}{}", " ".repeat(bytes - 15));
    assert_eq!(value(&call(request, body(1_048_576).as_bytes()))["ok"]["accepted"], true);
    let refused = value(&call(request, body(1_048_577).as_bytes()));
    assert_eq!(
        refused["ok"]["violations"],
        json!([{"step": 1, "code": 60002, "because": ["gap:http-codes"], "pointer": "", "message": "the body has 1048577 bytes; at most 1048576 are read"}])
    );
    assert_eq!(refused["ok"]["answer"]["ErrorCode"], 60002);
}

#[test]
fn integers_may_be_strings() {
    let request = |now: &str| format!(r#"{{"v":1,"do":"usersig_explain","usersig":"x","now_ms":{now}}}"#);
    for now in ["0", "9007199254740991", "\"9007199254740991\"", "\"0\""] {
        assert_eq!(value(&call(request(now), b""))["ok"]["accepted"], false, "{now}");
    }
    for (now, kind) in [
        ("9007199254740992", "invalid-value"),
        ("18446744073709551616", "invalid-value"),
        ("-1", "invalid-value"),
        ("\"-1\"", "invalid-value"),
        ("1.0", "wrong-type"),
        ("1e3", "wrong-type"),
        ("\"\"", "wrong-type"),
        ("\" 1\"", "wrong-type"),
        ("null", "wrong-type"),
        ("true", "wrong-type"),
    ] {
        assert_eq!(error(&call(request(now), b"")), (kind.to_owned(), Some("/now_ms".to_owned())), "{now}");
    }
}

#[test]
fn marks_cross_as_integers_of_any_size() {
    let request = |mark: &str| {
        format!(r#"{{"v":1,"do":"plan","change":"set","group":"g","inputs":[{{"account":"a","marks":[{mark}]}}]}}"#)
    };
    for (mark, accepted) in [
        ("1000", true),
        ("999", false),
        ("4294967295", true),
        ("\"4294967295\"", true),
        ("4294967296", false),
        ("-1", false),
        ("9223372036854775807", false),
        ("-9223372036854775808", false),
    ] {
        assert_eq!(value(&call(request(mark), b""))["ok"]["accepted"], accepted, "{mark}");
    }
    let pointer = Some("/inputs/0/marks/0".to_owned());
    assert_eq!(error(&call(request("9223372036854775808"), b"")), ("invalid-value".to_owned(), pointer));
}

#[test]
fn plan_calls_have_1_to_500_accounts() {
    for (accounts, per_call, calls) in [(1, 500, 1), (500, 500, 1), (501, 500, 2), (3, 1, 3)] {
        let reply = value(&call(plan("set", accounts, per_call).to_string(), b""));
        assert_eq!(reply["ok"]["calls"].as_array().unwrap().len(), calls);
    }
    for per_call in [0, 501, u64::MAX] {
        let reply = value(&call(plan("delete", 1, per_call).to_string(), b""));
        assert_eq!(reply["ok"]["errors"][0]["because"], "ACCOUNTS-MAX", "{per_call}");
    }
    let nobody = value(&call(plan("set", 0, 500).to_string(), b""));
    assert_eq!(
        nobody["ok"]["errors"],
        json!([{"because": "REQUIRED", "input": null, "message": "there are no accounts; name at least one"}])
    );
}

#[test]
fn robots_have_no_marks() {
    let robots = r#"{"v":1,"do":"plan","change":"add-robots","group":"g","inputs":[{"account":"a"},{"account":"b"}]}"#;
    assert_eq!(value(&call(robots, b""))["ok"]["marks"], json!([{"mark": 500, "accounts": 2}]));
    let pointer = Some("/inputs/0/marks".to_owned());
    assert_eq!(error(&call(plan("delete-robots", 1, 500).to_string(), b"")), ("invalid-value".to_owned(), pointer));
}

fn answer_to(accounts: usize, status: u64, body: &[u8]) -> String {
    let members: Vec<_> =
        (0..accounts).map(|number| json!({"Member_Account": format!("u{number}"), "Marks": [1000]})).collect();
    let request = json!({"GroupId": "g", "CommandType": 1, "MemberList": members});
    call(
        json!({"v": 1, "do": "answer", "endpoint": "modify_user_info", "request": request, "status": status})
            .to_string(),
        body,
    )
}

#[test]
fn an_answer_is_read_whatever_it_is() {
    let refused = br#"{"ActionStatus":"FAIL","ErrorCode":60007,"ErrorInfo":"slow"}"#;
    for (status, body, heard, action, state) in [
        (200, &refused[..], "refused", "retry-later", "refused"),
        (502, b"<html>", "not_from_service", "retry-now", "unconfirmed"),
        (200, b"", "not_from_service", "retry-now", "unconfirmed"),
        (200, b"\xff\x00", "not_from_service", "retry-now", "unconfirmed"),
        (200, br#"{"ActionStatus":"FAIL","ErrorCode":10004,"ErrorInfo":"no"}"#, "refused", "fix-request", "refused"),
        (
            200,
            br#"{"ActionStatus":"FAIL","ErrorCode":10005,"ErrorInfo":"many"}"#,
            "refused",
            "split-request",
            "refused",
        ),
        (
            200,
            br#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","CommandType":2}"#,
            "unknown",
            "give-up",
            "unconfirmed",
        ),
    ] {
        let reply = value(&answer_to(2, status, body));
        let ok = &reply["ok"];
        assert_eq!(
            (&ok["status"], &ok["advice"]["action"], &ok["accounts"][1]["state"]),
            (&json!(heard), &json!(action), &json!(state)),
            "{ok}"
        );
    }
    let of_robots =
        json!({"v": 1, "do": "answer", "endpoint": "del_robots", "request": {"GroupId": "g", "Member_Account": ["a"]}});
    let reply = value(&call(of_robots.to_string(), br#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":""}"#));
    assert_eq!(reply["ok"]["accounts"][0]["state"], "accepted");
}

#[test]
fn advice_has_the_requested_wait() {
    for (code, action, wait) in [
        (10002, "retry-now", json!(0)),
        (60007, "retry-later", json!(1_000)),
        (70001, "renew-signature", json!(0)),
        (70050, "renew-signature", json!(60_000)),
        (60028, "retry-later", json!(86_400_000)),
        (10004, "fix-request", Value::Null),
        (10005, "split-request", json!(0)),
        (123_456, "give-up", Value::Null),
    ] {
        let body = json!({"ActionStatus": "FAIL", "ErrorCode": code, "ErrorInfo": "x"}).to_string();
        let reply = value(&answer_to(2, 200, body.as_bytes()));
        assert_eq!(reply["ok"]["advice"], json!({"action": action, "wait_ms": wait}), "{code}");
    }
    let one = answer_to(1, 200, br#"{"ActionStatus":"FAIL","ErrorCode":10005,"ErrorInfo":"many"}"#);
    assert_eq!(value(&one)["ok"]["advice"], json!({"action": "split-request", "wait_ms": null}));
    for (status, advice) in [
        (429, json!({"action": "retry-later", "wait_ms": 1_000})),
        (404, json!({"action": "give-up", "wait_ms": null})),
    ] {
        assert_eq!(value(&answer_to(1, status, b""))["ok"]["advice"], advice, "{status}");
    }
    let served = br#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","CommandType":1,"MemberList":[]}"#;
    assert_eq!(value(&answer_to(1, 200, served))["ok"]["advice"], json!({"action": "done", "wait_ms": null}));
}

#[test]
fn contradictions_of_an_answer_are_warnings() {
    let body = br#"{"ActionStatus":"OK","ErrorCode":"0","ErrorInfo":"","CommandType":1,"MemberList":[{"Member_Account":"u0","Marks":[1000,1001]},{"Member_Account":"u0","Marks":[1000]},{"Member_Account":"x","Marks":[1000]}]}"#;
    let warnings = ["code-as-text", "unrequested-accounts 1", "repeated-accounts 1", "unrequested-marks 1"];
    let reply = value(&answer_to(1, 200, body));
    let mut found: Vec<_> = reply["ok"]["warnings"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    found.sort_unstable();
    let mut expected = warnings.to_vec();
    expected.sort_unstable();
    assert_eq!(found, expected);
    let refused = br#"{"ActionStatus":"OK","ErrorCode":10004,"ErrorInfo":""}"#;
    assert_eq!(value(&answer_to(1, 400, refused))["ok"]["warnings"], json!(["status 400", "status-contradicts-code"]));
}

#[test]
fn a_job_obeys_what_retry_after_asks_for() {
    for (header, until) in [("", 1_795_412_030_000_u64), (r#","retry_after":"2""#, 1_795_412_032_000)] {
        let mut job = open(example("job").0.replace(r#""in_flight":2"#, r#""in_flight":1"#), b"").unwrap();
        let poll = r#"{"v":1,"do":"poll","now_ms":1795412030000}"#;
        assert_eq!(value(&job.ask(poll, b""))["ok"]["step"], "send");
        let response = format!(r#"{{"v":1,"do":"response","id":0,"now_ms":1795412030000,"status":503{header}}}"#);
        assert_eq!(job.ask(response, b"busy"), crate::opened());
        let next = value(&job.ask(poll, b""));
        // Without the header, the wait is random: up to 100 ms.
        let found = next["ok"]["until_ms"].as_u64().unwrap();
        assert!((until..=until + 100).contains(&found), "{next}");
    }
}

/// Every further response would be encoded as well, while one that is lost may come whole the next time.
#[test]
fn a_job_ends_at_an_encoded_response() {
    for (header, step) in [("", "wait"), (r#","content_encoding":"br""#, "done")] {
        let mut job = open(example("job").0, b"").unwrap();
        let poll = r#"{"v":1,"do":"poll","now_ms":1795412030000}"#;
        assert_eq!(value(&job.ask(poll, b""))["ok"]["step"], "send");
        let response = format!(r#"{{"v":1,"do":"response","id":0,"now_ms":1795412030000,"status":200{header}}}"#);
        assert_eq!(job.ask(response, b"\x0b\x02"), crate::opened());
        assert_eq!(value(&job.ask(poll, b""))["ok"]["step"], step, "{header}");
    }
}

#[test]
fn each_plan_of_a_job_reports_its_accounts() {
    let mut fields = value(example("job").0);
    let plan = |group: &str, account: &str| json!({"change": "set", "group": group, "inputs": [{"account": account, "marks": [1000]}]});
    fields["plans"] = json!([plan("g", "a"), plan("h", "b")]);
    let mut job = open(fields.to_string(), b"").unwrap();
    let steps = [0, 11].map(|at| {
        let poll = format!(r#"{{"v":1,"do":"poll","now_ms":{}}}"#, 1_795_412_030_000_u64 + at);
        value(&job.ask(poll, b""))["ok"].clone()
    });
    assert_eq!(
        steps.each_ref().map(|step| (&step["plan"], &step["group"])),
        [(&json!(0), &json!("g")), (&json!(1), &json!("h"))]
    );
    let report = value(&job.ask(r#"{"v":1,"do":"report"}"#, b""));
    for (at, account) in ["a", "b"].into_iter().enumerate() {
        let plan = &report["ok"]["plans"][at];
        assert_eq!((&plan["accounts"][0]["account"], &plan["counts"]["total"]), (&json!(account), &json!(1)));
    }
}

#[test]
fn a_request_that_was_answered_is_one_call() {
    assert_eq!(value(&answer_to(500, 200, b""))["ok"]["status"], "not_from_service");
    let pointer = |text: &str| ("invalid-value".to_owned(), Some(text.to_owned()));
    assert_eq!(error(&answer_to(501, 200, b"")), pointer("/request"));
    assert_eq!(error(&answer_to(0, 200, b"")), pointer("/request"));
    assert_eq!(value(&answer_to(1, 65_535, b""))["ok"]["status"], "not_from_service");
    assert_eq!(error(&answer_to(1, 65_536, b"")), pointer("/status"));
}

#[test]
fn no_reply_holds_a_secret() {
    for name in ["usersig_verify", "usersig_explain", "webhook_verify", "webhook_build"] {
        let (request, body) = example(name);
        let mut fields = value(request);
        fields["usersig"] = json!("eJw-secret");
        let reply = call(if request.contains("usersig\"") { fields.to_string() } else { request.to_owned() }, body);
        assert!(!["throw-away", "xxxxyyyy", "eJw-secret"].iter().any(|secret| reply.contains(secret)), "{reply}");
    }
    for (field, secret) in [("key", json!(["s3cret"])), ("key", json!("s3 cret")), ("usersig", json!({"s3cret": 1}))] {
        let mut fields = value(example("usersig_verify").0);
        fields[field] = secret;
        let reply = call(fields.to_string(), b"");
        assert!(reply.contains("\"error\"") && !reply.contains("cret\""), "{reply}");
    }
    assert!(!format!("{:?} {:?}", opened("job"), opened("session")).contains("throw-away"));
}

#[test]
fn a_session_goes_on_from_its_snapshot() {
    let mut session = opened("session");
    let line = r#"{"v":1,"do":"line"}"#;
    for (text, reply) in [
        (
            &br#"{"at":0,"do":"create_group","group":"g"}"#[..],
            r#"{"v":1,"ok":{"line":1,"events":[{"event":"group_created","group":"g"}]}}"#,
        ),
        (
            b"\xff",
            r#"{"v":1,"error":{"kind":"line","pointer":null,"message":"line 2: it is not UTF-8: invalid at byte 0"}}"#,
        ),
        (br#"{"at":9,"do":"tick"}"#, r#"{"v":1,"ok":{"line":3,"events":[]}}"#),
    ] {
        assert_eq!(session.ask(line, text), reply);
    }
    let (call, body) = example("call");
    let before = session.ask(r#"{"v":1,"do":"snapshot"}"#, b"");
    let snapshot = before.strip_prefix(r#"{"v":1,"ok":"#).unwrap().strip_suffix('}').unwrap();
    let dry = value(&session.ask(example("dry_run").0, body));
    assert_eq!(session.ask(r#"{"v":1,"do":"snapshot"}"#, b""), before);
    let called = value(&session.ask(call, body));
    assert_eq!(called["ok"]["answer"], dry["ok"]["answer"]);
    assert_eq!(called["ok"]["events"], json!([{"event": "came_online", "group": "g", "account": "a", "cause": "pin"}]));
    assert_ne!(session.ask(r#"{"v":1,"do":"snapshot"}"#, b""), before);

    assert_eq!(session.ask(r#"{"v":1,"do":"restore"}"#, snapshot.as_bytes()), crate::opened());
    assert_eq!(session.ask(r#"{"v":1,"do":"snapshot"}"#, b""), before);
    assert_eq!(session.ask(line, br#"{"at":9,"do":"tick"}"#), r#"{"v":1,"ok":{"line":4,"events":[]}}"#);
    let mut again = open(r#"{"v":1,"do":"session"}"#, snapshot.as_bytes()).unwrap();
    assert_eq!(again.ask(r#"{"v":1,"do":"snapshot"}"#, b""), before);
    assert_eq!(error(&session.ask(r#"{"v":1,"do":"restore"}"#, b"")), ("body".to_owned(), None));
}

#[test]
fn a_time_is_one_that_a_double_keeps() {
    let mut session = opened("session");
    let at = |at: u64| format!(r#"{{"v":1,"do":"call","endpoint":"get_admin_list","at_ms":"{at}"}}"#);
    assert_eq!(value(&session.ask(at((1 << 53) - 1), b"{}"))["ok"]["answer"]["ErrorCode"], 10004);
    let beyond = error(&session.ask(at(1 << 53), b"{}"));
    assert_eq!(beyond, ("invalid-value".to_owned(), Some("/at_ms".to_owned())));
}

#[test]
fn a_seed_is_any_integer_of_64_bits() {
    for (seed, is_open) in [("0", true), ("18446744073709551615", true), ("18446744073709551616", false)] {
        let request = example("job").0.replace(r#""seed":7"#, &format!(r#""seed":{seed}"#));
        assert_eq!(open(request, b"").is_ok(), is_open, "{seed}");
    }
}

#[test]
fn a_job_sends_retries_and_goes_on_later() {
    let mut job = opened("job");
    let poll = |at: u64| format!(r#"{{"v":1,"do":"poll","now_ms":{}}}"#, 1_795_412_030_000 + at);
    let first = value(&job.ask(poll(0), b""))["ok"].clone();
    assert_eq!(
        (&first["step"], &first["id"], &first["first"], &first["accounts"]),
        (&json!("send"), &json!(0), &json!(0), &json!(1))
    );
    assert_eq!(
        first["body"],
        r#"{"GroupId":"g","CommandType":1,"MemberList":[{"Member_Account":"a","Marks":[1000]}]}"#
    );
    assert!(first["url"].as_str().unwrap().starts_with(
        "https://adminapisgp.im.qcloud.com/v4/group_open_avchatroom_http_svc/modify_user_info?sdkappid=1400000000&"
    ));
    // 100 calls in any second and the tenth that is its margin, evenly spread.
    assert_eq!(value(&job.ask(poll(0), b""))["ok"], json!({"step": "wait", "until_ms": 1_795_412_030_011_u64}));
    assert_eq!(value(&job.ask(poll(10), b""))["ok"]["step"], "wait");
    assert_eq!(value(&job.ask(poll(11), b""))["ok"]["id"], 1);
    assert_eq!(value(&job.ask(poll(11), b""))["ok"]["step"], "wait");

    let served = br#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","CommandType":1,"MemberList":[{"Member_Account":"a","Marks":[1000]}]}"#;
    let response = r#"{"v":1,"do":"response","id":0,"now_ms":1795412030012,"status":200}"#;
    assert_eq!(job.ask(response, served), crate::opened());
    assert_eq!(error(&job.ask(response, served)), ("not-in-flight".to_owned(), Some("/id".to_owned())));
    let lost = r#"{"v":1,"do":"failure","id":1,"now_ms":1795412030012,"why":"connection-lost","what":"reset"}"#;
    assert_eq!(job.ask(lost, b""), crate::opened());
    let progress = job.ask(r#"{"v":1,"do":"progress"}"#, b"");
    let progress = progress.strip_prefix(r#"{"v":1,"ok":"#).unwrap().strip_suffix('}').unwrap();

    assert_eq!(job.ask(r#"{"v":1,"do":"stop"}"#, b""), crate::opened());
    assert_eq!(value(&job.ask(poll(13), b""))["ok"], json!({"step": "done"}));
    let report = value(&job.ask(r#"{"v":1,"do":"report"}"#, b""));
    assert_eq!(
        report["ok"]["plans"][0]["counts"],
        json!({"applied": 1, "partial": 0, "omitted": 0, "refused": 0, "unconfirmed": 1, "not-sent": 0, "total": 2})
    );

    let mut later = open(example("job").0, progress.as_bytes()).unwrap();
    assert_eq!(value(&later.ask(poll(9), b""))["ok"]["first"], 1);
    assert_eq!(error(&open(example("job").0, b"{}").unwrap_err()), ("body".to_owned(), None));
}

#[test]
fn a_job_needs_key_or_signature() {
    let with = |change: &dyn Fn(&mut Value)| {
        let mut fields = value(example("job").0);
        change(&mut fields);
        open(fields.to_string(), b"").map(drop)
    };
    assert!(with(&|_| {}).is_ok());
    assert!(
        with(&|job| {
            job.as_object_mut().unwrap().remove("key");
            job["usersig"] = json!("eJx");
        })
        .is_ok()
    );
    assert_eq!(error(&with(&|job| job["usersig"] = json!("eJx")).unwrap_err()).0, "missing-field");
    for (field, wrong, pointer) in [
        ("attempts", json!(0), None),
        ("in_flight", json!(0), None),
        ("calls_per_second", json!(0), Some("/calls_per_second")),
        ("budget_ms", json!(3_000), None),
        ("attempt_timeout_ms", json!(3_000), None),
        ("url", json!("ftp://x"), Some("/url")),
        ("identifier", json!(""), Some("/identifier")),
        ("sdkappid", json!(0), Some("/sdkappid")),
        ("key", json!("a b"), Some("/key")),
    ] {
        let found = error(&with(&|job| job[field] = wrong.clone()).unwrap_err());
        assert_eq!(found, ("invalid-value".to_owned(), pointer.map(str::to_owned)), "{field}");
    }
    for field in ["budget_ms", "attempt_timeout_ms"] {
        assert!(with(&|job| job[field] = json!(3_001)).is_ok());
    }
    let invalid = error(&with(&|job| job["plans"][0]["inputs"][1]["marks"] = json!([1])).unwrap_err());
    assert_eq!(invalid, ("invalid-value".to_owned(), Some("/plans/0".to_owned())));
}
