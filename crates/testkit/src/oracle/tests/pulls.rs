//! The online list and the count.

use avmarks_spec::Limits;
use serde_json::json;

use super::{Told, verdict};

/// The list names two at most, and one if it is cut.
fn short_lists() -> Limits {
    Limits { list_members_max: 2, low_plan_list_members_max: 1, ..Limits::DOCUMENTED }
}

/// Changes what the app has.
fn app(told: &mut Told, marks_supported: bool, online_list_enabled: bool) {
    let flags =
        json!({ "at": 0, "do": "app", "marks_supported": marks_supported, "online_list_enabled": online_list_enabled });
    told.say(flags);
}

/// What refuses the unfiltered list of `g`, or the accounts that it shows.
fn list_or_refusal(told: &mut Told) -> String {
    let answer = told.raw("get_members", r#"{"GroupId":"g","Timestamp":0}"#);
    if answer["answer"]["ErrorCode"] == 0 { told.list().join(",") } else { verdict(&answer) }
}

#[test]
fn only_the_mark_filter_shows_600() {
    let mut told = Told::room(Limits { list_members_max: 2, ..Limits::DOCUMENTED }, &["a", "b", "c", "d"]);
    told.marks(1, &[("c", &[600, 1000]), ("a", &[1000])]);
    // One with 600 takes no place of the list.
    assert_eq!(told.page(r#""Timestamp":0"#), (vec!["d".into(), "b".into()], 0));
    assert_eq!(told.list_by("1000"), ["c", "a"]);
    told.policy("unhide", "only-600");
    assert_eq!(told.list_by("1000"), ["a"]);
    assert_eq!(told.list_by("600"), ["c"]);
    assert_eq!(told.count(), 4);
}

#[test]
fn a_filter_without_a_mark_shows_nobody() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a"]);
    told.marks(1, &[("a", &[1000])]);
    for integer in ["-7", "-0", "0", "501", "999", "4294967296", "99999999999999999999999999", "1001"] {
        assert!(told.list_by(integer).is_empty(), "{integer}");
    }
    assert_eq!(told.list_by("1000"), ["a"]);
}

#[test]
fn types_are_checked_before_shape() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a"]);
    for (body, expected) in [
        (r#"{"Timestamp":0}"#, "10004 REQUIRED"),
        (r#"{"GroupId":"g"}"#, "10004 REQUIRED"),
        (r#"{"GroupId":"","Timestamp":"x"}"#, "10004 REQUIRED"),
        (r#"{"GroupId":"","Timestamp":0,"Mark":null}"#, "10004 REQUIRED"),
        (r#"{"GroupId":"","Timestamp":18446744073709551616}"#, "10004 REQUIRED"),
        (r#"{"GroupId":"","Timestamp":0,"Mark":1000.0}"#, "10004 REQUIRED"),
        (r#"{"GroupId":"","Timestamp":18446744073709551615,"Mark":-1}"#, "10015 GROUP-ID"),
        (r#"{"GroupId":"no","Timestamp":-0}"#, "10010 GROUP-EXISTS"),
    ] {
        assert_eq!(verdict(&told.raw("get_members", body)), expected, "{body}");
    }
    for (body, expected) in [
        ("{}", "10004 REQUIRED"),
        (r#"{"GroupId":7}"#, "10004 REQUIRED"),
        (r#"{"GroupId":""}"#, "10015 GROUP-ID"),
        (r#"{"GroupId":"no"}"#, "10010 GROUP-EXISTS"),
    ] {
        assert_eq!(verdict(&told.raw("get_online_member_num", body)), expected, "{body}");
        assert_eq!(verdict(&told.raw("get_admin_list", body)), expected, "{body}");
    }
}

#[test]
fn pages_neither_repeat_nor_skip_members() {
    let names: Vec<String> = (1..=1_200).map(|place| format!("u{place}")).collect();
    let mut told = Told::room(Limits::DOCUMENTED, &names.iter().map(String::as_str).collect::<Vec<_>>());
    let (first, next) = told.page(r#""Timestamp":0"#);
    assert_eq!((first.len(), first[499].as_str(), next), (500, "u701", 701 * 1_024 + 500));
    // The last one shown leaves and joins again, and pushes nobody out.
    told.presence("leave", "u701");
    told.presence("join", "u701");
    let (second, next) = told.page(&format!(r#""Timestamp":{next}"#));
    assert_eq!((second[0].as_str(), second[499].as_str(), next), ("u700", "u201", 0));
}

#[test]
fn a_page_holds_500_or_250_members() {
    for (reading, size) in [("500", 500), ("250", 250)] {
        let names: Vec<String> = (1..=size).map(|place| format!("u{place}")).collect();
        let mut told = Told::room(Limits::DOCUMENTED, &names.iter().map(String::as_str).collect::<Vec<_>>());
        told.policy("page_size", reading);
        let (page, next) = told.page(r#""Timestamp":0"#);
        assert_eq!((page.len(), next), (size, 0));
        told.presence("join", "one");
        let (page, next) = told.page(r#""Timestamp":0"#);
        assert_eq!((page.len(), next), (size, 2 * 1_024 + size as u64));
        assert_eq!(told.page(&format!(r#""Timestamp":{next}"#)), (vec!["u1".to_owned()], 0));
    }
}

#[test]
fn a_low_plan_cuts_or_refuses_the_list() {
    let mut told = Told::room(short_lists(), &["a", "b", "c", "d"]);
    told.marks(1, &[("a", &[1000]), ("b", &[1000]), ("c", &[1000]), ("d", &[600])]);
    assert_eq!((told.list(), told.list_by("1000")), (vec!["c".into(), "b".into()], vec!["c".into(), "b".into()]));
    app(&mut told, false, true);
    // One with 600 takes no place.
    assert_eq!((told.list(), told.list_by("1000")), (vec!["c".into()], vec!["c".into()]));
    assert_eq!(told.list_by("600"), ["d"]);
    // The switch off goes before it.
    app(&mut told, false, false);
    assert_eq!(list_or_refusal(&mut told), "10007 SWITCH");
    told.policy("low_plan_list", "refuse");
    assert_eq!(list_or_refusal(&mut told), "10059 PLAN");
    app(&mut told, true, false);
    assert_eq!(list_or_refusal(&mut told), "10007 SWITCH");
}

#[test]
fn the_switch_cuts_or_refuses_the_list() {
    let mut told = Told::room(short_lists(), &["a", "b", "c"]);
    told.marks(1, &[("a", &[1000]), ("b", &[1000]), ("c", &[600])]);
    app(&mut told, true, false);
    // The code of the list is not that of marks.
    told.policy("switch_code", "10059");
    assert_eq!(list_or_refusal(&mut told), "10007 SWITCH");
    assert_eq!(verdict(&told.marks(1, &[("a", &[1000])])), "10059 SWITCH");
    told.policy("switch_list", "30");
    assert_eq!((told.list(), told.list_by("1000")), (vec!["b".into()], vec!["b".into()]));
    assert_eq!(told.list_by("600"), ["c"]);
    // Of the calls, the list alone is read anew.
    assert_eq!(verdict(&told.marks(1, &[("a", &[1000])])), "10059 SWITCH");
    // On a low plan as well, PLAN refuses first.
    app(&mut told, false, false);
    assert_eq!(list_or_refusal(&mut told), "b");
    told.policy("low_plan_list", "refuse");
    assert_eq!(list_or_refusal(&mut told), "10059 PLAN");
}

#[test]
fn the_count_needs_neither_plan_nor_switch() {
    let mut told = Told::room(short_lists(), &["a", "b", "c", "d"]);
    told.marks(1, &[("a", &[600]), ("b", &[500]), ("robot", &[500])]);
    told.presence("disconnect", "b");
    told.presence("disconnect", "c");
    app(&mut told, false, false);
    assert_eq!(told.count(), 4);
    told.policy("low_plan_list", "refuse");
    assert_eq!(told.count(), 4);
    let answer = told.raw("get_online_member_num", r#"{"GroupId":"g"}"#);
    let body = json!({ "ActionStatus": "OK", "ErrorInfo": "", "ErrorCode": 0, "OnlineMemberNum": 4 });
    assert_eq!(answer["answer"], body);
}

#[test]
fn every_group_type_has_a_count_by_default() {
    let mut told = Told::room(Limits::DOCUMENTED, &[]);
    told.policy("wrong_type_code", "10004");
    let call = r#"{"GroupId":"t","Timestamp":0}"#;
    for kind in ["Private", "Public", "ChatRoom", "Community", "Work", "Meeting"] {
        told.say(json!({ "at": 0, "do": "create_group", "group": "t", "type": kind }));
        told.say(json!({ "at": 0, "do": "join", "group": "t", "accounts": ["a", "b", "c"] }));
        let disconnected = told.events(json!({ "at": 0, "do": "disconnect", "group": "t", "account": "b" }));
        assert_eq!(disconnected, ["went_offline b [] connection"]);
        let left = told.events(json!({ "at": 0, "do": "leave", "group": "t", "account": "c" }));
        assert_eq!(left, ["left c []"]);
        assert_eq!(told.raw("get_online_member_num", r#"{"GroupId":"t"}"#)["answer"]["OnlineMemberNum"], 1);
        told.policy("count_types", "avchatroom-only");
        assert_eq!(verdict(&told.raw("get_online_member_num", r#"{"GroupId":"t"}"#)), "10007 GROUP-TYPE");
        told.policy("count_types", "all-types");
        assert_eq!(verdict(&told.raw("get_members", call)), "10007 GROUP-TYPE");
        told.say(json!({ "at": 0, "do": "destroy_group", "group": "t" }));
    }
    told.presence("join", "a");
    told.policy("count_types", "avchatroom-only");
    assert_eq!(told.count(), 1);
}

#[test]
fn list_items_may_have_marks() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a"]);
    told.say(json!({ "at": 1_999, "do": "join", "group": "g", "account": "b" }));
    told.marks(1, &[("a", &[1001, 500, 1000])]);
    let body = r#"{"GroupId":"g","Timestamp":0}"#;
    let item = |account: &str, seconds: u64| json!({ "JoinTime": seconds, "Member_Account": account, "NickName": "", "Avatar": "" });
    // JoinTime rounds down.
    assert_eq!(told.raw("get_members", body)["answer"]["MemberList"], json!([item("b", 1), item("a", 0)]));
    told.policy("list_marks", "present");
    let mut with_marks = [item("b", 1), item("a", 0)];
    with_marks[0]["Marks"] = json!([]);
    with_marks[1]["Marks"] = json!([500, 1000, 1001]);
    assert_eq!(told.raw("get_members", body)["answer"]["MemberList"], json!(with_marks));
}
