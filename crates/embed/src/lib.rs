//! The marks API as text, for languages that cannot use a Rust crate: a request as JSON and a body as bytes in, a reply as JSON
//! out.
//!
//! **In scope:** the violations of a request (`check`), the meaning of a clause, gap or code (`explain`), the readings (`policy`), signatures
//! (`usersig_…`), webhooks (`webhook_…`), the result of each account in a response (`answer`), calls for any number of accounts
//! (`plan`); and two objects with state ([`Handle`]): `session`, a service with its groups, and `job`, the
//! client without I/O. `docs/embed.md` of the project has every field, `docs/embed.schema.json` the schema.
//!
//! **Out of scope:** sockets, clocks, random numbers, files, threads, JSON values of the language.
//!
//! **The contract:** every reply is a JSON object in one line, `{"v":1,"ok":…}` or `{"v":1,"error":{"kind":…,"pointer":…,"message":…}}`, and
//! begins with exactly these bytes. An `error` says that the request itself is invalid; a request that breaks a rule of the service is an `ok`. The same requests in the same
//! order have the same replies, to the byte: the order of keys is fixed, no number has a fraction, integers beyond 2^53-1 are
//! strings, except in `answer` and `snapshot`, which are strings of JSON. Replies may gain fields; a request with an unknown field is an error. No input
//! causes a panic.
//!
//! ```
//! let request = r#"{"v":1,"do":"check","endpoint":"modify_user_info"}"#;
//! let body = br#"{"GroupId":"@TGS#a","CommandType":1,"MemberList":[{"Member_Account":"teacher10","Marks":[999]}]}"#;
//! assert_eq!(
//!     avmarks_embed::call(request, body),
//!     concat!(
//!         r#"{"v":1,"ok":{"accepted":false,"violations":[{"step":10,"code":10004,"because":["MARK-RANGE","gap:mark-max"],"#,
//!         r#""pointer":"/MemberList/0/Marks/0","message":"`MemberList[0].Marks[0]` is `999`, which is no mark: "#,
//!         r#"a mark is 500, 600, or a number from 1000 to 4294967295"}]}}"#
//!     )
//! );
//! assert_eq!(
//!     avmarks_embed::call(r#"{"v":1,"do":"check","endpont":"modify_user_info"}"#, body),
//!     concat!(
//!         r#"{"v":1,"error":{"kind":"unknown-field","pointer":"/endpont","#,
//!         r#""message":"`endpont` is not a field here: expected `v`, `do`, `endpoint`, `policy`, `want`"}}"#
//!     )
//! );
//! ```
//!
//! **Features:** `client` (`plan`, `answer`, `job`) and `session`, both by default. Without them, the module for browsers has a third of the
//! size, and replies `unknown-verb` to their requests.
#![forbid(unsafe_code)]
#![cfg_attr(
    not(all(feature = "client", feature = "session")),
    allow(
        dead_code,
        unused_imports,
        unreachable_code,
        unused_variables,
        reason = "what a feature that is off would use"
    )
)]

mod about;
#[cfg(feature = "client")]
mod answer;
mod error;
#[cfg(feature = "client")]
mod job;
mod request;
#[cfg(feature = "session")]
mod session;
mod shape;
mod verbs;
mod webhook;

// The command line of this project prints these types with `--json`. No promise is made about them.
#[doc(hidden)]
pub mod check;
#[doc(hidden)]
pub mod explain;
#[cfg(feature = "client")]
#[doc(hidden)]
pub mod plan;
#[doc(hidden)]
pub mod policy;
#[doc(hidden)]
pub mod reply;
#[cfg(feature = "client")]
#[doc(hidden)]
pub mod report;
#[doc(hidden)]
pub mod usersig;

#[cfg(test)]
#[cfg(all(feature = "client", feature = "session"))]
mod tests;

use error::{ErrorKind, RequestError};
#[cfg(feature = "client")]
use job::JobHandle;
use reply::EMPTY;
use request::Request;
#[cfg(feature = "session")]
use session::Session;
use verbs::{CALLS, JOB, OPENS, SESSION};

/// The version of requests and replies: the field `v` of each.
pub const VERSION: u32 = 1;

/// Answers a question that needs nothing to be kept: every `do` of the first table of `docs/embed.md`.
///
/// `request` is JSON in UTF-8, `body` the bytes that it is about, empty if it is about none.
///
/// ```
/// let reply = avmarks_embed::call(r#"{"v":1,"do":"usersig_sign","key":"k","sdkappid":1400000000,"identifier":"a","now_ms":0}"#, b"");
/// assert!(reply.starts_with(r#"{"v":1,"ok":{"usersig":"eJ"#), "{reply}");
/// ```
#[must_use]
pub fn call(request: impl AsRef<[u8]>, body: &[u8]) -> String {
    reply::text(Request::parse(request.as_ref(), body, CALLS).and_then(|request| match request.verb.name {
        "about" => about::about(),
        #[cfg(feature = "client")]
        "answer" => answer::answer(&request),
        "check" => check::check(&request),
        "explain" => explain::explain(&request),
        #[cfg(feature = "client")]
        "plan" => plan::plan(&request),
        "policy" => policy::policy(&request),
        "usersig_explain" => usersig::explain(&request),
        "usersig_sign" => usersig::sign(&request),
        "usersig_verify" => usersig::verify(&request),
        "webhook_build" => webhook::build(&request),
        "webhook_parse" => webhook::parse(&request),
        "webhook_verify" => webhook::verify(&request),
        _ => Err(RequestError::unanswered()),
    }))
}

/// Opens a session or a job, which is kept between requests: `"do":"session"` with a snapshot as its body, or an empty one for an empty state;
/// `"do":"job"` with the progress of an earlier job, or an empty one.
///
/// # Errors
///
/// The reply that says why there is none, of which `error` is always there.
pub fn open(request: impl AsRef<[u8]>, body: &[u8]) -> Result<Handle, String> {
    let opened = Request::parse(request.as_ref(), body, OPENS).and_then(|request| match request.verb.name {
        #[cfg(feature = "session")]
        "session" => Session::open(&request).map(|session| Machine::Session(Box::new(session))),
        #[cfg(feature = "client")]
        "job" => JobHandle::open(&request).map(|job| Machine::Job(Box::new(job))),
        _ => Err(RequestError::unanswered()),
    });
    opened.map(Handle).map_err(|error| reply::text(Err(error)))
}

/// What the border of another language replies where [`open`] gave a handle.
#[must_use]
pub fn opened() -> String {
    reply::text(Ok(EMPTY.to_owned()))
}

/// What the bindings of another language reply after a panic, which no input should cause. A handle that it happened in is
/// not to be asked again.
#[must_use]
pub fn panicked() -> String {
    let message = "the library met a state that cannot be; please report it with the request";
    reply::text(Err(RequestError::new(ErrorKind::Internal, None, message)))
}

/// A machine that is kept between questions. It may be sent to another thread, and be asked by one at a time.
///
/// ```
/// let mut session = avmarks_embed::open(r#"{"v":1,"do":"session"}"#, b"").unwrap();
/// let reply = session.ask(r#"{"v":1,"do":"line"}"#, br#"{"at":0,"do":"create_group","group":"g"}"#);
/// assert_eq!(reply, r#"{"v":1,"ok":{"line":1,"events":[{"event":"group_created","group":"g"}]}}"#);
/// ```
#[derive(Debug)]
pub struct Handle(Machine);

#[derive(Debug)]
enum Machine {
    #[cfg(feature = "session")]
    Session(Box<Session>),
    #[cfg(feature = "client")]
    Job(Box<JobHandle>),
}

impl Handle {
    /// Answers a question about this machine, and lets it go on where the question says so. After an `error` it is as it was, except
    /// that a line counts.
    #[must_use]
    pub fn ask(&mut self, request: impl AsRef<[u8]>, body: &[u8]) -> String {
        reply::text(match self.0 {
            #[cfg(feature = "session")]
            Machine::Session(ref mut session) => {
                Request::parse(request.as_ref(), body, SESSION).and_then(|request| session.ask(&request))
            }
            #[cfg(feature = "client")]
            Machine::Job(ref mut job) => {
                Request::parse(request.as_ref(), body, JOB).and_then(|request| job.ask(&request))
            }
        })
    }
}
