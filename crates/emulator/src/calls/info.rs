//! What groups there are, and their profiles.

use std::sync::LazyLock;

use avmarks_rules::Room;
use avmarks_spec::{GroupId, GroupType, UserId};
use serde::Serialize;
use serde_json::json;

use super::answer::{Object, ObjectWriter, Reply};
use super::body::CallBody;
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
    Field::any_texts("GroupBaseInfoFilter"),
    Field::any_texts("MemberInfoFilter"),
    Field::any_texts("SelfInfoFilter"),
    Field::any_texts("AppDefinedDataFilter_Group"),
    Field::any_texts("AppDefinedDataFilter_GroupMember"),
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
    .answers(&[Field::any_objects(
        "GroupInfo",
        &[
            Field::any_text("GroupId").required(),
            Field::count("ErrorCode").required(),
            Field::any_text("ErrorInfo").required(),
        ],
    )])
    .looks(describe),
    Call::new(
        "group_open_http_svc/get_appid_group_list",
        "1047/34960; what `Next` counts is ours",
        "Lists the groups of the app, of one type where `GroupType` says so.",
        &[Field::number("Limit", 1, GROUPS_PER_PAGE_MAX), Field::count("Next"), GROUP_TYPE],
    )
    .answers(&[
        Field::count("TotalCount"),
        Field::any_objects("GroupIdList", GROUP_IDS),
        Field::count("Next"),
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
            Field::any_objects("AppDefinedData", CUSTOM),
        ],
    )
    .of_group(&[])
    .runs(modify),
    Call::new(
        "group_open_http_svc/get_joined_group_list",
        "1047/34925; that a work group is active once it has a message is ours",
        "Lists the groups of an account: audio-video groups and work groups without a message only where that is asked for.",
        &[
            Field::member(),
            Field::number("WithHugeGroups", 0, 1),
            Field::number("WithNoActiveGroups", 0, 1),
            Field::number("Limit", 0, u32::MAX as i64),
            Field::number("Offset", 0, u32::MAX as i64),
            GROUP_TYPE,
            RESPONSE_FILTER,
        ],
    )
    .answers(&[Field::count("TotalCount"), Field::any_objects("GroupIdList", GROUP_IDS)])
    .looks(joined),
];

/// In the order of fields of the sample response.
fn describe(state: &State, given: &CallBody<'_>) -> Answered {
    let filter = given.part().part("ResponseFilter");
    let wanted = filter.and_then(|filter| filter.texts("GroupBaseInfoFilter"));
    let ids = given.texts("GroupIdList").unwrap_or_default();
    Ok(Reply::ok().with_objects("GroupInfo", ids, |text, out| {
        let found = well_formed(text).and_then(|id| {
            let room = found(state, &id)?;
            permitted(state, &id, room, given.caller)?;
            Ok((id, room))
        });
        out.field("GroupId", text);
        match found {
            Ok((id, room)) => {
                out.field("ErrorCode", &0);
                out.field("ErrorInfo", "");
                Base::of(state, &given.terms.capacity, id, room).write(out, wanted.as_deref());
                if let Some(members) = members(state, given, id, room, wanted.is_some()) {
                    out.field("MemberList", &members);
                }
            }
            Err(Refused { code, info }) => {
                out.field("ErrorCode", &code.number());
                out.field("ErrorInfo", &info);
            }
        }
    }))
}

/// The members of a group, named where the type keeps profiles of members, and the filter does not leave them out. Source: 1047/34961;
/// 33529.
fn members(state: &State, given: &CallBody<'_>, id: GroupId, room: &Room, is_filtered: bool) -> Option<Vec<Object>> {
    let filter = given.part().part("ResponseFilter");
    let has_members = !is_filtered || filter.is_some_and(|filter| filter.any("MemberInfoFilter").is_some());
    (room.kind() != GroupType::AvChatRoom && has_members).then(|| {
        let wanted = filter.and_then(|filter| filter.texts("MemberInfoFilter"));
        let accounts = everybody(state, id, given.now).into_iter();
        accounts.map(|account| row(state, id, &account, given.now, wanted.as_deref())).collect()
    })
}

/// What a group has that nothing was said of.
static NOTHING: LazyLock<Group> = LazyLock::new(Group::default);

/// The profile of a group.
struct Base<'a> {
    app: u64,
    group: &'a Group,
    room: &'a Room,
    max_members: u64,
}

impl<'a> Base<'a> {
    fn of(state: &'a State, capacity: &Capacity, id: GroupId, room: &'a Room) -> Self {
        let group = state.groups.get(&id).unwrap_or(&NOTHING);
        let app = state.app.settings().sdkappid.number();
        Self { app, group, room, max_members: max_members(capacity, group) }
    }

    /// Writes those fields that are wanted, or all.
    fn write(&self, out: &mut ObjectWriter<'_>, wanted: Option<&[&str]>) {
        let Self { app, group, room, max_members } = self;
        let (more, created) = (group.more(), group.created.as_seconds());
        let messages = &more.messages;
        let owner = room.owner();
        let option = if room.kind() == GroupType::AvChatRoom { "FreeAccess" } else { "NeedPermission" };
        let muted = if more.mute_all_member { "On" } else { "Off" };
        let mut out = Wanted { out, wanted };
        out.field("Type", room.kind().name());
        out.field("Name", &group.name);
        out.field("Appid", app);
        out.field("Introduction", &group.introduction);
        out.field("Notification", &group.notification);
        out.field("FaceUrl", &group.face_url);
        out.field("Owner_Account", owner.as_ref().map(UserId::as_str).unwrap_or_default());
        out.field("CreateTime", &created);
        out.field("LastInfoTime", &more.changed.unwrap_or(created));
        out.field("LastMsgTime", &messages.last.back().map_or(0, |message| message.time));
        out.field("NextMsgSeq", &(messages.count + 1));
        out.field("MemberNum", &(room.len() - room.robots()));
        out.field("MaxMemberNum", max_members);
        out.field("ApplyJoinOption", more.apply_join_option.as_deref().unwrap_or(option));
        // The newer name and the older one of the same field.
        out.field("MuteAllMember", muted);
        out.field("ShutUpAllMember", muted);
        if !more.custom.is_empty() {
            let custom: Vec<_> = more.custom.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
            out.field("AppDefinedData", &custom);
        }
    }
}

/// An object of which some fields are wanted, or all.
struct Wanted<'a, 'o> {
    out: &'a mut ObjectWriter<'o>,
    wanted: Option<&'a [&'a str]>,
}

impl Wanted<'_, '_> {
    #[inline(always)]
    fn field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) {
        if self.wanted.is_none_or(|wanted| wanted.contains(&name)) {
            self.out.field(name, value);
        }
    }
}

fn of_type(given: &CallBody<'_>, kind: GroupType) -> bool {
    given.text("GroupType").is_none_or(|name| GroupType::from_name(name) == Some(kind))
}

fn list(state: &State, given: &CallBody<'_>) -> Answered {
    let limit = given.number("Limit").unwrap_or(GROUPS_PER_PAGE_MAX as usize);
    let passed = given.number("Next").unwrap_or_default();
    let is_asked = |id: &GroupId| state.app.room(id).is_some_and(|room| of_type(given, room.kind()));
    // Where every type is asked for, no group is checked.
    let (total, page): (_, Vec<_>) = match given.text("GroupType") {
        None => (state.app.groups().len(), state.app.groups().skip(passed).take(limit).collect()),
        Some(_) => {
            let groups: Vec<_> = state.app.groups().filter(is_asked).collect();
            (groups.len(), groups.into_iter().skip(passed).take(limit).collect())
        }
    };
    let seen = passed.saturating_add(page.len());
    let next = if seen < total { seen } else { 0 };
    let reply = Reply::ok().with("TotalCount", total);
    let reply = reply.with_objects("GroupIdList", page, |id, out| out.field("GroupId", id.as_str()));
    Ok(reply.with("Next", next))
}

fn modify(state: &mut State, given: &CallBody<'_>) -> Answered {
    let group = state.groups.entry(given.group()?).or_default();
    if let Some(switch) = given.text("MuteAllMember").or_else(|| given.text("ShutUpAllMember")) {
        group.more_mut().mute_all_member = switch == "On";
    }
    profile(group, given, "MaxMemberNum");
    group.more_mut().changed = Some(given.now.as_seconds());
    Ok(Reply::ok())
}

fn joined(state: &State, given: &CallBody<'_>) -> Answered {
    let Some(account) = given.account("Member_Account") else { return Ok(Reply::ok()) };
    let flag = |name| given.number(name) == Some(1);
    let is_asked = |(id, room): &(GroupId, &Room)| {
        if !is_member(room, &account, given.now) {
            return false;
        }
        let is_active = state.groups.get(id).is_some_and(|group| group.more().messages.count > 0);
        let is_shown = match room.kind() {
            GroupType::AvChatRoom => flag("WithHugeGroups") || given.text("GroupType") == Some("AVChatRoom"),
            GroupType::Private => flag("WithNoActiveGroups") || is_active,
            _ => true,
        };
        is_shown && of_type(given, room.kind())
    };
    let groups: Vec<_> = state.groups_of(&account).filter(is_asked).collect();
    // 0 is what an SDK sends that leaves the number out.
    let limit = given.number("Limit").filter(|limit| *limit > 0).unwrap_or(usize::MAX);
    let filter = given.part().part("ResponseFilter");
    let wanted = filter.and_then(|filter| filter.texts("GroupBaseInfoFilter"));
    let own = filter.and_then(|filter| filter.texts("SelfInfoFilter"));
    let page = groups.iter().skip(given.number("Offset").unwrap_or_default()).take(limit);
    Ok(Reply::ok().with("TotalCount", groups.len()).with_objects("GroupIdList", page, |(id, room), out| {
        out.field("GroupId", id.as_str());
        if let Some(wanted) = &wanted {
            Base::of(state, &given.terms.capacity, *id, room).write(out, Some(wanted));
        }
        if let Some(own) = &own {
            out.field("SelfInfo", &row(state, *id, &account, given.now, Some(own)));
        }
    }))
}
