//! What an SDK's own suite does, from its first call to its last.

use super::*;

#[test]
fn a_suite_uses_all_families() {
    let running = start(|_| {});
    let call = |path: &str, body: Value| served(&running, path, &body);
    let group_call = |command: &str, body: Value| call(&format!("group_open_http_svc/{command}"), body);
    for account in ["owner", "alice", "bob"] {
        call("im_open_login_svc/account_import", json!({ "UserID": account, "Nick": account }));
    }
    call("im_open_login_svc/multiaccount_import", json!({ "AccountList": [{ "UserID": "carol" }] }));
    let body = json!([{ "MsgType": "TIMTextElem", "MsgContent": { "Text": "hello" } }]);
    for kind in ["Private", "Public", "ChatRoom", "AVChatRoom", "Community"] {
        let created = group_call("create_group", json!({ "Type": kind, "Name": "n", "Owner_Account": "owner" }));
        let id = created["GroupId"].as_str().unwrap().to_owned();
        let of = |more: Value| {
            let mut body = json!({ "GroupId": id });
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            body
        };
        let members = json!([{ "Member_Account": "alice" }, { "Member_Account": "bob" }]);
        if kind == "AVChatRoom" {
            let path = format!("groups/{}/join", id.replace('#', "%23"));
            control(&running, "POST", &path, r#"{"accounts":["alice","bob"]}"#);
            let marks = json!([{ "Member_Account": "alice", "Marks": [1000] }]);
            let marked = call(
                "group_open_avchatroom_http_svc/modify_user_info",
                of(json!({ "CommandType": 1, "MemberList": marks })),
            );
            assert_eq!(marked["MemberList"], marks);
        } else {
            group_call("add_group_member", of(json!({ "MemberList": members })));
            group_call("change_group_owner", of(json!({ "NewOwner_Account": "alice" })));
        }
        group_call("modify_group_base_info", of(json!({ "Name": "m" })));
        group_call("send_group_msg", of(json!({ "Random": 1, "MsgBody": body })));
        if kind != "Private" {
            group_call("forbid_send_msg", of(json!({ "Members_Account": ["bob"], "MuteTime": 60 })));
            assert_eq!(
                group_call("get_group_muted_account", of(json!({})))["MutedAccountList"][0]["Member_Account"],
                "bob"
            );
        }
        group_call("ban_group_member", of(json!({ "Members_Account": ["bob"], "Duration": 60 })));
        let info = group_call("get_group_info", json!({ "GroupIdList": [id] }))["GroupInfo"][0].clone();
        let members = if kind == "AVChatRoom" { 1 } else { 2 };
        assert_eq!(
            (&info["Name"], &info["MemberNum"], &info["NextMsgSeq"]),
            (&json!("m"), &json!(members), &json!(2)),
            "{info}"
        );
        group_call("destroy_group", of(json!({})));
        codes(&running, "group_open_http_svc/get_group_muted_account", &[(of(json!({})), 10010)]);
        // Nothing of it is left for a group of the same id.
        control(&running, "POST", "groups", &json!({ "group": id, "type": kind }).to_string());
        assert_eq!(group_call("get_group_ban_member", of(json!({})))["BannedAccountList"], json!([]));
        assert_eq!(group_call("get_group_muted_account", of(json!({})))["MutedAccountList"], json!([]));
        group_call("destroy_group", of(json!({})));
    }
    let all = ["owner", "alice", "bob", "carol"].map(|account| json!({ "UserID": account }));
    let deleted = call("im_open_login_svc/account_delete", json!({ "DeleteItem": all }));
    assert!(deleted["ResultItem"].as_array().unwrap().iter().all(|row| row["ResultCode"] == 0), "{deleted}");
    assert_eq!(group_call("get_appid_group_list", json!({}))["TotalCount"], 0);
}
