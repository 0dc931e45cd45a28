//! The very requests of public SDKs, and what they parse: the names and types of the fields of each answer.
//!
//! Each row is a call as `dobyte` (Go), `doocs` (Java) or `chenjiacheng` (PHP) writes it, fields that the pages do not have included: lists that
//! are null, older names of fields, numbers that are 0 since nobody set them.

use super::*;

/// What a value is, without saying which: an array is told by its first element.
fn shape(value: &Value) -> Value {
    match value {
        Value::Null => json!("null"),
        Value::Bool(_) => json!("boolean"),
        Value::Number(number) if number.is_f64() => json!("fraction"),
        Value::Number(_) => json!("whole"),
        Value::String(_) => json!("text"),
        Value::Array(list) => Value::Array(list.first().map(shape).into_iter().collect()),
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), shape(value))).collect(),
    }
}

fn text() -> Value {
    json!([{ "MsgType": "TIMTextElem", "MsgContent": { "Text": "hi beauty" } }])
}

/// The requests in an order in which each is served, and the shape of the answer beyond the envelope.
fn served_requests() -> Vec<(&'static str, Value, Value)> {
    let result = json!({ "UserID": "text", "ResultCode": "whole", "ResultInfo": "text" });
    let checked = json!({ "UserID": "text", "ResultCode": "whole", "ResultInfo": "text", "AccountStatus": "text" });
    let member = json!({
        "Member_Account": "text", "Role": "text", "JoinTime": "whole", "MsgSeq": "whole", "MsgFlag": "text",
        "LastSendMsgTime": "whole", "MuteUntil": "whole", "ShutUpUntil": "whole", "NameCard": "text",
    });
    let group = json!({
        "GroupId": "text", "ErrorCode": "whole", "ErrorInfo": "text", "Type": "text", "Name": "text", "Appid": "whole",
        "Introduction": "text", "Notification": "text", "FaceUrl": "text", "Owner_Account": "text", "CreateTime": "whole",
        "LastInfoTime": "whole", "LastMsgTime": "whole", "NextMsgSeq": "whole", "MemberNum": "whole", "MaxMemberNum": "whole",
        "ApplyJoinOption": "text", "MuteAllMember": "text", "ShutUpAllMember": "text",
        "AppDefinedData": [{ "Key": "text", "Value": "text" }], "MemberList": [member],
    });
    let read = json!({
        "From_Account": "text", "IsPlaceMsg": "whole", "MsgBody": [{ "MsgType": "text", "MsgContent": { "Text": "text" } }],
        "MsgPriority": "whole", "MsgRandom": "whole", "MsgSeq": "whole", "MsgTimeStamp": "whole",
    });
    let created = json!({ "GroupId": "text" });
    let none = json!({});
    vec![
        // Accounts.
        (
            "im_open_login_svc/account_import",
            json!({ "Identifier": "test1", "Nick": "one", "FaceUrl": "" }),
            none.clone(),
        ),
        ("im_open_login_svc/account_import", json!({ "UserID": "test2" }), none.clone()),
        (
            "im_open_login_svc/multiaccount_import",
            json!({ "Accounts": ["test3", "test4"] }),
            json!({ "FailAccounts": [] }),
        ),
        (
            "im_open_login_svc/account_check",
            json!({ "CheckItem": [{ "UserID": "test1" }, { "UserID": "gone" }] }),
            json!({ "ResultItem": [checked] }),
        ),
        ("im_open_login_svc/kick", json!({ "Identifier": "test1" }), none.clone()),
        (
            "openim/query_online_status",
            json!({ "To_Account": ["test1"], "IsNeedDetail": 0 }),
            json!({ "QueryResult": [{ "To_Account": "text", "State": "text", "Status": "text" }] }),
        ),
        (
            "openim/querystate",
            json!({ "To_Account": ["gone"], "IsNeedDetail": 1 }),
            json!({ "QueryResult": [], "ErrorList": [{ "To_Account": "text", "ErrorCode": "whole" }] }),
        ),
        (
            "profile/portrait_set",
            json!({ "From_Account": "test1", "ProfileItem": [{ "Tag": "Tag_Profile_IM_Nick", "Value": "n" }, { "Tag": "Tag_Profile_IM_Level", "Value": 3 }] }),
            none.clone(),
        ),
        (
            "profile/portrait_get",
            json!({ "To_Account": ["test1"], "TagList": ["Tag_Profile_IM_Nick"] }),
            json!({ "UserProfileItem": [{ "To_Account": "text", "ProfileItem": [{ "Tag": "text", "Value": "text" }], "ResultCode": "whole", "ResultInfo": "text" }] }),
        ),
        // Groups.
        (
            "group_open_http_svc/create_group",
            json!({
                "Owner_Account": "test1", "GroupId": "public", "Type": "Public", "Name": "TestGroup", "Introduction": "i", "MaxMemberCount": 500,
                "ApplyJoinOption": "FreeAccess", "InviteJoinOption": "FreeAccess", "AppDefinedData": [{ "Key": "k", "Value": "v" }],
                "MemberList": [{ "Member_Account": "test2", "Role": "Admin", "ShutUpUntil": 0, "AppMemberDefinedData": [] }],
            }),
            created.clone(),
        ),
        (
            "group_open_http_svc/create_group",
            json!({ "Type": "AVChatRoom", "Name": "live", "GroupId": "live", "Owner_Account": "test1", "MemberList": null }),
            created.clone(),
        ),
        (
            "group_open_http_svc/import_group",
            json!({ "Type": "Public", "Name": "imported", "CreateTime": 1_448_357_837 }),
            created,
        ),
        (
            "group_open_http_svc/get_appid_group_list",
            json!({ "Limit": 10, "GroupType": "Public", "Next": 0 }),
            json!({ "TotalCount": "whole", "GroupIdList": [{ "GroupId": "text" }], "Next": "whole" }),
        ),
        (
            "group_open_http_svc/get_appid_group_list",
            json!({ "GroupType": "Community" }),
            json!({ "TotalCount": "whole", "GroupIdList": [], "Next": "whole" }),
        ),
        (
            "group_open_http_svc/get_group_info",
            json!({ "GroupIdList": ["public"], "ResponseFilter": null }),
            json!({ "GroupInfo": [group] }),
        ),
        (
            "group_open_http_svc/get_group_info",
            json!({ "GroupIdList": ["gone"], "ResponseFilter": { "GroupBaseInfoFilter": null, "MemberInfoFilter": null } }),
            json!({ "GroupInfo": [{ "GroupId": "text", "ErrorCode": "whole", "ErrorInfo": "text" }] }),
        ),
        (
            "group_open_http_svc/modify_group_base_info",
            json!({ "GroupId": "public", "Name": "n", "MaxMemberNum": 500, "ApplyJoinOption": "NeedPermission", "ShutUpAllMember": "Off", "AppDefinedData": null }),
            none.clone(),
        ),
        (
            "group_open_http_svc/get_group_member_info",
            json!({ "GroupId": "public", "Limit": 100, "Offset": 0, "MemberInfoFilter": null, "MemberRoleFilter": null, "AppDefinedDataFilter_GroupMember": null }),
            json!({ "MemberNum": "whole", "MemberList": [{
                "Member_Account": "text", "Role": "text", "JoinTime": "whole", "MsgSeq": "whole", "MsgFlag": "text",
                "LastSendMsgTime": "whole", "MuteUntil": "whole", "ShutUpUntil": "whole", "NameCard": "text",
            }] }),
        ),
        (
            "group_open_http_svc/add_group_member",
            json!({ "GroupId": "public", "Silence": 1, "MemberList": [{ "Member_Account": "test3" }] }),
            json!({ "MemberList": [{ "Member_Account": "text", "Result": "whole" }] }),
        ),
        (
            "group_open_http_svc/import_group_member",
            json!({ "GroupId": "public", "MemberList": [{ "Member_Account": "test4", "Role": "Admin", "JoinTime": 1_448_357_837, "UnreadMsgNum": 5 }] }),
            json!({ "MemberList": [{ "Member_Account": "text", "Result": "whole" }] }),
        ),
        (
            "group_open_http_svc/modify_group_member_info",
            json!({ "GroupId": "public", "Member_Account": "test3", "Role": "Member", "NameCard": "card", "AppMemberDefinedData": null }),
            none.clone(),
        ),
        (
            "group_open_http_svc/get_role_in_group",
            json!({ "GroupId": "public", "User_Account": ["test1", "gone"] }),
            json!({ "UserIdList": [{ "Member_Account": "text", "Role": "text" }] }),
        ),
        (
            "group_open_http_svc/get_joined_group_list",
            json!({ "Member_Account": "test3", "WithHugeGroups": 1, "WithNoActiveGroups": 1, "ResponseFilter": { "GroupBaseInfoFilter": ["Name"], "SelfInfoFilter": ["Role"] } }),
            json!({ "TotalCount": "whole", "GroupIdList": [{ "GroupId": "text", "Name": "text", "SelfInfo": { "Member_Account": "text", "Role": "text" } }] }),
        ),
        (
            "group_open_http_svc/get_joined_group_list",
            json!({ "Member_Account": "gone" }),
            json!({ "TotalCount": "whole", "GroupIdList": [] }),
        ),
        (
            "group_open_http_svc/change_group_owner",
            json!({ "GroupId": "public", "NewOwner_Account": "test2" }),
            none.clone(),
        ),
        (
            "group_open_http_svc/set_unread_msg_num",
            json!({ "GroupId": "public", "Member_Account": "test3", "UnreadMsgNum": 1 }),
            none.clone(),
        ),
        (
            "group_open_http_svc/delete_group_member",
            json!({ "GroupId": "public", "Silence": 0, "Reason": "", "MemberToDel_Account": ["test4"] }),
            none.clone(),
        ),
        // Mutes, bans, attributes, counters.
        (
            "group_open_http_svc/get_group_shutted_uin",
            json!({ "GroupId": "live" }),
            json!({ "GroupId": "text", "ShuttedUinList": [] }),
        ),
        (
            "group_open_http_svc/forbid_send_msg",
            json!({ "GroupId": "live", "Members_Account": ["test3"], "ShutUpTime": 60 }),
            none.clone(),
        ),
        (
            "group_open_http_svc/get_group_shutted_uin",
            json!({ "GroupId": "live" }),
            json!({ "GroupId": "text", "ShuttedUinList": [{ "Member_Account": "text", "ShuttedUntil": "whole" }] }),
        ),
        (
            "group_open_http_svc/get_group_muted_account",
            json!({ "GroupId": "live" }),
            json!({ "GroupId": "text", "MutedAccountList": [{ "Member_Account": "text", "MutedUntil": "whole" }] }),
        ),
        (
            "group_open_http_svc/ban_group_member",
            json!({ "GroupId": "live", "Members_Account": ["test4"], "Duration": 60, "Description": null }),
            none.clone(),
        ),
        (
            "group_open_http_svc/get_group_ban_member",
            json!({ "GroupId": "live", "Limit": 20, "Offset": 0 }),
            json!({ "BannedAccountList": [{ "Member_Account": "text", "BannedUntil": "whole" }], "NextOffset": "whole" }),
        ),
        (
            "group_open_http_svc/unban_group_member",
            json!({ "GroupId": "live", "Members_Account": ["test4"] }),
            none.clone(),
        ),
        (
            "group_open_http_svc/modify_group_attr",
            json!({ "GroupId": "live", "GroupAttr": [{ "key": "k", "value": "v" }] }),
            none.clone(),
        ),
        (
            "group_open_http_svc/set_group_attr",
            json!({ "GroupId": "live", "GroupAttr": [{ "key": "k", "value": "" }] }),
            none.clone(),
        ),
        (
            "group_open_attr_http_svc/get_group_attr",
            json!({ "GroupId": "live" }),
            json!({ "GroupAttrAry": [{ "key": "text", "value": "text" }] }),
        ),
        ("group_open_http_svc/clear_group_attr", json!({ "GroupId": "live" }), none.clone()),
        (
            "group_open_http_svc/update_group_counter",
            json!({ "GroupId": "live", "GroupCounter": [{ "Key": "like", "Value": 1 }], "Mode": "Increase" }),
            json!({ "GroupCounter": [{ "Key": "text", "Value": "whole" }] }),
        ),
        (
            "group_open_http_svc/get_group_counter",
            json!({ "GroupId": "live", "GroupCounterKeys": null }),
            json!({ "GroupCounter": [{ "Key": "text", "Value": "whole" }] }),
        ),
        (
            "group_open_http_svc/delete_group_counter",
            json!({ "GroupId": "live", "GroupCounterKeys": ["like"] }),
            none.clone(),
        ),
        // Messages.
        (
            "group_open_http_svc/send_group_msg",
            json!({ "GroupId": "public", "Random": 8_912_345, "MsgPriority": "High", "From_Account": "test3", "MsgBody": text(), "MsgOnlineOnlyFlag": 0, "SendMsgControl": null, "OfflinePushInfo": null, "GroupAtInfo": null }),
            json!({ "MsgTime": "whole", "MsgSeq": "whole" }),
        ),
        (
            "group_open_http_svc/send_group_system_notification",
            json!({ "GroupId": "live", "Content": "Hello World", "ToMembers_Account": null }),
            none.clone(),
        ),
        (
            "group_open_http_svc/send_broadcast_msg",
            json!({ "From_Account": "test1", "Random": 1, "MsgBody": text() }),
            json!({ "MsgSeq": "whole" }),
        ),
        (
            "group_open_http_svc/import_group_msg",
            json!({ "GroupId": "public", "RecentContactFlag": 1, "MsgList": [{ "From_Account": "test3", "SendTime": 1_448_357_837, "Random": 2, "MsgBody": text() }] }),
            json!({ "ImportMsgResult": [{ "MsgSeq": "whole", "MsgTime": "whole", "Result": "whole" }] }),
        ),
        (
            "group_open_http_svc/group_msg_get_simple",
            json!({ "GroupId": "public", "ReqMsgNumber": 20, "ReqMsgSeq": 0 }),
            json!({ "GroupId": "text", "IsFinished": "whole", "RspMsgList": [read] }),
        ),
        ("openim/modify_group_msg", json!({ "GroupId": "public", "MsgSeq": 1, "MsgBody": text() }), none.clone()),
        (
            "group_open_http_svc/group_msg_recall",
            json!({ "GroupId": "public", "MsgSeqList": [{ "MsgSeq": 1 }] }),
            json!({ "RecallRetList": [{ "MsgSeq": "whole", "RetCode": "whole" }] }),
        ),
        (
            "group_open_http_svc/delete_group_msg_by_sender",
            json!({ "GroupId": "public", "Sender_Account": "test3" }),
            none.clone(),
        ),
        (
            "openim/sendmsg",
            json!({ "From_Account": "test1", "To_Account": "test2", "MsgLifeTime": 120, "MsgSeq": 1, "MsgRandom": 1_287_657, "MsgTimeStamp": 5_454_457, "SyncOtherMachine": 1, "MsgBody": text(), "ForbidCallbackControl": null }),
            json!({ "MsgTime": "whole", "MsgKey": "text", "MsgId": "text" }),
        ),
        (
            "openim/batchsendmsg",
            json!({ "From_Account": "test1", "To_Account": ["test2", "test3"], "MsgRandom": 1_287_657, "MsgBody": text() }),
            json!({ "MsgKey": "text" }),
        ),
        (
            "openim/importmsg",
            json!({ "SyncFromOldSystem": 1, "From_Account": "test1", "To_Account": "test2", "MsgRandom": 1, "MsgTimeStamp": 1, "MsgBody": text() }),
            none.clone(),
        ),
        (
            "openim/admin_msgwithdraw",
            json!({ "From_Account": "test1", "To_Account": "test2", "MsgKey": "31906_833502_1572869830" }),
            none.clone(),
        ),
        ("openim/admin_set_msg_read", json!({ "Report_Account": "test1", "Peer_Account": "test2" }), none.clone()),
        // The calls of the service.
        (
            "group_open_http_svc/get_online_member_num",
            json!({ "GroupId": "live" }),
            json!({ "OnlineMemberNum": "whole" }),
        ),
        (
            "group_open_avchatroom_http_svc/get_members",
            json!({ "GroupId": "live", "Timestamp": 0 }),
            json!({ "MemberList": [{ "Member_Account": "text", "JoinTime": "whole", "NickName": "text", "Avatar": "text" }], "NextTimestamp": "whole" }),
        ),
        (
            "group_open_avchatroom_http_svc/modify_user_info",
            json!({ "GroupId": "live", "CommandType": 1, "MemberList": [{ "Member_Account": "test2", "Marks": [1000] }] }),
            json!({ "CommandType": "whole", "MemberList": [{ "Member_Account": "text", "Marks": ["whole"] }] }),
        ),
        (
            "group_open_avchatroom_http_svc/modify_admin",
            json!({ "GroupId": "live", "CommandType": 1, "Admin_Account": ["test1"] }),
            none.clone(),
        ),
        (
            "group_open_avchatroom_http_svc/check_members",
            json!({ "GroupId": "live", "Member_Account": ["test2"] }),
            json!({ "Member_Account": ["text"] }),
        ),
        // Last what ends everything.
        ("group_open_http_svc/destroy_group", json!({ "GroupId": "public" }), none),
        (
            "im_open_login_svc/account_delete",
            json!({ "DeleteItem": [{ "UserID": "test1" }, { "UserID": "gone" }] }),
            json!({ "ResultItem": [result] }),
        ),
    ]
}

#[test]
fn sdk_requests_are_served() {
    let running = start(|_| {});
    for (path, body, expected) in served_requests() {
        if path.ends_with("get_online_member_num") {
            control(&running, "POST", "groups/live/join", r#"{"accounts":["test2"]}"#);
        }
        let answer = served(&running, path, &body);
        assert_eq!(shape(&answer), expected, "{path} {body}: {answer}");
    }
}

/// Calls of an AVChatRoom that the vendor refuses: the code of the page, not 60009.
#[test]
fn a_refusal_has_the_code_that_sdks_expect() {
    let running = start(|_| {});
    control(&running, "POST", "groups", r#"{"group":"live","owner":"o"}"#);
    for (command, more, code) in [
        ("add_group_member", json!({ "MemberList": [{ "Member_Account": "a" }] }), 10007),
        ("delete_group_member", json!({ "MemberToDel_Account": ["a"] }), 10004),
        ("get_group_member_info", json!({ "Limit": 1 }), 10007),
        ("get_role_in_group", json!({ "User_Account": ["a"] }), 10007),
        ("change_group_owner", json!({ "NewOwner_Account": "a" }), 10007),
        ("group_msg_recall", json!({ "MsgSeqList": [{ "MsgSeq": 1 }] }), 10007),
        ("modify_group_member_info", json!({ "Member_Account": "a" }), 10007),
        ("import_group_member", json!({ "MemberList": [{ "Member_Account": "a" }] }), 10007),
    ] {
        let mut body = more;
        body["GroupId"] = json!("live");
        let answer = ask(&running, &format!("group_open_http_svc/{command}"), &body);
        assert_eq!(answer["ErrorCode"], code, "{command}: {answer}");
        assert_eq!(answer.as_object().unwrap().len(), 3, "{command} says more than the envelope: {answer}");
    }
}

#[test]
fn every_described_call_is_among_the_requests() {
    let running = start(|_| {});
    let document = control(&running, "GET", "rest-openapi.json", "");
    let asked: std::collections::BTreeSet<_> =
        served_requests().iter().map(|(path, ..)| format!("/v4/{path}")).collect();
    let asked: std::collections::BTreeSet<_> =
        asked.into_iter().chain(acknowledged::requests().iter().map(|(path, ..)| format!("/v4/{path}"))).collect();
    // Looked at by tests of their own.
    let robots = [
        "add_robots",
        "del_robots",
        "get_admin_list",
        "create_robot",
        "get_all_robots",
        "delete_robot",
        "admin_getroammsg",
        "getappinfo",
        "get_specified_group_member_info",
    ];
    let missing: Vec<_> = document["paths"].as_object().unwrap().keys().filter(|path| !asked.contains(*path)).collect();
    assert!(missing.iter().all(|path| robots.iter().any(|command| path.ends_with(command))), "{missing:?}");
}
