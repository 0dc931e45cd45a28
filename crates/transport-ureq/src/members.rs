//! Which of some accounts are online, and the administrators of a group.

use avmarks_client::{
    CallRequest, CheckedMember, ContentError, MemberCheck, PlanErrors, PlanSettings, UnansweredError,
};
use avmarks_protocol::Endpoint;
use avmarks_protocol::get_admin_list::{self, Admin};

use crate::client::Client;

impl Client {
    /// Which of any number of accounts are online in a group: each account once, in order of first mention. Source: 269/95618,
    /// 1047/60523.
    ///
    /// It finds hidden members and robots as well, and those beyond the 1,000 of the list. An account that is not online may be offline or
    /// not in the group. Asks about 500 accounts in a call, one call after the other.
    ///
    /// ```no_run
    /// # fn example(client: &avmarks_transport_ureq::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let checked = client.check_members("@TGS#a6I4ZUUGO", ["teacher10", "robot1"])?;
    /// for absent in checked.iter().filter(|one| !one.is_online) {
    ///     println!("{} is not online", absent.account);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`CallError`] if the input is invalid, or a call was given up or answered with what cannot be read. The results of
    /// earlier calls are lost then.
    pub fn check_members<A: AsRef<str>>(
        &self,
        group: impl AsRef<str>,
        accounts: impl IntoIterator<Item = A>,
    ) -> Result<Vec<CheckedMember>, CallError> {
        self.check(MemberCheck::new(group, accounts, &PlanSettings::default())?)
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
                    let unreadable = |error| CallError::Content { endpoint: Endpoint::CheckMembers, random, error };
                    checked.extend(check.on_answer(&answered).map_err(unreadable)?);
                }
                Err(unanswered) if check.split(&unanswered) => {}
                Err(unanswered) => return Err(unanswered.into()),
            }
        }
        Ok(checked)
    }

    /// Makes accounts administrators of a group, of which it has five at most. They need not be in the group; they may mute members,
    /// and may not mark them. One that is an administrator already is accepted (`gap:admin-unset`). Source: 1047/60525,
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
    /// [`CallError`] if the input is invalid, or the call was given up: refused, such as because of a sixth administrator
    /// (`gap:sixth-admin`), or lost. The whole call is served, or nothing of it.
    pub fn set_admins<A: AsRef<str>>(
        &self,
        group: impl AsRef<str>,
        accounts: impl IntoIterator<Item = A>,
    ) -> Result<(), CallError> {
        self.call(CallRequest::set_admins(group, accounts, &PlanSettings::default())?)?;
        Ok(())
    }

    /// Removes accounts from the administrators of a group, 500 at most. One that is not an administrator is ignored
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
        self.call(CallRequest::delete_admins(group, accounts, &PlanSettings::default())?)?;
        Ok(())
    }

    /// The administrators of a group, in the order of the answer. An answer without the list means that there are none. Source: 1047/60524.
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
    /// [`CallError`] if the group is invalid, or the call was given up, or its answer cannot be used.
    pub fn admins(&self, group: impl AsRef<str>) -> Result<Vec<Admin>, CallError> {
        let answered = self.call(CallRequest::admins(group)?)?;
        let (endpoint, random) = (Endpoint::GetAdminList, answered.random);
        match get_admin_list::Answer::parse(&answered.body) {
            Ok(answer) => Ok(answer.admin_list.unwrap_or_default()),
            Err(error) => Err(CallError::Content { endpoint, random, error: error.into() }),
        }
    }
}

/// Why a call has no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The group, an account or a mark is invalid; everything that is wrong is listed. Nothing was sent.
    #[error(transparent)]
    Input(#[from] PlanErrors),
    /// The call was given up.
    #[error(transparent)]
    Unanswered(#[from] UnansweredError),
    /// The answer cannot be used.
    #[error("`{}` with `random` {random}: {error}", endpoint.command())]
    Content {
        /// The command.
        endpoint: Endpoint,
        /// The correlation id of the call.
        random: u32,
        /// The problem of the answer.
        error: ContentError,
    },
}
