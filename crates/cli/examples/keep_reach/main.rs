//! What `avmarks keep` reaches, measured from outside, on processes of their own: webhooks accepted a second beside a bare server of the same
//! HTTP crate, how long a room takes that comes back at once, the usable share of the rate, and the CPU of three nodes beside one.
//! `.ci/keeper-reach` runs it.
//!
//! `keep_reach AVMARKS SECONDS ROUNDS MEMBERS PART` measures `webhooks`, `storm`, `rate`, `nodes` or `all`, `keep_reach bare` is the bare server, and
//! `keep_reach load ADDRESS SECONDS` sends webhooks about nobody wanted to a server that runs already, for a profiler. AVMARKS_REACH_ONE and
//! AVMARKS_REACH_THREE are two databases of PostgreSQL; without them, SQLite alone is measured.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a measurement may panic")]

mod load;
mod process;

use std::path::Path;
use std::time::{Duration, Instant};

use load::{Load, online};
use process::Process;

const CONNECTIONS: usize = 512;
const GROUPS: usize = 10;
/// The most that one mark of a group allows.
const OF_GROUP: usize = 1_000;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["bare"] => process::bare(),
        ["load", address, seconds] => {
            let span = Duration::from_secs(seconds.parse().unwrap());
            let load = Load::run(&[address], CONNECTIONS, span, |number| webhook(number, false));
            println!("{} webhooks, {:.0} a second", load.answered, load.rate());
        }
        [avmarks, seconds, rounds, members, part @ ("webhooks" | "storm" | "rate" | "nodes" | "all")] => {
            let span = Duration::from_secs(seconds.parse().unwrap());
            measure(avmarks, span, rounds.parse().unwrap(), members.parse().unwrap(), part);
        }
        _ => panic!("usage: keep_reach AVMARKS SECONDS ROUNDS MEMBERS webhooks|storm|rate|nodes|all"),
    }
}

fn measure(avmarks: &str, span: Duration, rounds: usize, members: usize, part: &str) {
    let is_asked = |name| part == name || part == "all";
    let folder = std::env::temp_dir().join(format!("avmarks-reach-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let databases = ["AVMARKS_REACH_ONE", "AVMARKS_REACH_THREE"].map(|name| std::env::var(name).ok());
    if is_asked("webhooks") {
        webhooks(avmarks, &folder, databases[0].as_deref(), span, rounds);
    }
    if is_asked("storm") {
        storm(avmarks, &folder, members, rounds);
    }
    if is_asked("rate") {
        rate(avmarks, &folder);
    }
    if let [Some(one), Some(three)] = &databases
        && is_asked("nodes")
    {
        nodes(avmarks, &folder, one, three, span, rounds);
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

fn account(number: usize) -> String {
    format!("user{number}")
}

/// An emulator with a room for each group, in which all wanted accounts are.
fn rooms(avmarks: &str, folder: &Path) -> Process {
    let emulator = Process::emulator(avmarks, folder);
    for group in 0..GROUPS {
        emulator.create(&format!("room{group}"));
        emulator.presence(&format!("room{group}"), "join", &(0..OF_GROUP).map(account).collect::<Vec<_>>());
    }
    emulator
}

fn want_all(keeper: &Process) {
    let line = |number: usize| format!("room{},{},1000\n", number / OF_GROUP, account(number % OF_GROUP));
    keeper.want(&(0..GROUPS * OF_GROUP).map(line).collect::<String>());
    keeper.has_served(GROUPS * OF_GROUP);
}

/// The webhook with this number, of an account that is wanted, or of one that is not.
fn webhook(number: usize, is_wanted: bool) -> Vec<u8> {
    let name = if is_wanted { account(number / GROUPS % OF_GROUP) } else { format!("guest{number}") };
    online(&format!("room{}", number % GROUPS), &name)
}

fn webhooks(avmarks: &str, folder: &Path, database: Option<&str>, span: Duration, rounds: usize) {
    let emulator = rooms(avmarks, folder);
    let bare = Process::bare_server();
    let sqlite = Process::keeper(avmarks, folder, &emulator, "webhooks.sqlite");
    let postgres = database.map(|url| Process::keeper(avmarks, folder, &emulator, url));
    let keepers = [("SQLite", Some(&sqlite)), ("PostgreSQL", postgres.as_ref())];
    keepers.iter().filter_map(|(_, keeper)| *keeper).for_each(want_all);
    let mut rows: Vec<(String, Vec<f64>, Vec<f64>)> = Vec::new();
    for _ in 0..rounds {
        for (name, keeper) in keepers.iter().filter_map(|(name, keeper)| Some((*name, (*keeper)?))) {
            for (who, is_wanted) in [("wanted", true), ("nobody wanted", false)] {
                let load = |process: &Process| {
                    Load::run(&[&process.address], CONNECTIONS, span, move |number| webhook(number, is_wanted))
                };
                let (beside, ours) = (load(&bare).rate(), load(keeper).rate());
                let label = format!("{name}, {who}");
                match rows.iter_mut().find(|(known, ..)| *known == label) {
                    Some((_, bare, kept)) => {
                        bare.push(beside);
                        kept.push(ours);
                    }
                    None => rows.push((label, vec![beside], vec![ours])),
                }
            }
        }
    }
    println!(
        "| webhooks a second, {CONNECTIONS} connections | bare | ours | ours / bare | spread |\n|---|---|---|---|---|"
    );
    for (label, bare, ours) in rows {
        let ratios: Vec<f64> = bare.iter().zip(&ours).map(|(bare, ours)| ours / bare).collect();
        let (least, most) =
            (ratios.iter().copied().fold(f64::MAX, f64::min), ratios.iter().copied().fold(0.0, f64::max));
        println!(
            "| {label} | {:.0} | {:.0} | {:.2} | {least:.2} to {most:.2} |",
            median(bare),
            median(ours),
            median(ratios)
        );
    }
}

/// All wanted accounts of a room come back: from the last webhook answered until all have their marks.
fn storm(avmarks: &str, folder: &Path, members: usize, rounds: usize) {
    let emulator = Process::emulator(avmarks, folder);
    emulator.create("room");
    let all: Vec<String> = (0..members).map(account).collect();
    all.chunks(10_000).for_each(|part| emulator.presence("room", "join", part));
    let keeper = Process::keeper(avmarks, folder, &emulator, "storm.sqlite");
    let wanted = GROUPS * OF_GROUP;
    let line = |number: usize| format!("room,{},{}\n", account(number), 1_000 + number / OF_GROUP);
    keeper.want(&(0..wanted).map(line).collect::<String>());
    keeper.has_served(wanted);
    // Twenty full calls, and as many with one that nothing fills, so that it waits for 200 ms.
    for back in [wanted, wanted - 250] {
        let times = (0..rounds).map(|_| come_back(&emulator, &keeper, &all[..back])).collect();
        let least = back.div_ceil(500) as f64 / 200.0 * 1_000.0;
        let middle = median(times);
        println!("{back} of {members} come back: {middle:.0} ms, least {least:.0} ms, {:.2}x", middle / least);
    }
}

/// How long it takes from the last webhook answered until all of these have their marks, in milliseconds.
fn come_back(emulator: &Process, keeper: &Process, accounts: &[String]) -> f64 {
    std::thread::sleep(Duration::from_millis(1_500));
    emulator.presence("room", "disconnect", accounts);
    emulator.presence("room", "reconnect", accounts);
    let (served, calls) = (keeper.served(), keeper.set_calls());
    let names = accounts.to_vec();
    let load =
        Load::count(&[&keeper.address], CONNECTIONS, accounts.len(), move |number| online("room", &names[number]));
    let last = Instant::now();
    while keeper.served() < served + accounts.len() {
        std::thread::sleep(Duration::from_millis(2));
    }
    let millis = last.elapsed().as_secs_f64() * 1_000.0;
    let answered = load.elapsed.as_secs_f64() * 1_000.0;
    println!(
        "a storm: {} webhooks answered in {answered:.0} ms, all set {millis:.0} ms after the last, {} calls",
        accounts.len(),
        keeper.set_calls() - calls,
    );
    millis
}

/// Two thousand groups with one account each: so many calls, as fast as the shared limit allows.
fn rate(avmarks: &str, folder: &Path) {
    const CALLS: usize = 2_000;
    let emulator = Process::emulator(avmarks, folder);
    for group in 0..CALLS {
        emulator.create(&format!("room{group}"));
        emulator.presence(&format!("room{group}"), "join", &[account(0)]);
    }
    let keeper = Process::keeper(avmarks, folder, &emulator, "rate.sqlite");
    keeper.want(&(0..CALLS).map(|group| format!("room{group},{},1000\n", account(0))).collect::<String>());
    keeper.has_served(CALLS);
    let mut times = emulator.call_times();
    times.sort_unstable();
    let most =
        (0..times.len()).map(|at| times[at..].iter().take_while(|time| **time < times[at] + 1_000).count()).max();
    // At the beginning all permits are free.
    let a_second = (CALLS - 200) as f64 * 1_000.0 / (times[times.len() - 1] - times[0]) as f64;
    println!(
        "rate: {a_second:.1} calls a second, {:.2} of 200; at most {} in 1,000 ms",
        a_second / 200.0,
        most.unwrap_or_default()
    );
}

/// CPU a webhook of one node, and of three with as many connections each. Loops of the lowest priority keep all cores busy: one node alone leaves cores
/// idle, and the others then run faster, so that the same work takes less time.
fn nodes(avmarks: &str, folder: &Path, one: &str, three: &str, span: Duration, rounds: usize) {
    const OF_NODE: usize = 64;
    let _loops = process::busy_cores();
    let emulator = rooms(avmarks, folder);
    let single = vec![Process::keeper(avmarks, folder, &emulator, one)];
    let many: Vec<Process> = (0..3).map(|_| Process::keeper(avmarks, folder, &emulator, three)).collect();
    let line = |number: usize| format!("room{},{},1000\n", number / OF_GROUP, account(number % OF_GROUP));
    let wants: String = (0..GROUPS * OF_GROUP).map(line).collect();
    many[0].want(&wants);
    single[0].want(&wants);
    std::thread::sleep(Duration::from_secs(8));
    let mut ratios = Vec::new();
    for _ in 0..rounds {
        let cost = |nodes: &[Process]| {
            let cpu = || nodes.iter().map(Process::cpu_micros).sum::<u64>();
            let addresses: Vec<&str> = nodes.iter().map(|node| &*node.address).collect();
            let before = cpu();
            let load = Load::run(&addresses, OF_NODE * nodes.len(), span, |number| webhook(number, true));
            std::thread::sleep(Duration::from_secs(1));
            (cpu() - before) as f64 / load.answered as f64
        };
        let (alone, together) = (cost(&single), cost(&many));
        println!("CPU a webhook: one node {alone:.1} µs, three nodes {together:.1} µs");
        ratios.push(together / alone);
    }
    println!("three nodes / one node: {:.2}x", median(ratios));
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
