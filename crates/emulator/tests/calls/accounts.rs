//! Accounts and profiles.

use super::*;

const IMPORT: &str = "im_open_login_svc/account_import";
const IMPORT_MANY: &str = "im_open_login_svc/multiaccount_import";
const CHECK: &str = "im_open_login_svc/account_check";
const DELETE: &str = "im_open_login_svc/account_delete";
const KICK: &str = "im_open_login_svc/kick";
const ONLINE: &str = "openim/query_online_status";
const SET: &str = "profile/portrait_set";
const GET: &str = "profile/portrait_get";

fn ids(accounts: &[String]) -> Vec<Value> {
    accounts.iter().map(|account| json!({ "UserID": account })).collect()
}

#[test]
fn an_account_is_imported_looked_up_and_deleted() {
    let running = start(|_| {});
    assert_eq!(
        post(&running, IMPORT, QUERY, r#"{"UserID":"u","Nick":"n","FaceUrl":"f"}"#).body,
        r#"{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}"#
    );
    let both = json!({ "CheckItem": [{ "UserID": "u" }, { "UserID": "v" }] });
    assert_eq!(
        post(&running, CHECK, QUERY, &both.to_string()).body,
        concat!(
            r#"{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"ResultItem":["#,
            r#"{"UserID":"u","ResultCode":0,"ResultInfo":"","AccountStatus":"Imported"},"#,
            r#"{"UserID":"v","ResultCode":0,"ResultInfo":"","AccountStatus":"NotImported"}]}"#
        )
    );
    let deleted = served(&running, DELETE, &json!({ "DeleteItem": [{ "UserID": "u" }, { "UserID": "v" }] }));
    assert_eq!(
        (&deleted["ResultItem"][0]["ResultCode"], &deleted["ResultItem"][1]["ResultCode"]),
        (&json!(0), &json!(70107))
    );
    assert_eq!(served(&running, CHECK, &both)["ResultItem"][0]["AccountStatus"], "NotImported");
    assert_eq!(control(&running, "GET", "accounts", "")["total"], 0);
}

#[test]
fn failed_imports_are_named() {
    let running = start(|_| {});
    let old = json!({ "Accounts": ["a", "", "b"] });
    assert_eq!(served(&running, IMPORT_MANY, &old), json!({ "FailAccounts": [""] }));
    let new = json!({ "AccountList": [{ "UserID": "c", "Nick": "C" }] });
    assert_eq!(served(&running, IMPORT_MANY, &new), json!({ "FailAccounts": [] }));
    let shown = control(&running, "GET", "accounts?limit=2", "");
    assert_eq!((&shown["total"], &shown["next"]), (&json!(3), &json!("b")));
    let last = control(&running, "GET", "accounts?after=b", "");
    assert_eq!(last["accounts"], json!([{ "account": "c", "profile": { "Tag_Profile_IM_Nick": "C" } }]));
}

#[test]
fn what_the_account_calls_refuse() {
    let running = start(|_| {});
    let long = |bytes: usize| "x".repeat(bytes);
    codes(
        &running,
        IMPORT,
        &[
            (json!({}), 70402),
            (json!({ "UserID": 5 }), 70402),
            (json!({ "UserID": "" }), 70402),
            (json!({ "UserID": long(32) }), 0),
            (json!({ "UserID": long(33) }), 70402),
            (json!({ "UserID": "u", "Nick": long(500) }), 0),
            (json!({ "UserID": "u", "Nick": long(501) }), 40601),
            (json!({ "UserID": "u", "FaceUrl": long(501) }), 40601),
        ],
    );
    codes(
        &running,
        IMPORT_MANY,
        &[
            (json!({}), 70402),
            (json!({ "Accounts": accounts(100) }), 0),
            (json!({ "Accounts": accounts(101) }), 70402),
            (json!({ "AccountList": ids(&accounts(100)) }), 0),
            (json!({ "AccountList": ids(&accounts(101)) }), 70402),
        ],
    );
    for (path, list) in [(CHECK, "CheckItem"), (DELETE, "DeleteItem")] {
        codes(
            &running,
            path,
            &[
                (json!({}), 70402),
                (json!({ list: [] }), 70402),
                (json!({ list: [{}] }), 70402),
                (json!({ list: ids(&accounts(100)) }), 0),
                (json!({ list: ids(&accounts(101)) }), 70402),
            ],
        );
    }
    codes(&running, KICK, &[(json!({}), 70402), (json!({ "UserID": "nobody" }), 70107)]);
    for path in [ONLINE, "openim/querystate"] {
        codes(
            &running,
            path,
            &[
                (json!({}), 90003),
                (json!({ "To_Account": accounts(500) }), 0),
                (json!({ "To_Account": accounts(501) }), 90011),
                (json!({ "To_Account": ["u"], "IsNeedDetail": 2 }), 90001),
            ],
        );
    }
}

#[test]
fn any_connection_makes_an_account_online() {
    let running = with_groups();
    assert_eq!(ask(&running, IMPORT, &json!({ "UserID": "c" }))["ErrorCode"], 0);
    let states = || {
        let answer = served(&running, ONLINE, &json!({ "To_Account": ["a", "b", "c", "nobody"] }));
        assert_eq!(answer["ErrorList"], json!([{ "To_Account": "nobody", "ErrorCode": 70107 }]));
        let rows = answer["QueryResult"].as_array().unwrap().clone();
        rows.iter().map(|row| row["Status"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(states(), ["Online", "Online", "Offline"]);
    assert_eq!(ask(&running, KICK, &json!({ "UserID": "a" }))["ErrorCode"], 0);
    assert_eq!(states(), ["Offline", "Online", "Offline"]);
    let count = served(&running, "group_open_http_svc/get_online_member_num", &json!({ "GroupId": "AVChatRoom" }));
    assert_eq!(count["OnlineMemberNum"], 1);
}

#[test]
fn a_deleted_account_leaves_every_group() {
    let running = with_groups();
    let deleted = served(&running, DELETE, &json!({ "DeleteItem": [{ "UserID": "a" }] }));
    assert_eq!(deleted["ResultItem"][0]["ResultCode"], 0);
    for group in ["Private", "Public", "ChatRoom", "AVChatRoom", "@TGS%23_Community"] {
        let shown = control(&running, "GET", &format!("groups/{group}"), "");
        let members: Vec<_> = shown["members"].as_array().unwrap().iter().map(|row| row["account"].clone()).collect();
        assert!(!members.contains(&json!("a")) && members.contains(&json!("b")), "{shown}");
    }
}

#[test]
fn profiles_are_set_and_read_by_tag() {
    let running = start(|_| {});
    let item = |tag: &str, value: Value| json!([{ "Tag": tag, "Value": value }]);
    let set = |items: Value| json!({ "From_Account": "u", "ProfileItem": items });
    codes(&running, SET, &[(set(item("Tag_Profile_IM_Nick", json!("n"))), 40003)]);
    assert_eq!(ask(&running, IMPORT, &json!({ "UserID": "u" }))["ErrorCode"], 0);
    codes(
        &running,
        SET,
        &[
            (json!({ "From_Account": "u" }), 40001),
            (set(json!([])), 40001),
            (set(item("Tag_Profile_IM_Nick", json!("n"))), 0),
            (set(item("Tag_Profile_IM_Level", json!(5))), 0),
            (set(item("Tag_Profile_IM_Level", json!([]))), 40001),
            (set(item("Tag_Profile_Custom_x", json!("x".repeat(500)))), 0),
            (set(item("Tag_Profile_Custom_x", json!("x".repeat(501)))), 40601),
            (set(item("Tag_Profile_Custom_", json!(""))), 40009),
            (set(item("Tag_Profile_IM_Other", json!(""))), 40009),
        ],
    );
    let asked = json!({ "To_Account": ["u", "nobody"], "TagList": ["Tag_Profile_IM_Nick", "Tag_Profile_IM_Gender"] });
    assert_eq!(
        served(&running, GET, &asked),
        json!({
            "UserProfileItem": [
                {
                    "To_Account": "u",
                    "ProfileItem": [{ "Tag": "Tag_Profile_IM_Nick", "Value": "n" }],
                    "ResultCode": 0,
                    "ResultInfo": "",
                },
                { "To_Account": "nobody", "ResultCode": 40003, "ResultInfo": "there is no such account" },
            ],
            "Fail_Account": ["nobody"],
        })
    );
    codes(
        &running,
        GET,
        &[
            (json!({ "TagList": ["Tag_Profile_IM_Nick"] }), 40002),
            (json!({ "To_Account": ["u"], "TagList": [] }), 40001),
            (json!({ "To_Account": ["u"], "TagList": ["x"] }), 40009),
            (json!({ "To_Account": accounts(100), "TagList": ["Tag_Profile_IM_Nick"] }), 0),
            (json!({ "To_Account": accounts(101), "TagList": ["Tag_Profile_IM_Nick"] }), 40001),
        ],
    );
}
