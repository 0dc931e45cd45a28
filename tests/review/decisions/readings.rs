//! What each other reading of each gap changes in the tables: the cells that differ, and no others.

use avmarks_rules::Policy;
use avmarks_spec::Gap;

use super::{Cell, FOLDER, Verdict, verdicts};
use crate::Page;

pub(super) fn page() -> Page {
    let text: Vec<_> = Gap::ALL.iter().map(|gap| of_gap(*gap)).collect();
    let shows = "for each reading of each gap that is not the default: the cells it changes, from what to what";
    let documents = "1047/50294, 1047/50293 and those that LEDGER.md names";
    Page::new(FOLDER, "readings", shows, documents, text.join("\n").trim_end()).and_on(Gap::ALL.iter().map(|gap| gap.id()))
}

fn of_gap(gap: Gap) -> String {
    let default = verdicts_by_default();
    let [first, others @ ..] = gap.readings() else { return String::new() };
    let mut text = format!("== {gap}, by default {}: {}\n", first.name, gap.row().question);
    if others.is_empty() {
        text.push_str("no other reading is on offer\n");
    }
    for reading in others {
        let mut policy = Policy::default();
        policy.set(gap, reading.name).unwrap();
        text.push_str(&format!("-- {}: {}\n", reading.name, reading.meaning));
        let changed: Vec<_> = default
            .iter()
            .zip(verdicts(policy))
            .filter(|((_, before), (_, after))| before.seen() != after.seen())
            .map(|((Cell { state, command }, before), (_, after))| {
                format!("{} | {}\n    {}\n    {}\n", state.name, command.name, before.seen(), after.seen())
            })
            .collect();
        assert!(!changed.is_empty(), "no cell shows what {gap} as {} changes", reading.name);
        text.push_str(&changed.concat());
    }
    text
}

fn verdicts_by_default() -> &'static [(Cell, Verdict)] {
    static VERDICTS: std::sync::OnceLock<Vec<(Cell, Verdict)>> = std::sync::OnceLock::new();
    VERDICTS.get_or_init(|| verdicts(Policy::default()))
}
