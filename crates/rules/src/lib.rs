//! The rules of marks in audio-video groups as a pure state machine.
//!
//! **In scope:** the state of a group after each input, and the decision about each call: presence, marks, limits, pins that expire, the
//! online list; and the chosen reading of each gap of the documents ([`Policy`]).
//!
//! **Out of scope:** bytes (`avmarks-protocol`), an app with many groups (`avmarks-service`), sockets, clocks, randomness.
//!
//! **The contract:** [`Room::decide`] changes nothing; [`Room::apply`] applies the transition of its decision, and nothing else changes a
//! room by a call. Time is an argument: a pin that has ended by then counts as ended, whether or not [`Room::tick`] was called. A refused
//! call changes nothing; only time passes. A decision costs O(accounts in the call), independent of the size of the group.
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

mod command;
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

pub use command::MarkCall;
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
    pub use crate::decide::{admin_refusals, mark_refusals, question_refusals};
    pub use crate::input::Question;
    pub use crate::room::{Cursor, Filter, Listed, Page, page};
    pub use crate::scratch::Scratch;
}
