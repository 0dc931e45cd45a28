//! Who may call: app admins, the owner under the other reading of `gap:rest-owner`, and never an administrator of the group.

use avmarks_protocol::{Endpoint, Envelope, get_admin_list};
use avmarks_rules::Presence;
use avmarks_service::{App, Request};
use avmarks_spec::GroupType;
use avmarks_spec::readings::RestOwner;

use crate::{NOW, app_with_group, group, user};

/// A body with which nothing is wrong in group `g`; what it asks for is served whoever may call.
fn good(endpoint: Endpoint) -> &'static str {
    match endpoint {
        Endpoint::ModifyUserInfo => {
            r#"{"GroupId":"g","CommandType":1,"MemberList":[{"Member_Account":"a","Marks":[1000]}]}"#
        }
        Endpoint::GetMembers => r#"{"GroupId":"g","Timestamp":0}"#,
        Endpoint::GetOnlineMemberNum | Endpoint::GetAdminList => r#"{"GroupId":"g"}"#,
        Endpoint::AddRobots | Endpoint::DelRobots | Endpoint::CheckMembers => {
            r#"{"GroupId":"g","Member_Account":["a"]}"#
        }
        Endpoint::ModifyAdmin => r#"{"GroupId":"g","CommandType":1,"Admin_Account":["a"]}"#,
    }
}

/// `g` with `owner` as its owner, `keeper` as its administrator, and `a` online.
fn app(reading: RestOwner) -> App {
    let mut app = app_with_group();
    app.apply_presence(group("g"), Presence::Join, &[user("keeper")], NOW);
    let body = br#"{"GroupId":"g","CommandType":1,"Admin_Account":["keeper"]}"#;
    let call = Request::trusted("administrator", Endpoint::ModifyAdmin.path(), body);
    assert_eq!(app.handle(&call, NOW).answer.code.number(), 0);
    let mut settings = app.settings().clone();
    settings.terms.policy.rest_owner = reading;
    app.configure(settings);
    app
}

/// The code, and what decided.
fn asked(app: &App, identifier: &str, endpoint: Endpoint) -> (i64, &'static str, String) {
    let call = Request::trusted(identifier, endpoint.path(), good(endpoint).as_bytes());
    let predicted = app.dry_run(&call, NOW).answer;
    let mut asked = app.clone();
    let answer = asked.handle(&call, NOW).answer;
    assert_eq!(answer, predicted, "{}", endpoint.command());
    let told = Envelope::parse(&answer.body).unwrap().error_info.unwrap();
    (answer.code.number(), answer.because.first().map(|basis| basis.id()).unwrap_or_default(), told)
}

#[test]
fn app_admins_alone_may_call_by_default() {
    let app = app(RestOwner::AdminOnly);
    for endpoint in Endpoint::ALL {
        assert_eq!(asked(&app, "administrator", *endpoint).0, 0, "{}", endpoint.command());
        for other in ["owner", "keeper", "a", "stranger", "jürgen"] {
            let (code, decided, told) = asked(&app, other, *endpoint);
            assert_eq!((code, decided), (60_010, "ADMIN-CALLER"), "{other}: {}", endpoint.command());
            assert_eq!(told, format!("`identifier` is `{other}`, which is no app admin"));
        }
    }
}

#[test]
fn the_owner_may_call_under_one_reading() {
    let app = app(RestOwner::OwnerToo);
    for endpoint in Endpoint::ALL {
        assert_eq!(asked(&app, "administrator", *endpoint).0, 0, "{}", endpoint.command());
        let (code, decided, _) = asked(&app, "owner", *endpoint);
        let expected = match endpoint {
            // Robots are mark 500.
            Endpoint::AddRobots | Endpoint::DelRobots => (10_007, "SPECIAL-ADMIN"),
            Endpoint::ModifyAdmin => (10_007, "PERMISSION"),
            _ => (0, decided),
        };
        assert_eq!((code, decided), expected, "{}", endpoint.command());
        for other in ["a", "stranger", "jürgen"] {
            let (code, decided, told) = asked(&app, other, *endpoint);
            assert_eq!((code, decided), (10_007, "PERMISSION"), "{other}: {}", endpoint.command());
            assert!(told.starts_with(&format!("`{other}` is n")), "{told}");
        }
    }
}

/// `PERMISSION`: it is neither app admin nor owner, and is told so of each call.
#[test]
fn group_administrators_may_not_call() {
    for (reading, expected) in
        [(RestOwner::AdminOnly, (60_010, "ADMIN-CALLER")), (RestOwner::OwnerToo, (10_007, "PERMISSION"))]
    {
        let app = app(reading);
        let (code, _, _) = asked(&app, "administrator", Endpoint::GetAdminList);
        assert_eq!(code, 0);
        for endpoint in Endpoint::ALL {
            let (code, decided, _) = asked(&app, "keeper", *endpoint);
            assert_eq!((code, decided), expected, "{}", endpoint.command());
        }
    }
}

/// What a refusal says is true of the caller: of the owner, that it is the owner.
#[test]
fn owner_refusals_name_their_reason() {
    let app = app(RestOwner::OwnerToo);
    let (_, _, told) = asked(&app, "owner", Endpoint::ModifyAdmin);
    assert!(told.contains("app admin") && !told.contains("neither"), "{told}");
    let (_, _, told) = asked(&app, "owner", Endpoint::AddRobots);
    assert!(!told.contains("`Member_Account` is special"), "{told}");
}

fn admins(app: &App) -> Vec<String> {
    let call = Request::trusted("administrator", Endpoint::GetAdminList.path(), br#"{"GroupId":"g"}"#);
    let answer = get_admin_list::Answer::parse(&app.clone().handle(&call, NOW).answer.body).unwrap();
    let list = answer.admin_list.unwrap();
    assert!(list.iter().all(|admin| admin.avatar.as_deref() == Some("") && admin.nick_name.as_deref() == Some("")));
    list.into_iter().map(|admin| admin.account).collect()
}

fn modify(app: &mut App, command: u8, accounts: &[&str]) -> i64 {
    let names: Vec<_> = accounts.iter().map(|name| format!("\"{name}\"")).collect();
    let body = format!(r#"{{"GroupId":"g","CommandType":{command},"Admin_Account":[{}]}}"#, names.join(","));
    let call = Request::trusted("administrator", Endpoint::ModifyAdmin.path(), body.as_bytes());
    app.handle(&call, NOW).answer.code.number()
}

#[test]
fn five_are_administrators_and_a_sixth_changes_nothing() {
    let mut app = app(RestOwner::AdminOnly);
    assert_eq!((modify(&mut app, 1, &["p", "q", "r", "p"]), admins(&app).len()), (0, 4));
    assert_eq!((modify(&mut app, 1, &["s", "t"]), admins(&app).join(" ")), (10_004, "keeper p q r".to_owned()));
    // One that is set again keeps its place; who is named twice is one.
    assert_eq!((modify(&mut app, 1, &["s", "p", "s"]), admins(&app).join(" ")), (0, "keeper p q r s".to_owned()));
    assert_eq!((modify(&mut app, 1, &["t"]), admins(&app).len()), (10_004, 5));
    assert_eq!((modify(&mut app, 1, &["q", "keeper"]), admins(&app).len()), (0, 5));
    assert_eq!((modify(&mut app, 2, &["q", "nobody"]), admins(&app).join(" ")), (0, "keeper p r s".to_owned()));
    assert_eq!((modify(&mut app, 1, &["q"]), admins(&app).join(" ")), (0, "keeper p r s q".to_owned()));
    assert_eq!((modify(&mut app, 2, &["keeper", "p", "q", "r", "s"]), admins(&app).len()), (0, 0));
    assert_eq!((modify(&mut app, 1, &["1", "2", "3", "4", "5", "6"]), admins(&app).len()), (10_004, 0));
}

#[test]
fn administrators_need_not_be_members() {
    let mut app = app(RestOwner::AdminOnly);
    for presence in [Presence::Leave, Presence::Join, Presence::Disconnect, Presence::Leave] {
        app.apply_presence(group("g"), presence, &[user("keeper")], NOW);
        assert_eq!(admins(&app), ["keeper"]);
    }
    app.destroy_group(group("g"), NOW);
    app.create_group(group("g"), GroupType::AvChatRoom, Some(user("owner")), NOW);
    assert_eq!(admins(&app), [""; 0]);
}
