//! Accounts of chatbots, and the messages between accounts that are read again.

use super::*;

const CREATE: &str = "openim_robot_http_svc/create_robot";
const LIST: &str = "openim_robot_http_svc/get_all_robots";
const DELETE: &str = "openim_robot_http_svc/delete_robot";
const ROAM: &str = "openim/admin_getroammsg";

#[test]
fn chatbots_are_accounts_with_their_own_prefix() {
    let running = start(|_| {});
    served(&running, "im_open_login_svc/account_import", &json!({ "UserID": "person" }));
    served(&running, CREATE, &json!({ "UserID": "@RBT#1", "Nick": "Jarvis" }));
    // Once more, and nothing new.
    served(&running, CREATE, &json!({ "UserID": "@RBT#1" }));
    assert_eq!(served(&running, LIST, &json!({}))["Robot_Account"], json!(["@RBT#1"]));
    let profile = served(
        &running,
        "profile/portrait_get",
        &json!({ "To_Account": ["@RBT#1"], "TagList": ["Tag_Profile_IM_Nick"] }),
    );
    assert_eq!(profile["UserProfileItem"][0]["ProfileItem"][0]["Value"], "Jarvis");
    served(&running, DELETE, &json!({ "Robot_Account": "@RBT#1" }));
    assert_eq!(served(&running, LIST, &json!({}))["Robot_Account"], json!([]));
    codes(&running, CREATE, &[(json!({ "UserID": "person" }), 10004), (json!({}), 10004)]);
    codes(&running, DELETE, &[(json!({ "Robot_Account": "person" }), 10004)]);
}

#[test]
fn an_app_has_twenty_chatbots() {
    let running = start(|_| {});
    let create = |number: usize| json!({ "UserID": format!("@RBT#{number}") });
    let twenty: Vec<_> = (0..20).map(|number| (create(number), 0)).collect();
    codes(&running, CREATE, &twenty);
    codes(&running, CREATE, &[(create(20), 10004), (create(19), 0)]);
}

#[test]
fn direct_messages_are_read_by_page() {
    let running = start(|_| {});
    let send = |from: &str, to: &str, random: u64| {
        let body = json!([{ "MsgType": "TIMTextElem", "MsgContent": { "Text": "x" } }]);
        let sent = json!({ "From_Account": from, "To_Account": to, "MsgRandom": random, "MsgBody": body });
        served(&running, "openim/sendmsg", &sent)["MsgKey"].clone()
    };
    let keys = [send("a", "b", 1), send("b", "a", 2), send("a", "c", 3), send("a", "b", 4)];
    let ask = |most: u64, last: &Value| {
        let asked = json!({ "Operator_Account": "a", "Peer_Account": "b", "MaxCnt": most, "MinTime": NOW, "MaxTime": NOW, "LastMsgKey": last });
        served(&running, ROAM, &asked)
    };
    let read = |answer: &Value| {
        answer["MsgList"].as_array().unwrap().iter().map(|row| row["MsgKey"].clone()).collect::<Vec<_>>()
    };
    let first = ask(2, &json!(""));
    assert_eq!(read(&first), [keys[3].clone(), keys[1].clone()]);
    assert_eq!((&first["Complete"], &first["MsgCnt"], &first["LastMsgKey"]), (&json!(0), &json!(2), &keys[1]));
    assert_eq!(first["MsgList"][1]["To_Account"], "a");
    let second = ask(2, &first["LastMsgKey"]);
    assert_eq!((read(&second), &second["Complete"]), (vec![keys[0].clone()], &json!(1)));
    // Exactly as many as there are is all.
    assert_eq!(ask(3, &json!(""))["Complete"], 1);
}

#[test]
fn older_names_read_messages() {
    let running = start(|_| {});
    let body = json!([{ "MsgType": "TIMTextElem", "MsgContent": { "Text": "x" } }]);
    served(
        &running,
        "openim/batchsendmsg",
        &json!({ "From_Account": "a", "To_Account": ["b", "c"], "MsgRandom": 1, "MsgBody": body }),
    );
    let ask = |least: u64, most: u64| {
        let asked = json!({ "From_Account": "c", "To_Account": "a", "MaxCnt": 5, "MinTime": least, "MaxTime": most });
        served(&running, ROAM, &asked)["MsgCnt"].clone()
    };
    assert_eq!([ask(NOW, NOW), ask(NOW + 1, NOW + 1), ask(0, NOW - 1)], [json!(1), json!(0), json!(0)]);
    let page = json!({ "MaxCnt": 5, "MinTime": 0, "MaxTime": NOW });
    let with = |more: Value| {
        let mut body = page.clone();
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    codes(
        &running,
        ROAM,
        &[
            (with(json!({ "From_Account": "a" })), 90003),
            (with(json!({ "Peer_Account": "a" })), 90003),
            (with(json!({ "From_Account": "a", "To_Account": "b", "LastMsgKey": "1_1_1" })), 90010),
            (with(json!({ "From_Account": "a", "To_Account": "b", "MaxCnt": 0 })), 90010),
        ],
    );
}

#[test]
fn named_members_are_described_and_others_passed_over() {
    let running = with_groups();
    let body = json!({ "GroupId": "Public", "Member_List_Account": ["b", "gone"], "MemberInfoFilter": ["Role"] });
    let answer = served(&running, "group_open_http_svc/get_specified_group_member_info", &body);
    assert_eq!(answer["MemberList"], json!([{ "Member_Account": "b", "Role": "Member" }]));
}
