//! `avmarks replay`: conversations.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::run::{Run, avmarks, avmarks_with, command, data, file, folder};

fn replay(lines: impl AsRef<[u8]>, options: &[&str]) -> Run {
    avmarks_with(&[&["replay", "-"], options].concat(), lines.as_ref())
}

const TICK: &str = "{\"at\":0,\"do\":\"tick\"}\n";
const TICKED: &str = "{\"line\":1,\"events\":[]}\n";

#[test]
fn each_line_is_answered_at_once() {
    let mut child = command(&["replay", "-"]).stdin(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut ask = |line: &str| {
        input.write_all(line.as_bytes()).unwrap();
        output.next().map(|answer| answer.unwrap())
    };
    let group = "{\"at\":0,\"do\":\"create_group\",\"group\":\"g\"}\n";
    assert_eq!(ask(group).unwrap(), r#"{"line":1,"events":[{"event":"group_created","group":"g"}]}"#);
    for line in 2..50 {
        assert_eq!(ask(TICK).unwrap(), format!("{{\"line\":{line},\"events\":[]}}"));
    }
    // Two lines and half a third: the two are answered at once, the third when it is whole.
    let two = ask(&format!("{TICK}{TICK}{{\"at\":0,")).unwrap();
    assert_eq!(two, r#"{"line":50,"events":[]}"#);
    assert_eq!(ask("").unwrap(), r#"{"line":51,"events":[]}"#);
    assert_eq!(ask("\"do\":\"tick\"}\n").unwrap(), r#"{"line":52,"events":[]}"#);
    drop(input);
    assert!(output.next().is_none());
    assert!(child.wait().unwrap().success());
}

#[test]
fn the_vendors_samples_are_answered_byte_for_byte() {
    let sample = |name: &str| std::fs::read_to_string(data(name)).unwrap();
    let call = |name: &str| {
        let path = "v4/group_open_avchatroom_http_svc/modify_user_info";
        json!({"at": 1, "do": "call", "path": path, "raw": sample(name)}).to_string()
    };
    let lines = [
        r#"{"at":0,"do":"create_group","group":"@TGS#a6I4ZUUGO"}"#.to_owned(),
        r#"{"at":0,"do":"join","group":"@TGS#a6I4ZUUGO","accounts":["teacher10","student9"]}"#.to_owned(),
        call("vendor_set.json"),
        call("vendor_delete.json"),
    ];
    let run = replay(lines.join("\n"), &["--reading", "gap:trailing-comma=accept"]);
    assert_eq!(run.status, 0);
    let compact: String = sample("vendor_answer.json").chars().filter(|c| !c.is_whitespace()).collect();
    let answers: Vec<_> = run.out.lines().skip(2).collect();
    assert!(answers[0].starts_with(&format!(r#"{{"line":3,"answer":{compact},"because":"#)), "{}", answers[0]);
    let deleted = compact.replace(r#""CommandType":1"#, r#""CommandType":2"#);
    assert!(answers[1].starts_with(&format!(r#"{{"line":4,"answer":{deleted},"because":"#)), "{}", answers[1]);

    let strict = replay(lines.join("\n"), &[]);
    assert_eq!(strict.status, 0, "a refusal is an answer");
    let third: Value = serde_json::from_str(strict.out.lines().nth(2).unwrap()).unwrap();
    assert_eq!(third["answer"]["ErrorCode"], 60003);
}

#[test]
fn a_bad_line_ends_it_with_its_number() {
    for (bad, part) in [
        ("nonsense", "it is not JSON: expected ident at column 2"),
        ("[]", "it must be a JSON object such as"),
        ("", "it is empty"),
        (r#"{"at":0,"do":"jion"}"#, "`do` is `jion`; there are `app`, `policy`"),
        (r#"{"at":0,"do":"tick","tock":1}"#, "`tock` is not a field of a `tick` line; take it out"),
        (r#"{"do":"tick"}"#, "`at` is missing"),
    ] {
        let run = replay(format!("{TICK}{bad}\n{TICK}"), &[]);
        assert_eq!((run.status, run.out.as_str()), (2, TICKED), "{bad}");
        assert!(run.err.starts_with("error: standard input, line 2: ") && run.err.contains(part), "{run:?}");
        assert_eq!(run.err.matches('\n').count(), 1, "{run:?}");
    }
}

#[test]
fn an_invalid_line_names_its_file() {
    let folder = folder("named");
    for bad in [&b"nonsense"[..], b"\xff", &[b' '; 17 << 20]] {
        let lines = file(&folder, "conv.jsonl", [TICK.as_bytes(), bad].concat());
        let run = avmarks(&["replay", &lines]);
        assert_eq!((run.status, run.out.as_str()), (2, TICKED));
        assert!(run.err.starts_with(&format!("error: `{lines}` line 2: ")), "{run:?}");
    }
}

#[test]
fn binary_and_long_lines_are_named() {
    let run = replay([TICK.as_bytes(), b"{\"at\":0,\"do\":\"t\xffck\"}\n"].concat(), &[]);
    assert_eq!((run.status, run.out.as_str()), (2, TICKED));
    assert!(run.err.contains("line 2: ") && run.err.contains("UTF-8") && run.err.contains("byte 15"), "{run:?}");

    let endless = [TICK.as_bytes(), &vec![b' '; 17 << 20]].concat();
    let run = replay(&endless, &[]);
    assert_eq!((run.status, run.out.as_str()), (2, TICKED));
    assert!(run.err.contains("line 2: ") && run.err.contains("16777216 bytes"), "{run:?}");
    // A line of just that length is no matter.
    let blanks = " ".repeat((16 << 20) - TICK.len() + 1);
    let run = replay(format!("{blanks}{TICK}{TICK}"), &[]);
    assert_eq!((run.status, run.out.lines().count()), (0, 2), "{run:?}");
}

#[test]
fn the_last_line_needs_no_line_break() {
    assert_eq!(replay(TICK.trim_end(), &[]).out, TICKED);
    assert_eq!(replay(TICK.replace('\n', "\r\n"), &[]).out, TICKED);
    let nothing = replay("", &[]);
    assert_eq!((nothing.status, nothing.out.as_str(), nothing.err.as_str()), (0, "", ""));
}

#[test]
fn a_file_is_answered_as_standard_input_is() {
    let folder = folder("file");
    let lines = TICK.repeat(5_000);
    let run = avmarks(&["replay", "--json", &file(&folder, "lines.jsonl", &lines)]);
    assert_eq!((run.status, run.out.lines().count()), (0, 5_000));
    assert_eq!(run.out, replay(&lines, &[]).out);
}

#[test]
fn readings_hold_from_the_start() {
    let lines = r#"{"at":0,"do":"call","path":"v4/nothing","body":{}}"#;
    let code = |options: &[&str]| {
        let answer: Value = serde_json::from_str(&replay(lines, options).out).unwrap();
        answer["answer"]["ErrorCode"].as_i64().unwrap()
    };
    assert_eq!(code(&[]), 60009);
    assert_eq!(code(&["--reading", "http_codes=60008"]), 60008);
    assert_eq!(code(&["--policy", "2023", "--reading", "gap:http-codes=60008"]), 60008);
}

#[test]
fn an_output_that_is_closed_ends_it_quietly() {
    let folder = folder("closed");
    let lines = file(&folder, "lines.jsonl", TICK.repeat(100_000));
    let target = folder.join("app.json");
    for (save, status) in [(false, 0), (true, 2)] {
        let mut replay = command(&["replay", &lines]);
        if save {
            replay.arg("--save").arg(&target);
        }
        let mut child = replay.spawn().unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        assert_eq!(first, TICKED);
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(status), "{said}");
        assert_eq!(said.is_empty(), !save, "what was asked for and not done is said: {said}");
        assert!(!target.exists());
    }
}

#[test]
fn a_closed_pipe_keeps_the_exit_status() {
    let gone = |arguments: &[&str], stdin: &[u8]| {
        let mut child = command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        // Nothing is printed before the input has ended, so the pipe is closed by then.
        child.stdin.take().unwrap().write_all(stdin).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.stderr.is_empty(), "{output:?}");
        output.status.code()
    };
    let good = br#"{"GroupId":"@TGS#a","CommandType":1,"MemberList":[{"Member_Account":"a","Marks":[1000]}]}"#;
    for format in [&[][..], &["--json"]] {
        assert_eq!(gone(&[&["check", "-"], format].concat(), b"{}"), Some(1));
        assert_eq!(gone(&[&["check", "-"], format].concat(), good), Some(0));
        assert_eq!(gone(&[&["usersig", "explain", "-"], format].concat(), b"garbage"), Some(1));
    }
    assert_eq!(gone(&["replay", "-"], TICK.as_bytes()), Some(0));
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_takes_nothing_is_an_error() {
    for arguments in [&["replay", "-"][..], &["explain"], &["man"], &["policy", "--json"]] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut child = command(arguments).stdin(Stdio::piped()).stdout(full).spawn().unwrap();
        child.stdin.take().unwrap().write_all(TICK.as_bytes()).unwrap_or_default();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(String::from_utf8(output.stderr).unwrap().starts_with("error: the output cannot be written"));
    }
}
