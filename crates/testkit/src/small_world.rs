//! Every state that a small room can be in, and every step from each: breadth first, until no step leads to a new one.
//!
//! A search of our own rather than a model checker's: what is searched is not a model but the machines themselves, two
//! states are one where nobody could tell them apart later (`State`), and the comparison sits in the step, so that no
//! state is dropped before it was judged.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use avmarks_spec::{Gap, GroupId, Limits, Mark, Timestamp};
use serde_json::json;

use crate::differ::Run;

/// A room that is small enough to be searched.
#[derive(Clone, Debug)]
pub struct World {
    /// How many accounts there are; the first owns the group.
    pub accounts: usize,
    /// The marks that calls name.
    pub marks: Vec<u32>,
    /// How many different custom marks the group may have.
    pub marks_per_group_max: usize,
    /// How many members may hold one mark.
    pub members_per_mark_max: usize,
    /// How many ticks a pin lasts.
    pub pin_ticks: u64,
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

/// What can be told of a room later on: who is in it, in join order, with connection, marks, and ticks left of a pin.
type State = Vec<(usize, bool, Vec<u32>, Option<u64>)>;

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
            let field = gap.row().field.unwrap_or_default();
            start.push(format!("{{\"at\":0,\"do\":\"policy\",\"{field}\":\"{reading}\"}}"));
        }
        let mut run = Run::new(self.limits());
        for line in &start {
            run.step(line)?;
        }

        let steps = self.steps();
        // Each state with the machines that are in it, how it was reached, and when that was.
        let mut known = BTreeSet::from([State::new()]);
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
                next.step(&step.line(at)).map_err(|fault| self.story(&fault, &start, &steps, &path))?;
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
        let room = GroupId::parse(GROUP).ok().and_then(|group| run.service().app().room(&group));
        let members = room.map(|room| room.members(now)).unwrap_or_default();
        let index = |account: &str| ACCOUNTS.iter().position(|known| *known == account).unwrap_or(ACCOUNTS.len());
        members
            .into_iter()
            .map(|member| {
                let left = member.pinned_until.map(|end| end.as_millis().saturating_sub(at));
                let marks = member.marks.into_iter().map(Mark::number).collect();
                (index(member.account.as_str()), member.connected, marks, left)
            })
            .collect()
    }

    /// The scenario that shows a fault, to be read and to be replayed.
    fn story(&self, fault: &str, start: &[String], steps: &[Step], path: &[u16]) -> String {
        let mut lines = start.to_vec();
        let mut at = 0;
        for step in path.iter().filter_map(|index| steps.get(usize::from(*index))) {
            at += step.ticks;
            lines.push(step.line(at));
        }
        format!("{fault}\nin {self:?}\nscenario:\n{}", lines.join("\n"))
    }

    /// Every step that there is: presence of each account, a tick, every list and the count, and every call that names
    /// some accounts with some marks, by an admin, by the owner and by another.
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
            steps.push(call("administrator", "v4/group_open_avchatroom_http_svc/get_members", &body));
        }
        let count = json!({"GroupId": GROUP});
        steps.push(call("administrator", "v4/group_open_http_svc/get_online_member_num", &count));
        let callers = match self.reading {
            Some((Gap::RestOwner, _)) => &["administrator", ACCOUNTS[0], ACCOUNTS[1]][..],
            _ => &["administrator"],
        };
        for caller in callers {
            for named in orders(&accounts) {
                for marks in subsets(&self.marks) {
                    for command in [1, 2] {
                        let entries: Vec<_> =
                            named.iter().map(|account| json!({"Member_Account": account, "Marks": marks})).collect();
                        let body = json!({"GroupId": GROUP, "CommandType": command, "MemberList": entries});
                        steps.push(call(caller, "v4/group_open_avchatroom_http_svc/modify_user_info", &body));
                    }
                }
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

fn call(caller: &str, path: &str, body: &serde_json::Value) -> Step {
    Step::new(0, json!({"do": "call", "as": caller, "path": path, "raw": body.to_string()}))
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
