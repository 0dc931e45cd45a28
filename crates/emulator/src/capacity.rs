//! How many groups and members an emulator keeps.

use std::collections::BTreeSet;

use avmarks_rules::Presence;
use avmarks_service::App;
use avmarks_service::scenario::{Input, Line};
use avmarks_spec::{GroupId, UserId};

/// The numbers, from [`Settings`](crate::settings::Settings).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Capacity {
    pub(crate) groups_max: usize,
    pub(crate) members_max: usize,
}

/// A change exceeds the capacity of the emulator, or a ban prevents it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct CapacityError(String);

impl CapacityError {
    /// An account is banned from the group that it would join.
    pub(crate) fn banned(account: UserId, group: GroupId, until: u64) -> Self {
        Self(format!("`{account}` is banned from group `{group}` until {until}; unban it first"))
    }
}

impl Capacity {
    /// Whatever was taken in once is taken in again.
    pub(crate) const UNLIMITED: Self = Self { groups_max: usize::MAX, members_max: usize::MAX };

    /// Whether one more group fits.
    pub(crate) fn check_new_group(&self, app: &App) -> Result<(), CapacityError> {
        self.check_groups(app.groups().len() + 1)
    }

    /// Whether all of an app fits.
    pub(crate) fn check_app(&self, app: &App) -> Result<(), CapacityError> {
        self.check_groups(app.groups().len())?;
        app.groups().try_for_each(|group| self.check_members(app, group, &[]))
    }

    /// Whether the emulator has the capacity for a line of a scenario.
    pub(crate) fn check_line(&self, app: &App, line: &Line<'_>) -> Result<(), CapacityError> {
        match &line.input {
            Input::CreateGroup { group, .. } if app.room(group).is_none() => self.check_new_group(app),
            Input::Presence { presence: Presence::Join, group, accounts } => self.check_members(app, *group, accounts),
            _ => Ok(()),
        }
    }

    /// Whether `joining` may all be members of `group`; those who are members already take no room. Robots are bounded by the
    /// limit of holders of a mark, and take none before they join.
    pub(crate) fn check_members(&self, app: &App, group: GroupId, joining: &[UserId]) -> Result<(), CapacityError> {
        let Some(room) = app.room(&group) else { return Ok(()) };
        let is_member = |account: &UserId| room.member(account, app.now()).is_some_and(|member| !member.robot);
        let new: BTreeSet<_> = joining.iter().filter(|account| !is_member(account)).collect();
        let (members, members_max) = (room.len() - room.robots() + new.len(), self.members_max);
        if members <= members_max {
            return Ok(());
        }
        Err(CapacityError(format!(
            "group `{group}` would have {members} members; the emulator keeps at most {members_max} in one"
        )))
    }

    fn check_groups(&self, groups: usize) -> Result<(), CapacityError> {
        let groups_max = self.groups_max;
        if groups <= groups_max {
            return Ok(());
        }
        Err(CapacityError(format!("there would be {groups} groups, and the emulator keeps at most {groups_max}")))
    }
}
