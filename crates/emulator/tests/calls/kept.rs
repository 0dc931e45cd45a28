//! What calls keep is in the dumped state, in the journal, and gone with a reset.

use super::*;

/// Lets one call of each family leave something behind.
fn leave_something(running: &Running) {
    let text = json!([{ "MsgType": "TIMTextElem", "MsgContent": { "Text": "t" } }]);
    for (path, body) in [
        ("im_open_login_svc/account_import", json!({ "UserID": "u", "Nick": "n" })),
        (
            "group_open_http_svc/create_group",
            json!({ "Type": "Public", "Name": "g", "GroupId": "g", "Owner_Account": "o", "MemberList": [{ "Member_Account": "a" }, { "Member_Account": "b" }] }),
        ),
        ("group_open_http_svc/create_group", json!({ "Type": "Public", "Name": "assigned" })),
        (
            "group_open_http_svc/modify_group_base_info",
            json!({ "GroupId": "g", "Introduction": "i", "MaxMemberNum": 5, "AppDefinedData": [{ "Key": "k", "Value": "v" }] }),
        ),
        (
            "group_open_http_svc/modify_group_member_info",
            json!({ "GroupId": "g", "Member_Account": "a", "Role": "Admin", "NameCard": "A" }),
        ),
        ("group_open_http_svc/change_group_owner", json!({ "GroupId": "g", "NewOwner_Account": "b" })),
        ("group_open_http_svc/forbid_send_msg", json!({ "GroupId": "g", "Members_Account": ["a"], "MuteTime": 60 })),
        ("group_open_http_svc/ban_group_member", json!({ "GroupId": "g", "Members_Account": ["o"], "Duration": 60 })),
        ("group_open_http_svc/set_group_attr", json!({ "GroupId": "g", "GroupAttr": [{ "key": "k", "value": "v" }] })),
        (
            "group_open_http_svc/update_group_counter",
            json!({ "GroupId": "g", "GroupCounter": [{ "Key": "k", "Value": 5 }], "Mode": "Set" }),
        ),
        ("group_open_http_svc/send_group_msg", json!({ "GroupId": "g", "Random": 1, "MsgBody": text })),
        ("group_open_http_svc/group_msg_recall", json!({ "GroupId": "g", "MsgSeqList": [{ "MsgSeq": 1 }] })),
        ("openim/sendmsg", json!({ "To_Account": "u", "MsgRandom": 1, "MsgBody": text })),
    ] {
        served(running, path, &body);
    }
}

fn dumped(running: &Running) -> Value {
    control(running, "GET", "state", "")
}

#[test]
fn a_dumped_state_restores_everything() {
    let running = start(|_| {});
    leave_something(&running);
    let state = dumped(&running);
    let group = &state["emulator"]["groups"]["g"];
    for part in ["bans", "mutes", "attributes", "counters", "messages", "members"] {
        assert_ne!(group["more"][part], json!({}), "{part}: {group}");
    }
    assert_ne!(state["emulator"]["calls"]["accounts"]["u"], json!(null));
    let other = start(|_| {});
    control(&other, "PUT", "state", &state.to_string());
    assert_eq!(dumped(&other), state);
    let banned = served(&other, "group_open_http_svc/get_group_ban_member", &json!({ "GroupId": "g" }));
    assert_eq!(banned["BannedAccountList"][0]["Member_Account"], "o");
    // What stands in no form that can be read changes nothing.
    let mut bent = state.clone();
    bent["emulator"]["groups"]["g"]["more"]["bans"] = json!({ "": 5 });
    let refused = control_reply(&other, "PUT", "state", &bent.to_string());
    assert_eq!(refused.status, 400);
    assert!(refused.body.contains("`emulator`: a user id: it is empty"), "{refused:?}");
    assert_eq!(dumped(&other), state);
}

#[test]
fn a_reset_takes_everything_back() {
    let running = start(|_| {});
    let before = dumped(&running);
    leave_something(&running);
    control(&running, "POST", "reset", "");
    assert_eq!(dumped(&running), before);
    assert_eq!(control(&running, "GET", "messages", "")["count"], 0);
}

#[test]
fn what_was_answered_is_there_after_another_start() {
    let folder = std::env::temp_dir().join(format!("avmarks-calls-{}", std::process::id()));
    let begin = || {
        start(|settings| {
            settings.data = Some(folder.clone());
            // Each generation holds a few inputs: both the state and the journal are read again.
            settings.journal_bytes_max = 600;
        })
    };
    let running = begin();
    leave_something(&running);
    let state = dumped(&running);
    running.stop().unwrap();
    let again = begin();
    assert_eq!(dumped(&again), state);
    // Ids that are assigned go on.
    let next = served(&again, "group_open_http_svc/create_group", &json!({ "Type": "Public", "Name": "n" }));
    assert_eq!(next["GroupId"], "@TGS#200000002");
    again.stop().unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_strict_start_replays_earlier_inputs() {
    let folder = std::env::temp_dir().join(format!("avmarks-calls-strict-{}", std::process::id()));
    let begin = |strict: bool| {
        start(|settings| {
            settings.data = Some(folder.clone());
            settings.strict = strict;
        })
    };
    let text = json!([{ "MsgType": "TIMTextElem", "MsgContent": { "Text": "t" } }]);
    let one = json!({ "To_Account": "nobody", "MsgRandom": 1, "MsgBody": text });
    let two = json!({ "To_Account": ["known", "nobody"], "MsgRandom": 2, "MsgBody": text });
    let lax = begin(false);
    served(&lax, "openim/sendmsg", &one);
    lax.stop().unwrap();
    let strict = begin(true);
    assert_eq!(control(&strict, "GET", "messages", "")["count"], 1);
    codes(&strict, "openim/sendmsg", &[(one, 90012)]);
    served(&strict, "im_open_login_svc/account_import", &json!({ "UserID": "known" }));
    served(&strict, "openim/batchsendmsg", &two);
    let messages = control(&strict, "GET", "messages", "");
    strict.stop().unwrap();
    let lax = begin(false);
    assert_eq!(control(&lax, "GET", "messages", ""), messages);
    lax.stop().unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
}
