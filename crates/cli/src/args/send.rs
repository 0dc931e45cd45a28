//! The arguments of `avmarks send`.

use avmarks_spec::Mark;
use clap::{Args, Subcommand};

use super::accounts::{AccountCallArgs, SendSettingArgs, SendingArgs};
use super::members::{AdminsCommand, RobotsCommand};
use crate::mark::parse_mark;

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
    /// Add robots to the online list, and delete them from it
    ///
    /// A robot is an account that is online in the group without having joined it. The answers of the service name no account, so the
    /// report says only whether the call of a robot was accepted. `avmarks send check` shows who is online.
    #[command(subcommand, after_long_help = include_str!("help/send-robots.txt").trim_end())]
    Robots(RobotsCommand),
    /// Check which of some accounts are online in a group
    ///
    /// Prints the accounts that are online, one a line, in the order given, in quotes where `--file` needs them. Hidden members and
    /// robots are found too, and members beyond the 1,000 that `avmarks send list` shows. An account that is not online may be offline or
    /// not in the group: the service does not distinguish these.
    #[command(after_long_help = include_str!("help/send-check.txt").trim_end())]
    Check(AccountCallArgs),
    /// List the online members of a group
    ///
    /// Prints one account a line, the latest joined first, in quotes where `--file` needs them. The service names 1,000 at most,
    /// and those with mark 600 (hidden) only if `--mark` is a mark of theirs.
    List(ListArgs),
    /// Count the online members of a group
    ///
    /// Prints the number, hidden members included.
    #[command(after_long_help = include_str!("help/send-count.txt").trim_end())]
    Count(SendSettingArgs),
    /// Add, delete and list the administrators of a group
    ///
    /// A group has five administrators at most, who need not be in it. They may mute members; to mark members, one must be an app admin
    /// or the group's owner.
    #[command(subcommand, after_long_help = include_str!("help/send-admins.txt").trim_end())]
    Admins(AdminsCommand),
    /// Show each setting, and where it is from
    ///
    /// Sends nothing, and shows no secret. Exit status 4 if a setting is wrong, or missing that a call needs.
    #[command(after_long_help = include_str!("help/send-config.txt").trim_end())]
    Config(SendSettingArgs),
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
