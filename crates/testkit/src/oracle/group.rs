//! A group, its members, and their presence.

use std::collections::BTreeSet;

use avmarks_spec::GroupType;
use serde_json::{Value, json};

use super::ids::PIN;
use super::line::Change;
use super::list::ListView;

/// A group with its members in join order.
#[derive(Clone)]
pub(super) struct Group {
    pub(super) id: String,
    pub(super) kind: GroupType,
    pub(super) owner: Option<String>,
    pub(super) members: Vec<Member>,
    /// How many places of the join order were ever given.
    places: u64,
    /// The last views of the list, one for each filter.
    pub(super) list_views: Vec<ListView>,
    /// The last view of the count: when it was taken, and the count.
    pub(super) count_view: Option<(u64, usize)>,
}

/// An account that joined and has not left.
#[derive(Clone)]
pub(super) struct Member {
    pub(super) account: String,
    /// The place in the join order, from 1.
    pub(super) place: u64,
    /// The time of joining, in milliseconds.
    pub(super) joined: u64,
    pub(super) connected: bool,
    pub(super) marks: BTreeSet<u32>,
    /// When mark 500 ends, in milliseconds; there is an end exactly while the mark is held.
    pub(super) pin_end: Option<u128>,
}

impl Member {
    /// A member is online that is connected, or holds an unexpired mark 500.
    pub(super) fn is_online(&self) -> bool {
        self.connected || self.marks.contains(&PIN)
    }

    /// Clears all marks, and tells which they were.
    fn clear_marks(&mut self) -> Vec<u32> {
        self.pin_end = None;
        std::mem::take(&mut self.marks).into_iter().collect()
    }

    /// `PIN-500`: mark 500 is gone. Connected: the other marks stay. Disconnected: offline, with all marks cleared, and
    /// those that were left are told.
    pub(super) fn end_pin(&mut self) -> Option<Vec<u32>> {
        self.marks.remove(&PIN);
        self.pin_end = None;
        if self.connected { None } else { Some(self.clear_marks()) }
    }
}

impl Group {
    pub(super) fn new(id: String, kind: GroupType, owner: Option<String>) -> Self {
        Self { id, kind, owner, members: Vec::new(), places: 0, list_views: Vec::new(), count_view: None }
    }

    pub(super) fn member(&self, account: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.account == account)
    }

    pub(super) fn member_mut(&mut self, account: &str) -> Option<&mut Member> {
        self.members.iter_mut().find(|member| member.account == account)
    }

    /// How many members hold this mark.
    pub(super) fn holders(&self, mark: u32) -> usize {
        self.members.iter().filter(|member| member.marks.contains(&mark)).count()
    }

    /// Applies a change of presence, and tells the events.
    pub(super) fn change(&mut self, change: Change, account: &str, now: u64) -> Vec<Value> {
        match change {
            Change::Join => self.join(account, now),
            Change::Leave => self.leave(account),
            Change::Disconnect => self.disconnect(account),
            Change::Reconnect => self.connect(account, "connection"),
        }
    }

    fn join(&mut self, account: &str, now: u64) -> Vec<Value> {
        // gap:rejoin: a member that joins again becomes connected, and keeps place, join time and marks.
        if self.member(account).is_some() {
            return self.connect(account, "join");
        }
        // A new member is connected, at the end of the join order, without marks.
        self.places += 1;
        self.members.push(Member {
            account: account.to_owned(),
            place: self.places,
            joined: now,
            connected: true,
            marks: BTreeSet::new(),
            pin_end: None,
        });
        vec![
            json!({ "event": "joined", "group": self.id, "account": account }),
            json!({ "event": "came_online", "group": self.id, "account": account, "cause": "join" }),
        ]
    }

    fn leave(&mut self, account: &str) -> Vec<Value> {
        // Of a stranger: nothing.
        let Some(place) = self.members.iter().position(|member| member.account == account) else { return Vec::new() };
        // CLEAR-LEAVE: leaving clears all marks, 500 too.
        let lost = self.members.remove(place).clear_marks();
        vec![json!({ "event": "left", "group": self.id, "account": account, "lost": lost })]
    }

    fn disconnect(&mut self, account: &str) -> Vec<Value> {
        let id = self.id.clone();
        let Some(member) = self.member_mut(account) else { return Vec::new() };
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

    /// Connected again, with place and join time kept. Of a stranger, and of one that is connected: nothing.
    fn connect(&mut self, account: &str, cause: &str) -> Vec<Value> {
        let id = self.id.clone();
        let Some(member) = self.member_mut(account) else { return Vec::new() };
        if member.connected {
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

    /// The pin of this account ends after its three days.
    pub(super) fn expire(&mut self, account: &str) -> Vec<Value> {
        let id = self.id.clone();
        let Some(member) = self.member_mut(account) else { return Vec::new() };
        let mut events = vec![json!({ "event": "pin_expired", "group": id, "account": account })];
        if let Some(lost) = member.end_pin() {
            events.push(went_offline(&id, account, &lost, "pin_expired"));
        }
        events
    }
}

fn went_offline(group: &str, account: &str, lost: &[u32], cause: &str) -> Value {
    json!({ "event": "went_offline", "group": group, "account": account, "lost": lost, "cause": cause })
}
