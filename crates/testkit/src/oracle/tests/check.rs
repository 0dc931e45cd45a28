//! `check_members`.

use avmarks_spec::Limits;
use serde_json::json;

use super::{Told, verdict};

#[test]
fn online_accounts_are_listed_in_request_order() {
    let mut told = Told::room(Limits::DOCUMENTED, &["on", "pinned", "hidden", "off"]);
    told.marks(1, &[("pinned", &[500]), ("hidden", &[600]), ("robot", &[500])]);
    told.presence("disconnect", "pinned");
    told.presence("disconnect", "off");
    let asked = ["robot", "off", "hidden", "stranger", "on", "robot", "pinned", "on"];
    let answer = told.accounts("check_members", &asked);
    let inside = ["robot", "hidden", "on", "pinned"];
    let body = json!({ "ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": "", "Member_Account": inside });
    assert_eq!((&answer["answer"], &answer["because"], &answer["omitted"]), (&body, &json!([]), &json!([])));
}

#[test]
fn without_members_the_list_is_empty() {
    let mut told = Told::room(Limits::DOCUMENTED, &[]);
    let answer = told.accounts("check_members", &["a"]);
    let body = json!({ "ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": "", "Member_Account": [] });
    assert_eq!(answer["answer"], body);
}

#[test]
fn check_members_sees_beyond_the_list() {
    let limits = Limits { list_members_max: 1, ..Limits::DOCUMENTED };
    let mut told = Told::room(limits, &["a", "b"]);
    assert_eq!(told.list(), ["b"]);
    assert_eq!(verdict(&told.accounts("check_members", &["a", "b"])), "[a,b]");
}

#[test]
fn a_robot_that_ends_is_no_longer_inside() {
    let mut told = Told::room(Limits::DOCUMENTED, &[]);
    told.accounts("add_robots", &["x", "y"]);
    told.accounts("del_robots", &["x"]);
    assert_eq!(verdict(&told.accounts("check_members", &["x", "y"])), "[y]");
    told.tick(super::PIN_MS);
    assert_eq!(verdict(&told.accounts("check_members", &["x", "y"])), "[]");
}
