//! A decision and its reasons.

use alloc::vec::Vec;
use core::fmt;

use avmarks_spec::{Clause, Gap, Mark, UserId};

use crate::call::MarkCall;
use crate::input::Entry;
use crate::refusal::Refusal;
use crate::room::Transition;

/// A clause or a gap that a decision is based on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// A rule that the vendor's documents state.
    Clause(Clause),
    /// A question that they leave open; the policy has the answer.
    Gap(Gap),
}

impl Reason {
    /// The id. The id of a gap begins with `gap:`.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Clause(clause) => clause.id(),
            Self::Gap(gap) => gap.id(),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// A refusal of one call: the broken rule, with the number or the mark in question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The broken rule.
    pub refusal: Refusal,
    /// The number that would exceed a limit, if the rule limits a number.
    pub count: Option<usize>,
    /// The mark that has the maximum number of holders, if the rule is about one mark.
    pub mark: Option<Mark>,
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, count: None, mark: None }
    }
}

/// A mark of the call that was not set or not deleted for one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Omission {
    /// The account.
    pub account: UserId,
    /// The mark.
    pub mark: Mark,
    /// `ONLINE-ONLY` or `MEMBERS-PER-MARK`.
    pub because: Clause,
}

/// The result of evaluating a call, before it takes effect.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "a decision changes nothing until its transition is applied"]
pub struct Decision {
    /// Every refusal, in the order of precedence. The first one decides the answer. If there is none, the call is served; it may still
    /// omit marks ([`Decision::omitted`]).
    pub refusals: Vec<Refused>,
    /// The clauses and gaps that the decision is based on, each once. The deciding one is the first.
    pub because: Vec<Reason>,
    /// The requested marks that are not set or not deleted, in request order.
    pub omitted: Vec<Omission>,
    pub(crate) transition: Transition,
}

impl Decision {
    /// Whether the call is served. If not, the whole call is refused.
    #[must_use]
    pub const fn is_served(&self) -> bool {
        self.refusals.is_empty()
    }

    /// The changes to the room, for [`crate::Room::apply`]. If the call is refused, they only let time pass.
    #[must_use]
    pub const fn transition(&self) -> &Transition {
        &self.transition
    }

    /// The transition by value, without the rest of the decision.
    #[must_use]
    pub fn into_transition(self) -> Transition {
        self.transition
    }

    /// The served accounts in request order, each with those of its requested marks that are not omitted (`gap:echo`). Empty if the call
    /// is refused. `call` must be the call that was decided.
    ///
    /// ```
    /// use avmarks_rules::{Entry, MarkCall, Operator, Presence, Room, Terms};
    /// use avmarks_spec::{GroupType, Mark, Timestamp, UserId};
    ///
    /// let [here, absent] = ["here", "absent"].map(|id| UserId::parse(id).unwrap());
    /// let mut room = Room::new(GroupType::AvChatRoom, None);
    /// room.apply_presence(Presence::Join, &[here], Timestamp::EPOCH);
    /// let entry = |account| Entry { account, marks: vec![Mark::new(1000).unwrap()].into() };
    /// let call = MarkCall::set(Operator::Admin, vec![entry(absent), entry(here)]);
    /// let decision = room.decide(&call, &Terms::default(), Timestamp::EPOCH);
    /// let served: Vec<_> = decision.served(&call).map(|(account, marks)| (*account, marks.count())).collect();
    /// assert_eq!(served, [(here, 1)]);
    /// ```
    pub fn served<'a>(&'a self, call: &'a MarkCall) -> impl Iterator<Item = (&'a UserId, impl Iterator<Item = Mark>)> {
        let (entries, mut omitted) =
            if self.is_served() { (call.entries(), &*self.omitted) } else { (&[][..], &[][..]) };
        entries.iter().filter_map(move |Entry { account, marks }| {
            let count = omitted.iter().take_while(|omission| omission.account == *account).count();
            let (of_account, later) = omitted.split_at_checked(count).unwrap_or_default();
            omitted = later;
            (of_account.len() < marks.len()).then_some((account, ServedMarks { marks, omitted: of_account }))
        })
    }
}

/// The marks of one account that are not omitted, in request order.
struct ServedMarks<'a> {
    marks: &'a [Mark],
    /// The omitted ones, in the same order.
    omitted: &'a [Omission],
}

impl Iterator for ServedMarks<'_> {
    type Item = Mark;

    fn next(&mut self) -> Option<Mark> {
        loop {
            let (mark, marks) = self.marks.split_first()?;
            self.marks = marks;
            match self.omitted.split_first() {
                Some((omission, later)) if omission.mark == *mark => self.omitted = later,
                _ => return Some(*mark),
            }
        }
    }
}

/// Collects the reasons of a decision in order, each once.
#[derive(Default)]
pub(crate) struct Reasons(Vec<Reason>);

impl Reasons {
    pub(crate) fn clause(&mut self, clause: Clause) {
        self.reason(Reason::Clause(clause));
    }

    pub(crate) fn gap(&mut self, gap: Gap) {
        self.reason(Reason::Gap(gap));
    }

    pub(crate) fn refusal(&mut self, refusal: Refusal) {
        if let Some(clause) = refusal.clause() {
            self.clause(clause);
        }
        if let Some(gap) = refusal.gap() {
            self.gap(gap);
        }
    }

    pub(crate) fn into_vec(self) -> Vec<Reason> {
        self.0
    }

    fn reason(&mut self, reason: Reason) {
        if !self.0.contains(&reason) {
            self.0.push(reason);
        }
    }
}
