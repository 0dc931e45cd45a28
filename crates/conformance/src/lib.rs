//! Conformance cases for whatever speaks the marks API of Tencent Cloud Chat, and the runner that scores it.
//!
//! **In scope:** the cases ([`cases()`], [`generated()`]), each with the clause or gap and the page that it rests on; a run of a
//! *harness* ([`run()`]), a small program around an SDK that reads questions and writes replies as lines of JSON; the score of each
//! category beside that of harnesses that know nothing ([`Report`]); JUnit XML ([`junit()`]); the list of known failures
//! ([`ExpectedFailures`]); and an emulator or mock held to the same cases ([`emulate()`]). `docs/conformance.md` of the project has the
//! protocol and the scores of published packages.
//!
//! **Out of scope:** the live service, which is never asked; what an SDK does beyond this API.
//!
//! **The contract:** ids of cases are stable and never used again; a changed expectation is a new id. What is expected is never
//! sent to a harness: the runner's own listener sees the requests that an SDK makes. A harness that crashes, is silent or talks
//! nonsense fails the case that was asked, and no other.
//!
//! ```
//! use avmarks_conformance::{Category, Level, cases};
//!
//! let of_marks = cases().into_iter().filter(|case| case.id().starts_with("refuse/mark/"));
//! for case in of_marks.filter(|case| case.level() != Level::Gap) {
//!     assert_eq!(case.category(), Category::Refuse);
//!     println!("{}: {} ({})", case.id(), case.description(), case.basis().url().unwrap());
//! }
//! ```
#![forbid(unsafe_code)]

mod authority;
mod case;
mod cases;
mod emulate;
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
mod setting;
mod shrink;
mod verb;
mod verdict;
mod words;

#[cfg(test)]
mod tests;

pub use authority::AuthorityError;
pub use case::{Basis, Case, Category, Level};
pub use cases::{CASES_VERSION, cases};
pub use emulate::{EmulateError, EmulateSettings, emulate};
pub use expected::{Difference, ExpectedError, ExpectedFailures};
pub use generated::generated;
pub use harness::{HarnessFailure, Sdk, StartError, Timeouts};
pub use junit::junit;
pub use line::lines;
pub use report::{CaseReport, Count, MinimalCase, Report, Score, State};
pub use run::{RESTARTS_MAX, RunError, RunSettings, SHRINK_QUESTIONS_MAX, run};
pub use setting::SettingError;
pub use words::CommandError;
