//! The calls of the API beyond those of `avmarks-service`: accounts, profiles, groups of every type, members, mutes, bans, attributes,
//! counters and messages, in what an SDK's own test suite needs of them.
//!
//! **A call is a row** (`call.rs`): its path, the document that describes it, the group types that it refuses with the code of that
//! document, whether it needs the plan, its fields with their limits, and what answers it. The rows are in one file for each
//! family; [`FAMILIES`] lists the files. The same row checks a request, refuses it, and describes the call in OpenAPI
//! (`openapi.rs`). A call that only has to be acknowledged is a row without a function.
//!
//! **State** is what calls share: accounts ([`crate::state::CallState`]) and what a group has beyond its room ([`crate::state::Group`]). Members are those of the
//! group's room in every type, so that presence, marks and robots do not depend on who changed them.
//!
//! **Order of refusals** (ours, as `docs/precedence.md` is): steps 1 to 4 are the service's ([`avmarks_service::App::authorize`]); then the body is no
//! JSON object (60003), its fields in the order of the row, the form of the group id (10015), whether the group exists (10010),
//! its type, the plan (10059), the caller (10007), and what the function says. The 200 calls per second are not counted.
//!
//! If a page states several limits for a field, or no sample of an answer, the row or the function says which reading is taken;
//! `docs/calls.md` lists those that are ours.

mod accounts;
mod acknowledged;
mod answer;
mod attributes;
mod bans;
mod body;
mod call;
mod contacts;
mod counters;
mod direct;
mod field;
mod friends;
mod groups;
mod info;
mod json;
mod members;
mod messages;
mod mutes;
mod official;
mod openapi;
mod operations;
mod profiles;
mod pushes;
mod refused;
mod robots;
mod roles;
mod searches;
mod service;
mod topics;
mod view;

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use avmarks_protocol::internal::envelope_json;
use avmarks_protocol::url::redact_usersig;
use avmarks_protocol::{Endpoint, Envelope, ErrorCode};
use avmarks_rules::Reason;
use avmarks_service::Answer;
use avmarks_spec::readings::TrailingComma;
use avmarks_spec::{Excerpt, Gap, GroupId, Timestamp};
use foldhash::fast::FixedState;
use serde_json::Value;

use crate::authorized_call::AuthorizedCall;
use crate::state::{Changes, State};
use crate::webhooks::{CallWebhook, Initiator};
use answer::Reply;
use body::CallBody;
use call::{Run, found, permitted, well_formed};
use refused::Refused;

pub(crate) use body::Terms;
pub(crate) use call::Call;

/// What every path begins with.
const VERSION: &str = "v4/";

/// The rows, one list for each file.
const FAMILIES: [&[Call]; 22] = [
    accounts::CALLS,
    profiles::CALLS,
    groups::CALLS,
    info::CALLS,
    members::CALLS,
    roles::CALLS,
    mutes::CALLS,
    bans::CALLS,
    attributes::CALLS,
    counters::CALLS,
    messages::CALLS,
    direct::CALLS,
    acknowledged::CALLS,
    friends::CALLS,
    pushes::CALLS,
    contacts::CALLS,
    topics::CALLS,
    official::CALLS,
    robots::CALLS,
    operations::CALLS,
    searches::CALLS,
    service::CALLS,
];

/// All rows, those of `avmarks-service` as well.
fn all() -> impl Iterator<Item = &'static Call> {
    FAMILIES.into_iter().flatten()
}

/// Those that are answered here, by their paths.
static BY_PATH: LazyLock<HashMap<&str, &Call, FixedState>> =
    LazyLock::new(|| all().filter(|call| !matches!(call.run, Run::Service)).map(|call| (call.path, call)).collect());

/// The call of this path that is answered here, with or without a slash in front.
pub(crate) fn of(path: &str) -> Option<&'static Call> {
    let path = path.strip_prefix('/').unwrap_or(path).strip_prefix(VERSION)?;
    BY_PATH.get(path).copied()
}

/// The description of all calls in OpenAPI.
pub(crate) fn document() -> Value {
    openapi::document(VERSION, all())
}

/// What a call is answered, and what it made happen.
pub(crate) struct Outcome {
    pub(crate) answer: Answer,
    pub(crate) changes: Changes,
    /// How members left, if they did.
    pub(crate) initiator: Initiator,
    /// The webhooks about the call.
    pub(crate) tells: Vec<CallWebhook>,
}

impl Outcome {
    /// An answer with which nothing happened.
    pub(crate) fn of(answer: Answer) -> Self {
        Self { answer, changes: Changes::default(), initiator: Initiator::Member, tells: Vec::new() }
    }

    /// A refusal with this code.
    pub(crate) fn refused(code: i64, info: String) -> Self {
        let code = ErrorCode::new(code);
        Self::of(Answer::new(code, envelope_json(&Envelope::fail(code, info))))
    }
}

/// What the app's server is asked about a call that got past the gate; nothing if the call will be refused or repeats another.
pub(crate) fn question(
    state: &State,
    terms: Terms,
    call: &Call,
    asked: &AuthorizedCall<'_>,
    now: Timestamp,
) -> Option<CallWebhook> {
    let webhook = call.before?;
    let text = body::text(asked.body, state.app.settings().terms.policy.trailing_comma).ok()?;
    let given = checked(state, call, &text, terms, asked.identifier, now).ok()?;
    (webhook.contents)(state, &given).ok().flatten()
}

/// The body of a call with these fields in the place of its own.
pub(crate) fn amended(body: &[u8], reading: TrailingComma, fields: Vec<(&'static str, Value)>) -> Option<Vec<u8>> {
    let text = body::text(body, reading).ok()?;
    let mut whole: serde_json::Map<String, Value> = serde_json::from_str(&text).ok()?;
    whole.extend(fields.into_iter().map(|(name, value)| (name.to_owned(), value)));
    serde_json::to_vec(&whole).ok()
}

/// Answers a call that got past the gate; and whether it has changed anything.
pub(crate) fn answer(
    state: &mut State,
    terms: Terms,
    call: &Call,
    asked: &AuthorizedCall<'_>,
    now: Timestamp,
) -> (Outcome, bool) {
    let text = body::text(asked.body, state.app.settings().terms.policy.trailing_comma);
    let answered = text.as_ref().map_err(Clone::clone).and_then(|text| {
        let given = checked(state, call, text, terms, asked.identifier, now)?;
        match call.run {
            Run::Nothing => Ok(Reply::empty(call.answers)),
            Run::Acknowledges(acknowledges) => Ok(acknowledges(&given)),
            Run::Service => Ok(Reply::ok()),
            Run::Looks(looks) => looks(state, &given),
            Run::Changes(changes) => changes(state, &given),
        }
    });
    let mut outcome = match answered {
        Ok(mut reply) => {
            let answer = Answer::new(ErrorCode::OK, reply.take_json());
            Outcome { answer, changes: reply.changes, initiator: reply.initiator, tells: reply.tells }
        }
        Err(Refused { code, info }) => Outcome::refused(code.number(), info),
    };
    if text.is_ok_and(|text| text.as_bytes() != asked.body) {
        outcome.answer.because.push(Reason::Gap(Gap::TrailingComma));
    }
    let is_change = call.changes() && outcome.answer.code == ErrorCode::OK && !terms.discards;
    (outcome, is_change)
}

/// A call whose body and group may be answered.
fn checked<'a>(
    state: &State,
    call: &Call,
    text: &'a str,
    terms: Terms,
    caller: &'a str,
    now: Timestamp,
) -> Result<CallBody<'a>, Refused> {
    let text = if call.needs_nothing() && body::is_empty_list(text) { "{}" } else { text };
    let reading = state.app.settings().terms.policy.account_id;
    let mut given = CallBody::parse(text, call.codes.0, caller, now, reading, terms)?;
    given.check(call.fields, call.codes)?;
    if call.of_group {
        given.group = Some(gate(state, call, &given)?);
    } else if call.needs_plan {
        plan(state, call)?;
    }
    Ok(given)
}

/// The group of a call, if the call may be about it.
fn gate(state: &State, call: &Call, given: &CallBody<'_>) -> Result<GroupId, Refused> {
    let id = well_formed(given.text("GroupId").unwrap_or_default())?;
    let room = found(state, &id)?;
    if let Some((kind, code)) = call.refuses.iter().find(|(kind, _)| *kind == room.kind()) {
        let (_, command) = call.split();
        return Err(Refused::new(*code, format!("`{command}` is not for a group of type `{kind}`, as `{id}` is")));
    }
    if call.needs_plan {
        plan(state, call)?;
    }
    permitted(state, &id, room, given.caller)?;
    Ok(id)
}

/// 10059: the plan has no such call.
fn plan(state: &State, call: &Call) -> Result<(), Refused> {
    if state.app.settings().terms.marks_supported {
        return Ok(());
    }
    let (_, command) = call.split();
    Err(Refused::new(10_059, format!("the plan of the app has no `{command}`")))
}

/// Whether a call of this path is emulated, by the service or here.
pub(crate) fn is_emulated(path: &str) -> bool {
    Endpoint::from_path(path).is_some() || of(path).is_some()
}

/// The answer to a path that no emulated call has: what is answered, and how anything else can be.
pub(crate) fn unknown_path(path: &str, code: ErrorCode) -> Vec<u8> {
    let asked = redact_usersig(path);
    let mut info = format!("this emulator answers no call with the path `{}`", Excerpt(&asked));
    let folded = folded(path);
    if is_emulated(&folded) {
        info.push_str(&format!("; it has a slash too many: the path is `/{folded}`"));
    } else {
        let mut services: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for call in all() {
            let (service, command) = call.split();
            services.entry(service).or_default().push(command);
        }
        let services = services.into_iter().map(|(service, commands)| format!("{service}/{{{}}}", commands.join(",")));
        let services: Vec<_> = services.collect();
        info.push_str("; `avmarks serve --stub PATH=FILE`, `--stub-unknown ok` or `POST /_avmarks/stubs` answers others; below `v4/` it answers ");
        info.push_str(&services.join(", "));
    }
    Endpoint::refused_answer(None, code, info)
}

/// The path with one slash between its parts, and none at either end.
fn folded(path: &str) -> String {
    let parts: Vec<_> = path.split('/').filter(|part| !part.is_empty()).collect();
    parts.join("/")
}
