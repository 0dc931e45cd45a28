//! The rows of the list of refusals that each call knows: steps 1 to 6 are those of every call, the others its own.

use avmarks_protocol::Endpoint;
use avmarks_protocol::SdkAppId;
use avmarks_rules::Refusal;
use avmarks_spec::readings::{OverCapacity, RestOwner};
use avmarks_spec::{Limits, Timestamp};

use super::world::{Row, World, row, sign};
use crate::NOW;

/// Every row that this call knows. Whatever a body is mended to, what is behind it is wrong as well; and plan and switch are
/// missing until they are mended, which needs neither body nor group to be seen.
pub(super) fn of(endpoint: Endpoint) -> Vec<Row> {
    let mut rows = common(endpoint);
    rows.extend(match endpoint {
        Endpoint::ModifyUserInfo => marks(),
        Endpoint::GetMembers => list(),
        Endpoint::GetOnlineMemberNum => count(),
        Endpoint::AddRobots => robots("a"),
        Endpoint::DelRobots => robots("nobody"),
        Endpoint::CheckMembers => check(),
        Endpoint::ModifyAdmin => admins(),
        Endpoint::GetAdminList => admin_list(),
    });
    rows
}

/// Steps 1 to 6.
fn common(endpoint: Endpoint) -> Vec<Row> {
    let (other, ours, old) = (SdkAppId::new(1).unwrap(), SdkAppId::EXAMPLE, Timestamp::from_millis(0));
    vec![
        row(Refusal::UnknownPath, move |world| world.path = endpoint.path()),
        row(Refusal::Method, |world| world.method = "POST"),
        row(Refusal::BodySize, |world| world.settings(|settings| settings.terms.limits.body_bytes_max = 1 << 20)),
        row(Refusal::QueryAppMissing, |world| world.query.push_str("&sdkappid=1400000000&usersig=xxx")),
        row(Refusal::Query, |world| world.query.push_str("&contenttype=json&random=-1")),
        row(Refusal::QueryRandom, |world| world.query = world.query.replace("random=-1", "random=1")),
        row(Refusal::SignatureMalformed, move |world| world.query = sign("wrong", other, "someone", old)),
        row(Refusal::SignatureUser, move |world| world.query = sign("wrong", other, "owner", old)),
        row(Refusal::SignatureApp, move |world| world.query = sign("wrong", ours, "owner", old)),
        row(Refusal::SignatureKey, move |world| world.query = sign("right", ours, "owner", old)),
        row(Refusal::SignatureExpired, move |world| world.query = sign("right", ours, "owner", NOW)),
        row(Refusal::AdminCaller, |world| {
            world.settings(|settings| settings.terms.policy.rest_owner = RestOwner::OwnerToo);
        }),
        row(Refusal::Rate, |world| world.settings(|settings| settings.terms.limits = Limits::DOCUMENTED)),
        match endpoint {
            Endpoint::GetOnlineMemberNum => not_json().alone(),
            _ => not_json(),
        },
    ]
}

fn not_json() -> Row {
    row(Refusal::NotJson, |world| world.body = b"{\"GroupId\":7,}".to_vec())
}

/// A row that a new body mends.
fn body(refusal: Refusal, mended: impl Into<String>) -> Row {
    let mended = mended.into().into_bytes();
    row(refusal, move |world| world.body.clone_from(&mended))
}

/// Steps 13 to 16 of a call that needs plan and switch; the last of them is `last`. `named` is the body in a group.
fn feature(named: fn(&str) -> String) -> Vec<Row> {
    vec![
        body(Refusal::GroupId, named("nowhere")),
        body(Refusal::GroupExists, named("public")),
        body(Refusal::GroupType, named("g")),
        row(Refusal::Plan, |world| world.settings(|settings| settings.terms.marks_supported = true)),
        row(Refusal::Switch, |world| world.settings(|settings| settings.terms.online_list_enabled = true)),
    ]
}

fn make_owner(world: &mut World) {
    world.group_owned_by("owner");
}

fn make_admin(world: &mut World) {
    world.settings(|settings| {
        settings.admins.insert("owner".to_owned());
    });
}

fn no_holder_more(world: &mut World) {
    world.settings(|settings| settings.terms.limits.members_per_mark_max = 0);
}

fn leave_out(world: &mut World) {
    world.settings(|settings| settings.terms.policy.over_capacity = OverCapacity::LeaveOut);
}

fn documented(world: &mut World) {
    world.settings(|settings| settings.terms.limits = Limits::DOCUMENTED);
}

/// `modify_user_info`.
fn marks() -> Vec<Row> {
    let text = |group: &str, command: i64, entries: &str| {
        format!(r#"{{"GroupId":"{group}","CommandType":{command},"MemberList":[{entries}]}}"#)
    };
    let entry = |account: &str, marks: &str| format!(r#"{{"Member_Account":"{account}","Marks":[{marks}]}}"#);
    let eleven: Vec<_> = (1_000..1_011).map(|mark| mark.to_string()).collect();
    let eleven = entry("a", &eleven.join(","));
    let no_account = entry("", "");
    let many = vec![no_account.clone(); 501].join(",");
    let twice = text("", 3, &format!(r#"{many},7,{{"Member_Account":"a","Member_Account":"a"}}"#));
    let named = |group: &str| {
        format!(r#"{{"GroupId":"{group}","CommandType":1,"MemberList":[{{"Member_Account":"a","Marks":[500,1010]}}]}}"#)
    };
    let in_range = format!("{},{eleven}", entry("a", "500"));
    let mut rows = vec![
        body(Refusal::TrailingComma, twice),
        body(Refusal::DuplicateField, text("", 3, &format!("{many},7"))),
        body(Refusal::Required, text("", 3, &many)),
        body(Refusal::CommandType, text("", 1, &many)),
        body(Refusal::AccountsMax, text("", 1, "")),
        body(Refusal::MemberListEmpty, text("", 1, &format!("{no_account},{},{eleven}", entry("a", "999")))),
        body(Refusal::AccountId, text("", 1, &format!("{},{},{eleven}", entry("a", ""), entry("a", "999")))),
        body(Refusal::MarksEmpty, text("", 1, &format!("{},{eleven}", entry("a", "1,500")))),
        body(Refusal::MarkRange, text("", 1, &in_range)),
        body(Refusal::MarksNamed, named("")),
    ];
    rows.extend(feature(named));
    rows.extend([
        row(Refusal::Permission, make_owner),
        row(Refusal::SpecialAdmin, |world| {
            make_admin(world);
            no_holder_more(world);
        }),
        // `b` holds ten marks, and neither 500 nor 1010 is one of them.
        row(Refusal::MarksPerGroup, |world| {
            world.serve(Endpoint::ModifyUserInfo, &crate::body("g", 2, &[("b", &[1_000, 1_001])]));
        }),
        row(Refusal::MembersPerMark, leave_out),
        row(Refusal::AllFailed, documented).alone(),
    ]);
    rows
}

/// The bodies of the calls that name accounts alone, up to a list with which nothing is wrong.
fn accounts(named: fn(&str) -> String, good: &str) -> Vec<Row> {
    let text = |accounts: &str| format!(r#"{{"GroupId":"","Member_Account":[{accounts}]}}"#);
    let many = vec![r#""""#; 501].join(",");
    vec![
        body(Refusal::TrailingComma, r#"{"GroupId":"","Member_Account":[7],"GroupId":""}"#),
        body(Refusal::DuplicateField, text(&format!("{many},7"))),
        body(Refusal::Required, text(&many)),
        body(Refusal::AccountsMax, text("")),
        body(Refusal::MemberListEmpty, text(&format!(r#""{good}","""#))),
        body(Refusal::AccountId, named("")),
    ]
}

/// `add_robots` and `del_robots`; for the one of them `a` is no robot yet, for the other nobody is one to delete.
fn robots(account: &'static str) -> Vec<Row> {
    let named: fn(&str) -> String = match account {
        "a" => |group| format!(r#"{{"GroupId":"{group}","Member_Account":["a"]}}"#),
        _ => |group| format!(r#"{{"GroupId":"{group}","Member_Account":["nobody"]}}"#),
    };
    let mut rows = accounts(named, account);
    rows.extend(feature(named));
    rows.push(row(Refusal::Permission, make_owner));
    if account != "a" {
        rows.push(row(Refusal::SpecialAdmin, make_admin));
        rows.push(
            row(Refusal::AllFailed, move |world| {
                world.settings(|settings| settings.terms.policy.special_slots = Default::default());
                world.serve(Endpoint::AddRobots, named("g").as_bytes());
            })
            .alone(),
        );
        return rows;
    }
    rows.extend([
        row(Refusal::SpecialAdmin, |world| {
            make_admin(world);
            no_holder_more(world);
        }),
        // `b` holds ten marks, and 500 counts as an eleventh.
        row(Refusal::MarksPerGroup, |world| {
            world.serve(Endpoint::ModifyUserInfo, &crate::body("g", 2, &[("b", &[1_000])]));
        }),
        row(Refusal::MembersPerMark, leave_out),
        row(Refusal::AllFailed, documented).alone(),
    ]);
    rows
}

/// `check_members`: nobody inside is an empty list, and not a failure.
fn check() -> Vec<Row> {
    let named = |group: &str| format!(r#"{{"GroupId":"{group}","Member_Account":["nobody"]}}"#);
    let mut rows = accounts(named, "nobody");
    rows.extend(feature(named));
    rows.push(row(Refusal::Permission, make_owner).alone());
    rows
}

/// `modify_admin`: the owner may not call it either.
fn admins() -> Vec<Row> {
    let text = |group: &str, command: i64, accounts: &str| {
        format!(r#"{{"GroupId":"{group}","CommandType":{command},"Admin_Account":[{accounts}]}}"#)
    };
    let named = |group: &str| format!(r#"{{"GroupId":"{group}","CommandType":1,"Admin_Account":["a"]}}"#);
    let many = vec![r#""""#; 501].join(",");
    let twice = r#"{"GroupId":"","CommandType":3,"CommandType":3,"Admin_Account":[7]}"#;
    let mut rows = vec![
        body(Refusal::TrailingComma, twice),
        body(Refusal::DuplicateField, text("", 3, &format!("{many},7"))),
        body(Refusal::Required, text("", 3, &many)),
        body(Refusal::CommandType, text("", 1, &many)),
        body(Refusal::AccountsMax, text("", 1, "")),
        body(Refusal::MemberListEmpty, text("", 1, r#""a","""#)),
        body(Refusal::AccountId, named("")),
    ];
    rows.extend(feature(named));
    rows.extend([
        row(Refusal::Permission, |world| {
            make_owner(world);
            let (refusals, _) = world.asked();
            assert_eq!(refusals[0], Refusal::Permission, "the owner sets no administrators");
            make_admin(world);
        }),
        row(Refusal::SixthAdmin, |world| {
            let one_less = r#"{"GroupId":"g","CommandType":2,"Admin_Account":["k3"]}"#;
            world.serve(Endpoint::ModifyAdmin, one_less.as_bytes());
        })
        .alone(),
    ]);
    rows
}

/// `get_admin_list`.
fn admin_list() -> Vec<Row> {
    let named = |group: &str| format!(r#"{{"GroupId":"{group}"}}"#);
    let mut rows = group_alone();
    rows.extend(feature(named));
    rows.push(row(Refusal::Permission, make_owner).alone());
    rows
}

/// The bodies that name a group and nothing else.
fn group_alone() -> Vec<Row> {
    vec![
        body(Refusal::TrailingComma, r#"{"GroupId":"","GroupId":""}"#),
        body(Refusal::DuplicateField, "{}"),
        body(Refusal::Required, r#"{"GroupId":""}"#),
    ]
}

/// `get_online_member_num`: neither plan nor switch, so that nothing else is wrong with a body that names no group.
fn count() -> Vec<Row> {
    let mut rows: Vec<_> = group_alone().into_iter().map(Row::alone).collect();
    rows.extend([
        body(Refusal::GroupId, r#"{"GroupId":"nowhere"}"#).alone(),
        body(Refusal::GroupExists, r#"{"GroupId":"public"}"#).alone(),
        body(Refusal::CountType, r#"{"GroupId":"g"}"#),
        row(Refusal::Permission, make_owner).alone(),
    ]);
    rows
}

/// `get_members`.
fn list() -> Vec<Row> {
    let named = |group: &str| format!(r#"{{"GroupId":"{group}","Timestamp":0}}"#);
    vec![
        body(Refusal::TrailingComma, r#"{"GroupId":"","Timestamp":0,"Timestamp":0,"Mark":null}"#),
        body(Refusal::DuplicateField, r#"{"GroupId":"","Timestamp":-1,"Mark":null}"#),
        body(Refusal::Required, named("")),
        body(Refusal::GroupId, named("nowhere")),
        body(Refusal::GroupExists, named("public")),
        body(Refusal::ListType, named("g")),
        row(Refusal::ListPlan, |world| world.settings(|settings| settings.terms.marks_supported = true)),
        row(Refusal::ListSwitch, |world| world.settings(|settings| settings.terms.online_list_enabled = true)),
        row(Refusal::Permission, make_owner).alone(),
    ]
}
