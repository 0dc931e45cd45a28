//! `avmarks generate` and `avmarks conformance`.

use serde_json::Value;

use crate::run::{avmarks, avmarks_with, file, folder};

/// The harness that misbehaves as it is told; nothing where the crate comes from a registry, without the project around it.
fn scripted(mode: &str) -> Option<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../conformance/tests/scripted.sh");
    std::path::Path::new(path).exists().then(|| format!("sh '{path}' {mode}"))
}

fn lines(arguments: &[&str]) -> Vec<Value> {
    let run = avmarks(&[&["generate"], arguments].concat());
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn generate_prints_cases_by_category_and_level() {
    let all = lines(&[]);
    let of = |name: &str, value: &str| all.iter().filter(|line| line[name] == value).count();
    assert_eq!(lines(&["--category", "check"]).len(), of("category", "check"));
    assert_eq!(lines(&["--level", "gap"]).len(), of("level", "gap"));
    assert_eq!(lines(&["--level", "must", "--level", "should", "--level", "gap"]).len(), all.len());
    assert_eq!(lines(&["--json"]), all);
    let more = lines(&["--seed", "7", "--count", "3"]);
    assert_eq!(more.len(), all.len() + 3);
    assert_eq!(more[all.len()]["id"], "check/seed-7/0");
    assert_eq!(lines(&["--seed", "7", "--count", "3"]), more);
}

#[test]
fn each_printed_verdict_is_that_of_check() {
    for line in lines(&["--category", "check", "--level", "must"]).iter().step_by(12) {
        let Some(body) = line["body"].as_str() else { continue };
        let call = line["endpoint"].as_str().unwrap();
        let found = avmarks_with(&["check", "--json", "--call", call, "-"], body.as_bytes()).json();
        assert_eq!(found["accepted"], line["verdict"]["accepted"], "{line}");
        assert_eq!(found["violations"][0]["pointer"], line["verdict"]["pointer"], "{line}");
    }
}

#[test]
fn the_exit_status_follows_the_result() {
    let Some(skip) = scripted("skip") else { return };
    let run = avmarks(&["conformance", "run", "--harness", &skip, "--category", "usersig"]);
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    assert!(run.out.starts_with("scripted 1 (sh): cases 1.0 ("), "{}", run.out);
    assert!(run.out.contains("usersig   0/15     0/5      2/20     9/20     0/20\n"), "{}", run.out);
    assert!(run.out.contains("skipped\n") && run.out.contains("  it cannot\n"), "{}", run.out);
    assert!(run.out.ends_with("\nNo failure.\n"), "{}", run.out);

    let accept = scripted("accept").unwrap();
    let arguments = ["conformance", "run", "--harness", &accept, "--category", "usersig"];
    let run = avmarks(&arguments);
    assert_eq!((run.status, run.err.as_str()), (1, ""));
    let expired = "usersig/read/expired  must\n  a signature that has expired is refused\n  expected false; found true\n  USERSIG  https://";
    assert!(run.out.contains(expired) && run.out.ends_with("\n9 failures.\n"), "{}", run.out);
    let json = avmarks(&[&arguments[..], &["--json"]].concat()).json();
    assert_eq!(
        (&json["passed"], &json["sdk"]["name"], json["differences"].as_array().unwrap().len()),
        (&false.into(), &"scripted".into(), 9)
    );

    for (harness, status, said) in [
        ("'", 2, "--harness: a quotation mark has no second one; write `'` and `\"` in pairs"),
        (&scripted("no-start").unwrap(), 3, "the harness did not start: it ended: exit status: 7"),
    ] {
        let run = avmarks(&["conformance", "run", "--harness", harness]);
        assert_eq!(run.errors(status), [said]);
    }
}

#[test]
fn expected_failures_and_junit_are_files() {
    let Some(accept) = scripted("accept") else { return };
    let folder = folder("conformance");
    let arguments = ["conformance", "run", "--harness", &accept, "--category", "usersig"];
    let json = avmarks(&[&arguments[..], &["--json"]].concat()).json();
    let failed = json["results"].as_array().unwrap().iter().filter(|one| one["state"] == "failed");
    let known: String =
        failed.map(|one| format!("{} # known https://example.com/1\n", one["id"].as_str().unwrap())).collect();
    let list = file(&folder, "known.txt", &known);
    let report = folder.join("report.xml").to_str().unwrap().to_owned();
    let run = avmarks(&[&arguments[..], &["--expected-failures", &list, "--junit", &report]].concat());
    assert_eq!((run.status, run.err.as_str()), (0, ""), "{}", run.out);
    assert!(run.out.ends_with("\n9 failures, as expected.\n"), "{}", run.out);
    let xml = std::fs::read_to_string(&report).unwrap();
    assert!(xml.contains("<testsuite name=\"usersig\" tests=\"20\" failures=\"9\""), "{xml}");

    let more = format!("{known}usersig/read/valid # known https://example.com/1\n");
    let run = avmarks_with(&[&arguments[..], &["--expected-failures", "-"]].concat(), more.as_bytes());
    assert_eq!(run.status, 1);
    let said = "\nnot as expected\n  line 10: usersig/read/valid is expected to fail, and was passed; remove it\n";
    assert!(run.out.contains(said), "{}", run.out);

    let wrong = avmarks_with(&[&arguments[..], &["--expected-failures", "-"]].concat(), b"a/b\nc # why\n");
    let said = [
        "standard input line 1: it has no reason: expected `ID  # REASON URL`",
        "standard input line 2: its reason has no URL: expected `ID  # REASON URL`",
        "2 errors in the list of expected failures",
    ];
    assert_eq!(wrong.errors(2), said);
    let run = avmarks(&[&arguments[..], &["--junit", folder.to_str().unwrap()]].concat());
    assert!(run.error().ends_with("it is a directory; name a file in it"), "{run:?}");
}

#[test]
fn our_own_emulator_agrees_with_every_case() {
    let folder = folder("conformance-emulate");
    let emulator = crate::serve::Server::start(&folder, &["--strict"]);
    let url = emulator.told["url"].as_str().unwrap().to_owned();
    let run = avmarks(&["conformance", "emulate", "--url", &url, "--seed", "7", "--count", "300", "--json"]);
    drop(emulator);
    let json = run.json();
    let failed: Vec<_> = json["results"].as_array().unwrap().iter().filter(|one| one["state"] != "passed").collect();
    assert_eq!((run.status, failed), (0, Vec::new()));
    assert_eq!((&json["passed"], &json["sdk"]["name"]), (&true.into(), &url.into()));
}

#[test]
fn an_emulator_that_accepts_everything_disagrees() {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let (mut seen, mut buffer) = (Vec::new(), [0; 65_536]);
            let is_whole = |seen: &[u8]| {
                let text = String::from_utf8_lossy(seen);
                let Some((head, _)) = text.split_once("\r\n\r\n") else { return false };
                let length =
                    head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
                seen.len() >= head.len() + 4 + length.unwrap_or(0)
            };
            while !is_whole(&seen) {
                match stream.read(&mut buffer) {
                    Ok(count @ 1..) => seen.extend(&buffer[..count]),
                    _ => break,
                }
            }
            let body = r#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":""}"#;
            let _ =
                write!(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        }
    });
    let run = avmarks(&["conformance", "emulate", "--url", &url]);
    assert_eq!(run.status, 1);
    assert!(
        run.out.contains("check/mark/below-1000  must\n  the mark 999 is refused\n  expected code 10004; found {"),
        "{}",
        run.out
    );
    let nobody = avmarks(&["conformance", "emulate", "--url", "http://127.0.0.1:1"]);
    assert!(nobody.errors(3)[0].starts_with("`http://127.0.0.1:1` does not answer: "), "{nobody:?}");
    let none = avmarks(&["conformance", "emulate", "--url", "ftp://x"]);
    assert!(none.error().starts_with("--url: "), "{none:?}");
}
