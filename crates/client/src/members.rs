//! Which of some accounts are online, asked in calls of at most 500 accounts.

use std::collections::BTreeSet;
use std::fmt;

use avmarks_protocol::Endpoint;
use avmarks_protocol::check_members::{Answer, Request};
use avmarks_spec::GroupId;

use crate::plan::{Accounts, group_and_accounts};
use crate::retry::is_too_large;
use crate::{CallAnswer, CallRequest, ContentError, PlanErrors, PlanSettings, UnansweredError};

/// Asks which of any number of accounts are online in a group: by one call of `check_members` after the other.
///
/// It finds hidden members and robots as well, and members that the online list omits, which ends after 1,000. Source: 269/95618,
/// 1047/60523.
///
/// ```
/// use avmarks_client::{MemberCheck, PlanSettings};
///
/// let mut check = MemberCheck::new("@TGS#a6I4ZUUGO", ["245000", "239017"], &PlanSettings::default()).unwrap();
/// let request = check.request().unwrap();
/// assert_eq!(request.path, "v4/group_open_avchatroom_http_svc/check_members");
/// assert_eq!(request.body, br#"{"GroupId":"@TGS#a6I4ZUUGO","Member_Account":["245000","239017"]}"#);
/// ```
#[derive(Clone)]
pub struct MemberCheck {
    group: GroupId,
    /// Each once, in order of first mention.
    accounts: Accounts,
    /// Accounts in one call at most: the number of the settings, or less after a refusal for size.
    per_call: usize,
    /// How many of the accounts, from the first, have their answer. `usize::MAX` after the last one.
    answered: usize,
}

/// An account that was asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedMember {
    /// The account.
    pub account: String,
    /// Whether it is online in the group: a connected member, or an account with mark 500, including robots. If not, it is
    /// offline or not in the group; the answer does not distinguish these.
    pub is_online: bool,
}

impl MemberCheck {
    /// The accounts to ask about. One that is named twice is asked about once, at the position of the first.
    ///
    /// Costs one hash look-up per account.
    ///
    /// # Errors
    ///
    /// [`PlanErrors`]: everything that is wrong with the group, an account or a setting.
    pub fn new<A: AsRef<str>>(
        group: impl AsRef<str>,
        accounts: impl IntoIterator<Item = A>,
        settings: &PlanSettings,
    ) -> Result<Self, PlanErrors> {
        let (group, accounts) = group_and_accounts(group.as_ref(), accounts, usize::MAX, settings)?;
        Ok(Self { group, accounts, per_call: settings.accounts_per_call_max, answered: 0 })
    }

    /// The group.
    #[must_use]
    pub const fn group(&self) -> &GroupId {
        &self.group
    }

    /// The accounts, each once, in order of first mention. At least 1.
    pub fn accounts(&self) -> impl ExactSizeIterator<Item = &str> {
        self.accounts.iter()
    }

    /// The request about the next accounts. None after the last ones, and none after an error.
    #[must_use]
    pub fn request(&self) -> Option<CallRequest> {
        let accounts: Vec<_> = self.next().map(Into::into).collect();
        let request = Request { group_id: self.group.as_str().into(), accounts };
        let is_left = !request.accounts.is_empty();
        is_left.then(|| CallRequest::repeatable(Endpoint::CheckMembers, request.to_json()))
    }

    /// Takes the answer to [`MemberCheck::request`], and returns the accounts of that request, in the requested order.
    ///
    /// An answer with code 0 and without `Member_Account` means that none of them is online. Accounts that were not asked about
    /// are ignored.
    ///
    /// # Errors
    ///
    /// [`ContentError`] if `Member_Account` is not a list of strings. There are no more requests then.
    pub fn on_answer(&mut self, answered: &CallAnswer) -> Result<Vec<CheckedMember>, ContentError> {
        let asked: Vec<String> = self.next().map(str::to_owned).collect();
        self.answered += asked.len();
        let answer = match Answer::parse(&answered.body) {
            Ok(answer) => answer,
            Err(error) => {
                self.stop();
                return Err(error.into());
            }
        };
        let online: BTreeSet<&str> = answer.accounts.iter().flatten().map(String::as_str).collect();
        let checked = |account: String| CheckedMember { is_online: online.contains(account.as_str()), account };
        Ok(asked.into_iter().map(checked).collect())
    }

    /// Asks about half as many accounts at once from now on, where this was a refusal of the latest request for its size
    /// (10005): no document gives the number that `check_members` takes (`gap:check-max`). Returns whether it did; if so,
    /// [`MemberCheck::request`] asks about the same accounts again.
    pub fn split(&mut self, unanswered: &UnansweredError) -> bool {
        let asked = self.next().count();
        let is_smaller = asked > 1 && unanswered.result().is_some_and(is_too_large);
        if is_smaller {
            self.per_call = asked.div_ceil(2);
        }
        is_smaller
    }

    /// Asks about no more accounts.
    pub const fn stop(&mut self) {
        self.answered = usize::MAX;
    }

    /// The accounts of the next request.
    fn next(&self) -> impl Iterator<Item = &str> {
        let end = self.answered.saturating_add(self.per_call);
        (self.answered..end).map_while(|index| self.accounts.get(index))
    }
}

/// Shows how many accounts there are, and not all of them.
impl fmt::Debug for MemberCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("MemberCheck");
        shown.field("group", &self.group).field("accounts", &self.accounts.len()).field("answered", &self.answered);
        shown.finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
