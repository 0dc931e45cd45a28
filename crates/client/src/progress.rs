//! How far a job has come: which accounts got their answer, by which try; so that a later job need not ask again.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use avmarks_protocol::modify_user_info::Answer;
use avmarks_spec::{Excerpt, Mark, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Plan, PlanKind};

/// The version that is written, and the only one that is read.
pub const PROGRESS_VERSION: u32 = 1;

/// How far a job has come, to be kept in a file. It holds no account's name and no signature: accounts are told by their
/// index in the plan, which must be planned again from the same inputs.
///
/// What is settled are the accounts of calls that were answered with code 0, those left out by the answer included. Refused
/// and lost calls are not: they are tried again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    version: u32,
    plans: Vec<PlanProgress>,
}

/// How far one plan has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanProgress {
    group: String,
    #[serde(rename = "change")]
    kind: PlanKind,
    accounts: usize,
    /// [`Plan::fingerprint`] in hexadecimal: as a number, it would not survive readers that know doubles alone.
    fingerprint: String,
    settled: Vec<Settled>,
}

/// A call that was answered with code 0: consecutive accounts of its plan, and what became of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    first: usize,
    accounts: usize,
    random: u32,
    at: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    partly: Vec<Partly>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    omitted: Vec<usize>,
}

/// An account that took some of its marks, and not all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Partly {
    account: usize,
    marks: Vec<u32>,
}

/// What became of an account of a settled call.
pub(crate) enum Share<'a> {
    All,
    /// The marks that succeeded, in the order asked.
    Some(&'a [u32]),
    None,
}

impl Progress {
    pub(crate) fn new<'a>(plans: impl IntoIterator<Item = (&'a Plan, Vec<Settled>)>) -> Self {
        let of_plan = |(plan, settled): (&Plan, Vec<Settled>)| PlanProgress {
            group: plan.group().to_string(),
            kind: plan.kind(),
            accounts: plan.len(),
            fingerprint: hexadecimal(plan),
            settled,
        };
        Self { version: PROGRESS_VERSION, plans: plans.into_iter().map(of_plan).collect() }
    }

    /// The progress of this text, as [`Progress::to_json`] wrote it. Whether it fits a plan, is seen when a job is resumed.
    ///
    /// # Errors
    ///
    /// [`ProgressError::Version`] where another version wrote it, [`ProgressError::NotProgress`] where it is none.
    pub fn parse(json: &[u8]) -> Result<Self, ProgressError> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        let what = |fault: serde_json::Error| ProgressError::NotProgress { what: fault.to_string() };
        let Versioned { version } = serde_json::from_slice(json).map_err(what)?;
        if version != PROGRESS_VERSION {
            return Err(ProgressError::Version { found: version });
        }
        serde_json::from_slice(json).map_err(what)
    }

    /// The progress as JSON, compact, in one line.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        // String keys, and no part that can fail: writing does not.
        let json = serde_json::to_vec(self);
        debug_assert!(json.is_ok(), "progress could not be written: {json:?}");
        json.unwrap_or_default()
    }

    /// How many accounts are settled.
    #[must_use]
    pub fn accounts(&self) -> usize {
        self.plans.iter().flat_map(|plan| &plan.settled).map(|settled| settled.accounts).sum()
    }

    /// The settled calls, each with the index of its plan, in the order in which they were settled.
    pub fn settled(&self) -> impl Iterator<Item = (usize, &Settled)> {
        self.plans.iter().enumerate().flat_map(|(at, plan)| plan.settled.iter().map(move |settled| (at, settled)))
    }

    /// The settled calls of each of these plans, in order of their accounts.
    pub(crate) fn fit(&self, plans: &[Plan]) -> Result<Vec<Vec<Settled>>, ProgressError> {
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
    fn fit(&self, at: usize, plan: &Plan) -> Result<Vec<Settled>, ProgressError> {
        let other = |field: &'static str, found: String, planned: String| {
            if found == planned { Ok(()) } else { Err(ProgressError::OtherPlan { plan: at, field, found, planned }) }
        };
        other("group", self.group.clone(), plan.group().to_string())?;
        other("change", self.kind.to_string(), plan.kind().to_string())?;
        other("accounts", self.accounts.to_string(), plan.len().to_string())?;
        other("fingerprint", self.fingerprint.clone(), hexadecimal(plan))?;

        for (call, settled) in self.settled.iter().enumerate() {
            settled.fits(plan).map_err(|what| ProgressError::Settled { plan: at, call, what })?;
        }
        let mut settled = self.settled.clone();
        settled.sort_by_key(|settled| settled.first);
        for pair in settled.windows(2) {
            if let [one, next] = pair
                && one.range().end > next.first
            {
                return Err(ProgressError::Twice { plan: at, account: next.first });
            }
        }
        Ok(settled)
    }
}

impl Settled {
    /// What an answer with code 0 makes of the accounts of `range`, and how many accounts it lists that are not among them.
    pub(crate) fn of(plan: &Plan, range: Range<usize>, answer: &Answer, random: u32, at: Timestamp) -> (Self, usize) {
        let mut served: BTreeMap<&str, BTreeSet<i64>> = BTreeMap::new();
        for member in answer.member_list.iter().flatten() {
            served.entry(&member.account).or_default().extend(&member.marks);
        }
        let mut settled = Self::whole(range.clone(), random, at);
        for (account, (id, asked)) in range.clone().zip(plan.call(range).accounts()) {
            let listed = served.remove(id.as_str()).unwrap_or_default();
            let done = asked.iter().map(|mark| mark.number()).filter(|mark| listed.contains(&i64::from(*mark)));
            let done: Vec<u32> = done.collect();
            match done.len() {
                0 => settled.omitted.push(account),
                all if all == asked.len() => {}
                _ => settled.partly.push(Partly { account, marks: done }),
            }
        }
        (settled, served.len())
    }

    /// What an answer with code 0 that names no account makes of the accounts of `range`: the same of all.
    pub(crate) fn whole(range: Range<usize>, random: u32, at: Timestamp) -> Self {
        let (partly, omitted) = (Vec::new(), Vec::new());
        Self { first: range.start, accounts: range.len(), random, at: at.as_millis(), partly, omitted }
    }

    /// The indexes of its accounts in the plan.
    #[must_use]
    pub const fn range(&self) -> Range<usize> {
        self.first..self.first.saturating_add(self.accounts)
    }

    /// The correlation id of the try that was answered: `random` of its query.
    #[must_use]
    pub const fn random(&self) -> u32 {
        self.random
    }

    /// When the answer came.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        Timestamp::from_millis(self.at)
    }

    pub(crate) fn share(&self, account: usize) -> Share<'_> {
        if self.omitted.binary_search(&account).is_ok() {
            return Share::None;
        }
        let partly = self.partly.binary_search_by_key(&account, |partly| partly.account);
        match partly.ok().and_then(|at| self.partly.get(at)) {
            Some(partly) => Share::Some(&partly.marks),
            None => Share::All,
        }
    }

    /// Whether it could be of this plan.
    fn fits(&self, plan: &Plan) -> Result<(), String> {
        let range = self.range();
        if range.is_empty() || range.end > plan.len() {
            return Err(format!("accounts {} to {} of {}", range.start, range.end, plan.len()));
        }
        let names_somebody = !self.partly.is_empty() || !self.omitted.is_empty();
        if names_somebody && !plan.kind().names_served() {
            return Err("accounts left out, which no answer about robots tells".to_owned());
        }
        let odd = self.partly.iter().map(|partly| partly.account);
        for accounts in [self.omitted.clone(), odd.collect()] {
            let ascending = accounts.windows(2).all(|pair| pair.first() < pair.last());
            if !ascending || accounts.iter().any(|account| !range.contains(account)) {
                return Err("accounts out of its range or out of order".to_owned());
            }
        }
        for Partly { account, marks } in &self.partly {
            let asked = plan.account(*account).map(|(_, asked)| asked).unwrap_or_default();
            let mut left = asked.iter().copied().map(Mark::number);
            let in_order = marks.iter().all(|mark| left.any(|asked| asked == *mark));
            if !in_order || marks.is_empty() || marks.len() == asked.len() || self.omitted.contains(account) {
                return Err(format!("account {account} cannot have had marks {marks:?} alone"));
            }
        }
        Ok(())
    }
}

fn hexadecimal(plan: &Plan) -> String {
    format!("{:016x}", plan.fingerprint())
}

/// Why a job cannot go on from a progress.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProgressError {
    /// The text is no progress.
    #[error("not a progress file: {what}; start anew without it")]
    NotProgress {
        /// What is wrong, and where.
        what: String,
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
    #[error("the progress is of `{found}` plans, and there are {planned}; give the inputs it was made with")]
    Plans {
        /// Plans in the progress.
        found: usize,
        /// Plans given.
        planned: usize,
    },
    /// It is of another plan.
    #[error(
        "plans[{plan}].{field} of the progress is `{}`, and that of the plan `{}`; give the inputs it was made with", Excerpt(.found), Excerpt(.planned)
    )]
    OtherPlan {
        /// Which plan.
        plan: usize,
        /// Which of its fields.
        field: &'static str,
        /// What the progress has.
        found: String,
        /// What the plan has.
        planned: String,
    },
    /// A settled call cannot be of the plan.
    #[error("plans[{plan}].settled[{call}] of the progress does not fit the plan: {what}; start anew without it")]
    Settled {
        /// Which plan.
        plan: usize,
        /// Which of its settled calls.
        call: usize,
        /// What is wrong.
        what: String,
    },
    /// An account is settled twice.
    #[error("plans[{plan}] of the progress settles account `{account}` twice; start anew without it")]
    Twice {
        /// Which plan.
        plan: usize,
        /// Which of its accounts.
        account: usize,
    },
}

#[cfg(test)]
mod tests;
