//! The list, the count and `check_members`: their contents, their caches, and their length without plan or switch.

use avmarks_protocol::{Endpoint, check_members, get_members, get_online_member_num};
use avmarks_rules::Presence;
use avmarks_service::{App, Request, Settings};
use avmarks_spec::readings::{ListMarks, LowPlanList, RefreshCount, RefreshList, SwitchList};
use avmarks_spec::{Timestamp, UserId};

use crate::{NOW, app_with_group, body, group, text, user};

fn after(millis: u64) -> Timestamp {
    Timestamp::from_millis(NOW.as_millis() + millis)
}

fn with(mut app: App, change: impl FnOnce(&mut Settings)) -> App {
    let mut settings = app.settings().clone();
    change(&mut settings);
    app.configure(settings);
    app
}

/// Asks as an admin, and is served.
fn ask(app: &mut App, endpoint: Endpoint, body: &str, at: Timestamp) -> Vec<u8> {
    let call = Request::trusted("administrator", endpoint.path(), body.as_bytes());
    let predicted = app.dry_run(&call, at).answer;
    let answer = app.handle(&call, at).answer;
    assert_eq!(answer, predicted);
    assert_eq!(answer.code.number(), 0, "{}", text(&answer.body));
    answer.body
}

/// The accounts of a page of the list.
fn page(app: &mut App, from: i64, mark: &str, at: Timestamp) -> (Vec<String>, i64) {
    let body = ask(app, Endpoint::GetMembers, &format!(r#"{{"GroupId":"g","Timestamp":{from}{mark}}}"#), at);
    let answer = get_members::Answer::parse(&body).unwrap();
    let accounts = answer.member_list.unwrap().into_iter().map(|listed| listed.account).collect();
    (accounts, answer.next_timestamp.unwrap())
}

fn list(app: &mut App, at: Timestamp) -> Vec<String> {
    page(app, 0, "", at).0
}

fn count(app: &mut App, at: Timestamp) -> i64 {
    let body = ask(app, Endpoint::GetOnlineMemberNum, r#"{"GroupId":"g"}"#, at);
    get_online_member_num::Answer::parse(&body).unwrap().online_member_num.unwrap()
}

fn check(app: &mut App, accounts: &str, at: Timestamp) -> Vec<String> {
    let body = ask(app, Endpoint::CheckMembers, &format!(r#"{{"GroupId":"g","Member_Account":[{accounts}]}}"#), at);
    check_members::Answer::parse(&body).unwrap().accounts.unwrap()
}

fn refreshed(list: RefreshList, count: RefreshCount) -> App {
    with(app_with_group(), |settings| {
        settings.terms.policy.refresh_list = list;
        settings.terms.policy.refresh_count = count;
    })
}

const BOTH: &str = r#""late","a","robot""#;

#[test]
fn list_check_and_count_have_their_ages() {
    for (reading, age) in
        [(RefreshList::Immediate, 0), (RefreshList::TenSeconds, 10_000), (RefreshList::FortySeconds, 40_000)]
    {
        for (count_reading, count_age) in [(RefreshCount::Immediate, 0), (RefreshCount::TenSeconds, 10_000)] {
            let mut app = refreshed(reading, count_reading);
            assert_eq!(list(&mut app, NOW), ["owner", "b", "a"]);
            assert_eq!((count(&mut app, NOW), check(&mut app, BOTH, NOW)), (3, vec!["a".to_owned()]));
            app.apply_presence(group("g"), Presence::Join, &[user("late")], NOW);
            ask(&mut app, Endpoint::AddRobots, r#"{"GroupId":"g","Member_Account":["robot"]}"#, NOW);
            for at in [0, 9_999, 10_000, 39_999, 40_000] {
                let (is_old, is_old_count) = (at < age, at < count_age);
                let new = ["robot", "late", "owner", "b", "a"];
                // What was asked for above is shown again, until a new view is taken at its age.
                let mut app = app.clone();
                let at = after(at);
                assert_eq!(list(&mut app, at), if is_old { &new[2..] } else { &new[..] }, "{reading:?} {at}");
                assert_eq!(count(&mut app, at), if is_old_count { 3 } else { 5 }, "{count_reading:?} {at}");
                let checked: &[&str] = if is_old { &["a"] } else { &["late", "a", "robot"] };
                assert_eq!(check(&mut app, BOTH, at), checked, "{reading:?} {at}");
            }
        }
    }
}

#[test]
fn a_check_caches_the_whole_group() {
    let mut app = refreshed(RefreshList::TenSeconds, RefreshCount::Immediate);
    // A list or a count takes no view for it.
    assert_eq!((list(&mut app, NOW).len(), count(&mut app, NOW)), (3, 3));
    app.apply_presence(group("g"), Presence::Join, &[user("c")], after(1));
    assert_eq!(check(&mut app, r#""nobody""#, after(2)), [""; 0]);
    app.apply_presence(group("g"), Presence::Leave, &[user("a")], after(3));
    app.apply_presence(group("g"), Presence::Join, &[user("d")], after(3));
    assert_eq!(check(&mut app, r#""d","c","a","c""#, after(10_001)), ["c", "a"]);
    assert_eq!(check(&mut app, r#""d","c","a","c""#, after(10_002)), ["d", "c"]);
    // Each filter of the list has a view of its own, and the oldest is that of nobody's mark.
    assert_eq!(page(&mut app, 0, r#","Mark":1000"#, after(10_002)), (vec![], 0));
}

#[test]
fn robots_and_hidden_members_are_counted() {
    let mut app = app_with_group();
    ask(&mut app, Endpoint::AddRobots, r#"{"GroupId":"g","Member_Account":["robot","b"]}"#, NOW);
    ask(&mut app, Endpoint::ModifyUserInfo, text(&body("g", 1, &[("a", &[600]), ("robot", &[600])])), NOW);
    app.apply_presence(group("g"), Presence::Disconnect, &[user("b"), user("owner"), user("robot")], NOW);
    assert_eq!(list(&mut app, NOW), ["b"]);
    assert_eq!(page(&mut app, 0, r#","Mark":600"#, NOW).0, ["robot", "a"]);
    assert_eq!(count(&mut app, NOW), 3);
    let all = r#""stranger","robot","owner","b","a","robot""#;
    assert_eq!(check(&mut app, all, NOW), ["robot", "b", "a"]);
}

#[test]
fn the_list_shows_marks_under_one_reading() {
    let mut app = app_with_group();
    let marks: &[(&str, &[i64])] = &[("a", &[1_001, 1_000]), ("b", &[4_294_967_295, 600, 500]), ("robot", &[500])];
    ask(&mut app, Endpoint::ModifyUserInfo, text(&body("g", 1, marks)), NOW);
    let pull = |app: &mut App, mark: &str| {
        let body = format!(r#"{{"GroupId":"g","Timestamp":0{mark}}}"#);
        String::from_utf8(ask(app, Endpoint::GetMembers, &body, NOW)).unwrap()
    };
    let item = |account: &str, marks: &str| {
        format!(r#"{{"JoinTime":1795412030,"Member_Account":"{account}","NickName":"","Avatar":""{marks}}}"#)
    };
    let whole = |items: &[String]| {
        let items = items.join(",");
        format!(r#"{{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","MemberList":[{items}],"NextTimestamp":0}}"#)
    };
    assert_eq!(pull(&mut app, ""), whole(&[item("robot", ""), item("owner", ""), item("a", "")]));
    let mut app = with(app, |settings| settings.terms.policy.list_marks = ListMarks::Present);
    let (robot, owner) = (item("robot", r#","Marks":[500]"#), item("owner", r#","Marks":[]"#));
    assert_eq!(pull(&mut app, ""), whole(&[robot.clone(), owner, item("a", r#","Marks":[1000,1001]"#)]));
    let b = item("b", r#","Marks":[500,600,4294967295]"#);
    assert_eq!(pull(&mut app, r#","Mark":500"#), whole(&[robot, b]));
}

/// A view outlives a change of the policy; what it shows is the state of the moment at which it was taken.
#[test]
fn a_cached_list_shows_its_own_marks() {
    let pull = r#"{"GroupId":"g","Timestamp":0,"Mark":1000}"#;
    for before in [ListMarks::Present, ListMarks::Absent] {
        let mut app = refreshed(RefreshList::TenSeconds, RefreshCount::Immediate);
        ask(&mut app, Endpoint::ModifyUserInfo, text(&body("g", 1, &[("a", &[1_000, 1_001])])), NOW);
        let mut app = with(app, |settings| settings.terms.policy.list_marks = before);
        ask(&mut app, Endpoint::GetMembers, pull, NOW);
        ask(&mut app, Endpoint::ModifyUserInfo, text(&body("g", 2, &[("a", &[1_001])])), NOW);
        let mut app = with(app, |settings| settings.terms.policy.list_marks = ListMarks::Present);
        for (at, marks) in [(9_999, "[1000,1001]"), (10_000, "[1000]")] {
            let shown = ask(&mut app, Endpoint::GetMembers, pull, after(at));
            let marks = format!(r#""Marks":{marks}}}]"#);
            assert!(text(&shown).contains(&marks), "taken while {before:?}: {} has not {marks}", text(&shown));
        }
    }
}

/// `g` with these accounts online, newest last, each with mark 1000.
fn crowd(count: usize) -> App {
    let mut app = app_with_group();
    app.destroy_group(group("g"), NOW);
    app.create_group(group("g"), avmarks_spec::GroupType::AvChatRoom, None, NOW);
    let names: Vec<_> = (0..count).map(|at| format!("u{at}")).collect();
    let users: Vec<UserId> = names.iter().map(|name| user(name)).collect();
    app.apply_presence(group("g"), Presence::Join, &users, NOW);
    let marks: Vec<_> = names.iter().map(|name| (name.as_str(), &[1_000_i64][..])).collect();
    for marks in marks.chunks(500) {
        ask(&mut app, Endpoint::ModifyUserInfo, text(&body("g", 1, marks)), NOW);
    }
    app
}

#[test]
fn a_short_list_has_30_members() {
    let low_plan = |settings: &mut Settings| settings.terms.marks_supported = false;
    let off = |settings: &mut Settings| {
        settings.terms.online_list_enabled = false;
        settings.terms.policy.switch_list = SwitchList::Thirty;
    };
    let both = |settings: &mut Settings| {
        low_plan(settings);
        off(settings);
    };
    type Change<'a> = (&'a str, &'a dyn Fn(&mut Settings));
    let changes: [Change<'_>; 3] = [("low plan", &low_plan), ("switch off", &off), ("both", &both)];
    for (name, change) in changes {
        for mark in ["", r#","Mark":1000"#] {
            for (online, shown) in [(29, 29), (30, 30), (31, 30), (600, 30)] {
                let mut app = with(crowd(online), change);
                let newest = format!("u{}", online - 1);
                let (accounts, next) = page(&mut app, 0, mark, NOW);
                assert_eq!((accounts.len(), &accounts[0], next), (shown, &newest, 0), "{name}, {online}{mark}");
                // The count knows neither.
                assert_eq!(count(&mut app, NOW), i64::try_from(online).unwrap());
            }
        }
        // One with 600 takes no place of the unfiltered list, and one of that by a mark.
        let mut app = crowd(31);
        ask(&mut app, Endpoint::ModifyUserInfo, text(&body("g", 1, &[("u30", &[600])])), NOW);
        let mut app = with(app, change);
        let (accounts, _) = page(&mut app, 0, "", NOW);
        assert_eq!((accounts.len(), &*accounts[0], &*accounts[29]), (30, "u29", "u0"), "{name}");
        let (accounts, _) = page(&mut app, 0, r#","Mark":1000"#, NOW);
        assert_eq!((accounts.len(), &*accounts[0], &*accounts[29]), (30, "u30", "u1"), "{name}");
        assert_eq!(page(&mut app, 0, r#","Mark":600"#, NOW).0, ["u30"], "{name}");
        assert_eq!(page(&mut app, 0, r#","Mark":7"#, NOW).0, [""; 0], "{name}");
    }
}

#[test]
fn plan_and_switch_refuse_in_order() {
    let code = |low_plan_list, switch_list, marks_supported, online_list_enabled| {
        let mut app = with(crowd(31), |settings| {
            settings.terms.policy.low_plan_list = low_plan_list;
            settings.terms.policy.switch_list = switch_list;
            settings.terms.marks_supported = marks_supported;
            settings.terms.online_list_enabled = online_list_enabled;
        });
        let body = br#"{"GroupId":"g","Timestamp":0}"#;
        let call = Request::trusted("administrator", get_members::PATH, body);
        app.handle(&call, NOW).answer.code.number()
    };
    let (low_refuse, low_30) = (LowPlanList::Refuse, LowPlanList::Thirty);
    let (off_refuse, off_30) = (SwitchList::Refuse, SwitchList::Thirty);
    for (low, off, without_plan, without_switch, without_both) in [
        (low_30, off_refuse, 0, 10_007, 10_007),
        (low_30, off_30, 0, 0, 0),
        (low_refuse, off_refuse, 10_059, 10_007, 10_059),
        (low_refuse, off_30, 10_059, 0, 10_059),
    ] {
        let codes = [code(low, off, false, true), code(low, off, true, false), code(low, off, false, false)];
        assert_eq!(codes, [without_plan, without_switch, without_both], "{low:?} {off:?}");
        assert_eq!(code(low, off, true, true), 0);
    }
}

/// A cursor names a place, and who joins between two pages pushes nobody off them, whichever view the second page shows: the one of
/// its own moment, one that another caller took meanwhile, or the old one.
#[test]
fn pages_skip_no_member_whatever_view_they_show() {
    let accounts =
        |name: &str, number: usize| -> Vec<UserId> { (0..number).map(|at| user(&format!("{name}{at}"))).collect() };
    for reading in [RefreshList::Immediate, RefreshList::TenSeconds, RefreshList::FortySeconds] {
        for others_ask in [false, true] {
            for later in [0, 40_000] {
                let mut app = refreshed(reading, RefreshCount::Immediate);
                app.apply_presence(group("g"), Presence::Join, &accounts("u", 1_500), NOW);
                let (first, next) = page(&mut app, 0, "", NOW);
                assert_eq!((first.len(), first.first().unwrap().as_str()), (500, "u1499"));
                app.apply_presence(group("g"), Presence::Join, &accounts("v", 300), after(later));
                if others_ask {
                    assert_eq!(list(&mut app, after(later)).len(), 500);
                }
                let (second, next) = page(&mut app, next, "", after(later));
                let expected: Vec<_> = (500..1_000).rev().map(|at| format!("u{at}")).collect();
                assert_eq!((second, next), (expected, 0), "{reading:?}, {others_ask}, {later}");
                let restored = App::restore(&app.snapshot()).unwrap();
                assert_eq!(restored.snapshot(), app.snapshot());
            }
        }
    }
}
