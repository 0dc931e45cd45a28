//! Steps 6 to 12 of the precedence, which need only the body. An SDK runs them before it sends.
//!
//! Step 12 (`GROUP-ID`) belongs here as well, because the shape of an id needs no state.

mod accounts;
mod entries;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::ControlFlow;

use avmarks_protocol::internal::without_trailing_commas;
use avmarks_protocol::{
    BodyError, BodyPath, Endpoint, FieldError, Integer, add_robots, get_admin_list, get_members, get_online_member_num,
    modify_admin, modify_user_info,
};
use avmarks_rules::internal::{Cursor, Filter, Scratch};
use avmarks_rules::{Command, Entry, MarkList, Policy, Reason, Refusal, Terms};
use avmarks_spec::readings::TrailingComma;
use avmarks_spec::{Excerpt, Gap, GroupId, Limits, Mark, UserId};

use crate::violation::{Violation, Violations};

/// Everything that is wrong with the body of a call, as far as the body alone shows it, in the order of the precedence;
/// nothing if the service would look at the group next.
///
/// ```
/// use avmarks_protocol::Endpoint;
/// use avmarks_rules::Terms;
///
/// let body = br#"{"GroupId":"@TGS#a","CommandType":3,"MemberList":[{"Member_Account":"a","Marks":[1000,999]}]}"#;
/// let found = avmarks_service::preflight(Endpoint::ModifyUserInfo, body, &Terms::default());
/// assert_eq!(found.len(), 2);
/// assert_eq!(found[0].message, "`CommandType` is `3`; it must be 1 (set) or 2 (delete)");
/// assert_eq!(found[1].pointer().unwrap(), "/MemberList/0/Marks/1");
/// assert_eq!(found[1].because[0].id(), "MARK-RANGE");
/// ```
#[must_use]
pub fn preflight(endpoint: Endpoint, body: &[u8], terms: &Terms) -> Vec<Violation> {
    let mut findings = Violations::all();
    let _ = read(endpoint, body, &terms.policy, &terms.limits, &mut findings, &mut Scratch::default());
    findings.found
}

/// The same for a request that was never bytes: every value is of its type already, so steps 8 to 12 are checked.
#[must_use]
pub fn preflight_request(request: modify_user_info::Request<'_>, terms: &Terms) -> Vec<Violation> {
    let mut findings = Violations::all();
    let Terms { policy, limits, .. } = terms;
    let _ = Reader { policy, limits, findings: &mut findings }.marks(&request.into());
    findings.found
}

/// The parts of a body that could be read.
#[derive(Default)]
#[cfg_attr(test, derive(Debug, PartialEq))]
pub(crate) struct Read {
    /// The group, where its id is well formed.
    pub(crate) group: Option<GroupId>,
    /// Where 500 or 600 is named first.
    pub(crate) special: Option<BodyPath>,
    /// The body, where steps 6 to 12 found nothing.
    pub(crate) body: Option<Body>,
}

/// A body in which steps 6 to 12 found nothing.
#[cfg_attr(test, derive(Debug, PartialEq))]
pub(crate) enum Body {
    /// Marks are set or deleted; of robots, mark 500.
    Marks {
        kind: Command,
        entries: Vec<Entry>,
    },
    List {
        cursor: Cursor,
        filter: Filter,
    },
    Count,
    Check {
        accounts: Vec<UserId>,
    },
    Admins {
        kind: Command,
        accounts: Vec<UserId>,
    },
    AdminList,
}

/// Reads a body. Breaks where the first violation is enough, and there is one.
pub(crate) fn read(
    endpoint: Endpoint,
    body: &[u8],
    policy: &Policy,
    limits: &Limits,
    findings: &mut Violations,
    scratch: &mut Scratch,
) -> ControlFlow<(), Read> {
    if endpoint == Endpoint::ModifyUserInfo
        && let Ok(text) = std::str::from_utf8(body)
        && let Some(read) = entries::read_valid(text, policy, limits, scratch)
    {
        return ControlFlow::Continue(read);
    }
    read_by_steps(endpoint, body, policy, limits, findings)
}

/// The same, step by step, whatever the body is.
fn read_by_steps(
    endpoint: Endpoint,
    body: &[u8],
    policy: &Policy,
    limits: &Limits,
    findings: &mut Violations,
) -> ControlFlow<(), Read> {
    let before = findings.found.len();
    let mut reader = Reader { policy, limits, findings };
    let Some(text) = reader.text(body)? else { return ControlFlow::Continue(Read::default()) };
    let mut read = match reader.body(endpoint, &text)? {
        Ok(read) => read,
        // A comma decided only if the body can be read without it (`gap:trailing-comma`).
        Err(BodyError::TrailingComma { line, column }) => {
            let repaired = without_trailing_commas(&text);
            let mut silent = Violations::first();
            let mut again = Reader { policy, limits, findings: &mut silent };
            let error = match again.body(endpoint, &repaired) {
                ControlFlow::Continue(Err(error)) => error,
                _ => BodyError::TrailingComma { line, column },
            };
            reader.no_json(&error)?
        }
        Err(error) => reader.no_json(&error)?,
    };
    read.body = read.body.filter(|_| findings.found.len() == before);
    ControlFlow::Continue(read)
}

struct Reader<'a> {
    policy: &'a Policy,
    limits: &'a Limits,
    findings: &'a mut Violations,
}

impl Reader<'_> {
    /// 7 to 12. The error of step 6 where the text is not a JSON object.
    fn body(&mut self, endpoint: Endpoint, text: &str) -> ControlFlow<(), Result<Read, BodyError>> {
        macro_rules! drafted {
            ($draft:expr, $read:expr) => {
                match $draft {
                    Ok(draft) => $read(&draft).map_continue(Ok),
                    Err(error) => ControlFlow::Continue(Err(error)),
                }
            };
        }
        match endpoint {
            Endpoint::ModifyUserInfo => drafted!(modify_user_info::Draft::parse(text), |draft| self.marks(draft)),
            Endpoint::GetMembers => drafted!(get_members::Draft::parse(text), |draft| self.list(draft)),
            Endpoint::GetOnlineMemberNum => {
                drafted!(get_online_member_num::Draft::parse(text), |draft| self.group_alone(draft, Body::Count))
            }
            Endpoint::GetAdminList => {
                drafted!(get_admin_list::Draft::parse(text), |draft| self.group_alone(draft, Body::AdminList))
            }
            Endpoint::AddRobots | Endpoint::DelRobots | Endpoint::CheckMembers => {
                drafted!(add_robots::Draft::parse(text), |draft| self.accounts_of(endpoint, draft))
            }
            Endpoint::ModifyAdmin => drafted!(modify_admin::Draft::parse(text), |draft| self.admins(draft)),
        }
    }

    /// 6. `JSON-BODY`: the body is a JSON object (`gap:trailing-comma`).
    fn text<'b>(&mut self, body: &'b [u8]) -> ControlFlow<(), Option<Cow<'b, str>>> {
        match std::str::from_utf8(body) {
            Ok(text) if self.policy.trailing_comma == TrailingComma::Accept => {
                let repaired = without_trailing_commas(text);
                if repaired != text {
                    self.findings.gap(Gap::TrailingComma);
                }
                ControlFlow::Continue(Some(repaired))
            }
            Ok(text) => ControlFlow::Continue(Some(Cow::Borrowed(text))),
            Err(error) => {
                self.no_json(&BodyError::not_utf8(body, error.valid_up_to()))?;
                ControlFlow::Continue(None)
            }
        }
    }

    fn no_json(&mut self, error: &BodyError) -> ControlFlow<(), Read> {
        let reason = match error {
            BodyError::TrailingComma { .. } => Refusal::TrailingComma,
            _ => Refusal::NotJson,
        };
        self.add(reason, BodyPath::Body, error.to_string())?;
        ControlFlow::Continue(Read::default())
    }

    /// 7. No field is duplicated (`gap:duplicate-field`). `REQUIRED`: every field is present, and of its type.
    fn fields(&mut self, errors: &[FieldError]) -> ControlFlow<()> {
        let twice = errors.iter().filter(|error| error.is_duplicate()).map(|error| (Refusal::DuplicateField, error));
        let others = errors.iter().filter(|error| !error.is_duplicate()).map(|error| (Refusal::Required, error));
        twice.chain(others).try_for_each(|(reason, error)| self.add_with(reason, error.path, || error.to_string()))
    }

    fn marks(&mut self, draft: &modify_user_info::Draft<'_>) -> ControlFlow<(), Read> {
        self.fields(&draft.errors)?;
        let kind = self.command_type(draft.command_type)?;
        let entries = match &draft.member_list {
            Some(members) => {
                self.length(BodyPath::MemberList, "entries", members.len(), None)?;
                self.entries(members)?
            }
            None => Vec::new(),
        };
        self.marks_named(kind, &entries)?;
        let group = self.group_id(draft.group_id.as_deref())?;
        let special = draft.member_list.as_deref().and_then(first_special);
        ControlFlow::Continue(Read { group, special, body: kind.map(|kind| Body::Marks { kind, entries }) })
    }

    /// 8. `COMMAND-TYPE`: 1 sets, 2 deletes.
    fn command_type(&mut self, number: Option<Integer<'_>>) -> ControlFlow<(), Option<Command>> {
        let Some(number) = number else { return ControlFlow::Continue(None) };
        match number.to_i64() {
            Some(1) => ControlFlow::Continue(Some(Command::Set)),
            Some(2) => ControlFlow::Continue(Some(Command::Delete)),
            _ => {
                let digits = number.to_string();
                let message = format!("`CommandType` is `{}`; it must be 1 (set) or 2 (delete)", Excerpt(&digits));
                self.add(Refusal::CommandType, BodyPath::CommandType, message)?;
                ControlFlow::Continue(None)
            }
        }
    }

    /// 9. `ACCOUNTS-MAX`: entries as sent, before merging. An empty list is `REQUIRED`. `gap` is read where the documents of the
    ///    call name no number.
    fn length(&mut self, list: BodyPath, items: &str, length: usize, gap: Option<Gap>) -> ControlFlow<()> {
        let length_max = self.limits.accounts_per_call_max;
        if length > length_max {
            let message = format!("`{list}` has {length} {items}; one call names at most {length_max}: split it");
            let mut violation = Violation::new(Refusal::AccountsMax, Some(list), self.policy, message);
            violation.because.extend(gap.map(Reason::Gap));
            self.findings.add(violation)?;
        }
        if length == 0 {
            let message = format!("`{list}` is empty; name at least one account");
            self.add(Refusal::MemberListEmpty, list, message)?;
        }
        ControlFlow::Continue(())
    }

    /// 10. Each entry in request order: its account, that it has marks, each of its marks.
    fn entries(&mut self, members: &[modify_user_info::DraftMember<'_>]) -> ControlFlow<(), Vec<Entry>> {
        let mut entries = Vec::with_capacity(members.len());
        for (at, member) in members.iter().enumerate() {
            let account = match &member.account {
                Some(account) => self.account(BodyPath::Account(at), account)?,
                None => None,
            };
            let marks = match &member.marks {
                Some(numbers) => self.entry_marks(at, numbers)?,
                None => MarkList::new(),
            };
            if let Some(account) = account {
                entries.push(Entry { account, marks });
            }
        }
        ControlFlow::Continue(entries)
    }

    /// `ACCOUNT-ID`: each account is a well-formed user id (`gap:account-id`).
    fn account(&mut self, place: BodyPath, account: &str) -> ControlFlow<(), Option<UserId>> {
        match UserId::parse_as(account, self.policy.account_id) {
            Ok(account) => ControlFlow::Continue(Some(account)),
            Err(error) => {
                self.add_with(Refusal::AccountId, place, || {
                    format!("`{place}` is `{}`, which is no user id: {error}", Excerpt(account))
                })?;
                ControlFlow::Continue(None)
            }
        }
    }

    /// `REQUIRED`: marks are named. `MARK-RANGE`: each is special, or in the custom range (`gap:mark-max`).
    fn entry_marks(&mut self, at: usize, numbers: &[Option<Integer<'_>>]) -> ControlFlow<(), MarkList> {
        if numbers.is_empty() {
            let place = BodyPath::Marks(at);
            self.add(Refusal::MarksEmpty, place, format!("`{place}` is empty; name at least one mark"))?;
        }
        let mut marks = MarkList::new();
        for (index, number) in numbers.iter().enumerate() {
            let Some(number) = number else { continue };
            match number.to_i64().map(Mark::new) {
                Some(Ok(mark)) => marks.push(mark),
                _ => {
                    let place = BodyPath::Mark(at, index);
                    self.add_with(Refusal::MarkRange, place, || {
                        format!(
                            "`{place}` is `{}`, which is no mark: a mark is 500, 600, or a number from {} to {}",
                            Excerpt(&number.to_string()),
                            Mark::CUSTOM_MIN,
                            Mark::CUSTOM_MAX,
                        )
                    })?;
                }
            }
        }
        ControlFlow::Continue(marks)
    }

    /// 11. `MARKS-PER-GROUP`: a set names no more different custom marks than a group can have (`gap:eleventh`).
    fn marks_named(&mut self, kind: Option<Command>, entries: &[Entry]) -> ControlFlow<()> {
        if kind != Some(Command::Set) {
            return ControlFlow::Continue(());
        }
        let marks_max = self.limits.marks_per_group_max;
        // Few of them differ: the first few are looked through, and a tree takes the rest of a call that names more.
        const FEW: usize = 16;
        let (mut few, mut more): (Vec<Mark>, BTreeSet<Mark>) = (Vec::with_capacity(FEW), BTreeSet::new());
        for mark in entries.iter().flat_map(|entry| entry.marks.iter()).copied().filter(|mark| !mark.is_special()) {
            if few.contains(&mark) {
                continue;
            }
            if few.len() < FEW {
                few.push(mark);
            } else {
                more.insert(mark);
            }
        }
        let named = few.len() + more.len();
        if named <= marks_max {
            return ControlFlow::Continue(());
        }
        let message = format!("`MemberList` names {named} different marks; a group has at most {marks_max}");
        self.add(Refusal::MarksNamed, BodyPath::MemberList, message)
    }

    fn list(&mut self, draft: &get_members::Draft<'_>) -> ControlFlow<(), Read> {
        self.fields(&draft.errors)?;
        let cursor = self.cursor(draft.timestamp)?;
        let filter = match draft.mark {
            None => Filter::Visible,
            Some(number) => {
                number.to_i64().and_then(|number| Mark::new(number).ok()).map_or(Filter::InvalidMark, Filter::Holding)
            }
        };
        let group = self.group_id(draft.group_id.as_deref())?;
        let body = cursor.map(|cursor| Body::List { cursor, filter });
        ControlFlow::Continue(Read { group, special: None, body })
    }

    /// `REQUIRED`: 0, or the `NextTimestamp` of an answer; neither is negative or beyond 64 bits.
    fn cursor(&mut self, timestamp: Option<Integer<'_>>) -> ControlFlow<(), Option<Cursor>> {
        let Some(timestamp) = timestamp else { return ControlFlow::Continue(None) };
        match timestamp.to_u64() {
            Some(number) => ControlFlow::Continue(Some(Cursor::from_number(number))),
            None => {
                let digits = timestamp.to_string();
                let message = format!(
                    "`Timestamp` is `{}`; it must be 0, or the `NextTimestamp` of the answer before",
                    Excerpt(&digits)
                );
                self.add(Refusal::Required, BodyPath::Timestamp, message)?;
                ControlFlow::Continue(None)
            }
        }
    }

    /// A body that names a group and nothing else.
    fn group_alone(&mut self, draft: &get_online_member_num::Draft<'_>, body: Body) -> ControlFlow<(), Read> {
        self.fields(&draft.errors)?;
        let group = self.group_id(draft.group_id.as_deref())?;
        ControlFlow::Continue(Read { group, special: None, body: Some(body) })
    }

    /// 12. `GROUP-ID`: the group id is well formed (`gap:group-id`).
    fn group_id(&mut self, group: Option<&str>) -> ControlFlow<(), Option<GroupId>> {
        let Some(group) = group else { return ControlFlow::Continue(None) };
        match GroupId::parse(group) {
            Ok(group) => ControlFlow::Continue(Some(group)),
            Err(error) => {
                let message = format!("`GroupId` is `{}`, which is no group id: {error}", Excerpt(group));
                self.add(Refusal::GroupId, BodyPath::GroupId, message)?;
                ControlFlow::Continue(None)
            }
        }
    }

    /// Adds a violation of which there may be many: its message is written only where it tells anything.
    fn add_with(&mut self, reason: Refusal, place: BodyPath, message: impl FnOnce() -> String) -> ControlFlow<()> {
        if !self.findings.wants(reason) {
            return ControlFlow::Continue(());
        }
        self.add(reason, place, message())
    }

    fn add(&mut self, reason: Refusal, place: BodyPath, message: impl Into<String>) -> ControlFlow<()> {
        self.findings.add(Violation::new(reason, Some(place), self.policy, message))
    }
}

/// Where 500 or 600 is named first.
fn first_special(members: &[modify_user_info::DraftMember<'_>]) -> Option<BodyPath> {
    let is_special = |number: &Option<Integer<'_>>| matches!(number.and_then(Integer::to_i64), Some(500 | 600));
    members.iter().enumerate().find_map(|(entry, member)| {
        let mark = member.marks.iter().flatten().position(is_special)?;
        Some(BodyPath::Mark(entry, mark))
    })
}
