//! `avmarks usersig`.

use serde_json::json;

use crate::run::{Run, avmarks, avmarks_with, command, feed, file, folder};

const KEY: &str = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e";

/// Made by four other generators with that key, for `administrator` of 1400000000: when, for how long, and the text.
const MADE_ELSEWHERE: [(u64, u64, &str); 4] = [
    (
        1795412030,
        86400,
        "eJyrVgrxCdbLTEnNK8lMy0wtUrJSSkzJzczLLC4pSizJL1LSAStIrSjILEpVsrIwMzEwgAgVZ6YDFfu6hLj6OmZoa2eWZrubFGV5ele6G7jm*mZFOPoH*qY6u*Rpu2QHB1ZVlFnYQs0qA9tipGcA5Zdk5gJNNjS3NDUxNDIwhhmfkp1YUJCZApQBWgkBtQC0SjPQ",
    ),
    (
        1795412200,
        15552000,
        "eJyrVgrxCdYrSy1SslIy0jNQ0gHzM1NS80oy0zLBwokpuZl5mcUlRYkl%2AUVQBcUp2YkFBZkpSlaGJgZQAJFJrSjILEoFipuamhrBRUsyc0Fi5pamJoZGRjDR4sx0oPnmSUbuHvkhZaGOqWHBxsluId6%2AZcWFLia5qUXJBpVlKWYlZTH6wQbalem5jrZKtQCAazVA",
    ),
    (
        1795412275,
        15552000,
        "eJxFjcsKwjAURH*lZC2lDb0NCi5E3FTFheJjGZtEbqU1L4pB-HdtbXGW5wwzL3LY7ONWWjKLCI0TMol6gkI2HhX*BBc1Nui85f5hx4oTd641im8hzZIhg5NPjVZ2BgDon3use8qmkKWUMhi38Nb9tFXlruXS2LBmuwJMKE7KXMxZ8mC3eakV0-qYr0CJxZy8P-5fN1Q_",
    ),
    (
        1795412235,
        86400,
        "eJw1jM0KgkAUhd-lrkP814QWoUZBhljg2ppRrjE2zQxmRu*e2Hh25zuH7wOX49noqYAIbMOE1dyR0E5hjTOuCMMOpRKVegh9kORecY4EIss1df4LHTgKClHouwtSyCZgBWvPtWzb8bQCm0mepR4r21PaF*HWGW-XUbRPmuz9XcKyOi9imcfl8GoO7yDcwPcHzn40cg__",
    ),
];

const WHO: [&str; 4] = ["--sdkappid", "1400000000", "--identifier", "administrator"];

/// With the key in the environment.
fn usersig(arguments: &[&str], stdin: &str) -> Run {
    let mut command = command(&[&["usersig"], arguments].concat());
    command.env("AVMARKS_KEY", KEY);
    feed(command, stdin.as_bytes())
}

#[test]
fn signatures_of_other_makers_are_good() {
    let key = file(&folder("makers"), "key.txt", format!("{KEY}\r\n"));
    for (time, expire, sig) in MADE_ELSEWHERE {
        let verify = |at: u64, more: &[&str]| {
            let at = at.to_string();
            avmarks(&[&["usersig", "verify", "--key-file", &key, "--at", &at, sig], &WHO[..], more].concat())
        };
        let good = verify(time, &[]);
        assert_eq!((good.status, good.out.lines().next()), (0, Some("accepted")));
        let found = verify(time + expire - 1, &["--json"]);
        assert_eq!((found.status, &found.json()["accepted"]), (0, &json!(true)));
        let expired = verify(time + expire, &[]);
        assert_eq!((expired.status, expired.out.lines().next()), (1, Some("refused")));
        assert!(expired.out.contains("70001"), "{expired:?}");
        let encoded = sig.replace('*', "%2A");
        assert_eq!(usersig(&[&["verify", &encoded, "--at", &time.to_string()], &WHO[..]].concat(), "").status, 0);
    }
}

#[test]
fn what_is_signed_can_be_verified() {
    let folder = folder("signed");
    let key = file(&folder, "key.txt", KEY);
    let at = ["--at", "1795412030"];
    let signed = avmarks(&[&["usersig", "sign", "--key-file", &key, "--userbuf", "röom"], &WHO[..], &at].concat());
    assert_eq!((signed.status, signed.out.lines().count(), signed.err.as_str()), (0, 1, ""));
    let sig = signed.out.trim_end();
    let in_file = file(&folder, "sig.txt", &signed.out);
    for source in [&[sig][..], &["--sig-file", &in_file], &["-"], &["--sig-file", "-"]] {
        let verified = usersig(&[&["verify"], source, &WHO[..], &at].concat(), &signed.out);
        assert_eq!(verified.status, 0, "{verified:?}");
    }
    let other =
        |options: &[&str]| usersig(&[&["verify", sig, "--json"], options, &at].concat(), "").json()["code"].clone();
    assert_eq!(other(&["--sdkappid", "1400000000", "--identifier", "someone"]), 70013);
    assert_eq!(other(&["--sdkappid", "1400000001", "--identifier", "administrator"]), 70014);
    let wrong_key = file(&folder, "wrong.txt", KEY.replace('5', "6"));
    assert_eq!(other(&[&["--key-file", &wrong_key], &WHO[..]].concat()), 70009);
    let short = usersig(&[&["verify", &sig[..40]], &WHO[..], &at].concat(), "");
    assert_eq!(short.status, 1);
    assert!(short.out.contains("70003"), "{short:?}");
    let json = usersig(&[&["sign", "--json", "--expire", "60"], &WHO[..], &at].concat(), "").json();
    assert_eq!(usersig(&[&["verify", json["usersig"].as_str().unwrap()], &WHO[..], &at].concat(), "").status, 0);
    // Without --at, the clock is read.
    let now = usersig(&[&["sign"], &WHO[..]].concat(), "").out;
    assert_eq!(usersig(&[&["verify", "-"], &WHO[..]].concat(), &now).status, 0);
    assert_eq!(
        usersig(&[&["verify", "-"], &WHO[..], &at].concat(), &now).status,
        0,
        "made later than that, and not refused for it"
    );
}

#[test]
fn an_explanation_needs_only_a_signature() {
    let (time, _, sig) = MADE_ELSEWHERE[1];
    let at = time.to_string();
    let told = avmarks(&["usersig", "explain", sig, "--at", &at]);
    assert_eq!(told.status, 0);
    assert_eq!(told.out.lines().next(), Some("nothing wrong found (key, app and user not checked)"));
    for part in [
        "TLS.identifier  administrator",
        "1400000000",
        "2026-11-23 05:36:40 UTC",
        "not checked: key",
        "percent-encoded",
    ] {
        assert!(told.out.contains(part), "{part}: {}", told.out);
    }
    let twice = sig.replace('%', "%25");
    assert_eq!(avmarks(&["usersig", "explain", &twice, "--at", &at]).status, 1, "encoded twice, it would be refused");

    let quoted = format!("\"{}\"", sig.replace("%2A", "+"));
    let found = usersig(
        &["explain", "--json", "-", "--at", "1895412200", "--sdkappid", "7", "--identifier", "someone"],
        &quoted,
    );
    let json = found.json();
    assert_eq!((found.status, &json["code"]), (1, &json!(70003)));
    let codes: Vec<_> =
        json["findings"].as_array().unwrap().iter().filter_map(|finding| finding["code"].as_i64()).collect();
    assert_eq!(codes, [70003, 70003, 70013, 70014, 70001]);
    assert_eq!((&json["token"]["identifier"], &json["unchecked"]), (&json!("administrator"), &json!([])));

    let garbage = avmarks(&["usersig", "explain", "garbage"]);
    assert_eq!((garbage.status, garbage.out.lines().next()), (1, Some("refused")));
    let nothing = avmarks_with(&["usersig", "explain", "-"], b"");
    assert_eq!((nothing.status, nothing.out.lines().next()), (1, Some("refused")));
}

#[test]
fn keys_come_from_a_file_or_the_environment() {
    let folder = folder("keys");
    let sign = |arguments: &[&str], stdin: &str| {
        avmarks_with(&[&["usersig", "sign"], arguments, &WHO[..], &["--at", "5"]].concat(), stdin.as_bytes())
    };
    let from_stdin = sign(&["--key-file", "-"], &format!("{KEY}\n"));
    let from_file = sign(&["--key-file", &file(&folder, "key.txt", KEY)], "");
    let from_environment = usersig(&[&["sign"], &WHO[..], &["--at", "5"]].concat(), "");
    assert_eq!((from_stdin.status, &from_stdin.out), (0, &from_file.out));
    assert_eq!(from_environment.out, from_file.out);
    // The file goes before the environment.
    let other = file(&folder, "other.txt", "other");
    assert_ne!(usersig(&[&["sign", "--key-file", &other], &WHO[..], &["--at", "5"]].concat(), "").out, from_file.out);

    for (bytes, part) in [
        (&b""[..], "empty"),
        (b"\n", "empty"),
        (b"a b", "white space at byte 1"),
        (b"a\nb", "white space at byte 1"),
        (b"\xff", "UTF-8"),
        (&[b'a'; 70_000], "65536 bytes"),
    ] {
        let run = sign(&["--key-file", &file(&folder, "bad.txt", bytes)], "");
        assert!(run.error().contains(part), "{run:?}");
    }
    assert!(sign(&[], "").error().contains("AVMARKS_KEY"));
    assert!(sign(&["--key-file", folder.to_str().unwrap()], "").error().contains("is a directory"));
    let verify = [&["usersig", "verify", "--key-file", "-", "-"], &WHO[..]].concat();
    assert!(avmarks_with(&verify, b"x").error().contains("two inputs are standard input"));
}

#[test]
fn no_secret_is_ever_printed() {
    const SECRET: &str = "s3cr3t-key-of-the-app";
    let folder = folder("secrets");
    let key = file(&folder, "key.txt", SECRET);
    let broken = file(&folder, "broken.txt", format!("{SECRET} \n{SECRET}"));
    let long = "s3cr3t".repeat(1_000);
    let sig = MADE_ELSEWHERE[0].2.replace('*', "%2A");
    let runs: &[&[&str]] = &[
        &["verify", "--key-file", &key, &sig],
        &["verify", "--key-file", &key, &sig, "--json"],
        &["verify", "--key-file", &key, &sig[..100]],
        &["explain", "--key-file", &key, &sig],
        &["explain", "--key-file", &key, "--json", &sig],
        &["explain", "--key-file", &key, &sig[1..]],
        &["verify", "--key-file", &broken, &sig],
        // Slips: the key or the signature where something else belongs.
        &["sign", "--key-file", SECRET],
        &["sign", "--key-file", &long],
        &["sign", "--key-file", &key, SECRET],
        &["sign", "--key", SECRET],
        &["sign", &format!("--key={SECRET}")],
        &["sign", &format!("-{SECRET}")],
        &["verify", "--key-file", &key, "--sig-file", &sig],
        &["verify", "--key-file", &key, &sig, &sig],
        &["verify", "--key-file", &key, "--at", SECRET, &sig],
        &["explain", "--key-file", SECRET, &sig],
        &[SECRET],
        &["verify", &sig, SECRET],
    ];
    for arguments in runs {
        let who = if arguments.len() > 1 { &WHO[..] } else { &[] };
        let run = avmarks(&[&["usersig"], *arguments, who].concat());
        assert_ne!(run.status, 0, "{arguments:?}");
        let said = format!("{}{}", run.out, run.err);
        for secret in ["s3cr3t", &sig[..40], &sig[sig.len() - 40..]] {
            assert!(!said.contains(secret), "{arguments:?}: {said}");
        }
    }
    let mut sign = command(&[&["usersig", "sign"], &WHO[..]].concat());
    sign.env("AVMARKS_KEY", format!("{SECRET} x"));
    assert!(!feed(sign, b"").error().contains("s3cr3t"));
    let mut help = command(&["usersig", "sign", "--help"]);
    help.env("AVMARKS_KEY", SECRET);
    assert!(!feed(help, b"").out.contains("s3cr3t"));
}

#[test]
fn what_was_not_checked_is_not_called_accepted() {
    let (time, _, sig) = MADE_ELSEWHERE[0];
    let at = time.to_string();
    let [app, user] = [&WHO[..2], &WHO[2..]];
    for (options, has_key, first, accepted, unchecked) in [
        (
            vec![],
            false,
            "nothing wrong found (key, app and user not checked)",
            json!(null),
            json!(["key", "sdkappid", "identifier"]),
        ),
        (vec![app], false, "nothing wrong found (key and user not checked)", json!(null), json!(["key", "identifier"])),
        (vec![app, user], false, "nothing wrong found (key not checked)", json!(null), json!(["key"])),
        (vec![user], true, "nothing wrong found (app not checked)", json!(null), json!(["sdkappid"])),
        (vec![app, user], true, "accepted", json!(true), json!([])),
        (vec![&["--identifier", "someone"][..]], false, "refused", json!(false), json!(["key", "sdkappid"])),
    ] {
        let explain = |more: &[&str]| {
            let mut command = command(&[&["usersig", "explain", sig, "--at", &at], &*options.concat(), more].concat());
            if has_key {
                command.env("AVMARKS_KEY", KEY);
            }
            feed(command, b"")
        };
        let status = i32::from(first == "refused");
        let told = explain(&[]);
        assert_eq!((told.status, told.out.lines().next()), (status, Some(first)));
        let found = explain(&["--json"]);
        assert_eq!(
            (found.status, &found.json()["accepted"], &found.json()["unchecked"]),
            (status, &accepted, &unchecked)
        );
    }
}

#[test]
fn a_key_of_another_form_gets_a_note() {
    let sign = |key: &str| {
        let mut command = command(&[&["usersig", "sign", "--at", "5"], &WHO[..]].concat());
        command.env("AVMARKS_KEY", key);
        let run = feed(command, b"");
        assert_eq!(run.status, 0, "{run:?}");
        run.err
    };
    let note = |length| {
        format!("note: AVMARKS_KEY: the key has {length} characters; a key of the console has 64 letters and digits\n")
    };
    assert_eq!(sign(KEY), "");
    assert_eq!(sign(&KEY[1..]), note(63));
    assert_eq!(sign(&format!("{KEY}a")), note(65));
    assert_eq!(sign(&format!("{}=", &KEY[1..])), note(64));
}

#[cfg(unix)]
#[test]
fn a_readable_key_file_is_noted() {
    use std::os::unix::fs::PermissionsExt;

    let key = file(&folder("readable"), "key.txt", KEY);
    for (mode, is_noted) in [(0o600, false), (0o400, false), (0o640, true), (0o604, true)] {
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).unwrap();
        let run = avmarks(&[&["usersig", "sign", "--key-file", &key], &WHO[..]].concat());
        let note = "note: other users can read the file of --key-file; `chmod 600` prevents that\n";
        assert_eq!((run.status, run.err.as_str()), (0, if is_noted { note } else { "" }), "{mode:o}");
    }
}

#[test]
fn white_space_around_a_key_is_removed() {
    let folder = folder("marked");
    let from_file = |text: &str| {
        let key = file(&folder, "key.txt", text);
        avmarks(&[&["usersig", "sign", "--at", "5", "--key-file", &key], &WHO[..]].concat())
    };
    let from_environment = |text: &str| {
        let mut command = command(&[&["usersig", "sign", "--at", "5"], &WHO[..]].concat());
        command.env("AVMARKS_KEY", text);
        feed(command, b"")
    };
    let good = from_file(KEY);
    for (start, end) in [("", ""), ("", "\n"), ("", "\r\n"), ("\u{feff}", ""), ("\u{feff}", "\r\n"), (" \t", " \n\n")] {
        let text = format!("{start}{KEY}{end}");
        for run in [from_file(&text), from_environment(&text)] {
            assert_eq!((run.out, run.err.as_str()), (good.out.clone(), ""), "{start:?} {end:?}");
        }
    }
    for (text, said) in [
        (format!("{}\n{}", &KEY[..32], &KEY[32..]), "the secret has white space at byte 32"),
        (format!("\"{KEY}\""), "the secret is in quotation marks; remove them"),
        (format!("“{KEY}”\n"), "the secret is in quotation marks; remove them"),
        (
            "-----BEGIN PRIVATE KEY-----\nMIGHAgEA\n-----END PRIVATE KEY-----\n".to_owned(),
            "this is a key in PEM, which signs by the old scheme (ECDSA)",
        ),
    ] {
        assert!(from_file(&text).error().starts_with(&format!("the file of --key-file: {said}")), "{said}");
        assert!(from_environment(&text).error().starts_with(&format!("AVMARKS_KEY: {said}")), "{said}");
    }
}

#[test]
fn wrong_values_that_cannot_be_secrets_are_shown() {
    for (option, value, said) in [
        ("--expire", "0", "'0' for '--expire <SECONDS>': expected an integer from 1 to 9007199254740"),
        ("--expire", "1d", "'1d' for '--expire <SECONDS>': expected an integer"),
        ("--at", "-5", "'-5' for '--at <UNIX_SECONDS>': expected an integer from 0 to 9007199254740"),
        ("--at", "now", "'now' for '--at <UNIX_SECONDS>': expected an integer"),
        ("--at", KEY, "'…' for '--at <UNIX_SECONDS>': expected an integer"),
    ] {
        let run = avmarks(&[&["usersig", "sign", option, value], &WHO[..]].concat());
        assert_eq!((run.status, run.out.as_str()), (2, ""));
        assert!(run.err.starts_with(&format!("error: invalid value {said}")), "{run:?}");
    }
    for (sdkappid, identifier, said) in [
        ("0", "a", "'0' for '--sdkappid <N>': an SDKAppID is"),
        ("-1", "a", "'-1' for '--sdkappid <N>': an SDKAppID is"),
        (KEY, "a", "'…' for '--sdkappid <N>': an SDKAppID is"),
        ("1", "", "'' for '--identifier <ID>': the identifier is empty; name the user"),
    ] {
        let run = avmarks(&["usersig", "sign", "--sdkappid", sdkappid, "--identifier", identifier]);
        assert_eq!((run.status, run.out.as_str()), (2, ""));
        assert!(run.err.starts_with(&format!("error: invalid value {said}")), "{run:?}");
    }
}

#[test]
fn signing_for_an_invalid_user_is_noted() {
    for (identifier, said) in [
        ("ann", None),
        ("röschen", Some("`\\u{f6}` at byte 1 is not allowed")),
        ("a-name-that-has-more-than-32-bytes", Some("it has 34 bytes, and at most 32 are allowed")),
    ] {
        let run = usersig(&["sign", "--sdkappid", "1", "--identifier", identifier, "--at", "5"], "");
        assert_eq!((run.status, run.out.lines().count()), (0, 1), "it is signed: {run:?}");
        let note = said.map(|said| {
            format!("note: the identifier is not a user id (ACCOUNT-ID): {said}; it was signed all the same\n")
        });
        assert_eq!(run.err, note.unwrap_or_default());
    }
}
