//! What became of every account: each is in exactly one state.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use avmarks_protocol::ErrorCode;
use avmarks_spec::{Clause, Excerpt, Limits, Mark, UserId};

use crate::progress::{Settled, Share};
use crate::{AttemptResult, Plan, Try};

/// What became of an account. The list is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// All its marks were set, or deleted.
    Applied,
    /// Its call was answered with code 0, and the answer names no account: so it is with robots. A call of which nobody could
    /// be served is refused (`ALL-FAILED`), so at least one account of the call was served, and which ones is not known.
    /// [`MemberCheck`](crate::MemberCheck) asks who is online.
    Accepted,
    /// Some of its marks were, and some not.
    Partly {
        /// Those that were, in the order asked.
        applied: Vec<Mark>,
        /// Those that were not, in the order asked.
        missing: Vec<Mark>,
        /// Why not, as far as it can be guessed: the service does not say.
        likely: LikelyCause,
    },
    /// The call was served, and the account left out.
    Omitted {
        /// Why, as far as it can be guessed: the service does not say.
        likely: LikelyCause,
    },
    /// Its call was refused: nothing was changed. Where every account of a call is offline or absent, the service refuses the
    /// call as a whole (`ALL-FAILED`), with 10004 as for a wrong parameter (`gap:all-failed-code`); robots need not be online.
    Refused {
        /// The code of the latest refusal.
        code: ErrorCode,
        /// Its `ErrorInfo`, whole; none where it had none.
        info: Option<&'a str>,
    },
    /// Its call was sent, and no answer came that tells. It may have been carried out. To send it again is idempotent, save that
    /// setting 500 starts its three days anew (`gap:pin-renewal`), and that what somebody else changed meanwhile is changed back.
    Unconfirmed {
        /// What came back last; none while the first try is in flight, and where a larger call was lost before this one.
        last: Option<&'a AttemptResult>,
    },
    /// The service never saw it, or refused it for the size of its call alone.
    NotTried {
        /// Why.
        why: NotTried<'a>,
    },
}

impl Outcome<'_> {
    /// The state without its particulars.
    #[must_use]
    pub const fn state(&self) -> State {
        match self {
            Self::Applied => State::Applied,
            Self::Accepted => State::Accepted,
            Self::Partly { .. } => State::Partly,
            Self::Omitted { .. } => State::Omitted,
            Self::Refused { .. } => State::Refused,
            Self::Unconfirmed { .. } => State::Unconfirmed,
            Self::NotTried { .. } => State::NotTried,
        }
    }
}

/// One line, for people.
impl fmt::Display for Outcome<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |marks: &[Mark]| marks.iter().map(Mark::to_string).collect::<Vec<_>>().join(", ");
        match self {
            Self::Applied => f.write_str("applied"),
            Self::Accepted => f.write_str("accepted, not confirmed: the answer names no account"),
            Self::Partly { applied, missing, likely } => {
                write!(f, "partly applied: {}; not {} ({likely})", list(applied), list(missing))
            }
            Self::Omitted { likely } => write!(f, "left out ({likely})"),
            Self::Refused { code, info: Some(info) } => write!(f, "refused with {code}: `{}`", Excerpt(info)),
            Self::Refused { code, info: None } => write!(f, "refused with {code}"),
            Self::Unconfirmed { last: Some(last) } => write!(f, "unconfirmed: {last}"),
            Self::Unconfirmed { last: None } => f.write_str("unconfirmed: no answer yet"),
            Self::NotTried { why } => write!(f, "not tried: {why}"),
        }
    }
}

/// A state of an account. The list is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// See [`Outcome::Applied`].
    Applied,
    /// See [`Outcome::Accepted`].
    Accepted,
    /// See [`Outcome::Partly`].
    Partly,
    /// See [`Outcome::Omitted`].
    Omitted,
    /// See [`Outcome::Refused`].
    Refused,
    /// See [`Outcome::Unconfirmed`].
    Unconfirmed,
    /// See [`Outcome::NotTried`].
    NotTried,
}

impl State {
    /// Every state, the best first.
    pub const ALL: &'static [Self] =
        &[Self::Applied, Self::Accepted, Self::Partly, Self::Omitted, Self::Refused, Self::Unconfirmed, Self::NotTried];

    /// A short name, ours and stable.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Accepted => "accepted",
            Self::Partly => "partly",
            Self::Omitted => "omitted",
            Self::Refused => "refused",
            Self::Unconfirmed => "unconfirmed",
            Self::NotTried => "not-tried",
        }
    }
}

/// Why an account, or some of its marks, was probably left out. A guess from what the documents say and the job has seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LikelyCause {
    /// It is offline or no member (`ONLINE-ONLY`).
    OfflineOrAbsent,
    /// The mark has as many holders as it may have (`MEMBERS-PER-MARK`).
    MarkFull,
    /// No document names a reason.
    Unknown,
}

impl LikelyCause {
    /// The clause that the guess rests on.
    #[must_use]
    pub const fn clause(self) -> Option<Clause> {
        match self {
            Self::OfflineOrAbsent => Some(Clause::OnlineOnly),
            Self::MarkFull => Some(Clause::MembersPerMark),
            Self::Unknown => None,
        }
    }
}

impl fmt::Display for LikelyCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OfflineOrAbsent => "probably offline or not in the group",
            Self::MarkFull => "probably because the mark has all the holders it may have",
            Self::Unknown => "for a reason that no document names",
        })
    }
}

/// Why an account was not tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotTried<'a> {
    /// Its turn has not come.
    #[error("its turn has not come")]
    Pending,
    /// The job was stopped.
    #[error("the job was stopped")]
    Stopped,
    /// The job's deadline was too near.
    #[error("the job's time was over")]
    Deadline,
    /// Another call met with something that this one would meet, too.
    #[error("another call found that it is of no use: {0}")]
    Hopeless(&'a AttemptResult),
    /// Its request never left.
    #[error("{0}")]
    NeverSent(&'a AttemptResult),
}

/// How many accounts are in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    counts: [usize; State::ALL.len()],
}

impl Counts {
    /// How many are in this state.
    #[must_use]
    pub fn of(&self, state: State) -> usize {
        self.counts.get(state as usize).copied().unwrap_or_default()
    }

    /// How many there are.
    #[must_use]
    pub fn total(&self) -> usize {
        self.counts.iter().sum()
    }

    fn add(&mut self, state: State) {
        if let Some(count) = self.counts.get_mut(state as usize) {
            *count += 1;
        }
    }
}

/// What became of every account of a job, as of the moment when it was asked for.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    pub(crate) plans: Vec<PlanReport<'a>>,
}

impl<'a> Report<'a> {
    /// One report per plan, in the order given.
    #[must_use]
    pub fn plans(&self) -> &[PlanReport<'a>] {
        &self.plans
    }

    /// How many accounts of all plans are in each state. Looks at each account.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for account in self.plans.iter().flat_map(PlanReport::accounts) {
            counts.add(account.outcome.state());
        }
        counts
    }
}

/// What became of every account of a plan.
#[derive(Clone, Debug)]
pub struct PlanReport<'a> {
    plan: &'a Plan,
    /// From the first account to the last, without holes.
    stretches: Vec<(Range<usize>, RangeOutcome<'a>)>,
    /// How many accounts this job has seen take each mark.
    takers: BTreeMap<Mark, usize>,
}

/// What became of consecutive accounts.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RangeOutcome<'a> {
    Settled(&'a Settled),
    /// A call of these tries, which got no answer that settles it; doubtful where one may be on its way, or was lost.
    Unsettled {
        tries: &'a [Try],
        possibly_applied: bool,
    },
    NotTried(NotTried<'a>),
}

/// An account, what was asked for it, and what became of that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountReport<'a> {
    /// The account.
    pub account: &'a UserId,
    /// The marks asked, in the plan's order.
    pub marks: &'a [Mark],
    /// What became of it.
    pub outcome: Outcome<'a>,
    /// The correlation id of the latest try that named it: `random` of its query.
    pub random: Option<u32>,
}

impl<'a> PlanReport<'a> {
    /// `known` holds what is known of stretches of accounts that do not overlap; `rest` is true of all others.
    pub(crate) fn new(plan: &'a Plan, mut known: Vec<(Range<usize>, RangeOutcome<'a>)>, rest: NotTried<'a>) -> Self {
        known.sort_by_key(|(range, _)| range.start);
        let mut stretches = Vec::with_capacity(known.len());
        let mut next = 0;
        for (range, fate) in known {
            if next < range.start {
                stretches.push((next..range.start, RangeOutcome::NotTried(rest)));
            }
            next = range.end;
            stretches.push((range, fate));
        }
        if next < plan.len() {
            stretches.push((next..plan.len(), RangeOutcome::NotTried(rest)));
        }
        let mut report = Self { plan, stretches, takers: BTreeMap::new() };
        let mut takers = BTreeMap::new();
        for account in report.accounts() {
            let taken = match &account.outcome {
                Outcome::Applied => account.marks,
                Outcome::Partly { applied, .. } => applied,
                _ => &[],
            };
            for mark in taken {
                *takers.entry(*mark).or_default() += 1;
            }
        }
        report.takers = takers;
        report
    }

    /// The plan.
    #[must_use]
    pub const fn plan(&self) -> &'a Plan {
        self.plan
    }

    /// Every account of the plan, once, in its order.
    pub fn accounts(&self) -> impl Iterator<Item = AccountReport<'a>> {
        self.stretches.iter().flat_map(move |(range, fate)| {
            range.clone().filter_map(move |at| {
                let (account, marks) = self.plan.account(at)?;
                let (outcome, random) = self.outcome(at, marks, *fate);
                Some(AccountReport { account, marks, outcome, random })
            })
        })
    }

    fn outcome(&self, at: usize, asked: &[Mark], fate: RangeOutcome<'a>) -> (Outcome<'a>, Option<u32>) {
        match fate {
            RangeOutcome::NotTried(why) => (Outcome::NotTried { why }, None),
            RangeOutcome::Settled(settled) => (self.settled(settled.share(at), asked), Some(settled.random())),
            RangeOutcome::Unsettled { tries, possibly_applied } => {
                (unsettled(tries, possibly_applied), tries.last().map(Try::random))
            }
        }
    }

    fn settled(&self, share: Share<'_>, asked: &[Mark]) -> Outcome<'a> {
        match share {
            Share::All if !self.plan.kind().names_served() => Outcome::Accepted,
            Share::All => Outcome::Applied,
            Share::None => Outcome::Omitted { likely: self.likely(&[], asked) },
            Share::Some(done) => {
                let (applied, missing): (Vec<_>, Vec<_>) = asked.iter().partition(|mark| done.contains(&mark.number()));
                let likely = self.likely(&applied, &missing);
                Outcome::Partly { applied, missing, likely }
            }
        }
    }

    fn likely(&self, applied: &[Mark], missing: &[Mark]) -> LikelyCause {
        let most = Limits::DOCUMENTED.members_per_mark_max;
        let full = |mark: &Mark| self.takers.get(mark).is_some_and(|takers| *takers >= most);
        match (self.plan.kind().sets(), applied) {
            (true, _) if missing.iter().all(full) => LikelyCause::MarkFull,
            // Who is offline may take 500, and nothing else (`gap:offline-500`).
            (_, []) | (true, [Mark::PINNED]) => LikelyCause::OfflineOrAbsent,
            (true, _) => LikelyCause::MarkFull,
            (false, _) => LikelyCause::Unknown,
        }
    }
}

/// What became of the accounts of a call that nobody said was served.
fn unsettled(tries: &[Try], possibly_applied: bool) -> Outcome<'_> {
    let last = tries.last().map(Try::heard);
    if possibly_applied || tries.iter().any(|one| one.heard().may_have_been_served()) {
        return Outcome::Unconfirmed { last };
    }
    let refusal = tries.iter().rev().find_map(|one| match one.heard() {
        AttemptResult::Refused { code, info } => Some((*code, info.as_deref())),
        _ => None,
    });
    match (refusal, last) {
        (Some((code, info)), _) => Outcome::Refused { code, info },
        (None, Some(last)) => Outcome::NotTried { why: NotTried::NeverSent(last) },
        (None, None) => Outcome::NotTried { why: NotTried::Pending },
    }
}

#[cfg(test)]
mod tests;
