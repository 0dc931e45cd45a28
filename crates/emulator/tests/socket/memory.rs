//! What clients can make the emulator hold, and for how long.

use std::io::Write;
use std::net::TcpStream;

use crate::client::{ask, connect, exchange, is_closed, receive, receive_head};
use crate::{COUNT, QUERY, post, start};

const MIB: usize = 1_048_576;

fn control(method: &str, path: &str, kind: &str, body: &str) -> String {
    let length = body.len();
    let kind = if kind.is_empty() { String::new() } else { format!("Content-Type: {kind}\r\n") };
    format!("{method} /_avmarks/{path} HTTP/1.1\r\nHost: localhost\r\n{kind}Content-Length: {length}\r\n\r\n{body}")
}

/// The head of a request whose body is not sent, and is asked for first.
fn awaited(path: &str, kind: &str, length: usize) -> String {
    format!(
        "PUT /_avmarks/{path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\nExpect: 100-continue\r\nContent-Length: {length}\r\n\r\n"
    )
}

/// Lets a large body begin, and not end.
fn begin_state(stream: &mut TcpStream, length: usize) {
    stream.write_all(awaited("state", "application/json", length).as_bytes()).unwrap();
    assert_eq!(receive_head(stream).status, 100);
}

#[test]
fn type_and_length_are_judged_before_the_body() {
    let running = start(|_| {});
    for (path, kind, length, status) in [
        ("state", "text/plain", 60 * MIB, 415),
        ("webhooks", "text/plain", 10, 415),
        ("state", "application/json", 64 * MIB + 1, 413),
        ("webhooks", "application/json", MIB + 1, 413),
        // Nobody reads it.
        ("nothing", "application/json", MIB, 404),
        ("state", "application/json", 64 * MIB, 100),
        ("webhooks", "application/json", MIB, 100),
    ] {
        let mut stream = connect(running.address());
        stream.write_all(awaited(path, kind, length).as_bytes()).unwrap();
        assert_eq!(receive_head(&mut stream).status, status, "{path} {kind} {length}");
    }
}

#[test]
fn large_bodies_share_one_budget() {
    let running = start(|settings| settings.large_bytes_max = 2 * MIB);
    let mut first = connect(running.address());
    begin_state(&mut first, MIB + MIB / 2);
    // What does not fit waits for its turn, and is not asked for before.
    let mut second = connect(running.address());
    second.write_all(awaited("state", "application/json", MIB).as_bytes()).unwrap();
    // What comes in chunks has begun already, and cannot wait.
    let mut chunked = connect(running.address());
    let body = format!("{:x}\r\n{}\r\n0\r\n\r\n", MIB - 1, " ".repeat(MIB - 1));
    let request =
        format!("POST {COUNT}?{QUERY} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n{body}");
    let reply = exchange(&mut chunked, request);
    assert_eq!(reply.status, 503);
    assert!(reply.body.contains("too many bytes are being read or sent at once"), "{reply:?}");
    // A small one takes no share.
    let small = " ".repeat(65_536);
    assert_eq!(ask(running.address(), post(COUNT, QUERY, &small)).code(), 60003);
    drop(first);
    assert_eq!(receive_head(&mut second).status, 100);
}

#[test]
fn large_states_wait_for_memory() {
    let running = start(|settings| settings.large_bytes_max = MIB);
    let mut first = connect(running.address());
    begin_state(&mut first, MIB);
    let mut waiting = connect(running.address());
    waiting.write_all(control("GET", "state", "", "").as_bytes()).unwrap();
    waiting.set_read_timeout(Some(std::time::Duration::from_millis(200))).unwrap();
    assert!(waiting.peek(&mut [0]).is_err(), "it is answered while there is no room");
    waiting.set_read_timeout(None).unwrap();
    // A body that does not come any more gives its share back.
    drop(first);
    assert_eq!(receive(&mut waiting).status, 200);
}

#[test]
fn bodies_have_at_most_a_mebibyte() {
    let running = start(|_| {});
    let state = ask(running.address(), control("GET", "state", "", "")).body;
    let state = state.replace("\"body_bytes_max\":1048576", "\"body_bytes_max\":9223372036854775807");
    assert_eq!(ask(running.address(), control("PUT", "state", "application/json", &state)).status, 400);
    assert_eq!(ask(running.address(), post(COUNT, QUERY, &" ".repeat(MIB))).code(), 60003);
    assert_eq!(ask(running.address(), post(COUNT, QUERY, &" ".repeat(MIB + 1))).code(), 60002);
}

#[test]
fn some_places_are_for_the_control_plane_alone() {
    let running = start(|settings| settings.connections_max = 1);
    let mut idle = connect(running.address());
    assert_eq!(exchange(&mut idle, post(COUNT, QUERY, "{}")).code(), 10004);
    let mut more = connect(running.address());
    assert_eq!(exchange(&mut more, control("DELETE", "faults", "", "")).status, 200);
    let reply = exchange(&mut more, post(COUNT, QUERY, "{}"));
    assert_eq!((reply.status, reply.header("retry-after")), (503, Some("1")));
    assert!(is_closed(&mut more));
    // Whoever says nothing there does not keep the place.
    assert_eq!(receive(&mut connect(running.address())).status, 503);
    // Nine are turned away where eight fit.
    let silent: Vec<_> = (0..9).map(|_| connect(running.address())).collect();
    let replies: Vec<_> = silent.into_iter().map(|mut stream| receive(&mut stream).status).collect();
    assert_eq!(replies, [503; 9]);
}

#[test]
fn an_abandoned_delay_frees_its_permit() {
    let running = start(|settings| settings.connections_max = 2);
    for after in [false, true] {
        let fault = format!(r#"{{"times":2,"fault":{{"kind":"delay","ms":600000,"after":{after}}}}}"#);
        assert_eq!(ask(running.address(), control("POST", "faults", "application/json", &fault)).status, 200);
        let waiting = || ask(running.address(), control("GET", "faults", "", "")).body;
        let mut streams = Vec::new();
        // A call that finds both places taken, if only by a connection that is about to close, meets no fault.
        while waiting() != r#"{"faults":[]}"# {
            let mut stream = connect(running.address());
            stream.write_all(post(COUNT, QUERY, "{}").as_bytes()).unwrap();
            streams.push(stream);
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        // The clients go once their calls are delayed: a client that goes before its call has begun meets no fault.
        drop(streams);
        // Both places are free again long before ten minutes are over.
        loop {
            let reply = exchange(&mut connect(running.address()), post(COUNT, QUERY, "{}"));
            if reply.status == 200 {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }
}

#[test]
fn a_delayed_call_is_not_read_before() {
    let running = start(|_| {});
    let fault = r#"{"fault":{"kind":"delay","ms":400}}"#;
    assert_eq!(ask(running.address(), control("POST", "faults", "application/json", fault)).status, 200);
    let mut stream = connect(running.address());
    let request = post(COUNT, QUERY, "{}").replace("\r\n\r\n{}", "\r\nExpect: 100-continue\r\n\r\n");
    let began = std::time::Instant::now();
    stream.write_all(request.as_bytes()).unwrap();
    assert_eq!(receive_head(&mut stream).status, 100);
    assert!(began.elapsed() >= std::time::Duration::from_millis(400));
    assert_eq!(exchange(&mut stream, "{}").code(), 10004);
}
