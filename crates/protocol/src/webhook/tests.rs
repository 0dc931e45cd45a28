use core::time::Duration;

use avmarks_spec::Timestamp;

use super::*;
use crate::url::QueryError;

fn error(body: &str) -> String {
    Webhook::parse(body.as_bytes()).unwrap_err().to_string()
}

fn json(webhook: &Webhook, revision: Revision) -> String {
    String::from_utf8(webhook.to_json(revision)).unwrap()
}

const JOIN: &str = r#"{"CallbackCommand":"Group.CallbackAfterNewMemberJoin","GroupId":"@TGS#2J4SZEAEL","Type":"Public","JoinType":"Apply","Operator_Account":"leckie","NewMemberList":[{"Member_Account":"jared"},{"Member_Account":"tommy"}],"EventTime":1670574414123}"#;
const EXIT: &str = r#"{"CallbackCommand":"Group.CallbackAfterMemberExit","GroupId":"@TGS#2J4SZEAEL","Type":"Public","ExitType":"Kicked","Operator_Account":"leckie","ExitMemberList":[{"Member_Account":"jared"},{"Member_Account":"tommy"}],"EventTime":1670574414123}"#;
const DESTROYED: &str = r#"{"CallbackCommand":"Group.CallbackAfterGroupDestroyed","GroupId":"@TGS#2J4SZEAEL","Type":"Public","Owner_Account":"leckie","Name":"MyFirstGroup","MemberList":[{"Member_Account":"leckie"}],"EventTime":1670574414123}"#;
const CHANGE: &str = r#"{"CallbackCommand":"Group.CallbackOnMemberStateChange","GroupId":"@TGS#2J4SZEAEL","EventType":"Offline","EventCause":"HeartbeatInterrupt","MemberList":[{"Member_Account":"jared"},{"Member_Account":"tommy"}],"EventTime":1670574414123}"#;

#[test]
fn each_sample_webhook_survives_a_round_trip() {
    for (body, command) in [JOIN, EXIT, DESTROYED, CHANGE].into_iter().zip(Webhook::COMMANDS) {
        let webhook = Webhook::parse(body.as_bytes()).unwrap();
        assert_eq!((webhook.command(), webhook.group_id()), (*command, "@TGS#2J4SZEAEL"));
        assert_eq!(json(&webhook, Revision::Newest), body);
    }
}

#[test]
fn each_webhook_has_one_reader() {
    for body in [JOIN, EXIT, DESTROYED, CHANGE].map(str::as_bytes) {
        let by_their_own = [
            MembershipChange::<JoinType>::parse(body).map(Webhook::AfterMemberJoin),
            MembershipChange::<ExitType>::parse(body).map(Webhook::AfterMemberExit),
            AfterGroupDestroyed::parse(body).map(Webhook::AfterGroupDestroyed),
            MemberStateChange::parse(body).map(Webhook::MemberStateChange),
        ];
        let whole = Webhook::parse(body).unwrap();
        for (found, command) in by_their_own.into_iter().zip(Webhook::COMMANDS) {
            match found {
                Ok(found) => assert_eq!((&found, *command), (&whole, whole.command())),
                Err(WebhookError::OtherCommand { found, wanted }) => {
                    assert_eq!((&*found, wanted), (whole.command(), *command));
                    assert_ne!(found, wanted);
                }
                Err(other) => panic!("{other}"),
            }
        }
    }
}

#[test]
fn revisions_differ_in_the_event_fields() {
    let [join, change] = [JOIN, CHANGE].map(|body| Webhook::parse(body.as_bytes()).unwrap());
    for revision in [Revision::Y2023, Revision::Y2024] {
        assert!(json(&join, revision).ends_with(r#","EventTime":"1670574414123"}"#));
        assert!(!json(&change, revision).contains("EventTime"));
    }
    for webhook in [&join, &change] {
        assert!(json(webhook, Revision::NewestEn).ends_with(r#","EventTime":"1670574414123"}"#));
        assert!(json(webhook, Revision::Newest).ends_with(r#","EventTime":1670574414123}"#));
    }
    assert!(!json(&change, Revision::Y2023).contains("EventCause"));
    assert!(json(&change, Revision::Y2024).contains(r#""EventType":"Offline","EventCause":"HeartbeatInterrupt","#));
    for revision in Revision::ALL {
        assert_eq!(Revision::from_name(&revision.to_string()), Some(*revision));
        assert_eq!(Webhook::parse(json(&join, *revision).as_bytes()), Ok(join.clone()));
    }
}

#[test]
fn event_time_may_be_an_integer_string() {
    let time = |text: &str| Webhook::parse(JOIN.replace("1670574414123", text).as_bytes());
    for text in ["0", "\"0\"", "1670574414123", "\"1670574414123\"", "18446744073709551615", "\"18446744073709551615\""]
    {
        let Ok(Webhook::AfterMemberJoin(join)) = time(text) else { panic!("{text}") };
        assert_eq!(join.event_time.unwrap().as_millis().to_string(), text.trim_matches('"'));
    }
    for text in ["-1", "18446744073709551616", "\"\"", "\" 1\"", "\"+1\"", "\"1.5\"", "\"x\""] {
        assert!(matches!(time(text), Err(WebhookError::Time { .. })), "{text}");
    }
    for text in ["1.5", "1e3", "null", "[]", "true"] {
        assert!(matches!(time(text), Err(WebhookError::Type { .. })), "{text}");
    }
    let Ok(Webhook::AfterMemberJoin(join)) = Webhook::parse(JOIN.replace("EventTime", "x").as_bytes()) else {
        panic!()
    };
    assert_eq!(join.event_time, None);
}

#[test]
fn what_is_not_known_is_kept() {
    let body = CHANGE
        .replace("\"Offline\"", "\"Away\"")
        .replace("HeartbeatInterrupt", "Moon")
        .replace("\"EventType\"", "\"Type\":\"AVChatRoom\",\"Seq\":1.50e3,\"EventType\"");
    let webhook = Webhook::parse(body.as_bytes()).unwrap();
    let Webhook::MemberStateChange(change) = &webhook else { panic!() };
    assert_eq!((change.event_type.as_str(), change.event_cause.as_ref().unwrap().as_str()), ("Away", "Moon"));
    let written = json(&webhook, Revision::Newest);
    assert!(written.ends_with(r#","EventTime":1670574414123,"Type":"AVChatRoom","Seq":1.50e3}"#), "{written}");
    assert_eq!(Webhook::parse(written.as_bytes()), Ok(webhook));
}

#[test]
fn unknown_enumerated_texts_are_kept() {
    for (body, name, known, unknown) in [
        (CHANGE, "EventCause", "HeartbeatInterrupt", "Kicked"),
        (CHANGE, "EventCause", "HeartbeatInterrupt", ""),
        (CHANGE, "EventCause", "HeartbeatInterrupt", "join"),
        (CHANGE, "EventType", "Offline", "Kicked"),
        (CHANGE, "EventType", "Offline", "OFFLINE"),
        (JOIN, "JoinType", "Apply", "Robot"),
        (JOIN, "Type", "Public", "Live"),
        (EXIT, "ExitType", "Kicked", "Banned"),
        (EXIT, "Type", "Public", ""),
        (DESTROYED, "Type", "Public", "ChatRoom"),
    ] {
        let body = body.replace(&format!(r#""{name}":"{known}""#), &format!(r#""{name}":"{unknown}""#));
        assert!(body.contains(&format!(r#""{name}":"{unknown}""#)));
        let webhook = Webhook::parse(body.as_bytes()).unwrap_or_else(|error| panic!("{body}: {error}"));
        assert_eq!(json(&webhook, Revision::Newest), body);
    }
    let other = || "Moon".to_owned();
    assert_eq!(EventCause::from(other()), EventCause::Other(other()));
    assert_eq!(EventType::from(other()), EventType::Other(other()));
    assert_eq!(JoinType::from(other()), JoinType::Other(other()));
    assert_eq!(ExitType::from(other()), ExitType::Other(other()));
}

#[test]
fn unknown_member_fields_are_kept() {
    for body in [JOIN, EXIT, DESTROYED, CHANGE] {
        let account = if body == DESTROYED { "leckie" } else { "tommy" };
        let known = format!("{{\"Member_Account\":\"{account}\"}}");
        let body =
            body.replace(&known, &format!("{{\"Member_Account\":\"{account}\",\"Role\":\"Owner\",\"Seq\":1.50e3}}"));
        let webhook = Webhook::parse(body.as_bytes()).unwrap();
        assert_eq!(json(&webhook, Revision::Newest), body);
    }
}

#[test]
fn a_member_is_made_of_its_account_alone() {
    let Ok(Webhook::MemberStateChange(change)) = Webhook::parse(CHANGE.as_bytes()) else { panic!() };
    assert_eq!(change.members, [WebhookMember::from("jared"), WebhookMember::from("tommy".to_owned())]);
}

#[test]
fn errors_say_where() {
    for (body, expected) in [
        (CHANGE.replace("\"GroupId\"", "\"groupid\""), "`GroupId` is missing"),
        (CHANGE.replace("\"GroupId\"", "\"GroupId\":\"a\",\"GroupId\""), "`GroupId` is there more than once"),
        (CHANGE.replace("\"Offline\"", "1"), "`EventType` must be a string, and is an integer"),
        (
            CHANGE.replace("\"tommy\"", "\"tommy\",\"Member_Account\":\"x\""),
            "`MemberList[1].Member_Account` is there more than once",
        ),
        (CHANGE.replace("\"tommy\"", "7"), "`MemberList[1].Member_Account` must be a string, and is an integer"),
        (CHANGE.replace("{\"Member_Account\":\"tommy\"}", "{}"), "`MemberList[1].Member_Account` is missing"),
        (
            CHANGE.replace("{\"Member_Account\":\"tommy\"}", "\"tommy\""),
            "`MemberList[1]` must be an object, and is a string",
        ),
        (JOIN.replace("NewMemberList", "MemberList"), "`NewMemberList` is missing"),
        (
            DESTROYED.replace("[{\"Member_Account\":\"leckie\"}]", "{}"),
            "`MemberList` must be an array, and is an object",
        ),
        (CHANGE.replace("CallbackCommand", "Command"), "`CallbackCommand` is missing"),
        (
            CHANGE.replace("Group.CallbackOn", "Group.\\nOn"),
            "`Group.\\nOnMemberStateChange` is not a webhook that changes members; acknowledge and ignore it",
        ),
    ] {
        assert_eq!(error(&body), expected);
    }
    assert_eq!(
        MembershipChange::<ExitType>::parse(JOIN.as_bytes()).unwrap_err().to_string(),
        "`CallbackCommand` is `Group.CallbackAfterNewMemberJoin`, and must be `Group.CallbackAfterMemberExit`"
    );
}

#[test]
fn no_body_panics() {
    let deep = format!("{{\"CallbackCommand\":\"Group.CallbackAfterMemberExit\",\"x\":{}", "[".repeat(100_000));
    for body in [
        "",
        "{}",
        "[]",
        "null",
        "{",
        "\"\\ud800\"",
        &deep,
        "{\"CallbackCommand\":\"\\ud800\"}",
        "{\"CallbackCommand\":1}",
    ] {
        assert!(Webhook::parse(body.as_bytes()).is_err());
    }
    assert!(Webhook::parse(b"\xff").is_err());
    let closed = format!("{deep}{}}}", "]".repeat(100_000));
    assert_eq!(error(&closed), "`GroupId` is missing");
    for end in 0..CHANGE.len() {
        assert!(Webhook::parse(&CHANGE.as_bytes()[..end]).is_err());
    }
}

#[test]
fn the_acknowledgement_is_an_envelope() {
    assert_eq!(ACKNOWLEDGEMENT, crate::envelope::envelope_json(&crate::Envelope::ok()));
}

#[test]
fn a_query_is_read_and_written() {
    let text = "SdkAppid=1400000000&CallbackCommand=Group.CallbackOnMemberStateChange&contenttype=json&Sign=ab&RequestTime=1669872112";
    let query = WebhookQuery::parse(text).unwrap();
    assert_eq!((query.client_ip.as_deref(), query.request_time_seconds), (None, Some(1_669_872_112)));
    assert_eq!(query.to_text(), text);
    assert!(WebhookQuery::parse(&text.replace("=json", "=JSON")).is_ok());
    let missing = |name| QueryError::Missing { name };
    let malformed = |name, found: &str| QueryError::Malformed { name, found: found.to_owned() };
    for (from, to, error) in [
        ("SdkAppid", "sdkappid", missing("SdkAppid")),
        ("Group.CallbackOnMemberStateChange", "", missing("CallbackCommand")),
        ("1400000000", "x", malformed("SdkAppid", "x")),
        ("1669872112", "01", malformed("RequestTime", "01")),
        ("1669872112", "-1", malformed("RequestTime", "-1")),
        ("=json", "=xml", QueryError::WrongContentType { found: "xml".to_owned() }),
        ("Sign=ab", "Sign=ab&Sign=ab", QueryError::DuplicateField { name: "Sign" }),
        ("Sign=ab", "Sign=&Sign=ab", QueryError::DuplicateField { name: "Sign" }),
        ("Sign=ab", "Sign=%a", QueryError::BadEscape { name: "Sign" }),
    ] {
        assert_eq!(WebhookQuery::parse(&text.replace(from, to)), Err(error), "{to}");
    }
}

/// Without a window, anyone who reads a `Sign` can use it again.
#[test]
fn a_query_does_not_print_its_sign() {
    let text =
        "SdkAppid=1400000000&CallbackCommand=Group.CallbackAfterMemberExit&Sign=topsecret&RequestTime=1669872112";
    let query = WebhookQuery::parse(text).unwrap();
    let printed = format!("{query:?} {query:#?}");
    assert!(!printed.contains("topsecret"), "{printed}");
    assert!(printed.contains("sign: Some(…)") && printed.contains("CallbackAfterMemberExit"), "{printed}");
    let unsigned = WebhookQuery { sign: None, ..query };
    assert!(format!("{unsigned:?}").contains("sign: None"));
}

#[test]
fn a_sign_is_checked() {
    let digest = "17773bc39a671d7b9aa835458704d2a6db81360a5940292b587d6d760d484061";
    let token = WebhookToken::new("xxxxyyyy").unwrap();
    let at = |seconds: u64| Timestamp::from_millis(seconds * 1_000);
    let check =
        |sign: &str, time, now, window: Option<u64>| token.check(sign, time, at(now), window.map(Duration::from_secs));
    assert_eq!(token.sign(1_669_872_112), digest);
    assert_ne!(WebhookToken::new("xxxyyy").unwrap().sign(1_669_872_112), digest);
    for bad in ["", &digest[..63], &digest.to_uppercase(), &digest.replace('1', "2"), &format!("{digest}0")] {
        assert_eq!(check(bad, 1_669_872_112, 0, None), Err(SignError::Mismatch), "{bad}");
    }
    assert_eq!(check(digest, 1_669_872_113, 0, None), Err(SignError::Mismatch));
    for (now, result) in [
        (1_669_872_112 + 60, Ok(())),
        (1_669_872_112 - 60, Ok(())),
        (1_669_872_112 + 61, Err(SignError::Stale { apart_seconds: 61 })),
        (1_669_872_112 - 61, Err(SignError::Stale { apart_seconds: 61 })),
    ] {
        assert_eq!(check(digest, 1_669_872_112, now, Some(60)), result, "{now}");
    }
    assert!(WebhookToken::new("").is_err() && WebhookToken::new("a ").is_err());
    assert_eq!(format!("{token:?}"), "WebhookToken(…)");
}
