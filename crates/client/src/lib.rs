//! The caller's side of the marks API (Tencent Cloud Chat, audio-video groups), without a socket: plan, sign, pace, retry, and what
//! became of every account.
//!
//! **In scope:** any number of accounts with marks to set or delete, or of robots to add or delete, as calls of at most 500
//! ([`Plan`]); at most 200 calls of a command in any 1,000 ms, groups in turn ([`Pace`]); signatures that are renewed in time ([`Signer`]); what came back, read whatever it is
//! ([`Reply::read`]); what to do about it ([`advice`]) and when ([`RetrySettings`]); the machine that does all of this
//! ([`Job`]); what became of each account ([`Report`]); how far a job has come, for a later one ([`Progress`]); and any other
//! call by the same rules ([`SingleCall`]): the pages of the list of online members ([`Pages`]), which of some accounts are
//! online ([`MemberCheck`]), the administrators of a group ([`CallRequest`]).
//!
//! **Out of scope:** sockets, clocks, random numbers, files, threads: these are the caller's. Whether the service would refuse
//! a call is not foreseen beyond what the inputs show (`avmarks-service` does that).
//!
//! **The contract:** time is an argument, and what is to be done is a return value. [`Job::poll`] says what to do next: send
//! these bytes, wait until then, or nothing more. [`Job::on_reply`] and [`Job::on_failure`] take what came of it. No
//! bytes make anything here panic. Invalid input is refused before the first call, with all its faults. Every
//! account ends in exactly one [`State`], and nothing is cut off silently. No call has more than 500 accounts, no budget is
//! overrun, no wait is longer than the budget, and none follows the last try. Key and signature never print, not even where
//! the other side repeats them.
//!
//! ```
//! use std::sync::Arc;
//! use avmarks_client::{Change, Job, JobSettings, Plan, PlanSettings, Reply, SignatureSettings, Signer, State, Step};
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
//! let plan = Plan::new(Change::Set, "@TGS#a6I4ZUUGO", wanted, &PlanSettings::default())?;
//!
//! let key = SecretKey::new("5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e")?;
//! let admin = UserId::parse("administrator")?;
//! let signer = Arc::new(Signer::with_key(SdkAppId::EXAMPLE, admin, key, SignatureSettings::default())?);
//!
//! let mut now = Timestamp::from_millis(1_795_412_030_000);
//! let mut job = Job::new(vec![plan], signer, JobSettings::default(), 7)?;
//! loop {
//!     match job.poll(now) {
//!         Step::Send(outgoing) => {
//!             let answer = service(&outgoing.body);
//!             job.on_reply(outgoing.id, now, &Reply::new(200, &answer))?;
//!         }
//!         Step::WaitUntil(then) => now = then,
//!         Step::Done => break,
//!     }
//! }
//! let counts = job.report().counts();
//! assert_eq!((counts.of(State::Applied), counts.of(State::Omitted), counts.total()), (1_080, 120, 1_200));
//! assert_eq!(calls, 4);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]

mod call;
mod job;
mod members;
mod outcome;
mod pace;
mod pages;
mod plan;
mod progress;
mod random;
mod reply;
mod retry;
mod signature;

pub use call::{Answered, CallRequest, CallStep, Sending, SingleCall, Unanswered};
pub use job::{CallRecord, End, Job, JobError, JobSettings, NotInFlight, Outgoing, Step, Try, TryId};
pub use members::{CheckedMember, MemberCheck};
pub use outcome::{AccountReport, Counts, LikelyCause, NotTried, Outcome, PlanReport, Report, State};
pub use pace::{Pace, PaceSettings};
pub use pages::{PageError, Pages};
pub use plan::{Change, Plan, PlanError, PlanFaults, PlanKind, PlanSettings, PlannedCall};
pub use progress::{PROGRESS_VERSION, PlanProgress, Progress, ProgressError, Settled};
pub use reply::{
    Anomaly, AttemptResult, FOREIGN_BYTES_MAX, Failure, IncompleteAnswer, ParsedResponse, Reply, UnexpectedKind,
    UnexpectedResponse,
};
pub use retry::{Advice, BACKEND_TIMEOUT, Backoff, RetrySettings, Scope, TRY_TIMEOUT_MIN, advice};
pub use signature::{SignatureError, SignatureSettings, Signed, Signer};
