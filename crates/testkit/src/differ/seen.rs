//! A group as a step finds it and leaves it.

use std::collections::{BTreeMap, BTreeSet};

use avmarks_rules::MemberState;
use avmarks_service::App;
use avmarks_spec::{GroupId, Limits, Mark, Timestamp, UserId};

/// A group at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) id: GroupId,
    pub(super) members: Vec<MemberState>,
    pub(super) admins: Vec<UserId>,
}

impl Seen {
    /// Every group, as it is at the latest time that the service has seen.
    pub(super) fn all(app: &App) -> Vec<Self> {
        let seen = |id: GroupId| {
            let room = app.room(&id)?;
            Some(Self { id, members: room.members(app.now()), admins: room.admins().to_vec() })
        };
        app.groups().filter_map(seen).collect()
    }

    /// The group once time alone has passed.
    fn as_of(&self, now: Timestamp) -> Self {
        let members = self.members.iter().filter_map(|member| as_of(member, now)).collect();
        Self { members, admins: self.admins.clone(), ..*self }
    }

    /// The invariants of every group.
    pub(super) fn invariants(&self, limits: &Limits) -> Result<(), String> {
        let mut holders = BTreeMap::<Mark, usize>::new();
        for member in &self.members {
            let pinned = member.marks.contains(&Mark::PINNED);
            let error = match member {
                // CLEAR-OFFLINE
                _ if !member.is_online() && !member.marks.is_empty() => "an offline member holds marks",
                MemberState { robot: true, connected: true, .. } => "a robot has a connection",
                MemberState { robot: true, .. } if !pinned => "a robot does not hold 500",
                MemberState { pinned_until: Some(_), .. } if !pinned => "an end is left of a mark 500 that is not held",
                _ => "",
            };
            if !error.is_empty() {
                return Err(format!("{error}: {member:?}"));
            }
            member.marks.iter().for_each(|mark| *holders.entry(*mark).or_default() += 1);
        }
        // MEMBERS-PER-MARK and MARKS-PER-GROUP
        let custom = holders.keys().filter(|mark| !mark.is_special()).count();
        if holders.values().any(|count| *count > limits.members_per_mark_max) || custom > limits.marks_per_group_max {
            return Err(format!("a limit is passed in `{}`: {holders:?}", self.id));
        }
        let admins: BTreeSet<_> = self.admins.iter().collect();
        if admins.len() != self.admins.len() || admins.len() > limits.group_admins_max {
            return Err(format!("`{}` has too many administrators, or one of them twice: {:?}", self.id, self.admins));
        }
        Ok(())
    }
}

/// A refusal changes nothing: all members remain, and there are fewer marks only if a pin has ended.
pub(super) fn unchanged_but_by_time(before: &[Seen], after: &[Seen], now: Timestamp) -> Result<(), String> {
    let expected: Vec<_> = before.iter().map(|group| group.as_of(now)).collect();
    if after == expected { Ok(()) } else { Err(format!("a refusal changed\n{expected:?}\ninto\n{after:?}")) }
}

/// The member once time alone has passed (`PIN-500`); a robot whose 500 has ended is removed.
fn as_of(member: &MemberState, now: Timestamp) -> Option<MemberState> {
    let mut member = member.clone();
    if member.pinned_until.is_some_and(|end| end <= now) {
        member.pinned_until = None;
        member.marks.retain(|mark| *mark != Mark::PINNED && member.connected);
        if member.robot {
            return None;
        }
    }
    Some(member)
}
