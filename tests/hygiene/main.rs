//! The invariants of ARCHITECTURE.md, as far as a test can see them.

use std::fs;
use std::path::{Path, PathBuf};

use avmarks_spec::{Clause, Gap};

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn read(path: impl AsRef<Path>) -> String {
    let path = top().join(path);
    fs::read_to_string(&path).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()))
}

/// Every file below a folder of the project, by its path from the top.
fn files(folder: &str, extension: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![top().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path.strip_prefix(top()).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

const PUBLISHED: &[&str] = &["spec", "protocol", "rules", "service", "cli"];

/// The part of a source file that ships: everything before its unit tests.
fn shipped(path: &str) -> String {
    let text = read(path);
    text.split("#[cfg(test)]").next().unwrap_or_default().to_owned()
}

#[test]
fn the_core_has_no_std_no_clock_and_no_randomness() {
    for name in ["spec", "rules"] {
        let root = read(format!("crates/{name}/src/lib.rs"));
        assert!(root.contains("#![no_std]") && root.contains("#![forbid(unsafe_code)]"), "{name}");
        for file in files(&format!("crates/{name}/src"), "rs") {
            let text = shipped(&file);
            for word in ["extern crate std", "std::", "serde", "SystemTime", "Instant", "RandomState", "thread_local"] {
                let found = text.lines().find(|line| line.contains(word) && !line.trim_start().starts_with("//"));
                assert!(found.is_none(), "{file}: `{word}` in {found:?}");
            }
        }
    }
    for name in ["protocol", "service"] {
        for file in files(&format!("crates/{name}/src"), "rs") {
            let text = shipped(&file);
            for word in ["SystemTime", "Instant::now", "TcpStream", "TcpListener", "std::fs", "thread_local"] {
                assert!(!text.contains(word), "{file}: `{word}`");
            }
        }
    }
}

#[test]
fn unsafe_code_is_forbidden_everywhere() {
    assert!(read("Cargo.toml").contains("unsafe_code = \"forbid\""));
    for name in PUBLISHED.iter().chain(&["testkit"]) {
        let manifest = read(format!("crates/{name}/Cargo.toml"));
        assert!(manifest.contains("[lints]\nworkspace = true"), "{name}");
    }
}

#[test]
fn one_file_refuses_and_one_file_changes_a_room() {
    assert!(read("crates/rules/src/decide.rs").starts_with("//! **The one file that may refuse a command.**"));
    assert!(read("crates/rules/src/apply.rs").starts_with("//! **The one file that may change a room.**"));
    let storage = ["apply.rs", "marks.rs", "pins.rs", "roster.rs"];
    for file in files("crates/rules/src", "rs") {
        let name = file.rsplit('/').next().unwrap();
        let text = shipped(&file);
        if !["decide.rs", "refusal.rs"].contains(&name) {
            assert!(!text.contains("Refusal::"), "{file} refuses");
        }
        // Whoever else has `&mut Room` may only hand events to `apply`.
        if !storage.contains(&name) {
            for field in ["roster", "marks", "pins", "listed", "online", "latest", "next_place"] {
                for change in [format!("self.{field} ="), format!("self.{field} +="), format!("self.{field}.insert")] {
                    assert!(!text.contains(&change), "{file}: `{change}`");
                }
            }
        }
    }
}

#[test]
fn dependencies_point_down_only() {
    let allowed: &[(&str, &[&str])] = &[
        ("spec", &[]),
        ("protocol", &["spec"]),
        ("rules", &["spec"]),
        ("service", &["spec", "protocol", "rules"]),
        ("cli", &["spec", "protocol", "rules", "service"]),
    ];
    for (name, below) in allowed {
        let manifest = read(format!("crates/{name}/Cargo.toml"));
        for line in manifest.lines().filter_map(|line| line.strip_prefix("avmarks-")) {
            let dependency = line.split('.').next().unwrap();
            assert!(below.contains(&dependency), "{name} depends on {dependency}");
        }
    }
}

#[test]
fn published_crates_say_what_a_registry_asks_for() {
    for name in PUBLISHED {
        let manifest = read(format!("crates/{name}/Cargo.toml"));
        for field in [
            "description",
            "keywords",
            "categories",
            "documentation",
            "readme",
            "rust-version",
            "license",
            "repository",
        ] {
            assert!(manifest.contains(&format!("\n{field}")), "{name} lacks {field}");
        }
        let readme = read(format!("crates/{name}/README.md"));
        assert!(readme.lines().count() > 3, "the README of {name} says nothing");
    }
    for license in ["LICENSE-MIT", "LICENSE-APACHE"] {
        assert!(!read(license).is_empty());
    }
}

/// Clauses that no published code names, and why.
const CLAUSES_UNUSED: &[(Clause, &str)] =
    &[(Clause::Http200, "an answer has no status of its own here: `Response` documents it, and a server writes it")];

#[test]
fn every_clause_and_gap_is_used_in_code() {
    let mut code = String::new();
    for name in ["protocol", "rules", "service"] {
        for file in files(&format!("crates/{name}/src"), "rs").iter().filter(|file| !file.ends_with("/policy.rs")) {
            code.push_str(&shipped(file));
        }
    }
    for clause in Clause::ALL {
        let excused = CLAUSES_UNUSED.iter().any(|(unused, _)| unused == clause);
        let used = code.contains(&format!("Clause::{clause:?}")) || code.contains(&format!("`{clause}`"));
        assert!(used || excused, "{clause} is used nowhere");
    }
    for gap in Gap::ALL {
        let used = code.contains(&format!("Gap::{gap:?}")) || code.contains(&format!("`{gap}`"));
        assert!(used, "{gap} is used nowhere");
    }
}

/// Files of more than 400 lines, and why.
const LONG_FILES: &[(&str, &str)] = &[];

#[test]
fn files_are_short_enough_to_read() {
    for folder in ["crates", "tests"] {
        for file in files(folder, "rs") {
            let lines = read(&file).lines().count();
            let excused = LONG_FILES.iter().any(|(long, _)| *long == file);
            assert!(lines <= 400 || excused, "{file} has {lines} lines; cut it, or say here why not");
        }
    }
}

#[test]
fn every_dependency_has_a_reason_and_a_place_in_the_one_table() {
    let manifest = read("Cargo.toml");
    let contributing = read("CONTRIBUTING.md");
    let table = manifest.split("[workspace.dependencies]").nth(1).unwrap().split("\n[").next().unwrap();
    let names = table.lines().filter_map(|line| line.split_once(" = ")).map(|(name, _)| name);
    for name in names.filter(|name| !name.starts_with("avmarks-")) {
        assert!(contributing.contains(&format!("`{name}`")), "CONTRIBUTING.md does not say why `{name}` is there");
        let users = files("crates", "toml").into_iter().chain(["tests/Cargo.toml".to_owned()]);
        assert!(users.map(read).any(|text| text.contains(&format!("\n{name}.workspace"))), "nobody uses `{name}`");
    }
}

#[test]
fn no_snapshot_waits_for_review() {
    assert_eq!(files("tests", "new"), [""; 0]);
}
