//! Conformance cases for SDKs, validators and emulators of the marks API of Tencent Cloud Chat, and the runner that scores them.
//!
//! **In scope:** the cases ([`cases()`], [`generated()`]), each with the clause or gap and the page that it is based on; a run of a
//! *harness* ([`run()`]), a small program around an SDK that reads questions and writes replies as lines of JSON; the score of each
//! category, with those of trivial harnesses for comparison ([`Report`]); JUnit XML ([`junit()`]); the list of known failures
//! ([`ExpectedFailures`]); and a run of the same cases against an emulator or mock ([`emulate()`]). `docs/conformance.md` of the project has the
//! protocol and the scores of published packages.
//!
//! **Out of scope:** the live service, to which nothing is sent; functions of an SDK beyond this API.
//!
//! **The contract:** ids of cases are stable and never reused; a changed expectation gets a new id. The expectation is never
//! sent to a harness: the listener of the runner receives the requests that an SDK makes. A harness that crashes, does not reply or replies
//! with invalid data fails only the current case.
//!
//! ```
//! use avmarks_conformance::{Category, Level, cases};
//!
//! let of_marks = cases().into_iter().filter(|case| case.id().starts_with("refuse/mark/"));
//! for case in of_marks.filter(|case| case.level() != Level::Gap) {
//!     assert_eq!(case.category(), Category::Refuse);
//!     println!("{}: {} ({})", case.id(), case.description(), case.url().unwrap());
//! }
//! ```
#![forbid(unsafe_code)]

mod authority;
mod case;
mod cases;
mod command_line;
mod emulate;
mod error;
mod expected;
mod generated;
mod harness;
mod http;
mod judge;
mod junit;
mod line;
mod listener;
mod null;
mod reply;
mod report;
mod run;
mod shrink;
mod test_app;
mod verb;
mod verdict;

#[cfg(test)]
mod tests;

pub use case::{Case, Category, Level};
pub use cases::{CASES_VERSION, cases};
pub use emulate::{EmulateError, EmulateSettings, emulate};
pub use error::RunError;
pub use expected::{Difference, ExpectedFailures};
pub use generated::generated;
pub use harness::{HarnessFailure, Sdk, StartError, Timeouts};
pub use junit::junit;
pub use line::lines;
pub use report::{CaseReport, Count, MinimalCase, Report, Score, State};
pub use run::{RESTARTS_MAX, RunSettings, SHRINK_QUESTIONS_MAX, run};
