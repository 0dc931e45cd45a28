//! The server side of the audio-video group marks API without a server: request bytes and a time in, answer bytes out.
//!
//! **In scope:** an app with its groups ([`App`]), the precedence of refusals, signatures, the rate limit; every violation of a request
//! that has not been sent ([`preflight()`], [`App::dry_run`]); scenarios ([`scenario`]); the whole state as JSON ([`App::snapshot`]), so
//! that another process can continue.
//!
//! **Out of scope:** sockets, clocks, files.
//!
//! **The contract:** the same inputs at the same times give the same bytes. No input causes a panic. A refused request changes nothing;
//! only time passes. A dry run changes nothing, and its first violation is what the service would answer.
//!
//! ```
//! use avmarks_service::spec::{GroupId, GroupType, Timestamp};
//! use avmarks_service::{App, Request, Settings};
//!
//! let mut app = App::new(Settings::default());
//! let now = Timestamp::from_millis(0);
//! app.create_group(GroupId::parse("@TGS#a").unwrap(), GroupType::AvChatRoom, None, now);
//!
//! let request = Request::signed(
//!     "POST",
//!     "/v4/group_open_avchatroom_http_svc/modify_user_info",
//!     "sdkappid=1400000000&identifier=administrator&usersig=unchecked&random=1&contenttype=json",
//!     br#"{"GroupId":"@TGS#a","CommandType":1,"MemberList":[{"Member_Account":"nobody","Marks":[1000]}]}"#,
//! );
//! let dry = app.dry_run(&request, now);
//! assert_eq!(dry.violations[0].because[0].id(), "ALL-FAILED");
//! assert_eq!(dry.answer, app.handle(&request, now).answer);
//! ```
#![forbid(unsafe_code)]

mod answer;
mod app;
mod handle;
mod notes;
mod online_list;
mod precedence;
mod preflight;
mod quota;
mod request;
pub mod scenario;
mod snapshot;
mod target;
mod violation;

/// The crates whose types appear here, so that a user needs no dependency on each.
pub use {avmarks_protocol as protocol, avmarks_rules as rules, avmarks_spec as spec};

pub use answer::Answer;
pub use app::{App, GroupEvent, Settings};
pub use handle::{DryRun, Response};
pub use notes::{Note, notes};
pub use preflight::{preflight, preflight_request};
pub use request::{Caller, Request, RequestBody};
pub use snapshot::{SNAPSHOT_VERSION, SnapshotError};
pub use violation::Violation;

/// Items for the other crates of this project. Semantic versioning does not cover them.
#[doc(hidden)]
pub mod internal {
    pub use crate::quota::Quota;
}
