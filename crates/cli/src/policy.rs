//! `avmarks policy`: the gaps, their readings, and the one in force.

use std::fmt;

use avmarks_rules::{PROFILES, Policy};
use avmarks_spec::{GAPS, Gap};
use serde::Serialize;

use crate::args::PolicyArgs;
use crate::error::Error;
use crate::output::{FAINT, Format, GOOD, HEAD, ID, Verdict};

pub(crate) fn run(args: &PolicyArgs, format: Format) -> Result<Verdict, Error> {
    let policy = args.policy.over(Policy::default());
    let gaps = Gap::ALL.iter().map(|gap| GapInForce::new(*gap, policy.reading(*gap))).collect();
    let profiles = PROFILES.iter().map(|profile| ProfileLine {
        name: profile.name,
        meaning: profile.meaning,
        in_force: (profile.policy)() == policy,
    });
    format.print(&Overview { profiles: profiles.collect(), gaps })?;
    Ok(Verdict::Accepted)
}

#[derive(Serialize)]
struct Overview {
    profiles: Vec<ProfileLine>,
    gaps: Vec<GapInForce>,
}

#[derive(Serialize)]
struct ProfileLine {
    name: &'static str,
    meaning: &'static str,
    in_force: bool,
}

#[derive(Serialize)]
struct GapInForce {
    id: &'static str,
    field: Option<&'static str>,
    question: &'static str,
    in_force: &'static str,
    default: &'static str,
    readings: Vec<ReadingLine>,
}

/// A reading of a gap, as a line.
#[derive(Serialize)]
pub(crate) struct ReadingLine {
    pub(crate) name: &'static str,
    pub(crate) meaning: &'static str,
}

/// The readings of a gap, the default first.
pub(crate) fn readings(gap: Gap) -> Vec<ReadingLine> {
    gap.readings().iter().map(|reading| ReadingLine { name: reading.name, meaning: reading.meaning }).collect()
}

impl GapInForce {
    fn new(gap: Gap, in_force: &'static str) -> Self {
        let (row, readings) = (gap.row(), readings(gap));
        let default = readings.first().map(|first| first.name).unwrap_or_default();
        Self { id: row.id, field: row.field, question: row.question, in_force, default, readings }
    }
}

impl fmt::Display for Overview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEAD}Profiles{HEAD:#} (--policy NAME)")?;
        for ProfileLine { name, meaning, in_force } in &self.profiles {
            writeln!(f, "{}", Choice { name, meaning, in_force: *in_force, is_default: false })?;
        }
        writeln!(
            f,
            "\n{HEAD}Gaps{HEAD:#} (--reading GAP=READING); {} of them, the reading in force marked *",
            GAPS.len()
        )?;
        for gap in &self.gaps {
            writeln!(f, "\n{ID}{}{ID:#}  {}", gap.id, gap.question)?;
            for ReadingLine { name, meaning } in &gap.readings {
                let (in_force, is_default) = (*name == gap.in_force, *name == gap.default);
                writeln!(f, "{}", Choice { name, meaning, in_force, is_default })?;
            }
        }
        Ok(())
    }
}

/// One of several that may be chosen.
pub(crate) struct Choice<'a> {
    pub(crate) name: &'a str,
    pub(crate) meaning: &'a str,
    pub(crate) in_force: bool,
    pub(crate) is_default: bool,
}

impl fmt::Display for Choice<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, meaning, in_force, is_default } = self;
        let default = if *is_default { " (default)" } else { "" };
        match in_force {
            true => write!(f, "  {GOOD}* {name:<18}{GOOD:#}  {meaning}{FAINT}{default}{FAINT:#}"),
            false => write!(f, "    {name:<18}  {meaning}{FAINT}{default}{FAINT:#}"),
        }
    }
}
