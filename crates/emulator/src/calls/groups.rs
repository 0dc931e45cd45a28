//! Groups of every type: created, imported, destroyed.
//!
//! Ours: an id in use is answered 10025 if the group's owner is the caller or the owner asked for, and 10021 otherwise; more groups
//! than the emulator keeps is 10036. Ids that are assigned count up, and begin as those of the pages' samples do. Texts may have
//! 1,024 bytes, since the documents give several numbers for each, all smaller. Accounts need not have been imported. Who is put
//! into a group by these calls is offline there until it connects.

use avmarks_rules::Presence;
use avmarks_spec::{Excerpt, GroupId, GroupType, Timestamp, UserId};
use serde_json::{Value, json};

use super::answer::Reply;
use super::body::CallBody;
use super::field::Field;
use super::json::Json;
use super::refused::Refused;

use super::call::{Answered, Call, WebhookResult, is_admin, well_formed};
use crate::state::{Changes, Group, State};
use crate::webhooks::{CallWebhook, Initiator, WebhookEvent};

/// Bytes of a text that is kept with a group.
pub(super) const TEXT_BYTES_MAX: usize = 1_024;

/// What ids begin with that the service assigns; none that is chosen may. Source: 33529.
const ASSIGNED: &str = "@TGS#";
/// What ids of communities begin with, chosen ones as well. Source: 33529.
const COMMUNITY: &str = "@TGS#_";

/// Members that one `create_group` may name. Source: 1047/34895, request fields.
const MEMBERS_MAX: usize = 100;

pub(super) const JOIN_OPTIONS: &[&str] = &["FreeAccess", "NeedPermission", "DisableApply"];

/// A custom field of a group or a member.
pub(super) const CUSTOM: &[Field] =
    &[Field::name("Key", TEXT_BYTES_MAX).required(), Field::text("Value", TEXT_BYTES_MAX).required()];

const TYPE: Field =
    Field::one_of("Type", &["Private", "Work", "Public", "ChatRoom", "Meeting", "AVChatRoom", "Community"]);
const OWNER: Field = Field::account("Owner_Account");
const CHOSEN: Field = Field::any_text("GroupId");
const NAME: Field = Field::name("Name", TEXT_BYTES_MAX);
const INTRODUCTION: Field = Field::text("Introduction", TEXT_BYTES_MAX);
const NOTIFICATION: Field = Field::text("Notification", TEXT_BYTES_MAX);
const FACE_URL: Field = Field::text("FaceUrl", TEXT_BYTES_MAX);
const MAX_MEMBER_COUNT: Field = Field::number("MaxMemberCount", 1, u32::MAX as i64);
const APPLY: Field = Field::one_of("ApplyJoinOption", JOIN_OPTIONS);
const CUSTOM_FIELDS: Field = Field::any_objects("AppDefinedData", CUSTOM);
const CREATED: &[Field] = &[Field::name("GroupId", 48).required()];

pub(super) const CALLS: &[Call] = &[
    Call::new(
        "group_open_http_svc/create_group",
        "1047/34895",
        "Creates a group, with members where its type is not AVChatRoom.",
        &[
            TYPE.required(),
            NAME.required(),
            INTRODUCTION,
            NOTIFICATION,
            FACE_URL,
            OWNER,
            CHOSEN,
            MAX_MEMBER_COUNT,
            APPLY,
            CUSTOM_FIELDS,
            Field::objects("MemberList", MEMBERS_MAX, &[Field::member(), Field::one_of("Role", &["Admin", "Member"])]),
        ],
    )
    .answers(CREATED)
    .before(WebhookEvent::BeforeCreateGroup, before_create)
    .runs(create),
    Call::new(
        "group_open_http_svc/import_group",
        "1047/34967",
        "Creates a group that was created elsewhere at an earlier time.",
        &[
            TYPE.required(),
            NAME.required(),
            INTRODUCTION,
            NOTIFICATION,
            FACE_URL,
            OWNER,
            CHOSEN,
            MAX_MEMBER_COUNT,
            APPLY,
            CUSTOM_FIELDS,
            Field::number("CreateTime", 0, u32::MAX as i64),
        ],
    )
    .answers(CREATED)
    .runs(import),
    Call::new(
        "group_open_http_svc/destroy_group",
        "1047/34896",
        "Destroys a group with everything in it.",
        &[Field::group()],
    )
    .of_group(&[])
    .runs(destroy),
];

/// The type of a group that may be created, and its id if one is chosen.
fn creatable(state: &State, given: &CallBody<'_>) -> Result<(GroupType, Option<GroupId>), Refused> {
    if !is_admin(state, given.caller) {
        return Err(Refused::new(10_007, format!("`{}` is not an app admin", Excerpt(given.caller))));
    }
    let kind = given.text("Type").and_then(GroupType::from_name).unwrap_or_default();
    if kind == GroupType::AvChatRoom && !given.parts("MemberList").is_empty() {
        let info = "`MemberList` names members; those of an `AVChatRoom` join by themselves, over the SDK";
        return Err(Refused::new(10_007, info));
    }
    Ok((kind, free_id(state, given, kind)?))
}

/// The id that is chosen for a group, if it may be and is not in use; and whether there is room for another group.
fn free_id(state: &State, given: &CallBody<'_>, kind: GroupType) -> Result<Option<GroupId>, Refused> {
    let chosen = given.text("GroupId").map(|id| chosen_id(id, kind)).transpose()?;
    if let Some((id, room)) = chosen.and_then(|id| Some((id, state.app.room(&id)?))) {
        // 1047/34348: 10025 where the operator owns the group already; over REST, the owner that is asked for counts as well.
        let owner = given.account("Owner_Account");
        let own = room.owner().is_some_and(|found| Some(found) == owner || found.as_str() == given.caller);
        let (code, whose) = if own { (10_025, ", and the same owner's") } else { (10_021, "") };
        return Err(Refused::new(code, format!("group id `{id}` is in use{whose}")));
    }
    given.terms.capacity.check_new_group(&state.app).map_err(|full| Refused::new(10_036, full.to_string()))?;
    Ok(chosen)
}

/// Source: 1047/34368, sample request. `CreateGroupNum` counts the groups of the type that the owner has.
fn before_create(state: &State, given: &CallBody<'_>) -> WebhookResult {
    let (kind, _) = creatable(state, given)?;
    let owner = given.account("Owner_Account");
    let is_own = |id: &GroupId| {
        state.app.room(id).is_some_and(|room| room.kind() == kind && owner.is_some() && room.owner() == owner)
    };
    Ok(Some(
        CallWebhook::new(WebhookEvent::BeforeCreateGroup, given.now)
            .with("Operator_Account", given.caller)
            .with("Owner_Account", given.text("Owner_Account").unwrap_or_default())
            .with("Type", kind.name())
            .with("Name", given.text("Name").unwrap_or_default())
            .with("CreateGroupNum", state.app.groups().filter(is_own).count())
            .with("MemberList", first_members(given)),
    ))
}

fn first_members(given: &CallBody<'_>) -> Vec<Value> {
    let named = given.parts("MemberList").into_iter();
    named.filter_map(|part| Some(json!({ "Member_Account": part.text("Member_Account")? }))).collect()
}

fn create(state: &mut State, given: &CallBody<'_>) -> Answered {
    let (kind, chosen) = creatable(state, given)?;
    let (id, reply) = made(state, given, kind, chosen, given.now, Initiator::Admin);
    // Source: 1047/34369, sample request.
    let webhook = CallWebhook::new(WebhookEvent::AfterCreateGroup, given.now)
        .with("GroupId", id.as_str())
        .with("Operator_Account", given.caller)
        .with("Owner_Account", given.text("Owner_Account").unwrap_or_default())
        .with("Type", kind.name())
        .with("Name", given.text("Name").unwrap_or_default())
        .with("MemberList", first_members(given));
    let custom = given.part().any("AppDefinedData").filter(|_| !given.parts("AppDefinedData").is_empty());
    Ok(reply.telling(Some(webhook.with_some("UserDefinedDataList", custom.map(Json::to_value)))))
}

fn import(state: &mut State, given: &CallBody<'_>) -> Answered {
    if !is_admin(state, given.caller) {
        return Err(Refused::new(10_007, format!("`{}` is not an app admin", Excerpt(given.caller))));
    }
    let kind = given.text("Type").and_then(GroupType::from_name).unwrap_or_default();
    if kind == GroupType::AvChatRoom {
        return Err(Refused::new(10_007, "`import_group` is not for a group of type `AVChatRoom`; create it"));
    }
    let seconds = given.number::<u64>("CreateTime").filter(|time| *time > 0);
    let created = seconds.map_or(given.now, |seconds| Timestamp::from_millis(seconds * 1_000));
    let chosen = free_id(state, given, kind)?;
    Ok(made(state, given, kind, chosen, created, Initiator::Import).1)
}

fn made(
    state: &mut State,
    given: &CallBody<'_>,
    kind: GroupType,
    chosen: Option<GroupId>,
    created: Timestamp,
    initiator: Initiator,
) -> (GroupId, Reply) {
    let owner = given.account("Owner_Account");
    let id = chosen.unwrap_or_else(|| state.assign_id(prefix(kind)));
    let mut group = Group::default();
    profile(&mut group, given, "MaxMemberCount");
    let mut changes = state.create_group(id, kind, owner, group, given.now);
    if let Some(group) = state.groups.get_mut(&id) {
        group.created = created;
    }
    // The owner of an AVChatRoom joins by itself as well. Source: 1047/34895, applicable group types.
    let owner = owner.filter(|_| kind != GroupType::AvChatRoom);
    // `import_group` has no members.
    let members = given.parts("MemberList");
    let members = if initiator == Initiator::Import { &[][..] } else { &members };
    let named = members.iter().filter_map(|part| Some((part.account("Member_Account")?, part.text("Role"))));
    let named: Vec<_> = owner.map(|owner| (owner, None)).into_iter().chain(named).collect();
    for (account, role) in named {
        changes.events.extend(put_in(state, id, account, role, given.now).events);
    }
    (id, Reply::ok().with("GroupId", id.as_str()).and(changes, initiator))
}

/// Makes an account a member with this role, offline until it connects.
pub(super) fn put_in(state: &mut State, id: GroupId, account: UserId, role: Option<&str>, now: Timestamp) -> Changes {
    let mut changes = state.apply_presence(id, Presence::Join, &[account], now);
    if !changes.events.is_empty() {
        changes.events.extend(state.apply_presence(id, Presence::Disconnect, &[account], now).events);
    }
    if role == Some("Admin")
        && let Some(group) = state.groups.get_mut(&id)
    {
        group.more_mut().members.entry(account).or_default().is_admin = true;
    }
    changes
}

/// Takes in the fields that both `create_group` and `modify_group_base_info` have, each if it is there.
pub(super) fn profile(group: &mut Group, given: &CallBody<'_>, max_members: &str) {
    let texts = [
        ("Name", &mut group.name),
        ("Introduction", &mut group.introduction),
        ("Notification", &mut group.notification),
        ("FaceUrl", &mut group.face_url),
    ];
    for (field, kept) in texts {
        if let Some(text) = given.text(field) {
            text.clone_into(kept);
        }
    }
    if let Some(option) = given.text("ApplyJoinOption") {
        group.more_mut().apply_join_option = Some(option.to_owned());
    }
    if let Some(most) = given.number(max_members) {
        group.more_mut().max_member_num = Some(most);
    }
    for part in given.parts("AppDefinedData") {
        if let (Some(key), Some(value)) = (part.text("Key"), part.text("Value")) {
            group.more_mut().custom.insert(key.to_owned(), value.to_owned());
        }
    }
}

fn destroy(state: &mut State, given: &CallBody<'_>) -> Answered {
    let changes = state.destroy_group(given.group()?, given.now);
    Ok(Reply::ok().and(changes, Initiator::Member))
}

/// What an id begins with that is assigned, as those of the pages' samples do.
const fn prefix(kind: GroupType) -> &'static str {
    match kind {
        GroupType::Private => "@TGS#1",
        GroupType::Public => "@TGS#2",
        GroupType::ChatRoom => "@TGS#3",
        GroupType::Community => "@TGS#_@TGS#c",
        _ => "@TGS#a",
    }
}

fn chosen_id(id: &str, kind: GroupType) -> Result<GroupId, Refused> {
    let is_community = kind == GroupType::Community;
    if is_community && !id.starts_with(COMMUNITY) {
        let info = format!("`GroupId` is `{}`; the id of a `Community` begins with `{COMMUNITY}`", Excerpt(id));
        return Err(Refused::new(10_015, info));
    }
    if !is_community && id.starts_with(ASSIGNED) {
        let info =
            format!("`GroupId` is `{}`; ids that begin with `{ASSIGNED}` are assigned by the service", Excerpt(id));
        return Err(Refused::new(10_015, info));
    }
    well_formed(id)
}
