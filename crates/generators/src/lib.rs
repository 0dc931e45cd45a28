//! Valid, invalid and hostile messages of the audio-video group marks API of Tencent Cloud Chat, for fuzzers and property tests of
//! programs that read or write them.
//!
//! **In scope:** bodies of requests ([`request`]), answers ([`answer`]) and webhooks ([`webhook`]), each [`Valid`], [`Invalid`] with
//! one named defect, or [`Hostile`]; and operations of a small world ([`operations`]). Each is given as bytes, and as a value of
//! `avmarks-protocol` if it has one.
//!
//! **Out of scope:** queries, signatures and HTTP; policies and limits other than the default ones, except in [`operations`]; a
//! harness, a corpus, a source of randomness.
//!
//! **The contract:** generation is deterministic: the same bytes give the same value. All bytes give a value, and no bytes give the
//! simplest. Valid messages are valid by construction: `avmarks_service::preflight` finds no violation. In an invalid message it finds
//! one violation, with its `refusal` and `path`, and none in the repaired message. A hostile message lists its
//! mutations; it may be valid or invalid. The values for given bytes may change with a minor version.
//!
//! **Features**, none of them on by default: with `arbitrary`, every generated type is `arbitrary::Arbitrary`, as cargo-fuzz needs it;
//! with `proptest`, it is `proptest::arbitrary::Arbitrary`, and the module `strategy` has more strategies that shrink. Without either,
//! [`Generate::from_bytes`] makes a value of the bytes of any other fuzzer. The example `crates/generators/examples/fuzz_your_sdk.rs` of
//! the repository finds the bugs of an SDK with both.
//!
//! ```
//! use avmarks_generators::{Generate, Invalid, request::Request};
//! use avmarks_service::{preflight, rules::Terms};
//!
//! let invalid = Invalid::<Request>::from_bytes(b"bytes that a fuzzer made up");
//! println!("{}: {}", invalid.defect, invalid.body);
//!
//! let found = preflight(invalid.context, &invalid.body, &Terms::default());
//! assert_eq!(found.len(), 1);
//! assert_eq!((found[0].refusal, found[0].path), (invalid.defect.refusal(), invalid.path));
//!
//! let repaired = &invalid.repaired;
//! assert_eq!(preflight(repaired.context, &repaired.body, &Terms::default()), []);
//! ```
#![forbid(unsafe_code)]

pub mod answer;
mod body;
mod choices;
mod defects;
#[cfg(feature = "arbitrary")]
mod fuzzed;
mod json;
mod level;
mod mutation;
pub mod operations;
pub mod request;
mod samples;
#[cfg(feature = "proptest")]
mod shrink;
#[cfg(feature = "proptest")]
pub mod strategy;
pub mod webhook;

pub use body::Body;
pub use choices::{Choices, Generate};
#[cfg(feature = "arbitrary")]
pub use fuzzed::arbitrary_value;
pub use level::{Hostile, Invalid, Message, Valid};
pub use mutation::Mutation;
