//! What each other reading of each gap changes in the tables: the cells that differ, and no others.

use std::fmt::Write as _;

use avmarks_rules::Policy;
use avmarks_spec::Gap;

use super::{Cell, FOLDER, Verdict, verdicts};
use crate::Page;

pub(super) fn page() -> Page {
    let text: Vec<_> = Gap::ALL.iter().map(|gap| of_gap(*gap)).collect();
    let shows = "for each reading of each gap that is not the default: the cells it changes, from what to what";
    let documents = "1047/50294, 1047/50293 and those that docs/ledger.md names";
    Page::new(FOLDER, "readings", shows, documents, text.join("\n").trim_end())
        .and_on(Gap::ALL.iter().map(|gap| gap.id()))
}

/// A gap, and what each of its readings that is not the default changes: from what to what, and in which cells.
fn of_gap(gap: Gap) -> String {
    let [first, others @ ..] = gap.readings() else { return String::new() };
    let mut text = format!("== {gap}, by default {}: {}\n", first.name, gap.question());
    if others.is_empty() {
        text.push_str("no other reading is on offer\n");
    }
    for reading in others {
        let changed = changed(gap, reading.name);
        assert!(!changed.is_empty(), "no cell shows what {gap} as {} changes", reading.name);
        writeln!(text, "-- {}: {}", reading.name, reading.meaning).unwrap();
        // What changes alike is told once, with the states and, behind each, the commands. Where the account itself stands
        // otherwise before any command, that is told, and of the commands those alone that are served or refused otherwise.
        let mut told = Vec::new();
        let mut beforehand: Vec<(String, Vec<&str>)> = Vec::new();
        for (Cell { state, command }, before, after) in changed {
            if before.before != after.before {
                let states: &mut Vec<&str> =
                    entry(&mut beforehand, format!("{}, and under this reading {}", before.before, after.before));
                if !states.contains(&state.name) {
                    states.push(state.name);
                }
                if before.label() == after.label() {
                    continue;
                }
            }
            let [from, to] = match before.before == after.before {
                true => [before.seen(), after.seen()],
                false => [before.label(), after.label()],
            };
            let change = format!("from  {from}\nto    {to}");
            let states = entry(&mut told, change);
            let commands: &mut Vec<&str> = entry(states, state.name);
            commands.push(command.name);
        }
        for (stands, states) in beforehand {
            writeln!(text, "before any command `u` is {stands}:\n      {}", states.join("; ")).unwrap();
        }
        for (change, states) in told {
            writeln!(text, "{change}").unwrap();
            for (state, commands) in states {
                writeln!(text, "      {state}: {}", commands.join("; ")).unwrap();
            }
        }
    }
    text
}

/// What is kept under a key, in the order of first mention.
fn entry<K: PartialEq, V: Default>(kept: &mut Vec<(K, V)>, key: K) -> &mut V {
    let at = kept.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
        kept.push((key, V::default()));
        kept.len() - 1
    });
    &mut kept[at].1
}

/// The cells that a reading changes for those who can see them, with what comes of them by default and under it.
fn changed(gap: Gap, reading: &str) -> Vec<(Cell, &'static Verdict, Verdict)> {
    let mut policy = Policy::default();
    policy.set(gap, reading).unwrap();
    let both = verdicts_by_default().iter().zip(verdicts(policy));
    both.map(|((cell, before), (_, after))| (*cell, before, after))
        .filter(|(_, before, after)| before.seen() != after.seen())
        .collect()
}

/// What rests on a reading says so: else nobody could tell the vendor's word from ours. Where the reading made the room another
/// one beforehand, the answer rests on the room.
#[test]
fn a_changed_cell_names_the_gap() {
    let mut silent = Vec::new();
    for gap in Gap::ALL {
        for reading in gap.readings().iter().skip(1) {
            for (Cell { state, command }, before, after) in changed(*gap, reading.name) {
                let names = |verdict: &Verdict| verdict.because.contains(&gap.id());
                if before.before == after.before && !(names(before) && names(&after)) {
                    silent.push(format!("{gap} as {}, {}: {}", reading.name, state.name, command.name));
                }
            }
        }
    }
    assert!(silent.is_empty(), "{silent:#?}");
}

fn verdicts_by_default() -> &'static [(Cell, Verdict)] {
    static VERDICTS: std::sync::OnceLock<Vec<(Cell, Verdict)>> = std::sync::OnceLock::new();
    VERDICTS.get_or_init(|| verdicts(Policy::default()))
}
