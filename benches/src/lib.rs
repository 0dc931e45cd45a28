//! What the benchmarks share: the baseline, the members, the rounds, and how a row is printed.
//!
//! A figure counts as a ratio, from rounds that take turns in one process: the machine may be busy, and both sides feel it.

#![forbid(unsafe_code)]

pub mod naive;
pub mod rounds;
pub mod world;

/// Whether `--quick` was asked for: rooms a tenth as large and few rounds, to see that everything runs.
#[must_use]
pub fn is_quick() -> bool {
    std::env::args().any(|argument| argument == "--quick")
}
