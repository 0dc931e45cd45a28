//! `GAP=READING`, as options, variables and the configuration file give it.

use avmarks_rules::Policy;
use avmarks_spec::{Excerpt, Gap};

use crate::names;

/// A reading of a gap, both of which exist.
#[derive(Clone, Debug)]
pub(crate) struct GapReading {
    gap: Gap,
    name: String,
}

impl GapReading {
    /// The reading of this text, such as `gap:page-size=250` or `page_size=250`; or else the expected form.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (id, name) = text.split_once('=').ok_or("expected GAP=READING, such as gap:page-size=250")?;
        let gap = Gap::from_name(id).ok_or_else(|| {
            let near = names::near(id, names::gaps());
            format!("`{}` is not a gap{near}; `avmarks policy` lists them", Excerpt(id))
        })?;
        Policy::default().set(gap, name).map_err(|unknown| unknown.to_string())?;
        Ok(Self { gap, name: name.to_owned() })
    }

    /// The policy with these readings.
    pub(crate) fn all_over<'a>(mut policy: Policy, readings: impl IntoIterator<Item = &'a Self>) -> Policy {
        for Self { gap, name } in readings {
            // `parse` has looked both up.
            let _ = policy.set(*gap, name);
        }
        policy
    }

    /// Every reading of a gap that leaves a choice, by the field: the colon of an id divides words in some shells.
    pub(crate) fn names() -> Vec<String> {
        let of_gap = |(gap, field): (Gap, &'static str)| {
            gap.readings().iter().map(move |reading| format!("{field}={}", reading.name))
        };
        Gap::choices().flat_map(of_gap).collect()
    }
}
