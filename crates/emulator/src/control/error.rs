//! What is wrong with a request to the control API: a status, and one sentence.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::capacity::CapacityError;
use crate::journal::NotPersisted;

/// Its body.
#[derive(Serialize)]
struct Sentence {
    error: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    applied: Option<u64>,
}

/// What is wrong with a request.
#[derive(Debug)]
pub(super) struct ControlError {
    status: StatusCode,
    text: String,
    /// How many lines of a scenario were taken in nevertheless.
    applied: Option<u64>,
}

impl ControlError {
    pub(super) fn new(status: StatusCode, text: impl Into<String>) -> Self {
        Self { status, text: text.into(), applied: None }
    }

    pub(super) fn bad_request(text: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, text)
    }

    pub(super) fn conflict(text: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, text)
    }

    pub(super) fn no_group(group: avmarks_spec::GroupId) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("there is no group `{group}`"))
    }

    pub(super) fn applied(self, applied: u64) -> Self {
        Self { applied: Some(applied), ..self }
    }
}

impl From<CapacityError> for ControlError {
    fn from(full: CapacityError) -> Self {
        Self::conflict(full.to_string())
    }
}

impl From<NotPersisted> for ControlError {
    fn from(failure: NotPersisted) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, failure.to_string())
    }
}

impl IntoResponse for ControlError {
    fn into_response(self) -> Response {
        let Self { status, text, applied } = self;
        let body = Sentence { error: text, applied };
        (status, Json(body)).into_response()
    }
}
