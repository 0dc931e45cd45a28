//! Clients that send or read slowly, or not at all.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::{Pair, signed_path};

const EACH: usize = 60;

fn connect(pair: &Pair, start: &str) -> TcpStream {
    let mut stream = TcpStream::connect(&pair.keeper.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
    stream.write_all(start.as_bytes()).unwrap();
    stream
}

/// What is answered until the server closes the connection.
fn rest(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    // A reset is an end too.
    let _ = stream.read_to_end(&mut bytes);
    String::from_utf8(bytes).unwrap()
}

#[test]
fn slow_clients_disturb_nobody_and_are_ended() {
    let pair = Pair::start("keep-slow");
    let host = &pair.keeper.address;
    let webhook = format!("POST {} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 16000000\r\n\r\n", signed_path());
    let wants = format!("POST /v1/wants HTTP/1.1\r\nHost: {host}\r\nContent-Length: 16000000\r\n\r\n");
    let page = format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n");
    #[cfg(target_os = "linux")]
    let before = pair.keeper.memory();
    // Nothing, a head that does not end, bodies that come a byte at a time, and a connection that stays open.
    let slow: Vec<TcpStream> = ["", "POST /webhook?", &webhook, &wants, &page]
        .into_iter()
        .flat_map(|start| (0..EACH).map(|_| connect(&pair, start)).collect::<Vec<_>>())
        .collect();
    let began = Instant::now();
    let mut answered = 0;
    while began.elapsed() < Duration::from_secs(3) {
        for (at, mut stream) in slow.iter().enumerate() {
            if at / EACH != 0 && at / EACH != 4 {
                stream.write_all(b"x").unwrap();
            }
        }
        assert_eq!(pair.put("teacher", r#"{"marks":[1000]}"#).status, 200);
        let online = r#"{"CallbackCommand":"Group.CallbackOnMemberStateChange","GroupId":"live","EventType":"Online","MemberList":[{"Member_Account":"teacher"}]}"#;
        assert_eq!(pair.webhook(online).status, 200);
        answered += 1;
    }
    assert!(answered > 0);
    #[cfg(target_os = "linux")]
    assert!(pair.keeper.memory() < before + 32 * 1_048_576, "{} {before}", pair.keeper.memory());
    let answers: Vec<String> = slow.into_iter().map(rest).collect();
    for (at, answer) in answers.iter().enumerate() {
        let expected = match at / EACH {
            2 | 3 => "HTTP/1.1 408",
            4 => "HTTP/1.1 200",
            _ => "",
        };
        assert!(answer.starts_with(expected) && (!expected.is_empty() || answer.is_empty()), "{at}: {answer:.60}");
    }
    pair.stop();
}

#[test]
fn whoever_sends_a_head_without_end_is_refused() {
    let pair = Pair::start("keep-head");
    let mut stream = connect(&pair, "GET / HTTP/1.1\r\n");
    // Half a megabyte or so is taken; then it is refused, and the connection closed. Up to some megabytes wait in the sockets.
    let line = format!("X-Line: {}\r\n", "x".repeat(1_000));
    let sent = (0..65_536).take_while(|_| stream.write_all(line.as_bytes()).is_ok()).count();
    assert!(sent < 65_536);
    let answer = rest(stream);
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
    pair.stop();
}
