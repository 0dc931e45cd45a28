//! `avmarks keep`: the demo, and a keeper beside an emulator, each a process of its own.

mod process;
mod slow;

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::run::{Run, avmarks, command, file, folder};
use process::{Answer, KEY, Server};

/// An emulator with a room, a keeper of it, and the webhooks between them.
struct Pair {
    folder: PathBuf,
    emulator: Server,
    keeper: Server,
}

impl Pair {
    fn start(test: &str) -> Self {
        Self::start_with(test, &[])
    }

    /// With further options for the emulator.
    fn start_with(test: &str, more: &[&str]) -> Self {
        let folder = folder(test);
        let key = file(&folder, "key.txt", KEY);
        let token = file(&folder, "webhook-token.txt", "word");
        let fixed = ["serve", "--port", "0", "--group", "live", "--key-file", &key];
        let emulator = Server::start(&folder, &[&fixed[..], more].concat());
        let keeper = Self::keeper(&folder, &emulator, &key, &token);
        let pair = Self { folder, emulator, keeper };
        pair.send_webhooks();
        pair
    }

    fn keeper(folder: &Path, emulator: &Server, key: &str, token: &str) -> Server {
        let url = format!("http://{}", emulator.address);
        let fixed = ["keep", "--sdkappid", "1400000000", "--url", &url, "--key-file", key, "--port", "0"];
        Server::start(folder, &[&fixed[..], &["--webhook-token-file", token, "--proxy", "none"]].concat())
    }

    fn send_webhooks(&self) {
        let url = format!("http://{}/webhook", self.keeper.address);
        let set = self.emulator.ask("PUT", "/_avmarks/webhooks", &json!({ "url": url, "token": "word" }).to_string());
        assert_eq!(set.status, 200, "{set:?}");
    }

    /// Ends the keeper, and starts another one on the same store.
    fn restart(self, signal: &str) -> Self {
        let Self { folder, emulator, keeper } = self;
        keeper.stop(signal);
        let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
        let keeper = Self::keeper(&folder, &emulator, &path("key.txt"), &path("webhook-token.txt"));
        let pair = Self { folder, emulator, keeper };
        pair.send_webhooks();
        pair
    }

    fn presence(&self, verb: &str, accounts: &[&str]) {
        let path = format!("/_avmarks/groups/live/{verb}");
        let done = self.emulator.ask("POST", &path, &json!({ "accounts": accounts }).to_string());
        assert_eq!(done.status, 200, "{done:?}");
    }

    fn put(&self, account: &str, body: &str) -> Answer {
        self.keeper.ask("PUT", &format!("/v1/groups/live/accounts/{account}"), body)
    }

    fn put_to(&self, path: &str, body: &str) -> Answer {
        self.keeper.ask("PUT", path, body)
    }

    /// A webhook with this body, rightly signed.
    fn webhook(&self, body: &str) -> Answer {
        self.keeper.ask("POST", &signed_path(), body)
    }

    /// Waits until an account has these marks in the room.
    fn has_marks(&self, account: &str, expected: &[u64]) {
        let since = Instant::now();
        loop {
            let members = self.emulator.ask("GET", "/_avmarks/groups/live", "").json();
            let members = members["members"].as_array().unwrap().clone();
            let member = members.iter().find(|member| member["account"] == account);
            let marks: Vec<u64> = member
                .and_then(|member| member["marks"].as_array())
                .map(|marks| marks.iter().map(|mark| mark.as_u64().unwrap()).collect())
                .unwrap_or_default();
            if marks == expected {
                return;
            }
            let metrics = self.keeper.ask("GET", "/metrics", "").body;
            assert!(
                since.elapsed() < Duration::from_secs(20),
                "{account}: {marks:?}, not {expected:?}: {members:?} {metrics}"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn stop(self) -> String {
        let said = self.keeper.stop("-TERM");
        self.emulator.stop("-TERM");
        said
    }
}

/// The path of a webhook that is signed now.
fn signed_path() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let sign = avmarks_protocol::webhook::WebhookToken::new("word").unwrap().sign(now);
    format!("/webhook?SdkAppid=1400000000&CallbackCommand=c&Sign={sign}&RequestTime={now}")
}

#[test]
fn the_demo_ends_by_itself() {
    let run = avmarks(&["keep", "--demo"]);
    assert_eq!((run.status, run.err.as_str()), (0, ""), "{run:?}");
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md")).unwrap();
    let (_, shown) = readme.split_once("keep --demo\n```\n\n```text\n").expect("the README shows the demo");
    assert_eq!(run.out, shown.split("```").next().unwrap());
}

#[test]
fn marks_come_back_when_members_do() {
    let pair = Pair::start("keep-back");
    let put = pair.put("teacher", r#"{"marks":[1000,1001]}"#);
    assert_eq!((put.status, put.json()), (200, json!({ "changed": true, "dry_run": false })));
    pair.presence("join", &["teacher", "guest"]);
    pair.has_marks("teacher", &[1_000, 1_001]);
    pair.presence("disconnect", &["teacher"]);
    pair.has_marks("teacher", &[]);
    pair.presence("reconnect", &["teacher"]);
    pair.has_marks("teacher", &[1_000, 1_001]);
    pair.has_marks("guest", &[]);
    let removed = pair.keeper.ask("DELETE", "/v1/groups/live/accounts/teacher", "");
    assert_eq!(removed.status, 200, "{removed:?}");
    pair.has_marks("teacher", &[]);
    assert_eq!(pair.keeper.ask("GET", "/v1/groups/live/accounts/guest", "").status, 404);
    let said = pair.stop();
    assert!(said.contains("stopping: calls that were sent are waited for"), "{said}");
}

#[test]
fn an_account_that_is_refused_holds_up_nobody() {
    let pair = Pair::start_with("keep-refused", &["--reading", "account_id=identifier"]);
    let names = ["ann", "ben", "cid", "dan", "eve"];
    pair.presence("join", &names);
    let lines: String = names.iter().map(|name| format!("live,{name},1000\n")).collect();
    let stored = pair.keeper.ask_with("POST", "/v1/wants", "Content-Type: text/csv\r\n", &(lines + "live,a b,1000\n"));
    assert_eq!(stored.json()["changed"], 6, "{stored:?}");
    names.iter().for_each(|name| pair.has_marks(name, &[1_000]));
    let metrics = pair.keeper.ask("GET", "/metrics", "").body;
    assert!(metrics.contains("avmarks_keep_rejected_total 1\n"), "{metrics}");
    pair.stop();
}

#[test]
fn a_keeper_that_was_killed_goes_on() {
    let pair = Pair::start("keep-killed");
    assert_eq!(pair.put("teacher", r#"{"marks":[1000]}"#).status, 200);
    assert_eq!(pair.put("bot", r#"{"robot":true}"#).status, 200);
    pair.presence("join", &["teacher"]);
    pair.has_marks("teacher", &[1_000]);
    pair.has_marks("bot", &[500]);
    // What happens while it is gone, no webhook tells.
    pair.presence("disconnect", &["teacher"]);
    let pair = pair.restart("-KILL");
    pair.presence("reconnect", &["teacher"]);
    pair.has_marks("teacher", &[1_000]);
    let shown = pair.keeper.ask("GET", "/v1/groups/live/accounts/teacher", "").json();
    assert_eq!(shown, json!({ "group": "live", "account": "teacher", "marks": [1000], "robot": false }));
    pair.stop();
}

#[test]
fn wants_beyond_a_limit_are_refused() {
    let pair = Pair::start("keep-limits");
    let lines: String = (0..10).map(|number| format!("live,user{number},{}\n", 1_000 + number)).collect();
    let csv = "Content-Type: text/csv\r\n";
    let tried = pair.keeper.ask_with("POST", "/v1/wants?dry_run=true", csv, &lines);
    assert_eq!(tried.json()["changed"], 10, "{tried:?}");
    assert_eq!(pair.keeper.ask("GET", "/v1/groups/live/accounts", "").json(), json!([]));
    let stored = pair.keeper.ask_with("POST", "/v1/wants", csv, &lines);
    assert_eq!((stored.status, &stored.json()["changed"]), (200, &json!(10)), "{stored:?}");
    let eleventh = pair.put("late", r#"{"marks":[1010]}"#);
    assert_eq!((eleventh.status, &eleventh.json()["clause"]), (409, &json!("MARKS-PER-GROUP")), "{eleventh:?}");
    let lines = "{\"group\":\"live\",\"account\":\"late\",\"marks\":[1010]}\n{\"group\":\"live\",\"account\":\"user1\",\"marks\":[1001]}\n";
    let partly = pair.keeper.ask("POST", "/v1/wants", lines).json();
    assert_eq!((&partly["unchanged"], &partly["errors"][0]["line"]), (&json!(1), &json!(1)), "{partly}");
    let wrong = pair.keeper.ask("POST", "/v1/wants", "{\"group\":\"live\"}\n");
    assert_eq!((wrong.status, &wrong.json()["errors"][0]["line"]), (400, &json!(1)), "{wrong:?}");
    for body in ["{}", "{", r#"{"marks":[999]}"#, r#"{"mark":[1000]}"#] {
        assert_eq!(pair.put("late", body).status, 400, "{body}");
    }
    assert_eq!(pair.keeper.ask("GET", "/v1/groups/live/accounts?after=user8", "").json()[0]["account"], "user9");
    pair.stop();
}

#[test]
fn webhooks_are_checked_before_they_are_stored() {
    let pair = Pair::start("keep-checked");
    let body = r#"{"CallbackCommand":"Group.CallbackAfterMemberExit"}"#;
    for query in ["", "?SdkAppid=1400000001&CallbackCommand=c", "?SdkAppid=1400000000&CallbackCommand=c"] {
        assert_eq!(pair.keeper.ask("POST", &format!("/webhook{query}"), body).status, 403, "{query}");
    }
    pair.presence("join", &["guest"]);
    let since = Instant::now();
    while !pair.keeper.ask("GET", "/metrics", "").body.contains("avmarks_keep_webhooks_total{result=\"unwanted\"}") {
        assert!(since.elapsed() < Duration::from_secs(20));
    }
    let metrics = pair.keeper.ask("GET", "/metrics", "").body;
    assert!(metrics.contains("avmarks_keep_webhooks_total{result=\"refused\"} 3\n"), "{metrics}");
    pair.stop();
}

#[test]
fn a_webhook_is_refused_by_its_head() {
    use std::io::{Read, Write};
    let pair = Pair::start("keep-unsent");
    let mut stream = std::net::TcpStream::connect(&pair.keeper.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    write!(
        stream,
        "POST /webhook?SdkAppid=1 HTTP/1.1\r\nHost: {}\r\nContent-Length: 9000000\r\n\r\n",
        pair.keeper.address
    )
    .unwrap();
    let mut status = [0; 12];
    stream.read_exact(&mut status).unwrap();
    assert_eq!(&status, b"HTTP/1.1 403");
    pair.stop();
}

#[test]
fn garbage_is_answered_and_changes_nothing() {
    let pair = Pair::start("keep-garbage");
    let deep = "[".repeat(100_000);
    let long = format!(r#"{{"marks":[{}1000]}}"#, "1000,".repeat(100_000));
    for (body, status) in [
        ("", 400),
        ("null", 400),
        ("[]", 400),
        ("[[1000],false]", 400),
        (r#"{"marks":null}"#, 400),
        (r#"{"marks":[1000.5]}"#, 400),
        (r#"{"marks":[-1]}"#, 400),
        (r#"{"marks":[4294967296]}"#, 400),
        (r#"{"marks":[99999999999999999999]}"#, 400),
        (r#"{"marks":["1000"]}"#, 400),
        (r#"{"marks":[1000],"marks":[1001]}"#, 400),
        (&*deep, 400),
        (r#"{"marks":[4294967295]}"#, 200),
        (&*long, 200),
    ] {
        let answer = pair.put("ann", body);
        assert_eq!(answer.status, status, "{:.60} {answer:?}", body);
        assert!(status == 200 || answer.json()["error"].is_string(), "{answer:?}");
    }
    assert_eq!(pair.keeper.ask("GET", "/v1/groups/live/accounts", "").json()[0]["marks"], json!([1_000]));
    for path in ["/v1/groups//accounts/ann", "/v1/groups/live/accounts/%ff"] {
        assert_eq!(pair.put_to(path, r#"{"marks":[1000]}"#).status, 400, "{path}");
    }
    for body in ["", "{", "[]", "null", r#"{"CallbackCommand":7}"#, &*deep] {
        let answer = pair.webhook(body);
        assert!(matches!(answer.status, 400) || answer.json()["ErrorCode"] == 0, "{body:.40} {answer:?}");
    }
    let huge = "x".repeat(16 * 1_048_576 + 1);
    assert_eq!(pair.webhook(&huge).status, 413);
    pair.stop();
}

#[test]
fn webhook_order_does_not_change_marks() {
    let pair = Pair::start("keep-reordered");
    let url = format!("http://{}/webhook", pair.keeper.address);
    let faults = json!({ "url": url, "token": "word", "duplicate": 50, "reorder": 50, "seed": 7 });
    assert_eq!(pair.emulator.ask("PUT", "/_avmarks/webhooks", &faults.to_string()).status, 200);
    let names: Vec<String> = (0..12).map(|number| format!("user{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for name in &names {
        assert_eq!(pair.put(name, r#"{"marks":[1000]}"#).status, 200);
    }
    pair.presence("join", &names);
    for _ in 0..5 {
        pair.presence("disconnect", &names);
        pair.presence("reconnect", &names[..6]);
    }
    pair.presence("reconnect", &names[6..]);
    names.iter().for_each(|name| pair.has_marks(name, &[1_000]));
    pair.stop();
}

#[test]
fn it_stops_in_order_under_load() {
    use std::io::{Read, Write};
    let pair = Pair::start("keep-loaded");
    assert_eq!(pair.put("teacher", r#"{"marks":[1000]}"#).status, 200);
    pair.presence("join", &["teacher"]);
    let address = pair.keeper.address.clone();
    let senders: Vec<_> = (0..8)
        .map(|_| {
            let (address, path) = (address.clone(), signed_path());
            std::thread::spawn(move || {
                let body = r#"{"CallbackCommand":"Group.CallbackOnMemberStateChange","GroupId":"live","EventType":"Online","MemberList":[{"Member_Account":"teacher"}]}"#;
                let head = format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", body.len());
                let mut answered = 0;
                // Until nobody listens, or the connection is closed.
                while let Ok(mut stream) = std::net::TcpStream::connect(&address) {
                    let mut answer = [0; 512];
                    while stream.write_all(format!("{head}{body}").as_bytes()).is_ok() {
                        match stream.read(&mut answer) {
                            Ok(read) if answer[..read].starts_with(b"HTTP/1.1 200") => answered += 1,
                            Ok(0) | Err(_) => break,
                            Ok(read) => panic!("{}", String::from_utf8_lossy(&answer[..read])),
                        }
                    }
                }
                answered
            })
        })
        .collect();
    std::thread::sleep(Duration::from_millis(500));
    let said = pair.stop();
    assert!(!said.contains("cut off"), "{said}");
    senders.into_iter().for_each(|sender| assert!(sender.join().unwrap() > 0));
}

#[test]
fn many_wants_are_stored_in_parts() {
    let pair = Pair::start("keep-many");
    let lines = |first: usize, end: usize| -> String {
        (first..end).map(|number| format!("group{},user{number},1000\r\n", number / 1_000)).collect()
    };
    let csv = "Content-Type: text/csv\r\n";
    let all = format!("\u{feff}group,account,marks\r\n{}", lines(0, 3_000));
    let stored = pair.keeper.ask_with("POST", "/v1/wants", csv, &all).json();
    assert_eq!((&stored["changed"], &stored["errors"]), (&json!(3_000), &json!([])), "{stored}");
    // The holder number 1,001 of a mark, behind 2,000 others.
    let again = pair
        .keeper
        .ask_with(
            "POST",
            "/v1/wants",
            csv,
            &format!("group,account,marks\r\n\r\n{}group2,late,1000\r\n", lines(1_000, 3_000)),
        )
        .json();
    assert_eq!(
        (&again["unchanged"], &again["errors"][0]["clause"]),
        (&json!(2_000), &json!("MEMBERS-PER-MARK")),
        "{again}"
    );
    assert_eq!(again["errors"][0]["line"], 2_003, "{again}");
    pair.stop();
}

#[test]
fn other_pages_and_unknown_paths_are_refused() {
    let pair = Pair::start("keep-paths");
    for (path, status) in [("/healthz", 200), ("/metrics", 200), ("/", 200), ("/v1/overview", 200), ("/v2", 404)] {
        assert_eq!(pair.keeper.ask("GET", path, "").status, status, "{path}");
    }
    let since = Instant::now();
    while pair.keeper.ask("GET", "/readyz", "").status != 200 {
        assert!(since.elapsed() < Duration::from_secs(20));
    }
    assert_eq!(pair.keeper.ask("GET", "/webhook", "").status, 405);
    for headers in ["Host: example.com\r\n", "Origin: http://example.com\r\n"] {
        assert_eq!(pair.keeper.ask_with("GET", "/v1/overview", headers, "").status, 403, "{headers}");
    }
    pair.stop();
}

#[test]
fn a_configured_token_is_required() {
    let folder = folder("keep-token");
    let key = file(&folder, "key.txt", KEY);
    let token = file(&folder, "token.txt", "sesame\n");
    let fixed = ["keep", "--sdkappid", "1400000000", "--url", "http://127.0.0.1:9", "--key-file", &key, "--port", "0"];
    let keeper = Server::start(&folder, &[&fixed[..], &["--token-file", &token]].concat());
    assert_eq!(keeper.ask("GET", "/v1/overview", "").status, 401);
    assert_eq!(keeper.ask_with("GET", "/v1/overview", "Authorization: Bearer sesame\r\n", "").status, 200);
    assert_eq!(keeper.ask_with("GET", "/v1/overview", "Authorization: Bearer sesam\r\n", "").status, 401);
    assert_eq!(keeper.ask("GET", "/healthz", "").status, 200);
    keeper.stop("-INT");
}

#[test]
fn a_part_of_the_rate_may_be_given() {
    let folder = folder("keep-rate");
    let key = file(&folder, "key.txt", KEY);
    let groups: Vec<String> = (0..12).flat_map(|number| ["--group".to_owned(), format!("room{number}")]).collect();
    let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
    let emulator = Server::start(&folder, &[&["serve", "--port", "0"], &groups[..]].concat());
    let url = format!("http://{}", emulator.address);
    let fixed =
        ["keep", "--sdkappid", "1400000000", "--url", &url, "--key-file", &key, "--port", "0", "--proxy", "none"];
    let keeper = Server::start(&folder, &[&fixed[..], &["--calls-per-second", "5"]].concat());
    let lines: String = (0..12).map(|number| format!("room{number},ann,1000\n")).collect();
    assert_eq!(keeper.ask_with("POST", "/v1/wants", "Content-Type: text/csv\r\n", &lines).json()["changed"], 12);
    let since = Instant::now();
    let times = loop {
        let log = emulator.ask("GET", "/_avmarks/log?limit=100", "").json();
        let entries = log["entries"].as_array().unwrap().clone();
        let is_set = |entry: &&serde_json::Value| entry["path"].as_str().unwrap().ends_with("modify_user_info");
        let times: Vec<u64> = entries.iter().filter(is_set).map(|entry| entry["at"].as_u64().unwrap()).collect();
        if times.len() >= 12 {
            break times;
        }
        assert!(since.elapsed() < Duration::from_secs(30), "{entries:?}");
        std::thread::sleep(Duration::from_millis(100));
    };
    // The sixth call of any second would be one too many.
    assert!(times.windows(6).all(|six| six[5] - six[0] >= 1_000), "{times:?}");
    assert_eq!(keeper.ask("GET", "/v1/overview", "").json()["permits"], 5);
    keeper.stop("-TERM");
    emulator.stop("-TERM");
}

#[test]
fn all_missing_or_unsafe_settings_are_listed() {
    let folder = folder("keep-settings");
    let run = |arguments: &[&str]| {
        Run::of(command(&[&["keep"], arguments].concat()).current_dir(&folder).env("HOME", &folder).output().unwrap())
    };
    let missing = run(&[]);
    assert_eq!(missing.status, 4, "{missing:?}");
    for text in ["no `sdkappid`: give --sdkappid", "no `region` or `url`", "no key: give --key-file FILE"] {
        assert!(missing.err.contains(text), "{missing:?}");
    }
    let key = file(&folder, "key.txt", KEY);
    let fixed = ["--sdkappid", "1400000000", "--region", "singapore", "--key-file", &key];
    let open = run(&[&fixed[..], &["--listen", "0.0.0.0"]].concat());
    assert_eq!(open.status, 4, "{open:?}");
    assert!(open.err.contains("--listen: other machines can reach `0.0.0.0`: give --token-file too"), "{open:?}");
    let wrong = run(&[&fixed[..], &["--sweep-every", "59"]].concat());
    assert!(wrong.err.contains("--sweep-every: invalid value `59`: expected an integer from 60"), "{wrong:?}");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let busy = run(&[&fixed[..], &["--port", &port]].concat());
    assert_eq!(busy.status, 2, "{busy:?}");
    assert!(busy.err.contains("cannot listen on"), "{busy:?}");
}
