//! A job: the caller without a socket, for SDKs with an HTTP client of their own.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use avmarks_client::{
    Job, JobSettings, NotInFlightError, Pace, PaceSettings, Plan, Progress, Response, SignatureSettings, Signer, Step,
    TransportError,
};
use avmarks_protocol::region::BaseUrl;
use avmarks_protocol::usersig::UserSig;
use avmarks_spec::{Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::error::{ErrorKind, RequestError};
use crate::plan::ToPlan;
use crate::reply::{EMPTY, Whole, json};
use crate::report::ReportJson;
use crate::request::Request;
use crate::shape::{Number, Text};
use crate::usersig::{app, key};

#[derive(Debug)]
pub(crate) struct JobHandle {
    job: Job,
    pace: Pace,
    base: BaseUrl,
    /// The ids of the attempts that were sent and not answered.
    sent: BTreeSet<u64>,
}

#[derive(Deserialize)]
struct ToOpen<'a> {
    #[serde(borrow)]
    plans: Vec<ToPlan<'a>>,
    sdkappid: Number<u64>,
    #[serde(borrow)]
    identifier: Text<'a>,
    #[serde(borrow)]
    key: Option<Text<'a>>,
    #[serde(borrow)]
    usersig: Option<Text<'a>>,
    #[serde(borrow)]
    url: Text<'a>,
    seed: Number<u64>,
    in_flight: Option<Number<u64>>,
    calls_per_second: Option<Number<u64>>,
    attempts: Option<Number<u64>>,
    budget_ms: Option<Number<u64>>,
    attempt_timeout_ms: Option<Number<u64>>,
    deadline_ms: Option<Number<u64>>,
}

impl ToOpen<'_> {
    fn plans(&self) -> Result<Vec<Plan>, RequestError> {
        let plans = self.plans.iter().enumerate().map(|(at, asked)| {
            let pointer = format!("/plans/{at}");
            asked.plan(&pointer)?.map_err(|errors| RequestError::invalid(pointer, errors.to_string()))
        });
        plans.collect()
    }

    fn signer(&self) -> Result<Signer, RequestError> {
        let app = app(self.sdkappid)?;
        let identifier = UserId::parse(&self.identifier.0)
            .map_err(|error| RequestError::invalid("/identifier", format!("no user id: {error}")))?;
        match (&self.key, &self.usersig) {
            (Some(secret), None) => Signer::with_key(app, identifier, key(secret)?, SignatureSettings::default())
                .map_err(|error| RequestError::invalid("/key", error.to_string())),
            (None, Some(usersig)) => Ok(Signer::fixed(app, identifier, UserSig::from_url(&usersig.0))),
            _ => {
                let message = "there must be either `key` or `usersig`";
                Err(RequestError::new(ErrorKind::MissingField, Some("/key".to_owned()), message))
            }
        }
    }

    fn settings(&self) -> JobSettings {
        let count = |Number(number): Number<u64>| usize::try_from(number).unwrap_or(usize::MAX);
        let millis = |Number(number): Number<u64>| Duration::from_millis(number);
        let mut settings = JobSettings { keep_answers: false, ..JobSettings::default() };
        settings.in_flight_max = self.in_flight.map_or(settings.in_flight_max, count);
        let attempts = |number: Number<u64>| u32::try_from(number.0).unwrap_or(u32::MAX);
        settings.retry.attempts_max = self.attempts.map_or(settings.retry.attempts_max, attempts);
        settings.retry.budget = self.budget_ms.map_or(settings.retry.budget, millis);
        settings.retry.attempt_timeout = self.attempt_timeout_ms.map_or(settings.retry.attempt_timeout, millis);
        settings.deadline = self.deadline_ms.map(|number| Timestamp::from_millis(number.0));
        settings
    }

    fn pace(&self) -> Result<Pace, RequestError> {
        let mut settings = PaceSettings::default();
        if let Some(Number(calls)) = self.calls_per_second {
            settings.calls_max = usize::try_from(calls).unwrap_or(usize::MAX);
        }
        if settings.calls_max == 0 {
            return Err(RequestError::invalid("/calls_per_second", "invalid value `0`: expected at least 1"));
        }
        Ok(Pace::new(settings))
    }
}

#[derive(Deserialize)]
struct ToPoll {
    now_ms: Number<u64>,
}

#[derive(Deserialize)]
struct ToTakeIn<'a> {
    id: Number<u64>,
    now_ms: Number<u64>,
    status: Number<u64>,
    #[serde(default)]
    truncated: bool,
    #[serde(borrow)]
    retry_after: Option<Text<'a>>,
    #[serde(borrow)]
    content_encoding: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct ToFail<'a> {
    id: Number<u64>,
    now_ms: Number<u64>,
    #[serde(borrow)]
    why: Text<'a>,
    #[serde(borrow)]
    what: Option<Text<'a>>,
}

/// What to do next.
#[derive(Serialize)]
#[serde(tag = "step", rename_all = "snake_case")]
enum StepJson<'a> {
    Send {
        id: Whole<u64>,
        plan: usize,
        endpoint: &'static str,
        group: &'a str,
        /// The index of its first account in the plan.
        first: usize,
        accounts: usize,
        /// Which attempt of its call it is, from 1.
        number: usize,
        random: u32,
        /// It contains the signature.
        url: &'a str,
        body: &'a str,
        timeout_ms: Whole<u64>,
    },
    Wait {
        until_ms: Whole<u64>,
    },
    Done,
}

impl JobHandle {
    pub(crate) fn open(request: &Request<'_>) -> Result<Self, RequestError> {
        let asked: ToOpen<'_> = request.fields()?;
        let base = BaseUrl::parse(&asked.url.0).map_err(|error| RequestError::invalid("/url", error.to_string()))?;
        let plans = asked.plans()?;
        let signer = Arc::new(asked.signer()?);
        let settings = asked.settings();
        let pace = asked.pace()?;
        let job = match request.body {
            [] => Job::new(plans, signer, settings, asked.seed.0),
            progress => {
                let progress = Progress::parse(progress).map_err(|error| RequestError::body(error.to_string()))?;
                Job::resume(plans, &progress, signer, settings, asked.seed.0)
            }
        };
        let job = job.map_err(|error| RequestError::new(ErrorKind::InvalidValue, None, error.to_string()))?;
        Ok(Self { job, pace, base, sent: BTreeSet::new() })
    }

    pub(crate) fn ask(&mut self, request: &Request<'_>) -> Result<String, RequestError> {
        match request.verb.name {
            "poll" => self.poll(Timestamp::from_millis(request.fields::<ToPoll>()?.now_ms.0)),
            "response" => {
                let asked: ToTakeIn<'_> = request.fields()?;
                let mut response = response(status(asked.status)?, request.body, asked.truncated);
                response.retry_after = asked.retry_after.as_ref().map(|header| &*header.0);
                response.content_encoding = asked.content_encoding.as_ref().map(|header| &*header.0);
                let now = Timestamp::from_millis(asked.now_ms.0);
                self.take_in(asked.id, |job, id| job.on_response(id, now, &response))
            }
            "failure" => {
                let ToFail { id, now_ms, why, what } = request.fields()?;
                let message = what.map(|what| what.0.into_owned()).unwrap_or_default();
                let error = match &*why.0 {
                    "not-sent" => TransportError::NotSent { message },
                    "unusable" => TransportError::Unusable { message },
                    "connection-lost" => TransportError::ConnectionLost { message },
                    _ => TransportError::TimedOut,
                };
                self.take_in(id, |job, id| job.on_failure(id, Timestamp::from_millis(now_ms.0), error))
            }
            "stop" => {
                self.job.stop();
                Ok(EMPTY.to_owned())
            }
            "report" => json(&ReportJson::of(&self.job)),
            "progress" => String::from_utf8(self.job.progress().to_json()).map_err(|_| RequestError::unanswered()),
            _ => Err(RequestError::unanswered()),
        }
    }

    fn poll(&mut self, now: Timestamp) -> Result<String, RequestError> {
        let transmit = match self.job.poll(now, &mut self.pace) {
            Step::Send(transmit) => transmit,
            Step::WaitUntil(then) => return json(&StepJson::Wait { until_ms: Whole(then.as_millis()) }),
            Step::Done => return json(&StepJson::Done),
        };
        let (at, range) = self.job.in_flight(transmit.id).ok_or_else(RequestError::unanswered)?;
        let plan = self.job.plans().nth(at).ok_or_else(RequestError::unanswered)?;
        self.sent.insert(transmit.id);
        json(&StepJson::Send {
            id: Whole(transmit.id),
            plan: at,
            endpoint: plan.kind().endpoint().command(),
            group: plan.group().as_str(),
            first: range.start,
            accounts: range.len(),
            number: transmit.number,
            random: transmit.random(),
            url: transmit.url(&self.base).as_str(),
            // What is written is JSON, and so UTF-8.
            body: std::str::from_utf8(&transmit.body).map_err(|_| RequestError::unanswered())?,
            timeout_ms: Whole(u64::try_from(transmit.timeout.as_millis()).unwrap_or(u64::MAX)),
        })
    }

    fn take_in(
        &mut self,
        Number(id): Number<u64>,
        feed: impl FnOnce(&mut Job, u64) -> Result<(), NotInFlightError>,
    ) -> Result<String, RequestError> {
        let not_in_flight =
            |message: String| RequestError::new(ErrorKind::NotInFlight, Some("/id".to_owned()), message);
        if !self.sent.remove(&id) {
            return Err(not_in_flight(format!(
                "attempt `{id}` is not in flight: expected the `id` of an attempt that was sent and not answered"
            )));
        }
        feed(&mut self.job, id).map_err(|error| not_in_flight(error.to_string()))?;
        Ok(EMPTY.to_owned())
    }
}

/// A response without headers.
pub(crate) const fn response(status: u16, body: &[u8], truncated: bool) -> Response<'_> {
    if truncated { Response::truncated(status, body) } else { Response::new(status, body) }
}

/// An HTTP status.
pub(crate) fn status(Number(number): Number<u64>) -> Result<u16, RequestError> {
    u16::try_from(number).map_err(|_| {
        RequestError::invalid("/status", format!("invalid value `{number}`: expected an HTTP status, such as 200"))
    })
}
