//! The processes that are measured, and what is asked of them.

use std::convert::Infallible;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};

const KEY: &str = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e";

/// A process that listens. It ends with the value.
pub(crate) struct Process {
    child: Child,
    pub(crate) address: String,
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Process {
    fn start(command: &mut Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let told: Value = serde_json::from_str(&line).unwrap();
        let address = told["url"].as_str().unwrap().strip_prefix("http://").unwrap().to_owned();
        Self { child, address }
    }

    pub(crate) fn emulator(avmarks: &str, folder: &Path) -> Self {
        let fixed = ["--json", "serve", "--port", "0", "--log-level", "error", "--log-entries-max", "100000"];
        Self::start(Command::new(avmarks).args(fixed).current_dir(folder).env("XDG_DATA_HOME", folder))
    }

    /// A keeper with its own store, or one of several on a database.
    pub(crate) fn keeper(avmarks: &str, folder: &Path, emulator: &Self, store: &str) -> Self {
        let url = format!("http://{}", emulator.address);
        let fixed =
            ["--json", "keep", "--port", "0", "--log-level", "error", "--proxy", "none", "--sdkappid", "1400000000"];
        let mut command = Command::new(avmarks);
        command.args(fixed).args(["--url", &url]).env("AVMARKS_STORE", store).env("AVMARKS_KEY", KEY);
        Self::start(command.current_dir(folder))
    }

    pub(crate) fn bare_server() -> Self {
        Self::start(Command::new(std::env::current_exe().unwrap()).arg("bare"))
    }

    fn ask(&self, method: &str, path: &str, kind: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        let head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: {kind}\r\n", self.address);
        write!(stream, "{head}Connection: close\r\nContent-Length: {length}\r\n\r\n{body}").unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 2"), "{method} {path}: {text}");
        body.to_owned()
    }

    pub(crate) fn create(&self, group: &str) {
        self.ask("POST", "/_avmarks/groups", "application/json", &json!({ "group": group }).to_string());
    }

    pub(crate) fn presence(&self, group: &str, verb: &str, accounts: &[String]) {
        let path = format!("/_avmarks/groups/{group}/{verb}");
        self.ask("POST", &path, "application/json", &json!({ "accounts": accounts }).to_string());
    }

    /// When each call of the log was made, in milliseconds.
    pub(crate) fn call_times(&self) -> Vec<u64> {
        let (mut times, mut after) = (Vec::new(), 0);
        loop {
            let log = self.ask("GET", &format!("/_avmarks/log?limit=1000&after={after}"), "text/plain", "");
            let log: Value = serde_json::from_str(&log).unwrap();
            let entries = log["entries"].as_array().unwrap();
            let Some(last) = entries.last() else { return times };
            after = last["number"].as_u64().unwrap();
            let refused = entries.iter().find(|entry| entry["code"] != json!(0));
            assert!(refused.is_none(), "a call was refused: {refused:?}");
            times.extend(entries.iter().filter_map(|entry| entry["at"].as_u64()));
        }
    }

    /// Wants of CSV, without a header.
    pub(crate) fn want(&self, lines: &str) {
        let answer = self.ask("POST", "/v1/wants", "text/csv", lines);
        assert!(answer.contains("\"errors\":[]"), "{answer}");
    }

    /// The sum of the metrics that begin so.
    pub(crate) fn metric(&self, start: &str) -> usize {
        let text = self.ask("GET", "/metrics", "text/plain", "");
        let lines = text.lines().filter(|line| line.starts_with(start));
        lines.filter_map(|line| line.rsplit(' ').next()?.parse::<usize>().ok()).sum()
    }

    /// How many calls that set marks were answered or refused.
    pub(crate) fn set_calls(&self) -> usize {
        self.metric("avmarks_keep_calls_total{action=\"set\"")
    }

    /// How many accounts were served by calls that set marks.
    pub(crate) fn served(&self) -> usize {
        self.metric("avmarks_keep_accounts_total{action=\"set\",result=\"served\"}")
    }

    /// Waits until so many were served.
    pub(crate) fn has_served(&self, accounts: usize) {
        while self.served() < accounts {
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// The CPU that it has used, in microseconds: user and system, in ticks of 10 ms.
    pub(crate) fn cpu_micros(&self) -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let (_, fields) = stat.rsplit_once(") ").unwrap();
        let ticks = fields.split(' ').skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok());
        ticks.sum::<u64>() * 10_000
    }
}

/// A process that only takes time. It ends with the value.
pub(crate) struct Loop(Child);

impl Drop for Loop {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A loop of the lowest priority for each core.
pub(crate) fn busy_cores() -> Vec<Loop> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let start = |_| Loop(Command::new("nice").args(["-n", "19", "sh", "-c", "while :; do :; done"]).spawn().unwrap());
    (0..cores).map(start).collect()
}

/// A server of the same HTTP crate, with as many threads, that reads each body and answers as the keeper does.
pub(crate) fn bare() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("{}", json!({ "url": format!("http://{}", listener.local_addr().unwrap()) }));
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            tokio::spawn(async move {
                let service = service_fn(|request: Request<Incoming>| async move {
                    let _ = request.into_body().collect().await;
                    let mut answer = Response::new(Full::new(Bytes::from_static(
                        br#"{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}"#,
                    )));
                    let kind = hyper::header::HeaderValue::from_static("application/json");
                    answer.headers_mut().insert(hyper::header::CONTENT_TYPE, kind);
                    Ok::<_, Infallible>(answer)
                });
                // A client that goes ends it.
                let _ =
                    hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
}
