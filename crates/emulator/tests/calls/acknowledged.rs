//! Calls that are acknowledged, as public SDKs write them: each answers as in an app in which nothing of the kind was ever written.

use super::*;

fn text() -> Value {
    json!([{ "MsgType": "TIMTextElem", "MsgContent": { "Text": "hi" } }])
}

/// The requests, which may come in any order where the groups `public` and `@TGS#_topics` are there, and the answer beyond the envelope.
pub(super) fn requests() -> Vec<(&'static str, Value, Value)> {
    let none = || json!({});
    let row = json!({ "To_Account": "b", "ResultCode": 0, "ResultInfo": "" });
    let rows = json!({ "ResultItem": [row] });
    let relation = |name: &str| json!({ "To_Account": "b", "Relation": name, "ResultCode": 0, "ResultInfo": "" });
    let pair = json!({ "From_Account": "a", "To_Account": ["b"] });
    let with = |body: &Value, more: Value| {
        let mut body = body.clone();
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let of_group = json!({ "GroupId": "public" });
    let direct = json!({ "From_Account": "a", "To_Account": "b", "MsgKey": "1_2_3" });
    let official = json!({ "Official_Account": "@TOA#_a" });
    let audit = json!({ "SdkAppId": 1_400_000_000 });
    let page = json!({ "TimeStamp": 0, "StartIndex": 0, "TopTimeStamp": 0, "TopStartIndex": 0 });
    vec![
        // Friends.
        (
            "sns/friend_add",
            json!({ "From_Account": "a", "AddFriendItem": [{ "To_Account": "b", "AddSource": "AddSource_Type_Android" }], "AddType": "Add_Type_Both", "ForceAddFlags": 1 }),
            rows.clone(),
        ),
        (
            "sns/friend_import",
            json!({ "From_Account": "a", "AddFriendItem": [{ "To_Account": "b", "GroupName": ["x"], "AddSource": "" }] }),
            rows.clone(),
        ),
        (
            "sns/friend_update",
            json!({ "From_Account": "a", "UpdateItem": [{ "To_Account": "b", "SnsItem": null }] }),
            rows.clone(),
        ),
        ("sns/friend_delete", with(&pair, json!({ "DeleteType": "Delete_Type_Both" })), rows.clone()),
        ("sns/friend_delete_all", json!({ "From_Account": "a" }), none()),
        (
            "sns/friend_check",
            with(&pair, json!({ "CheckType": "CheckResult_Type_Both" })),
            json!({ "InfoItem": [relation("CheckResult_Type_NoRelation")] }),
        ),
        (
            "sns/friend_get",
            json!({ "From_Account": "a", "StartIndex": 0 }),
            json!({ "UserDataItem": [], "StandardSequence": 0, "CustomSequence": 0, "FriendNum": 0, "CompleteFlag": 1, "NextStartIndex": 0 }),
        ),
        (
            "sns/friend_get_list",
            with(&pair, json!({ "TagList": ["Tag_Profile_IM_Nick"] })),
            json!({ "InfoItem": [row] }),
        ),
        ("sns/black_list_add", pair.clone(), rows.clone()),
        ("sns/black_list_delete", pair.clone(), rows.clone()),
        (
            "sns/black_list_get",
            json!({ "From_Account": "a", "StartIndex": 0, "MaxLimited": 2, "LastSequence": 0 }),
            json!({ "BlackListItem": [], "StartIndex": 0, "CurruentSequence": 0 }),
        ),
        (
            "sns/black_list_check",
            with(&pair, json!({ "CheckType": "BlackCheckResult_Type_Single" })),
            json!({ "BlackListCheckItem": [relation("BlackCheckResult_Type_NO")] }),
        ),
        (
            "sns/group_add",
            with(&pair, json!({ "GroupName": ["x"] })),
            json!({ "ResultItem": [row], "CurrentSequence": 1 }),
        ),
        ("sns/group_delete", json!({ "From_Account": "a", "GroupName": ["x"] }), json!({ "CurrentSequence": 1 })),
        (
            "sns/group_get",
            json!({ "From_Account": "a", "LastSequence": 0, "NeedFriend": "Need_Friend_Type_Yes", "GroupName": ["x"] }),
            json!({ "ResultItem": [{ "GroupName": "x", "FriendNumber": 0, "To_Account": [] }], "CurrentSequence": 1 }),
        ),
        // Pushes.
        (
            "all_member_push/im_push",
            json!({ "From_Account": "a", "MsgRandom": 7, "MsgLifeTime": 604_800, "MsgBody": text(), "OfflinePushInfo": null }),
            json!({ "TaskId": format!("7_{NOW}") }),
        ),
        ("all_member_push/im_set_attr_name", json!({ "AttrNames": { "0": "sex" } }), none()),
        ("all_member_push/im_get_attr_name", none(), json!({ "AttrNames": {} })),
        (
            "all_member_push/im_set_attr",
            json!({ "UserAttrs": [{ "To_Account": "a", "Attrs": { "sex": "x" } }] }),
            none(),
        ),
        ("all_member_push/im_remove_attr", json!({ "UserAttrs": [{ "To_Account": "a", "Attrs": ["sex"] }] }), none()),
        (
            "all_member_push/im_get_attr",
            json!({ "To_Account": ["a"] }),
            json!({ "UserAttrs": [{ "To_Account": "a", "Attrs": {} }] }),
        ),
        ("all_member_push/im_add_tag", json!({ "UserTags": [{ "To_Account": "a", "Tags": ["x"] }] }), none()),
        ("all_member_push/im_remove_tag", json!({ "UserTags": [{ "To_Account": "a", "Tags": ["x"] }] }), none()),
        ("all_member_push/im_remove_all_tags", json!({ "To_Account": ["a"] }), none()),
        (
            "all_member_push/im_get_tag",
            json!({ "To_Account": ["a"] }),
            json!({ "UserTags": [{ "To_Account": "a", "Tags": [] }] }),
        ),
        // Conversations.
        (
            "recentcontact/get_list",
            with(&page, json!({ "From_Account": "a", "AssistFlags": 7 })),
            with(&page, json!({ "SessionItem": [], "CompleteFlag": 1 })),
        ),
        (
            "recentcontact/delete",
            json!({ "From_Account": "a", "type": 1, "To_Account": "b", "ClearRamble": 1 }),
            none(),
        ),
        (
            "recentcontact/create_contact_group",
            json!({ "From_Account": "a", "GroupContactItem": [{ "GroupName": "x", "ContactItem": [] }] }),
            none(),
        ),
        (
            "recentcontact/update_contact_group",
            json!({ "From_Account": "a", "UpdateType": 1, "UpdateGroup": { "UpdateGroupType": 1 } }),
            none(),
        ),
        ("recentcontact/del_contact_group", json!({ "From_Account": "a", "GroupName": ["x"] }), none()),
        ("recentcontact/mark_contact", json!({ "From_Account": "a", "MarkItem": [{ "OptType": 1 }] }), none()),
        ("recentcontact/search_contact_group", json!({ "From_Account": "a", "ContactItem": [{ "Type": 1 }] }), none()),
        ("recentcontact/get_contact_group", json!({ "From_Account": "a", "StartIndex": 1 }), none()),
        // Topics.
        (
            "million_group_open_http_svc/create_topic",
            json!({ "GroupId": "@TGS#_topics", "TopicName": "t" }),
            json!({ "TopicId": "@TGS#_topics@TOPIC#_1" }),
        ),
        (
            "group_open_http_svc/import_topic",
            json!({ "GroupId": "@TGS#_topics", "TopicName": "t", "TopicId": "@TGS#_topics@TOPIC#_x" }),
            json!({ "TopicId": "@TGS#_topics@TOPIC#_x" }),
        ),
        ("million_group_open_http_svc/modify_topic", json!({ "GroupId": "@TGS#_topics", "TopicName": "t" }), none()),
        (
            "million_group_open_http_svc/destroy_topic",
            json!({ "GroupId": "@TGS#_topics", "TopicIdList": ["t"] }),
            none(),
        ),
        (
            "million_group_open_http_svc/get_topic",
            json!({ "GroupId": "@TGS#_topics", "From_Account": "a" }),
            json!({ "TopicInfo": [] }),
        ),
        // Receipts, extensions and other messages.
        (
            "group_open_http_svc/group_msg_receipt",
            with(&of_group, json!({ "From_Account": "a", "MsgSeqList": [{ "MsgSeq": 1 }] })),
            none(),
        ),
        (
            "group_open_http_svc/get_group_msg_receipt",
            with(&of_group, json!({ "MsgSeqList": [{ "MsgSeq": 1 }] })),
            none(),
        ),
        (
            "group_open_http_svc/get_group_msg_receipt_detail",
            with(&of_group, json!({ "MsgSeq": 1, "Filter": 1, "Cursor": "", "Count": 12 })),
            none(),
        ),
        (
            "openim_msg_ext_http_svc/group_set_key_values",
            with(
                &of_group,
                json!({ "MsgSeq": 1, "OperateType": 1, "ExtensionList": [{ "Key": "k", "Value": "v", "Seq": 0 }] }),
            ),
            none(),
        ),
        (
            "openim_msg_ext_http_svc/group_get_key_values",
            with(&of_group, json!({ "MsgSeq": 1 })),
            json!({ "ExtensionList": [] }),
        ),
        ("openim_msg_ext_http_svc/set_key_values", with(&direct, json!({ "OperateType": 3 })), none()),
        (
            "openim_msg_ext_http_svc/get_key_values",
            with(&direct, json!({ "StartSeq": 1 })),
            json!({ "ExtensionList": [] }),
        ),
        ("openim/modify_c2c_msg", with(&direct, json!({ "MsgBody": text() })), none()),
        ("openim/c2c_msg_read_receipt", json!({ "Operator_Account": "a", "Peer_Account": "b" }), none()),
        (
            "openim/get_c2c_unread_msg_num",
            json!({ "To_Account": "a", "Peer_Account": ["b"] }),
            json!({ "AllC2CUnreadMsgNum": 0, "C2CUnreadMsgNumList": [{ "Peer_Account": "b", "C2CUnreadMsgNum": 0 }] }),
        ),
        // Official accounts.
        (
            "official_account_open_http_svc/create_official_account",
            json!({ "Owner_Account": "a", "Name": "n" }),
            json!({ "Official_Account": "@TOA#_@TOA#a" }),
        ),
        (
            "official_account_open_http_svc/create_official_account",
            json!({ "Owner_Account": "a", "Name": "n", "OfficialAccountUserID": "@TOA#_a" }),
            official.clone(),
        ),
        ("official_account_open_http_svc/destroy_official_account", official.clone(), none()),
        (
            "official_account_open_http_svc/modify_official_account_base_info",
            with(&official, json!({ "Name": "m" })),
            none(),
        ),
        (
            "official_account_open_http_svc/get_official_account_info",
            json!({ "OfficialAccountIdList": [official] }),
            none(),
        ),
        (
            "official_account_open_http_svc/send_official_account_msg",
            with(&official, json!({ "Random": 123, "MsgBody": text() })),
            none(),
        ),
        (
            "official_account_open_http_svc/official_account_msg_recall",
            with(&official, json!({ "MsgKeyList": ["k"] })),
            none(),
        ),
        (
            "official_account_open_http_svc/official_account_msg_get_simple",
            with(&official, json!({ "LastMsgKey": "k", "ReqMsgNumber": 10 })),
            none(),
        ),
        (
            "official_account_open_http_svc/get_subscriber_info",
            with(&official, json!({ "Limit": 10, "Next": "" })),
            none(),
        ),
        (
            "official_account_open_http_svc/add_subscriber",
            with(&official, json!({ "SubscriberList": [{ "Subscriber_Account": "a" }] })),
            none(),
        ),
        (
            "official_account_open_http_svc/delete_subscriber",
            with(&official, json!({ "SubscriberToDel_Account": ["a"] })),
            none(),
        ),
        (
            "official_account_open_http_svc/modify_subscriber_info",
            with(&official, json!({ "Subscriber_Account": "a", "CustomString": "c" })),
            none(),
        ),
        (
            "official_account_open_http_svc/get_subscribed_official_account_list",
            json!({ "Subscriber_Account": "a" }),
            none(),
        ),
        // Operations.
        (
            "openconfigsvr/setnospeaking",
            json!({ "Set_Account": "a", "C2CmsgNospeakingTime": 0, "GroupmsgNospeakingTime": 4_294_967_295_u32 }),
            none(),
        ),
        (
            "openconfigsvr/getnospeaking",
            json!({ "Get_Account": "a" }),
            json!({ "C2CmsgNospeakingTime": 0, "GroupmsgNospeakingTime": 0 }),
        ),
        ("open_msg_svc/get_history", json!({ "ChatType": "C2C", "MsgTime": "2015120121" }), json!({ "File": [] })),
        ("ConfigSvc/GetIPList", none(), json!({ "IPList": ["127.0.0.1"] })),
        ("im_cos_msg/forbid_illegal_object", json!({ "RawURL": "https://localhost/a" }), none()),
        ("im_cos_msg/allow_banned_object", json!({ "RawURL": "https://localhost/a" }), none()),
        (
            "im_cos_msg/get_cos_sig",
            json!({ "RawURLs": [{ "RawURL": "https://localhost/a", "ResourceID": 1 }] }),
            none(),
        ),
        // Searches and moderation.
        ("user_search/search", json!({ "Count": 1, "Keywords": ["a"] }), none()),
        ("group_search/search", json!({ "Count": 1, "Keywords": ["a"], "GroupType": ["Public"] }), none()),
        ("group_member_search/search", json!({ "Count": 1, "Keywords": ["a"] }), none()),
        ("im_open_search/set_visibility", json!({ "SetType": 1, "UserId": "a", "IsDisable": true }), none()),
        ("im_open_search/get_no_visibility", json!({ "SetType": 1, "Count": 1 }), none()),
        ("im_msg_audit_mgr/add_local_audit_keywords", audit.clone(), none()),
        ("im_msg_audit_mgr/delete_local_audit_keywords", audit.clone(), none()),
        ("im_msg_audit_mgr/get_local_audit_keywords", audit.clone(), none()),
        ("im_msg_audit_mgr/get_cloud_audit_keywords_ids", audit.clone(), none()),
        ("im_msg_audit_mgr/get_cloud_audit_keywords", audit.clone(), none()),
        ("im_msg_audit_mgr/add_cloud_audit_keywords", audit.clone(), none()),
        ("im_msg_audit_mgr/delete_cloud_audit_keywords", audit, none()),
        (
            "im_msg_audit/content_moderation",
            json!({ "AuditName": "C2C", "ContentType": "Text", "Content": "x" }),
            json!({ "Result": "Pass" }),
        ),
        (
            "im_msg_audit/batch_content_moderation",
            json!({ "AuditName": "Group", "Contents": [{ "ContentId": 1, "Content": "x" }] }),
            none(),
        ),
    ]
}

#[test]
fn each_request_is_acknowledged_and_nothing_is_kept() {
    let running = start(|_| {});
    for (id, kind) in [("public", "Public"), ("@TGS#_topics", "Community")] {
        control(&running, "POST", "groups", &json!({ "group": id, "type": kind }).to_string());
    }
    let before = control(&running, "GET", "state", "");
    for (path, body, expected) in requests() {
        assert_eq!(served(&running, path, &body), expected, "{path} {body}");
    }
    assert_eq!(control(&running, "GET", "state", ""), before);
}

/// What the pages say of types that have no topics, receipts or extensions.
#[test]
fn each_type_has_what_its_pages_give_it() {
    let running = with_groups();
    let seq = json!({ "MsgSeq": 1 });
    let seqs = json!({ "MsgSeqList": [{ "MsgSeq": 1 }] });
    for (path, body, expected) in [
        ("million_group_open_http_svc/create_topic", json!({ "TopicName": "t" }), [10007, 10007, 10007, 10007, 0]),
        ("group_open_http_svc/import_topic", json!({ "TopicName": "t" }), [10007, 10007, 10007, 10007, 0]),
        ("million_group_open_http_svc/get_topic", json!({}), [10007, 10007, 10007, 10007, 0]),
        ("million_group_open_http_svc/modify_topic", json!({}), [10007, 10007, 10007, 10007, 0]),
        ("million_group_open_http_svc/destroy_topic", json!({}), [10007, 10007, 10007, 10007, 0]),
        ("group_open_http_svc/group_msg_receipt", seqs.clone(), [0, 0, 0, 10007, 0]),
        ("group_open_http_svc/get_group_msg_receipt", seqs, [0, 0, 0, 10007, 0]),
        ("group_open_http_svc/get_group_msg_receipt_detail", seq.clone(), [0, 0, 0, 10007, 0]),
        ("openim_msg_ext_http_svc/group_get_key_values", seq, [0, 0, 0, 10007, 10007]),
        (
            "openim_msg_ext_http_svc/group_set_key_values",
            json!({ "MsgSeq": 1, "OperateType": 3 }),
            [0, 0, 0, 10007, 10007],
        ),
        ("group_open_http_svc/get_specified_group_member_info", json!({}), [0, 0, 0, 10007, 0]),
    ] {
        codes_by_type(&running, path, &body, expected);
    }
}

#[test]
fn acknowledged_lists_are_limited() {
    let running = start(|_| {});
    let pair = |count: usize| json!({ "From_Account": "a", "To_Account": accounts(count), "TagList": ["x"], "CheckType": "x" });
    for (path, most, code) in [
        ("sns/friend_delete", 1_000, 30001),
        ("sns/friend_check", 1_000, 30001),
        ("sns/friend_get_list", 100, 30001),
        ("sns/black_list_add", 1_000, 30001),
        ("sns/black_list_delete", 1_000, 30001),
        ("sns/black_list_check", 1_000, 30001),
        ("all_member_push/im_get_attr", 100, 90001),
        ("all_member_push/im_get_tag", 100, 90001),
        ("all_member_push/im_remove_all_tags", 100, 90001),
    ] {
        codes(&running, path, &[(pair(most), 0), (pair(most + 1), code)]);
    }
    let unread = |count: usize| json!({ "To_Account": "a", "Peer_Account": accounts(count) });
    codes(&running, "openim/get_c2c_unread_msg_num", &[(unread(10), 0), (unread(11), 90010)]);
    let extension = |pairs: usize, key: usize| {
        let pairs: Vec<_> = (0..pairs).map(|_| json!({ "Key": "k".repeat(key), "Value": "v" })).collect();
        json!({ "To_Account": "a", "MsgKey": "1_2_3", "OperateType": 1, "ExtensionList": pairs })
    };
    codes(
        &running,
        "openim_msg_ext_http_svc/set_key_values",
        &[(extension(20, 100), 0), (extension(21, 100), 90010), (extension(1, 101), 90010)],
    );
    let push = |seconds: u64| json!({ "MsgRandom": 1, "MsgLifeTime": seconds, "MsgBody": text() });
    codes(&running, "all_member_push/im_push", &[(push(604_800), 0), (push(604_801), 90001)]);
}

/// PHP writes an object without fields as an empty list.
#[test]
fn an_empty_list_is_a_body_without_fields() {
    let running = start(|_| {});
    for (body, code) in [("[]", 0), (" [ ]\n", 0), ("{}", 0), ("[1]", 60003), ("[", 60003), ("\"\"", 60003)] {
        let reply = post(&running, "ConfigSvc/GetIPList", QUERY, body);
        assert_eq!(reply.code(), code, "{body}: {reply:?}");
    }
    // A call with a required field does not take `[]` for an object.
    let reply = post(&running, "im_open_login_svc/account_check", QUERY, "[]");
    assert_eq!(reply.code(), 60003, "{reply:?}");
}

#[test]
fn figures_count_accounts_and_groups() {
    let running = start(|_| {});
    served(&running, "im_open_login_svc/multiaccount_import", &json!({ "Accounts": ["a", "b"] }));
    control(&running, "POST", "groups", r#"{"group":"live"}"#);
    let answer = ask(&running, "openconfigsvr/getappinfo", &json!({ "RequestField": [] }));
    assert_eq!((&answer["ErrorCode"], &answer["ErrorInfo"]), (&json!(0), &json!("OK")), "{answer}");
    let row = &answer["Result"][0];
    assert_eq!(
        (&row["RegistUserNumTotal"], &row["GroupAllGroupNum"], &row["AppId"], &row["Date"]),
        (&json!("2"), &json!("1"), &json!("1400000000"), &json!("20231114")),
        "{answer}"
    );
}
