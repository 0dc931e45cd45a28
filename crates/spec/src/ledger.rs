//! The ledger: every clause and gap as text, for `docs/ledger.md`.

use core::fmt;

use crate::{CLAUSES, GAPS, PAGES, Source};

/// Prints the clauses, the gaps and the pages as Markdown: all of `docs/ledger.md` but its profiles, which are the business of
/// whoever has policies.
///
/// ```
/// let text = avmarks_spec::Ledger.to_string();
/// assert!(text.contains("| `ONLINE-ONLY` | clause |"));
/// assert!(text.contains("[269/79267] 2025-11-03 (maximum call frequency)"));
/// assert!(text.contains("[269/79267]: https://cloud.tencent.com/document/product/269/79267"));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Ledger;

impl fmt::Display for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "# The ledger\n\n\
             Printed from the tables of `crates/spec`, and the profiles from `crates/rules`; a test compares. A **clause** is the\n\
             vendor's word in ours; a **gap** is a question that the documents leave open, with the reading that is the default first\n\
             and the others after it. The order in which the rules are applied to a request is such a gap, `gap:precedence`: no document\n\
             gives one, and ours is in docs/precedence.md.\n\n\
             A source is a page, the date of the copy that was read, and the part of the page. The first source of a clause is the newest copy\n\
             that shows that very sentence: of some pages the newer copies were seen in part only. The pages themselves may have changed\n\
             since; copies of 2023 stand in the vendor's repository `tencentyun/intlcloud-documents` on GitHub. `undated` is a copy that\n\
             shows no date; those of www.tencentcloud.com/zh list the data centre of Jakarta and not yet that of Tokyo, and so are of\n\
             2024 or 2025. Nothing here was tried on the live service.\n\n\
             ## Clauses\n\n\
             | id | kind | what it says | a breach is answered | sources |\n\
             |---|---|---|---|---|\n",
        )?;
        for row in CLAUSES {
            let refusal = if row.refusal.is_empty() { "–" } else { row.refusal };
            writeln!(f, "| `{}` | clause | {} | {refusal} | {} |", row.id, row.description, Sources(row.sources))?;
        }
        f.write_str(
            "\n## Gaps\n\n\
             | id | kind | question | evidence | readings, the default first | sources |\n\
             |---|---|---|---|---|---|\n",
        )?;
        for row in GAPS {
            write!(f, "| `{}` | gap | {} | {} | ", row.id, row.question, row.evidence)?;
            for (at, reading) in row.readings.iter().enumerate() {
                let between = if at == 0 { "" } else { "; " };
                write!(f, "{between}`{}`: {}", reading.name, reading.meaning)?;
            }
            writeln!(f, " | {} |", Sources(row.sources))?;
        }
        f.write_str("\n## Pages\n\n| page | language | what it is about |\n|---|---|---|\n")?;
        for page in PAGES {
            writeln!(f, "| [{}] | {} | {} |", page.number, page.language, page.title)?;
        }
        writeln!(f)?;
        for page in PAGES {
            writeln!(f, "[{}]: {}", page.number, page.url)?;
        }
        Ok(())
    }
}

/// Sources between semicolons, each page as a link.
struct Sources(&'static [Source]);

impl fmt::Display for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("–");
        }
        for (at, Source { page, section, date }) in self.0.iter().enumerate() {
            let between = if at == 0 { "" } else { "; " };
            write!(f, "{between}[{}] {} ({section})", page.number, date.unwrap_or("undated"))?;
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
        for page in PAGES {
            assert!(text.contains(&std::format!("\n[{}]: {}\n", page.number, page.url)), "{page:?}");
        }
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
