//! The packages, targets and files that the commands of the pages name are there, those within a sentence as well.

use std::collections::BTreeMap;
use std::path::Path;

use super::{commands, files, read, top};

/// The folder of each package, by its name.
fn packages(top: &Path) -> BTreeMap<String, String> {
    let manifests = files(top, "", "Cargo.toml");
    let named = manifests.iter().filter_map(|manifest| {
        let text = read(top, manifest);
        let name = text.split_once("[package]\nname = \"")?.1.split('"').next()?.to_owned();
        Some((name, manifest.trim_end_matches("Cargo.toml").to_owned()))
    });
    named.collect()
}

/// What a command names that is not there. A word in capitals stands for any.
fn missing(top: &Path, packages: &BTreeMap<String, String>, command: &str) -> Option<String> {
    let mut words = command.split_whitespace().skip_while(|word| word.contains('='));
    let program = words.next()?;
    if program != "cargo" {
        return (program.contains('/') && !top.join(program).exists()).then(|| program.to_owned());
    }
    let words: Vec<_> = words.take_while(|word| *word != "--").collect();
    let given = |flag: &str| {
        let values = words.windows(2).filter(|pair| pair[0] == flag).map(|pair| pair[1]);
        values.filter(|value| value.contains(|c: char| c.is_ascii_lowercase())).collect::<Vec<_>>()
    };
    let mut folder = "crates/cli/";
    for package in given("-p") {
        match packages.get(package) {
            Some(found) => folder = found,
            None => return Some(package.to_owned()),
        }
    }
    let manifest = read(top, &format!("{folder}Cargo.toml"));
    let is_there = |path: String| top.join(path).exists();
    let is_target = |kind: &str, of: &str, name: &str| {
        is_there(format!("{folder}{of}/{name}.rs"))
            || is_there(format!("{folder}{of}/{name}/main.rs"))
            || manifest.contains(&format!("[[{kind}]]\nname = \"{name}\"\n"))
    };
    let targets = [("example", "examples"), ("test", "tests"), ("bench", "benches"), ("bin", "src/bin")];
    for (kind, of) in targets {
        if let Some(name) = given(&format!("--{kind}")).into_iter().find(|name| !is_target(kind, of, name)) {
            return Some(format!("{kind} {name}"));
        }
    }
    let features = given("--features").into_iter().flat_map(|features| features.split(','));
    let feature = features.clone().find(|feature| !manifest.contains(&format!("\n{feature} = [")));
    let paths = ["--manifest-path", "--path"].into_iter().flat_map(given);
    let path = paths.into_iter().find(|path| !is_there((*path).to_owned()));
    feature.or(path).map(str::to_owned)
}

#[test]
fn files_named_on_pages_exist() {
    let Some(top) = top() else { return };
    let packages = packages(&top);
    let mut seen = 0;
    for page in files(&top, "", ".md") {
        let text = read(&top, &page);
        let printed = commands(&page, &text);
        // Code spans; every second piece of what lies outside of blocks.
        let prose: String = text.split("```").step_by(2).collect();
        let spans =
            prose.split('`').skip(1).step_by(2).map(|span| span.split_whitespace().collect::<Vec<_>>().join(" "));
        let starts = ["cargo ", "AVMARKS_WRITE=1 ", ".ci/", "fuzz/run", ".ci/run"];
        let spans = spans.filter(|span| starts.iter().any(|start| span.starts_with(start)));
        for command in printed.into_iter().map(|printed| printed.command).chain(spans) {
            assert_eq!(missing(&top, &packages, &command), None, "{page}: `{command}`");
            seen += 1;
        }
    }
    assert!(seen > 80, "{seen}");
}

#[test]
fn what_is_not_there_is_found() {
    let Some(top) = top() else { return };
    let packages = packages(&top);
    for (command, lacking) in [
        ("cargo test -p avmarks-rule", Some("avmarks-rule")),
        ("cargo run --example loopbacks", Some("example loopbacks")),
        ("cargo test -p avmarks-tests --test rule", Some("test rule")),
        ("cargo run -p avmarks-generators --example fuzz_your_sdk --features arbitrary,proptests", Some("proptests")),
        ("cargo run --manifest-path crates/benches/rival/Cargo.toml", Some("crates/benches/rival/Cargo.toml")),
        ("cargo install --path crates/cly", Some("crates/cly")),
        (".ci/kill8 COUNT", Some(".ci/kill8")),
        ("cargo run --example loopback -- --example other", None),
        ("cargo test -p avmarks-tests --test SUITE", None),
        ("cargo bench -p avmarks-benches --bench time", None),
    ] {
        assert_eq!(missing(&top, &packages, command).as_deref(), lacking, "{command}");
    }
}
