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
#[command(after_long_help = include_str!("help/keep.txt").trim_end())]
pub(crate) struct KeepArgs {
    #[command(flatten)]
    pub(crate) settings: SettingArgs<KEEP>,
    /// Show it: starts an emulator and a keeper in this process, lets members leave and come back, and ends. No other option is needed
    #[arg(long)]
    pub(crate) demo: bool,
}
