//! The options that choose how the gaps of the documents are read.

use avmarks_rules::Policy;
use avmarks_service::App;
use clap::Args;

use super::parsers::{profile, reading};
use crate::readings::GapReading;

// No documentation comment: clap would take it for that of the command that this is a part of.
#[derive(Debug, Args)]
pub(crate) struct PolicyOptions {
    /// Read the gaps as this profile does
    #[arg(long = "policy", value_name = "NAME", value_parser = profile())]
    profile: Option<Policy>,
    /// Choose a reading for one gap, by its id or field; may be repeated
    #[arg(long = "reading", value_name = "GAP=READING", hide_possible_values = true, value_parser = reading())]
    readings: Vec<GapReading>,
}

impl PolicyOptions {
    /// The policy that the options make of this one.
    pub(crate) fn over(&self, base: Policy) -> Policy {
        GapReading::all_over(self.profile.unwrap_or(base), &self.readings)
    }

    /// Makes the app read the gaps so, where the options change anything.
    pub(crate) fn configure(&self, app: &mut App) {
        let mut settings = app.settings().clone();
        settings.terms.policy = self.over(settings.terms.policy);
        if settings.terms.policy != app.settings().terms.policy {
            app.configure(settings);
        }
    }
}
