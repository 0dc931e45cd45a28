//! `answer`: what a response says of each account of its request.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use avmarks_client::{
    AttemptResult, Backoff, Job, JobSettings, Outcome, Pace, PaceSettings, Plan, PlanSettings, RetrySettings,
    SignatureSettings, Signer, Step,
};
use avmarks_protocol::secret::SecretKey;
use avmarks_protocol::{Action, SdkAppId, add_robots, modify_user_info};
use avmarks_spec::readings::AccountId;
use avmarks_spec::{Timestamp, UserId};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::error::RequestError;
use crate::job::{response, status};
use crate::reply::{Whole, json};
use crate::report::{AccountJson, ResultJson};
use crate::request::Request;
use crate::shape::Number;

#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow)]
    endpoint: Cow<'a, str>,
    #[serde(borrow)]
    request: &'a RawValue,
    status: Option<Number<u64>>,
    #[serde(default)]
    truncated: bool,
}

#[derive(Serialize)]
struct Answered<'a> {
    #[serde(flatten)]
    result: ResultJson<'a>,
    advice: AdviceJson,
    accounts: Vec<AccountJson<'a>>,
}

/// What to do about it.
#[derive(Serialize)]
struct AdviceJson {
    action: &'static str,
    /// The least wait before the accounts are sent again; none where a job would not send them again.
    wait_ms: Option<Whole<u64>>,
}

impl AdviceJson {
    /// The action of the error code; if the service did not answer, what a job does next.
    fn of(result: &AttemptResult, wait: Option<Duration>) -> Self {
        let action = match (result, wait) {
            (AttemptResult::Served { .. } | AttemptResult::Accepted, _) => "done",
            (AttemptResult::Refused { code, .. }, _) => code.action().unwrap_or(Action::GiveUp).name(),
            (_, Some(Duration::ZERO)) => Action::RetryNow.name(),
            (_, Some(_)) => Action::RetryLater.name(),
            (_, None) => Action::GiveUp.name(),
        };
        let millis = |wait: Duration| Whole(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
        Self { action, wait_ms: wait.map(millis) }
    }
}

pub(crate) fn answer(request: &Request<'_>) -> Result<String, RequestError> {
    let asked: Fields<'_> = request.fields()?;
    let plan = plan_of(&asked.endpoint, asked.request.get().as_bytes())?;
    let status = asked.status.map_or(Ok(200), status)?;
    let response = response(status, request.body, asked.truncated);

    let mut job = one_call(plan)?;
    let mut pace = Pace::new(PaceSettings { calls_max: 1, window: SPACING, margin: Duration::ZERO });
    let id = sent(&mut job, &mut pace)?;
    job.on_response(id, Timestamp::EPOCH, &response).map_err(|_| RequestError::unanswered())?;
    let wait = wait(&mut job, &mut pace);
    // The call has ended, so that there is a record of it.
    job.stop();
    let attempt = job.calls().first().and_then(|call| call.attempts().first()).ok_or_else(RequestError::unanswered)?;
    let report = job.report();
    let accounts = report.accounts().map(|mut account| {
        if let AttemptResult::Refused { code, info } = attempt.result() {
            // A call that is refused changes nothing, even where its accounts are sent again in smaller calls.
            account.outcome = Outcome::Refused { code: *code, info: info.as_deref() };
        }
        account.random = None;
        AccountJson::of(account)
    });
    json(&Answered {
        result: ResultJson::of(attempt),
        advice: AdviceJson::of(attempt.result(), wait),
        accounts: accounts.collect(),
    })
}

/// The request as a plan of one call. It was sent, so that nothing but its form is checked.
fn plan_of(endpoint: &str, body: &[u8]) -> Result<Plan, RequestError> {
    let wrong = |what: String| RequestError::invalid("/request", format!("no request that was answered: {what}"));
    let settings = PlanSettings { custom_marks_max: None, account_id: AccountId::Utf8, ..PlanSettings::default() };
    let plan = if endpoint == "modify_user_info" {
        let request = modify_user_info::Request::parse(body).map_err(|error| wrong(error.to_string()))?;
        let wanted = request.member_list.iter().map(|member| {
            let marks = member.marks.iter().map(|mark| mark.to_i64().unwrap_or(-1));
            (&*member.account, marks.collect::<Vec<_>>())
        });
        match request.command_type.to_i64() {
            Some(1) => Plan::set_marks(&request.group_id, wanted, &settings),
            Some(2) => Plan::delete_marks(&request.group_id, wanted, &settings),
            _ => return Err(wrong("`CommandType` is neither 1 nor 2".to_owned())),
        }
    } else {
        let request = add_robots::Request::parse(body).map_err(|error| wrong(error.to_string()))?;
        let accounts = request.accounts.iter();
        match endpoint {
            "add_robots" => Plan::add_robots(&request.group_id, accounts, &settings),
            _ => Plan::delete_robots(&request.group_id, accounts, &settings),
        }
    };
    let plan = plan.map_err(|errors| wrong(errors.to_string()))?;
    if plan.len() > plan.accounts_per_call_max() {
        return Err(wrong(format!("it names {} accounts, and a call at most 500", plan.len())));
    }
    Ok(plan)
}

/// The time in which the job sends nothing after its call: what it does next is asked without its being done.
const SPACING: Duration = Duration::from_millis(1);

/// A job of the plan's one call. It would send it again after any wait that is asked for, without a random part, and with another
/// signature if that is asked for. Nothing of it is ever sent.
fn one_call(plan: Plan) -> Result<Job, RequestError> {
    const WEEK: Duration = Duration::from_secs(7 * 86_400);
    let administrator = UserId::parse("administrator").map_err(|_| RequestError::unanswered())?;
    let key = SecretKey::new("unused").map_err(|_| RequestError::unanswered())?;
    let signer = Signer::with_key(SdkAppId::EXAMPLE, administrator, key, SignatureSettings::default())
        .map_err(|_| RequestError::unanswered())?;
    let defaults = RetrySettings::default();
    let least = |backoff: Backoff| Backoff { base: Duration::ZERO, max: Duration::ZERO, ..backoff };
    let retry = RetrySettings {
        budget: WEEK,
        immediate: least(defaults.immediate),
        delayed: least(defaults.delayed),
        ..defaults
    };
    let settings = JobSettings { retry, keep_answers: false, ..JobSettings::default() };
    Job::new(vec![plan], Arc::new(signer), settings, 0).map_err(|_| RequestError::unanswered())
}

fn sent(job: &mut Job, pace: &mut Pace) -> Result<u64, RequestError> {
    match job.poll(Timestamp::EPOCH, pace) {
        Step::Send(transmit) => Ok(transmit.id),
        Step::WaitUntil(_) | Step::Done => Err(RequestError::unanswered()),
    }
}

/// How long the job waits before it sends again; none if it does not.
fn wait(job: &mut Job, pace: &mut Pace) -> Option<Duration> {
    match job.poll(Timestamp::EPOCH, pace) {
        Step::WaitUntil(then) => {
            let wait = then.saturating_duration_since(Timestamp::EPOCH);
            Some(if wait > SPACING { wait } else { Duration::ZERO })
        }
        Step::Send(_) => Some(Duration::ZERO),
        Step::Done => None,
    }
}
