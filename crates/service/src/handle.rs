//! A request from its first byte to its answer: asked, answered, and made to happen. What is judged, and in which order, is
//! in `walk.rs`.

use std::borrow::Cow;
use std::fmt;
use std::mem::take;

use avmarks_protocol::{Endpoint, ErrorCode};
use avmarks_rules::{Omission, Reason, Scratch, Transition};
use avmarks_spec::{Gap, GroupId, Timestamp};

use crate::app::members;
use crate::pull::Taken;
use crate::violation::{Violation, Violations};
use crate::walk::{Caller, Evaluation, Incoming, Length};
use crate::{App, GroupEvent};

/// A request as it comes over HTTP.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The method; the API knows `POST` alone.
    pub method: &'a str,
    /// The path, with or without a slash in front.
    pub path: &'a str,
    /// The query, without the question mark.
    pub query: &'a str,
    /// The body.
    pub body: &'a [u8],
}

/// Without the query, which holds a signature.
impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, path, body, .. } = self;
        f.debug_struct("Request")
            .field("method", method)
            .field("path", &without_query(path))
            .field("body", &String::from_utf8_lossy(body))
            .finish_non_exhaustive()
    }
}

/// A path for messages: behind a question mark, which belongs to no path, a signature may stand, and is left out.
pub(crate) fn without_query(path: &str) -> Cow<'_, str> {
    match path.split_once('?') {
        Some((path, _)) => Cow::Owned(format!("{path}?…")),
        None => Cow::Borrowed(path),
    }
}

/// A request whose query and signature were looked at elsewhere.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// Who calls.
    pub identifier: &'a str,
    /// The path, with or without a slash in front.
    pub path: &'a str,
    /// The body.
    pub body: &'a [u8],
}

/// What the service answers, and why. Its HTTP status is 200 whatever the answer (`HTTP-200`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answer {
    /// The exact body.
    pub body: Vec<u8>,
    /// The code in it.
    pub code: ErrorCode,
    /// The clauses and gaps it rests on, the deciding one first.
    pub because: Vec<Reason>,
    /// The marks that were asked and left out.
    pub omitted: Vec<Omission>,
}

impl Answer {
    /// An answer that rests on no clause, for a call that somebody else serves.
    #[must_use]
    pub const fn new(code: ErrorCode, body: Vec<u8>) -> Self {
        Self { body, code, because: Vec::new(), omitted: Vec::new() }
    }

    /// The answer to a state that cannot be: an invariant of this crate is broken. Never an OK, and never an empty body.
    pub(crate) fn internal_error(endpoint: Option<Endpoint>) -> Self {
        debug_assert!(false, "a request came to neither an answer nor a refusal");
        let code = ErrorCode::new(10002);
        Self::new(
            code,
            Endpoint::refused_answer(endpoint, code, "the service met a state that cannot be; please report it"),
        )
    }
}

/// An answer that was given, and what happened with it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Response {
    /// What is answered.
    pub answer: Answer,
    /// What happened: pins that had ended first, in any group, then what the call brought.
    pub happenings: Vec<GroupEvent>,
    /// Whether step 5 admitted it. One that was not admitted changes nothing but what time itself does, so that whoever
    /// keeps the inputs need not keep it.
    pub admitted: bool,
}

/// What a request would bring, without bringing it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DryRun {
    /// Everything that is wrong, in the order of the precedence; the service answers the first. A step that needs what an earlier
    /// one could not read is left out: accounts are looked at only where the body and the group can be.
    pub violations: Vec<Violation>,
    /// What the service would answer.
    pub answer: Answer,
}

/// What is to be changed once an answer is given.
pub(crate) enum Effect {
    None,
    Transition(GroupId, Transition),
    Remember(GroupId, Taken),
}

impl<'a> From<&Request<'a>> for Incoming<'a> {
    fn from(request: &Request<'a>) -> Self {
        let Request { method, path, query, body } = *request;
        Self { method, path, caller: Caller::Query(query), body, length: Length::AtHand }
    }
}

impl<'a> From<&Call<'a>> for Incoming<'a> {
    fn from(call: &Call<'a>) -> Self {
        let Call { identifier, path, body } = *call;
        Self { method: "POST", path, caller: Caller::Identifier(identifier), body, length: Length::AtHand }
    }
}

impl App {
    /// Answers a request at `at`. [`App::next_deadline`] may have changed.
    pub fn handle(&mut self, request: &Request<'_>, at: Timestamp) -> Response {
        self.serve(request.into(), at)
    }

    /// Answers a call at `at` whose query and signature are taken as valid: steps 2 and 3 are left out.
    pub fn call(&mut self, call: &Call<'_>, at: Timestamp) -> Response {
        self.serve(call.into(), at)
    }

    /// What `request` would bring at `at`, with everything that is wrong with it. Changes nothing.
    #[must_use]
    pub fn dry_run(&self, request: &Request<'_>, at: Timestamp) -> DryRun {
        self.foresee(request.into(), at)
    }

    /// What `call` would bring at `at`, with everything that is wrong with it; steps 2 and 3 are left out. Changes
    /// nothing.
    #[must_use]
    pub fn dry_run_call(&self, call: &Call<'_>, at: Timestamp) -> DryRun {
        self.foresee(call.into(), at)
    }

    /// Steps 1 to 4 of the precedence for a call that somebody else serves, whatever its path: method and size of the body,
    /// query, signature, caller. Gives what let the request through: the gaps read on the way.
    ///
    /// # Errors
    ///
    /// The answer, where the request is refused.
    ///
    /// ```
    /// use avmarks_service::spec::Timestamp;
    /// use avmarks_service::{App, Request, Settings};
    ///
    /// let app = App::new(Settings::default());
    /// let query = "sdkappid=1400000000&identifier=administrator&usersig=x&random=1&contenttype=json";
    /// let mut request = Request { method: "POST", path: "v4/group_open_http_svc/create_group", query, body: b"{}" };
    /// assert_eq!(app.gate(&request, Timestamp::EPOCH), Ok(vec![]));
    ///
    /// request.query = "sdkappid=1400000000&identifier=student9&usersig=x&random=1&contenttype=json";
    /// assert_eq!(app.gate(&request, Timestamp::EPOCH).unwrap_err().code.number(), 60010);
    /// ```
    pub fn gate(&self, request: &Request<'_>, at: Timestamp) -> Result<Vec<Reason>, Answer> {
        Evaluation::gate(self, request.into(), self.moment(at))
    }

    /// What a request is answered whose body is longer than is read, and therefore not at hand; `bytes` is how long it is,
    /// where that is known. The request's own body is not looked at.
    #[must_use]
    pub fn refuse_long_body(&self, request: &Request<'_>, bytes: Option<u64>, at: Timestamp) -> Answer {
        let incoming = Incoming { length: Length::Beyond(bytes), ..request.into() };
        Evaluation::run(self, &mut Scratch::default(), incoming, self.moment(at), Violations::first()).outcome.answer
    }

    /// The same for a call that somebody else serves, whatever its path.
    #[must_use]
    pub fn gate_long_body(&self, request: &Request<'_>, bytes: Option<u64>, at: Timestamp) -> Answer {
        let incoming = Incoming { length: Length::Beyond(bytes), ..request.into() };
        // Step 1 refuses such a length always.
        Evaluation::gate(self, incoming, self.moment(at)).err().unwrap_or_else(|| Answer::internal_error(None))
    }

    fn serve(&mut self, incoming: Incoming<'_>, at: Timestamp) -> Response {
        let clock = clock_basis(at, self.latest);
        let mut happenings = self.tick(at);
        let now = self.latest;
        let mut scratch = take(&mut self.scratch);
        let walked = Evaluation::run(self, &mut scratch, incoming, now, Violations::first());
        let admitted = walked.admitted.is_some();
        if let Some(endpoint) = walked.admitted {
            self.quotas.entry((self.settings.sdkappid, endpoint)).or_default().admit(now, &self.settings.terms.limits);
        }
        let Outcome { mut answer, effect } = walked.outcome;
        match effect {
            Effect::None => {}
            Effect::Transition(group, transition) => {
                self.change(group, |room| {
                    // It was decided on this very room, and nothing has changed it since.
                    let events = room.apply(&transition);
                    debug_assert!(events.is_ok(), "a transition that was just decided is stale");
                    happenings.extend(members(group, events.unwrap_or_default()));
                });
                scratch.keep_transition(transition);
            }
            Effect::Remember(id, taken) => {
                if let Some(group) = self.groups.get_mut(&id) {
                    group.views.remember(taken, &self.settings.terms.policy, now);
                }
            }
        }
        self.scratch = scratch;
        answer.because.extend(clock);
        Response { answer, happenings, admitted }
    }

    fn foresee(&self, incoming: Incoming<'_>, at: Timestamp) -> DryRun {
        let walked = Evaluation::run(self, &mut Scratch::default(), incoming, self.moment(at), Violations::all());
        let Outcome { mut answer, .. } = walked.outcome;
        answer.because.extend(clock_basis(at, self.latest));
        DryRun { violations: walked.violations, answer }
    }
}

/// `gap:clock`, where it was read: an earlier time is taken as the latest seen.
fn clock_basis(at: Timestamp, latest: Timestamp) -> Option<Reason> {
    (at < latest).then_some(Reason::Gap(Gap::Clock))
}

/// An answer, and what is to be changed for it.
pub(crate) struct Outcome {
    pub(crate) answer: Answer,
    pub(crate) effect: Effect,
}
