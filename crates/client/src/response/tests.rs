use std::time::Duration;

use proptest::prelude::*;

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_795_412_030_000);

const OK: &str = r#""ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"""#;

fn parsed(status: u16, body: &str) -> ParsedResponse {
    Response::new(status, body.as_bytes()).parse(PlanKind::SetMarks, NOW)
}

fn unexpected(response: Response<'_>) -> UnexpectedResponse {
    match response.parse(PlanKind::SetMarks, NOW).result {
        AttemptResult::UnexpectedResponse(response) => response,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_answer_tells_who_was_served() {
    let body = format!("{{{OK},\"CommandType\":1,\"MemberList\":[{{\"Member_Account\":\"a\",\"Marks\":[1000]}}]}}");
    let ParsedResponse { result, answer, anomalies } = parsed(200, &body);
    assert_eq!((&result, anomalies), (&AttemptResult::Served { accounts: 1 }, vec![]));
    assert_eq!(answer.unwrap().member_list.unwrap()[0].account, "a");
    assert_eq!(result.to_string(), "served, 1 account listed");
    assert_eq!(AttemptResult::Served { accounts: 2 }.to_string(), "served, 2 accounts listed");
    let debug = format!("{:?}", Response::new(200, body.as_bytes()));
    assert_eq!(debug, format!("Response {{ status: 200, bytes: {}, truncated: false, .. }}", body.len()));
}

#[test]
fn a_code_as_text_is_an_anomaly() {
    let ParsedResponse { result, anomalies, .. } =
        parsed(200, r#"{"ErrorCode":"0","MemberList":[],"ActionStatus":"OK"}"#);
    assert_eq!((result, anomalies), (AttemptResult::Served { accounts: 0 }, vec![Anomaly::CodeAsText]));
    for body in [
        r#"{"ActionStatus":"FAIL","ErrorCode":"ten"}"#,
        r#"{"ActionStatus":"FAIL","ErrorCode":"1","ErrorCode":"2"}"#,
        r#"{"ActionStatus":"FAIL","ErrorCode":null}"#,
        r#"{"ActionStatus":"FAIL"}"#,
    ] {
        let found = unexpected(Response::new(200, body.as_bytes())).kind;
        assert!(matches!(found, UnexpectedKind::NoEnvelope(_)), "{body}: {found:?}");
    }
}

#[test]
fn status_and_code_that_contradict_are_an_anomaly() {
    let incomplete = AttemptResult::IncompleteAnswer(ContentError::StatusContradictsCode);
    let refused = AttemptResult::Refused { code: ErrorCode::new(10002), info: None };
    let list = r#","MemberList":[{"Member_Account":"a","Marks":[1000]}]"#;
    for (status, code, set, robots) in [
        ("FAIL", 0, incomplete.clone(), incomplete.clone()),
        ("OK", 10002, refused.clone(), refused.clone()),
        ("Ok", 0, AttemptResult::Served { accounts: 1 }, AttemptResult::Accepted),
    ] {
        let body = format!(r#"{{"ActionStatus":"{status}","ErrorCode":{code}{list}}}"#);
        for (kind, expected) in [(PlanKind::SetMarks, &set), (PlanKind::AddRobots, &robots)] {
            let ParsedResponse { result, answer, anomalies } = Response::new(200, body.as_bytes()).parse(kind, NOW);
            assert_eq!((&result, anomalies), (expected, vec![Anomaly::StatusContradictsCode]), "{body}");
            assert_eq!(answer.is_some(), matches!(result, AttemptResult::Served { .. }));
        }
    }
    assert!(incomplete.may_have_been_served());
    assert_eq!(parsed(200, r#"{"ActionStatus":"FAIL","ErrorCode":10002}"#).anomalies, []);
}

#[test]
fn incomplete_answers_say_what_is_missing() {
    for (rest, reason) in [
        (r#","CommandType":2"#, "`CommandType` is `2`: expected that of the request"),
        (r#","CommandType":2,"MemberList":[]"#, "`CommandType` is `2`: expected that of the request"),
        (r#","MemberList":{}"#, "`MemberList` must be an array, and is an object: `{}`"),
    ] {
        let result = parsed(200, &format!("{{{OK}{rest}}}")).result;
        assert!(result.may_have_been_served(), "{rest}");
        assert_eq!(result.to_string(), format!("the answer does not tell who was served: {reason}"));
    }
}

#[test]
fn without_a_list_nobody_was_served() {
    for rest in ["", r#","MemberList":null"#, r#","CommandType":1,"RequestId":7,"More":{}"#] {
        let ParsedResponse { result, answer, anomalies } = parsed(200, &format!("{{{OK}{rest}}}"));
        assert_eq!((&result, anomalies), (&AttemptResult::Served { accounts: 0 }, vec![]), "{rest}");
        assert_eq!(answer.unwrap().member_list, None);
        assert!(!result.may_have_been_served());
    }
}

#[test]
fn of_an_answer_about_robots_the_envelope_counts() {
    let add = |body: &str| Response::new(200, body.as_bytes()).parse(PlanKind::AddRobots, NOW);
    for rest in
        ["", r#","RequestId":"r","MemberList":{},"CommandType":"x","New":[1.5]"#, r#","MemberList":[],"MemberList":[]"#]
    {
        let expected = ParsedResponse { result: AttemptResult::Accepted, answer: None, anomalies: Vec::new() };
        assert_eq!(add(&format!("{{{OK}{rest}}}")), expected, "{rest}");
    }
    let text = add(r#"{"ErrorCode":"0","ActionStatus":"OK"}"#);
    assert_eq!((text.result, text.anomalies), (AttemptResult::Accepted, vec![Anomaly::CodeAsText]));
    assert!(!AttemptResult::Accepted.may_have_been_served());
    let refused = add(r#"{"ActionStatus":"FAIL","ErrorCode":10004}"#).result;
    assert_eq!(refused, AttemptResult::Refused { code: ErrorCode::new(10004), info: None });
    for body in ["", "<html>", r#"{"ActionStatus":"OK","ErrorC"#, "{}"] {
        let result = add(body).result;
        assert!(matches!(result, AttemptResult::UnexpectedResponse(_)) && result.may_have_been_served(), "{body}");
    }
}

#[test]
fn an_unexpected_response_has_its_kind_and_head() {
    let long = format!("<!DOCTYPE html>{}", "x".repeat(1_000));
    for (status, body, kind) in [
        (200, "", UnexpectedKind::Empty),
        (200, " \r\n", UnexpectedKind::Empty),
        (200, &*long, UnexpectedKind::Html),
        (200, r#"{"ActionStatus":"OK","Err"#, UnexpectedKind::Truncated),
        (502, &long, UnexpectedKind::Status),
        (503, r#"{"ActionStatus":"OK","ErrorCode":0,"MemberList":[]}"#, UnexpectedKind::Status),
        (302, "", UnexpectedKind::Redirect),
        (404, "", UnexpectedKind::Status),
    ] {
        let found = unexpected(Response::new(status, body.as_bytes()));
        assert_eq!((&found.kind, found.status, found.bytes), (&kind, status, body.len()));
        assert_eq!(&*found.head, &body.as_bytes()[..body.len().min(UNEXPECTED_BODY_BYTES_MAX)]);
        assert!(!found.to_string().contains('\n') && found.to_string().len() < 300);
    }
    for body in ["[]", "7", "{}", "not json", "{\"a\":1,}", "\u{feff}{}", "\u{00ff}"] {
        let found = unexpected(Response::new(200, body.as_bytes())).kind;
        assert!(matches!(found, UnexpectedKind::NoEnvelope(_)), "{found:?}");
    }
    let shown = format!("{:?}", unexpected(Response::new(502, b"<html>")));
    assert_eq!(
        shown,
        r#"UnexpectedResponse { kind: Status, status: 502, retry_after: None, bytes: 6, head: "<html>" }"#
    );
}

#[test]
fn an_unexpected_response_shows_how_its_body_begins() {
    let text = |status, body: &[u8]| unexpected(Response::new(status, body)).to_string();
    assert_eq!(text(502, b""), "HTTP status 502, which the service never sends; without a body");
    assert!(text(502, b"x").ends_with("that begin \"x\""), "{}", text(502, b"x"));
}

/// RFC 1950 2.2: the second byte of zlib at its four levels.
#[test]
fn a_compressed_body_is_told_by_its_first_bytes() {
    let kind = |body: &[u8]| unexpected(Response::new(200, body)).kind;
    for level in [0x01, 0x5e, 0x9c, 0xda] {
        let encoded =
            |byte| matches!(kind(&[0x78, byte, 0]), UnexpectedKind::Encoded { encoding } if encoding == "deflate");
        assert_eq!([level - 1, level, level + 1].map(encoded), [false, true, false], "{level:x}");
    }
}

#[test]
fn statuses_300_to_399_are_redirects() {
    for (status, kind) in [
        (299, UnexpectedKind::Status),
        (300, UnexpectedKind::Redirect),
        (399, UnexpectedKind::Redirect),
        (400, UnexpectedKind::Status),
    ] {
        assert_eq!(unexpected(Response::new(status, b"")).kind, kind, "{status}");
    }
}

#[test]
fn at_most_512_bytes_are_kept() {
    for (bytes, kept) in [(511, 511), (512, 512), (513, 512)] {
        let found = unexpected(Response::new(502, "x".repeat(bytes).as_bytes()));
        assert_eq!((found.head.len(), found.bytes), (kept, bytes));
    }
}

#[test]
fn a_compressed_answer_is_named() {
    let body = [0x1f, 0x8b, 8, 0, 0];
    let zstd = [0x28, 0xb5, 0x2f, 0xfd, 4];
    for (response, encoding) in [
        (Response::new(200, &body), "gzip"),
        (Response::new(200, &zstd), "zstd"),
        (Response::new(200, b"\x78\x9c\xab"), "deflate"),
        (Response::new(200, b"\x78\x01\xab"), "deflate"),
        (Response::truncated(200, &body), "gzip"),
        (Response::new(200, b"\xcb\x2f").with_content_encoding("br"), "br"),
        (
            Response::new(200, b"\xcb\x2f").with_content_encoding("x\u{1b}[2J-a-name-that-is-very-long"),
            "x2J-a-name-that-is-v",
        ),
    ] {
        let found = unexpected(response);
        assert_eq!(found.kind, UnexpectedKind::Encoded { encoding: encoding.to_owned() });
        assert!(found.to_string().starts_with(&format!("the answer is compressed (`Content-Encoding: {encoding}`)")));
    }
    let plain = format!("{{{OK}}}");
    let identity = Response::new(200, plain.as_bytes()).with_content_encoding("identity");
    assert_eq!(identity.parse(PlanKind::SetMarks, NOW).result, AttemptResult::Served { accounts: 0 });
}

#[test]
fn the_requested_wait_is_shown() {
    let found = unexpected(Response::new(503, b"busy").with_retry_after("120"));
    assert_eq!(found.retry_after, Some(Duration::from_secs(120)));
    assert_eq!(
        found.to_string(),
        "HTTP status 503, which the service never sends; `Retry-After` asks for a wait of 120 s; 4 bytes that begin \"busy\""
    );
    assert_eq!(unexpected(Response::new(503, b"").with_retry_after("soon")).retry_after, None);
}

#[test]
fn a_truncated_body_is_not_an_answer() {
    let body = format!("{{{OK},\"MemberList\":[]}}");
    assert_eq!(unexpected(Response::truncated(200, body.as_bytes())).kind, UnexpectedKind::Truncated);
}

#[test]
fn a_refusal_counts_whatever_its_http_status() {
    let ParsedResponse { result, anomalies, .. } = parsed(500, r#"{"ActionStatus":"FAIL","ErrorCode":60008}"#);
    assert_eq!(result, AttemptResult::Refused { code: ErrorCode::new(60008), info: None });
    assert_eq!(anomalies, [Anomaly::HttpStatus(500)]);
}

#[test]
fn transport_errors_are_one_whole_line() {
    let message = || format!("line\nfeed {}", "x".repeat(200));
    for error in [
        TransportError::NotSent { message: message() },
        TransportError::Unusable { message: message() },
        TransportError::ConnectionLost { message: message() },
        TransportError::TimedOut,
    ] {
        let shown = error.to_string();
        assert!(!shown.contains('\n') && (error == TransportError::TimedOut || shown.ends_with('x')), "{shown}");
        assert_eq!(AttemptResult::Failed(error.clone()).may_have_been_served(), error.may_have_been_served());
    }
}

#[test]
fn anomalies_have_a_sentence_each() {
    let shown = [Anomaly::RepeatedAccounts(1), Anomaly::UnrequestedMarks(2), Anomaly::HttpStatus(500)]
        .map(|anomaly| anomaly.to_string());
    assert_eq!(
        shown,
        [
            "1 account listed more than once",
            "2 accounts listed with marks that the call did not name",
            "the HTTP status of the answer is 500 instead of 200",
        ]
    );
}

proptest! {
    /// No bytes make parsing panic, and the result is one line without their control characters.
    #[test]
    fn any_bytes_are_parsed(
        kind in prop::sample::select(PlanKind::ALL),
        status in 0u16..1_000,
        body in prop::collection::vec(any::<u8>(), 0..80),
        truncated: bool,
        retry_after in ".{0,12}",
    ) {
        let response = if truncated { Response::truncated(status, &body) } else { Response::new(status, &body) };
        let shown = response.with_retry_after(&retry_after).parse(kind, NOW).result.to_string();
        prop_assert!(!shown.chars().any(char::is_control), "{shown}");
    }

    /// So with what is nearly an answer: truncated, with a byte changed, with odd values.
    #[test]
    fn nearly_answers_are_parsed(
        code in prop::sample::select(vec!["0", "\"0\"", "10002", "\"10002\"", "\"x\"", "null", "1.5", "9e99", "99999999999999999999"]),
        list in prop::sample::select(vec!["[]", "{}", "null", "[{\"Member_Account\":\"a\",\"Marks\":[1000]}]", "[{\"Member_Account\":1}]", "[[]]"]),
        end in 0usize..200,
        change in 0usize..200,
        byte: u8,
        kind in prop::sample::select(PlanKind::ALL),
    ) {
        let mut body = format!(r#"{{"ActionStatus":"OK","ErrorCode":{code},"MemberList":{list},"ErrorInfo":"é"}}"#).into_bytes();
        let at = change % body.len();
        body[at] = if change < 100 { body[at] } else { byte };
        body.truncate(end.max(1));
        let shown = Response::new(200, &body).parse(kind, NOW).result.to_string();
        prop_assert!(!shown.chars().any(char::is_control), "{shown}");
    }
}
