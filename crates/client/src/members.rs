//! Which of some accounts are online, asked in calls of at most 500 accounts.

use std::collections::BTreeSet;

use avmarks_protocol::check_members::{Answer, Request};
use avmarks_protocol::{AnswerError, Endpoint};
use avmarks_spec::{GroupId, UserId};

use crate::plan::group_and_accounts;
use crate::{Advice, Answered, CallRequest, PlanFaults, PlanSettings, Unanswered, advice};

/// Asks which of any number of accounts are online in a group: by one call of `check_members` after the other.
///
/// It finds hidden members and robots too, and those whom the list does not show, which ends after 1,000. Source: 269/95618,
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
#[derive(Clone, Debug)]
pub struct MemberCheck {
    group: GroupId,
    /// Each once, in order of first mention.
    accounts: Vec<UserId>,
    /// Accounts in one call at most: the number of the settings, or less after a refusal for size.
    per_call: usize,
    /// How many of the accounts, from the first, have their answer.
    answered: usize,
}

/// An account that was asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckedMember {
    /// The account.
    pub account: UserId,
    /// Whether it is online in the group: a connected member, or an account that holds mark 500, robots included. If not, it is
    /// offline or not in the group; the answer does not tell these apart.
    pub is_online: bool,
}

impl MemberCheck {
    /// The accounts to ask about. One that is named twice is asked about once, at the place of the first.
    ///
    /// Costs one look-up per account, and about 50 bytes.
    ///
    /// # Errors
    ///
    /// [`PlanFaults`]: everything that is wrong with the group, an account or a setting.
    pub fn new<A: AsRef<str>>(
        group: &str,
        accounts: impl IntoIterator<Item = A>,
        settings: &PlanSettings,
    ) -> Result<Self, PlanFaults> {
        let (group, accounts) = group_and_accounts(group, accounts, usize::MAX, settings)?;
        Ok(Self { group, accounts, per_call: settings.accounts_per_call_max, answered: 0 })
    }

    /// The group.
    #[must_use]
    pub const fn group(&self) -> &GroupId {
        &self.group
    }

    /// The accounts, each once, in order of first mention. At least 1.
    #[must_use]
    pub fn accounts(&self) -> &[UserId] {
        &self.accounts
    }

    /// The request about the next accounts; none after the last ones, and none after a fault.
    #[must_use]
    pub fn request(&self) -> Option<CallRequest> {
        let accounts: Vec<_> = self.next().iter().map(|account| account.as_str().into()).collect();
        let request = Request { group_id: self.group.as_str().into(), accounts };
        let is_left = !request.accounts.is_empty();
        is_left.then(|| CallRequest::repeatable(Endpoint::CheckMembers, request.to_json()))
    }

    /// Takes in the answer to [`MemberCheck::request`], and gives the accounts of that request, in the order asked.
    ///
    /// An answer with code 0 and without `Member_Account` stands for none of them being online. Accounts that were not asked
    /// about are passed over.
    ///
    /// # Errors
    ///
    /// [`AnswerError`] where `Member_Account` is not a list of strings. There are no more requests then.
    pub fn on_answer(&mut self, answered: &Answered) -> Result<Vec<CheckedMember>, AnswerError> {
        let asked = self.next().to_vec();
        self.answered += asked.len();
        let answer = match Answer::parse(&answered.body) {
            Ok(answer) => answer,
            Err(fault) => {
                self.stop();
                return Err(fault);
            }
        };
        let online: BTreeSet<&str> = answer.accounts.iter().flatten().map(String::as_str).collect();
        let checked = |account: UserId| CheckedMember { account, is_online: online.contains(account.as_str()) };
        Ok(asked.into_iter().map(checked).collect())
    }

    /// Asks about half as many accounts at once from now on, where this was a refusal of the latest request for its size
    /// (10005): no document gives the number that `check_members` takes (`gap:check-max`). Tells whether it did; if so,
    /// [`MemberCheck::request`] asks about the same accounts again.
    pub fn split(&mut self, unanswered: &Unanswered) -> bool {
        let asked = self.next().len();
        let is_smaller = asked > 1 && advice(unanswered.last().heard()) == Advice::Split;
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
    fn next(&self) -> &[UserId] {
        let left = self.accounts.get(self.answered..).unwrap_or_default();
        left.get(..self.per_call).unwrap_or(left)
    }
}

#[cfg(test)]
mod tests;
