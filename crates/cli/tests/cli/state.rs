//! Snapshots: `avmarks replay --save`, `--state`, and dry runs against them.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::run::{avmarks, avmarks_with, data, file, folder};

const GROUP: &str = r#"{"at":0,"do":"create_group","group":"@TGS#a6I4ZUUGO","owner":"owner1"}
{"at":0,"do":"join","group":"@TGS#a6I4ZUUGO","accounts":["teacher10","student9","owner1"]}
"#;

/// The snapshot after these lines.
fn snapshot(folder: &Path, name: &str, lines: &str) -> String {
    let target = folder.join(name).to_str().unwrap().to_owned();
    let run = avmarks_with(&["replay", "-", "--save", &target], lines.as_bytes());
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    target
}

#[test]
fn vendor_samples_are_answered_as_documented() {
    let state = snapshot(&folder("vendor"), "app.json", GROUP);
    for (sample, kind) in [("vendor_set.json", 1), ("vendor_delete.json", 2)] {
        let run = avmarks(&["check", "--json", "--trailing-comma", "--state", &state, &data(sample)]);
        assert_eq!(run.status, 0);
        let shown = fs::read_to_string(data("vendor_answer.json")).unwrap();
        let compact: String = shown.chars().filter(|c| !c.is_whitespace()).collect();
        let answer = compact.replace(r#""CommandType":1"#, &format!(r#""CommandType":{kind}"#));
        assert!(run.out.contains(&format!(r#""answer":{answer},"#)), "{}", run.out);
    }
}

#[test]
fn a_dry_run_lists_served_and_omitted() {
    let lines = format!(r#"{GROUP}{{"at":9,"do":"disconnect","group":"@TGS#a6I4ZUUGO","account":"student9"}}"#);
    let state = snapshot(&folder("dry"), "app.json", &lines);
    let before = fs::read(&state).unwrap();
    let arguments = ["check", "--trailing-comma", "--state", &state, &data("vendor_set.json")];
    let told = avmarks(&arguments);
    assert_eq!((told.status, told.out.lines().next()), (0, Some("accepted")));
    let line = |start: &str| told.out.lines().find(|line| line.trim_start().starts_with(start)).unwrap();
    assert!(line("served").contains("teacher10  1000"), "{told:?}");
    assert!(line("omitted").contains("student9  1001  ONLINE-ONLY"), "{told:?}");
    let found = avmarks(&[&arguments[..], &["--json"]].concat()).json();
    assert_eq!(found["omitted"], json!([{"account": "student9", "mark": 1001, "because": "ONLINE-ONLY"}]));
    assert_eq!(found["because"], json!(["ONLINE-ONLY", "gap:echo", "gap:trailing-comma"]));
    assert_eq!(fs::read(&state).unwrap(), before, "a dry run changes nothing");
}

#[test]
fn who_calls_and_when_can_be_told() {
    let folder = folder("who");
    let pinned = r#"{"at":5,"do":"call","path":"v4/group_open_avchatroom_http_svc/modify_user_info","body":{"GroupId":"@TGS#a6I4ZUUGO","CommandType":1,"MemberList":[{"Member_Account":"student9","Marks":[500]}]}}
{"at":9,"do":"disconnect","group":"@TGS#a6I4ZUUGO","account":"student9"}"#;
    let state = snapshot(&folder, "app.json", &format!("{GROUP}{pinned}"));
    let body = file(
        &folder,
        "body.json",
        r#"{"GroupId":"@TGS#a6I4ZUUGO","CommandType":1,"MemberList":[{"Member_Account":"student9","Marks":[1001]}]}"#,
    );
    let check = |options: &[&str]| {
        let run = avmarks(&[&["check", "--json", &body, "--state", &state], options].concat());
        (run.status, run.json()["answer"]["ErrorCode"].as_i64().unwrap())
    };
    assert_eq!(check(&[]), (0, 0), "at the latest time of the snapshot, the pin holds");
    assert_eq!(check(&["--at", "259200004"]), (0, 0));
    assert_eq!(check(&["--at", "259200005"]), (1, 10004), "three days later it has ended");
    assert_eq!(check(&["--as", "nobody"]), (1, 60010));
    assert_eq!(check(&["--as", "owner1"]), (1, 60010));
    assert_eq!(check(&["--as", "owner1", "--reading", "gap:rest-owner=owner-too"]), (0, 0));
}

#[test]
fn the_snapshot_policy_is_the_default() {
    let folder = folder("policy");
    let state =
        snapshot(&folder, "app.json", r#"{"at":0,"do":"policy","too_many_code":"10004","trailing_comma":"accept"}"#);
    let body = file(
        &folder,
        "body.json",
        r#"{"GroupId":"@TGS#a","CommandType":1,"MemberList":[{"Member_Account":"a","Marks":[1000]},]}"#,
    );
    let code = |options: &[&str]| {
        avmarks(&[&["check", "--json", &body, "--state", &state], options].concat()).json()["answer"]["ErrorCode"]
            .clone()
    };
    assert_eq!(code(&[]), 10010, "the comma is accepted, and there is no such group");
    assert_eq!(code(&["--reading", "trailing_comma=strict"]), 60003);
    assert_eq!(code(&["--policy", "default"]), 60003);
    assert_eq!(code(&["--policy", "default", "--trailing-comma"]), 10010);
}

#[test]
fn a_conversation_goes_on_where_it_was_saved() {
    let folder = folder("goes-on");
    let lines: Vec<&str> = GROUP.lines().collect();
    let count = r#"{"at":7,"do":"call","path":"v4/group_open_http_svc/get_online_member_num","body":{"GroupId":"@TGS#a6I4ZUUGO"}}"#;
    let first = snapshot(&folder, "one.json", lines[0]);
    let second = folder.join("two.json").to_str().unwrap().to_owned();
    let run = avmarks_with(
        &["replay", "-", "--state", &first, "--save", &second],
        format!("{}\n{count}", lines[1]).as_bytes(),
    );
    assert_eq!(run.status, 0);
    assert!(
        run.out.ends_with("\"OnlineMemberNum\":3},\"because\":[\"gap:refresh-count\"],\"omitted\":[]}\n"),
        "{run:?}"
    );
    let at_once = snapshot(&folder, "at-once.json", &format!("{GROUP}{count}"));
    assert_eq!(fs::read(&second).unwrap(), fs::read(&at_once).unwrap());
    // The same file may be read and replaced.
    let run = avmarks_with(&["replay", "-", "--state", &second, "--save", &second], b"");
    assert_eq!((run.status, fs::read(&second).unwrap()), (0, fs::read(&at_once).unwrap()));
    let leftovers: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(leftovers.len(), 3, "{leftovers:?}");
}

#[test]
fn an_error_saves_nothing() {
    let folder = folder("unsaved");
    let target = file(&folder, "app.json", "as it was");
    let run = avmarks_with(&["replay", "-", "--save", &target], b"{\"at\":0,\"do\":\"tick\"}\nnonsense\n");
    assert_eq!((run.status, run.out.as_str()), (2, "{\"line\":1,\"events\":[]}\n"));
    assert_eq!(fs::read_to_string(&target).unwrap(), "as it was");
}

#[test]
fn an_unwritable_target_is_reported_first() {
    let folder = folder("no-place");
    let missing = folder.join("missing/app.json");
    for (target, part) in [
        (folder.to_str().unwrap(), "is a directory"),
        (missing.to_str().unwrap(), "does not exist"),
        ("-", "name a file"),
        ("..", "is a directory"),
        ("no such directory/..", "name of a file"),
        ("", "the name of the file is empty"),
    ] {
        let run = avmarks_with(&["replay", "-", "--save", target], b"{\"at\":0,\"do\":\"tick\"}\n");
        assert!(run.error().contains(part), "{run:?}");
    }
}

#[test]
fn what_is_no_snapshot_is_refused() {
    let folder = folder("no-snapshot");
    for (bytes, part) in [
        (&b""[..], "this is not a snapshot: EOF while parsing a value at line 1 column 0"),
        (b"nonsense", "this is not a snapshot: it is not a JSON object"),
        (b"[]", "this is not a snapshot: it is not a JSON object"),
        (b"{}", "this is not a snapshot: missing field `avmarks_snapshot` at line 1 column 2"),
        (b"\xff\xfe", "it is UTF-16; save it as UTF-8"),
        (b"{\"avmarks_snapshot\":1}", "version 1"),
        (b"{\"avmarks_snapshot\":3", "this is not a snapshot: EOF while parsing an object at line 1 column 21"),
    ] {
        let state = file(&folder, "app.json", bytes);
        for arguments in [["check", "-", "--state", &state], ["replay", "-", "--state", &state]] {
            let run = avmarks(&arguments);
            assert!(run.error().contains(part) && run.error().contains("app.json"), "{run:?}");
            let advice = ["; create a valid one with `avmarks replay --save`", "; save it as UTF-8"];
            assert!(advice.iter().any(|advice| run.error().ends_with(advice)), "{run:?}");
        }
    }
}

#[test]
fn an_earlier_time_is_noted() {
    let folder = folder("earlier");
    let state = snapshot(&folder, "app.json", &format!("{GROUP}{{\"at\":9,\"do\":\"tick\"}}"));
    let body = file(
        &folder,
        "body.json",
        r#"{"GroupId":"@TGS#a6I4ZUUGO","CommandType":1,"MemberList":[{"Member_Account":"student9","Marks":[1001]}]}"#,
    );
    let check = |options: &[&str]| avmarks(&[&["check", &body, "--state", &state], options].concat());
    const NOTE: &str = "\nnote: --at lies before the snapshot's latest time, which was taken instead\n";
    for (at, is_earlier) in [("8", true), ("9", false), ("10", false)] {
        let told = check(&["--at", at]);
        assert_eq!((told.status, told.out.contains(NOTE)), (0, is_earlier), "{told:?}");
        let because = check(&["--at", at, "--json"]).json()["because"].clone();
        assert_eq!(because.as_array().unwrap().contains(&json!("gap:clock")), is_earlier);
    }
    assert!(!check(&[]).out.contains("note"));
    for (at, command) in [("-5", "check"), ("18446744073709551616", "check"), ("x", "check")] {
        let run = avmarks(&[command, &body, "--state", &state, "--at", at]);
        assert_eq!(run.status, 2);
        let said = format!("invalid value '{at}' for '--at <MS>': expected an integer from 0 to");
        assert!(run.err.contains(&said), "{run:?}");
    }
}

#[cfg(unix)]
#[test]
fn saving_keeps_links_and_permissions() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = folder("links");
    let (real, link) = (folder.join("kept/real.json"), folder.join("link.json"));
    fs::create_dir(folder.join("kept")).unwrap();
    fs::write(&real, "old").unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("kept/real.json", &link).unwrap();
    let save = |target: &Path| {
        let run = avmarks_with(&["replay", "-", "--save", target.to_str().unwrap()], GROUP.as_bytes());
        assert_eq!((run.status, run.err.as_str()), (0, ""));
    };
    save(&link);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink(), "the link stays");
    assert!(fs::read_to_string(&real).unwrap().starts_with('{'), "what it names is replaced");
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o7777, 0o640);

    // A link to nothing makes what it names.
    let (made, dangling) = (folder.join("kept/made.json"), folder.join("dangling.json"));
    symlink("kept/made.json", &dangling).unwrap();
    save(&dangling);
    assert!(fs::symlink_metadata(&dangling).unwrap().is_symlink() && made.is_file());
    assert_eq!(fs::read_dir(folder.join("kept")).unwrap().count(), 2, "nothing is left beside them");
}

#[cfg(unix)]
#[test]
fn special_and_locked_files_are_not_overwritten() {
    use std::os::unix::fs::FileTypeExt;
    use std::os::unix::net::UnixListener;
    let folder = folder("in-use");
    // A socket stands for all that is not a file: pipes and devices too.
    let socket = folder.join("s");
    let _listener = UnixListener::bind(&socket).unwrap();
    let lines = file(&folder, "lines.jsonl", GROUP);
    let link = folder.join("link.jsonl");
    std::os::unix::fs::symlink(&lines, &link).unwrap();
    for (target, part) in [
        (socket.to_str().unwrap(), "it is not a regular file"),
        (&*lines, "it is read as an input"),
        (link.to_str().unwrap(), "it is read as an input"),
    ] {
        let run = avmarks(&["replay", &lines, "--save", target]);
        assert!(run.error().contains(part), "{run:?}");
    }
    assert!(fs::symlink_metadata(&socket).unwrap().file_type().is_socket());

    // The same by redirection.
    let run = crate::run::command(&["replay", "-", "--save", &lines]).stdin(fs::File::open(&lines).unwrap()).output();
    assert_eq!(run.unwrap().status.code(), Some(2));
    assert_eq!(fs::read_to_string(&lines).unwrap(), GROUP, "the conversation is as it was");
    let out = folder.join("out.jsonl");
    let mut replay = crate::run::command(&["replay", &lines, "--save", out.to_str().unwrap()]);
    let output = replay.stdout(fs::File::create(&out).unwrap()).output().unwrap();
    assert_eq!((output.status.code(), fs::metadata(&out).unwrap().len()), (Some(2), 0));
    assert!(String::from_utf8(output.stderr).unwrap().contains("it takes the answers already"));
}
