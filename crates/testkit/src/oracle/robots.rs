//! `add_robots` and `del_robots`, which set and delete mark 500, and `check_members`.

use serde_json::json;

use super::World;
use super::body::AccountsBody;
use super::gates::{check_accounts, check_standing, find_group};
use super::ids::PIN;
use super::list::view_age_max;
use super::marks::{Entry, change_marks};
use super::refusal::{Accepted, Refusal, bare_envelope};

/// Answers `add_robots` and `del_robots`, from step 6 on: mark 500 is set or deleted on the accounts named, by the very
/// rules of marks. The answer is the bare envelope.
pub(super) fn change_robots(world: &mut World, caller: &str, body: &str, is_set: bool) -> Result<Accepted, Refusal> {
    let body = AccountsBody::read(body, &world.policy)?;
    // Steps 9 and 10. One mark an account, and that is a special one, so that step 11 has nothing to count.
    let accounts = check_accounts(&body.accounts, &world.policy, &world.limits)?;
    let entries = accounts.into_iter().map(|account| Entry { account, marks: vec![PIN] }).collect();
    let outcome = change_marks(world, caller, &body.group, is_set, entries)?;
    Ok(Accepted { answer: bare_envelope(), omitted: outcome.omitted })
}

/// Answers `check_members`, from step 6 on: of the accounts asked, in the order asked, those that are online in the
/// group, robots and hidden ones too. Nobody inside is an empty list.
pub(super) fn check_members(world: &mut World, caller: &str, body: &str) -> Result<Accepted, Refusal> {
    let World { app, policy, limits, groups, now, .. } = world;
    let body = AccountsBody::read(body, policy)?;
    let accounts = check_accounts(&body.accounts, policy, limits)?;
    let group = find_group(groups, &body.group)?;
    check_standing(app, policy, group, caller)?;

    let online_now: Vec<String> = group.online().iter().map(|member| member.account.clone()).collect();
    let online = match (view_age_max(policy), &group.check_view) {
        // gap:refresh-list: the state of this moment.
        (None, _) => online_now,
        // gap:refresh-list, other readings: the last view of who is online, until it is 10 s or 40 s old.
        (Some(age_max), Some((taken, online))) if *now - taken < age_max => online.clone(),
        (Some(_), _) => {
            group.check_view = Some((*now, online_now.clone()));
            online_now
        }
    };
    let inside: Vec<String> = accounts.into_iter().filter(|account| online.contains(account)).collect();
    let answer = json!({ "ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": "", "Member_Account": inside });
    Ok(Accepted { answer, omitted: Vec::new() })
}
