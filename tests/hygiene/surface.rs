//! What the published crates promise to those who build against them.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use crate::{files, read};

/// The manifest of every crate.
fn manifests() -> impl Iterator<Item = (String, String)> {
    let manifests =
        files("crates", "toml").into_iter().filter(|path| path.ends_with("/Cargo.toml") && !path.contains("/rivals/"));
    manifests.map(|path| (path.clone(), read(path)))
}

fn is_published(manifest: &str) -> bool {
    !manifest.contains("\npublish = false")
}

#[test]
fn every_crate_uses_the_workspace_lints() {
    let top = read("Cargo.toml");
    for denied in ["missing_docs", "broken_intra_doc_links", "incompatible_msrv"] {
        assert!(top.contains(&format!("\n{denied} = \"deny\"\n")), "{denied}");
    }
    for (path, manifest) in manifests() {
        // `embed-c` has lints of its own, with the reason.
        let own = path.contains("/embed-c/") && manifest.contains("\n[lints.rust]\n");
        assert!(own || manifest.contains("\n[lints]\nworkspace = true\n"), "{path}: lints");
        assert!(manifest.contains("\nrust-version.workspace = true\n"), "{path}: rust-version");
    }
}

#[test]
fn published_libraries_list_their_public_items() {
    let mut names = BTreeSet::new();
    for (path, manifest) in manifests().filter(|(_, manifest)| is_published(manifest)) {
        let library = path.replace("Cargo.toml", "src/lib.rs");
        if files("crates", "rs").contains(&library) {
            let name = manifest.lines().find_map(|line| line.strip_prefix("name = \"")).unwrap().trim_end_matches('"');
            names.insert(format!("docs/api/{name}.txt"));
        }
    }
    assert_eq!(files("docs/api", "txt").into_iter().collect::<BTreeSet<_>>(), names, ".ci/surface --write");
}

/// `1.85` and `1.85.0` as numbers.
fn version(text: &str) -> Vec<u32> {
    let mut numbers: Vec<_> = text.split('.').map(|number| number.parse().unwrap()).collect();
    numbers.resize(3, 0);
    numbers
}

#[test]
fn no_dependency_needs_a_newer_compiler() {
    let cargo = std::env::var_os("CARGO").unwrap_or("cargo".into());
    let told = Command::new(cargo)
        .args([
            "metadata",
            "--format-version=1",
            "--locked",
            "--manifest-path",
            concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"),
        ])
        .output()
        .unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let told: Value = serde_json::from_slice(&told.stdout).unwrap();
    let list = |value: &Value| value.as_array().unwrap().clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let packages: BTreeMap<_, _> = list(&told["packages"]).into_iter().map(|it| (text(&it["id"]), it)).collect();
    let nodes: BTreeMap<_, _> = list(&told["resolve"]["nodes"]).into_iter().map(|it| (text(&it["id"]), it)).collect();

    // From the published crates down, on every platform, without what only tests need.
    let in_workspace: BTreeSet<_> = list(&told["workspace_members"]).iter().map(text).collect();
    let mut left: Vec<_> = in_workspace.iter().filter(|id| packages[*id]["publish"].is_null()).cloned().collect();
    assert!(left.len() >= 6, "{left:?}");
    let ours = version(packages[&left[0]]["rust_version"].as_str().unwrap());
    let mut seen = BTreeSet::new();
    while let Some(id) = left.pop() {
        for dependency in list(&nodes[&id]["deps"]) {
            if list(&dependency["dep_kinds"]).iter().any(|kind| kind["kind"] != "dev") {
                left.push(text(&dependency["pkg"]));
            }
        }
        left.retain(|id| !seen.contains(id));
        if let Some(theirs) = packages[&id]["rust_version"].as_str() {
            assert!(version(theirs) <= ours, "{id} asks for {theirs}");
        }
        seen.insert(id);
    }
    assert!(seen.len() > 30, "{seen:?}");
}
