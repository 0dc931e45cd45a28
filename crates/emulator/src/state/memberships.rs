//! The groups of each account.

use std::collections::BTreeSet;

use avmarks_rules::{Event, Room};
use avmarks_service::{App, GroupEvent};
use avmarks_spec::{GroupId, UserId};

/// Each account that is a member or a robot of a group, with that group. It follows the rooms, so that a call about an account looks
/// at no other group: there may be 100,000. There is always a group: none stands for the place in front of all groups of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Memberships(BTreeSet<(UserId, Option<GroupId>)>);

impl Memberships {
    /// Those of all rooms of an app.
    pub(super) fn of(app: &App) -> Self {
        let rooms = app.groups().filter_map(|id| Some((id, app.room(&id)?)));
        Self(rooms.flat_map(|(id, room)| accounts(room).map(move |account| (account, Some(id)))).collect())
    }

    /// The groups of an account, by their bytes.
    pub(super) fn groups(&self, account: UserId) -> impl Iterator<Item = GroupId> {
        let from = self.0.range((account, None)..);
        from.take_while(move |(other, _)| *other == account).filter_map(|(_, group)| *group)
    }

    /// Takes in what happened in a group.
    pub(super) fn happened(&mut self, event: &GroupEvent) {
        let GroupEvent::Member(group, event) = event else { return };
        match event {
            Event::Joined { account } | Event::CameOnline { account, robot: true, .. } => {
                self.0.insert((*account, Some(*group)));
            }
            Event::Left { account, .. } | Event::WentOffline { account, robot: true, .. } => {
                self.0.remove(&(*account, Some(*group)));
            }
            _ => {}
        }
    }

    /// Removes all members of a group that is about to be destroyed, because no event lists them.
    pub(super) fn destroyed(&mut self, id: GroupId, room: &Room) {
        accounts(room).for_each(|account| {
            self.0.remove(&(account, Some(id)));
        });
    }
}

/// The members and robots of a room.
fn accounts(room: &Room) -> impl Iterator<Item = UserId> {
    room.members(room.now()).into_iter().map(|member| member.account)
}
