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

#![allow(clippy::unwrap_used, reason = "a measurement may end where it cannot be made")]

mod bare;
mod client;
mod servers;

use std::error::Error;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use client::Round;
use servers::{Folder, Server};

const CONNECTIONS: usize = 32;
const SLICE: Duration = Duration::from_millis(200);

const SEED: &str = "{\"at\":0,\"do\":\"create_group\",\"group\":\"live\"}\n{\"at\":0,\"do\":\"join\",\"group\":\"live\",\"accounts\":[\"teacher10\",\"student9\"]}\n";
const BODY: &str = r#"{"GroupId":"live","CommandType":1,"MemberList":[{"Member_Account":"teacher10","Marks":[1000]},{"Member_Account":"student9","Marks":[1001]}]}"#;
const ANSWER: &str = r#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","CommandType":1,"MemberList":[{"Member_Account":"teacher10","Marks":[1000]},{"Member_Account":"student9","Marks":[1001]}]}"#;

/// The rows: what each shows, whether there is a log, and whether there is a folder that keeps the state.
const ROWS: [(&str, bool, bool); 4] = [
    ("without log", false, false),
    ("with the default log", true, false),
    ("with `--data`, without log", false, true),
    ("with `--data` and the default log", true, true),
];

/// What is asked for.
#[derive(Debug, PartialEq)]
enum Asked {
    /// Be the bare server.
    Bare,
    /// Measure for so many seconds, this binary or one that is built.
    Measure(u64, Option<PathBuf>),
}

impl Asked {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let asked = match arguments.next().as_deref() {
            Some("bare") => Self::Bare,
            seconds => match seconds.unwrap_or("60").parse() {
                Ok(seconds) => Self::Measure(seconds, arguments.next().map(PathBuf::from)),
                Err(_) => return Err("the first argument is a number of seconds".to_owned()),
            },
        };
        arguments.next().map_or(Ok(asked), |more| Err(format!("`{more}` is one argument too many")))
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    match Asked::parse(std::env::args().skip(1))? {
        Asked::Bare => bare::run(ANSWER).map_err(Into::into),
        Asked::Measure(seconds, binary) => measure(seconds, binary),
    }
}

fn measure(seconds: u64, binary: Option<PathBuf>) -> Result<(), Box<dyn Error>> {
    let binary = binary.map_or_else(servers::build, Ok)?;
    let folder = Folder::new(SEED)?;
    let mut all = vec![Server::bare()?];
    for (number, (_, has_log, has_data)) in ROWS.into_iter().enumerate() {
        all.push(Server::avmarks(&binary, &folder, number, has_log, has_data)?);
    }
    let rounds = (Duration::from_secs(seconds).as_millis() / (SLICE.as_millis() * all.len() as u128)).max(1) as usize;

    let clients = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let ask = |address: SocketAddr| clients.block_on(client::round(address, CONNECTIONS, SLICE, BODY, ANSWER));
    // The first time does not count: whatever is done but once.
    all.iter().for_each(|server| drop(ask(server.address)));
    let mut sums: Vec<_> = all.iter().map(|_| Round::default()).collect();
    let mut rates = vec![Vec::new(); all.len()];
    for round in 0..rounds {
        for turn in 0..all.len() {
            let at = (round + turn) % all.len();
            let (Some(server), Some(sum), Some(rates)) = (all.get(at), sums.get_mut(at), rates.get_mut(at)) else {
                continue;
            };
            let found = ask(server.address);
            rates.push(found.rate());
            sum.add(found);
        }
    }
    let (bare, ours) = rates.split_first().ok_or("nothing was measured")?;
    println!(
        "{CONNECTIONS} connections, calls of two accounts, {rounds} rounds of {} ms each in turn\n",
        SLICE.as_millis()
    );
    println!("| work | bare | ours | ours / bare | 10th to 90th percentile |\n|---|---|---|---|---|");
    for ((name, ..), ours) in ROWS.iter().zip(ours) {
        let ratios: Vec<_> = ours.iter().zip(bare).map(|(ours, bare)| ours / bare).collect();
        let [low, middle, high] = [0.1, 0.5, 0.9].map(|at| quantile(&ratios, at));
        let (bare, ours) = (quantile(bare, 0.5), quantile(ours, 0.5));
        println!("| 2 accounts, {name} | {bare:.0}/s | {ours:.0}/s | {middle:.2}x | {low:.2} to {high:.2} |");
    }
    println!();
    for (name, sum) in ["bare"].into_iter().chain(ROWS.map(|(name, ..)| name)).zip(&sums) {
        println!("{name}: {sum}");
    }
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

    fn parse(arguments: &str) -> Result<Asked, String> {
        Asked::parse(arguments.split_whitespace().map(str::to_owned))
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
                assert!(matches!(parse(arguments), Ok(Asked::Measure(1.., None))), "{page}: `{arguments}`");
                printed += 1;
            }
        }
        assert!(printed >= 3, "{printed}");
        assert_eq!(parse("9 target/release/avmarks"), Ok(Asked::Measure(9, Some("target/release/avmarks".into()))));
        assert_eq!(parse("bare"), Ok(Asked::Bare));
        assert!(parse("a").is_err() && parse("1 a b").is_err() && parse("bare 1").is_err());
    }

    #[test]
    fn an_emulator_and_the_bare_server_give_the_answer_that_counts() {
        let emulator = avmarks_emulator::Emulator::new(avmarks_emulator::Settings::default()).unwrap();
        emulator.play(SEED).unwrap();
        let running = emulator.start(([127, 0, 0, 1], 0).into()).unwrap();
        let bare = bare::start(ANSWER).unwrap();
        let clients = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let ask = |address, expected| clients.block_on(client::round(address, 3, Duration::ZERO, BODY, expected));
        for address in [running.address(), bare] {
            let (right, wrong) = (ask(address, ANSWER), ask(address, "{}"));
            assert_eq!((right.errors(), wrong.errors()), (0, 3));
        }
        running.stop().unwrap();
    }
}
