//! `POST /v4/group_open_avchatroom_http_svc/add_robots`: puts robots into the online list, which sets mark 500 on their accounts.
//!
//! A robot need not have joined, and its connection does not matter. Source: 1047/60527 (2025-03-20, 2025-10-23). The samples of
//! its body and answer were not seen; both are taken to be those of [`del_robots`](crate::del_robots).
//!
//! ```
//! use avmarks_protocol::add_robots::{Answer, PATH, Request};
//!
//! assert!(PATH.ends_with("/add_robots"));
//! let request = Request { group_id: "@TGS#a6I4ZUUGO".into(), accounts: vec!["robot1".into()] };
//! assert_eq!(request.to_json(), br#"{"GroupId":"@TGS#a6I4ZUUGO","Member_Account":["robot1"]}"#);
//! assert!(Answer::parse(br#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":""}"#).unwrap().envelope.is_ok());
//! ```

pub use crate::account_list::{Draft, Request};
pub use crate::bare_answer::Answer;

/// The path of the URL, without a slash in front.
pub const PATH: &str = "v4/group_open_avchatroom_http_svc/add_robots";
