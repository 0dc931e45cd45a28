//! The stored state of the mark keeper, which its nodes share.
//!
//! **In scope:** wanted marks and their limits, webhooks that were accepted and are not settled, deadlines,
//! nodes and leases, and the rate that all nodes of an app share exactly ([`Store`]); in memory ([`MemoryStore`]), in
//! one file of SQLite, and in PostgreSQL (`PostgresStore`); the duties of a node, as a state machine without I/O ([`Node`]).
//!
//! **Out of scope:** the meaning of webhooks, the choice of calls, HTTP.
//!
//! **The contract:** the effect of a method that returned is stored, as long as the database keeps its commits. Every method may be repeated. The limits
//! of marks are exact. No error text contains a password.
//!
//! # Features
//!
//! `postgres` (default): the store that several machines share. Without it neither the client of PostgreSQL nor an asynchronous runtime is built.
#![forbid(unsafe_code)]

mod coordination;
mod error;
mod filter;
mod group;
mod memory;
mod node;
#[cfg(feature = "postgres")]
mod postgres;
mod rows;
mod sqlite;
mod store;
pub mod timing;
mod types;

pub use error::StoreError;
pub use filter::WantFilter;
pub use memory::{Clock, MemoryStore};
pub use node::{Attempt, Node, Step, StepAnswer, TrustClock};
#[cfg(feature = "postgres")]
pub use postgres::{PostgresListener, PostgresStore};
pub use sqlite::SqliteStore;
pub use store::Store;
pub use types::{
    Admission, Batch, BatchId, Deleted, Due, Epoch, Event, Group, Holders, Lease, NewDue, NewWant, NodeId,
    PresenceChange, Put, Settlement, Slot, Status, Version, Want, WantError,
};

/// The example of the README is compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
