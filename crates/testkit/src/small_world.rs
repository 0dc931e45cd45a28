//! Every state that a small room can be in, and every step from each: breadth first, until no step leads to a new one.
//!
//! A search of our own rather than a model checker's: what is searched is not a model but the machines themselves, two
//! states are one where nobody could tell them apart later (`State`), and the comparison sits in the step, so that no
//! state is dropped before it was judged.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use avmarks_protocol::Endpoint;
use avmarks_rules::MemberState;
use avmarks_spec::{Gap, GroupId, Limits, Mark, Timestamp, UserId};
use serde_json::json;

use crate::differ::Run;

/// A room that is small enough to be searched.
#[derive(Clone, Debug)]
pub struct World {
    /// How many accounts there are; the first owns the group.
    pub accounts: usize,
    /// The marks that calls name; without 500 among them no call is about robots.
    pub marks: Vec<u32>,
    /// How many different custom marks the group may have.
    pub marks_per_group_max: usize,
    /// How many members may hold one mark.
    pub members_per_mark_max: usize,
    /// How many ticks a pin lasts.
    pub pin_ticks: u64,
    /// How many administrators the group may have; 0 leaves the calls about them out.
    pub group_admins_max: usize,
    /// The gap that is not read as the default has it, and its reading.
    pub reading: Option<(Gap, &'static str)>,
}

/// What a search came to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Explored {
    /// Different states.
    pub states: usize,
    /// Steps made from them, each compared.
    pub transitions: usize,
}

/// What can be told of a room later on.
#[derive(Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    /// Who is in it, in join order.
    members: Vec<Present>,
    /// The administrators, in the order set.
    admins: Vec<usize>,
}

/// A member or robot, as far as it can be told later on.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Present {
    account: usize,
    connected: bool,
    robot: bool,
    marks: Vec<u32>,
    /// Ticks left of a pin, if it has an end.
    left: Option<u64>,
}

const GROUP: &str = "g";
const ACCOUNTS: [&str; 4] = ["a0", "a1", "a2", "a3"];

impl World {
    fn limits(&self) -> Limits {
        Limits {
            marks_per_group_max: self.marks_per_group_max,
            members_per_mark_max: self.members_per_mark_max,
            pin_duration_max: Duration::from_millis(self.pin_ticks),
            list_members_max: 2,
            low_plan_list_members_max: 1,
            group_admins_max: self.group_admins_max,
            calls_per_window_max: usize::MAX,
            ..Limits::DOCUMENTED
        }
    }

    /// Searches all of it.
    ///
    /// # Errors
    ///
    /// What did not hold, with the shortest scenario that shows it.
    pub fn explore(&self) -> Result<Explored, String> {
        let mut start = vec![json!({"at": 0, "do": "create_group", "group": GROUP, "owner": ACCOUNTS[0]}).to_string()];
        if let Some((gap, reading)) = self.reading {
            let field = gap.field().unwrap_or_default();
            start.push(format!("{{\"at\":0,\"do\":\"policy\",\"{field}\":\"{reading}\"}}"));
        }
        let mut run = Run::new(self.limits());
        for line in &start {
            run.judge(line)?;
        }

        let steps = self.steps();
        // Each state with the machines that are in it, how it was reached, and when that was.
        let mut known = BTreeSet::from([State::default()]);
        let mut waiting = VecDeque::from([(run, Vec::new(), 0_u64)]);
        let mut explored = Explored::default();
        while let Some((run, path, now)) = waiting.pop_front() {
            explored.states += 1;
            for (index, step) in steps.iter().enumerate() {
                explored.transitions += 1;
                let at = now + step.ticks;
                let mut next = run.clone();
                let mut path = path.clone();
                path.push(index as u16);
                next.judge(&step.line(at)).map_err(|error| self.case(&error, &start, &steps, &path))?;
                let state = self.state(&next, at);
                if known.insert(state) {
                    waiting.push_back((next, path, at));
                }
            }
        }
        Ok(explored)
    }

    fn state(&self, run: &Run, at: u64) -> State {
        let now = Timestamp::from_millis(at);
        let Some(room) = GroupId::parse(GROUP).ok().and_then(|group| run.service().app().room(&group)) else {
            return State::default();
        };
        let index =
            |account: &UserId| ACCOUNTS.iter().position(|known| *known == account.as_str()).unwrap_or(ACCOUNTS.len());
        let present = |member: MemberState| Present {
            account: index(&member.account),
            connected: member.connected,
            robot: member.robot,
            marks: member.marks.into_iter().map(Mark::number).collect(),
            left: member.pinned_until.map(|end| end.as_millis().saturating_sub(at)),
        };
        State {
            members: room.members(now).into_iter().map(present).collect(),
            admins: room.admins().iter().map(index).collect(),
        }
    }

    /// The scenario that shows an error, to be read and to be replayed.
    fn case(&self, error: &str, start: &[String], steps: &[Step], path: &[u16]) -> String {
        let mut lines = start.to_vec();
        let mut at = 0;
        for step in path.iter().filter_map(|index| steps.get(usize::from(*index))) {
            at += step.ticks;
            lines.push(step.line(at));
        }
        format!("{error}\nin {self:?}\nscenario:\n{}", lines.join("\n"))
    }

    /// Every step that there is: presence of each account, a tick, every list, the count, a check of all accounts, and every
    /// call that names some accounts with some marks, as robots, or as administrators; by an admin, and where owners may call by the
    /// owner and by another as well.
    fn steps(&self) -> Vec<Step> {
        let accounts: Vec<_> = ACCOUNTS.iter().take(self.accounts).copied().collect();
        let mut steps = vec![Step::new(1, json!({"do": "tick"}))];
        for what in ["join", "leave", "disconnect", "reconnect"] {
            steps.extend(
                accounts.iter().map(|account| Step::new(0, json!({"do": what, "group": GROUP, "account": account}))),
            );
        }
        let filters = self.marks.iter().map(|mark| json!({"GroupId": GROUP, "Timestamp": 0, "Mark": mark}));
        for body in filters.chain([json!({"GroupId": GROUP, "Timestamp": 0})]) {
            steps.push(call("administrator", Endpoint::GetMembers, &body));
        }
        let alone = json!({"GroupId": GROUP});
        steps.push(call("administrator", Endpoint::GetOnlineMemberNum, &alone));
        // Once more the first, and one that is never there.
        let asked: Vec<_> = accounts.iter().chain(accounts.first()).chain(ACCOUNTS.last()).collect();
        steps.push(call("administrator", Endpoint::CheckMembers, &json!({"GroupId": GROUP, "Member_Account": asked})));
        let administers = self.group_admins_max > 0;
        if administers {
            steps.push(call("administrator", Endpoint::GetAdminList, &alone));
        }
        let callers = match self.reading {
            Some((Gap::RestOwner, _)) => &["administrator", ACCOUNTS[0], ACCOUNTS[1]][..],
            _ => &["administrator"],
        };
        for caller in callers {
            for named in orders(&accounts) {
                for command in [1, 2] {
                    for marks in subsets(&self.marks) {
                        let entries: Vec<_> =
                            named.iter().map(|account| json!({"Member_Account": account, "Marks": marks})).collect();
                        let body = json!({"GroupId": GROUP, "CommandType": command, "MemberList": entries});
                        steps.push(call(caller, Endpoint::ModifyUserInfo, &body));
                    }
                    let body = json!({"GroupId": GROUP, "CommandType": command, "Admin_Account": named});
                    steps.extend(administers.then(|| call(caller, Endpoint::ModifyAdmin, &body)));
                }
                let body = json!({"GroupId": GROUP, "Member_Account": named});
                let robots =
                    [Endpoint::AddRobots, Endpoint::DelRobots].into_iter().filter(|_| self.marks.contains(&500));
                steps.extend(robots.map(|endpoint| call(caller, endpoint, &body)));
            }
        }
        steps
    }
}

struct Step {
    ticks: u64,
    /// The line from its second field on.
    rest: String,
}

impl Step {
    fn new(ticks: u64, fields: serde_json::Value) -> Self {
        Self { ticks, rest: fields.to_string().split_off(1) }
    }

    fn line(&self, at: u64) -> String {
        format!("{{\"at\":{at},{}", self.rest)
    }
}

fn call(caller: &str, endpoint: Endpoint, body: &serde_json::Value) -> Step {
    Step::new(0, json!({"do": "call", "as": caller, "path": endpoint.path(), "raw": body.to_string()}))
}

/// Every choice of some of the items, in their order.
fn subsets<T: Copy>(items: &[T]) -> Vec<Vec<T>> {
    (1_usize..1 << items.len())
        .map(|bits| items.iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1).map(|(_, item)| *item).collect())
        .collect()
}

/// Every choice of some of the items, in their order and in the opposite one, which matters where a mark gets full.
fn orders<T: Copy + PartialEq>(items: &[T]) -> Vec<Vec<T>> {
    let mut orders = subsets(items);
    let turned: Vec<Vec<T>> = orders.iter().map(|order| order.iter().rev().copied().collect()).collect();
    orders.extend(turned.into_iter().filter(|order| order.len() > 1));
    orders
}
