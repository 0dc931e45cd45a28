//! `docs/ledger.md`: the tables of `crates/spec`, and after them the profiles, which are policies and so are in `crates/rules`.

use std::fmt::Write as _;

use avmarks_rules::PROFILES;
use avmarks_spec::{Gap, Ledger};

use super::compared_page;

#[test]
fn the_ledger_is_the_tables_of_spec_and_the_profiles_of_rules() {
    compared_page("docs/ledger.md", &format!("{Ledger}\n{}", profiles()));
}

/// Each profile in words, and the gaps that not all of them read alike.
fn profiles() -> String {
    let mut text = String::from("## Profiles\n\nA profile is a policy under a name: one reading for every gap.\n\n");
    for profile in PROFILES {
        writeln!(text, "- `{}`: {}", profile.name, profile.meaning).unwrap();
    }
    let names: Vec<_> = PROFILES.iter().map(|profile| format!("`{}`", profile.name)).collect();
    writeln!(text, "\nThe gaps in which they differ:\n\n| gap | {} |", names.join(" | ")).unwrap();
    writeln!(text, "|---|{}", "---|".repeat(PROFILES.len())).unwrap();
    for gap in Gap::ALL {
        let readings: Vec<_> = PROFILES.iter().map(|profile| (profile.policy)().reading(*gap)).collect();
        if readings.iter().any(|reading| *reading != readings[0]) {
            let cells: Vec<_> = readings.iter().map(|reading| format!("`{reading}`")).collect();
            writeln!(text, "| `{gap}` | {} |", cells.join(" | ")).unwrap();
        }
    }
    text
}
