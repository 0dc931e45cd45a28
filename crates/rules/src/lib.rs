//! The rules of marks in audio-video groups as a pure state machine.
//!
//! **In scope:** what a group looks like after each input, and what the service would answer: presence, marks, limits,
//! pins that expire, the online list, the rate of calls; and how each gap of the documents is read ([`Policy`]).
//!
//! **Out of scope:** bytes (`avmarks-protocol`), an app with many groups (`avmarks-service`), sockets, clocks, randomness.
//!
//! **The contract:** [`Room::decide`] looks and changes nothing; what it promises happens when its transition is handed to
//! [`Room::apply`], and in no other way. Time is an argument: a pin that has ended by then is seen as ended, whether or
//! not [`Room::tick`] was called. A refused call changes nothing but what time itself does. The cost of a decision grows
//! with the accounts that the call names, never with the room.
//!
//! ```
//! use avmarks_rules::{Entry, MarkCall, Operator, Presence, Room, Terms, Verdict};
//! use avmarks_spec::{GroupType, Mark, Timestamp, UserId};
//!
//! let terms = Terms::default();
//! let teacher = UserId::parse("teacher10").unwrap();
//! let mut room = Room::new(GroupType::AvChatRoom, None);
//! room.observe(Presence::Join, &[teacher], Timestamp::from_millis(0));
//!
//! let entries = vec![Entry { account: teacher, marks: vec![Mark::new(1000).unwrap()].into() }];
//! let call = MarkCall::set(Operator::Admin, entries);
//! let decision = room.decide(&call, &terms, Timestamp::from_millis(5));
//! assert_eq!(decision.verdict, Verdict::Accepted);
//! assert_eq!(room.member(&teacher, Timestamp::from_millis(5)).unwrap().marks.len(), 0);
//!
//! room.apply(decision.transition())?;
//! assert_eq!(room.member(&teacher, Timestamp::from_millis(5)).unwrap().marks.len(), 1);
//! # Ok::<(), avmarks_rules::StaleTransition>(())
//! ```
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod command;
mod decide;
mod decision;
mod event;
mod policy;
mod presence;
#[cfg(test)]
mod random;
mod refusal;
mod room;
mod scratch;
mod tally;

pub use command::{AdminCall, CommandKind, Entry, MarkCall, MarkList, Operator, Presence, Question, Terms};
pub use decide::{admin_refusals, gate_refusals, question_refusals};
pub use decision::{Decision, Omission, Reason, Refused, ServedMarks, Verdict};
pub use event::{Cause, Event};
pub use policy::{PROFILES, Policy, Profile, UnknownReading};
pub use refusal::{Precedence, Refusal};
pub use room::{
    Cursor, Filter, Listed, MemberState, MemberView, Page, RestoreError, Room, StaleTransition, Transition, page,
};
pub use scratch::Scratch;
