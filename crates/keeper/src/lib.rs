//! Keeps the marks of audio-video groups (Tencent Cloud Chat) set, sans-I/O: wanted marks, webhooks, results of calls and the time go in;
//! calls, deadlines, events and records to store come out.
//!
//! The service clears the marks of a member that leaves or goes offline (`CLEAR-LEAVE`, `CLEAR-OFFLINE`), and ends mark 500 after three
//! days (`PIN-500`). The vendor advises to set the marks again after the webhook that reports the return of the member. [`Keeper`] does that.
//!
//! **In scope:** the marks that each account should have ([`Want`]), within the documented limits; webhooks as `avmarks-protocol` parses
//! them, duplicated, late, out of order or lost; calls of at most 500 accounts, gathered for at most 200 ms; retries; mark 500,
//! which is set only on an account that was just online, and renewed before its end; robots, which need not join; sweeps, which
//! compare the lists of the service with the wants.
//!
//! **Out of scope:** sockets, clocks, files and threads; signatures, the rate limit and the attempts of one call,
//! which `avmarks-client` has; the coordination of several nodes (`avmarks-keeper-store`).
//!
//! **The contract:** level-triggered: an account is due if it has a want and a sign of life arrived; a second sign before its call
//! is sent changes nothing. An account is in one call at a time, so its marks are set and deleted in order. No input causes a
//! panic. A [`Record`] has the state that must survive a crash; after a restart, [`Keeper::load`] and [`Keeper::resync`] lead to the same marks.
//!
//! ```
//! use avmarks_keeper::{CallResult, Keeper, Settings, Step, Want};
//! use avmarks_protocol::modify_user_info::{Answer, Served};
//! use avmarks_protocol::webhook::Webhook;
//! use avmarks_spec::{GroupId, Mark, Timestamp, UserId};
//!
//! let mut keeper = Keeper::new(Settings::default());
//! let at = |millis: u64| Timestamp::from_millis(1_795_412_030_000 + millis);
//! let (group, teacher) = (GroupId::parse("@TGS#a6I4ZUUGO")?, UserId::parse("teacher10")?);
//! keeper.want(at(0), group, teacher, Want::marks([Mark::new(1_000)?])?)?;
//!
//! // A want is due at once, in case the account is online already. It is not.
//! assert_eq!(keeper.poll(at(0)), Step::WaitUntil(at(200)));
//! let Step::Call(call) = keeper.poll(at(200)) else { panic!() };
//! keeper.on_result(call.id, at(210), CallResult::Answered(&Answer::served(1, vec![]).to_json()));
//!
//! let online = br#"{"CallbackCommand":"Group.CallbackOnMemberStateChange","GroupId":"@TGS#a6I4ZUUGO",
//!                   "EventType":"Online","MemberList":[{"Member_Account":"teacher10"}]}"#;
//! keeper.on_webhook(at(5_000), &Webhook::parse(online)?);
//! let Step::Call(call) = keeper.poll(at(5_200)) else { panic!() };
//! assert_eq!(
//!     String::from_utf8_lossy(&call.request.body),
//!     r#"{"GroupId":"@TGS#a6I4ZUUGO","CommandType":1,"MemberList":[{"Member_Account":"teacher10","Marks":[1000]}]}"#
//! );
//! let served = Served::new("teacher10", vec![1_000]);
//! keeper.on_result(call.id, at(5_210), CallResult::Answered(&Answer::served(1, vec![served]).to_json()));
//! assert_eq!(keeper.account(group, teacher).unwrap().waits_for, None);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]

mod call;
mod event;
mod group;
mod keeper;
mod settings;
mod sweeps;
mod want;

pub use call::{Action, Call, CallId, CallResult};
pub use event::{AccountView, Event, GroupView, PresenceChange, Record};
pub use keeper::{Keeper, Step};
pub use settings::Settings;
pub use want::{Want, WantError};
