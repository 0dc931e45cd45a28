//! The vendor's documents about marks in audio-video groups, as data: clauses, gaps, limits and identifiers.
//!
//! **In scope:** one row for each rule ([`Clause`]), one for each question that no document
//! settles ([`Gap`], with every reading of it), the pages that both are based on ([`Source`], [`WebPage`]), the numbers
//! ([`Limits`]) and the values that can only be made by parsing ([`GroupId`], [`UserId`], [`Mark`], [`Timestamp`]).
//!
//! **Out of scope:** decisions (`avmarks-rules`), bytes (`avmarks-protocol`), sockets and clocks.
//!
//! **The contract:** no allocation, no panic, no dependency; identifiers of clauses and gaps never change their meaning.
//!
//! ```
//! use avmarks_spec::{Clause, Gap, Mark, UserId};
//!
//! assert_eq!(Clause::OnlineOnly.id(), "ONLINE-ONLY");
//! assert_eq!(Gap::from_name("gap:page-size").unwrap().readings()[0].name, "500");
//! assert!(Mark::new(1000).is_ok() && Mark::new(999).is_err());
//! assert_eq!(UserId::parse("teacher10").unwrap().as_str(), "teacher10");
//!
//! // The page that has the rule, and the date of the copy that was read.
//! let source = Clause::OnlineOnly.sources()[0];
//! assert_eq!(source.page.url, "https://cloud.tencent.com/document/product/269/79267");
//! assert_eq!(source.date, Some("2025-11-03"));
//! ```
#![no_std]
#![forbid(unsafe_code)]

#[macro_use]
mod named_enum;
#[macro_use]
mod table;

mod clause;
mod excerpt;
mod gap;
mod group_type;
mod id;
mod limits;
mod mark;
mod page;
mod time;

pub use clause::Clause;
#[doc(hidden)]
pub use excerpt::{Excerpt, OneLine, Quoted};
pub use gap::{Gap, ReadingRow, readings};
pub use group_type::GroupType;
pub use id::{GroupId, IdError, UserId};
#[doc(hidden)]
pub use limits::LimitField;
pub use limits::{LimitError, Limits};
pub use mark::{Mark, MarkError};
pub use page::{PAGES, Source, WebPage};
pub use time::{Timestamp, TimestampError};
