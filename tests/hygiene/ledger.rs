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
