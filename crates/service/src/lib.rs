//! The server side of the audio-video group marks API without a server: request bytes and a time in, answer bytes out.
//!
//! **In scope:** an app with its groups ([`App`]), the precedence of refusals, signatures, quota; what is wrong with a request
//! that has not been sent, all of it ([`preflight()`], [`App::dry_run`]); scenarios ([`Scenario`]); the whole state as JSON
//! ([`App::snapshot`]), so that a process can stop and go on.
//!
//! **Out of scope:** sockets, clocks, files.
//!
//! **The contract:** the same inputs at the same times give the same bytes. No input makes anything here panic. A refused
//! request changes nothing but what time itself does. A dry run changes nothing, and its first violation is what the
//! service would answer.
//!
//! ```
//! use avmarks_service::spec::{GroupId, GroupType, Timestamp};
//! use avmarks_service::{App, Request, Settings};
//!
//! let mut app = App::new(Settings::default());
//! let now = Timestamp::from_millis(0);
//! app.create_group(GroupId::parse("@TGS#a").unwrap(), GroupType::AvChatRoom, None, now);
//!
//! let request = Request {
//!     method: "POST",
//!     path: "/v4/group_open_avchatroom_http_svc/modify_user_info",
//!     query: "sdkappid=1400000000&identifier=administrator&usersig=unchecked&random=1&contenttype=json",
//!     body: br#"{"GroupId":"@TGS#a","CommandType":1,"MemberList":[{"Member_Account":"nobody","Marks":[1000]}]}"#,
//! };
//! let dry = app.dry_run(&request, now);
//! assert_eq!(dry.violations[0].because[0].id(), "ALL-FAILED");
//! assert_eq!(dry.answer, app.handle(&request, now).answer);
//! ```
#![forbid(unsafe_code)]

mod app;
mod asked;
mod handle;
mod notes;
mod preflight;
mod pull;
pub mod scenario;
mod snapshot;
mod violation;
mod walk;
mod written;

/// The crates that this one speaks in, so that a user needs no line for each.
pub use {avmarks_protocol as protocol, avmarks_rules as rules, avmarks_spec as spec};

pub use app::{App, GroupEvent, GroupEventKind, Settings};
pub use handle::{Answer, Call, DryRun, Request, Response};
pub use notes::{Note, NoteKind, notes};
pub use preflight::{preflight, preflight_request};
pub use scenario::{LineError, Scenario, Step, events_json};
pub use snapshot::SnapshotError;
pub use violation::Violation;
