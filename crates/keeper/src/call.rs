//! Calls: their actions, their requests, and the result of each account in their answers.

use std::collections::BTreeMap;
use std::fmt;

use avmarks_client::{AttemptResult, CallAnswer, CallRequest, UnansweredError};
use avmarks_protocol::modify_user_info::{Answer, Member, Request};
use avmarks_protocol::{Endpoint, Envelope, ErrorCode, add_robots, check_members, get_members};
use avmarks_spec::{GroupId, Mark, UserId};

avmarks_spec::named_enum! {
    /// The action of a call.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Action {
        /// Deletes marks: `modify_user_info` with `CommandType` 2.
        Delete = "delete",
        /// Adds robots: `add_robots`.
        AddRobots = "add-robots",
        /// Sets marks other than 500: `modify_user_info` with `CommandType` 1.
        Set = "set",
        /// Asks which accounts are online: `check_members`.
        Check = "check",
        /// Sets mark 500 on accounts that were just online: `modify_user_info` with `CommandType` 1.
        Pin = "pin",
        /// Asks for a page of the holders of a mark: `get_members`.
        List = "list",
    }
}

impl Action {
    /// The command that carries it out. Each command has 200 calls per second of its own (`RATE`).
    #[must_use]
    pub const fn endpoint(self) -> Endpoint {
        match self {
            Self::Delete | Self::Set | Self::Pin => Endpoint::ModifyUserInfo,
            Self::AddRobots => Endpoint::AddRobots,
            Self::Check => Endpoint::CheckMembers,
            Self::List => Endpoint::GetMembers,
        }
    }
}

/// Identifies a call: a number that a keeper uses once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(pub(crate) u64);

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A call to make. The caller signs it, keeps the rate limit of its command, and may send it again: every call here may be
/// carried out twice.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Call {
    /// Identifies the call when its result is fed.
    pub id: CallId,
    /// The group.
    pub group: GroupId,
    /// The action.
    pub action: Action,
    /// How many accounts it names.
    pub accounts: usize,
    /// The request.
    pub request: CallRequest,
}

/// The result of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallResult<'a> {
    /// An answer with code 0: its body.
    Answered(&'a [u8]),
    /// An answer with another code: the service changed nothing.
    Refused(ErrorCode),
    /// No answer that can be used. The call may have been carried out.
    Failed,
}

impl<'a> CallResult<'a> {
    /// The result of a [`SingleCall`](avmarks_client::SingleCall). A call that was refused after an attempt that may have been
    /// carried out counts as failed.
    #[must_use]
    pub fn of(result: &'a Result<CallAnswer, UnansweredError>) -> Self {
        match result {
            Ok(answer) => Self::Answered(&answer.body),
            Err(error) if error.may_have_been_served() => Self::Failed,
            Err(error) => match error.result() {
                Some(AttemptResult::Refused { code, .. }) => Self::Refused(*code),
                _ => Self::Failed,
            },
        }
    }
}

/// The accounts of a call, with the marks that it names for each. `None` if it names no marks.
pub(crate) type AccountMarks = Vec<(UserId, Vec<Mark>)>;

/// The request of a call about accounts.
pub(crate) fn request(action: Action, group: GroupId, named: &AccountMarks) -> CallRequest {
    let group_id = group.as_str().into();
    let accounts = || named.iter().map(|(account, _)| account.as_str().into()).collect();
    let body = match action {
        Action::AddRobots => add_robots::Request { group_id, accounts: accounts() }.to_json(),
        Action::Check | Action::List => check_members::Request { group_id, accounts: accounts() }.to_json(),
        Action::Delete | Action::Set | Action::Pin => {
            let members = named.iter().map(|(account, marks)| Member {
                account: account.as_str().into(),
                marks: marks.iter().map(|mark| i64::from(*mark).into()).collect(),
            });
            let command_type = if action == Action::Delete { 2 } else { 1 };
            Request { group_id, command_type: command_type.into(), member_list: members.collect() }.to_json()
        }
    };
    CallRequest { path: action.endpoint().path().to_owned(), body, repeatable: true }
}

/// The request of a page of the holders of a mark.
pub(crate) fn page_request(group: GroupId, mark: Mark, cursor: i64) -> CallRequest {
    let request = get_members::Request {
        group_id: group.as_str().into(),
        timestamp: cursor.into(),
        mark: Some(i64::from(mark).into()),
    };
    CallRequest { path: Action::List.endpoint().path().to_owned(), body: request.to_json(), repeatable: true }
}

/// The result of an account in an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It was served, with these of its marks; or it is online.
    Served(Vec<Mark>),
    /// The answer leaves it out: it is offline, or not in the group.
    LeftOut,
}

/// The result of each account in an answer with code 0, in the order of the call. `None` if the answer cannot be read.
pub(crate) fn verdicts(action: Action, named: &AccountMarks, body: &[u8]) -> Option<Vec<Verdict>> {
    match action {
        Action::AddRobots => {
            let envelope = Envelope::parse(body).ok()?;
            envelope.is_ok().then(|| named.iter().map(|_| Verdict::Served(vec![Mark::PINNED])).collect())
        }
        Action::Check | Action::List => {
            let answer = check_members::Answer::parse(body).ok().filter(|answer| answer.envelope.is_ok())?;
            let online: std::collections::BTreeSet<&str> =
                answer.accounts.iter().flatten().map(String::as_str).collect();
            let verdict = |account: &UserId| match online.contains(account.as_str()) {
                true => Verdict::Served(Vec::new()),
                false => Verdict::LeftOut,
            };
            Some(named.iter().map(|(account, _)| verdict(account)).collect())
        }
        Action::Delete | Action::Set | Action::Pin => {
            let answer = Answer::parse(body).ok().filter(|answer| answer.envelope.is_ok())?;
            let mut served: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
            for member in answer.member_list.iter().flatten() {
                served.entry(&member.account).or_default().extend(member.marks.iter().copied());
            }
            let verdict = |account: &UserId, marks: &[Mark]| match served.get(account.as_str()) {
                Some(served) => {
                    Verdict::Served(marks.iter().copied().filter(|mark| served.contains(&i64::from(*mark))).collect())
                }
                None => Verdict::LeftOut,
            };
            Some(named.iter().map(|(account, marks)| verdict(account, marks)).collect())
        }
    }
}

/// A page: the accounts that it lists, and the cursor of the next one; 0 if it is the last. `None` if the answer cannot be read.
pub(crate) fn page(body: &[u8]) -> Option<(Vec<String>, i64)> {
    let answer = get_members::Answer::parse(body).ok().filter(|answer| answer.envelope.is_ok())?;
    let listed = answer.member_list.unwrap_or_default().into_iter().map(|member| member.account).collect();
    Some((listed, answer.next_timestamp.unwrap_or_default()))
}
