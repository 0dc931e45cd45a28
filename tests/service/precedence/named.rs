//! Where `gap:precedence` is named: just where two different rows apply, and last but for the clock.

use avmarks_protocol::{Endpoint, get_members, get_online_member_num};
use avmarks_rules::{Presence, Reason};
use avmarks_service::{App, Request, RequestBody, Settings};
use avmarks_spec::readings::{Random, RestOwner, TrailingComma};
use avmarks_spec::{GroupType, Timestamp};

use crate::{NOW, app_with_group, body, group, key, signed_query, user};

fn ids(because: &[Reason]) -> Vec<&'static str> {
    because.iter().copied().map(Reason::id).collect()
}

/// What the answer to this call by `identifier` rests on.
fn of_call(app: &App, identifier: &str, endpoint: Endpoint, body: impl AsRef<[u8]>) -> Vec<&'static str> {
    let call = Request::trusted(identifier, endpoint.path(), body.as_ref());
    let predicted = app.dry_run(&call, NOW).answer;
    let answer = app.clone().handle(&call, NOW).answer;
    assert_eq!(answer, predicted);
    ids(&answer.because)
}

fn with(change: impl FnOnce(&mut Settings)) -> App {
    let mut app = app_with_group();
    let mut settings = app.settings().clone();
    change(&mut settings);
    app.configure(settings);
    app
}

#[test]
fn two_errors_of_one_row_are_one_rule() {
    let app = app_with_group();
    let marks = |members: &[(&str, &[i64])]| {
        let because = of_call(&app, "administrator", Endpoint::ModifyUserInfo, body("g", 1, members));
        (because[0], because.contains(&"gap:precedence"))
    };
    assert_eq!(marks(&[("a", &[7, 8]), ("b", &[9])]), ("MARK-RANGE", false));
    assert_eq!(marks(&[("", &[1_000]), ("ü", &[1_000])]), ("ACCOUNT-ID", false));
    assert_eq!(marks(&[("", &[7])]), ("ACCOUNT-ID", true));
    // In the order of the entries, whichever row stands first in the list.
    assert_eq!(marks(&[("a", &[7]), ("", &[1_000])]), ("MARK-RANGE", true));
    // `REQUIRED` of one row beside that of another: an empty list of marks is a row of its own.
    assert_eq!(marks(&[("a", &[]), ("a", &[])]), ("REQUIRED", false));
    let missing =
        r#"{"GroupId":"g","CommandType":1,"MemberList":[{"Member_Account":"a","Marks":[]},{"Marks":[1000]}]}"#;
    let because = of_call(&app, "administrator", Endpoint::ModifyUserInfo, missing);
    assert_eq!(because, ["REQUIRED", "gap:precedence"]);
    // Two fields that are missing; one twice and another one missing.
    let because = |body: &str| of_call(&app, "administrator", Endpoint::GetMembers, body);
    assert_eq!(because("{}"), ["REQUIRED"]);
    assert_eq!(because(r#"{"Timestamp":0,"Timestamp":0}"#), ["gap:duplicate-field", "gap:precedence"]);
    assert_eq!(because(r#"{"GroupId":"g","Timestamp":0,"Timestamp":0}"#), ["gap:duplicate-field"]);
}

#[test]
fn an_outsider_breaks_two_rules() {
    let app = app_with_group();
    let marks = body("g", 1, &[("a", &[1_000])]);
    let caller = ["ADMIN-CALLER", "gap:rest-owner"];
    let both = ["ADMIN-CALLER", "gap:rest-owner", "gap:precedence"];
    assert_eq!(of_call(&app, "owner", Endpoint::ModifyUserInfo, &marks), caller);
    assert_eq!(of_call(&app, "a", Endpoint::ModifyUserInfo, &marks), both);
    let accounts = r#"{"GroupId":"g","Member_Account":["a"]}"#;
    // Robots are mark 500, which the owner may not set.
    assert_eq!(of_call(&app, "owner", Endpoint::AddRobots, accounts), both);
    assert_eq!(of_call(&app, "a", Endpoint::CheckMembers, accounts), caller);
    assert_eq!(of_call(&app, "a", Endpoint::GetOnlineMemberNum, r#"{"GroupId":"g"}"#), caller);
    let admins = r#"{"GroupId":"g","CommandType":1,"Admin_Account":["a"]}"#;
    assert_eq!(of_call(&app, "owner", Endpoint::ModifyAdmin, admins), both);
}

#[test]
fn what_cannot_be_looked_at_breaks_no_rule() {
    let app = app_with_group();
    let good = body("g", 1, &[("a", &[1_000])]);
    let query = signed_query(&key("any"), "administrator");
    let because = |method, path, query: &str, body: &[u8]| {
        let request = Request::signed(method, path, query, body);
        let predicted = app.dry_run(&request, NOW).answer;
        assert_eq!(app.clone().handle(&request, NOW).answer, predicted);
        ids(&predicted.because)
    };
    let path = Endpoint::ModifyUserInfo.path();
    // A path that no call has: nobody knows which body and group would be asked for.
    assert_eq!(because("POST", "v4/nothing", &query, b"[]"), ["gap:http-codes"]);
    assert_eq!(because("GET", "v4/nothing", &query, b"[]"), ["gap:http-codes", "gap:precedence"]);
    // A body that is no JSON has no fields and names no group.
    assert_eq!(because("POST", path, &query, b"{\"GroupId\":"), ["JSON-BODY"]);
    // A group whose id is malformed is neither missing nor of a type.
    let malformed = body("", 1, &[("a", &[1_000])]);
    assert_eq!(because("POST", path, &query, &malformed), ["GROUP-ID", "gap:group-id"]);
    // Nobody who has no name is known not to be permitted.
    let nameless = query.replace("identifier=administrator&", "");
    assert_eq!(because("POST", path, &nameless, &good), ["QUERY"]);
    let twice = query.replace("identifier=", "identifier=administrator&identifier=");
    assert_eq!(because("POST", path, &twice, &good), ["QUERY"]);
}

/// What is at hand of a body that was not read to its end tells nothing about it.
#[test]
fn an_unread_body_has_one_error() {
    let app = app_with_group();
    let query = signed_query(&key("any"), "administrator");
    for path in [get_online_member_num::PATH, get_members::PATH] {
        let request = Request::signed("POST", path, &query, b"");
        for bytes in [Some(1_048_577), None] {
            let request = Request { body: RequestBody::TooLong(bytes), ..request };
            let answer = app.dry_run(&request, NOW).answer;
            assert_eq!(ids(&answer.because), ["gap:http-codes"]);
            let get = app.dry_run(&Request { method: "GET", ..request }, NOW).answer;
            assert_eq!(ids(&get.because), ["gap:http-codes", "gap:precedence"]);
        }
    }
}

#[test]
fn the_precedence_gap_comes_late() {
    let mut app = with(|settings| {
        settings.terms.policy.rest_owner = RestOwner::OwnerToo;
        settings.terms.policy.trailing_comma = TrailingComma::Accept;
        settings.terms.policy.random = Random::LetThrough;
        settings.terms.marks_supported = false;
        settings.terms.online_list_enabled = false;
    });
    let query = signed_query(&key("any"), "owner").replace("&random=99999999", "");
    let earlier = Timestamp::from_millis(NOW.as_millis() - 1);
    for (endpoint, rest) in [
        (Endpoint::ModifyUserInfo, r#","CommandType":1,"MemberList":[{"Member_Account":"a","Marks":[1000]}]"#),
        (Endpoint::AddRobots, r#","Member_Account":["a"]"#),
        (Endpoint::CheckMembers, r#","Member_Account":["a"]"#),
        (Endpoint::ModifyAdmin, r#","CommandType":1,"Admin_Account":["a"]"#),
        (Endpoint::GetAdminList, ""),
    ] {
        let body = format!(r#"{{"GroupId":"g"{rest},}}"#);
        let request = Request::signed("POST", endpoint.path(), &query, body.as_bytes());
        let answer = app.handle(&request, earlier).answer;
        assert_eq!(
            ids(&answer.because),
            [
                "PLAN",
                "gap:plan-code",
                "gap:random",
                "gap:rest-owner",
                "gap:trailing-comma",
                "gap:precedence",
                "gap:clock"
            ],
            "{}",
            endpoint.command()
        );
    }
}

/// A refusal by the state of the group alone, without the plan or the switch.
#[test]
fn a_group_type_breaks_one_rule() {
    let mut app = app_with_group();
    app.destroy_group(group("g"), NOW);
    app.create_group(group("g"), GroupType::Public, Some(user("owner")), NOW);
    app.apply_presence(group("g"), Presence::Join, &[user("a")], NOW);
    let marks = body("g", 1, &[("a", &[1_000])]);
    assert_eq!(of_call(&app, "administrator", Endpoint::ModifyUserInfo, marks), ["GROUP-TYPE", "gap:wrong-type-code"]);
    let list = r#"{"GroupId":"g","Timestamp":0}"#;
    assert_eq!(of_call(&app, "administrator", Endpoint::GetMembers, list), ["GROUP-TYPE"]);
    for endpoint in [Endpoint::AddRobots, Endpoint::DelRobots, Endpoint::CheckMembers] {
        let accounts = r#"{"GroupId":"g","Member_Account":["a"]}"#;
        assert_eq!(of_call(&app, "administrator", endpoint, accounts), ["GROUP-TYPE", "gap:wrong-type-code"]);
    }
}

/// The order is no part of what is wrong: each violation names its own clause and gaps, whatever else is wrong.
#[test]
fn a_violation_does_not_name_the_order() {
    let app = with(|settings| {
        settings.terms.marks_supported = false;
        settings.terms.online_list_enabled = false;
    });
    for (endpoint, rest) in [
        (Endpoint::CheckMembers, r#","Member_Account":["a"]"#),
        (Endpoint::ModifyUserInfo, r#","CommandType":1,"MemberList":[{"Member_Account":"a","Marks":[1000]}]"#),
        (Endpoint::AddRobots, r#","Member_Account":["a"]"#),
        (Endpoint::ModifyAdmin, r#","CommandType":1,"Admin_Account":["a"]"#),
    ] {
        let body = format!(r#"{{"GroupId":"g"{rest}}}"#);
        let call = Request::trusted("administrator", endpoint.path(), body.as_bytes());
        let dry = app.dry_run(&call, NOW);
        assert!(ids(&dry.answer.because).contains(&"gap:precedence"));
        let named: Vec<_> = dry.violations.iter().map(|violation| ids(&violation.because)).collect();
        assert_eq!(named, [["PLAN", "gap:plan-code"], ["SWITCH", "gap:switch-code"]], "{}", endpoint.command());
    }
}
