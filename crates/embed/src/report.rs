//! The results of accounts and of the calls that named them, for a whole job and for one answer.

use avmarks_client::{AccountReport, Anomaly, Attempt, AttemptResult, CallRecord, Job, Outcome, Plan, State};
use avmarks_spec::{Clause, Mark};
use serde::Serialize;
use serde::ser::SerializeMap;

use crate::reply::Whole;

/// The result of every account of a job.
#[derive(Serialize)]
pub struct ReportJson<'a> {
    pub plans: Vec<PlanJson<'a>>,
    /// The calls that have ended.
    pub calls: Vec<CallJson<'a>>,
}

impl<'a> ReportJson<'a> {
    #[must_use]
    pub fn of(job: &'a Job) -> Self {
        let mut plans: Vec<_> = job.plans().map(|plan| (plan, Vec::new())).collect();
        for account in job.report().accounts() {
            if let Some((_, accounts)) = plans.get_mut(account.plan) {
                accounts.push(AccountJson::of(account));
            }
        }
        Self {
            plans: plans.into_iter().map(|(plan, accounts)| PlanJson::of(plan, accounts)).collect(),
            calls: job.calls().iter().map(CallJson::of).collect(),
        }
    }
}

/// The results of the accounts of a plan.
#[derive(Serialize)]
pub struct PlanJson<'a> {
    change: &'static str,
    group: &'a str,
    counts: Counts,
    accounts: Vec<AccountJson<'a>>,
}

impl<'a> PlanJson<'a> {
    fn of(plan: &'a Plan, accounts: Vec<AccountJson<'a>>) -> Self {
        let states = State::of_kind(plan.kind()).iter().map(|state| state.name());
        let count = |state: &str| accounts.iter().filter(|account| account.state == state).count();
        Self {
            change: plan.kind().name(),
            group: plan.group().as_str(),
            counts: Counts(states.map(|state| (state, count(state))).collect(), accounts.len()),
            accounts,
        }
    }
}

/// Accounts in each state in which they may be, the best first, and how many there are.
pub struct Counts(Vec<(&'static str, usize)>, usize);

impl Serialize for Counts {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len() + 1))?;
        for (state, accounts) in &self.0 {
            map.serialize_entry(state, accounts)?;
        }
        map.serialize_entry("total", &self.1)?;
        map.end()
    }
}

/// An account and its result.
#[derive(Serialize)]
pub struct AccountJson<'a> {
    account: &'a str,
    marks: Vec<u32>,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    applied: Option<Vec<u32>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    omitted: Option<Vec<u32>>,
    /// The clause that a guess at the reason rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    likely: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<Whole<i64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    info: Option<&'a str>,
    message: String,
    random: Option<u32>,
}

impl<'a> AccountJson<'a> {
    pub(crate) fn of(report: AccountReport<'a>) -> Self {
        let numbers = |marks: &[Mark]| marks.iter().map(|mark| mark.number()).collect::<Vec<_>>();
        let mut account = Self {
            account: report.account,
            marks: numbers(report.marks),
            state: report.outcome.state().name(),
            applied: None,
            omitted: None,
            likely: None,
            code: None,
            info: None,
            message: report.outcome.to_string(),
            random: report.random,
        };
        match report.outcome {
            Outcome::Partial { applied, omitted, likely } => {
                account.applied = Some(numbers(&applied));
                account.omitted = Some(numbers(&omitted));
                account.likely = likely.map(Clause::id);
            }
            Outcome::Omitted { likely } => account.likely = likely.map(Clause::id),
            Outcome::Refused { code, info } => {
                account.code = Some(Whole(code.number()));
                account.info = info;
            }
            Outcome::Applied | Outcome::Accepted | Outcome::Unconfirmed { .. } | Outcome::NotSent { .. } => {}
        }
        account
    }
}

#[derive(Serialize)]
pub struct CallJson<'a> {
    plan: usize,
    first: usize,
    accounts: usize,
    end: &'static str,
    attempts: Vec<AttemptJson<'a>>,
}

impl<'a> CallJson<'a> {
    fn of(record: &'a CallRecord) -> Self {
        Self {
            plan: record.plan(),
            first: record.range().start,
            accounts: record.range().len(),
            end: match record.is_answered() {
                true => "done",
                false if record.is_split() => "split",
                false => "abandoned",
            },
            attempts: record.attempts().iter().map(AttemptJson::of).collect(),
        }
    }
}

#[derive(Serialize)]
pub struct AttemptJson<'a> {
    random: u32,
    sent_at_ms: Whole<u64>,
    ended_at_ms: Whole<u64>,
    #[serde(flatten)]
    result: ResultJson<'a>,
}

impl<'a> AttemptJson<'a> {
    fn of(one: &'a Attempt) -> Self {
        Self {
            random: one.random(),
            sent_at_ms: Whole(one.sent_at().as_millis()),
            ended_at_ms: Whole(one.ended_at().as_millis()),
            result: ResultJson::of(one),
        }
    }
}

/// What came back.
#[derive(Serialize)]
pub struct ResultJson<'a> {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<Whole<i64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    info: Option<&'a str>,
    message: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
}

impl<'a> ResultJson<'a> {
    pub(crate) fn of(one: &'a Attempt) -> Self {
        let result = one.result();
        let refusal = match result {
            AttemptResult::Refused { code, info } => Some((code.number(), info.as_deref())),
            _ => None,
        };
        Self {
            status: match result {
                AttemptResult::Served { .. } => "served",
                AttemptResult::Accepted => "accepted",
                AttemptResult::Refused { .. } => "refused",
                AttemptResult::IncompleteAnswer(_) => "unknown",
                AttemptResult::UnexpectedResponse(_) => "not_from_service",
                _ => "failed",
            },
            code: refusal.map(|(code, _)| Whole(code)),
            info: refusal.and_then(|(_, info)| info),
            message: result.to_string(),
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
