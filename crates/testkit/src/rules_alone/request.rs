//! What a call asks of a room, read from a body in which preflight finds nothing.

use std::borrow::Cow;

use avmarks_protocol::{Endpoint, Integer, add_robots, modify_admin, modify_user_info};
use avmarks_rules::{Command, Decision, Entry, MarkCall, MarkList, Operator, Reason, Room, Terms};
use avmarks_spec::readings::AccountId;
use avmarks_spec::{Gap, GroupId, Mark, Timestamp, UserId};
use serde_json::{Value, json};

/// What a call asks of a room.
pub(super) enum RoomRequest {
    /// Marks, with an answer that says which were served.
    Marks(MarkCall),
    /// Robots: mark 500, with an answer that shows only that the call was served.
    Robots(MarkCall),
    /// Administrators, with the same answer.
    Admins { command: Command, operator: Operator, accounts: Vec<UserId> },
}

impl RoomRequest {
    /// The group of a call, and what is asked of it. None of a call that changes nothing, or that is not read.
    pub(super) fn read(
        endpoint: Endpoint,
        operator: Operator,
        body: &[u8],
        account_id: AccountId,
    ) -> Option<(GroupId, Self)> {
        let account = |account: &Cow<'_, str>| UserId::parse_as(account, account_id).ok();
        let (group, request) = match endpoint {
            Endpoint::ModifyUserInfo => {
                let request = modify_user_info::Request::parse(body).ok()?;
                let entry = |member: &modify_user_info::Member<'_>| {
                    let marks = member.marks.iter().map(|mark| Mark::new(mark.to_i64()?).ok());
                    Some(Entry { account: account(&member.account)?, marks: marks.collect::<Option<_>>()? })
                };
                let entries = request.member_list.iter().map(entry).collect::<Option<_>>()?;
                let call = MarkCall::new(kind(request.command_type), operator, entries);
                (request.group_id, Self::Marks(call))
            }
            Endpoint::AddRobots | Endpoint::DelRobots => {
                let request = add_robots::Request::parse(body).ok()?;
                let pinned = || MarkList::from_iter([Mark::PINNED]);
                let entry = |name: &Cow<'_, str>| Some(Entry { account: account(name)?, marks: pinned() });
                let entries = request.accounts.iter().map(entry).collect::<Option<_>>()?;
                let adds = endpoint == Endpoint::AddRobots;
                let kind = if adds { Command::Set } else { Command::Delete };
                (request.group_id, Self::Robots(MarkCall::new(kind, operator, entries)))
            }
            Endpoint::ModifyAdmin => {
                let request = modify_admin::Request::parse(body).ok()?;
                let accounts = request.accounts.iter().map(account).collect::<Option<_>>()?;
                (request.group_id, Self::Admins { command: kind(request.command_type), operator, accounts })
            }
            Endpoint::GetMembers | Endpoint::GetOnlineMemberNum | Endpoint::CheckMembers | Endpoint::GetAdminList => {
                return None;
            }
        };
        Some((GroupId::parse(&group).ok()?, request))
    }

    /// What the room decides at `at`.
    pub(super) fn decide(&self, room: &Room, terms: &Terms, at: Timestamp) -> Decision {
        match self {
            Self::Marks(call) | Self::Robots(call) => room.decide(call, terms, at),
            Self::Admins { command, operator, accounts } => {
                room.decide_admins(*command, *operator, accounts, terms, at)
            }
        }
    }

    /// The answer that the decision makes. Its `ErrorInfo` is not the service's.
    pub(super) fn answer(&self, decision: &Decision, terms: &Terms) -> Value {
        if let Some(refused) = decision.refusals.first() {
            return json!({
                "ActionStatus": "FAIL",
                "ErrorCode": refused.refusal.code(&terms.policy),
                "ErrorInfo": "refused",
            });
        }
        let mut answer = json!({"ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": ""});
        if let (Self::Marks(call), Some(fields)) = (self, answer.as_object_mut()) {
            let members = decision.served(call).map(|(account, marks)| {
                json!({
                    "Member_Account": account.as_str(),
                    "Marks": marks.map(Mark::number).collect::<Vec<_>>(),
                })
            });
            fields.insert("CommandType".to_owned(), json!(call.command().number()));
            fields.insert("MemberList".to_owned(), members.collect());
        }
        answer
    }

    /// The reasons of the answer. An answer that is the envelope alone repeats no mark, so `gap:echo` is not among its reasons.
    pub(super) fn because(&self, decision: &Decision) -> Vec<&'static str> {
        let applies = |reason: &&Reason| matches!(self, Self::Marks(_)) || **reason != Reason::Gap(Gap::Echo);
        decision.because.iter().filter(applies).map(|reason| reason.id()).collect()
    }
}

/// `CommandType` of a body in which preflight finds nothing: 1 sets, 2 deletes.
fn kind(command_type: Integer<'_>) -> Command {
    if command_type.to_i64() == Some(1) { Command::Set } else { Command::Delete }
}
