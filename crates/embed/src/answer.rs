//! `answer`: what a response says of each account of its request.

use std::borrow::Cow;
use std::sync::Arc;

use avmarks_client::{
    Advice, Change, Job, JobSettings, Plan, PlanSettings, Reply, RetrySettings, Scope, Signer, Step, TryId, advice,
};
use avmarks_protocol::SdkAppId;
use avmarks_protocol::usersig::UserSig;
use avmarks_protocol::{add_robots, modify_user_info};
use avmarks_spec::readings::AccountId;
use avmarks_spec::{Timestamp, UserId};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::error::RequestError;
use crate::job::status;
use crate::reply::{Whole, json};
use crate::report::{AccountJson, ResultJson};
use crate::request::Request;
use crate::shape::Number;

#[derive(Deserialize)]
struct Asked<'a> {
    #[serde(borrow)]
    endpoint: Cow<'a, str>,
    #[serde(borrow)]
    request: &'a RawValue,
    status: Option<Number<u64>>,
    #[serde(default)]
    cut: bool,
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
    /// The wait that the code asks for; none where it asks for none.
    wait_ms: Option<Whole<u64>>,
    /// What else is hopeless, where it is given up.
    scope: Option<&'static str>,
}

impl AdviceJson {
    fn of(advice: Advice) -> Self {
        let plain = |action| Self { action, wait_ms: None, scope: None };
        let waiting = |action, least: std::time::Duration| Self {
            wait_ms: Some(Whole(u64::try_from(least.as_millis()).unwrap_or(u64::MAX))),
            ..plain(action)
        };
        match advice {
            Advice::Done => plain("done"),
            Advice::Again => plain("again"),
            Advice::AgainLater { least } => waiting("again-later", least),
            Advice::AgainOnce => plain("again-once"),
            Advice::Renew { least } => waiting("renew-usersig", least),
            Advice::Split => plain("split"),
            Advice::GiveUp(scope) => Self {
                scope: Some(match scope {
                    Scope::Call => "call",
                    Scope::Group => "group",
                    Scope::Job => "app",
                }),
                ..plain("give-up")
            },
            _ => plain("give-up"),
        }
    }
}

pub(crate) fn answer(request: &Request<'_>) -> Result<String, RequestError> {
    let asked: Asked<'_> = request.fields()?;
    let plan = plan_of(&asked.endpoint, asked.request.get().as_bytes())?;
    let status = asked.status.map_or(Ok(200), status)?;
    let reply = Reply { status, body: request.body, cut: asked.cut };
    let parsed = reply.read(plan.kind());

    let mut job = one_call(plan)?;
    let id = sent(&mut job)?;
    job.on_reply(id, Timestamp::EPOCH, &reply).map_err(|_| RequestError::unanswered())?;
    // What would be sent again, or in smaller calls, is not: the call has had its answer.
    job.stop();
    let record = job.calls().first().and_then(|call| call.tries().first());
    let quirks = record.map(|one| one.quirks()).unwrap_or_default();
    let refused = matches!(parsed.heard, avmarks_client::AttemptResult::Refused { .. });
    let report = job.report();
    let accounts = report.plans().iter().flat_map(|plan| plan.accounts()).map(|mut account| {
        if let (true, avmarks_client::AttemptResult::Refused { code, info }) = (refused, &parsed.heard) {
            // A call that is refused changes nothing, whatever comes next.
            account.outcome = avmarks_client::Outcome::Refused { code: *code, info: info.as_deref() };
        }
        account.random = None;
        AccountJson::of(account)
    });
    json(&Answered {
        result: ResultJson::of(&parsed.heard, quirks),
        advice: AdviceJson::of(advice(&parsed.heard)),
        accounts: accounts.collect(),
    })
}

/// The request as a plan of one call. It was sent, so that nothing but its form is looked at.
fn plan_of(endpoint: &str, body: &[u8]) -> Result<Plan, RequestError> {
    let wrong = |what: String| RequestError::invalid("/request", format!("no request that was answered: {what}"));
    let settings = PlanSettings { custom_marks_max: None, account_id: AccountId::Utf8, ..PlanSettings::default() };
    let plan = if endpoint == "modify_user_info" {
        let request = modify_user_info::Request::parse(body).map_err(|fault| wrong(fault.to_string()))?;
        let change = match request.command_type.to_i64() {
            Some(1) => Change::Set,
            Some(2) => Change::Delete,
            _ => return Err(wrong("`CommandType` is neither 1 nor 2".to_owned())),
        };
        let wanted = request.member_list.iter().map(|member| {
            let marks = member.marks.iter().map(|mark| mark.to_i64().unwrap_or(-1));
            (&*member.account, marks.collect::<Vec<_>>())
        });
        Plan::new(change, &request.group_id, wanted, &settings)
    } else {
        let request = add_robots::Request::parse(body).map_err(|fault| wrong(fault.to_string()))?;
        let accounts = request.accounts.iter();
        match endpoint {
            "add_robots" => Plan::add_robots(&request.group_id, accounts, &settings),
            _ => Plan::delete_robots(&request.group_id, accounts, &settings),
        }
    };
    let plan = plan.map_err(|faults| wrong(faults.to_string()))?;
    if plan.len() > plan.accounts_per_call_max() {
        return Err(wrong(format!("it names {} accounts, and a call at most 500", plan.len())));
    }
    Ok(plan)
}

/// A job that sends the plan's one call at once and never again.
fn one_call(plan: Plan) -> Result<Job, RequestError> {
    let administrator = UserId::parse("administrator").map_err(|_| RequestError::unanswered())?;
    let signer = Signer::fixed(SdkAppId::EXAMPLE, administrator, UserSig::new(""));
    let retry = RetrySettings { tries_max: 1, ..RetrySettings::default() };
    let settings = JobSettings { retry, keep_answers: false, ..JobSettings::default() };
    Job::new(vec![plan], Arc::new(signer), settings, 0).map_err(|_| RequestError::unanswered())
}

fn sent(job: &mut Job) -> Result<TryId, RequestError> {
    match job.poll(Timestamp::EPOCH) {
        Step::Send(outgoing) => Ok(outgoing.id),
        Step::WaitUntil(_) | Step::Done => Err(RequestError::unanswered()),
    }
}
