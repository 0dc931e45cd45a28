//! The configuration file: which one it is, and its settings.

use std::path::{Path, PathBuf};

use avmarks_spec::{Excerpt, OneLine};
use toml::de::{DeTable, DeValue};

use super::table::{Command, Kind, Setting};
use crate::input::{ShownPath, Source};
use crate::names;

/// A configuration is a page at most.
const BYTES_MAX: u64 = 1_024 * 1_024;

/// The tables of the commands that have one; everything outside them is for `avmarks send`.
const TABLES: [(Command, &str); 2] = [(Command::Serve, "serve"), (Command::Keep, "keep")];

/// The settings of the file for a command, and all its errors.
#[derive(Default)]
pub(super) struct FileSettings {
    /// Each setting with its values and its line.
    pub(super) given: Vec<(Setting, Vec<String>, usize)>,
    pub(super) errors: Vec<String>,
    /// Whether the file is valid TOML, so that missing settings are known.
    pub(super) is_read: bool,
}

/// The configuration file: the one that is named, which must exist, or one at the usual places that exists.
pub(super) fn find(named: Option<&Path>) -> Option<PathBuf> {
    let variable = |name| std::env::var_os(name).filter(|text| !text.is_empty()).map(PathBuf::from);
    if let Some(named) = named.map(Path::to_owned).or_else(|| variable("AVMARKS_CONFIG")) {
        return Some(named);
    }
    let of_user = variable("XDG_CONFIG_HOME").filter(|folder| folder.is_absolute());
    let of_user = of_user.or_else(|| variable("HOME").map(|home| home.join(".config")));
    let of_user = of_user.map(|folder| folder.join("avmarks").join("config.toml"));
    [Some(PathBuf::from("avmarks.toml")), of_user].into_iter().flatten().find(|path| path.is_file())
}

/// Where in the file, in words.
pub(super) fn place(path: &Path, line: usize) -> String {
    format!("{} line {line}", ShownPath(path))
}

/// Reads the settings of a command. Values are not repeated: one may be a secret.
pub(super) fn read(path: &Path, command: Command) -> FileSettings {
    let mut found = FileSettings::default();
    if path == Path::new("-") {
        found.errors.push("the configuration is not read from standard input (`-`); name a file".to_owned());
        return found;
    }
    let text = match Source::File(path.to_owned()).read_text(BYTES_MAX, "a configuration") {
        Ok(text) => text,
        Err(error) => {
            found.errors.push(error.to_string());
            return found;
        }
    };
    let line = |at: usize| text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
    let (file, broken) = DeTable::parse_recoverable(&text);
    found.errors.extend(broken.iter().map(|error| {
        let at = error.span().map_or(text.len(), |span| span.start);
        format!("{} is not TOML: {}", place(path, line(at)), OneLine(error.message()))
    }));
    if !found.errors.is_empty() {
        return found;
    }
    found.is_read = true;
    let own = TABLES.iter().find(|(of, _)| *of == command).map(|(_, name)| *name);
    let of_command = own.and_then(|own| file.get_ref().iter().find(|(key, _)| key.get_ref() == own));
    let table = match (own, of_command.map(|(key, value)| (key, value.get_ref()))) {
        (None, _) => file.get_ref(),
        (Some(_), None) => return found,
        (Some(_), Some((_, DeValue::Table(table)))) => table,
        (Some(own), Some((key, _))) => {
            let place = place(path, line(key.span().start));
            found.errors.push(format!("{place}: `{own}` must be a table: write [{own}]"));
            return found;
        }
    };
    for (key, value) in table {
        if command == Command::Send && TABLES.iter().any(|(_, name)| key.get_ref() == name) {
            continue;
        }
        let line = line(key.span().start);
        let key = key.get_ref();
        let Some(setting) = Setting::of(command).find(|setting| setting.name() == key) else {
            found.errors.push(format!("{}: {}", place(path, line), unknown(command, key)));
            continue;
        };
        match texts(setting, value.get_ref()) {
            Ok(texts) => found.given.push((setting, texts, line)),
            Err(error) => found.errors.push(format!("{}, `{key}`: {error}", place(path, line))),
        }
    }
    found
}

/// The error of an unknown setting.
fn unknown(command: Command, key: &str) -> String {
    let all = Setting::of(command).filter(|setting| !setting.is_secret()).map(|setting| setting.name().to_owned());
    let lists = match command {
        Command::Send => "send config",
        Command::Serve => "serve --help",
        Command::Keep => "keep --help",
    };
    format!("unknown setting `{}`{}; `avmarks {lists}` lists the settings", Excerpt(key), names::near(key, all))
}

/// The values of a setting, as texts.
fn texts(setting: Setting, value: &DeValue<'_>) -> Result<Vec<String>, String> {
    if setting.is_secret() {
        let (name, variable) = (setting.name(), setting.variable());
        return Err(format!(
            "it is not read from here; put it into a file of its own and name that as `{name}_file`, or set {variable}"
        ));
    }
    let texts = match value {
        DeValue::Array(values) if setting.row().is_list => {
            values.iter().map(|value| text(setting, value.get_ref())).collect()
        }
        value => text(setting, value).map(|text| vec![text]),
    };
    let list = if setting.row().is_list { ", or a list of them" } else { "" };
    texts.ok_or_else(|| format!("it has the type {}; expected {}{list}", value.type_str(), expected(setting)))
}

fn text(setting: Setting, value: &DeValue<'_>) -> Option<String> {
    match (setting.row().kind, value) {
        // Some profiles and revisions are years.
        (Kind::Integer { .. } | Kind::App | Kind::Name(_), DeValue::Integer(number)) => {
            // A number that does not fit is too large for every setting.
            Some(i64::from_str_radix(number.as_str(), number.radix()).unwrap_or(i64::MAX).to_string())
        }
        (Kind::Integer { .. } | Kind::App, _) => None,
        (Kind::Flag | Kind::Name(_), DeValue::Boolean(boolean)) => Some(boolean.to_string()),
        (Kind::Flag, _) => None,
        (_, DeValue::String(text)) => Some(text.to_string()),
        _ => None,
    }
}

fn expected(setting: Setting) -> &'static str {
    match setting.row().kind {
        Kind::Integer { .. } | Kind::App => "an integer",
        Kind::Flag => "true or false",
        _ => "a string, in quotation marks",
    }
}
