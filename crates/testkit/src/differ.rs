//! One run of operations through all machines at once, and what must hold at every step.

mod seen;
mod tally;

use avmarks_generators::operations::Step;
use avmarks_protocol::Endpoint;
use avmarks_rules::internal::Filter;
use avmarks_rules::{MemberState, Policy, Room};
use avmarks_service::{App, Request, Violation, scenario::Scenario};
use avmarks_spec::{Limits, Mark, Timestamp, UserId};
use serde_json::Value;

use self::seen::{Seen, unchanged_but_by_time};
pub use self::tally::{Calls, Robots, Tally};
use crate::oracle::OracleMember;
use crate::rules_alone::RulesAlone;
use crate::{Machine, OracleMachine, Reply, service_with};

/// Runs `steps` under `limits`. At every step: the service says what the oracle says, and what the rules alone say; a dry
/// run has predicted it; all hold the same members, robots and administrators; nobody offline holds a mark; a robot is online
/// without a connection; no limit is passed; a refusal changes nothing but time. At step `restore_at` the service is written as a snapshot and goes on from that.
///
/// # Errors
///
/// What did not hold, with the scenario up to there.
pub fn differ(steps: &[Step], limits: Limits, restore_at: usize) -> Result<Tally, String> {
    let mut run = Run::new(limits);
    let mut at = 0;
    let mut lines = Vec::new();
    for (number, step) in steps.iter().enumerate() {
        let (now, line) = step.line(at);
        at = now;
        lines.push(line.clone());
        let error = |what: String| format!("{what}\nscenario:\n{}", lines.join("\n"));
        if number == restore_at {
            run.restore().map_err(error)?;
        }
        run.step(&line).map_err(error)?;
    }
    Ok(run.tally)
}

/// All machines at one place in their case.
#[derive(Clone)]
pub struct Run {
    service: Scenario,
    oracle: OracleMachine,
    alone: RulesAlone,
    limits: Limits,
    tally: Tally,
}

impl Run {
    /// All machines at their start, under these limits.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            service: service_with(limits),
            oracle: OracleMachine::with_limits(limits),
            alone: RulesAlone::with_limits(limits),
            limits,
            tally: Tally::default(),
        }
    }

    /// The service as it stands.
    #[must_use]
    pub const fn service(&self) -> &Scenario {
        &self.service
    }

    /// What the run has met so far.
    #[must_use]
    pub const fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Goes on from a snapshot of the service; the line count starts anew, so the oracle's answer is compared without it.
    ///
    /// # Errors
    ///
    /// Where a snapshot cannot be read, or one of what was read differs.
    pub fn restore(&mut self) -> Result<(), String> {
        let json = self.service.app().snapshot();
        let app = App::restore(&json).map_err(|error| format!("own snapshot not read: {error}"))?;
        if app.snapshot() != json {
            return Err("a snapshot of what was restored differs".to_owned());
        }
        self.service = Scenario::new(app);
        Ok(())
    }

    /// Gives all machines the next line, and counts what it met.
    ///
    /// # Errors
    ///
    /// What of [`differ`] did not hold.
    pub fn step(&mut self, line: &str) -> Result<(), String> {
        let before = Seen::all(self.service.app());
        let judged = self.judge(line)?;
        self.tally.count(&judged, &before, &Seen::all(self.service.app()));
        Ok(())
    }

    /// Gives all machines the next line, and counts nothing.
    pub(crate) fn judge(&mut self, line: &str) -> Result<Judged, String> {
        let value: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
        let predicted = self.predict(&value)?;
        let before = predicted.is_some().then(|| Seen::all(self.service.app()));
        let (Reply::Answer(said), Reply::Answer(oracle)) =
            (Machine::answer(&mut self.service, line)?, self.oracle.answer(line)?)
        else {
            return Err("the service or the oracle said nothing".to_owned());
        };
        let (ours, theirs) = (essence(said.clone()), essence(oracle));
        if ours != theirs {
            return Err(format!("the service and the oracle disagree\nservice: {ours}\noracle:  {theirs}"));
        }
        let because = reasons(&said);
        let alone = match self.alone.judge(&value, line)? {
            Reply::Answer(alone) => Some(alone),
            Reply::Unsupported => None,
        };
        let judged_alone = alone.is_some();
        if let Some(alone) = alone {
            // What let the call through on the way to the rooms is named behind the reasons of the room, and the order behind that.
            let mut reasons_alone = reasons(&alone);
            let by_order = reasons_alone.pop_if(|last| last == PRECEDENCE).is_some();
            let names_order = because.iter().any(|id| id == PRECEDENCE);
            if !because.starts_with(&reasons_alone) || names_order != by_order || essence(alone.clone()) != ours {
                return Err(format!("the service and the rules alone disagree\nservice: {said}\nalone:   {alone}"));
            }
        }
        let after = Seen::all(self.service.app());
        let endpoint = predicted.as_ref().and_then(|predicted| predicted.endpoint);
        if let (Some(predicted), Some(before), Some(answer)) = (predicted, before, said.get("answer")) {
            let Prediction { answer: dry, because: due, omitted, .. } = &predicted;
            if dry != answer || *due != because || *omitted != length(&said, "omitted") {
                return Err(format!("a dry run predicted {predicted:?}, and what came is {said}"));
            }
            if !is_served(answer) {
                unchanged_but_by_time(&before, &after, self.service.app().now())?;
            }
        }
        self.invariants(&after)?;
        Ok(Judged { said, endpoint, judged_alone })
    }

    /// What a dry run of the line says, if it is a call. The first violation must be the answer.
    fn predict(&self, line: &Value) -> Result<Option<Prediction>, String> {
        let text = |name: &str| line.get(name).and_then(Value::as_str);
        let (Some(path), Some(body)) = (text("path"), text("raw")) else { return Ok(None) };
        let at = Timestamp::from_millis(line.get("at").and_then(Value::as_u64).unwrap_or_default());
        let identifier = text("as").unwrap_or("administrator");
        let dry = self.service.app().dry_run(&Request::trusted(identifier, path, body.as_bytes()), at);
        let first = dry.violations.first().map(|first| first.code.number()).unwrap_or_default();
        if first != dry.answer.code.number() {
            return Err(format!("the first violation has code {first}, the answer {}", dry.answer.code));
        }
        if !dry.violations.is_sorted_by_key(|violation| violation.refusal.step()) {
            return Err(format!("violations out of order: {:?}", dry.violations));
        }
        let answer = serde_json::from_slice(&dry.answer.body).map_err(|error| error.to_string())?;
        let because: Vec<_> = dry.answer.because.iter().map(|basis| basis.id().to_owned()).collect();
        if !places_precedence(&because, Violation::by_precedence(&dry.violations)) {
            return Err(format!("`gap:precedence` at a wrong place in {because:?}: {:?}", dry.violations));
        }
        let omitted = dry.answer.omitted.len();
        Ok(Some(Prediction { endpoint: Endpoint::from_path(path), answer, because, omitted }))
    }

    /// What holds of every group after every step.
    fn invariants(&self, groups: &[Seen]) -> Result<(), String> {
        let app = self.service.app();
        for group in groups {
            let Seen { id, members, admins } = group;
            same_room(app.room(id), self.alone.rooms().get(id), members, app.now())?;
            let oracle = &self.oracle.oracle;
            let theirs = oracle.members(id.as_str()).unwrap_or_default();
            if members.len() != theirs.len() || !members.iter().zip(&theirs).all(|(ours, theirs)| is_same(ours, theirs))
            {
                return Err(format!("members of `{id}` differ\nservice: {members:?}\noracle:  {theirs:?}"));
            }
            let theirs = oracle.admins(id.as_str()).unwrap_or_default();
            if !admins.iter().map(UserId::as_str).eq(theirs.iter().map(String::as_str)) {
                return Err(format!("administrators of `{id}` differ\nservice: {admins:?}\noracle:  {theirs:?}"));
            }
            group.invariants(&self.limits)?;
        }
        Ok(())
    }
}

const PRECEDENCE: &str = "gap:precedence";

/// Where more than one rule is broken, and there alone, the order of the rules decided: `gap:precedence` is named, last but for
/// `gap:clock`.
fn places_precedence(because: &[String], decided: bool) -> bool {
    let unclocked = because.strip_suffix(&["gap:clock".to_owned()]).unwrap_or(because);
    let at = unclocked.iter().position(|id| id == PRECEDENCE);
    at.map(|at| at + 1) == decided.then_some(unclocked.len())
}

/// What all machines said to a line.
pub(crate) struct Judged {
    said: Value,
    /// The call that it was, where the path is one.
    endpoint: Option<Endpoint>,
    /// Whether the rules alone judged it too.
    judged_alone: bool,
}

/// What a dry run says of a call.
#[derive(Debug)]
struct Prediction {
    endpoint: Option<Endpoint>,
    answer: Value,
    because: Vec<String>,
    omitted: usize,
}

/// A room that nobody ticks answers every question like one that is ticked before each input.
fn same_room(
    ticked: Option<&Room>,
    lazy: Option<&Room>,
    members: &[MemberState],
    now: Timestamp,
) -> Result<(), String> {
    let (Some(ticked), Some(lazy)) = (ticked, lazy) else { return Err("a room is missing".to_owned()) };
    let theirs = lazy.members(now);
    let counts = (ticked.online_count(now), lazy.online_count(now));
    let online = members.iter().filter(|member| member.is_online()).count();
    if members != theirs || counts != (online, online) || ticked.admins() != lazy.admins() {
        return Err(format!("a room that is never ticked differs: {counts:?} online\n{members:?}\n{theirs:?}"));
    }
    for member in members {
        let account = &member.account;
        if [ticked, lazy].iter().any(|room| room.is_online(account, now) != member.is_online()) {
            return Err(format!("`{account}` is online to one question and offline to another: {members:?}"));
        }
    }
    let policy = Policy::default();
    let marks = [500, 600, 1_000, 1_001].into_iter().filter_map(|number| Mark::new(number).ok());
    for filter in marks.map(Filter::Holding).chain([Filter::Visible]) {
        let [ours, theirs] = [ticked, lazy].map(|room| room.list(filter, &policy, u64::MAX, now));
        if !ours.eq(theirs) {
            return Err(format!("a room that is never ticked shows others under {filter:?}"));
        }
    }
    Ok(())
}

/// Whether the service and the oracle say the same of a member or robot.
fn is_same(ours: &MemberState, theirs: &OracleMember) -> bool {
    let OracleMember { account, robot, connected, online, marks, pin_end, join_time } = theirs;
    ours.account.as_str() == account
        && (ours.robot, ours.connected, ours.is_online()) == (*robot, *connected, *online)
        && ours.marks.iter().map(|mark| mark.number()).eq(marks.iter().copied())
        && ours.pinned_until.map(Timestamp::as_millis) == *pin_end
        && ours.joined.as_millis() == *join_time
}

fn is_served(answer: &Value) -> bool {
    answer.get("ErrorCode") == Some(&Value::from(0))
}

fn reasons(said: &Value) -> Vec<String> {
    let because = said.get("because").and_then(Value::as_array).into_iter().flatten();
    because.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn length(said: &Value, list: &str) -> usize {
    said.get(list).and_then(Value::as_array).map_or(0, Vec::len)
}

/// What every machine must say alike: all but the line's number, the wording, and reasons beyond the deciding one of a
/// refusal.
pub(crate) fn essence(mut said: Value) -> Value {
    let Some(fields) = said.as_object_mut() else { return said };
    fields.remove("line");
    let mut refused = false;
    if let Some(answer) = fields.get_mut("answer") {
        refused = !is_served(answer);
        answer.as_object_mut().and_then(|answer| answer.remove("ErrorInfo"));
    }
    if let Some(because) = fields.get_mut("because").and_then(Value::as_array_mut) {
        because.truncate(usize::from(refused));
    }
    said
}
