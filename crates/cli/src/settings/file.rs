//! The configuration file: TOML, one key for each setting.

use std::fmt;
use std::path::{Path, PathBuf};

use avmarks_spec::{Excerpt, OneLine};
use toml::de::{DeTable, DeValue};

use super::table::{Kind, Setting};
use crate::input::{Shown, Source};
use crate::names;

/// The table of another command.
pub(crate) const SERVE: &str = "serve";

/// A configuration is a page at most.
pub(crate) const BYTES_MAX: u64 = 1_024 * 1_024;

/// A setting as a file gives it.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) setting: Setting,
    pub(super) text: String,
    pub(super) line: usize,
}

/// Where the configuration is: what is named must be there, the others may be.
pub(crate) fn place(named: Option<&Path>, environment: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let by_variable = || environment("AVMARKS_CONFIG").map(PathBuf::from);
    if let Some(named) = named.map(Path::to_owned).or_else(by_variable) {
        return Some(named);
    }
    let of_user = environment("XDG_CONFIG_HOME").map(PathBuf::from).filter(|folder| folder.is_absolute());
    let of_user = of_user.or_else(|| environment("HOME").map(|home| Path::new(&home).join(".config")));
    let of_user = of_user.map(|folder| folder.join("avmarks").join("config.toml"));
    [Some(PathBuf::from("avmarks.toml")), of_user].into_iter().flatten().find(|path| path.is_file())
}

/// What the file gives, and everything that is wrong with it. Values are not repeated: one may be a secret.
pub(super) fn read(path: &Path) -> (Vec<Given>, Vec<String>) {
    let text = match Source::File(path.to_owned()).read_text(BYTES_MAX, "a configuration") {
        Ok(text) => text,
        Err(error) => return (Vec::new(), vec![error.to_string()]),
    };
    let place = |at: usize| Place { path, line: line(&text, at) };
    let (table, broken) = DeTable::parse_recoverable(&text);
    let mut faults: Vec<_> = broken
        .iter()
        .map(|fault| {
            let at = fault.span().map_or(text.len(), |span| span.start);
            format!("{} is not TOML: {}", place(at), OneLine(fault.message()))
        })
        .collect();
    let mut given = Vec::new();
    if faults.is_empty() {
        for (key, value) in table.get_ref().iter().filter(|(key, _)| key.get_ref() != SERVE) {
            let at = key.span().start;
            match setting(key.get_ref(), value.get_ref()) {
                Ok((setting, text)) => given.push(Given { setting, text, line: place(at).line }),
                Err(fault) => faults.push(format!("{}: {fault}", place(at))),
            }
        }
    }
    (given, faults)
}

/// A place in a file, in words.
pub(crate) struct Place<'a> {
    pub(crate) path: &'a Path,
    pub(crate) line: usize,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} line {}", Shown(self.path), self.line)
    }
}

/// The line of this byte.
pub(crate) fn line(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

/// The setting of a key, and its value as text.
fn setting(key: &str, value: &DeValue<'_>) -> Result<(Setting, String), String> {
    let Some(setting) = Setting::ALL.iter().copied().find(|setting| setting.name() == key) else {
        let all = Setting::ALL.iter().filter(|setting| !setting.is_secret()).map(|setting| setting.name().to_owned());
        let near = names::near(key, all);
        return Err(format!("`{}` is no setting{near}; `avmarks send config` lists them", Excerpt(key)));
    };
    if setting.is_secret() {
        let (file, variable) = (format!("{setting}_file"), setting.variable());
        return Err(format!(
            "`{setting}` is not read from here; put it into a file of its own and name that as `{file}`, or set {variable}"
        ));
    }
    let wrong = |wanted: &str| Err(format!("`{setting}` is of type {}; give {wanted}", value.type_str()));
    match (setting.kind(), value) {
        (Kind::Number { .. } | Kind::App, DeValue::Integer(number)) => {
            // What does not fit is too large for every setting.
            let number = i64::from_str_radix(number.as_str(), number.radix()).unwrap_or(i64::MAX);
            Ok((setting, number.to_string()))
        }
        (Kind::Number { .. } | Kind::App, _) => wrong("a whole number"),
        (_, DeValue::String(text)) => Ok((setting, text.to_string())),
        _ => wrong("a string, in quotes"),
    }
}
