//! The arguments of the commands of `avmarks send` that name accounts.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::parsers::path;
use crate::input::Source;
use crate::settings::{SEND, SettingArgs};

/// The options of the settings.
pub(crate) type SendSettingArgs = SettingArgs<SEND>;

// No documentation comment: clap would take it for that of the command that this is a part of. So below.
#[derive(Debug, Args)]
pub(crate) struct AccountArgs {
    /// Accounts, which come before those of --file
    #[arg(value_name = "ACCOUNT")]
    pub(crate) accounts: Vec<String>,
    /// Read accounts from this file; `-` is standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: Option<Source>,
}

#[derive(Debug, Args)]
pub(crate) struct AccountCallArgs {
    #[command(flatten)]
    pub(crate) accounts: AccountArgs,
    #[command(flatten)]
    pub(crate) settings: SendSettingArgs,
}

#[derive(Debug, Args)]
pub(crate) struct SendingArgs {
    #[command(flatten)]
    pub(crate) accounts: AccountArgs,
    /// Print the calls that would be made, and send nothing; needs no key
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) plan: bool,
    /// Print the calls that would be made and the exact first request, without its signature, and send nothing; needs no
    /// key
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// With --dry-run: report the result of each account in the app of this snapshot, as `avmarks replay --save` writes it
    #[arg(long, value_name = "SNAPSHOT", value_hint = ValueHint::FilePath, requires = "dry_run")]
    pub(crate) state: Option<Source>,
    /// Keep the progress of the run in this file, and continue from it if it exists; it is removed when every account has its
    /// answer
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, value_parser = path(), conflicts_with_all = ["plan", "dry_run"])]
    pub(crate) resume: Option<PathBuf>,
    /// List every account in the report, not only the first few of each result
    #[arg(long)]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) settings: SendSettingArgs,
}
