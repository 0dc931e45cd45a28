//! Three keepers on one database of PostgreSQL, of which some are killed and stopped while members leave and come back.
//!
//! It needs a database: `.ci/postgres cargo test -p avmarks --test nodes`.
#![cfg(test)]
#![cfg(unix)]

#[expect(dead_code, reason = "the suite of the command uses the rest")]
#[path = "cli/run.rs"]
mod run;

#[path = "cli/keep/process.rs"]
mod process;

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::json;

use process::{KEY, Server};
use run::{file, folder};

const ACCOUNTS: usize = 600;
const GROUPS: usize = 12;
const ROUNDS: usize = 30;

struct World {
    folder: std::path::PathBuf,
    store: String,
    emulator: Server,
    nodes: Vec<Server>,
}

impl World {
    fn start() -> Self {
        let store = std::env::var("AVMARKS_POSTGRES").expect("AVMARKS_POSTGRES, as .ci/postgres sets it");
        let folder = folder("keep-nodes");
        file(&folder, "key.txt", KEY);
        let groups: Vec<String> = (0..GROUPS).map(|number| format!("group{number}")).collect();
        let mut arguments = vec!["serve", "--port", "0", "--log-level", "error"];
        groups.iter().for_each(|group| arguments.extend(["--group", group]));
        let emulator = Server::start(&folder, &arguments);
        let nodes = (0..3).map(|_| node(&folder, &emulator, &store)).collect();
        Self { folder, store, emulator, nodes }
    }

    /// Kills a node with `-KILL`, and starts another one.
    fn kill(&mut self, at: usize) {
        self.nodes.remove(at).stop("-KILL");
        self.nodes.push(node(&self.folder, &self.emulator, &self.store));
    }

    /// Sends webhooks to this node from now on, as a load balancer would.
    fn webhooks_to(&self, at: usize) {
        let url = format!("http://{}/webhook", self.nodes[at].address);
        let set = self.emulator.ask("PUT", "/_avmarks/webhooks", &json!({ "url": url }).to_string());
        assert_eq!(set.status, 200, "{set:?}");
    }

    fn presence(&self, group: usize, verb: &str, accounts: &[String]) {
        let path = format!("/_avmarks/groups/group{group}/{verb}");
        let done = self.emulator.ask("POST", &path, &json!({ "accounts": accounts }).to_string());
        assert_eq!(done.status, 200, "{done:?}");
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
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn metric(&self, name: &str) -> u64 {
        let of = |node: &Server| {
            let text = node.ask("GET", "/metrics", "").body;
            let lines = text.lines().filter(|line| line.starts_with(name));
            lines.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum::<u64>()
        };
        self.nodes.iter().map(of).sum()
    }
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
fn marks_come_back_while_nodes_are_killed_and_stopped() {
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
    world.webhooks_to(0);
    for group in 0..GROUPS {
        (0..3).for_each(|part| world.presence(group, "join", &names(group, part)));
    }
    println!("all joined and marked after {:?}", world.is_settled_within(60));
    let mut slowest = Duration::ZERO;
    for round in 0..ROUNDS {
        // The node that takes the webhooks is none of those that are killed or stopped: the service sends each webhook once.
        world.webhooks_to(0);
        let part = round % 3;
        (0..GROUPS).for_each(|group| world.presence(group, "disconnect", &names(group, part)));
        match round % 3 {
            0 => world.kill(1),
            1 => world.nodes[2].signal("-STOP"),
            _ => {}
        }
        (0..GROUPS).for_each(|group| world.presence(group, "reconnect", &names(group, part)));
        slowest = slowest.max(world.is_settled_within(60));
        if round % 3 == 1 {
            world.nodes[2].signal("-CONT");
        }
    }
    println!("{ROUNDS} rounds, {} kills, {} stops: slowest {slowest:?}", ROUNDS / 3, ROUNDS / 3);
    let refusals = world.metric("avmarks_keep_rate_refusals_total");
    println!(
        "refused for the rate: {refusals}, calls answered by living nodes: {}",
        world.metric("avmarks_keep_calls_total")
    );
    assert_eq!(refusals, 0);
    // The one that was stopped last has been taken for dead, and comes back under another name.
    let since = Instant::now();
    while world.nodes[0].ask("GET", "/v1/overview", "").json()["nodes"] != json!(3) {
        assert!(since.elapsed() < Duration::from_secs(20));
    }
    world.nodes.into_iter().for_each(|node| drop(node.stop("-TERM")));
    world.emulator.stop("-TERM");
}
