//! `about`: which versions these are.

#[cfg(feature = "client")]
use avmarks_client::PROGRESS_VERSION;
#[cfg(feature = "session")]
use avmarks_service::SNAPSHOT_VERSION;
use avmarks_spec::{Clause, Gap, Source};
use serde::Serialize;

use crate::VERSION;
use crate::error::RequestError;
use crate::reply::json;

#[derive(Serialize)]
struct About {
    version: &'static str,
    v: u32,
    #[cfg(feature = "session")]
    snapshot: u32,
    #[cfg(feature = "client")]
    progress: u32,
    /// The latest date of a copy of a page that a clause or gap rests on.
    documents: Option<&'static str>,
    clauses: usize,
    gaps: usize,
}

pub(crate) fn about() -> Result<String, RequestError> {
    let of_clauses = Clause::ALL.iter().flat_map(|clause| clause.sources());
    let sources = of_clauses.chain(Gap::ALL.iter().flat_map(|gap| gap.sources()));
    json(&About {
        version: env!("CARGO_PKG_VERSION"),
        v: VERSION,
        #[cfg(feature = "session")]
        snapshot: SNAPSHOT_VERSION,
        #[cfg(feature = "client")]
        progress: PROGRESS_VERSION,
        documents: sources.filter_map(|Source { date, .. }| *date).max(),
        clauses: Clause::ALL.len(),
        gaps: Gap::ALL.len(),
    })
}
