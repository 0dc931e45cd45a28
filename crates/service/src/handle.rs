//! The three entry points for requests: [`App::handle`], [`App::dry_run`] and [`App::authorize`].

use std::mem::take;

use avmarks_rules::Reason;
use avmarks_rules::internal::Scratch;
use avmarks_spec::{Gap, Timestamp};

use crate::answer::{Answer, Effect, Outcome};
use crate::app::{App, GroupEvent, member_events};
use crate::precedence::Evaluation;
use crate::request::Request;
use crate::violation::{Violation, Violations};

/// An answer that was given, and the events that it caused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Response {
    /// The answer.
    pub answer: Answer,
    /// The events: first the pins that had ended, in any group, then the effect of the call.
    pub events: Vec<GroupEvent>,
    /// Whether step 5 admitted the request. A request that was not admitted changes nothing except the time, so that a log of inputs
    /// need not keep it.
    pub admitted: bool,
}

/// The effect that a request would have.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DryRun {
    /// Every violation, in the order of the precedence; the service answers with the first. A step is skipped if it needs what an
    /// earlier step could not read: accounts are checked only if the body and the group could be read.
    pub violations: Vec<Violation>,
    /// The answer that the service would give.
    pub answer: Answer,
}

impl App {
    /// Answers a request at the time `at`. [`App::next_deadline`] may have changed afterwards.
    pub fn handle(&mut self, request: &Request<'_>, at: Timestamp) -> Response {
        let clock = clock_reason(at, self.now);
        let mut events = self.tick(at);
        let now = self.now;
        let mut scratch = take(&mut self.scratch);
        let evaluated = Evaluation::run(self, &mut scratch, *request, now, Violations::first());
        let admitted = evaluated.admitted.is_some();
        if let Some(endpoint) = evaluated.admitted {
            self.quotas.entry((self.settings.sdkappid, endpoint)).or_default().admit(now, &self.settings.terms.limits);
        }
        let Outcome { mut answer, effect } = evaluated.outcome;
        match effect {
            Effect::None => {}
            Effect::Transition(group, transition) => {
                self.change(group, |room| {
                    // The decision was made on this room, and nothing has changed the room since.
                    let applied = room.apply(&transition);
                    debug_assert!(applied.is_ok(), "a transition that was just decided is stale");
                    events.extend(member_events(group, applied.unwrap_or_default()));
                });
                scratch.recycle_transition(transition);
            }
            Effect::Cache(id, entry) => {
                if let Some(group) = self.groups.get_mut(&id) {
                    group.cache.store(entry, &self.settings.terms.policy, now);
                }
            }
        }
        self.scratch = scratch;
        answer.because.extend(clock);
        Response { answer, events, admitted }
    }

    /// What [`App::handle`] would answer to this request at the time `at`, with every violation. Changes nothing.
    #[must_use]
    pub fn dry_run(&self, request: &Request<'_>, at: Timestamp) -> DryRun {
        let now = self.moment(at);
        let evaluated = Evaluation::run(self, &mut Scratch::default(), *request, now, Violations::all());
        let Outcome { mut answer, .. } = evaluated.outcome;
        answer.because.extend(clock_reason(at, self.now));
        DryRun { violations: evaluated.violations, answer }
    }

    /// Checks steps 1 to 4 of the precedence for a call that is served elsewhere, whatever its path: method and size of the body, query,
    /// signature, caller. Returns the gaps that let the request through.
    ///
    /// # Errors
    ///
    /// The answer, if the request is refused.
    ///
    /// ```
    /// use avmarks_service::spec::Timestamp;
    /// use avmarks_service::{App, Request, Settings};
    ///
    /// let app = App::new(Settings::default());
    /// let path = "v4/group_open_http_svc/create_group";
    /// let query = "sdkappid=1400000000&identifier=administrator&usersig=x&random=1&contenttype=json";
    /// assert_eq!(app.authorize(&Request::signed("POST", path, query, b"{}"), Timestamp::EPOCH), Ok(vec![]));
    ///
    /// let query = "sdkappid=1400000000&identifier=student9&usersig=x&random=1&contenttype=json";
    /// let refused = app.authorize(&Request::signed("POST", path, query, b"{}"), Timestamp::EPOCH).unwrap_err();
    /// assert_eq!(refused.code.number(), 60010);
    /// ```
    pub fn authorize(&self, request: &Request<'_>, at: Timestamp) -> Result<Vec<Reason>, Answer> {
        Evaluation::authorize(self, *request, self.moment(at))
    }
}

/// `gap:clock`, where an earlier time is replaced by the latest time seen.
fn clock_reason(at: Timestamp, now: Timestamp) -> Option<Reason> {
    (at < now).then_some(Reason::Gap(Gap::Clock))
}
