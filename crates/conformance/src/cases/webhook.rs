//! Webhooks are read and checked.

use serde_json::json;

use super::case;
use crate::case::Level::{Must, Should};
use crate::case::{Basis, Case, Expect, Question, Sign};
use crate::test_app::APP;

const SECURITY: Basis = Basis::page("1047/34354", None);
const JOIN_PAGE: Basis = Basis::page("1047/34372", None);
const EXIT_PAGE: Basis = Basis::page("1047/34373", None);
const DESTROY_PAGE: Basis = Basis::page("1047/34377", Some("2025-03-10"));
const PRESENCE_PAGE: Basis = Basis::page("1047/48734", Some("2024-06-14"));

const JOIN: &str = "Group.CallbackAfterNewMemberJoin";
const EXIT: &str = "Group.CallbackAfterMemberExit";
const DESTROYED: &str = "Group.CallbackAfterGroupDestroyed";
const PRESENCE: &str = "Group.CallbackOnMemberStateChange";

fn join(fields: &str) -> String {
    format!(
        r#"{{"CallbackCommand":"{JOIN}","GroupId":"@TGS#a","Type":"AVChatRoom","JoinType":"Apply","Operator_Account":"u1","NewMemberList":[{{"Member_Account":"u1"}},{{"Member_Account":"u2"}}]{fields}}}"#
    )
}

fn presence(event: &str, fields: &str) -> String {
    format!(
        r#"{{"CallbackCommand":"{PRESENCE}","GroupId":"@TGS#a","EventType":"{event}"{fields},"MemberList":[{{"Member_Account":"u1"}}]}}"#
    )
}

pub(super) fn cases() -> Vec<Case> {
    let exit = format!(
        r#"{{"CallbackCommand":"{EXIT}","GroupId":"@TGS#a","Type":"AVChatRoom","ExitType":"Kicked","Operator_Account":"u9","ExitMemberList":[{{"Member_Account":"u1"}}],"EventTime":1670574414123}}"#
    );
    let destroyed = format!(
        r#"{{"CallbackCommand":"{DESTROYED}","GroupId":"@TGS#a","Type":"AVChatRoom","Owner_Account":"u9","Name":"class","MemberList":[{{"Member_Account":"u1"}}],"EventTime":1670574414123}}"#
    );
    let one = |command: &str| json!({"command": command, "group": "@TGS#a", "accounts": ["u1"]});
    let joining = |id, what, fields: &str| {
        let told = json!({"command": JOIN, "group": "@TGS#a", "accounts": ["u1", "u2"]});
        (id, Must, JOIN_PAGE, what, JOIN, join(fields), Some(told))
    };
    let changing = |id, level, what, event: &str, fields: &str| {
        let told = json!({"command": PRESENCE, "group": "@TGS#a", "event": event, "accounts": ["u1"]});
        (id, level, PRESENCE_PAGE, what, PRESENCE, presence(event, fields), Some(told))
    };
    let no = |id, level, basis, what, body: String| (id, level, basis, what, JOIN, body, None);
    let cause = r#","EventCause":"HeartbeatInterrupt""#;
    let rows = [
        joining("join/text-time", "joining, with `EventTime` as a string", r#","EventTime":"1670574414123""#),
        joining("join/number-time", "joining, with `EventTime` as a number", r#","EventTime":1670574414123"#),
        joining("join/no-time", "joining, without `EventTime`", ""),
        joining(
            "join/unknown-fields",
            "joining, with fields that are not known",
            r#","EventTime":1670574414123,"New":{"a":[null,1.5]}"#,
        ),
        ("exit/kicked", Must, EXIT_PAGE, "leaving", EXIT, exit, Some(one(EXIT))),
        ("destroyed/members", Must, DESTROY_PAGE, "the end of a group", DESTROYED, destroyed, Some(one(DESTROYED))),
        changing("presence/offline", Must, "going offline", "Offline", cause),
        changing("presence/online", Must, "going online", "Online", cause),
        changing("presence/no-cause", Must, "going offline, without `EventCause`", "Offline", ""),
        changing(
            "presence/unknown-cause",
            Should,
            "going offline, of a cause that is not known",
            "Offline",
            r#","EventCause":"Moon""#,
        ),
        no("body/cut", Must, SECURITY, "a body that ends too early", join("").trim_end_matches('}').to_owned()),
        no("body/empty", Must, SECURITY, "an empty body", String::new()),
        no(
            "body/no-group",
            Should,
            JOIN_PAGE,
            "a body without `GroupId`",
            join("").replace(r#""GroupId":"@TGS#a","#, ""),
        ),
        no(
            "body/no-members",
            Should,
            JOIN_PAGE,
            "a body without the list of members",
            join("").replace(r#","NewMemberList":[{"Member_Account":"u1"},{"Member_Account":"u2"}]"#, "\""),
        ),
    ];
    let bodies = rows.into_iter().map(|(id, level, basis, what, command, body, told)| {
        let description = match told {
            Some(_) => format!("{what} is read: command, group, accounts, event"),
            None => format!("{what} is not taken as a webhook"),
        };
        let question = Question::Webhook { command, body: body.into_bytes(), sign: Sign::Valid, app: APP };
        case(&format!("webhook/{id}"), level, basis, &description, question, Expect::Webhook(told))
    });
    let urls = [
        ("url/other-token", "a URL signed with another token is refused", Sign::OtherToken, APP),
        ("url/other-time", "a URL whose `RequestTime` was changed is refused", Sign::OtherTime, APP),
        ("url/not-signed", "a URL without `Sign` is refused where there is a token", Sign::Missing, APP),
        ("url/other-app", "a URL of another app is refused", Sign::Valid, APP + 1),
    ];
    let urls = urls.into_iter().map(|(id, description, sign, app)| {
        let question = Question::Webhook { command: JOIN, body: join("").into_bytes(), sign, app };
        case(&format!("webhook/{id}"), Must, SECURITY, description, question, Expect::Webhook(None))
    });
    bodies.chain(urls).collect()
}
