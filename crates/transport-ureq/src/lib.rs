//! Calls the marks API of Tencent Cloud Chat over [ureq](https://docs.rs/ureq), blocking: the machines of `avmarks-client`
//! with a socket, a clock and random numbers.
//!
//! **In scope:** marks set and deleted for any number of accounts ([`Client::set_marks`], [`Client::delete_marks`]), robots added
//! and deleted ([`Client::add_robots`], [`Client::delete_robots`]), jobs that can be watched, stopped and resumed
//! ([`Client::run`]), the list of online members page by page ([`Client::online_members`]), their number
//! ([`Client::online_count`]), which of any number of accounts are online ([`Client::check_members`]), the administrators of a
//! group ([`Client::set_admins`], [`Client::delete_admins`], [`Client::admins`]), and any other call ([`Client::call`]);
//! kept-alive connections, a time-out for each phase ([`Timeouts`]), the proxy of the environment ([`proxy_from_environment`]), TLS by rustls with
//! Mozilla's roots and additional ones.
//!
//! **Out of scope:** the plan, the retries and the evaluation of responses, which `avmarks-client` has for jobs and single
//! calls. Files, signals, logs.
//!
//! **The contract:** all threads of a [`Client`] together send at most 200 calls of a command in any second. No
//! redirect is followed: the signature would be sent along. `http` is accepted only for this host, unless it is
//! [allowed](ClientBuilder::allow_http). Requests ask for no content encoding; gzip and deflate are decoded, within the limit of
//! a response. A status is never an error by itself: an unexpected response is stored with its status, first bytes and
//! `random`. An error names the host or the proxy that it is about. No error and no `Debug` contains key or signature. [`Client`]
//! reads the clock: once the time of day, and from then on the monotonic one.
//!
//! ```
//! use avmarks_client::{SignatureSettings, Signer, State};
//! use avmarks_protocol::{region::BaseUrl, secret::SecretKey, SdkAppId};
//! use avmarks_spec::UserId;
//! use avmarks_transport_ureq::Client;
//! # use std::io::{Read, Write};
//! # let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
//! # let base = format!("http://{}", listener.local_addr()?);
//! # std::thread::spawn(move || {
//! #     let mut stream = listener.accept().unwrap().0;
//! #     let mut seen = Vec::new();
//! #     while !seen.ends_with(b"]}]}") {
//! #         let mut some = [0; 1_024];
//! #         let count = stream.read(&mut some).unwrap();
//! #         seen.extend(&some[..count]);
//! #     }
//! #     let body = r#"{"ActionStatus":"OK","ErrorCode":0,"MemberList":[{"Member_Account":"teacher10","Marks":[1000]}]}"#;
//! #     write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()).unwrap();
//! # });
//!
//! let key = SecretKey::new("5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e")?;
//! let admin = UserId::parse("administrator")?;
//! let signer = Signer::with_key(SdkAppId::EXAMPLE, admin, key, SignatureSettings::default())?;
//!
//! // `Region::Singapore` for the service itself; here a service on this host, in which `student9` is offline.
//! let client = Client::builder(BaseUrl::parse(&base)?, signer).without_proxy().build()?;
//! let job = client.set_marks("@TGS#a6I4ZUUGO", [("teacher10", [1000]), ("student9", [1000])])?;
//!
//! let report = job.report();
//! assert_eq!((report.count(State::Applied), report.count(State::Omitted)), (1, 1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Features
//!
//! `rustls` (default): TLS. Without it no TLS crate is built; [`ClientBuilder::agent`] takes an agent with another TLS library.
#![forbid(unsafe_code)]

mod build_error;
mod builder;
mod client;
mod clock;
mod drive;
mod exchange;
mod members;
mod online;
mod proxy;
#[cfg(feature = "rustls")]
mod roots;

pub use build_error::BuildError;
pub use builder::{ClientBuilder, Timeouts};
pub use client::{Client, MarksError};
pub use members::CallError;
pub use online::OnlineMembers;
pub use proxy::{ProxyError, ProxyInUse, proxy_from_environment};

/// The example of the README is compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
