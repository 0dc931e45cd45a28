//! What the benchmarks share: the arguments, the baseline, the members, the rounds, and how a row is printed.
//!
//! A figure counts as a ratio, from rounds that take turns in one process: the machine may be busy, and both sides feel it.

#![forbid(unsafe_code)]

pub mod arguments;
pub mod naive;
pub mod plot;
pub mod rounds;
pub mod world;

use arguments::Arguments;

/// The arguments of a benchmark that makes these parts; nothing if none of them is asked for, which it says in one line.
/// Where the arguments are wrong, it says so and ends the process.
#[must_use]
pub fn asked(parts: &[&str]) -> Option<Arguments> {
    let arguments = Arguments::of_process().unwrap_or_else(|error| {
        eprintln!("error: {error}");
        std::process::exit(2)
    });
    let wanted = parts.iter().any(|part| arguments.wants(part));
    if !wanted {
        println!("not asked for: {}", parts.join(", "));
    }
    wanted.then_some(arguments)
}
