//! The readings in force: one name for each gap.

use std::collections::BTreeMap;

use avmarks_spec::{GAPS, Reading};

/// From the field of a gap to the name of its reading. What is not named has its default.
#[derive(Clone, Default)]
pub(super) struct Policy {
    names: BTreeMap<&'static str, &'static str>,
}

impl Policy {
    /// The whole policy of this name.
    pub(super) fn profile(name: &str) -> Option<Self> {
        let readings: &[(&str, &str)] = match name {
            "default" => &[],
            "documented_en" => &[("page_size", "500"), ("refresh", "10s"), ("low_plan_list", "30")],
            "documented_zh_2025" => &[("page_size", "250"), ("refresh", "40s"), ("low_plan_list", "refuse")],
            _ => return None,
        };
        let mut policy = Self::default();
        for (field, reading) in readings {
            policy.set(field, reading)?;
        }
        Some(policy)
    }

    /// Reads one gap anew; `None` when there is no such field, or no such reading of it.
    pub(super) fn set(&mut self, field: &str, reading: &str) -> Option<()> {
        let gap = GAPS.iter().find(|gap| gap.field == field)?;
        let row = gap.readings.iter().find(|row| row.name == reading)?;
        self.names.insert(gap.field, row.name);
        Some(())
    }

    /// The reading in force.
    pub(super) fn reading<R: Reading>(&self) -> R {
        self.names.get(R::GAP.row().field).and_then(|name| R::parse(name)).unwrap_or_default()
    }
}
