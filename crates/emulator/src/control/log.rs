//! The log of requests.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Serialize, Serializer};

use super::error::ControlError;
use super::extract::{self, Page, Parameters};
use crate::log::Entry;
use crate::shared::Shared;

const ENTRIES: usize = 100;
const ENTRIES_MAX: usize = 1_000;

#[derive(Serialize)]
pub(super) struct Entries {
    #[serde(serialize_with = "each")]
    entries: Vec<Arc<Entry>>,
    /// The number of the last entry, if there are more after it.
    next: Option<u64>,
}

fn each<S: Serializer>(entries: &[Arc<Entry>], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(entries.iter().map(|entry| &**entry))
}

pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    Parameters(page): Parameters<Page<u64>>,
) -> Result<Json<Entries>, ControlError> {
    let limit = extract::limit(page.limit, ENTRIES, ENTRIES_MAX)?;
    let after = extract::after(page.after)?;
    let mut entries: Vec<_> = shared.lock().log.entries(after, limit + 1).cloned().collect();
    let more = entries.len() > limit;
    entries.truncate(limit);
    let next = entries.last().filter(|_| more).map(|last| last.number);
    Ok(Json(Entries { entries, next }))
}
