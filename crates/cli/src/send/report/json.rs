//! The report for programs; docs/send.md of the project has its fields.

use std::collections::BTreeMap;

use avmarks_client::{AccountReport, Anomaly, Attempt, AttemptResult, CallRecord, Outcome, Plan, PlanKind};
use serde::{Serialize, Serializer};

use super::hint::Hint;

impl Serialize for super::Report<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Report::of(self).serialize(serializer)
    }
}

#[derive(Serialize)]
struct Report<'a> {
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    dry_run: bool,
    #[serde(rename = "change")]
    kind: Option<PlanKind>,
    group: Option<&'a str>,
    counts: BTreeMap<&'static str, usize>,
    /// Accounts that an earlier run has settled.
    earlier: usize,
    accounts: Vec<Account<'a>>,
    calls: Vec<Call<'a>>,
    hints: Vec<Hint>,
}

#[derive(Serialize)]
struct Account<'a> {
    account: &'a str,
    marks: Vec<u32>,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    applied: Option<Vec<u32>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<Vec<u32>>,
    /// The clause that the guess rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    likely: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    info: Option<&'a str>,
    message: String,
    random: Option<u32>,
}

#[derive(Serialize)]
struct Call<'a> {
    first: usize,
    accounts: usize,
    end: &'static str,
    tries: Vec<OneTry<'a>>,
}

#[derive(Serialize)]
struct OneTry<'a> {
    random: u32,
    sent_at: u64,
    ended_at: u64,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    info: Option<&'a str>,
    message: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
}

impl<'a> Report<'a> {
    fn of(report: &super::Report<'a>) -> Self {
        let plan = report.job.plans().next();
        let states = plan.map(|plan| plan.kind().states()).unwrap_or_default();
        let counts = states.iter().map(|state| (state.name(), report.report.count(*state)));
        Self {
            dry_run: report.shown.is_dry_run,
            kind: plan.map(Plan::kind),
            group: plan.map(|plan| plan.group().as_str()),
            counts: counts.chain([("total", report.report.total())]).collect(),
            earlier: report.shown.earlier,
            accounts: report.accounts().map(Account::of).collect(),
            calls: report.job.calls().iter().map(Call::of).collect(),
            hints: report.hints(),
        }
    }
}

impl<'a> Account<'a> {
    fn of(report: AccountReport<'a>) -> Self {
        let numbers = |marks: &[avmarks_spec::Mark]| marks.iter().map(|mark| mark.number()).collect::<Vec<_>>();
        let (mut applied, mut missing, mut likely, mut code, mut info) = (None, None, None, None, None);
        match &report.outcome {
            Outcome::Partial { applied: done, omitted: left, likely: guess } => {
                (applied, missing, likely) = (Some(numbers(done)), Some(numbers(left)), *guess);
            }
            Outcome::Omitted { likely: guess } => likely = *guess,
            Outcome::Refused { code: found, info: text } => (code, info) = (Some(found.number()), *text),
            Outcome::Applied | Outcome::Accepted | Outcome::Unconfirmed { .. } | Outcome::NotSent { .. } => {}
        }
        Self {
            account: report.account,
            marks: numbers(report.marks),
            state: report.outcome.state().name(),
            applied,
            missing,
            likely: likely.map(avmarks_spec::Clause::id),
            code,
            info,
            message: report.outcome.to_string(),
            random: report.random,
        }
    }
}

impl<'a> Call<'a> {
    fn of(record: &'a CallRecord) -> Self {
        Self {
            first: record.range().start,
            accounts: record.range().len(),
            end: match record.is_answered() {
                true => "done",
                false if record.is_split() => "split",
                false => "abandoned",
            },
            tries: record.attempts().iter().map(OneTry::of).collect(),
        }
    }
}

impl<'a> OneTry<'a> {
    fn of(one: &'a Attempt) -> Self {
        let status = match one.result() {
            AttemptResult::Served { .. } => "served",
            AttemptResult::Accepted => "accepted",
            AttemptResult::Refused { .. } => "refused",
            AttemptResult::IncompleteAnswer(_) => "unknown",
            AttemptResult::UnexpectedResponse(_) => "not_from_service",
            _ => "failed",
        };
        let (code, info) = match one.result() {
            AttemptResult::Refused { code, info } => (Some(code.number()), info.as_deref()),
            _ => (None, None),
        };
        Self {
            random: one.random(),
            sent_at: one.sent_at().as_millis(),
            ended_at: one.ended_at().as_millis(),
            status,
            code,
            info,
            message: one.result().to_string(),
            warnings: one.anomalies().iter().map(warning).collect(),
        }
    }
}

fn warning(anomaly: &Anomaly) -> String {
    match anomaly {
        Anomaly::CodeAsText => "code-as-text".to_owned(),
        Anomaly::HttpStatus(status) => format!("status {status}"),
        Anomaly::UnrequestedAccounts(accounts) => format!("unrequested-accounts {accounts}"),
        Anomaly::Signature => "signature".to_owned(),
        Anomaly::StatusContradictsCode => "status-contradicts-code".to_owned(),
        Anomaly::RepeatedAccounts(accounts) => format!("repeated-accounts {accounts}"),
        Anomaly::UnrequestedMarks(accounts) => format!("unrequested-marks {accounts}"),
        other => format!("{other:?}"),
    }
}
