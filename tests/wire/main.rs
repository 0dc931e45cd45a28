//! The wire format: round trips, and what is read but not written.

mod answers;
mod signatures;
mod webhooks;
