//! What to do about the codes with which calls were refused.

use std::collections::BTreeSet;
use std::fmt;

use avmarks_client::PlanKind;
use avmarks_embed::explain::CauseLine;
use avmarks_protocol::{Cause, ErrorCode};
use avmarks_spec::Clause;
use serde::Serialize;

use crate::output::{Commas, HEAD, ID};

/// A code, and what to do about it.
#[derive(Serialize)]
pub(in crate::send) struct Hint {
    code: ErrorCode,
    /// What to do, as far as it is the same whatever the cause.
    advice: &'static str,
    /// The possible causes for the sent calls; empty if the code has one meaning.
    causes: Vec<CauseLine>,
    /// Whether `avmarks explain` has more causes.
    #[serde(skip)]
    has_others: bool,
}

const UNLISTED: &str = "No list that this project has read names the code: show it, with its ErrorInfo, to a person.";

impl Hint {
    /// What to do about a code with which calls of a plan were refused. `clauses` are those that the refusals rest on, where
    /// it was an app of this process that refused.
    pub(super) fn new(code: ErrorCode, kind: PlanKind, clauses: &BTreeSet<Clause>) -> Self {
        // A plan checks its accounts, marks and group as a preflight does.
        Self::of(code, Some(kind == PlanKind::SetMarks), clauses)
    }

    /// What to do about a code with which another call was refused.
    pub(in crate::send) fn of_question(code: ErrorCode) -> Self {
        Self::of(code, None, &BTreeSet::new())
    }

    fn of(code: ErrorCode, sets: Option<bool>, clauses: &BTreeSet<Clause>) -> Self {
        let all = code.causes();
        let fit: Vec<&Cause> = match clauses.is_empty() {
            true => by_default(code.causes_after_preflight(sets)),
            false => all.iter().filter(|cause| cause.clauses.iter().any(|clause| clauses.contains(clause))).collect(),
        };
        let advice = match (fit.as_slice(), code.row()) {
            ([only], _) => only.advice,
            (_, Some(row)) => row.advice(),
            (_, None) => UNLISTED,
        };
        let has_others = fit.len() < all.len();
        Self { code, advice, causes: fit.into_iter().map(CauseLine::of).collect(), has_others }
    }
}

/// The causes that need no other reading of a gap; all of them, if each needs one.
fn by_default(causes: Vec<&'static Cause>) -> Vec<&'static Cause> {
    match causes.iter().any(|cause| cause.under.is_none()) {
        true => causes.into_iter().filter(|cause| cause.under.is_none()).collect(),
        false => causes,
    }
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, advice, causes, has_others } = self;
        write!(f, "{HEAD}hint{HEAD:#}  {ID}{code}{ID:#}: ")?;
        if causes.is_empty() {
            writeln!(f, "{advice}")?;
        }
        for (at, CauseLine { when, because, advice, .. }) in causes.iter().enumerate() {
            let lead = match (at, causes.len()) {
                (0, 1) => "",
                (0, _) => "either ",
                _ => "      or ",
            };
            write!(f, "{lead}{when}")?;
            match because.as_slice() {
                [] => {}
                because => write!(f, " ({ID}{}{ID:#})", Commas(because))?,
            }
            writeln!(f, ". {advice}")?;
        }
        match has_others {
            true => writeln!(f, "      {ID}avmarks explain {code}{ID:#} lists other causes"),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint(code: i64, kind: PlanKind, clauses: &[Clause]) -> Hint {
        Hint::new(ErrorCode::new(code), kind, &clauses.iter().copied().collect())
    }

    #[test]
    fn several_causes_may_fit_a_set() {
        let said = hint(10004, PlanKind::SetMarks, &[]).to_string();
        let plain = anstream::adapter::strip_str(&said).to_string();
        let lines: Vec<_> = plain.lines().collect();
        assert!(lines[0].starts_with("hint  10004: either no account of the call could be served"), "{plain}");
        assert!(lines[0].contains(" (ALL-FAILED, gap:all-failed-code). Check that the accounts"), "{plain}");
        assert!(lines[1].starts_with("      or the group would have more than 10 different custom marks"), "{plain}");
        assert_eq!(lines[2..], ["      avmarks explain 10004 lists other causes"]);
        assert_eq!(hint(10004, PlanKind::SetMarks, &[]).advice, "What to do depends on the cause.");
    }

    #[test]
    fn a_known_clause_leaves_one_cause() {
        for hint in [
            hint(10004, PlanKind::DeleteMarks, &[]),
            hint(10004, PlanKind::AddRobots, &[]),
            hint(10004, PlanKind::SetMarks, &[Clause::AllFailed]),
        ] {
            assert_eq!(hint.causes.len(), 1);
            assert!(hint.advice.starts_with("Check that the accounts are in the group and online"), "{}", hint.advice);
            assert!(hint.to_string().contains("no account of the call could be served"));
        }
        let full = hint(10004, PlanKind::SetMarks, &[Clause::MembersPerMark, Clause::AllFailed]);
        assert_eq!(full.causes.len(), 2, "each call has its own");
    }

    #[test]
    fn codes_without_causes_have_general_advice() {
        for (code, advice) in [(10002, "Send the same request again."), (123_456, UNLISTED)] {
            let said = hint(code, PlanKind::SetMarks, &[]).to_string();
            assert_eq!(anstream::adapter::strip_str(&said).to_string(), format!("hint  {code}: {advice}\n"));
        }
    }
}
