//! Steps that several calls share: 8 to 10, and 12 to 17.

use avmarks_spec::readings::{SwitchCode, TooManyCode, WrongTypeCode};
use avmarks_spec::{Gap, Limits};

use super::App;
use super::group::Group;
use super::ids::{is_account_id, is_group_id};
use super::policy::Policy;
use super::refusal::Refusal;

/// Step 8. `COMMAND-TYPE`: 1 is set, 2 is delete. Tells whether it is a set.
pub(super) fn check_command(command_type: &str) -> Result<bool, Refusal> {
    match command_type {
        "1" => Ok(true),
        "2" => Ok(false),
        _ => Err(Refusal::new(10004, "COMMAND-TYPE")),
    }
}

/// Step 9. `ACCOUNTS-MAX`: at most 500 accounts as sent, before merging. An empty list is `REQUIRED`.
pub(super) fn check_accounts_count(count: usize, policy: &Policy, limits: &Limits) -> Result<(), Refusal> {
    if count > limits.accounts_per_call_max {
        let code = if policy.reading(Gap::TooManyCode, TooManyCode::from_name) == TooManyCode::InvalidParameter {
            10004
        } else {
            10005
        };
        return Err(Refusal::new(code, "ACCOUNTS-MAX"));
    }
    if count == 0 { Err(Refusal::new(10004, "REQUIRED")) } else { Ok(()) }
}

/// Step 10. `ACCOUNT-ID`: the account is a well-formed user id.
pub(super) fn check_account(account: &str, policy: &Policy) -> Result<(), Refusal> {
    if is_account_id(account, policy) { Ok(()) } else { Err(Refusal::new(10004, "ACCOUNT-ID")) }
}

/// Steps 9 and 10 of a body that names accounts alone (`gap:robots-max`, `gap:check-max`). An account twice counts once
/// (`gap:duplicates`), at the place of the first.
pub(super) fn check_accounts(sent: &[String], policy: &Policy, limits: &Limits) -> Result<Vec<String>, Refusal> {
    check_accounts_count(sent.len(), policy, limits)?;
    let mut accounts: Vec<String> = Vec::new();
    for account in sent {
        check_account(account, policy)?;
        if !accounts.contains(account) {
            accounts.push(account.clone());
        }
    }
    Ok(accounts)
}

/// Steps 12 and 13: the group.
pub(super) fn find_group<'g>(groups: &'g mut [Group], id: &str) -> Result<&'g mut Group, Refusal> {
    // Step 12. GROUP-ID: the group id is well formed.
    if !is_group_id(id) {
        return Err(Refusal::new(10015, "GROUP-ID"));
    }
    // Step 13. GROUP-EXISTS: the group exists.
    groups.iter_mut().find(|group| group.id == id).ok_or(Refusal::new(10010, "GROUP-EXISTS"))
}

/// Steps 14 to 17 as for marks: the group's type, the plan, the switch, the operator.
pub(super) fn check_standing(app: &App, policy: &Policy, group: &Group, caller: &str) -> Result<(), Refusal> {
    // Step 14. GROUP-TYPE: only an AVChatRoom has marks.
    if !group.kind.has_marks() {
        let code = if policy.reading(Gap::WrongTypeCode, WrongTypeCode::from_name) == WrongTypeCode::InvalidParameter {
            10004
        } else {
            10007
        };
        return Err(Refusal::new(code, "GROUP-TYPE"));
    }
    // Step 15. PLAN: the app's plan includes the feature (gap:plan-code has one reading).
    if !app.marks_supported {
        return Err(Refusal::new(10059, "PLAN"));
    }
    // Step 16. SWITCH: the online-member-list feature is switched on.
    if !app.online_list_enabled {
        let code = if policy.reading(Gap::SwitchCode, SwitchCode::from_name) == SwitchCode::HigherPlan {
            10059
        } else {
            10007
        };
        return Err(Refusal::new(code, "SWITCH"));
    }
    check_operator(app, group, caller)
}

/// Step 17. `PERMISSION`: the operator is an app admin or the group's owner. An administrator of the group is neither.
/// Under `gap:rest-owner` `admin-only`, step 4 has let app admins alone through.
pub(super) fn check_operator(app: &App, group: &Group, caller: &str) -> Result<(), Refusal> {
    let may_operate = app.is_admin(caller) || group.owner.as_deref() == Some(caller);
    if may_operate { Ok(()) } else { Err(Refusal::new(10007, "PERMISSION")) }
}
