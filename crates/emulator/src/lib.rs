//! An emulator of the marks API for audio-video groups (Tencent Cloud Chat): HTTP, HTTPS and a proxy on one port, for tests of unmodified
//! SDKs.
//!
//! **In scope:** `avmarks-service` behind a socket ([`Emulator::start`], [`serve()`]); a certificate authority of its own
//! ([`Authority`]); the clock, which can be set and advanced ([`Clock`]); calls about accounts, groups, members and messages
//! (`docs/calls.md`), and stubs for others ([`Settings::stubs`]); a control API under `/_avmarks/`; webhooks
//! ([`WebhookSettings`]); a state that survives a restart ([`Settings::data`]).
//!
//! **Out of scope:** the rules of calls about marks, robots, administrators and presence, which `avmarks-service` has;
//! all other calls of the vendor, which are answered 60009; delivery of messages; forwarding of requests.
//!
//! **The contract:** every request is answered, or its connection closed. It listens only on addresses that the caller has bound.
//! No key and no signature is in any log or answer. Dropping [`Running`] stops the emulator.
//!
//! ```
//! use std::io::{Read, Write};
//! use avmarks_emulator::{Emulator, Settings};
//!
//! let running = Emulator::new(Settings::default())?.start("127.0.0.1:0".parse()?)?;
//!
//! let mut stream = std::net::TcpStream::connect(running.address())?;
//! stream.write_all(b"GET /_avmarks/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
//! let mut answer = String::new();
//! stream.read_to_string(&mut answer)?;
//! assert!(answer.starts_with("HTTP/1.1 200 OK"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]

mod api;
mod authority;
mod authorized_call;
mod bounded_log;
mod budget;
mod calls;
mod capacity;
mod clock;
mod connection;
mod control;
mod emulator;
mod faults;
mod host;
mod http;
mod journal;
mod log;
mod peer;
mod remarks;
mod serve;
mod settings;
mod shared;
mod state;
mod stubs;
mod token;
mod webhooks;
mod world;

/// The crates that this one speaks in, so that a user needs no line for each.
pub use {avmarks_protocol as protocol, avmarks_rules as rules, avmarks_service as service, avmarks_spec as spec};

pub use authority::{Authority, AuthorityError};
pub use clock::Clock;
pub use emulator::{Emulator, Running, SeedError, SetupError, serve};
pub use journal::DataError;
pub use settings::{Settings, SettingsError};
pub use token::{ControlToken, ControlTokenError};
pub use webhooks::{WebhookEvent, WebhookSettings, WebhookSettingsError};

/// The examples of the README are run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
