//! Every refusal of every call, got by breaking the one rule and asking; or why a call does not know it.

use std::collections::BTreeSet;

use avmarks_protocol::url::SdkAppId;
use avmarks_protocol::usersig::UserSig;
use avmarks_protocol::{ERROR_CODES, Endpoint, ErrorCode};
use avmarks_rules::{Policy, Refusal};
use avmarks_spec::{Gap, GroupType};

use crate::Page;
use crate::show::{Case, shown_all};
use crate::world::{ADMIN, DAY, GROUP, OWN_KEY, Sent, World, count_body, list_body, marks_body, query, sign};

pub(crate) fn modify_user_info() -> Vec<Page> {
    refused(Endpoint::ModifyUserInfo, "1047/50294 error codes")
}

pub(crate) fn get_members() -> Vec<Page> {
    refused(Endpoint::GetMembers, "1047/50293 error codes")
}

pub(crate) fn get_online_member_num() -> Vec<Page> {
    refused(Endpoint::GetOnlineMemberNum, "1047/38521 error codes")
}

/// The codes that the page of a call lists (1047/50294, 1047/50293, 1047/38521).
fn listed(endpoint: Endpoint) -> &'static [i64] {
    match endpoint {
        Endpoint::ModifyUserInfo | Endpoint::GetMembers => &[10001, 10002, 10003, 10004, 10007, 10010, 10015],
        Endpoint::GetOnlineMemberNum => &[10002, 10003, 10004, 10007, 10010, 10015],
    }
}

/// Codes that those pages list and the service never gives, and why.
const NEVER_GIVEN: &[(i64, &str)] = &[
    (10002, "an error of the vendor's own system, which a service without a system of its own has not"),
    (10003, "a wrong command has another path, and no call has that path: 60009 (gap:http-codes)"),
];

fn refused(endpoint: Endpoint, document: &str) -> Vec<Page> {
    let mut text = String::new();
    let mut ids = Vec::new();
    let mut unknown = Vec::new();
    for refusal in Refusal::ALL {
        match knows(endpoint, *refusal) {
            Ok(given) => {
                let (shown, because) = case(endpoint, *refusal, given);
                text.push_str(&shown);
                text.push_str("\n\n");
                ids.extend(because);
            }
            Err(why) => unknown.push(format!("{refusal:?}: {why}")),
        }
    }
    text.push_str("== refusals that this call does not know\n");
    text.push_str(&unknown.join("\n"));
    text.push_str("\n\n== codes that the page of the call lists and the service never gives");
    for (code, why) in NEVER_GIVEN.iter().filter(|(code, _)| listed(endpoint).contains(code)) {
        text.push_str(&format!("\n{code}: {why}"));
    }
    let shows = "one answer for each refusal, in the order of the precedence, with what each other reading makes of it";
    vec![Page::new(endpoint.command(), "answers_refused", shows, document, text).and_on(ids)]
}

fn case(endpoint: Endpoint, refusal: Refusal, given: &str) -> (String, Vec<&'static str>) {
    let ask = |policy: Policy| broken(endpoint, refusal, policy);
    let title = format!("step {}, {refusal:?}: {}", refusal.step(), refusal.says());
    shown_all(&[Case { title, given, read: needs(endpoint, refusal), ask: &ask }])
}

/// What must be given so that a call is refused for it; or why the call is never refused for it.
pub(crate) fn knows(endpoint: Endpoint, refusal: Refusal) -> Result<&'static str, &'static str> {
    let is_set = endpoint == Endpoint::ModifyUserInfo;
    Ok(match refusal {
        Refusal::UnknownPath => return Err("a call is what a path names; gateway/answers_refused has it"),
        Refusal::SignatureExpired => "the signature is two days old and was made for one",
        Refusal::SignatureUser => "the signature was made for `someone`",
        Refusal::SignatureApp => "the signature was made for app 1",
        Refusal::SignatureKey => "the signature was made with another key",
        Refusal::Rate => "200 calls of this command were admitted within the last second",
        Refusal::GroupExists => "the group was destroyed",
        Refusal::GroupType => "the group is of type `Public`",
        Refusal::Plan if endpoint == Endpoint::GetOnlineMemberNum => {
            return Err("the count is on every plan (1047/38521)");
        }
        Refusal::Plan => "the plan lacks the feature",
        Refusal::Switch => "the list of online members is off",
        Refusal::CommandType
        | Refusal::AccountsMax
        | Refusal::MemberListEmpty
        | Refusal::AccountId
        | Refusal::MarksEmpty
        | Refusal::MarkRange
        | Refusal::MarksNamed
        | Refusal::SpecialAdmin
        | Refusal::MarksPerGroup
        | Refusal::MembersPerMark
        | Refusal::AllFailed
            if !is_set =>
        {
            return Err("it asks for no account and no mark to be changed");
        }
        Refusal::MarksPerGroup => "`v` holds 1000 to 1009",
        Refusal::MembersPerMark => "1,000 other accounts hold 1000",
        Refusal::AllFailed => "`u` is offline, and `w` never joined",
        Refusal::Permission => "`u` is a member, and the group is `owner`'s",
        Refusal::AdminCaller | Refusal::SpecialAdmin => "the group is `owner`'s",
        _ => "",
    })
}

/// The readings under which a call is refused so, where the default ones never do.
pub(crate) fn needs(endpoint: Endpoint, refusal: Refusal) -> &'static [(Gap, &'static str)] {
    match refusal {
        Refusal::QueryRandom => &[(Gap::Random, "refuse")],
        Refusal::Plan if endpoint == Endpoint::GetMembers => &[(Gap::LowPlanList, "refuse")],
        Refusal::Permission | Refusal::SpecialAdmin => &[(Gap::RestOwner, "owner-too")],
        Refusal::MembersPerMark => &[(Gap::OverCapacity, "refuse-call")],
        _ => &[],
    }
}

/// A world and a request in which nothing but this is wrong.
pub(crate) fn broken(endpoint: Endpoint, refusal: Refusal, policy: Policy) -> (World, Sent) {
    let mut world = World::new(policy);
    world.join(&["u"]);
    let mut sent = Sent::call(endpoint, body(endpoint, GROUP));
    let set = |members: &[(&str, &[i64])]| marks_body(GROUP, 1, members);
    let resign = |sig: &UserSig| query(ADMIN, sig);
    let app = SdkAppId::EXAMPLE;
    match refusal {
        Refusal::UnknownPath => sent.path = "v4/group_open_http_svc/modify_group_member_info",
        Refusal::Method => sent.method = "GET",
        Refusal::BodySize => sent.body.resize(1_048_577, b' '),
        Refusal::QueryAppMissing => sent.query = sent.query.replace("sdkappid=1400000000&", ""),
        Refusal::Query => sent.query = sent.query.replace("&contenttype=json", ""),
        Refusal::QueryRandom => sent.query = sent.query.replace("random=99999999", "random=4294967296"),
        Refusal::SignatureMalformed => sent.query = resign(&UserSig::new("xxx")),
        Refusal::SignatureUser => sent.query = resign(&sign(OWN_KEY, app, "someone", world.now, 1)),
        Refusal::SignatureApp => {
            sent.query = resign(&sign(OWN_KEY, SdkAppId::new(1).unwrap(), ADMIN, world.now, 1));
        }
        Refusal::SignatureKey => sent.query = resign(&sign("another", app, ADMIN, world.now, 1)),
        Refusal::SignatureExpired => {
            let old = world.now;
            world.wait(2 * DAY);
            sent.query = resign(&sign(OWN_KEY, app, ADMIN, old, 1));
        }
        Refusal::AdminCaller => sent = sent.by("owner"),
        Refusal::Rate => (0..200).for_each(|_| assert_eq!(world.code_of(&sent), 0)),
        Refusal::NotJson => {
            // The comma of the vendor's own samples.
            sent.body.truncate(sent.body.len() - 1);
            sent.body.extend_from_slice(b",}");
        }
        Refusal::Required => {
            let text = String::from_utf8(sent.body).unwrap();
            sent.body = text.replace("GroupId", "GroupID").into_bytes();
        }
        Refusal::CommandType => sent.body = marks_body(GROUP, 3, &[("u", &[1_000])]),
        Refusal::AccountsMax => sent.body = set(&vec![("u", &[1_000][..]); 501]),
        Refusal::MemberListEmpty => sent.body = set(&[]),
        Refusal::AccountId => sent.body = set(&[("u", &[1_000]), ("jürgen", &[1_000])]),
        Refusal::MarksEmpty => sent.body = set(&[("u", &[])]),
        Refusal::MarkRange => sent.body = set(&[("u", &[1_000, 999])]),
        Refusal::MarksNamed => sent.body = set(&[("u", &(1_000..1_011).collect::<Vec<_>>())]),
        Refusal::GroupId => sent.body = body(endpoint, "群"),
        Refusal::GroupExists => world.destroy(),
        Refusal::GroupType => world.create(GroupType::Public),
        Refusal::Plan => world.settings(|settings| settings.terms.marks_supported = false),
        Refusal::Switch => world.settings(|settings| settings.terms.online_list_enabled = false),
        Refusal::Permission => sent = sent.by("u"),
        Refusal::SpecialAdmin => {
            sent.body = set(&[("u", &[500])]);
            sent = sent.by("owner");
        }
        Refusal::MarksPerGroup => {
            world.set(&["v"], &(1_000..1_010).collect::<Vec<_>>());
            sent.body = set(&[("u", &[1_010])]);
        }
        Refusal::MembersPerMark => {
            world.fill(1_000);
            sent.body = set(&[("u", &[1_000, 1_001])]);
        }
        Refusal::AllFailed => {
            world.disconnect(&["u"]);
            sent.body = set(&[("u", &[1_000]), ("w", &[1_000])]);
        }
    }
    (world, sent)
}

/// A body with which nothing is wrong, if the group is that of the world.
fn body(endpoint: Endpoint, group: &str) -> Vec<u8> {
    match endpoint {
        Endpoint::ModifyUserInfo => marks_body(group, 1, &[("u", &[1_000])]),
        Endpoint::GetMembers => list_body(group, 0, None),
        Endpoint::GetOnlineMemberNum => count_body(group),
    }
}

/// Every code of an answer on a page, under any reading.
fn codes_in(page: &Page) -> BTreeSet<i64> {
    let codes = page.text.as_ref().unwrap().split("\"ErrorCode\":").skip(1);
    codes.map(|rest| rest.split([',', '}']).next().unwrap().parse().unwrap()).collect()
}

#[test]
fn each_world_breaks_the_one_rule_and_is_refused_for_it() {
    for endpoint in Endpoint::ALL {
        for refusal in Refusal::ALL.iter().filter(|refusal| knows(*endpoint, **refusal).is_ok()) {
            let mut policy = Policy::default();
            needs(*endpoint, *refusal).iter().for_each(|(gap, reading)| policy.set(*gap, reading).unwrap());
            let (world, sent) = broken(*endpoint, *refusal, policy);
            let found = world.app.dry_run(&sent.request(), world.now).violations;
            let reasons: Vec<_> = found.iter().map(|violation| violation.reason).collect();
            assert_eq!(reasons, [*refusal], "{}", endpoint.command());
        }
    }
}

#[test]
fn every_code_that_the_documents_list_or_the_rules_can_give_is_shown() {
    let mut shown = codes_in(&crate::gateway::answers_refused());
    for endpoint in Endpoint::ALL {
        let codes = codes_in(&refused(*endpoint, "")[0]);
        for code in listed(*endpoint) {
            let never = NEVER_GIVEN.iter().any(|(excused, _)| excused == code);
            assert_ne!(codes.contains(code), never, "{code} of {}", endpoint.command());
        }
        shown.extend(codes);
    }
    for refusal in Refusal::ALL {
        for gap in Gap::ALL {
            for reading in gap.readings() {
                let mut policy = Policy::default();
                policy.set(*gap, reading.name).unwrap();
                assert!(
                    shown.contains(&i64::from(refusal.code(&policy))),
                    "{refusal:?} with {gap} as {}",
                    reading.name
                );
            }
        }
    }
    // What is answered is what the table of codes explains.
    for code in shown.iter().filter(|code| **code != 0) {
        assert!(ERROR_CODES.iter().any(|row| row.code == ErrorCode::new(*code)), "{code}");
    }
}
