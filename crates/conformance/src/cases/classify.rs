//! Failures are reported as failures, with their code; codes are classified by the action that they need.

use avmarks_protocol::{Action, ERROR_CODES};
use avmarks_spec::Clause;

use super::{OVERVIEW, any_call, case};
use crate::case::Level::{Must, Should};
use crate::case::{Answer, Basis, Case, Expect, Question};

const ERRORS: Basis = Basis::page("1047/34348", Some("2023-03-30"));

/// The action that a code needs, in the terms of the protocol: the same request may succeed later; a new signature is needed; less is to
/// be asked for at once; the same request will be refused again.
pub(crate) const fn class(action: Action) -> &'static str {
    match action {
        Action::RetryNow | Action::RetryLater => "retry",
        Action::RenewSignature => "sign",
        Action::SplitRequest => "split",
        Action::FixRequest | Action::ChangePlanOrSwitch | Action::AskOwner | Action::GiveUp => "refused",
    }
}

pub(super) fn cases() -> Vec<Case> {
    let http = Basis::clause(Clause::Http200);
    let body = |status: u16, body: &str| Answer::Body { status, body: body.to_owned() };
    let html = "<html><head><title>502 Bad Gateway</title></head></html>";
    let failures = [
        ("refused/10004", ERRORS, "a refusal is told with its code", Answer::refused(10_004), Some(10_004)),
        ("refused/10010", ERRORS, "a refusal is told with its code", Answer::refused(10_010), Some(10_010)),
        (
            "refused/60010",
            ERRORS,
            "a refusal of the gateway is told with its code",
            Answer::refused(60_010),
            Some(60_010),
        ),
        (
            "refused/70020",
            ERRORS,
            "a refusal of the account is told with its code",
            Answer::refused(70_020),
            Some(70_020),
        ),
        (
            "refused/unknown",
            ERRORS,
            "a code that no list has is told as it is",
            Answer::refused(123_456),
            Some(123_456),
        ),
        (
            "refused/bare",
            OVERVIEW,
            "a refusal may lack everything but status and code",
            Answer::json(r#"{"ActionStatus":"FAIL","ErrorCode":10010}"#),
            Some(10_010),
        ),
        ("status/502-html", http, "the page of a gateway is not a success", body(502, html), None),
        ("body/html", OVERVIEW, "a page with status 200 is not a success", body(200, html), None),
        ("body/empty", OVERVIEW, "an empty body is not a success", body(200, ""), None),
        ("body/text", OVERVIEW, "a line of text is not a success", body(200, "OK"), None),
        ("body/array", OVERVIEW, "JSON that is not an object is not a success", body(200, "[]"), None),
        ("body/null", OVERVIEW, "`null` is not a success", body(200, "null"), None),
        ("body/empty-object", OVERVIEW, "an object without status and code is not a success", body(200, "{}"), None),
        (
            "body/cut",
            OVERVIEW,
            "a body that ends too early is not a success",
            Answer::Cut { body: OK.to_owned() },
            None,
        ),
        (
            "body/cut-in-json",
            OVERVIEW,
            "JSON that ends too early is not a success",
            body(200, r#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","MemberLi"#),
            None,
        ),
        (
            "connection/closed",
            OVERVIEW,
            "a connection that is closed without an answer is not a success",
            Answer::Closed,
            None,
        ),
    ];
    let failures = failures.into_iter().map(|(id, basis, description, answer, code)| {
        let question = any_call(1, vec![answer]);
        case(&format!("classify/{id}"), Must, basis, description, question, Expect::Failure(code))
    });
    let contradiction = Answer::json(r#"{"ActionStatus":"FAIL","ErrorCode":0,"ErrorInfo":""}"#);
    let more = [
        case(
            "classify/status/500-ok-body",
            Should,
            http,
            "a status of 500 is not a success, whatever the body says",
            any_call(1, vec![body(500, OK)]),
            Expect::Failure(None),
        ),
        case(
            "classify/body/contradiction",
            Should,
            OVERVIEW,
            "`FAIL` with code 0 is not a success",
            any_call(1, vec![contradiction]),
            Expect::Failure(None),
        ),
        case(
            "classify/again/10002",
            Should,
            ERRORS,
            "after an internal error of the service, the request is sent again",
            any_call(1, vec![Answer::refused(10_002), Answer::Served]),
            Expect::Again,
        ),
        case(
            "classify/again/60008",
            Should,
            ERRORS,
            "after a time-out of the service, the request is sent again",
            any_call(1, vec![Answer::refused(60_008), Answer::Served]),
            Expect::Again,
        ),
        case(
            "classify/again/closed",
            Should,
            OVERVIEW,
            "after a connection that was lost, a request that may be repeated is sent again",
            any_call(1, vec![Answer::Closed, Answer::Served]),
            Expect::Again,
        ),
        case(
            "classify/once/10004",
            Should,
            ERRORS,
            "a request that is wrong is not sent again",
            any_call(1, vec![Answer::refused(10_004)]),
            Expect::Once,
        ),
        case(
            "classify/once/10010",
            Should,
            ERRORS,
            "a request for a group that does not exist is not sent again",
            any_call(1, vec![Answer::refused(10_010)]),
            Expect::Once,
        ),
    ];
    let codes = [
        10_002, 10_004, 10_005, 10_007, 10_010, 10_059, 60_003, 60_007, 60_008, 60_010, 70_001, 70_003, 70_009, 70_169,
    ];
    let codes = ERROR_CODES.iter().filter(move |row| codes.contains(&row.code.number())).map(|row| {
        let class = class(row.action);
        let description = format!("code {} ({}) asks for `{class}`", row.code, row.meaning);
        let id = format!("classify/code/{}", row.code);
        case(&id, Should, ERRORS, &description, Question::Classify { code: row.code.number() }, Expect::Class(class))
    });
    failures.chain(more).chain(codes).collect()
}

const OK: &str = r#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","OnlineMemberNum":1,"CommandType":1,"MemberList":[{"Member_Account":"u1","Marks":[1000]}]}"#;
