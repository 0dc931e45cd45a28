//! Who was served, by the exit status and the report.

use std::collections::BTreeSet;
use std::net::TcpListener;

use avmarks_rules::Presence;
use avmarks_spec::{GroupId, UserId};
use serde_json::{Value, json};

use super::{GROUP, Loopback, send_command, students_file};
use crate::run::feed;
use crate::server::{Mishap, Server, class};

fn states(report: &Value) -> Vec<(&str, &str)> {
    let text = |account: &'_ Value, field| account[field].as_str().unwrap().to_owned().leak() as &str;
    report["accounts"].as_array().unwrap().iter().map(|one| (text(one, "account"), text(one, "state"))).collect()
}

#[test]
fn each_of_1200_accounts_has_a_result() {
    let server = Loopback::start(|log| Server::new(class(), log).mishap(2, Mishap::Busy).mishap(3, Mishap::AnswerLost));
    let run = server.send(&["set", "--file", &students_file("mishaps"), "--json"]);
    assert_eq!((run.status, run.err.as_str()), (3, ""));
    let report: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(
        report["counts"],
        json!({"applied": 1170, "partial": 0, "omitted": 30, "refused": 0, "unconfirmed": 0, "not-sent": 0, "total": 1200})
    );
    let states = states(&report);
    let names: BTreeSet<_> = states.iter().map(|(account, _)| *account).collect();
    assert_eq!((states.len(), names.len()), (1200, 1200));
    for (account, state) in states {
        let number: usize = account.strip_prefix("student").unwrap().parse().unwrap();
        assert_eq!(state == "omitted", number.is_multiple_of(40), "{account} {state}");
    }
    let omitted = &report["accounts"][39];
    assert_eq!((&omitted["account"], &omitted["likely"]), (&json!("student40"), &json!("ONLINE-ONLY")));

    let entries = server.entries();
    assert_eq!(entries.len(), 5);
    let codes: Vec<_> = entries.iter().map(|entry| entry.code.number()).collect();
    assert_eq!(codes, [0, 10002, 0, 0, 0]);
    // Three calls; two of them twice, each try with an id of its own.
    let calls = report["calls"].as_array().unwrap();
    let sizes: BTreeSet<_> = calls.iter().map(|call| (call["first"].as_u64(), call["accounts"].as_u64())).collect();
    assert_eq!(sizes, BTreeSet::from([(Some(0), Some(500)), (Some(500), Some(500)), (Some(1000), Some(200))]));
    let attempts: Vec<_> = calls.iter().flat_map(|call| call["attempts"].as_array().unwrap()).collect();
    let ids: BTreeSet<_> = attempts.iter().map(|one| one["random"].as_u64().unwrap()).collect();
    assert_eq!((attempts.len(), ids.len()), (5, 5));
    let heard: Vec<_> = attempts.iter().filter_map(|one| one["status"].as_str()).collect();
    for (what, count) in [("served", 3), ("refused", 1), ("failed", 1)] {
        assert_eq!(heard.iter().filter(|heard| **heard == what).count(), count, "{what}");
    }
    assert!(attempts.iter().any(|one| one["code"] == json!(10002)));
    for account in report["accounts"].as_array().unwrap() {
        assert!(ids.contains(&account["random"].as_u64().unwrap()));
    }
}

#[test]
fn the_exit_status_tells_all_some_or_none() {
    let server = Loopback::start(|log| Server::new(class(), log));
    for (accounts, status, first) in [
        (&["student1", "student2"][..], 0, "all applied: marks set for 2 of 2 accounts in @TGS#a6I4ZUUGO"),
        (&["student1", "student40"], 3, "some applied: marks set for 1 of 2 accounts in @TGS#a6I4ZUUGO"),
        (&["student40", "stranger"], 1, "none applied: marks set for 0 of 2 accounts in @TGS#a6I4ZUUGO"),
        (&["stranger"], 1, "none applied: marks set for 0 of 1 account in @TGS#a6I4ZUUGO"),
    ] {
        let run = server.send(&[&["set", "--mark", "1000"], accounts].concat());
        assert_eq!((run.status, run.out.lines().next(), run.err.as_str()), (status, Some(first), ""));
    }
    // Offline accounts take 500, and nothing else.
    let partly = server.send(&["set", "--mark", "pinned,1000", "student40", "--json"]);
    assert_eq!(partly.status, 3);
    let report = partly.json();
    let account = &report["accounts"][0];
    assert_eq!(
        (&account["state"], &account["applied"], &account["omitted"]),
        (&json!("partial"), &json!([500]), &json!([1000]))
    );

    let run = server.send(&["delete", "--mark", "1000", "student1", "student2"]);
    assert_eq!(
        run.out,
        "all applied: marks deleted for 2 of 2 accounts in @TGS#a6I4ZUUGO\n  applied            2\ncalls  1 in 1 attempt\n"
    );
}

#[test]
fn a_refusal_is_reported_with_advice() {
    let server = Loopback::start(|log| Server::new(class(), log));
    let run = server.send(&["set", "--mark", "1000", "--group", "@TGS#nowhere", "student1"]);
    assert_eq!(run.status, 1);
    assert!(run.out.contains("  refused            1  10010: "), "{}", run.out);
    assert!(run.out.contains("`@TGS#nowhere`"), "{}", run.out);
    let hint = run.out.lines().last().unwrap();
    assert!(hint.starts_with("hint  10010: there is no such group, or it was destroyed (GROUP-EXISTS). "), "{hint}");
    assert!(hint.contains("Check the group id, the app (sdkappid) and the region"), "{hint}");
    let report = server.send(&["set", "--mark", "1000", "--group", "@TGS#nowhere", "student1", "--json"]).json();
    assert_eq!((&report["accounts"][0]["state"], &report["accounts"][0]["code"]), (&json!("refused"), &json!(10010)));
    assert_eq!(report["hints"][0]["code"], json!(10010));
    assert_eq!(report["hints"][0]["causes"][0]["because"], json!(["GROUP-EXISTS"]));
    // Another key than the service's.
    let mut command = server.command(&["set", "--mark", "1000", "student1", "--json"]);
    command.env("AVMARKS_KEY", super::KEY.replace('5', "6"));
    let report = feed(command, b"").json();
    assert_eq!(report["accounts"][0]["code"], json!(70009));
    assert_eq!(report["hints"][0]["causes"], json!([]));
    assert!(report["hints"][0]["advice"].as_str().unwrap().starts_with("Make a new signature"), "{report}");
}

#[test]
fn offline_accounts_have_their_own_hint() {
    let server = Loopback::start(|log| Server::new(class(), log));
    let set = server.send(&["set", "--mark", "1000", "student40", "student80"]);
    assert_eq!(set.status, 1);
    let (_, hint) = set.out.split_once("\nhint  10004: ").unwrap();
    assert!(hint.starts_with("either no account of the call could be served"), "{hint}");
    assert!(hint.contains("the same request can succeed once one of them is"), "{hint}");
    assert!(hint.contains("\n      or the group would have more than 10 different custom marks"), "{hint}");
    assert!(!hint.contains("Correct the request"), "{hint}");
    // A delete brings no mark into the group.
    let delete = server.send(&["delete", "--mark", "1000", "student40", "--json"]).json();
    let causes = delete["hints"][0]["causes"].as_array().unwrap();
    assert_eq!((causes.len(), &causes[0]["because"][0]), (1, &json!("ALL-FAILED")));
    assert_eq!(delete["hints"][0]["advice"], causes[0]["advice"]);
    assert_eq!(server.send(&["set", "--mark", "1000", "student1", "--json"]).json()["hints"], json!([]));
}

#[test]
fn without_a_server_nothing_was_sent() {
    let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}");
    let run =
        feed(send_command(&["set", "--mark", "1000", "student1", "--attempts", "2", "--url", &url, "--json"]), b"");
    assert_eq!(run.status, 1);
    let report = run.json();
    assert_eq!(report["accounts"][0]["state"], json!("not-sent"));
    assert_eq!(report["calls"][0]["attempts"].as_array().unwrap().len(), 2);
}

#[test]
fn all_accounts_are_listed_on_request() {
    let server = Loopback::start(|log| Server::new(class(), log));
    let accounts = ["student38", "student39", "student40", "student80", "student120", "student160"];
    let run = server.send(&[&["set", "--mark", "1000"], &accounts[..]].concat());
    assert_eq!(
        run.out.lines().nth(2).unwrap(),
        "  omitted            4  probably offline or not in the group (ONLINE-ONLY): student40, student80, student120 and 1 more"
    );
    let all = server.send(&[&["set", "--mark", "1000", "--all"], &accounts[..]].concat());
    for account in accounts {
        assert!(all.out.lines().any(|line| line.starts_with(&format!("{account}  1000  "))), "{}", all.out);
    }
    assert!(!all.out.contains("more"), "{}", all.out);
}

#[test]
fn who_is_online_is_listed_and_counted() {
    let mut app = class();
    let odd = UserId::parse("a, \"b\" ").unwrap();
    app.apply_presence(GroupId::parse(GROUP).unwrap(), Presence::Join, &[odd], app.now());
    let server = Loopback::start(|log| Server::new(app, log));
    assert_eq!(server.send(&["set", "--mark", "1000", "student7", "student5"]).status, 0);
    let listed = server.send(&["list", "--mark", "1000"]);
    assert_eq!((listed.status, listed.out.as_str(), listed.err.as_str()), (0, "student7\nstudent5\n", ""));
    let listed = server.send(&["list"]);
    assert_eq!(
        (listed.status, listed.out.lines().count(), listed.out.lines().next()),
        (0, 1_000, Some("\"a, \"\"b\"\" \""))
    );
    let report = server.send(&["list", "--mark", "1000", "--json"]).json();
    assert_eq!((&report["group"], &report["mark"]), (&json!(GROUP), &json!(1000)));
    assert_eq!(report["members"][0]["Member_Account"], json!("student7"));
    assert!(report["members"][0]["JoinTime"].as_u64().unwrap() > 0);
    assert_eq!(server.send(&["list", "--mark", "1001"]).out, "");

    let count = server.send(&["count"]);
    assert_eq!((count.status, count.out.as_str()), (0, "1171\n"));
    assert_eq!(server.send(&["count", "--json"]).json(), json!({"version": 4, "group": GROUP, "online": 1171}));

    let refused = server.send(&["count", "--group", "@TGS#nowhere"]);
    assert_eq!((refused.status, refused.out.as_str()), (1, ""));
    assert!(refused.err.contains("10010"), "{refused:?}");
    let refused = server.send(&["list", "--group", "@TGS#nowhere"]);
    assert_eq!((refused.status, refused.out.as_str()), (1, ""));
    // The list is an input as good as any, whatever the names.
    assert_eq!(server.send(&["set", "--mark", "1000", "a, \"b\" "]).status, 0);
    assert_eq!(server.send(&["list", "--mark", "1000"]).out.lines().next(), Some("\"a, \"\"b\"\" \""));
    let list = server.send(&["list", "--mark", "1000"]).out;
    let run = feed(server.command(&["delete", "--mark", "1000", "--file", "-"]), list.as_bytes());
    assert_eq!(run.status, 0);
    assert_eq!(server.send(&["list", "--mark", "1000"]).out, "");
}

#[test]
fn a_refused_query_gets_its_hint() {
    let server = Loopback::start(|log| Server::new(class(), log));
    for question in [&["count"][..], &["list"], &["check", "student1"], &["admins", "list"], &["admins", "add", "a"]] {
        let mut command = server.command(question);
        command.env("AVMARKS_KEY", super::KEY.replace('5', "6"));
        let run = feed(command, b"");
        assert_eq!((run.status, run.out.as_str(), run.err.lines().count()), (1, "", 2), "{run:?}");
        assert!(run.err.contains("refused with 70009") && run.err.contains("\nhint  70009: "), "{run:?}");
    }
}

/// `ErrorInfo` that names an account makes no group of its own.
#[test]
fn refused_accounts_are_grouped_by_their_code() {
    let server = Loopback::start(|log| Server::new(class(), log));
    let offline: Vec<_> = (1..=30).map(|number| format!("student{}", 40 * number)).collect();
    let mut arguments = vec!["set", "--mark", "1000", "--accounts-per-call", "1"];
    arguments.extend(offline.iter().map(String::as_str));
    let run = server.send(&arguments);
    assert_eq!(run.out.lines().filter(|line| line.trim_start().starts_with("refused")).count(), 1, "{run:?}");
    assert!(run.out.contains("refused           30  10004: "), "{run:?}");
}
