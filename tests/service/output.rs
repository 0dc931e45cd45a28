//! The output of the service besides the code: the message of each refusal of a group, groups, deadlines, line numbers.

use avmarks_protocol::{Envelope, add_robots, modify_user_info};
use avmarks_rules::{Presence, Refusal};
use avmarks_service::{App, Request, Settings, scenario::Scenario, scenario::events_json};
use avmarks_spec::readings::{ListMarks, OverCapacity, RefreshList, RestOwner, SpecialSlots};
use avmarks_spec::{GroupType, Timestamp};

use crate::{NOW, app_with_group, body, group, text, user};

/// The `ErrorInfo` that `identifier` gets for setting these marks in `g`.
fn sentence(app: &App, identifier: &str, members: &[(&str, &[i64])]) -> String {
    let body = body("g", 1, members);
    let call = Request::trusted(identifier, modify_user_info::PATH, &body);
    let answer = app.clone().handle(&call, NOW).answer;
    Envelope::parse(&answer.body).unwrap().error_info.unwrap()
}

fn configured(mut app: App, change: impl FnOnce(&mut Settings)) -> App {
    let mut settings = app.settings().clone();
    change(&mut settings);
    app.configure(settings);
    app
}

#[test]
fn a_refusal_names_group_caller_and_numbers() {
    let app = app_with_group();
    let asks = |app: &App, members: &[(&str, &[i64])]| sentence(app, "administrator", members);
    let one: &[(&str, &[i64])] = &[("a", &[1_000])];

    let mut gone = app.clone();
    gone.destroy_group(group("g"), NOW);
    assert_eq!(asks(&gone, one), "there is no group `g`, or it has been destroyed");

    gone.create_group(group("g"), GroupType::Public, None, NOW);
    assert_eq!(asks(&gone, one), "group `g` is of type `Public`; only an `AVChatRoom` has marks");

    let low = configured(app.clone(), |settings| settings.terms.marks_supported = false);
    assert_eq!(asks(&low, one), "the plan of the app does not include this; it needs a higher one");

    let off = configured(app.clone(), |settings| settings.terms.online_list_enabled = false);
    assert_eq!(asks(&off, one), "the list of online members is off for this app; switch it on in the console");

    let owner_too = configured(app.clone(), |settings| settings.terms.policy.rest_owner = RestOwner::OwnerToo);
    assert_eq!(sentence(&owner_too, "b", one), "`b` is neither an app admin nor the owner of group `g`");

    let eleven: Vec<i64> = (1_000..1_011).collect();
    assert_eq!(asks(&app, &[("a", &eleven[..6]), ("b", &eleven[6..])]), {
        "`MemberList` names 11 different marks; a group has at most 10"
    });
    let mut full = app.clone();
    let ten = body("g", 1, &[("b", &eleven[..10])]);
    full.handle(&Request::trusted("administrator", modify_user_info::PATH, &ten), NOW);
    assert_eq!(asks(&full, &[("a", &[1_010])]), "group `g` would have 11 different marks; it has at most 10");

    let capped = configured(app.clone(), |settings| {
        settings.terms.limits.members_per_mark_max = 1;
        settings.terms.policy.over_capacity = OverCapacity::RefuseCall;
    });
    let two: &[(&str, &[i64])] = &[("a", &[1_000]), ("b", &[1_000])];
    assert_eq!(asks(&capped, two), "mark 1000 would have more than 1 holders in group `g`");

    assert_eq!(
        asks(&app, &[("nobody", &[1_000]), ("either", &[1_001])]),
        "no account of `MemberList` could be served in group `g`, the first being `nobody` with mark 1000 (ONLINE-ONLY)"
    );
}

/// Robots are named by `Member_Account`, and their body has no `MemberList`.
#[test]
fn refusal_paths_are_fields_of_the_call() {
    let ten = body("g", 1, &[("b", &(1_000..1_010).collect::<Vec<_>>())]);
    let mut app = app_with_group();
    app.handle(&Request::trusted("administrator", modify_user_info::PATH, &ten), NOW);
    let place = |change: &dyn Fn(&mut Settings), accounts: &str| {
        let app = configured(app.clone(), change);
        let body = format!(r#"{{"GroupId":"g","Member_Account":[{accounts}]}}"#);
        let call = Request::trusted("administrator", add_robots::PATH, body.as_bytes());
        let found = app.dry_run(&call, NOW).violations;
        (found[0].refusal, found[0].pointer().unwrap())
    };
    let full = |settings: &mut Settings| settings.terms.limits.members_per_mark_max = 0;
    let refuse = |settings: &mut Settings| {
        full(settings);
        settings.terms.policy.over_capacity = OverCapacity::RefuseCall;
    };
    let count = |settings: &mut Settings| settings.terms.policy.special_slots = SpecialSlots::Count;
    let at = "/Member_Account".to_owned();
    assert_eq!(place(&|_| (), ""), (Refusal::MemberListEmpty, at.clone()));
    assert_eq!(place(&full, "\"a\""), (Refusal::AllFailed, at.clone()));
    assert_eq!(place(&refuse, "\"a\""), (Refusal::MembersPerMark, at.clone()));
    assert_eq!(place(&count, "\"a\""), (Refusal::MarksPerGroup, at));
}

#[test]
fn an_app_lists_groups_and_next_deadline() {
    let mut app = app_with_group();
    app.create_group(group("f"), GroupType::AvChatRoom, None, NOW);
    assert_eq!(app.groups().collect::<Vec<_>>(), [group("f"), group("g")]);
    assert_eq!(app.next_deadline(), None);

    app.apply_presence(group("f"), Presence::Join, &[user("a")], NOW);
    for (id, later) in [("g", 0), ("f", 5)] {
        let at = Timestamp::from_millis(NOW.as_millis() + later);
        let pin = body(id, 1, &[("a", &[500])]);
        app.handle(&Request::trusted("administrator", modify_user_info::PATH, &pin), at);
    }
    let end = Timestamp::from_millis(NOW.as_millis() + 259_200_000);
    assert_eq!(app.next_deadline(), Some(end));
    app.tick(end);
    assert_eq!(app.next_deadline(), Some(Timestamp::from_millis(end.as_millis() + 5)));
}

#[test]
fn a_request_is_shown_without_its_query() {
    let request = Request::signed("POST", "/v4/some/call", "usersig=secret", b"{}");
    assert_eq!(format!("{request:?}"), r#"Request { method: "POST", path: "/v4/some/call", body: "{}", .. }"#);
}

#[test]
fn cached_lists_are_dropped_at_their_age() {
    let mut app =
        configured(app_with_group(), |settings| settings.terms.policy.refresh_list = RefreshList::FortySeconds);
    let mut views = |filter: i64, later: u64| {
        let pull = format!(r#"{{"GroupId":"g","Timestamp":0,"Mark":{filter}}}"#);
        let path = avmarks_protocol::get_members::PATH;
        let call = Request::trusted("administrator", path, pull.as_bytes());
        app.handle(&call, Timestamp::from_millis(NOW.as_millis() + later));
        text(&app.snapshot()).matches("\"filter\":").count()
    };
    assert_eq!(views(1_000, 0), 1);
    assert_eq!(views(1_001, 39_999), 2);
    assert_eq!(views(1_002, 40_000), 2, "the first of them is 40 s old");
}

/// The reading of `gap:list-marks` may change while a view is shown.
#[test]
fn a_cached_list_keeps_unrequested_marks() {
    let settings = |marks: ListMarks| {
        move |settings: &mut Settings| {
            settings.terms.policy.refresh_list = RefreshList::FortySeconds;
            settings.terms.policy.list_marks = marks;
        }
    };
    let mut app = configured(app_with_group(), settings(ListMarks::Absent));
    let mark = body("g", 1, &[("a", &[1_000])]);
    app.handle(&Request::trusted("administrator", modify_user_info::PATH, &mark), NOW);
    let pull = |app: &mut App, later: u64| {
        let (path, body) = (avmarks_protocol::get_members::PATH, br#"{"GroupId":"g","Timestamp":0,"Mark":1000}"#);
        let at = Timestamp::from_millis(NOW.as_millis() + later);
        text(&app.handle(&Request::trusted("administrator", path, body), at).answer.body).to_owned()
    };
    assert!(!pull(&mut app, 0).contains("Marks"));
    let mut app = configured(app, settings(ListMarks::Present));
    assert!(pull(&mut app, 39_999).contains(r#""Marks":[1000]"#));
}

#[test]
fn scenario_lines_count_from_1() {
    let mut scenario = Scenario::default();
    for line in 1..=3 {
        let answer = scenario.answer(r#"{"at":0,"do":"tick"}"#).unwrap();
        assert_eq!(text(&answer), format!(r#"{{"line":{line},"events":[]}}"#));
    }
    assert!(scenario.answer("{}").unwrap_err().to_string().starts_with("line 4: "));
}

#[test]
fn events_print_as_in_a_scenario() {
    let mut app = App::new(Settings::default());
    let line = r#"{"at":0,"do":"create_group","group":"g"}"#;
    let told = text(&Scenario::default().answer(line).unwrap()).replace(r#"{"line":1,"events":"#, "");
    let group_events = app.create_group(group("g"), GroupType::AvChatRoom, None, Timestamp::EPOCH);
    assert_eq!(format!("{}}}", text(&events_json(&group_events))), told);
    assert_eq!(text(&events_json(&group_events)), r#"[{"event":"group_created","group":"g"}]"#);
    assert_eq!(text(&events_json(&[])), "[]");
}

#[test]
fn a_line_may_hold_arbitrary_bytes() {
    let line =
        |body: &str| format!(r#"{{"at":0,"do":"call","path":"v4/group_open_http_svc/get_online_member_num",{body}}}"#);
    let answer = |body: &str| {
        let answer = Scenario::default().answer(&line(body)).map_err(|error| error.message)?;
        Ok::<_, String>(text(&answer).to_owned())
    };
    for (body, answered) in [
        (
            r#""raw_b64":"eyJHcm91cElkIjoiZyJ9""#,
            r#"{"line":1,"answer":{"ActionStatus":"FAIL","ErrorInfo":"there is no group `g`"#,
        ),
        (
            r#""raw_b64":"/w==""#,
            r#"{"line":1,"answer":{"ActionStatus":"FAIL","ErrorInfo":"the body is not UTF-8: invalid at byte 0","ErrorCode":60003}"#,
        ),
        (r#""raw_b64":"""#, r#"{"line":1,"answer":{"ActionStatus":"FAIL","ErrorInfo":"the body is empty"#),
    ] {
        let found = answer(body).unwrap();
        assert!(found.starts_with(answered), "{found}");
    }
    for (body, what) in [
        (r#""raw_b64":"/w""#, "`raw_b64` is `/w`, which is not base64 with padding"),
        (r#""raw_b64":"_w==""#, "`raw_b64` is `_w==`, which is not base64 with padding"),
        (r#""raw_b64":7"#, "`raw_b64` is `7`; it must be a string"),
        (r#""raw_b64":"/w==","raw":"""#, "it must have one of `body` (JSON), `raw`"),
        (r#""raw_b64":"/w==","body":{}"#, "it must have one of `body` (JSON), `raw`"),
    ] {
        let found = answer(body).unwrap_err();
        assert!(found.starts_with(what), "{found}");
    }
}

#[test]
fn an_invalid_line_counts_and_changes_nothing() {
    let mut scenario = Scenario::default();
    let error = scenario.answer_bytes(b"{\"at\":\xff}").unwrap_err();
    assert_eq!(error.to_string(), "line 1: it is not UTF-8: invalid at byte 6");
    assert_eq!(scenario.answer_bytes(br#"{"at":7,"do":"tick"}"#).unwrap(), br#"{"line":2,"events":[]}"#);
    assert_eq!(scenario.app_mut().now().as_millis(), 7);
}
