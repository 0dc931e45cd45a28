//! Webhooks about calls: what is told after a group was created or a message sent, and what the app's server is asked before.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use avmarks_emulator::protocol::webhook::Revision;
use avmarks_emulator::{Running, WebhookEvent, WebhookSettings};
use serde_json::{Value, json};

use super::{NOW, control, deliveries, presence, told};
use crate::client::ask;
use crate::receiver::{Manner, Receiver};
use crate::{CREATE, QUERY, post};

const SEND: &str = "/v4/group_open_http_svc/send_group_msg";
const DIRECT: &str = "/v4/openim/sendmsg";
const REFUSE: Manner = Manner::Answer(200, r#"{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":1}"#);
const PASS: Manner = Manner::Answer(200, r#"{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}"#);

/// An emulator with these webhooks alone, and a room. The receiver has seen nothing yet.
fn with(receiver: &Receiver, events: &'static [WebhookEvent]) -> Running {
    let running = told(receiver, |webhooks| {
        webhooks.events = Vec::new();
        webhooks.show_answers = true;
    });
    let names: Vec<_> = events.iter().map(|event| event.name()).collect();
    let set = json!({ "url": receiver.url(), "events": names, "show_answers": true });
    assert_eq!(control(&running, "PUT", "/webhooks", &set.to_string()).status, 200);
    running
}

fn call(running: &Running, path: &str, body: &Value) -> Value {
    serde_json::from_str(&ask(running.address(), post(path, QUERY, &body.to_string())).body).unwrap()
}

fn code(running: &Running, path: &str, body: &Value) -> i64 {
    call(running, path, body)["ErrorCode"].as_i64().unwrap()
}

fn text(text: &str) -> Value {
    json!([{ "MsgType": "TIMTextElem", "MsgContent": { "Text": text } }])
}

fn message(random: u32) -> Value {
    json!({ "GroupId": "room", "From_Account": "jared", "Random": random, "MsgBody": text("hello") })
}

fn direct(random: u32) -> Value {
    json!({ "From_Account": "jared", "To_Account": "tommy", "MsgRandom": random, "MsgBody": text("hello") })
}

/// The messages that are kept of the room.
fn kept(running: &Running) -> Vec<Value> {
    let reply = control(running, "GET", "/groups/room/messages", "");
    serde_json::from_str::<Value>(&reply.body).unwrap()["messages"].as_array().unwrap().clone()
}

/// The rulings of the deliveries.
fn rulings(running: &Running) -> Vec<String> {
    let log = deliveries(running);
    log.iter().map(|delivery| delivery["ruling"].as_str().unwrap_or("none").to_owned()).collect()
}

#[test]
fn webhooks_have_the_documented_fields() {
    let receiver = Receiver::start(&[]);
    let running = with(&receiver, WebhookEvent::ALL);
    let create = json!({ "Type": "Public", "Name": "n", "GroupId": "other", "Owner_Account": "boss",
        "MemberList": [{ "Member_Account": "bob" }], "AppDefinedData": [{ "Key": "k", "Value": "v" }] });
    assert_eq!(code(&running, CREATE, &create), 0);
    let mut sent = message(7);
    sent["CloudCustomData"] = json!("custom");
    assert_eq!(code(&running, SEND, &sent), 0);
    assert_eq!(code(&running, DIRECT, &direct(8)), 0);
    presence(&running, "join", &["jared"]);
    assert_eq!(code(&running, "/v4/group_open_http_svc/destroy_group", &json!({ "GroupId": "other" })), 0);
    let queries: Vec<_> = deliveries(&running);
    let bodies: Vec<_> = receiver.came().into_iter().map(|came| came.body).collect();
    let seconds = NOW / 1_000;
    let mut expected = vec![
        r#"{"CallbackCommand":"Group.CallbackBeforeCreateGroup","Operator_Account":"administrator","Owner_Account":"boss","Type":"Public","Name":"n","CreateGroupNum":0,"MemberList":[{"Member_Account":"bob"}],"EventTime":1670574414123}"#.to_owned(),
        r#"{"CallbackCommand":"Group.CallbackAfterCreateGroup","GroupId":"other","Operator_Account":"administrator","Owner_Account":"boss","Type":"Public","Name":"n","MemberList":[{"Member_Account":"bob"}],"UserDefinedDataList":[{"Key":"k","Value":"v"}],"EventTime":1670574414123}"#.to_owned(),
        r#"{"CallbackCommand":"Group.CallbackAfterNewMemberJoin","GroupId":"other","Type":"Public","JoinType":"Invited","Operator_Account":"administrator","NewMemberList":[{"Member_Account":"boss"},{"Member_Account":"bob"}],"EventTime":1670574414123}"#.to_owned(),
        r#"{"CallbackCommand":"Group.CallbackBeforeSendMsg","GroupId":"room","Type":"AVChatRoom","From_Account":"jared","Operator_Account":"administrator","Random":7,"OnlineOnlyFlag":0,"MsgBody":[{"MsgContent":{"Text":"hello"},"MsgType":"TIMTextElem"}],"CloudCustomData":"custom","EventTime":1670574414123}"#.to_owned(),
        format!(r#"{{"CallbackCommand":"Group.CallbackAfterSendMsg","GroupId":"room","Type":"AVChatRoom","From_Account":"jared","Operator_Account":"administrator","Random":7,"MsgSeq":1,"MsgTime":{seconds},"OnlineOnlyFlag":0,"MsgBody":[{{"MsgContent":{{"Text":"hello"}},"MsgType":"TIMTextElem"}}],"CloudCustomData":"custom","EventTime":1670574414123}}"#),
        format!(r#"{{"CallbackCommand":"C2C.CallbackBeforeSendMsg","From_Account":"jared","To_Account":"tommy","MsgSeq":1,"MsgRandom":8,"MsgTime":{seconds},"MsgKey":"1_8_{seconds}","OnlineOnlyFlag":0,"MsgBody":[{{"MsgContent":{{"Text":"hello"}},"MsgType":"TIMTextElem"}}],"EventTime":1670574414123}}"#),
        format!(r#"{{"CallbackCommand":"C2C.CallbackAfterSendMsg","From_Account":"jared","To_Account":"tommy","MsgSeq":1,"MsgRandom":8,"MsgTime":{seconds},"MsgKey":"1_8_{seconds}","SendMsgResult":0,"ErrorInfo":"send msg succeed","UnreadMsgNum":0,"OnlineOnlyFlag":0,"MsgBody":[{{"MsgContent":{{"Text":"hello"}},"MsgType":"TIMTextElem"}}],"EventTime":1670574414123}}"#),
        r#"{"CallbackCommand":"Group.CallbackBeforeApplyJoinGroup","GroupId":"room","Type":"AVChatRoom","Requestor_Account":"jared","EventTime":1670574414123}"#.to_owned(),
    ];
    for body in &bodies {
        expected.retain(|wanted| wanted != body);
    }
    assert_eq!(expected, Vec::<String>::new(), "{bodies:#?}");
    let platform = |command: &str| {
        let delivery = queries.iter().find(|delivery| delivery["command"] == command).unwrap();
        delivery["query"].as_str().unwrap().rsplit('=').next().unwrap().to_owned()
    };
    assert_eq!(platform("Group.CallbackBeforeSendMsg"), "RESTAPI");
    assert_eq!(platform("Group.CallbackBeforeApplyJoinGroup"), "Unknown");
}

#[test]
fn the_time_is_text_in_older_revisions() {
    for revision in Revision::ALL {
        let receiver = Receiver::start(&[]);
        let running = told(&receiver, |webhooks| {
            (webhooks.revision, webhooks.events) = (*revision, vec![WebhookEvent::AfterGroupMessage]);
        });
        assert_eq!(code(&running, SEND, &message(1)), 0);
        deliveries(&running);
        let time = if *revision == Revision::Newest { "1670574414123" } else { "\"1670574414123\"" };
        assert!(receiver.came()[0].body.ends_with(&format!(r#""EventTime":{time}}}"#)), "{revision}");
    }
}

#[test]
fn four_webhooks_are_on_by_default() {
    assert_eq!(WebhookSettings::new("http://a/").events, WebhookEvent::DEFAULT);
    let receiver = Receiver::start(&[]);
    let running = told(&receiver, |_| {});
    assert_eq!(code(&running, SEND, &message(1)), 0);
    assert_eq!(code(&running, DIRECT, &direct(1)), 0);
    presence(&running, "join", &["a"]);
    deliveries(&running);
    assert_eq!(receiver.came().len(), 2, "joined and online alone");
    let set = |events: &str| format!(r#"{{"url":"{}","events":{events}}}"#, receiver.url());
    assert_eq!(control(&running, "PUT", "/webhooks", &set("[]")).status, 200);
    presence(&running, "join", &["b"]);
    deliveries(&running);
    assert_eq!(receiver.came().len(), 2);
    let refused = control(&running, "PUT", "/webhooks", &set(r#"["Group.CallbackBeforeSend"]"#));
    assert_eq!(refused.status, 400);
    assert!(refused.body.contains("`events` has `Group.CallbackBeforeSend`; there are `Group.Callback"), "{refused:?}");
}

#[test]
fn new_groups_send_webhooks() {
    let receiver = Receiver::start(&[]);
    let running = with(&receiver, &[WebhookEvent::AfterCreateGroup]);
    assert_eq!(control(&running, "POST", "/groups", r#"{"group":"g","owner":"o","name":"n"}"#).status, 200);
    assert_eq!(control(&running, "POST", "/groups", r#"{"group":"g"}"#).status, 200);
    running.emulator().play(r#"{"at":0,"do":"create_group","group":"h"}"#).unwrap();
    let import = json!({ "Type": "Public", "Name": "n", "GroupId": "i" });
    assert_eq!(code(&running, "/v4/group_open_http_svc/import_group", &import), 0);
    deliveries(&running);
    let bodies: Vec<Value> = receiver.came().iter().map(|came| serde_json::from_str(&came.body).unwrap()).collect();
    let of = |body: &Value| json!([body["GroupId"], body["Owner_Account"], body["Type"], body["Name"]]);
    assert_eq!(
        bodies.iter().map(of).collect::<Vec<_>>(),
        [json!(["g", "o", "AVChatRoom", "n"]), json!(["h", "", "AVChatRoom", ""])]
    );
}

#[test]
fn a_message_is_refused_discarded_changed_or_passed() {
    let receiver = Receiver::start(&[
        REFUSE,
        Manner::Answer(200, r#"{"ActionStatus":"OK","ErrorInfo":"not here","ErrorCode":10150}"#),
        Manner::Answer(200, r#"{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":2}"#),
        Manner::Answer(
            200,
            r#"{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"MsgBody":[{"MsgType":"TIMTextElem","MsgContent":{"Text":"mild"}}],"CloudCustomData":"level"}"#,
        ),
        PASS,
    ]);
    let running = with(&receiver, &[WebhookEvent::BeforeGroupMessage]);
    let first = call(&running, SEND, &message(1));
    assert_eq!((&first["ActionStatus"], &first["ErrorCode"]), (&json!("FAIL"), &json!(10016)));
    let second = call(&running, SEND, &message(2));
    assert_eq!((&second["ErrorCode"], &second["ErrorInfo"]), (&json!(10150), &json!("not here")));
    let third = call(&running, SEND, &message(3));
    assert_eq!((&third["ErrorCode"], &third["MsgSeq"]), (&json!(0), &json!(1)));
    assert_eq!(kept(&running), Vec::<Value>::new());
    assert_eq!(call(&running, SEND, &message(4))["MsgSeq"], 1);
    assert_eq!(call(&running, SEND, &message(5))["MsgSeq"], 2);
    let kept = kept(&running);
    assert_eq!((&kept[0]["body"], &kept[0]["custom"]), (&text("mild"), &json!("level")));
    assert_eq!((&kept[1]["body"], &kept[1]["custom"]), (&text("hello"), &Value::Null));
    assert_eq!(rulings(&running), ["refuses", "refuses", "discards", "changes", "passes"]);
    let log = control(&running, "GET", "/log", "").body;
    for flag in ["a webhook refuses it", "a webhook discards it", "a webhook changes it"] {
        assert!(log.contains(flag), "{log}");
    }
}

#[test]
fn direct_messages_have_their_codes() {
    let receiver = Receiver::start(&[
        REFUSE,
        Manner::Answer(200, r#"{"ActionStatus":"OK","ErrorInfo":"no","ErrorCode":120001}"#),
        Manner::Answer(200, r#"{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":2}"#),
        PASS,
    ]);
    let running = with(&receiver, &[WebhookEvent::BeforeDirectMessage, WebhookEvent::AfterDirectMessage]);
    assert_eq!(code(&running, DIRECT, &direct(1)), 20006);
    assert_eq!(code(&running, DIRECT, &direct(2)), 120001);
    assert_eq!(code(&running, DIRECT, &direct(3)), 0);
    assert_eq!(code(&running, DIRECT, &direct(4)), 0);
    assert_eq!(rulings(&running), ["refuses", "refuses", "discards", "passes", "none"]);
    let messages: Value = serde_json::from_str(&control(&running, "GET", "/messages", "").body).unwrap();
    assert_eq!((&messages["count"], &messages["messages"][0]["random"]), (&json!(1), &json!(4)));
}

#[test]
fn a_webhook_may_refuse_a_group() {
    let receiver = Receiver::start(&[REFUSE, PASS]);
    let running = with(&receiver, &[WebhookEvent::BeforeCreateGroup, WebhookEvent::AfterCreateGroup]);
    let create = json!({ "Type": "AVChatRoom", "Name": "n", "GroupId": "g", "Owner_Account": "boss" });
    assert_eq!(code(&running, CREATE, &create), 10016);
    assert_eq!(control(&running, "GET", "/groups/g", "").status, 404);
    assert_eq!(code(&running, CREATE, &create), 0);
    assert_eq!(rulings(&running), ["refuses", "passes", "none"]);
    let bodies: Vec<Value> = receiver.came().iter().map(|came| serde_json::from_str(&came.body).unwrap()).collect();
    // The room of the test is the same owner's.
    assert_eq!(bodies[0]["CreateGroupNum"], 1);
}

#[test]
fn who_is_refused_does_not_join() {
    let receiver = Receiver::start(&[PASS, REFUSE, PASS]);
    let running = with(&receiver, &[WebhookEvent::BeforeApplyJoin]);
    let join = |accounts: Value| {
        let reply = control(&running, "POST", "/groups/room/join", &json!({ "accounts": accounts }).to_string());
        serde_json::from_str::<Value>(&reply.body).unwrap()
    };
    let answer = join(json!(["a", "b", "b", "c", "a"]));
    let joined: Vec<_> =
        answer["events"].as_array().unwrap().iter().filter(|event| event["event"] == "joined").collect();
    assert_eq!(joined.iter().map(|event| &event["account"]).collect::<Vec<_>>(), ["a", "c"]);
    let info = "refused by the webhook `Group.CallbackBeforeApplyJoinGroup`";
    assert_eq!(answer["refused"], json!([{ "account": "b", "code": 10016, "info": info }]));
    // The app's server is not asked about an account that is a member already, or that is not a valid id.
    assert_eq!(join(json!(["a"])), json!({ "events": [] }));
    assert_eq!(control(&running, "POST", "/groups/room/join", r#"{"accounts":[""]}"#).status, 400);
    assert_eq!(control(&running, "POST", "/groups/none/join", r#"{"accounts":["d"]}"#).status, 404);
    assert_eq!(rulings(&running), ["passes", "refuses", "passes"]);
}

#[test]
fn a_call_takes_effect_where_the_webhook_fails() {
    let receiver = Receiver::start(&[
        Manner::HangUp,
        Manner::Answer(500, r#"{"ErrorCode":1}"#),
        Manner::Answer(200, "<html>"),
        Manner::Answer(200, r#"{"ErrorCode":"1"}"#),
        Manner::Answer(200, r#"{"ErrorCode":0,"MsgBody":[]}"#),
        Manner::Wait,
    ]);
    let running = with(&receiver, &[WebhookEvent::BeforeGroupMessage]);
    for random in 1..=5 {
        assert_eq!(code(&running, SEND, &message(random)), 0);
    }
    assert_eq!(code(&running, SEND, &message(6)), 0);
    receiver.release();
    assert_eq!(kept(&running).len(), 6);
    let log = deliveries(&running);
    let errors: Vec<_> = log.iter().map(|delivery| delivery["error"].as_str().unwrap_or_default()).collect();
    assert!(errors[0].starts_with("the connection failed"), "{errors:?}");
    assert_eq!((errors[1], errors[2]), ("the status is 500; it must be 200", "the answer is not JSON"));
    assert!(errors[3].starts_with("the answer is not one of a webhook that is waited for"), "{errors:?}");
    assert!(errors[4].starts_with("`MsgBody` of the answer must be"), "{errors:?}");
    assert_eq!(errors[5], "no answer within 2 s");
    assert_eq!(rulings(&running), ["passes"; 6]);
}

#[test]
fn other_calls_are_answered_while_one_waits() {
    let receiver = Receiver::start(&[Manner::Wait]);
    let running = with(&receiver, &[WebhookEvent::BeforeGroupMessage]);
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| code(&running, SEND, &message(1)));
        while receiver.came().is_empty() {
            std::thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(code(&running, "/v4/group_open_http_svc/get_group_info", &json!({ "GroupIdList": ["room"] })), 0);
        // The group goes while the webhook is asked: the call is judged as things stand then.
        assert_eq!(control(&running, "DELETE", "/groups/room", "").status, 200);
        receiver.release();
        assert_eq!(waiting.join().unwrap(), 10010);
    });
}

#[test]
fn calls_outlive_their_clients() {
    let receiver = Receiver::start(&[Manner::Wait]);
    let running = with(&receiver, &[WebhookEvent::BeforeGroupMessage]);
    let mut client = TcpStream::connect(running.address()).unwrap();
    client.write_all(post(SEND, QUERY, &message(1).to_string()).as_bytes()).unwrap();
    while receiver.came().is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
    drop(client);
    receiver.release();
    while kept(&running).is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn refused_calls_send_no_webhook() {
    let receiver = Receiver::start(&[]);
    let running = with(&receiver, &[WebhookEvent::BeforeGroupMessage, WebhookEvent::BeforeCreateGroup]);
    let mute = json!({ "GroupId": "room", "Members_Account": ["jared"], "MuteTime": 60 });
    assert_eq!(code(&running, "/v4/group_open_http_svc/forbid_send_msg", &mute), 0);
    assert_eq!(code(&running, SEND, &message(1)), 10017);
    assert_eq!(code(&running, SEND, &json!({ "GroupId": "room", "Random": 1 })), 10004);
    assert_eq!(code(&running, SEND, &json!({ "GroupId": "gone", "Random": 1, "MsgBody": text("x") })), 10010);
    assert_eq!(code(&running, CREATE, &json!({ "Type": "Public", "Name": "n", "GroupId": "room" })), 10021);
    let unsigned = ask(running.address(), post(SEND, "sdkappid=1", &message(1).to_string()));
    assert_ne!(unsigned.code(), 0);
    assert_eq!(control(&running, "POST", "/stubs", &json!({ "path": SEND, "times": 1 }).to_string()).status, 200);
    assert_eq!(code(&running, SEND, &message(1)), 0);
    assert_eq!(rulings(&running), Vec::<String>::new());
}

#[test]
fn a_message_may_go_without_its_webhooks() {
    let receiver = Receiver::start(&[]);
    let running = with(&receiver, WebhookEvent::ALL);
    let forbidding = |random: u32, names: Value| {
        let (mut group, mut account) = (message(random), direct(random));
        group["ForbidCallbackControl"] = names.clone();
        account["ForbidCallbackControl"] = names;
        [(SEND, group), (DIRECT, account)]
    };
    let both = json!(["ForbidBeforeSendMsgCallback", "ForbidAfterSendMsgCallback"]);
    for (random, names) in
        [(1, json!(["ForbidBeforeSendMsgCallback"])), (2, json!(["ForbidAfterSendMsgCallback"])), (3, both)]
    {
        for (path, body) in forbidding(random, names) {
            assert_eq!(code(&running, path, &body), 0);
        }
    }
    // A repetition is told of once.
    assert_eq!(code(&running, SEND, &message(1)), 0);
    let log = deliveries(&running);
    let mut commands: Vec<_> = log.iter().map(|delivery| delivery["command"].as_str().unwrap()).collect();
    commands.sort_unstable();
    assert_eq!(
        commands,
        [
            "C2C.CallbackAfterSendMsg",
            "C2C.CallbackBeforeSendMsg",
            "Group.CallbackAfterSendMsg",
            "Group.CallbackBeforeSendMsg"
        ]
    );
}

#[test]
fn a_changed_message_is_there_after_a_restart() {
    let folder = std::env::temp_dir().join(format!("avmarks-webhooks-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let changed = r#"{"ErrorCode":0,"MsgBody":[{"MsgType":"TIMTextElem","MsgContent":{"Text":"mild"}}]}"#;
    let discarded = r#"{"ErrorCode":2}"#;
    let receiver = Receiver::start(&[Manner::Answer(200, changed), Manner::Answer(200, discarded), REFUSE]);
    let begin = |receiver: &Receiver| {
        let url = receiver.url();
        crate::start(|settings| {
            let mut webhooks = WebhookSettings::new(url);
            webhooks.events = vec![WebhookEvent::BeforeGroupMessage];
            (settings.webhooks, settings.data) = (Some(webhooks), Some(folder.clone()));
        })
    };
    {
        let running = begin(&receiver);
        assert_eq!(control(&running, "POST", "/groups", r#"{"group":"room"}"#).status, 200);
        assert_eq!(code(&running, SEND, &message(1)), 0);
        assert_eq!(code(&running, SEND, &message(2)), 0);
        assert_eq!(code(&running, SEND, &message(3)), 10016);
    }
    let kept = kept(&begin(&receiver));
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_eq!(kept[0]["body"], text("mild"));
}
