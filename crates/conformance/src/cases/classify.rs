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
    let refused = |code: i64, what: &str| {
        let description = format!("a refusal{what} is told with its code");
        (format!("refused/{code}"), ERRORS, description, Answer::refused(code), Some(code))
    };
    let broken =
        |id: &str, basis, what: &str, answer| (id.to_owned(), basis, format!("{what} is not a success"), answer, None);
    let failures = [
        refused(10_004, ""),
        refused(10_010, ""),
        refused(60_010, " of the gateway"),
        refused(70_020, " of the account"),
        (
            "refused/unknown".to_owned(),
            ERRORS,
            "a code that no list has is told as it is".to_owned(),
            Answer::refused(123_456),
            Some(123_456),
        ),
        (
            "refused/bare".to_owned(),
            OVERVIEW,
            "a refusal may lack everything but status and code".to_owned(),
            Answer::json(r#"{"ActionStatus":"FAIL","ErrorCode":10010}"#),
            Some(10_010),
        ),
        broken("status/502-html", http, "the page of a gateway", body(502, html)),
        broken("body/html", OVERVIEW, "a page with status 200", body(200, html)),
        broken("body/empty", OVERVIEW, "an empty body", body(200, "")),
        broken("body/text", OVERVIEW, "a line of text", body(200, "OK")),
        broken("body/array", OVERVIEW, "JSON that is not an object", body(200, "[]")),
        broken("body/null", OVERVIEW, "`null`", body(200, "null")),
        broken("body/empty-object", OVERVIEW, "an object without status and code", body(200, "{}")),
        broken("body/cut", OVERVIEW, "a body that ends too early", Answer::Cut { body: OK.to_owned() }),
        broken(
            "body/cut-in-json",
            OVERVIEW,
            "JSON that ends too early",
            body(200, r#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","MemberLi"#),
        ),
        broken("connection/closed", OVERVIEW, "a connection that is closed without an answer", Answer::Closed),
    ];
    let failures = failures.into_iter().map(|(id, basis, description, answer, code)| {
        let question = any_call(1, vec![answer]);
        case(&format!("classify/{id}"), Must, basis, &description, question, Expect::Failure(code))
    });

    let should = |id: &str, basis, description, answers, expect| {
        case(&format!("classify/{id}"), Should, basis, description, any_call(1, answers), expect)
    };
    let contradiction = Answer::json(r#"{"ActionStatus":"FAIL","ErrorCode":0,"ErrorInfo":""}"#);
    let more = [
        should(
            "status/500-ok-body",
            http,
            "a status of 500 is not a success, whatever the body says",
            vec![body(500, OK)],
            Expect::Failure(None),
        ),
        should(
            "body/contradiction",
            OVERVIEW,
            "`FAIL` with code 0 is not a success",
            vec![contradiction],
            Expect::Failure(None),
        ),
        should(
            "again/10002",
            ERRORS,
            "after an internal error of the service, the request is sent again",
            vec![Answer::refused(10_002), Answer::Served],
            Expect::Again,
        ),
        should(
            "again/60008",
            ERRORS,
            "after a time-out of the service, the request is sent again",
            vec![Answer::refused(60_008), Answer::Served],
            Expect::Again,
        ),
        should(
            "again/closed",
            OVERVIEW,
            "after a connection that was lost, a request that may be repeated is sent again",
            vec![Answer::Closed, Answer::Served],
            Expect::Again,
        ),
        should(
            "once/10004",
            ERRORS,
            "a request that is wrong is not sent again",
            vec![Answer::refused(10_004)],
            Expect::Once,
        ),
        should(
            "once/10010",
            ERRORS,
            "a request for a group that does not exist is not sent again",
            vec![Answer::refused(10_010)],
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
