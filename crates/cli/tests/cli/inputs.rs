//! Inputs as editors, spreadsheets and shells write them: read right, or refused with the reason.

use std::path::Path;

use avmarks_emulator::Authority;
use serde_json::{Value, json};

use super::run::{Run, avmarks, avmarks_with, command, feed, file, folder};

const KEY: &str = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e";
const MARK: &str = "\u{feff}";
const SCENARIO: &str = "{\"at\":0,\"do\":\"create_group\",\"group\":\"g\"}\r\n";

/// UTF-16 with its byte order mark, as PowerShell and Notepad write it.
fn utf16(text: &str) -> Vec<u8> {
    MARK.encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// `avmarks send` to a port that nobody listens on, with all settings that it needs.
fn send(arguments: &[&str]) -> Run {
    let mut command = command(&[&["send"], arguments].concat());
    command.env("AVMARKS_SDKAPPID", "1400000000").env("AVMARKS_GROUP", "g").env("AVMARKS_KEY", KEY);
    command.env("AVMARKS_URL", "https://127.0.0.1:1").env("AVMARKS_ATTEMPTS", "1");
    feed(command, b"")
}

fn snapshot(folder: &Path) -> Vec<u8> {
    let path = folder.join("made.json").to_str().unwrap().to_owned();
    assert_eq!(avmarks_with(&["replay", "-", "--save", &path], SCENARIO.as_bytes()).status, 0);
    std::fs::read(path).unwrap()
}

#[test]
fn byte_order_marks_are_removed_from_every_text() {
    let folder = folder("byte-order-marks");
    let scenario = file(&folder, "scenario.jsonl", format!("{MARK}{SCENARIO}{SCENARIO}"));
    assert_eq!(avmarks(&["replay", &scenario]).out.lines().count(), 2);
    let state = file(&folder, "state.json", [MARK.as_bytes(), &snapshot(&folder)].concat());
    assert_eq!(avmarks_with(&["replay", "-", "--state", &state], SCENARIO.as_bytes()).status, 0);
    let accounts = file(&folder, "accounts.csv", format!("{MARK}account,mark\r\nann,1000\r\n"));
    let planned = send(&["set", "--plan", "--file", &accounts, "--json"]).json();
    assert_eq!((&planned["accounts"], &planned["marks"][0]["mark"]), (&1.into(), &1000.into()));
    let config = file(&folder, "config.toml", format!("{MARK}attempts = 7\r\n"));
    let shown = avmarks(&["send", "config", "--config", &config]).out;
    assert!(shown.contains("7") && shown.contains("file line 1"), "{shown}");
    // A mark inside the text is not removed: it is part of what is there.
    let inside = file(&folder, "inside.jsonl", format!("{SCENARIO}{MARK}{SCENARIO}"));
    assert!(avmarks(&["replay", &inside]).err.contains("line 2: it is not JSON"));
}

#[test]
fn utf_16_and_archives_are_refused_by_name() {
    let folder = folder("encodings");
    let body = r#"{"GroupId":"g"}"#;
    for (bytes, said) in [
        (utf16(SCENARIO), "it is UTF-16; save it as UTF-8"),
        (utf16(SCENARIO)[2..].to_vec(), "it is UTF-16; save it as UTF-8"),
        (vec![0x1f, 0x8b, 8, 0], "it is compressed (gzip); decompress it"),
        (b"PK\x03\x04\x14\0".to_vec(), "it is a ZIP archive, as workbooks are; save it as text"),
    ] {
        let name = file(&folder, "input", bytes);
        let sign = ["usersig", "sign", "--sdkappid", "1", "--identifier", "a", "--key-file", &name];
        let resume = ["set", "--mark", "1000", "ann", "--resume", &name];
        for run in [
            avmarks(&["replay", &name]),
            avmarks_with(&["check", "-", "--state", &name], body.as_bytes()),
            avmarks(&["usersig", "explain", "--sig-file", &name]),
            avmarks(&sign),
            send(&["set", "--file", &name]),
            send(&["count", "--ca", &name]),
            send(&["count", "--config", &name]),
            send(&resume),
        ] {
            assert!([2, 4].contains(&run.status) && run.out.is_empty(), "{run:?}");
            assert!(run.err.contains(said), "{said}: {run:?}");
        }
        // A body is sent as it is, so that it is refused as the service would, with a hint.
        let checked = avmarks(&["check", &name]);
        assert!(
            checked.out.contains(&format!("hint      the body is sent as it is in the file: {said}")),
            "{checked:?}"
        );
    }
}

#[test]
fn comments_are_reported_with_their_position() {
    let message = |body: &str| {
        let found: Value = avmarks_with(&["check", "-", "--json"], body.as_bytes()).json();
        found["violations"][0]["message"].as_str().unwrap().to_owned()
    };
    let said = |line, column| {
        format!(
            "a comment at line {line} column {column} is not JSON, though samples of the vendor have comments; remove it"
        )
    };
    assert_eq!(message("{\n  \"GroupId\": \"g\", // the group\n  \"CommandType\": 1\n}"), said(2, 19));
    assert_eq!(message("/* all */{}"), said(1, 1));
    assert_eq!(message("{\"GroupId\":\"a//b\\\"//\"} // end"), said(1, 24));
    assert!(!message("{\"GroupId\":\"http://x\"").contains("comment"), "a string is not a comment");
}

#[test]
fn a_byte_order_mark_gets_a_hint() {
    let found = avmarks_with(&["check", "-", "--json"], format!("{MARK}{{}}").as_bytes()).json();
    let hint = "the body is sent as it is in the file: it begins with a byte order mark; save it as UTF-8 without one";
    assert_eq!(found["hint"], hint);
}

#[test]
fn headers_may_be_in_quotes_and_need_commas() {
    let plan = |text: &str| {
        let name = file(&folder("headers"), "accounts.csv", text);
        send(&["set", "--plan", "--file", &name, "--json"])
    };
    for header in ["\"account\",\"mark\"", "account,\"mark\"", "\"account\",mark", "Account,Marks"] {
        assert_eq!(plan(&format!("{header}\n\"ann\",1000\n\"bob\",\"1001\"\n")).json()["accounts"], 2, "{header}");
    }
    for (header, separator) in
        [("account;mark", "semicolons"), ("\"account\";\"mark\"", "semicolons"), ("account\tmark", "tabs")]
    {
        let run = plan(&format!("{header}\nann\n"));
        let said = format!(
            "the columns are separated by {separator}, and must be by commas; save the file as CSV with commas"
        );
        assert!(run.errors(2)[0].ends_with(&said), "{run:?}");
        let name = file(&folder("headers"), "accounts.csv", format!("{header}\nann\n"));
        assert!(send(&["set", "--plan", "--mark", "1000", "--file", &name]).err.contains(separator), "{header}");
    }
}

#[test]
fn other_spreadsheet_formats_are_named() {
    let plan = |text: &str, arguments: &[&str]| {
        let name = file(&folder("forms"), "accounts.csv", text);
        send(&[&["set", "--plan", "--file", &name][..], arguments].concat())
    };
    for (text, separator) in [("ann;1000\nbob;1001\n", "semicolons"), ("\"ann\"\t\"pinned\"\n", "tabs")] {
        let said = format!("the columns are separated by {separator}, and must be by commas");
        assert!(plan(text, &[]).err.contains(&said), "{text:?}");
    }
    for (text, arguments) in [("ann,1000\rbob,1001\r", &[][..]), ("ann\rbob\r", &["--mark", "1000"])] {
        let run = plan(text, arguments);
        let at = text.find('\r').unwrap();
        assert!(run.err.contains(&format!("line 1: a carriage return alone at byte {at}; save the file")), "{run:?}");
    }
    // An account may have a semicolon, where marks are given otherwise; CR and LF end a line.
    assert_eq!(plan("ann;1000\r\n", &["--mark", "1000"]).status, 0);
}

/// User and password are not shown, whatever they stand in.
#[test]
fn no_setting_shows_a_password() {
    for option in ["--url", "--proxy", "--group", "--identifier", "--region", "--sdkappid", "--ca"] {
        for url in ["http://u:s3cret@h", "u:s3cret@h", "http:/u:s3cret@h", "http://h/?usersig=s3cret"] {
            if url.contains("://u") || matches!(option, "--url" | "--proxy") {
                for json in [&[][..], &["--json"]] {
                    let run = avmarks_with(&[&["send", "config", option, url][..], json].concat(), b"");
                    assert!(!format!("{run:?}").contains("s3cret"), "{option} {url}: {run:?}");
                }
            }
        }
    }
}

#[test]
fn a_url_with_a_call_is_refused() {
    for url in ["http://127.0.0.1:8600/v4", "https://console.tim.qq.com/v4/group_open_http_svc/get_online_member_num"] {
        let run = send(&["count", "--url", url]);
        assert_eq!(run.errors(4), ["--url: remove `/v4` and what follows: each call adds it"]);
    }
}

#[test]
fn readings_hold_for_the_identifier_too() {
    let dry_run = |more: &[&str]| {
        send(&[&["set", "--dry-run", "--json", "--mark", "1000", "--identifier", "管理员", "student9"], more].concat())
    };
    let request = dry_run(&["--reading", "account_id=utf8"]).json()["request"]["url"].clone();
    assert!(request.as_str().unwrap().contains("identifier=%E7%AE%A1%E7%90%86%E5%91%98"), "{request}");
    let refused = dry_run(&[]);
    let [error] = refused.errors(4)[..] else { panic!("{refused:?}") };
    assert!(error.starts_with("--identifier: invalid value `管理员`: "), "{error}");
    assert!(error.ends_with("; --reading account_id=utf8 accepts such ids"), "{error}");
    // The reading of the snapshot holds as well.
    let folder = folder("identifier");
    let state = folder.join("state.json").to_str().unwrap().to_owned();
    let lenient = "{\"at\":0,\"do\":\"policy\",\"account_id\":\"utf8\"}\n";
    assert_eq!(avmarks_with(&["replay", "-", "--save", &state], lenient.as_bytes()).status, 0);
    assert_eq!(dry_run(&["--state", &state]).json()["counts"]["total"], 1);
    // And the one of the environment, for a question.
    let mut config = command(&["send", "config", "--identifier", "管理员"]);
    config.env("AVMARKS_READING", "account_id=utf8");
    assert!(!feed(config, b"").err.contains("--identifier"));
}

#[test]
fn an_unreadable_signature_is_noted() {
    let note = "AVMARKS_USERSIG: the signature cannot be read, so the service will probably refuse it";
    let signed = avmarks_with(
        &["usersig", "sign", "--sdkappid", "1400000000", "--identifier", "a", "--key-file", "-"],
        KEY.as_bytes(),
    );
    let good = signed.out.trim();
    for (signature, is_noted) in [(good, false), (&*good.repeat(2), true), (&good[1..], true), ("abc", true)] {
        let mut count = command(&["send", "count", "--sdkappid", "1400000000", "--group", "g", "--attempts", "1"]);
        count.env("AVMARKS_USERSIG", signature).env("AVMARKS_URL", "https://127.0.0.1:1");
        let run = feed(count, b"");
        // It is sent anyway.
        assert_eq!((run.status, run.err.contains(note)), (1, is_noted), "{run:?}");
        assert!(!run.err.contains(signature), "{run:?}");
    }
}

#[test]
fn the_environment_proxy_is_shown() {
    let shown = |args: &[&str], variables: &[(&str, &str)]| {
        let mut config = command(&[&["send", "config", "--json", "--region", "singapore"], args].concat());
        config.envs(variables.iter().copied());
        // Other settings are missing, which the table does not depend on.
        let table: Value = serde_json::from_str(&feed(config, b"").out).unwrap();
        let settings = table["settings"].as_array().unwrap();
        settings.iter().find(|line| line["name"] == "proxy").unwrap().clone()
    };
    let from =
        |value: &str, from: &str, place: &str| json!({"name": "proxy", "value": value, "from": from, "where": place});
    let variable = [("HTTPS_PROXY", "http://ann:secret@127.0.0.1:3128")];
    assert_eq!(shown(&[], &variable), from("127.0.0.1:3128", "environment", "HTTPS_PROXY"));
    assert_eq!(shown(&["--proxy", "none"], &variable), from("none", "option", "--proxy"));
    let excepted = [variable[0], ("NO_PROXY", "*")];
    assert_eq!(shown(&[], &excepted)["value"], Value::Null);
    // One that cannot be used is an error that names the variable, and not what may hold a password.
    let mut socks = command(&["send", "config", "--region", "singapore"]);
    socks.env("ALL_PROXY", "socks5://ann:secret@127.0.0.1:1080");
    let run = feed(socks, b"");
    assert!(run.status == 4 && run.err.contains("ALL_PROXY") && run.err.contains("socks5"), "{}", run.err);
    assert!(run.err.contains("`--proxy none` calls without a proxy"), "{}", run.err);
    assert!(!run.err.contains("secret") && !run.out.contains("secret"));
}

#[test]
fn at_most_twenty_errors_are_shown() {
    let folder = folder("bad-lines");
    for (lines, more) in [(20, None), (21, Some("… and 1 more")), (5_000, Some("… and 4980 more"))] {
        let name = file(&folder, "bad.csv", "ann,x\n".repeat(lines));
        let run = send(&["set", "--file", &name]);
        assert_eq!((run.status, run.err.lines().filter(|line| line.contains(" line ")).count()), (2, 20), "{lines}");
        assert_eq!(run.err.lines().find(|line| line.starts_with('…')), more, "{lines}");
        assert!(
            run.err.ends_with(&format!("error: {lines} errors in the accounts; nothing was sent\n")),
            "{}",
            run.err
        );
        // Accounts that are read and cannot be sent count as well.
        let long = format!("{},1000\n", "x".repeat(33));
        let name = file(&folder, "long.csv", long.repeat(lines));
        let run = send(&["set", "--file", &name]);
        assert_eq!(run.err.lines().count(), 21 + usize::from(more.is_some()), "{lines}");
    }
}

#[test]
fn certificates_are_read_whole_or_refused() {
    let folder = folder("certificates");
    Authority::load_or_make(&folder.join("ca")).unwrap();
    let pem = std::fs::read_to_string(folder.join("ca").join(Authority::CERTIFICATE_FILE)).unwrap();
    let with = |bytes: &[u8]| send(&["count", "--ca", &file(&folder, "ca.pem", bytes)]);
    for good in [pem.clone(), format!("{MARK}{pem}"), format!("{pem}{MARK}{pem}"), pem.replace('\n', "\r\n")] {
        // The certificates are taken; nobody listens there.
        assert_eq!(with(good.as_bytes()).status, 1, "{good}");
    }
    let end = pem.find("-----END").unwrap();
    for bad in [format!("{pem}x{pem}"), format!("{pem}{}", &pem[..end]), format!("  {pem}")] {
        let run = with(bad.as_bytes());
        assert!(run.errors(4)[0].contains("each must start its line, and have its end"), "{run:?}");
    }
    let der = with(&[0x30, 0x82, 1, 2]);
    assert!(der.errors(4)[0].contains("it is a certificate in DER; convert it to PEM"), "{der:?}");
}

#[cfg(unix)]
#[test]
fn two_runs_cannot_save_to_one_file() {
    use std::io::Write;
    use std::process::Stdio;

    let folder = folder("locked-save");
    let state = folder.join("state.json").to_str().unwrap().to_owned();
    let left = file(&folder, ".state.json.tmp", "half a snapshot");
    let mut first = command(&["replay", "-", "--save", &state]).stdin(Stdio::piped()).spawn().unwrap();
    let mut input = first.stdin.take().unwrap();
    input.write_all(SCENARIO.as_bytes()).unwrap();
    // Its first answer shows that it has the lock.
    let mut answer = [0];
    std::io::Read::read_exact(first.stdout.as_mut().unwrap(), &mut answer).unwrap();
    assert!(!Path::new(&left).exists(), "what a killed process has left is removed");
    let second = avmarks_with(&["replay", "-", "--save", &state], SCENARIO.as_bytes());
    assert_eq!(
        second.error(),
        format!("`{state}` is in use by another run; wait until it has ended, or name another file")
    );
    assert_eq!(send(&["set", "--mark", "1000", "ann", "--resume", &state]).errors(2).len(), 1);
    drop(input);
    assert!(first.wait().unwrap().success());
    let names: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["state.json"], "neither lock nor temporary file is left");
    // A lock that a killed process has left holds nobody up.
    file(&folder, ".state.json.lock", "");
    assert_eq!(avmarks_with(&["replay", "-", "--save", &state], SCENARIO.as_bytes()).status, 0);
}
