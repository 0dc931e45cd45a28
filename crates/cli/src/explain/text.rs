//! What `avmarks explain` found, for people.

use std::fmt;
use std::ops::RangeInclusive;

use avmarks_embed::explain::{
    CallLine, Calls, CauseLine, CodeEntry, Entry, Index, PRECEDENCE, RefusalLine, SourceLine, Step, Subject,
};
use avmarks_embed::policy::ReadingLine;
use avmarks_spec::Mark;

use crate::output::{Commas, HEAD, ID, Text};
use crate::policy::Choice;

impl fmt::Display for Text<'_, Subject> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Subject::Clause { id, description, sources, breach, mark, see_also, related, refusals } => {
                if let Some(mark) = mark {
                    writeln!(f, "{}\n", MarkAsked(*mark, id))?;
                }
                writeln!(f, "{ID}{id}{ID:#}, a clause\n  {description}\n")?;
                write!(f, "{}", Sources(sources))?;
                match *breach {
                    "" => writeln!(f, "{HEAD}violation{HEAD:#} none: it refuses nothing")?,
                    breach => writeln!(f, "{HEAD}violation{HEAD:#} {breach}")?,
                }
                if breach.starts_with("omitted") {
                    writeln!(f, "          (the mark is omitted from the answer, and the others are served)")?;
                }
                write!(f, "{}", SeeAlso(*see_also, "gap"))?;
                if !related.is_empty() {
                    writeln!(f, "{HEAD}related{HEAD:#}   {ID}{}{ID:#}", Commas(related))?;
                }
                write!(f, "{}", Refusals(refusals))
            }
            Subject::Gap { id, field, question, evidence, sources, readings, see_also, refusals } => {
                writeln!(f, "{ID}{id}{ID:#}, a gap\n  {question}\n")?;
                writeln!(f, "{HEAD}evidence{HEAD:#}  {evidence}")?;
                write!(f, "{}", Sources(sources))?;
                if let Some(field) = field {
                    writeln!(f, "{HEAD}field{HEAD:#}     {field}")?;
                }
                writeln!(f, "{HEAD}readings{HEAD:#}")?;
                for (at, ReadingLine { name, meaning }) in readings.iter().enumerate() {
                    writeln!(f, "{}", Choice { name, meaning, in_force: false, is_default: at == 0 })?;
                }
                write!(f, "{}{}", SeeAlso(*see_also, "clause"), Refusals(refusals))
            }
            Subject::Code { code, name, meaning, action, advice, causes, document, sources, listed, refusals } => {
                writeln!(f, "{ID}{code}{ID:#}, an error code: {name}\n  {meaning}\n")?;
                match causes.as_slice() {
                    [] => writeln!(f, "{HEAD}advice{HEAD:#}    {action}: {advice}")?,
                    causes => write!(f, "{HEAD}causes{HEAD:#}\n{}", Causes(causes))?,
                }
                writeln!(f, "{HEAD}document{HEAD:#}  {document}, {listed}")?;
                write!(f, "{}", Sources(sources))?;
                write!(f, "{}", Refusals(refusals))
            }
            Subject::Calls(calls) => Text(calls).fmt(f),
            Subject::Precedence { refusals } => write!(f, "{}", Steps(refusals)),
        }
    }
}

impl fmt::Display for Text<'_, Calls> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Calls { name, calls, clauses, gaps } = self.0;
        let kind = if calls.len() == 1 { "a call" } else { "calls" };
        writeln!(f, "{ID}{name}{ID:#}, {kind} of the API")?;
        for CallLine { path, sources, .. } in calls {
            writeln!(f, "\nPOST /{path}")?;
            write!(f, "{}", Sources(sources))?;
        }
        for (heading, entries) in [("Clauses that rest on these pages", clauses), ("Gaps", gaps)] {
            if !entries.is_empty() {
                writeln!(f, "\n{HEAD}{heading}{HEAD:#}")?;
            }
            entries
                .iter()
                .try_for_each(|Entry { id, description }| writeln!(f, "  {ID}{id:<20}{ID:#}  {description}"))?;
        }
        writeln!(f, "\n{ID}avmarks explain precedence{ID:#} has the order in which a call is refused")
    }
}

/// The meaning of a mark, and its clause.
struct MarkAsked(u32, &'static str);

impl fmt::Display for MarkAsked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// What error codes look like.
        const CODES: RangeInclusive<u32> = 10_000..=99_999;
        let Self(mark, clause) = *self;
        if mark < Mark::CUSTOM_MIN.number() {
            return write!(f, "{ID}{mark}{ID:#} is a special mark; what it does is in {ID}{clause}{ID:#}");
        }
        let no_code = if CODES.contains(&mark) { "not an error code that a list names; as a mark, it is " } else { "" };
        write!(f, "{ID}{mark}{ID:#} is {no_code}a custom mark, whose meaning is the app's own; ")?;
        write!(f, "which numbers are marks is in {ID}{clause}{ID:#}")
    }
}

/// The copies of pages: date and address, and below them the page and the part of it.
struct Sources<'a>(&'a [SourceLine]);

impl fmt::Display for Sources<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, SourceLine { page, title, section, date, url, .. }) in self.0.iter().enumerate() {
            match at {
                0 => write!(f, "{HEAD}sources{HEAD:#}   ")?,
                _ => write!(f, "          ")?,
            }
            let part = if section.is_empty() { String::new() } else { format!(", {section}") };
            writeln!(f, "{:<10}  {url}\n{:22}{page}: {title}{part}", date.unwrap_or("undated"), "")?;
        }
        Ok(())
    }
}

/// The other of this kind that has the same name, if there is one.
struct SeeAlso(Option<&'static str>, &'static str);

impl fmt::Display for SeeAlso {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(id, kind) = self;
        id.map_or(Ok(()), |id| writeln!(f, "{HEAD}see also{HEAD:#}  {ID}{id}{ID:#}, a {kind}"))
    }
}

/// The precedence as a table.
struct Steps<'a>(&'a [Step]);

impl fmt::Display for Steps<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{HEAD}The precedence of refusals{HEAD:#}: the first that applies answers, and nothing is applied\n"
        )?;
        let grounds: Vec<_> = self.0.iter().map(|step| Commas(&step.because).to_string()).collect();
        let width = grounds.iter().map(String::len).max().unwrap_or_default();
        writeln!(f, "{HEAD}step  code   {:<width$}  a request is refused when{HEAD:#}", "because")?;
        for (Step { step, code, description, .. }, grounds) in self.0.iter().zip(&grounds) {
            let code = code.to_string();
            writeln!(f, "{step:>4}  {ID}{code:<5}{ID:#}  {ID}{grounds:<width$}{ID:#}  {description}")?;
        }
        writeln!(
            f,
            "\nThe order is ours: no document of the vendor gives one. Codes are those of the default policy."
        )?;
        writeln!(f, "Steps 6 to 12 need no state: an SDK can run them before it sends.")
    }
}

/// Each cause in words, and what to do about it.
struct Causes<'a>(&'a [CauseLine]);

impl fmt::Display for Causes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for CauseLine { when, because, under, advice } in self.0 {
            write!(f, "    {when}")?;
            match because.as_slice() {
                [] => {}
                because => write!(f, "  {ID}{}{ID:#}", Commas(because))?,
            }
            match under {
                Some(reading) => writeln!(f, ", read as {reading}")?,
                None => writeln!(f)?,
            }
            writeln!(f, "        {advice}")?;
        }
        Ok(())
    }
}

struct Refusals<'a>(&'a [RefusalLine]);

impl fmt::Display for Refusals<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return Ok(());
        }
        writeln!(f, "{HEAD}refusals{HEAD:#}")?;
        for RefusalLine { step, code, because, description, under } in self.0 {
            write!(f, "    step {step:<2}  {ID}{code}{ID:#}  {ID}{}{ID:#}", Commas(because))?;
            if let Some(reading) = under {
                write!(f, ", read as {reading}")?;
            }
            writeln!(f, "  {description}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Text<'_, Index> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEAD}Clauses{HEAD:#}: what the vendor says")?;
        for Entry { id, description } in &self.0.clauses {
            writeln!(f, "  {ID}{id:<16}{ID:#}  {description}")?;
        }
        writeln!(f, "\n{HEAD}Gaps{HEAD:#}: what no document settles")?;
        for Entry { id, description } in &self.0.gaps {
            writeln!(f, "  {ID}{id:<20}{ID:#}  {description}")?;
        }
        writeln!(f, "\n{HEAD}Error codes{HEAD:#}")?;
        for CodeEntry { code, name, meaning } in &self.0.codes {
            writeln!(f, "  {ID}{code}{ID:#}  {name:<24}  {meaning}")?;
        }
        writeln!(f, "\n`avmarks explain ID` tells more of one, `avmarks explain {PRECEDENCE}` the order of refusals.")
    }
}
