//! `about`: which versions these are.

use avmarks_client::PROGRESS_VERSION;
use avmarks_service::SNAPSHOT_VERSION;
use avmarks_spec::{CLAUSES, GAPS, Source};
use serde::Serialize;

use crate::VERSION;
use crate::error::RequestError;
use crate::reply::json;

#[derive(Serialize)]
struct About {
    version: &'static str,
    v: u32,
    snapshot: u32,
    progress: u32,
    /// The latest date of a copy of a page that a clause or gap rests on.
    documents: Option<&'static str>,
    clauses: usize,
    gaps: usize,
}

pub(crate) fn about() -> Result<String, RequestError> {
    let sources = CLAUSES.iter().flat_map(|row| row.sources).chain(GAPS.iter().flat_map(|row| row.sources));
    json(&About {
        version: env!("CARGO_PKG_VERSION"),
        v: VERSION,
        snapshot: SNAPSHOT_VERSION,
        progress: PROGRESS_VERSION,
        documents: sources.filter_map(|Source { date, .. }| *date).max(),
        clauses: CLAUSES.len(),
        gaps: GAPS.len(),
    })
}
