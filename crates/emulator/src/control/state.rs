//! The whole state: reset, dumped, seeded; scenarios.

use std::sync::Arc;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::dumped::{self, Dumped};
use super::error::ControlError;
use super::extract::{self, STATE_BYTES_MAX};
use crate::budget::Share;
use crate::http::BodyError;
use crate::shared::Shared;
use crate::world::{PlayCause, PlayError};

#[derive(Serialize)]
pub(super) struct Reset {
    now: u64,
}

#[derive(Serialize)]
pub(super) struct Seeded {
    now: u64,
    groups: usize,
}

pub(super) async fn reset(State(shared): State<Arc<Shared>>) -> Result<Json<Reset>, ControlError> {
    let change = shared.change(|world| {
        world.reset(&shared.settings);
        Json(Reset { now: world.now().as_millis() })
    });
    Ok(change.await?)
}

pub(super) async fn dump(State(shared): State<Arc<Shared>>) -> Result<Response, ControlError> {
    let timeout = shared.settings.body_timeout;
    let busy = || ControlError::new(BodyError::Busy.status(), BodyError::Busy.to_string());
    // At most one state beyond the budget is there, since how large it is shows only when it was written.
    let dumping = tokio::time::timeout(timeout, shared.dumping.lock()).await.map_err(|_| busy())?;
    let (snapshot, commit) = {
        let mut world = shared.lock();
        // A snapshot says the time of the last input; this is the state of now.
        world.tick();
        (dumped::written(&world.state), world.commit())
    };
    // Where nothing can be persisted any more, this is the only way to save what there is.
    let _ = commit.done().await;
    let share = tokio::time::timeout(timeout, shared.budget.take(snapshot.len())).await.map_err(|_| busy())?;
    drop(dumping);
    let body = Body::from(Bytes::from_owner(Dump { snapshot, _share: share }));
    Ok(([(CONTENT_TYPE, "application/json")], body).into_response())
}

/// A state that is being sent, with its share of the memory.
struct Dump {
    snapshot: Vec<u8>,
    _share: Share,
}

impl AsRef<[u8]> for Dump {
    fn as_ref(&self) -> &[u8] {
        &self.snapshot
    }
}

pub(super) async fn seed(State(shared): State<Arc<Shared>>, request: Request) -> Result<Json<Seeded>, ControlError> {
    let body = extract::read(request, &shared, &["application/json"], STATE_BYTES_MAX).await?;
    let Dumped { app, groups: kept, calls } =
        dumped::read(extract::text(body.bytes())?).map_err(ControlError::bad_request)?;
    shared
        .change(|world| {
            world.capacity.check_app(&app)?;
            let groups = app.groups().len();
            world.replace(app, kept, calls);
            Ok(Json(Seeded { now: world.now().as_millis(), groups }))
        })
        .await?
}

pub(super) async fn play(State(shared): State<Arc<Shared>>, request: Request) -> Result<Response, ControlError> {
    const TYPES: [&str; 2] = ["application/x-ndjson", "application/jsonl"];
    let body = extract::read(request, &shared, &TYPES, STATE_BYTES_MAX).await?;
    let lines = std::str::from_utf8(extract::text(body.bytes())?)
        .map_err(|error| ControlError::bad_request(format!("the body is not UTF-8 at byte {}", error.valid_up_to())))?;
    let mut answers = Vec::new();
    let played = shared
        .change(|world| {
            world.play(lines, |answer| {
                answers.extend_from_slice(&answer);
                answers.push(b'\n');
            })
        })
        .await?;
    match played {
        Ok(()) => Ok(([(CONTENT_TYPE, "application/x-ndjson")], Body::from(answers)).into_response()),
        Err(PlayError { applied, line, cause }) => {
            let status = match cause {
                PlayCause::Capacity(_) => StatusCode::CONFLICT,
                PlayCause::Input(_) => StatusCode::BAD_REQUEST,
            };
            Err(ControlError::new(status, format!("line {line}: {cause}; {}", taken_in(applied))).applied(applied))
        }
    }
}

fn taken_in(applied: u64) -> String {
    match applied {
        0 => "no line was taken in".to_owned(),
        1 => "the line before it was taken in".to_owned(),
        applied => format!("the {applied} lines before it were taken in"),
    }
}
