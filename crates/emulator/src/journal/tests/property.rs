//! Any run of inputs, with restarts anywhere.

use avmarks_spec::Limits;
use proptest::prelude::*;
use serde_json::json;

use super::*;

/// Where a time or a number comes in from outside.
#[derive(Clone, Copy, Debug)]
enum Door {
    Line,
    Snapshot,
    Limit(usize),
}

/// Times and numbers at which something ends or begins.
const EDGES: [u64; 13] = [
    0,
    1,
    999,
    1_000,
    259_199_999,
    259_200_001,
    (1 << 53) - 259_200_000,
    (1 << 53) - 2,
    (1 << 53) - 1,
    1 << 53,
    (1 << 63) - 1,
    1 << 63,
    u64::MAX,
];

/// Something that is done to a world.
#[derive(Clone, Debug)]
enum Op {
    Create(u8, bool),
    CreateOverRest,
    CreatePublic,
    AddMembers(Vec<u8>),
    ChangeOwner(u8),
    Ban(u8, u8),
    Delete(u8),
    Kick(u8),
    Destroy(u8),
    DestroyOverRest(u8),
    Presence(Presence, u8, Vec<u8>),
    Marks(u8, u8, u8, u32),
    Robots(u8, bool, Vec<u8>),
    Admins(u8, u8, Vec<u8>),
    List(u8),
    NoText,
    Advance(u64),
    SetClock(u64),
    Edge(Door, u64),
    Limit(usize),
    Play(u8, u8),
    Reseed,
    Reset,
    Restart,
}

fn op() -> impl Strategy<Value = Op> {
    let presence =
        prop::sample::select(vec![Presence::Join, Presence::Leave, Presence::Disconnect, Presence::Reconnect]);
    let door = prop_oneof![Just(Door::Line), Just(Door::Snapshot), (0..10_usize).prop_map(Door::Limit)];
    let mark = prop::sample::select(vec![500, 600, 1000, 1001, 1002]);
    prop_oneof![
        3 => (0..3_u8, any::<bool>()).prop_map(|(group, named)| Op::Create(group, named)),
        1 => Just(Op::CreateOverRest),
        1 => Just(Op::CreatePublic),
        2 => prop::collection::vec(0..4_u8, 1..3).prop_map(Op::AddMembers),
        1 => (0..4_u8).prop_map(Op::ChangeOwner),
        1 => (0..4_u8, 0..4_u8).prop_map(|(group, who)| Op::Ban(group, who)),
        1 => (0..4_u8).prop_map(Op::Delete),
        1 => (0..4_u8).prop_map(Op::Kick),
        1 => (0..4_u8).prop_map(Op::Destroy),
        1 => (0..4_u8).prop_map(Op::DestroyOverRest),
        8 => (presence, 0..3_u8, prop::collection::vec(0..4_u8, 0..3)).prop_map(|(p, g, who)| Op::Presence(p, g, who)),
        10 => (0..3_u8, 1..=2_u8, 0..4_u8, mark).prop_map(|(g, command, who, mark)| Op::Marks(g, command, who, mark)),
        4 => (0..3_u8, any::<bool>(), prop::collection::vec(0..4_u8, 1..3)).prop_map(|(g, add, who)| Op::Robots(g, add, who)),
        2 => (0..3_u8, 1..=2_u8, prop::collection::vec(0..4_u8, 1..3)).prop_map(|(g, set, who)| Op::Admins(g, set, who)),
        2 => (0..3_u8).prop_map(Op::List),
        1 => Just(Op::NoText),
        2 => prop::sample::select(vec![0, 1, 999, 100_000_000, 259_200_000]).prop_map(Op::Advance),
        1 => prop::sample::select(EDGES.to_vec()).prop_map(Op::SetClock),
        2 => (door, prop::sample::select(EDGES.to_vec())).prop_map(|(door, number)| Op::Edge(door, number)),
        1 => (1..4_usize).prop_map(Op::Limit),
        2 => (0..3_u8, 0..4_u8).prop_map(|(group, who)| Op::Play(group, who)),
        1 => Just(Op::Reseed),
        1 => Just(Op::Reset),
        4 => Just(Op::Restart),
    ]
}

fn apply(shared: &Shared, op: &Op) {
    let id = |number: &u8| format!("g{number}");
    let who = |number: &u8| format!("u{number}");
    match op {
        Op::Create(g, named) => create(shared, &id(g), if *named { "name" } else { "" }),
        Op::CreateOverRest => {
            let body = r#"{"Type":"AVChatRoom","Name":"n","Introduction":"i"}"#;
            // 60002: the limit of a body's bytes was set below this one's length.
            assert!([0, 60002].contains(&call(shared, "/v4/group_open_http_svc/create_group", body)));
        }
        Op::CreatePublic => {
            let body = r#"{"Type":"Public","Name":"n","GroupId":"g3","Owner_Account":"u0"}"#;
            call(shared, "v4/group_open_http_svc/create_group", body);
        }
        Op::AddMembers(accounts) => {
            let accounts = accounts.iter().map(|account| json!({ "Member_Account": who(account) }));
            let body = json!({ "GroupId": "g3", "MemberList": accounts.collect::<Vec<_>>() });
            call(shared, "v4/group_open_http_svc/add_group_member", &body.to_string());
        }
        Op::ChangeOwner(account) => {
            let body = json!({ "GroupId": "g3", "NewOwner_Account": who(account) });
            call(shared, "v4/group_open_http_svc/change_group_owner", &body.to_string());
        }
        Op::Ban(g, account) => {
            let body = json!({ "GroupId": id(g), "Members_Account": [who(account)], "Duration": 60 });
            call(shared, "v4/group_open_http_svc/ban_group_member", &body.to_string());
        }
        Op::Delete(account) => {
            let body = json!({ "DeleteItem": [{ "UserID": who(account) }] });
            call(shared, "v4/im_open_login_svc/account_delete", &body.to_string());
        }
        Op::Kick(account) => {
            let body = json!({ "UserID": who(account) });
            call(shared, "v4/im_open_login_svc/kick", &body.to_string());
        }
        Op::Destroy(g) => drop(change(shared, |world| world.destroy_group(group(&id(g))))),
        Op::DestroyOverRest(g) => {
            call(shared, "v4/group_open_http_svc/destroy_group", &format!(r#"{{"GroupId":"{}"}}"#, id(g)));
        }
        Op::Presence(kind, g, accounts) => {
            let accounts: Vec<_> = accounts.iter().map(|account| user(&who(account))).collect();
            let applied =
                change(shared, |world| world.apply_presence(group(&id(g)), *kind, &accounts, Initiator::Member));
            if let Err(error) = applied {
                assert!(*kind == Presence::Join && error.to_string().contains("is banned from group"), "{error}");
            }
        }
        Op::Marks(g, command, account, mark) => {
            marks(shared, &id(g), *command, &who(account), *mark);
        }
        Op::Robots(g, add, accounts) => {
            let body = json!({ "GroupId": id(g), "Member_Account": accounts.iter().map(who).collect::<Vec<_>>() });
            let command = if *add { "add_robots" } else { "del_robots" };
            call(shared, &format!("/v4/group_open_avchatroom_http_svc/{command}"), &body.to_string());
        }
        Op::Admins(g, command, accounts) => {
            let accounts: Vec<_> = accounts.iter().map(who).collect();
            let body = json!({ "GroupId": id(g), "CommandType": command, "Admin_Account": accounts });
            call(shared, "/v4/group_open_avchatroom_http_svc/modify_admin", &body.to_string());
        }
        Op::List(g) => {
            let body = format!(r#"{{"GroupId":"{}","Timestamp":0}}"#, id(g));
            call(shared, "/v4/group_open_avchatroom_http_svc/get_members", &body);
        }
        Op::NoText => {
            let path = "/v4/group_open_avchatroom_http_svc/get_members";
            let query = "sdkappid=1400000000&identifier=administrator&usersig=x&random=1&contenttype=json";
            answer(shared, &Request::signed("POST", path, query, b"\xff"));
        }
        Op::Advance(ms) => drop(change(shared, |world| world.advance_clock(Duration::from_millis(*ms)))),
        Op::SetClock(at) => {
            if let Ok(at) = Timestamp::new(*at) {
                change(shared, |world| world.set_clock(at));
            }
        }
        Op::Edge(Door::Line, at) => {
            let line = format!(r#"{{"at":{at},"do":"create_group","group":"g0"}}"#);
            assert_eq!(change(shared, |world| world.play(&line, drop)).is_ok(), *at < 1 << 53);
        }
        Op::Edge(Door::Snapshot, latest) => change(shared, |world| {
            world.tick();
            let mut snapshot: Value = serde_json::from_slice(&world.state.app.snapshot()).unwrap();
            snapshot["latest"] = (*latest).into();
            if let Ok(app) = avmarks_service::App::restore(snapshot.to_string().as_bytes()) {
                assert!(*latest < 1 << 53);
                world.replace(app, std::collections::BTreeMap::new(), crate::state::CallState::default());
            }
        }),
        Op::Edge(Door::Limit(field), value) => change(shared, |world| {
            let mut settings = world.state.app.settings().clone();
            (Limits::FIELDS[*field].set)(&mut settings.terms.limits, *value);
            world.configure(settings);
        }),
        Op::Limit(marks_max) => change(shared, |world| {
            let mut settings = world.state.app.settings().clone();
            settings.terms.limits.marks_per_group_max = *marks_max;
            settings.terms.limits.members_per_mark_max = *marks_max;
            settings.terms.limits.calls_per_window_max = 3;
            world.configure(settings);
        }),
        Op::Play(g, account) => {
            let (g, account) = (id(g), who(account));
            // A call and a second join are seen if they are taken in twice.
            let call = format!(
                r#"{{"at":0,"do":"call","path":"v4/group_open_http_svc/get_online_member_num","body":{{"GroupId":"{g}"}}}}"#
            );
            let of = |what| format!(r#"{{"at":0,"do":"{what}","group":"{g}","account":"{account}"}}"#);
            let create = format!(r#"{{"at":0,"do":"create_group","group":"{g}"}}"#);
            // Calls that the emulator alone knows, and a scenario does not.
            let over_rest = |name, body| {
                format!(r#"{{"at":0,"do":"call","path":"v4/group_open_http_svc/{name}","as":"administrator",{body}}}"#)
            };
            let made = over_rest("create_group", r#""body":{"Type":"AVChatRoom","Name":"n"}"#.to_owned());
            let gone = over_rest("destroy_group", format!(r#""raw":"{{\"GroupId\":\"{g}\"}}""#));
            let policy = r#"{"at":2000,"do":"policy","refresh_count":"10s"}"#.to_owned();
            let lines =
                [create, policy, of("join"), call.clone(), of("leave"), call.clone(), made, gone, of("join"), call];
            let lines = format!("{}\nnothing\n{}\n", lines.join("\r\n"), of("leave"));
            assert!(change(shared, |world| world.play(&lines, drop)).is_err());
        }
        Op::Reseed => change(shared, |world| {
            world.tick();
            let app = avmarks_service::App::restore(&world.state.app.snapshot()).unwrap();
            world.replace(app, std::collections::BTreeMap::new(), crate::state::CallState::default());
        }),
        Op::Reset => change(shared, |world| world.reset(&shared.settings)),
        Op::Restart => {}
    }
}

/// The groups of each account as the state tells them, and as a look at every group does.
fn groups_of_accounts(shared: &Shared) -> [Vec<(String, String)>; 2] {
    let world = shared.lock();
    let (state, app) = (&world.state, &world.state.app);
    let (mut told, mut found) = (Vec::new(), Vec::new());
    for account in (0..5).map(|number| user(&format!("u{number}"))) {
        told.extend(state.groups_of(&account).map(|(id, _)| (account.to_string(), id.to_string())));
        let is_in = |id: &GroupId| app.room(id).is_some_and(|room| room.member(&account, app.now()).is_some());
        found.extend(app.groups().filter(is_in).map(|id| (account.to_string(), id.to_string())));
    }
    [told, found]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 60, ..ProptestConfig::default() })]

    /// Whatever was done, and however often and wherever it was restarted: the same state as without.
    #[test]
    fn a_restart_at_any_point_changes_nothing(ops in prop::collection::vec(op(), 0..40), places in [0..40_usize, 0..40]) {
        let folder = Temporary::new();
        // Small enough for generations to end by themselves.
        let small = || Settings { journal_bytes_max: 1_000, ..settings(Some(&folder)) };
        let lone = Emulator::new(settings(None)).unwrap().shared;
        let mut kept = Emulator::new(small()).unwrap().shared;
        for (at, op) in ops.iter().chain([&Op::Restart]).enumerate() {
            if places.contains(&at) || matches!(op, Op::Restart) {
                drop(kept);
                kept = Emulator::new(small()).unwrap().shared;
                prop_assert_eq!(lasting(&kept), lasting(&lone));
            }
            for world in [&kept, &lone] {
                apply(world, op);
                let [told, found] = groups_of_accounts(world);
                prop_assert_eq!(told, found, "{:?}", op);
                prop_assert!(world.lock().state.is_in_step(), "{:?}", op);
            }
        }
    }
}
