//! The arguments of `avmarks send` about robots, who is online of some accounts, and administrators.

use clap::{Args, Subcommand};

use super::accounts::{AccountArgs, SendingArgs};
use crate::settings::{SEND, SettingArgs};

/// Add robots to the online list, and delete them from it
///
/// A robot is an account that is online in the group without having joined it. The answers of the service name no account, so the
/// report says only whether the call of a robot was accepted. `avmarks send check` shows who is online.
#[derive(Debug, Args)]
#[command(after_long_help = include_str!("help/send-robots.txt").trim_end())]
pub(crate) struct RobotsArgs {
    #[command(subcommand)]
    pub(crate) command: RobotsCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RobotsCommand {
    /// Add robots
    ///
    /// Adds accounts to the online list of the group, which they need not have joined, and reports which calls were accepted. This
    /// sets mark 500: adding a robot again starts its three days again.
    Add(RobotArgs),
    /// Delete robots
    ///
    /// Deletes accounts from the online list of the group, and reports which calls were accepted. This deletes mark 500.
    Delete(RobotArgs),
}

#[derive(Debug, Args)]
#[command(after_long_help = include_str!("help/send-robots-change.txt").trim_end())]
pub(crate) struct RobotArgs {
    #[command(flatten)]
    pub(crate) sending: SendingArgs,
}

/// Check which of some accounts are online in a group
///
/// Prints the accounts that are online, one a line, in the order given, in quotes where `--file` needs them. Hidden members and
/// robots are found too, and members beyond the 1,000 that `avmarks send list` shows. An account that is not online may be offline or
/// not in the group: the service does not distinguish these.
#[derive(Debug, Args)]
#[command(after_long_help = include_str!("help/send-check.txt").trim_end())]
pub(crate) struct MemberCheckArgs {
    #[command(flatten)]
    pub(crate) accounts: AccountArgs,
    #[command(flatten)]
    pub(crate) settings: SettingArgs<SEND>,
}

/// Add, delete and list the administrators of a group
///
/// A group has five administrators at most, who need not be in it. They may mute members; to mark members, one must be an app admin
/// or the group's owner.
#[derive(Debug, Args)]
#[command(after_long_help = include_str!("help/send-admins.txt").trim_end())]
pub(crate) struct AdminsArgs {
    #[command(subcommand)]
    pub(crate) command: AdminsCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AdminsCommand {
    /// Make accounts administrators
    ///
    /// Makes all of them administrators of the group, or none: more than five are refused.
    Add(AdminsChangeArgs),
    /// Remove accounts from the administrators
    ///
    /// Removes all of them; an account that is not an administrator is not an error.
    Delete(AdminsChangeArgs),
    /// List the administrators
    ///
    /// Prints one account a line, in the order of the answer.
    List(AdminsListArgs),
}

#[derive(Debug, Args)]
#[command(after_long_help = include_str!("help/send-admins-change.txt").trim_end())]
pub(crate) struct AdminsChangeArgs {
    #[command(flatten)]
    pub(crate) accounts: AccountArgs,
    #[command(flatten)]
    pub(crate) settings: SettingArgs<SEND>,
}

#[derive(Debug, Args)]
#[command(after_long_help = include_str!("help/send-admins-list.txt").trim_end())]
pub(crate) struct AdminsListArgs {
    #[command(flatten)]
    pub(crate) settings: SettingArgs<SEND>,
}
