//! The control API from outside: what each path does, and what it says if it does not.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may panic")]

#[expect(dead_code, reason = "the suite that it belongs to uses all of it")]
#[path = "../socket/client.rs"]
mod client;
mod clock;
mod document;
mod events;
mod examples;
mod faults;
mod groups;
mod guard;
mod robots;
mod settings;
mod state;

use avmarks_emulator::{Clock, Emulator, Running, Settings};
use client::Reply;
use serde_json::{Value, json};

const MARKS: &str = "/v4/group_open_avchatroom_http_svc/modify_user_info";
const LIST: &str = "/v4/group_open_avchatroom_http_svc/get_members";
const COUNT: &str = "/v4/group_open_http_svc/get_online_member_num";
const QUERY: &str = "sdkappid=1400000000&identifier=administrator&usersig=x&random=1&contenttype=json";
const NOW: u64 = 1_700_000_000_000;
const THREE_DAYS: u64 = 259_200_000;

/// An emulator on a port of its own, whose clock stands still at [`NOW`].
fn start(change: impl FnOnce(&mut Settings)) -> Running {
    let mut settings = Settings::default();
    settings.clock = Clock::standing_at(avmarks_spec::Timestamp::from_millis(NOW));
    change(&mut settings);
    Emulator::new(settings).unwrap().start("127.0.0.1:0".parse().unwrap()).unwrap()
}

/// One with a group `@TGS#a` in which `a` and `b` are.
fn with_group() -> Running {
    let running = start(|_| {});
    done(&running, "POST", "groups", r#"{"group":"@TGS#a"}"#);
    done(&running, "POST", "groups/@TGS%23a/join", r#"{"accounts":["a","b"]}"#);
    running
}

/// A request to the control API; a body is JSON.
fn ask(running: &Running, method: &str, path: &str, body: &str) -> Reply {
    let kind = if body.is_empty() { "" } else { "Content-Type: application/json\r\n" };
    ask_with(running, method, path, kind, body)
}

/// One with these lines in its head.
fn ask_with(running: &Running, method: &str, path: &str, head: &str, body: &str) -> Reply {
    let host = if head.contains("Host:") { "" } else { "Host: localhost\r\n" };
    let length = body.len();
    let request = format!("{method} /_avmarks/{path} HTTP/1.1\r\n{host}{head}Content-Length: {length}\r\n\r\n{body}");
    client::ask(running.address(), request)
}

/// The answer to a request that is served.
fn done(running: &Running, method: &str, path: &str, body: &str) -> Value {
    let reply = ask(running, method, path, body);
    assert_eq!(reply.status, 200, "{method} {path} {body}: {reply:?}");
    serde_json::from_str(&reply.body).unwrap()
}

/// The status and the sentence of a request that is not.
fn refused(running: &Running, method: &str, path: &str, body: &str) -> (u16, String) {
    sentence(&ask(running, method, path, body))
}

fn sentence(reply: &Reply) -> (u16, String) {
    assert_eq!(reply.header("content-type"), Some("application/json"), "{reply:?}");
    let body: Value = serde_json::from_str(&reply.body).unwrap();
    (reply.status, body["error"].as_str().unwrap().to_owned())
}

/// A call of the API.
fn call(running: &Running, path: &str, body: &str) -> Reply {
    let length = body.len();
    let request = format!("POST {path}?{QUERY} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n{body}");
    client::ask(running.address(), request)
}

fn set_marks(running: &Running, account: &str, marks: &[u32]) {
    let body = json!({
        "GroupId": "@TGS#a", "CommandType": 1, "MemberList": [{ "Member_Account": account, "Marks": marks }],
    });
    assert_eq!(call(running, MARKS, &body.to_string()).code(), 0);
}
