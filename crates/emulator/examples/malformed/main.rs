//! Sends malformed requests to an emulator, and says what became of them and of its memory.
//!
//! ```console
//! $ cargo run --release -p avmarks-emulator --example malformed -- 100000 1
//! ```
//!
//! The arguments are how many, and the seed. It fails if one is neither answered nor closed, where a thread panics, and
//! where the memory in use grows by more than 32 MiB behind the first tenth.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

mod storm;

use std::error::Error;

use avmarks_emulator::{Emulator, Settings};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let count: u64 = arguments.next().as_deref().unwrap_or("100000").parse()?;
    let seed: u64 = arguments.next().as_deref().unwrap_or("1").parse()?;
    let mut settings = Settings::default();
    // The rate would spare it most of the bodies.
    settings.app.terms.limits.calls_per_window_max = 1_000_000;
    let running = Emulator::new(settings)?.start(([127, 0, 0, 1], 0).into())?;
    let mut storm = storm::Storm::new(seed);
    let (mut answered, mut closed, mut warm) = (0, 0, None);
    for tenth in 1..=10 {
        let told = storm.blow(running.address(), count / 10);
        answered += told.answered;
        closed += told.closed;
        let resident = resident_kib();
        println!("{:>7} sent, {answered} answered, {closed} closed, VmRSS {resident} KiB", answered + closed);
        let grown = resident.saturating_sub(*warm.get_or_insert(resident));
        assert!(grown < 32 * 1_024, "memory has grown by {grown} KiB since the first tenth ({tenth})");
    }
    assert_eq!(storm::panics(), 0, "threads panicked");
    running.stop()?;
    println!("no crash, no hang");
    Ok(())
}

/// The memory of this process that is in use; 0 where the system does not say.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}
