//! `avmarks check`: bodies by themselves.

use serde_json::{Value, json};

use crate::run::{Run, avmarks, avmarks_with, command, data, feed, folder};

fn check(body: &str, options: &[&str]) -> Run {
    avmarks_with(&[&["check", "-"], options].concat(), body.as_bytes())
}

fn steps_and_pointers(found: &Value) -> Vec<(u64, Option<&str>)> {
    let violations = found["violations"].as_array().unwrap();
    violations.iter().map(|found| (found["step"].as_u64().unwrap(), found["pointer"].as_str())).collect()
}

const GOOD: &str = r#"{"GroupId":"@TGS#a","CommandType":1,"MemberList":[{"Member_Account":"a","Marks":[1000]}]}"#;

#[test]
fn a_good_body_is_accepted() {
    let run = check(GOOD, &[]);
    assert_eq!((run.status, run.out.lines().next(), run.err.as_str()), (0, Some("accepted"), ""));
    assert_eq!(
        check(GOOD, &["--json"]).json(),
        json!({"accepted": true, "violations": [], "answer": null, "because": [], "omitted": [], "notes": []})
    );
}

#[test]
fn the_vendors_samples_need_their_comma_accepted() {
    for sample in ["vendor_set.json", "vendor_delete.json"] {
        let strict = avmarks(&["check", &data(sample)]);
        assert_eq!((strict.status, strict.out.lines().next()), (1, Some("refused")));
        assert!(strict.out.contains("60003") && strict.out.contains("gap:trailing-comma"), "{strict:?}");
        assert!(
            strict.out.lines().any(|line| line.starts_with("hint") && line.contains("--trailing-comma")),
            "{strict:?}"
        );
        for options in [&["--trailing-comma"][..], &["--reading", "gap:trailing-comma=accept"]] {
            let accepted = avmarks(&[&["check", "--json", &data(sample)], options].concat());
            assert_eq!(accepted.status, 0);
            assert_eq!(accepted.json()["because"], json!(["gap:trailing-comma"]));
        }
    }
}

#[test]
fn violations_are_listed_by_precedence() {
    let body = r#"{"GroupId":"","CommandType":3,"MemberList":[{"Member_Account":"","Marks":[999,"x"]},{"Member_Account":"b","Marks":[]}]}"#;
    let run = check(body, &["--json"]);
    let found = run.json();
    assert_eq!((run.status, &found["accepted"]), (1, &json!(false)));
    assert_eq!(
        steps_and_pointers(&found),
        [
            (7, Some("/MemberList/0/Marks/1")),
            (8, Some("/CommandType")),
            (10, Some("/MemberList/0/Member_Account")),
            (10, Some("/MemberList/0/Marks/0")),
            (10, Some("/MemberList/1/Marks")),
            (12, Some("/GroupId")),
        ]
    );
    assert_eq!(found["because"], json!(["REQUIRED", "gap:precedence"]));
    assert_eq!(found["answer"]["ErrorInfo"], found["violations"][0]["message"], "the first is what is answered");
    assert_eq!(found["answer"]["ErrorCode"], 10004);

    let told = check(body, &[]);
    assert_eq!((told.status, told.out.lines().next()), (1, Some("refused")));
    for part in ["step 7 ", "step 8 ", "step 10", "step 12", "MemberList[0].Marks[1]", "MARK-RANGE", "answer"] {
        assert!(told.out.contains(part), "{part}: {}", told.out);
    }
}

#[test]
fn other_calls_have_other_bodies() {
    for (call, body, answer_starts) in [
        ("get_members", r#"{"GroupId":"@TGS#a"}"#, r#"{"ActionStatus":"FAIL","ErrorCode":10004,"ErrorInfo":"#),
        ("get_online_member_num", "{}", r#"{"ActionStatus":"FAIL","ErrorInfo":"#),
    ] {
        let run = check(body, &["--json", "--call", call]);
        assert_eq!((run.status, &run.json()["violations"][0]["because"]), (1, &json!(["REQUIRED"])));
        assert!(run.out.contains(&format!(r#""answer":{answer_starts}"#)), "in its own order of fields: {}", run.out);
    }
    assert_eq!(check(r#"{"GroupId":"@TGS#a","Timestamp":0}"#, &["--call", "get_members"]).status, 0);
    assert_eq!(check(r#"{"GroupId":"@TGS#a"}"#, &["--call", "get_online_member_num"]).status, 0);
}

#[test]
fn a_reading_decides() {
    let many: Vec<_> = (0..501).map(|at| json!({"Member_Account": format!("u{at}"), "Marks": [1000]})).collect();
    let body = json!({"GroupId": "@TGS#a", "CommandType": 1, "MemberList": many}).to_string();
    let code = |options: &[&str]| check(&body, &[&["--json"], options].concat()).json()["answer"]["ErrorCode"].clone();
    assert_eq!(code(&[]), 10005);
    assert_eq!(code(&["--reading", "gap:too-many-code=10004"]), 10004);
    assert_eq!(code(&["--reading", "too_many_code=10004"]), 10004);
    assert_eq!(code(&["--policy", "2023", "--reading", "refresh_list=40s"]), 10005);
}

#[test]
fn invalid_json_is_answered_like_the_service() {
    let garbage =
        [&b""[..], b"\0\0\0\0", b"\xff\xfe{}", b"[1]", b"nonsense", b"{\"GroupId\":\"\xc3\"}", b"{", b"\xef\xbb\xbf{}"];
    for bytes in garbage {
        let run = avmarks_with(&["check", "--json", "-"], bytes);
        assert_eq!((run.status, &run.json()["answer"]["ErrorCode"]), (1, &json!(60003)), "{bytes:?}");
        let told = avmarks_with(&["check", "-"], bytes);
        assert_eq!((told.status, told.err.as_str()), (1, ""));
    }
    let deep = "[".repeat(1 << 19);
    assert_eq!(check(&deep, &[]).status, 1);
}

#[test]
fn foreign_text_is_escaped() {
    let body = "{\"GroupId\":\"@TGS#a\",\"CommandType\":1,\"MemberList\":[{\"Member_Account\":\"\u{9b}2J\\u001b[2J\",\"Marks\":[1]}]}";
    for options in [&[][..], &["--reading", "gap:account-id=utf8"]] {
        let run = check(body, options);
        assert_eq!(run.status, 1);
        assert!(run.out.chars().all(|c| c == '\n' || !c.is_control()), "{run:?}");
    }
}

#[test]
fn colour_is_for_terminals_alone() {
    // `run` looks for escapes in whatever is printed.
    for (variable, value) in [("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1"), ("TERM", "xterm-256color")] {
        let mut check = command(&["check", "-"]);
        check.env(variable, value);
        assert_eq!(feed(check, GOOD.as_bytes()).status, 0);
        let mut missing = command(&["check", "no such file"]);
        missing.env(variable, value);
        assert!(!feed(missing, b"").error().is_empty());
    }
}

#[test]
fn people_are_shown_twenty_violations() {
    let told = |wrong: usize| {
        let marks = json!([vec![1; wrong]]);
        let body =
            json!({"GroupId": "@TGS#a", "CommandType": 1, "MemberList": [{"Member_Account": "a", "Marks": marks[0]}]});
        let body = body.to_string();
        let all = check(&body, &["--json"]).json()["violations"].as_array().unwrap().len();
        (all, check(&body, &[]).out)
    };
    let (all, out) = told(20);
    assert_eq!((all, out.matches("  step ").count(), out.contains(" more (")), (20, 20, false));
    assert!(told(21).1.contains("\n  … and 1 more (--json lists all)\n"));
    let (all, out) = told(1_234);
    assert_eq!((all, out.matches("  step ").count()), (1_234, 20));
    assert!(out.contains("\n  … and 1214 more (--json lists all)\n"), "{out}");
    assert!(out.contains("\nanswer "), "what it comes to is said all the same: {out}");
}

#[test]
fn the_place_of_a_violation_is_shown_once() {
    let out =
        check(r#"{"GroupId":"@TGS#a","CommandType":3,"MemberList":[{"Member_Account":"a","Marks":[1]}]}"#, &[]).out;
    let (found, _) = out.split_once("because").unwrap();
    for place in ["CommandType", "MemberList[0].Marks[0]"] {
        assert_eq!(found.matches(place).count(), 1, "{out}");
    }
    assert!(avmarks(&["check", &data("vendor_set.json")]).out.contains("  the body\n"), "the message does not name it");
}

#[test]
fn where_a_snapshot_comes_from_is_said() {
    assert!(check(GOOD, &[]).out.ends_with("--state SNAPSHOT tells; `avmarks replay --save` writes one.\n"));
}

/// Kind and pointer of each note.
fn notes(found: &Value) -> Vec<(&str, &str)> {
    let notes = found["notes"].as_array().unwrap();
    notes.iter().map(|note| (note["kind"].as_str().unwrap(), note["pointer"].as_str().unwrap())).collect()
}

#[test]
fn probable_mistakes_are_noted() {
    let twice = r#"{"GroupId":"@TGS#a","CommandType":1,"MemberList":[{"Member_Account":"a","Marks":[1000]},{"Member_Account":"a","Marks":[1001]}]}"#;
    for (call, body, kind, pointer) in [
        ("modify_user_info", twice, "account-twice", "/MemberList/1/Member_Account"),
        ("get_members", r#"{"GroupId":"@TGS#a","Timestamp":0,"mark":1000}"#, "near-name", "/mark"),
        ("get_members", r#"{"GroupId":"@TGS#a","Timestamp":0,"Mark":999}"#, "mark-filter", "/Mark"),
        ("get_online_member_num", r#"{"GroupId":"@TGS#a","GroupIds":1}"#, "near-name", "/GroupIds"),
        ("add_robots", r#"{"GroupId":"@TGS#a","Member_Account":["a","a"]}"#, "account-twice", "/Member_Account/1"),
        ("check_members", r#"{"GroupId":"@TGS#a","Member_Account":["a","a"]}"#, "account-twice", "/Member_Account/1"),
        (
            "modify_admin",
            r#"{"GroupId":"@TGS#a","CommandType":1,"Admin_Account":["a","a"]}"#,
            "account-twice",
            "/Admin_Account/1",
        ),
        ("get_admin_list", r#"{"GroupId":"@TGS#a","groupid":1}"#, "near-name", "/groupid"),
    ] {
        let told = check(body, &["--call", call]);
        assert_eq!((told.status, told.out.lines().next()), (0, Some("accepted")), "{body}");
        let run = check(body, &["--call", call, "--json"]);
        let found = run.json();
        assert_eq!((run.status, notes(&found)), (0, vec![(kind, pointer)]), "{body}");
        let said = format!("\nnotes\n  {pointer}  {}\n", found["notes"][0]["message"].as_str().unwrap());
        assert!(told.out.contains(&said), "{}", told.out);
    }
    assert!(!check(GOOD, &[]).out.contains("notes"));
}

#[test]
fn near_names_of_missing_fields_are_noted() {
    let run = check(r#"{"groupId":"@TGS#a","CommandTyp":1,"memberlist":[]}"#, &["--json"]);
    let found = run.json();
    assert_eq!((run.status, &found["answer"]["ErrorCode"]), (1, &json!(10004)));
    assert_eq!(notes(&found), ["/groupId", "/CommandTyp", "/memberlist"].map(|pointer| ("near-name", pointer)));
    let told = check(r#"{"groupId":"@TGS#a"}"#, &["--call", "get_online_member_num"]).out;
    assert!(told.contains("`GroupId` is missing") && told.contains("/groupId  `groupId` is ignored"), "{told}");
}

#[test]
fn notes_respect_state_and_policy() {
    let folder = folder("notes-state");
    let saved = folder.join("app.json").to_str().unwrap().to_owned();
    let group = br#"{"at":0,"do":"create_group","group":"@TGS#a"}"#;
    assert_eq!(avmarks_with(&["replay", "-", "--save", &saved], group).status, 0);
    let body = r#"{"GroupId":"@TGS#a","Timestamp":0,"mark":1000,}"#;
    let list = &["--call", "get_members", "--json"][..];
    for state in [&[][..], &["--state", &saved]] {
        let strict = check(body, &[list, state].concat()).json();
        assert_eq!((&strict["accepted"], notes(&strict)), (&json!(false), vec![]), "it is not JSON");
        let accepted = check(body, &[list, state, &["--trailing-comma"]].concat()).json();
        assert_eq!((&accepted["accepted"], notes(&accepted)), (&json!(true), vec![("near-name", "/mark")]));
    }
}

#[test]
fn at_most_twenty_notes_are_listed() {
    let many: Vec<_> = (0..500).map(|_| json!({"Member_Account": "a", "Marks": [1000]})).collect();
    let body = json!({"GroupId": "@TGS#a", "CommandType": 1, "MemberList": many}).to_string();
    let found = check(&body, &["--json"]).json();
    let notes = found["notes"].as_array().unwrap();
    assert_eq!((notes.len(), &notes[20]["count"]), (21, &json!(479)));
    let told = check(&body, &[]);
    assert_eq!(told.out.matches("Member_Account` is `a`").count(), 20);
    assert!(told.status == 0 && told.out.contains("\n  479 more notes are not listed\n"), "{told:?}");
}

#[test]
fn the_help_says_whose_words_error_info_has() {
    let help = avmarks(&["check", "--help"]).out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        help.contains("`ErrorInfo` of the answer is the text of this project, because no document has the vendor's"),
        "{help}"
    );
    let help = avmarks(&["--help"]).out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(help.contains("Four commands use the network: `avmarks send`, `avmarks serve`, which"), "{help}");
}
