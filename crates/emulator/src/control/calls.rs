//! What calls have left behind: accounts, messages; and stubs, which answer in the place of calls.

use std::sync::Arc;

use avmarks_spec::UserId;
use avmarks_spec::readings::AccountId;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::error::ControlError;
use super::extract::{self, Group, Page, Parameters, StrictJson, Whole};
use super::faults::{CODE_MAX, Cleared, TIMES_MAX, check_path};
use crate::calls;
use crate::shared::Shared;
use crate::state::{self, Message};
use crate::stubs::{Stub, Stubs};

/// Accounts of an answer, if nothing else is asked, and at most.
const PAGE: usize = 100;
const PAGE_MAX: usize = 1_000;

#[derive(Serialize)]
pub(super) struct Accounts {
    accounts: Vec<AccountRow>,
    total: usize,
    next: Option<String>,
}

/// An account that was imported, with its profile by tags.
#[derive(Serialize)]
struct AccountRow {
    account: String,
    profile: Value,
}

#[derive(Serialize)]
pub(super) struct Messages {
    /// How many there have been; the last of them follow.
    count: u64,
    messages: Vec<Message>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Add {
    path: String,
    #[serde(default, deserialize_with = "extract::present")]
    code: Option<Whole>,
    #[serde(default, deserialize_with = "extract::present")]
    body: Option<Box<RawValue>>,
    #[serde(default, deserialize_with = "extract::present")]
    times: Option<Whole>,
}

#[derive(Serialize)]
pub(super) struct Stubbed {
    stubs: Vec<Row>,
    /// What answers a path that nothing else does: `ok`, or `60009`.
    unknown: &'static str,
}

#[derive(Serialize)]
struct Row {
    path: String,
    /// The number of calls that it still answers. `None` is no limit.
    times: Option<u64>,
    /// The answer as text, because it need not be JSON.
    body: String,
}

/// The description of the calls of the API.
pub(super) async fn document() -> Json<Value> {
    Json(calls::document())
}

pub(super) async fn accounts(
    State(shared): State<Arc<Shared>>,
    Parameters(page): Parameters<Page<String>>,
) -> Result<Json<Accounts>, ControlError> {
    let limit = extract::limit(page.limit, PAGE, PAGE_MAX)?;
    let after = page.after.map(|after| extract::user("`after`", &after, AccountId::Utf8)).transpose()?;
    let world = shared.lock();
    let accounts = &world.state.calls.accounts;
    let mut behind = accounts.iter().filter(|(account, _)| after.is_none_or(|after| **account > after));
    let shown: Vec<_> = behind.by_ref().take(limit).collect();
    let next = behind.next().and(shown.last()).map(|(account, _)| account.to_string());
    let row = |(account, kept): &(&UserId, &state::Account)| AccountRow {
        account: account.to_string(),
        profile: serde_json::to_value(kept.0.as_deref().unwrap_or(&Default::default())).unwrap_or_default(),
    };
    Ok(Json(Accounts { accounts: shown.iter().map(row).collect(), total: accounts.len(), next }))
}

/// What was sent to accounts, and to every audio-video group.
pub(super) async fn messages(State(shared): State<Arc<Shared>>) -> Json<Messages> {
    let world = shared.lock();
    let state::Messages { count, last } = &world.state.calls.messages;
    Json(Messages { count: *count, messages: last.iter().cloned().collect() })
}

pub(super) async fn group_messages(
    State(shared): State<Arc<Shared>>,
    Group(id): Group,
) -> Result<Json<Messages>, ControlError> {
    let world = shared.lock();
    world.state.app.room(&id).ok_or_else(|| ControlError::no_group(id))?;
    let kept = world.state.groups.get(&id).map(|group| &group.more().messages);
    let (count, last) = kept.map_or((0, Vec::new()), |kept| (kept.count, kept.last.iter().cloned().collect()));
    Ok(Json(Messages { count, messages: last }))
}

pub(super) async fn stubs(State(shared): State<Arc<Shared>>) -> Json<Stubbed> {
    Json(stubbed(&shared.lock().stubs))
}

pub(super) async fn stub(
    State(shared): State<Arc<Shared>>,
    StrictJson(add): StrictJson<Add>,
) -> Result<Json<Stubbed>, ControlError> {
    let Add { path, code, body, times } = add;
    check_path(&path)?;
    let times = extract::within("times", times, 1..=TIMES_MAX)?;
    let body = match (body, extract::within("code", code, 0..=CODE_MAX)?) {
        (Some(_), Some(_)) => return Err(ControlError::bad_request("`code` and `body` are both there; give one")),
        (Some(body), None) => body.get().as_bytes().to_vec(),
        (None, code) => Stub::of_code(code.unwrap_or_default().cast_signed()),
    };
    let mut world = shared.lock();
    if !world.stubs.put(&path, Stub { body, times }) {
        return Err(ControlError::conflict(format!("there are {} stubs already; clear them first", Stubs::MAX)));
    }
    Ok(Json(stubbed(&world.stubs)))
}

pub(super) async fn clear_stubs(State(shared): State<Arc<Shared>>) -> Json<Cleared> {
    let mut world = shared.lock();
    let cleared = world.stubs.iter().len();
    world.stubs.clear();
    Json(Cleared { cleared })
}

fn stubbed(stubs: &Stubs) -> Stubbed {
    let row = |(path, stub): (&str, &Stub)| Row {
        path: format!("/{path}"),
        times: stub.times,
        body: String::from_utf8_lossy(&stub.body).into_owned(),
    };
    Stubbed { stubs: stubs.iter().map(row).collect(), unknown: if stubs.unknown_ok { "ok" } else { "60009" } }
}
