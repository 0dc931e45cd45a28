//! The arguments of `avmarks keep`.

use clap::Args;

use crate::settings::{KEEP, SettingArgs};

/// Keep marks set: when members come back, set their marks again
///
/// Listens for the webhooks of the service, remembers which account of which group is to have which marks, and sets them again when
/// an account comes online or joins. It runs until it is stopped (Ctrl-C, SIGTERM). docs/keeper.md of the project has more.
///
/// Wants are changed over HTTP: PUT, GET and DELETE /v1/groups/GROUP/accounts/ACCOUNT, and POST /v1/wants for many at once. Webhooks
/// are sent to /webhook.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  avmarks keep --demo
  avmarks keep --sdkappid 1400000000 --region singapore --key-file key.txt
  curl -X PUT 'http://127.0.0.1:8700/v1/groups/@TGS%23a/accounts/teacher10' \\
    -d '{\"marks\":[1000]}'

Settings:
  Each has an option, a variable of the environment and a key of the
  configuration file; precedence, highest first: --sweep-every,
  AVMARKS_SWEEP_EVERY, sweep_every. All errors are listed.

Configuration file:
  The one of --config or AVMARKS_CONFIG, else avmarks.toml in the working
  directory, else avmarks/config.toml in $XDG_CONFIG_HOME or ~/.config:
    [keep]
    sdkappid = 1400000000
    region = \"singapore\"
    key_file = \"key.txt\"       # from the directory of this file
    webhook_token_file = \"webhook-token.txt\"

Environment:
  AVMARKS_KEY  the app's secret key, if --key-file is not given

Exit status:
  0  it was stopped in order, or the demo came to its end
  1  the demo did not come to its end
  2  wrong usage, input that cannot be read, or an address that is in use
  4  a setting is wrong or missing")]
pub(crate) struct KeepArgs {
    #[command(flatten)]
    pub(crate) settings: SettingArgs<KEEP>,
    /// Show it: starts an emulator and a keeper in this process, lets members leave and come back, and ends. No other option is needed
    #[arg(long)]
    pub(crate) demo: bool,
}
