//! **The precedence of refusals**, step by step: one walk for the service, which answers the first violation and goes on only to
//! see whether another rule is broken too (`gap:precedence`), and for a dry run, which collects them all. Steps 6 to 12 are in
//! `preflight.rs`, steps 13 to 20 in `walk/group.rs` and `avmarks-rules`.

mod group;

use std::ops::ControlFlow;

use avmarks_protocol::url::{QueryError, RawQuery, redact_usersig};
use avmarks_protocol::usersig::{Finding, UserSigError, explain, verify};
use avmarks_protocol::{BodyPath, Endpoint};
use avmarks_rules::{AdminCall, MarkCall, Omission, Operator, Policy, Quota, Reason, Refusal, Scratch};
use avmarks_spec::readings::{Random, RestOwner};
use avmarks_spec::{Excerpt, Gap, Timestamp};

use crate::asked::Target;
use crate::handle::{Answer, Effect, Outcome, without_query};
use crate::preflight::{self, Body};
use crate::violation::{Violation, Violations};
use crate::written::refused;
use crate::{App, Settings};

/// How the caller says who it is.
#[derive(Clone, Copy)]
pub(crate) enum Caller<'a> {
    /// By a query with a signature.
    Query(&'a str),
    /// By a name that is taken for granted.
    Identifier(&'a str),
}

/// What is asked.
#[derive(Clone, Copy)]
pub(crate) struct Incoming<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) caller: Caller<'a>,
    pub(crate) body: &'a [u8],
    /// How long the body is, where `body` is not all of it.
    pub(crate) length: Length,
}

/// How long a body is.
#[derive(Clone, Copy)]
pub(crate) enum Length {
    /// As long as the bytes at hand.
    AtHand,
    /// Longer than may be read; by how much is not always known.
    Beyond(Option<u64>),
}

/// What a walk has found.
pub(crate) struct Evaluated {
    pub(crate) violations: Vec<Violation>,
    /// The call, where step 5 admitted it.
    pub(crate) admitted: Option<Endpoint>,
    pub(crate) outcome: Outcome,
}

/// A walk on its way.
pub(crate) struct Evaluation<'a> {
    app: &'a App,
    scratch: &'a mut Scratch,
    incoming: Incoming<'a>,
    now: Timestamp,
    findings: Violations,
    endpoint: Option<Endpoint>,
    admitted: bool,
    /// What the group was found to answer, where it was asked.
    served: Option<Outcome>,
    /// What was left out, where no account could be served.
    omitted: Vec<Omission>,
}

impl<'a> Evaluation<'a> {
    /// Walks the precedence at `now`, which is not before the latest time that the app has seen. Changes nothing.
    pub(crate) fn run(
        app: &'a App,
        scratch: &'a mut Scratch,
        incoming: Incoming<'a>,
        now: Timestamp,
        findings: Violations,
    ) -> Evaluated {
        let mut walk = Self::new(app, scratch, incoming, now, findings);
        let _ = walk.steps();
        walk.finish()
    }

    fn new(
        app: &'a App,
        scratch: &'a mut Scratch,
        incoming: Incoming<'a>,
        now: Timestamp,
        findings: Violations,
    ) -> Self {
        let (endpoint, served, omitted) = (None, None, Vec::new());
        Self { app, scratch, incoming, now, findings, endpoint, admitted: false, served, omitted }
    }

    /// Walks steps 1 to 4, whatever the path, for a call that somebody else serves.
    pub(crate) fn gate(app: &'a App, incoming: Incoming<'a>, now: Timestamp) -> Result<Vec<Reason>, Answer> {
        let mut scratch = Scratch::default();
        let mut walk = Evaluation::new(app, &mut scratch, incoming, now, Violations::first());
        let _ = walk.gate_steps();
        match walk.findings.found.is_empty() {
            true => Ok(walk.findings.gaps.into_iter().map(Reason::Gap).collect()),
            false => Err(walk.finish().outcome.answer),
        }
    }

    fn gate_steps(&mut self) -> ControlFlow<()> {
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
        if self.findings.found.iter().any(|violation| violation.reason == Refusal::BodySize) {
            return ControlFlow::Continue(());
        }
        let Settings { terms, .. } = &self.app.settings;
        let (body, findings) = (self.incoming.body, &mut self.findings);
        let read = preflight::read(endpoint, body, &terms.policy, &terms.limits, findings, self.scratch)?;
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
                self.scratch.keep_call(call);
                flow
            }
            Some(Body::List { cursor, filter }) => self.list(&group, cursor, filter),
            Some(Body::Count) => self.count(&group),
            Some(Body::Check { accounts }) => self.check(&group, accounts),
            Some(Body::Admins { kind, accounts }) => self.admins(&group, &AdminCall::new(kind, operator, accounts)),
            Some(Body::AdminList) => self.admin_list(&group),
            // The body is at fault, and the group can be looked at all the same.
            None => self.group_alone(&group, endpoint),
        }
    }

    /// 1. The path (`gap:http-codes`).
    fn path(&mut self) -> ControlFlow<()> {
        let path = self.incoming.path;
        self.endpoint = Endpoint::from_path(path);
        if self.endpoint.is_none() {
            let known: Vec<_> = Endpoint::ALL.iter().map(|endpoint| format!("`{}`", endpoint.path())).collect();
            let path = without_query(path);
            let message = format!(
                "no call of this service has the path `{}`; its calls are {}",
                Excerpt(&redact_usersig(&path)),
                known.join(", ")
            );
            self.add(Refusal::UnknownPath, None, message)?;
        }
        ControlFlow::Continue(())
    }

    /// 1. The method, the size of the body (`gap:http-codes`).
    fn http(&mut self) -> ControlFlow<()> {
        let Incoming { method, body, length, .. } = self.incoming;
        if method != "POST" {
            self.add(Refusal::Method, None, format!("the method is `{}`; it must be `POST`", Excerpt(method)))?;
        }
        let bytes_max = self.app.settings.terms.limits.body_bytes_max;
        let too_long = match length {
            Length::AtHand if body.len() <= bytes_max => return ControlFlow::Continue(()),
            Length::AtHand => format!("the body has {} bytes; at most {bytes_max} are read", body.len()),
            Length::Beyond(Some(bytes)) => format!("the body has {bytes} bytes; at most {bytes_max} are read"),
            Length::Beyond(None) => format!("the body has more than the {bytes_max} bytes that are read"),
        };
        self.add(Refusal::BodySize, Some(BodyPath::Body), too_long)
    }

    /// 2. `QUERY`: the parameters of the URL (`gap:random`). Gives the identifier, where it can be read.
    fn query(&mut self) -> ControlFlow<(), Option<String>> {
        let query = match self.incoming.caller {
            Caller::Identifier(identifier) => return ControlFlow::Continue(Some(identifier.to_owned())),
            Caller::Query(query) => RawQuery::new(query),
        };
        for fault in query.errors() {
            let reason = match fault {
                QueryError::AppMissing => Refusal::QueryAppMissing,
                _ => Refusal::Query,
            };
            self.add(reason, None, fault.to_string())?;
        }
        let ours = self.app.settings.sdkappid;
        if let Some(other) = query.sdkappid().ok().filter(|found| *found != ours) {
            self.add(Refusal::Query, None, format!("`sdkappid` is `{other}`; this is the service of `{ours}`"))?;
        }
        if let Err(fault) = query.random() {
            match self.policy().random {
                Random::Refuse => self.add(Refusal::QueryRandom, None, fault.to_string())?,
                _ => self.findings.gap(Gap::Random),
            }
        }
        self.signature(&query)?;
        ControlFlow::Continue(query.identifier().ok().map(str::to_owned))
    }

    /// 3. `USERSIG`: malformed, another user's, another app's, of another key, expired; in this order.
    fn signature(&mut self, query: &RawQuery) -> ControlFlow<()> {
        let Settings { sdkappid, key: Some(key), .. } = &self.app.settings else { return ControlFlow::Continue(()) };
        let (Ok(sig), Ok(identifier)) = (query.usersig(), query.identifier()) else {
            return ControlFlow::Continue(());
        };
        let Err(fault) = verify(sig, key, *sdkappid, identifier, self.now) else { return ControlFlow::Continue(()) };
        self.add(signature_refusal(&fault), None, fault.to_string())?;
        // The first fault is the answer; whatever else is wrong with it is for those who want to know it all.
        let explained = explain(sig.as_str(), Some(key), Some(*sdkappid), Some(identifier), self.now);
        let others = explained.findings.iter().filter_map(|finding| match finding {
            Finding::Refused(other) => Some((signature_refusal(other), finding.to_string())),
            _ => None,
        });
        match fault {
            // Nothing can be read in it; what mending it would show was not sent.
            UserSigError::Malformed(_) => ControlFlow::Continue(()),
            _ => others
                .filter(|(reason, _)| *reason > signature_refusal(&fault))
                .try_for_each(|(reason, message)| self.add(reason, None, message)),
        }
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
            self.findings.gap(Gap::RestOwner);
        }
        ControlFlow::Continue(operator)
    }

    /// 5. `RATE`: at most 200 calls of one command within any 1,000 ms (`gap:rate-scope`).
    fn rate(&mut self, endpoint: Endpoint) -> ControlFlow<()> {
        let limits = &self.app.settings.terms.limits;
        let none_yet = Quota::default();
        let quota = self.app.quotas.get(&(self.app.settings.sdkappid, endpoint));
        if quota.unwrap_or(&none_yet).admits(self.now, limits) {
            // What an earlier step refuses does not count.
            self.admitted = self.findings.found.is_empty();
            return ControlFlow::Continue(());
        }
        let (calls, window) = (limits.calls_per_window_max, limits.rate_window.as_millis());
        let command = endpoint.command();
        let message =
            format!("{calls} calls of `{command}` were admitted within the last {window} ms; call more slowly");
        self.add(Refusal::Rate, None, message)
    }

    fn add(&mut self, reason: Refusal, place: Option<BodyPath>, message: impl Into<String>) -> ControlFlow<()> {
        let violation = Violation::new(reason, place, self.policy(), message);
        self.findings.add(violation)
    }

    fn policy(&self) -> &'a Policy {
        &self.app.settings.terms.policy
    }

    /// The answer: to the first violation, or what the group said.
    fn finish(self) -> Evaluated {
        let by_precedence = self.findings.by_precedence().then_some(Gap::Precedence);
        let Violations { found: violations, gaps, .. } = self.findings;
        let mut outcome = match (violations.first(), self.served) {
            (None, Some(served)) => served,
            (Some(first), _) => {
                let omitted = if first.reason == Refusal::AllFailed { self.omitted } else { Vec::new() };
                Outcome { answer: refused(self.endpoint, first, omitted), effect: Effect::None }
            }
            (None, None) => Outcome { answer: Answer::internal_error(self.endpoint), effect: Effect::None },
        };
        for basis in gaps.into_iter().chain(by_precedence).map(Reason::Gap) {
            if !outcome.answer.because.contains(&basis) {
                outcome.answer.because.push(basis);
            }
        }
        Evaluated { violations, admitted: self.endpoint.filter(|_| self.admitted), outcome }
    }
}

fn signature_refusal(fault: &UserSigError) -> Refusal {
    match fault {
        UserSigError::OtherUser { .. } => Refusal::SignatureUser,
        UserSigError::OtherApp { .. } => Refusal::SignatureApp,
        UserSigError::OtherKey => Refusal::SignatureKey,
        UserSigError::Expired { .. } => Refusal::SignatureExpired,
        // What cannot be told apart is refused as what cannot be read.
        _ => Refusal::SignatureMalformed,
    }
}
