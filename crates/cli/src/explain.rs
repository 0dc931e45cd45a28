//! `avmarks explain`: a clause, a gap or an error code in words, with its source.

use std::fmt;

use avmarks_protocol::{ERROR_CODES, ErrorCode, ErrorRow};
use avmarks_rules::{Policy, Refusal};
use avmarks_spec::{CLAUSES, Clause, ClauseRow, Excerpt, GAPS, Gap, GapRow};
use serde::Serialize;

use crate::args::ExplainArgs;
use crate::error::Error;
use crate::names;
use crate::output::{Commas, Format, HEAD, ID, Verdict};
use crate::policy::{Choice, ReadingLine, readings};

pub(crate) fn run(args: &ExplainArgs, format: Format) -> Result<Verdict, Error> {
    match &args.subject {
        None => format.print(&Index::new())?,
        Some(subject) => format.print(&Subject::parse(subject)?)?,
    }
    Ok(Verdict::Accepted)
}

/// What is explained.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Subject {
    Clause {
        id: &'static str,
        says: &'static str,
        document: &'static str,
        section: &'static str,
        seen: &'static str,
        breach: &'static str,
        refusals: Vec<RefusalLine>,
    },
    Gap {
        id: &'static str,
        field: &'static str,
        question: &'static str,
        evidence: &'static str,
        seen: &'static str,
        readings: Vec<ReadingLine>,
        refusals: Vec<RefusalLine>,
    },
    Code {
        code: ErrorCode,
        name: &'static str,
        meaning: &'static str,
        action: &'static str,
        advice: &'static str,
        document: &'static str,
        listed: &'static str,
        refusals: Vec<RefusalLine>,
    },
}

impl Subject {
    fn parse(text: &str) -> Result<Self, Error> {
        let code = || ERROR_CODES.iter().find(|row| row.code.to_string() == text || row.name == text);
        let found = Clause::parse(text).map(Self::of_clause).or_else(|| Gap::parse(text).map(Self::of_gap));
        let unknown = || Error::Unknown {
            subject: Excerpt(text).to_string(),
            near: match text {
                "0" => " (it says that there was no error)".to_owned(),
                _ => names::near(text, names::all()),
            },
        };
        found.or_else(|| code().map(Self::of_code)).ok_or_else(unknown)
    }

    fn of_clause(clause: Clause) -> Self {
        let ClauseRow { id, document, section, says, refusal, seen, .. } = clause.row();
        let refusals = RefusalLine::all(|line| line.because.first() == Some(&id));
        Self::Clause { id, says, document, section, seen, breach: refusal, refusals }
    }

    fn of_gap(gap: Gap) -> Self {
        let GapRow { id, field, question, evidence, seen, .. } = gap.row();
        let refusals = RefusalLine::all(|line| line.because.contains(&id));
        Self::Gap { id, field, question, evidence, seen, readings: readings(gap), refusals }
    }

    fn of_code(row: &ErrorRow) -> Self {
        Self::Code {
            code: row.code,
            name: row.name,
            meaning: row.meaning,
            action: row.action.name(),
            advice: row.action.advice(),
            document: row.document,
            listed: row.listed.name(),
            refusals: RefusalLine::all(|line| line.code == row.code),
        }
    }
}

/// A step of the precedence at which a call is refused, and with which code.
#[derive(PartialEq, Eq, Serialize)]
struct RefusalLine {
    step: u8,
    code: ErrorCode,
    because: Vec<&'static str>,
    /// The reading under which the code is this one; none where it is so by default.
    under: Option<String>,
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
        let because: Vec<_> = refusal.clause().map(Clause::id).into_iter().chain(refusal.gap().map(Gap::id)).collect();
        let line = |policy: &Policy, under| Self {
            step: refusal.step(),
            code: ErrorCode::new(i64::from(refusal.code(policy))),
            because: because.clone(),
            under,
        };
        let default = line(&Policy::default(), None);
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
}

/// Everything that can be explained.
#[derive(Serialize)]
struct Index {
    clauses: Vec<Entry>,
    gaps: Vec<Entry>,
    codes: Vec<CodeEntry>,
}

#[derive(Serialize)]
struct Entry {
    id: &'static str,
    says: &'static str,
}

#[derive(Serialize)]
struct CodeEntry {
    code: ErrorCode,
    name: &'static str,
    meaning: &'static str,
}

impl Index {
    fn new() -> Self {
        let code = |row: &ErrorRow| CodeEntry { code: row.code, name: row.name, meaning: row.meaning };
        Self {
            clauses: CLAUSES.iter().map(|row| Entry { id: row.id, says: row.says }).collect(),
            gaps: GAPS.iter().map(|row| Entry { id: row.id, says: row.question }).collect(),
            codes: ERROR_CODES.iter().map(code).collect(),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Clause { id, says, document, section, seen, breach, refusals } => {
                writeln!(f, "{ID}{id}{ID:#}, a clause\n  {says}\n")?;
                writeln!(f, "{HEAD}source{HEAD:#}    document {document}, {section}; as of {seen}")?;
                match *breach {
                    "" => writeln!(f, "{HEAD}breach{HEAD:#}    none: it refuses nothing")?,
                    breach => writeln!(f, "{HEAD}breach{HEAD:#}    {breach}")?,
                }
                if breach.starts_with("omitted") {
                    writeln!(f, "          (the mark is left out of the answer, and the rest is served)")?;
                }
                write!(f, "{}", Refusals(refusals))
            }
            Self::Gap { id, field, question, evidence, seen, readings, refusals } => {
                writeln!(f, "{ID}{id}{ID:#}, a gap\n  {question}\n")?;
                writeln!(f, "{HEAD}evidence{HEAD:#}  {evidence}; as of {seen}")?;
                writeln!(f, "{HEAD}field{HEAD:#}     {field}")?;
                writeln!(f, "{HEAD}readings{HEAD:#}")?;
                for (at, ReadingLine { name, meaning }) in readings.iter().enumerate() {
                    writeln!(f, "{}", Choice { name, meaning, in_force: false, is_default: at == 0 })?;
                }
                write!(f, "{}", Refusals(refusals))
            }
            Self::Code { code, name, meaning, action, advice, document, listed, refusals } => {
                writeln!(f, "{ID}{code}{ID:#}, an error code: {name}\n  {meaning}\n")?;
                writeln!(f, "{HEAD}advice{HEAD:#}    {action}: {advice}")?;
                writeln!(f, "{HEAD}source{HEAD:#}    document {document}, {listed}")?;
                write!(f, "{}", Refusals(refusals))
            }
        }
    }
}

struct Refusals<'a>(&'a [RefusalLine]);

impl fmt::Display for Refusals<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return Ok(());
        }
        writeln!(f, "{HEAD}refusals{HEAD:#}")?;
        for RefusalLine { step, code, because, under } in self.0 {
            write!(f, "    step {step:<2}  {ID}{code}{ID:#}  {ID}{}{ID:#}", Commas(because))?;
            match under {
                Some(reading) => writeln!(f, ", read as {reading}")?,
                None => writeln!(f)?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEAD}Clauses{HEAD:#}: what the vendor says")?;
        for Entry { id, says } in &self.clauses {
            writeln!(f, "  {ID}{id:<16}{ID:#}  {says}")?;
        }
        writeln!(f, "\n{HEAD}Gaps{HEAD:#}: what no document settles")?;
        for Entry { id, says } in &self.gaps {
            writeln!(f, "  {ID}{id:<20}{ID:#}  {says}")?;
        }
        writeln!(f, "\n{HEAD}Error codes{HEAD:#}")?;
        for CodeEntry { code, name, meaning } in &self.codes {
            writeln!(f, "  {ID}{code}{ID:#}  {name:<24}  {meaning}")?;
        }
        writeln!(f, "\n`avmarks explain ID` tells more of one.")
    }
}
