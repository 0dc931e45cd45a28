//! Groups of every type: created, imported, listed, changed.

use super::*;

const CREATE: &str = "group_open_http_svc/create_group";
const IMPORT: &str = "group_open_http_svc/import_group";
const LIST: &str = "group_open_http_svc/get_appid_group_list";
const INFO: &str = "group_open_http_svc/get_group_info";
const MODIFY: &str = "group_open_http_svc/modify_group_base_info";
const JOINED: &str = "group_open_http_svc/get_joined_group_list";
const COUNT: &str = "group_open_http_svc/get_online_member_num";

fn info(running: &Running, group: &str) -> Value {
    served(running, INFO, &json!({ "GroupIdList": [group] }))["GroupInfo"][0].clone()
}

#[test]
fn each_group_type_can_be_created() {
    let running = start(|_| {});
    for (kind, name, begins) in [
        ("Private", "Private", "@TGS#1"),
        ("Work", "Private", "@TGS#1"),
        ("Public", "Public", "@TGS#2"),
        ("ChatRoom", "ChatRoom", "@TGS#3"),
        ("Meeting", "ChatRoom", "@TGS#3"),
        ("Community", "Community", "@TGS#_@TGS#c"),
    ] {
        let members = json!([{ "Member_Account": "a", "Role": "Admin" }, { "Member_Account": "b" }]);
        let group = json!({ "Type": kind, "Name": "n", "Owner_Account": "o", "MemberList": members });
        let id = served(&running, CREATE, &group)["GroupId"].as_str().unwrap().to_owned();
        assert!(id.starts_with(begins), "{id}");
        let info = info(&running, &id);
        assert_eq!((&info["Type"], &info["MemberNum"]), (&json!(name), &json!(3)), "{info}");
        let roles: Vec<_> =
            info["MemberList"].as_array().unwrap().iter().map(|member| member["Role"].clone()).collect();
        assert_eq!(roles, ["Owner", "Admin", "Member"]);
        // Nobody has connected yet.
        assert_eq!(control(&running, "GET", &format!("groups/{}", id.replace('#', "%23")), "")["online"], 0);
    }
    // An owner of an AVChatRoom joins by itself.
    let room = served(&running, CREATE, &json!({ "Type": "AVChatRoom", "Name": "n", "Owner_Account": "o" }));
    assert_eq!(info(&running, room["GroupId"].as_str().unwrap())["MemberNum"], 0);
}

#[test]
fn what_creating_and_importing_refuse() {
    let running = start(|_| {});
    let members =
        |count: usize| accounts(count).into_iter().map(|a| json!({ "Member_Account": a })).collect::<Vec<_>>();
    codes(
        &running,
        CREATE,
        &[
            (json!({ "Type": "Other", "Name": "n" }), 10004),
            (json!({ "Type": "Public", "Name": "n", "MemberList": members(100) }), 0),
            (json!({ "Type": "Public", "Name": "n", "MemberList": members(101) }), 10005),
            (json!({ "Type": "Community", "Name": "n", "GroupId": "c" }), 10015),
            (json!({ "Type": "Community", "Name": "n", "GroupId": "@TGS#_c" }), 0),
            (json!({ "Type": "Public", "Name": "n", "GroupId": "@TGS#_p" }), 10015),
            (json!({ "Type": "Public", "Name": "n", "ApplyJoinOption": "Never" }), 10004),
            (json!({ "Type": "Public", "Name": "n", "MaxMemberCount": 0 }), 10004),
            (json!({ "Type": "Public", "Name": "n", "MaxMemberCount": 1.5 }), 10004),
            (json!({ "Type": "Public", "Name": "n", "MaxMemberCount": 2.0 }), 0),
        ],
    );
    codes(
        &running,
        IMPORT,
        &[
            (json!({ "Type": "AVChatRoom", "Name": "n" }), 10007),
            (json!({ "Type": "Public" }), 10004),
            (json!({ "Type": "Public", "Name": "n", "GroupId": "p", "CreateTime": 1_600_000_000 }), 0),
            (json!({ "Type": "Public", "Name": "n", "GroupId": "p" }), 10021),
        ],
    );
    assert_eq!(info(&running, "p")["CreateTime"], 1_600_000_000);
}

#[test]
fn groups_are_listed_page_by_page() {
    let running = with_groups();
    let page = served(&running, LIST, &json!({ "Limit": 2 }));
    assert_eq!(
        page,
        json!({
            "TotalCount": 5,
            "GroupIdList": [{ "GroupId": "@TGS#_Community" }, { "GroupId": "AVChatRoom" }],
            "Next": 2,
        })
    );
    let rest = served(&running, LIST, &json!({ "Next": page["Next"] }));
    assert_eq!((rest["GroupIdList"].as_array().unwrap().len(), &rest["Next"]), (3, &json!(0)));
    let public = served(&running, LIST, &json!({ "GroupType": "Public" }));
    assert_eq!(public, json!({ "TotalCount": 1, "GroupIdList": [{ "GroupId": "Public" }], "Next": 0 }));
    codes(
        &running,
        LIST,
        &[
            (json!({}), 0),
            (json!({ "Limit": 0 }), 10004),
            (json!({ "Limit": 10_000 }), 0),
            (json!({ "Limit": 10_001 }), 10004),
            (json!({ "GroupType": "Other" }), 10004),
            (json!({ "Next": -1 }), 10004),
        ],
    );
}

#[test]
fn a_profile_is_changed_field_by_field() {
    let running = with_groups();
    let change = json!({
        "GroupId": "AVChatRoom",
        "Name": "new",
        "MaxMemberNum": 500,
        "ApplyJoinOption": "NeedPermission",
        "MuteAllMember": "On",
        "AppDefinedData": [{ "Key": "k", "Value": "v" }],
    });
    control(&running, "POST", "clock/advance", r#"{"ms":5000}"#);
    assert_eq!(served(&running, MODIFY, &change), json!({}));
    let info = info(&running, "AVChatRoom");
    for (field, value) in [
        ("Name", json!("new")),
        ("Introduction", json!("")),
        ("MaxMemberNum", json!(500)),
        ("ApplyJoinOption", json!("NeedPermission")),
        ("MuteAllMember", json!("On")),
        ("AppDefinedData", json!([{ "Key": "k", "Value": "v" }])),
        ("CreateTime", json!(NOW)),
        ("LastInfoTime", json!(NOW + 5)),
    ] {
        assert_eq!(info[field], value, "{field}");
    }
    codes(
        &running,
        MODIFY,
        &[
            (json!({ "Name": "n" }), 10004),
            (json!({ "GroupId": "" }), 10015),
            (json!({ "GroupId": "gone" }), 10010),
            (json!({ "GroupId": "Public", "Name": "" }), 10004),
            (json!({ "GroupId": "Public", "Name": "x".repeat(1_024) }), 0),
            (json!({ "GroupId": "Public", "Name": "x".repeat(1_025) }), 10004),
            (json!({ "GroupId": "Public", "MuteAllMember": "Yes" }), 10004),
        ],
    );
}

#[test]
fn the_groups_of_an_account_are_listed() {
    let running = with_groups();
    let joined = |more: Value| {
        let mut body = json!({ "Member_Account": "a" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answer = served(&running, JOINED, &body);
        let rows = answer["GroupIdList"].as_array().unwrap().clone();
        (
            answer["TotalCount"].as_u64().unwrap(),
            rows.iter().map(|row| row["GroupId"].as_str().unwrap().to_owned()).collect::<Vec<_>>(),
        )
    };
    // Neither audio-video groups nor work groups without a message, unless that is asked for.
    assert_eq!(joined(json!({})), (3, ["@TGS#_Community", "ChatRoom", "Public"].map(str::to_owned).to_vec()));
    assert_eq!(joined(json!({ "WithHugeGroups": 1, "WithNoActiveGroups": 1 })).0, 5);
    assert_eq!(joined(json!({ "Limit": 1, "Offset": 1 })), (3, vec!["ChatRoom".to_owned()]));
    assert_eq!(joined(json!({ "GroupType": "Public" })), (1, vec!["Public".to_owned()]));
    let filter = json!({ "GroupBaseInfoFilter": ["Type"], "SelfInfoFilter": ["Role"] });
    let body = json!({ "Member_Account": "o", "GroupType": "Public", "ResponseFilter": filter });
    assert_eq!(
        served(&running, JOINED, &body)["GroupIdList"],
        json!([{ "GroupId": "Public", "Type": "Public", "SelfInfo": { "Member_Account": "o", "Role": "Owner" } }])
    );
    assert_eq!(served(&running, JOINED, &json!({ "Member_Account": "nobody" }))["TotalCount"], 0);
    codes(&running, JOINED, &[(json!({}), 10004), (json!({ "Member_Account": 5 }), 10004)]);
}

#[test]
fn other_types_have_no_mark_counts() {
    let running = with_groups();
    let policy = r#"{"policy":{"count_types":"avchatroom-only"}}"#;
    let changed = control_reply(&running, "PATCH", "settings", policy);
    let answer = ask(&running, COUNT, &json!({ "GroupId": "Public" }));
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_eq!(answer["ErrorCode"], 10007);
    assert!(!answer["ErrorInfo"].as_str().unwrap().contains("mark"), "{answer}");
}
