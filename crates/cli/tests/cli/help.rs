//! Help, wrong usage, completions and the manual.

use crate::run::{avmarks, folder};

const COMMANDS: &[&[&str]] = &[
    &[],
    &["check"],
    &["replay"],
    &["explain"],
    &["usersig"],
    &["usersig", "sign"],
    &["usersig", "verify"],
    &["usersig", "explain"],
    &["policy"],
    &["completions"],
    &["man"],
];

#[test]
fn every_command_has_help_and_takes_json() {
    for command in COMMANDS {
        for option in ["-h", "--help"] {
            let run = avmarks(&[command, &[option][..]].concat());
            assert_eq!((run.status, run.err.as_str()), (0, ""), "{command:?}");
            assert!(run.out.contains("--json") && run.out.contains("Usage: avmarks"), "{command:?}: {}", run.out);
        }
    }
    for command in ["check", "replay", "explain", "usersig", "policy", "completions", "man"] {
        let run = avmarks(&[command, "--help"]);
        assert!(run.out.contains("Examples:\n  "), "{}", run.out);
    }
    assert!(avmarks(&["--version"]).out.starts_with("avmarks "));
}

#[test]
fn wrong_usage_has_status_2() {
    for arguments in [
        &[][..],
        &["nonsense"],
        &["check"],
        &["check", "a", "b"],
        &["check", "-", "--call", "nonsense"],
        &["check", "-", "--at", "5"],
        &["check", "-", "--as", "a"],
        &["check", "-", "--nonsense"],
        &["replay"],
        &["explain", "a", "b"],
        &["usersig"],
        &["usersig", "sign"],
        &["usersig", "verify", "--sdkappid", "1", "--identifier", "a"],
        &["usersig", "sign", "--sdkappid", "0", "--identifier", "a"],
        &["usersig", "sign", "--sdkappid", "1", "--identifier", ""],
        &["usersig", "sign", "--sdkappid", "1", "--identifier", "a", "--expire", "0"],
        &["usersig", "explain", "sig", "--at", "-1"],
        &["completions", "nonsense"],
    ] {
        let run = avmarks(arguments);
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{arguments:?}");
        assert!(!run.err.is_empty());
    }
}

#[test]
fn completions_know_the_commands() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = avmarks(&["completions", shell]);
        assert_eq!((run.status, run.err.as_str()), (0, ""));
        assert!(run.out.contains("replay") && run.out.contains("trailing-comma"), "{shell}");
    }
}

#[test]
fn there_is_a_manual_page_for_every_command() {
    let page = avmarks(&["man"]);
    assert_eq!((page.status, page.err.as_str()), (0, ""));
    assert!(page.out.contains(".TH avmarks 1"), "{}", page.out);
    let folder = folder("man").join("made/on/the/way");
    let run = avmarks(&["man", "--out", folder.to_str().unwrap()]);
    assert_eq!((run.status, run.out.as_str(), run.err.as_str()), (0, "", ""));
    for command in COMMANDS {
        let name = [&["avmarks"], *command].concat().join("-");
        assert!(folder.join(format!("{name}.1")).is_file(), "{name}");
    }
    let file = crate::run::file(&crate::run::folder("man-file"), "file", "");
    assert!(avmarks(&["man", "--out", &file]).error().contains("manual pages cannot be written"));
}
