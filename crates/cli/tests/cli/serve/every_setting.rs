//! Each setting by its option, its variable and its key.

use std::process::Stdio;

use super::*;

/// A setting, and what will do for it.
struct Row {
    name: &'static str,
    good: &'static [&'static str],
    /// A text that is refused; none where every text is accepted.
    bad: &'static [&'static str],
    /// A path of the control API at which it shows, with the place there.
    shown: Option<(&'static str, &'static str, &'static str)>,
}

const fn row(name: &'static str, good: &'static [&'static str], bad: &'static [&'static str]) -> Row {
    Row { name, good, bad, shown: None }
}

/// That it shows there, as this JSON.
const fn shown(row: Row, path: &'static str, place: &'static str, value: &'static str) -> Row {
    Row { shown: Some((path, place, value)), ..row }
}

impl Row {
    fn flag(&self) -> String {
        format!("--{}", self.name.replace('_', "-"))
    }

    fn variable(&self) -> String {
        format!("AVMARKS_{}", self.name.to_uppercase())
    }

    fn is_list(&self) -> bool {
        self.good.len() > 1
    }
}

const TOO_MUCH: &[&str] = &["86401"];
const LONG: &str = "0123456789012345678901234567890123456789012345678901234567890123456789";

const ROWS: &[Row] = &[
    row("listen", &["localhost"], &["nowhere"]),
    row("port", &["0"], &["65536"]),
    shown(row("group", &["f", "g"], &["f", LONG]), "groups", "/groups/1/group", "\"g\""),
    shown(row("seed", &["seed.jsonl"], &["absent"]), "groups", "/groups/0/group", "\"seeded\""),
    shown(
        row("stub", &["/v4/a/b=seed.jsonl", "/v4/c/d=token.txt"], &["v4/a/b=seed.jsonl"]),
        "stubs",
        "/stubs/1/path",
        "\"/v4/c/d\"",
    ),
    shown(row("stub_unknown", &["ok"], &["yes"]), "stubs", "/unknown", "\"ok\""),
    row("strict", &["true"], &["maybe"]),
    row("ca_dir", &["other"], &["seed.jsonl"]),
    row("data", &["data"], &["seed.jsonl"]),
    row("data_repair", &["true"], &["maybe"]),
    shown(row("sdkappid", &["5"], &["x"]), "settings", "/sdkappid", "5"),
    shown(row("admin", &["a", "b"], &["a", ""]), "settings", "/admins", "[\"a\",\"b\"]"),
    shown(row("key_file", &["key.txt"], &["absent"]), "settings", "/signature_checked", "true"),
    shown(row("marks_supported", &["false"], &["no"]), "settings", "/marks_supported", "false"),
    shown(row("online_list_enabled", &["false"], &["no"]), "settings", "/online_list_enabled", "false"),
    shown(row("policy", &["2023"], &["x"]), "settings", "/sdkappid", "1400000000"),
    shown(
        row("reading", &["gap:page-size=250", "gap:rest-owner=owner-too"], &["gap:page-size"]),
        "settings",
        "/policy/page_size",
        "\"250\"",
    ),
    shown(
        row("limit", &["calls_per_window_max=7", "rate_window_ms=9"], &["calls=7"]),
        "settings",
        "/limits/rate_window_ms",
        "9",
    ),
    shown(row("clock", &["5"], &["now"]), "clock", "/now", "5"),
    shown(row("webhook_url", &["http://127.0.0.1:9/"], &["ftp:"]), "webhooks", "/url", "\"http://127.0.0.1:9/\""),
    shown(row("webhook_token_file", &["token.txt"], &["absent"]), "webhooks", "/how/signed", "true"),
    row("webhook_trusted", &["ca/avmarks-ca.pem"], &["absent"]),
    shown(row("webhook_revision", &["2023"], &["2022"]), "webhooks", "/how/revision", "\"2023\""),
    shown(row("webhook_retries", &["3"], &["11"]), "webhooks", "/how/retries", "3"),
    shown(row("webhook_duplicate", &["4"], &["101"]), "webhooks", "/how/duplicate", "4"),
    shown(row("webhook_reorder", &["5"], &["101"]), "webhooks", "/how/reorder", "5"),
    shown(row("webhook_delay_ms", &["6"], &["600001"]), "webhooks", "/how/delay_ms", "6"),
    shown(
        row("webhook_event", &["Group.CallbackBeforeSendMsg", "Group.CallbackAfterSendMsg"], &["Group.Callback"]),
        "webhooks",
        "/how/events",
        "[\"Group.CallbackBeforeSendMsg\",\"Group.CallbackAfterSendMsg\"]",
    ),
    shown(row("webhook_seed", &["7"], &["-1"]), "webhooks", "/how/seed", "7"),
    row("proxied_host", &["*.test", "a"], &["http:"]),
    row("control_host", &["a.test", "b.test"], &["*.test"]),
    row("control_token_file", &["token.txt"], &["absent"]),
    row("large_bytes_max", &["1048576"], &["1048575"]),
    row("connections_max", &["1"], &["0"]),
    row("head_bytes_max", &["1024"], &["1023"]),
    row("head_timeout", &["86400"], TOO_MUCH),
    row("body_timeout", &["1"], TOO_MUCH),
    row("stop_timeout", &["0"], TOO_MUCH),
    row("groups_max", &["0"], &["many"]),
    row("members_max", &["0"], &["many"]),
    row("log_entries_max", &["0"], &["many"]),
    row("journal_bytes_max", &["0"], &["many"]),
    row("log", &["json"], &["xml"]),
    row("log_level", &["error"], &["ERROR"]),
];

#[derive(Clone, Copy, Debug)]
enum Origin {
    Option,
    Environment,
    File,
}

/// `avmarks serve` with these values of a setting, and with what it needs besides.
fn with(folder: &Path, setting: &Row, values: &[&str], origin: Origin) -> Command {
    let mut arguments = vec!["--json".to_owned(), "serve".to_owned()];
    let mut give = |flag: &str, value: &str| arguments.extend([flag.to_owned(), value.to_owned()]);
    let name = setting.name;
    if name != "port" {
        give("--port", "0");
    }
    if name != "ca_dir" {
        give("--ca-dir", "ca");
    }
    if name.starts_with("webhook_") && name != "webhook_url" {
        give("--webhook-url", "http://127.0.0.1:9/");
    }
    let mut variable = None;
    match origin {
        // One that is either given or not.
        Origin::Option if values == ["true"] && ["strict", "data_repair"].contains(&name) => {
            arguments.push(setting.flag());
        }
        Origin::Option => values.iter().for_each(|value| arguments.push(format!("{}={value}", setting.flag()))),
        Origin::Environment => variable = Some(values.join(",")),
        Origin::File => {
            let value = match setting.is_list() {
                true => format!("{values:?}"),
                false if values[0].parse::<u32>().is_ok() || values == ["true"] => values[0].to_owned(),
                false => format!("{:?}", values[0]),
            };
            file(folder, "this.toml", format!("[serve]\n{name} = {value}\n"));
            give("--config", "this.toml");
        }
    }
    let mut command = command(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    command.env("HOME", folder).env_remove("XDG_CONFIG_HOME").env_remove("XDG_DATA_HOME").current_dir(folder);
    command.envs(variable.map(|value| (setting.variable(), value)));
    command
}

#[test]
fn each_setting_has_option_variable_and_key() {
    let folder = folder("serve-every-setting");
    file(&folder, "seed.jsonl", "{\"at\":5,\"do\":\"create_group\",\"group\":\"seeded\"}\n");
    file(&folder, "key.txt", "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e");
    file(&folder, "token.txt", "token");
    for row in ROWS {
        let name = row.name;
        for origin in [Origin::Option, Origin::Environment, Origin::File] {
            let mut command = with(&folder, row, row.good, origin);
            command.stderr(Stdio::null());
            let mut server = Server::try_of(command).unwrap_or_else(|| panic!("`{name}` by {origin:?} does not start"));
            if let Some((path, place, value)) = row.shown {
                let shown = server.control(path);
                assert_eq!(
                    shown.pointer(place).map(Value::to_string).as_deref(),
                    Some(value),
                    "`{name}` by {origin:?}"
                );
            }
            server.child.kill().unwrap();
            server.child.wait().unwrap();
            if matches!(origin, Origin::Option) && row.bad == ["maybe"] {
                // Such an option takes no value.
                continue;
            }
            let run = Run::of(with(&folder, row, row.bad, origin).output().unwrap());
            let place = match origin {
                Origin::Option => format!("{}: ", row.flag()),
                Origin::Environment => format!("{}: ", row.variable()),
                Origin::File => format!("`this.toml` line 2, `{name}`: "),
            };
            // An error about the content of a file names the file.
            let error = run.err.strip_prefix("error: ").unwrap();
            let names_file = error.contains(&format!("`{}", row.bad[0])) || error.contains("the file of --");
            assert!([2, 4].contains(&run.status) && run.out.is_empty(), "{run:?}");
            assert!(error.starts_with(&place) || names_file, "{place}{error}");
        }
    }
    // The help has these options, and those that are not settings.
    let help = crate::run::avmarks(&["serve", "--help"]).out;
    let options = help.lines().filter_map(|line| line.strip_prefix("      --")?.split([' ', '=']).next());
    let mut options: Vec<_> = options.filter(|name| !["config", "json"].contains(name)).map(str::to_owned).collect();
    let mut rows: Vec<_> = ROWS.iter().map(|row| row.name.replace('_', "-")).collect();
    options.sort();
    rows.sort();
    assert_eq!(options, rows);
}

#[test]
fn a_flag_equals_its_variable() {
    let folder = folder("serve-flags");
    let server = Server::start(&folder, &["--strict", "--group", "g"]);
    assert!(server.ask(COUNT, br#"{"GroupId":"g",}"#).contains("60003"));
    server.stop("-TERM");
    let data = folder.join("data");
    let server = Server::start(&folder, &["--data", "data", "--group", "g"]);
    (0..9).for_each(|_| assert!(server.ask(COUNT, br#"{"GroupId":"g"}"#).contains("\"ErrorCode\":0")));
    server.stop("-TERM");
    let is_journal = |path: &std::path::PathBuf| path.file_name().unwrap().to_str().unwrap().starts_with("journal-");
    let journal = std::fs::read_dir(data).unwrap().map(|entry| entry.unwrap().path()).find(is_journal).unwrap();
    let mut bytes = std::fs::read(&journal).unwrap();
    let call = bytes.windows(COUNT.len()).position(|part| part == COUNT.as_bytes()).unwrap();
    bytes[call] ^= 1;
    std::fs::write(&journal, bytes).unwrap();
    assert!(refused(&folder, &["--data", "data"]).contains("`data_repair`"));
    let server = Server::start(&folder, &["--data", "data", "--data-repair"]);
    assert!(server.ask(COUNT, br#"{"GroupId":"g"}"#).contains("\"ErrorCode\":0"));
    server.stop("-TERM");
}
