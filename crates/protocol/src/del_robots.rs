//! `POST /v4/group_open_avchatroom_http_svc/del_robots`: takes robots out of the online list, which deletes mark 500 of their
//! accounts.
//!
//! Source: 269/103785 (2025-11-03), 1047/60526 (2025-10-23).
//!
//! ```
//! use avmarks_protocol::del_robots::{Answer, PATH, Request};
//!
//! assert!(PATH.ends_with("/del_robots"));
//! let request = Request::parse(br#"{"GroupId":"@TGS#a6I4ZUUGO","Member_Account":["robot1"]}"#).unwrap();
//! assert_eq!(request.accounts, ["robot1"]);
//! assert_eq!(Answer::ok().to_json(), br#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":""}"#);
//! ```

pub use crate::account_list::{Draft, Request};
pub use crate::bare_answer::Answer;

/// The path of the URL, without a slash in front.
pub const PATH: &str = "v4/group_open_avchatroom_http_svc/del_robots";
