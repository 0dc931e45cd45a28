//! Where settings are from, what is told of wrong ones, and that no secret is.

use std::path::Path;

use serde_json::{Value, json};

use super::{KEY, Loopback, send_command};
use crate::run::{Run, command, feed, file, folder};
use crate::server::{Server, class};

/// What a setting is, and where from.
fn setting(config: &Value, name: &str) -> Value {
    let settings = config["settings"].as_array().unwrap().iter();
    let row = settings.clone().find(|row| row["name"] == json!(name)).unwrap();
    json!([row["value"], row["from"], row["where"]])
}

fn config(arguments: &[&str], variables: &[(&str, &str)], folder: &Path) -> Run {
    let mut command = command(&[&["send", "config", "--json"], arguments].concat());
    command.envs(variables.iter().copied()).current_dir(folder);
    feed(command, b"")
}

/// What is printed, whatever is missing.
fn shown(run: &Run) -> Value {
    assert_eq!((run.status, run.out.matches('\n').count()), (4, 1), "{run:?}");
    serde_json::from_str(&run.out).unwrap()
}

#[test]
fn settings_follow_their_precedence() {
    let folder = folder("precedence");
    file(&folder, "avmarks.toml", "attempts = 7\n\nin_flight = 3\ngroup = \"@TGS#file\"\n\n[serve]\nport = 8700\n");
    let found = |arguments: &[&str], variables: &[(&str, &str)]| shown(&config(arguments, variables, &folder));
    let variables = [("AVMARKS_ATTEMPTS", "8"), ("AVMARKS_IN_FLIGHT", "4"), ("AVMARKS_GROUP", "")];
    let all = found(&["--attempts", "9"], &variables);
    assert_eq!(all["file"], json!("avmarks.toml"));
    assert_eq!(setting(&all, "attempts"), json!(["9", "option", "--attempts"]));
    assert_eq!(setting(&all, "in_flight"), json!(["4", "environment", "AVMARKS_IN_FLIGHT"]));
    assert_eq!(setting(&all, "group"), json!(["@TGS#file", "file", "line 4"]), "an empty variable is none");
    assert_eq!(setting(&all, "budget"), json!(["30", "default", null]));
    assert_eq!(setting(&all, "sdkappid"), json!([null, "nowhere", null]));
    // Alternatives: the stronger place has the word.
    let file_url = file(&folder, "url.toml", "region = \"seoul\"\nkey_file = \"key.txt\"\n");
    let both = found(&["--config", &file_url], &[("AVMARKS_URL", "https://localhost"), ("AVMARKS_KEY", "k")]);
    assert_eq!(setting(&both, "region"), json!([null, "nowhere", null]));
    assert_eq!(setting(&both, "url"), json!(["https://localhost", "environment", "AVMARKS_URL"]));
    assert_eq!(setting(&both, "key"), json!(["…", "environment", "AVMARKS_KEY"]));
    assert_eq!(setting(&both, "key_file"), json!([null, "nowhere", null]));
}

#[test]
fn the_settings_file_has_three_locations() {
    let folder = folder("places");
    let user = folder.join("config/avmarks");
    std::fs::create_dir_all(&user).unwrap();
    let of_user = file(&user, "config.toml", "attempts = 1");
    let other = file(&folder, "other.toml", "attempts = 2");
    let empty = crate::run::folder("places-empty");
    let base = folder.join("config");
    let home = [("XDG_CONFIG_HOME", base.to_str().unwrap())];
    assert_eq!(shown(&config(&[], &home, &empty))["file"], json!(of_user));
    file(&empty, "avmarks.toml", "");
    assert_eq!(shown(&config(&[], &home, &empty))["file"], json!("avmarks.toml"));
    let named = [home[0], ("AVMARKS_CONFIG", &other)];
    assert_eq!(shown(&config(&[], &named, &empty))["file"], json!(other));
    assert_eq!(shown(&config(&["--config", &of_user], &named, &empty))["file"], json!(of_user));
    let run = config(&["--config", "nowhere.toml"], &home, &empty);
    assert_eq!((run.status, run.err.contains("`nowhere.toml` does not exist")), (4, true), "{run:?}");
    // Without a home, there is no file of the user.
    let mut homeless = command(&["send", "config", "--json"]);
    homeless.env_remove("XDG_CONFIG_HOME").env_remove("HOME").current_dir(&folder);
    assert_eq!(shown(&feed(homeless, b""))["file"], json!(null));
}

#[test]
fn all_setting_errors_name_their_source() {
    let folder = folder("wrong-settings");
    let name = file(&folder, "bad.toml", "sdkappid = \"14\"\nattempt = 3\nkey = \"s3cr3t\"\n[send]\ngroup = \"g\"\n");
    let wrong = |more: &[(&str, &str)], name: &str| {
        let mut command = command(&["send", "set", "a", "--mark", "1000", "--config", name]);
        command.envs(more.iter().copied());
        feed(command, b"")
    };
    let errors = wrong(&[("AVMARKS_ATTEMPTS", "many"), ("AVMARKS_REGION", "singapur"), ("AVMARKS_BUDGET", "3")], &name);
    let expected = [
        format!("`{name}` line 1, `sdkappid`: it has the type string; expected an integer"),
        format!("`{name}` line 2: unknown setting `attempt` (did you mean `attempts`?); `avmarks send config` lists the settings"),
        format!(
            "`{name}` line 3, `key`: it is not read from here; put it into a file of its own and name that as `key_file`, or set AVMARKS_KEY"
        ),
        format!("`{name}` line 4: unknown setting `send`; `avmarks send config` lists the settings"),
        "AVMARKS_ATTEMPTS: invalid value `many`: expected an integer from 1 to 1000".to_owned(),
        "AVMARKS_BUDGET: invalid value `3`: expected an integer from 4 to 86400".to_owned(),
        "AVMARKS_REGION: invalid value `singapur`: expected one of china, singapore, seoul, frankfurt, silicon-valley, mumbai, jakarta, tokyo, saudi-arabia (did you mean `singapore`?)".to_owned(),
    ];
    let mut found = errors.errors(4);
    found.sort_unstable();
    for line in &expected {
        assert!(found.contains(&line.as_str()), "{line}\n{found:#?}");
    }
    // And that group, sdkappid and key are missing.
    assert_eq!(found.len(), expected.len() + 4, "{found:#?}");
    assert!(found.contains(&"10 configuration errors"), "{found:#?}");

    let twice = file(&folder, "twice.toml", "region = \"china\"\nurl = \"https://localhost\"\n");
    let said = format!("`{twice}` line 1, `region` and `{twice}` line 2, `url` are alternatives; give one of them");
    assert!(wrong(&[], &twice).errors(4).contains(&said.as_str()));
    let broken = file(&folder, "broken.toml", "attempts = 5\ngroup = @TGS\n");
    let run = wrong(&[], &broken);
    assert!(run.errors(4)[0].starts_with(&format!("`{broken}` line 2 is not TOML: ")), "{run:?}");
    let run = wrong(&[("AVMARKS_URL", "http://example.com")], &file(&folder, "empty.toml", ""));
    assert!(run.errors(4).iter().any(|line| line.starts_with("no `sdkappid`: give --sdkappid, set AVMARKS_SDKAPPID")));
}

#[test]
fn unsafe_settings_are_refused() {
    let folder = folder("unusable");
    let errors = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = send_command(&[&["count"], arguments].concat());
        command.envs(variables.iter().copied());
        let run = feed(command, b"");
        run.errors(4)[0].to_owned()
    };
    let said = errors(&["--url", "http://example.com"], &[]);
    assert_eq!(said, "`http://example.com` would show the signature to anyone who can read the traffic; use `https`");
    let no_pem = file(&folder, "no.pem", "no");
    assert!(
        errors(&["--url", "https://localhost", "--ca", &no_pem], &[]).starts_with("--ca: extra root certificate 1")
    );
    let said = errors(&["--url", "https://localhost"], &[("AVMARKS_PROXY", "http://user:s3cr3t@host:x")]);
    assert_eq!(said, "AVMARKS_PROXY: `x` is not a port: expected a number from 1 to 65535");
    let said = errors(&["--url", "https://localhost"], &[("AVMARKS_KEY", ""), ("AVMARKS_USERSIG", "eJ%2A")]);
    assert_eq!(
        said,
        "AVMARKS_USERSIG: the signature has a character at byte 2 that no signature has; `avmarks usersig explain` says more"
    );
    assert_eq!(
        errors(&["--url", "https://localhost", "--key-file", "nowhere"], &[]),
        "the file of `key_file` does not exist; check the name"
    );
    let said = errors(&["--url", "https://localhost"], &[("AVMARKS_USERSIG", "eJ")]);
    assert_eq!(said, "AVMARKS_KEY and AVMARKS_USERSIG are alternatives; give one of them");
}

#[test]
fn the_key_may_stand_beside_the_configuration_file() {
    let server = Loopback::start(|log| Server::new(class(), log));
    let folder = folder("beside");
    let text =
        format!("sdkappid = 1400000000\nurl = {:?}\ngroup = \"@TGS#a6I4ZUUGO\"\nkey_file = \"key\"\n", server.url);
    let config = file(&folder, "avmarks.toml", text);
    file(&folder, "key", format!("{KEY}\n"));
    let run = feed(command(&["send", "count", "--config", &config]), b"");
    assert_eq!((run.status, run.out.as_str()), (0, "1170\n"));
    // By standard input, and with a signature made elsewhere.
    let mut signed = command(&["usersig", "sign", "--sdkappid", "1400000000", "--identifier", "administrator"]);
    signed.env("AVMARKS_KEY", KEY);
    let usersig = feed(signed, b"").out;
    for (option, secret) in [("--key-file", KEY), ("--usersig-file", &usersig)] {
        let run = feed(command(&["send", "count", "--config", &config, option, "-"]), secret.as_bytes());
        assert_eq!((run.status, run.out.as_str()), (0, "1170\n"), "{run:?}");
    }
}

#[test]
fn no_secret_is_ever_printed() {
    const SECRET: &str = "s3cr3t-key-of-the-app";
    let server = Loopback::start(|log| Server::new(class(), log));
    let folder = folder("send-secrets");
    let resume = folder.join("resume").to_str().unwrap().to_owned();
    let slip = file(&folder, "slip.toml", format!("sdkappid = 1\nkey = \"{SECRET}\"\n"));
    let slip_of_type = file(&folder, "type.toml", format!("sdkappid = \"{SECRET}\"\ntries = \"{SECRET}\"\n"));
    let no_toml = file(&folder, "no.toml", SECRET);
    let proxy = "http://user:s3cr3t@127.0.0.1:1";
    let runs: &[&[&str]] = &[
        &["config"],
        &["config", "--json"],
        &["config", "--proxy", proxy],
        &["config", "--key-file", SECRET],
        &["config", "--usersig-file", SECRET, "--json"],
        &["config", "--config", &slip],
        &["set", "student1", "--mark", "1000", "--json"],
        &["set", "student1", "--mark", "1000", "--all", "--resume", &resume],
        &["set", "student1", "--mark", "1000", "--dry-run", "--json"],
        &["set", "student1", "--mark", "1000", "--proxy", proxy, "--attempts", "1", "--json"],
        &["list"],
        &["count"],
        // Slips: a secret where something else belongs.
        &["count", "--config", &slip],
        &["count", "--config", &slip_of_type],
        &["config", "--config", &no_toml],
        &["count", "--key", SECRET],
        &["count", &format!("--key={SECRET}")],
        &["count", SECRET],
        &["count", "--key-file", SECRET],
        &["count", "--usersig-file", SECRET],
        &["count", "--sdkappid", SECRET],
        &["count", "--region", SECRET],
        &["count", "--url", SECRET],
        &["count", "--proxy", SECRET],
        &["count", "--attempts", SECRET],
        &["set", "a", "--mark", SECRET],
        &[SECRET],
    ];
    for arguments in runs {
        for variable in ["AVMARKS_KEY", "AVMARKS_USERSIG", "AVMARKS_ATTEMPTS", "AVMARKS_URL", "AVMARKS_SDKAPPID"] {
            let mut command = server.command(arguments);
            command.env_remove("AVMARKS_KEY").env(variable, SECRET);
            let run = feed(command, b"");
            let kept = std::fs::read_to_string(&resume).unwrap_or_default();
            let said = format!("{}{}{kept}", run.out, run.err);
            assert!(!said.contains("s3cr3t"), "{variable} {arguments:?}: {said}");
        }
    }
    let mut help = command(&["send", "set", "--help"]);
    help.env("AVMARKS_KEY", SECRET);
    assert!(!feed(help, b"").out.contains("s3cr3t"));
}
