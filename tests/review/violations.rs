//! What a dry run finds: each kind of violation, as text and as JSON.

use std::fmt::Write as _;

use avmarks_protocol::SdkAppId;
use avmarks_protocol::usersig::UserSig;
use avmarks_protocol::{BodyPath, Endpoint};
use avmarks_rules::{Policy, Refusal, Terms};
use avmarks_service::{Violation, preflight};
use avmarks_spec::Limits;
use avmarks_spec::readings::Random;

use crate::Page;
use crate::refusals::{broken, knows, needs};
use crate::show::without_signature;
use crate::world::{ADMIN, GROUP, Sent, World, marks_body, query, sign};

const FOLDER: &str = "violations";

pub(crate) fn pages() -> Vec<Page> {
    let mut pages: Vec<_> = Endpoint::ALL.iter().map(|endpoint| each_kind(*endpoint)).collect();
    pages.extend([bodies(), queries(), everything()]);
    pages
}

/// The violations as they are shown.
fn shown(found: &[Violation]) -> String {
    let mut text = String::new();
    for violation in found {
        writeln!(text, "text  {violation}\njson  {}", serde_json::to_string(violation).unwrap()).unwrap();
    }
    text
}

/// Collects what is shown, and what it rests on.
#[derive(Default)]
struct Shown {
    text: String,
    ids: Vec<&'static str>,
}

impl Shown {
    fn add(&mut self, title: &str, found: &[Violation]) {
        assert!(!found.is_empty(), "{title}");
        writeln!(self.text, "== {title}\n{}", shown(found)).unwrap();
        self.ids.extend(found.iter().flat_map(|violation| &violation.because).map(|basis| basis.id()));
    }

    fn page(self, name: &str, shows: &str, document: &str) -> Page {
        Page::new(FOLDER, name, shows, document, self.text.trim_end()).and_on(self.ids)
    }
}

fn each_kind(endpoint: Endpoint) -> Page {
    let mut all = Shown::default();
    for refusal in Refusal::ALL {
        // The unknown path is shown once, with the first call.
        let here = *refusal == Refusal::UnknownPath && endpoint == Endpoint::ModifyUserInfo;
        if !here && knows(endpoint, *refusal).is_err() {
            continue;
        }
        let mut policy = Policy::default();
        needs(endpoint, *refusal).iter().for_each(|(gap, reading)| policy.set(*gap, reading).unwrap());
        let (world, sent) = broken(endpoint, *refusal, policy);
        let found = world.app.dry_run(&sent.request(), world.now).violations;
        all.add(&format!("{refusal:?}"), &found);
    }
    let shows = "each kind of violation, one request for each";
    all.page(endpoint.command(), shows, "the order is ours (docs/precedence.md)")
}

/// What can be wrong with a body by itself, message by message.
fn bodies() -> Page {
    let marks = |members: &str| format!(r#"{{"GroupId":"g","CommandType":1,"MemberList":{members}}}"#);
    let entry = |entry: &str| marks(&format!("[{entry}]"));
    let long = "a".repeat(49);
    let set = Endpoint::ModifyUserInfo;
    let bodies = [
        (set, String::new()),
        (set, "[]".to_owned()),
        (set, "7".to_owned()),
        (set, "null".to_owned()),
        (set, "\u{feff}{}".to_owned()),
        (set, r#"{"GroupId":"g""#.to_owned()),
        (set, r#"{"GroupId":'g'}"#.to_owned()),
        (set, r#"{"GroupId":"g","CommandType":1,"MemberList":[],}"#.to_owned()),
        (set, r#"{"GroupId":"g",,}"#.to_owned()),
        (set, r#"{"GroupId":"\ud800","CommandType":1,"MemberList":[]}"#.to_owned()),
        (set, r#"{"GroupId":"\ud800",}"#.to_owned()),
        (set, "{}".to_owned()),
        (set, r#"{"GroupId":null,"CommandType":null,"MemberList":null}"#.to_owned()),
        (set, r#"{"GroupId":7,"CommandType":"1","MemberList":{}}"#.to_owned()),
        (set, r#"{"GroupId":"g","GroupId":"g","CommandType":1.0,"MemberList":[7]}"#.to_owned()),
        (set, entry(r#"{}"#)),
        (set, entry(r#"{"Member_Account":7,"Marks":1000}"#)),
        (set, entry(r#"{"Member_Account":"a","Member_Account":"a","Marks":[1e3,"1000",null,[],true]}"#)),
        (set, entry(r#"{"Member_Account":"","Marks":[]}"#)),
        (set, entry(&format!(r#"{{"Member_Account":"{}","Marks":[1000]}}"#, "a".repeat(33)))),
        (set, entry(r#"{"Member_Account":"a\nb","Marks":[1000]}"#)),
        (set, entry(r#"{"Member_Account":"a","Marks":[-1,0,499,501,599,601,999,4294967296,99999999999999999999]}"#)),
        (set, marks("[]")),
        (set, r#"{"GroupId":"","CommandType":0,"MemberList":[{"Member_Account":"a","Marks":[1000]}]}"#.to_owned()),
        (set, format!(r#"{{"GroupId":"{long}","CommandType":99999999999999999999,"MemberList":[]}}"#)),
        (Endpoint::GetMembers, "{}".to_owned()),
        (Endpoint::GetMembers, r#"{"GroupId":"g","Timestamp":-1}"#.to_owned()),
        (Endpoint::GetMembers, r#"{"GroupId":"g","Timestamp":18446744073709551616}"#.to_owned()),
        (Endpoint::GetMembers, r#"{"GroupId":"g","Timestamp":"0","Mark":"1000"}"#.to_owned()),
        (Endpoint::GetMembers, r#"{"GroupId":"g","Timestamp":0,"Mark":null}"#.to_owned()),
        (Endpoint::GetOnlineMemberNum, "{}".to_owned()),
        (Endpoint::GetOnlineMemberNum, r#"{"GroupId":["g"]}"#.to_owned()),
        (Endpoint::AddRobots, "{}".to_owned()),
        (Endpoint::AddRobots, r#"{"GroupId":"g","Member_Account":"robot1"}"#.to_owned()),
        (Endpoint::DelRobots, r#"{"GroupId":"g","Member_Account":[7,"",{"Member_Account":"a"}]}"#.to_owned()),
        (Endpoint::CheckMembers, r#"{"GroupId":"","Member_Account":["jürgen"],"Member_Account":[]}"#.to_owned()),
        (Endpoint::CheckMembers, r#"{"GroupId":"","Member_Account":[]}"#.to_owned()),
        (Endpoint::ModifyAdmin, "{}".to_owned()),
        (Endpoint::ModifyAdmin, r#"{"GroupId":"g","CommandType":0,"Admin_Account":["",null]}"#.to_owned()),
        (Endpoint::GetAdminList, r#"{"GroupId":null}"#.to_owned()),
    ];
    let mut all = Shown::default();
    for (endpoint, body) in &bodies {
        let found = preflight(*endpoint, body.as_bytes(), &Terms::default());
        // A byte order mark would not be seen.
        let shown = body.replace('\u{feff}', "\\u{feff}");
        all.add(format!("{} {shown}", endpoint.command()).trim_end(), &found);
    }
    let no_text = preflight(set, b"{\"GroupId\":\"\xff\"}", &Terms::default());
    all.add("modify_user_info, with the byte 0xff in a string", &no_text);
    let shows = "bodies that are wrong by themselves, and the messages that they get";
    all.page(
        "bodies",
        shows,
        "1047/50294, 1047/50293, 1047/38521, 269/103785, 1047/60523, 269/102857 and 1047/60524 request fields",
    )
}

/// What can be wrong with a query and its signature.
fn queries() -> Page {
    let mut world = World::new(Policy::default());
    world.settings(|settings| settings.terms.policy.random = Random::Refuse);
    let good = Sent::count();
    let changed = |from: &str, to: &str| good.query.replace(from, to);
    let other = SdkAppId::new(1).unwrap();
    let old = avmarks_spec::Timestamp::from_millis(0);
    let text = good.query.split("usersig=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let queries = [
        ("an empty query", String::new()),
        ("an app that is no number", changed("sdkappid=1400000000", "sdkappid=14e8")),
        ("another app", changed("sdkappid=1400000000", "sdkappid=1400000001")),
        ("an app twice", changed("identifier=", "sdkappid=1400000000&identifier=")),
        ("a type that is not `json`", changed("contenttype=json", "contenttype=JSON")),
        ("an escape that is none", changed(&format!("identifier={ADMIN}"), "identifier=100%")),
        ("no random", changed("&random=99999999", "")),
        ("random twice", changed("&random=", "&random=1&random=")),
        ("random that is negative", changed("random=99999999", "random=-1")),
        ("random with an escape that is none", changed("random=99999999", "random=%")),
        ("a signature of three letters", query(ADMIN, &UserSig::new("xxx"))),
        ("a signature cut short", query(ADMIN, &UserSig::new(&text[..text.len() - 8]))),
        ("a signature of somebody else, for another app, with another key, and old", {
            query(ADMIN, &sign("another", other, "someone", old, 1))
        }),
        ("somebody who is no admin", good.clone().by("someone").query),
    ];
    let mut all = Shown::default();
    for (title, query) in queries {
        let sent = Sent { query, ..good.clone() };
        let found = world.app.dry_run(&sent.request(), world.now).violations;
        all.add(&format!("{title}\nquery {}", without_signature(&sent.query)), &found);
    }
    let shows = "queries and signatures that are wrong, with gap:random read as refuse";
    all.page("queries", shows, "1047/34620 request parameters, 1047/34385")
}

/// One request in which as much is wrong as can be at once.
fn everything() -> Page {
    let mut world = World::new(Policy::default());
    world.create(avmarks_spec::GroupType::Public);
    world.settings(|settings| {
        settings.terms.marks_supported = false;
        settings.terms.online_list_enabled = false;
        settings.terms.limits = Limits { accounts_per_call_max: 2, calls_per_window_max: 0, ..Limits::DOCUMENTED };
    });
    let eleven: Vec<i64> = (1_000..1_011).collect();
    let body = marks_body(GROUP, 3, &[("", &[]), ("u", &[999, 500]), ("u", &eleven)]);
    let mut sent = Sent { method: "PUT", ..Sent::call(Endpoint::ModifyUserInfo, body) }.by("u");
    sent.query = sent.query.replace("contenttype=json", "contenttype=xml");
    let found = world.app.dry_run(&sent.request(), world.now).violations;
    let mut all = Shown::default();
    all.add(
        &format!("{} {}\n{}", sent.method, without_signature(&sent.query), String::from_utf8_lossy(&sent.body)),
        &found,
    );
    let shows = "one request in which much is wrong: the whole list, in the order of the precedence";
    all.page("everything", shows, "the order is ours (docs/precedence.md)")
}

#[test]
fn each_place_of_a_request_is_shown() {
    let text = bodies().text.unwrap();
    for place in [
        BodyPath::Body,
        BodyPath::GroupId,
        BodyPath::CommandType,
        BodyPath::Timestamp,
        BodyPath::MarkFilter,
        BodyPath::MemberList,
        BodyPath::Entry(0),
        BodyPath::Account(0),
        BodyPath::Marks(0),
        BodyPath::Mark(0, 0),
        BodyPath::MemberAccounts,
        BodyPath::MemberAccount(0),
        BodyPath::AdminAccounts,
        BodyPath::AdminAccount(0),
    ] {
        assert!(text.contains(&format!(r#""pointer":"{}""#, place.pointer())), "{place}");
    }
}
