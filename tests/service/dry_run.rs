//! A dry run predicts the answer of the service for every call, caller, group and policy; and a refusal changes nothing.

use avmarks_protocol::Endpoint;
use avmarks_rules::{Policy, Presence, Reason};
use avmarks_service::{App, Request};
use avmarks_spec::{Gap, GroupType};

use crate::{NOW, app_with_group, body, group, user};

/// Bodies of this call in a group, from one with which nothing is wrong to one that is no JSON.
fn bodies(endpoint: Endpoint, group: &str) -> Vec<String> {
    let rests: &[&str] = match endpoint {
        Endpoint::ModifyUserInfo => &[
            r#","CommandType":1,"MemberList":[{"Member_Account":"a","Marks":[1000,500]},{"Member_Account":"x","Marks":[500]}]"#,
            r#","CommandType":2,"MemberList":[{"Member_Account":"off","Marks":[1000]},{"Member_Account":"x","Marks":[500]}]"#,
            r#","CommandType":1,"MemberList":[{"Member_Account":"a b","Marks":[1010]}],"#,
            r#","CommandType":3,"MemberList":[]"#,
        ],
        Endpoint::GetMembers => {
            &[r#","Timestamp":0"#, r#","Timestamp":1025,"Mark":1000"#, r#","Timestamp":0,"Mark":"1""#]
        }
        Endpoint::GetOnlineMemberNum | Endpoint::GetAdminList => &["", ","],
        Endpoint::AddRobots | Endpoint::DelRobots | Endpoint::CheckMembers => &[
            r#","Member_Account":["x","off","a","x"]"#,
            r#","Member_Account":["off","nobody"]"#,
            r#","Member_Account":["a b",""]"#,
            r#","Member_Account":[]"#,
        ],
        Endpoint::ModifyAdmin => &[
            r#","CommandType":1,"Admin_Account":["x","k1"]"#,
            r#","CommandType":1,"Admin_Account":["x","y","z"]"#,
            r#","CommandType":2,"Admin_Account":["k1","nobody"]"#,
            r#","CommandType":0,"CommandType":1,"Admin_Account":[7]"#,
        ],
    };
    rests.iter().map(|rest| format!(r#"{{"GroupId":"{group}"{rest}}}"#)).collect()
}

/// An app with a full group, a group of another type, and every reading but this one as by default.
fn app(policy: Policy, marks_supported: bool, online_list_enabled: bool) -> App {
    let mut app = app_with_group();
    app.apply_presence(group("g"), Presence::Join, &[user("off")], NOW);
    app.apply_presence(group("g"), Presence::Disconnect, &[user("off")], NOW);
    app.create_group(group("public"), GroupType::Public, None, NOW);
    let admins = br#"{"GroupId":"g","CommandType":1,"Admin_Account":["k1","k2","k3"]}"#.to_vec();
    let marks = body("g", 1, &[("b", &(1_000..1_009).collect::<Vec<_>>())]);
    for (endpoint, body) in [
        (Endpoint::ModifyUserInfo, marks),
        (Endpoint::AddRobots, br#"{"GroupId":"g","Member_Account":["x"]}"#.to_vec()),
        (Endpoint::ModifyAdmin, admins),
    ] {
        let call = Request::trusted("administrator", endpoint.path(), &body);
        assert_eq!(app.handle(&call, NOW).answer.code.number(), 0);
    }
    let mut settings = app.settings().clone();
    settings.terms.policy = policy;
    settings.terms.marks_supported = marks_supported;
    settings.terms.online_list_enabled = online_list_enabled;
    app.configure(settings);
    app
}

/// The rooms of a snapshot, without what the quota keeps.
fn rooms(app: &App) -> String {
    let snapshot = String::from_utf8(app.snapshot()).unwrap();
    snapshot.split_once("\"groups\":").unwrap().1.to_owned()
}

#[test]
fn a_dry_run_predicts_every_answer() {
    let policies = Gap::ALL.iter().flat_map(|gap| {
        gap.readings().iter().map(|reading| {
            let mut policy = Policy::default();
            policy.set(*gap, reading.name).unwrap();
            policy
        })
    });
    let mut policies: Vec<_> = policies.collect();
    // `PERMISSION` of questions is met only where owners may call.
    let mut owner_too = Policy::default();
    owner_too.set(Gap::RestOwner, "owner-too").unwrap();
    owner_too.set(Gap::SpecialSlots, "count").unwrap();
    owner_too.set(Gap::OverCapacity, "refuse-call").unwrap();
    policies.push(owner_too);
    policies.sort_by_key(|policy| format!("{policy:?}"));
    policies.dedup();
    let (mut served, mut refused, mut by_order) = (0, 0, 0);
    for policy in policies {
        for (plan, switch) in [(true, true), (false, true), (true, false), (false, false)] {
            let app = app(policy, plan, switch);
            let before = app.snapshot();
            let kept = rooms(&app);
            for endpoint in Endpoint::ALL {
                for group in ["g", "public", "nowhere", ""] {
                    for (identifier, body) in ["administrator", "owner", "a"]
                        .into_iter()
                        .flat_map(|who| bodies(*endpoint, group).into_iter().map(move |body| (who, body)))
                    {
                        let call = Request::trusted(identifier, endpoint.path(), body.as_bytes());
                        let predicted = app.dry_run(&call, NOW);
                        let mut asked = app.clone();
                        let answer = asked.handle(&call, NOW).answer;
                        assert_eq!(answer, predicted.answer, "{identifier} {} {body} {policy:?}", endpoint.command());
                        let first = predicted.violations.first();
                        assert_eq!(first.map(|first| first.code), Some(answer.code).filter(|code| code.number() != 0));
                        let mut rows: Vec<_> = predicted.violations.iter().map(|found| found.refusal).collect();
                        rows.dedup();
                        let names_order = answer.because.contains(&Reason::Gap(Gap::Precedence));
                        assert_eq!(names_order, rows.len() > 1, "{rows:?} {answer:?}");
                        if first.is_some() {
                            assert_eq!(rooms(&asked), kept, "a refusal has changed something: {body}");
                        }
                        served += usize::from(first.is_none());
                        refused += usize::from(first.is_some());
                        by_order += usize::from(names_order);
                    }
                }
            }
            assert_eq!(app.snapshot(), before, "a dry run has changed something");
        }
    }
    // None of the three is met by chance alone.
    assert!(served > 500 && refused > 10_000 && by_order > 1_000, "{served} {refused} {by_order}");
}
