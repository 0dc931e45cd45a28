//! Members of groups: listed, added, deleted, changed.

use avmarks_rules::{MemberView, Presence};
use avmarks_spec::{GroupId, GroupType, Timestamp, UserId};
use serde_json::json;

use super::answer::{Object, Reply};
use super::body::Given;
use super::field::Field;
use super::groups::{CUSTOM, TEXT_BYTES_MAX, put_in};
use super::info::{is_member, max_members};
use super::refused::Refused;
use super::roles::role;
use super::state::Group;
use super::{Answered, Call};
use crate::inputs::Exit;
use crate::world::World;

/// Members of a page. Source: 1047/34948, request fields.
const MEMBERS_PER_PAGE_MAX: i64 = 6_000;
const ROLES: &[&str] = &["Owner", "Admin", "Member"];
const MEMBERS: &[Field] = &[Field::account("Member_Account").required()];
const ADDED: &[Field] = &[Field::objects(
    "MemberList",
    usize::MAX,
    &[Field::account("Member_Account").required(), Field::number("Result", 0, 3).required()],
)];
const AV: (GroupType, i64) = (GroupType::AvChatRoom, 10_007);

pub(super) const CALLS: &[Call] = &[
    Call::new(
        "group_open_http_svc/get_group_member_info",
        "1047/34948; the code for an AVChatRoom is ours, by its siblings",
        "Lists the members of a group, the first to join first.",
        &[
            Field::group(),
            Field::texts("MemberInfoFilter", usize::MAX),
            Field::texts("MemberRoleFilter", ROLES.len()),
            Field::texts("AppDefinedDataFilter_GroupMember", usize::MAX),
            Field::number("Limit", 0, MEMBERS_PER_PAGE_MAX),
            Field::number("Offset", 0, u32::MAX as i64),
            Field::text("Next", usize::MAX),
        ],
    )
    .of_group(&[AV])
    .answers(&[
        Field::number("MemberNum", 0, i64::MAX),
        Field::objects("MemberList", usize::MAX, MEMBERS),
        Field::text("Next", usize::MAX),
    ])
    .looks(list),
    Call::new(
        "group_open_http_svc/add_group_member",
        "1047/34921; that a banned account fails is ours",
        "Adds up to 300 members: 1 for each that was added, 2 for one that was there, 0 for one that cannot be.",
        &[Field::group(), Field::number("Silence", 0, 1), Field::objects("MemberList", 300, MEMBERS).required()],
    )
    .of_group(&[AV])
    .answers(ADDED)
    .runs(add),
    Call::new(
        "group_open_http_svc/import_group_member",
        "1047/34969; that it takes up to 300 is ours, by its sibling",
        "Adds members that joined elsewhere, with their roles.",
        &[
            Field::group(),
            Field::objects(
                "MemberList",
                300,
                &[
                    Field::account("Member_Account").required(),
                    Field::one_of("Role", &["Admin", "Member"]),
                    Field::number("JoinTime", 0, u32::MAX as i64),
                    Field::number("UnreadMsgNum", 0, u32::MAX as i64),
                ],
            )
            .required(),
        ],
    )
    .of_group(&[AV])
    .answers(ADDED)
    .runs(add),
    Call::new(
        "group_open_http_svc/delete_group_member",
        "1047/34949",
        "Removes up to 100 members; one that is none is passed over.",
        &[
            Field::group(),
            Field::number("Silence", 0, 1),
            Field::text("Reason", TEXT_BYTES_MAX),
            Field::accounts("MemberToDel_Account", 100).required(),
        ],
    )
    .of_group(&[(GroupType::AvChatRoom, 10_004)])
    .runs(delete),
    Call::new(
        "group_open_http_svc/modify_group_member_info",
        "1047/34900; that 10019 answers for an account that is no member is ours",
        "Changes the role, the name card or the mute of a member.",
        &[
            Field::group(),
            Field::account("Member_Account").required(),
            Field::one_of("Role", &["Admin", "Member"]),
            Field::one_of("MsgFlag", &["AcceptAndNotify", "Discard", "AcceptNotNotify"]),
            Field::text("NameCard", TEXT_BYTES_MAX),
            Field::number("MuteTime", 0, u32::MAX as i64),
            Field::number("ShutUpTime", 0, u32::MAX as i64),
            Field::objects("AppMemberDefinedData", usize::MAX, CUSTOM),
        ],
    )
    .of_group(&[AV])
    .runs(modify),
];

fn views(world: &World, id: GroupId, now: Timestamp) -> Vec<MemberView> {
    let members = world.app.room(&id).map(|room| room.members_after(0, usize::MAX, now)).unwrap_or_default();
    members.into_iter().filter(|member| !member.robot).collect()
}

/// The members of a group in the order in which they joined.
pub(super) fn everybody(world: &World, id: GroupId, now: Timestamp) -> Vec<UserId> {
    views(world, id, now).into_iter().map(|member| member.account).collect()
}

/// A member as it is described, with those fields alone that are asked for. Source: 1047/34948, sample response.
pub(super) fn row(world: &World, id: GroupId, account: &UserId, now: Timestamp, wanted: Option<&[&str]>) -> Object {
    let nothing = Group::default();
    let group = world.groups.get(&id).unwrap_or(&nothing);
    let joined =
        world.app.room(&id).and_then(|room| room.member(account, now)).map_or(0, |member| member.joined.as_seconds());
    let muted = group.muted_until(account, now).unwrap_or_default();
    let card = group.more().members.get(account).map(|member| member.name_card.as_str()).unwrap_or_default();
    let sent = group.more().messages.last.iter().rev().find(|message| message.from == account.as_str());
    let fields = Object(vec![
        ("Role", json!(role(world, id, account, now))),
        ("JoinTime", json!(joined)),
        ("MsgSeq", json!(0)),
        ("MsgFlag", json!("AcceptAndNotify")),
        ("LastSendMsgTime", json!(sent.map_or(0, |message| message.time))),
        // The newer name and the older one of the same field.
        ("MuteUntil", json!(muted)),
        ("ShutUpUntil", json!(muted)),
        ("NameCard", json!(card)),
    ]);
    let mut named = vec![("Member_Account", json!(account.as_str()))];
    named.extend(fields.only(wanted).0);
    Object(named)
}

fn list(world: &World, given: &Given<'_>) -> Answered {
    let id = given.group()?;
    let everybody = everybody(world, id, given.now);
    let roles = given.texts("MemberRoleFilter").filter(|roles| !roles.is_empty());
    let is_asked =
        |account: &&UserId| roles.as_ref().is_none_or(|roles| roles.contains(&role(world, id, account, given.now)));
    let count = |name| given.number(name).and_then(|number| usize::try_from(number).ok());
    // A community is read page by page with `Next`, which holds the number of members that were passed.
    let passed = given.text("Next").and_then(|next| next.parse().ok()).or_else(|| count("Offset")).unwrap_or_default();
    let limit = count("Limit").filter(|limit| *limit > 0).unwrap_or(usize::MAX);
    let wanted = given.texts("MemberInfoFilter").filter(|wanted| !wanted.is_empty());
    let page = everybody.iter().filter(is_asked).skip(passed).take(limit);
    let page: Vec<_> = page.map(|account| row(world, id, account, given.now, wanted.as_deref())).collect();
    let seen = passed.saturating_add(page.len());
    let reply = Reply::ok().with("MemberNum", everybody.len()).with("MemberList", page);
    Ok(match world.app.room(&id).map(avmarks_rules::Room::kind) {
        Some(GroupType::Community) if seen < everybody.iter().filter(is_asked).count() => {
            reply.with("Next", seen.to_string())
        }
        Some(GroupType::Community) => reply.with("Next", ""),
        _ => reply,
    })
}

fn add(world: &mut World, given: &Given<'_>) -> Answered {
    let id = given.group()?;
    let parts = given.parts("MemberList");
    let Some((room, group)) = world.app.room(&id).zip(world.groups.get(&id)) else {
        return Err(Refused::new(10_010, format!("there is no group `{id}`")));
    };
    let is_new =
        |account: &UserId| !is_member(room, account, given.now) && group.banned_until(account, given.now).is_none();
    let mut new: Vec<_> = parts.iter().filter_map(|part| part.account("Member_Account")).filter(is_new).collect();
    new.sort_unstable();
    new.dedup();
    let (there, most) = (room.len() - room.robots() + new.len(), max_members(world, group));
    if u64::try_from(there).is_ok_and(|there| there > most) {
        return Err(Refused::new(10_014, format!("group `{id}` would have {there} members; it may have {most}")));
    }
    let (mut rows, mut happenings) = (Vec::new(), Vec::new());
    for part in parts {
        let Some(account) = part.account("Member_Account") else { continue };
        let is_there = world.app.room(&id).is_some_and(|room| is_member(room, &account, given.now));
        let result = match (is_there, new.contains(&account)) {
            (true, _) => 2,
            (false, true) => 1,
            (false, false) => 0,
        };
        if result == 1 {
            happenings.extend(put_in(world, id, account, given.now));
            if part.text("Role") == Some("Admin")
                && let Some(group) = world.groups.get_mut(&id)
            {
                group.more_mut().members.entry(account).or_default().is_admin = true;
            }
        }
        rows.push(Object(vec![("Member_Account", json!(account.as_str())), ("Result", json!(result))]));
    }
    Ok(Reply::ok().with("MemberList", rows).and(happenings, Exit::Quit))
}

fn delete(world: &mut World, given: &Given<'_>) -> Answered {
    let (id, accounts) = (given.group()?, given.accounts("MemberToDel_Account"));
    Ok(Reply::ok().and(removed(world, id, &accounts, given.now), Exit::Kicked))
}

/// Removes these members, with what they had as members.
pub(super) fn removed(
    world: &mut World,
    id: GroupId,
    accounts: &[UserId],
    now: Timestamp,
) -> Vec<avmarks_service::GroupEvent> {
    world.look_before(id, accounts);
    let happenings = world.app.observe(id, Presence::Leave, accounts, now);
    if let Some(group) = world.groups.get_mut(&id) {
        accounts.iter().for_each(|account| group.left(account));
    }
    happenings
}

fn modify(world: &mut World, given: &Given<'_>) -> Answered {
    let (id, account) = (given.group()?, given.account("Member_Account"));
    let there = |account: &UserId| world.app.room(&id).is_some_and(|room| is_member(room, account, given.now));
    let account = account.filter(there);
    let account =
        account.ok_or_else(|| Refused::new(10_019, format!("`Member_Account` is no member of group `{id}`")))?;
    let more = world.groups.entry(id).or_default().more_mut();
    let member = more.members.entry(account).or_default();
    if let Some(role) = given.text("Role") {
        member.is_admin = role == "Admin";
    }
    if let Some(card) = given.text("NameCard") {
        card.clone_into(&mut member.name_card);
    }
    if let Some(seconds) = given.number("MuteTime").or_else(|| given.number("ShutUpTime")) {
        super::mutes::mute(&mut more.mutes, account, seconds, given.now);
    }
    Ok(Reply::ok())
}
