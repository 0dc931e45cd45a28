//! Who may set marks: an admin of the app or the owner of the group; 500 and 600 are for admins alone.

use std::collections::BTreeSet;
use std::hint::black_box;

use avmarks_benches::rounds::{Compared, timed};
use avmarks_benches::world::user;
use avmarks_rules::internal::mark_refusals;
use avmarks_rules::{Operator, Room, Terms};
use avmarks_spec::GroupType;
use cedar_policy::{Authorizer, Context, Decision, Entities, PolicySet, Request};
use serde_json::json;

const POLICIES: &str = r#"
permit (principal, action == Action::"ModifyUserInfo", resource)
when { resource.type == "AVChatRoom" && resource.plan && resource.switch };
forbid (principal, action == Action::"ModifyUserInfo", resource)
unless { principal in Role::"admins" || resource.owner == principal };
forbid (principal, action == Action::"ModifyUserInfo", resource)
when { context.special } unless { principal in Role::"admins" };
"#;

/// Who asks, whether for 500 or 600, and whether it may.
const CASES: [(&str, bool, bool); 5] = [
    ("administrator", false, true),
    ("administrator", true, true),
    ("teacher10", false, true),
    ("teacher10", true, false),
    ("student9", false, false),
];
const REPEATS: usize = 20;

pub(crate) fn compare(rounds: usize) {
    let policies: PolicySet = POLICIES.parse().unwrap();
    let member = |id: &str, parents: serde_json::Value| json!({"uid": {"type": "User", "id": id}, "attrs": {}, "parents": parents});
    let entities = json!([
        {"uid": {"type": "Role", "id": "admins"}, "attrs": {}, "parents": []},
        member("administrator", json!([{"type": "Role", "id": "admins"}])),
        member("teacher10", json!([])),
        member("student9", json!([])),
        {"uid": {"type": "Group", "id": "g"}, "parents": [], "attrs": {
            "type": "AVChatRoom", "plan": true, "switch": true, "owner": {"__entity": {"type": "User", "id": "teacher10"}}
        }},
    ]);
    let entities = Entities::from_json_value(entities, None).unwrap();
    let authorizer = Authorizer::new();
    let uid = |kind: &str, id: &str| format!("{kind}::\"{id}\"").parse().unwrap();
    let requests = CASES.map(|(who, special, allowed)| {
        let context = Context::from_json_value(json!({"special": special}), None).unwrap();
        let (who, what, group) = (uid("User", who), uid("Action", "ModifyUserInfo"), uid("Group", "g"));
        (Request::new(who, what, group, context, None).unwrap(), allowed)
    });

    let room = Room::new(GroupType::AvChatRoom, Some(user("teacher10")));
    let (terms, admins) = (Terms::default(), BTreeSet::from(["administrator"]));
    let operator = |who: &str| if admins.contains(who) { Operator::Admin } else { Operator::User(user(who)) };

    let compared = Compared::rounds(
        rounds,
        &mut |_| {
            let all = || {
                for (request, allowed) in &requests {
                    let answer = authorizer.is_authorized(black_box(request), &policies, &entities);
                    assert_eq!(answer.decision() == Decision::Allow, *allowed);
                }
            };
            timed(|| (0..REPEATS).for_each(|_| all())).0
        },
        &mut |_| {
            let all = || {
                for (who, special, allowed) in CASES {
                    let refused = mark_refusals(Some(&room), &terms, operator(black_box(who)), special);
                    assert_eq!(refused.is_empty(), allowed);
                }
            };
            timed(|| (0..REPEATS).for_each(|_| all())).0
        },
    );
    compared.print("one permission: `cedar-policy`, policies and request made before", CASES.len() * REPEATS, "");
}
