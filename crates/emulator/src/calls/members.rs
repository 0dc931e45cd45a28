//! Members of groups: listed, added, deleted, changed.

use avmarks_rules::Presence;
use avmarks_spec::{GroupId, GroupType, Timestamp, UserId};
use serde_json::json;

use super::answer::{Object, Reply};
use super::body::CallBody;
use super::call::{Answered, Call};
use super::field::Field;
use super::groups::{CUSTOM, TEXT_BYTES_MAX, put_in};
use super::mutes::mute;
use super::refused::Refused;
use super::view::{everybody, is_member, max_members, named_member, role, row};
use crate::state::{Changes, State};
use crate::webhooks::Initiator;

/// Members of a page. Source: 1047/34948, request fields.
const MEMBERS_PER_PAGE_MAX: i64 = 6_000;
const ROLES: &[&str] = &["Owner", "Admin", "Member"];
const MEMBERS: &[Field] = &[Field::member()];
const ADDED: &[Field] =
    &[Field::any_objects("MemberList", &[Field::member(), Field::number("Result", 0, 3).required()])];
const AV: (GroupType, i64) = (GroupType::AvChatRoom, 10_007);

pub(super) const CALLS: &[Call] = &[
    Call::new(
        "group_open_http_svc/get_group_member_info",
        "1047/34948; the code for an AVChatRoom is ours, by its siblings",
        "Lists the members of a group, the first to join first.",
        &[
            Field::group(),
            Field::any_texts("MemberInfoFilter"),
            Field::texts("MemberRoleFilter", ROLES.len()),
            Field::any_texts("AppDefinedDataFilter_GroupMember"),
            Field::number("Limit", 0, MEMBERS_PER_PAGE_MAX),
            Field::number("Offset", 0, u32::MAX as i64),
            Field::any_text("Next"),
        ],
    )
    .of_group(&[AV])
    .answers(&[Field::count("MemberNum"), Field::any_objects("MemberList", MEMBERS), Field::any_text("Next")])
    .looks(list),
    Call::new(
        "group_open_http_svc/get_specified_group_member_info",
        "no page was read; the fields are those that public SDKs send, and the code for an AVChatRoom is ours",
        "Describes those of these accounts that are members.",
        &[Field::group(), Field::accounts("Member_List_Account", usize::MAX), Field::any_texts("MemberInfoFilter")],
    )
    .of_group(&[AV])
    .answers(&[Field::any_objects("MemberList", MEMBERS)])
    .looks(specified),
    Call::new(
        "group_open_http_svc/add_group_member",
        "1047/34921; that a banned account fails is ours",
        "Adds up to 300 members: 1 for each that was added, 2 for one that was there, 0 for one that cannot be.",
        &[Field::group(), Field::number("Silence", 0, 1), Field::objects("MemberList", 300, MEMBERS).required()],
    )
    .of_group(&[AV])
    .answers(ADDED)
    .runs(|state, given| added(state, given, Initiator::Admin)),
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
                    Field::member(),
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
    .runs(|state, given| added(state, given, Initiator::Import)),
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
        "1047/34900; that 10019 answers for an account that is not a member is ours",
        "Changes the role, the name card or the mute of a member.",
        &[
            Field::group(),
            Field::member(),
            Field::one_of("Role", &["Admin", "Member"]),
            Field::one_of("MsgFlag", &["AcceptAndNotify", "Discard", "AcceptNotNotify"]),
            Field::text("NameCard", TEXT_BYTES_MAX),
            Field::number("MuteTime", 0, u32::MAX as i64),
            Field::number("ShutUpTime", 0, u32::MAX as i64),
            Field::any_objects("AppMemberDefinedData", CUSTOM),
        ],
    )
    .of_group(&[AV])
    .runs(modify),
];

fn list(state: &State, given: &CallBody<'_>) -> Answered {
    let id = given.group()?;
    let everybody = everybody(state, id, given.now);
    let roles = given.texts("MemberRoleFilter").filter(|roles| !roles.is_empty());
    let is_asked =
        |account: &&UserId| roles.as_ref().is_none_or(|roles| roles.contains(&role(state, id, account, given.now)));
    // A community is read page by page with `Next`, which holds the number of members that were passed.
    let passed =
        given.text("Next").and_then(|next| next.parse().ok()).or_else(|| given.number("Offset")).unwrap_or_default();
    let limit = given.number("Limit").filter(|limit| *limit > 0).unwrap_or(usize::MAX);
    let wanted = given.texts("MemberInfoFilter").filter(|wanted| !wanted.is_empty());
    let page = everybody.iter().filter(is_asked).skip(passed).take(limit);
    let page: Vec<_> = page.map(|account| row(state, id, account, given.now, wanted.as_deref())).collect();
    let seen = passed.saturating_add(page.len());
    let reply = Reply::ok().with("MemberNum", everybody.len()).with("MemberList", page);
    Ok(match state.app.room(&id).map(avmarks_rules::Room::kind) {
        Some(GroupType::Community) if seen < everybody.iter().filter(is_asked).count() => {
            reply.with("Next", seen.to_string())
        }
        Some(GroupType::Community) => reply.with("Next", ""),
        _ => reply,
    })
}

fn specified(state: &State, given: &CallBody<'_>) -> Answered {
    let id = given.group()?;
    let wanted = given.texts("MemberInfoFilter").filter(|wanted| !wanted.is_empty());
    let accounts = given.accounts("Member_List_Account").into_iter();
    let there = accounts.filter(|account| state.app.room(&id).is_some_and(|room| is_member(room, account, given.now)));
    let rows: Vec<_> = there.map(|account| row(state, id, &account, given.now, wanted.as_deref())).collect();
    Ok(Reply::ok().with("MemberList", rows))
}

fn added(state: &mut State, given: &CallBody<'_>, initiator: Initiator) -> Answered {
    let id = given.group()?;
    let parts = given.parts("MemberList");
    let Some((room, group)) = state.app.room(&id).zip(state.groups.get(&id)) else {
        return Err(Refused::new(10_010, format!("there is no group `{id}`")));
    };
    let is_new =
        |account: &UserId| !is_member(room, account, given.now) && group.banned_until(account, given.now).is_none();
    let mut new: Vec<_> = parts.iter().filter_map(|part| part.account("Member_Account")).filter(is_new).collect();
    new.sort_unstable();
    new.dedup();
    let (there, most) = (room.len() - room.robots() + new.len(), max_members(&given.terms.capacity, group));
    if u64::try_from(there).is_ok_and(|there| there > most) {
        return Err(Refused::new(10_014, format!("group `{id}` would have {there} members; it may have {most}")));
    }
    let mut rows = Vec::new();
    let mut changes = Changes { at: given.now, ..Changes::default() };
    for part in parts {
        let Some(account) = part.account("Member_Account") else { continue };
        let is_there = state.app.room(&id).is_some_and(|room| is_member(room, &account, given.now));
        let result = match (is_there, new.contains(&account)) {
            (true, _) => 2,
            (false, true) => 1,
            (false, false) => 0,
        };
        if result == 1 {
            changes.events.extend(put_in(state, id, account, part.text("Role"), given.now).events);
        }
        rows.push(Object(vec![("Member_Account", json!(account.as_str())), ("Result", json!(result))]));
    }
    Ok(Reply::ok().with("MemberList", rows).and(changes, initiator))
}

fn delete(state: &mut State, given: &CallBody<'_>) -> Answered {
    let (id, accounts) = (given.group()?, given.accounts("MemberToDel_Account"));
    Ok(Reply::ok().and(removed(state, id, &accounts, given.now), Initiator::Admin))
}

/// Removes these members, with what they had as members.
pub(super) fn removed(state: &mut State, id: GroupId, accounts: &[UserId], now: Timestamp) -> Changes {
    state.apply_presence(id, Presence::Leave, accounts, now)
}

fn modify(state: &mut State, given: &CallBody<'_>) -> Answered {
    let (id, account) = named_member(state, given, "Member_Account")?;
    let more = state.groups.entry(id).or_default().more_mut();
    let member = more.members.entry(account).or_default();
    if let Some(role) = given.text("Role") {
        member.is_admin = role == "Admin";
    }
    if let Some(card) = given.text("NameCard") {
        card.clone_into(&mut member.name_card);
    }
    if let Some(seconds) = given.number("MuteTime").or_else(|| given.number("ShutUpTime")) {
        mute(&mut more.mutes, account, seconds, given.now);
    }
    Ok(Reply::ok())
}
