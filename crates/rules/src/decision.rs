//! What is answered, and what it rests on.

use alloc::vec::Vec;
use core::fmt;

use avmarks_spec::{Clause, Gap, Mark, UserId};

use crate::{Entry, Event, Refusal};

/// A clause or a gap that a decision rests on: the vendor's word, or our reading of its silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Basis {
    /// The vendor says so.
    Clause(Clause),
    /// The policy reads a gap so.
    Gap(Gap),
}

impl Basis {
    /// The id, `gap:` in front of a gap.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Clause(clause) => clause.id(),
            Self::Gap(gap) => gap.id(),
        }
    }
}

impl fmt::Display for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// A refusal with what was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Why.
    pub reason: Refusal,
    /// How many there would be, where the reason is a number.
    pub count: Option<usize>,
    /// The mark that is full, where that is the reason.
    pub mark: Option<Mark>,
}

impl From<Refusal> for Refused {
    fn from(reason: Refusal) -> Self {
        Self { reason, count: None, mark: None }
    }
}

/// A mark of the call that an account did not get, or did not lose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Omission {
    /// Whose.
    pub account: UserId,
    /// Which.
    pub mark: Mark,
    /// `ONLINE-ONLY` or `MEMBERS-PER-MARK`.
    pub because: Clause,
}

/// Accepted or refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The accounts served, in request order, each with the marks that succeeded of those asked (`gap:echo`).
    Accepted(Vec<Entry>),
    /// Why the whole call is refused.
    Refused(Refused),
}

/// What would happen, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "a decision changes nothing until its events are applied"]
pub struct Decision {
    /// Accepted or refused.
    pub verdict: Verdict,
    /// The clauses and gaps that it rests on, the deciding one first, each once.
    pub because: Vec<Basis>,
    /// The marks that were asked and left out, in request order.
    pub omitted: Vec<Omission>,
    /// What happens: first what time brings (pins that have ended), then, if accepted, what the call brings.
    pub events: Vec<Event>,
}

/// Collects what a decision rests on, each once, in order.
#[derive(Default)]
pub(crate) struct Grounds(Vec<Basis>);

impl Grounds {
    pub(crate) fn clause(&mut self, clause: Clause) {
        self.add(Basis::Clause(clause));
    }

    pub(crate) fn gap(&mut self, gap: Gap) {
        self.add(Basis::Gap(gap));
    }

    pub(crate) fn refusal(&mut self, reason: Refusal) {
        if let Some(clause) = reason.clause() {
            self.clause(clause);
        }
        if let Some(gap) = reason.gap() {
            self.gap(gap);
        }
    }

    pub(crate) fn into_vec(self) -> Vec<Basis> {
        self.0
    }

    fn add(&mut self, basis: Basis) {
        if !self.0.contains(&basis) {
            self.0.push(basis);
        }
    }
}
