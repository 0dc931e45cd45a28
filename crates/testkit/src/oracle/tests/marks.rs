//! `modify_user_info`, once nothing refuses it before the group is checked.

use avmarks_spec::Limits;
use serde_json::json;

use super::{Told, small, verdict};

#[test]
fn the_sample_of_the_page_is_served() {
    let mut told = Told::room(Limits::DOCUMENTED, &["teacher10", "student9"]);
    let answer = told.marks(1, &[("teacher10", &[1000]), ("student9", &[1001])]);
    let list =
        json!([{ "Member_Account": "teacher10", "Marks": [1000] }, { "Member_Account": "student9", "Marks": [1001] }]);
    let body = json!({ "ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": "", "CommandType": 1, "MemberList": list });
    assert_eq!(answer, json!({ "line": 3, "answer": body, "because": [], "omitted": [] }));
}

#[test]
fn entries_merge_before_the_decision() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a", "b"]);
    let answer =
        told.marks(1, &[("b", &[1002, 1001]), ("x", &[1000]), ("a", &[1000]), ("b", &[1001, 1000]), ("x", &[1000])]);
    assert_eq!(verdict(&answer), "[{Marks:[1002,1001,1000],Member_Account:b},{Marks:[1000],Member_Account:a}]");
    assert_eq!(answer["omitted"], json!([{ "account": "x", "mark": 1000, "because": "ONLINE-ONLY" }]));
}

#[test]
fn an_offline_member_takes_500_alone() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a"]);
    assert_eq!(told.presence("disconnect", "a"), ["went_offline a [] connection"]);
    let answer = told.marks(1, &[("a", &[500, 1000, 600])]);
    assert_eq!(verdict(&answer), "[{Marks:[500],Member_Account:a}]");
    assert_eq!(answer["omitted"].as_array().unwrap().len(), 2);
    // Online from then on.
    assert_eq!(verdict(&told.marks(1, &[("a", &[1000])])), "[{Marks:[1000],Member_Account:a}]");
    assert_eq!(told.presence("reconnect", "a"), ["reconnected a"]);
}

#[test]
fn the_group_limit_counts_held_and_new_marks() {
    let mut told = Told::room(small(), &["a", "b"]);
    told.marks(1, &[("a", &[1000, 1001])]);
    // A stranger may take nothing, so that its mark takes no place.
    assert_eq!(verdict(&told.marks(1, &[("a", &[1000]), ("x", &[1002])])), "[{Marks:[1000],Member_Account:a}]");
    assert_eq!(verdict(&told.marks(1, &[("x", &[1002])])), "10004 ALL-FAILED");
    assert_eq!(verdict(&told.marks(1, &[("b", &[1002])])), "10004 MARKS-PER-GROUP");
    // 500 and 600 take no place; a mark that nobody holds any longer takes none.
    assert_eq!(verdict(&told.marks(1, &[("b", &[600])])), "[{Marks:[600],Member_Account:b}]");
    told.marks(2, &[("a", &[1001])]);
    assert_eq!(verdict(&told.marks(1, &[("b", &[1002])])), "[{Marks:[1002],Member_Account:b}]");
}

#[test]
fn a_mark_already_held_counts_once() {
    let mut told = Told::room(small(), &["a", "b", "c"]);
    told.marks(1, &[("c", &[1000])]);
    let answer = told.marks(1, &[("a", &[1000]), ("b", &[1000, 1001]), ("c", &[1000])]);
    assert_eq!(
        verdict(&answer),
        "[{Marks:[1000],Member_Account:a},{Marks:[1001],Member_Account:b},{Marks:[1000],Member_Account:c}]"
    );
    assert_eq!(answer["omitted"], json!([{ "account": "b", "mark": 1000, "because": "MEMBERS-PER-MARK" }]));

    told.policy("over_capacity", "refuse-call");
    assert_eq!(verdict(&told.marks(1, &[("b", &[1000, 500])])), "10004 MEMBERS-PER-MARK");
    assert_eq!(told.held("b"), [1001]);
}

#[test]
fn deleting_500_may_take_a_member_offline() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a", "b"]);
    told.marks(1, &[("a", &[500, 1000]), ("b", &[500, 1000])]);
    assert_eq!(told.presence("disconnect", "a"), ["disconnected a"]);
    // A mark that it did not hold succeeds anyway; the stranger is left out.
    let answer = told.marks(2, &[("a", &[500, 1009]), ("b", &[500]), ("x", &[500])]);
    assert_eq!(verdict(&answer), "[{Marks:[500,1009],Member_Account:a},{Marks:[500],Member_Account:b}]");
    assert_eq!((told.held("a"), told.held("b")), (vec![], vec![1000]));
    assert_eq!(verdict(&told.marks(2, &[("a", &[1000])])), "10004 ALL-FAILED");
}
