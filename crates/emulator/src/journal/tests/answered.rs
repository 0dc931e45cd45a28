//! Nothing that was answered is lost or taken in otherwise.

use super::*;

/// The state with and without a restart behind `apply`.
fn restarted(apply: impl Fn(&Shared)) -> (Value, Value) {
    let folder = Temporary::new();
    let shared = open(&folder);
    apply(&shared);
    let before = lasting(&shared);
    drop(shared);
    (before, lasting(&open(&folder)))
}

fn play(shared: &Shared, lines: &str) {
    change(shared, |world| world.play(lines, drop)).unwrap();
}

#[test]
fn scenario_calls_are_replayed() {
    let made =
        r#"{"at":5,"do":"call","path":"v4/group_open_http_svc/create_group","body":{"Type":"AVChatRoom","Name":"x"}}"#;
    let raw =
        r#"{"at":5,"do":"call","path":"/v4/group_open_http_svc/get_group_info","raw":"{\"GroupIdList\":[\"g\"]}"}"#;
    // As the journal writes a call of the API; a scenario knows no such call, and answers 60009.
    let destroy = r#"{"at":5,"do":"call","as":"administrator","path":"/v4/group_open_http_svc/destroy_group","raw":"{\"GroupId\":\"g\"}"}"#;
    for line in [made, raw, destroy] {
        let (before, after) = restarted(|shared| {
            create(shared, "g", "");
            play(shared, line);
        });
        assert_eq!(after, before, "{line}");
        assert_eq!(before["app"]["groups"].as_array().map(Vec::len), Some(1), "{line}");
    }
}

#[test]
fn unreplayable_lines_can_be_cut() {
    let (files, _, state) = some_inputs();
    let folder = Temporary::with(&files);
    let path = folder.0.join("journal-1");
    let mut journal = fs::read(&path).unwrap();
    let mut chain = record::Chain::of("journal-1");
    record::read(&journal.clone(), &mut chain);
    chain.write(&mut journal, br#"{"at":1,"do":"jion"}"#);
    chain.write(&mut journal, br#"{"at":1,"do":"destroy_group","group":"g"}"#);
    fs::write(&path, &journal).unwrap();
    let error = refused(settings(Some(&folder)));
    assert!(error.to_string().contains("`data_repair`"), "{error}");
    let repaired = Emulator::new(Settings { data_repair: true, ..settings(Some(&folder)) }).unwrap().shared;
    assert_eq!(lasting(&repaired), state);
    drop(repaired);
    assert_eq!(lasting(&open(&folder)), state);
}

#[test]
fn robots_and_administrators_are_kept() {
    let family = "/v4/group_open_avchatroom_http_svc";
    let (before, after) = restarted(|shared| {
        create(shared, "g", "");
        let robots = r#"{"GroupId":"g","Member_Account":["r1","r2","r3"]}"#;
        assert_eq!(call(shared, &format!("{family}/add_robots"), robots), 0);
        assert_eq!(marks(shared, "g", 1, "r1", 1_000), 0);
        assert_eq!(marks(shared, "g", 2, "r2", 500), 0);
        presence(shared, Presence::Join, "g", &["r3"]);
        let admins = r#"{"GroupId":"g","CommandType":1,"Admin_Account":["b","a"]}"#;
        assert_eq!(call(shared, &format!("{family}/modify_admin"), admins), 0);
    });
    assert_eq!(after, before);
    let group = &before["app"]["groups"][0];
    assert_eq!(group["admins"], serde_json::json!(["b", "a"]));
    assert_eq!(group["members"].as_array().map(Vec::len), Some(2), "{group}");
}

#[test]
fn lowered_limits_are_kept() {
    let (before, after) = restarted(|shared| {
        create(shared, "g", "");
        presence(shared, Presence::Join, "g", &["u1", "u2"]);
        for (account, mark) in [("u1", 1_000), ("u2", 1_000), ("u1", 1_001), ("u1", 600), ("u2", 600)] {
            assert_eq!(marks(shared, "g", 1, account, mark), 0);
        }
        change(shared, |world| {
            let mut settings = world.state.app.settings().clone();
            settings.terms.limits.marks_per_group_max = 1;
            settings.terms.limits.members_per_mark_max = 1;
            world.configure(settings);
        });
    });
    assert_eq!(after, before);
    assert_eq!(before["app"]["groups"][0]["members"][0]["marks"], serde_json::json!([600, 1_000, 1_001]));
}

#[test]
fn strictness_survives_a_scenario() {
    let strict = |folder| Emulator::new(Settings { strict: true, ..settings(Some(folder)) }).unwrap().shared;
    let folder = Temporary::new();
    let shared = strict(&folder);
    play(&shared, r#"{"at":0,"do":"policy","random":"let-through","trailing_comma":"accept","page_size":"250"}"#);
    let before = lasting(&shared);
    let policy = &before["app"]["policy"];
    assert_eq!((&policy["trailing_comma"], &policy["page_size"]), (&"strict".into(), &"250".into()));
    drop(shared);
    assert_eq!(lasting(&open(&folder)), before);
    // Where the folder was lenient, what is asked for now goes before it.
    let folder = Temporary::new();
    drop(open(&folder));
    assert_eq!(lasting(&strict(&folder))["app"]["policy"]["random"], "refuse");
}
