//! How fresh the list, the count and `check_members` are, and the profiles.

use avmarks_spec::Limits;
use serde_json::json;

use super::super::policy::Policy;
use super::{Told, verdict};

#[test]
fn the_list_is_cached_10_or_40_s() {
    for (reading, age) in [("10s", 10_000), ("40s", 40_000)] {
        let mut told = Told::room(Limits::DOCUMENTED, &["a"]);
        told.policy("refresh_list", reading);
        assert_eq!(told.list(), ["a"]);
        told.say(json!({ "at": age - 1, "do": "join", "group": "g", "account": "b" }));
        assert_eq!(told.list(), ["a"]);
        // The count is read on its own.
        assert_eq!(told.count(), 2);
        told.tick(age);
        assert_eq!(told.list(), ["b", "a"]);
        // A view of another filter is another view.
        told.marks(1, &[("a", &[1000])]);
        assert_eq!(told.list_by("1000"), ["a"]);
    }
}

#[test]
fn the_count_is_cached_10_s() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a"]);
    told.policy("refresh_count", "10s");
    assert_eq!(told.count(), 1);
    told.say(json!({ "at": 9_999, "do": "join", "group": "g", "account": "b" }));
    assert_eq!(told.count(), 1);
    // The list is read on its own.
    assert_eq!(told.list(), ["b", "a"]);
    told.tick(10_000);
    assert_eq!(told.count(), 2);
}

#[test]
fn immediate_reading_leaves_the_cache_alone() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a"]);
    told.say(json!({ "at": 0, "do": "policy", "refresh_list": "10s", "refresh_count": "10s" }));
    assert_eq!((told.list(), told.count()), (vec!["a".to_owned()], 1));
    told.presence("join", "b");
    told.say(json!({ "at": 0, "do": "policy", "refresh_list": "immediate", "refresh_count": "immediate" }));
    assert_eq!((told.list().len(), told.count()), (2, 2));
    told.say(json!({ "at": 0, "do": "policy", "refresh_list": "40s", "refresh_count": "10s" }));
    assert_eq!((told.list().len(), told.count()), (1, 1));
}

#[test]
fn a_cached_list_keeps_marks_and_length() {
    let mut told = Told::room(Limits { low_plan_list_members_max: 1, ..Limits::DOCUMENTED }, &["a", "b"]);
    told.say(json!({ "at": 0, "do": "policy", "refresh_list": "10s", "list_marks": "present" }));
    told.marks(1, &[("b", &[1000])]);
    let marks = |told: &mut Told| {
        let answer = told.raw("get_members", r#"{"GroupId":"g","Timestamp":0}"#);
        let items = answer["answer"]["MemberList"].as_array().unwrap().clone();
        items.iter().map(|item| item["Marks"].to_string()).collect::<Vec<_>>()
    };
    assert_eq!(marks(&mut told), ["[1000]", "[]"]);
    told.marks(1, &[("b", &[1001])]);
    told.say(json!({ "at": 0, "do": "app", "marks_supported": false }));
    assert_eq!(marks(&mut told), ["[1000]", "[]"]);
    told.tick(10_000);
    assert_eq!(marks(&mut told), ["[1000,1001]"]);
}

#[test]
fn check_members_has_a_cache_of_its_own() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a"]);
    told.policy("refresh_list", "10s");
    // The list is pulled first, and leaves no view to check_members.
    assert_eq!(told.list(), ["a"]);
    told.presence("join", "b");
    assert_eq!(verdict(&told.accounts("check_members", &["a"])), "[a]");
    told.say(json!({ "at": 9_999, "do": "join", "group": "g", "account": "c" }));
    told.presence("leave", "a");
    // The view is of everybody who was online, whoever was asked about.
    assert_eq!(verdict(&told.accounts("check_members", &["a", "b", "c"])), "[a,b]");
    told.policy("refresh_list", "immediate");
    assert_eq!(verdict(&told.accounts("check_members", &["a", "b", "c"])), "[b,c]");
    told.policy("refresh_list", "10s");
    assert_eq!(verdict(&told.accounts("check_members", &["a", "b", "c"])), "[a,b]");
    told.tick(10_000);
    assert_eq!(verdict(&told.accounts("check_members", &["a", "b", "c"])), "[b,c]");
}

#[test]
fn a_group_created_again_has_no_cache() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a"]);
    told.say(json!({ "at": 0, "do": "policy", "refresh_list": "10s", "refresh_count": "10s" }));
    assert_eq!((told.list().len(), told.count()), (1, 1));
    assert_eq!(verdict(&told.accounts("check_members", &["a"])), "[a]");
    told.say(json!({ "at": 0, "do": "destroy_group", "group": "g" }));
    told.say(json!({ "at": 0, "do": "create_group", "group": "g" }));
    assert_eq!((told.list().len(), told.count()), (0, 0));
    assert_eq!(verdict(&told.accounts("check_members", &["a"])), "[]");
}

#[test]
fn a_profile_comes_before_single_readings() {
    use avmarks_spec::Gap;
    use avmarks_spec::readings::{
        CountTypes, LowPlanList, Offline500, PageSize, RefreshCount, RefreshList, RobotDays, SwitchList,
    };
    let names = |profile: &str| {
        let policy = Policy::profile(profile).unwrap();
        [
            policy.reading(Gap::PageSize, PageSize::from_name).name(),
            policy.reading(Gap::RefreshList, RefreshList::from_name).name(),
            policy.reading(Gap::RefreshCount, RefreshCount::from_name).name(),
            policy.reading(Gap::LowPlanList, LowPlanList::from_name).name(),
            policy.reading(Gap::SwitchList, SwitchList::from_name).name(),
            policy.reading(Gap::CountTypes, CountTypes::from_name).name(),
            policy.reading(Gap::Offline500, Offline500::from_name).name(),
            policy.reading(Gap::RobotDays, RobotDays::from_name).name(),
        ]
    };
    let immediate = "immediate";
    assert_eq!(names("default"), ["500", immediate, immediate, "30", "10007", "all-types", "anyone", "three-days"]);
    assert_eq!(names("2023"), ["500", "10s", "10s", "30", "30", "avchatroom-only", "member-may", "three-days"]);
    assert_eq!(names("2024-12"), ["500", "10s", "10s", "30", "30", "all-types", "anyone", "three-days"]);
    assert_eq!(names("2025-11"), ["250", "40s", "10s", "refuse", "10007", "all-types", "anyone", "three-days"]);
    assert!(Policy::profile("2025").is_none());

    let mut told = Told::room(Limits::DOCUMENTED, &["a"]);
    told.say(
        json!({ "at": 0, "do": "policy", "count_types": "all-types", "offline_500": "anyone", "profile": "2023" }),
    );
    told.say(json!({ "at": 0, "do": "create_group", "group": "p", "type": "Public" }));
    assert_eq!(told.raw("get_online_member_num", r#"{"GroupId":"p"}"#)["answer"]["OnlineMemberNum"], 0);
    assert_eq!(verdict(&told.accounts("add_robots", &["x"])), "OK");
    told.say(json!({ "at": 0, "do": "policy", "profile": "2023" }));
    assert_eq!(verdict(&told.accounts("add_robots", &["y"])), "10004 ALL-FAILED");
}
