//! A world and a request in which one rule is broken, and no other.

use avmarks_protocol::Endpoint;
use avmarks_protocol::SdkAppId;
use avmarks_protocol::usersig::UserSig;
use avmarks_rules::{Policy, Refusal};
use avmarks_spec::GroupType;

use crate::world::{
    ADMIN, DAY, GROUP, OWN_KEY, Sent, World, accounts_body, admins_body, group_body, list_body, marks_body, query, sign,
};

/// A world and a request in which nothing but this is wrong.
pub(crate) fn broken(endpoint: Endpoint, refusal: Refusal, policy: Policy) -> (World, Sent) {
    let mut world = World::new(policy);
    world.join(&["u"]);
    if endpoint == Endpoint::DelRobots {
        world.add_robots(&["u"]);
    }
    let mut sent = Sent::call(endpoint, body(endpoint, GROUP));
    let set = |members: &[(&str, &[i64])]| marks_body(GROUP, 1, members);
    let resign = |sig: &UserSig| query(ADMIN, sig);
    let app = SdkAppId::EXAMPLE;
    let replaced = |body: &[u8], from: &str, to: &str| {
        String::from_utf8(body.to_vec()).unwrap().replacen(from, to, 1).into_bytes()
    };
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
        // It ends before its brace.
        Refusal::NotJson => sent.body.truncate(sent.body.len() - 1),
        Refusal::TrailingComma => {
            // The comma of the vendor's own samples.
            sent.body.truncate(sent.body.len() - 1);
            sent.body.extend_from_slice(b",}");
        }
        Refusal::DuplicateField => sent.body = replaced(&sent.body, "{", r#"{"GroupId":"","#),
        Refusal::Required => sent.body = replaced(&sent.body, "GroupId", "GroupID"),
        Refusal::CommandType => sent.body = replaced(&sent.body, r#""CommandType":1"#, r#""CommandType":3"#),
        Refusal::AccountsMax => sent.body = naming(endpoint, &["u"; 501]),
        Refusal::MemberListEmpty => sent.body = naming(endpoint, &[]),
        Refusal::AccountId => sent.body = naming(endpoint, &["u", "jürgen"]),
        Refusal::MarksEmpty => sent.body = set(&[("u", &[])]),
        Refusal::MarkRange => sent.body = set(&[("u", &[1_000, 999])]),
        Refusal::MarksNamed => sent.body = set(&[("u", &(1_000..1_011).collect::<Vec<_>>())]),
        Refusal::GroupId => sent.body = body(endpoint, "群"),
        Refusal::GroupExists => world.destroy(),
        Refusal::GroupType | Refusal::ListType | Refusal::CountType => world.create(GroupType::Public),
        Refusal::Plan | Refusal::ListPlan => world.settings(|settings| settings.terms.marks_supported = false),
        Refusal::Switch | Refusal::ListSwitch => world.settings(|settings| settings.terms.online_list_enabled = false),
        Refusal::Permission if endpoint == Endpoint::ModifyAdmin => sent = sent.by("owner"),
        Refusal::Permission => sent = sent.by("u"),
        Refusal::SpecialAdmin => {
            if endpoint == Endpoint::ModifyUserInfo {
                sent.body = set(&[("u", &[500])]);
            }
            sent = sent.by("owner");
        }
        Refusal::MarksPerGroup => {
            world.set(&["v"], &(1_000..1_010).collect::<Vec<_>>());
            if endpoint == Endpoint::ModifyUserInfo {
                sent.body = set(&[("u", &[1_010])]);
            }
        }
        Refusal::MembersPerMark if endpoint == Endpoint::AddRobots => {
            world.fill(500);
            sent.body = naming(endpoint, &["f0", "u"]);
        }
        Refusal::MembersPerMark => {
            world.fill(1_000);
            sent.body = set(&[("u", &[1_000, 1_001])]);
        }
        Refusal::SixthAdmin => {
            world.set_admins(&["k1", "k2", "k3", "k4"]);
        }
        Refusal::AllFailed if endpoint == Endpoint::AddRobots => world.fill(500),
        Refusal::AllFailed => {
            if endpoint == Endpoint::DelRobots {
                world.delete(&["u"], &[500]);
            }
            world.disconnect(&["u"]);
            sent.body = naming(endpoint, &["u", "w"]);
        }
    }
    (world, sent)
}

/// A body with which nothing is wrong, if the group is that of the world.
fn body(endpoint: Endpoint, group: &str) -> Vec<u8> {
    match endpoint {
        Endpoint::ModifyUserInfo => marks_body(group, 1, &[("u", &[1_000])]),
        Endpoint::GetMembers => list_body(group, 0, None),
        Endpoint::GetOnlineMemberNum | Endpoint::GetAdminList => group_body(group),
        Endpoint::AddRobots | Endpoint::DelRobots | Endpoint::CheckMembers => accounts_body(group, &["u"]),
        Endpoint::ModifyAdmin => admins_body(group, 1, &["u"]),
    }
}

/// A body of a call that names accounts, with these.
fn naming(endpoint: Endpoint, accounts: &[&str]) -> Vec<u8> {
    match endpoint {
        Endpoint::ModifyUserInfo => {
            let members: Vec<_> = accounts.iter().map(|account| (*account, &[1_000_i64][..])).collect();
            marks_body(GROUP, 1, &members)
        }
        Endpoint::ModifyAdmin => admins_body(GROUP, 1, accounts),
        _ => accounts_body(GROUP, accounts),
    }
}
