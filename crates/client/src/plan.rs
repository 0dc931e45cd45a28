//! The plan: any number of accounts with the marks to set or delete in one group, or of robots to add or delete, as calls of at
//! most 500 accounts.

mod accounts;
mod draft;
mod error;
mod kind;

use std::fmt;
use std::ops::Range;

use avmarks_protocol::modify_user_info::{Member, Request};
use avmarks_protocol::{add_robots, del_robots};
use avmarks_spec::readings::AccountId;
use avmarks_spec::{GroupId, Limits, Mark};

pub(crate) use accounts::Accounts;
pub(crate) use draft::{group_and_accounts, group_id};
pub use error::{PlanError, PlanErrors};
pub use kind::PlanKind;

/// The limits for the inputs of a plan, and for those of [`MemberCheck`](crate::MemberCheck) and of
/// [`CallRequest::set_admins`](crate::CallRequest::set_admins), as far as it applies to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanSettings {
    /// Accounts in one call, from 1 to 500 (`ACCOUNTS-MAX`; for robots `gap:robots-max`, for `check_members` `gap:check-max`).
    /// Default: 500.
    pub accounts_per_call_max: usize,
    /// Different custom marks that a *set* may name in all (`MARKS-PER-GROUP`). With none, any number is sent, and the service
    /// decides. 500 and 600 do not count (`gap:special-slots`). Default: 10.
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
/// A group is given as text or [`GroupId`], an account as text or [`UserId`](avmarks_spec::UserId), a mark as an integer or [`Mark`].
///
/// Memory: 12 bytes for each account and the text of its name, and up to 60 bytes while the plan is made.
///
/// ```
/// use avmarks_client::{Plan, PlanSettings};
///
/// let wanted = [("teacher10", vec![1000]), ("student9", vec![1001]), ("teacher10", vec![500, 1000])];
/// let plan = Plan::set_marks("@TGS#a6I4ZUUGO", wanted, &PlanSettings::default()).unwrap();
///
/// assert_eq!((plan.inputs(), plan.len(), plan.needs_admin()), (3, 2, true));
/// let bodies: Vec<_> = plan.calls().map(|call| String::from_utf8(plan.body(call)).unwrap()).collect();
/// assert_eq!(
///     bodies,
///     [r#"{"GroupId":"@TGS#a6I4ZUUGO","CommandType":1,"MemberList":[{"Member_Account":"teacher10","Marks":[1000,500]},{"Member_Account":"student9","Marks":[1001]}]}"#]
/// );
///
/// let errors = Plan::set_marks("", [("a", vec![999]), ("", vec![])], &PlanSettings::default()).unwrap_err();
/// assert_eq!(errors.len(), 4);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Plan {
    kind: PlanKind,
    group: GroupId,
    accounts: Accounts,
    /// Which of `lists` are the marks of each account.
    list_of: Vec<u32>,
    /// Lists of marks, each once: most accounts of a plan share theirs.
    lists: Vec<Box<[Mark]>>,
    accounts_per_call_max: usize,
    inputs: usize,
}

impl Plan {
    /// Plans to set marks in one group. An account that is named twice becomes one, at the position of the first, with its marks
    /// united in order of first mention (`gap:duplicates`). Costs one hash look-up per input.
    ///
    /// # Errors
    ///
    /// [`PlanErrors`]: **everything** that is wrong with any input or setting, in order. Whether the group and the app would allow
    /// the calls is not known here, nor which accounts are online.
    pub fn set_marks<A, M>(
        group: impl AsRef<str>,
        wanted: impl IntoIterator<Item = (A, M)>,
        settings: &PlanSettings,
    ) -> Result<Self, PlanErrors>
    where
        A: AsRef<str>,
        M: IntoIterator<Item: Into<i64>>,
    {
        Self::marks(PlanKind::SetMarks, group.as_ref(), wanted, settings)
    }

    /// Plans to delete marks in one group, as [`Plan::set_marks`] plans to set them.
    ///
    /// # Errors
    ///
    /// As [`Plan::set_marks`].
    pub fn delete_marks<A, M>(
        group: impl AsRef<str>,
        wanted: impl IntoIterator<Item = (A, M)>,
        settings: &PlanSettings,
    ) -> Result<Self, PlanErrors>
    where
        A: AsRef<str>,
        M: IntoIterator<Item: Into<i64>>,
    {
        Self::marks(PlanKind::DeleteMarks, group.as_ref(), wanted, settings)
    }

    /// Plans to add robots to the online list of a group. They need not have joined. Source: 1047/60527.
    ///
    /// ```
    /// use avmarks_client::{Plan, PlanSettings};
    ///
    /// let plan = Plan::add_robots("@TGS#a6I4ZUUGO", ["robot1", "robot2", "robot1"], &PlanSettings::default()).unwrap();
    /// let call = plan.calls().next().unwrap();
    /// assert_eq!(plan.body(call), br#"{"GroupId":"@TGS#a6I4ZUUGO","Member_Account":["robot1","robot2"]}"#);
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Plan::set_marks`].
    pub fn add_robots<A: AsRef<str>>(
        group: impl AsRef<str>,
        accounts: impl IntoIterator<Item = A>,
        settings: &PlanSettings,
    ) -> Result<Self, PlanErrors> {
        Self::robots(PlanKind::AddRobots, group.as_ref(), accounts, settings)
    }

    /// Plans to delete robots from the online list of a group. Source: 269/103785.
    ///
    /// # Errors
    ///
    /// As [`Plan::set_marks`].
    pub fn delete_robots<A: AsRef<str>>(
        group: impl AsRef<str>,
        accounts: impl IntoIterator<Item = A>,
        settings: &PlanSettings,
    ) -> Result<Self, PlanErrors> {
        Self::robots(PlanKind::DeleteRobots, group.as_ref(), accounts, settings)
    }

    fn marks<A, M>(
        kind: PlanKind,
        group: &str,
        wanted: impl IntoIterator<Item = (A, M)>,
        settings: &PlanSettings,
    ) -> Result<Self, PlanErrors>
    where
        A: AsRef<str>,
        M: IntoIterator<Item: Into<i64>>,
    {
        let mut draft = draft::Draft::new(settings);
        for (account, marks) in wanted {
            draft.add(account.as_ref(), marks.into_iter().map(Into::into));
        }
        draft.finish(kind, group)
    }

    fn robots<A: AsRef<str>>(
        kind: PlanKind,
        group: &str,
        accounts: impl IntoIterator<Item = A>,
        settings: &PlanSettings,
    ) -> Result<Self, PlanErrors> {
        Self::marks(kind, group, accounts.into_iter().map(|account| (account, [Mark::PINNED])), settings)
    }

    /// The kind: set or delete marks, add or delete robots.
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
    pub const fn len(&self) -> usize {
        self.accounts.len()
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
    pub fn account(&self, index: usize) -> Option<(&str, &[Mark])> {
        let list = usize::try_from(*self.list_of.get(index)?).ok()?;
        Some((self.accounts.get(index)?, self.lists.get(list)?))
    }

    /// The accounts in order, each with its marks.
    pub fn accounts(&self) -> impl Iterator<Item = (&str, &[Mark])> {
        self.accounts_of(0..self.len())
    }

    /// The accounts of a call, each with its marks.
    pub fn accounts_of(&self, call: Range<usize>) -> impl Iterator<Item = (&str, &[Mark])> {
        call.map_while(|index| self.account(index))
    }

    /// 500 and 600, if the plan names them: only an app admin may set or delete these (`SPECIAL-ADMIN`).
    pub fn special_marks(&self) -> impl Iterator<Item = Mark> {
        let named = |special: &Mark| self.lists.iter().any(|list| list.contains(special));
        [Mark::PINNED, Mark::HIDDEN].into_iter().filter(named)
    }

    /// Whether the plan names a special mark, so that the signature must be an app admin's, and a group owner's is refused.
    #[must_use]
    pub fn needs_admin(&self) -> bool {
        self.special_marks().next().is_some()
    }

    /// The calls as they are sent if nothing is refused for its size: each is the indexes of its accounts.
    pub fn calls(&self) -> impl Iterator<Item = Range<usize>> + use<> {
        let (len, size) = (self.len(), self.accounts_per_call_max);
        (0..len).step_by(size).map(move |first| first..len.min(first.saturating_add(size)))
    }

    /// The body of the request for these accounts, compact, in the order of the vendor's samples.
    #[must_use]
    pub fn body(&self, call: Range<usize>) -> Vec<u8> {
        let group_id = self.group.as_str().into();
        let accounts = || self.accounts_of(call.clone()).map(|(account, _)| account.into()).collect();
        let command_type = match self.kind {
            PlanKind::AddRobots => return add_robots::Request { group_id, accounts: accounts() }.to_json(),
            PlanKind::DeleteRobots => return del_robots::Request { group_id, accounts: accounts() }.to_json(),
            PlanKind::SetMarks | PlanKind::DeleteMarks => self.kind.command_type().unwrap_or_default().into(),
        };
        let members = self.accounts_of(call.clone()).map(|(account, marks)| Member {
            account: account.into(),
            marks: marks.iter().map(|mark| i64::from(*mark).into()).collect(),
        });
        Request { group_id, command_type, member_list: members.collect() }.to_json()
    }

    /// A number that two plans share only if they are alike: of the same kind, with the same marks of the same accounts, in
    /// the same order and the same group. FNV-1a, 64 bits: it guards against mistakes, not against malice.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        let mut hash = Fnv::new();
        hash.add(self.kind.name().as_bytes());
        hash.add(self.group.as_bytes());
        for (account, marks) in self.accounts() {
            hash.add(account.as_bytes());
            for mark in marks {
                hash.add(&mark.number().to_be_bytes());
            }
            hash.add(b"");
        }
        hash.0
    }
}

/// Shows how many accounts there are, and not all of them.
impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Plan");
        shown.field("kind", &self.kind).field("group", &self.group).field("accounts", &self.len());
        shown.finish_non_exhaustive()
    }
}

/// FNV-1a of 64 bits over parts, each with its length before it.
struct Fnv(u64);

impl Fnv {
    const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn add(&mut self, part: &[u8]) {
        let length = u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes();
        for byte in length.iter().chain(part) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests;
