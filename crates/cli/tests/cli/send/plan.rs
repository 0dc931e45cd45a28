//! `--plan` and `--dry-run`: what is shown, and that nothing is sent.

use serde_json::{Value, json};

use super::{GROUP, Loopback, send_command, students_file};
use crate::run::{Run, command, feed, file, folder};
use crate::server::{Server, class};

#[test]
fn a_plan_sends_nothing() {
    let students = students_file("plan");
    let plan = |more: &[&str]| {
        feed(command(&[&["send", "set", "--file", &students, "--plan", "--group", GROUP], more].concat()), b"")
    };
    let run = plan(&[]);
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    assert_eq!(
        run.out,
        "set marks of 1200 accounts in @TGS#a6I4ZUUGO: 3 calls; nothing was sent\n\
         \u{20} mark 1000        600 accounts\n\
         \u{20} mark 1001        600 accounts\n\
         \u{20} call 1           500 accounts, student1 to student500, 23451 bytes\n\
         \u{20} call 2           500 accounts, student501 to student1000, 23560 bytes\n\
         \u{20} call 3           200 accounts, student1001 to student1200, 9659 bytes\n"
    );
    let json = plan(&["--json", "--accounts-per-call", "100"]).json();
    let calls = json["calls"].as_array().unwrap();
    assert_eq!((calls.len(), &calls[11]["first"], &calls[11]["accounts"]), (12, &json!(1100), &json!(100)));
    assert!(json.get("request").is_none());
    let long = plan(&["--accounts-per-call", "1"]);
    assert!(long.out.ends_with("  … and 1180 calls more; --all shows them\n"), "{}", long.out);
    assert!(plan(&["--accounts-per-call", "1", "--all"]).out.contains("  call 1200  "));
}

#[test]
fn what_the_service_will_mind_is_remarked_upon() {
    let accounts: String = (0..1_001).map(|number| format!("u{number}\n")).collect();
    let run = feed(send_command(&["set", "--file", "-", "--mark", "1000,pinned", "--plan"]), accounts.as_bytes());
    for note in [
        "note  mark 500 is for 1001 accounts, and 1000 members at most hold one mark (MEMBERS-PER-MARK)\n",
        "note  mark 1000 is for 1001 accounts, and 1000 members at most hold one mark (MEMBERS-PER-MARK)\n",
        "note  500 may be changed by an app admin alone (SPECIAL-ADMIN)\n",
    ] {
        assert!(run.out.contains(note), "{}", run.out);
    }
    let run = feed(send_command(&["delete", "--file", "-", "--mark", "1000", "--plan"]), accounts.as_bytes());
    assert!(run.out.starts_with("delete marks of 1001 accounts") && !run.out.contains("note"), "{}", run.out);
}

#[test]
fn a_dry_run_hides_the_signature() {
    let server = Loopback::start(|log| Server::new(class(), log));
    let mut dry =
        server.command(&["set", "--mark", "1000", "student1", "student2", "--dry-run", "--accounts-per-call", "1"]);
    dry.env_remove("AVMARKS_KEY");
    let run = feed(dry, b"");
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    let url = &server.url;
    let end = format!(
        "first request  POST {url}/v4/group_open_avchatroom_http_svc/modify_user_info?sdkappid=1400000000&identifier=administrator&usersig=…&random=…&contenttype=json\n\
         {{\"GroupId\":\"@TGS#a6I4ZUUGO\",\"CommandType\":1,\"MemberList\":[{{\"Member_Account\":\"student1\",\"Marks\":[1000]}}]}}\n"
    );
    assert!(run.out.ends_with(&end), "{}", run.out);
    assert_eq!(server.entries().len(), 0);
}

fn states(report: &Value) -> Vec<Value> {
    let accounts = report["accounts"].as_array().unwrap().iter();
    accounts.map(|one| json!([one["account"], one["state"], one["applied"], one["likely"], one["code"]])).collect()
}

#[test]
fn a_rehearsal_foretells_what_the_run_reports() {
    let server = Loopback::start(|log| Server::new(class(), log));
    let students = students_file("rehearsal");
    let state = file(&folder("rehearsal-state"), "app.json", class().snapshot());
    let odd = "student1,1000\nstudent40,1000\nstudent40,pinned\nstranger,1002\nstudent2,hidden\nstudent80,1001\n";
    let rehearse = |arguments: &[&str], stdin: &str| -> Run {
        let more = ["--dry-run", "--state", &state, "--json"];
        feed(server.command(&[arguments, &more].concat()), stdin.as_bytes())
    };
    for (arguments, stdin, status) in [
        (&["set", "--file", &students][..], "", 3),
        (&["set", "--file", "-"], odd, 3),
        (&["set", "--mark", "1000", "stranger"], "", 1),
        (&["set", "--mark", "1000", "student1"], "", 0),
        (&["delete", "--mark", "1000", "student1"], "", 0),
        (&["set", "--mark", "1000", "student1", "--group", "@TGS#nowhere"], "", 1),
    ] {
        let foretold = rehearse(arguments, stdin);
        assert_eq!((foretold.status, &foretold.json()["dry_run"]), (status, &json!(true)), "{arguments:?}");
        assert_eq!(server.entries().len(), 0);
        let run = feed(server.command(&[arguments, &["--json"]].concat()), stdin.as_bytes());
        assert_eq!((run.status, states(&run.json())), (status, states(&foretold.json())), "{arguments:?}");
        server.entries();
    }
    // The app of the snapshot tells which rule refused.
    let hints = rehearse(&["set", "--mark", "1000", "stranger"], "").json()["hints"].clone();
    let causes = hints[0]["causes"].as_array().unwrap();
    assert_eq!((causes.len(), &causes[0]["because"][0]), (1, &json!("ALL-FAILED")), "{hints}");
    let told = feed(server.command(&["set", "--mark", "1000", "student1", "--dry-run", "--state", &state]), b"");
    assert!(told.out.starts_with("dry run, nothing was sent: all applied"), "{}", told.out);
    let run = feed(server.command(&["set", "--mark", "1000", "student1", "--dry-run", "--state", &students]), b"");
    assert!(run.error().contains("not a snapshot"), "{run:?}");
}
