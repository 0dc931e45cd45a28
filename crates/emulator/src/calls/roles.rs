//! Who owns a group, and what its members are in it.

use avmarks_rules::Room;
use avmarks_spec::{GroupType, UserId};
use serde_json::json;

use super::answer::{Object, Reply};
use super::body::Given;
use super::call::{Answered, Call};
use super::field::Field;
use super::refused::Refused;
use super::view::{is_member, role};
use crate::state::State;

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

fn roles(state: &State, given: &Given<'_>) -> Answered {
    let id = given.group()?;
    let rows = given.accounts("User_Account").into_iter().map(|account| {
        let role = role(state, id, &account, given.now);
        Object(vec![("Member_Account", json!(account.as_str())), ("Role", json!(role))])
    });
    Ok(Reply::ok().with("UserIdList", rows.collect::<Vec<_>>()))
}

fn change_owner(state: &mut State, given: &Given<'_>) -> Answered {
    let (id, account) = (given.group()?, given.account("NewOwner_Account"));
    let there = |room: &Room, account: &UserId| is_member(room, account, given.now);
    let account = account.filter(|account| state.app.room(&id).is_some_and(|room| there(room, account)));
    let account =
        account.ok_or_else(|| Refused::new(10_019, format!("`NewOwner_Account` is no member of group `{id}`")))?;
    state.app.change_owner(id, account, given.now);
    if let Some(group) = state.groups.get_mut(&id) {
        // Who owns a group is no administrator of it beside.
        if let Some(member) = group.more_mut().members.get_mut(&account) {
            member.is_admin = false;
        }
    }
    Ok(Reply::ok())
}
