//! One request that breaks everything, mended one thing at a time: the answers come in the order of the precedence, and
//! that is the order of the enum and of the table in `docs/precedence.md`.

use std::fs;
use std::path::PathBuf;

use avmarks_protocol::modify_user_info::PATH;
use avmarks_protocol::usersig::UserSig;
use avmarks_protocol::{Endpoint, url::SdkAppId};
use avmarks_rules::{Precedence, Presence, Refusal};
use avmarks_service::{App, Call, Request, Settings};
use avmarks_spec::readings::{OverCapacity, Random, RestOwner};
use avmarks_spec::{GroupType, Limits, Timestamp};

use crate::{NOW, app_with_group, body, group, key, signed_query, user};

/// A request with the app that it meets.
struct World {
    app: App,
    method: &'static str,
    path: &'static str,
    query: String,
    body: Vec<u8>,
}

impl World {
    fn refusals(&self) -> Vec<Refusal> {
        let request = Request { method: self.method, path: self.path, query: &self.query, body: &self.body };
        let dry = self.app.dry_run(&request, NOW);
        let first = dry.violations.first().map(|violation| violation.code.number()).unwrap_or_default();
        assert_eq!(dry.answer.code.number(), first);
        assert_eq!(
            self.app.clone().handle(&request, NOW).answer,
            dry.answer,
            "the service answers what the dry run foresaw"
        );
        dry.violations.iter().map(|violation| violation.reason).collect()
    }

    /// `g` anew, with another owner; `a` and `b` are online, and `b` holds ten marks.
    fn group_owned_by(&mut self, owner: &str) {
        self.app.destroy_group(group("g"), NOW);
        self.app.create_group(group("g"), GroupType::AvChatRoom, Some(user(owner)), NOW);
        self.app.observe(group("g"), Presence::Join, &[user("a"), user("b")], NOW);
        self.call(&body("g", 1, &[("b", &(1_000..1_010).collect::<Vec<_>>())]));
    }

    fn call(&mut self, body: &[u8]) {
        let response = self.app.call(&Call { identifier: "administrator", path: PATH, body }, NOW);
        assert_eq!(response.answer.code.number(), 0);
    }

    fn settings(&mut self, change: impl FnOnce(&mut Settings)) {
        let mut settings = self.app.settings().clone();
        change(&mut settings);
        self.app.configure(settings);
    }
}

fn sign(key_text: &str, app: SdkAppId, identifier: &str, at: Timestamp) -> String {
    let sig = UserSig::sign(&key(key_text), app, identifier, at.as_seconds(), 86_400, None);
    format!("sdkappid={}&identifier=owner&usersig={}&random=1&contenttype=json", SdkAppId::EXAMPLE, sig.as_str())
}

/// An app in which `g` is a public group, plan and switch are missing, the quota is used up, and `random` is asked for.
fn hostile_app() -> App {
    let mut app = app_with_group();
    app.create_group(group("public"), GroupType::Public, None, NOW);
    let mut settings = app.settings().clone();
    settings.key = Some(key("right"));
    settings.terms.marks_supported = false;
    settings.terms.online_list_enabled = false;
    settings.terms.policy.random = Random::Refuse;
    settings.terms.policy.over_capacity = OverCapacity::RefuseCall;
    settings.terms.limits = Limits { calls_per_window_max: 0, body_bytes_max: 3, ..Limits::DOCUMENTED };
    app.configure(settings);
    app
}

#[test]
fn a_request_that_breaks_everything_mended_one_thing_at_a_time() {
    let other_app = SdkAppId::new(1).unwrap();
    let old = Timestamp::from_millis(0);
    let eleven: Vec<i64> = (1_000..1_011).collect();
    let many: Vec<_> = (0..501).map(|_| ("a", &[1_000_i64][..])).collect();
    let our_app = SdkAppId::EXAMPLE;

    let mut world = World {
        app: hostile_app(),
        method: "GET",
        path: "v4/group_open_http_svc/modify_group_member_info",
        query: "identifier=nobody".to_owned(),
        body: b"[\xff, 7]".to_vec(),
    };
    let mut met = Vec::new();
    // What answers now, and how that is mended.
    type Mend<'a> = (Refusal, Box<dyn FnMut(&mut World) + 'a>);
    let mends: Vec<Mend<'_>> = vec![
        (Refusal::UnknownPath, Box::new(|world| world.path = PATH)),
        (Refusal::Method, Box::new(|world| world.method = "POST")),
        (
            Refusal::BodySize,
            Box::new(|world| world.settings(|settings| settings.terms.limits.body_bytes_max = 1 << 20)),
        ),
        (Refusal::QueryAppMissing, Box::new(|world| world.query.push_str("&sdkappid=1400000000&usersig=xxx"))),
        (Refusal::Query, Box::new(|world| world.query.push_str("&contenttype=json&random=-1"))),
        (Refusal::QueryRandom, Box::new(|world| world.query = world.query.replace("random=-1", "random=1"))),
        (Refusal::SignatureMalformed, Box::new(|world| world.query = sign("wrong", other_app, "someone", old))),
        (Refusal::SignatureUser, Box::new(|world| world.query = sign("wrong", other_app, "owner", old))),
        (Refusal::SignatureApp, Box::new(|world| world.query = sign("wrong", our_app, "owner", old))),
        (Refusal::SignatureKey, Box::new(|world| world.query = sign("right", our_app, "owner", old))),
        (Refusal::SignatureExpired, Box::new(|world| world.query = sign("right", our_app, "owner", NOW))),
        (
            Refusal::AdminCaller,
            Box::new(|world| {
                world.settings(|settings| {
                    settings.terms.policy.rest_owner = RestOwner::OwnerToo;
                })
            }),
        ),
        (Refusal::Rate, Box::new(|world| world.settings(|settings| settings.terms.limits = Limits::DOCUMENTED))),
        (Refusal::NotJson, Box::new(|world| world.body = b"{}".to_vec())),
        (Refusal::Required, Box::new(|world| world.body = body("", 3, &many))),
        (Refusal::CommandType, Box::new(|world| world.body = body("", 1, &many))),
        (Refusal::AccountsMax, Box::new(|world| world.body = body("", 1, &[]))),
        (
            Refusal::MemberListEmpty,
            Box::new(|world| world.body = body("", 1, &[("", &[]), ("a", &[999]), ("a", &eleven)])),
        ),
        (Refusal::AccountId, Box::new(|world| world.body = body("", 1, &[("a", &[]), ("a", &[999]), ("a", &eleven)]))),
        (Refusal::MarksEmpty, Box::new(|world| world.body = body("", 1, &[("a", &[1, 500]), ("a", &eleven)]))),
        (Refusal::MarkRange, Box::new(|world| world.body = body("", 1, &[("a", &[500]), ("a", &eleven)]))),
        (Refusal::MarksNamed, Box::new(|world| world.body = body("", 1, &[("a", &[500, 1_010])]))),
        (Refusal::GroupId, Box::new(|world| world.body = body("nowhere", 1, &[("a", &[500, 1_010])]))),
        (Refusal::GroupExists, Box::new(|world| world.body = body("public", 1, &[("a", &[500, 1_010])]))),
        (Refusal::GroupType, Box::new(|world| world.body = body("g", 1, &[("a", &[500, 1_010])]))),
        (Refusal::Plan, Box::new(|world| world.settings(|settings| settings.terms.marks_supported = true))),
        (
            Refusal::Switch,
            Box::new(|world| {
                world.settings(|settings| settings.terms.online_list_enabled = true);
                world.group_owned_by("a");
            }),
        ),
        (Refusal::Permission, Box::new(|world| world.group_owned_by("owner"))),
        (
            Refusal::SpecialAdmin,
            Box::new(|world| {
                world.settings(|settings| {
                    settings.admins.insert("owner".to_owned());
                })
            }),
        ),
        // `b` holds ten marks, and 1010 is none of them.
        (
            Refusal::MarksPerGroup,
            Box::new(|world| {
                world.call(&body("g", 2, &[("b", &[1_000])]));
                world.settings(|settings| settings.terms.limits.members_per_mark_max = 0);
            }),
        ),
        (
            Refusal::MembersPerMark,
            Box::new(|world| {
                world.settings(|settings| {
                    settings.terms.policy.over_capacity = OverCapacity::LeaveOut;
                })
            }),
        ),
        (Refusal::AllFailed, Box::new(|world| world.settings(|settings| settings.terms.limits = Limits::DOCUMENTED))),
    ];
    for (expected, mut mend) in mends {
        let refusals = world.refusals();
        assert_eq!(refusals.first(), Some(&expected), "after {met:?}: {refusals:?}");
        met.push(expected);
        mend(&mut world);
    }
    assert_eq!(world.refusals(), []);
    let unmet: Vec<_> = Refusal::ALL.iter().filter(|refusal| !met.contains(refusal)).collect();
    assert!(unmet.is_empty() && met.is_sorted(), "{unmet:?}");
}

#[test]
fn the_page_on_precedence_is_the_enum() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/precedence.md");
    let printed = Precedence.to_string();
    if std::env::var_os("AVMARKS_WRITE").is_some() {
        fs::write(&path, &printed).unwrap();
    }
    assert_eq!(fs::read_to_string(path).unwrap(), printed, "write it anew with AVMARKS_WRITE=1 cargo test");
}

#[test]
fn every_call_has_its_own_quota() {
    let mut app = app_with_group();
    let mut settings = app.settings().clone();
    settings.terms.limits.calls_per_window_max = 1;
    app.configure(settings);
    let query = signed_query(&key("any"), "administrator");
    for endpoint in Endpoint::ALL {
        let request = Request { method: "POST", path: endpoint.path(), query: &query, body: b"{}" };
        let codes = [app.handle(&request, NOW).answer.code.number(), app.handle(&request, NOW).answer.code.number()];
        assert_eq!(codes, [10004, 60007], "{}", endpoint.path());
    }
}
