//! Robots: accounts that hold an unexpired mark 500 without having joined.

use avmarks_spec::Limits;
use serde_json::json;

use super::super::OracleMember;
use super::{PIN_MS, Told, omitted, small, verdict};

#[test]
fn a_non_member_with_500_becomes_a_robot() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a"]);
    told.tick(1_999);
    let answer = told.marks(1, &[("x", &[1000, 500, 600])]);
    assert_eq!(verdict(&answer), "[{Marks:[500],Member_Account:x}]");
    assert_eq!(omitted(&answer), ["x 1000 ONLINE-ONLY", "x 600 ONLINE-ONLY"]);
    // Last in the join order, online without a connection; its join time is the time of the call.
    let robot = OracleMember {
        account: "x".to_owned(),
        robot: true,
        connected: false,
        online: true,
        marks: vec![500],
        pin_end: Some(PIN_MS + 1_999),
        join_time: 1_999,
    };
    assert_eq!(told.member("x"), Some(robot));
    assert_eq!((told.list(), told.count()), (vec!["x".to_owned(), "a".to_owned()], 2));
    // From then on it may take every mark.
    assert_eq!(verdict(&told.marks(1, &[("x", &[1000, 600])])), "[{Marks:[1000,600],Member_Account:x}]");
    assert_eq!((told.list(), told.list_by("1000"), told.count()), (vec!["a".to_owned()], vec!["x".to_owned()], 2));
    assert!(!told.member("a").unwrap().robot);
}

#[test]
fn robots_come_in_request_order() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a"]);
    told.marks(1, &[("y", &[500]), ("a", &[1000]), ("x", &[500]), ("y", &[500])]);
    assert_eq!(told.list(), ["x", "y", "a"]);
    told.presence("join", "b");
    assert_eq!(told.list(), ["b", "x", "y", "a"]);
}

#[test]
fn readings_of_offline_500_limit_who_takes_it() {
    for (reading, stranger, offline) in [
        ("anyone", "OK", "OK"),
        ("member-may", "10004 ALL-FAILED", "OK"),
        ("nobody-offline", "10004 ALL-FAILED", "10004 ALL-FAILED"),
    ] {
        let mut told = Told::room(Limits::DOCUMENTED, &["off", "on"]);
        told.accounts("add_robots", &["robot"]);
        told.presence("disconnect", "off");
        told.policy("offline_500", reading);
        assert_eq!(verdict(&told.accounts("add_robots", &["x"])), stranger, "{reading}");
        assert_eq!(verdict(&told.accounts("add_robots", &["off"])), offline, "{reading}");
        assert_eq!(told.member("x").is_some(), stranger == "OK", "{reading}");
        assert_eq!(told.member("off").unwrap().online, offline == "OK", "{reading}");
        // Who is online, a robot too, is served under each of them.
        assert_eq!(verdict(&told.accounts("add_robots", &["on", "robot"])), "OK", "{reading}");
        // The rest of the call is served, and the stranger is left out.
        let answer = told.marks(1, &[("y", &[500, 1000]), ("on", &[1000])]);
        let left_out: &[&str] = match reading {
            "anyone" => &["y 1000 ONLINE-ONLY"],
            _ => &["y 500 ONLINE-ONLY", "y 1000 ONLINE-ONLY"],
        };
        assert_eq!(omitted(&answer), left_out, "{reading}");
    }
}

#[test]
fn a_robot_that_joins_keeps_its_record() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a"]);
    told.accounts("add_robots", &["x"]);
    told.marks(1, &[("x", &[1000])]);
    told.presence("join", "b");
    // It was online before: no `came_online`.
    assert_eq!(told.events(json!({ "at": 9, "do": "join", "group": "g", "account": "x" })), ["joined x"]);
    let member = OracleMember {
        account: "x".to_owned(),
        robot: false,
        connected: true,
        online: true,
        marks: vec![500, 1000],
        pin_end: Some(PIN_MS),
        join_time: 0,
    };
    assert_eq!(told.member("x"), Some(member));
    assert_eq!(told.list(), ["b", "x", "a"]);
    // From joining on it is a member like any other.
    assert!(told.presence("join", "x").is_empty());
    assert_eq!(told.presence("disconnect", "x"), ["disconnected x"]);
    assert_eq!(told.presence("reconnect", "x"), ["reconnected x"]);
    told.presence("disconnect", "x");
    told.marks(2, &[("x", &[500])]);
    assert!(told.member("x").is_some_and(|member| !member.online && member.marks.is_empty()));
}

#[test]
fn a_robot_has_no_connection() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a"]);
    told.accounts("add_robots", &["x"]);
    told.marks(1, &[("x", &[1000])]);
    let before = told.member("x");
    assert!(told.presence("disconnect", "x").is_empty());
    assert!(told.presence("reconnect", "x").is_empty());
    assert_eq!(told.member("x"), before);
    assert_eq!(told.presence("leave", "x"), ["left x [500,1000]"]);
    assert_eq!((told.member("x"), told.count()), (None, 1));
    assert!(told.presence("leave", "x").is_empty());
    assert!(told.presence("reconnect", "x").is_empty());
    assert_eq!(told.presence("join", "x"), ["joined x", "came_online x join"]);
    assert!(told.held("x").is_empty());
}

#[test]
fn deleting_500_removes_a_robot() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a"]);
    told.accounts("add_robots", &["x", "y"]);
    // A robot is online, so it is served; a mark that it does not hold succeeds anyway.
    assert_eq!(verdict(&told.marks(2, &[("x", &[1000])])), "[{Marks:[1000],Member_Account:x}]");
    let answer = told.marks(2, &[("x", &[500, 1001]), ("z", &[500])]);
    assert_eq!(verdict(&answer), "[{Marks:[500,1001],Member_Account:x}]");
    assert_eq!(omitted(&answer), ["z 500 ONLINE-ONLY"]);
    assert_eq!((told.member("x"), told.count()), (None, 2));
    assert_eq!(verdict(&told.marks(2, &[("x", &[500])])), "10004 ALL-FAILED");
    told.accounts("add_robots", &["x"]);
    assert_eq!(told.list(), ["x", "y", "a"]);
    assert!(told.held("x") == [500]);
}

#[test]
fn three_days_hold_for_robots_too() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a"]);
    told.tick(5);
    told.marks(1, &[("a", &[500]), ("x", &[500])]);
    told.marks(1, &[("x", &[1001, 600, 1000])]);
    told.presence("disconnect", "a");
    assert!(told.events(json!({ "at": PIN_MS + 4, "do": "tick" })).is_empty());
    assert_eq!(told.count(), 2);
    // In join order; what it lost is told without 500, and the account is gone afterwards.
    assert_eq!(
        told.events(json!({ "at": PIN_MS + 5, "do": "join", "group": "g", "account": "x" })),
        [
            "pin_expired a",
            "went_offline a [] pin_expired",
            "pin_expired x",
            "went_offline x [600,1000,1001] pin_expired",
            "joined x",
            "came_online x join"
        ]
    );
    assert_eq!(told.member("x").unwrap().join_time, PIN_MS + 5);
    assert!(told.held("x").is_empty());
}

#[test]
fn a_robot_renews_or_keeps_its_end() {
    let mut told = Told::room(Limits::DOCUMENTED, &[]);
    told.accounts("add_robots", &["x"]);
    told.tick(7);
    told.accounts("add_robots", &["x"]);
    assert_eq!(told.pin_end("x"), Some(PIN_MS + 7));
    told.tick(9);
    told.policy("pin_renewal", "keep-first");
    told.accounts("add_robots", &["x"]);
    assert_eq!(told.pin_end("x"), Some(PIN_MS + 7));
    // Its place and its join time stay as well.
    assert_eq!(told.member("x").unwrap().join_time, 0);
}

#[test]
fn until_deleted_gives_a_robot_no_end() {
    let mut told = Told::room(Limits::DOCUMENTED, &["on", "off"]);
    told.presence("disconnect", "off");
    told.accounts("add_robots", &["early"]);
    told.policy("robot_days", "until-deleted");
    told.accounts("add_robots", &["x", "on", "off"]);
    // A member, connected or not, has its three days; a robot that was there before keeps its end.
    assert_eq!((told.pin_end("x"), told.pin_end("early")), (None, Some(PIN_MS)));
    assert_eq!((told.pin_end("on"), told.pin_end("off")), (Some(PIN_MS), Some(PIN_MS)));
    // Taking it again decides anew.
    told.tick(1);
    told.accounts("add_robots", &["early"]);
    assert_eq!(told.pin_end("early"), None);
    assert_eq!(
        told.events(json!({ "at": 10 * PIN_MS, "do": "tick" })),
        ["pin_expired on", "pin_expired off", "went_offline off [] pin_expired"]
    );
    assert!(told.member("x").is_some_and(|robot| robot.robot && robot.online));
    // A later change of the policy does not touch it; a delete ends it.
    told.policy("robot_days", "three-days");
    assert!(told.events(json!({ "at": 20 * PIN_MS, "do": "tick" })).is_empty());
    assert_eq!(verdict(&told.accounts("del_robots", &["x"])), "OK");
    assert_eq!(told.member("x"), None);
    told.accounts("add_robots", &["early"]);
    assert_eq!(told.pin_end("early"), Some(21 * PIN_MS));
}

#[test]
fn a_robot_that_joins_keeps_its_end() {
    let mut told = Told::room(Limits::DOCUMENTED, &[]);
    told.policy("robot_days", "until-deleted");
    told.accounts("add_robots", &["x"]);
    told.presence("join", "x");
    assert!(told.events(json!({ "at": PIN_MS, "do": "tick" })).is_empty());
    assert_eq!((told.held("x"), told.pin_end("x")), (vec![500], None));
    told.policy("pin_renewal", "keep-first");
    told.accounts("add_robots", &["x"]);
    assert_eq!(told.pin_end("x"), None);
    told.policy("pin_renewal", "renew");
    told.accounts("add_robots", &["x"]);
    assert_eq!(told.pin_end("x"), Some(2 * PIN_MS));
}

#[test]
fn robots_beyond_the_cap_are_omitted() {
    let mut told = Told::room(small(), &["a"]);
    let answer = told.marks(1, &[("x", &[500]), ("y", &[500]), ("z", &[500])]);
    assert_eq!(verdict(&answer), "[{Marks:[500],Member_Account:x},{Marks:[500],Member_Account:y}]");
    assert_eq!(omitted(&answer), ["z 500 MEMBERS-PER-MARK"]);
    assert_eq!(told.member("z"), None);
    told.tick(3);
    // Who holds it may renew.
    let answer = told.accounts("add_robots", &["z", "x", "a"]);
    assert_eq!((verdict(&answer).as_str(), told.pin_end("x")), ("OK", Some(PIN_MS + 3)));
    assert_eq!(omitted(&answer), ["z 500 MEMBERS-PER-MARK", "a 500 MEMBERS-PER-MARK"]);
    let answer = told.accounts("add_robots", &["z"]);
    assert_eq!(verdict(&answer), "10004 ALL-FAILED");
    assert_eq!(omitted(&answer), ["z 500 MEMBERS-PER-MARK"]);
    told.policy("over_capacity", "refuse-call");
    assert_eq!(verdict(&told.accounts("add_robots", &["x", "z"])), "10004 MEMBERS-PER-MARK");
    told.accounts("del_robots", &["y"]);
    assert_eq!(verdict(&told.accounts("add_robots", &["x", "z"])), "OK");
}

#[test]
fn marks_of_robots_count_like_those_of_members() {
    let mut told = Told::room(small(), &["a", "b"]);
    told.accounts("add_robots", &["x", "y"]);
    told.marks(1, &[("x", &[1000, 1001]), ("y", &[1001])]);
    assert_eq!(verdict(&told.marks(1, &[("a", &[1002])])), "10004 MARKS-PER-GROUP");
    assert_eq!(omitted(&told.marks(1, &[("a", &[1000, 1001])])), ["a 1001 MEMBERS-PER-MARK"]);
    // Robots that are gone hold nothing.
    told.accounts("del_robots", &["x", "y"]);
    assert_eq!(verdict(&told.marks(1, &[("b", &[1002])])), "[{Marks:[1002],Member_Account:b}]");
}

#[test]
fn a_robot_counts_500_only_if_specials_count() {
    let mut told = Told::room(small(), &["a"]);
    told.marks(1, &[("a", &[1000, 1001])]);
    // It may not take 1002, so that 1002 takes no place.
    assert_eq!(verdict(&told.marks(1, &[("x", &[500, 1002])])), "[{Marks:[500],Member_Account:x}]");
    told.policy("special_slots", "count");
    assert_eq!(verdict(&told.accounts("add_robots", &["y"])), "10004 MARKS-PER-GROUP");
    told.marks(2, &[("a", &[1001])]);
    assert_eq!(verdict(&told.accounts("add_robots", &["y"])), "OK");
}

#[test]
fn add_and_del_robots_answer_the_bare_envelope() {
    let mut told = Told::room(Limits::DOCUMENTED, &["on", "off"]);
    told.presence("disconnect", "off");
    let bare = json!({ "ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": "" });
    let answer = told.accounts("add_robots", &["x", "y", "x"]);
    assert_eq!(answer, json!({ "line": 4, "answer": bare, "because": [], "omitted": [] }));
    // Strangers and offline members are left out; an online member that does not hold 500 succeeds.
    let answer = told.accounts("del_robots", &["off", "z", "on", "z", "x"]);
    assert_eq!(answer["answer"], bare);
    assert_eq!(omitted(&answer), ["off 500 ONLINE-ONLY", "z 500 ONLINE-ONLY"]);
    assert_eq!((told.member("x"), told.member("y").is_some()), (None, true));
    let answer = told.accounts("del_robots", &["off", "x"]);
    assert_eq!(verdict(&answer), "10004 ALL-FAILED");
    assert_eq!(omitted(&answer), ["off 500 ONLINE-ONLY", "x 500 ONLINE-ONLY"]);
    told.policy("all_failed_code", "10019");
    assert_eq!(verdict(&told.accounts("del_robots", &["x"])), "10019 ALL-FAILED");
    assert_eq!(verdict(&told.accounts("del_robots", &["on"])), "OK");
}

#[test]
fn a_destroyed_group_has_no_robots_left() {
    let mut told = Told::room(Limits::DOCUMENTED, &[]);
    told.accounts("add_robots", &["x"]);
    told.say(json!({ "at": 0, "do": "destroy_group", "group": "g" }));
    told.say(json!({ "at": 0, "do": "create_group", "group": "g" }));
    assert_eq!((told.member("x"), told.count()), (None, 0));
    assert!(told.events(json!({ "at": PIN_MS, "do": "tick" })).is_empty());
}
