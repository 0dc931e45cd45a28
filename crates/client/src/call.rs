//! Any other call of the API as a machine: signed, paced and sent again by the rules of a job.

mod request;

use std::fmt;
use std::sync::Arc;

use avmarks_protocol::Envelope;
use avmarks_spec::Timestamp;

use crate::Signer;
use crate::attempt::{Attempt, Attempts, Ended, InFlight, Next, NotInFlightError, Sender, Step};
use crate::pace::Pace;
use crate::response::{Anomaly, AttemptResult, Response, TransportError};
use crate::retry::RetrySettings;

pub use request::CallRequest;

/// Carries out one call: like a [`Job`](crate::Job), without accounts to track.
///
/// ```
/// use std::sync::Arc;
/// use avmarks_client::{CallRequest, Pace, PaceSettings, Response, RetrySettings, Signer, SingleCall, Step};
/// use avmarks_protocol::{get_online_member_num::Answer, SdkAppId, usersig::UserSig};
/// use avmarks_spec::{Timestamp, UserId};
///
/// let signer = Arc::new(Signer::fixed(SdkAppId::EXAMPLE, UserId::parse("admin").unwrap(), UserSig::new("eJy")));
/// let request = CallRequest::online_count("@TGS#a6I4ZUUGO").unwrap();
/// let mut call = SingleCall::new(request, signer, RetrySettings::default(), 7);
/// let mut pace = Pace::new(PaceSettings::default());
/// let now = Timestamp::from_millis(1_795_412_030_000);
///
/// let Step::Send(transmit) = call.poll(now, &mut pace) else { panic!() };
/// call.on_response(transmit.id, now, &Response::new(200, &Answer::count(1_000).to_json())).unwrap();
/// let Step::Done = call.poll(now, &mut pace) else { panic!() };
/// let answer = call.into_result().unwrap();
/// assert_eq!(Answer::parse(&answer.body).unwrap().online_member_num, Some(1_000));
/// ```
#[derive(Debug)]
#[must_use = "nothing is sent until it is polled"]
pub struct SingleCall {
    request: CallRequest,
    sender: Sender,
    attempts: Attempts,
    state: State,
}

#[derive(Debug)]
enum State {
    /// To be sent, not before [`Attempts::ready_at`].
    Waiting,
    InFlight(InFlight),
    Answered(CallAnswer),
    GivenUp,
}

/// An answer with code 0.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallAnswer {
    /// Status, code and sentence.
    pub envelope: Envelope,
    /// The whole answer, JSON.
    pub body: Vec<u8>,
    /// The correlation id of the attempt that was answered: `random` of its query.
    pub random: u32,
    /// What in it contradicts the documents.
    pub anomalies: Vec<Anomaly>,
}

/// Shows the length of the body, which may be long.
impl fmt::Debug for CallAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("CallAnswer");
        shown.field("envelope", &self.envelope).field("bytes", &self.body.len()).field("random", &self.random);
        shown.field("anomalies", &self.anomalies).finish()
    }
}

/// A call was given up: refused, lost, or too late.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnansweredError {
    path: String,
    attempts: Vec<Attempt>,
}

impl UnansweredError {
    /// All attempts, in order. The result of the last one is the reason.
    #[must_use]
    pub fn attempts(&self) -> &[Attempt] {
        &self.attempts
    }

    /// The result of the last attempt.
    #[must_use]
    pub fn result(&self) -> Option<&AttemptResult> {
        self.attempts.last().map(Attempt::result)
    }

    /// Whether the call may have been carried out although no answer confirms it.
    #[must_use]
    pub fn may_have_been_served(&self) -> bool {
        self.attempts.iter().any(|one| one.result().may_have_been_served())
    }
}

impl fmt::Display for UnansweredError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let command = self.path.rsplit('/').next().unwrap_or_default();
        let s = if self.attempts.len() == 1 { "" } else { "s" };
        write!(f, "`{command}` was given up after {} attempt{s}", self.attempts.len())?;
        match self.attempts.last() {
            Some(last) => write!(f, ", the last with `random` {}: {}", last.random(), last.result()),
            None => Ok(()),
        }
    }
}

impl std::error::Error for UnansweredError {}

impl SingleCall {
    /// A call that has not been sent. `seed` should be a random number, another one for each call.
    pub fn new(request: CallRequest, signer: Arc<Signer>, retry: RetrySettings, seed: u64) -> Self {
        let sender = Sender::new(signer, retry, seed);
        Self { request, sender, attempts: Attempts::new(), state: State::Waiting }
    }

    /// The request.
    #[must_use]
    pub const fn request(&self) -> &CallRequest {
        &self.request
    }

    /// What to do next. Call it again after having done so, or when something was fed. `pace` is that of the command.
    ///
    /// May have changed afterwards: an attempt is in flight where the step is [`Step::Send`], and `pace` has admitted it; an attempt
    /// that took too long counts as [`TransportError::TimedOut`]; the call has ended if it cannot be sent again within its budget.
    pub fn poll(&mut self, now: Timestamp, pace: &mut Pace) -> Step {
        let now = self.sender.time(now);
        if let State::InFlight(in_flight) = &self.state
            && in_flight.until <= now
        {
            let in_flight = in_flight.clone();
            self.end(in_flight, now, Ended::failed(TransportError::TimedOut));
        }
        match &self.state {
            State::InFlight(in_flight) => Step::WaitUntil(in_flight.until),
            State::Answered(_) | State::GivenUp => Step::Done,
            State::Waiting => {
                let ready_at = pace.ready_at(now).max(self.attempts.ready_at);
                if !self.attempts.ended.is_empty() && ready_at > self.attempts.last_start {
                    self.state = State::GivenUp;
                    return Step::Done;
                }
                if ready_at > now {
                    return Step::WaitUntil(ready_at);
                }
                pace.admit(now);
                let (path, body) = (&self.request.path, self.request.body.clone());
                let (transmit, in_flight) = self.sender.send(&mut self.attempts, now, None, path, body);
                self.state = State::InFlight(in_flight);
                Step::Send(transmit)
            }
        }
    }

    /// Feeds a response to an attempt, whatever it is.
    ///
    /// May have changed afterwards: the call has ended, or waits to be sent again.
    ///
    /// # Errors
    ///
    /// [`NotInFlightError`] if the attempt was answered before, or had timed out when [`SingleCall::poll`] was called. Nothing
    /// changes.
    pub fn on_response(&mut self, id: u64, now: Timestamp, response: &Response<'_>) -> Result<(), NotInFlightError> {
        let now = self.sender.time(now);
        let in_flight = self.in_flight(id)?;
        let body = self.sender.redacted(&in_flight, now, response.body);
        let opened = Response { body: &body, ..*response }.open(now, Envelope::parse, |envelope| envelope);
        let mut anomalies = opened.anomalies;
        if *body != *response.body {
            anomalies.push(Anomaly::Signature);
        }
        match opened.envelope {
            Ok(envelope) => {
                let (body, random) = (opened.body.into_owned(), in_flight.random());
                self.state = State::Answered(CallAnswer { envelope, body, random, anomalies });
            }
            Err(result) => {
                let asked = response.asked_wait(now);
                self.end(in_flight, now, Ended { result, anomalies, body: None, asked });
            }
        }
        Ok(())
    }

    /// Feeds that an attempt got no response.
    ///
    /// May have changed afterwards: as after [`SingleCall::on_response`].
    ///
    /// # Errors
    ///
    /// As [`SingleCall::on_response`].
    pub fn on_failure(&mut self, id: u64, now: Timestamp, error: TransportError) -> Result<(), NotInFlightError> {
        let now = self.sender.time(now);
        let in_flight = self.in_flight(id)?;
        let error = self.sender.redacted_error(&in_flight, now, error);
        self.end(in_flight, now, Ended::failed(error));
        Ok(())
    }

    /// The answer. Before [`Step::Done`], the call counts as given up, and an attempt in flight as timed out.
    ///
    /// # Errors
    ///
    /// [`UnansweredError`] if no attempt was answered with code 0.
    pub fn into_result(mut self) -> Result<CallAnswer, UnansweredError> {
        if let State::InFlight(in_flight) = &self.state {
            let (in_flight, now) = (in_flight.clone(), self.sender.time(Timestamp::EPOCH));
            self.end(in_flight, now, Ended::failed(TransportError::TimedOut));
        }
        match self.state {
            State::Answered(answer) => Ok(answer),
            _ => Err(UnansweredError { path: self.request.path, attempts: self.attempts.ended }),
        }
    }

    fn in_flight(&self, id: u64) -> Result<InFlight, NotInFlightError> {
        match &self.state {
            State::InFlight(in_flight) if in_flight.id() == id => Ok(in_flight.clone()),
            _ => Err(NotInFlightError { id }),
        }
    }

    /// Ends an attempt that was not answered with code 0.
    fn end(&mut self, in_flight: InFlight, now: Timestamp, ended: Ended) {
        let may_be_repeated = self.request.repeatable || !ended.result.may_have_been_served();
        let next = self.sender.end(&mut self.attempts, in_flight, now, ended);
        self.state = if next == Next::Retry && may_be_repeated { State::Waiting } else { State::GivenUp };
    }
}

#[cfg(test)]
mod tests;
