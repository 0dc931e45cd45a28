//! Runs that end too early, and go on.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
#[cfg(unix)]
use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command},
};

use serde_json::{Value, json};

use super::{Loopback, students};
use crate::run::{Run, feed, file, folder};
use crate::server::{Entry, Mishap, Server, class};

/// Sets the marks of all students, ten in a call, with a resume file in the folder of this name, which is given.
fn set_all(test: &str) -> (Vec<String>, String) {
    let folder = folder(test);
    let list = file(&folder, "students.csv", students());
    let resume = folder.join("resume").to_str().unwrap().to_owned();
    let arguments = ["set", "--file", &list, "--accounts-per-call", "10", "--json", "--resume", &resume];
    (arguments.map(str::to_owned).to_vec(), resume)
}

/// The accounts that were carried out by these requests, each as often as it was.
fn accounts(entries: &[Entry]) -> Vec<String> {
    entries.iter().filter(|entry| entry.code.number() == 0).flat_map(|entry| entry.accounts.clone()).collect()
}

/// The accounts that a resume file has as answered.
fn answered(path: &str) -> BTreeSet<String> {
    let progress: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let ranges = progress["plans"][0]["answered"].as_array().unwrap().iter();
    let number = |range: &Value, field| range[field].as_u64().unwrap();
    let indexes = ranges.flat_map(|one| number(one, "first")..number(one, "first") + number(one, "accounts"));
    indexes.map(|at| format!("student{}", at + 1)).collect()
}

fn everyone() -> BTreeSet<String> {
    (1..=1_200).map(|number| format!("student{number}")).collect()
}

fn assert_report_is_whole(run: &Run) {
    assert_eq!(run.status, 3, "30 are offline");
    let report: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!((&report["counts"]["applied"], &report["counts"]["omitted"]), (&json!(1170), &json!(30)));
    let names: Vec<_> = report["accounts"].as_array().unwrap().iter().map(|one| &one["account"]).collect();
    let expected: Vec<_> = (1..=1_200).map(|number| json!(format!("student{number}"))).collect();
    assert!(names.into_iter().eq(&expected), "each account once, in order");
}

#[test]
fn a_killed_run_resumes_without_repeating() {
    for in_flight in ["1", "4"] {
        let (arguments, resume) = set_all(&format!("killed-{in_flight}"));
        let arguments: Vec<_> = arguments.iter().map(String::as_str).chain(["--in-flight", in_flight]).collect();
        let start = || Loopback::start(|log| Server::new(class(), log).mishap(7, Mishap::AnswerLost));
        let requests = usize::try_from(RandomState::new().build_hasher().finish() % 100 + 2).unwrap();

        let server = start();
        // Far enough that the moment is not foreseen, and not so far that the run ends.
        server.hold_from(requests + 8);
        let mut child = server.command(&arguments).stdin(Stdio::null()).spawn().unwrap();
        let mut before = server.wait_for(requests);
        // The first answer is kept at once.
        while answered(&resume).is_empty() {
            assert!(child.try_wait().unwrap().is_none(), "it is kept while the run goes on");
            std::thread::sleep(Duration::from_millis(1));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        before.extend(server.entries());
        let known = answered(&resume);
        let before = accounts(&before);
        assert!(known.iter().all(|account| before.contains(account)), "what is kept was carried out");

        let server = start();
        let run = feed(server.command(&arguments), b"");
        assert_report_is_whole(&run);
        let report: Value = serde_json::from_str(&run.out).unwrap();
        assert_eq!(report["earlier"], json!(known.len()));
        // Confirmed once: by the first run and its file, or by the second. Only the call whose answer was lost came twice.
        let after = accounts(&server.entries());
        let (again, after_once) = (after.len(), after.into_iter().collect::<BTreeSet<_>>());
        assert!(again - after_once.len() <= 10, "killed after {requests} requests");
        assert!(
            after_once.is_disjoint(&known),
            "killed after {requests} requests: what was answered is not asked again"
        );
        assert_eq!(known.union(&after_once).cloned().collect::<BTreeSet<_>>(), everyone());
        assert!(!Path::new(&resume).exists(), "there is nothing to go on with");
    }
}

#[cfg(unix)]
fn interrupt(child: &Child) {
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
}

#[cfg(unix)]
#[test]
fn ctrl_c_reports_and_explains_resuming() {
    let server = Loopback::start(|log| Server::new(class(), log));
    let (arguments, resume) = set_all("ctrl-c");
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    server.hold_from(21);
    let mut child = server.command(&arguments).stdin(Stdio::null()).spawn().unwrap();
    let before: BTreeSet<_> = accounts(&server.wait_for(21)).into_iter().collect();
    interrupt(&child);
    let mut err = BufReader::new(child.stderr.take().unwrap());
    let mut notes = [String::new(), String::new()];
    err.read_line(&mut notes[0]).unwrap();
    server.release();
    let output = child.wait_with_output().unwrap();
    err.read_to_string(&mut notes[1]).unwrap();

    assert_eq!(output.status.code(), Some(3));
    assert_eq!(
        notes,
        [
            "note: stopping: waiting for the answers to the calls that were sent; Ctrl-C again ends at once\n"
                .to_owned(),
            format!(
                "note: 210 of 1200 accounts have their answer; run the same command again to continue from `{resume}`\n"
            )
        ]
    );
    // What was on its way was waited for, and nothing sent after it.
    assert_eq!(answered(&resume), before);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["counts"]["not-sent"], &report["counts"]["unconfirmed"]), (&json!(990), &json!(0)));
    assert_eq!(report["accounts"][210]["message"], json!("not sent: the job was stopped"));

    let rest = feed(server.command(&arguments), b"");
    assert_report_is_whole(&rest);
    let report: Value = serde_json::from_str(&rest.out).unwrap();
    assert_eq!(report["earlier"], json!(210));
    let after = accounts(&server.entries());
    assert_eq!(after.len(), 990, "each account is sent once in all");
    assert!(after.iter().all(|account| !before.contains(account)));
}

#[cfg(unix)]
#[test]
fn a_second_ctrl_c_ends_it_at_once() {
    let server = Loopback::start(|log| Server::new(class(), log));
    server.hold_from(1);
    let mut child = server.command(&["set", "--mark", "1000", "student1"]).stdin(Stdio::null()).spawn().unwrap();
    server.wait_for(1);
    interrupt(&child);
    let mut line = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with("note: stopping"), "{line}");
    interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn a_resume_file_of_another_plan_is_refused() {
    let server = Loopback::start(|log| Server::new(class(), log));
    let folder = folder("other-plan");
    let resume = folder.join("resume").to_str().unwrap().to_owned();
    // Nobody is there: all is left, and the file with it.
    let mut offline = server.command(&["set", "--mark", "1000", "student1", "--attempts", "1", "--resume", &resume]);
    offline.env("AVMARKS_URL", "http://127.0.0.1:1");
    let run = feed(offline, b"");
    assert_eq!(run.status, 1);
    assert_eq!(
        run.err,
        format!("note: 0 of 1 accounts have their answer; run the same command again to continue from `{resume}`\n")
    );
    let kept = std::fs::read(&resume).unwrap();
    for (arguments, field) in [
        (&["delete", "--mark", "1000", "student1"][..], "change"),
        (&["set", "--mark", "1000", "student1", "student2"], "accounts"),
        (&["set", "--mark", "1001", "student1"], "fingerprint"),
        (&["set", "--mark", "1000", "student1", "--group", "@TGS#nowhere"], "group"),
    ] {
        let run = server.send(&[arguments, &["--resume", &resume]].concat());
        let error = run.error();
        assert!(
            error.starts_with(&format!("`{resume}`: the progress was made for another plan: plans[0].{field} is ")),
            "{error}"
        );
        assert!(error.ends_with("give the inputs it was made with, or start anew without it"), "{error}");
    }
    assert_eq!((std::fs::read(&resume).unwrap(), server.entries().len()), (kept, 0));
    assert_eq!(server.send(&["set", "--mark", "1000", "student1", "--resume", &resume]).status, 0);
    assert!(!Path::new(&resume).exists());
}

#[test]
fn invalid_resume_files_are_refused_before_sending() {
    let server = Loopback::start(|log| Server::new(class(), log));
    let folder = folder("bad-resume");
    let list = file(&folder, "list.txt", "student1\n");
    let garbage = file(&folder, "garbage", "garbage");
    let newer = file(&folder, "newer", r#"{"version":3,"plans":[]}"#);
    let missing = folder.join("no/such/file");
    for (resume, part) in [
        (garbage.as_str(), "not a progress file"),
        (&newer, "version `3`"),
        (&list, "it is read as an input; name another file"),
        (folder.to_str().unwrap(), "it is a directory; name a file in it"),
        (missing.to_str().unwrap(), "its directory does not exist; make it first"),
        ("-", "standard output is for the answers; name a file"),
    ] {
        let run = server.send(&["set", "--mark", "1000", "--file", &list, "--resume", resume]);
        assert!(run.error().contains(part), "{run:?}");
    }
    assert_eq!(server.entries().len(), 0);
    assert_eq!(std::fs::read_to_string(&list).unwrap(), "student1\n");
}
