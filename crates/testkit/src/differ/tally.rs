//! What a run has met.

use std::collections::{BTreeMap, BTreeSet};

use avmarks_protocol::Endpoint;
use avmarks_rules::MemberState;
use avmarks_spec::{Clause, Gap, UserId};
use serde_json::Value;

use super::seen::Seen;
use super::{Judged, is_served, length, reasons};

/// Numbers of a run, to show that it met what it was meant to meet.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Steps made.
    pub steps: u64,
    /// Calls among them.
    pub calls: u64,
    /// Calls that were refused.
    pub refusals: u64,
    /// The calls of each path that there is.
    pub endpoints: BTreeMap<Endpoint, Calls>,
    /// Calls that the rules alone judged too.
    pub judged_alone: u64,
    /// Marks that were left out.
    pub omissions: u64,
    /// Pins that came to their end.
    pub expired: u64,
    /// Counts of what happened to robots.
    pub robots: Robots,
    /// Steps after which a group had other administrators than before.
    pub admin_changes: u64,
    /// The clauses that decided a refusal.
    pub clauses: BTreeSet<Clause>,
    /// The gaps that an answer rested on.
    pub gaps: BTreeSet<Gap>,
}

/// Calls of one path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// Those that were served.
    pub served: u64,
    /// Those that were refused.
    pub refused: u64,
}

/// Counts of what happened to robots.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Robots {
    /// Accounts that became one.
    pub came: u64,
    /// Robots that joined.
    pub joined: u64,
    /// Robots that were removed, because their mark 500 ended or they left.
    pub ended: u64,
}

impl Tally {
    /// Adds the numbers of another run.
    pub fn add(&mut self, other: &Self) {
        self.steps += other.steps;
        self.calls += other.calls;
        self.refusals += other.refusals;
        for (endpoint, calls) in &other.endpoints {
            let sum = self.endpoints.entry(*endpoint).or_default();
            sum.served += calls.served;
            sum.refused += calls.refused;
        }
        self.judged_alone += other.judged_alone;
        self.omissions += other.omissions;
        self.expired += other.expired;
        self.robots.came += other.robots.came;
        self.robots.joined += other.robots.joined;
        self.robots.ended += other.robots.ended;
        self.admin_changes += other.admin_changes;
        self.clauses.extend(&other.clauses);
        self.gaps.extend(&other.gaps);
    }

    /// Counts a step: what was said to it, and what it made of the groups.
    pub(super) fn count(&mut self, judged: &Judged, before: &[Seen], after: &[Seen]) {
        self.steps += 1;
        self.compare(before, after);
        let Judged { said, endpoint, judged_alone } = judged;
        self.judged_alone += u64::from(*judged_alone);
        self.omissions += length(said, "omitted") as u64;
        let events = said.get("events").and_then(Value::as_array).into_iter().flatten();
        self.expired += events.filter(|event| event.get("event") == Some(&"pin_expired".into())).count() as u64;
        let Some(answer) = said.get("answer") else { return };
        self.calls += 1;
        let reasons = reasons(said);
        let served = is_served(answer);
        if !served {
            self.refusals += 1;
            self.clauses.extend(reasons.first().and_then(|decided| Clause::from_name(decided)));
        }
        self.gaps.extend(reasons.iter().filter_map(|reason| Gap::from_name(reason)));
        if let Some(endpoint) = endpoint {
            let calls = self.endpoints.entry(*endpoint).or_default();
            *(if served { &mut calls.served } else { &mut calls.refused }) += 1;
        }
    }

    /// Counts what a step has changed.
    fn compare(&mut self, before: &[Seen], after: &[Seen]) {
        let of = |group: &Seen| after.iter().find(|other| other.id == group.id);
        for before in before {
            // A group that was destroyed has lost everything.
            let Some(after) = of(before) else { continue };
            self.admin_changes += u64::from(before.admins != after.admins);
            for robot in before.members.iter().filter(|member| member.robot) {
                match find(&after.members, robot.account) {
                    Some(member) => self.robots.joined += u64::from(!member.robot),
                    None => self.robots.ended += 1,
                }
            }
            let robots = after.members.iter().filter(|member| member.robot);
            self.robots.came += robots.filter(|robot| find(&before.members, robot.account).is_none()).count() as u64;
        }
    }
}

fn find(members: &[MemberState], account: UserId) -> Option<&MemberState> {
    members.iter().find(|member| member.account == account)
}
