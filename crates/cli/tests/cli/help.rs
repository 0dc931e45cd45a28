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
    &["send"],
    &["send", "set"],
    &["send", "delete"],
    &["send", "robots"],
    &["send", "robots", "add"],
    &["send", "robots", "delete"],
    &["send", "check"],
    &["send", "list"],
    &["send", "count"],
    &["send", "admins"],
    &["send", "admins", "add"],
    &["send", "admins", "delete"],
    &["send", "admins", "list"],
    &["send", "config"],
    &["policy"],
    &["generate"],
    &["conformance"],
    &["conformance", "run"],
    &["conformance", "emulate"],
    &["completions"],
    &["man"],
];

#[test]
fn every_command_has_help_and_takes_json() {
    for command in COMMANDS {
        for option in ["-h", "--help"] {
            let run = avmarks(&[command, &[option][..]].concat());
            assert_eq!((run.status, run.err.as_str()), (0, ""), "{command:?}");
            assert!(run.out.contains("Usage: avmarks"), "{command:?}: {}", run.out);
            // A script and a page are what they are.
            assert_eq!(
                run.out.contains("--json"),
                !matches!(command, ["completions" | "man"]),
                "{command:?}: {}",
                run.out
            );
        }
    }
    for command in
        ["check", "replay", "explain", "usersig", "send", "policy", "generate", "conformance", "completions", "man"]
    {
        let run = avmarks(&[command, "--help"]);
        assert!(run.out.contains("Examples:\n  "), "{}", run.out);
    }
    let replay = avmarks(&["replay", "--help"]).out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(replay.contains("The answers are JSON with `--json` and without it."), "{replay}");
    assert!(avmarks(&["usersig", "explain", "--help"]).out.contains("0  nothing wrong was found"));
    assert!(avmarks(&["completions", "--help"]).out.contains("completions fish >"));
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
        &["send"],
        &["send", "set", "a", "--mark", "999"],
        &["send", "set", "a", "--mark", "1000", "--plan", "--dry-run"],
        &["send", "set", "a", "--mark", "1000", "--state", "app.json"],
        &["send", "set", "a", "--mark", "1000", "--plan", "--resume", "file"],
        &["send", "set", "a", "--mark", "1000", "--key", "k"],
        &["send", "list", "a"],
        &["send", "robots"],
        &["send", "robots", "add", "a", "--mark", "1000"],
        &["send", "robots", "delete", "a", "--plan", "--dry-run"],
        &["send", "check", "a", "--plan"],
        &["send", "admins"],
        &["send", "admins", "list", "a"],
        &["generate", "--level", "nonsense"],
        &["generate", "--category", "nonsense"],
        &["generate", "--count", "1000001"],
        &["generate", "--seed", "-1"],
        &["conformance"],
        &["conformance", "run"],
        &["conformance", "emulate"],
        &["conformance", "emulate", "--url", "http://127.0.0.1:1", "--sdkappid", "0"],
    ] {
        let run = avmarks(arguments);
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{arguments:?}");
        assert!(!run.err.is_empty());
    }
}

#[test]
fn wrong_settings_have_status_4() {
    for (arguments, error) in [
        (&["--attempts", "0"][..], "--attempts: invalid value `0`: expected an integer from 1 to 1000"),
        (&["--region", "atlantis"], "--region: invalid value `atlantis`: expected one of china, singapore"),
        (&["--region", "china", "--url", "https://localhost"], "--region and --url are alternatives; give one of them"),
        (&["--config", "-"], "the configuration is not read from standard input (`-`); name a file"),
    ] {
        let run = avmarks(&[&["send", "set", "a", "--mark", "1000"], arguments].concat());
        assert!(run.errors(4).iter().any(|line| line.starts_with(error)), "{error}: {run:?}");
    }
    let run = avmarks(&["serve", "--port", "65536", "--stop-timeout", "x"]);
    let expected = [
        "--port: invalid value `65536`: expected an integer from 0 to 65535",
        "--stop-timeout: invalid value `x`: expected an integer from 0 to 86400",
        "2 configuration errors",
    ];
    assert_eq!(run.errors(4), expected);
    // What a file lacks is not known if it cannot be read.
    let run = avmarks(&["send", "count", "--config", "-"]);
    assert_eq!(run.errors(4), ["the configuration is not read from standard input (`-`); name a file"]);
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
    let said = format!("the manual pages cannot be written to `{file}`: it is a file; name a directory");
    assert_eq!(avmarks(&["man", "--out", &file]).error(), said);
    let below = format!("{file}/below");
    assert!(avmarks(&["man", "--out", &below]).error().contains("manual pages cannot be written"));
    assert_eq!(avmarks(&["man", "--out", ""]).error(), "the name of the directory is empty; give one");
}

#[test]
fn manual_pages_have_the_sections_of_manual_pages() {
    let folder = folder("sections");
    assert_eq!(avmarks(&["man", "--out", folder.to_str().unwrap()]).status, 0);
    for command in COMMANDS {
        let name = [&["avmarks"], *command].concat().join("-");
        let page = std::fs::read_to_string(folder.join(format!("{name}.1"))).unwrap();
        for section in ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXAMPLES\n.nf\navmarks "] {
            let section = section.replace("avmarks ", if name == "avmarks-usersig" { "export " } else { "avmarks " });
            let section = if name == "avmarks-replay" { section.replace("\navmarks ", "\n") } else { section };
            assert!(page.contains(&format!("\n.SH {section}")), "{section}: {page}");
        }
        assert!(!page.contains(".SH EXTRA") && !page.contains(".SH NOTES"), "{page}");
        assert_eq!(page.matches("\n.nf\n").count(), page.matches("\n.fi\n").count());
        // Each page that a page names is there.
        for named in page.split("(1)\n").filter_map(|before| before.rsplit('\n').next()) {
            let named = named.replace('\\', "");
            assert!(!named.starts_with("avmarks") || folder.join(format!("{named}.1")).is_file(), "{named}");
        }
    }
    let page = avmarks(&["man"]).out;
    assert_eq!(page, std::fs::read_to_string(folder.join("avmarks.1")).unwrap());
    assert!(page.contains(".SH \"EXIT STATUS\"") && page.contains(".SH ENVIRONMENT"), "{page}");
}

#[test]
fn what_stands_below_the_help_is_not_wrapped() {
    let below = |command: &[&str], columns: &str| {
        let mut help = crate::run::command(&[command, &["--help"]].concat());
        help.env("COLUMNS", columns);
        let out = crate::run::feed(help, b"").out;
        let at = ["\nExit status:\n", "\nExamples:\n"].iter().filter_map(|heading| out.find(heading)).min();
        out[at.unwrap()..].to_owned()
    };
    for command in COMMANDS {
        let text = below(command, "200");
        for line in text.lines() {
            assert!(line.chars().count() <= 78, "{command:?}: {line}");
            assert!(line.is_empty() || line.starts_with("  ") || line.ends_with(':'), "{command:?}: {line}");
        }
        assert_eq!(below(command, "80"), text, "{command:?}");
    }
}

#[test]
fn scripts_and_pages_are_not_json() {
    for (arguments, name) in [
        (&["man", "--json"][..], "man"),
        (&["--json", "man"], "man"),
        (&["completions", "bash", "--json"], "completions"),
        (&["--json", "completions", "zsh"], "completions"),
    ] {
        assert_eq!(avmarks(arguments).error(), format!("`avmarks {name}` prints no JSON; leave --json out"));
    }
}

#[test]
fn completions_know_files_and_readings() {
    let zsh = avmarks(&["completions", "zsh"]).out;
    for part in [":FILE:_files'", ":SNAPSHOT:_files'", ":DIR:_files -/'", "page_size=250", "rest_owner=owner-too"] {
        assert!(zsh.contains(part), "{part}");
    }
    assert!(!avmarks(&["check", "--help"]).out.contains("page_size=250"), "`avmarks policy` lists them");
}

#[test]
fn the_formats_of_send_name_every_setting() {
    let Ok(page) = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/send.md")) else {
        // The crate as a registry has it comes without the project around it.
        return;
    };
    let settings =
        serde_json::from_str::<serde_json::Value>(&avmarks(&["send", "config", "--json"]).out).unwrap()["settings"]
            .clone();
    for row in settings.as_array().unwrap() {
        let (name, value) = (row["name"].as_str().unwrap(), row["value"].as_str().unwrap_or_default());
        let line =
            page.lines().find(|line| line.starts_with(&format!("| `{name}` | "))).unwrap_or_else(|| panic!("{name}"));
        assert!(line.contains(value), "{line}: {value}");
    }
}
