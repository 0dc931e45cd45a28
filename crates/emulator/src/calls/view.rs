//! What is known of accounts and members, for more than one family of calls.

use avmarks_rules::Room;
use avmarks_spec::{GroupId, Timestamp, UserId};
use serde_json::json;

use super::answer::Object;
use super::body::CallBody;
use super::call::is_admin;
use super::refused::Refused;
use crate::capacity::Capacity;
use crate::state::{Group, State};

/// Whether there is such an account: it was imported, is an app admin, or takes part in a group.
pub(super) fn exists(state: &State, account: &UserId) -> bool {
    state.calls.accounts.contains_key(account)
        || is_admin(state, account.as_str())
        || state.groups_of(account).next().is_some()
}

/// Whether an account has a connection in any group, or is pinned there.
pub(super) fn is_online(state: &State, account: &UserId) -> bool {
    state.groups_of(account).any(|(_, room)| room.is_online(account, state.app.now()))
}

/// Whether an account takes part in a group, robots left out.
pub(super) fn is_member(room: &Room, account: &UserId, now: Timestamp) -> bool {
    room.member(account, now).is_some_and(|member| !member.robot)
}

/// The member that a field names, with the group of the call.
pub(super) fn named_member(state: &State, given: &CallBody<'_>, field: &str) -> Result<(GroupId, UserId), Refused> {
    let id = given.group()?;
    let is_there = |account: &UserId| state.app.room(&id).is_some_and(|room| is_member(room, account, given.now));
    let account = given.account(field).filter(is_there);
    let absent = || Refused::new(10_019, format!("`{field}` is not a member of group `{id}`"));
    Ok((id, account.ok_or_else(absent)?))
}

/// What an account is in a group.
pub(super) fn role(state: &State, id: GroupId, account: &UserId, now: Timestamp) -> &'static str {
    let kept = || state.groups.get(&id)?.more().members.get(account);
    match state.app.room(&id).filter(|room| is_member(room, account, now)) {
        None => "NotMember",
        Some(room) if room.owner().as_ref() == Some(account) => "Owner",
        Some(_) if kept().is_some_and(|member| member.is_admin) => "Admin",
        Some(_) => "Member",
    }
}

/// Members that a group may have: as its profile says, and no more than the emulator keeps.
pub(super) fn max_members(capacity: &Capacity, group: &Group) -> u64 {
    let kept = u64::try_from(capacity.members_max).unwrap_or(u64::MAX);
    group.more().max_member_num.map_or(kept, |most| most.min(kept))
}

/// The members of a group in the order in which they joined.
pub(super) fn everybody(state: &State, id: GroupId, now: Timestamp) -> Vec<UserId> {
    let members = state.app.room(&id).map(|room| room.members_after(0, usize::MAX, now)).unwrap_or_default();
    members.into_iter().filter(|member| !member.robot).map(|member| member.account).collect()
}

/// A member as it is described, with those fields alone that are asked for. Source: 1047/34948, sample response.
pub(super) fn row(state: &State, id: GroupId, account: &UserId, now: Timestamp, wanted: Option<&[&str]>) -> Object {
    let nothing = Group::default();
    let group = state.groups.get(&id).unwrap_or(&nothing);
    let joined =
        state.app.room(&id).and_then(|room| room.member(account, now)).map_or(0, |member| member.joined.as_seconds());
    let muted = group.muted_until(account, now).unwrap_or_default();
    let card = group.more().members.get(account).map(|member| member.name_card.as_str()).unwrap_or_default();
    let sent = group.more().messages.last.iter().rev().find(|message| message.from == account.as_str());
    let fields = Object(vec![
        ("Role", json!(role(state, id, account, now))),
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
