//! The schedule of sweeps, and the lists of the current sweep so far.

use std::collections::{BTreeMap, BTreeSet};

use avmarks_spec::{GroupId, Mark, Timestamp};

/// The sweeps of all groups: one at a time, because the rate of its pages is limited.
#[derive(Debug, Default)]
pub(crate) struct Sweeps {
    planned: BTreeMap<GroupId, Timestamp>,
    queue: BTreeSet<(Timestamp, GroupId)>,
    pub(crate) current: Option<Sweep>,
    /// The next page is not asked for earlier.
    pub(crate) next_page_at: Timestamp,
}

/// A sweep of one group.
#[derive(Debug)]
pub(crate) struct Sweep {
    pub(crate) group: GroupId,
    pub(crate) began_at: Timestamp,
    /// The marks whose holders have not all been listed, the next one last.
    pub(crate) marks: Vec<Mark>,
    /// The cursor of the next page.
    pub(crate) cursor: i64,
    /// The cursors that were asked for.
    pub(crate) cursors: BTreeSet<i64>,
    pub(crate) is_in_flight: bool,
    /// The accounts that have each mark.
    pub(crate) listed: BTreeMap<Mark, BTreeSet<String>>,
    /// How many pages failed one after the other.
    pub(crate) failures: u32,
}

impl Sweeps {
    /// Plans the next sweep of a group, or none.
    pub(crate) fn plan(&mut self, group: GroupId, at: Option<Timestamp>) {
        let before = match at {
            Some(at) => self.planned.insert(group, at),
            None => self.planned.remove(&group),
        };
        if let Some(before) = before {
            self.queue.remove(&(before, group));
        }
        self.queue.extend(at.map(|at| (at, group)));
    }

    /// Ends the sweep of a group, and plans none.
    pub(crate) fn forget(&mut self, group: GroupId) {
        self.plan(group, None);
        if self.current.as_ref().is_some_and(|sweep| sweep.group == group) {
            self.current = None;
        }
    }

    /// When the next sweep of a group begins.
    pub(crate) fn planned_at(&self, group: GroupId) -> Option<Timestamp> {
        self.planned.get(&group).copied()
    }

    /// The group whose sweep begins next.
    pub(crate) fn due(&self, now: Timestamp) -> Option<GroupId> {
        self.queue.first().filter(|(at, _)| self.current.is_none() && *at <= now).map(|(_, group)| *group)
    }

    /// When the next page is requested.
    pub(crate) fn next_moment(&self) -> Option<Timestamp> {
        match &self.current {
            Some(sweep) if sweep.is_in_flight => None,
            Some(_) => Some(self.next_page_at),
            None => self.queue.first().map(|(at, _)| (*at).max(self.next_page_at)),
        }
    }
}
