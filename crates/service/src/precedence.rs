//! **The precedence of refusals**, step by step. The service answers with the first violation and continues only until it knows whether
//! another rule is broken too (`gap:precedence`); a dry run collects all violations. Steps 6 to 12 are in `preflight.rs`, steps 13 to 20
//! in `precedence/group.rs` and `avmarks-rules`.

mod group;

use std::borrow::Cow;
use std::ops::ControlFlow;

use avmarks_protocol::url::{QueryError, RawQuery, redact_usersig};
use avmarks_protocol::usersig::{Finding, UserSigError, verify_all};
use avmarks_protocol::{BodyPath, Endpoint};
use avmarks_rules::internal::Scratch;
use avmarks_rules::{MarkCall, Omission, Operator, Policy, Reason, Refusal};
use avmarks_spec::readings::{Random, RestOwner};
use avmarks_spec::{Excerpt, Gap, Quoted, Timestamp};

use crate::answer::{Answer, Effect, Outcome, refused_answer};
use crate::app::{App, Settings};
use crate::preflight::{self, Body};
use crate::quota::Quota;
use crate::request::{Caller, Request, without_query};
use crate::target::Target;
use crate::violation::{Violation, Violations};

/// The result of an evaluation.
pub(crate) struct Evaluated {
    pub(crate) violations: Vec<Violation>,
    /// The call, where step 5 admitted it.
    pub(crate) admitted: Option<Endpoint>,
    pub(crate) outcome: Outcome,
}

/// An evaluation of one request.
pub(crate) struct Evaluation<'a> {
    app: &'a App,
    scratch: &'a mut Scratch,
    request: Request<'a>,
    now: Timestamp,
    violations: Violations,
    endpoint: Option<Endpoint>,
    admitted: bool,
    /// The outcome of the group, if its steps ran.
    served: Option<Outcome>,
    /// The omissions, if no account could be served.
    omitted: Vec<Omission>,
}

impl<'a> Evaluation<'a> {
    /// Evaluates a request at `now`, which is not before the latest time that the app has seen. Changes nothing.
    pub(crate) fn run(
        app: &'a App,
        scratch: &'a mut Scratch,
        request: Request<'a>,
        now: Timestamp,
        violations: Violations,
    ) -> Evaluated {
        let mut evaluation = Self::new(app, scratch, request, now, violations);
        let _ = evaluation.steps();
        evaluation.finish()
    }

    fn new(
        app: &'a App,
        scratch: &'a mut Scratch,
        request: Request<'a>,
        now: Timestamp,
        violations: Violations,
    ) -> Self {
        let (endpoint, served, omitted) = (None, None, Vec::new());
        Self { app, scratch, request, now, violations, endpoint, admitted: false, served, omitted }
    }

    /// Checks steps 1 to 4, whatever the path.
    pub(crate) fn authorize(app: &'a App, request: Request<'a>, now: Timestamp) -> Result<Vec<Reason>, Answer> {
        let mut scratch = Scratch::default();
        let mut evaluation = Evaluation::new(app, &mut scratch, request, now, Violations::first());
        let _ = evaluation.first_steps();
        match evaluation.violations.found.is_empty() {
            true => Ok(evaluation.violations.gaps.into_iter().map(Reason::Gap).collect()),
            false => Err(evaluation.finish().outcome.answer),
        }
    }

    fn first_steps(&mut self) -> ControlFlow<()> {
        self.http()?;
        let identifier = self.query()?;
        self.caller(identifier.as_deref())?;
        ControlFlow::Continue(())
    }

    fn steps(&mut self) -> ControlFlow<()> {
        self.path()?;
        self.http()?;
        let identifier = self.query()?;
        let operator = self.caller(identifier.as_deref())?;
        let Some(endpoint) = self.endpoint else { return ControlFlow::Continue(()) };
        self.rate(endpoint)?;
        // A body that is too long is not read.
        if self.violations.found.iter().any(|violation| violation.refusal == Refusal::BodySize) {
            return ControlFlow::Continue(());
        }
        let Settings { terms, .. } = &self.app.settings;
        let (body, violations) = (self.request.bytes(), &mut self.violations);
        let read = preflight::read(endpoint, body, &terms.policy, &terms.limits, violations, self.scratch)?;
        let group = Target {
            id: read.group,
            found: read.group.and_then(|id| self.app.groups.get(&id)).map(|group| &**group),
            operator,
            identifier: identifier.as_deref(),
            endpoint,
            accounts: match endpoint {
                Endpoint::ModifyUserInfo => BodyPath::MemberList,
                _ => BodyPath::MemberAccounts,
            },
            special: read.special,
        };
        match read.body {
            Some(Body::Marks { kind, entries }) => {
                let call = MarkCall::new_with(kind, operator, entries, self.scratch);
                let flow = self.marks(&group, endpoint, &call);
                self.scratch.recycle_call(call);
                flow
            }
            Some(Body::List { cursor, filter }) => self.list(&group, cursor, filter),
            Some(Body::Count) => self.count(&group),
            Some(Body::Check { accounts }) => self.check(&group, accounts),
            Some(Body::Admins { kind, accounts }) => self.admins(&group, kind, &accounts),
            Some(Body::AdminList) => self.admin_list(&group),
            // The body is at error, and the group can be looked at anyway.
            None => self.group_alone(&group, endpoint),
        }
    }

    /// 1. The path (`gap:http-codes`).
    fn path(&mut self) -> ControlFlow<()> {
        let path = self.request.path;
        self.endpoint = Endpoint::from_path(path);
        if self.endpoint.is_none() {
            let known = Quoted(Endpoint::ALL.iter().map(|endpoint| endpoint.path()));
            let path = without_query(path);
            let path = redact_usersig(&path);
            let message = format!("no call of this service has the path `{}`; its calls are {known}", Excerpt(&path));
            self.add(Refusal::UnknownPath, None, message)?;
        }
        ControlFlow::Continue(())
    }

    /// 1. The method, the size of the body (`gap:http-codes`).
    fn http(&mut self) -> ControlFlow<()> {
        let Request { method, body, .. } = self.request;
        if method != "POST" {
            self.add(Refusal::Method, None, format!("the method is `{}`; it must be `POST`", Excerpt(method)))?;
        }
        match body.too_long(&self.app.settings.terms) {
            None => ControlFlow::Continue(()),
            Some(violation) => self.violations.add(violation),
        }
    }

    /// 2. `QUERY`: the parameters of the URL (`gap:random`). Gives the identifier, if it can be read.
    fn query(&mut self) -> ControlFlow<(), Option<Cow<'a, str>>> {
        ControlFlow::Continue(match self.request.caller {
            Caller::Trusted(identifier) => Some(Cow::Borrowed(identifier)),
            Caller::Parsed(query) => {
                self.parameters(query)?;
                query.identifier().ok().map(Cow::Borrowed)
            }
            Caller::Signed(query) => {
                let query = RawQuery::new(query);
                self.parameters(&query)?;
                query.identifier().ok().map(|identifier| Cow::Owned(identifier.to_owned()))
            }
        })
    }

    fn parameters(&mut self, query: &RawQuery<'_>) -> ControlFlow<()> {
        for error in query.errors() {
            let reason = match error {
                QueryError::AppMissing => Refusal::QueryAppMissing,
                _ => Refusal::Query,
            };
            self.add(reason, None, error.to_string())?;
        }
        let ours = self.app.settings.sdkappid;
        if let Some(other) = query.sdkappid().ok().filter(|found| *found != ours) {
            self.add(Refusal::Query, None, format!("`sdkappid` is `{other}`; this is the service of `{ours}`"))?;
        }
        if let Err(error) = query.random() {
            match self.policy().random {
                Random::Refuse => self.add(Refusal::QueryRandom, None, error.to_string())?,
                _ => self.violations.gap(Gap::Random),
            }
        }
        self.signature(query)
    }

    /// 3. `USERSIG`: malformed, another user's, another app's, of another key, expired; in this order.
    fn signature(&mut self, query: &RawQuery<'_>) -> ControlFlow<()> {
        let Settings { sdkappid, key: Some(key), .. } = &self.app.settings else { return ControlFlow::Continue(()) };
        let (Ok(sig), Ok(identifier)) = (query.usersig(), query.identifier()) else {
            return ControlFlow::Continue(());
        };
        for (at, error) in verify_all(sig, key, *sdkappid, identifier, self.now).into_iter().enumerate() {
            let reason = signature_refusal(&error);
            // The first error is the answer; the others are hints.
            let message = if at == 0 { error.to_string() } else { Finding::from(error).to_string() };
            self.add(reason, None, message)?;
        }
        ControlFlow::Continue(())
    }

    /// 4. `ADMIN-CALLER`: over REST the identifier is an app admin (`gap:rest-owner`).
    fn caller(&mut self, identifier: Option<&str>) -> ControlFlow<(), Operator> {
        let Some(identifier) = identifier else { return ControlFlow::Continue(Operator::Invalid) };
        let operator = self.app.operator(identifier);
        if operator != Operator::Admin {
            if self.policy().rest_owner == RestOwner::AdminOnly {
                let message =
                    format!("`identifier` is `{}`, which is no app admin", Excerpt(&redact_usersig(identifier)));
                self.add(Refusal::AdminCaller, None, message)?;
            }
            self.violations.gap(Gap::RestOwner);
        }
        ControlFlow::Continue(operator)
    }

    /// 5. `RATE`: at most 200 calls of one command within any 1,000 ms (`gap:rate-scope`).
    fn rate(&mut self, endpoint: Endpoint) -> ControlFlow<()> {
        let limits = &self.app.settings.terms.limits;
        let none_yet = Quota::default();
        let quota = self.app.quotas.get(&(self.app.settings.sdkappid, endpoint));
        if quota.unwrap_or(&none_yet).admits(self.now, limits) {
            // A call that an earlier step refuses does not count.
            self.admitted = self.violations.found.is_empty();
            return ControlFlow::Continue(());
        }
        let (calls, window) = (limits.calls_per_window_max, limits.rate_window.as_millis());
        let command = endpoint.command();
        let message =
            format!("{calls} calls of `{command}` were admitted within the last {window} ms; call more slowly");
        self.add(Refusal::Rate, None, message)
    }

    fn add(&mut self, reason: Refusal, path: Option<BodyPath>, message: impl Into<String>) -> ControlFlow<()> {
        let violation = Violation::new(reason, path, self.policy(), message);
        self.violations.add(violation)
    }

    fn policy(&self) -> &'a Policy {
        &self.app.settings.terms.policy
    }

    /// The answer to the first violation, or the outcome of the group.
    fn finish(self) -> Evaluated {
        let by_precedence = self.violations.by_precedence().then_some(Gap::Precedence);
        let Violations { found: violations, gaps, .. } = self.violations;
        let mut outcome = match (violations.first(), self.served) {
            (None, Some(served)) => served,
            (Some(first), _) => {
                let omitted = if first.refusal == Refusal::AllFailed { self.omitted } else { Vec::new() };
                Outcome { answer: refused_answer(self.endpoint, first, omitted), effect: Effect::None }
            }
            (None, None) => Outcome { answer: Answer::internal_error(self.endpoint), effect: Effect::None },
        };
        for reason in gaps.into_iter().chain(by_precedence).map(Reason::Gap) {
            if !outcome.answer.because.contains(&reason) {
                outcome.answer.because.push(reason);
            }
        }
        Evaluated { violations, admitted: self.endpoint.filter(|_| self.admitted), outcome }
    }
}

fn signature_refusal(error: &UserSigError) -> Refusal {
    match error {
        UserSigError::OtherUser { .. } => Refusal::SignatureUser,
        UserSigError::OtherApp { .. } => Refusal::SignatureApp,
        UserSigError::OtherKey => Refusal::SignatureKey,
        UserSigError::Expired { .. } => Refusal::SignatureExpired,
        // What cannot be told apart is refused as what cannot be read.
        _ => Refusal::SignatureMalformed,
    }
}
