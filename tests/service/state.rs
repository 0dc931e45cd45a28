//! The state as JSON: what is written is read, and what the rules do not allow is not.

mod refused;

use std::fmt::Write as _;

use avmarks_protocol::{Endpoint, modify_user_info};
use avmarks_rules::Presence;
use avmarks_service::{App, Request, Settings, scenario::Scenario};
use avmarks_spec::Timestamp;
use avmarks_spec::readings::{ListMarks, RefreshCount, RefreshList, RobotDays};

use crate::{NOW, app_with_group, body, group, text, user};

const CHECK: &[u8] = br#"{"GroupId":"g","Member_Account":["owner","a","b","r","s","nobody"]}"#;

fn configure(app: &mut App, change: impl FnOnce(&mut Settings)) {
    let mut settings = app.settings().clone();
    change(&mut settings);
    app.configure(settings);
}

/// An app with everything in it that a snapshot must keep: members with and without connection, a robot with and one
/// without an end, administrators, and a view of each kind.
fn full_app() -> App {
    let mut app = app_with_group();
    configure(&mut app, |settings| {
        let policy = &mut settings.terms.policy;
        policy.refresh_list = RefreshList::TenSeconds;
        policy.refresh_count = RefreshCount::TenSeconds;
        policy.list_marks = ListMarks::Present;
    });
    let call = |app: &mut App, endpoint: Endpoint, body: &[u8]| {
        let response = app.handle(&Request::trusted("administrator", endpoint.path(), body), NOW);
        assert_eq!(response.answer.code.number(), 0, "{response:?}");
    };
    let marks: &[(&str, &[i64])] = &[("a", &[500, 600, 1_000]), ("b", &[1_000, 4_294_967_295])];
    call(&mut app, Endpoint::ModifyUserInfo, &body("g", 1, marks));
    app.apply_presence(group("g"), Presence::Disconnect, &[user("a"), user("owner")], NOW);
    call(&mut app, Endpoint::AddRobots, br#"{"GroupId":"g","Member_Account":["r"]}"#);
    call(&mut app, Endpoint::ModifyUserInfo, &body("g", 1, &[("r", &[1_000])]));
    configure(&mut app, |settings| settings.terms.policy.robot_days = RobotDays::UntilDeleted);
    call(&mut app, Endpoint::AddRobots, br#"{"GroupId":"g","Member_Account":["s"]}"#);
    call(&mut app, Endpoint::ModifyAdmin, br#"{"GroupId":"g","CommandType":1,"Admin_Account":["keeper","a"]}"#);
    call(&mut app, Endpoint::GetMembers, br#"{"GroupId":"g","Timestamp":0}"#);
    call(&mut app, Endpoint::GetMembers, br#"{"GroupId":"g","Timestamp":0,"Mark":1000}"#);
    call(&mut app, Endpoint::GetMembers, br#"{"GroupId":"g","Timestamp":0,"Mark":1}"#);
    call(&mut app, Endpoint::GetOnlineMemberNum, br#"{"GroupId":"g"}"#);
    call(&mut app, Endpoint::CheckMembers, CHECK);
    app
}

#[test]
fn a_restored_app_continues_unchanged() {
    let mut app = full_app();
    let mut again = App::restore(&app.snapshot()).unwrap();
    assert_eq!(again.snapshot(), app.snapshot());
    assert_eq!(again.next_deadline(), app.next_deadline());
    let mut happened = String::new();
    for app in [&mut app, &mut again] {
        let later = |millis: u64| Timestamp::from_millis(NOW.as_millis() + millis);
        let mut told = String::new();
        // Who has joined since is in no view, and in the next one.
        app.apply_presence(group("g"), Presence::Join, &[user("late"), user("s")], later(1));
        app.apply_presence(group("g"), Presence::Disconnect, &[user("b")], later(2));
        for at in [9_999, 10_000] {
            for (endpoint, body) in [
                (Endpoint::GetMembers, &br#"{"GroupId":"g","Timestamp":0}"#[..]),
                (Endpoint::GetMembers, br#"{"GroupId":"g","Timestamp":0,"Mark":1000}"#),
                (Endpoint::GetOnlineMemberNum, br#"{"GroupId":"g"}"#),
                (Endpoint::CheckMembers, CHECK),
                (Endpoint::GetAdminList, br#"{"GroupId":"g"}"#),
            ] {
                let call = Request::trusted("administrator", endpoint.path(), body);
                write!(told, "{} ", text(&app.handle(&call, later(at)).answer.body)).unwrap();
            }
        }
        writeln!(happened, "{told} {:?}", app.tick(later(259_200_000))).unwrap();
    }
    let told: Vec<_> = happened.lines().collect();
    assert_eq!(told[0], told[1]);
    let shown = |list: &str| happened.matches(&format!(r#""Member_Account":[{list}]"#)).count();
    assert_eq!(shown(r#""a","b","r","s""#), 2, "{happened}");
    assert_eq!(shown(r#""a","r","s""#), 2, "{happened}");
    assert_eq!(happened.matches(r#""OnlineMemberNum":4}"#).count(), 4, "{happened}");
    assert_eq!(
        happened.matches(r#"{"Admin_Account":"keeper","Avatar":"","NickName":""},{"Admin_Account":"a","#).count(),
        4
    );
    // The robot that joined keeps having no end; the one that did not is gone with its days.
    assert_eq!(happened.matches("account: UserId(\"r\")").count(), 4, "{happened}");
}

#[test]
fn a_snapshot_of_version_2_is_read() {
    let now = text(&full_app().snapshot()).to_owned();
    let mut former = now.clone();
    for (name, before) in [
        ("\"avmarks_snapshot\":3", "\"avmarks_snapshot\":2"),
        ("\"next_position\":", "\"next_place\":"),
        ("\"position\":", "\"place\":"),
        ("\"invalid_mark\"", "\"nobody\""),
    ] {
        assert!(former.contains(name), "{name} is not in {former}");
        former = former.replace(name, before);
    }
    assert_eq!(text(&App::restore(former.as_bytes()).unwrap().snapshot()), now);
}

/// What is at hand of robots and administrators after a snapshot and back.
#[test]
fn robots_and_administrators_come_back_as_they_were() {
    let app = full_app();
    let again = App::restore(&app.snapshot()).unwrap();
    for app in [&app, &again] {
        let room = app.room(&group("g")).unwrap();
        let of = |account| {
            let member = room.member(&user(account), NOW).unwrap();
            let marks: Vec<_> = member.marks.iter().map(|mark| mark.number()).collect();
            (member.robot, member.connected, member.is_online(), marks, member.pinned_until.is_some())
        };
        assert_eq!(of("r"), (true, false, true, vec![500, 1_000], true));
        assert_eq!(of("s"), (true, false, true, vec![500], false));
        assert_eq!(of("a"), (false, false, true, vec![500, 600, 1_000], true));
        assert_eq!((room.len(), room.robots(), room.online_count(NOW)), (5, 2, 4));
        assert_eq!(room.admins(), [user("keeper"), user("a")]);
    }
}

#[test]
fn lowering_a_limit_removes_no_mark() {
    let call = |app: &mut App, command, account: &str, mark| {
        let body = body("g", command, &[(account, &[mark])]);
        app.handle(&Request::trusted("administrator", modify_user_info::PATH, &body), NOW).answer.code.number()
    };
    let mut app = app_with_group();
    for (account, mark) in [("a", 1_000), ("b", 1_000), ("a", 1_001), ("a", 600), ("b", 600)] {
        assert_eq!(call(&mut app, 1, account, mark), 0);
    }
    let mut settings = app.settings().clone();
    settings.terms.limits.marks_per_group_max = 1;
    settings.terms.limits.members_per_mark_max = 1;
    app.configure(settings);
    let mut again = App::restore(&app.snapshot()).unwrap();
    assert_eq!(again.snapshot(), app.snapshot());
    for app in [&mut app, &mut again] {
        let marks = |app: &App, account| app.room(&group("g")).unwrap().member(&user(account), NOW).unwrap().marks;
        assert_eq!(marks(app, "a").len() + marks(app, "b").len(), 5);
        // Two marks are one too many, whatever is set: what is held counts (step 19).
        assert_eq!([call(app, 1, "a", 1_000), call(app, 1, "a", 600)], [10_004; 2]);
        assert_eq!([call(app, 2, "a", 1_001), call(app, 1, "b", 1_000), call(app, 1, "a", 600)], [0; 3]);
        // 1000 and 600 are full, but for those who hold them.
        assert_eq!([call(app, 1, "owner", 1_000), call(app, 1, "owner", 600)], [10_004; 2]);
        assert_eq!([call(app, 2, "a", 1_000), call(app, 2, "b", 1_000), call(app, 1, "owner", 1_000)], [0; 3]);
    }
}

#[test]
fn marks_can_be_deleted_at_limit_0() {
    let mut app = app_with_group();
    let call = |app: &mut App, command, mark| {
        let body = body("g", command, &[("a", &[mark])]);
        app.handle(&Request::trusted("administrator", modify_user_info::PATH, &body), NOW).answer.code.number()
    };
    assert_eq!(call(&mut app, 1, 1_000), 0);
    configure(&mut app, |settings| settings.terms.limits.marks_per_group_max = 0);
    assert_eq!([call(&mut app, 1, 1_001), call(&mut app, 2, 1_000), call(&mut app, 2, 1_000)], [10_004, 0, 0]);
    let member = app.room(&group("g")).unwrap().member(&user("a"), NOW).unwrap();
    assert_eq!(member.marks, []);
}

#[test]
fn a_conversation_hands_its_app_over() {
    let mut conversation = Scenario::new(full_app());
    conversation.answer(r#"{"at":1795412030000,"do":"leave","group":"g","account":"b"}"#).unwrap();
    let kept = conversation.app().snapshot();
    let app = conversation.into_app();
    assert_eq!(app.snapshot(), kept);
    assert_eq!(app.room(&group("g")).unwrap().member(&user("b"), NOW), None);

    // Its lines are counted anew.
    let answer = Scenario::new(app).answer(r#"{"at":1795412030000,"do":"tick"}"#).unwrap();
    assert_eq!(text(&answer), r#"{"line":1,"events":[]}"#);
}
