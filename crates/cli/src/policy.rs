//! `avmarks policy`: the gaps, their readings, and the one in force.

use std::fmt;

use avmarks_embed::policy::{Overview, ProfileLine, ReadingLine};
use avmarks_rules::Policy;
use avmarks_spec::Gap;

use crate::args::PolicyOptions;
use crate::error::Error;
use crate::output::{FAINT, Format, GOOD, HEAD, ID, Text, Verdict};

pub(crate) fn run(options: &PolicyOptions, format: Format) -> Result<Verdict, Error> {
    let overview = Overview::new(&options.over(Policy::default()));
    format.print(&Text(&overview))?;
    Ok(Verdict::Accepted)
}

impl fmt::Display for Text<'_, Overview> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEAD}Profiles{HEAD:#} (--policy NAME)")?;
        for ProfileLine { name, meaning, in_force } in &self.0.profiles {
            writeln!(f, "{}", Choice { name, meaning, in_force: *in_force, is_default: false })?;
        }
        writeln!(
            f,
            "\n{HEAD}Gaps{HEAD:#} (--reading GAP=READING); {} of them, the reading in force marked *",
            Gap::ALL.len()
        )?;
        for gap in &self.0.gaps {
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
