//! A group, the accounts in it, and their presence.

use std::collections::BTreeSet;

use avmarks_spec::GroupType;
use serde_json::{Value, json};

use super::ids::PIN;
use super::line::Change;

/// A group with its members and robots in join order.
#[derive(Clone)]
pub(super) struct Group {
    pub(super) id: String,
    pub(super) kind: GroupType,
    pub(super) owner: Option<String>,
    pub(super) members: Vec<Member>,
    /// The administrators, in the order set. Whether they are in the group does not matter.
    pub(super) admins: Vec<String>,
    /// How many places of the join order were ever given.
    places: u64,
    /// The last views of the list, one for each filter.
    pub(super) list_views: Vec<ListView>,
    /// The last view of the count: when it was taken, and the count.
    pub(super) count_view: Option<(u64, usize)>,
    /// The last view of `check_members`: when it was taken, and who was online.
    pub(super) check_view: Option<(u64, Vec<String>)>,
}

/// An account that joined and has not left, or a robot.
#[derive(Clone)]
pub(super) struct Member {
    pub(super) account: String,
    /// Whether it is a robot: it has 500 and has not joined. A robot is never connected.
    pub(super) robot: bool,
    /// The place in the join order, from 1.
    pub(super) place: u64,
    /// The time of joining, in milliseconds; of a robot, when it took 500.
    pub(super) joined: u64,
    pub(super) connected: bool,
    pub(super) marks: BTreeSet<u32>,
    /// When mark 500 ends, in milliseconds. `None` without the mark, and where `gap:robot-days` gave it no end.
    pub(super) pin_end: Option<u128>,
}

impl Member {
    /// Whether it is online: connected, or with an unexpired mark 500.
    pub(super) fn is_online(&self) -> bool {
        self.connected || self.marks.contains(&PIN)
    }

    /// Clears all marks, and returns them.
    fn clear_marks(&mut self) -> Vec<u32> {
        self.pin_end = None;
        std::mem::take(&mut self.marks).into_iter().collect()
    }
}

impl Group {
    pub(super) fn new(id: String, kind: GroupType, owner: Option<String>) -> Self {
        Self {
            id,
            kind,
            owner,
            members: Vec::new(),
            admins: Vec::new(),
            places: 0,
            list_views: Vec::new(),
            count_view: None,
            check_view: None,
        }
    }

    pub(super) fn member(&self, account: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.account == account)
    }

    pub(super) fn member_mut(&mut self, account: &str) -> Option<&mut Member> {
        self.members.iter_mut().find(|member| member.account == account)
    }

    /// The number of accounts with this mark.
    pub(super) fn holders(&self, mark: u32) -> usize {
        self.members.iter().filter(|member| member.marks.contains(&mark)).count()
    }

    /// Who is online, in join order: connected members, pinned ones, and robots.
    pub(super) fn online(&self) -> Vec<&Member> {
        self.members.iter().filter(|member| member.is_online()).collect()
    }

    /// Applies a change of presence, and returns the events.
    pub(super) fn change(&mut self, change: Change, account: &str, now: u64) -> Vec<Value> {
        match change {
            Change::Join => self.join(account, now),
            Change::Leave => self.leave(account),
            Change::Disconnect => self.disconnect(account),
            Change::Reconnect => self.connect(account, "connection"),
        }
    }

    fn join(&mut self, account: &str, now: u64) -> Vec<Value> {
        let joined = json!({ "event": "joined", "group": self.id, "account": account });
        // A robot that joins becomes a connected member, and keeps place, join time and marks. It was online before.
        if let Some(robot) = self.member_mut(account).filter(|member| member.robot) {
            robot.robot = false;
            robot.connected = true;
            return vec![joined];
        }
        // gap:rejoin: a member that joins again becomes connected, and keeps place, join time and marks.
        if self.member(account).is_some() {
            return self.connect(account, "join");
        }
        // A new member is connected, at the end of the join order, without marks.
        self.push(account, now, false);
        vec![joined, json!({ "event": "came_online", "group": self.id, "account": account, "cause": "join" })]
    }

    /// An account that has not joined and gets 500 becomes a robot: last in the join order, its join time is now.
    pub(super) fn add_robot(&mut self, account: &str, now: u64) {
        self.push(account, now, true);
    }

    fn push(&mut self, account: &str, now: u64, robot: bool) {
        self.places += 1;
        self.members.push(Member {
            account: account.to_owned(),
            robot,
            place: self.places,
            joined: now,
            connected: !robot,
            marks: BTreeSet::new(),
            pin_end: None,
        });
    }

    fn leave(&mut self, account: &str) -> Vec<Value> {
        // Of a stranger: nothing.
        let Some(place) = self.members.iter().position(|member| member.account == account) else { return Vec::new() };
        // CLEAR-LEAVE: leaving clears all marks, 500 too. A robot is gone.
        let lost = self.members.remove(place).clear_marks();
        vec![json!({ "event": "left", "group": self.id, "account": account, "lost": lost })]
    }

    fn disconnect(&mut self, account: &str) -> Vec<Value> {
        let id = self.id.clone();
        let Some(member) = self.member_mut(account) else { return Vec::new() };
        // Of a robot, and of a member without a connection: nothing.
        if !member.connected {
            return Vec::new();
        }
        member.connected = false;
        // PIN-500: a holder of 500 stays online, and keeps its marks.
        if member.is_online() {
            return vec![json!({ "event": "disconnected", "group": id, "account": account })];
        }
        // CLEAR-OFFLINE: going offline clears all marks. It stays a member.
        let lost = member.clear_marks();
        vec![went_offline(&id, account, &lost, "connection")]
    }

    /// Connected again, with place and join time kept. Of a stranger, a robot, and a connected member: nothing.
    fn connect(&mut self, account: &str, cause: &str) -> Vec<Value> {
        let id = self.id.clone();
        let Some(member) = self.member_mut(account) else { return Vec::new() };
        if member.connected || member.robot {
            return Vec::new();
        }
        let was_online = member.is_online();
        member.connected = true;
        if was_online {
            vec![json!({ "event": "reconnected", "group": id, "account": account })]
        } else {
            vec![json!({ "event": "came_online", "group": id, "account": account, "cause": cause })]
        }
    }

    /// Mark 500 of this account ends after its three days.
    pub(super) fn expire(&mut self, account: &str) -> Vec<Value> {
        let mut events = vec![json!({ "event": "pin_expired", "group": self.id, "account": account })];
        if let Some(lost) = self.end_pin(account) {
            events.push(went_offline(&self.id, account, &lost, "pin_expired"));
        }
        events
    }

    /// `PIN-500`: mark 500 is gone, by its expiry or by a delete. Connected: the other marks stay. Disconnected: offline,
    /// with all marks cleared. A robot: gone. Of the latter two, the marks besides 500 that were lost.
    pub(super) fn end_pin(&mut self, account: &str) -> Option<Vec<u32>> {
        let member = self.member_mut(account)?;
        member.marks.remove(&PIN);
        member.pin_end = None;
        if member.connected {
            return None;
        }
        let lost = member.clear_marks();
        self.members.retain(|member| !(member.robot && member.account == account));
        Some(lost)
    }
}

fn went_offline(group: &str, account: &str, lost: &[u32], cause: &str) -> Value {
    json!({ "event": "went_offline", "group": group, "account": account, "lost": lost, "cause": cause })
}

/// A cached online list.
#[derive(Clone)]
pub(super) struct ListView {
    pub(super) taken: u64,
    pub(super) filter: Option<String>,
    /// How many members a pull may name in all.
    pub(super) members_max: usize,
    /// Newest first.
    pub(super) rows: Vec<Row>,
}

/// A member of a cached online list.
#[derive(Clone)]
pub(super) struct Row {
    pub(super) place: u64,
    pub(super) account: String,
    pub(super) joined: u64,
    /// The marks held, ascending.
    pub(super) marks: Vec<u32>,
}
