//! The rules of marks in audio-video groups as a pure state machine.
//!
//! **In scope:** what a group looks like after each input, and what the service would answer: presence, marks, limits,
//! pins that expire, the online list, the rate of calls; and how each gap of the documents is read ([`Policy`]).
//!
//! **Out of scope:** bytes (`avmarks-protocol`), an app with many groups (`avmarks-service`), sockets, clocks, randomness.
//!
//! **The contract:** [`decide()`] looks and changes nothing; what it promises happens when its events are handed to
//! [`Room::apply`], and in no other way. Time is an argument: a pin that has ended by then is seen as ended, whether or
//! not [`Room::tick`] was called. A refused call changes nothing but what time itself does. The cost of a decision grows
//! with the accounts that the call names, never with the room.
//!
//! ```
//! use avmarks_rules::{Entry, MarkCall, Operator, Presence, Room, Terms, Verdict, decide};
//! use avmarks_spec::{GroupType, Mark, Timestamp, UserId};
//!
//! let terms = Terms::default();
//! let teacher = UserId::parse("teacher10").unwrap();
//! let mut room = Room::new(GroupType::AvChatRoom, None);
//! room.observe(Presence::Join, teacher, Timestamp::from_millis(0));
//!
//! let entries = vec![Entry { account: teacher, marks: vec![Mark::new(1000).unwrap()].into() }];
//! let call = MarkCall::set(Operator::Admin, entries.clone());
//! let decision = decide(Some(&room), &terms, &call, Timestamp::from_millis(5));
//! assert_eq!(decision.verdict, Verdict::Accepted(entries));
//!
//! for event in &decision.events {
//!     room.apply(event);
//! }
//! assert_eq!(room.member(&teacher, Timestamp::from_millis(5)).unwrap().marks.len(), 1);
//! ```
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod apply;
mod command;
mod decide;
mod decision;
mod event;
mod list;
mod marks;
mod order;
mod pins;
mod policy;
mod presence;
mod quota;
#[cfg(test)]
mod random;
mod records;
mod refusal;
mod room;
mod roster;
mod table;

pub use apply::{MemberState, RestoreFault};
pub use command::{CommandKind, Entry, MarkCall, MarkList, Operator, Presence, Terms};
pub use decide::{decide, gate_refusals, pull_refusals, refusals};
pub use decision::{Basis, Decision, Omission, Refused, Verdict};
pub use event::{Cause, Event};
pub use list::{Cursor, Filter, Listed, Page, page};
pub use policy::{PROFILES, Policy, Profile, UnknownReading};
pub use quota::Quota;
pub use refusal::{Precedence, Refusal};
pub use room::{MemberView, Room};
