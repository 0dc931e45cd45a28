//! The calls of the API beyond those of `avmarks-service`: accounts, profiles, groups of every type, members, mutes, bans, attributes,
//! counters and messages, in what an SDK's own test suite needs of them.
//!
//! **A call is a row** ([`Call`]): its path, the document that describes it, the group types that it refuses with the code of that
//! document, whether it needs the plan, its fields with their limits, and what answers it. The rows stand in one file for each
//! family; [`FAMILIES`] lists the files. The same row checks a request, refuses it, and describes the call in OpenAPI
//! (`openapi.rs`). A call that only has to be acknowledged is a row without a function.
//!
//! **State** is what calls share: accounts ([`CallState`]) and what a group has beyond its room ([`Group`]). Members are those of the
//! group's room in every type, so that presence, marks and robots are the same whoever changed them.
//!
//! **Order of refusals** (ours, as `docs/precedence.md` is): steps 1 to 4 are the service's ([`avmarks_service::App::gate`]); then the body is no
//! JSON object (60003), its fields in the order of the row, the form of the group id (10015), whether the group exists (10010),
//! its type, the plan (10059), the caller (10007), and what the function says. The 200 calls a second are not counted.
//!
//! Where a page gives a field several limits, or an answer no sample, the row or the function says which reading is taken;
//! `docs/calls.md` lists those that are ours.

mod accounts;
mod acknowledged;
mod answer;
mod attributes;
mod bans;
mod body;
mod counters;
mod direct;
mod field;
mod groups;
mod info;
mod members;
mod messages;
mod mutes;
mod openapi;
mod profiles;
mod refused;
mod roles;
mod service;
mod state;
mod stubs;
mod wire;

use std::collections::BTreeMap;

use avmarks_protocol::url::redact_usersig;
use avmarks_protocol::{Endpoint, Envelope, ErrorCode, envelope_json};
use avmarks_rules::{Reason, Room};
use avmarks_service::{Answer, Call as Asked, GroupEvent};
use avmarks_spec::{Excerpt, Gap, GroupId, GroupType, Timestamp};

use crate::inputs::Exit;
use crate::world::World;
use answer::Reply;
use body::Given;
use field::Field;
use refused::Refused;

pub(crate) use openapi::document;
pub(crate) use state::{Account, CallState, Group, Message, Messages};
pub(crate) use stubs::{Stub, Stubs};

/// What every path begins with.
const VERSION: &str = "v4/";

/// The rows, one list for each file.
const FAMILIES: [&[Call]; 14] = [
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
    service::CALLS,
];

/// A call of the API.
#[derive(Debug)]
pub(crate) struct Call {
    /// The path without `v4/`.
    path: &'static str,
    /// The document that describes it, and where a limit or code is ours, that.
    source: &'static str,
    /// What it does, in one sentence.
    says: &'static str,
    /// Whether it is about one group, which its field `GroupId` names.
    of_group: bool,
    /// The group types that it refuses, each with its code.
    refuses: &'static [(GroupType, i64)],
    /// Whether it needs the plan that has marks.
    needs_plan: bool,
    /// The code for a field that is missing or of another type, and the one for a list that is too long.
    codes: (i64, i64),
    fields: &'static [Field],
    /// What its answer has beyond the envelope.
    answers: &'static [Field],
    run: Run,
}

/// What answers a call.
#[derive(Clone, Copy, Debug)]
enum Run {
    /// It is refused or acknowledged, and nothing is kept of it.
    Acknowledges,
    Looks(fn(&World, &Given<'_>) -> Answered),
    Changes(fn(&mut World, &Given<'_>) -> Answered),
    /// `avmarks-service`: the row is there for those who read the table.
    Service,
}

type Answered = Result<Reply, Refused>;

impl Call {
    /// A call that is acknowledged, with the codes of the group calls: 10004, and 10005 for a list that is too long.
    const fn new(path: &'static str, source: &'static str, says: &'static str, fields: &'static [Field]) -> Self {
        Self {
            path,
            source,
            says,
            of_group: false,
            refuses: &[],
            needs_plan: false,
            codes: (10_004, 10_005),
            fields,
            answers: &[],
            run: Run::Acknowledges,
        }
    }

    /// About the group that `GroupId` names, which must exist and be of none of these types.
    const fn of_group(self, refuses: &'static [(GroupType, i64)]) -> Self {
        Self { of_group: true, refuses, ..self }
    }

    const fn needs_plan(self) -> Self {
        Self { needs_plan: true, ..self }
    }

    const fn codes(self, invalid: i64, too_many: i64) -> Self {
        Self { codes: (invalid, too_many), ..self }
    }

    const fn answers(self, answers: &'static [Field]) -> Self {
        Self { answers, ..self }
    }

    const fn looks(self, looks: fn(&World, &Given<'_>) -> Answered) -> Self {
        Self { run: Run::Looks(looks), ..self }
    }

    const fn runs(self, changes: fn(&mut World, &Given<'_>) -> Answered) -> Self {
        Self { run: Run::Changes(changes), ..self }
    }

    const fn by_service(self) -> Self {
        Self { run: Run::Service, ..self }
    }

    /// All of them, those of `avmarks-service` as well.
    fn all() -> impl Iterator<Item = &'static Self> {
        FAMILIES.into_iter().flatten()
    }

    /// The call of this path that is answered here, with or without a slash in front.
    pub(crate) fn of(path: &str) -> Option<&'static Self> {
        let path = path.strip_prefix('/').unwrap_or(path).strip_prefix(VERSION)?;
        Self::all().find(|call| call.path == path && !matches!(call.run, Run::Service))
    }

    /// Whether it changes anything.
    pub(crate) const fn changes(&self) -> bool {
        matches!(self.run, Run::Changes(_))
    }

    /// The service and the command that the path names.
    fn split(&self) -> (&'static str, &'static str) {
        self.path.split_once('/').unwrap_or(("", self.path))
    }
}

/// What a call is answered, and what it made happen.
pub(crate) struct Outcome {
    pub(crate) answer: Answer,
    pub(crate) happenings: Vec<GroupEvent>,
    /// How members left, where they did.
    pub(crate) exit: Exit,
}

impl Outcome {
    /// An answer with which nothing happened.
    pub(crate) const fn of(answer: Answer) -> Self {
        Self { answer, happenings: Vec::new(), exit: Exit::Quit }
    }
}

/// Answers a call that got past the gate.
pub(crate) fn answer(world: &mut World, call: &Call, asked: &Asked<'_>, now: Timestamp) -> Outcome {
    let policy = world.app.settings().terms.policy;
    let text = body::text(asked.body, &policy);
    let answered = text.as_ref().map_err(Clone::clone).and_then(|text| {
        let mut given = Given::parse(text, asked.identifier, now, policy.account_id)?;
        given.check(call)?;
        if call.of_group {
            given.group = Some(gate(world, call, &given)?);
        } else if call.needs_plan {
            plan(world, call)?;
        }
        match call.run {
            Run::Acknowledges | Run::Service => Ok(Reply::ok()),
            Run::Looks(looks) => looks(world, &given),
            Run::Changes(changes) => changes(world, &given),
        }
    });
    let mut outcome = match answered {
        Ok(reply) => {
            let body = reply.to_json();
            Outcome { answer: Answer::new(ErrorCode::OK, body), happenings: reply.happenings, exit: reply.exit }
        }
        Err(Refused { code, info }) => Outcome::of(Answer::new(code, envelope_json(&Envelope::fail(code, info)))),
    };
    if text.is_ok_and(|text| text.as_bytes() != asked.body) {
        outcome.answer.because.push(Reason::Gap(Gap::TrailingComma));
    }
    outcome
}

/// The group of a call, where the call may be about it.
fn gate(world: &World, call: &Call, given: &Given<'_>) -> Result<GroupId, Refused> {
    let id = well_formed(given.text("GroupId").unwrap_or_default())?;
    let room = found(world, &id)?;
    if let Some((kind, code)) = call.refuses.iter().find(|(kind, _)| *kind == room.kind()) {
        let (_, command) = call.split();
        return Err(Refused::new(*code, format!("`{command}` is not for a group of type `{kind}`, as `{id}` is")));
    }
    if call.needs_plan {
        plan(world, call)?;
    }
    permitted(world, &id, room, given.caller)?;
    Ok(id)
}

/// 10059: the plan has no such call.
fn plan(world: &World, call: &Call) -> Result<(), Refused> {
    if world.app.settings().terms.marks_supported {
        return Ok(());
    }
    let (_, command) = call.split();
    Err(Refused::new(10_059, format!("the plan of the app has no `{command}`")))
}

fn found<'a>(world: &'a World, id: &GroupId) -> Result<&'a Room, Refused> {
    let absent = || Refused::new(10_010, format!("there is no group `{id}`, or it has been destroyed"));
    world.app.room(id).ok_or_else(absent)
}

/// An app admin may see and change every group, an owner the own one (`gap:rest-owner`).
fn permitted(world: &World, id: &GroupId, room: &Room, caller: &str) -> Result<(), Refused> {
    if is_admin(world, caller) || room.owner().is_some_and(|owner| owner.as_str() == caller) {
        return Ok(());
    }
    let info = format!("`{}` is neither an app admin nor the owner of group `{id}`", Excerpt(caller));
    Err(Refused::new(10_007, info))
}

fn is_admin(world: &World, caller: &str) -> bool {
    world.app.settings().admins.contains(caller)
}

fn well_formed(id: &str) -> Result<GroupId, Refused> {
    GroupId::parse(id).map_err(|fault| Refused::new(10_015, format!("group id `{}`: {fault}", Excerpt(id))))
}

/// Whether a call of this path is emulated, by the service or here.
pub(crate) fn is_emulated(path: &str) -> bool {
    Endpoint::from_path(path).is_some() || Call::of(path).is_some()
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
        for call in Call::all() {
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
