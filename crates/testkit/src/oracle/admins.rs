//! `modify_admin` and `get_admin_list`: the administrators of a group. Being one gives no right to mark.

use serde_json::{Value, json};

use super::World;
use super::body::{AdminsBody, read_group};
use super::gates::{check_accounts, check_command, check_standing, find_group};
use super::refusal::{Accepted, Refusal, bare_envelope};

/// Answers `modify_admin`, from step 6 on.
pub(super) fn modify_admin(world: &mut World, caller: &str, body: &str) -> Result<Accepted, Refusal> {
    let World { app, policy, limits, groups, .. } = world;
    let body = AdminsBody::read(body, policy)?;
    let is_set = check_command(&body.command_type)?;
    let accounts = check_accounts(&body.accounts, policy, limits)?;
    let group = find_group(groups, &body.group)?;
    check_standing(app, policy, group, caller)?;
    // Step 17 goes on: app admins alone. The owner, whom gap:rest-owner may have let through, is refused as well.
    if !app.is_admin(caller) {
        return Err(Refusal::new(10007, "PERMISSION"));
    }

    // Who is set need not be in the group. One that is an administrator already keeps its place, and deleting one that
    // is not succeeds anyway (gap:admin-unset).
    let mut admins = group.admins.clone();
    if is_set {
        admins.extend(accounts.into_iter().filter(|account| !group.admins.contains(account)));
    } else {
        admins.retain(|admin| !accounts.contains(admin));
    }
    // gap:sixth-admin: a set that would make more than five administrators is refused as a whole.
    if is_set && admins.len() > limits.group_admins_max {
        return Err(Refusal::new(10004, "gap:sixth-admin"));
    }
    group.admins = admins;
    Ok(Accepted { answer: bare_envelope(), omitted: Vec::new() })
}

/// Answers `get_admin_list`, from step 6 on: the administrators in the order set. Names and pictures are not known.
pub(super) fn get_admin_list(world: &mut World, caller: &str, body: &str) -> Result<Accepted, Refusal> {
    let World { app, policy, groups, .. } = world;
    let id = read_group(body, policy)?;
    let group = find_group(groups, &id)?;
    check_standing(app, policy, group, caller)?;

    let item = |admin: &String| json!({ "Admin_Account": admin, "Avatar": "", "NickName": "" });
    let list: Vec<Value> = group.admins.iter().map(item).collect();
    let answer = json!({ "ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": "", "Admin_List": list });
    Ok(Accepted { answer, omitted: Vec::new() })
}
