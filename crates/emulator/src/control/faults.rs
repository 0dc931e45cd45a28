//! Faults on demand: asked for, listed, called off.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use avmarks_spec::Excerpt;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::ControlError;
use super::extract::{self, StrictJson, Whole};
use crate::faults::{Faults, Injection, Kind, Page, Queued};
use crate::shared::Shared;

pub(super) const TIMES_MAX: u64 = 1_000_000;
const DELAY_MS_MAX: u64 = 600_000;
const PATH_CHARACTERS_MAX: usize = 256;
pub(super) const CODE_MAX: u64 = 2_147_483_647;

const KINDS: &str = "`code`, `status`, `html`, `cut`, `delay`, `code_as_string`, `no_member_list`";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Add {
    #[serde(default, deserialize_with = "extract::present")]
    path: Option<String>,
    #[serde(default, deserialize_with = "extract::present")]
    times: Option<Whole>,
    fault: BTreeMap<String, Value>,
}

#[derive(Serialize)]
pub(super) struct Waiting {
    faults: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    path: Option<String>,
    times: u64,
    fault: Injection,
}

#[derive(Serialize)]
pub(super) struct Cleared {
    pub(super) cleared: usize,
}

pub(super) async fn list(State(shared): State<Arc<Shared>>) -> Json<Waiting> {
    Json(waiting(&shared.faults))
}

pub(super) async fn add(
    State(shared): State<Arc<Shared>>,
    StrictJson(add): StrictJson<Add>,
) -> Result<Json<Waiting>, ControlError> {
    let Add { path, times, fault } = add;
    let injection = injection(fault)?;
    let times = extract::within("times", times, 1..=TIMES_MAX)?.unwrap_or(1);
    path.as_deref().map_or(Ok(()), check_path)?;
    shared
        .change(|world| {
            if !world.faults.push(Queued { path, times, injection }) {
                let queued_max = Faults::QUEUED_MAX;
                return Err(ControlError::conflict(format!("{queued_max} faults wait already; clear them first")));
            }
            Ok(Json(waiting(&world.faults)))
        })
        .await?
}

pub(super) async fn clear(State(shared): State<Arc<Shared>>) -> Result<Json<Cleared>, ControlError> {
    Ok(shared.change(|world| Json(Cleared { cleared: world.faults.clear() })).await?)
}

/// Checks that this is a path as a request has it, without a query.
pub(super) fn check_path(path: &str) -> Result<(), ControlError> {
    let is_path = path.starts_with('/')
        && path.len() <= PATH_CHARACTERS_MAX
        && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'?' && byte != b'#');
    if is_path {
        return Ok(());
    }
    Err(ControlError::bad_request(format!(
        "`path` is `{}`; it must begin with `/`, and have at most {PATH_CHARACTERS_MAX} characters of ASCII, none of them a space, `?` or `#`",
        Excerpt(path)
    )))
}

fn waiting(faults: &Faults) -> Waiting {
    let rows = faults.all().into_iter().map(|Queued { path, times, injection }| Row { path, times, fault: injection });
    Waiting { faults: rows.collect() }
}

/// The fault of this JSON; a field that its kind does not have is refused.
fn injection(mut fields: BTreeMap<String, Value>) -> Result<Injection, ControlError> {
    let kind = match fields.remove("kind") {
        Some(Value::String(kind)) => kind,
        Some(other) => return Err(not("kind", &other, &format!("one of {KINDS}"))),
        None => return Err(ControlError::bad_request(format!("`fault.kind` is missing; there are {KINDS}"))),
    };
    let kind = match kind.as_str() {
        "code" => Kind::Code(number(&mut fields, "code", 1, CODE_MAX)?.cast_signed()),
        "status" => Kind::Status(status(&mut fields)?, page(&mut fields)?),
        "html" => Kind::Html,
        "cut" => Kind::Cut,
        "delay" => Kind::Delay(Duration::from_millis(number(&mut fields, "ms", 0, DELAY_MS_MAX)?)),
        "code_as_string" => Kind::CodeAsString,
        "no_member_list" => Kind::NoMemberList,
        other => {
            return Err(ControlError::bad_request(format!("`fault.kind` is `{}`; there are {KINDS}", Excerpt(other))));
        }
    };
    // Without an answer of its own to bend, there is nothing to do.
    let only_after = matches!(kind, Kind::CodeAsString | Kind::NoMemberList);
    let after = match fields.remove("after") {
        None => only_after,
        Some(Value::Bool(false)) if only_after => {
            let kind = kind.name();
            return Err(ControlError::bad_request(format!(
                "`fault.after` is false; `{kind}` bends the answer of a call that took effect, so it can only be true"
            )));
        }
        Some(Value::Bool(after)) => after,
        Some(other) => return Err(not("after", &other, "true or false")),
    };
    match fields.keys().next() {
        None => Ok(Injection { kind, after }),
        Some(name) => Err(ControlError::bad_request(format!(
            "`fault.{}` is not a field of a `{}` fault",
            Excerpt(name),
            kind.name()
        ))),
    }
}

fn number(fields: &mut BTreeMap<String, Value>, name: &str, min: u64, max: u64) -> Result<u64, ControlError> {
    let wanted = format!("a whole number from {min} to {max}");
    let value = fields
        .remove(name)
        .ok_or_else(|| ControlError::bad_request(format!("`fault.{name}` is missing; it must be {wanted}")))?;
    let number = value.as_number().and_then(extract::whole).filter(|number| (min..=max).contains(number));
    number.ok_or_else(|| not(name, &value, &wanted))
}

/// A status with which an answer can end; 304 and 204 have no body by the rules of HTTP, whatever is asked for.
fn status(fields: &mut BTreeMap<String, Value>) -> Result<StatusCode, ControlError> {
    let number = number(fields, "status", 200, 599)?;
    let status = u16::try_from(number).ok().and_then(|number| StatusCode::from_u16(number).ok());
    status.ok_or_else(|| not("status", &number.into(), "a whole number from 200 to 599"))
}

fn page(fields: &mut BTreeMap<String, Value>) -> Result<Page, ControlError> {
    match fields.remove("body") {
        None => Ok(Page::Html),
        Some(value) => {
            let found = value.as_str().and_then(|name| Page::ALL.iter().copied().find(|page| page.name() == name));
            found.ok_or_else(|| not("body", &value, "`html`, `json` or `empty`"))
        }
    }
}

fn not(name: &str, found: &Value, wanted: &str) -> ControlError {
    ControlError::bad_request(format!("`fault.{name}` is `{}`; it must be {wanted}", Excerpt(&found.to_string())))
}
