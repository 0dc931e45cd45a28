//! Our own client, held to every case of the conformance kit; and what its page says of the harnesses.

use std::path::{Path, PathBuf};

use avmarks_conformance::{Category, RunSettings, State, run};

#[test]
fn our_own_client_has_full_marks() {
    let mut settings = RunSettings::new(format!("'{}'", env!("CARGO_BIN_EXE_conformance_client")));
    (settings.seed, settings.count) = (7, 200);
    let report = run(&settings, |_, _| ()).unwrap();
    let others: Vec<_> = report.results.iter().filter(|result| result.state != State::Passed).collect();
    assert!(others.is_empty(), "{others:#?}");
    assert_eq!(report.restarts, 0);
    for score in &report.scores {
        // A score means something only where a harness that knows nothing does not reach it.
        let all = score.must.applicable + score.should.applicable;
        let refuse_alone = score.category == Category::Refuse.name();
        for (name, null) in &score.null {
            assert!(null.passed < all || (refuse_alone && *name == "refuse"), "{}: {name} {null}", score.category);
        }
    }
}

fn harnesses(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(harnesses(&path));
        } else if path.extension().is_some_and(|extension| ["rs", "py", "mjs"].iter().any(|known| extension == *known))
        {
            found.push(path);
        }
    }
    found
}

#[test]
fn harness_files_have_at_most_80_lines() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let found = harnesses(&top.join("examples/conformance"));
    assert!(found.len() >= 8, "{found:?}");
    for path in found {
        let lines = std::fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= 80, "{}: {lines} lines", path.display());
    }
}
