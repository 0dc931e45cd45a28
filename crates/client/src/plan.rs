//! The plan: any number of accounts with the marks to set or delete in one group, or of robots to add or delete, as calls of at
//! most 500 accounts.

mod draft;
mod error;
mod kind;

use std::fmt;
use std::ops::Range;

use avmarks_protocol::modify_user_info::{Member, Request};
use avmarks_protocol::{add_robots, del_robots};
use avmarks_spec::readings::AccountId;
use avmarks_spec::{GroupId, Limits, Mark, UserId};

pub(crate) use draft::group_and_accounts;
pub use error::{PlanError, PlanFaults};
pub use kind::{Change, PlanKind};

/// What the inputs of a plan are held against; so are those of [`MemberCheck`](crate::MemberCheck) and of
/// [`CallRequest::set_admins`](crate::CallRequest::set_admins), as far as it applies to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanSettings {
    /// Accounts in one call, from 1 to 500 (`ACCOUNTS-MAX`; for robots `gap:robots-max`, for `check_members` `gap:check-max`).
    /// Default: 500.
    pub accounts_per_call_max: usize,
    /// Different custom marks that a *set* may name in all (`MARKS-PER-GROUP`); none lets any number through, which the
    /// service then judges. 500 and 600 do not count (`gap:special-slots`). Default: 10.
    pub custom_marks_max: Option<usize>,
    /// Which characters an account may have (`gap:account-id`). Default: printable ASCII.
    pub account_id: AccountId,
}

impl Default for PlanSettings {
    fn default() -> Self {
        Self {
            accounts_per_call_max: Limits::DOCUMENTED.accounts_per_call_max,
            custom_marks_max: Some(Limits::DOCUMENTED.marks_per_group_max),
            account_id: AccountId::default(),
        }
    }
}

/// Accounts with the marks to set or delete in one group, or robots to add or delete: valid, merged, and in order of first
/// mention. The mark of a robot is 500, which is what its commands set and delete.
///
/// ```
/// use avmarks_client::{Change, Plan, PlanSettings};
///
/// let wanted = [("teacher10", vec![1000]), ("student9", vec![1001]), ("teacher10", vec![500, 1000])];
/// let plan = Plan::new(Change::Set, "@TGS#a6I4ZUUGO", wanted, &PlanSettings::default()).unwrap();
///
/// assert_eq!((plan.inputs(), plan.len(), plan.needs_admin()), (3, 2, true));
/// let bodies: Vec<_> = plan.calls().map(|call| String::from_utf8(call.body()).unwrap()).collect();
/// assert_eq!(
///     bodies,
///     [r#"{"GroupId":"@TGS#a6I4ZUUGO","CommandType":1,"MemberList":[{"Member_Account":"teacher10","Marks":[1000,500]},{"Member_Account":"student9","Marks":[1001]}]}"#]
/// );
///
/// let faults = Plan::new(Change::Set, "", [("a", vec![999]), ("", vec![])], &PlanSettings::default()).unwrap_err();
/// assert_eq!(faults.len(), 4);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Plan {
    kind: PlanKind,
    group: GroupId,
    entries: Vec<Entry>,
    /// Lists of marks, each once: most accounts of a plan share theirs.
    lists: Vec<Box<[Mark]>>,
    accounts_per_call_max: usize,
    inputs: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Entry {
    account: UserId,
    /// Which of the plan's lists are its marks.
    list: usize,
}

impl Plan {
    /// Plans to set or delete marks in one group. An account that is named twice becomes one, at the place of the first,
    /// with its marks united in order of first mention (`gap:duplicates`).
    ///
    /// Costs one look-up per input, and about 50 bytes per account.
    ///
    /// # Errors
    ///
    /// [`PlanFaults`]: **everything** that is wrong with any input or setting, in order. Whether the group and the app would allow
    /// the calls is not known here, nor who of the accounts is online.
    pub fn new<A, M>(
        change: Change,
        group: &str,
        wanted: impl IntoIterator<Item = (A, M)>,
        settings: &PlanSettings,
    ) -> Result<Self, PlanFaults>
    where
        A: AsRef<str>,
        M: IntoIterator<Item = i64>,
    {
        let mut draft = draft::Draft::new(settings);
        for (account, marks) in wanted {
            draft.take(account.as_ref(), marks);
        }
        draft.finish(change.into(), group)
    }

    /// Plans to put robots into the online list of a group. They need not have joined. Source: 1047/60527.
    ///
    /// ```
    /// use avmarks_client::{Plan, PlanSettings};
    ///
    /// let plan = Plan::add_robots("@TGS#a6I4ZUUGO", ["robot1", "robot2", "robot1"], &PlanSettings::default()).unwrap();
    /// let call = plan.calls().next().unwrap();
    /// assert_eq!(call.body(), br#"{"GroupId":"@TGS#a6I4ZUUGO","Member_Account":["robot1","robot2"]}"#);
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Plan::new`].
    pub fn add_robots<A: AsRef<str>>(
        group: &str,
        accounts: impl IntoIterator<Item = A>,
        settings: &PlanSettings,
    ) -> Result<Self, PlanFaults> {
        Self::robots(PlanKind::AddRobots, group, accounts, settings)
    }

    /// Plans to take robots out of the online list of a group. Source: 269/103785.
    ///
    /// # Errors
    ///
    /// As [`Plan::new`].
    pub fn delete_robots<A: AsRef<str>>(
        group: &str,
        accounts: impl IntoIterator<Item = A>,
        settings: &PlanSettings,
    ) -> Result<Self, PlanFaults> {
        Self::robots(PlanKind::DeleteRobots, group, accounts, settings)
    }

    fn robots<A: AsRef<str>>(
        kind: PlanKind,
        group: &str,
        accounts: impl IntoIterator<Item = A>,
        settings: &PlanSettings,
    ) -> Result<Self, PlanFaults> {
        let mut draft = draft::Draft::new(settings);
        for account in accounts {
            draft.take_pinned(account.as_ref());
        }
        draft.finish(kind, group)
    }

    /// What it does.
    #[must_use]
    pub const fn kind(&self) -> PlanKind {
        self.kind
    }

    /// The group.
    #[must_use]
    pub const fn group(&self) -> &GroupId {
        &self.group
    }

    /// How many accounts there are, after merging. At least 1.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a plan without accounts cannot be made")]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// How many inputs there were, before merging.
    #[must_use]
    pub const fn inputs(&self) -> usize {
        self.inputs
    }

    /// Accounts in one call at most, from 1 to 500.
    #[must_use]
    pub const fn accounts_per_call_max(&self) -> usize {
        self.accounts_per_call_max
    }

    /// The account at this index, from 0, with its marks in order of first mention.
    #[must_use]
    pub fn account(&self, at: usize) -> Option<(&UserId, &[Mark])> {
        self.entries.get(at).map(|entry| self.shown(entry))
    }

    /// The accounts in order, each with its marks.
    pub fn accounts(&self) -> impl ExactSizeIterator<Item = (&UserId, &[Mark])> {
        self.entries.iter().map(|entry| self.shown(entry))
    }

    /// 500 and 600, where the plan names them: only an app admin may set or delete these (`SPECIAL-ADMIN`).
    pub fn special_marks(&self) -> impl Iterator<Item = Mark> {
        let named = |special: &Mark| self.lists.iter().any(|list| list.contains(special));
        [Mark::PINNED, Mark::HIDDEN].into_iter().filter(named)
    }

    /// Whether the plan names a special mark, so that the signature must be an app admin's; a group's owner will not do.
    #[must_use]
    pub fn needs_admin(&self) -> bool {
        self.special_marks().next().is_some()
    }

    /// The calls as they are sent where nothing is refused for its size.
    pub fn calls(&self) -> impl Iterator<Item = PlannedCall<'_>> {
        (0..self.len())
            .step_by(self.accounts_per_call_max)
            .map(|first| self.call(first..self.len().min(first.saturating_add(self.accounts_per_call_max))))
    }

    /// A number that two plans share only where they are alike: of the same kind, with the same marks of the same accounts, in
    /// the same order and the same group. FNV-1a, 64 bits: it guards against mistakes, not against malice.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        let mut hash = Fnv::new();
        hash.take(self.kind.name().as_bytes());
        hash.take(self.group.as_bytes());
        for (account, marks) in self.accounts() {
            hash.take(account.as_bytes());
            for mark in marks {
                hash.take(&mark.number().to_be_bytes());
            }
            hash.take(b"");
        }
        hash.0
    }

    pub(crate) fn call(&self, range: Range<usize>) -> PlannedCall<'_> {
        PlannedCall { plan: self, range }
    }

    fn shown<'a>(&'a self, entry: &'a Entry) -> (&'a UserId, &'a [Mark]) {
        (&entry.account, self.lists.get(entry.list).map(|list| &**list).unwrap_or_default())
    }
}

/// Without the accounts, which may be many.
impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Plan");
        shown.field("kind", &self.kind).field("group", &self.group).field("accounts", &self.len());
        shown.finish_non_exhaustive()
    }
}

/// A call of a plan: consecutive accounts of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedCall<'a> {
    plan: &'a Plan,
    range: Range<usize>,
}

impl<'a> PlannedCall<'a> {
    /// The indexes of its accounts in the plan.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.range.clone()
    }

    /// Its accounts in order, each with its marks.
    pub fn accounts(&self) -> impl ExactSizeIterator<Item = (&'a UserId, &'a [Mark])> + use<'a> {
        let plan = self.plan;
        plan.entries.get(self.range.clone()).unwrap_or_default().iter().map(|entry| plan.shown(entry))
    }

    /// The body of the request, compact, in the order of the vendor's samples.
    #[must_use]
    pub fn body(&self) -> Vec<u8> {
        let group_id = self.plan.group.as_str().into();
        let accounts = self.accounts().map(|(account, _)| account.as_str().into());
        let command_type = match self.plan.kind {
            PlanKind::AddRobots => return add_robots::Request { group_id, accounts: accounts.collect() }.to_json(),
            PlanKind::DeleteRobots => return del_robots::Request { group_id, accounts: accounts.collect() }.to_json(),
            PlanKind::SetMarks | PlanKind::DeleteMarks => self.plan.kind.command_type().unwrap_or_default().into(),
        };
        let member = |(account, marks): (&'a UserId, &'a [Mark])| Member {
            account: account.as_str().into(),
            marks: marks.iter().map(|mark| i64::from(mark.number()).into()).collect(),
        };
        Request { group_id, command_type, member_list: self.accounts().map(member).collect() }.to_json()
    }
}

/// FNV-1a of 64 bits, over parts that are told apart.
struct Fnv(u64);

impl Fnv {
    const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn take(&mut self, part: &[u8]) {
        let length = u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes();
        for byte in length.iter().chain(part) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests;
