//! The options of the settings, as the rows of the table have them.

use std::path::PathBuf;

use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Arg, ArgAction, ArgMatches, Args, Command as ClapCommand, FromArgMatches, ValueHint};

use super::table::{Command, Kind, Setting};
use crate::names::WithNames;
use crate::readings::GapReading;

/// The numbers of the commands, for [`SettingArgs`].
pub(crate) const SEND: u8 = Command::Send as u8;
pub(crate) const SERVE: u8 = Command::Serve as u8;
pub(crate) const KEEP: u8 = Command::Keep as u8;

/// The settings of the options of a command. The number is that of [`Command`].
#[derive(Clone, Debug)]
pub(crate) struct SettingArgs<const COMMAND: u8> {
    pub(super) config: Option<PathBuf>,
    pub(super) given: Vec<(Setting, Vec<String>)>,
}

impl<const COMMAND: u8> SettingArgs<COMMAND> {
    pub(super) const COMMAND: Command = match COMMAND {
        SEND => Command::Send,
        SERVE => Command::Serve,
        _ => Command::Keep,
    };

    /// The settings that may be options.
    fn settings() -> impl Iterator<Item = Setting> {
        Setting::of(Self::COMMAND).filter(|setting| !setting.is_secret())
    }

    /// The same with another value of one option.
    pub(crate) fn with(&self, setting: Setting, text: &str) -> Self {
        let mut args = self.clone();
        args.given.retain(|(given, _)| *given != setting);
        args.given.push((setting, vec![text.to_owned()]));
        args
    }
}

impl<const COMMAND: u8> Args for SettingArgs<COMMAND> {
    fn augment_args(command: ClapCommand) -> ClapCommand {
        let config = Arg::new("config")
            .long("config")
            .value_name("FILE")
            .value_hint(ValueHint::FilePath)
            // Accepts an empty name, so that the command can report it.
            .value_parser(OsStringValueParser::new().map(PathBuf::from))
            .help("The configuration file [env: AVMARKS_CONFIG]");
        let config = if COMMAND == SEND { config.help_heading("Settings") } else { config };
        Self::settings().fold(command.arg(config), |command, setting| command.arg(option(setting, Self::COMMAND)))
    }

    fn augment_args_for_update(command: ClapCommand) -> ClapCommand {
        Self::augment_args(command)
    }
}

impl<const COMMAND: u8> FromArgMatches for SettingArgs<COMMAND> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = Self::settings().filter_map(|setting| {
            let texts: Vec<String> = match setting.row().kind {
                Kind::Flag => matches.get_flag(setting.name()).then(|| "true".to_owned()).into_iter().collect(),
                _ => matches.get_many(setting.name()).into_iter().flatten().cloned().collect(),
            };
            (!texts.is_empty()).then_some((setting, texts))
        });
        Ok(Self { config: matches.get_one("config").cloned(), given: given.collect() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn option(setting: Setting, command: Command) -> Arg {
    let row = setting.row();
    let default = row.default.map(|default| format!(" [default: {default}]")).unwrap_or_default();
    let help = format!("{} [env: {}]{default}", row.help, setting.variable());
    let arg = Arg::new(row.name).long(row.name.replace('_', "-")).help(help);
    let arg = match setting.heading(command) {
        Some(heading) => arg.help_heading(heading),
        None => arg,
    };
    if matches!(row.kind, Kind::Flag) {
        return arg.action(ArgAction::SetTrue);
    }
    let hint = match row.kind {
        Kind::File => ValueHint::FilePath,
        Kind::Folder => ValueHint::DirPath,
        Kind::Url | Kind::Proxy | Kind::WebhookUrl => ValueHint::Url,
        _ => ValueHint::Unknown,
    };
    // Any text is taken: it is checked with the other settings.
    let arg = match row.kind {
        Kind::Name(names) => arg.value_parser(WithNames(names)),
        Kind::Reading => arg.value_parser(WithNames(GapReading::names)),
        _ => arg,
    };
    arg.value_name(row.value)
        .value_hint(hint)
        .allow_negative_numbers(true)
        .action(if row.is_list { ArgAction::Append } else { ArgAction::Set })
        .hide_possible_values(matches!(row.kind, Kind::Reading))
}
