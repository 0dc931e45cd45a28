//! Hard answers, byte by byte: each is typed, keeps its status and first bytes, and is tried again where that helps.

use std::time::Duration;

use avmarks_client::Failure;
use avmarks_client::{
    AttemptResult, Backoff, Job, JobSettings, RetrySettings, State, TRY_TIMEOUT_MIN, Try, UnexpectedKind,
};
use avmarks_transport_ureq::{Client, Timeouts};

use crate::server::{Act, Server, response, serve_all, served};
use crate::{GROUP, builder};

/// Two tries of one call without a wait between them.
pub(crate) fn settings() -> JobSettings {
    let none = Backoff { least: Duration::ZERO, base: Duration::ZERO, max: Duration::ZERO };
    let retry = RetrySettings { tries_max: 2, now: none, later: none, ..RetrySettings::default() };
    JobSettings { retry, ..JobSettings::default() }
}

fn client(server: &Server) -> Client {
    builder(server.base()).settings(settings()).build().unwrap()
}

fn set(client: &Client) -> Job {
    client.set_marks(GROUP, [("teacher10", [1_000]), ("student9", [1_001])]).unwrap()
}

/// Gives `first` to the first request, and serves all others.
fn at_first(first: Vec<Act>) -> Server {
    Server::start(move |number, body| if number == 0 { first.clone() } else { serve_all(number, body) })
}

/// What became of the first try, and how many there were. All was served in the end.
fn heard(server: &Server, client: &Client) -> (AttemptResult, usize) {
    let job = set(client);
    assert_eq!(job.report().counts().of(State::Applied), 2, "{:?}", job.calls());
    let tries: Vec<&Try> = job.calls().iter().flat_map(|call| call.tries()).collect();
    assert_eq!(server.requests().len(), tries.len());
    (tries[0].heard().clone(), tries.len())
}

fn foreign(heard: AttemptResult) -> (UnexpectedKind, u16, usize, String) {
    let AttemptResult::UnexpectedResponse(foreign) = heard else { panic!("{heard:?}") };
    (foreign.kind, foreign.status, foreign.bytes, String::from_utf8_lossy(&foreign.head).into_owned())
}

#[test]
fn a_502_with_html_keeps_its_status_and_first_bytes() {
    let html = format!("<html><h1>Bad Gateway</h1>{}</html>", "x".repeat(2_000));
    let server = at_first(vec![Act::Write(response(502, html.as_bytes()))]);
    let (heard, tries) = heard(&server, &client(&server));
    assert_eq!((foreign(heard), tries), ((UnexpectedKind::Status, 502, html.len(), html[..512].to_owned()), 2));
    assert_eq!(server.connections(), 1);
}

#[test]
fn a_200_with_html_is_not_an_answer() {
    let html = "<!DOCTYPE html><title>Log in to the network</title>";
    let server = at_first(vec![Act::Write(response(200, html.as_bytes()))]);
    let (heard, tries) = heard(&server, &client(&server));
    assert_eq!((foreign(heard), tries), ((UnexpectedKind::Html, 200, html.len(), html.to_owned()), 2));
}

#[test]
fn a_body_that_is_cut_is_told_as_cut_with_what_came() {
    for (head, body) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n", r#"{"ActionStatus":"OK","ErrorCode":0,"MemberList":[]}"#),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n16\r\n", r#"{"ActionStatus":"OK","#),
    ] {
        let server = at_first(vec![Act::Write([head.as_bytes(), body.as_bytes()].concat()), Act::Close]);
        let (heard, tries) = heard(&server, &client(&server));
        assert_eq!((foreign(heard), tries), ((UnexpectedKind::Cut, 200, body.len(), body.to_owned()), 2));
    }
}

#[test]
fn a_connection_that_ends_before_the_answer_is_lost() {
    for first in [vec![Act::Close], vec![Act::Write(b"HTTP/1.1 200 O".to_vec()), Act::Close]] {
        let server = at_first(first);
        let (heard, tries) = heard(&server, &client(&server));
        assert!(matches!(heard, AttemptResult::Failed(Failure::ConnectionLost { .. })), "{heard:?}");
        assert_eq!(tries, 2);
    }
}

#[test]
fn what_is_not_http_is_a_lost_connection_and_not_a_panic() {
    for bytes in
        [&b"SSH-2.0-OpenSSH_9.6\r\n"[..], b"\x00\x01\x02\x03\r\n\r\n", b"HTTP/1.1 999999 X\r\n\r\n", b"\r\n\r\n"]
    {
        let server = at_first(vec![Act::Write(bytes.to_vec()), Act::Close]);
        let (heard, _) = heard(&server, &client(&server));
        assert!(matches!(heard, AttemptResult::Failed(Failure::ConnectionLost { .. })), "{heard:?}");
    }
}

#[test]
fn a_chunked_answer_is_put_together() {
    let server = Server::start(|_, body| {
        let mut bytes = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
        for chunk in served(body).chunks(7) {
            bytes.extend(format!("{:x};ext=1\r\n", chunk.len()).into_bytes());
            bytes.extend([chunk, b"\r\n"].concat());
        }
        bytes.extend(b"0\r\nTrailer: x\r\n\r\n");
        // One byte at a time, so that no border is where it suits.
        bytes.into_iter().map(|byte| Act::Write(vec![byte])).collect()
    });
    let (heard, tries) = heard(&server, &client(&server));
    assert_eq!((heard, tries), (AttemptResult::Served { accounts: 2 }, 1));
}

#[test]
fn a_connection_that_is_closed_after_each_answer_costs_no_try() {
    for closing in ["Connection: close\r\n", ""] {
        let server = Server::start(move |_, body| {
            let body = served(body);
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n{closing}\r\n", body.len());
            vec![Act::Write([head.as_bytes(), &body].concat()), Act::Close]
        });
        let client = client(&server);
        let job = client.set_marks(GROUP, (0..1_600).map(|at| (format!("u{at}"), [1_000]))).unwrap();
        assert_eq!(job.report().counts().of(State::Applied), 1_600);
        if !closing.is_empty() {
            assert_eq!((server.requests().len(), server.connections()), (4, 4));
        }
    }
}

#[test]
fn a_body_that_ends_with_the_connection_is_whole() {
    let server =
        Server::start(|_, body| vec![Act::Write([b"HTTP/1.0 200 OK\r\n\r\n", &*served(body)].concat()), Act::Close]);
    let (heard, tries) = heard(&server, &client(&server));
    assert_eq!((heard, tries), (AttemptResult::Served { accounts: 2 }, 1));
}

#[test]
fn a_redirect_is_refused_and_ends_the_job() {
    for status in [301, 302, 307, 308] {
        let elsewhere = Server::start(serve_all);
        let location = format!("{}/v4/here", elsewhere.base());
        let server = Server::start(move |_, _| {
            let head = format!("HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
            vec![Act::Write(head.into_bytes())]
        });
        let job = set(&client(&server));
        let tries: Vec<&Try> = job.calls().iter().flat_map(|call| call.tries()).collect();
        let (kind, found, ..) = foreign(tries[0].heard().clone());
        assert_eq!((kind, found, tries.len()), (UnexpectedKind::Redirect, status, 1));
        assert_eq!((server.requests().len(), elsewhere.connections()), (1, 0), "the signature went elsewhere");
        assert_eq!(job.report().counts().of(State::Applied), 0);
    }
}

#[test]
fn a_slow_answer_is_given_up_in_each_phase() {
    let short = Duration::from_millis(500);
    let waits = |timeouts: Timeouts, first: Vec<Act>| {
        let server = at_first(first);
        let client = builder(server.base()).settings(settings()).timeouts(timeouts).build().unwrap();
        heard(&server, &client)
    };
    let silent = Timeouts { response: short, ..Timeouts::default() };
    let (heard, tries) = waits(silent, vec![Act::Hang]);
    assert_eq!((heard, tries), (AttemptResult::Failed(Failure::TimedOut), 2));

    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{".to_vec();
    let stuck = Timeouts { body: short, ..Timeouts::default() };
    let (heard, tries) = waits(stuck, vec![Act::Write(head), Act::Hang]);
    assert_eq!((foreign(heard), tries), ((UnexpectedKind::Cut, 200, 1, "{".to_owned()), 2));
}

#[test]
fn the_time_of_a_whole_try_bounds_all_phases() {
    let server = at_first(vec![Act::Hang]);
    let long = Duration::from_secs(3_600);
    let timeouts = Timeouts { resolve: long, connect: long, send: long, response: long, body: long };
    let mut settings = settings();
    settings.retry.try_timeout = TRY_TIMEOUT_MIN;
    let client = builder(server.base()).settings(settings).timeouts(timeouts).build().unwrap();
    let (heard, tries) = heard(&server, &client);
    assert_eq!((heard, tries), (AttemptResult::Failed(Failure::TimedOut), 2));
}

#[test]
fn a_body_that_is_too_long_is_read_no_further() {
    let endless = [b"HTTP/1.1 200 OK\r\nContent-Length: 9000000000\r\n\r\n".to_vec(), vec![b'x'; 5_000]].concat();
    let server = at_first(vec![Act::Write(endless), Act::Hang]);
    let client = builder(server.base()).settings(settings()).response_bytes_max(1_000).build().unwrap();
    let (heard, tries) = heard(&server, &client);
    let (kind, status, bytes, _) = foreign(heard);
    assert_eq!((kind, status, bytes, tries), (UnexpectedKind::Cut, 200, 1_000, 2));
}

#[test]
fn a_head_that_is_too_long_is_a_lost_connection() {
    let head = format!("HTTP/1.1 200 OK\r\nX-Long: {}\r\n\r\n", "x".repeat(200_000));
    let server = at_first(vec![Act::Write(head.into_bytes()), Act::Close]);
    let (heard, _) = heard(&server, &client(&server));
    assert!(matches!(heard, AttemptResult::Failed(Failure::ConnectionLost { .. })), "{heard:?}");
}

#[test]
fn a_refused_connection_was_not_sent() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let base = avmarks_protocol::region::BaseUrl::parse(&format!("http://127.0.0.1:{port}")).unwrap();
    let job = set(&builder(base).settings(settings()).build().unwrap());
    let tries: Vec<&Try> = job.calls().iter().flat_map(|call| call.tries()).collect();
    assert_eq!(tries.len(), 2);
    assert!(matches!(tries[0].heard(), AttemptResult::Failed(Failure::NotSent { .. })), "{:?}", tries[0].heard());
    assert_eq!(job.report().counts().of(State::NotTried), 2);
}

#[test]
fn a_name_that_is_not_found_was_not_sent() {
    // RFC 6761: no such name exists.
    let base = avmarks_protocol::region::BaseUrl::parse("https://avmarks.invalid").unwrap();
    let job = set(&builder(base).settings(settings()).build().unwrap());
    let call = &job.calls()[0];
    assert!(matches!(call.tries()[0].heard(), AttemptResult::Failed(Failure::NotSent { .. })), "{:?}", call.tries());
}
