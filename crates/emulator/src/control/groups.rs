//! Groups and their members: what there is, and the presence of members.

use std::sync::{Arc, MutexGuard};

use avmarks_rules::{MemberState, Presence, Room};
use avmarks_service::{GroupEvent, scenario::events_json};
use avmarks_spec::{Excerpt, GroupId, GroupType, Mark, Quoted, Timestamp, UserId};
use axum::Json;
use axum::extract::State;
use axum::routing::{MethodRouter, post};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::error::ControlError;
use super::extract::{self, Group, Page, Parameters, StrictJson};
use crate::shared::Shared;
use crate::webhooks::{Initiator, Ruling, WebhookEvent};
use crate::world::World;

/// Members or groups of an answer, if nothing else is asked, and at most.
const PAGE: usize = 100;
const PAGE_MAX: usize = 1_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Create {
    group: String,
    #[serde(default, deserialize_with = "extract::present")]
    r#type: Option<String>,
    #[serde(default, deserialize_with = "extract::present")]
    owner: Option<String>,
    #[serde(default, deserialize_with = "extract::present")]
    name: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Accounts {
    accounts: Vec<String>,
}

/// What happened.
#[derive(Serialize)]
pub(super) struct Answer {
    events: Box<RawValue>,
    /// Those whom a webhook refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    refused: Vec<RefusedRow>,
}

/// An account that a webhook did not let in.
#[derive(Serialize)]
struct RefusedRow {
    account: String,
    code: i64,
    info: String,
}

#[derive(Serialize)]
pub(super) struct Groups {
    groups: Vec<GroupRow>,
    total: usize,
    next: Option<String>,
}

/// A group as the list has it.
#[derive(Serialize)]
struct GroupRow {
    #[serde(flatten)]
    group: GroupHead,
    /// Who joined, without robots.
    members: usize,
    robots: usize,
    /// Of either.
    online: usize,
}

#[derive(Serialize)]
struct GroupHead {
    group: String,
    r#type: &'static str,
    owner: Option<String>,
    name: String,
}

#[derive(Serialize)]
pub(super) struct GroupView {
    #[serde(flatten)]
    group: GroupHead,
    /// Administrators (`modify_admin`), in the order in which they were set.
    admins: Vec<String>,
    now: u64,
    /// Rows of all pages: members and robots.
    total: usize,
    robots: usize,
    online: usize,
    marks: Vec<MarkRow>,
    members: Vec<MemberRow>,
    next: Option<u64>,
}

#[derive(Serialize)]
struct MarkRow {
    mark: u32,
    holders: usize,
}

#[derive(Serialize)]
struct MemberRow {
    account: String,
    position: u64,
    joined: u64,
    connected: bool,
    robot: bool,
    online: bool,
    marks: Vec<u32>,
    pinned_until: Option<u64>,
}

pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    Parameters(page): Parameters<Page<String>>,
) -> Result<Json<Groups>, ControlError> {
    let limit = extract::limit(page.limit, PAGE_MAX, PAGE_MAX)?;
    let after = page.after.map(|after| extract::group("`after`", &after)).transpose()?;
    let world = at_present(&shared);
    let mut ids = world.state.app.groups().filter(|id| after.is_none_or(|after| *id > after));
    let shown: Vec<_> = ids.by_ref().take(limit).collect();
    let next = ids.next().and(shown.last()).map(ToString::to_string);
    let groups = shown.iter().filter_map(|id| {
        let room = world.state.app.room(id)?;
        Some(GroupRow {
            group: head(&world, *id, room),
            members: room.len() - room.robots(),
            robots: room.robots(),
            online: room.online_count(world.now()),
        })
    });
    Ok(Json(Groups { groups: groups.collect(), total: world.state.app.groups().len(), next }))
}

/// The world once all that ends by now has ended, so that every count is of one moment.
fn at_present(shared: &Shared) -> MutexGuard<'_, World> {
    let mut world = shared.lock();
    world.tick();
    world
}

fn head(world: &World, id: GroupId, room: &Room) -> GroupHead {
    GroupHead {
        group: id.to_string(),
        r#type: room.kind().name(),
        owner: room.owner().as_ref().map(UserId::to_string),
        name: world.state.groups.get(&id).map(|group| group.name.clone()).unwrap_or_default(),
    }
}

pub(super) async fn create(
    State(shared): State<Arc<Shared>>,
    StrictJson(create): StrictJson<Create>,
) -> Result<Json<Answer>, ControlError> {
    let id = extract::group("`group`", &create.group)?;
    let kind = create.r#type.map_or(Ok(GroupType::AvChatRoom), |name| {
        GroupType::from_name(&name).ok_or_else(|| {
            let (name, known) = (Excerpt(&name), Quoted(GroupType::ALL.iter()));
            ControlError::bad_request(format!("`type` is `{name}`; there are {known}"))
        })
    })?;
    shared
        .change(|world| {
            let reading = world.state.app.settings().terms.policy.account_id;
            let owner = create.owner.map(|owner| extract::user("`owner`", &owner, reading)).transpose()?;
            let group_events = world.create_group(id, kind, owner, create.name.unwrap_or_default())?;
            Ok(answer(&group_events))
        })
        .await?
}

pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    Group(id): Group,
    Parameters(page): Parameters<Page<u64>>,
) -> Result<Json<GroupView>, ControlError> {
    let limit = extract::limit(page.limit, PAGE, PAGE_MAX)?;
    let after = extract::after(page.after)?;
    let world = at_present(&shared);
    let room = world.state.app.room(&id).ok_or_else(|| ControlError::no_group(id))?;
    let now = world.now();
    let mut members = room.members_after(after, limit + 1, now);
    let more = members.len() > limit;
    members.truncate(limit);
    let next = members.last().filter(|_| more).map(|last| last.position);
    let marks = room.marks_in_use(now).into_iter().map(|(mark, holders)| MarkRow { mark: mark.number(), holders });
    Ok(Json(GroupView {
        group: head(&world, id, room),
        admins: room.admins().iter().map(UserId::to_string).collect(),
        now: now.as_millis(),
        total: room.len(),
        robots: room.robots(),
        online: room.online_count(now),
        marks: marks.collect(),
        members: members.into_iter().map(MemberRow::from).collect(),
        next,
    }))
}

impl From<MemberState> for MemberRow {
    fn from(member: MemberState) -> Self {
        Self {
            account: member.account.to_string(),
            position: member.position,
            joined: member.joined.as_millis(),
            connected: member.connected,
            robot: member.robot,
            online: member.is_online(),
            marks: member.marks.into_iter().map(Mark::number).collect(),
            pinned_until: member.pinned_until.map(Timestamp::as_millis),
        }
    }
}

pub(super) async fn destroy(State(shared): State<Arc<Shared>>, Group(id): Group) -> Result<Json<Answer>, ControlError> {
    shared
        .change(|world| {
            world.state.app.room(&id).ok_or_else(|| ControlError::no_group(id))?;
            Ok(answer(&world.destroy_group(id)))
        })
        .await?
}

pub(super) async fn join(
    state: State<Arc<Shared>>,
    group: Group,
    StrictJson(mut accounts): StrictJson<Accounts>,
) -> Result<Json<Answer>, ControlError> {
    let refused = refused(&state, group.0, &mut accounts).await;
    let Json(answer) = apply_presence(state, group, StrictJson(accounts), Presence::Join, Initiator::Member).await?;
    Ok(Json(Answer { refused, ..answer }))
}

/// Takes out of these accounts those whom a webhook refuses, if one is asked (`Group.CallbackBeforeApplyJoinGroup`).
async fn refused(shared: &Arc<Shared>, id: GroupId, accounts: &mut Accounts) -> Vec<RefusedRow> {
    let mut refused = Vec::new();
    if !shared.outbox.asks(WebhookEvent::BeforeApplyJoin) {
        return refused;
    }
    let mut asked = std::collections::BTreeSet::new();
    for account in accounts.accounts.clone() {
        let question = shared.lock().join_question(id, &account);
        let Some(webhook) = question.filter(|_| asked.insert(account.clone())) else { continue };
        if let Ruling::Refuses { code, info } = shared.ask(webhook).await {
            accounts.accounts.retain(|other| *other != account);
            refused.push(RefusedRow { account, code, info });
        }
    }
    refused
}

/// Changes the presence of accounts in a group.
pub(super) fn presence(presence: Presence, initiator: Initiator) -> MethodRouter<Arc<Shared>> {
    post(move |state, group, accounts| apply_presence(state, group, accounts, presence, initiator))
}

async fn apply_presence(
    State(shared): State<Arc<Shared>>,
    Group(id): Group,
    StrictJson(Accounts { accounts }): StrictJson<Accounts>,
    presence: Presence,
    initiator: Initiator,
) -> Result<Json<Answer>, ControlError> {
    shared
        .change(|world| {
            let reading = world.state.app.settings().terms.policy.account_id;
            let each = accounts.iter().enumerate();
            let accounts = each
                .map(|(at, account)| extract::user(&format!("`accounts[{at}]`"), account, reading))
                .collect::<Result<Vec<_>, _>>()?;
            world.state.app.room(&id).ok_or_else(|| ControlError::no_group(id))?;
            Ok(answer(&world.apply_presence(id, presence, &accounts, initiator)?))
        })
        .await?
}

fn answer(group_events: &[GroupEvent]) -> Json<Answer> {
    Json(Answer { events: events(group_events), refused: Vec::new() })
}

/// What happened, as a scenario line has it.
pub(super) fn events(group_events: &[GroupEvent]) -> Box<RawValue> {
    // What the service has written is JSON.
    let text = String::from_utf8(events_json(group_events)).unwrap_or_default();
    RawValue::from_string(text).unwrap_or_default()
}
