//! What groups there are, and their profiles.

use avmarks_rules::Room;
use avmarks_spec::{GroupId, GroupType, Timestamp};
use serde_json::{Value, json};

use super::answer::{Object, Reply};
use super::body::{Given, Part};
use super::call::{Answered, Call, found, permitted, well_formed};
use super::field::Field;
use super::groups::{CUSTOM, JOIN_OPTIONS, TEXT_BYTES_MAX, profile};
use super::refused::Refused;
use super::view::{everybody, is_member, max_members, row};
use crate::capacity::Capacity;
use crate::state::{Group, State};

/// Groups that one `get_group_info` may name. Source: 1047/34961, sample request.
const GROUPS_PER_CALL_MAX: usize = 50;
/// Groups of a page of `get_appid_group_list`. Source: 1047/34960, request fields.
const GROUPS_PER_PAGE_MAX: i64 = 10_000;

const GROUP_TYPE: Field = Field::one_of(
    "GroupType",
    &["Private", "Work", "Public", "ChatRoom", "Meeting", "AVChatRoom", "BChatRoom", "Community"],
);
const FILTERS: &[Field] = &[
    Field::texts("GroupBaseInfoFilter", usize::MAX),
    Field::texts("MemberInfoFilter", usize::MAX),
    Field::texts("SelfInfoFilter", usize::MAX),
    Field::texts("AppDefinedDataFilter_Group", usize::MAX),
    Field::texts("AppDefinedDataFilter_GroupMember", usize::MAX),
];
const RESPONSE_FILTER: Field = Field::object("ResponseFilter", FILTERS);
const GROUP_IDS: &[Field] = &[Field::text("GroupId", 48).required()];

pub(super) const CALLS: &[Call] = &[
    Call::new(
        "group_open_http_svc/get_group_info",
        "1047/34961",
        "Describes up to 50 groups; each has a code of its own.",
        &[Field::texts("GroupIdList", GROUPS_PER_CALL_MAX).required().over(10_004), RESPONSE_FILTER],
    )
    .answers(&[Field::objects(
        "GroupInfo",
        usize::MAX,
        &[
            Field::text("GroupId", usize::MAX).required(),
            Field::number("ErrorCode", 0, i64::MAX).required(),
            Field::text("ErrorInfo", usize::MAX).required(),
        ],
    )])
    .looks(describe),
    Call::new(
        "group_open_http_svc/get_appid_group_list",
        "1047/34960; what `Next` counts is ours",
        "Lists the groups of the app, of one type where `GroupType` says so.",
        &[Field::number("Limit", 1, GROUPS_PER_PAGE_MAX), Field::number("Next", 0, i64::MAX), GROUP_TYPE],
    )
    .answers(&[
        Field::number("TotalCount", 0, i64::MAX),
        Field::objects("GroupIdList", usize::MAX, GROUP_IDS),
        Field::number("Next", 0, i64::MAX),
    ])
    .looks(list),
    Call::new(
        "group_open_http_svc/modify_group_base_info",
        "1047/34962",
        "Changes fields of the profile of a group.",
        &[
            Field::group(),
            Field::name("Name", TEXT_BYTES_MAX),
            Field::text("Introduction", TEXT_BYTES_MAX),
            Field::text("Notification", TEXT_BYTES_MAX),
            Field::text("FaceUrl", TEXT_BYTES_MAX),
            Field::number("MaxMemberNum", 1, u32::MAX as i64),
            Field::one_of("ApplyJoinOption", JOIN_OPTIONS),
            Field::one_of("MuteAllMember", &["On", "Off"]),
            Field::one_of("ShutUpAllMember", &["On", "Off"]),
            Field::objects("AppDefinedData", usize::MAX, CUSTOM),
        ],
    )
    .of_group(&[])
    .runs(modify),
    Call::new(
        "group_open_http_svc/get_joined_group_list",
        "1047/34925; that a work group is active once it has a message is ours",
        "Lists the groups of an account: audio-video groups and work groups without a message only where that is asked for.",
        &[
            Field::account("Member_Account").required(),
            Field::number("WithHugeGroups", 0, 1),
            Field::number("WithNoActiveGroups", 0, 1),
            Field::number("Limit", 0, u32::MAX as i64),
            Field::number("Offset", 0, u32::MAX as i64),
            GROUP_TYPE,
            RESPONSE_FILTER,
        ],
    )
    .answers(&[Field::number("TotalCount", 0, i64::MAX), Field::objects("GroupIdList", usize::MAX, GROUP_IDS)])
    .looks(joined),
];

fn describe(state: &State, given: &Given<'_>) -> Answered {
    let filter = given.part().part("ResponseFilter");
    let infos = given.texts("GroupIdList").unwrap_or_default().into_iter().map(|text| {
        let found = well_formed(text).and_then(|id| {
            let room = found(state, &id)?;
            permitted(state, &id, room, given.caller)?;
            Ok((id, room))
        });
        match found {
            Ok((id, room)) => described(state, &given.terms.capacity, text, id, room, filter, given.now),
            Err(Refused { code, info }) => {
                Object(vec![("GroupId", json!(text)), ("ErrorCode", json!(code.number())), ("ErrorInfo", json!(info))])
            }
        }
    });
    Ok(Reply::ok().with("GroupInfo", infos.collect::<Vec<_>>()))
}

/// A group in the order of fields of the sample response. Members are named where the type keeps profiles of them, and the filter does
/// not leave them out. Source: 1047/34961; 33529.
fn described(
    state: &State,
    capacity: &Capacity,
    text: &str,
    id: GroupId,
    room: &Room,
    filter: Option<Part<'_>>,
    now: Timestamp,
) -> Object {
    let wanted = filter.and_then(|filter| filter.texts("GroupBaseInfoFilter"));
    let mut fields = vec![("GroupId", json!(text)), ("ErrorCode", json!(0)), ("ErrorInfo", json!(""))];
    fields.extend(base(state, capacity, id, room).only(wanted.as_deref()).0);
    let has_members = wanted.is_none() || filter.is_some_and(|filter| filter.any("MemberInfoFilter").is_some());
    if room.kind() != GroupType::AvChatRoom && has_members {
        let wanted = filter.and_then(|filter| filter.texts("MemberInfoFilter"));
        let members =
            everybody(state, id, now).into_iter().map(|account| row(state, id, &account, now, wanted.as_deref()));
        let members: Vec<_> = members.filter_map(|row| serde_json::to_value(row).ok()).collect();
        fields.push(("MemberList", Value::Array(members)));
    }
    Object(fields)
}

fn base(state: &State, capacity: &Capacity, id: GroupId, room: &Room) -> Object {
    let nothing = Group::default();
    let group = state.groups.get(&id).unwrap_or(&nothing);
    let (more, created) = (group.more(), group.created.as_seconds());
    let default_option = if room.kind() == GroupType::AvChatRoom { "FreeAccess" } else { "NeedPermission" };
    let messages = &more.messages;
    let mut fields = vec![
        ("Type", json!(room.kind().name())),
        ("Name", json!(group.name)),
        ("Appid", json!(state.app.settings().sdkappid.number())),
        ("Introduction", json!(group.introduction)),
        ("Notification", json!(group.notification)),
        ("FaceUrl", json!(group.face_url)),
        ("Owner_Account", json!(room.owner().map(|owner| owner.to_string()).unwrap_or_default())),
        ("CreateTime", json!(created)),
        ("LastInfoTime", json!(more.changed.unwrap_or(created))),
        ("LastMsgTime", json!(messages.last.back().map_or(0, |message| message.time))),
        ("NextMsgSeq", json!(messages.count + 1)),
        ("MemberNum", json!(room.len() - room.robots())),
        ("MaxMemberNum", json!(max_members(capacity, group))),
        ("ApplyJoinOption", json!(more.apply_join_option.as_deref().unwrap_or(default_option))),
        // The newer name and the older one of the same field.
        ("MuteAllMember", json!(if more.mute_all_member { "On" } else { "Off" })),
        ("ShutUpAllMember", json!(if more.mute_all_member { "On" } else { "Off" })),
    ];
    if !more.custom.is_empty() {
        let custom: Vec<_> = more.custom.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
        fields.push(("AppDefinedData", Value::Array(custom)));
    }
    Object(fields)
}

fn of_type(given: &Given<'_>, kind: GroupType) -> bool {
    given.text("GroupType").is_none_or(|name| GroupType::from_name(name) == Some(kind))
}

fn list(state: &State, given: &Given<'_>) -> Answered {
    let limit = given.number("Limit").unwrap_or(GROUPS_PER_PAGE_MAX);
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let passed = given.number("Next").and_then(|next| usize::try_from(next).ok()).unwrap_or_default();
    let is_asked = |id: &GroupId| state.app.room(id).is_some_and(|room| of_type(given, room.kind()));
    let groups: Vec<_> = state.app.groups().filter(is_asked).collect();
    let page: Vec<_> = groups.iter().skip(passed).take(limit).map(|id| json!({ "GroupId": id.as_str() })).collect();
    let seen = passed.saturating_add(page.len());
    let next = if seen < groups.len() { seen } else { 0 };
    Ok(Reply::ok().with("TotalCount", groups.len()).with("GroupIdList", page).with("Next", next))
}

fn modify(state: &mut State, given: &Given<'_>) -> Answered {
    let group = state.groups.entry(given.group()?).or_default();
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
    if let Some(switch) = given.text("MuteAllMember").or_else(|| given.text("ShutUpAllMember")) {
        group.more_mut().mute_all_member = switch == "On";
    }
    profile(group, given, "MaxMemberNum");
    group.more_mut().changed = Some(given.now.as_seconds());
    Ok(Reply::ok())
}

fn joined(state: &State, given: &Given<'_>) -> Answered {
    let Some(account) = given.account("Member_Account") else { return Ok(Reply::ok()) };
    let flag = |name| given.number(name) == Some(1);
    let is_asked = |id: &GroupId| {
        let Some(room) = state.app.room(id).filter(|room| is_member(room, &account, given.now)) else { return false };
        let is_active = state.groups.get(id).is_some_and(|group| group.more().messages.count > 0);
        let is_shown = match room.kind() {
            GroupType::AvChatRoom => flag("WithHugeGroups") || given.text("GroupType") == Some("AVChatRoom"),
            GroupType::Private => flag("WithNoActiveGroups") || is_active,
            _ => true,
        };
        is_shown && of_type(given, room.kind())
    };
    let groups: Vec<_> = state.app.groups().filter(is_asked).collect();
    let count = |name| given.number(name).and_then(|number| usize::try_from(number).ok());
    // 0 is what an SDK sends that leaves the number out.
    let limit = count("Limit").filter(|limit| *limit > 0).unwrap_or(usize::MAX);
    let filter = given.part().part("ResponseFilter");
    let page = groups.iter().skip(count("Offset").unwrap_or_default()).take(limit).filter_map(|id| {
        let room = state.app.room(id)?;
        let mut fields = vec![("GroupId", json!(id.as_str()))];
        if let Some(wanted) = filter.and_then(|filter| filter.texts("GroupBaseInfoFilter")) {
            fields.extend(base(state, &given.terms.capacity, *id, room).only(Some(&wanted)).0);
        }
        if let Some(wanted) = filter.and_then(|filter| filter.texts("SelfInfoFilter")) {
            let own = row(state, *id, &account, given.now, Some(&wanted));
            fields.extend(serde_json::to_value(own).ok().map(|own| ("SelfInfo", own)));
        }
        Some(Object(fields))
    });
    Ok(Reply::ok().with("TotalCount", groups.len()).with("GroupIdList", page.collect::<Vec<_>>()))
}
