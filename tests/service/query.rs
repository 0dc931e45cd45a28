//! `QUERY` and `USERSIG` through the whole service, with both readings of `gap:random` and `gap:usersig-code`.

use std::time::Duration;

use avmarks_protocol::SdkAppId;
use avmarks_protocol::get_online_member_num::PATH;
use avmarks_protocol::usersig::UserSig;
use avmarks_rules::Reason;
use avmarks_service::{App, Caller, Request};
use avmarks_spec::readings::{Random, UsersigCode};
use avmarks_spec::{Gap, Timestamp};

use crate::{NOW, app_with_group, key, signed_query};

fn code(app: &mut App, query: &str) -> i64 {
    app.handle(&Request::signed("POST", PATH, query, br#"{"GroupId":"g"}"#), NOW).answer.code.number()
}

fn app_with_key() -> App {
    let mut app = app_with_group();
    let mut settings = app.settings().clone();
    settings.key = Some(key("right"));
    app.configure(settings);
    app
}

#[test]
fn what_is_missing_or_wrong_in_the_query() {
    let mut app = app_with_group();
    let all = "sdkappid=1400000000&identifier=administrator&usersig=x&random=0&contenttype=json";
    assert_eq!(code(&mut app, all), 0);
    for (from, to, expected) in [
        ("sdkappid=1400000000&", "", 60012),
        ("sdkappid=1400000000", "sdkappid=", 60012),
        ("sdkappid", "SdkAppId", 60012),
        ("1400000000", "1400000001", 60025),
        ("1400000000", "14e8", 60025),
        ("identifier=administrator&", "", 60025),
        ("usersig=x&", "", 60025),
        ("contenttype=json", "contenttype=JSON", 60025),
        ("&contenttype=json", "", 60025),
        ("random=0", "random=0&identifier=other", 60025),
        ("identifier=administrator", "identifier=student9", 60010),
    ] {
        assert_eq!(code(&mut app, &all.replace(from, to)), expected, "{from} -> {to}");
    }
}

#[test]
fn the_policy_decides_about_random() {
    let mut app = app_with_group();
    let query =
        |random: &str| format!("sdkappid=1400000000&identifier=administrator&usersig=x{random}&contenttype=json");
    let bad = ["", "&random=-1", "&random=4294967296", "&random=1.0", "&random=1&random=2"];
    for random in bad {
        let query = query(random);
        let request = Request::signed("POST", PATH, &query, br#"{"GroupId":"g"}"#);
        let response = app.handle(&request, NOW);
        assert_eq!(response.answer.code.number(), 0, "{random}");
        assert!(response.answer.because.contains(&Reason::Gap(Gap::Random)), "{random}");
    }
    let mut settings = app.settings().clone();
    settings.terms.policy.random = Random::Refuse;
    app.configure(settings);
    for random in bad {
        assert_eq!(code(&mut app, &query(random)), 60025, "{random}");
    }
    for random in ["&random=0", "&random=4294967295"] {
        assert_eq!(code(&mut app, &query(random)), 0, "{random}");
    }
}

#[test]
fn bad_signatures_have_their_codes() {
    let sign = |key_text: &str, app: u64, user: &str, at: u64| {
        let (at, valid_for) = (Timestamp::from_millis(at * 1_000), Duration::from_secs(100));
        UserSig::sign(&key(key_text), SdkAppId::new(app).unwrap(), user, at, valid_for, None).as_str().to_owned()
    };
    let now = NOW.as_seconds();
    let (ours, admin) = (1_400_000_000, "administrator");
    let causes = [
        (sign("right", ours, admin, now), 0),
        (sign("right", ours, admin, now - 99), 0),
        ("eJy".to_owned(), 70003),
        (sign("right", ours, "deputy", now), 70013),
        (sign("right", 1, admin, now), 70014),
        (sign("wrong", ours, admin, now), 70009),
        (sign("right", ours, admin, now - 100), 70001),
    ];
    let mut app = app_with_key();
    for (sig, by_cause) in &causes {
        let query = format!("sdkappid=1400000000&identifier=administrator&usersig={sig}&random=0&contenttype=json");
        for (reading, expected) in
            [(UsersigCode::ByCause, *by_cause), (UsersigCode::NotLoggedIn, if *by_cause == 0 { 0 } else { 10001 })]
        {
            let mut settings = app.settings().clone();
            settings.terms.policy.usersig_code = reading;
            app.configure(settings);
            assert_eq!(code(&mut app, &query), expected, "{by_cause} {reading:?}");
        }
    }
}

#[test]
fn a_decoded_key_is_another_key() {
    // "72696768747269676874" is "rightright" in hexadecimal.
    let mut app = app_with_group();
    let mut settings = app.settings().clone();
    settings.key = Some(key("72696768747269676874"));
    app.configure(settings);
    assert_eq!(code(&mut app, &signed_query(&key("72696768747269676874"), "administrator")), 0);
    assert_eq!(code(&mut app, &signed_query(&key("rightright"), "administrator")), 70009);
}

#[test]
fn a_dry_run_lists_all_signature_errors() {
    let app = app_with_key();
    let sig = UserSig::sign(
        &key("wrong"),
        SdkAppId::new(1).unwrap(),
        "deputy",
        Timestamp::EPOCH,
        Duration::from_secs(100),
        None,
    );
    let query =
        format!("sdkappid=1400000000&identifier=administrator&usersig={}&random=0&contenttype=json", sig.as_str());
    let request = Request::signed("POST", PATH, &query, br#"{"GroupId":"g"}"#);
    let found = app.dry_run(&request, NOW).violations;
    let codes: Vec<_> = found.iter().map(|found| found.code.number()).collect();
    assert_eq!(codes, [70013, 70014, 70009, 70001]);
    // The first is what the service answers; the others say what to do.
    let says_what_to_do = |at: usize| found[at].message.contains("; make ") || found[at].message.contains("; compare ");
    assert_eq!([0, 1, 2, 3].map(says_what_to_do), [false, true, true, true], "{found:?}");

    // What cannot be read is that, and nothing else: here it would be all of the above once mended.
    let query = query.replace(sig.as_str(), &sig.as_str().replace('-', "%2F"));
    let request = Request { caller: Caller::Signed(&query), ..request };
    let found = app.dry_run(&request, NOW).violations;
    let codes: Vec<_> = found.iter().map(|found| found.code.number()).collect();
    assert_eq!(codes, [70003], "{found:?}");
}

#[test]
fn no_output_shows_a_secret() {
    let mut app = app_with_key();
    let query = signed_query(&key("right"), "administrator");
    let sig = query.split("usersig=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let stolen = query.replace("identifier=administrator", "identifier=student9");
    for query in [&query, &stolen] {
        let request = Request::signed("POST", PATH, query, b"");
        let response = app.handle(&request, NOW);
        let dry = app.dry_run(&request, NOW);
        for shown in [String::from_utf8(response.answer.body.clone()).unwrap(), format!("{response:?} {dry:?} {app:?}")]
        {
            assert!(!shown.contains("right") && !shown.contains(&sig), "{shown}");
        }
    }
    let path = format!("/v4/no/such?{query}");
    let request = Request::signed("POST", &path, &query, b"");
    let response = app.handle(&request, NOW);
    let shown = format!("{request:?} {}", String::from_utf8(response.answer.body).unwrap());
    assert!(!shown.contains(&sig) && shown.contains("v4/no/such"), "{shown}");
    let later = Timestamp::from_millis(NOW.as_millis() + 1);
    assert!(!String::from_utf8(app.snapshot()).unwrap().contains("right"));
    assert!(app.tick(later).is_empty());
}
