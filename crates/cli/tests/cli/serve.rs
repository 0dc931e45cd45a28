//! `avmarks serve`: started, asked, stopped.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command};
use std::time::Duration;

use serde_json::Value;

use crate::run::{Run, command, data, file, folder};

mod every_setting;
mod secrets;
mod unread;

const QUERY: &str = "sdkappid=1400000000&identifier=administrator&usersig=unchecked&random=1&contenttype=json";
pub(crate) const COUNT: &str = "v4/group_open_http_svc/get_online_member_num";
pub(crate) const MARKS: &str = "v4/group_open_avchatroom_http_svc/modify_user_info";

/// A server that has said where it listens.
pub(crate) struct Server {
    child: Child,
    out: BufReader<ChildStdout>,
    pub(crate) told: Value,
}

impl Server {
    /// Starts one on a port that is free, whose files are in `folder`.
    pub(crate) fn start(folder: &Path, arguments: &[&str]) -> Self {
        Self::of(prepared(folder, arguments))
    }

    fn of(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let told = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line:?} {}", said(&mut child)));
        Self { child, out, told }
    }

    /// One that starts; nothing if it does not.
    fn try_of(mut command: Command) -> Option<Self> {
        let mut child = command.spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        serde_json::from_str(&line).ok().map(|told| Self { child, out, told })
    }

    /// What the control API shows at this path.
    fn control(&self, path: &str) -> Value {
        let mut stream = TcpStream::connect(self.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        write!(stream, "GET /_avmarks/{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }

    fn address(&self) -> &str {
        self.told["url"].as_str().unwrap().strip_prefix("http://").unwrap()
    }

    /// What this body is answered.
    pub(crate) fn ask(&self, path: &str, body: &[u8]) -> String {
        self.ask_with(path, QUERY, body)
    }

    pub(crate) fn ask_with(&self, path: &str, query: &str, body: &[u8]) -> String {
        let length = body.len();
        let head = format!(
            "POST /{path}?{query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
        );
        self.sent(&[head.as_bytes(), body].concat())
    }

    /// What is there.
    pub(crate) fn get(&self, path: &str) -> String {
        self.sent(format!("GET /{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").as_bytes())
    }

    fn sent(&self, request: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream.write_all(request).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    /// Tells it to stop, and gives what it said on standard error.
    pub(crate) fn stop(mut self, signal: &str) -> String {
        self.signal(signal);
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "", "the one line is all");
        let said = said(&mut self.child);
        assert_eq!(self.child.wait().unwrap().code(), Some(0), "{said}");
        assert!(!said.contains("panicked"), "{said}");
        said
    }
}

/// A test that fails, or has no more to ask, leaves no process behind.
impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn said(child: &mut Child) -> String {
    let mut text = String::new();
    child.stderr.take().unwrap().read_to_string(&mut text).unwrap();
    text
}

fn prepared(folder: &Path, arguments: &[&str]) -> Command {
    let ca = folder.join("ca");
    let port: &[&str] =
        if arguments.iter().any(|argument| argument.starts_with("--port")) { &[] } else { &["--port", "0"] };
    let fixed = ["--json", "serve", "--ca-dir", ca.to_str().unwrap()];
    let mut command = command(&[&fixed, port, arguments].concat());
    command.env("HOME", folder).env_remove("XDG_CONFIG_HOME").env_remove("XDG_DATA_HOME").current_dir(folder);
    command
}

fn refused(folder: &Path, arguments: &[&str]) -> String {
    let run = Run::of(prepared(folder, arguments).output().unwrap());
    assert!([2, 4].contains(&run.status) && run.out.is_empty(), "{run:?}");
    assert_eq!(run.err.matches('\n').count(), 1, "{run:?}");
    run.err.strip_prefix("error: ").unwrap().trim_end().to_owned()
}

#[test]
fn the_vendor_sample_is_answered_as_documented() {
    let folder = folder("serve-sample");
    let seed = format!("{}/../../examples/online_room.jsonl", env!("CARGO_MANIFEST_DIR"));
    let server = Server::start(&folder, &["--seed", &seed]);
    let body = std::fs::read(data("vendor_set.json")).unwrap();
    let answer: Value = serde_json::from_str(&server.ask(MARKS, &body)).unwrap();
    let expected = std::fs::read_to_string(data("vendor_answer.json")).unwrap();
    assert_eq!(answer, serde_json::from_str::<Value>(&expected).unwrap());
    let said = server.stop("-TERM");
    assert!(said.contains(MARKS) && said.contains("a comma before `]` or `}` was passed over"), "{said}");
    assert!(said.contains("stopping"), "{said}");
}

#[test]
fn the_readme_commands_work() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let Ok(readme) = std::fs::read_to_string(top.join("README.md")) else {
        // The crate as a registry has it comes without the project around it.
        return;
    };
    let command_of = |start: &str| readme.split_once(start).unwrap().1.lines().next().unwrap().to_owned();
    let arguments = command_of("$ cargo run --release -- serve ");
    let curl = command_of("$ curl 'http://127.0.0.1:8600/");
    let (url, file) = curl.split_once("' --data @").unwrap();
    let (path, query) = url.split_once('?').unwrap();
    let shown = readme.split_once(&curl).unwrap().1.split("```text\n").nth(1).unwrap().lines().next().unwrap();
    let mut command = prepared(&folder("serve-readme"), &arguments.split(' ').collect::<Vec<_>>());
    command.current_dir(&top);
    let server = Server::of(command);
    let answer = server.ask_with(path, query, &std::fs::read(top.join(file)).unwrap());
    assert_eq!(answer, shown);
    server.stop("-TERM");
}

#[test]
fn ctrl_c_stops_after_pending_answers() {
    let folder = folder("serve-stop");
    let mut server = Server::start(&folder, &[]);
    let mut stream = TcpStream::connect(server.address()).unwrap();
    let request =
        format!("POST /{COUNT}?{QUERY} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    // `100 Continue` shows that the head has arrived; then half of the body is sent.
    stream.write_all(request.as_bytes()).unwrap();
    let mut told = Vec::new();
    while !told.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        told.extend(byte);
    }
    assert_eq!(told, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"{").unwrap();
    server.signal("-INT");
    while TcpStream::connect(server.address()).is_ok() {
        std::thread::sleep(Duration::from_millis(5));
    }
    stream.write_all(b"}").unwrap();
    let mut answers = String::new();
    stream.read_to_string(&mut answers).unwrap();
    assert_eq!(answers.matches("HTTP/1.1 200").count(), 1, "{answers}");
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
}

#[test]
fn the_banner_names_address_and_certificate() {
    let folder = folder("serve-told");
    let mut command = prepared(&folder, &["--group", "live", "-q"]);
    command.env("AVMARKS_UNKNOWN", "passed over");
    let server = Server::of(command);
    let ca = server.told["ca"].as_str().unwrap();
    assert!(std::fs::read_to_string(ca).unwrap().starts_with("-----BEGIN CERTIFICATE-----"));
    let curl = server.told["curl"].as_str().unwrap();
    let expected = format!("curl 'http://{}/{COUNT}?{QUERY}' -d '{{\"GroupId\":\"live\"}}'", server.address());
    assert_eq!(curl, expected);
    assert!(server.ask(COUNT, br#"{"GroupId":"live"}"#).contains(r#""OnlineMemberNum":0"#));
    assert_eq!(server.stop("-TERM"), "", "nothing is wrong");
}

#[test]
fn settings_have_their_precedence() {
    let folder = folder("serve-layers");
    file(
        &folder,
        "avmarks.toml",
        "sdkappid = 5 # another command's\n[serve]\ngroup = [\"f\", \"g\"]\nstrict = true\nadmin = 'root'\n",
    );
    let online = |server: &Server, group: &str| {
        let answer = server.ask(COUNT, format!("{{\"GroupId\":\"{group}\"}}").as_bytes());
        serde_json::from_str::<Value>(&answer).unwrap()["ErrorCode"].as_i64().unwrap()
    };
    let mut command = prepared(&folder, &[]);
    command.env("AVMARKS_ADMIN", "someone,administrator");
    let server = Server::of(command);
    assert_eq!((online(&server, "f"), online(&server, "g")), (0, 0));
    assert!(server.ask(COUNT, br#"{"GroupId":"f",}"#).contains("60003"), "strict, by the file");
    server.stop("-TERM");
    let mut command = prepared(&folder, &["--group", "o", "--admin", "administrator"]);
    command.env("AVMARKS_GROUP", "e").env("AVMARKS_STRICT", "false");
    let server = Server::of(command);
    assert_eq!((online(&server, "o"), online(&server, "e"), online(&server, "f")), (0, 10010, 10010));
    assert!(server.ask(COUNT, br#"{"GroupId":"o",}"#).contains("\"ErrorCode\":0"), "lenient, by the environment");
    server.stop("-TERM");
}

#[test]
fn a_key_has_signatures_checked_and_shows_nowhere() {
    const KEY: &str = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e";
    let folder = folder("serve-key");
    let mut command = prepared(&folder, &["-vv"]);
    command.env("AVMARKS_KEY", KEY);
    let server = Server::of(command);
    assert!(server.ask(COUNT, b"{}").contains("70003"));
    assert!(server.told["curl"].as_str().unwrap().contains("usersig='$(avmarks usersig sign"));
    let signed = {
        let mut sign =
            crate::run::command(&["usersig", "sign", "--sdkappid", "1400000000", "--identifier", "administrator"]);
        sign.env("AVMARKS_KEY", KEY);
        Run::of(sign.output().unwrap()).out.trim().to_owned()
    };
    let mut stream = TcpStream::connect(server.address()).unwrap();
    let query = QUERY.replace("unchecked", &signed);
    stream.write_all(format!("POST /{COUNT}?{query} HTTP/1.0\r\nContent-Length: 2\r\n\r\n{{}}").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("10004"), "{answer}");
    let told = server.told.to_string();
    let said = server.stop("-TERM");
    for secret in [KEY, &signed] {
        assert!(!said.contains(secret) && !told.contains(secret), "{said}");
    }
    assert!(said.contains("cannot be read"), "{said}");
}

#[test]
fn the_log_can_be_json() {
    let folder = folder("serve-log");
    let server = Server::start(&folder, &["--log", "json"]);
    server.ask("v4/timpush/push", b"{}");
    server.ask(COUNT, br#"{"GroupId":"of this log"}"#);
    let said = server.stop("-TERM");
    let lines: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let named = lines.iter().any(|line| line["level"] == "WARN" && line["path"] == "/v4/timpush/push");
    assert!(named, "what is not emulated is named: {said}");
    assert!(lines.iter().any(|line| line["group"] == "of this log"), "a call is found by its group: {said}");
}

#[test]
fn a_snapshot_is_a_seed_too() {
    let folder = folder("serve-snapshot");
    let snapshot = folder.join("app.json");
    let scenario = file(
        &folder,
        "s.jsonl",
        "{\"at\":5,\"do\":\"create_group\",\"group\":\"live\"}\n{\"at\":6,\"do\":\"join\",\"group\":\"live\",\"account\":\"a\"}\n",
    );
    let saved = crate::run::avmarks(&["replay", &scenario, "--save", snapshot.to_str().unwrap()]);
    assert_eq!(saved.status, 0, "{saved:?}");
    let server = Server::start(&folder, &["--seed", snapshot.to_str().unwrap()]);
    assert!(server.ask(COUNT, br#"{"GroupId":"live"}"#).contains(r#""OnlineMemberNum":1"#));
    server.stop("-TERM");
}

#[test]
fn invalid_settings_are_named_with_their_source() {
    let folder = folder("serve-wrong");
    file(&folder, "bad.toml", "[serve]\n\nprot = 1\n");
    file(&folder, "type.toml", "[serve]\nport = [1]\n");
    file(&folder, "value.toml", "[serve]\nhead_timeout = -1\n");
    file(&folder, "no.toml", "[serve\n");
    file(&folder, "secret.toml", "[serve]\nkey = \"x\"\n");
    file(&folder, "bad.jsonl", "{\"at\":0,\"do\":\"create_group\",\"group\":\"g\"}\n{\"at\":0,\"do\":\"sing\"}\n");
    for (arguments, wrong) in [
        (&["--listen", "nowhere"][..], "--listen: invalid value `nowhere`: expected an address"),
        (&["--port", "70000"], "--port: invalid value `70000`: expected an integer from 0 to 65535"),
        (&["--port=-1"], "--port: invalid value `-1`"),
        (&["--group", ""], "--group: the value is empty"),
        (&["--sdkappid", "x"], "--sdkappid: invalid value `x`"),
        (&["--admin", ""], "--admin: the value is empty"),
        (&["--reading", "page_size"], "--reading: invalid value `page_size`: expected GAP=READING"),
        (&["--reading", "page_sise=250"], "is not a gap (did you mean `gap:page-size`?)"),
        (&["--policy", "x"], "--policy: invalid value `x`: expected one of "),
        (&["--limit", "calls=1"], "--limit: invalid value `calls=1`: expected one of `accounts_per_call_max`"),
        (&["--limit", "calls_per_window_max=x"], "expected an integer"),
        (&["--clock", "now"], "--clock: invalid value `now`"),
        (&["--clock", "9007199254740992"], "expected an integer from 0 to 9007199254740991"),
        (&["--head-timeout", "86401"], "--head-timeout: invalid value `86401`: expected an integer from 1 to 86400"),
        (&["--body-timeout", "18446744073709551615"], "expected an integer from 1 to 86400"),
        (&["--stop-timeout", "18446744073709551615"], "expected an integer from 0 to 86400"),
        (&["--head-timeout", "0"], "expected an integer from 1 to 86400"),
        (&["--connections-max", "0"], "--connections-max: invalid value `0`: expected an integer from 1 to "),
        (&["--head-bytes-max", "0"], "--head-bytes-max: invalid value `0`: expected an integer from 1024 to "),
        (&["--webhook-retries", "abc"], "--webhook-retries: invalid value `abc`: expected an integer from 0 to 10"),
        (&["--webhook-retries", "1"], "--webhook-retries: no URL for webhooks: give --webhook-url"),
        (&["--webhook-token-file", "absent"], "--webhook-token-file: no URL"),
        (&["--webhook-url", "http://a:99999/"], "`url` is `http://a:99999/`; it must be"),
        (&["--proxied-host", "http://x/"], "expected the name of a host, `*.` and the end of one"),
        (&["--control-host", "*.test"], "--control-host: invalid value `*.test`: expected the name of a host"),
        (&["--log", "xml"], "expected one of human, json"),
        (&["--log-level", "INFO"], "expected one of error, warn, info, debug, trace"),
        (&["--config", "bad.toml"], "`bad.toml` line 3: unknown setting `prot`"),
        (&["--config", "type.toml"], "`type.toml` line 2, `port`: it has the type array"),
        (&["--config", "value.toml"], "`value.toml` line 2, `head_timeout`: invalid value `-1`"),
        (&["--config", "no.toml"], "`no.toml` line 1 is not TOML"),
        (&["--config", "secret.toml"], "`secret.toml` line 2, `key`: it is not read from here"),
        (&["--config", "absent.toml"], "`absent.toml` does not exist"),
        (&["--seed", "absent.jsonl"], "does not exist"),
        (&["--seed", "bad.jsonl"], "`bad.jsonl`: line 2: "),
        (&["--groups-max", "0", "--group", "g"], "--group: line 1: "),
        (&["--key-file", "absent"], "does not exist"),
        (&["--listen", "192.0.2.1"], "cannot listen on `192.0.2.1:0`: "),
    ] {
        let error = refused(&folder, arguments);
        assert!(error.contains(wrong), "{arguments:?}: {error}");
    }
    let mut command = command(&["serve", "--port", "0"]);
    let error = Run::of(command.env("XDG_DATA_HOME", folder.join("bad.toml")).output().unwrap());
    assert!(error.error().ends_with("; --ca-dir names the directory that it is kept in"), "{error:?}");
    let mut command = prepared(&folder, &[]);
    command.env("AVMARKS_GROUPS_MAX", "many");
    let error = Run::of(command.output().unwrap());
    assert!(error.errors(4)[0].starts_with("AVMARKS_GROUPS_MAX: invalid value `many`"), "{error:?}");
}

#[test]
fn dropped_webhooks_are_reported_once() {
    let folder = folder("serve-webhooks");
    let late = ["--webhook-url", "http://127.0.0.1:9/", "--webhook-delay-ms", "600000", "--group", "g"];
    let server = Server::start(&folder, &late);
    // Two of each.
    let accounts: Vec<_> = (0..6_000).map(|number| format!("u{number}")).collect();
    let body = serde_json::json!({ "accounts": accounts }).to_string();
    let mut stream = TcpStream::connect(server.address()).unwrap();
    let head = "POST /_avmarks/groups/g/join HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json";
    stream.write_all(format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let told = server.control("webhooks/deliveries");
    assert_eq!((&told["waiting"], &told["dropped"]), (&10_000.into(), &2_000.into()));
    let said = server.stop("-TERM");
    assert_eq!(said.lines().filter(|line| line.contains(" WARN ")).count(), 2, "{said}");
    assert!(said.contains("those that come now are dropped") && said.contains("dropped=2000"), "{said}");
}

#[test]
fn a_port_in_use_is_an_error() {
    let folder = folder("serve-port");
    let server = Server::start(&folder, &["--listen", "0.0.0.0"]);
    let port = server.address().rsplit_once(':').unwrap().1.to_owned();
    assert!(server.address().starts_with("127.0.0.1:"), "an address that can be dialled");
    let error = refused(&folder, &["--listen", "0.0.0.0", "--port", &port]);
    assert!(error.contains("cannot listen on") && error.contains("give another --listen or --port"), "{error}");
    let said = server.stop("-TERM");
    assert!(said.contains("other machines can reach"), "{said}");
}

#[test]
fn a_token_of_the_control_plane_is_demanded() {
    let folder = folder("serve-control-token");
    file(&folder, "token.txt", "a-token\r\n");
    let server = Server::start(&folder, &["--control-token-file", "token.txt"]);
    assert!(server.get("_avmarks/clock").contains("the control API asks for its token"));
    let mut stream = TcpStream::connect(server.address()).unwrap();
    let head =
        "GET /_avmarks/clock HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer a-token\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(!server.stop("-TERM").contains("a-token"));
}
