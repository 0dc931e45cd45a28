//! The cost of a refused request: it does not allocate a message for each error.

use allocation_counter::{AllocationInfo, measure};
use avmarks_protocol::{Endpoint, modify_user_info};
use avmarks_service::{App, Request, Response};

use crate::{NOW, app_with_group, key, signed_query};

const BYTES_MAX: usize = 1 << 20;

/// A body of nearly a mebibyte with as many of these as fit into one list of marks.
fn marks(item: &str) -> Vec<u8> {
    let (head, tail) = (r#"{"GroupId":"g","CommandType":1,"MemberList":[{"Member_Account":"a","Marks":["#, "]}]}");
    let count = (BYTES_MAX - head.len() - tail.len() + 1) / (item.len() + 1);
    assert!(count >= 200_000, "{count}");
    let body = format!("{head}{}{tail}", vec![item; count].join(",")).into_bytes();
    assert!(body.len() <= BYTES_MAX && body.len() > BYTES_MAX - 2 * item.len());
    body
}

/// A body of nearly a mebibyte with as many of these as fit into one list.
fn list(head: &str, item: &str) -> Vec<u8> {
    let tail = "]}";
    let count = (BYTES_MAX - head.len() - tail.len() + 1) / (item.len() + 1);
    format!("{head}{}{tail}", vec![item; count].join(",")).into_bytes()
}

/// An app that checks signatures; after so many calls of each command within its second.
fn app(calls_max: usize) -> App {
    let mut app = app_with_group();
    let mut settings = app.settings().clone();
    settings.key = Some(key("right"));
    settings.terms.limits.calls_per_window_max = calls_max;
    app.configure(settings);
    app
}

fn asked(
    app: &mut App,
    signed_with: &str,
    endpoint: Endpoint,
    body: &[u8],
) -> (i64, Vec<&'static str>, AllocationInfo) {
    let query = signed_query(&key(signed_with), "administrator");
    let request = Request::signed("POST", endpoint.path(), &query, body);
    let mut response: Option<Response> = None;
    let cost = measure(|| response = Some(app.handle(&request, NOW)));
    let answer = response.unwrap().answer;
    (answer.code.number(), answer.because.iter().map(|basis| basis.id()).collect(), cost)
}

/// So many allocations are enough for a refusal: the query, the signature, the reading of the body, the answer.
const ALLOCATIONS_MAX: u64 = 200;

/// So much memory at once is enough to read a body that is a mebibyte long.
///
/// Two bytes of a body can name an entry that is not an object; what could be read of an entry, and what is wrong with it, take a
/// hundred and fifty.
const PEAK_MAX: u64 = 128 * BYTES_MAX as u64;

fn is_cheap(cost: &AllocationInfo, told: &str) {
    assert!(cost.count_total <= ALLOCATIONS_MAX, "{told}: {cost:?}");
    assert!(cost.bytes_max <= PEAK_MAX, "{told}: {cost:?}");
}

#[test]
fn bad_marks_cost_no_message_each() {
    let body = marks("999");
    for (signed_with, calls_max, code, because) in [
        ("right", 200, 10_004, &["MARK-RANGE", "gap:mark-max"][..]),
        ("wrong", 200, 70_009, &["USERSIG", "gap:usersig-code", "gap:precedence"]),
        ("right", 0, 60_007, &["RATE", "gap:rate-scope", "gap:precedence"]),
    ] {
        let mut app = app(calls_max);
        let (found, rests_on, cost) = asked(&mut app, signed_with, Endpoint::ModifyUserInfo, &body);
        assert_eq!((found, &rests_on[..]), (code, because));
        is_cheap(&cost, because[0]);
    }
}

#[test]
fn wrong_types_cost_no_message_each() {
    for (signed_with, calls_max, code) in [("right", 200, 10_004), ("wrong", 200, 70_009), ("right", 0, 60_007)] {
        for (endpoint, body) in [
            (Endpoint::ModifyUserInfo, marks("1.5")),
            (Endpoint::ModifyUserInfo, marks("null")),
            (Endpoint::ModifyUserInfo, list(r#"{"GroupId":"g","CommandType":1,"MemberList":["#, "7")),
            (Endpoint::AddRobots, list(r#"{"GroupId":"g","Member_Account":["#, "7")),
            (Endpoint::ModifyAdmin, list(r#"{"GroupId":"g","CommandType":1,"Admin_Account":["#, "7")),
        ] {
            let mut app = app(calls_max);
            let (found, _, cost) = asked(&mut app, signed_with, endpoint, &body);
            assert_eq!(found, code);
            is_cheap(&cost, endpoint.command());
        }
    }
}

#[test]
fn invalid_accounts_cost_no_message_each() {
    for (signed_with, calls_max) in [("right", 200), ("wrong", 200), ("right", 0)] {
        for (endpoint, head) in [
            (Endpoint::AddRobots, r#"{"GroupId":"g","Member_Account":["#),
            (Endpoint::CheckMembers, r#"{"GroupId":"g","Member_Account":["#),
            (Endpoint::ModifyAdmin, r#"{"GroupId":"g","CommandType":1,"Admin_Account":["#),
        ] {
            let mut app = app(calls_max);
            let (_, because, cost) = asked(&mut app, signed_with, endpoint, &list(head, "\"\""));
            assert!(because.contains(&"gap:precedence"), "{because:?}");
            is_cheap(&cost, endpoint.command());
        }
    }
}

/// What nobody may send costs nothing that depends on how long it is.
#[test]
fn a_body_over_the_limit_is_not_read() {
    let path = modify_user_info::PATH;
    let query = signed_query(&key("any"), "administrator");
    let cost = |bytes: usize| {
        let mut body = marks("999");
        body.resize(bytes, b' ');
        let mut app = app_with_group();
        let request = Request::signed("POST", path, &query, &body);
        let mut code = 0;
        let cost = measure(|| code = app.handle(&request, NOW).answer.code.number());
        assert_eq!(code, 60_002);
        cost.bytes_max
    };
    let (short, long) = (cost(BYTES_MAX + 1), cost(8 * BYTES_MAX));
    assert!(short < 100_000 && long < 100_000, "{short} {long}");
}
