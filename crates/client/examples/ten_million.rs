//! Plans ten million accounts, and prints the memory that each takes beside the text of its name.
//!
//! ```console
//! $ cargo run --release -p avmarks-client --example ten_million
//! ```
//!
//! The names are made one by one, as from a stream. The memory is the most that the process held (`VmHWM`), where the system tells.

use std::error::Error;
use std::time::Instant;

use avmarks_client::{Plan, PlanSettings};

const ACCOUNTS: usize = 10_000_000;

fn main() -> Result<(), Box<dyn Error>> {
    let before = peak_bytes();
    let began = Instant::now();
    let mut text = 0;
    let wanted = (0..ACCOUNTS).map(|number| {
        let name = format!("student{number}");
        text += name.len();
        (name, [1_000, 1_001])
    });
    let plan = Plan::set_marks("@TGS#a6I4ZUUGO", wanted, &PlanSettings::default())?;
    let took = began.elapsed();
    let peak = peak_bytes().saturating_sub(before);
    println!("{} accounts with {text} bytes of names, planned in {took:.1?}", plan.len());
    println!(
        "peak memory {peak} bytes: {:.1} bytes an account beside its name",
        per_account(peak.saturating_sub(text))
    );
    Ok(())
}

fn per_account(bytes: usize) -> f64 {
    bytes as f64 / ACCOUNTS as f64
}

/// The most memory that the process has held so far; 0 where the system does not tell.
fn peak_bytes() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib: usize = line.and_then(|line| line.trim().trim_end_matches(" kB").trim().parse().ok()).unwrap_or_default();
    kib * 1_024
}
