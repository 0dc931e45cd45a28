#![no_std]
#![forbid(unsafe_code)]
//! rules
extern crate alloc;
mod policy;
mod refusal;
pub use policy::{PROFILES, Policy, Profile, UnknownReading};
pub use refusal::Refusal;
