//! `docs/ledger.md`: the tables of `crates/spec`, and after them the profiles, which are policies and so are in `crates/rules`.

use std::fmt::Write as _;

use avmarks_rules::PROFILES;
use avmarks_spec::{Clause, Gap, PAGES, Source};

use super::compared_page;

#[test]
fn the_ledger_page_is_up_to_date() {
    compared_page("docs/ledger.md", &format!("{}\n{}", tables(), profiles()));
}

/// The clauses, the gaps and the pages.
fn tables() -> String {
    let mut text = String::from(
        "# The ledger\n\n\
         Printed from the tables of `crates/spec`, and the profiles from `crates/rules`; a test compares them. A **clause** is a rule that\n\
         the vendor's documents state, paraphrased. A **gap** is a question that the documents leave open, with its possible answers\n\
         (readings), the default first. The order in which the rules are applied to a request is such a gap, `gap:precedence`: no document\n\
         states one, and ours is in docs/precedence.md.\n\n\
         A source is a page, the date of the copy that was read, and the part of the page. The first source of a clause is the newest copy\n\
         that has exactly that sentence, because of some pages the newer copies were available only in part. The pages themselves may have\n\
         changed since. Copies of 2023 are in the vendor's repository `tencentyun/intlcloud-documents` on GitHub. `undated` is a copy\n\
         without a date; those of www.tencentcloud.com/zh list the data centre of Jakarta but not that of Tokyo, so they are from\n\
         2024 or 2025. Nothing here was tested on the live service.\n\n\
         ## Clauses\n\n\
         | id | kind | rule | answer to a violation | sources |\n\
         |---|---|---|---|---|\n",
    );
    for clause in Clause::ALL {
        let refusal = if clause.refusal().is_empty() { "–" } else { clause.refusal() };
        let (description, sources) = (clause.description(), sources(clause.sources()));
        writeln!(text, "| `{clause}` | clause | {description} | {refusal} | {sources} |").unwrap();
    }
    text.push_str(
        "\n## Gaps\n\n\
         | id | kind | question | evidence | readings, the default first | sources |\n\
         |---|---|---|---|---|---|\n",
    );
    for gap in Gap::ALL {
        write!(text, "| `{gap}` | gap | {} | {} | ", gap.question(), gap.evidence()).unwrap();
        for (at, reading) in gap.readings().iter().enumerate() {
            let between = if at == 0 { "" } else { "; " };
            write!(text, "{between}`{}`: {}", reading.name, reading.meaning).unwrap();
        }
        writeln!(text, " | {} |", sources(gap.sources())).unwrap();
    }
    text.push_str("\n## Pages\n\n| page | language | what it is about |\n|---|---|---|\n");
    for page in PAGES {
        writeln!(text, "| [{}] | {} | {} |", page.number, page.language, page.title).unwrap();
    }
    writeln!(text).unwrap();
    for page in PAGES {
        writeln!(text, "[{}]: {}", page.number, page.url).unwrap();
    }
    text
}

/// Sources between semicolons, each page as a link.
fn sources(sources: &[Source]) -> String {
    let shown = sources.iter().map(|Source { page, section, date, .. }| {
        format!("[{}] {} ({section})", page.number, date.unwrap_or("undated"))
    });
    let shown: Vec<_> = shown.collect();
    if shown.is_empty() { "–".to_owned() } else { shown.join("; ") }
}

/// Each profile in words, and the gaps for which the profiles have different readings.
fn profiles() -> String {
    let mut text = String::from("## Profiles\n\nA profile is a policy with a name: one reading for every gap.\n\n");
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
