//! Which of some accounts are online, and the administrators of a group.

use avmarks_client::{CallRequest, CheckedMember, MemberCheck, PlanFaults, PlanSettings, Unanswered};
use avmarks_protocol::get_admin_list::{self, Admin};
use avmarks_protocol::{AnswerError, Endpoint};

use crate::client::Client;
use crate::online::group_id;

impl Client {
    /// Which of any number of accounts are online in a group: each account once, in order of first mention. Source: 269/95618,
    /// 1047/60523.
    ///
    /// It finds hidden members and robots too, and those beyond the 1,000 of the list. An account that is not online may be offline or
    /// not in the group. Asks about 500 accounts in a call, one call after the other.
    ///
    /// ```no_run
    /// # fn example(client: &avmarks_transport_ureq::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let checked = client.check_members("@TGS#a6I4ZUUGO", ["teacher10", "robot1"])?;
    /// for missing in checked.iter().filter(|one| !one.is_online) {
    ///     println!("{} is not online", missing.account);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`CallError`] where the input is at fault, or a call was given up or answered with what cannot be read. What earlier calls
    /// told is lost then.
    pub fn check_members<A: AsRef<str>>(
        &self,
        group: impl AsRef<str>,
        accounts: impl IntoIterator<Item = A>,
    ) -> Result<Vec<CheckedMember>, CallError> {
        self.check(MemberCheck::new(group.as_ref(), accounts, &PlanSettings::default())?)
    }

    /// [`Client::check_members`] for a check that was made before, such as one with other settings.
    ///
    /// # Errors
    ///
    /// As [`Client::check_members`].
    pub fn check(&self, mut check: MemberCheck) -> Result<Vec<CheckedMember>, CallError> {
        let mut checked = Vec::with_capacity(check.accounts().len());
        while let Some(request) = check.request() {
            match self.call(request) {
                Ok(answered) => {
                    let random = answered.random;
                    let unreadable = |fault| CallError::Unreadable { endpoint: Endpoint::CheckMembers, random, fault };
                    checked.extend(check.on_answer(&answered).map_err(unreadable)?);
                }
                Err(unanswered) if check.split(&unanswered) => {}
                Err(unanswered) => return Err(unanswered.into()),
            }
        }
        Ok(checked)
    }

    /// Makes accounts administrators of a group, of which it has five at most. They need not be in the group; they may mute members,
    /// and may not mark them. To name one that is an administrator already is no error (`gap:admin-unset`). Source: 1047/60525,
    /// 269/102857.
    ///
    /// ```no_run
    /// # fn example(client: &avmarks_transport_ureq::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// client.set_admins("@TGS#a6I4ZUUGO", ["teacher10"])?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`CallError`] where the input is at fault, or the call was given up: refused, such as because of a sixth administrator
    /// (`gap:sixth-admin`), or lost. The whole call is served, or nothing of it.
    pub fn set_admins<A: AsRef<str>>(
        &self,
        group: impl AsRef<str>,
        accounts: impl IntoIterator<Item = A>,
    ) -> Result<(), CallError> {
        self.call(CallRequest::set_admins(group.as_ref(), accounts, &PlanSettings::default())?)?;
        Ok(())
    }

    /// Removes accounts from the administrators of a group, 500 at most. To name one that is not an administrator is no error
    /// (`gap:admin-unset`). Source: 1047/60525, 269/102857.
    ///
    /// ```no_run
    /// # fn example(client: &avmarks_transport_ureq::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// client.delete_admins("@TGS#a6I4ZUUGO", ["teacher10"])?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Client::set_admins`].
    pub fn delete_admins<A: AsRef<str>>(
        &self,
        group: impl AsRef<str>,
        accounts: impl IntoIterator<Item = A>,
    ) -> Result<(), CallError> {
        self.call(CallRequest::delete_admins(group.as_ref(), accounts, &PlanSettings::default())?)?;
        Ok(())
    }

    /// The administrators of a group, in the order of the answer. An answer without the list stands for none. Source: 1047/60524.
    ///
    /// ```no_run
    /// # fn example(client: &avmarks_transport_ureq::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// for admin in client.admins("@TGS#a6I4ZUUGO")? {
    ///     println!("{}", admin.account);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`CallError`] where the group is none, or the call was given up or answered with what cannot be read.
    pub fn admins(&self, group: impl AsRef<str>) -> Result<Vec<Admin>, CallError> {
        let answered = self.call(CallRequest::admins(&group_id(group.as_ref())?))?;
        let (endpoint, random) = (Endpoint::GetAdminList, answered.random);
        match get_admin_list::Answer::parse(&answered.body) {
            Ok(answer) => Ok(answer.admin_list.unwrap_or_default()),
            Err(fault) => Err(CallError::Unreadable { endpoint, random, fault }),
        }
    }
}

/// Why a call has no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The group or an account is at fault; everything that is wrong is listed. Nothing was sent.
    #[error(transparent)]
    Input(#[from] PlanFaults),
    /// The call was given up.
    #[error(transparent)]
    Unanswered(#[from] Unanswered),
    /// A field of the answer is not as the documents have it.
    #[error("`{}` with `random` {random}: {fault}", endpoint.command())]
    Unreadable {
        /// The command.
        endpoint: Endpoint,
        /// The correlation id of the call.
        random: u32,
        /// What is wrong with it.
        fault: AnswerError,
    },
}
