//! `explain`: a clause, a gap, an error code, a mark or a call in words, with its sources; and the order of refusals.

mod calls;
mod names;
mod sources;

use avmarks_protocol::{Cause, ERROR_CODES, ErrorCode, ErrorRow};
use avmarks_rules::{Policy, Refusal};
use avmarks_spec::{Clause, Excerpt, Gap, Mark};
use serde::{Deserialize, Serialize};

pub use self::calls::{CallLine, Calls};
pub use self::names::{GAP, TOPICS, plain};
pub use self::sources::{Entry, SourceLine};

use crate::error::RequestError;
use crate::policy::{ReadingLine, readings};
use crate::reply::json;
use crate::request::Request;
use crate::shape::Text;

#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow)]
    subject: Option<Text<'a>>,
}

pub(crate) fn explain(request: &Request<'_>) -> Result<String, RequestError> {
    match request.fields::<Fields<'_>>()?.subject {
        None => json(&Index::new()),
        Some(Text(subject)) => json(&Subject::parse(&subject).ok_or_else(|| {
            let expected = "expected the id of a clause or gap, the number or name of a code, a mark, a call, `robots`, `admins`, or \
                            `precedence`";
            RequestError::invalid("/subject", format!("unknown subject `{}`: {expected}", Excerpt(&subject)))
        })?),
    }
}

/// What is explained.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Subject {
    Clause {
        id: &'static str,
        description: &'static str,
        /// The pages; the first is the newest copy with this sentence.
        sources: Vec<SourceLine>,
        breach: &'static str,
        /// The mark that was asked for, which this clause is about.
        #[serde(skip_serializing_if = "Option::is_none")]
        mark: Option<u32>,
        /// The gap of the same name.
        see_also: Option<&'static str>,
        /// What else decides about the mark that was asked for.
        #[serde(skip_serializing_if = "<[_]>::is_empty")]
        related: &'static [&'static str],
        refusals: Vec<RefusalLine>,
    },
    Gap {
        id: &'static str,
        field: Option<&'static str>,
        question: &'static str,
        evidence: &'static str,
        /// The pages with the evidence; empty if no document covers it.
        sources: Vec<SourceLine>,
        readings: Vec<ReadingLine>,
        /// The clause of the same name.
        see_also: Option<&'static str>,
        refusals: Vec<RefusalLine>,
    },
    Code {
        code: ErrorCode,
        name: &'static str,
        meaning: &'static str,
        action: &'static str,
        advice: &'static str,
        /// The possible causes of the code, with the advice for each; empty if the general advice is enough.
        causes: Vec<CauseLine>,
        document: &'static str,
        /// The copies of the document; empty if it is not known which page it is.
        sources: Vec<SourceLine>,
        listed: &'static str,
        refusals: Vec<RefusalLine>,
    },
    /// Calls of the API.
    Calls(Calls),
    /// The order in which a request is refused.
    Precedence { refusals: Vec<Step> },
}

/// A refusal of the precedence, with its code by default.
#[derive(Serialize)]
pub struct Step {
    pub step: u8,
    pub code: ErrorCode,
    pub because: Vec<&'static str>,
    pub description: &'static str,
}

impl Step {
    fn of(refusal: Refusal) -> Self {
        Self {
            step: refusal.step(),
            code: code_of(refusal, &Policy::default()),
            because: grounds(refusal),
            description: refusal.description(),
        }
    }
}

/// What asks for the order of refusals.
pub const PRECEDENCE: &str = "precedence";

impl Subject {
    /// What has this name: to the letter, else whatever its case, hyphens and underscores, and with `gap:` or without. A number
    /// is an error code that is listed, or else a mark.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let code = || ERROR_CODES.iter().find(|row| row.code.to_string() == text || row.name == text);
        let exact = Clause::from_name(text).map(Self::of_clause).or_else(|| Gap::from_name(text).map(Self::of_gap));
        let exact = exact.or_else(|| code().map(Self::of_code));
        let found = exact.or_else(|| Self::of_mark(text)).or_else(|| Self::parse_leniently(text));
        found.or_else(|| Calls::named(&plain(text)).map(Self::Calls))
    }

    fn parse_leniently(text: &str) -> Option<Self> {
        let wanted = plain(text);
        if wanted == PRECEDENCE {
            return Some(Self::Precedence { refusals: Refusal::ALL.iter().copied().map(Step::of).collect() });
        }
        let clause = || clause_named(&wanted).map(Self::of_clause);
        let gap = || gap_named(&wanted).map(Self::of_gap);
        let code = || ERROR_CODES.iter().find(|row| plain(row.name) == wanted).map(Self::of_code);
        // Some clauses and gaps share a name: clauses are written in capitals, gaps in small letters.
        let lower = text.to_lowercase();
        match (lower.starts_with(GAP), lower == text) {
            (true, _) => gap(),
            (false, true) => gap().or_else(clause).or_else(code),
            (false, false) => clause().or_else(gap).or_else(code),
        }
    }

    /// What a special mark does, or which numbers are custom marks.
    fn of_mark(text: &str) -> Option<Self> {
        let asked = text.parse().ok().filter(|_| is_number(text)).and_then(|number| Mark::new(number).ok())?;
        let mut subject = Self::of_clause(match asked {
            Mark::PINNED => Clause::Pin500,
            Mark::HIDDEN => Clause::Hide600,
            _ => Clause::MarkRange,
        });
        if let Self::Clause { mark, related, .. } = &mut subject {
            *mark = Some(asked.number());
            if asked == Mark::PINNED {
                *related = &["gap:pin-renewal", "gap:offline-500", "gap:robot-days", "robots"];
            }
        }
        Some(subject)
    }

    fn of_clause(clause: Clause) -> Self {
        let id = clause.id();
        Self::Clause {
            id,
            description: clause.description(),
            sources: SourceLine::all(clause.sources()),
            breach: clause.refusal(),
            mark: None,
            see_also: gap_named(&plain(id)).map(Gap::id),
            related: &[],
            refusals: RefusalLine::all(|line| line.because.first() == Some(&id)),
        }
    }

    fn of_gap(gap: Gap) -> Self {
        let id = gap.id();
        let mut refusals = RefusalLine::all(|line| line.because.contains(&id));
        refusals.extend(RefusalLine::brought_by(gap).filter(|line| !line.because.contains(&id)));
        Self::Gap {
            id,
            field: gap.field(),
            question: gap.question(),
            evidence: gap.evidence(),
            sources: SourceLine::all(gap.sources()),
            readings: readings(gap),
            see_also: clause_named(&plain(id)).map(Clause::id),
            refusals,
        }
    }

    fn of_code(row: &ErrorRow) -> Self {
        Self::Code {
            code: row.code,
            name: row.name,
            meaning: row.meaning,
            action: row.action.name(),
            advice: row.advice(),
            causes: row.code.causes().iter().map(CauseLine::of).collect(),
            document: row.document,
            sources: SourceLine::of_page(row.document),
            listed: row.listed,
            refusals: RefusalLine::all(|line| line.code == row.code),
        }
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit())
}

fn clause_named(wanted: &str) -> Option<Clause> {
    Clause::ALL.iter().copied().find(|clause| plain(clause.id()) == wanted)
}

fn gap_named(wanted: &str) -> Option<Gap> {
    let is_meant = |gap: &Gap| plain(gap.id()) == wanted || gap.field().is_some_and(|field| plain(field) == wanted);
    Gap::ALL.iter().copied().find(is_meant)
}

/// What a refusal rests on: the clause broken, then the gap.
fn grounds(refusal: Refusal) -> Vec<&'static str> {
    refusal.clause().map(Clause::id).into_iter().chain(refusal.gap().map(Gap::id)).collect()
}

fn code_of(refusal: Refusal, policy: &Policy) -> ErrorCode {
    ErrorCode::new(i64::from(refusal.code(policy)))
}

/// Readings that are not the default, and the refusals that only they cause.
const BROUGHT: [(Gap, &str, &[Refusal]); 5] = [
    (Gap::Random, "refuse", &[Refusal::QueryRandom]),
    (Gap::OverCapacity, "refuse-call", &[Refusal::MembersPerMark]),
    (Gap::RestOwner, "owner-too", &[Refusal::Permission, Refusal::SpecialAdmin]),
    (Gap::LowPlanList, "refuse", &[Refusal::ListPlan]),
    (Gap::CountTypes, "avchatroom-only", &[Refusal::CountType]),
];

/// A step of the precedence at which a call is refused, and with which code.
#[derive(PartialEq, Eq, Serialize)]
pub struct RefusalLine {
    pub step: u8,
    pub code: ErrorCode,
    pub because: Vec<&'static str>,
    pub description: &'static str,
    /// The reading under which it is so; none if it is so by default.
    pub under: Option<String>,
}

impl RefusalLine {
    /// Every refusal that is wanted, in the order of the precedence, each once.
    fn all(wanted: impl Fn(&Self) -> bool) -> Vec<Self> {
        let mut lines: Vec<Self> = Vec::new();
        for line in Refusal::ALL.iter().flat_map(|refusal| Self::of(*refusal)) {
            if wanted(&line) && !lines.contains(&line) {
                lines.push(line);
            }
        }
        lines
    }

    /// The refusal with its code by default, then those that other readings of its gap give.
    fn of(refusal: Refusal) -> Vec<Self> {
        let line = |policy: &Policy, under| Self {
            step: refusal.step(),
            code: code_of(refusal, policy),
            because: grounds(refusal),
            description: refusal.description(),
            under,
        };
        let own = BROUGHT.iter().find(|(_, _, brought)| brought.contains(&refusal));
        let default = line(&Policy::default(), own.map(|(gap, reading, _)| format!("{gap}={reading}")));
        let mut lines = Vec::new();
        for (gap, reading) in refusal.gap().iter().flat_map(|gap| gap.readings().iter().map(move |row| (gap, row.name)))
        {
            let mut policy = Policy::default();
            // The reading is one of the gap's own.
            let _ = policy.set(*gap, reading);
            let other = line(&policy, Some(format!("{gap}={reading}")));
            lines.extend((other.code != default.code).then_some(other));
        }
        lines.insert(0, default);
        lines
    }

    /// The refusals that a reading of this gap causes.
    fn brought_by(gap: Gap) -> impl Iterator<Item = Self> {
        let readings = BROUGHT.iter().filter(move |(of, ..)| *of == gap);
        readings.flat_map(|(gap, reading, brought)| {
            brought.iter().map(move |refusal| Self {
                step: refusal.step(),
                code: code_of(*refusal, &Policy::default()),
                because: grounds(*refusal),
                description: refusal.description(),
                under: Some(format!("{gap}={reading}")),
            })
        })
    }
}

/// The possible causes of a code.
#[derive(Serialize)]
pub struct CauseLine {
    pub when: &'static str,
    pub because: Vec<&'static str>,
    /// The reading under which it is so; none if it is so by default.
    pub under: Option<String>,
    pub advice: &'static str,
}

impl CauseLine {
    #[must_use]
    pub fn of(cause: &Cause) -> Self {
        let Cause { when, clauses, gaps, under, advice, .. } = *cause;
        let because = clauses.iter().map(|clause| clause.id()).chain(gaps.iter().map(|gap| gap.id()));
        let under = under.map(|(gap, reading)| format!("{gap}={reading}"));
        Self { when, because: because.collect(), under, advice }
    }
}

/// Everything that can be explained.
#[derive(Serialize)]
pub struct Index {
    pub clauses: Vec<Entry>,
    pub gaps: Vec<Entry>,
    pub codes: Vec<CodeEntry>,
}

#[derive(Serialize)]
pub struct CodeEntry {
    pub code: ErrorCode,
    pub name: &'static str,
    pub meaning: &'static str,
}

impl Index {
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it is no value to start from")]
    pub fn new() -> Self {
        let code = |row: &ErrorRow| CodeEntry { code: row.code, name: row.name, meaning: row.meaning };
        Self {
            clauses: Clause::ALL.iter().copied().map(Entry::from).collect(),
            gaps: Gap::ALL.iter().copied().map(Entry::from).collect(),
            codes: ERROR_CODES.iter().map(code).collect(),
        }
    }
}
