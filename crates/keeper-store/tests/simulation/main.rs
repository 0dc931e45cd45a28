//! Nodes, a store and the vendor in one thread, with a clock and an order of events that a seed decides: crashes, pauses, lost requests and
//! answers between any two steps. The nodes run the code of `Node` over a `MemoryStore`; a seed is all that a failure needs.
//!
//! `AVMARKS_SEED=N` runs one seed, `.ci/simulate` as many as fit into a time.
#![cfg(test)]

mod random;
mod world;

use std::time::{Duration, Instant};

use world::{Figures, Settings, World};

/// Runs some seeds, and adds up what they counted. Gives their number too.
fn run(settings: Settings) -> (u64, Figures) {
    let (mut count, mut all) = (0, Figures::default());
    for seed in seeds() {
        all.add(&simulated(settings, seed));
        count += 1;
    }
    (count, all)
}

fn simulated(settings: Settings, seed: u64) -> Figures {
    let outcome = World::new(settings, seed).run();
    outcome.unwrap_or_else(|problem| {
        panic!("{problem}\nagain: AVMARKS_SEED={seed} cargo test -p avmarks-keeper-store --test simulation")
    })
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name}: expected a number")))
}

/// The seeds of a test: the one asked for, or as many as fit into a time, or else a few hundred.
fn seeds() -> Box<dyn Iterator<Item = u64>> {
    if let Some(seed) = number("AVMARKS_SEED") {
        return Box::new([seed].into_iter());
    }
    match number("AVMARKS_SIMULATE_SECONDS") {
        Some(seconds) => {
            let end = Instant::now() + Duration::from_secs(seconds);
            Box::new((number("AVMARKS_FIRST_SEED").unwrap_or(300)..).take_while(move |_| Instant::now() < end))
        }
        None => Box::new(0..300),
    }
}

#[test]
fn nothing_overlaps_where_check_and_write_are_one() {
    let (count, figures) = run(Settings { one_step: true, fenced: true });
    println!("{count} seeds, check and write in one step: {figures}");
    assert_eq!(figures.late, 0);
    assert!(count < 300 || figures.hand_overs > count, "{figures}");
}

#[test]
fn late_calls_are_at_most_those_in_flight() {
    let (count, figures) = run(Settings { one_step: false, fenced: true });
    println!("{count} seeds, check and write apart: {figures}");
    assert!(count < 300 || figures.late > 0, "no run stopped a node between check and write: {figures}");
}

/// The simulation sees what it is there for: without the check of the lease, calls overlap.
#[test]
fn a_store_without_the_check_is_found() {
    let found = (0..100).any(|seed| World::new(Settings { one_step: true, fenced: false }, seed).run().is_err());
    assert!(found);
}

#[test]
fn a_seed_gives_the_same_run_again() {
    let run = || simulated(Settings { one_step: false, fenced: true }, 7).to_string();
    assert_eq!(run(), run());
}
