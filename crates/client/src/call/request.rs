//! The request of a single call.

use avmarks_protocol::{Endpoint, get_admin_list, get_online_member_num, modify_admin};
use avmarks_spec::Limits;

use crate::plan::{group_and_accounts, group_id};
use crate::{PlanErrors, PlanKind, PlanSettings};

/// The request of a single call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRequest {
    /// The path of the URL, without a slash in front.
    pub path: String,
    /// The body, JSON.
    pub body: Vec<u8>,
    /// Whether it may be carried out twice. If not, it is sent again only if it was certainly not carried out.
    pub repeatable: bool,
}

impl CallRequest {
    /// The number of online members of a group.
    ///
    /// # Errors
    ///
    /// [`PlanErrors`] if the text is not a group.
    pub fn online_count(group: impl AsRef<str>) -> Result<Self, PlanErrors> {
        let group = group_id(group.as_ref())?;
        let request = get_online_member_num::Request { group_id: group.as_str().into() };
        Ok(Self::repeatable(Endpoint::GetOnlineMemberNum, request.to_json()))
    }

    /// The administrators of a group. Source: 1047/60524.
    ///
    /// [`get_admin_list::Answer`] reads the answer. One with code 0 and without `Admin_List` means that the group has no
    /// administrators.
    ///
    /// # Errors
    ///
    /// [`PlanErrors`] if the text is not a group.
    pub fn admins(group: impl AsRef<str>) -> Result<Self, PlanErrors> {
        let group = group_id(group.as_ref())?;
        let request = get_admin_list::Request { group_id: group.as_str().into() };
        Ok(Self::repeatable(Endpoint::GetAdminList, request.to_json()))
    }

    /// Makes accounts administrators of a group, who may mute members and may not mark them. They need not be in the group. Each
    /// account is named once, in order of first mention. Source: 1047/60525, 269/102857.
    ///
    /// [`modify_admin::Answer`] reads the answer, which names no account: the whole call is served, or refused.
    ///
    /// ```
    /// use avmarks_client::{CallRequest, PlanSettings};
    ///
    /// let request = CallRequest::set_admins("@TGS#a6I4ZUUGO", ["user1"], &PlanSettings::default()).unwrap();
    /// assert_eq!(request.path, "v4/group_open_avchatroom_http_svc/modify_admin");
    /// assert_eq!(request.body, br#"{"GroupId":"@TGS#a6I4ZUUGO","CommandType":1,"Admin_Account":["user1"]}"#);
    /// ```
    ///
    /// # Errors
    ///
    /// [`PlanErrors`]: everything that is wrong with the group or an account; also if there are no accounts, or more than the five
    /// administrators that a group has at most.
    pub fn set_admins<A: AsRef<str>>(
        group: impl AsRef<str>,
        accounts: impl IntoIterator<Item = A>,
        settings: &PlanSettings,
    ) -> Result<Self, PlanErrors> {
        Self::modify_admin(PlanKind::SetMarks, group.as_ref(), accounts, Limits::DOCUMENTED.group_admins_max, settings)
    }

    /// Removes accounts from the administrators of a group; one that is not an administrator is ignored
    /// (`gap:admin-unset`). Source: 1047/60525, 269/102857.
    ///
    /// # Errors
    ///
    /// [`PlanErrors`]: everything that is wrong with the group or an account; also if there are no accounts, or more than the 500
    /// that one call may name (`ACCOUNTS-MAX`).
    pub fn delete_admins<A: AsRef<str>>(
        group: impl AsRef<str>,
        accounts: impl IntoIterator<Item = A>,
        settings: &PlanSettings,
    ) -> Result<Self, PlanErrors> {
        Self::modify_admin(
            PlanKind::DeleteMarks,
            group.as_ref(),
            accounts,
            Limits::DOCUMENTED.accounts_per_call_max,
            settings,
        )
    }

    fn modify_admin<A: AsRef<str>>(
        kind: PlanKind,
        group: &str,
        accounts: impl IntoIterator<Item = A>,
        accounts_max: usize,
        settings: &PlanSettings,
    ) -> Result<Self, PlanErrors> {
        let (group, accounts) = group_and_accounts(group, accounts, accounts_max, settings)?;
        let request = modify_admin::Request {
            group_id: group.as_str().into(),
            // The numbers are those of marks.
            command_type: kind.command_type().unwrap_or_default().into(),
            accounts: accounts.iter().map(Into::into).collect(),
        };
        Ok(Self::repeatable(Endpoint::ModifyAdmin, request.to_json()))
    }

    /// A call that may be carried out twice.
    pub(crate) fn repeatable(endpoint: Endpoint, body: Vec<u8>) -> Self {
        Self { path: endpoint.path().to_owned(), body, repeatable: true }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PlanError;

    const GROUP: &str = "@TGS#a";

    fn accounts(count: usize) -> impl Iterator<Item = String> {
        (1..=count).map(|number| format!("user{number}"))
    }

    fn body(request: &CallRequest) -> &str {
        std::str::from_utf8(&request.body).unwrap()
    }

    #[test]
    fn administrator_calls_have_the_documented_bytes() {
        let settings = PlanSettings::default();
        let set = CallRequest::set_admins(GROUP, ["b", "a", "b"], &settings).unwrap();
        assert_eq!(body(&set), r#"{"GroupId":"@TGS#a","CommandType":1,"Admin_Account":["b","a"]}"#);
        let delete = CallRequest::delete_admins(GROUP, ["a"], &settings).unwrap();
        assert_eq!(body(&delete), r#"{"GroupId":"@TGS#a","CommandType":2,"Admin_Account":["a"]}"#);
        let list = CallRequest::admins(GROUP).unwrap();
        assert_eq!((body(&list), list.repeatable), (r#"{"GroupId":"@TGS#a"}"#, true));
        assert_eq!(
            [&set, &delete, &list].map(|request| request.path.rsplit('/').next().unwrap().to_owned()),
            ["modify_admin", "modify_admin", "get_admin_list"]
        );
    }

    #[test]
    fn five_administrators_are_set_and_six_are_refused() {
        let settings = PlanSettings::default();
        // An account that is named twice counts once.
        let five = CallRequest::set_admins(GROUP, accounts(5).chain(accounts(5)), &settings).unwrap();
        let request = modify_admin::Request::parse(&five.body).unwrap();
        assert_eq!(request.accounts.len(), 5);
        let errors = CallRequest::set_admins(GROUP, accounts(6), &settings).unwrap_err();
        assert_eq!(errors.as_slice(), [PlanError::Accounts { found: 6, max: 5 }]);
        assert_eq!(errors.to_string(), "6 accounts are too many; give at most 5");
        assert_eq!(errors.as_slice()[0].clause(), None);
    }

    #[test]
    fn at_most_500_administrators_are_deleted() {
        let settings = PlanSettings::default();
        let most = CallRequest::delete_admins(GROUP, accounts(500), &settings).unwrap();
        assert_eq!(modify_admin::Request::parse(&most.body).unwrap().accounts.len(), 500);
        let errors = CallRequest::delete_admins(GROUP, accounts(501), &settings).unwrap_err();
        assert_eq!(errors.as_slice(), [PlanError::Accounts { found: 501, max: 500 }]);
        assert_eq!(errors.as_slice()[0].clause(), Some(avmarks_spec::Clause::AccountsMax));
    }

    #[test]
    fn group_and_account_errors_are_listed() {
        let told = |errors: PlanErrors| errors.as_slice().iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(
            told(CallRequest::set_admins("", ["a", "", "\n"], &PlanSettings::default()).unwrap_err()),
            [
                "group `` is not a group id: it is empty; expected 1 to 48 bytes of printable ASCII",
                "inputs[1]: `` is not an account: it is empty; expected 1 to 32 bytes",
                "inputs[2]: `\\n` is not an account: `\\n` at byte 0 is not allowed; expected 1 to 32 bytes",
            ]
        );
        let nobody: [&str; 0] = [];
        let errors = CallRequest::delete_admins(GROUP, nobody, &PlanSettings::default()).unwrap_err();
        assert_eq!(errors.as_slice(), [PlanError::NoAccounts]);
    }
}
