//! The API of wants.

use std::fmt::Display;
use std::sync::{MutexGuard, PoisonError};

use avmarks_keeper_store::{NewWant, Put, Store, Want, WantError};
use avmarks_protocol::internal::json_object;
use avmarks_spec::{GroupId, UserId};
use hyper::StatusCode;
use serde::Serialize;

use super::bulk::{LineErrors, WantBody, text, want, wants};
use super::http::{Answer, error_answer, json};
use super::message::Message;
use super::shared::Shared;

/// Accounts in one answer.
const PAGE: usize = 1_000;

/// A want in an answer.
#[derive(Serialize)]
struct WantRow {
    group: String,
    account: String,
    marks: Vec<u32>,
    robot: bool,
    /// Marks that were wanted and whose deletion is not confirmed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    removed: Vec<u32>,
}

impl From<&Want> for WantRow {
    fn from(row: &Want) -> Self {
        Self {
            group: row.group.to_string(),
            account: row.account.to_string(),
            marks: row.marks.iter().map(|mark| mark.number()).collect(),
            robot: row.robot,
            removed: row.removed.iter().map(|mark| mark.number()).collect(),
        }
    }
}

#[derive(Serialize)]
struct Refused {
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    error: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    clause: Option<String>,
}

/// The result of many wants.
#[derive(Serialize)]
struct Summary {
    changed: usize,
    unchanged: usize,
    dry_run: bool,
    errors: Vec<Refused>,
    /// Errors besides these.
    #[serde(skip_serializing_if = "is_zero")]
    more_errors: usize,
}

/// The type of the argument is serde's.
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// Wants that one commit stores: webhooks wait for it, and they must be answered within 1.5 s.
const WANTS_OF_COMMIT: usize = 1_000;

/// PUT and DELETE of one account. DELETE wants nothing any more.
pub(super) async fn put_one(
    shared: &Shared,
    group: &str,
    account: &str,
    body: Option<&[u8]>,
    dry_run: bool,
) -> Result<Answer, Answer> {
    let parsed = match body {
        None => WantBody { marks: Vec::new(), robot: false },
        Some(body) => {
            let text = text(body).map_err(bad_request)?;
            let parsed: WantBody =
                json_object(text.as_bytes()).map_err(|error| bad_request(format!("invalid body: {error}")))?;
            if parsed.marks.is_empty() && !parsed.robot {
                let what = "no marks: expected at least one mark, or a robot; DELETE wants nothing any more";
                return Err(bad_request(what));
            }
            parsed
        }
    };
    let want = want(group, account, &parsed).map_err(bad_request)?;
    Ok(match shared.writer.put(vec![want], dry_run).await.as_deref() {
        Ok([Ok(put)]) => {
            count(shared, *put, dry_run);
            json(StatusCode::OK, &serde_json::json!({ "changed": *put == Put::Changed, "dry_run": dry_run }))
        }
        Ok([Err(error)]) => {
            shared.metrics.add("avmarks_keep_wants_total", &[("result", "refused")], 1);
            json(StatusCode::CONFLICT, &refused(None, error))
        }
        _ => unavailable("the want was not stored; try again"),
    })
}

fn bad_request(error: impl Display) -> Answer {
    error_answer(StatusCode::BAD_REQUEST, error)
}

fn unavailable(error: impl Display) -> Answer {
    error_answer(StatusCode::SERVICE_UNAVAILABLE, error)
}

/// POST of many wants. Where a line cannot be read, nothing is stored; if one exceeds a limit, the others are. They are stored a thousand at
/// a time; whether one has a place depends on those before it, so that a dry run takes all at once.
pub(super) async fn put_many(shared: &Shared, body: &[u8], is_csv: bool, dry_run: bool) -> Result<Answer, Answer> {
    let wants = wants(text(body).map_err(bad_request)?, is_csv).map_err(|LineErrors { first, more }| {
        let errors = first.into_iter().map(|(line, error)| Refused { line: Some(line), error, clause: None });
        let summary = Summary { changed: 0, unchanged: 0, dry_run, errors: errors.collect(), more_errors: more };
        json(StatusCode::BAD_REQUEST, &summary)
    })?;
    let (lines, wants): (Vec<usize>, Vec<NewWant>) = wants.into_iter().unzip();
    let mut summary = Summary { changed: 0, unchanged: 0, dry_run, errors: Vec::new(), more_errors: 0 };
    let mut results = Vec::with_capacity(wants.len());
    for part in wants.chunks(if dry_run { usize::MAX } else { WANTS_OF_COMMIT }) {
        let stored = shared.writer.put(part.to_vec(), dry_run).await;
        results.extend(stored.map_err(|_| {
            unavailable(format_args!("{} of {} wants were stored; send all of them again", results.len(), wants.len()))
        })?);
    }
    for (line, result) in lines.into_iter().zip(&results) {
        match result {
            Ok(put) => {
                count(shared, *put, dry_run);
                match put {
                    Put::Changed => summary.changed += 1,
                    Put::Unchanged => summary.unchanged += 1,
                }
            }
            Err(error) => summary.errors.push(refused(Some(line), error)),
        }
    }
    Ok(json(StatusCode::OK, &summary))
}

fn count(shared: &Shared, put: Put, dry_run: bool) {
    if !dry_run {
        let result = if put == Put::Changed { "changed" } else { "unchanged" };
        shared.metrics.add("avmarks_keep_wants_total", &[("result", result)], 1);
    }
}

fn refused(line: Option<usize>, error: &WantError) -> Refused {
    Refused { line, error: error.to_string(), clause: Some(error.clause.to_string()) }
}

/// GET of one account.
pub(super) fn get_one(shared: &Shared, group: &str, account: &str) -> Result<Answer, Answer> {
    let (Ok(group), Ok(account)) = (GroupId::parse(group), UserId::parse(account)) else {
        return Err(bad_request("invalid group or account"));
    };
    match reader(shared).wants(&[(group, account)]).map_err(unavailable)?.as_slice() {
        [row] => Ok(json(StatusCode::OK, &WantRow::from(row))),
        _ => Err(error_answer(StatusCode::NOT_FOUND, "nothing is wanted of this account")),
    }
}

/// GET of the accounts of a group, at most 1,000 behind `after`.
pub(super) fn list(shared: &Shared, group: &str, after: Option<&str>) -> Result<Answer, Answer> {
    let after = after.map(UserId::parse).transpose();
    let (Ok(group), Ok(after)) = (GroupId::parse(group), after) else {
        return Err(bad_request("invalid group or account"));
    };
    let rows = reader(shared).wants_of_group(&group, after.as_ref(), PAGE).map_err(unavailable)?;
    Ok(json(StatusCode::OK, &rows.iter().map(WantRow::from).collect::<Vec<_>>()))
}

/// POST of a sweep: this node sweeps the group now, if it keeps it.
pub(super) fn sweep(shared: &Shared, group: &str) -> Answer {
    match GroupId::parse(group) {
        Ok(group) if shared.to_node.send(Message::Sweep(group)).is_ok() => {
            json(StatusCode::ACCEPTED, &serde_json::json!({ "planned": true }))
        }
        Ok(_) => unavailable("the keeper is stopping"),
        Err(error) => bad_request(format_args!("invalid group: {error}")),
    }
}

fn reader(shared: &Shared) -> MutexGuard<'_, Box<dyn Store>> {
    shared.reader.lock().unwrap_or_else(PoisonError::into_inner)
}
