//! `avmarks serve --seed` and `--data`: whose settings are in force, and whether the line that is printed to be tried works.

use std::path::Path;

use serde_json::Value;

use crate::run::{avmarks_with, data, file, folder};
use crate::serve::{COUNT, MARKS, Server};

/// A snapshot after these lines.
fn snapshot(folder: &Path, name: &str, lines: &str) -> String {
    let target = folder.join(name).to_str().unwrap().to_owned();
    let run = avmarks_with(&["replay", "-", "--save", &target], lines.as_bytes());
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    target
}

/// One of another app, with another admin.
fn of_another(folder: &Path) -> String {
    let lines = concat!(
        r#"{"at":5,"do":"app","sdkappid":1400000077,"admins":["bob"]}"#,
        "\n",
        r#"{"at":5,"do":"create_group","group":"live"}"#,
        "\n",
    );
    snapshot(folder, "other.json", lines)
}

/// What the line that was printed is answered.
fn tried(server: &Server) -> i64 {
    let curl = server.told["curl"].as_str().unwrap();
    let (url, body) = curl.strip_prefix("curl 'http://").unwrap().split_once("' -d '").unwrap();
    let (path, query) = url.split_once('/').unwrap().1.split_once('?').unwrap();
    code(&server.ask_with(path, query, body.strip_suffix('\'').unwrap().as_bytes()))
}

fn code(answer: &str) -> i64 {
    serde_json::from_str::<Value>(answer).unwrap()["ErrorCode"].as_i64().unwrap()
}

#[test]
fn the_suggested_command_always_works() {
    let folder = folder("seed-try");
    let other = of_another(&folder);
    let scenario = file(&folder, "app.jsonl", r#"{"at":0,"do":"app","sdkappid":1400000078,"admins":["carol"]}"#);
    let kept = folder.join("kept").to_str().unwrap().to_owned();
    for arguments in [
        &["--seed", &other][..],
        &["--seed", &other, "--group", "more"],
        &["--seed", &scenario],
        &["--seed", &scenario, "--group", "live", "--online-list-enabled", "false"],
        &["--seed", &other, "--sdkappid", "1400000079", "--admin", "dave"],
        &["--data", &kept, "--sdkappid", "1400000080"],
        // What is kept goes before what is given.
        &["--data", &kept, "--admin", "erin"],
    ] {
        let server = Server::start(&folder, arguments);
        assert_eq!(tried(&server), 0, "{arguments:?}: {}", server.told);
        server.stop("-TERM");
    }
}

#[test]
fn the_suggested_command_creates_a_group() {
    let folder = folder("seed-line");
    let create = "v4/group_open_http_svc/create_group";
    for (arguments, path) in [
        (&["--group", "live"][..], COUNT),
        (&["--group", "live", "--online-list-enabled", "false", "--marks-supported", "false"], COUNT),
        (&["--online-list-enabled", "false"], create),
    ] {
        let server = Server::start(&folder, arguments);
        assert!(server.told["curl"].as_str().unwrap().contains(path), "{arguments:?}: {}", server.told);
        assert_eq!(tried(&server), 0, "{arguments:?}: {}", server.told);
        server.stop("-TERM");
    }
}

#[test]
fn a_seed_may_add_robots_and_set_administrators() {
    let folder = folder("seed-robots");
    let family = "v4/group_open_avchatroom_http_svc";
    let lines = [
        r#"{"at":0,"do":"create_group","group":"live"}"#.to_owned(),
        format!(
            r#"{{"at":0,"do":"call","path":"{family}/add_robots","body":{{"GroupId":"live","Member_Account":["r1","r2"]}}}}"#
        ),
        format!(
            r#"{{"at":0,"do":"call","path":"{family}/modify_admin","body":{{"GroupId":"live","CommandType":1,"Admin_Account":["warden"]}}}}"#
        ),
    ]
    .join("\n");
    let scenario = file(&folder, "robots.jsonl", &lines);
    let state = snapshot(&folder, "robots.json", &lines);
    let kept = folder.join("kept").to_str().unwrap().to_owned();
    // A snapshot has a time of its own, and robots end three days later by the clock: it has to stand still for them.
    for (arguments, others) in [
        (&["--seed", &scenario][..], 0),
        (&["--seed", &scenario, "--group", "more", "--group", "live"], 1),
        (&["--seed", &state, "--clock", "5", "--group", "more"], 1),
        (&["--seed", &scenario, "--data", &kept], 0),
        (&["--data", &kept], 0),
    ] {
        let server = Server::start(&folder, arguments);
        let group: Value = serde_json::from_str(&server.get("_avmarks/groups/live")).unwrap();
        let expected = serde_json::json!([2, 2, 2, ["warden"]]);
        let found = serde_json::json!([group["total"], group["robots"], group["online"], group["admins"]]);
        assert_eq!(found, expected, "{arguments:?}");
        assert!(server.ask(COUNT, br#"{"GroupId":"live"}"#).contains(r#""OnlineMemberNum":2"#), "{arguments:?}");
        let groups: Value = serde_json::from_str(&server.get("_avmarks/groups")).unwrap();
        assert_eq!(groups["total"], 1 + others, "{arguments:?}");
        server.stop("-TERM");
    }
    // What a call of a seed is refused for ends nothing: its line is valid.
    let refused = file(
        &folder,
        "refused.jsonl",
        format!(
            r#"{{"at":0,"do":"call","path":"{family}/add_robots","body":{{"GroupId":"none","Member_Account":["r"]}}}}"#
        ),
    );
    Server::start(&folder, &["--seed", &refused]).stop("-TERM");
}

#[test]
fn options_override_a_snapshot() {
    let folder = folder("seed-given");
    let other = of_another(&folder);
    let query =
        |app: &str, admin: &str| format!("sdkappid={app}&identifier={admin}&usersig=x&random=1&contenttype=json");
    let server = Server::start(&folder, &["--seed", &other, "--admin", "erin", "--limit", "body_bytes_max=20"]);
    assert_eq!(code(&server.ask_with(COUNT, &query("1400000077", "erin"), br#"{"GroupId":"live"}"#)), 0);
    assert_eq!(code(&server.ask_with(COUNT, &query("1400000077", "bob"), br#"{"GroupId":"live"}"#)), 60_010);
    assert_eq!(code(&server.ask_with(COUNT, &query("1400000077", "erin"), br#"{"GroupId":"live"  }"#)), 0);
    assert_eq!(code(&server.ask_with(COUNT, &query("1400000077", "erin"), br#"{"GroupId":"live"   }"#)), 60_002);
    let said = server.stop("-TERM");
    let own = " are in force where none is given here: sdkappid 1400000077, gap:trailing-comma=strict\n";
    assert!(said.contains(own), "{said}");

    let room = format!("{}/../../examples/online_room.json", env!("CARGO_MANIFEST_DIR"));
    let sample = std::fs::read(data("vendor_set.json")).unwrap();
    let server = Server::start(&folder, &["--seed", &room, "--reading", "gap:trailing-comma=accept"]);
    assert_eq!(code(&server.ask(MARKS, &sample)), 0);
    let said = server.stop("-TERM");
    assert!(!said.contains("in force where none is given"), "{said}");
}

#[test]
fn a_given_clock_may_be_later() {
    let folder = folder("seed-clock");
    let other = of_another(&folder);
    for (given, stands, told) in [("7", 7, false), ("4", 5, true)] {
        let server = Server::start(&folder, &["--seed", &other, "--clock", given]);
        let clock: Value = serde_json::from_str(&server.get("_avmarks/clock")).unwrap();
        assert_eq!((&clock["now"], &clock["running"]), (&Value::from(stands), &Value::from(false)));
        let said = server.stop("-TERM");
        assert_eq!(said.contains("the clock cannot stop at 4: "), told, "{said}");
    }
}

#[test]
fn strict_is_strict_whatever_the_snapshot_says() {
    let folder = folder("seed-strict");
    let lenient = concat!(
        r#"{"at":5,"do":"policy","trailing_comma":"accept","random":"let-through"}"#,
        "\n",
        r#"{"at":5,"do":"create_group","group":"live"}"#,
        "\n",
    );
    let state = snapshot(&folder, "lenient.json", lenient);
    let scenario = file(&folder, "lenient.jsonl", lenient);
    let kept = folder.join("kept").to_str().unwrap().to_owned();
    Server::start(&folder, &["--data", &kept, "--seed", &state]).stop("-TERM");
    for arguments in [&["--seed", &state][..], &["--seed", &scenario], &["--data", &kept]] {
        let server = Server::start(&folder, &[&["--strict"], arguments].concat());
        assert_eq!(code(&server.ask(COUNT, br#"{"GroupId":"live"}"#)), 0, "{arguments:?}");
        assert_eq!(code(&server.ask(COUNT, br#"{"GroupId":"live",}"#)), 60_003, "{arguments:?}");
        let query = "sdkappid=1400000000&identifier=administrator&usersig=x&contenttype=json";
        assert_eq!(code(&server.ask_with(COUNT, query, br#"{"GroupId":"live"}"#)), 60_025, "{arguments:?}");
        server.stop("-TERM");
    }
}
