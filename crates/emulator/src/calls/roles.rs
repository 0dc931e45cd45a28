//! Who owns a group, and what its members are in it.

use avmarks_rules::Room;
use avmarks_spec::{GroupId, GroupType, Timestamp, UserId};
use serde_json::json;

use super::answer::{Object, Reply};
use super::body::Given;
use super::field::Field;
use super::info::is_member;
use super::refused::Refused;
use super::{Answered, Call};
use crate::world::World;

const AV: (GroupType, i64) = (GroupType::AvChatRoom, 10_007);

pub(super) const CALLS: &[Call] = &[
    Call::new(
        "group_open_http_svc/get_role_in_group",
        "1047/34963; that more than 500 accounts are 10005 is ours, by its siblings",
        "Tells what up to 500 accounts are in a group.",
        &[Field::group(), Field::accounts("User_Account", 500).required()],
    )
    .of_group(&[AV])
    .answers(&[Field::objects(
        "UserIdList",
        usize::MAX,
        &[
            Field::account("Member_Account").required(),
            Field::one_of("Role", &["Owner", "Admin", "Member", "NotMember"]).required(),
        ],
    )])
    .looks(roles),
    Call::new(
        "group_open_http_svc/change_group_owner",
        "1047/34966; that 10019 answers for an account that is no member is ours",
        "Makes a member the owner of its group.",
        &[Field::group(), Field::account("NewOwner_Account").required()],
    )
    .of_group(&[AV])
    .runs(change_owner),
];

/// What an account is in a group.
pub(super) fn role(world: &World, id: GroupId, account: &UserId, now: Timestamp) -> &'static str {
    let room = world.app.room(&id);
    let is_admin =
        || world.groups.get(&id).and_then(|group| group.more().members.get(account)).is_some_and(|m| m.is_admin);
    match room {
        Some(room) if !is_member(room, account, now) => "NotMember",
        Some(room) if room.owner().as_ref() == Some(account) => "Owner",
        Some(_) if is_admin() => "Admin",
        Some(_) => "Member",
        None => "NotMember",
    }
}

fn roles(world: &World, given: &Given<'_>) -> Answered {
    let id = given.group()?;
    let rows = given.accounts("User_Account").into_iter().map(|account| {
        let role = role(world, id, &account, given.now);
        Object(vec![("Member_Account", json!(account.as_str())), ("Role", json!(role))])
    });
    Ok(Reply::ok().with("UserIdList", rows.collect::<Vec<_>>()))
}

fn change_owner(world: &mut World, given: &Given<'_>) -> Answered {
    let (id, account) = (given.group()?, given.account("NewOwner_Account"));
    let there = |room: &Room, account: &UserId| is_member(room, account, given.now);
    let account = account.filter(|account| world.app.room(&id).is_some_and(|room| there(room, account)));
    let account =
        account.ok_or_else(|| Refused::new(10_019, format!("`NewOwner_Account` is no member of group `{id}`")))?;
    world.app.change_owner(id, account, given.now);
    if let Some(group) = world.groups.get_mut(&id) {
        // Who owns a group is no administrator of it beside.
        if let Some(member) = group.more_mut().members.get_mut(&account) {
            member.is_admin = false;
        }
    }
    Ok(Reply::ok())
}
