//! The state as JSON: what is written is read, and what the rules do not allow is not.

use std::fmt::Write as _;

use avmarks_protocol::{Endpoint, modify_user_info};
use avmarks_rules::Presence;
use avmarks_service::{App, Call, Scenario};
use avmarks_spec::Timestamp;
use avmarks_spec::readings::{RefreshCount, RefreshList};

use crate::{NOW, app_with_group, body, group, text, user};

/// An app with everything in it that a snapshot must keep.
fn full_app() -> App {
    let mut app = app_with_group();
    let mut settings = app.settings().clone();
    settings.terms.policy.refresh_list = RefreshList::TenSeconds;
    settings.terms.policy.refresh_count = RefreshCount::TenSeconds;
    app.configure(settings);
    let call = |app: &mut App, path, body: &[u8]| {
        assert_eq!(app.call(&Call { identifier: "administrator", path, body }, NOW).answer.code.number(), 0);
    };
    call(&mut app, modify_user_info::PATH, &body("g", 1, &[("a", &[500, 600, 1_000]), ("b", &[1_000, 4_294_967_295])]));
    app.observe(group("g"), Presence::Disconnect, &[user("a"), user("owner")], NOW);
    call(&mut app, Endpoint::GetMembers.path(), br#"{"GroupId":"g","Timestamp":0}"#);
    call(&mut app, Endpoint::GetMembers.path(), br#"{"GroupId":"g","Timestamp":0,"Mark":1000}"#);
    call(&mut app, Endpoint::GetMembers.path(), br#"{"GroupId":"g","Timestamp":0,"Mark":1}"#);
    call(&mut app, Endpoint::GetOnlineMemberNum.path(), br#"{"GroupId":"g"}"#);
    app
}

#[test]
fn an_app_that_was_stopped_goes_on_as_if_it_had_not_been() {
    let mut app = full_app();
    let mut again = App::restore(&app.snapshot()).unwrap();
    assert_eq!(again.snapshot(), app.snapshot());
    assert_eq!(again.next_deadline(), app.next_deadline());
    let mut happened = String::new();
    for app in [&mut app, &mut again] {
        let list = br#"{"GroupId":"g","Timestamp":0}"#;
        let call = Call { identifier: "administrator", path: Endpoint::GetMembers.path(), body: list };
        let shown = app.call(&call, Timestamp::from_millis(NOW.as_millis() + 9_999));
        let gone = app.tick(Timestamp::from_millis(NOW.as_millis() + 259_200_000));
        writeln!(happened, "{shown:?} {gone:?}").unwrap();
    }
    let told: Vec<_> = happened.lines().collect();
    assert_eq!(told[0], told[1]);
}

#[test]
fn a_limit_that_is_lowered_takes_no_mark_away_and_lets_none_be_set_until_there_is_room() {
    let call = |app: &mut App, command, account: &str, mark| {
        let body = body("g", command, &[(account, &[mark])]);
        app.call(&Call { identifier: "administrator", path: modify_user_info::PATH, body: &body }, NOW)
            .answer
            .code
            .number()
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

#[test]
fn snapshots_that_the_rules_do_not_allow() {
    let good = String::from_utf8(full_app().snapshot()).unwrap();
    assert!(App::restore(good.as_bytes()).is_ok());
    for (from, to, message) in [
        (
            "{\"avmarks_snapshot\":1",
            "{\"avmarks_snapshot\":2",
            "the snapshot is of version 2, and only version 1 can be read",
        ),
        ("\"sdkappid\":1400000000", "\"sdkappid\":0", "`sdkappid` in the snapshot"),
        ("\"page_size\":\"500\"", "\"page_size\":\"7\"", "`policy` in the snapshot"),
        ("\"page_size\"", "\"page\"", "`policy` in the snapshot: `page_size` is missing"),
        ("\"page_size\"", "\"page\":\"1\",\"page_size\"", "`policy` in the snapshot: `page` is no gap"),
        ("\"id\":\"g\"", "\"id\":\"\"", "`id` in the snapshot"),
        ("\"AVChatRoom\"", "\"Public\"", "in a group that is no AVChatRoom"),
        ("\"AVChatRoom\"", "\"Party\"", "`Party` is no type of group"),
        ("\"account\":\"b\",\"place\":2", "\"account\":\"a\",\"place\":2", "`a` is a member twice"),
        ("\"place\":2", "\"place\":1", "place 1 is out of order"),
        ("\"place\":3", "\"place\":4", "place 4 is out of order"),
        ("[500,600,1000]", "[600,1000]", "just where it holds mark 500"),
        ("[500,600,1000]", "[500,600,1000,1000]", "holds mark 1000 twice"),
        ("[500,600,1000]", "[500,700,1000]", "`700` is no mark"),
        ("\"marks\":[],\"pinned_until\":null", "\"marks\":[1000],\"pinned_until\":null", "is offline and holds marks"),
        (
            "[500,600,1000]",
            "[500,600,1000,1001,1002,1003,1004,1005,1006,1007,1008,1009,1010,1011,1012,1013,1014]",
            "mark 1014 is one more than the 14 that a room can keep",
        ),
        ("\"at\":[", "\"at\":[9999999999999,", "the moments must ascend"),
        ("\"command\":\"modify_user_info\"", "\"command\":\"modify_info\"", "`modify_info` is no call"),
        ("\"command\":\"get_members\"", "\"command\":\"modify_user_info\"", "is there twice"),
        ("\"next_place\":4", "\"next_place\":18446744073709551615", "place 18446744073709551615 is out of order"),
        ("\"next_place\":4", "\"next_place\":4398046511105", "place 4398046511105 is out of order"),
        ("\"next_place\":4", "\"next_place\":0", "place 0 is out of order"),
        ("\"joined\":1795412030000", "\"joined\":1795412030001", "`a` joined after the latest time seen"),
        ("\"pinned_until\":1795671230000", "\"pinned_until\":1795412030000", "which is yet to come"),
        ("\"taken\":1795412030000", "\"taken\":1795412030001", "a view was taken after `latest`"),
        (
            "\"count_view\":{\"taken\":1795412030000",
            "\"count_view\":{\"taken\":1795412030001",
            "a view was taken after `latest`",
        ),
        ("{\"holding\":1000}", "\"nobody\"", "a filter of group `g` is there twice"),
        (
            "\"owner\":\"owner\",\"latest\":1795412030000",
            "\"owner\":\"owner\",\"latest\":1795412030001",
            "has seen a later time than the app",
        ),
        ("\"latest\":1795412030000", "\"latest\":1795671230000", "a pin of group `g` has ended already"),
        ("\"groups\":[", "\"groups\":[7,", "this is no snapshot: invalid type"),
        ("\"groups\":[", "\"groupes\":[", "this is no snapshot: unknown field `groupes`"),
    ] {
        assert!(good.contains(from), "{from} is not in {good}");
        let fault = App::restore(good.replacen(from, to, 1).as_bytes()).unwrap_err().to_string();
        assert!(fault.contains(message), "{from} -> {to}: {fault}");
    }
    let groups = &good[good.find("\"groups\":[").unwrap() + "\"groups\":[".len()..good.rfind(']').unwrap()];
    let twice = good.replacen(groups, &format!("{groups},{groups}"), 1);
    assert_eq!(App::restore(twice.as_bytes()).unwrap_err().to_string(), "`groups` in the snapshot: `g` is there twice");
    let views = good.find("\"list_views\":[").unwrap();
    let (before, views) = good.split_at(views);
    for (place, order) in [("0", "rising"), ("1", "level")] {
        let spoilt = format!("{before}{}", views.replace("\"place\":2", &format!("\"place\":{place}")));
        let fault = App::restore(spoilt.as_bytes()).unwrap_err().to_string();
        assert_eq!(fault, "`list_views` in the snapshot: places must descend", "{order}");
    }
    // What can be, if nothing less: as many marks as a room can keep.
    for (from, to) in [
        ("[500,600,1000]", "[500,600,1000,1001,1002,1003,1004,1005,1006,1007,1008,1009,1010,1011,1012]"),
        ("\"next_place\":4", "\"next_place\":4398046511104"),
    ] {
        assert!(good.contains(from), "{from} is not in {good}");
        App::restore(good.replacen(from, to, 1).as_bytes()).unwrap();
    }
    for (bytes, message) in [
        (&b""[..], "this is no snapshot: EOF while parsing a value at line 1 column 0"),
        (b"{}", "this is no snapshot: missing field `avmarks_snapshot` at line 1 column 2"),
        (b"\xff", "this is no snapshot: expected value at line 1 column 1"),
    ] {
        assert_eq!(App::restore(bytes).unwrap_err().to_string(), message);
    }
}
