//! One run of operations through all machines at once, and what must hold at every step.

use std::collections::{BTreeMap, BTreeSet};

use avmarks_generators::operations::Step;
use avmarks_rules::{Filter, MemberView, Policy, Room};
use avmarks_service::{App, Call, Scenario};
use avmarks_spec::{Clause, GroupId, Limits, Mark, Timestamp};
use serde_json::Value;

use crate::oracle::OracleMember;
use crate::rules_alone::RulesAlone;
use crate::{Machine, OracleMachine, Said, service_with};

/// Numbers of a run, to show that it met what it was meant to meet.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Steps made.
    pub steps: u64,
    /// Calls among them.
    pub calls: u64,
    /// Calls that were refused.
    pub refusals: u64,
    /// Calls that the rules alone judged too.
    pub judged_alone: u64,
    /// Marks that were left out.
    pub omissions: u64,
    /// Pins that came to their end.
    pub expired: u64,
    /// The clauses that decided a refusal.
    pub clauses: BTreeSet<Clause>,
}

impl Tally {
    /// Adds the numbers of another run.
    pub fn add(&mut self, other: &Self) {
        self.steps += other.steps;
        self.calls += other.calls;
        self.refusals += other.refusals;
        self.judged_alone += other.judged_alone;
        self.omissions += other.omissions;
        self.expired += other.expired;
        self.clauses.extend(&other.clauses);
    }

    fn count(&mut self, said: &Value) {
        self.omissions += length(said, "omitted") as u64;
        let events = said.get("events").and_then(Value::as_array).into_iter().flatten();
        self.expired += events.filter(|event| event.get("event") == Some(&"pin_expired".into())).count() as u64;
        let Some(answer) = said.get("answer") else { return };
        self.calls += 1;
        if answer.get("ErrorCode") != Some(&Value::from(0)) {
            self.refusals += 1;
            let decided = said.get("because").and_then(Value::as_array).and_then(|because| because.first());
            self.clauses.extend(decided.and_then(Value::as_str).and_then(Clause::parse));
        }
    }
}

/// Runs `steps` under `limits`. At every step: the service says what the oracle says, and what the rules alone say; a dry
/// run has foreseen it; both hold the same members; nobody offline holds a mark; no limit is passed; a refusal
/// changes nothing but time. At step `restore_at` the service is written as a snapshot and goes on from that.
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
        let before = members(self.service.app());
        let foreseen = self.foresee(line)?;
        let Said::Answer(said) = Machine::answer(&mut self.service, line)? else { return Ok(()) };
        let Said::Answer(oracle) = self.oracle.answer(line)? else { return Ok(()) };
        let (ours, theirs) = (essence(&said), essence(&oracle));
        if ours != theirs {
            return Err(format!("the service and the oracle disagree\nservice: {ours}\noracle:  {theirs}"));
        }
        if let Said::Answer(alone) = self.alone.answer(line)? {
            self.tally.judged_alone += 1;
            if essence(&alone) != ours || !grounds(&said).starts_with(&grounds(&alone)) {
                return Err(format!("the service and the rules alone disagree\nservice: {said}\nalone:   {alone}"));
            }
        }
        self.tally.count(&said);
        if let Some(answer) = said.get("answer") {
            let refused = answer.get("ErrorCode") != Some(&Value::from(0));
            let foreseen = foreseen.unwrap_or_default();
            if foreseen.0 != *answer || foreseen.1 != grounds(&said) || foreseen.2 != length(&said, "omitted") {
                return Err(format!("a dry run foresaw {foreseen:?}, and what came is {said}"));
            }
            if refused {
                unchanged_but_by_time(&before, self.service.app())?;
            }
        }
        self.invariants()
    }

    /// What a dry run of the line says, where it is a call. The first violation must be the answer.
    fn foresee(&self, line: &str) -> Result<Option<(Value, Vec<String>, usize)>, String> {
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
        let because = dry.answer.because.iter().map(|basis| basis.id().to_owned()).collect();
        Ok(Some((answer, because, dry.answer.omitted.len())))
    }

    fn invariants(&self) -> Result<(), String> {
        let app = self.service.app();
        for (id, ours) in members(app) {
            same_room(app.room(&id), self.alone.rooms().get(&id), app.latest())?;
            let theirs = self
                .oracle
                .oracle
                .members(id.as_str())
                .map(|members| members.iter().map(oracle_text).collect::<Vec<_>>().join("\n"));
            let text = ours.iter().map(member_text).collect::<Vec<_>>().join("\n");
            if theirs.as_ref() != Some(&text) {
                return Err(format!(
                    "members of `{id}` differ\nservice:\n{text}\noracle:\n{}",
                    theirs.unwrap_or_default()
                ));
            }
            let mut holders = BTreeMap::<Mark, usize>::new();
            for member in &ours {
                // CLEAR-OFFLINE
                if !member.online && !member.marks.is_empty() {
                    return Err(format!("an offline member holds marks: {member:?}"));
                }
                member.marks.iter().for_each(|mark| *holders.entry(*mark).or_default() += 1);
            }
            // MEMBERS-PER-MARK and MARKS-PER-GROUP
            let custom = holders.keys().filter(|mark| !mark.is_special()).count();
            if holders.values().any(|count| *count > self.limits.members_per_mark_max)
                || custom > self.limits.marks_per_group_max
            {
                return Err(format!("a limit is passed in `{id}`: {holders:?}"));
            }
        }
        Ok(())
    }
}

fn members(app: &App) -> Vec<(GroupId, Vec<MemberView>)> {
    app.groups().filter_map(|id| Some((id, app.room(&id)?.members(app.latest())))).collect()
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

/// A refusal changes nothing: who was there is there still, and marks may be fewer only where a pin has ended.
fn unchanged_but_by_time(before: &[(GroupId, Vec<MemberView>)], app: &App) -> Result<(), String> {
    let now = app.latest();
    for (id, before) in before {
        let after = app.room(id).map(|room| room.members(now)).unwrap_or_default();
        let expected: Vec<_> = before.iter().filter_map(|member| as_of(member, now)).collect();
        if after != expected {
            return Err(format!("a refusal changed `{id}`\nbefore: {expected:?}\nafter:  {after:?}"));
        }
    }
    Ok(())
}

/// The member once time alone has passed (`PIN-500`); a robot whose 500 has ended is gone.
fn as_of(member: &MemberView, now: Timestamp) -> Option<MemberView> {
    let mut member = member.clone();
    if member.pinned_until.is_some_and(|end| end <= now) {
        member.pinned_until = None;
        member.online = member.connected;
        member.marks.retain(|mark| *mark != Mark::PINNED && member.connected);
        if member.robot {
            return None;
        }
    }
    Some(member)
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
