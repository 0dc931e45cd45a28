//! The ledger: every clause and gap as text, for `LEDGER.md`.

use core::fmt;

use crate::{CLAUSES, GAPS};

/// Prints the ledger as Markdown; `LEDGER.md` is its output, and a test compares the two.
///
/// ```
/// let text = avmarks_spec::Ledger.to_string();
/// assert!(text.contains("| `ONLINE-ONLY` | clause |"));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Ledger;

impl fmt::Display for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "# The ledger\n\n\
             Printed from the tables of `crates/spec`; a test compares. A **clause** is the vendor's word in ours; a **gap** is a\n\
             question that the documents leave open, with the reading that is the default first and the others after it. The\n\
             order in which a request is judged is ours as well (docs/precedence.md): no document gives one.\n\n\
             ## Clauses\n\n\
             | id | kind | document | section | what it says | a breach is answered | seen |\n\
             |---|---|---|---|---|---|---|\n",
        )?;
        for row in CLAUSES {
            let refusal = if row.refusal.is_empty() { "–" } else { row.refusal };
            writeln!(
                f,
                "| `{}` | clause | {} | {} | {} | {refusal} | {} |",
                row.id, row.document, row.section, row.says, row.seen
            )?;
        }
        f.write_str(
            "\n## Gaps\n\n\
             | id | kind | question | evidence | readings, the default first | seen |\n\
             |---|---|---|---|---|---|\n",
        )?;
        for row in GAPS {
            write!(f, "| `{}` | gap | {} | {} | ", row.id, row.question, row.evidence)?;
            for (at, reading) in row.readings.iter().enumerate() {
                let between = if at == 0 { "" } else { "; " };
                write!(f, "{between}`{}`: {}", reading.name, reading.meaning)?;
            }
            writeln!(f, " | {} |", row.seen)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::string::ToString;

    use super::*;

    #[test]
    fn every_clause_and_gap_is_a_row_and_readings_stand_between_semicolons() {
        let text = Ledger.to_string();
        let rows = text.lines().filter(|line| line.starts_with("| `")).count();
        assert_eq!(rows, CLAUSES.len() + GAPS.len());
        for row in GAPS {
            let line =
                text.lines().find(|line| line.contains(row.id) && line.contains(row.question)).unwrap_or_default();
            for (at, reading) in row.readings.iter().enumerate() {
                let before = if at == 0 { " | " } else { "; " };
                assert!(line.contains(&std::format!("{before}`{}`: ", reading.name)), "{line}");
            }
        }
    }
}
