//! `App::authorize` for calls that are served elsewhere, and bodies that were not read to their end.

use avmarks_protocol::get_online_member_num;
use avmarks_rules::Reason;
use avmarks_service::{App, Request, RequestBody};
use avmarks_spec::readings::{Random, RestOwner};
use avmarks_spec::{Gap, Timestamp};

use crate::{NOW, app_with_group, key, signed_query, text};

const CREATE: &str = "/v4/group_open_http_svc/create_group";
const GOOD: &str = "sdkappid=1400000000&identifier=administrator&usersig=x&random=1&contenttype=json";

fn gate(app: &App, method: &str, query: &str, body: &[u8]) -> Result<Vec<&'static str>, i64> {
    let passed = app.authorize(&Request::signed(method, CREATE, query, body), NOW);
    passed.map(|because| because.into_iter().map(Reason::id).collect()).map_err(|answer| answer.code.number())
}

#[test]
fn authorize_checks_steps_1_to_4() {
    let mut app = app_with_group();
    assert_eq!(gate(&app, "POST", GOOD, b"no JSON, and not its business"), Ok(vec![]));
    // The earlier step answers, as everywhere.
    assert_eq!(gate(&app, "GET", "", b""), Err(60002));
    assert_eq!(gate(&app, "POST", "", &vec![b' '; 1_048_577]), Err(60002));
    assert_eq!(gate(&app, "POST", "", b""), Err(60012));
    assert_eq!(gate(&app, "POST", "sdkappid=1400000000", b""), Err(60025));
    assert_eq!(gate(&app, "POST", &GOOD.replace("administrator", "student9"), b""), Err(60010));
    let mut settings = app.settings().clone();
    settings.key = Some(key("right"));
    app.configure(settings);
    assert_eq!(gate(&app, "POST", &GOOD.replace("administrator", "student9"), b""), Err(70003));
    assert_eq!(gate(&app, "POST", &signed_query(&key("wrong"), "administrator"), b""), Err(70009));
    assert_eq!(gate(&app, "POST", &signed_query(&key("right"), "administrator"), b""), Ok(vec![]));
}

#[test]
fn authorize_names_the_gaps_used() {
    let mut app = app_with_group();
    let without_random = GOOD.replace("&random=1", "");
    assert_eq!(gate(&app, "POST", &without_random, b""), Ok(vec!["gap:random"]));
    let mut settings = app.settings().clone();
    settings.terms.policy.random = Random::Refuse;
    settings.terms.policy.rest_owner = RestOwner::OwnerToo;
    app.configure(settings);
    assert_eq!(gate(&app, "POST", &without_random, b""), Err(60025));
    assert_eq!(gate(&app, "POST", &GOOD.replace("administrator", "owner"), b""), Ok(vec![Gap::RestOwner.id()]));
}

#[test]
fn the_gate_answers_the_envelope_alone() {
    let app = app_with_group();
    let answer = app.authorize(&Request::signed("GET", CREATE, GOOD, b""), NOW).unwrap_err();
    assert_eq!(
        text(&answer.body),
        r#"{"ActionStatus":"FAIL","ErrorInfo":"the method is `GET`; it must be `POST`","ErrorCode":60002}"#
    );
    assert_eq!(answer.because, [Reason::Gap(Gap::HttpCodes)]);
}

#[test]
fn an_unread_body_is_refused_by_length() {
    let app = app_with_group();
    let path = get_online_member_num::PATH;
    let request = Request::signed("POST", path, GOOD, b"");
    let refused = |request: &Request<'_>, bytes| {
        let request = Request { body: RequestBody::TooLong(bytes), ..*request };
        let answer = app.clone().handle(&request, NOW).answer;
        assert_eq!(app.dry_run(&request, NOW).answer, answer);
        answer
    };
    let known = refused(&request, Some(5_000_000_000));
    assert_eq!(known.code.number(), 60002);
    assert!(text(&known.body).contains("the body has 5000000000 bytes; at most 1048576 are read"), "{known:?}");
    let unknown = refused(&request, None);
    assert!(text(&unknown.body).contains("the body has more than the 1048576 bytes that are read"), "{unknown:?}");
    // Path and method come first.
    let elsewhere = refused(&Request { path: "nowhere", ..request }, None);
    assert_eq!(elsewhere.code.number(), 60009);
    let get = refused(&Request { method: "GET", ..request }, None);
    assert!(text(&get.body).contains("the method is `GET`"));
    // Of a call that somebody else serves, the path is nobody's business here.
    let other = app
        .authorize(&Request { path: CREATE, body: RequestBody::TooLong(Some(1_048_577)), ..request }, NOW)
        .unwrap_err();
    assert!(text(&other.body).contains("the body has 1048577 bytes"), "{other:?}");
    assert_eq!(other.code.number(), 60002);
}

#[test]
fn authorize_refuses_expired_signatures() {
    let mut app = app_with_group();
    let mut settings = app.settings().clone();
    settings.key = Some(key("right"));
    app.configure(settings);
    let query = signed_query(&key("right"), "administrator");
    let request = Request::signed("POST", CREATE, &query, b"");
    let gate = |app: &App, at| app.authorize(&request, at).map_err(|answer| answer.code.number());
    let later = |seconds: u64| Timestamp::from_millis(NOW.as_millis() + seconds * 1_000);
    let (last, expired) = (later(86_399), later(86_400));
    assert_eq!([gate(&app, last), gate(&app, expired)], [Ok(vec![]), Err(70001)]);
    // The latest time that the app has seen counts, where the request's own is earlier.
    app.tick(last);
    assert_eq!(gate(&app, NOW), Ok(vec![]));
    app.tick(expired);
    assert_eq!([gate(&app, NOW), gate(&app, last)], [const { Err(70001) }; 2]);
}

#[test]
fn one_byte_beyond_the_limit_is_refused() {
    let mut app = app_with_group();
    let mut settings = app.settings().clone();
    settings.terms.limits.body_bytes_max = 20;
    app.configure(settings);
    assert_eq!(gate(&app, "POST", GOOD, &[b' '; 20]), Ok(vec![]));
    assert_eq!(gate(&app, "POST", GOOD, &[b' '; 21]), Err(60002));
}
