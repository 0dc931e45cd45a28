use super::*;

fn heard(status: u16, body: &str) -> AttemptResult {
    Reply::new(status, body.as_bytes()).read(PlanKind::SetMarks).heard
}

const OK: &str = r#""ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"""#;

#[test]
fn an_answer_that_tells_who_was_served() {
    let body = format!("{{{OK},\"CommandType\":1,\"MemberList\":[{{\"Member_Account\":\"a\",\"Marks\":[1000]}}]}}");
    let hearing = Reply::new(200, body.as_bytes()).read(PlanKind::SetMarks);
    assert_eq!((hearing.heard, hearing.quirks), (AttemptResult::Served { accounts: 1 }, vec![]));
    assert_eq!(hearing.answer.unwrap().member_list.unwrap()[0].account, "a");
    let debug = format!("{:?}", Reply::new(200, body.as_bytes()));
    assert_eq!(debug, format!("Reply {{ status: 200, bytes: {}, cut: false }}", body.len()));
}

#[test]
fn a_code_as_a_string_is_read_and_noted() {
    let body = r#"{"ErrorCode":"0","MemberList":[],"ActionStatus":"OK"}"#;
    let hearing = Reply::new(200, body.as_bytes()).read(PlanKind::SetMarks);
    assert_eq!((hearing.heard, hearing.quirks), (AttemptResult::Served { accounts: 0 }, vec![Anomaly::CodeAsText]));
    for body in [
        r#"{"ActionStatus":"FAIL","ErrorCode":"ten"}"#,
        r#"{"ActionStatus":"FAIL","ErrorCode":"1","ErrorCode":"2"}"#,
        r#"{"ActionStatus":"FAIL","ErrorCode":null}"#,
        r#"{"ActionStatus":"FAIL"}"#,
    ] {
        let found = heard(200, body);
        assert!(
            matches!(
                &found,
                AttemptResult::UnexpectedResponse(UnexpectedResponse { kind: UnexpectedKind::NoEnvelope(_), .. })
            ),
            "{body}: {found:?}"
        );
    }
}

#[test]
fn an_answer_that_does_not_tell_who_was_served() {
    for (rest, untold) in [
        (r#","CommandType":2"#, "the answer's `CommandType` is `2`, which is not that of the request"),
        (r#","CommandType":2,"MemberList":[]"#, "the answer's `CommandType` is `2`, which is not that of the request"),
        (r#","MemberList":{}"#, "`MemberList` must be an array, and is an object: `{}`"),
    ] {
        let told = heard(200, &format!("{{{OK}{rest}}}"));
        assert!(told.may_have_been_served(), "{rest}");
        assert_eq!(told.to_string(), format!("served, but whom cannot be told: {untold}"));
    }
}

#[test]
fn an_answer_without_a_list_says_that_nobody_was_served() {
    for rest in ["", r#","MemberList":null"#, r#","CommandType":1,"RequestId":7,"More":{}"#] {
        let hearing = Reply::new(200, format!("{{{OK}{rest}}}").as_bytes()).read(PlanKind::SetMarks);
        assert_eq!((&hearing.heard, hearing.quirks), (&AttemptResult::Served { accounts: 0 }, vec![]), "{rest}");
        assert_eq!(hearing.answer.unwrap().member_list, None);
        assert!(!hearing.heard.may_have_been_served());
    }
}

#[test]
fn an_answer_about_robots_is_the_envelope_whatever_else_it_has() {
    for (rest, quirks) in [
        ("", vec![]),
        (r#","RequestId":"r","MemberList":{},"CommandType":"x","New":[1.5]"#, vec![]),
        (r#","MemberList":[],"MemberList":[]"#, vec![]),
    ] {
        let hearing = Reply::new(200, format!("{{{OK}{rest}}}").as_bytes()).read(PlanKind::AddRobots);
        let expected = ParsedResponse { heard: AttemptResult::Accepted, answer: None, quirks };
        assert_eq!(hearing, expected, "{rest}");
    }
    let body = br#"{"ErrorCode":"0","ActionStatus":"OK"}"#;
    let hearing = Reply::new(200, body).read(PlanKind::DeleteRobots);
    assert_eq!((hearing.heard, hearing.quirks), (AttemptResult::Accepted, vec![Anomaly::CodeAsText]));
    assert_eq!(AttemptResult::Accepted.to_string(), "accepted; the answer names no account");
    assert!(!AttemptResult::Accepted.may_have_been_served());

    let refused = Reply::new(200, br#"{"ActionStatus":"FAIL","ErrorCode":10004}"#).read(PlanKind::AddRobots).heard;
    assert_eq!(refused, AttemptResult::Refused { code: ErrorCode::new(10004), info: None });
    for body in ["", "<html>", r#"{"ActionStatus":"OK","ErrorC"#, "{}"] {
        let heard = Reply::new(200, body.as_bytes()).read(PlanKind::AddRobots).heard;
        assert!(
            matches!(heard, AttemptResult::UnexpectedResponse(_)) && heard.may_have_been_served(),
            "{body}: {heard:?}"
        );
    }
}

#[test]
fn what_is_not_the_services_is_typed_and_its_head_kept() {
    let long = format!("<!DOCTYPE html>{}", "x".repeat(1_000));
    for (status, body, kind) in [
        (200, "", UnexpectedKind::Empty),
        (200, " \r\n", UnexpectedKind::Empty),
        (200, &*long, UnexpectedKind::Html),
        (200, r#"{"ActionStatus":"OK","Err"#, UnexpectedKind::Cut),
        (502, &long, UnexpectedKind::Status),
        (503, r#"{"ActionStatus":"OK","ErrorCode":0,"MemberList":[]}"#, UnexpectedKind::Status),
        (302, "", UnexpectedKind::Redirect),
        (404, "", UnexpectedKind::Status),
    ] {
        let AttemptResult::UnexpectedResponse(foreign) = heard(status, body) else { panic!("{body}") };
        assert_eq!((&foreign.kind, foreign.status, foreign.bytes), (&kind, status, body.len()));
        assert_eq!(&*foreign.head, &body.as_bytes()[..body.len().min(FOREIGN_BYTES_MAX)]);
        assert!(!foreign.to_string().contains('\n') && foreign.to_string().len() < 300);
    }
    for body in ["[]", "7", "{}", "not json", "{\"a\":1,}", "\u{feff}{}"] {
        let found = heard(200, body);
        assert!(
            matches!(
                &found,
                AttemptResult::UnexpectedResponse(UnexpectedResponse { kind: UnexpectedKind::NoEnvelope(_), .. })
            ),
            "{found:?}"
        );
    }
    assert!(matches!(Reply::new(200, b"\xff").read(PlanKind::SetMarks).heard, AttemptResult::UnexpectedResponse(_)));
}

#[test]
fn a_redirect_is_a_status_from_300_to_399() {
    for (status, kind) in [
        (299, UnexpectedKind::Status),
        (300, UnexpectedKind::Redirect),
        (399, UnexpectedKind::Redirect),
        (400, UnexpectedKind::Status),
    ] {
        let AttemptResult::UnexpectedResponse(found) = heard(status, "") else { panic!("{status}") };
        assert_eq!(found.kind, kind, "{status}");
    }
}

#[test]
fn the_first_512_bytes_of_a_foreign_body_are_kept() {
    for (bytes, kept) in [(511, 511), (512, 512), (513, 512)] {
        let AttemptResult::UnexpectedResponse(found) = heard(502, &"x".repeat(bytes)) else { panic!() };
        assert_eq!((found.head.len(), found.bytes), (kept, bytes));
    }
}

#[test]
fn what_is_not_the_services_shows_its_head_as_text() {
    let shown = format!("{:?}", heard(502, "<html>"));
    assert_eq!(
        shown,
        r#"UnexpectedResponse(UnexpectedResponse { kind: Status, status: 502, bytes: 6, head: "<html>" })"#
    );
}

#[test]
fn a_body_that_the_transport_knows_to_be_cut_is_no_answer_though_it_reads_as_one() {
    let body = format!("{{{OK},\"MemberList\":[]}}");
    let AttemptResult::UnexpectedResponse(foreign) = Reply::cut(200, body.as_bytes()).read(PlanKind::SetMarks).heard
    else {
        panic!()
    };
    assert_eq!(foreign.kind, UnexpectedKind::Cut);
}

#[test]
fn a_refusal_is_one_whatever_its_status() {
    let hearing = Reply::new(500, br#"{"ActionStatus":"FAIL","ErrorCode":60008}"#).read(PlanKind::SetMarks);
    assert_eq!(hearing.heard, AttemptResult::Refused { code: ErrorCode::new(60008), info: None });
    assert_eq!(hearing.quirks, [Anomaly::Status(500)]);
}

#[test]
fn failures_are_one_line() {
    let what = || "line\nfeed".to_owned();
    for failure in [
        Failure::NotSent { what: what() },
        Failure::Unusable { what: what() },
        Failure::ConnectionLost { what: what() },
        Failure::TimedOut,
    ] {
        assert!(!failure.to_string().contains('\n'));
        assert_eq!(AttemptResult::Failed(failure.clone()).may_have_been_served(), failure.may_have_been_served());
    }
}
