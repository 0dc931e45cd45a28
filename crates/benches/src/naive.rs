//! The baseline: what a typical author of an SDK would write. Owned texts, the maps of the standard library with their
//! hasher, serde's derived types; the same work as ours, without saying why.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

/// A request, owned.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Request {
    /// The id of the group.
    pub group_id: String,
    /// 1 sets, 2 deletes.
    pub command_type: u32,
    /// The accounts with their marks.
    pub member_list: Vec<Entry>,
}

/// An account with its marks.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Entry {
    /// The account that gets or loses the marks.
    #[serde(rename = "Member_Account")]
    pub account: String,
    /// The marks to set or delete.
    #[serde(rename = "Marks")]
    pub marks: Vec<u32>,
}

/// An answer, owned.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Answer {
    /// `OK` or `FAIL`.
    pub action_status: String,
    /// 0 for `OK`.
    pub error_code: i32,
    /// The reason of a refusal; empty in an answer that is OK.
    pub error_info: String,
    /// That of the request.
    pub command_type: u32,
    /// The accounts that were served, with the marks that succeeded.
    pub member_list: Vec<Entry>,
}

/// A page of the list of members, owned.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Page {
    /// `OK` or `FAIL`.
    pub action_status: String,
    /// 0 for `OK`.
    pub error_code: i32,
    /// The reason of a refusal; empty in an answer that is OK.
    pub error_info: String,
    /// The online members of this page.
    pub member_list: Vec<Listed>,
    /// The cursor of the next page; 0 on the last page.
    pub next_timestamp: u64,
}

/// A member of the list.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Listed {
    /// Since when, in seconds.
    pub join_time: u64,
    /// The account of the member.
    #[serde(rename = "Member_Account")]
    pub account: String,
    /// The name.
    pub nick_name: String,
    /// The address of the picture.
    pub avatar: String,
    /// The marks, where the list has them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub marks: Option<Vec<u32>>,
}

/// A member.
#[derive(Clone, Debug)]
pub struct Member {
    online: bool,
    joined: u64,
    marks: HashSet<u32>,
}

/// A group.
#[derive(Debug, Default)]
pub struct Room {
    members: HashMap<String, Member>,
    holders: HashMap<u32, HashSet<String>>,
    pins: HashMap<String, u64>,
}

const PIN_MS: u64 = 259_200_000;
const MARKS_MAX: usize = 10;
const HOLDERS_MAX: usize = 1_000;

impl Room {
    /// Lets somebody in.
    pub fn join(&mut self, account: &str, at: u64) {
        let member = Member { online: true, joined: at, marks: HashSet::new() };
        self.members.entry(account.to_owned()).or_insert(member).online = true;
    }

    /// Lets somebody go, with the marks.
    pub fn leave(&mut self, account: &str) {
        let Some(member) = self.members.remove(account) else { return };
        for mark in member.marks {
            if let Some(holders) = self.holders.get_mut(&mark) {
                holders.remove(account);
            }
        }
        self.pins.remove(account);
    }

    /// Sets or deletes marks, and answers.
    pub fn modify(&mut self, request: &Request, at: u64) -> Answer {
        let served = if request.command_type == 1 { self.set(request, at) } else { Some(self.delete(request)) };
        match served {
            Some(served) if !served.is_empty() => answer("OK", 0, "", request.command_type, served),
            _ => answer("FAIL", 10004, "refused", request.command_type, Vec::new()),
        }
    }

    fn set(&mut self, request: &Request, at: u64) -> Option<Vec<Entry>> {
        let held = self.holders.iter().filter(|(_, holders)| !holders.is_empty()).map(|(mark, _)| *mark);
        let asked = request.member_list.iter().flat_map(|entry| entry.marks.iter().copied());
        let marks: HashSet<u32> = held.chain(asked).filter(|mark| *mark >= 1_000).collect();
        if marks.len() > MARKS_MAX {
            return None;
        }
        let mut served = Vec::new();
        for entry in &request.member_list {
            let Some(member) = self.members.get_mut(&entry.account) else { continue };
            let mut taken = Vec::new();
            for mark in &entry.marks {
                if !member.online && *mark != 500 {
                    continue;
                }
                if !member.marks.contains(mark) {
                    let holders = self.holders.entry(*mark).or_default();
                    if holders.len() >= HOLDERS_MAX {
                        continue;
                    }
                    holders.insert(entry.account.clone());
                    member.marks.insert(*mark);
                }
                if *mark == 500 {
                    self.pins.insert(entry.account.clone(), at + PIN_MS);
                    member.online = true;
                }
                taken.push(*mark);
            }
            if !taken.is_empty() {
                served.push(Entry { account: entry.account.clone(), marks: taken });
            }
        }
        Some(served)
    }

    fn delete(&mut self, request: &Request) -> Vec<Entry> {
        let mut served = Vec::new();
        for entry in &request.member_list {
            let Some(member) = self.members.get_mut(&entry.account).filter(|member| member.online) else { continue };
            for mark in &entry.marks {
                if member.marks.remove(mark) {
                    if let Some(holders) = self.holders.get_mut(mark) {
                        holders.remove(&entry.account);
                    }
                    if *mark == 500 {
                        self.pins.remove(&entry.account);
                    }
                }
            }
            served.push(entry.clone());
        }
        served
    }

    /// The latest joined of those online and not hidden, newest first. Selects before it sorts: the faster of the two ways.
    #[must_use]
    pub fn latest(&self, count: usize) -> Vec<(String, u64)> {
        let shown = self.members.iter().filter(|(_, member)| member.online && !member.marks.contains(&600));
        let mut shown: Vec<_> = shown.map(|(account, member)| (member.joined, account)).collect();
        if count < shown.len() {
            shown.select_nth_unstable_by(count, |a, b| b.cmp(a));
            shown.truncate(count);
        }
        shown.sort_unstable_by(|a, b| b.cmp(a));
        shown.into_iter().map(|(joined, account)| (account.clone(), joined)).collect()
    }

    /// Lets time pass: reads every member, and ends the pins that are due.
    pub fn tick(&mut self, at: u64) -> usize {
        let mut ended = 0;
        for (account, member) in &mut self.members {
            if member.marks.contains(&500) && self.pins.get(account).is_some_and(|end| *end <= at) {
                member.marks.remove(&500);
                self.pins.remove(account);
                if let Some(holders) = self.holders.get_mut(&500) {
                    holders.remove(account);
                }
                ended += 1;
            }
        }
        ended
    }
}

fn answer(status: &str, code: i32, info: &str, command_type: u32, member_list: Vec<Entry>) -> Answer {
    Answer {
        action_status: status.to_owned(),
        error_code: code,
        error_info: info.to_owned(),
        command_type,
        member_list,
    }
}

/// From the bytes of a request to the bytes of the answer.
///
/// # Panics
///
/// Where the bytes are no request: the benchmarks send none such.
#[must_use]
#[expect(clippy::unwrap_used, reason = "a benchmark that cannot run ends")]
pub fn bytes_to_bytes(room: &mut Room, body: &[u8], at: u64) -> Vec<u8> {
    let request: Request = serde_json::from_slice(body).unwrap();
    serde_json::to_vec(&room.modify(&request, at)).unwrap()
}
