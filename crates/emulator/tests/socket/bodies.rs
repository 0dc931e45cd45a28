//! Bodies: in pieces, announced, too long; and heads that are too long.

use std::io::{Read, Write};

use crate::client::{ask, connect, exchange, is_closed, receive, receive_head};
use crate::tls::tls;
use crate::{COUNT, QUERY, post, start};

const BYTES_MAX: usize = 1_048_576;

#[test]
fn chunks_of_any_size_make_one_body() {
    let running = start(|_| {});
    let head = format!("POST {COUNT}?{QUERY} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    for body in [
        "12\r\n{\"GroupId\":\"live\"}\r\n0\r\n\r\n",
        "1\r\n{\r\n010;name=value\r\n\"GroupId\":\"live\"\r\n1\r\n}\r\n0\r\nTrailer: x\r\n\r\n",
    ] {
        assert_eq!(ask(running.address(), format!("{head}{body}")).code(), 10010, "{body}");
    }
    let mut stream = connect(running.address());
    stream.write_all(head.as_bytes()).unwrap();
    for byte in b"{\"GroupId\":\"live\"}" {
        stream.write_all(&[b'1', b'\r', b'\n', *byte, b'\r', b'\n']).unwrap();
        stream.flush().unwrap();
    }
    assert_eq!(exchange(&mut stream, "0\r\n\r\n").code(), 10010);
}

#[test]
fn expect_continue_is_answered() {
    let running = start(|_| {});
    let body = r#"{"GroupId":"live"}"#;
    let mut stream = connect(running.address());
    let head = format!("POST {COUNT}?{QUERY} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n");
    let request = format!("{head}Content-Length: {}\r\n\r\n", body.len());
    stream.write_all(request.as_bytes()).unwrap();
    assert_eq!(receive_head(&mut stream).status, 100);
    assert_eq!(exchange(&mut stream, body).code(), 10010);
    // One that would not be read is not asked for.
    let request = format!("{head}Content-Length: {}\r\n\r\n", BYTES_MAX + 1);
    let reply = ask(running.address(), request);
    assert_eq!(reply.code(), 60002);
    assert!(reply.body.contains("the body has 1048577 bytes"), "{reply:?}");
}

#[test]
fn a_long_body_is_refused_with_its_length() {
    let running = start(|_| {});
    let spaces = " ".repeat(BYTES_MAX - 2);
    let longest = format!("{{{spaces}}}");
    assert_eq!(ask(running.address(), post(COUNT, QUERY, &longest)).code(), 10004);
    let reply = ask(running.address(), post(COUNT, QUERY, &format!("{longest}{longest}")));
    assert_eq!(reply.code(), 60002);
    assert!(reply.body.contains("the body has 2097152 bytes; at most 1048576 are read"), "{reply:?}");
    assert_eq!(reply.header("connection"), Some("close"));
    let head = format!("POST {COUNT}?{QUERY} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    let reply = ask(running.address(), format!("{head}100001\r\n {longest}\r\n0\r\n\r\n"));
    assert_eq!(reply.code(), 60002);
    assert!(reply.body.contains("the body has more than the 1048576 bytes that are read"), "{reply:?}");
    // What comes before it in the precedence still does.
    let elsewhere = ask(running.address(), post("/v4/nowhere", QUERY, &format!("{longest}{longest}")));
    assert_eq!(elsewhere.code(), 60009);
    let of_groups = ask(running.address(), post(crate::CREATE, QUERY, &format!("{longest}{longest}")));
    assert_eq!(of_groups.code(), 60002);
}

#[test]
fn a_body_of_gigabytes_is_not_waited_for() {
    let running = start(|_| {});
    let head = format!("POST {COUNT}?{QUERY} HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000000\r\n\r\n");
    let mut stream = connect(running.address());
    stream.write_all(head.as_bytes()).unwrap();
    let piece = vec![b' '; 1 << 20];
    // At some point it is no longer taken.
    let sent = (0..5_000).take_while(|_| stream.write_all(&piece).is_ok()).count();
    assert!(sent < 5_000);
}

#[test]
fn truncated_bodies_do_not_hang() {
    let running = start(|_| {});
    let mut stream = connect(running.address());
    let request = post(COUNT, QUERY, r#"{"GroupId":"live"}"#);
    stream.write_all(&request.as_bytes()[..request.len() - 5]).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    assert_eq!(receive(&mut stream).status, 400);
    assert!(is_closed(&mut stream));
    let reply = ask(
        running.address(),
        format!("POST {COUNT}?{QUERY} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
    );
    assert_eq!(reply.status, 400);
    assert!(reply.body.contains("the body cannot be read"), "{reply:?}");
}

#[test]
fn heads_have_their_limits() {
    let running = start(|settings| settings.head_bytes_max = 20_000);
    let long = "x".repeat(20_000);
    let many = "X-A: b\r\n".repeat(200);
    for (request, status, says) in [
        (format!("POST {COUNT}?{QUERY} HTTP/1.1\r\nHost: x\r\nX-Long: {long}\r\n\r\n"), 431, "more than 20000 bytes"),
        (format!("POST {COUNT}?{QUERY} HTTP/1.1\r\nHost: x\r\n{many}\r\n"), 431, "or more than 100 headers"),
        (format!("POST {COUNT}?{QUERY}&{long} HTTP/1.1\r\nHost: x\r\n\r\n"), 431, "more than 20000 bytes"),
        ("NO HTTP AT ALL\r\n\r\n".to_owned(), 400, "cannot be read as HTTP/1.1"),
    ] {
        // The answer to a request before it stays what it is.
        let mut stream = connect(running.address());
        let before = post(COUNT, QUERY, "{}");
        stream.write_all(before.as_bytes()).unwrap();
        let reply = exchange_behind(&mut stream, &request);
        assert_eq!(reply.status, status, "{reply:?}");
        assert_eq!(reply.header("content-type"), Some("application/json"));
        let body: serde_json::Value = serde_json::from_str(&reply.body).unwrap();
        assert!(body["error"].as_str().unwrap().contains(says), "{reply:?}");
        assert!(is_closed(&mut stream));
    }
    let almost = "x".repeat(19_000);
    let body = r#"{"GroupId":"live"}"#;
    let request = post(COUNT, QUERY, body).replace("Host:", &format!("X-Long: {almost}\r\nHost:"));
    assert_eq!(ask(running.address(), request).code(), 10010);
}

#[test]
fn a_long_answer_has_a_length() {
    let running = start(|_| {});
    let groups = |number| format!("{{\"at\":0,\"do\":\"create_group\",\"group\":\"group-{number:04}\"}}\n");
    running.emulator().play(&(0..5_000).map(groups).collect::<String>()).unwrap();
    let request = post("/v4/group_open_http_svc/get_appid_group_list", QUERY, "{}");
    let mut plain = connect(running.address());
    let mut secure = tls(connect(running.address()), running.emulator().certificate_pem(), "localhost");
    // A second answer begins where the first one ends.
    for reply in [
        exchange(&mut plain, &request),
        exchange(&mut plain, &request),
        exchange(&mut secure, &request),
        exchange(&mut secure, &request),
    ] {
        assert_eq!(reply.header("transfer-encoding"), None);
        let body: serde_json::Value = serde_json::from_str(&reply.body).unwrap();
        let ids: Vec<_> = body["GroupIdList"].as_array().unwrap().iter().map(|group| &group["GroupId"]).collect();
        assert_eq!((ids.len(), ids[4_999].as_str()), (5_000, Some("group-4999")));
    }
}

#[test]
fn connections_have_their_limit() {
    let running = start(|settings| settings.connections_max = 2);
    let request = post(COUNT, QUERY, "{}");
    let mut first = connect(running.address());
    let mut second = connect(running.address());
    assert_eq!(exchange(&mut first, &request).code(), 10004);
    assert_eq!(exchange(&mut second, &request).code(), 10004);
    let mut third = connect(running.address());
    let turned_away = receive(&mut third);
    assert_eq!(turned_away.status, 503);
    assert!(turned_away.body.contains("too many connections"), "{turned_away:?}");
    assert!(is_closed(&mut third));
    // Who speaks TLS is told so in its own way.
    let mut fourth = tls(connect(running.address()), running.emulator().certificate_pem(), "localhost");
    let error = fourth.write_all(b"GET").and_then(|()| fourth.read_exact(&mut [0])).unwrap_err().to_string();
    assert!(error.contains("InternalError"), "{error}");
    // A place that was given up is taken again.
    drop(first);
    while connect_and_ask(running.address(), &request) != 200 {}
}

/// The second of two answers, the first of which is one of the API.
fn exchange_behind(stream: &mut std::net::TcpStream, request: &str) -> crate::client::Reply {
    // A head that is too long may be refused before all of it is sent.
    let _ = stream.write_all(request.as_bytes());
    assert_eq!(receive(stream).code(), 10004);
    receive(stream)
}

fn connect_and_ask(address: std::net::SocketAddr, request: &str) -> u16 {
    let mut stream = connect(address);
    // Whoever is turned away may find the door shut already.
    let _ = stream.write_all(request.as_bytes());
    receive(&mut stream).status
}
