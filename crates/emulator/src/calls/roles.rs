//! Who owns a group, and what its members are in it.

use avmarks_spec::GroupType;
use serde_json::json;

use super::answer::{Object, Reply};
use super::body::CallBody;
use super::call::{Answered, Call};
use super::field::Field;
use super::view::{named_member, role};
use crate::state::State;
use crate::webhooks::Initiator;

const AV: (GroupType, i64) = (GroupType::AvChatRoom, 10_007);

pub(super) const CALLS: &[Call] = &[
    Call::new(
        "group_open_http_svc/get_role_in_group",
        "1047/34963; that more than 500 accounts are 10005 is ours, by its siblings",
        "Tells what up to 500 accounts are in a group.",
        &[Field::group(), Field::accounts("User_Account", 500).required()],
    )
    .of_group(&[AV])
    .answers(&[Field::any_objects(
        "UserIdList",
        &[Field::member(), Field::one_of("Role", &["Owner", "Admin", "Member", "NotMember"]).required()],
    )])
    .looks(roles),
    Call::new(
        "group_open_http_svc/change_group_owner",
        "1047/34966; that 10019 answers for an account that is not a member is ours",
        "Makes a member the owner of its group.",
        &[Field::group(), Field::account("NewOwner_Account").required()],
    )
    .of_group(&[AV])
    .runs(change_owner),
];

fn roles(state: &State, given: &CallBody<'_>) -> Answered {
    let id = given.group()?;
    let rows = given.accounts("User_Account").into_iter().map(|account| {
        let role = role(state, id, &account, given.now);
        Object(vec![("Member_Account", json!(account.as_str())), ("Role", json!(role))])
    });
    Ok(Reply::ok().with("UserIdList", rows.collect::<Vec<_>>()))
}

fn change_owner(state: &mut State, given: &CallBody<'_>) -> Answered {
    let (id, account) = named_member(state, given, "NewOwner_Account")?;
    let changes = state.change_owner(id, account, given.now);
    if let Some(group) = state.groups.get_mut(&id) {
        // Who owns a group is no administrator of it beside.
        if let Some(member) = group.more_mut().members.get_mut(&account) {
            member.is_admin = false;
        }
    }
    Ok(Reply::ok().and(changes, Initiator::Member))
}

#[cfg(test)]
mod tests {
    use avmarks_protocol::ErrorCode;
    use avmarks_rules::{Event, Presence};
    use avmarks_service::{App, GroupEvent, Request, Settings};
    use avmarks_spec::{GroupId, GroupType, Timestamp, UserId};

    use crate::authorized_call::AuthorizedCall;
    use crate::calls::{self, Terms};
    use crate::capacity::Capacity;
    use crate::clock::Clock;
    use crate::state::{Group, State};

    /// A pin that ends in another group, unnoticed until the owner of this one changes.
    #[test]
    fn a_change_of_owner_tells_what_ended_meanwhile() {
        let clock = Clock::standing_at(Timestamp::EPOCH);
        let mut state = State::new(App::new(Settings::default()), clock);
        let [live, class] = ["live", "class"].map(|id| GroupId::parse(id).unwrap());
        let account = UserId::parse("u").unwrap();
        let start = Timestamp::EPOCH;
        for (id, kind) in [(live, GroupType::AvChatRoom), (class, GroupType::Public)] {
            state.create_group(id, kind, None, Group::default(), start);
            state.apply_presence(id, Presence::Join, &[account], start);
        }
        let body = br#"{"GroupId":"live","CommandType":1,"MemberList":[{"Member_Account":"u","Marks":[500]}]}"#;
        let path = "v4/group_open_avchatroom_http_svc/modify_user_info";
        let handled = state.app.handle(&Request::trusted("administrator", path, body), start);
        assert_eq!(handled.answer.code, ErrorCode::OK);
        let path = "v4/group_open_http_svc/change_group_owner";
        let body = br#"{"GroupId":"class","NewOwner_Account":"u"}"#;
        let asked = AuthorizedCall { identifier: "administrator", path, body };
        let terms = Terms { capacity: Capacity::UNLIMITED, strict: false, discards: false };
        let later = Timestamp::from_millis(300_000_000);
        let (outcome, is_change) = calls::answer(&mut state, terms, calls::of(path).unwrap(), &asked, later);
        assert!(is_change);
        assert_eq!(outcome.changes.events, [GroupEvent::Member(live, Event::PinExpired { account })]);
    }
}
