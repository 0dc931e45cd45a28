//! The outcome of every account: each is in exactly one state.

use std::fmt;
use std::ops::Range;

use avmarks_protocol::ErrorCode;
use avmarks_spec::{Clause, Excerpt, Mark};

use crate::attempt::Attempt;
use crate::progress::{AccountResult, AnsweredCall};
use crate::{AttemptResult, Plan, PlanKind};

/// The outcome of an account. The list is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// All its marks were set, or deleted.
    Applied,
    /// Its call was answered with code 0, and the answer names no account, as with robots. A call of which no account could be served
    /// is refused (`ALL-FAILED`), so at least one account of the call was served; it is not known which.
    /// [`MemberCheck`](crate::MemberCheck) asks who is online.
    Accepted,
    /// Some of its marks were set, or deleted, and others were not.
    Partial {
        /// The marks that were, in the order asked.
        applied: Vec<Mark>,
        /// The marks that were not, in the order asked.
        omitted: Vec<Mark>,
        /// The clause that probably explains it, as in [`Outcome::Omitted`].
        likely: Option<Clause>,
    },
    /// The call was served, and the account omitted.
    Omitted {
        /// The clause that probably explains it. The service does not give a reason: this is decided when the call is answered, from
        /// its answer and those before it. It is `ONLINE-ONLY` (offline, or not in the group) or `MEMBERS-PER-MARK` (the mark has as
        /// many holders as it may have). None if the answer fits neither: `MEMBERS-PER-MARK` where a later account of the call
        /// took the mark, `ONLINE-ONLY` if the answer names the account.
        likely: Option<Clause>,
    },
    /// Its call was refused: nothing was changed. Where every account of a call is offline or absent, the service refuses the
    /// call as a whole (`ALL-FAILED`), with 10004 as for a wrong parameter (`gap:all-failed-code`); robots need not be online.
    Refused {
        /// The code of the latest refusal.
        code: ErrorCode,
        /// Its `ErrorInfo`, whole. None if it had none.
        info: Option<&'a str>,
    },
    /// Its call was sent, and no answer confirms that it was carried out. To send it again is idempotent, except that setting 500
    /// starts its three days anew (`gap:pin-renewal`), and that a change that another program made in the meantime is undone.
    Unconfirmed {
        /// The latest result. None while the first attempt is in flight, and where a larger call was lost before this one.
        last: Option<&'a AttemptResult>,
    },
    /// The service never received it, or refused only the size of its call.
    NotSent {
        /// The reason, at the time of the report.
        reason: NotSentReason<'a>,
    },
}

impl Outcome<'_> {
    /// The state, without particulars.
    #[must_use]
    pub const fn state(&self) -> State {
        match self {
            Self::Applied => State::Applied,
            Self::Accepted => State::Accepted,
            Self::Partial { .. } => State::Partial,
            Self::Omitted { .. } => State::Omitted,
            Self::Refused { .. } => State::Refused,
            Self::Unconfirmed { .. } => State::Unconfirmed,
            Self::NotSent { .. } => State::NotSent,
        }
    }

    /// The reason in one line, without the state: empty where the state says all.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::Applied => String::new(),
            Self::Accepted => "not confirmed: the answer names no account".to_owned(),
            Self::Partial { likely, .. } | Self::Omitted { likely } => match likely {
                Some(Clause::OnlineOnly) => "probably offline or not in the group".to_owned(),
                Some(Clause::MembersPerMark) => "probably because the mark has all the holders it may have".to_owned(),
                _ => "for a reason that no document names".to_owned(),
            },
            Self::Refused { code, info: Some(info) } => format!("{code}: \"{}\"", Excerpt(info)),
            Self::Refused { code, info: None } => code.to_string(),
            Self::Unconfirmed { last: Some(last) } => last.to_string(),
            Self::Unconfirmed { last: None } => "no answer yet".to_owned(),
            Self::NotSent { reason } => reason.to_string(),
        }
    }
}

/// One line, for people.
impl fmt::Display for Outcome<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |marks: &[Mark]| marks.iter().map(Mark::to_string).collect::<Vec<_>>().join(", ");
        let reason = self.reason();
        match self {
            Self::Applied => f.write_str("applied"),
            Self::Accepted => write!(f, "accepted, {reason}"),
            Self::Partial { applied, omitted, .. } => {
                write!(f, "partly applied: {}; not {} ({reason})", list(applied), list(omitted))
            }
            Self::Omitted { .. } => write!(f, "omitted ({reason})"),
            Self::Refused { .. } => write!(f, "refused with {reason}"),
            Self::Unconfirmed { .. } => write!(f, "unconfirmed: {reason}"),
            Self::NotSent { reason: NotSentReason::Failed(result) } => result.fmt(f),
            Self::NotSent { .. } => write!(f, "not sent: {reason}"),
        }
    }
}

avmarks_spec::named_enum! {
    /// A state of an account, the best first. The list is closed.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum State {
        /// See [`Outcome::Applied`].
        Applied = "applied",
        /// See [`Outcome::Accepted`].
        Accepted = "accepted",
        /// See [`Outcome::Partial`].
        Partial = "partial",
        /// See [`Outcome::Omitted`].
        Omitted = "omitted",
        /// See [`Outcome::Refused`].
        Refused = "refused",
        /// See [`Outcome::Unconfirmed`].
        Unconfirmed = "unconfirmed",
        /// See [`Outcome::NotSent`].
        NotSent = "not-sent",
    }
}

impl State {
    /// The states in which accounts of a plan of this kind can be, the best first. An answer about robots names no account, so that
    /// none of their accounts is known to be served or omitted.
    #[must_use]
    pub const fn of_kind(kind: PlanKind) -> &'static [Self] {
        use State::{Accepted, Applied, NotSent, Omitted, Partial, Refused, Unconfirmed};
        match kind {
            PlanKind::SetMarks | PlanKind::DeleteMarks => &[Applied, Partial, Omitted, Refused, Unconfirmed, NotSent],
            PlanKind::AddRobots | PlanKind::DeleteRobots => &[Accepted, Refused, Unconfirmed, NotSent],
        }
    }
}

/// Why an account was not sent. Its text is one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotSentReason<'a> {
    /// Its call has not begun yet.
    Pending,
    /// The job was stopped.
    Stopped,
    /// The job's deadline was too near.
    Deadline,
    /// Another call had this result, and this one would have it as well.
    Hopeless(&'a AttemptResult),
    /// Its requests were not sent.
    Failed(&'a AttemptResult),
}

impl fmt::Display for NotSentReason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pending => f.write_str("its call has not begun yet"),
            Self::Stopped => f.write_str("the job was stopped"),
            Self::Deadline => f.write_str("the job's deadline was too near"),
            Self::Hopeless(result) => {
                write!(f, "an earlier call failed in a way that this one would as well: {result}")
            }
            Self::Failed(result) => result.fmt(f),
        }
    }
}

/// The outcome of every account of a job, at the time of the call.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    plans: Vec<PlanReport<'a>>,
    counts: [usize; State::ALL.len()],
}

impl<'a> Report<'a> {
    pub(crate) fn new(plans: Vec<PlanReport<'a>>) -> Self {
        let mut report = Self { plans, counts: [0; State::ALL.len()] };
        for state in report.plans.iter().flat_map(PlanReport::states) {
            if let Some(count) = report.counts.get_mut(state as usize) {
                *count += 1;
            }
        }
        report
    }

    /// Every account of every plan, once, in the order of the plans.
    pub fn accounts(&self) -> impl Iterator<Item = AccountReport<'a>> {
        self.plans.iter().enumerate().flat_map(|(at, plan)| plan.accounts(at))
    }

    /// How many accounts are in this state.
    #[must_use]
    pub fn count(&self, state: State) -> usize {
        self.counts.get(state as usize).copied().unwrap_or_default()
    }

    /// How many accounts there are.
    #[must_use]
    pub fn total(&self) -> usize {
        self.counts.iter().sum()
    }

    /// Whether every account was served whole: applied, or accepted as a robot.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.count(State::Applied) + self.count(State::Accepted) == self.total()
    }
}

/// The outcome of every account of a plan.
#[derive(Clone, Debug)]
pub(crate) struct PlanReport<'a> {
    plan: &'a Plan,
    /// From the first account to the last, without gaps.
    ranges: Vec<(Range<usize>, RangeOutcome<'a>)>,
}

/// The outcome of consecutive accounts.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RangeOutcome<'a> {
    Answered(&'a AnsweredCall),
    /// A call with these attempts, none of which was answered with code 0. It was possibly applied where an attempt is in flight, or
    /// the answer of a larger call was lost.
    Unanswered {
        attempts: &'a [Attempt],
        possibly_applied: bool,
    },
    NotSent(NotSentReason<'a>),
}

/// An account, the requested marks, and its outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountReport<'a> {
    /// The index of its plan.
    pub plan: usize,
    /// The account.
    pub account: &'a str,
    /// The marks asked, in the plan's order.
    pub marks: &'a [Mark],
    /// The outcome.
    pub outcome: Outcome<'a>,
    /// The correlation id of the latest attempt that named it: `random` of its query.
    pub random: Option<u32>,
}

impl<'a> PlanReport<'a> {
    /// `known` has the outcomes of ranges that do not overlap; `rest` is the reason of all others.
    pub(crate) fn new(
        plan: &'a Plan,
        mut known: Vec<(Range<usize>, RangeOutcome<'a>)>,
        rest: NotSentReason<'a>,
    ) -> Self {
        known.sort_by_key(|(range, _)| range.start);
        let mut ranges = Vec::with_capacity(known.len());
        let mut next = 0;
        for (range, outcome) in known {
            if next < range.start {
                ranges.push((next..range.start, RangeOutcome::NotSent(rest)));
            }
            next = range.end;
            ranges.push((range, outcome));
        }
        if next < plan.len() {
            ranges.push((next..plan.len(), RangeOutcome::NotSent(rest)));
        }
        Self { plan, ranges }
    }

    /// Every account of the plan, once, in its order.
    fn accounts(&self, plan: usize) -> impl Iterator<Item = AccountReport<'a>> + use<'_, 'a> {
        self.ranges.iter().flat_map(move |(range, of_range)| {
            range.clone().filter_map(move |at| {
                let (account, marks) = self.plan.account(at)?;
                let (outcome, random) = self.outcome(at, marks, *of_range);
                Some(AccountReport { plan, account, marks, outcome, random })
            })
        })
    }

    /// The state of every account.
    fn states(&self) -> impl Iterator<Item = State> + use<'_, 'a> {
        self.accounts(0).map(|account| account.outcome.state())
    }

    fn outcome(&self, at: usize, asked: &[Mark], of_range: RangeOutcome<'a>) -> (Outcome<'a>, Option<u32>) {
        match of_range {
            RangeOutcome::NotSent(reason) => (Outcome::NotSent { reason }, None),
            RangeOutcome::Answered(call) => (self.answered(call.result(at), asked), Some(call.random())),
            RangeOutcome::Unanswered { attempts, possibly_applied } => {
                (unanswered(attempts, possibly_applied), attempts.last().map(Attempt::random))
            }
        }
    }

    fn answered(&self, result: AccountResult<'_>, asked: &[Mark]) -> Outcome<'a> {
        match result {
            AccountResult::All if !self.plan.kind().names_served() => Outcome::Accepted,
            AccountResult::All => Outcome::Applied,
            AccountResult::Omitted { likely } => Outcome::Omitted { likely },
            AccountResult::Partial { marks, likely } => {
                let (applied, omitted) = asked.iter().partition(|mark| marks.contains(&mark.number()));
                Outcome::Partial { applied, omitted, likely }
            }
        }
    }
}

/// The outcome of the accounts of a call that no answer confirms.
fn unanswered(attempts: &[Attempt], possibly_applied: bool) -> Outcome<'_> {
    let last = attempts.last().map(Attempt::result);
    if possibly_applied || attempts.iter().any(|one| one.result().may_have_been_served()) {
        return Outcome::Unconfirmed { last };
    }
    let refusal = attempts.iter().rev().find_map(|one| match one.result() {
        AttemptResult::Refused { code, info } => Some((*code, info.as_deref())),
        _ => None,
    });
    match (refusal, last) {
        (Some((code, info)), _) => Outcome::Refused { code, info },
        (None, Some(last)) => Outcome::NotSent { reason: NotSentReason::Failed(last) },
        (None, None) => Outcome::NotSent { reason: NotSentReason::Pending },
    }
}

#[cfg(test)]
mod tests;
