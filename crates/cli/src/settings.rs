//! What `avmarks send` goes by: options, then the environment, then a file, then defaults; and where each setting is from.

pub(crate) mod file;
mod ready;
mod show;
mod table;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::args::SettingArgs;
use crate::error::Error;
use file::Place;
pub(crate) use ready::Target;
pub(crate) use show::show;
pub(crate) use table::Setting;

/// Where a setting is from, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    Option,
    Environment,
    /// The line.
    File(usize),
    Default,
}

/// A value, not yet of its type.
#[derive(Clone, Debug)]
struct Value {
    text: String,
    origin: Origin,
}

/// The settings as they were found, with everything that is wrong with them.
#[derive(Debug)]
pub(crate) struct Settings {
    file: Option<PathBuf>,
    values: BTreeMap<Setting, Value>,
    faults: Vec<String>,
}

impl Settings {
    /// Looks everywhere.
    pub(crate) fn find(args: &SettingArgs) -> Self {
        let mut faults = Vec::new();
        let file = file::place(args.config.as_deref(), variable);
        let (in_file, wrong) = file.as_deref().map(file::read).unwrap_or_default();
        faults.extend(wrong);

        let options = args.given().map(|(setting, text)| (setting, value(text, Origin::Option)));
        let environment = Setting::ALL.iter().filter_map(|setting| match std::env::var(setting.variable()) {
            Ok(text) if !text.is_empty() => Some((*setting, value(&text, Origin::Environment))),
            Err(std::env::VarError::NotUnicode(_)) => {
                faults.push(format!("{} is not UTF-8; set it again", setting.variable()));
                None
            }
            _ => None,
        });
        let environment = environment.collect();
        let in_file = in_file.iter().map(|given| (given.setting, value(&given.text, Origin::File(given.line))));
        let defaults = Setting::ALL.iter().filter_map(|setting| {
            let default = setting.default()?;
            Some((*setting, value(default, Origin::Default)))
        });
        let layers: [BTreeMap<Setting, Value>; 4] =
            [options.collect(), environment, in_file.collect(), defaults.collect()];

        let mut settings = Self { file, values: BTreeMap::new(), faults };
        for setting in Setting::ALL.iter().filter(|setting| !is_alternative(**setting)) {
            settings.take(&[*setting], &layers);
        }
        for alternatives in Setting::ALTERNATIVES {
            settings.take(alternatives, &layers);
        }
        settings
    }

    /// Takes these from the first place that gives any of them, which must not give two.
    fn take(&mut self, alternatives: &[Setting], layers: &[BTreeMap<Setting, Value>]) {
        let given_by = |layer: &BTreeMap<Setting, Value>| -> Vec<(Setting, Value)> {
            alternatives.iter().filter_map(|setting| Some((*setting, layer.get(setting)?.clone()))).collect()
        };
        let Some(given) = layers.iter().map(given_by).find(|given| !given.is_empty()) else { return };
        if given.len() > 1 {
            let places: Vec<_> = given.iter().map(|(setting, value)| self.place(*setting, value.origin)).collect();
            self.faults.push(format!("{} are alternatives; give one of them", places.join(" and ")));
        }
        for (setting, value) in given {
            if let Err(fault) = setting.check(&value.text) {
                self.faults.push(format!("{}: {fault}", self.place(setting, value.origin)));
            }
            self.values.insert(setting, value);
        }
    }

    /// Where a setting is from, in words.
    fn place(&self, setting: Setting, origin: Origin) -> String {
        match (origin, &self.file) {
            (Origin::Option, _) => setting.flag(),
            (Origin::Environment, _) => setting.variable(),
            (Origin::File(line), Some(path)) => format!("{}, `{setting}`", Place { path, line }),
            (Origin::File(_), None) | (Origin::Default, _) => format!("the default of `{setting}`"),
        }
    }

    fn text(&self, setting: Setting) -> Option<&str> {
        self.values.get(&setting).map(|value| &*value.text)
    }

    /// A value as it may be shown. What should name the file of a secret, and names none, may be the secret itself.
    fn shown(&self, setting: Setting, text: &str) -> String {
        let names_a_secret = matches!(setting, Setting::KeyFile | Setting::UsersigFile);
        let is_there = || text == "-" || self.path(setting).is_some_and(|path| path.exists());
        if names_a_secret && !is_there() { "… (no such file)".to_owned() } else { setting.shown(text) }
    }

    /// A path: one in the file counts from the folder of the file; `-` is standard input everywhere.
    fn path(&self, setting: Setting) -> Option<PathBuf> {
        let value = self.values.get(&setting)?;
        let folder = match (value.origin, &self.file) {
            (Origin::File(_), Some(file)) if value.text != "-" => file.parent(),
            _ => None,
        };
        Some(folder.unwrap_or(Path::new("")).join(&value.text))
    }

    /// That nothing is wrong, and each of these is there; or else all that is wrong or missing.
    pub(crate) fn check(&self, needed: &[&[Setting]]) -> Result<(), Error> {
        let is_missing = |alternatives: &&&[Setting]| alternatives.iter().all(|setting| self.text(*setting).is_none());
        let missing = needed.iter().filter(is_missing).map(|alternatives| missing(alternatives));
        let faults: Vec<_> = self.faults.iter().cloned().chain(missing).collect();
        if faults.is_empty() { Ok(()) } else { Err(Error::Settings { faults }) }
    }
}

/// A variable that is set to something.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.is_empty())
}

fn value(text: &str, origin: Origin) -> Value {
    Value { text: text.to_owned(), origin }
}

fn is_alternative(setting: Setting) -> bool {
    Setting::ALTERNATIVES.iter().any(|alternatives| alternatives.contains(&setting))
}

/// That none of these is set, and where it may be.
fn missing(alternatives: &[Setting]) -> String {
    if alternatives.contains(&Setting::Key) {
        return "there is no key; give --key-file FILE, AVMARKS_KEY_FILE or AVMARKS_KEY, or write `key_file` into the configuration file; \
                a signature made elsewhere will do as well: --usersig-file, AVMARKS_USERSIG_FILE, AVMARKS_USERSIG, `usersig_file`"
            .to_owned();
    }
    let names = |name: fn(Setting) -> String| {
        let names: Vec<_> = alternatives.iter().map(|setting| name(*setting)).collect();
        names.join(" or ")
    };
    let (names, flags, variables) =
        (names(|setting| format!("`{setting}`")), names(Setting::flag), names(Setting::variable));
    format!("there is no {names}; give {flags}, {variables}, or write it into the configuration file")
}
