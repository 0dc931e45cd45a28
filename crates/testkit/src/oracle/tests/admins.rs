//! `modify_admin` and `get_admin_list`.

use avmarks_spec::Limits;
use serde_json::json;

use super::{Told, verdict};

/// The administrators of `g`, in the order of the answer.
fn admins(told: &mut Told) -> Vec<String> {
    let answer = told.raw("get_admin_list", r#"{"GroupId":"g"}"#);
    let list = answer["answer"]["Admin_List"].as_array().unwrap();
    list.iter().map(|admin| admin["Admin_Account"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn administrators_are_listed_in_the_order_set() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a"]);
    let empty = json!({ "ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": "", "Admin_List": [] });
    assert_eq!(told.raw("get_admin_list", r#"{"GroupId":"g"}"#)["answer"], empty);
    let body = r#"{"GroupId":"g","CommandType":1,"Admin_Account":["z","a","z"]}"#;
    let bare = json!({ "ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": "" });
    assert_eq!(told.raw("modify_admin", body), json!({ "line": 4, "answer": bare, "because": [], "omitted": [] }));
    let item = |account: &str| json!({ "Admin_Account": account, "Avatar": "", "NickName": "" });
    let two = json!({ "ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": "", "Admin_List": [item("z"), item("a")] });
    assert_eq!(told.raw("get_admin_list", r#"{"GroupId":"g"}"#)["answer"], two);
}

#[test]
fn setting_an_administrator_again_changes_nothing() {
    let mut told = Told::room(Limits::DOCUMENTED, &[]);
    assert_eq!(told.modify_admin(1, &["a", "b"]), "OK");
    assert_eq!(told.modify_admin(1, &["c", "a"]), "OK");
    assert_eq!(admins(&mut told), ["a", "b", "c"]);
    assert_eq!(told.modify_admin(2, &["x", "b", "b"]), "OK");
    assert_eq!(admins(&mut told), ["a", "c"]);
    assert_eq!(told.modify_admin(2, &["x"]), "OK");
    assert_eq!(told.modify_admin(1, &["b"]), "OK");
    assert_eq!(admins(&mut told), ["a", "c", "b"]);
}

#[test]
fn a_sixth_administrator_refuses_the_whole_call() {
    let mut told = Told::room(Limits::DOCUMENTED, &[]);
    assert_eq!(told.modify_admin(1, &["a", "b", "c", "d", "e", "f"]), "10004 gap:sixth-admin");
    assert!(admins(&mut told).is_empty());
    // One that is named twice counts once, and one that is an administrator already takes no place.
    assert_eq!(told.modify_admin(1, &["a", "b", "c", "d", "a"]), "OK");
    assert_eq!(told.modify_admin(1, &["a", "e"]), "OK");
    assert_eq!(told.modify_admin(1, &["f"]), "10004 gap:sixth-admin");
    assert_eq!(told.modify_admin(1, &["a", "b", "c", "d", "e"]), "OK");
    assert_eq!(told.modify_admin(2, &["f", "g"]), "OK");
    assert_eq!(admins(&mut told), ["a", "b", "c", "d", "e"]);
    told.modify_admin(2, &["a"]);
    assert_eq!(told.modify_admin(1, &["f"]), "OK");
    assert_eq!(admins(&mut told), ["b", "c", "d", "e", "f"]);
}

#[test]
fn administrators_stay_until_the_group_ends() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a"]);
    told.modify_admin(1, &["a"]);
    told.presence("leave", "a");
    told.presence("join", "a");
    assert_eq!(admins(&mut told), ["a"]);
    told.say(json!({ "at": 0, "do": "destroy_group", "group": "g" }));
    told.say(json!({ "at": 0, "do": "create_group", "group": "g" }));
    assert!(admins(&mut told).is_empty());
}

#[test]
fn administrators_have_no_further_rights() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a"]);
    told.modify_admin(1, &["a", "x"]);
    let body = r#"{"GroupId":"g","CommandType":1,"MemberList":[{"Member_Account":"a","Marks":[1000]}]}"#;
    assert_eq!(verdict(&told.raw_as("a", "modify_user_info", body)), "60010 ADMIN-CALLER");
    told.policy("rest_owner", "owner-too");
    assert_eq!(verdict(&told.raw_as("a", "modify_user_info", body)), "10007 PERMISSION");
    assert_eq!((told.count(), told.member("x")), (1, None));
}

#[test]
fn the_body_is_checked_in_step_order() {
    let mut told = Told::room(Limits { accounts_per_call_max: 6, ..Limits::DOCUMENTED }, &[]);
    for (body, expected) in [
        (r#"{"GroupId":"","CommandType":3}"#, "10004 REQUIRED"),
        (r#"{"GroupId":"","Admin_Account":[]}"#, "10004 REQUIRED"),
        (r#"{"CommandType":3,"Admin_Account":[]}"#, "10004 REQUIRED"),
        (r#"{"GroupId":"","CommandType":3,"Admin_Account":[7]}"#, "10004 REQUIRED"),
        (r#"{"GroupId":"","CommandType":3,"Admin_Account":["","","","","","",""]}"#, "10004 COMMAND-TYPE"),
        (r#"{"GroupId":"","CommandType":1,"Admin_Account":["","","","","","",""]}"#, "10005 ACCOUNTS-MAX"),
        (r#"{"GroupId":"","CommandType":1,"Admin_Account":[]}"#, "10004 REQUIRED"),
        (r#"{"GroupId":"","CommandType":1,"Admin_Account":["a",""]}"#, "10004 ACCOUNT-ID"),
        (r#"{"GroupId":"","CommandType":1,"Admin_Account":["a","b","c","d","e","f"]}"#, "10015 GROUP-ID"),
        (r#"{"GroupId":"no","CommandType":1,"Admin_Account":["a","b","c","d","e","f"]}"#, "10010 GROUP-EXISTS"),
        (r#"{"GroupId":"g","CommandType":1,"Admin_Account":["a","b","c","d","e","f"]}"#, "10004 gap:sixth-admin"),
        (r#"{"GroupId":"g","CommandType":1,"Member_Account":5,"Admin_Account":["a","b","c","d","e"]}"#, "OK"),
    ] {
        assert_eq!(verdict(&told.raw("modify_admin", body)), expected, "{body}");
    }
}
