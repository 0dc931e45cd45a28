//! What the fuzzers have found, run by every `cargo test`; and that `fuzz/` holds together.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use avmarks_testkit::fuzz::TARGETS;

const FILES_MAX: usize = 1_000;
const BYTES_MAX: u64 = 1_500_000;

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz")
}

fn read(path: &str) -> String {
    fs::read_to_string(fuzz().join(path)).unwrap_or_else(|error| panic!("fuzz/{path}: {error}"))
}

/// The files of a folder of `fuzz/`, by name; none if there is no such folder.
fn files(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(fuzz().join(folder)).into_iter().flatten();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// The names of what is in a folder of `fuzz/`.
fn names(folder: &str) -> BTreeSet<String> {
    files(folder).iter().map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect()
}

fn target_names() -> BTreeSet<String> {
    TARGETS.iter().map(|target| target.name.to_owned()).collect()
}

#[test]
fn every_input_that_was_kept_holds() {
    let mut broken = Vec::new();
    for target in TARGETS {
        for folder in ["corpus", "regressions"] {
            for file in files(&format!("{folder}/{}", target.name)) {
                let bytes = fs::read(&file).unwrap();
                if std::panic::catch_unwind(|| (target.body)(&bytes)).is_err() {
                    let name = file.file_name().unwrap().to_string_lossy().into_owned();
                    broken.push(format!("fuzz/{folder}/{}/{name}", target.name));
                }
            }
        }
    }
    assert!(broken.is_empty(), "what must hold, does not for\n{}", broken.join("\n"));
}

#[test]
fn fuzz_targets_are_sorted_and_differ() {
    assert!(TARGETS.is_sorted_by(|before, after| before.name < after.name));
    let properties: BTreeSet<_> = TARGETS.iter().map(|target| target.property).collect();
    assert_eq!(properties.len(), TARGETS.len());
}

#[test]
fn each_fuzz_target_is_complete() {
    let (manifest, readme) = (read("Cargo.toml"), read("README.md"));
    for target in TARGETS {
        let name = target.name;
        let binary = format!("[[bin]]\nname = \"{name}\"\npath = \"fuzz_targets/{name}.rs\"\n");
        assert!(manifest.contains(&binary), "fuzz/Cargo.toml does not build `{name}`");
        let file = read(&format!("fuzz_targets/{name}.rs"));
        assert!(file.lines().count() <= 8, "{name}: the body belongs into the testkit");
        assert!(file.contains(&format!("avmarks_testkit::fuzz::{name}(")), "{name} runs something else");
        assert!(!files(&format!("corpus/{name}")).is_empty(), "`{name}` has no corpus");
        let row = format!("| `{name}` | {} | {} |", target.property, target.input);
        assert!(readme.lines().any(|line| line == row), "fuzz/README.md has no row\n{row}");
    }
}

#[test]
fn the_fuzz_folder_has_only_targets() {
    let known = target_names();
    assert_eq!(read("Cargo.toml").matches("[[bin]]").count(), known.len());
    let files: BTreeSet<_> = known.iter().map(|name| format!("{name}.rs")).collect();
    assert_eq!(names("fuzz_targets"), files);
    assert_eq!(names("corpus"), known);
    assert!(names("regressions").is_subset(&known), "{:?}", names("regressions"));
    assert_eq!(read("README.md").lines().filter(|line| line.starts_with("| `")).count(), known.len());
}

#[test]
fn the_corpus_stays_small() {
    let kept: Vec<_> = target_names()
        .iter()
        .flat_map(|name| [files(&format!("corpus/{name}")), files(&format!("regressions/{name}"))].concat())
        .collect();
    let bytes: u64 = kept.iter().map(|file| fs::metadata(file).unwrap().len()).sum();
    assert!(kept.len() < FILES_MAX && bytes < BYTES_MAX, "{} files, {bytes} bytes: `fuzz/run --minimise`", kept.len());
}
