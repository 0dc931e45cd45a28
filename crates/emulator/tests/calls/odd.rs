//! Bodies that no SDK means to send, and what they must not break.

use super::*;

/// The code for a field that is there twice, or is of another type, in each family of calls.
#[test]
fn a_repeated_field_has_its_code() {
    let running = with_groups();
    for (path, body, code) in [
        ("im_open_login_svc/account_import", r#"{"UserID":"a","UserID":"b"}"#, 70402),
        ("im_open_login_svc/account_check", r#"{"CheckItem":[{"UserID":"a","UserID":"b"}]}"#, 70402),
        ("profile/portrait_get", r#"{"To_Account":["a"],"TagList":[],"TagList":[]}"#, 40001),
        ("openim/sendmsg", r#"{"To_Account":"a","To_Account":"b"}"#, 90010),
        ("openim/query_online_status", r#"{"To_Account":["a"],"To_Account":["b"]}"#, 90001),
        ("group_open_http_svc/create_group", r#"{"Type":"Public","Name":"n","Name":"m"}"#, 10004),
        ("group_open_http_svc/destroy_group", r#"{"GroupId":"Public","GroupId":"ChatRoom"}"#, 10004),
    ] {
        assert_eq!(post(&running, path, QUERY, body).code(), code, "{path} {body}");
    }
    assert_eq!(served(&running, "group_open_http_svc/get_appid_group_list", &json!({}))["TotalCount"], 5);
}

#[test]
fn numbers_beyond_their_range_are_refused() {
    let running = with_groups();
    for (body, code) in [
        (r#"{"GroupId":"AVChatRoom","GroupCounter":[{"Key":"k","Value":9223372036854775807}],"Mode":"Set"}"#, 0),
        (r#"{"GroupId":"AVChatRoom","GroupCounter":[{"Key":"k","Value":1}],"Mode":"Increase"}"#, 10004),
        (r#"{"GroupId":"AVChatRoom","GroupCounter":[{"Key":"k","Value":-9223372036854775808}],"Mode":"Set"}"#, 0),
        (r#"{"GroupId":"AVChatRoom","GroupCounter":[{"Key":"k","Value":1}],"Mode":"Decrease"}"#, 10004),
        (r#"{"GroupId":"AVChatRoom","GroupCounter":[{"Key":"k","Value":9223372036854775808}],"Mode":"Set"}"#, 10004),
        (r#"{"GroupId":"AVChatRoom","GroupCounter":[{"Key":"k","Value":1e400}],"Mode":"Set"}"#, 60003),
        (r#"{"GroupId":"AVChatRoom","GroupCounter":[{"Key":"k","Value":2.0}],"Mode":"Set"}"#, 0),
        (r#"{"GroupId":"AVChatRoom","GroupCounter":[{"Key":"k","Value":2.5}],"Mode":"Set"}"#, 10004),
        (r#"{"GroupId":"AVChatRoom","GroupCounter":[{"Key":"k","Value":"2"}],"Mode":"Set"}"#, 10004),
    ] {
        let reply = post(&running, "group_open_http_svc/update_group_counter", QUERY, body);
        assert_eq!(reply.code(), code, "{body}: {reply:?}");
    }
    let shown = post(&running, "group_open_http_svc/get_group_counter", QUERY, r#"{"GroupId":"AVChatRoom"}"#);
    assert!(shown.body.ends_with(r#""GroupCounter":[{"Key":"k","Value":2}]}"#), "{shown:?}");
}

#[test]
fn long_and_deep_bodies_are_refused_without_harm() {
    let running = with_groups();
    let long = "x".repeat(200_000);
    codes(
        &running,
        "group_open_http_svc/get_group_muted_account",
        &[
            (json!({ "GroupId": long }), 10015),
            (json!({ "GroupId": "x".repeat(48) }), 10010),
            (json!({ "GroupId": "x".repeat(49) }), 10015),
        ],
    );
    let deep = format!(r#"{{"GroupId":"Public","Random":1,"MsgBody":{}{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(post(&running, "group_open_http_svc/send_group_msg", QUERY, &deep).code(), 60003);
    let many = format!(r#"{{"GroupIdList":[{}"x"]}}"#, r#""x","#.repeat(50_000));
    assert_eq!(post(&running, "group_open_http_svc/get_group_info", QUERY, &many).code(), 10004);
}

#[test]
fn null_counts_as_missing() {
    let running = with_groups();
    let list = json!({ "GroupId": "Public", "Limit": null, "Next": null, "MemberRoleFilter": null });
    assert_eq!(served(&running, "group_open_http_svc/get_group_member_info", &list)["MemberNum"], 3);
    let create = json!({ "Type": "Public", "Name": "n", "GroupId": null, "Owner_Account": null, "MemberList": null, "AppDefinedData": null });
    assert_eq!(served(&running, "group_open_http_svc/create_group", &create)["GroupId"], "@TGS#200000001");
    let change = json!({ "GroupId": "Public", "Name": null, "MaxMemberNum": null });
    served(&running, "group_open_http_svc/modify_group_base_info", &change);
    let info = served(&running, "group_open_http_svc/get_group_info", &json!({ "GroupIdList": ["Public"] }));
    assert_eq!(info["GroupInfo"][0]["Name"], "n");
    codes(&running, "group_open_http_svc/destroy_group", &[(json!({ "GroupId": null }), 10004)]);
}

#[test]
fn deleted_accounts_may_come_back() {
    let running = with_groups();
    let ban = |accounts: Value, seconds: u64| json!({ "GroupId": "AVChatRoom", "Members_Account": accounts, "Duration": seconds });
    let join = |account: &str| {
        let body = json!({ "accounts": [account] }).to_string();
        control_reply(&running, "POST", "groups/AVChatRoom/join", &body).status
    };
    served(&running, "group_open_http_svc/ban_group_member", &ban(json!(["a", "stranger"]), 10));
    assert_eq!((join("a"), join("stranger"), join("other")), (409, 409, 200));
    // The ban of a deleted account stays, its memberships do not.
    let deleted = json!({ "DeleteItem": [{ "UserID": "a" }, { "UserID": "b" }] });
    served(&running, "im_open_login_svc/account_delete", &deleted);
    for group in ["Private", "Public", "ChatRoom", "AVChatRoom", "@TGS%23_Community"] {
        let members = control(&running, "GET", &format!("groups/{group}"), "")["members"].to_string();
        assert!(!members.contains("\"a\"") && !members.contains("\"b\""), "{group}: {members}");
    }
    assert_eq!(join("a"), 409);
    control(&running, "POST", "clock/advance", r#"{"ms":9999}"#);
    assert_eq!(join("a"), 409);
    control(&running, "POST", "clock/advance", r#"{"ms":1}"#);
    assert_eq!((join("a"), join("b")), (200, 200));
    // A group with messages, bans and mutes goes as a whole.
    let text = json!([{ "MsgType": "TIMTextElem", "MsgContent": { "Text": "t" } }]);
    served(
        &running,
        "group_open_http_svc/send_group_msg",
        &json!({ "GroupId": "AVChatRoom", "Random": 1, "MsgBody": text }),
    );
    served(&running, "group_open_http_svc/ban_group_member", &ban(json!(["a"]), 4_294_967_295));
    served(&running, "group_open_http_svc/destroy_group", &json!({ "GroupId": "AVChatRoom" }));
    let again = json!({ "Type": "AVChatRoom", "Name": "n", "GroupId": "AVChatRoom" });
    served(&running, "group_open_http_svc/create_group", &again);
    assert_eq!(join("a"), 200);
    assert_eq!(control(&running, "GET", "groups/AVChatRoom/messages", "")["count"], 0);
}
