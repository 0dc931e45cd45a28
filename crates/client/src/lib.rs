//! The caller's side of the marks API (Tencent Cloud Chat, audio-video groups), sans-I/O: plans calls, signs, paces and retries
//! them, and tracks the outcome of every account.
//!
//! **In scope:** any number of accounts with marks to set or delete, or of robots to add or delete, as calls of at most 500
//! ([`Plan`]); calls spread over time so that the service never refuses them for their rate ([`Pace`]); signatures that are renewed
//! in time ([`Signer`]); retries within a budget ([`RetrySettings`]); the state machine that does all of this ([`Job`]); the outcome of
//! each account ([`Report`]); the progress of a job, with which a later one continues ([`Progress`]); and any other call by the same rules
//! ([`SingleCall`]): the pages of the list of online members ([`Pages`]), which of some accounts are online ([`MemberCheck`]), the
//! administrators of a group ([`CallRequest`]).
//!
//! **Out of scope:** sockets, clocks, random numbers, files and threads. Rules that depend on the state of the group
//! (`avmarks-service` has them).
//!
//! **The contract:** time is an argument. [`Job::poll`] returns the next step: send a request, wait
//! until a time, or done. [`Job::on_response`] and [`Job::on_failure`] take the result of an attempt. No input causes a
//! panic. Invalid input is refused before the first call, with all its errors. Every account ends in exactly one [`State`]. An
//! answer that contradicts itself or its request is an [`Anomaly`] in the report and does not silently count as success. No call has more than 500
//! accounts, no budget is exceeded, no wait is longer than the budget, and no wait follows the last attempt. Key and signature are
//! never printed, even if a response repeats them.
//!
//! ```
//! use std::sync::Arc;
//! use avmarks_client::{
//!     Job, JobSettings, Pace, PaceSettings, Plan, PlanSettings, Response, SignatureSettings, Signer, State, Step,
//! };
//! use avmarks_protocol::modify_user_info::{Answer, Request, Served};
//! use avmarks_protocol::{ErrorCode, secret::SecretKey, SdkAppId};
//! use avmarks_spec::{Timestamp, UserId};
//!
//! // A service that is busy at first, and finds every tenth account offline.
//! let mut calls = 0;
//! let mut service = |body: &[u8]| {
//!     calls += 1;
//!     if calls == 1 {
//!         return Answer::refused(ErrorCode::new(10002), "busy").to_json();
//!     }
//!     let request = Request::parse(body).unwrap();
//!     let online = request.member_list.iter().filter(|member| !member.account.ends_with('0'));
//!     let marks = |member: &avmarks_protocol::modify_user_info::Member<'_>| {
//!         member.marks.iter().filter_map(|mark| mark.to_i64()).collect()
//!     };
//!     Answer::served(1, online.map(|member| Served::new(&*member.account, marks(member))).collect()).to_json()
//! };
//!
//! let wanted = (1..=1_200).map(|number| (format!("student{number}"), [1000]));
//! let plan = Plan::set_marks("@TGS#a6I4ZUUGO", wanted, &PlanSettings::default())?;
//!
//! let key = SecretKey::new("5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e")?;
//! let admin = UserId::parse("administrator")?;
//! let signer = Arc::new(Signer::with_key(SdkAppId::EXAMPLE, admin, key, SignatureSettings::default())?);
//!
//! let mut now = Timestamp::from_millis(1_795_412_030_000);
//! let mut job = Job::new(vec![plan], signer, JobSettings::default(), 7)?;
//! let mut pace = Pace::new(PaceSettings::default());
//! loop {
//!     match job.poll(now, &mut pace) {
//!         Step::Send(transmit) => {
//!             let answer = service(&transmit.body);
//!             job.on_response(transmit.id, now, &Response::new(200, &answer))?;
//!         }
//!         Step::WaitUntil(then) => now = then,
//!         Step::Done => break,
//!     }
//! }
//! let report = job.report();
//! assert_eq!((report.count(State::Applied), report.count(State::Omitted), report.total()), (1_080, 120, 1_200));
//! assert!(job.into_result().is_err());
//! assert_eq!(calls, 4);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]

mod attempt;
mod call;
mod job;
mod members;
mod outcome;
mod pace;
mod pages;
mod plan;
mod progress;
mod random;
mod redact;
mod response;
mod retry;
mod signature;

pub use attempt::{Attempt, NotInFlightError, Step, Transmit};
pub use call::{CallAnswer, CallRequest, SingleCall, UnansweredError};
pub use job::{CallRecord, IncompleteError, Job, JobError, JobSettings};
pub use members::{CheckedMember, MemberCheck};
pub use outcome::{AccountReport, NotSentReason, Outcome, Report, State};
pub use pace::{Pace, PaceSettings};
pub use pages::Pages;
pub use plan::{Plan, PlanError, PlanErrors, PlanKind, PlanSettings};
pub use progress::{PROGRESS_VERSION, Progress, ProgressError};
pub use response::{
    Anomaly, AttemptResult, ContentError, Response, TransportError, UNEXPECTED_BODY_BYTES_MAX, UnexpectedKind,
    UnexpectedResponse,
};
pub use retry::{ATTEMPT_TIMEOUT_MIN, Backoff, RetrySettings};
pub use signature::{SignatureError, SignatureSettings, Signer};
