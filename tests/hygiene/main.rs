//! The invariants of docs/architecture.md, as far as a test can see them.

mod bindings;
mod circles;
mod ledger;
mod surface;
mod traceability;

use std::fs;
use std::path::{Path, PathBuf};

use avmarks_spec::{Clause, Gap};

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn read(path: impl AsRef<Path>) -> String {
    let path = top().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Compares a page of the project with what was printed; writes it anew where `AVMARKS_WRITE` is set.
fn compared_page(path: &str, printed: &str) {
    if std::env::var_os("AVMARKS_WRITE").is_some() {
        fs::write(top().join(path), printed).unwrap();
    }
    assert_eq!(read(path), printed, "write {path} anew with AVMARKS_WRITE=1 cargo test --workspace");
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

/// The code of a file that ships, without comments.
fn code_of(path: &str) -> String {
    shipped(path).lines().filter(|line| !line.trim_start().starts_with("//")).map(|line| format!("{line}\n")).collect()
}

const PUBLISHED: &[&str] = &[
    "spec",
    "protocol",
    "rules",
    "service",
    "client",
    "embed",
    "transport-ureq",
    "generators",
    "conformance",
    "emulator",
    "keeper",
    "keeper-store",
    "cli",
];

/// The part of a source file that ships: everything before its unit tests.
fn shipped(path: &str) -> String {
    let text = read(path);
    text.split("#[cfg(test)]").next().unwrap_or_default().to_owned()
}

#[test]
fn the_core_has_no_std_clock_or_randomness() {
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
    for name in ["protocol", "service", "client", "generators", "embed", "embed-c", "keeper"] {
        for file in files(&format!("crates/{name}/src"), "rs").iter().filter(|file| !file.contains("/src/tests/")) {
            let text = shipped(file);
            for word in ["SystemTime", "Instant::now", "TcpStream", "TcpListener", "std::fs", "thread_local"] {
                assert!(!text.contains(word), "{file}: `{word}`");
            }
        }
    }
    for file in files("crates/transport-ureq/src", "rs").iter().filter(|file| !file.ends_with("/clock.rs")) {
        // The proxy of the environment is read in one file.
        let env = if file.ends_with("/proxy.rs") { None } else { Some("std::env") };
        for word in ["SystemTime", "Instant::now", "std::fs"].into_iter().chain(env) {
            assert!(!shipped(file).contains(word), "{file}: `{word}`");
        }
    }
}

/// The border to other languages is pointers; its lints are its own, and clippy wants a reason for each `unsafe` block.
#[test]
fn unsafe_code_is_forbidden_but_at_one_border() {
    assert!(read("Cargo.toml").contains("unsafe_code = \"forbid\""));
    for manifest in files("crates", "toml").iter().filter(|path| path.ends_with("/Cargo.toml")) {
        let text = read(manifest);
        match manifest.as_str() {
            "crates/embed-c/Cargo.toml" => {
                for lint in ["unsafe_code", "unsafe_op_in_unsafe_fn", "undocumented_unsafe_blocks"] {
                    assert!(text.contains(&format!("\n{lint} = \"deny\"")), "{manifest}: {lint}");
                }
            }
            _ if text.contains("[workspace]") => {}
            _ => assert!(text.contains("[lints]\nworkspace = true"), "{manifest}"),
        }
    }
    let border: Vec<_> = files("crates/embed-c/src", "rs");
    let with_unsafe = border.iter().filter(|file| code_of(file).contains("unsafe"));
    assert_eq!(with_unsafe.collect::<Vec<_>>(), ["crates/embed-c/src/lib.rs"]);
}

/// That one module changes a room, the compiler holds: the fields of `Room` are private to it.
#[test]
fn one_file_refuses_a_call() {
    assert!(read("crates/rules/src/decide.rs").starts_with("//! **The one file that may refuse a call.**"));
    for file in files("crates/rules/src", "rs") {
        if !["decide.rs", "refusal.rs"].iter().any(|name| file.ends_with(&format!("/{name}"))) {
            assert!(!code_of(&file).contains("Refusal::"), "{file} refuses");
        }
    }
    let room = read("crates/rules/src/room.rs");
    let fields = room.split("pub struct Room {").nth(1).unwrap().split("\n}\n").next().unwrap();
    assert!(!fields.contains("pub"), "a field of `Room` is not private");
}

#[test]
fn dependencies_point_down_only() {
    let allowed: &[(&str, &[&str])] = &[
        ("spec", &[]),
        ("protocol", &["spec"]),
        ("rules", &["spec"]),
        ("service", &["spec", "protocol", "rules"]),
        ("client", &["spec", "protocol"]),
        ("embed", &["spec", "protocol", "rules", "service", "client"]),
        ("embed-c", &["embed"]),
        ("generators", &["spec", "protocol", "service"]),
        ("transport-ureq", &["spec", "protocol", "client"]),
        ("emulator", &["spec", "protocol", "rules", "service"]),
        ("conformance", &["spec", "protocol", "rules", "service", "generators"]),
        // The rules and the service are the world of its tests alone.
        ("keeper", &["spec", "protocol", "client", "rules", "service"]),
        ("keeper-store", &["spec", "protocol"]),
        (
            "cli",
            &[
                "spec",
                "protocol",
                "rules",
                "service",
                "client",
                "embed",
                "transport-ureq",
                "conformance",
                "emulator",
                "keeper",
                "keeper-store",
            ],
        ),
    ];
    for (name, below) in allowed {
        let manifest = read(format!("crates/{name}/Cargo.toml"));
        for line in manifest.lines().filter_map(|line| line.strip_prefix("avmarks-")) {
            let dependency = line.split(['.', ' ']).next().unwrap();
            assert!(below.contains(&dependency), "{name} depends on {dependency}");
        }
    }
}

#[test]
fn the_transport_without_its_feature_builds_no_tls() {
    let tree = |arguments: &[&str]| {
        let mut cargo = std::process::Command::new(env!("CARGO"));
        cargo.args(["tree", "--offline", "--locked", "--prefix", "none", "--edges", "normal"]).args(arguments);
        let output = cargo.args(["-p", "avmarks-transport-ureq"]).current_dir(top()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let is_tls =
        |line: &str| ["rustls", "ring ", "webpki", "native-tls", "openssl"].iter().any(|name| line.starts_with(name));
    assert!(tree(&[]).lines().any(is_tls));
    let found: Vec<_> =
        tree(&["--no-default-features"]).lines().filter(|line| is_tls(line)).map(str::to_owned).collect();
    assert_eq!(found, [""; 0]);
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

/// Clauses that published code shows in what it does and not as a value, and where.
const CLAUSES_IN_DEED: &[(Clause, &str)] = &[
    (Clause::Http200, "an answer has no status of its own here: `Response` documents it, and a server writes it"),
    (Clause::ClearLeave, "rules/room/apply.rs `leave`: an event, which rests on no refusal"),
    (Clause::ClearOffline, "rules/room/apply.rs `clear_if_offline`: an event"),
    (Clause::Pin500, "rules/room/apply.rs `pass_time`: an event"),
];

/// Gaps that published code shows in what it does and not as a value, and where.
const GAPS_IN_DEED: &[(Gap, &str)] = &[
    (Gap::Slots, "rules/room/marks.rs `remove_holder`: a place is given back"),
    (Gap::Rejoin, "rules/room/apply.rs `connect`: an event"),
    (Gap::RobotWebhook, "emulator/webhooks/notification.rs: an event of a robot sends nothing"),
];

#[test]
fn every_clause_and_gap_is_used_in_code() {
    let mut code = String::new();
    let mut words = String::new();
    for name in ["protocol", "rules", "service"] {
        for file in files(&format!("crates/{name}/src"), "rs").iter().filter(|file| !file.ends_with("/policy.rs")) {
            code.push_str(&code_of(file));
            words.push_str(&shipped(file));
        }
    }
    for clause in Clause::ALL {
        let in_deed = CLAUSES_IN_DEED.iter().any(|(excused, _)| excused == clause);
        assert!(words.contains(&format!("`{clause}`")) || code.contains(&format!("Clause::{clause:?}")), "{clause}");
        assert_ne!(
            code.contains(&format!("Clause::{clause:?}")),
            in_deed,
            "{clause}: used, or shown in deed; one of the two"
        );
    }
    for gap in Gap::ALL {
        let in_deed = GAPS_IN_DEED.iter().any(|(excused, _)| excused == gap);
        assert!(words.contains(&format!("`{gap}`")) || code.contains(&format!("Gap::{gap:?}")), "{gap}");
        assert_ne!(code.contains(&format!("Gap::{gap:?}")), in_deed, "{gap}: used, or shown in deed; one of the two");
    }
}

#[test]
fn every_dependency_has_a_reason() {
    let manifest = read("Cargo.toml");
    let contributing = read("docs/contributing.md");
    let table = manifest.split("[workspace.dependencies]").nth(1).unwrap().split("\n[").next().unwrap();
    let names = table.lines().filter_map(|line| line.split_once(" = ")).map(|(name, _)| name);
    for name in names.filter(|name| !name.starts_with("avmarks-")) {
        assert!(contributing.contains(&format!("`{name}`")), "docs/contributing.md does not say why `{name}` is there");
        let users = files("crates", "toml").into_iter().chain(["tests/Cargo.toml"].map(str::to_owned));
        let uses = [format!("\n{name}.workspace"), format!("\n{name} = {{ workspace = true")];
        assert!(users.map(read).any(|text| uses.iter().any(|used| text.contains(used))), "nobody uses `{name}`");
    }
}

#[test]
fn no_snapshot_waits_for_review() {
    assert_eq!(files("tests", "new"), [""; 0]);
}
