//! The rules of marks in audio-video groups as a pure state machine.
//!
//! **In scope:** the state of one group ([`Room`]) after each input, and the decision about each call. This includes presence, marks,
//! limits, the end of mark 500 (a *pin*), the online list, and the chosen reading of each gap of the documents ([`Policy`]).
//!
//! **Out of scope:** bytes (`avmarks-protocol`), an app with many groups (`avmarks-service`), sockets, clocks, randomness.
//!
//! **The contract:** [`Room::decide`] changes nothing. A call changes a room only when [`Room::apply`] applies the transition of its
//! decision. Time is an argument: a pin that ends at or before that time counts as ended, whether or not [`Room::tick`] was called. A
//! refused call changes nothing; only time passes. A decision takes O(accounts in the call + pins that have ended since the last change),
//! independent of the size of the group.
//!
//! **Where to start:** `decide.rs` has every rule by which the state of a group can refuse a call, and `room/apply.rs` every change of a room.
//! `marks.rs`, `order.rs`, `pins.rs`, `records.rs`, `roster.rs`, `segment.rs` and `table.rs` below `room/` only store data.
//!
//! ```
//! use avmarks_rules::{Entry, MarkCall, Operator, Presence, Room, Terms};
//! use avmarks_spec::{GroupType, Mark, Timestamp, UserId};
//!
//! let terms = Terms::default();
//! let teacher = UserId::parse("teacher10").unwrap();
//! let mut room = Room::new(GroupType::AvChatRoom, None);
//! room.apply_presence(Presence::Join, &[teacher], Timestamp::from_millis(0));
//!
//! let entries = vec![Entry { account: teacher, marks: vec![Mark::new(1000).unwrap()].into() }];
//! let call = MarkCall::set(Operator::Admin, entries);
//! let decision = room.decide(&call, &terms, Timestamp::from_millis(5));
//! assert!(decision.is_served());
//! assert_eq!(room.member(&teacher, Timestamp::from_millis(5)).unwrap().marks.len(), 0);
//!
//! room.apply(decision.transition())?;
//! assert_eq!(room.member(&teacher, Timestamp::from_millis(5)).unwrap().marks.len(), 1);
//! # Ok::<(), avmarks_rules::StaleTransitionError>(())
//! ```
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod call;
mod decide;
mod decision;
mod event;
mod input;
mod mark_list;
mod policy;
#[cfg(test)]
mod random;
mod refusal;
mod room;
mod scratch;
mod tally;
mod terms;

pub use call::MarkCall;
pub use decision::{Decision, Omission, Reason, Refused};
pub use event::{Cause, Event};
pub use input::{Command, Entry, Operator, Presence};
pub use mark_list::MarkList;
pub use policy::{PROFILES, Policy, Profile, UnknownReadingError};
pub use refusal::Refusal;
pub use room::{MemberState, RestoreError, Room, StaleTransitionError, Transition, set_hash_seed};
pub use terms::Terms;

/// Items for the other crates of this project. Semantic versioning does not cover them.
#[doc(hidden)]
pub mod internal {
    pub use crate::decide::{admin_refusals, mark_refusals, read_refusals};
    pub use crate::input::ReadCall;
    pub use crate::room::{Cursor, Filter, Listed, Page, page};
    pub use crate::scratch::Scratch;
}
