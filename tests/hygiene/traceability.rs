//! `docs/traceability.md`: for each clause and gap, where it is implemented, which cases show it, which tests name it.

use std::fmt::Write as _;

use avmarks_spec::{Clause, Gap};
use avmarks_testkit::case::cases;

use super::{compared_page, files, read, shipped};

/// Clauses and gaps that no case shows, with the reason.
const NO_STORY: &[(&str, &str)] = &[
    ("QUERY", "a scenario line has no query"),
    ("USERSIG", "a scenario line has no signature"),
    ("gap:random", "a scenario line has no query"),
    ("gap:usersig-code", "a scenario line has no signature"),
    ("gap:robot-webhook", "a scenario sends no webhook"),
];

#[test]
fn every_clause_and_gap_is_traced() {
    let mut page = String::from(
        "# Traceability\n\n\
         Printed from the code and the tests; a test compares them. A file is listed if its code or a comment names the id.\n\
         `tests/rules/properties.rs` tests all of them, because it compares whole answers with those of the oracle; it is not\n\
         repeated in every row.\n\n\
         | id | implemented in | cases | named by other tests |\n|---|---|---|---|\n",
    );
    let ids = Clause::ALL.iter().map(|clause| (clause.id(), format!("Clause::{clause:?}")));
    let gaps = Gap::ALL.iter().map(|gap| (gap.id(), format!("Gap::{gap:?}")));
    for (id, name) in ids.chain(gaps) {
        let code = places("crates", id, &name, |file| {
            let code = ["rules/src", "service/src", "protocol/src", "emulator/src/webhooks"];
            code.iter().any(|folder| file.starts_with(&format!("crates/{folder}")))
        });
        let mut tests = places("tests", id, &name, |file| !file.starts_with("tests/hygiene"));
        tests.extend(places("crates/emulator/tests/socket/webhooks", id, &name, |_| true));
        let shown = stories_that_show(id);
        let excuse = NO_STORY.iter().find(|(excused, _)| *excused == id).map(|(_, why)| *why);
        assert!(!code.is_empty(), "{id} is implemented nowhere");
        assert_eq!(shown.is_empty(), excuse.is_some(), "{id}: shown by a case, or excused; one of the two");
        assert!(!shown.is_empty() || !tests.is_empty(), "{id} is held by nothing");
        let shown = if shown.is_empty() { format!("none: {}", excuse.unwrap_or_default()) } else { shown };
        let dash = |text: String| if text.is_empty() { "–".to_owned() } else { text };
        writeln!(page, "| `{id}` | {} | {shown} | {} |", code.join(", "), dash(tests.join(", "))).unwrap();
    }
    compared_page("docs/traceability.md", &page);
}

/// The files below a folder that name an id, as text or as a value; by their last two parts.
fn places(folder: &str, id: &str, name: &str, wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let names =
        |text: &str| text.contains(&format!("`{id}`")) || text.contains(&format!("\"{id}\"")) || word(text, name);
    files(folder, "rs")
        .into_iter()
        .filter(|file| wanted(file) && names(&shipped(file)))
        .map(|file| file.replace("crates/", "").replace("/src/", "/"))
        .collect()
}

/// Whether a text has a path such as `Clause::Query` as a whole, and not as the start of a longer one.
fn word(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| !text[at + name.len()..].starts_with(|next: char| next.is_alphanumeric()))
}

/// How many cases of each file show an id: by their name, by what they expect of `because`, or by an omission.
fn stories_that_show(id: &str) -> String {
    let shows = |line: &serde_json::Value| {
        let is_it = |value: &serde_json::Value| value.as_str() == Some(id);
        let among = |list: &serde_json::Value| list.as_array().is_some_and(|list| list.iter().any(is_it));
        let omitted = line["omitted"].as_array().into_iter().flatten().any(|omission| is_it(&omission["because"]));
        is_it(&line["because"]) || among(&line["because"]) || among(&line["rests_on"]) || omitted
    };
    let mut found = Vec::new();
    for file in files("tests/cases", "jsonl") {
        let cases = cases(&read(&file)).unwrap();
        let count = cases
            .iter()
            .filter(|case| {
                let named = case.name.split([' ', ':']).next() == Some(id) || case.name.starts_with(&format!("{id} "));
                let named = named || case.name.starts_with(&format!("{id}:"));
                named || case.lines.iter().filter_map(|line| line.expect.as_ref()).any(shows)
            })
            .count();
        if count > 0 {
            found.push(format!("{} {count}", file.rsplit('/').next().unwrap().trim_end_matches(".jsonl")));
        }
    }
    found.join(", ")
}
