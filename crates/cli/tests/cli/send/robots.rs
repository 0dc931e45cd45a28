//! Robots, `check` and administrators, against a server on this machine.

use serde_json::{Value, json};

use super::{GROUP, Loopback, send_command};
use crate::run::{feed, file, folder};
use crate::server::{Entry, Mishap, Server, class};

/// So many robots, one a line.
fn robots(count: usize) -> String {
    (1..=count).map(|number| format!("robot{number}\n")).collect()
}

fn sent(entries: &[Entry]) -> Vec<(&str, usize, i64)> {
    entries.iter().map(|entry| (&*entry.command, entry.accounts.len(), entry.code.number())).collect()
}

#[test]
fn robots_are_added_checked_and_deleted() {
    let server = Loopback::start(|log| Server::new(class(), log));
    let list = file(&folder("robots"), "robots.txt", robots(501));
    let run = server.send(&["robots", "add", "--file", &list]);
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    assert_eq!(
        run.out,
        "all accepted: adding robots, 501 of 501 accounts in @TGS#a6I4ZUUGO\n\
         \u{20} accepted         501  not confirmed: the answer names no account; `avmarks send check` tells who is online\n\
         calls  2 in 2 attempts\n"
    );
    assert_eq!(sent(&server.entries()), [("add_robots", 500, 0), ("add_robots", 1, 0)]);

    let check = server.send(&["check", "--file", &list]);
    assert_eq!((check.status, check.out, check.err.as_str()), (0, robots(501), ""));
    assert_eq!(sent(&server.entries()), [("check_members", 500, 0), ("check_members", 1, 0)]);

    let run = server.send(&["robots", "delete", "robot1", "robot2", "robot1", "--json"]);
    assert_eq!(run.status, 0);
    let report = run.json();
    assert_eq!((&report["change"], &report["group"]), (&json!("delete-robots"), &json!(GROUP)));
    assert_eq!(
        report["counts"],
        json!({"accepted": 2, "refused": 0, "unconfirmed": 0, "not-sent": 0, "total": 2}),
        "the states that a robot may be in"
    );
    let account = &report["accounts"][0];
    assert_eq!(
        (&account["account"], &account["marks"], &account["state"]),
        (&json!("robot1"), &json!([500]), &json!("accepted"))
    );
    assert_eq!(account["message"], json!("accepted, not confirmed: the answer names no account"));
    assert_eq!(report["calls"][0]["attempts"][0]["status"], json!("accepted"));
    assert!(account["random"].is_u64());
    assert_eq!(server.send(&["check", "robot1", "robot2"]).status, 1);
}

#[test]
fn refused_robots_set_the_exit_status() {
    let server = Loopback::start(|log| Server::new(class(), log));
    let strangers = |run: &crate::run::Run| run.json()["accounts"][0]["code"].clone();
    let run = server.send(&["robots", "delete", "stranger1", "stranger2", "--json"]);
    assert_eq!((run.status, strangers(&run)), (1, json!(10004)));
    // Of each call of one account, one is served.
    let run = server.send(&["robots", "delete", "student1", "stranger1", "--accounts-per-call", "1"]);
    assert_eq!(run.status, 3);
    assert!(run.out.starts_with("some accepted: deleting robots, 1 of 2 accounts in "), "{}", run.out);
    let run = server.send(&["robots", "add", "robot1", "--group", "@TGS#nowhere"]);
    assert_eq!(
        (run.status, run.out.lines().next().unwrap()),
        (1, "none accepted: adding robots, 0 of 1 account in @TGS#nowhere")
    );
}

#[test]
fn lost_answers_and_busy_services_are_retried() {
    let server = Loopback::start(|log| Server::new(class(), log).mishap(1, Mishap::AnswerLost).mishap(2, Mishap::Busy));
    let run = server.send(&["robots", "add", "robot1", "robot2", "--json"]);
    assert_eq!((run.status, &run.json()["counts"]["accepted"]), (0, &json!(2)));
    assert_eq!(sent(&server.entries()), [("add_robots", 2, 0), ("add_robots", 2, 10002), ("add_robots", 2, 0)]);

    let server = Loopback::start(|log| Server::new(class(), log).mishap(1, Mishap::AnswerLost).mishap(2, Mishap::Busy));
    assert_eq!(server.send(&["check", "student1"]).out, "student1\n");
    assert_eq!(server.entries().len(), 3);
    let run = server.send(&["robots", "add", "robot1", "--url", "http://127.0.0.1:1", "--attempts", "1", "--json"]);
    assert_eq!((run.status, &run.json()["counts"]["not-sent"]), (1, &json!(1)));
}

#[test]
fn a_run_resumes_an_earlier_one() {
    let folder = folder("robots-resume");
    let (list, resume) = (file(&folder, "robots.txt", robots(30)), folder.join("resume"));
    let resume = resume.to_str().unwrap();
    let arguments =
        ["robots", "add", "--file", &list, "--accounts-per-call", "10", "--attempts", "1", "--resume", resume];
    let server = Loopback::start(|log| Server::new(class(), log).mishap(2, Mishap::AnswerLost));
    let first = server.send(&arguments);
    assert_eq!(first.status, 3);
    assert_eq!(
        first.err,
        format!("note: 20 of 30 accounts have their answer; run the same command again to continue from `{resume}`\n")
    );
    assert_eq!(server.entries().len(), 3);
    let other = server.send(&["robots", "delete", "--file", &list, "--accounts-per-call", "10", "--resume", resume]);
    assert!(other.error().contains("plans[0].change is `add-robots`"), "{other:?}");

    let next = server.send(&arguments);
    assert_eq!((next.status, next.err.as_str()), (0, ""));
    assert!(next.out.starts_with("all accepted: adding robots, 30 of 30 accounts in "), "{}", next.out);
    assert!(next.out.lines().next().unwrap().ends_with(", 20 answered in an earlier run"), "{}", next.out);
    assert_eq!(sent(&server.entries()), [("add_robots", 10, 0)]);
    assert!(!std::path::Path::new(resume).exists());
}

#[test]
fn plans_and_dry_runs_of_robots_send_nothing() {
    let accounts = robots(1_001);
    let plan = feed(send_command(&["robots", "add", "--file", "-", "--plan"]), accounts.as_bytes());
    assert_eq!((plan.status, plan.err.as_str()), (0, ""));
    assert_eq!(
        plan.out,
        "add robots, 1001 accounts in @TGS#a6I4ZUUGO: 3 calls; nothing was sent\n\
         \u{20} mark 500         1001 accounts\n\
         \u{20} call 1           500 accounts, robot1 to robot500, 5439 bytes\n\
         \u{20} call 2           500 accounts, robot501 to robot1000, 5548 bytes\n\
         \u{20} call 3           1 account, robot1001 to robot1001, 59 bytes\n\
         note  mark 500 is for 1001 accounts, and 1000 members at most hold one mark (MEMBERS-PER-MARK)\n\
         note  500 may be changed by an app admin alone (SPECIAL-ADMIN)\n"
    );
    let server = Loopback::start(|log| Server::new(class(), log));
    let dry = server.send(&["robots", "delete", "robot1", "--dry-run", "--json"]).json();
    assert_eq!(dry["change"], json!("delete-robots"));
    assert_eq!(dry["request"]["body"], json!({"GroupId": GROUP, "Member_Account": ["robot1"]}));
    assert!(dry["request"]["url"].as_str().unwrap().contains("/v4/group_open_avchatroom_http_svc/del_robots?"));

    let state = file(&folder("robots-state"), "app.json", class().snapshot());
    let foretold = |arguments: &[&str]| {
        let run = server.send(&[arguments, &["--dry-run", "--state", &state, "--json"]].concat());
        (run.status, run.json()["counts"].clone())
    };
    let accepted = json!({"accepted": 1, "refused": 0, "unconfirmed": 0, "not-sent": 0, "total": 1});
    assert_eq!(foretold(&["robots", "add", "robot1"]), (0, accepted.clone()));
    assert_eq!(foretold(&["robots", "delete", "student1"]), (0, accepted));
    assert_eq!(foretold(&["robots", "delete", "stranger"]).0, 1);
    assert_eq!(server.entries().len(), 0);
}

#[test]
fn check_lists_online_accounts_in_order() {
    let server = Loopback::start(|log| Server::new(class(), log));
    for (accounts, status, online) in [
        (&["student2", "student1"][..], 0, "student2\nstudent1\n"),
        (&["student40", "student2", "stranger", "student1", "student2"], 3, "student2\nstudent1\n"),
        (&["student40", "stranger"], 1, ""),
    ] {
        let run = server.send(&[&["check"], accounts].concat());
        assert_eq!((run.status, run.out.as_str(), run.err.as_str()), (status, online, ""), "{accounts:?}");
    }
    let run = server.send(&["check", "stranger", "student1", "stranger", "--json"]);
    assert_eq!(run.status, 3);
    let expected = json!({
        "version": 4,
        "group": GROUP,
        "counts": {"online": 1, "total": 2},
        "accounts": [{"account": "stranger", "online": false}, {"account": "student1", "online": true}],
    });
    assert_eq!(run.json(), expected);
    let refused = server.send(&["check", "student1", "--group", "@TGS#nowhere"]);
    assert_eq!((refused.status, refused.out.as_str()), (1, ""));
    assert!(
        refused.err.starts_with("error: `check_members` was given up after 1 attempt, ")
            && refused.err.contains("10010"),
        "{refused:?}"
    );
    // What it prints is an input as good as any.
    let list = server.send(&["check", "student1", "student40"]).out;
    let run = feed(server.command(&["set", "--mark", "1000", "--file", "-"]), list.as_bytes());
    assert_eq!(run.status, 0);
}

#[test]
fn account_errors_have_their_position() {
    let long = "x".repeat(33);
    let text = "account\nann\n#note\nbob,1000\n\"cy, d\"\n";
    for command in
        [&["robots", "add"][..], &["robots", "delete"], &["check"], &["admins", "add"], &["admins", "delete"]]
    {
        let server = Loopback::start(|log| Server::new(class(), log));
        let arguments = [command, &[&*long, "--file", "-"]].concat();
        let run = feed(server.command(&arguments), text.as_bytes());
        assert_eq!(
            run.errors(2),
            [
                "account 1: invalid account `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx`: it has 33 bytes, and at most 32 are allowed; expected 1 to 32 bytes of printable ASCII",
                "standard input, line 1: `account` looks like a header, and a list of accounts has none; take it out, or put the account in quotes",
                "standard input, line 3: `#note` begins like a comment, and there are none; take it out, or put the account in quotes",
                "standard input, line 4: 2 fields; write one account a line, and put an account that has a comma in quotes",
                "4 errors in the accounts; nothing was sent",
            ],
            "{command:?}"
        );
        assert!(feed(server.command(command), b"").error().starts_with("no accounts: give them"));
        let twice = feed(server.command(&[command, &["--file", "-", "--key-file", "-"]].concat()), b"");
        assert!(twice.error().contains("two inputs are standard input"), "{twice:?}");
        assert_eq!(server.entries().len(), 0);
    }
    let planned = feed(send_command(&["robots", "add", "röschen", "--plan"]), b"");
    assert_eq!(planned.status, 2);
    let planned = feed(send_command(&["robots", "add", "röschen", "--plan", "--reading", "account_id=utf8"]), b"");
    assert_eq!(planned.status, 0, "accounts beyond ASCII are a reading");
}

#[test]
fn administrators_are_added_listed_and_deleted() {
    let server = Loopback::start(|log| Server::new(class(), log));
    let run = server.send(&["admins", "add", "teacher10", "a, b", "teacher10"]);
    assert_eq!(
        (run.status, run.out.as_str(), run.err.as_str()),
        (0, "2 accounts added to the administrators of @TGS#a6I4ZUUGO\n", "")
    );
    let list = server.send(&["admins", "list"]);
    assert_eq!((list.status, list.out.as_str()), (0, "teacher10\n\"a, b\"\n"));
    let admin = |account| json!({"Admin_Account": account, "Avatar": "", "NickName": ""});
    assert_eq!(
        server.send(&["admins", "list", "--json"]).json(),
        json!({"version": 4, "group": GROUP, "admins": [admin("teacher10"), admin("a, b")]})
    );
    let run = feed(server.command(&["admins", "delete", "--file", "-", "--json"]), list.out.as_bytes());
    assert_eq!(
        run.json(),
        json!({"version": 4, "change": "delete", "group": GROUP, "accounts": ["teacher10", "a, b"]})
    );
    assert_eq!(server.send(&["admins", "list"]).out, "");
    let commands: Vec<String> = server.entries().into_iter().map(|entry| entry.command).collect();
    assert_eq!(commands, ["modify_admin", "get_admin_list", "get_admin_list", "modify_admin", "get_admin_list"]);

    // Five are all that a group has: six at once are not sent, and a sixth is refused.
    let names: Vec<String> = (1..=6).map(|number| format!("admin{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(
        server.send(&[&["admins", "add"], &names[..]].concat()).errors(2),
        ["6 accounts are too many; give at most 5", "1 error in the accounts; nothing was sent"]
    );
    assert_eq!(server.send(&[&["admins", "add"], &names[..5]].concat()).status, 0);
    let sixth = server.send(&["admins", "add", names[5]]);
    assert_eq!((sixth.status, sixth.out.as_str()), (1, ""));
    assert!(sixth.err.starts_with("error: `modify_admin` was given up") && sixth.err.contains("10004"), "{sixth:?}");
    let refused: Value = json!(server.send(&["admins", "list", "--group", "@TGS#nowhere"]).status);
    assert_eq!(refused, json!(1));
}
