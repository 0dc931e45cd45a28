//! The calls beyond those of the service, from outside: what each answers, and what it refuses at the edge of each limit.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may panic")]

mod accounts;
mod acknowledged;
mod chatbots;
#[expect(dead_code, reason = "the suite that it belongs to uses all of it")]
#[path = "../socket/client.rs"]
mod client;
mod document;
mod groups;
mod kept;
mod members;
mod messages;
mod odd;
mod sdks;
mod stubs;
mod suite;
mod values;

use avmarks_emulator::{Clock, Emulator, Running, Settings};
use client::Reply;
use serde_json::{Value, json};

const QUERY: &str = "sdkappid=1400000000&identifier=administrator&usersig=x&random=1&contenttype=json";
/// When the clock stands still, in seconds.
const NOW: u64 = 1_700_000_000;

/// An emulator on a port of its own, whose clock stands still at [`NOW`].
fn start(change: impl FnOnce(&mut Settings)) -> Running {
    let mut settings = Settings::default();
    settings.clock = Clock::standing_at(avmarks_spec::Timestamp::from_millis(NOW * 1_000));
    change(&mut settings);
    Emulator::new(settings).unwrap().start("127.0.0.1:0".parse().unwrap()).unwrap()
}

/// One with a group of each type: `Private`, `Public`, `ChatRoom`, `AVChatRoom`, `@TGS#_Community`. `o` owns all, `a` and `b` are in each.
fn with_groups() -> Running {
    let running = start(|_| {});
    for kind in ["Private", "Public", "ChatRoom", "AVChatRoom", "Community"] {
        let id = if kind == "Community" { "@TGS#_Community" } else { kind };
        let group = json!({ "Type": kind, "Name": "n", "GroupId": id, "Owner_Account": "o" });
        assert_eq!(ask(&running, "group_open_http_svc/create_group", &group)["ErrorCode"], 0);
        control(&running, "POST", &format!("groups/{}/join", id.replace('#', "%23")), r#"{"accounts":["a","b"]}"#);
    }
    running
}

fn post(running: &Running, path: &str, query: &str, body: &str) -> Reply {
    let length = body.len();
    let request =
        format!("POST /v4/{path}?{query} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n{body}");
    client::ask(running.address(), request)
}

/// What a call is answered.
fn ask(running: &Running, path: &str, body: &Value) -> Value {
    let reply = post(running, path, QUERY, &body.to_string());
    assert_eq!(reply.status, 200, "{reply:?}");
    let answer: Value = serde_json::from_str(&reply.body).unwrap();
    let ok = answer["ErrorCode"] == 0;
    // The one text of a call that is served is that of a page's sample.
    let is_bare = answer["ErrorInfo"] == if path.ends_with("/getappinfo") && ok { "OK" } else { "" };
    assert_eq!((&answer["ActionStatus"] == "OK", is_bare), (ok, ok), "{answer}");
    answer
}

/// What a call is answered beyond the envelope, if it is served.
fn served(running: &Running, path: &str, body: &Value) -> Value {
    let mut answer = ask(running, path, body);
    assert_eq!(answer["ErrorCode"], 0, "{path} {body}: {answer}");
    for field in ["ActionStatus", "ErrorInfo", "ErrorCode"] {
        answer.as_object_mut().unwrap().remove(field);
    }
    answer
}

/// The codes of these requests, one after the other.
fn codes(running: &Running, path: &str, rows: &[(Value, i64)]) {
    for (body, code) in rows {
        let answer = ask(running, path, body);
        assert_eq!(answer["ErrorCode"], *code, "{path} {body}: {answer}");
    }
}

/// The codes of this request about a group of each type: Private, Public, ChatRoom, AVChatRoom, Community.
fn codes_by_type(running: &Running, path: &str, body: &Value, expected: [i64; 5]) {
    let groups = ["Private", "Public", "ChatRoom", "AVChatRoom", "@TGS#_Community"];
    for (group, code) in groups.into_iter().zip(expected) {
        let mut body = body.clone();
        body["GroupId"] = json!(group);
        let answer = ask(running, path, &body);
        assert_eq!(answer["ErrorCode"], code, "{path} {body}: {answer}");
    }
}

/// The answer of the control API.
fn control(running: &Running, method: &str, path: &str, body: &str) -> Value {
    let reply = control_reply(running, method, path, body);
    assert_eq!(reply.status, 200, "{method} {path} {body}: {reply:?}");
    serde_json::from_str(&reply.body).unwrap()
}

fn control_reply(running: &Running, method: &str, path: &str, body: &str) -> Reply {
    let kind = if body.is_empty() { "" } else { "Content-Type: application/json\r\n" };
    let length = body.len();
    let request = format!(
        "{method} /_avmarks/{path} HTTP/1.1\r\nHost: localhost\r\n{kind}Content-Length: {length}\r\n\r\n{body}"
    );
    client::ask(running.address(), request)
}

/// This many accounts.
fn accounts(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("u{number}")).collect()
}
