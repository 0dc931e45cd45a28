//! Random runs through all machines for a while: `cargo run --release -p avmarks-testkit --example differ -- SECONDS [SEED]`.
//!
//! Prints how many operations were compared. A disagreement ends it with the scenario that shows it, and the seed.

use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use avmarks_generators::operations::small_limits;
use avmarks_generators::strategy::steps;
use avmarks_testkit::differ::{Calls, Tally, differ};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

const STEPS_MAX: usize = 100;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<u64>());
    let (Some(Ok(seconds)), seed) = (arguments.next(), arguments.next()) else {
        eprintln!("error: how many seconds? `differ -- SECONDS [SEED]`");
        return ExitCode::from(2);
    };
    let Some(seed) = seed.unwrap_or(Ok(1)).ok() else {
        eprintln!("error: the seed must be a whole number");
        return ExitCode::from(2);
    };
    let end = Instant::now() + Duration::from_secs(seconds);
    let threads = thread::available_parallelism().map_or(1, |count| count.get() as u64);
    let workers: Vec<_> = (0..threads).map(|worker| thread::spawn(move || run(seed + worker, end))).collect();
    let mut total = Tally::default();
    for worker in workers {
        match worker.join() {
            Ok(Ok(tally)) => total.add(&tally),
            Ok(Err(error)) => {
                eprintln!("{error}");
                return ExitCode::FAILURE;
            }
            Err(_) => return ExitCode::FAILURE,
        }
    }
    println!(
        "seeds {seed} to {}: {} operations, {} of them calls, {} % refused; {} marks left out, {} pins ended; {} robots came, {} \
         joined, {} ended; {} changes of administrators; no disagreement",
        seed + threads - 1,
        total.steps,
        total.calls,
        total.refusals * 100 / total.calls.max(1),
        total.omissions,
        total.expired,
        total.robots.came,
        total.robots.joined,
        total.robots.ended,
        total.admin_changes,
    );
    let calls = total.endpoints.iter().map(|(endpoint, Calls { served, refused })| {
        format!("{} {served} served and {refused} refused", endpoint.command())
    });
    println!("calls: {}", calls.collect::<Vec<_>>().join("; "));
    ExitCode::SUCCESS
}

fn run(seed: u64, end: Instant) -> Result<Tally, String> {
    let mut bytes = [0; 32];
    bytes.iter_mut().zip(seed.to_le_bytes()).for_each(|(byte, of_seed)| *byte = of_seed);
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let strategy = steps(STEPS_MAX);
    let mut total = Tally::default();
    let mut restore_at = 0;
    while Instant::now() < end {
        let steps = strategy.new_tree(&mut runner).map_err(|error| error.to_string())?.current();
        restore_at = (restore_at + 7) % STEPS_MAX;
        total.add(&differ(&steps, small_limits(), restore_at).map_err(|error| format!("seed {seed}: {error}"))?);
    }
    Ok(total)
}
