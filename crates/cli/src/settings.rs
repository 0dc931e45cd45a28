//! The settings of `avmarks send`, `avmarks serve` and `avmarks keep`: options, then the environment, then a file, then defaults; and where each is
//! from.

mod file;
mod options;
mod service;
mod table;
mod value;

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::{Path, PathBuf};

use avmarks_rules::Policy;

use crate::error::Error;
use crate::input::Source;
use crate::readings::GapReading;
pub(crate) use options::{KEEP, SEND, SERVE, SettingArgs};
pub(crate) use service::proxy_error;
pub(crate) use table::{Command, Setting};
pub(crate) use value::{address, host_pattern, limit, stub};

/// Where a setting is from, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Option,
    Environment,
    /// The line.
    File(usize),
    Default,
}

/// The values of a setting, as text, and where they are from. Without [`Setting::row`]'s `is_list`, the last counts.
#[derive(Clone, Debug)]
struct GivenSetting {
    texts: Vec<String>,
    origin: Origin,
}

type Layer = BTreeMap<Setting, GivenSetting>;

/// The settings of a command from all sources, with all errors.
#[derive(Debug)]
pub(crate) struct Settings {
    command: Command,
    file: Option<PathBuf>,
    values: Layer,
    /// The readings of the gaps in force.
    policy: Policy,
    errors: Vec<String>,
    /// Whether the file cannot be read, so that missing settings are unknown.
    is_file_unreadable: bool,
}

impl Settings {
    /// Looks everywhere. The profile and the readings that are given change `policy`.
    pub(crate) fn find<const COMMAND: u8>(args: &SettingArgs<COMMAND>, policy: Policy) -> Self {
        let command = SettingArgs::<COMMAND>::COMMAND;
        let mut errors = Vec::new();
        let given = |texts: &[String], origin| GivenSetting { texts: texts.to_owned(), origin };
        let options = args.given.iter().map(|(setting, texts)| (*setting, given(texts, Origin::Option)));
        let mut environment = Layer::new();
        for setting in Setting::of(command) {
            match std::env::var(setting.variable()) {
                Ok(text) if !text.is_empty() => {
                    let texts = match setting.row().is_list {
                        true => text.split(',').map(str::to_owned).collect(),
                        false => vec![text],
                    };
                    environment.insert(setting, GivenSetting { texts, origin: Origin::Environment });
                }
                Err(std::env::VarError::NotUnicode(_)) => {
                    errors.push(format!("{}: the value is not UTF-8", setting.variable()))
                }
                _ => {}
            }
        }
        let file = file::find(args.config.as_deref());
        let read = file.as_deref().map(|path| file::read(path, command)).unwrap_or_default();
        let is_file_unreadable = !read.errors.is_empty() && !read.is_read;
        errors.extend(read.errors);
        let in_file = read.given.iter().map(|(setting, texts, line)| (*setting, given(texts, Origin::File(*line))));
        let defaults = Setting::of(command)
            .filter_map(|setting| Some((setting, given(&[setting.row().default?.to_owned()], Origin::Default))));
        let layers: [Layer; 4] = [options.collect(), environment, in_file.collect(), defaults.collect()];

        let mut settings = Self { command, file, values: Layer::new(), policy, errors, is_file_unreadable };
        let is_alternative =
            |setting: &Setting| Setting::ALTERNATIVES.iter().any(|alternatives| alternatives.contains(setting));
        for setting in Setting::of(command).filter(|setting| !is_alternative(setting)) {
            settings.take(&[setting], &layers);
        }
        for alternatives in Setting::ALTERNATIVES {
            settings.take(alternatives, &layers);
        }
        settings.policy = settings.policy_over(policy);
        settings.check_values();
        settings
    }

    /// The policy with the profile and the readings that are given.
    pub(crate) fn policy_over(&self, policy: Policy) -> Policy {
        let (profile, readings) = match self.command {
            Command::Send => (Setting::Profile, Setting::Reading),
            Command::Serve => (Setting::AppProfile, Setting::AppReading),
            Command::Keep => return policy,
        };
        let base = self.text(profile).and_then(Policy::profile).unwrap_or(policy);
        let readings: Vec<_> = self.texts(readings).iter().filter_map(|text| GapReading::parse(text).ok()).collect();
        GapReading::all_over(base, &readings)
    }

    /// Takes these from the source with the highest precedence that has any of them, which must not have two.
    fn take(&mut self, alternatives: &[Setting], layers: &[Layer]) {
        let given_by = |layer: &Layer| -> Vec<(Setting, GivenSetting)> {
            alternatives.iter().filter_map(|setting| Some((*setting, layer.get(setting)?.clone()))).collect()
        };
        let Some(given) = layers.iter().map(given_by).find(|given| !given.is_empty()) else { return };
        if given.len() > 1 {
            let places: Vec<_> = given.iter().map(|(setting, given)| self.place_of(*setting, given.origin)).collect();
            self.errors.push(format!("{} are alternatives; give one of them", places.join(" and ")));
        }
        self.values.extend(given);
    }

    fn check_values(&mut self) {
        for (setting, given) in &self.values {
            for text in &given.texts {
                if let Err(error) = setting.check(text, self.policy.account_id) {
                    self.errors.push(format!("{}: {error}", self.place_of(*setting, given.origin)));
                }
            }
        }
    }

    /// Where a setting is from, in words.
    fn place_of(&self, setting: Setting, origin: Origin) -> String {
        match (origin, &self.file) {
            (Origin::Option, _) => setting.flag(),
            (Origin::Environment, _) => setting.variable(),
            (Origin::File(line), Some(path)) => format!("{}, `{}`", file::place(path, line), setting.name()),
            (Origin::File(_), None) | (Origin::Default, _) => format!("the default of `{}`", setting.name()),
        }
    }

    /// Where a setting is from, in words; none if it is not given.
    pub(crate) fn place(&self, setting: Setting) -> Option<String> {
        self.values.get(&setting).map(|given| self.place_of(setting, given.origin))
    }

    /// Where a setting is from.
    pub(crate) fn origin(&self, setting: Setting) -> Option<Origin> {
        self.values.get(&setting).map(|given| given.origin)
    }

    pub(crate) fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// The readings of the gaps in force.
    pub(crate) const fn policy(&self) -> &Policy {
        &self.policy
    }

    pub(crate) fn text(&self, setting: Setting) -> Option<&str> {
        self.texts(setting).last().map(String::as_str)
    }

    pub(crate) fn texts(&self, setting: Setting) -> &[String] {
        self.values.get(&setting).map(|given| given.texts.as_slice()).unwrap_or_default()
    }

    /// The number of a setting of integers.
    pub(crate) fn number<T: TryFrom<u64>>(&self, setting: Setting) -> Option<T> {
        self.text(setting)?.parse::<u64>().ok()?.try_into().ok()
    }

    /// The value of a setting that was checked before.
    pub(crate) fn parsed<T, E: Display>(
        &self,
        setting: Setting,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Result<Option<T>, Error> {
        self.text(setting).map(|text| parse(text).map_err(|error| self.error(setting, error))).transpose()
    }

    /// The values of a list that was checked before.
    pub(crate) fn list<T, E: Display>(
        &self,
        setting: Setting,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Result<Option<Vec<T>>, Error> {
        let texts = self.texts(setting);
        let values: Result<Vec<T>, _> =
            texts.iter().map(|text| parse(text).map_err(|error| self.error(setting, error))).collect();
        values.map(|values| (!texts.is_empty()).then_some(values))
    }

    /// That something is wrong with a setting.
    pub(crate) fn error(&self, setting: Setting, what: impl Display) -> Error {
        let place = self.place(setting).unwrap_or_else(|| format!("`{}`", setting.name()));
        Error::settings(format!("{place}: {what}"))
    }

    /// A value as it may be shown. A text that should name the file of a secret, and names no file, may be the secret itself.
    pub(crate) fn shown(&self, setting: Setting, text: &str) -> String {
        let names_a_secret = matches!(setting, Setting::KeyFile | Setting::UsersigFile);
        let is_there = || text == "-" || self.path(setting).is_some_and(|path| path.exists());
        match names_a_secret && !is_there() {
            true => "… (no such file)".to_owned(),
            false => setting.shown(text, self.policy.account_id),
        }
    }

    /// A path: one in the file counts from the folder of the file; `-` is standard input everywhere.
    pub(crate) fn path(&self, setting: Setting) -> Option<PathBuf> {
        Some(self.path_of(setting, self.text(setting)?))
    }

    /// The file of a setting, or standard input (`-`).
    pub(crate) fn source(&self, setting: Setting) -> Option<Source> {
        self.path(setting).map(|path| Source::from(path.into_os_string()))
    }

    /// The path that a text of a setting names.
    pub(crate) fn path_of(&self, setting: Setting, text: &str) -> PathBuf {
        let folder = match (self.origin(setting), &self.file) {
            (Some(Origin::File(_)), Some(file)) if text != "-" => file.parent(),
            _ => None,
        };
        folder.unwrap_or(Path::new("")).join(text)
    }

    /// Whether the file of a secret is standard input.
    pub(crate) fn reads_secret_from_stdin(&self) -> bool {
        [Setting::KeyFile, Setting::UsersigFile].iter().any(|setting| self.text(*setting) == Some("-"))
    }

    /// Checks that nothing is wrong, and that one of each of these alternatives is given.
    ///
    /// # Errors
    ///
    /// Everything that is wrong or missing.
    pub(crate) fn check(&self, needed: &[&[Setting]]) -> Result<(), Error> {
        let is_missing = |alternatives: &&&[Setting]| alternatives.iter().all(|setting| self.text(*setting).is_none());
        let needed = if self.is_file_unreadable { &[] } else { needed };
        let missing = needed.iter().filter(is_missing).map(|alternatives| missing(alternatives));
        let errors: Vec<_> = self.errors.iter().cloned().chain(missing).collect();
        if errors.is_empty() { Ok(()) } else { Err(Error::Settings { errors }) }
    }
}

/// That none of these is given, and where it may be.
fn missing(alternatives: &[Setting]) -> String {
    if alternatives.contains(&Setting::Key) {
        let usersig = match alternatives.contains(&Setting::Usersig) {
            true => {
                "; a signature made elsewhere is accepted too: --usersig-file, AVMARKS_USERSIG_FILE, AVMARKS_USERSIG, `usersig_file`"
            }
            false => "",
        };
        return format!(
            "no key: give --key-file FILE, AVMARKS_KEY_FILE or AVMARKS_KEY, or write `key_file` into the configuration file{usersig}"
        );
    }
    let names = |name: fn(Setting) -> String| {
        let names: Vec<_> = alternatives.iter().map(|setting| name(*setting)).collect();
        names.join(" or ")
    };
    let keys = names(|setting| format!("`{}`", setting.name()));
    let (flags, variables) = (names(Setting::flag), names(Setting::variable));
    format!("no {keys}: give {flags}, set {variables}, or write it into the configuration file")
}
