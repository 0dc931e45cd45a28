//! Webhooks are read and checked.

use serde_json::{Value, json};

use super::case;
use crate::case::Level::{Must, Should};
use crate::case::{Basis, Case, Expect, Level, Question, Sign};
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

/// The id, what it is, the command, the body, what it tells (nothing if it is not to be taken).
type Row = (&'static str, Level, Basis, &'static str, &'static str, String, Option<Value>);

pub(super) fn cases() -> Vec<Case> {
    let exit = format!(
        r#"{{"CallbackCommand":"{EXIT}","GroupId":"@TGS#a","Type":"AVChatRoom","ExitType":"Kicked","Operator_Account":"u9","ExitMemberList":[{{"Member_Account":"u1"}}],"EventTime":1670574414123}}"#
    );
    let destroyed = format!(
        r#"{{"CallbackCommand":"{DESTROYED}","GroupId":"@TGS#a","Type":"AVChatRoom","Owner_Account":"u9","Name":"class","MemberList":[{{"Member_Account":"u1"}}],"EventTime":1670574414123}}"#
    );
    let joined = || json!({"command": JOIN, "group": "@TGS#a", "accounts": ["u1", "u2"]});
    let changed = |event: &str| json!({"command": PRESENCE, "group": "@TGS#a", "event": event, "accounts": ["u1"]});
    let one = |command: &str| json!({"command": command, "group": "@TGS#a", "accounts": ["u1"]});
    let cause = r#","EventCause":"HeartbeatInterrupt""#;
    let rows: Vec<Row> = vec![
        (
            "join/text-time",
            Must,
            JOIN_PAGE,
            "joining, with `EventTime` as a string",
            JOIN,
            join(r#","EventTime":"1670574414123""#),
            Some(joined()),
        ),
        (
            "join/number-time",
            Must,
            JOIN_PAGE,
            "joining, with `EventTime` as a number",
            JOIN,
            join(r#","EventTime":1670574414123"#),
            Some(joined()),
        ),
        ("join/no-time", Must, JOIN_PAGE, "joining, without `EventTime`", JOIN, join(""), Some(joined())),
        (
            "join/unknown-fields",
            Must,
            JOIN_PAGE,
            "joining, with fields that are not known",
            JOIN,
            join(r#","EventTime":1670574414123,"New":{"a":[null,1.5]}"#),
            Some(joined()),
        ),
        ("exit/kicked", Must, EXIT_PAGE, "leaving", EXIT, exit, Some(one(EXIT))),
        ("destroyed/members", Must, DESTROY_PAGE, "the end of a group", DESTROYED, destroyed, Some(one(DESTROYED))),
        (
            "presence/offline",
            Must,
            PRESENCE_PAGE,
            "going offline",
            PRESENCE,
            presence("Offline", cause),
            Some(changed("Offline")),
        ),
        (
            "presence/online",
            Must,
            PRESENCE_PAGE,
            "going online",
            PRESENCE,
            presence("Online", cause),
            Some(changed("Online")),
        ),
        (
            "presence/no-cause",
            Must,
            PRESENCE_PAGE,
            "going offline, without `EventCause`",
            PRESENCE,
            presence("Offline", ""),
            Some(changed("Offline")),
        ),
        (
            "presence/unknown-cause",
            Should,
            PRESENCE_PAGE,
            "going offline, of a cause that is not known",
            PRESENCE,
            presence("Offline", r#","EventCause":"Moon""#),
            Some(changed("Offline")),
        ),
        (
            "body/cut",
            Must,
            SECURITY,
            "a body that ends too early",
            JOIN,
            join("").trim_end_matches('}').to_owned(),
            None,
        ),
        ("body/empty", Must, SECURITY, "an empty body", JOIN, String::new(), None),
        (
            "body/no-group",
            Should,
            JOIN_PAGE,
            "a body without `GroupId`",
            JOIN,
            join("").replace(r#""GroupId":"@TGS#a","#, ""),
            None,
        ),
        (
            "body/no-members",
            Should,
            JOIN_PAGE,
            "a body without the list of members",
            JOIN,
            join("").replace(r#","NewMemberList":[{"Member_Account":"u1"},{"Member_Account":"u2"}]"#, "\""),
            None,
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
