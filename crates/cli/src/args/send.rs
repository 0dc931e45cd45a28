//! The arguments of `avmarks send`.

use avmarks_spec::Mark;
use clap::{Args, Subcommand};

use super::accounts::SendingArgs;
use super::members::{AdminsArgs, MemberCheckArgs, RobotsArgs};
use crate::mark::parse_mark;
use crate::settings::{SEND, SettingArgs};

/// Set and delete marks and robots at the service, and ask who is online
///
/// Any number of accounts are divided into calls of at most 500, which are rate-limited, signed and retried if they can be; the
/// report has the result of each account. If any input is wrong, nothing is sent.
#[derive(Debug, Args)]
#[command(after_long_help = include_str!("help/send.txt").trim_end())]
pub(crate) struct SendArgs {
    #[command(subcommand)]
    pub(crate) command: SendCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SendCommand {
    /// Set marks
    ///
    /// Sets marks on online members of the group, and reports the result of each account.
    Set(ChangeArgs),
    /// Delete marks
    ///
    /// Deletes marks of online members of the group, and reports the result of each account.
    Delete(ChangeArgs),
    Robots(RobotsArgs),
    Check(MemberCheckArgs),
    /// List the online members of a group
    ///
    /// Prints one account a line, the latest joined first, in quotes where `--file` needs them. The service names 1,000 at most,
    /// and those with mark 600 (hidden) only if `--mark` is a mark of theirs.
    List(ListArgs),
    /// Count the online members of a group
    ///
    /// Prints the number, hidden members included.
    Count(CountArgs),
    Admins(AdminsArgs),
    /// Show each setting, and where it is from
    ///
    /// Sends nothing, and shows no secret. Exit status 4 if a setting is wrong, or missing that a call needs.
    Config(ConfigArgs),
}

#[derive(Debug, Args)]
#[command(after_long_help = include_str!("help/send-change.txt").trim_end())]
pub(crate) struct ChangeArgs {
    /// A mark for every account: a number, `pinned` (500) or `hidden` (600); several with commas, or by giving it again
    #[arg(long = "mark", value_name = "MARK", value_delimiter = ',', value_parser = parse_mark, allow_negative_numbers = true)]
    pub(crate) marks: Vec<Mark>,
    #[command(flatten)]
    pub(crate) sending: SendingArgs,
}

#[derive(Debug, Args)]
#[command(after_long_help = include_str!("help/send-list.txt").trim_end())]
pub(crate) struct ListArgs {
    /// Only those that hold this mark
    #[arg(long, value_name = "MARK", value_parser = parse_mark, allow_negative_numbers = true)]
    pub(crate) mark: Option<Mark>,
    #[command(flatten)]
    pub(crate) settings: SendSettingArgs,
}

#[derive(Debug, Args)]
#[command(after_long_help = include_str!("help/send-count.txt").trim_end())]
pub(crate) struct CountArgs {
    #[command(flatten)]
    pub(crate) settings: SendSettingArgs,
}

#[derive(Debug, Args)]
#[command(after_long_help = include_str!("help/send-config.txt").trim_end())]
pub(crate) struct ConfigArgs {
    #[command(flatten)]
    pub(crate) settings: SendSettingArgs,
}

/// The options of the settings.
pub(crate) type SendSettingArgs = SettingArgs<SEND>;
