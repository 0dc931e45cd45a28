//! Tests of the whole: every question with its fields, every reply with its shape, and any bytes.

mod edges;
mod questions;
mod random;
mod replies;
mod schema;
mod shapes;

use serde_json::Value;

use crate::verbs::{CALLS, JOB, OPENS, SESSION, Verb};
use crate::{Handle, call, open};

/// A request of each question that is in order, with its body.
const EXAMPLES: &[(&str, &str, &[u8])] = &[
    ("about", r#"{"v":1,"do":"about"}"#, b""),
    (
        "check",
        r#"{"v":1,"do":"check","endpoint":"modify_user_info","policy":{"profile":"2025-11","page_size":"500"},"want":["answer","because","notes"]}"#,
        br#"{"GroupId":"g","CommandType":3,"MemberList":[{"Member_Account":"a","Marks":[1000,999]},{"Member_Account":"a","Marks":[500]}],"groupid":1}"#,
    ),
    ("explain", r#"{"v":1,"do":"explain","subject":"gap:page-size"}"#, b""),
    ("policy", r#"{"v":1,"do":"policy","policy":{"profile":"2023"}}"#, b""),
    (
        "usersig_sign",
        r#"{"v":1,"do":"usersig_sign","key":"throw-away","sdkappid":1400000000,"identifier":"admin","now_ms":1795412030000,"expire_seconds":86400,"userbuf":"x"}"#,
        b"",
    ),
    (
        "usersig_verify",
        r#"{"v":1,"do":"usersig_verify","key":"throw-away","sdkappid":"1400000000","identifier":"admin","now_ms":1795412030000,"usersig":"eJx"}"#,
        b"",
    ),
    (
        "usersig_explain",
        r#"{"v":1,"do":"usersig_explain","key":"throw-away","sdkappid":1400000000,"identifier":"admin","now_ms":1795412030000,"usersig":"eJx"}"#,
        b"",
    ),
    (
        "webhook_parse",
        r#"{"v":1,"do":"webhook_parse"}"#,
        br#"{"CallbackCommand":"Group.CallbackOnMemberStateChange","GroupId":"g","EventType":"Offline","EventCause":"Quit","MemberList":[{"Member_Account":"a"}],"EventTime":"1670574414123"}"#,
    ),
    (
        "webhook_verify",
        r#"{"v":1,"do":"webhook_verify","query":"SdkAppid=1400000000&CallbackCommand=x&Sign=17773bc39a671d7b9aa835458704d2a6db81360a5940292b587d6d760d484061&RequestTime=1669872112","sdkappid":1400000000,"now_ms":1669872112000,"token":"xxxxyyyy","window_seconds":60}"#,
        b"",
    ),
    (
        "webhook_build",
        r#"{"v":1,"do":"webhook_build","revision":"2023","sdkappid":1400000000,"now_ms":1669872112000,"token":"xxxxyyyy"}"#,
        br#"{"CallbackCommand":"Group.CallbackAfterGroupDestroyed","GroupId":"g","Type":"AVChatRoom","Owner_Account":"o","Name":"n","MemberList":[{"Member_Account":"a"}]}"#,
    ),
    (
        "answer",
        r#"{"v":1,"do":"answer","endpoint":"modify_user_info","request":{"GroupId":"g","CommandType":1,"MemberList":[{"Member_Account":"a","Marks":[1000,1001]},{"Member_Account":"b","Marks":[1000]},{"Member_Account":"c","Marks":[1000]}]},"status":200,"truncated":false}"#,
        br#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","CommandType":1,"MemberList":[{"Member_Account":"a","Marks":[1000]},{"Member_Account":"c","Marks":[1000]},{"Member_Account":"d","Marks":[1000]}]}"#,
    ),
    (
        "plan",
        r#"{"v":1,"do":"plan","change":"set","group":"g","inputs":[{"account":"a","marks":[1000,"500"]},{"account":"b","marks":[1000]}],"accounts_per_call":1,"want":["bodies"]}"#,
        b"",
    ),
    ("session", r#"{"v":1,"do":"session","policy":{"page_size":"250"},"key":"throw-away"}"#, b""),
    (
        "job",
        r#"{"v":1,"do":"job","plans":[{"change":"set","group":"g","inputs":[{"account":"a","marks":[1000]},{"account":"b","marks":[1000]}],"accounts_per_call":1}],"sdkappid":1400000000,"identifier":"administrator","key":"throw-away","url":"https://adminapisgp.im.qcloud.com","seed":7,"in_flight":2,"calls_per_second":100,"attempts":3,"budget_ms":10000,"attempt_timeout_ms":4000,"deadline_ms":1795412090000}"#,
        b"",
    ),
    ("line", r#"{"v":1,"do":"line"}"#, br#"{"at":0,"do":"create_group","group":"g"}"#),
    (
        "call",
        r#"{"v":1,"do":"call","endpoint":"modify_user_info","at_ms":5,"as":"administrator","want":["events"]}"#,
        br#"{"GroupId":"g","CommandType":1,"MemberList":[{"Member_Account":"a","Marks":[1000,500]}]}"#,
    ),
    (
        "dry_run",
        r#"{"v":1,"do":"dry_run","endpoint":"modify_user_info","at_ms":5,"as":"administrator","want":["answer","because","omitted","notes"]}"#,
        br#"{"GroupId":"g","CommandType":1,"MemberList":[{"Member_Account":"a","Marks":[1000]}]}"#,
    ),
    ("snapshot", r#"{"v":1,"do":"snapshot"}"#, b""),
    ("restore", r#"{"v":1,"do":"restore"}"#, b"{}"),
    ("poll", r#"{"v":1,"do":"poll","now_ms":1795412030000}"#, b""),
    ("response", r#"{"v":1,"do":"response","id":0,"now_ms":1795412030000,"status":502,"truncated":true,"retry_after":"2","content_encoding":"identity"}"#, b"<html>"),
    ("failure", r#"{"v":1,"do":"failure","id":1,"now_ms":1795412030000,"why":"unusable","what":"no way"}"#, b""),
    ("stop", r#"{"v":1,"do":"stop"}"#, b""),
    ("report", r#"{"v":1,"do":"report"}"#, b""),
    ("progress", r#"{"v":1,"do":"progress"}"#, b""),
];

fn example(name: &str) -> (&'static str, &'static [u8]) {
    let (_, request, body) = EXAMPLES.iter().find(|(found, ..)| *found == name).unwrap();
    (request, body)
}

fn opened(name: &str) -> Handle {
    let (request, body) = example(name);
    open(request, body).unwrap()
}

/// Where a question is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Call,
    Open,
    Session,
    Job,
}

/// Every question, with where it is asked.
fn verbs() -> impl Iterator<Item = (Place, &'static Verb)> {
    let all = [(Place::Call, CALLS), (Place::Open, OPENS), (Place::Session, SESSION), (Place::Job, JOB)];
    all.into_iter().flat_map(|(place, verbs)| verbs.iter().map(move |verb| (place, verb)))
}

/// Asks where the question belongs; of what is opened, what the border of a language would reply.
fn asked(place: Place, request: impl AsRef<[u8]>, body: &[u8]) -> String {
    match place {
        Place::Call => call(request, body),
        Place::Open => open(request, body).map_or_else(|error| error, |_| crate::opened()),
        Place::Session => opened("session").ask(request, body),
        Place::Job => opened("job").ask(request, body),
    }
}

fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The kind and the pointer of an error.
fn error(reply: &str) -> (String, Option<String>) {
    let error = &value(reply)["error"];
    (
        error["kind"].as_str().unwrap_or_else(|| panic!("no error: {reply}")).to_owned(),
        error["pointer"].as_str().map(str::to_owned),
    )
}
