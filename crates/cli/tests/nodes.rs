//! Three keepers on one database of PostgreSQL, which are killed and stopped at random while members leave and come back, behind a load balancer
//! that hands each webhook to a node that answers.
//!
//! It needs a database: `.ci/postgres cargo test -p avmarks --test nodes`. AVMARKS_FAULTS is how many faults there are (12), two kills for
//! each stop; `.ci/keeper-kills` sets it.
#![cfg(test)]
#![cfg(unix)]

#[expect(dead_code, reason = "the suite of the command uses the rest")]
#[path = "cli/run.rs"]
mod run;

#[path = "cli/keep/process.rs"]
mod process;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use process::{KEY, Server};
use run::{file, folder};

const ACCOUNTS: usize = 600;
const GROUPS: usize = 12;
const NODES: usize = 3;
/// Faults between two looks whether all marks are right.
const FAULTS_OF_ROUND: u64 = 6;

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }
}

/// Hands each webhook to one node after the other until one answers 200, as a load balancer does.
struct Balancer {
    address: String,
    nodes: Arc<Mutex<Vec<String>>>,
    accepted: Arc<AtomicU64>,
    refused: Arc<AtomicU64>,
}

impl Balancer {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let balancer = Self {
            address: listener.local_addr().unwrap().to_string(),
            nodes: Arc::default(),
            accepted: Arc::default(),
            refused: Arc::default(),
        };
        let nodes = Arc::clone(&balancer.nodes);
        let counts = (Arc::clone(&balancer.accepted), Arc::clone(&balancer.refused));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (nodes, counts) = (Arc::clone(&nodes), counts.clone());
                thread::spawn(move || {
                    let answer = request(&stream).and_then(|request| balance(&nodes, &request));
                    let count = if answer.is_some() { &counts.0 } else { &counts.1 };
                    count.fetch_add(1, Ordering::Relaxed);
                    let none =
                        || b"HTTP/1.1 503 Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec();
                    // The emulator may have given up.
                    let _ = (&stream).write_all(&answer.unwrap_or_else(none));
                });
            }
        });
        balancer
    }
}

/// The whole request, with `Connection: close` as its first header.
fn request(mut stream: &TcpStream) -> Option<Vec<u8>> {
    let (mut read, mut part) = (Vec::new(), [0; 4_096]);
    loop {
        let text = String::from_utf8_lossy(&read).to_ascii_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok())?;
            if body.len() >= length {
                let end = read.iter().position(|byte| *byte == b'\n')? + 1;
                read.splice(end..end, *b"Connection: close\r\n");
                return Some(read);
            }
        }
        match stream.read(&mut part).ok()? {
            0 => return None,
            count => read.extend_from_slice(part.get(..count)?),
        }
    }
}

/// The answer of the first node that answers 200 within 700 ms: three of them fit into the service's two seconds.
fn balance(nodes: &Mutex<Vec<String>>, request: &[u8]) -> Option<Vec<u8>> {
    let nodes = nodes.lock().unwrap().clone();
    nodes.iter().find_map(|node| {
        let mut stream = TcpStream::connect(node).ok()?;
        stream.set_read_timeout(Some(Duration::from_millis(700))).ok()?;
        stream.write_all(request).ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).ok()?;
        answer.starts_with(b"HTTP/1.1 200").then_some(answer)
    })
}

struct World {
    folder: PathBuf,
    store: String,
    emulator: Server,
    balancer: Balancer,
    nodes: Vec<Server>,
    random: Random,
    calls: u64,
    refusals: u64,
}

impl World {
    fn start() -> Self {
        let store = std::env::var("AVMARKS_POSTGRES").expect("AVMARKS_POSTGRES, as .ci/postgres sets it");
        let folder = folder("keep-nodes");
        file(&folder, "key.txt", KEY);
        let groups: Vec<String> = (0..GROUPS).map(|number| format!("group{number}")).collect();
        let mut arguments = vec!["serve", "--port", "0", "--log-level", "error", "--log-entries-max", "1000000"];
        groups.iter().for_each(|group| arguments.extend(["--group", group]));
        let emulator = Server::start(&folder, &arguments);
        let seed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        println!("seed {seed}");
        let mut world = Self {
            folder,
            store,
            emulator,
            balancer: Balancer::start(),
            nodes: Vec::new(),
            random: Random(seed),
            calls: 0,
            refusals: 0,
        };
        (0..NODES).for_each(|_| world.add_node());
        let url = format!("http://{}/webhook", world.balancer.address);
        let set = world.emulator.ask("PUT", "/_avmarks/webhooks", &json!({ "url": url }).to_string());
        assert_eq!(set.status, 200, "{set:?}");
        world
    }

    fn add_node(&mut self) {
        self.nodes.push(node(&self.folder, &self.emulator, &self.store));
        self.tell_balancer();
    }

    fn tell_balancer(&self) {
        *self.balancer.nodes.lock().unwrap() = self.nodes.iter().map(|node| node.address.clone()).collect();
    }

    /// One fault: a kill, or every third time a stop of up to 5 s, half of which are longer than a node's lease.
    fn fault(&mut self, number: u64) {
        let victim = usize::try_from(self.random.below(NODES as u64)).unwrap();
        if number.is_multiple_of(3) {
            self.nodes[victim].signal("-STOP");
            thread::sleep(Duration::from_millis(self.random.below(5_000) + 200));
            self.nodes[victim].signal("-CONT");
        } else {
            self.nodes.remove(victim).stop("-KILL");
            self.tell_balancer();
            thread::sleep(Duration::from_millis(self.random.below(1_000)));
            self.add_node();
        }
    }

    /// Members that are online without their mark, or offline with one.
    fn wrong(&self) -> usize {
        let mut wrong = 0;
        for group in 0..GROUPS {
            let page = self.emulator.ask("GET", &format!("/_avmarks/groups/group{group}?limit=1000"), "").json();
            for member in page["members"].as_array().unwrap() {
                let has_mark = member["marks"] == json!([1_000]);
                wrong += usize::from(has_mark != (member["online"] == json!(true)));
            }
        }
        wrong
    }

    fn is_settled_within(&self, seconds: u64) -> Duration {
        let since = Instant::now();
        loop {
            let wrong = self.wrong();
            if wrong == 0 {
                return since.elapsed();
            }
            assert!(since.elapsed() < Duration::from_secs(seconds), "{wrong} members are wrong");
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Counts the calls in the emulator's log, and those that it refused for their rate.
    fn count_calls(&mut self) {
        let (mut calls, mut refusals, mut after) = (0, 0, 0);
        loop {
            let log = self.emulator.ask("GET", &format!("/_avmarks/log?limit=1000&after={after}"), "").json();
            let entries: &Vec<Value> = log["entries"].as_array().unwrap();
            let Some(last) = entries.last() else { break };
            after = last["number"].as_u64().unwrap();
            calls += entries.len() as u64;
            refusals += entries.iter().filter(|entry| entry["code"] == json!(60_007)).count() as u64;
        }
        (self.calls, self.refusals) = (calls, refusals);
    }
}

/// Members leave and come back, group after group, until the end.
fn load(emulator: &str, is_over: &AtomicBool) -> u64 {
    let mut changes = 0;
    while !is_over.load(Ordering::Relaxed) {
        let (group, part) = (changes as usize % GROUPS, changes as usize / GROUPS % 3);
        for verb in ["disconnect", "reconnect"] {
            let accounts = names(group, part);
            let body = json!({ "accounts": accounts }).to_string();
            let path = format!("/_avmarks/groups/group{group}/{verb}");
            let done = process::ask(emulator, "POST", &path, "Content-Type: application/json\r\n", &body);
            assert_eq!(done.status, 200, "{done:?}");
            thread::sleep(Duration::from_millis(20));
        }
        changes += 1;
    }
    changes
}

fn node(folder: &Path, emulator: &Server, store: &str) -> Server {
    let key = folder.join("key.txt");
    let url = format!("http://{}", emulator.address);
    Server::start(
        folder,
        &[
            "keep",
            "--sdkappid",
            "1400000000",
            "--url",
            &url,
            "--key-file",
            key.to_str().unwrap(),
            "--port",
            "0",
            "--proxy",
            "none",
            "--store",
            store,
            "--log-level",
            "error",
        ],
    )
}

fn names(group: usize, part: usize) -> Vec<String> {
    let of_group = (0..ACCOUNTS / GROUPS).map(|number| format!("user{group}x{number}"));
    of_group.enumerate().filter(|(number, _)| number % 3 == part).map(|(_, name)| name).collect()
}

#[test]
fn marks_survive_killed_nodes() {
    let faults = std::env::var("AVMARKS_FAULTS").map_or(12, |count| count.parse().expect("AVMARKS_FAULTS: a number"));
    let mut world = World::start();
    let mut wants = String::new();
    for group in 0..GROUPS {
        for name in (0..3).flat_map(|part| names(group, part)) {
            wants += &json!({ "group": format!("group{group}"), "account": name, "marks": [1_000] }).to_string();
            wants.push('\n');
        }
    }
    let stored = world.nodes[0].ask("POST", "/v1/wants", &wants);
    assert_eq!(stored.json()["changed"], json!(ACCOUNTS), "{stored:?}");
    for group in 0..GROUPS {
        let all: Vec<String> = (0..3).flat_map(|part| names(group, part)).collect();
        let path = format!("/_avmarks/groups/group{group}/join");
        assert_eq!(world.emulator.ask("POST", &path, &json!({ "accounts": all }).to_string()).status, 200);
    }
    println!("all joined and marked after {:?}", world.is_settled_within(60));
    let began = Instant::now();
    let (mut slowest, mut done, mut changes) = (Duration::ZERO, 0, 0);
    while done < faults {
        let is_over = AtomicBool::new(false);
        let emulator = world.emulator.address.clone();
        thread::scope(|scope| {
            let loading = scope.spawn(|| load(&emulator, &is_over));
            for _ in 0..FAULTS_OF_ROUND.min(faults - done) {
                done += 1;
                world.fault(done);
            }
            is_over.store(true, Ordering::Relaxed);
            changes += loading.join().unwrap();
        });
        slowest = slowest.max(world.is_settled_within(60));
    }
    world.count_calls();
    let (accepted, refused) = (&world.balancer.accepted, &world.balancer.refused);
    println!(
        "{} kills and {} stops in {:?}: {} changes of a third of a group, {} webhooks accepted, {} by no node; {} calls, {} refused for \
         the rate; slowest until all marks were right {slowest:?}",
        faults - faults / 3,
        faults / 3,
        began.elapsed(),
        changes * 2,
        accepted.load(Ordering::Relaxed),
        refused.load(Ordering::Relaxed),
        world.calls,
        world.refusals,
    );
    assert_eq!(world.refusals, 0);
    // One that was stopped has been taken for dead, and comes back under another name.
    let since = Instant::now();
    while world.nodes[0].ask("GET", "/v1/overview", "").json()["nodes"] != json!(NODES) {
        assert!(since.elapsed() < Duration::from_secs(20));
    }
    world.nodes.into_iter().for_each(|node| drop(node.stop("-TERM")));
    world.emulator.stop("-TERM");
}

#[test]
fn webhooks_after_wants_of_another_node_are_stored() {
    const COUNT: usize = 200;
    let store = std::env::var("AVMARKS_POSTGRES").expect("AVMARKS_POSTGRES, as .ci/postgres sets it");
    let created =
        std::process::Command::new("psql").args([&store, "--quiet", "--command=CREATE DATABASE two"]).status();
    assert!(created.unwrap().success());
    let store = store.replace("dbname=postgres", "dbname=two");
    let folder = folder("keep-two");
    file(&folder, "key.txt", KEY);
    let emulator = Server::start(&folder, &["serve", "--port", "0", "--log-level", "error", "--group", "live"]);
    let nodes = [node(&folder, &emulator, &store), node(&folder, &emulator, &store)];
    let webhook = |node: &Server, account: &str| {
        let path = "/webhook?SdkAppid=1400000000&CallbackCommand=Group.CallbackOnMemberStateChange";
        let members = json!([{ "Member_Account": account }]);
        let body = json!({ "CallbackCommand": "Group.CallbackOnMemberStateChange", "GroupId": "live", "EventType": "Online",
            "MemberList": members });
        assert_eq!(node.ask("POST", path, &body.to_string()).status, 200);
    };
    let answered = |node: &Server, result: &str| {
        let start = format!("avmarks_keep_webhooks_total{{result=\"{result}\"}} ");
        let metrics = node.ask("GET", "/metrics", "").body;
        metrics.lines().find_map(|line| line.strip_prefix(&start)?.parse::<usize>().ok()).unwrap_or_default()
    };
    for number in 0..COUNT {
        let (wants, hears) = (&nodes[number % 2], &nodes[(number + 1) % 2]);
        let path = format!("/v1/groups/live/accounts/user{number}");
        assert_eq!(wants.ask("PUT", &path, r#"{"marks":[1000]}"#).status, 200);
        webhook(hears, &format!("user{number}"));
    }
    assert_eq!(nodes.each_ref().map(|node| answered(node, "unwanted")), [0, 0]);
    assert_eq!(nodes.each_ref().map(|node| answered(node, "accepted")), [COUNT / 2; 2]);
    (0..COUNT).for_each(|number| webhook(&nodes[0], &format!("guest{number}")));
    // Nearly all: a few look wanted to the filter.
    assert!(answered(&nodes[0], "unwanted") > COUNT / 2);
    nodes.into_iter().for_each(|node| drop(node.stop("-TERM")));
    emulator.stop("-TERM");
}
