//! The wire format: exact bytes for reviewers, round trips, and what is read but not written.

mod answers;
mod signatures;
mod snapshots;
mod webhooks;
