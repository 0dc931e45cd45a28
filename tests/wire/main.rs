//! The wire format: round trips, and what is read but not written.

mod allocations;
mod answers;
mod readers;
mod requests;
mod signatures;
mod webhooks;
