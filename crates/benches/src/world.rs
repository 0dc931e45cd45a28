//! Members and requests: the same ones each time, as a seed determines them.

use std::collections::HashSet;

use avmarks_protocol::modify_user_info::Answer;
use avmarks_rules::{Entry, MarkCall, Operator};
use avmarks_spec::{Mark, UserId};

use crate::naive;

/// The group of all requests.
pub const GROUP: &str = "@TGS#a6I4ZUUGO";

/// Numbers that look random, from a seed (splitmix64).
#[derive(Clone, Debug)]
pub struct Numbers(pub u64);

impl Numbers {
    /// The next one.
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed(self.0)
    }

    /// The next one below `end`, which is not 0.
    pub const fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }
}

const fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// The id of the member of this number: 32 bytes.
#[must_use]
pub fn id(number: usize) -> String {
    format!("user_{:027x}", mixed(number as u64 + 1))
}

/// An id as ours.
///
/// # Panics
///
/// Where the text is no id: these are.
#[must_use]
#[expect(clippy::unwrap_used, reason = "a benchmark that cannot run ends")]
pub fn user(id: &str) -> UserId {
    UserId::parse(id).unwrap()
}

/// A request that sets 1 to `marks_max` of ten marks on `accounts` of `members` members, each another one.
pub fn request(numbers: &mut Numbers, members: usize, accounts: usize, marks_max: usize) -> naive::Request {
    let mut chosen = HashSet::new();
    let mut member_list = Vec::new();
    while member_list.len() < accounts.min(members) {
        let number = numbers.below(members);
        if chosen.insert(number) {
            let first = numbers.below(10) as u32;
            let marks = 1 + numbers.below(marks_max) as u32;
            let marks = (0..marks).map(|at| if at < 10 { 1_000 + (first + at) % 10 } else { 600 }).collect();
            member_list.push(naive::Entry { account: id(number), marks });
        }
    }
    naive::Request { group_id: GROUP.to_owned(), command_type: 1, member_list }
}

/// The request that takes back what this one has set.
#[must_use]
pub fn undone(request: &naive::Request) -> naive::Request {
    naive::Request { command_type: 2, ..request.clone() }
}

/// The entries of a request as the rules take them.
///
/// # Panics
///
/// Where it holds what is none: these do not.
#[must_use]
#[expect(clippy::unwrap_used, reason = "a benchmark that cannot run ends")]
pub fn entries(request: &naive::Request) -> Vec<Entry> {
    let entry = |entry: &naive::Entry| Entry {
        account: user(&entry.account),
        marks: entry.marks.iter().map(|mark| Mark::new(i64::from(*mark)).unwrap()).collect(),
    };
    request.member_list.iter().map(entry).collect()
}

/// A request as the rules take it.
#[must_use]
pub fn call(request: &naive::Request) -> MarkCall {
    let entries = entries(request);
    if request.command_type == 1 {
        MarkCall::set(Operator::Admin, entries)
    } else {
        MarkCall::delete(Operator::Admin, entries)
    }
}

/// Writes the answer that serves all of a request, anew in `json`.
pub fn write_served(request: &naive::Request, json: &mut Vec<u8>) {
    json.clear();
    let members = request
        .member_list
        .iter()
        .map(|entry| (entry.account.as_str(), entry.marks.iter().map(|mark| i64::from(*mark))));
    Answer::write_served(json, i64::from(request.command_type), members);
}
