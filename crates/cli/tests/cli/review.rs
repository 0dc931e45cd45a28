//! `avmarks check` prints what was reviewed: the pages of `tests/snapshots/check`, whose runs `tests/review/check.json` lists.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use serde_json::Value;

use crate::run::{command, feed};

#[test]
fn runs_print_what_was_reviewed() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let Ok(runs) = std::fs::read(top.join("tests/review/check.json")) else {
        // The crate as a registry has it comes without the project around it.
        return;
    };
    let runs: Value = serde_json::from_slice(&runs).unwrap();
    let mut changed = Vec::new();
    for run in runs.as_array().unwrap() {
        let field = |name: &str| run[name].as_str().unwrap();
        let arguments: Vec<_> =
            run["arguments"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
        let mut command = command(&arguments);
        command.current_dir(&top);
        let printed = feed(command, field("stdin").as_bytes());
        assert_eq!(printed.err, "", "{}", field("name"));
        let text = format!(
            "$ avmarks {}\n< {}\n{}exit status {}",
            arguments.join(" "),
            field("stdin"),
            printed.out,
            printed.status
        );
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../../../../tests/snapshots/check");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.set_description(field("rests_on"));
        let compared = || settings.bind(|| insta::assert_snapshot!(field("name"), text));
        if catch_unwind(AssertUnwindSafe(compared)).is_err() {
            changed.push(field("name").to_owned());
        }
    }
    assert!(changed.is_empty(), "not what was reviewed: {changed:?}\ntests/snapshots/README.md says how to go on");
}
