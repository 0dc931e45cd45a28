//! The results of the accounts: a summary as text, everything as JSON.

mod hint;
mod json;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use avmarks_client::{AccountReport, AttemptResult, Job, Outcome, Plan, PlanKind, State, TransportError};
use avmarks_protocol::ErrorCode;
use avmarks_spec::Clause;

use crate::error::count_of;
use crate::output::{BAD, FAINT, Foreign, GOOD, HEAD, Verdict};
pub(super) use hint::Hint;

/// Accounts that are named of each outcome, unless all are asked for.
const NAMED_MAX: usize = 3;

/// The options of a report, and the kind of its run.
#[derive(Clone, Copy, Debug)]
pub(super) struct ReportOptions {
    /// Every account by itself.
    pub(super) all: bool,
    /// Accounts that an earlier run has settled.
    pub(super) earlier: usize,
    /// Whether nothing was sent.
    pub(super) is_dry_run: bool,
}

/// The results of the accounts of a job with one plan.
pub(super) struct Report<'a> {
    job: &'a Job,
    report: avmarks_client::Report<'a>,
    options: ReportOptions,
    /// The clauses that refusals are based on, by code, if an app in this process refused.
    clauses: BTreeMap<ErrorCode, BTreeSet<Clause>>,
}

impl<'a> Report<'a> {
    pub(super) fn of(job: &'a Job, options: ReportOptions) -> Self {
        Self { job, report: job.report(), options, clauses: BTreeMap::new() }
    }

    /// The same with the clauses that the refusals are based on.
    pub(super) fn because(self, clauses: BTreeMap<ErrorCode, BTreeSet<Clause>>) -> Self {
        Self { clauses, ..self }
    }

    /// All, some or none.
    pub(super) fn verdict(&self) -> Verdict {
        match self.done() {
            all if all == self.report.total() => Verdict::Accepted,
            0 if self.report.count(State::Partial) == 0 => Verdict::Refused,
            _ => Verdict::Partly,
        }
    }

    /// Accounts that were served, as far as the answers show; for robots, those of accepted calls.
    fn done(&self) -> usize {
        self.report.count(State::Applied) + self.report.count(State::Accepted)
    }

    fn accounts(&self) -> impl Iterator<Item = AccountReport<'a>> {
        self.report.accounts()
    }

    /// The accounts by state and reason, the first few of each named.
    fn groups(&self) -> Vec<Group<'a>> {
        let mut groups: BTreeMap<(State, String), Group<'a>> = BTreeMap::new();
        for account in self.accounts() {
            let (state, reason) = (account.outcome.state(), reason(&account.outcome));
            // `ErrorInfo` may name the account: refused accounts are grouped by their code, with the first text.
            let key = match &account.outcome {
                Outcome::Refused { code, .. } => code.to_string(),
                _ => reason.clone(),
            };
            let group =
                groups.entry((state, key)).or_insert_with(|| Group { state, reason, count: 0, first: Vec::new() });
            group.count += 1;
            if group.first.len() < NAMED_MAX {
                group.first.push(account.account);
            }
        }
        groups.into_values().collect()
    }
}

/// Accounts of which the same became for the same reason.
struct Group<'a> {
    state: State,
    reason: String,
    count: usize,
    first: Vec<&'a str>,
}

/// Why, as far as that is more than the state says.
fn reason(outcome: &Outcome<'_>) -> String {
    match outcome {
        Outcome::Applied => String::new(),
        Outcome::Accepted => {
            "not confirmed: the answer names no account; `avmarks send check` tells who is online".to_owned()
        }
        Outcome::Partial { likely: Some(clause), .. } | Outcome::Omitted { likely: Some(clause) } => {
            format!("{} ({clause})", outcome.reason())
        }
        Outcome::Partial { .. } | Outcome::Omitted { .. } => outcome.reason(),
        Outcome::Unconfirmed { last: Some(last) } => last.to_string(),
        Outcome::NotSent { reason } => reason.to_string(),
        Outcome::Refused { code, info: Some(info) } => format!("{code}: {info}"),
        Outcome::Refused { code, info: None } => code.to_string(),
        Outcome::Unconfirmed { last: None } => outcome.to_string(),
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.options.all {
            for AccountReport { account, marks, outcome, .. } in self.accounts() {
                let marks: Vec<_> = marks.iter().map(ToString::to_string).collect();
                let style = style(outcome.state());
                writeln!(f, "{}  {FAINT}{}{FAINT:#}  {style}{outcome}{style:#}", Foreign(account), marks.join(","))?;
            }
        }
        self.headline(f)?;
        for Group { state, reason, count, first } in self.groups() {
            let style = style(state);
            let name = state.name();
            write!(f, "  {style}{name:11}{style:#}  {count:>7}")?;
            if !reason.is_empty() {
                write!(f, "  {}", Foreign(&reason))?;
            }
            if !matches!(state, State::Applied | State::Accepted) && !self.options.all {
                let named: Vec<_> = first.iter().map(|account| Foreign(account).to_string()).collect();
                let more = count - first.len();
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                write!(f, ": {FAINT}{}{more}{FAINT:#}", named.join(", "))?;
            }
            writeln!(f)?;
        }
        self.calls(f)?;
        self.hints().iter().try_for_each(|hint| hint.fmt(f))
    }
}

impl Report<'_> {
    fn headline(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(plan) = self.job.plans().next() else { return Ok(()) };
        let (done, total) = (self.done(), self.report.total());
        let (said, style) = match self.verdict() {
            Verdict::Accepted => ("all", GOOD),
            Verdict::Partly => ("some", BAD),
            Verdict::Refused => ("none", BAD),
        };
        let (how, what) = match plan.kind() {
            PlanKind::SetMarks => ("applied", "marks set for"),
            PlanKind::DeleteMarks => ("applied", "marks deleted for"),
            PlanKind::AddRobots => ("accepted", "adding robots,"),
            PlanKind::DeleteRobots => ("accepted", "deleting robots,"),
        };
        let would = if self.options.is_dry_run { "dry run, nothing was sent: " } else { "" };
        let group = Foreign(plan.group().as_str());
        let accounts = if total == 1 { "account" } else { "accounts" };
        write!(f, "{would}{style}{said} {how}{style:#}: {what} {done} of {total} {accounts} in {HEAD}{group}{HEAD:#}")?;
        match self.options.earlier {
            0 => writeln!(f),
            earlier => writeln!(f, ", {earlier} answered in an earlier run"),
        }
    }

    /// How many calls and tries there were, and what happened to those that were not served.
    fn calls(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let calls = self.job.calls();
        let tries = || calls.iter().flat_map(avmarks_client::CallRecord::attempts);
        let mut mishaps: BTreeMap<String, usize> = BTreeMap::new();
        for mishap in tries().filter_map(|one| mishap(one.result())) {
            *mishaps.entry(mishap).or_default() += 1;
        }
        for anomaly in tries().flat_map(avmarks_client::Attempt::anomalies) {
            *mishaps.entry(format!("with a warning: {anomaly}")).or_default() += 1;
        }
        write!(f, "{HEAD}calls{HEAD:#}  {} in {}", calls.len(), count_of(tries().count(), "attempt", "attempts"))?;
        let mishaps: Vec<_> = mishaps.iter().map(|(what, count)| format!("{count} {what}")).collect();
        match mishaps.as_slice() {
            [] => writeln!(f),
            mishaps => writeln!(f, "; {}", mishaps.join(", ")),
        }
    }

    /// What to do about each code with which accounts were refused.
    fn hints(&self) -> Vec<Hint> {
        let Some(kind) = self.job.plans().next().map(Plan::kind) else { return Vec::new() };
        let codes = self.accounts().filter_map(|account| match account.outcome {
            Outcome::Refused { code, .. } => Some(code),
            _ => None,
        });
        let codes: BTreeSet<_> = codes.collect();
        let none = BTreeSet::new();
        codes.into_iter().map(|code| Hint::new(code, kind, self.clauses.get(&code).unwrap_or(&none))).collect()
    }
}

fn style(state: State) -> anstyle::Style {
    match state {
        State::Applied | State::Accepted => GOOD,
        State::Partial | State::Omitted | State::NotSent => HEAD,
        State::Refused | State::Unconfirmed => BAD,
    }
}

/// The result of an attempt that was not served, in a few words; the JSON has all details.
fn mishap(result: &AttemptResult) -> Option<String> {
    let said = match result {
        AttemptResult::Served { .. } | AttemptResult::Accepted => return None,
        AttemptResult::Refused { code, .. } => return Some(format!("refused with {code}")),
        AttemptResult::IncompleteAnswer(_) => "served without telling whom",
        AttemptResult::UnexpectedResponse(_) => "answered by something that is not the service",
        AttemptResult::Failed(TransportError::NotSent { .. } | TransportError::Unusable { .. }) => "not sent",
        AttemptResult::Failed(TransportError::ConnectionLost { .. }) => "lost with the connection",
        AttemptResult::Failed(TransportError::TimedOut) => "without an answer in time",
        _ => "of another kind",
    };
    Some(said.to_owned())
}
