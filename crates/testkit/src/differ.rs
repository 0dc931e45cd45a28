//! One run of operations through all machines at once, and what must hold at every step.

mod seen;
mod tally;

use avmarks_generators::operations::Step;
use avmarks_rules::{Filter, MemberView, Policy, Room};
use avmarks_service::{App, Call, Scenario, Violation};
use avmarks_spec::{Limits, Mark, Timestamp, UserId};
use serde_json::Value;

use self::seen::{Seen, unchanged_but_by_time};
pub use self::tally::{Calls, Robots, Tally};
use crate::oracle::OracleMember;
use crate::rules_alone::RulesAlone;
use crate::{Machine, OracleMachine, Said, service_with};

/// Runs `steps` under `limits`. At every step: the service says what the oracle says, and what the rules alone say; a dry
/// run has foreseen it; all hold the same members, robots and administrators; nobody offline holds a mark; a robot is online
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
        let fault = |what: String| format!("{what}\nscenario:\n{}", lines.join("\n"));
        if number == restore_at {
            run.restore().map_err(fault)?;
        }
        run.step(&line).map_err(fault)?;
    }
    Ok(run.tally)
}

/// All machines at one place in their story.
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
        let app = App::restore(&json).map_err(|fault| format!("own snapshot not read: {fault}"))?;
        if app.snapshot() != json {
            return Err("a snapshot of what was restored differs".to_owned());
        }
        self.service = Scenario::new(app);
        Ok(())
    }

    /// Gives all machines the next line.
    ///
    /// # Errors
    ///
    /// What of [`differ`] did not hold.
    pub fn step(&mut self, line: &str) -> Result<(), String> {
        self.tally.steps += 1;
        let before = Seen::all(self.service.app());
        let foreseen = self.foresee(line)?;
        let Said::Answer(said) = Machine::answer(&mut self.service, line)? else { return Ok(()) };
        let Said::Answer(oracle) = self.oracle.answer(line)? else { return Ok(()) };
        let (ours, theirs) = (essence(&said), essence(&oracle));
        if ours != theirs {
            return Err(format!("the service and the oracle disagree\nservice: {ours}\noracle:  {theirs}"));
        }
        if let Said::Answer(alone) = self.alone.answer(line)? {
            self.tally.judged_alone += 1;
            // What let the call through on the way to the rooms is named behind the grounds of the room, and the order behind that.
            let mut grounds_alone = grounds(&alone);
            let by_order = grounds_alone.pop_if(|last| last == "gap:precedence").is_some();
            let all = grounds(&said);
            let names_order = all.iter().any(|id| id == "gap:precedence");
            if essence(&alone) != ours || !all.starts_with(&grounds_alone) || names_order != by_order {
                return Err(format!("the service and the rules alone disagree\nservice: {said}\nalone:   {alone}"));
            }
        }
        let after = Seen::all(self.service.app());
        self.tally.count(foreseen.as_ref().map(|foreseen| &*foreseen.path), &said);
        self.tally.compare(&before, &after);
        if let Some(answer) = said.get("answer") {
            let refused = answer.get("ErrorCode") != Some(&Value::from(0));
            let foreseen = foreseen.unwrap_or_default();
            let Foreseen { answer: dry, because, omitted, .. } = &foreseen;
            if dry != answer || *because != grounds(&said) || *omitted != length(&said, "omitted") {
                return Err(format!("a dry run foresaw {foreseen:?}, and what came is {said}"));
            }
            if refused {
                unchanged_but_by_time(&before, &after, self.service.app().latest())?;
            }
        }
        self.invariants(&after)
    }

    /// What a dry run of the line says, where it is a call. The first violation must be the answer.
    fn foresee(&self, line: &str) -> Result<Option<Foreseen>, String> {
        let line: Value = serde_json::from_str(line).map_err(|fault| fault.to_string())?;
        let text = |name: &str| line.get(name).and_then(Value::as_str);
        let (Some(path), Some(body)) = (text("path"), text("raw")) else { return Ok(None) };
        let at = Timestamp::from_millis(line.get("at").and_then(Value::as_u64).unwrap_or_default());
        let identifier = text("as").unwrap_or("administrator");
        let dry = self.service.app().dry_run_call(&Call { identifier, path, body: body.as_bytes() }, at);
        let first = dry.violations.first().map(|first| first.code.number()).unwrap_or_default();
        if first != dry.answer.code.number() {
            return Err(format!("the first violation has code {first}, the answer {}", dry.answer.code));
        }
        if !dry.violations.is_sorted_by_key(|violation| violation.reason.step()) {
            return Err(format!("violations out of order: {:?}", dry.violations));
        }
        let answer = serde_json::from_slice(&dry.answer.body).map_err(|fault| fault.to_string())?;
        let because: Vec<_> = dry.answer.because.iter().map(|basis| basis.id().to_owned()).collect();
        if !places_precedence(&because, Violation::by_precedence(&dry.violations)) {
            return Err(format!("`gap:precedence` at a wrong place in {because:?}: {:?}", dry.violations));
        }
        Ok(Some(Foreseen { path: path.to_owned(), answer, because, omitted: dry.answer.omitted.len() }))
    }

    /// What holds of every group after every step.
    fn invariants(&self, groups: &[Seen]) -> Result<(), String> {
        let app = self.service.app();
        for group in groups {
            let Seen { id, members, admins } = group;
            same_room(app.room(id), self.alone.rooms().get(id), app.latest())?;
            let oracle = &self.oracle.oracle;
            let theirs = oracle
                .members(id.as_str())
                .map(|members| members.iter().map(oracle_text).collect::<Vec<_>>().join("\n"));
            let text = members.iter().map(member_text).collect::<Vec<_>>().join("\n");
            if theirs.as_ref() != Some(&text) {
                return Err(format!(
                    "members of `{id}` differ\nservice:\n{text}\noracle:\n{}",
                    theirs.unwrap_or_default()
                ));
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

/// Where more than one rule is broken, and there alone, the order of the rules decided: `gap:precedence` is named, last but for
/// `gap:clock`.
fn places_precedence(because: &[String], decided: bool) -> bool {
    let unclocked = because.strip_suffix(&["gap:clock".to_owned()]).unwrap_or(because);
    let at = unclocked.iter().position(|id| id == "gap:precedence");
    at.map(|at| at + 1) == decided.then_some(unclocked.len())
}

/// What a dry run says of a call.
#[derive(Debug, Default)]
struct Foreseen {
    path: String,
    answer: Value,
    because: Vec<String>,
    omitted: usize,
}

/// A room that nobody ticks answers every question like one that is ticked before each input.
fn same_room(ticked: Option<&Room>, lazy: Option<&Room>, now: Timestamp) -> Result<(), String> {
    let (Some(ticked), Some(lazy)) = (ticked, lazy) else { return Err("a room is missing".to_owned()) };
    let (ours, theirs) = (ticked.members(now), lazy.members(now));
    let counts = (ticked.online_count(now), lazy.online_count(now));
    let online = ours.iter().filter(|member| member.online).count();
    if ours != theirs || counts != (online, online) {
        return Err(format!("a room that is never ticked differs: {counts:?} online\n{ours:?}\n{theirs:?}"));
    }
    let present = |room: &Room| ours.iter().map(|member| room.is_online(&member.account, now)).collect::<Vec<_>>();
    if present(ticked) != present(lazy) || ticked.admins() != lazy.admins() {
        return Err(format!(
            "a room that is never ticked says others are online, or has other administrators: {ours:?}"
        ));
    }
    let policy = Policy::default();
    let marks = [500, 600, 1_000, 1_001].into_iter().filter_map(|number| Mark::new(number).ok());
    for filter in marks.map(Filter::Holding).chain([Filter::Visible]) {
        let shown =
            |room: &Room| room.list(filter, &policy, u64::MAX, now).map(|member| member.place).collect::<Vec<_>>();
        if shown(ticked) != shown(lazy) {
            return Err(format!("a room that is never ticked shows others under {filter:?}"));
        }
    }
    Ok(())
}

fn member_text(member: &MemberView) -> String {
    let marks: Vec<_> = member.marks.iter().map(|mark| mark.number()).collect();
    let until = member.pinned_until.map(Timestamp::as_millis);
    let (account, joined) = (member.account.as_str(), member.joined.as_millis());
    format!(
        "{account:?} connected {} robot {} online {} marks {marks:?} until {until:?} joined {joined}",
        member.connected, member.robot, member.online
    )
}

fn oracle_text(member: &OracleMember) -> String {
    let OracleMember { account, connected, online, marks, pin_end, join_time, robot } = member;
    format!(
        "{account:?} connected {connected} robot {robot} online {online} marks {marks:?} until {pin_end:?} joined {join_time}"
    )
}

fn grounds(said: &Value) -> Vec<String> {
    let because = said.get("because").and_then(Value::as_array).into_iter().flatten();
    because.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn length(said: &Value, list: &str) -> usize {
    said.get(list).and_then(Value::as_array).map_or(0, Vec::len)
}

/// What every machine must say alike: all but the line's number, the wording, and grounds beyond the deciding one of a
/// refusal.
pub(crate) fn essence(said: &Value) -> Value {
    let mut said = said.clone();
    let Some(fields) = said.as_object_mut() else { return said };
    fields.remove("line");
    let mut refused = false;
    if let Some(answer) = fields.get_mut("answer").and_then(Value::as_object_mut) {
        answer.remove("ErrorInfo");
        refused = answer.get("ErrorCode") != Some(&Value::from(0));
    }
    if let Some(because) = fields.get_mut("because").and_then(Value::as_array_mut) {
        because.truncate(usize::from(refused));
    }
    said
}
