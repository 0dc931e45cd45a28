//! The arguments of `avmarks serve`.

use clap::{ArgAction, Args};

use crate::settings::{SERVE, Setting, SettingArgs};

/// Stand in for the vendor's service, on this machine
///
/// HTTP, HTTPS and a proxy on one port, for unmodified SDKs: the eight calls about marks, robots, administrators and who is
/// online, and those about accounts, groups, members and messages (docs/calls.md). The control API at `/_avmarks/` lets members
/// join and leave, advances the clock and injects faults. It runs until it is stopped (Ctrl-C, SIGTERM).
///
/// The first start writes the key of a certificate authority (--ca-dir). Anyone with that key can sign a certificate for any
/// host, and every program that trusts the authority accepts it: trust it in tests alone.
#[derive(Debug, Args)]
#[command(after_long_help = include_str!("help/serve.txt").trim_end())]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    pub(crate) settings: SettingArgs<SERVE>,
    /// Log more: events, and twice, everything
    #[arg(short, long, action = ArgAction::Count, conflicts_with_all = ["quiet", "log_level"], help_heading = "The log on standard error")]
    pub(crate) verbose: u8,
    /// Log warnings and errors only
    #[arg(short, long, conflicts_with = "log_level", help_heading = "The log on standard error")]
    pub(crate) quiet: bool,
}

impl ServeArgs {
    /// The options of the settings; `--quiet` and `--verbose` give the level of the log.
    pub(crate) fn settings(&self) -> SettingArgs<SERVE> {
        let level = match (self.quiet, self.verbose) {
            (true, _) => "warn",
            (false, 0) => return self.settings.clone(),
            (false, 1) => "debug",
            (false, _) => "trace",
        };
        self.settings.with(Setting::LogLevel, level)
    }
}
