//! Members, roles, mutes and bans.

use super::*;

const LIST: &str = "group_open_http_svc/get_group_member_info";
const ADD: &str = "group_open_http_svc/add_group_member";
const DELETE: &str = "group_open_http_svc/delete_group_member";
const MODIFY: &str = "group_open_http_svc/modify_group_member_info";
const ROLES: &str = "group_open_http_svc/get_role_in_group";
const OWNER: &str = "group_open_http_svc/change_group_owner";
const MUTE: &str = "group_open_http_svc/forbid_send_msg";
const MUTED: &str = "group_open_http_svc/get_group_muted_account";
const BAN: &str = "group_open_http_svc/ban_group_member";
const UNBAN: &str = "group_open_http_svc/unban_group_member";
const BANNED: &str = "group_open_http_svc/get_group_ban_member";

fn named(accounts: &[String]) -> Vec<Value> {
    accounts.iter().map(|account| json!({ "Member_Account": account })).collect()
}

#[test]
fn audio_video_groups_refuse_as_documented() {
    let running = with_groups();
    let one = json!([{ "Member_Account": "c" }]);
    for (path, body, code) in [
        (ADD, json!({ "MemberList": one }), 10007),
        ("group_open_http_svc/import_group_member", json!({ "MemberList": one }), 10007),
        (DELETE, json!({ "MemberToDel_Account": ["b"] }), 10004),
        (LIST, json!({}), 10007),
        (MODIFY, json!({ "Member_Account": "a", "NameCard": "n" }), 10007),
        (ROLES, json!({ "User_Account": ["a"] }), 10007),
        (OWNER, json!({ "NewOwner_Account": "a" }), 10007),
        ("group_open_http_svc/group_msg_recall", json!({ "MsgSeqList": [{ "MsgSeq": 1 }] }), 10007),
        ("group_open_http_svc/group_msg_get_simple", json!({ "ReqMsgNumber": 1 }), 10007),
    ] {
        codes_by_type(&running, path, &body, [0, 0, 0, code, 0]);
    }
}

#[test]
fn members_are_added_listed_and_deleted() {
    let running = with_groups();
    let add = json!({ "GroupId": "Public", "MemberList": [{ "Member_Account": "a" }, { "Member_Account": "c" }] });
    assert_eq!(
        served(&running, ADD, &add)["MemberList"],
        json!([{ "Member_Account": "a", "Result": 2 }, { "Member_Account": "c", "Result": 1 }])
    );
    let listed = |more: Value| {
        let mut body = json!({ "GroupId": "Public" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answer = served(&running, LIST, &body);
        assert_eq!(answer["MemberNum"], 4);
        let rows = answer["MemberList"].as_array().unwrap().clone();
        rows.iter().map(|row| row["Member_Account"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(listed(json!({})), ["o", "a", "b", "c"]);
    assert_eq!(listed(json!({ "Limit": 2, "Offset": 1 })), ["a", "b"]);
    assert_eq!(listed(json!({ "MemberRoleFilter": ["Owner"] })), ["o"]);
    let row =
        served(&running, LIST, &json!({ "GroupId": "Public", "Limit": 1, "MemberInfoFilter": ["Role", "JoinTime"] }));
    assert_eq!(row["MemberList"], json!([{ "Member_Account": "o", "Role": "Owner", "JoinTime": NOW }]));
    // A member of another type than AVChatRoom, and one that is none: both are passed over.
    assert_eq!(
        served(&running, DELETE, &json!({ "GroupId": "Public", "MemberToDel_Account": ["a", "nobody"] })),
        json!({})
    );
    assert_eq!(served(&running, LIST, &json!({ "GroupId": "Public" }))["MemberNum"], 3);
}

#[test]
fn a_community_is_read_with_next() {
    let running = with_groups();
    let first = served(&running, LIST, &json!({ "GroupId": "@TGS#_Community", "Limit": 2 }));
    let next = served(&running, LIST, &json!({ "GroupId": "@TGS#_Community", "Limit": 2, "Next": first["Next"] }));
    assert_eq!((&first["Next"], &next["Next"]), (&json!("2"), &json!("")));
    assert_eq!(next["MemberList"].as_array().unwrap().len(), 1);
}

#[test]
fn what_the_member_calls_refuse() {
    let running = with_groups();
    let add = |count: usize| json!({ "GroupId": "Public", "MemberList": named(&accounts(count)) });
    codes(
        &running,
        ADD,
        &[
            (json!({ "GroupId": "Public" }), 10004),
            (json!({ "GroupId": "Public", "MemberList": [] }), 10004),
            (json!({ "GroupId": "Public", "MemberList": ["a"] }), 10004),
            (json!({ "GroupId": "gone", "MemberList": named(&accounts(1)) }), 10010),
            (add(301), 10005),
            (add(300), 0),
        ],
    );
    let full = json!({ "Type": "Public", "Name": "n", "GroupId": "small", "MaxMemberCount": 2 });
    assert_eq!(ask(&running, "group_open_http_svc/create_group", &full)["ErrorCode"], 0);
    let small = |names: &[&str]| {
        let list: Vec<_> = names.iter().map(|name| json!({ "Member_Account": name })).collect();
        json!({ "GroupId": "small", "MemberList": list })
    };
    codes(
        &running,
        ADD,
        &[
            (small(&["a", "b", "c"]), 10014),
            (small(&["a", "b", "b"]), 0),
            (small(&["a", "b"]), 0),
            (small(&["c"]), 10014),
        ],
    );
    codes(
        &running,
        DELETE,
        &[
            (json!({ "GroupId": "Public", "MemberToDel_Account": [] }), 10004),
            (json!({ "GroupId": "Public", "MemberToDel_Account": accounts(100) }), 0),
            (json!({ "GroupId": "Public", "MemberToDel_Account": accounts(101) }), 10005),
        ],
    );
    codes(
        &running,
        LIST,
        &[(json!({ "GroupId": "Public", "Limit": 6_000 }), 0), (json!({ "GroupId": "Public", "Limit": 6_001 }), 10004)],
    );
    codes(
        &running,
        ROLES,
        &[
            (json!({ "GroupId": "Public", "User_Account": accounts(500) }), 0),
            (json!({ "GroupId": "Public", "User_Account": accounts(501) }), 10005),
        ],
    );
}

#[test]
fn roles_are_told_changed_and_handed_over() {
    let running = with_groups();
    let roles = || {
        let answer = served(&running, ROLES, &json!({ "GroupId": "Public", "User_Account": ["o", "a", "b", "c"] }));
        let rows = answer["UserIdList"].as_array().unwrap().clone();
        rows.iter().map(|row| row["Role"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(roles(), ["Owner", "Member", "Member", "NotMember"]);
    let admin = json!({ "GroupId": "Public", "Member_Account": "a", "Role": "Admin", "NameCard": "A" });
    assert_eq!(served(&running, MODIFY, &admin), json!({}));
    assert_eq!(roles(), ["Owner", "Admin", "Member", "NotMember"]);
    codes(
        &running,
        OWNER,
        &[
            (json!({ "GroupId": "Public", "NewOwner_Account": "c" }), 10019),
            (json!({ "GroupId": "Public", "NewOwner_Account": "a" }), 0),
        ],
    );
    assert_eq!(roles(), ["Member", "Owner", "Member", "NotMember"]);
    codes(&running, MODIFY, &[(json!({ "GroupId": "Public", "Member_Account": "c" }), 10019)]);
    // What a member had goes with its membership.
    let admin = json!({ "GroupId": "Public", "Member_Account": "b", "Role": "Admin" });
    assert_eq!(served(&running, MODIFY, &admin), json!({}));
    control(&running, "POST", "groups/Public/leave", r#"{"accounts":["b"]}"#);
    control(&running, "POST", "groups/Public/join", r#"{"accounts":["b"]}"#);
    assert_eq!(roles()[2], "Member");
}

#[test]
fn a_mute_has_its_duration() {
    let running = with_groups();
    let mute = |seconds: u64| json!({ "GroupId": "AVChatRoom", "Members_Account": ["a"], "MuteTime": seconds });
    assert_eq!(served(&running, MUTE, &mute(60)), json!({}));
    let muted = || served(&running, MUTED, &json!({ "GroupId": "AVChatRoom" }))["MutedAccountList"].clone();
    assert_eq!(muted(), json!([{ "Member_Account": "a", "MutedUntil": NOW + 60 }]));
    let old = served(&running, "group_open_http_svc/get_group_shutted_uin", &json!({ "GroupId": "AVChatRoom" }));
    assert_eq!(old["ShuttedUinList"], json!([{ "Member_Account": "a", "ShuttedUntil": NOW + 60 }]));
    // Also behind a leave.
    control(&running, "POST", "groups/AVChatRoom/leave", r#"{"accounts":["a"]}"#);
    control(&running, "POST", "clock/advance", r#"{"ms":59000}"#);
    let message = json!({
        "GroupId": "AVChatRoom",
        "From_Account": "a",
        "Random": 1,
        "MsgBody": [{ "MsgType": "TIMTextElem", "MsgContent": { "Text": "t" } }],
    });
    codes(&running, "group_open_http_svc/send_group_msg", &[(message.clone(), 10017)]);
    control(&running, "POST", "clock/advance", r#"{"ms":1000}"#);
    assert_eq!(muted(), json!([]));
    codes(&running, "group_open_http_svc/send_group_msg", &[(message, 0)]);
    // For good, and not any more.
    assert_eq!(served(&running, MUTE, &mute(4_294_967_295)), json!({}));
    assert_eq!(muted()[0]["MutedUntil"], 4_294_967_295_u64);
    assert_eq!(served(&running, MUTE, &mute(0)), json!({}));
    assert_eq!(muted(), json!([]));
    let group =
        |list: Value, seconds: Value| json!({ "GroupId": "Public", "Members_Account": list, "ShutUpTime": seconds });
    codes(
        &running,
        MUTE,
        &[
            (json!({ "GroupId": "Public", "Members_Account": ["a"] }), 10004),
            (group(json!(accounts(500)), json!(1)), 0),
            (group(json!(accounts(501)), json!(1)), 10005),
            (group(json!(["a"]), json!(4_294_967_296_u64)), 10004),
        ],
    );
    codes_by_type(&running, MUTE, &json!({ "Members_Account": ["a"], "MuteTime": 1 }), [10007, 0, 0, 0, 0]);
}

#[test]
fn a_ban_removes_and_keeps_out() {
    let running = with_groups();
    let marks = json!({
        "GroupId": "AVChatRoom",
        "CommandType": 1,
        "MemberList": [{ "Member_Account": "a", "Marks": [1000] }],
    });
    served(&running, "group_open_avchatroom_http_svc/modify_user_info", &marks);
    let ban = json!({ "GroupId": "AVChatRoom", "Members_Account": ["a", "c"], "Duration": 60 });
    assert_eq!(served(&running, BAN, &ban), json!({}));
    let banned = || served(&running, BANNED, &json!({ "GroupId": "AVChatRoom" }));
    let rows =
        json!([{ "Member_Account": "a", "BannedUntil": NOW + 60 }, { "Member_Account": "c", "BannedUntil": NOW + 60 }]);
    assert_eq!(banned(), json!({ "BannedAccountList": rows, "NextOffset": 0 }));
    let shown = control(&running, "GET", "groups/AVChatRoom", "");
    assert_eq!((&shown["total"], &shown["marks"]), (&json!(1), &json!([])));
    // Neither by the control API nor by a scenario.
    let join = || control_reply(&running, "POST", "groups/AVChatRoom/join", r#"{"accounts":["d","a"]}"#);
    let refused = join();
    assert_eq!(refused.status, 409);
    assert!(refused.body.contains("`a` is banned from group `AVChatRoom` until 1700000060"), "{refused:?}");
    assert_eq!(control(&running, "GET", "groups/AVChatRoom", "")["total"], 1);
    let line = r#"{"at":0,"do":"join","group":"AVChatRoom","account":"a"}"#;
    assert!(running.emulator().play(line).unwrap_err().to_string().contains("is banned"));
    control(&running, "POST", "clock/advance", r#"{"ms":60000}"#);
    assert_eq!(banned()["BannedAccountList"], json!([]));
    assert_eq!(join().status, 200);
    // A group of another type adds no banned account.
    let ban = json!({ "GroupId": "Public", "Members_Account": ["a"], "Duration": 60 });
    assert_eq!(served(&running, BAN, &ban), json!({}));
    let add = json!({ "GroupId": "Public", "MemberList": [{ "Member_Account": "a" }] });
    assert_eq!(served(&running, ADD, &add)["MemberList"][0]["Result"], 0);
    assert_eq!(served(&running, UNBAN, &json!({ "GroupId": "Public", "Members_Account": ["a"] })), json!({}));
    assert_eq!(served(&running, ADD, &add)["MemberList"][0]["Result"], 1);
}

#[test]
fn what_the_ban_calls_refuse() {
    let running = with_groups();
    let ban = |count: usize, seconds: u64| json!({ "GroupId": "Public", "Members_Account": accounts(count), "Duration": seconds });
    codes(
        &running,
        BAN,
        &[
            (ban(20, 1), 0),
            (ban(21, 1), 10005),
            (ban(1, 0), 10004),
            (json!({ "GroupId": "Public", "Members_Account": ["a"] }), 10004),
        ],
    );
    let page = served(&running, BANNED, &json!({ "GroupId": "Public", "Limit": 5, "Offset": 10 }));
    assert_eq!((page["BannedAccountList"].as_array().unwrap().len(), &page["NextOffset"]), (5, &json!(15)));
    codes(
        &running,
        BANNED,
        &[(json!({ "GroupId": "Public", "Limit": 100 }), 0), (json!({ "GroupId": "Public", "Limit": 101 }), 10004)],
    );
    codes(
        &running,
        UNBAN,
        &[
            (json!({ "GroupId": "Public", "Members_Account": accounts(20) }), 0),
            (json!({ "GroupId": "Public", "Members_Account": accounts(21) }), 10005),
        ],
    );
    control(&running, "PATCH", "settings", r#"{"marks_supported":false}"#);
    for (path, body) in [
        (BAN, ban(1, 1)),
        (UNBAN, ban(1, 1)),
        (BANNED, json!({ "GroupId": "Public" })),
        ("group_open_http_svc/get_group_counter", json!({ "GroupId": "Public" })),
        ("group_open_http_svc/delete_group_counter", json!({ "GroupId": "Public" })),
    ] {
        codes(&running, path, &[(body, 10059)]);
    }
}

#[test]
fn webhooks_tell_who_added_and_removed_members() {
    let running = with_groups();
    control(&running, "PUT", "webhooks", r#"{"url":"http://127.0.0.1:9/"}"#);
    let add = json!({ "GroupId": "Public", "MemberList": [{ "Member_Account": "c" }, { "Member_Account": "d" }] });
    served(&running, ADD, &add);
    // What is imported is told to nobody.
    served(
        &running,
        "group_open_http_svc/import_group_member",
        &json!({ "GroupId": "Public", "MemberList": [{ "Member_Account": "e" }] }),
    );
    served(&running, BAN, &json!({ "GroupId": "Public", "Members_Account": ["c"], "Duration": 60 }));
    served(&running, "im_open_login_svc/account_delete", &json!({ "DeleteItem": [{ "UserID": "d" }] }));
    let deliveries = loop {
        let answer = control(&running, "GET", "webhooks/deliveries", "");
        if answer["waiting"] == 0 {
            break answer["deliveries"].as_array().unwrap().clone();
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    };
    let told: Vec<_> = deliveries
        .iter()
        .map(|delivery| {
            let body = &delivery["body"];
            let change = body["JoinType"].as_str().or(body["ExitType"].as_str()).unwrap().to_owned();
            let members = body["NewMemberList"].as_array().or(body["ExitMemberList"].as_array()).unwrap();
            (
                change,
                members.iter().map(|member| member["Member_Account"].as_str().unwrap().to_owned()).collect::<Vec<_>>(),
            )
        })
        .collect();
    let row = |change: &str, members: &[&str]| {
        (change.to_owned(), members.iter().map(|m| (*m).to_owned()).collect::<Vec<_>>())
    };
    assert_eq!(told, [row("Invited", &["c", "d"]), row("Kicked", &["c"]), row("Kicked", &["d"])]);
}
