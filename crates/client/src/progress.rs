//! How far a job has come: which accounts got their answer, and from which attempt; so that a later job need not ask again.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use avmarks_protocol::internal::json_object;
use avmarks_protocol::modify_user_info::Answer;
use avmarks_spec::{Clause, Excerpt, Limits, Mark, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Anomaly, Plan, PlanKind};

/// The version that is written, and the only one that is read.
pub const PROGRESS_VERSION: u32 = 2;

/// The progress of a job, to be stored in a file. It contains no account names and no signatures: accounts are identified by their
/// index in the plan, which must be planned again from the same inputs.
///
/// It lists the accounts of calls that were answered with code 0, those that the answer omits included. Refused and lost calls are
/// not listed: they are sent again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Progress {
    version: u32,
    plans: Vec<PlanProgress>,
}

/// How far one plan has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanProgress {
    group: String,
    #[serde(rename = "change")]
    kind: PlanKind,
    accounts: usize,
    /// [`Plan::fingerprint`] in hexadecimal: as a number, it would not survive readers that know doubles alone.
    fingerprint: String,
    answered: Vec<AnsweredCall>,
}

/// A call that was answered with code 0: consecutive accounts of its plan, and the result of each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnsweredCall {
    first: usize,
    accounts: usize,
    random: u32,
    at: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    partial: Vec<Partial>,
    /// Accounts that were omitted, by the probable cause; each list ascends.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    offline: Vec<usize>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    mark_full: Vec<usize>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    unexplained: Vec<usize>,
}

/// An account that took some of its marks, and not all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Partial {
    account: usize,
    marks: Vec<u32>,
    cause: Cause,
}

/// Why an account or some of its marks were probably omitted: a guess from the answer of its call and those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Cause {
    Offline,
    MarkFull,
    Unexplained,
}

impl Cause {
    const fn clause(self) -> Option<Clause> {
        match self {
            Self::Offline => Some(Clause::OnlineOnly),
            Self::MarkFull => Some(Clause::MembersPerMark),
            Self::Unexplained => None,
        }
    }
}

/// The result of an account of an answered call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AccountResult<'a> {
    All,
    Partial {
        /// The marks that succeeded, in the order asked.
        marks: &'a [u32],
        likely: Option<Clause>,
    },
    Omitted {
        likely: Option<Clause>,
    },
}

/// How many accounts of a job are known to have taken each mark.
pub(crate) type Holders = BTreeMap<Mark, usize>;

impl Progress {
    pub(crate) fn new<'a>(plans: impl IntoIterator<Item = (&'a Plan, Vec<AnsweredCall>)>) -> Self {
        let of_plan = |(plan, answered): (&Plan, Vec<AnsweredCall>)| PlanProgress {
            group: plan.group().to_string(),
            kind: plan.kind(),
            accounts: plan.len(),
            fingerprint: hexadecimal(plan),
            answered,
        };
        Self { version: PROGRESS_VERSION, plans: plans.into_iter().map(of_plan).collect() }
    }

    /// Parses what [`Progress::to_json`] wrote. Whether it fits a plan is checked when a job is resumed.
    ///
    /// # Errors
    ///
    /// [`ProgressError::Version`] if another version wrote it, [`ProgressError::NotProgress`] if it is none: a field that is not
    /// known is not passed over, as a misspelt one would make accounts count as applied.
    pub fn parse(json: &[u8]) -> Result<Self, ProgressError> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        let not_progress = |reason| ProgressError::NotProgress { reason };
        let Versioned { version } = json_object(json).map_err(not_progress)?;
        if version != PROGRESS_VERSION {
            return Err(ProgressError::Version { found: version });
        }
        json_object(json).map_err(not_progress)
    }

    /// The progress as JSON, compact, in one line.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        // String keys, and no part that can fail: writing does not.
        let json = serde_json::to_vec(self);
        debug_assert!(json.is_ok(), "progress could not be written: {json:?}");
        json.unwrap_or_default()
    }

    /// How many accounts have their answer.
    #[must_use]
    pub fn accounts(&self) -> usize {
        self.answered().map(|(_, range)| range.len()).sum()
    }

    /// The answered calls, in the order of their answers: the index of the plan, and the indexes of the accounts in it.
    pub fn answered(&self) -> impl Iterator<Item = (usize, Range<usize>)> {
        self.plans.iter().enumerate().flat_map(|(at, plan)| plan.answered.iter().map(move |call| (at, call.range())))
    }

    /// The answered calls of each of these plans, in order of their accounts.
    pub(crate) fn fit(&self, plans: &[Plan]) -> Result<Vec<Vec<AnsweredCall>>, ProgressError> {
        if self.version != PROGRESS_VERSION {
            return Err(ProgressError::Version { found: self.version });
        }
        if self.plans.len() != plans.len() {
            return Err(ProgressError::Plans { found: self.plans.len(), planned: plans.len() });
        }
        self.plans.iter().zip(plans).enumerate().map(|(at, (progress, plan))| progress.fit(at, plan)).collect()
    }
}

impl PlanProgress {
    fn fit(&self, at: usize, plan: &Plan) -> Result<Vec<AnsweredCall>, ProgressError> {
        let other = |field: &'static str, found: String, planned: String| {
            if found == planned { Ok(()) } else { Err(ProgressError::OtherPlan { plan: at, field, found, planned }) }
        };
        other("group", self.group.clone(), plan.group().to_string())?;
        other("change", self.kind.to_string(), plan.kind().to_string())?;
        other("accounts", self.accounts.to_string(), plan.len().to_string())?;
        other("fingerprint", self.fingerprint.clone(), hexadecimal(plan))?;

        for (call, answered) in self.answered.iter().enumerate() {
            answered.fits(plan).map_err(|reason| ProgressError::Call { plan: at, call, reason })?;
        }
        let mut answered = self.answered.clone();
        answered.sort_by_key(|call| call.first);
        for pair in answered.windows(2) {
            if let [one, next] = pair
                && one.range().end > next.first
            {
                return Err(ProgressError::Twice { plan: at, account: next.first });
            }
        }
        Ok(answered)
    }
}

impl AnsweredCall {
    /// The results of the accounts of `range` by an answer with code 0, and in what the answer contradicts the call. `holders` are
    /// those before this answer.
    pub(crate) fn of(
        plan: &Plan,
        range: Range<usize>,
        answer: &Answer,
        holders: &Holders,
        random: u32,
        at: Timestamp,
    ) -> (Self, Vec<Anomaly>) {
        let mut listed: BTreeMap<&str, BTreeSet<i64>> = BTreeMap::new();
        let mut repeated: BTreeSet<&str> = BTreeSet::new();
        for member in answer.member_list.iter().flatten() {
            if listed.contains_key(&*member.account) {
                repeated.insert(&member.account);
            }
            listed.entry(&member.account).or_default().extend(&member.marks);
        }
        let mut unrequested_marks = 0;
        // Of each account: whether the answer lists it, and the marks that it took, in the order asked.
        let mut served: Vec<(usize, &[Mark], bool, Vec<Mark>)> = Vec::with_capacity(range.len());
        let mut taken_last: BTreeMap<Mark, usize> = BTreeMap::new();
        for (index, (account, asked)) in range.clone().zip(plan.accounts_of(range.clone())) {
            let marks = listed.remove(account);
            let is_listed = marks.is_some();
            let marks = marks.unwrap_or_default();
            let taken: Vec<Mark> =
                asked.iter().copied().filter(|mark| marks.contains(&i64::from(mark.number()))).collect();
            unrequested_marks += usize::from(marks.len() > taken.len());
            taken_last.extend(taken.iter().map(|mark| (*mark, index)));
            served.push((index, asked, is_listed, taken));
        }

        let mut call = Self::whole(range, random, at);
        let mut guess = Guess { sets: plan.kind().sets(), holders: holders.clone(), taken_last };
        for (account, asked, is_listed, taken) in served {
            if taken.len() < asked.len() {
                let cause = guess.cause(account, asked, is_listed, &taken);
                match (taken.as_slice(), cause) {
                    ([], Cause::Offline) => call.offline.push(account),
                    ([], Cause::MarkFull) => call.mark_full.push(account),
                    ([], Cause::Unexplained) => call.unexplained.push(account),
                    (taken, cause) => {
                        let marks = taken.iter().map(|mark| mark.number()).collect();
                        call.partial.push(Partial { account, marks, cause });
                    }
                }
            }
            guess.count(&taken);
        }
        let anomalies = [
            (listed.len(), Anomaly::UnrequestedAccounts(listed.len())),
            (repeated.len(), Anomaly::RepeatedAccounts(repeated.len())),
            (unrequested_marks, Anomaly::UnrequestedMarks(unrequested_marks)),
        ];
        (call, anomalies.into_iter().filter(|(count, _)| *count > 0).map(|(_, anomaly)| anomaly).collect())
    }

    /// The results of the accounts of `range` by an answer with code 0 that names no account: the same of all.
    pub(crate) fn whole(range: Range<usize>, random: u32, at: Timestamp) -> Self {
        Self {
            first: range.start,
            accounts: range.len(),
            random,
            at: at.as_millis(),
            partial: Vec::new(),
            offline: Vec::new(),
            mark_full: Vec::new(),
            unexplained: Vec::new(),
        }
    }

    /// The indexes of its accounts in the plan.
    pub(crate) const fn range(&self) -> Range<usize> {
        self.first..self.first.saturating_add(self.accounts)
    }

    /// The correlation id of the attempt that was answered: `random` of its query.
    pub(crate) const fn random(&self) -> u32 {
        self.random
    }

    pub(crate) fn result(&self, account: usize) -> AccountResult<'_> {
        let omitted = self.omitted().into_iter().find(|(accounts, _)| accounts.binary_search(&account).is_ok());
        if let Some((_, cause)) = omitted {
            return AccountResult::Omitted { likely: cause.clause() };
        }
        let partial = self.partial.binary_search_by_key(&account, |partial| partial.account);
        match partial.ok().and_then(|at| self.partial.get(at)) {
            Some(Partial { marks, cause, .. }) => AccountResult::Partial { marks, likely: cause.clause() },
            None => AccountResult::All,
        }
    }

    /// Adds the marks that its accounts took.
    pub(crate) fn count(&self, plan: &Plan, holders: &mut Holders) {
        for (index, (_, asked)) in self.range().zip(plan.accounts_of(self.range())) {
            let is_taken = |mark: &Mark| match self.result(index) {
                AccountResult::All => true,
                AccountResult::Partial { marks, .. } => marks.contains(&mark.number()),
                AccountResult::Omitted { .. } => false,
            };
            for mark in asked.iter().filter(|mark| is_taken(mark)) {
                *holders.entry(*mark).or_default() += 1;
            }
        }
    }

    const fn omitted(&self) -> [(&Vec<usize>, Cause); 3] {
        [(&self.offline, Cause::Offline), (&self.mark_full, Cause::MarkFull), (&self.unexplained, Cause::Unexplained)]
    }

    /// Whether it could be of this plan.
    fn fits(&self, plan: &Plan) -> Result<(), String> {
        let range = self.range();
        if range.is_empty() || range.end > plan.len() {
            return Err(format!("accounts {} to {} of {}", range.start, range.end, plan.len()));
        }
        let partial: Vec<usize> = self.partial.iter().map(|partial| partial.account).collect();
        let lists = [&partial, &self.offline, &self.mark_full, &self.unexplained];
        if lists.iter().any(|accounts| !accounts.is_empty()) && !plan.kind().names_served() {
            return Err("accounts omitted, which no answer about robots tells".to_owned());
        }
        let mut seen = BTreeSet::new();
        for accounts in lists {
            let ascending = accounts.windows(2).all(|pair| pair.first() < pair.last());
            if !ascending || accounts.iter().any(|account| !range.contains(account)) {
                return Err("accounts out of its range or out of order".to_owned());
            }
            if let Some(account) = accounts.iter().find(|account| !seen.insert(**account)) {
                return Err(format!("account {account} has two results"));
            }
        }
        for Partial { account, marks, .. } in &self.partial {
            let asked = plan.account(*account).map(|(_, asked)| asked).unwrap_or_default();
            let mut left = asked.iter().copied().map(Mark::number);
            let in_order = marks.iter().all(|mark| left.any(|asked| asked == *mark));
            if !in_order || marks.is_empty() || marks.len() == asked.len() {
                return Err(format!("account {account} cannot have had marks {marks:?} alone"));
            }
        }
        Ok(())
    }
}

/// The known state of the marks of a call, while its accounts are evaluated in request order (`gap:over-capacity`).
struct Guess {
    sets: bool,
    /// Accounts of the job that took each mark before the account that is judged.
    holders: Holders,
    /// The last account of the call that took each mark.
    taken_last: BTreeMap<Mark, usize>,
}

impl Guess {
    fn cause(&self, account: usize, asked: &[Mark], is_listed: bool, taken: &[Mark]) -> Cause {
        let missing = || asked.iter().filter(|mark| !taken.contains(mark));
        // A later account took the mark, so it was not full before.
        let had_room = |mark: &Mark| self.taken_last.get(mark).is_some_and(|last| *last > account);
        let most = Limits::DOCUMENTED.members_per_mark_max;
        let is_full = |mark: &Mark| !had_room(mark) && self.holders.get(mark).is_some_and(|holders| *holders >= most);
        match taken {
            _ if self.sets && missing().all(is_full) => Cause::MarkFull,
            [] if !is_listed => Cause::Offline,
            // An offline account may take 500, and nothing else (`gap:offline-500`).
            [Mark::PINNED] if self.sets => Cause::Offline,
            [_, ..] if self.sets && !missing().any(had_room) => Cause::MarkFull,
            _ => Cause::Unexplained,
        }
    }

    fn count(&mut self, taken: &[Mark]) {
        for mark in taken {
            *self.holders.entry(*mark).or_default() += 1;
        }
    }
}

fn hexadecimal(plan: &Plan) -> String {
    format!("{:016x}", plan.fingerprint())
}

/// Why a job cannot go on from a progress.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProgressError {
    /// The text is not a progress.
    #[error("not a progress file: {reason}; start anew without it")]
    NotProgress {
        /// The problem and its position.
        reason: String,
    },
    /// Another version wrote it.
    #[error(
        "the progress has version `{found}`, and this program reads {PROGRESS_VERSION}; use the program that wrote it"
    )]
    Version {
        /// Its version.
        found: u32,
    },
    /// It is of another number of plans.
    #[error("the progress is of {found} plans, and there are {planned}; give the inputs it was made with")]
    Plans {
        /// Plans in the progress.
        found: usize,
        /// Plans given.
        planned: usize,
    },
    /// It is of another plan.
    #[error(
        "the progress was made for another plan: plans[{plan}].{field} is `{}`, and expected is `{}`; give the inputs it was made with, or start anew without it", Excerpt(.found), Excerpt(.planned)
    )]
    OtherPlan {
        /// The index of the plan.
        plan: usize,
        /// The name of the field.
        field: &'static str,
        /// The value in the progress.
        found: String,
        /// The value in the plan.
        planned: String,
    },
    /// An answered call cannot be of the plan.
    #[error("plans[{plan}].answered[{call}] of the progress does not fit the plan: {reason}; start anew without it")]
    Call {
        /// The index of the plan.
        plan: usize,
        /// The index of the call among those that are answered.
        call: usize,
        /// The error in one sentence.
        reason: String,
    },
    /// An account is answered twice.
    #[error("plans[{plan}] of the progress lists account `{account}` twice; start anew without it")]
    Twice {
        /// The index of the plan.
        plan: usize,
        /// The index of the account.
        account: usize,
    },
}

#[cfg(test)]
mod tests;
