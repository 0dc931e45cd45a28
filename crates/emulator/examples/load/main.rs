//! What `avmarks serve` carries, beside a bare server of the same HTTP crate: both read the body of the same request, the one
//! judges it, the other answers fixed bytes.
//!
//! ```console
//! $ cargo run --release -p avmarks-emulator --example load -- 60
//! ```
//!
//! The argument is how many seconds it takes in all. Every server is a process: the bare one, and one `avmarks serve` for each
//! row, whose log goes to the null device. They are asked one after the other, a fifth of a second each, and who is first
//! changes from round to round; the ratio is the median of the ratios of the rounds. 32 connections send their next call, a mark
//! for each of two accounts, when they have its answer. `avmarks` is built first, unless its path is given as a second argument:
//! then that one is measured.
//!
//! `-- calls 60` measures `account_import` and `get_group_info` in the same way, of an emulator without a log in a process of its own;
//! `-- instructions` counts those that each of these calls takes of both, with valgrind, and so whatever else the machine does;
//! `-- memory` says how soon it answers, and what accounts and groups take of its memory.

#![allow(clippy::unwrap_used, reason = "a measurement may end where it cannot be made")]

mod bare;
mod client;
mod instructions;
mod memory;
mod servers;

use std::error::Error;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use avmarks_emulator::spec::Timestamp;
use avmarks_emulator::{Clock, Emulator, Settings};
use client::{Round, Work};
use servers::{Folder, Server};

const CONNECTIONS: usize = 32;
const SLICE: Duration = Duration::from_millis(200);

const SEED: &str = "{\"at\":0,\"do\":\"create_group\",\"group\":\"live\"}\n{\"at\":0,\"do\":\"join\",\"group\":\"live\",\"accounts\":[\"teacher10\",\"student9\"]}\n";

/// The calls that are measured; the first, marks for two accounts, in several ways.
const WORK: [Work; 3] = [
    Work {
        name: "2 accounts",
        path: "group_open_avchatroom_http_svc/modify_user_info",
        body: r#"{"GroupId":"live","CommandType":1,"MemberList":[{"Member_Account":"teacher10","Marks":[1000]},{"Member_Account":"student9","Marks":[1001]}]}"#,
        answer: r#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","CommandType":1,"MemberList":[{"Member_Account":"teacher10","Marks":[1000]},{"Member_Account":"student9","Marks":[1001]}]}"#,
    },
    Work {
        name: "`account_import`",
        path: "im_open_login_svc/account_import",
        body: r#"{"UserID":"student9","Nick":"Student 9","FaceUrl":"face"}"#,
        answer: r#"{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}"#,
    },
    Work {
        name: "`get_group_info`",
        path: "group_open_http_svc/get_group_info",
        body: r#"{"GroupIdList":["live"]}"#,
        answer: r#"{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"GroupInfo":[{"GroupId":"live","ErrorCode":0,"ErrorInfo":"","Type":"AVChatRoom","Name":"","Appid":1400000000,"Introduction":"","Notification":"","FaceUrl":"","Owner_Account":"","CreateTime":0,"LastInfoTime":0,"LastMsgTime":0,"NextMsgSeq":1,"MemberNum":2,"MaxMemberNum":1000000,"ApplyJoinOption":"FreeAccess","MuteAllMember":"Off","ShutUpAllMember":"Off"}]}"#,
    },
];

/// The rows: what each shows, whether there is a log, and whether there is a folder that keeps the state.
const ROWS: [(&str, bool, bool); 4] = [
    ("without log", false, false),
    ("with the default log", true, false),
    ("with `--data`, without log", false, true),
    ("with `--data` and the default log", true, true),
];

/// What is asked for.
#[derive(Debug, PartialEq)]
enum Command {
    /// Be the bare server of this work.
    Bare(usize),
    /// Be an emulator.
    Emulator,
    /// Measure calls beyond those of the service, for so many seconds.
    Calls(u64),
    /// Count instructions.
    Instructions,
    /// Measure memory.
    Memory,
    /// Measure for so many seconds, this binary or one that is built.
    Measure(u64, Option<PathBuf>),
}

impl Command {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let asked = match arguments.next().as_deref() {
            Some("bare") => {
                let work = arguments.next().and_then(|work| work.parse().ok());
                Self::Bare(work.filter(|work| *work < WORK.len()).ok_or("`bare` needs the number of a call")?)
            }
            Some("emulator") => Self::Emulator,
            Some("calls") => {
                let seconds = arguments.next().and_then(|seconds| seconds.parse().ok());
                Self::Calls(seconds.ok_or("`calls` needs a number of seconds")?)
            }
            Some("instructions") => Self::Instructions,
            Some("memory") => Self::Memory,
            seconds => match seconds.unwrap_or("60").parse() {
                Ok(seconds) => Self::Measure(seconds, arguments.next().map(PathBuf::from)),
                Err(_) => return Err("the first argument is a number of seconds".to_owned()),
            },
        };
        arguments.next().map_or(Ok(asked), |more| Err(format!("`{more}` is one argument too many")))
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    match Command::parse(std::env::args().skip(1))? {
        Command::Bare(work) => bare::run(WORK.get(work).map_or("", |work| work.answer)).map_err(Into::into),
        Command::Emulator => emulate(),
        Command::Calls(seconds) => measure_calls(seconds),
        Command::Instructions => instructions::count(),
        Command::Memory => memory::measure(),
        Command::Measure(seconds, binary) => measure(seconds, binary),
    }
}

fn measure(seconds: u64, binary: Option<PathBuf>) -> Result<(), Box<dyn Error>> {
    let binary = binary.map_or_else(servers::build, Ok)?;
    let folder = Folder::new(SEED)?;
    let mut all = vec![(Server::bare(0)?, 0)];
    for (number, (_, has_log, has_data)) in ROWS.into_iter().enumerate() {
        all.push((Server::avmarks(&binary, &folder, number, has_log, has_data)?, 0));
    }
    let (rounds, rates, sums) = in_turn(&all, seconds)?;
    let (bare, ours) = rates.split_first().ok_or("nothing was measured")?;
    println!(
        "{CONNECTIONS} connections, calls of two accounts, {rounds} rounds of {} ms each in turn\n",
        SLICE.as_millis()
    );
    head();
    for ((name, ..), ours) in ROWS.iter().zip(ours) {
        row(&format!("2 accounts, {name}"), bare, ours);
    }
    println!();
    ended(["bare"].into_iter().chain(ROWS.map(|(name, ..)| name)), &sums)
}

/// An emulator with the group of the calls; it ends with the process.
fn emulate() -> Result<(), Box<dyn Error>> {
    let mut settings = Settings::default();
    settings.clock = Clock::standing_at(Timestamp::EPOCH);
    // The clock stands still, so that this many are all that are admitted: more than two minutes of calls.
    settings.app.terms.limits.calls_per_window_max = 10_000_000;
    let emulator = Emulator::new(settings)?;
    emulator.play(SEED)?;
    let running = emulator.start(([127, 0, 0, 1], 0).into())?;
    println!("{{\"url\":\"{}\"}}", running.url());
    loop {
        std::thread::park();
    }
}

/// Each call beside a bare server that gives the same answer.
fn measure_calls(seconds: u64) -> Result<(), Box<dyn Error>> {
    let mut all = Vec::new();
    for work in 0..WORK.len() {
        all.push((Server::bare(work)?, work));
        all.push((Server::emulator()?, work));
    }
    let (rounds, rates, sums) = in_turn(&all, seconds)?;
    println!("{CONNECTIONS} connections, {rounds} rounds of {} ms each in turn\n", SLICE.as_millis());
    head();
    for (work, pair) in WORK.iter().zip(rates.chunks(2)) {
        if let [bare, ours] = pair {
            row(work.name, bare, ours);
        }
    }
    println!();
    ended(WORK.iter().flat_map(|work| ["bare", work.name]), &sums)
}

/// How many rounds there were, the rates of each server in them, and what came of its rounds.
type Measured = (usize, Vec<Vec<f64>>, Vec<Round>);

/// Asks these servers in turn, each for the work of its number.
fn in_turn(all: &[(Server, usize)], seconds: u64) -> Result<Measured, Box<dyn Error>> {
    let rounds = (Duration::from_secs(seconds).as_millis() / (SLICE.as_millis() * all.len() as u128)).max(1) as usize;

    let clients = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let ask = |address: SocketAddr, work: usize| {
        let work = WORK.get(work).copied().ok_or("unknown work")?;
        Ok::<_, Box<dyn Error>>(clients.block_on(client::round(address, CONNECTIONS, SLICE, work)))
    };
    // The first time does not count: whatever is done but once.
    for (server, work) in all {
        ask(server.address, *work)?;
    }
    let mut sums: Vec<_> = all.iter().map(|_| Round::default()).collect();
    let mut rates = vec![Vec::new(); all.len()];
    for round in 0..rounds {
        for turn in 0..all.len() {
            let at = (round + turn) % all.len();
            let (Some((server, work)), Some(sum), Some(rates)) = (all.get(at), sums.get_mut(at), rates.get_mut(at))
            else {
                continue;
            };
            let found = ask(server.address, *work)?;
            rates.push(found.rate());
            sum.add(found);
        }
    }
    Ok((rounds, rates, sums))
}

fn head() {
    println!("| work | bare | ours | ours / bare | 10th to 90th percentile |\n|---|---|---|---|---|");
}

fn row(name: &str, bare: &[f64], ours: &[f64]) {
    let ratios: Vec<_> = ours.iter().zip(bare).map(|(ours, bare)| ours / bare).collect();
    let [low, middle, high] = [0.1, 0.5, 0.9].map(|at| quantile(&ratios, at));
    let (bare, ours) = (quantile(bare, 0.5), quantile(ours, 0.5));
    println!("| {name} | {bare:.0}/s | {ours:.0}/s | {middle:.2}x | {low:.2} to {high:.2} |");
}

/// Prints what came of each server, and whether all answers were right.
fn ended<'a>(names: impl Iterator<Item = &'a str>, sums: &[Round]) -> Result<(), Box<dyn Error>> {
    names.zip(sums).for_each(|(name, sum)| println!("{name}: {sum}"));
    let errors: u64 = sums.iter().map(Round::errors).sum();
    if errors == 0 { Ok(()) } else { Err(format!("{errors} errors").into()) }
}

/// The value below which this share of the values lies.
fn quantile(values: &[f64], at: f64) -> f64 {
    let mut values = values.to_vec();
    values.sort_unstable_by(f64::total_cmp);
    let last = values.len().saturating_sub(1);
    values.get((last as f64 * at).round() as usize).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &str) -> Result<Command, String> {
        Command::parse(arguments.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn every_argument_that_a_page_prints_is_taken() {
        let mut printed = 0;
        for page in ["docs/benchmarks.md", "docs/verification.md", "crates/emulator/README.md"] {
            let path = format!("{}/../../{page}", env!("CARGO_MANIFEST_DIR"));
            // The crate as a registry has it comes without the project around it.
            let Ok(text) = std::fs::read_to_string(path) else { return };
            for rest in text.split("--example load").skip(1) {
                let arguments = rest.split(['`', '\n']).next().unwrap().trim();
                let arguments = arguments.strip_prefix("-- ").unwrap_or(arguments);
                let is_measured = matches!(
                    parse(arguments),
                    Ok(Command::Measure(1.., None) | Command::Calls(1..) | Command::Instructions | Command::Memory)
                );
                assert!(is_measured, "{page}: `{arguments}`");
                printed += 1;
            }
        }
        assert!(printed >= 3, "{printed}");
        assert_eq!(parse("9 target/release/avmarks"), Ok(Command::Measure(9, Some("target/release/avmarks".into()))));
        assert_eq!(parse("bare 2"), Ok(Command::Bare(2)));
        for wrong in ["a", "1 a b", "bare", "bare 3", "bare 1 1", "calls", "calls x", "memory 1", "instructions 1"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn emulator_and_bare_server_answer() {
        let mut settings = Settings::default();
        settings.clock = Clock::standing_at(Timestamp::EPOCH);
        let emulator = Emulator::new(settings).unwrap();
        emulator.play(SEED).unwrap();
        let running = emulator.start(([127, 0, 0, 1], 0).into()).unwrap();
        let clients = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let ask = |address, work| clients.block_on(client::round(address, 3, Duration::ZERO, work));
        for work in WORK {
            let bare = bare::start(work.answer).unwrap();
            for address in [running.address(), bare] {
                let (right, wrong) = (ask(address, work), ask(address, Work { answer: "{}", ..work }));
                assert_eq!((right.errors(), wrong.errors()), (0, 3), "{}", work.name);
            }
        }
        running.stop().unwrap();
    }
}
