//! `tests/snapshots/README.md`: the page that a reviewer reads first. Its head is written by hand, the rest is printed.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::{FOLDERS, Page, changed, ledger_ids, pages};

/// Where the printed part begins.
const PRINTED: &str = "## The pages\n";

/// Ids that a row names.
const IDS_MAX: usize = 9;

/// Pages that name every gap, whatever came of it.
const LISTS_ALL: &[&str] = &["decisions/readings.snap", "policy/defaults.snap"];

/// Clauses and gaps that no page names, and why.
const NO_PAGE: &[(&str, &str)] = &[];

fn snapshots() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots")
}

fn printed() -> String {
    let mut text = PRINTED.to_owned();
    for folder in FOLDERS {
        write!(text, "\n### {}\n\n{}\n\n| page | shows | rests on |\n|---|---|---|\n", folder.name, folder.says)
            .unwrap();
        for page in pages().iter().filter(|page| page.folder == folder.name) {
            writeln!(text, "| [{}]({}) | {} | {} |", page.name, page.path(), page.shows, rests_on(page)).unwrap();
        }
    }
    text.push_str("\n## Which page shows a clause or gap\n\nBesides policy/defaults and decisions/readings, which have every gap.\n\n| id | pages |\n|---|---|\n");
    for id in ledger_ids() {
        let shown: Vec<_> = pages()
            .iter()
            .filter(|page| shows(page, id))
            .map(|page| format!("{}/{}", page.folder, page.name))
            .collect();
        let excuse = NO_PAGE.iter().find(|(excused, _)| *excused == id).map(|(_, why)| format!("none: {why}"));
        writeln!(text, "| `{id}` | {} |", excuse.unwrap_or(shown.join(", "))).unwrap();
    }
    text
}

fn shows(page: &Page, id: &str) -> bool {
    !LISTS_ALL.contains(&&*page.path()) && page.rests_on.iter().any(|part| part == id)
}

/// The documents, and the clauses and gaps as long as a row can hold them; the header of the file has them all.
fn rests_on(page: &Page) -> String {
    let (ids, documents): (Vec<_>, Vec<_>) = page.rests_on.iter().partition(|part| is_id(part));
    let ids: Vec<_> = ids.into_iter().map(|id| format!("`{id}`")).collect();
    let told = if ids.len() > IDS_MAX { vec![format!("{} clauses and gaps", ids.len())] } else { ids };
    documents.into_iter().cloned().chain(told).collect::<Vec<_>>().join(", ")
}

#[test]
fn the_index_has_a_row_for_every_page() {
    let path = snapshots().join("README.md");
    let found = fs::read_to_string(&path).unwrap();
    let head = found.split(PRINTED).next().unwrap();
    let wanted = format!("{head}{}", printed());
    if std::env::var_os("AVMARKS_WRITE").is_some() {
        fs::write(&path, &wanted).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap();
    assert!(
        found == wanted,
        "tests/snapshots/README.md is old: write it anew with AVMARKS_WRITE=1 cargo test --workspace"
    );
}

/// A file that no page names would never be compared with anything; a page without a file was never reviewed.
#[test]
fn files_and_pages_correspond() {
    let _ = changed();
    let mut found = BTreeSet::new();
    for folder in fs::read_dir(snapshots()).unwrap().map(|entry| entry.unwrap().path()) {
        if folder.file_name().is_some_and(|name| name == "README.md") {
            continue;
        }
        for file in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = file.strip_prefix(snapshots()).unwrap();
            // `no_snapshot_waits_for_review` in the hygiene suite speaks of these.
            if name.extension().is_none_or(|extension| extension != "new") {
                found.insert(name.to_str().unwrap().replace('\\', "/"));
            }
        }
    }
    let named: BTreeSet<_> = pages().iter().map(|page| page.path()).collect();
    assert_eq!(named.len(), pages().len(), "a name is taken twice");
    let unnamed: Vec<_> = found.difference(&named).collect();
    assert!(unnamed.is_empty(), "no test names these; delete them: {unnamed:#?}");
    let missing: Vec<_> = named.difference(&found).collect();
    assert!(missing.is_empty(), "these were never written: {missing:#?}");
}

/// insta compares what a file holds, and not its header.
#[test]
fn headers_are_what_the_pages_rest_on() {
    let _ = changed();
    for page in pages() {
        let file = fs::read_to_string(snapshots().join(page.path())).unwrap();
        let line = file.lines().find_map(|line| line.strip_prefix("description: ")).unwrap();
        let header = if line.starts_with('"') { serde_json::from_str(line).unwrap() } else { line.to_owned() };
        assert_eq!(header, page.header(), "{}: INSTA_UPDATE=force writes headers, too", page.path());
        let unknown = page.rests_on.iter().find(|part| !is_id(part) && !is_document(part));
        assert_eq!(unknown, None, "{}: neither in the ledger nor a document", page.path());
    }
}

fn is_id(part: &str) -> bool {
    ledger_ids().any(|id| id == part)
}

/// A document has its number at the vendor's in front, and what is ours says so.
fn is_document(part: &str) -> bool {
    part.starts_with(|first: char| first.is_ascii_digit()) || part == "the order is ours (docs/precedence.md)"
}

#[test]
fn every_clause_and_gap_has_a_page() {
    for id in ledger_ids() {
        let shown = pages().iter().any(|page| shows(page, id));
        let excused = NO_PAGE.iter().any(|(excused, _)| *excused == id);
        assert_ne!(shown, excused, "{id}: named by a page, or excused; one of the two");
    }
}
