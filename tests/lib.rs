//! Suites that cross the crates, one folder each; and the examples of the README, run.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
