//! HTTP as SDKs write it, which is not always how one would.

use std::io::{Read, Write};
use std::time::Duration;

use avmarks_emulator::protocol::SdkAppId;
use avmarks_emulator::protocol::secret::SecretKey;
use avmarks_emulator::protocol::usersig::UserSig;
use avmarks_spec::Timestamp;

use crate::client::{ask, connect, exchange, receive, receive_head};
use crate::{COUNT, CREATE, QUERY, post, start};

const BODY: &str = r#"{"GroupId":"live"}"#;

/// What `get_online_member_num` answers for a group that is not there: the request was read, to its last byte.
const NO_GROUP: i64 = 10010;

#[test]
fn the_host_may_be_left_out() {
    let running = start(|_| {});
    let length = BODY.len();
    for host in ["Host: console.tim.qq.com\r\n", "Host: \r\n", "Host: 127.0.0.1:1\r\n", "hOST: a.localhost:443\r\n", ""]
    {
        let reply = ask(
            running.address(),
            format!("POST {COUNT}?{QUERY} HTTP/1.1\r\n{host}Content-Length: {length}\r\n\r\n{BODY}"),
        );
        assert_eq!(reply.code(), NO_GROUP, "{host}");
    }
    let old =
        ask(running.address(), format!("POST {COUNT}?{QUERY} HTTP/1.0\r\nContent-Length: {length}\r\n\r\n{BODY}"));
    assert_eq!(old.code(), NO_GROUP);
}

#[test]
fn content_type_and_header_case_are_ignored() {
    let running = start(|_| {});
    let length = BODY.len();
    for headers in [
        "",
        "Content-Type: application/json; charset=utf-8\r\n",
        "content-TYPE: application/x-www-form-urlencoded\r\n",
        "Content-Type: text/plain\r\nContent-Type: multipart/form-data; boundary=x\r\n",
        "Content-Type: no/such;;;type\r\n",
        "Content-Type: \r\n",
        "accept-encoding: gzip, br\r\nX-Odd: \u{fc}\r\nUser-Agent:\r\n",
    ] {
        let reply = ask(
            running.address(),
            format!("POST {COUNT}?{QUERY} HTTP/1.1\r\nhost: x\r\n{headers}cOnTeNt-LeNgTh: {length}\r\n\r\n{BODY}"),
        );
        assert_eq!(reply.code(), NO_GROUP, "{headers}");
        assert_eq!(reply.header("content-type"), Some("application/json"));
        assert_eq!(reply.header("content-encoding"), None);
    }
}

#[test]
fn query_order_and_encoding_are_ignored() {
    let running = start(|_| {});
    for query in [
        "contenttype=json&random=4294967295&usersig=x&identifier=administrator&sdkappid=1400000000",
        "sdkappid=1400000000&identifier=%61dministrator&usersig=x&random=0&contenttype=%6Ason",
        "sdk%61ppid=1400000000&identifier=administrator&usersig=eJ*-_&random=1&contenttype=json&more=%20&=&&",
        "identifier=administrator&usersig=a/b=+&sdkappid=1400000000&random=1&contenttype=json",
    ] {
        assert_eq!(ask(running.address(), post(COUNT, query, BODY)).code(), NO_GROUP, "{query}");
    }
}

#[test]
fn a_signature_may_be_percent_encoded() {
    let key = SecretKey::new("throw-away").unwrap();
    let app = SdkAppId::new(1_400_000_000).unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let now = Timestamp::from_millis(now.as_secs() * 1_000);
    let sig = UserSig::sign(&key, app, "administrator", now, Duration::from_secs(86_400), None);
    let running = start(|settings| settings.app.key = Some(SecretKey::new("throw-away").unwrap()));
    let escaped: String = sig.as_str().bytes().map(|byte| format!("%{byte:02x}")).collect();
    for written in [sig.as_str(), &escaped] {
        let query = QUERY.replace("usersig=x", &format!("usersig={written}"));
        assert_eq!(ask(running.address(), post(COUNT, &query, BODY)).code(), NO_GROUP);
    }
}

#[test]
fn signature_refusals_have_a_header() {
    let key = SecretKey::new("another").unwrap();
    let app = SdkAppId::new(1_400_000_000).unwrap();
    let sig = UserSig::sign(&key, app, "sömeone", Timestamp::from_millis(1_000_000), Duration::from_secs(60), None);
    let running = start(|settings| settings.app.key = Some(SecretKey::new("throw-away").unwrap()));
    for path in [COUNT, CREATE] {
        let query = QUERY.replace("usersig=x", &format!("usersig={}", sig.as_str()));
        let reply = ask(running.address(), post(path, &query, "{}"));
        assert_eq!(reply.code(), 70013);
        // All that is wrong with it, and not the first alone; in ASCII, whoever it is for; and not the signature itself.
        let explained = reply.header("avmarks-signature").unwrap();
        for part in ["s\\u{f6}meone", "app's key", "expired"] {
            assert!(explained.contains(part), "`{part}` in {explained}");
        }
        assert!(!reply.head.contains(&sig.as_str().to_ascii_lowercase()));
        let unreadable = ask(running.address(), post(path, QUERY, "{}"));
        assert_eq!(unreadable.code(), 70003);
        assert!(unreadable.header("avmarks-signature").unwrap().contains("cannot be read"));
    }
    assert_eq!(ask(start(|_| {}).address(), post(COUNT, QUERY, BODY)).header("avmarks-signature"), None);
}

#[test]
fn json_escapes_are_decoded() {
    let running = start(|_| {});
    let create = r#"{"\u0054ype":"AVChatRoom","N\u0061me":"\ud83d\ude00","GroupId":"\u006cive"}"#;
    assert_eq!(ask(running.address(), post(CREATE, QUERY, create)).code(), 0);
    assert_eq!(ask(running.address(), post(COUNT, QUERY, BODY)).code(), 0);
    // Half of a pair stands for nothing.
    let lone = r#"{"Type":"AVChatRoom","Name":"\ud83d","GroupId":"b"}"#;
    assert_eq!(ask(running.address(), post(CREATE, QUERY, lone)).code(), 60003);
}

#[test]
fn random_is_flagged_or_refused() {
    let lenient = start(|_| {});
    let strict = start(|settings| settings.strict = true);
    for (random, flagged) in [("random=1", false), ("", true), ("random=-1", true), ("random=4294967296", true)] {
        let query = QUERY.replace("random=1", random);
        for path in [COUNT, CREATE] {
            let reply = ask(lenient.address(), post(path, &query, "{}"));
            assert_eq!(reply.code(), 10004, "{random}");
            assert_eq!(reply.header("avmarks-because").unwrap().contains("gap:random"), flagged, "{random}");
            let reply = ask(strict.address(), post(path, &query, "{}"));
            assert_eq!(reply.code(), if flagged { 60025 } else { 10004 }, "{random}");
        }
    }
}

#[test]
fn the_policy_decides_about_trailing_commas() {
    let (lenient, strict) = (start(|_| {}), start(|settings| settings.strict = true));
    let body = r#"{"GroupId":"live",}"#;
    let reply = ask(lenient.address(), post(COUNT, QUERY, body));
    assert_eq!(reply.code(), NO_GROUP);
    assert!(reply.header("avmarks-because").unwrap().contains("gap:trailing-comma"));
    assert_eq!(ask(strict.address(), post(COUNT, QUERY, body)).code(), 60003);
}

#[test]
fn unknown_paths_are_answered() {
    let running = start(|_| {});
    for path in [
        "/",
        "/v4/timpush/push",
        "/v4/group_open_http_svc/modify_user_info",
        "/V4/group_open_http_svc/create_group",
        "//",
    ] {
        assert_eq!(ask(running.address(), post(path, QUERY, "{}")).code(), 60009, "{path}");
    }
}

#[test]
fn a_client_that_speaks_http_2_is_told() {
    let running = start(|_| {});
    let mut stream = connect(running.address());
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").unwrap();
    let mut answer = String::new();
    // The rest of what was sent may reset the connection once the answer is out.
    let _ = stream.read_to_string(&mut answer);
    assert!(answer.starts_with("HTTP/1.1 505 HTTP Version Not Supported\r\n"), "{answer}");
    assert!(
        answer.ends_with("{\"error\":\"the client speaks HTTP/2, and this is a server for HTTP/1.1\"}"),
        "{answer}"
    );
}

#[test]
fn other_methods_are_answered_by_the_api() {
    let running = start(|_| {});
    let mut stream = connect(running.address());
    for method in ["GET", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW"] {
        let reply = exchange(&mut stream, format!("{method} {COUNT}?{QUERY} HTTP/1.1\r\nHost: x\r\n\r\n"));
        assert_eq!(reply.code(), 60002, "{method}");
        assert!(reply.body.contains(&format!("the method is `{method}`")), "{reply:?}");
    }
    let request = format!("HEAD {COUNT}?{QUERY} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    std::io::Write::write_all(&mut stream, request.as_bytes()).unwrap();
    let reply = receive_head(&mut stream);
    assert_eq!(reply.status, 200);
    assert!(crate::client::is_closed(&mut stream), "a HEAD has no body");
}

#[test]
fn connections_stay_open_unless_told_otherwise() {
    let running = start(|_| {});
    let mut stream = connect(running.address());
    let request = post(COUNT, QUERY, BODY);
    for _ in 0..3 {
        assert_eq!(exchange(&mut stream, &request).code(), NO_GROUP);
    }
    // Two in one packet, answered in turn.
    assert_eq!(exchange(&mut stream, format!("{request}{request}")).code(), NO_GROUP);
    assert_eq!(receive(&mut stream).code(), NO_GROUP);
    let last = request.replace("Host: localhost", "Host: localhost\r\nConnection: close");
    assert_eq!(exchange(&mut stream, last).code(), NO_GROUP);
    assert!(crate::client::is_closed(&mut stream));
}

#[test]
fn emulators_in_one_process_are_independent() {
    let emulators = [start(|_| {}), start(|_| {}), start(|_| {})];
    let [first, others @ ..] = &emulators;
    let create = r#"{"Type":"AVChatRoom","Name":"n","GroupId":"live"}"#;
    assert_eq!(ask(first.address(), post(CREATE, QUERY, create)).code(), 0);
    assert_eq!(ask(first.address(), post(COUNT, QUERY, BODY)).code(), 0);
    for other in others {
        assert_eq!(ask(other.address(), post(COUNT, QUERY, BODY)).code(), NO_GROUP);
    }
}
