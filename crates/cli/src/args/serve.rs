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
#[command(after_long_help = "\
Examples:
  avmarks serve
  avmarks serve --port 0 --group live --log json
  avmarks serve --seed examples/online_room.jsonl
  avmarks serve --key-file key.txt --strict --reading gap:page-size=250
  HTTPS_PROXY=http://127.0.0.1:8600 SSL_CERT_FILE=.../avmarks-ca.pem my-tests

Settings:
  Each has an option, a variable of the environment and a key of the
  configuration file; precedence, highest first: --head-timeout,
  AVMARKS_HEAD_TIMEOUT, head_timeout. A setting that may be repeated is a list
  in the file, and has commas in the variable. All errors are listed.

Configuration file:
  The one of --config or AVMARKS_CONFIG, else avmarks.toml in the working
  directory, else avmarks/config.toml in $XDG_CONFIG_HOME or ~/.config:
    [serve]
    port = 8600
    admin = [\"administrator\", \"robot\"]
    key_file = \"key.txt\"       # from the directory of this file

Environment:
  AVMARKS_KEY  the app's secret key, if --key-file is not given

Exit status:
  0  it was stopped, and has answered the requests that it had read
  2  wrong usage, input that cannot be read, or an address that is in use
  4  a setting is wrong")]
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
