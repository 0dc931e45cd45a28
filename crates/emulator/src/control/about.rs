//! Information about the emulator: its health, its page, its certificate, its description, the ledger.

use std::sync::{Arc, LazyLock};

use avmarks_rules::Policy;
use avmarks_spec::{Clause, Gap, Source};
use axum::Json;
use axum::extract::State;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::error::ControlError;
use crate::shared::Shared;

const PAGE: &str = include_str!("../page.html");
const OPENAPI: &str = include_str!("../openapi.json");

#[derive(Serialize)]
pub(super) struct Health {
    status: &'static str,
    now: u64,
}

#[derive(Serialize)]
pub(super) struct Ledger {
    clauses: Vec<ClauseRow>,
    gaps: Vec<GapRow>,
}

#[derive(Serialize)]
struct ClauseRow {
    id: &'static str,
    description: &'static str,
    sources: Vec<SourceRow>,
}

#[derive(Serialize)]
struct GapRow {
    id: &'static str,
    field: Option<&'static str>,
    question: &'static str,
    evidence: &'static str,
    sources: Vec<SourceRow>,
    readings: Vec<ReadingRow>,
}

/// A copy of a page, and where the page is.
#[derive(Serialize)]
struct SourceRow {
    page: &'static str,
    title: &'static str,
    language: &'static str,
    section: &'static str,
    /// None for a copy that shows no date.
    date: Option<&'static str>,
    url: &'static str,
}

impl SourceRow {
    fn all(sources: &[Source]) -> Vec<Self> {
        let row = |Source { page, section, date, .. }: &Source| Self {
            page: page.number,
            title: page.title,
            language: page.language,
            section,
            date: *date,
            url: page.url,
        };
        sources.iter().map(row).collect()
    }
}

#[derive(Serialize)]
struct ReadingRow {
    name: &'static str,
    meaning: &'static str,
    in_force: bool,
}

/// A state that can no longer be kept is no health.
pub(super) async fn health(State(shared): State<Arc<Shared>>) -> Result<Json<Health>, ControlError> {
    let world = shared.lock();
    world.accepts()?;
    Ok(Json(Health { status: "ok", now: world.now().as_millis() }))
}

pub(super) async fn page() -> Response {
    static POLICY: LazyLock<String> = LazyLock::new(|| content_policy(PAGE));
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, &*POLICY),
        (REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("x-frame-options"), "DENY"),
    ];
    (headers, PAGE).into_response()
}

/// What the page may do: run its own script, with its own style, and talk to where it came from.
fn content_policy(page: &str) -> String {
    use base64::Engine as _;
    let hash = |element: &str| {
        let (open, close) = (format!("<{element}>"), format!("</{element}>"));
        let inside =
            page.split_once(&open).and_then(|(_, rest)| rest.split_once(&close)).map_or("", |(inside, _)| inside);
        base64::engine::general_purpose::STANDARD.encode(hmac_sha256::Hash::hash(inside.as_bytes()))
    };
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; connect-src 'self'; img-src data:; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        hash("script"),
        hash("style")
    )
}

pub(super) async fn openapi() -> Response {
    ([(CONTENT_TYPE, "application/json")], OPENAPI).into_response()
}

pub(super) async fn certificate(State(shared): State<Arc<Shared>>) -> Response {
    ([(CONTENT_TYPE, "application/x-pem-file")], shared.certificates.pem().to_owned()).into_response()
}

pub(super) async fn ledger(State(shared): State<Arc<Shared>>) -> Json<Ledger> {
    let policy: Policy = shared.lock().state.app.settings().terms.policy;
    let clauses = Clause::ALL.iter().map(|clause| ClauseRow {
        id: clause.id(),
        description: clause.description(),
        sources: SourceRow::all(clause.sources()),
    });
    let gaps = Gap::ALL.iter().map(|gap| {
        let in_force = policy.reading(*gap);
        GapRow {
            id: gap.id(),
            field: gap.field(),
            question: gap.question(),
            evidence: gap.evidence(),
            sources: SourceRow::all(gap.sources()),
            readings: gap
                .readings()
                .iter()
                .map(|reading| ReadingRow {
                    name: reading.name,
                    meaning: reading.meaning,
                    in_force: reading.name == in_force,
                })
                .collect(),
        }
    });
    Json(Ledger { clauses: clauses.collect(), gaps: gaps.collect() })
}
