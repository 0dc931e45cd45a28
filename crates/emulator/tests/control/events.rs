use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::json;

use super::*;

/// A client that watches.
pub(crate) struct Events(BufReader<TcpStream>);

impl Events {
    pub(crate) fn open(running: &Running, last: Option<&str>) -> Self {
        let mut stream = client::connect(running.address());
        let last = last.map(|last| format!("Last-Event-ID: {last}\r\n")).unwrap_or_default();
        // Without chunks: an answer of HTTP/1.0 is what comes until the end.
        write!(stream, "GET /_avmarks/events HTTP/1.0\r\nHost: localhost\r\n{last}\r\n").unwrap();
        let mut events = Self(BufReader::new(stream));
        assert!(events.line().starts_with("HTTP/1.0 200 "));
        // The first word comes once the client is known.
        while events.line() != "retry: 1000" {}
        events
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        assert_ne!(self.0.read_line(&mut line).unwrap(), 0, "the stream has ended");
        line.trim_end().to_owned()
    }

    /// The next event: its number, its name, its data.
    fn next(&mut self) -> (u64, String, Value) {
        let (id, name, data) = self.whole();
        (id.rsplit('-').next().unwrap().parse().unwrap_or_default(), name, data)
    }

    /// The next event: its id, its name, its data.
    fn whole(&mut self) -> (String, String, Value) {
        let (mut id, mut name) = (String::new(), String::new());
        loop {
            let line = self.line();
            match line.split_once(": ") {
                Some(("id", found)) => id = found.to_owned(),
                Some(("event", event)) => name = event.to_owned(),
                Some(("data", data)) => return (id, name, serde_json::from_str(data).unwrap()),
                _ => assert!(line.is_empty() || line.starts_with(':'), "{line}"),
            }
        }
    }

    /// The next event of this name.
    pub(crate) fn next_of(&mut self, wanted: &str) -> Value {
        loop {
            let (_, name, data) = self.next();
            if name == wanted {
                return data;
            }
        }
    }

    fn has_ended(mut self) -> bool {
        let mut rest = String::new();
        while self.0.read_line(&mut rest).is_ok_and(|bytes| bytes > 0) {}
        true
    }
}

#[test]
fn the_log_has_verdict_reasons_and_omissions() {
    let running = with_group();
    let body = r#"{"GroupId":"@TGS#a","CommandType":1,"MemberList":[{"Member_Account":"a","Marks":[1000]},{"Member_Account":"x","Marks":[1000]}]}"#;
    call(&running, MARKS, body);
    let log = done(&running, "GET", "log", "");
    let entry = &log["entries"][0];
    assert_eq!(
        *entry,
        json!({
            "number": entry["number"], "at": NOW, "method": "POST", "path": MARKS, "identifier": "administrator", "random": 1,
            "code": 0, "info": "", "because": ["ONLINE-ONLY", "gap:echo"],
            "gaps": [{ "gap": "gap:echo", "reading": "asked" }],
            "omitted": [{ "account": "x", "mark": 1000, "because": "ONLINE-ONLY" }], "omitted_total": 1,
            "flags": [], "fault": null,
            "group": "@TGS#a", "accounts": ["a", "x"], "marks": [1000], "request": body,
            "answer": r#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","CommandType":1,"MemberList":[{"Member_Account":"a","Marks":[1000]}]}"#,
        })
    );
    call(&running, COUNT, r#"{"GroupId":"@TGS#a","UserSig":"eJw-secret"}"#);
    let log = done(&running, "GET", "log", "");
    assert_eq!(log["entries"][1]["request"], r#"{"GroupId":"@TGS#a","UserSig":"…"}"#);
}

#[test]
fn the_log_is_paged_and_bounded() {
    let running = start(|settings| settings.log_entries_max = 5);
    for _ in 0..8 {
        call(&running, COUNT, "{}");
    }
    let numbers = |path: &str| {
        let log = done(&running, "GET", path, "");
        let numbers = log["entries"].as_array().unwrap().iter().map(|entry| entry["number"].as_u64().unwrap());
        (numbers.collect::<Vec<_>>(), log["next"].as_u64())
    };
    assert_eq!(numbers("log"), (vec![4, 5, 6, 7, 8], None));
    assert_eq!(numbers("log?after=4&limit=2"), (vec![5, 6], Some(6)));
    assert_eq!(numbers("log?after=6&limit=2"), (vec![7, 8], None));
    assert_eq!(numbers("log?after=8"), (vec![], None));
    assert_eq!(
        refused(&running, "GET", "log?limit=1001", ""),
        (400, "`limit` is 1001; it must be from 1 to 1000".to_owned())
    );
    let says = "`after` is 9007199254740992; it must be at most 9007199254740991";
    assert_eq!(refused(&running, "GET", "log?after=9007199254740992", ""), (400, says.to_owned()));
}

#[test]
fn who_watches_is_told_what_happens() {
    let running = start(|_| {});
    let mut events = Events::open(&running, None);
    done(&running, "POST", "groups", r#"{"group":"g"}"#);
    done(&running, "POST", "groups/g/join", r#"{"accounts":["u"]}"#);
    call(&running, COUNT, r#"{"GroupId":"g"}"#);
    done(&running, "POST", "clock/advance", r#"{"ms":5}"#);
    done(&running, "PATCH", "settings", "{}");
    done(&running, "POST", "reset", "");
    let group_event = |event: Value| ("group_event".to_owned(), json!({ "at": NOW, "event": event }));
    let told: Vec<_> = (0..7).map(|_| events.next()).collect();
    assert!(told.windows(2).all(|pair| pair[0].0 < pair[1].0), "ids ascend");
    let mut told = told.into_iter().map(|(_, name, data)| (name, data));
    assert_eq!(told.next(), Some(group_event(json!({ "event": "group_created", "group": "g" }))));
    assert_eq!(told.next(), Some(group_event(json!({ "event": "joined", "group": "g", "account": "u" }))));
    let online = json!({ "event": "came_online", "group": "g", "account": "u", "cause": "join" });
    assert_eq!(told.next(), Some(group_event(online)));
    let (name, entry) = told.next().unwrap();
    assert_eq!((name.as_str(), &entry["code"], &entry["path"]), ("log", &json!(0), &json!(COUNT)));
    assert_eq!(told.next(), Some(("clock".to_owned(), json!({ "now": NOW + 5, "running": false }))));
    assert_eq!(told.next(), Some(("changed".to_owned(), json!({ "what": "settings" }))));
    assert_eq!(told.next(), Some(("changed".to_owned(), json!({ "what": "reset" }))));
}

#[test]
fn returning_clients_get_missed_events() {
    let running = start(|settings| settings.log_entries_max = 3);
    for group in ["a", "b", "c", "d", "e"] {
        done(&running, "POST", "groups", &format!(r#"{{"group":"{group}"}}"#));
    }
    let mut events = Events::open(&running, Some("3"));
    let group = |(id, _, data): (u64, String, Value)| (id, data["event"]["group"].as_str().unwrap().to_owned());
    assert_eq!([group(events.next()), group(events.next())], [(4, "d".to_owned()), (5, "e".to_owned())]);
    // 2 is no longer there.
    let mut events = Events::open(&running, Some("1"));
    assert_eq!(events.next(), (0, "missed".to_owned(), json!({ "after": 1 })));
    assert_eq!(group(events.next()), (3, "c".to_owned()));
    // A number of another run.
    let mut events = Events::open(&running, Some("99"));
    assert_eq!(events.next().1, "missed");
    let reply = ask_with(&running, "GET", "events", "Last-Event-ID: x\r\n", "");
    assert_eq!(sentence(&reply), (400, "`Last-Event-ID` is `x`; it must be the `id` of an event".to_owned()));
}

#[test]
fn an_empty_log_reports_missed_once() {
    let running = start(|settings| settings.log_entries_max = 0);
    let mut events = Events::open(&running, None);
    for (group, after) in [("a", 0), ("b", 1)] {
        done(&running, "POST", "groups", &format!(r#"{{"group":"{group}"}}"#));
        assert_eq!(events.next(), (0, "missed".to_owned(), json!({ "after": after })));
    }
}

#[test]
fn another_run_is_sent_completely() {
    let (one, other) = (start(|_| {}), start(|_| {}));
    let mut events = Events::open(&one, None);
    done(&one, "POST", "groups", r#"{"group":"a"}"#);
    let (id, ..) = events.whole();
    done(&one, "POST", "groups", r#"{"group":"b"}"#);
    let mut again = Events::open(&one, Some(&id));
    assert_eq!(again.next().2["event"]["group"], "b", "nothing is missed of the same run");

    // Its numbers have passed the one that was seen.
    for group in ["c", "d", "e"] {
        done(&other, "POST", "groups", &format!(r#"{{"group":"{group}"}}"#));
    }
    let mut events = Events::open(&other, Some(&id));
    assert_eq!(events.next(), (0, "missed".to_owned(), json!({ "after": 0 })));
    let told: Vec<_> = (0..3).map(|_| events.next().2["event"]["group"].clone()).collect();
    assert_eq!(told, ["c", "d", "e"]);
    for wrong in ["x-1", "-1", "1-", "1-2-3", ""] {
        let reply = ask_with(&other, "GET", "events", &format!("Last-Event-ID: {wrong}\r\n"), "");
        let says = format!("`Last-Event-ID` is `{wrong}`; it must be the `id` of an event");
        assert_eq!(sentence(&reply), (400, says));
    }
}

#[test]
fn event_streams_are_limited() {
    let running = start(|_| {});
    let watching: Vec<_> = (0..64).map(|_| Events::open(&running, None)).collect();
    let (status, says) = refused(&running, "GET", "events", "");
    assert_eq!((status, says.as_str()), (503, "64 clients watch already"));
    // Places of those who are gone are free, as soon as somebody asks for one.
    drop(watching);
    let watching: Vec<_> = (0..64).map(|_| Events::open(&running, None)).collect();
    running.stop().unwrap();
    assert!(watching.into_iter().all(Events::has_ended));
}

#[test]
fn who_takes_nothing_is_told_nothing_any_more() {
    let running = start(|settings| {
        settings.body_timeout = Duration::from_millis(100);
        settings.app.terms.limits.calls_per_window_max = usize::MAX;
    });
    done(&running, "POST", "groups", r#"{"group":"@TGS#a"}"#);
    let mut slow = client::connect(running.address());
    slow.write_all(b"GET /_avmarks/events HTTP/1.0\r\nHost: localhost\r\n\r\n").unwrap();
    // A call with much to tell.
    let strangers: Vec<_> =
        (0..100).map(|n| json!({ "Member_Account": format!("{n:032}"), "Marks": [1000] })).collect();
    let body = json!({ "GroupId": "@TGS#a", "CommandType": 1, "MemberList": strangers }).to_string();
    let begun = Instant::now();
    // What is said to a connection that is closed is an error, in the end.
    while slow.write_all(b"x").is_ok() {
        (0..50).for_each(|_| drop(call(&running, MARKS, &body)));
        // Nothing here takes that long; a hang becomes a failure.
        assert!(begun.elapsed() < Duration::from_secs(120), "it is told for ever");
    }
}
