//! Valid, nearly valid and hostile messages of the audio-video group marks API of Tencent Cloud Chat, for the fuzzers and
//! property tests of whoever reads or writes them.
//!
//! **In scope:** bodies of requests ([`request`]), answers ([`answer`]) and webhooks ([`webhook`]), each *valid*, *nearly* valid
//! with one fault that has a name, and *hostile*; and operations of a small world ([`operations`]). Each as bytes, and as a value
//! of `avmarks-protocol` where it is one.
//!
//! **Out of scope:** queries, signatures and HTTP; other policies than the default and other limits than the documented ones,
//! save in [`operations`]; a harness, a corpus, a source of randomness.
//!
//! **The contract:** the same bytes make the same value, whoever gives them; any bytes make one, and no bytes make the
//! simplest. Valid is valid by construction: `avmarks_service::preflight` finds nothing in it. Of what is nearly valid it
//! finds one violation, with the refusal and the place that are named; and without the fault it is valid. Nothing is promised
//! of what is hostile, save that it shows what was done to it. What bytes make may change with a minor version.
//!
//! **Features**, none of them on by default: with `arbitrary`, every generated type is `arbitrary::Arbitrary`, for cargo-fuzz and
//! its like; with `proptest`, it is `proptest::arbitrary::Arbitrary`, and the module `strategy` has more that shrinks.
//! Without either, [`Generate::from_bytes`] makes a value of the bytes of any other fuzzer. The repository's
//! `crates/generators/examples/fuzz_your_sdk.rs` finds the bugs of an SDK with both.
//!
//! ```
//! use avmarks_generators::{Generate, request::Nearly};
//! use avmarks_service::{preflight, rules::Policy, spec::Limits};
//!
//! let nearly = Nearly::from_bytes(b"bytes that a fuzzer made up");
//! println!("{}: {}", nearly.fault, nearly.body);
//!
//! let found = preflight(nearly.endpoint(), &nearly.body, &Policy::default(), &Limits::DOCUMENTED);
//! assert_eq!(found.len(), 1);
//! assert_eq!((found[0].reason, found[0].place), (nearly.fault.refusal(), Some(nearly.place)));
//!
//! let mended = &nearly.mended;
//! assert_eq!(preflight(nearly.endpoint(), &mended.body, &Policy::default(), &Limits::DOCUMENTED), []);
//! ```
#![forbid(unsafe_code)]

pub mod answer;
mod body;
mod choices;
#[cfg(feature = "arbitrary")]
mod fuzzed;
mod hostile;
mod json;
pub mod operations;
pub mod request;
#[cfg(feature = "proptest")]
mod shrink;
#[cfg(feature = "proptest")]
pub mod strategy;
pub mod webhook;
mod words;

pub use body::Body;
pub use choices::{Choices, Generate};
#[cfg(feature = "arbitrary")]
pub use fuzzed::arbitrary_value;
pub use hostile::Trick;
