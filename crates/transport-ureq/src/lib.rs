//! Calls the marks API of Tencent Cloud Chat over [ureq](https://docs.rs/ureq): drives `avmarks-client`.
#![forbid(unsafe_code)]

mod builder;
mod client;
mod clock;
mod drive;
mod exchange;
mod online;
#[cfg(feature = "rustls")]
mod roots;

pub use builder::{BuildFault, ClientBuilder, Timeouts};
pub use client::{Client, MarksFault};
pub use online::{CountFault, ListFault, OnlineMembers};
