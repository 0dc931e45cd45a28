//! What the benchmarks share: the baseline, the members, the rounds, and how a row is printed.
//!
//! A figure counts as a ratio, from rounds that take turns in one process: the machine may be busy, and both sides feel it.

#![forbid(unsafe_code)]

pub mod naive;
pub mod plot;
pub mod rounds;
pub mod world;

/// Whether `--quick` was asked for: rooms a tenth as large and few rounds, to see that everything runs.
#[must_use]
pub fn is_quick() -> bool {
    std::env::args().any(|argument| argument == "--quick")
}

/// Whether this part of the table is to be made: `--only PART` names one.
#[must_use]
pub fn is_wanted(part: &str) -> bool {
    let mut arguments = std::env::args().skip_while(|argument| argument != "--only").skip(1);
    arguments.next().is_none_or(|wanted| wanted == part)
}
