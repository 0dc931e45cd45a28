//! The code that the tests of avmarks share.
//!
//! **In scope:** a naive oracle ([`oracle::Oracle`]) that answers scenario lines from the text of the rules alone; machines
//! that answer them too ([`Machine`]); cases with what must be answered ([`case`]); one run of the operations of
//! `avmarks-generators` through all machines at once ([`differ`]); the bodies of the fuzz targets ([`fuzz`]).
//!
//! **Out of scope:** anything that is published or shipped.
//!
//! ```
//! use avmarks_testkit::oracle::Oracle;
//!
//! let mut oracle = Oracle::new();
//! oracle.answer(1, r#"{"at":0,"do":"create_group","group":"g"}"#).unwrap();
//! oracle.answer(2, r#"{"at":0,"do":"join","group":"g","account":"u1"}"#).unwrap();
//! assert!(oracle.members("g").unwrap()[0].online);
//! ```
#![forbid(unsafe_code)]

pub mod case;
pub mod differ;
pub mod fuzz;
mod machine;
pub mod oracle;
pub mod rules_alone;
pub mod small_world;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

pub use machine::{Machine, OracleMachine, Reply, service_with};

/// The body that a scenario line gives in base64; of bytes that are no UTF-8, as many blanks, which are no JSON either.
fn raw_b64(text: &str) -> Option<String> {
    let bytes = STANDARD.decode(text).ok()?;
    Some(String::from_utf8(bytes).unwrap_or_else(|error| " ".repeat(error.as_bytes().len())))
}
