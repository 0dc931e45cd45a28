//! Messages: acknowledged, and kept for a test to look at.

use super::*;

const SEND: &str = "group_open_http_svc/send_group_msg";
const NOTIFY: &str = "group_open_http_svc/send_group_system_notification";
const BROADCAST: &str = "group_open_http_svc/send_broadcast_msg";
const RECALL: &str = "group_open_http_svc/group_msg_recall";
const READ: &str = "group_open_http_svc/group_msg_get_simple";
const IMPORT: &str = "group_open_http_svc/import_group_msg";
const DIRECT: &str = "openim/sendmsg";
const BATCH: &str = "openim/batchsendmsg";

fn text(text: &str) -> Value {
    json!([{ "MsgType": "TIMTextElem", "MsgContent": { "Text": text } }])
}

fn message(group: &str, random: u64, body: &Value) -> Value {
    json!({ "GroupId": group, "Random": random, "MsgBody": body })
}

#[test]
fn messages_are_numbered_and_kept() {
    let running = with_groups();
    let sent = served(&running, SEND, &message("AVChatRoom", 7, &text("one")));
    assert_eq!(sent, json!({ "MsgTime": NOW, "MsgSeq": 1 }));
    let by = json!({ "GroupId": "AVChatRoom", "Random": 8, "MsgBody": text("two"), "From_Account": "a" });
    assert_eq!(served(&running, SEND, &by)["MsgSeq"], 2);
    // Within five minutes a repetition is the same message.
    assert_eq!(served(&running, SEND, &message("AVChatRoom", 7, &text("one")))["MsgSeq"], 1);
    control(&running, "POST", "clock/advance", r#"{"ms":301000}"#);
    assert_eq!(served(&running, SEND, &message("AVChatRoom", 7, &text("one")))["MsgSeq"], 3);
    let kept = control(&running, "GET", "groups/AVChatRoom/messages", "");
    assert_eq!(kept["count"], 3);
    assert_eq!(
        kept["messages"][1],
        json!({
            "seq": 2,
            "time": NOW,
            "command": "send_group_msg",
            "from": "a",
            "random": 8,
            "body": text("two"),
            "recalled": false,
        })
    );
    assert_eq!(kept["messages"][0]["from"], "administrator");
    let info = served(&running, "group_open_http_svc/get_group_info", &json!({ "GroupIdList": ["AVChatRoom"] }));
    assert_eq!(
        (&info["GroupInfo"][0]["NextMsgSeq"], &info["GroupInfo"][0]["LastMsgTime"]),
        (&json!(4), &json!(NOW + 301))
    );
    assert_eq!(control_reply(&running, "GET", "groups/gone/messages", "").status, 404);
}

#[test]
fn at_most_100_messages_are_kept() {
    let running = with_groups();
    for random in 0..101 {
        served(&running, SEND, &message("Public", random, &text("x")));
    }
    let kept = control(&running, "GET", "groups/Public/messages", "");
    assert_eq!((&kept["count"], kept["messages"].as_array().unwrap().len()), (&json!(101), 100));
    assert_eq!(kept["messages"][0]["seq"], 2);
    for random in 0..9 {
        served(&running, SEND, &message("ChatRoom", random, &text(&"x".repeat(10_000))));
    }
    let kept = control(&running, "GET", "groups/ChatRoom/messages", "");
    assert_eq!((&kept["count"], kept["messages"].as_array().unwrap().len()), (&json!(9), 6));
}

#[test]
fn what_sending_to_groups_refuses() {
    let running = with_groups();
    let envelope = text("").to_string().len();
    codes(
        &running,
        SEND,
        &[
            (json!({ "GroupId": "Public", "Random": 1 }), 10004),
            (json!({ "GroupId": "Public", "MsgBody": text("t") }), 10004),
            (message("Public", 1, &json!([])), 10004),
            (message("Public", 1, &json!([{ "MsgType": "TIMTextElem" }])), 10004),
            (message("Public", 1, &text(&"x".repeat(12_288 - envelope))), 0),
            (message("Public", 1, &text(&"x".repeat(12_289 - envelope))), 80002),
            (message("Public", 4_294_967_296, &text("t")), 10004),
            (message("gone", 1, &text("t")), 10010),
        ],
    );
    let notify =
        |group: &str, to: usize| json!({ "GroupId": group, "Content": "c", "ToMembers_Account": accounts(to) });
    codes(
        &running,
        NOTIFY,
        &[
            (json!({ "GroupId": "Public" }), 10004),
            (notify("AVChatRoom", 0), 0),
            (notify("AVChatRoom", 1), 10007),
            (notify("Public", 500), 0),
            (notify("Public", 501), 10005),
        ],
    );
    assert_eq!(control(&running, "GET", "groups/AVChatRoom/messages", "")["messages"][0]["body"], "c");
}

#[test]
fn messages_are_read_back_and_recalled() {
    let running = with_groups();
    for random in 1..=25 {
        served(&running, SEND, &message("Public", random, &text("x")));
    }
    let recalled =
        served(&running, RECALL, &json!({ "GroupId": "Public", "MsgSeqList": [{ "MsgSeq": 25 }, { "MsgSeq": 26 }] }));
    assert_eq!(recalled["RecallRetList"], json!([{ "MsgSeq": 25, "RetCode": 0 }, { "MsgSeq": 26, "RetCode": 10030 }]));
    let read = |number: u64, seq: u64| {
        let answer = served(&running, READ, &json!({ "GroupId": "Public", "ReqMsgNumber": number, "ReqMsgSeq": seq }));
        let rows = answer["RspMsgList"].as_array().unwrap().clone();
        let seqs = rows.iter().map(|row| row["MsgSeq"].as_u64().unwrap()).collect::<Vec<_>>();
        (answer["IsFinished"].as_u64().unwrap(), seqs, rows[0].clone())
    };
    assert_eq!(read(2, 0).1, [25, 24]);
    assert_eq!((read(1, 0).2["IsPlaceMsg"].clone(), read(1, 0).2["MsgBody"].clone()), (json!(2), json!([])));
    assert_eq!(read(2, 3).1, [3, 2]);
    assert_eq!((read(20, 0).0, read(20, 0).1.len()), (1, 20));
    assert_eq!((read(21, 0).0, read(21, 0).1.len()), (0, 20));
    codes(
        &running,
        READ,
        &[(json!({ "GroupId": "Public" }), 10004), (json!({ "GroupId": "Public", "ReqMsgNumber": 0 }), 10004)],
    );
}

#[test]
fn messages_are_imported_with_their_times() {
    let running = with_groups();
    let list = json!([{ "From_Account": "a", "SendTime": 5, "MsgBody": text("x") }]);
    let imported = served(&running, IMPORT, &json!({ "GroupId": "Public", "MsgList": list }));
    assert_eq!(imported["ImportMsgResult"], json!([{ "MsgSeq": 1, "MsgTime": 5, "Result": 0 }]));
    codes_by_type(&running, IMPORT, &json!({ "MsgList": list }), [0, 0, 0, 10007, 0]);
}

#[test]
fn broadcasts_and_direct_messages_share_a_list() {
    let running = start(|_| {});
    let broadcast = json!({ "Random": 1, "MsgBody": text("all") });
    assert_eq!(served(&running, BROADCAST, &broadcast), json!({ "MsgSeq": 1 }));
    let direct = json!({ "To_Account": "b", "MsgRandom": 2, "MsgBody": text("you"), "From_Account": "a" });
    let sent = served(&running, DIRECT, &direct);
    assert_eq!((&sent["MsgTime"], &sent["MsgKey"]), (&json!(NOW), &json!(format!("2_2_{NOW}"))));
    let batch = json!({ "To_Account": ["b", "c"], "MsgRandom": 3, "MsgBody": text("both") });
    assert_eq!(served(&running, BATCH, &batch), json!({ "MsgKey": format!("3_3_{NOW}") }));
    let kept = control(&running, "GET", "messages", "");
    let of =
        |field: &str| kept["messages"].as_array().unwrap().iter().map(|row| row[field].clone()).collect::<Vec<_>>();
    assert_eq!(of("command"), ["send_broadcast_msg", "sendmsg", "batchsendmsg"]);
    assert_eq!(of("to"), [json!(null), json!(["b"]), json!(["b", "c"])]);
    control(&running, "PATCH", "settings", r#"{"marks_supported":false}"#);
    codes(&running, BROADCAST, &[(broadcast, 10059)]);
}

#[test]
fn what_direct_messages_refuse() {
    let running = start(|_| {});
    let direct = |more: Value| {
        let mut body = json!({ "To_Account": "b", "MsgRandom": 2, "MsgBody": text("t") });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    codes(
        &running,
        DIRECT,
        &[
            (json!({ "MsgRandom": 2, "MsgBody": text("t") }), 90003),
            (json!({ "To_Account": "b", "MsgBody": text("t") }), 90005),
            (json!({ "To_Account": "b", "MsgRandom": 2 }), 90002),
            (direct(json!({ "MsgBody": [{}] })), 90010),
            (direct(json!({ "From_Account": 5 })), 90008),
            (direct(json!({ "SyncOtherMachine": 3 })), 90031),
            (direct(json!({ "MsgLifeTime": 604_800 })), 0),
            (direct(json!({ "MsgLifeTime": 604_801 })), 90026),
            (direct(json!({ "MsgBody": text(&"x".repeat(13_000)) })), 93000),
        ],
    );
    let batch = |count: usize| direct(json!({ "To_Account": accounts(count) }));
    codes(&running, BATCH, &[(direct(json!({})), 90003), (batch(500), 0), (batch(501), 90011)]);
}

#[test]
fn a_strict_emulator_writes_to_imported_accounts_alone() {
    let running = start(|settings| settings.strict = true);
    assert_eq!(ask(&running, "im_open_login_svc/account_import", &json!({ "UserID": "a" }))["ErrorCode"], 0);
    let direct = |to: &str| json!({ "To_Account": to, "MsgRandom": 2, "MsgBody": text("t") });
    codes(&running, DIRECT, &[(direct("a"), 0), (direct("b"), 90012)]);
    let batch = json!({ "To_Account": ["a", "b"], "MsgRandom": 2, "MsgBody": text("t") });
    assert_eq!(served(&running, BATCH, &batch)["ErrorList"], json!([{ "To_Account": "b", "ErrorCode": 70107 }]));
}
