//! Hard answers, byte by byte: each is typed, keeps its status and first bytes, and is tried again if that helps.

use std::io::Read;
use std::time::Duration;

use avmarks_client::{
    ATTEMPT_TIMEOUT_MIN, Attempt, AttemptResult, Backoff, Job, JobSettings, RetrySettings, State, TransportError,
    UnexpectedKind,
};
use avmarks_transport_ureq::{Client, Timeouts};

use crate::server::{Act, Server, response, serve_all, served};
use crate::{GROUP, builder};

/// Two tries of one call without a wait between them.
pub(crate) fn settings() -> JobSettings {
    let none = Backoff { least: Duration::ZERO, base: Duration::ZERO, max: Duration::ZERO };
    let retry = RetrySettings { attempts_max: 2, immediate: none, delayed: none, ..RetrySettings::default() };
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
fn result(server: &Server, client: &Client) -> (AttemptResult, usize) {
    let job = set(client);
    assert_eq!(job.report().count(State::Applied), 2, "{:?}", job.calls());
    let tries: Vec<&Attempt> = job.calls().iter().flat_map(|call| call.attempts()).collect();
    assert_eq!(server.requests().len(), tries.len());
    (tries[0].result().clone(), tries.len())
}

fn unexpected(result: AttemptResult) -> (UnexpectedKind, u16, usize, String) {
    let AttemptResult::UnexpectedResponse(response) = result else { panic!("{result:?}") };
    (response.kind, response.status, response.bytes, String::from_utf8_lossy(&response.head).into_owned())
}

#[test]
fn a_502_keeps_status_and_first_bytes() {
    let html = format!("<html><h1>Bad Gateway</h1>{}</html>", "x".repeat(2_000));
    let server = at_first(vec![Act::Write(response(502, html.as_bytes()))]);
    let (result, tries) = result(&server, &client(&server));
    assert_eq!((unexpected(result), tries), ((UnexpectedKind::Status, 502, html.len(), html[..512].to_owned()), 2));
    assert_eq!(server.connections(), 1);
}

#[test]
fn a_200_with_html_is_not_an_answer() {
    let html = "<!DOCTYPE html><title>Log in to the network</title>";
    let server = at_first(vec![Act::Write(response(200, html.as_bytes()))]);
    let (result, tries) = result(&server, &client(&server));
    assert_eq!((unexpected(result), tries), ((UnexpectedKind::Html, 200, html.len(), html.to_owned()), 2));
}

#[test]
fn a_truncated_body_is_reported_so() {
    for (head, body) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n", r#"{"ActionStatus":"OK","ErrorCode":0,"MemberList":[]}"#),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n16\r\n", r#"{"ActionStatus":"OK","#),
    ] {
        let server = at_first(vec![Act::Write([head.as_bytes(), body.as_bytes()].concat()), Act::Close]);
        let (result, tries) = result(&server, &client(&server));
        assert_eq!((unexpected(result), tries), ((UnexpectedKind::Truncated, 200, body.len(), body.to_owned()), 2));
    }
}

#[test]
fn an_early_end_is_a_lost_connection() {
    for first in [vec![Act::Close], vec![Act::Write(b"HTTP/1.1 200 O".to_vec()), Act::Close]] {
        let server = at_first(first);
        let (result, tries) = result(&server, &client(&server));
        assert!(matches!(result, AttemptResult::Failed(TransportError::ConnectionLost { .. })), "{result:?}");
        assert_eq!(tries, 2);
    }
}

#[test]
fn invalid_http_is_a_lost_connection() {
    for bytes in
        [&b"SSH-2.0-OpenSSH_9.6\r\n"[..], b"\x00\x01\x02\x03\r\n\r\n", b"HTTP/1.1 999999 X\r\n\r\n", b"\r\n\r\n"]
    {
        let server = at_first(vec![Act::Write(bytes.to_vec()), Act::Close]);
        let (result, _) = result(&server, &client(&server));
        assert!(matches!(result, AttemptResult::Failed(TransportError::ConnectionLost { .. })), "{result:?}");
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
    let (result, tries) = result(&server, &client(&server));
    assert_eq!((result, tries), (AttemptResult::Served { accounts: 2 }, 1));
}

#[test]
fn closing_connections_costs_no_attempt() {
    for closing in ["Connection: close\r\n", ""] {
        let server = Server::start(move |_, body| {
            let body = served(body);
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n{closing}\r\n", body.len());
            vec![Act::Write([head.as_bytes(), &body].concat()), Act::Close]
        });
        let client = client(&server);
        let job = client.set_marks(GROUP, (0..1_600).map(|at| (format!("u{at}"), [1_000]))).unwrap();
        assert_eq!(job.report().count(State::Applied), 1_600);
        if !closing.is_empty() {
            assert_eq!((server.requests().len(), server.connections()), (4, 4));
        }
    }
}

#[test]
fn a_body_may_end_with_the_connection() {
    let server =
        Server::start(|_, body| vec![Act::Write([b"HTTP/1.0 200 OK\r\n\r\n", &*served(body)].concat()), Act::Close]);
    let (result, tries) = result(&server, &client(&server));
    assert_eq!((result, tries), (AttemptResult::Served { accounts: 2 }, 1));
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
        let tries: Vec<&Attempt> = job.calls().iter().flat_map(|call| call.attempts()).collect();
        let (kind, found, ..) = unexpected(tries[0].result().clone());
        assert_eq!((kind, found, tries.len()), (UnexpectedKind::Redirect, status, 1));
        assert_eq!((server.requests().len(), elsewhere.connections()), (1, 0), "the signature went elsewhere");
        assert_eq!(job.report().count(State::Applied), 0);
    }
}

#[test]
fn each_phase_has_a_timeout() {
    let short = Duration::from_millis(500);
    let waits = |timeouts: Timeouts, first: Vec<Act>| {
        let server = at_first(first);
        let client = builder(server.base()).settings(settings()).timeouts(timeouts).build().unwrap();
        result(&server, &client)
    };
    let silent = Timeouts { response: short, ..Timeouts::default() };
    let (result, tries) = waits(silent, vec![Act::Hang]);
    assert_eq!((result, tries), (AttemptResult::Failed(TransportError::TimedOut), 2));

    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{".to_vec();
    let stuck = Timeouts { body: short, ..Timeouts::default() };
    let (result, tries) = waits(stuck, vec![Act::Write(head), Act::Hang]);
    assert_eq!((unexpected(result), tries), ((UnexpectedKind::Truncated, 200, 1, "{".to_owned()), 2));
}

#[test]
fn the_attempt_timeout_bounds_all_phases() {
    let server = at_first(vec![Act::Hang]);
    let long = Duration::from_secs(3_600);
    let timeouts = Timeouts { resolve: long, connect: long, send: long, response: long, body: long };
    let mut settings = settings();
    settings.retry.attempt_timeout = ATTEMPT_TIMEOUT_MIN;
    let client = builder(server.base()).settings(settings).timeouts(timeouts).build().unwrap();
    let (result, tries) = result(&server, &client);
    assert_eq!((result, tries), (AttemptResult::Failed(TransportError::TimedOut), 2));
}

#[test]
fn too_long_a_body_is_not_read() {
    let endless = [b"HTTP/1.1 200 OK\r\nContent-Length: 9000000000\r\n\r\n".to_vec(), vec![b'x'; 5_000]].concat();
    let server = at_first(vec![Act::Write(endless), Act::Hang]);
    let client = builder(server.base()).settings(settings()).response_bytes_max(1_000).build().unwrap();
    let (result, tries) = result(&server, &client);
    let (kind, status, bytes, _) = unexpected(result);
    assert_eq!((kind, status, bytes, tries), (UnexpectedKind::Truncated, 200, 1_000, 2));
}

#[test]
fn too_long_a_head_loses_the_connection() {
    let head = format!("HTTP/1.1 200 OK\r\nX-Long: {}\r\n\r\n", "x".repeat(200_000));
    let server = at_first(vec![Act::Write(head.into_bytes()), Act::Close]);
    let (result, _) = result(&server, &client(&server));
    assert!(matches!(result, AttemptResult::Failed(TransportError::ConnectionLost { .. })), "{result:?}");
}

/// A response with its body in this encoding.
fn encoded(encoding: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn compressed(encoding: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let level = flate2::Compression::best();
    match encoding {
        "gzip" | "x-gzip" => flate2::read::GzEncoder::new(body, level).read_to_end(&mut bytes),
        "deflate" => flate2::read::ZlibEncoder::new(body, level).read_to_end(&mut bytes),
        _ => flate2::read::DeflateEncoder::new(body, level).read_to_end(&mut bytes),
    }
    .unwrap();
    bytes
}

#[test]
fn compressed_answers_are_decoded() {
    for (encoding, format) in [("gzip", "gzip"), ("X-GZIP", "gzip"), ("deflate", "deflate"), ("deflate", "raw")] {
        let server =
            Server::start(move |_, body| vec![Act::Write(encoded(encoding, &compressed(format, &served(body))))]);
        let (result, tries) = result(&server, &client(&server));
        assert_eq!((result, tries), (AttemptResult::Served { accounts: 2 }, 1), "{encoding} {format}");
        let request = String::from_utf8(server.requests().remove(0)).unwrap().to_lowercase();
        assert!(request.contains("\r\naccept-encoding: identity\r\n"), "{request}");
    }
}

#[test]
fn decoded_answers_have_the_same_limit() {
    for (length, kind) in [(1_000, UnexpectedKind::Empty), (1_001, UnexpectedKind::Truncated)] {
        let bomb = compressed("gzip", &vec![b' '; length]);
        assert!(bomb.len() < 100);
        let server = at_first(vec![Act::Write(encoded("gzip", &bomb))]);
        let client = builder(server.base()).settings(settings()).response_bytes_max(1_000).build().unwrap();
        let (result, _) = result(&server, &client);
        let (found, status, bytes, _) = unexpected(result);
        assert_eq!((found, status, bytes), (kind, 200, 1_000));
    }
}

#[test]
fn an_encoding_that_cannot_be_decoded_is_named() {
    for (encoding, body) in [("br", &b"\x0b\x02\x80"[..]), ("gzip", b"plain"), ("gzip, br", b"\x0b\x02\x80")] {
        let server = Server::start(move |_, _| vec![Act::Write(encoded(encoding, body))]);
        let job = set(&client(&server));
        let attempts = job.calls()[0].attempts();
        let shown = attempts[0].result().to_string();
        let name: String = encoding.chars().filter(|found| found.is_ascii_alphanumeric()).collect();
        assert!(shown.starts_with(&format!("the answer is compressed (`Content-Encoding: {name}`)")), "{shown}");
        assert_eq!((attempts.len(), job.report().count(State::Unconfirmed)), (1, 2));
    }
}

#[test]
fn retry_after_is_respected() {
    let busy = |wait: &str| {
        vec![Act::Write(format!("HTTP/1.1 503 Busy\r\nRetry-After: {wait}\r\nContent-Length: 0\r\n\r\n").into_bytes())]
    };
    let server = at_first(busy("1"));
    let job = set(&client(&server));
    let attempts = job.calls()[0].attempts();
    let waited = attempts[1].sent_at().saturating_duration_since(attempts[0].ended_at());
    assert!(waited >= Duration::from_secs(1) && job.report().is_complete(), "{waited:?}");
    for wait in ["31", "99999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"] {
        let server = at_first(busy(wait));
        let job = set(&client(&server));
        assert_eq!((server.requests().len(), job.report().count(State::Unconfirmed)), (1, 2), "{wait}");
    }
}

#[test]
fn a_refused_connection_was_not_sent() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let base = avmarks_protocol::region::BaseUrl::parse(&format!("http://127.0.0.1:{port}")).unwrap();
    let job = set(&builder(base).settings(settings()).build().unwrap());
    let tries: Vec<&Attempt> = job.calls().iter().flat_map(|call| call.attempts()).collect();
    assert_eq!(tries.len(), 2);
    let shown = tries[0].result().to_string();
    assert!(shown.starts_with(&format!("not sent: 127.0.0.1:{port} cannot be reached: Connection refused")), "{shown}");
    assert_eq!(job.report().count(State::NotSent), 2);
}

#[test]
fn an_unknown_name_was_not_sent() {
    // RFC 6761: no such name exists.
    let base = avmarks_protocol::region::BaseUrl::parse("https://avmarks.invalid").unwrap();
    let job = set(&builder(base).settings(settings()).build().unwrap());
    let call = &job.calls()[0];
    assert!(
        matches!(call.attempts()[0].result(), AttemptResult::Failed(TransportError::NotSent { .. })),
        "{:?}",
        call.attempts()
    );
}
