//! The readings in force: one name for each gap.

use std::collections::BTreeMap;

use avmarks_spec::Gap;

/// From the id of a gap to the name of its reading. What is not named has its default.
#[derive(Clone, Default)]
pub(super) struct Policy {
    names: BTreeMap<&'static str, &'static str>,
}

impl Policy {
    /// The whole policy of this name.
    pub(super) fn profile(name: &str) -> Option<Self> {
        let readings: &[(&str, &str)] = match name {
            "default" => &[],
            "2023" => &[
                ("page_size", "500"),
                ("refresh_list", "10s"),
                ("refresh_count", "10s"),
                ("low_plan_list", "30"),
                ("switch_list", "30"),
                ("count_types", "avchatroom-only"),
                ("offline_500", "member-may"),
            ],
            "2024-12" => &[
                ("page_size", "500"),
                ("refresh_list", "10s"),
                ("refresh_count", "10s"),
                ("low_plan_list", "30"),
                ("switch_list", "30"),
                ("count_types", "all-types"),
                ("offline_500", "anyone"),
            ],
            "2025-11" => &[
                ("page_size", "250"),
                ("refresh_list", "40s"),
                ("refresh_count", "10s"),
                ("low_plan_list", "refuse"),
                ("switch_list", "10007"),
                ("count_types", "all-types"),
                ("offline_500", "anyone"),
            ],
            _ => return None,
        };
        let mut policy = Self::default();
        for (field, reading) in readings {
            policy.set(field, reading)?;
        }
        Some(policy)
    }

    /// Changes the reading of one gap; `None` if the field or its reading does not exist.
    pub(super) fn set(&mut self, field: &str, reading: &str) -> Option<()> {
        let gap = Gap::ALL.iter().find(|gap| gap.field() == Some(field))?;
        let row = gap.readings().iter().find(|row| row.name == reading)?;
        self.names.insert(gap.id(), row.name);
        Some(())
    }

    /// The reading in force.
    pub(super) fn reading<R: Default>(&self, gap: Gap, from_name: fn(&str) -> Option<R>) -> R {
        self.names.get(gap.id()).and_then(|name| from_name(name)).unwrap_or_default()
    }
}
