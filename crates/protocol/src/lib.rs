//! The wire format of the audio-video group marks API of Tencent Cloud Chat: bytes to values, and back.
//!
//! **In scope:** eight calls with requests and answers for both sides: marks ([`modify_user_info`]), who is online
//! ([`get_members`], [`get_online_member_num`], [`check_members`]), robots ([`add_robots`], [`del_robots`]), administrators
//! ([`modify_admin`], [`get_admin_list`]); the codes ([`ErrorCode`]) with the action for each, URL and query
//! ([`url`]), the regions ([`region`]), the webhooks about presence ([`webhook`]), and the signature ([`usersig`]).
//!
//! **Out of scope:** the verdict on a request (`avmarks-service`), retries and pace, sockets, clocks.
//!
//! **The contract:** no input causes a panic. Fields are written in the order of the vendor's samples. Unknown fields of answers and
//! webhooks, and of the members in them, survive a round trip unchanged; unknown codes keep their number. Secrets are never printed.
//!
//! ```
//! use avmarks_protocol::Action;
//! use avmarks_protocol::modify_user_info::{Answer, Request};
//!
//! let body = br#"{"GroupId":"@TGS#a6I4ZUUGO","CommandType":1,"MemberList":[{"Member_Account":"teacher10","Marks":[1000]}]}"#;
//! let request = Request::parse(body).unwrap();
//! assert_eq!(request.member_list[0].account, "teacher10");
//!
//! let refused = Answer::parse(br#"{"ActionStatus":"FAIL","ErrorCode":10004,"ErrorInfo":"no such mark"}"#).unwrap();
//! assert_eq!(refused.envelope.error_code.action(), Some(Action::FixRequest));
//! ```
#![forbid(unsafe_code)]

mod account_list;
pub mod add_robots;
mod app_id;
mod bare_answer;
mod body_path;
pub mod check_members;
mod cursor;
pub mod del_robots;
mod encoding;
mod endpoint;
mod envelope;
mod error_code;
mod extra;
pub mod get_admin_list;
pub mod get_members;
pub mod get_online_member_num;
mod group_only;
mod integer;
mod json;
mod json_error;
pub mod modify_admin;
pub mod modify_user_info;
mod open_text;
pub mod region;
pub mod secret;
mod short_text;
mod surrogate;
mod trailing_comma;
pub mod url;
pub mod usersig;
pub mod webhook;

pub use app_id::{SdkAppId, SdkAppIdError};
pub use body_path::BodyPath;
pub use endpoint::Endpoint;
pub use envelope::{ActionStatus, AnswerError, Envelope};
pub use error_code::{Action, Cause, ERROR_CODES, ErrorCode, ErrorRow};
pub use extra::Extra;
pub use integer::Integer;
pub use json::{BodyError, FieldError, RequestError};

/// Items for the other crates of this project. Semantic versioning does not cover them.
#[doc(hidden)]
pub mod internal {
    pub use crate::encoding::Encoding;
    pub use crate::envelope::envelope_json;
    pub use crate::json::{DuplicateField, Fields};
    pub use crate::json_error::{json_error_text, json_object};
    pub use crate::trailing_comma::without_trailing_commas;
}

#[cfg(test)]
mod tests;
