//! Gaps: questions that no document settles, or that two answer differently.

use crate::page::Source;
pub use crate::readings::{GAPS, Gap};

/// One way to read a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReadingRow {
    /// Its name, as a policy file and the command line spell it.
    pub name: &'static str,
    /// What it makes the service do.
    pub meaning: &'static str,
}

/// A gap as a row of the ledger. The first reading is the default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GapRow {
    /// The stable id, `gap:` in front.
    pub id: &'static str,
    /// The field of the policy that decides it; none where there is one reading and so nothing to choose.
    pub field: Option<&'static str>,
    /// What is not settled.
    pub question: &'static str,
    /// What the pages say, or that they are silent, and what speaks for the default. Where there are no sources it says
    /// that no document speaks of it.
    pub evidence: &'static str,
    /// The copies of pages that the evidence speaks of. The first is the newest copy that shows the sentence in question,
    /// or that could have settled it; empty where no document speaks of it.
    pub sources: &'static [Source],
    /// Every reading on offer, the default first.
    pub readings: &'static [ReadingRow],
}

/// A set of readings of one gap, as a type.
pub trait Reading: Copy + Default + Eq + core::fmt::Debug + 'static {
    /// The gap that is read.
    const GAP: Gap;
    /// Every reading, in the order of the gap's row.
    const ALL: &'static [Self];

    /// The name of this reading.
    #[must_use]
    fn name(self) -> &'static str;

    /// The reading of this name.
    #[must_use]
    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|reading| reading.name() == name)
    }
}

impl Gap {
    /// The stable id, such as `gap:page-size`.
    #[must_use]
    pub fn id(self) -> &'static str {
        self.row().id
    }

    /// Every gap with a choice, with the policy field that decides it.
    pub fn choices() -> impl Iterator<Item = (Self, &'static str)> {
        Self::ALL.iter().filter_map(|gap| Some((*gap, gap.row().field?)))
    }

    /// Every reading on offer, the default first.
    #[must_use]
    pub fn readings(self) -> &'static [ReadingRow] {
        self.row().readings
    }

    /// The gap of this id (`gap:page-size`), or of this policy field (`page_size`).
    #[must_use]
    pub fn from_name(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|gap| gap.row().id == text || gap.row().field == Some(text))
    }
}

impl core::fmt::Display for Gap {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.id())
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::string::ToString;

    use super::*;

    #[test]
    fn each_gap_is_found_by_its_id_and_by_its_field_and_shown_by_its_id() {
        for gap in Gap::ALL {
            assert_eq!(Gap::from_name(&gap.to_string()), Some(*gap));
            assert_eq!(gap.row().field.map(Gap::from_name), gap.row().field.map(|_| Some(*gap)));
            assert_eq!(gap.row().field.is_some(), gap.readings().len() > 1, "{gap}: a field where there is a choice");
            assert!(gap.to_string().starts_with("gap:"), "{gap}");
        }
        assert_eq!(Gap::from_name("gap:page_size"), None);
    }
}
