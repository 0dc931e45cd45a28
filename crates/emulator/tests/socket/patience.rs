//! Slow and idle clients are dropped, and hold nobody up.

use std::io::Write;
use std::time::Duration;

use crate::client::{connect, exchange, is_closed, receive};
use crate::{COUNT, QUERY, post, start};

const SOON: Duration = Duration::from_millis(100);

#[test]
fn whoever_says_nothing_is_dropped() {
    let running = start(|settings| settings.head_timeout = SOON);
    let mut silent = connect(running.address());
    let mut half = connect(running.address());
    half.write_all(b"POST / HTTP/1.1\r\nHost:").unwrap();
    let mut handshake = connect(running.address());
    handshake.write_all(&[0x16, 3, 1]).unwrap();
    let mut idle = connect(running.address());
    assert_eq!(exchange(&mut idle, post(COUNT, QUERY, "{}")).code(), 10004);
    for (which, stream) in
        [("silent", &mut silent), ("half", &mut half), ("handshake", &mut handshake), ("idle", &mut idle)]
    {
        assert!(is_closed(stream), "{which}");
    }
}

#[test]
fn a_missing_body_times_out() {
    let running = start(|settings| settings.body_timeout = SOON);
    for request in [
        post(COUNT, QUERY, "{}").replace("Content-Length: 2", "Content-Length: 20"),
        format!("POST {COUNT}?{QUERY} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{{"),
    ] {
        let mut stream = connect(running.address());
        stream.write_all(request.as_bytes()).unwrap();
        let reply = receive(&mut stream);
        assert_eq!(reply.status, 408);
        assert_eq!(reply.header("connection"), Some("close"));
        assert!(is_closed(&mut stream));
    }
}

#[test]
fn whoever_takes_no_answer_is_dropped() {
    let running = start(|settings| settings.body_timeout = SOON);
    let mut stream = connect(running.address());
    let requests = post("/v4/nowhere", QUERY, "{}").repeat(1_000);
    // Without a reader the answers pile up, then the requests; then the connection goes.
    while stream.write_all(requests.as_bytes()).is_ok() {}
    assert_eq!(exchange(&mut connect(running.address()), post(COUNT, QUERY, "{}")).code(), 10004);
}
