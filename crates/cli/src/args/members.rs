//! The arguments of `avmarks send` about robots and administrators.

use clap::Subcommand;

use super::accounts::{AccountCallArgs, SendSettingArgs, SendingArgs};

#[derive(Debug, Subcommand)]
pub(crate) enum RobotsCommand {
    /// Add robots
    ///
    /// Adds accounts to the online list of the group, which they need not have joined, and reports which calls were accepted. This
    /// sets mark 500: adding a robot again starts its three days again.
    #[command(after_long_help = include_str!("help/send-robots-change.txt").trim_end())]
    Add(SendingArgs),
    /// Delete robots
    ///
    /// Deletes accounts from the online list of the group, and reports which calls were accepted. This deletes mark 500.
    #[command(after_long_help = include_str!("help/send-robots-change.txt").trim_end())]
    Delete(SendingArgs),
}

#[derive(Debug, Subcommand)]
pub(crate) enum AdminsCommand {
    /// Make accounts administrators
    ///
    /// Makes all of them administrators of the group, or none: more than five are refused.
    #[command(after_long_help = include_str!("help/send-admins-change.txt").trim_end())]
    Add(AccountCallArgs),
    /// Remove accounts from the administrators
    ///
    /// Removes all of them; an account that is not an administrator is not an error.
    #[command(after_long_help = include_str!("help/send-admins-change.txt").trim_end())]
    Delete(AccountCallArgs),
    /// List the administrators
    ///
    /// Prints one account a line, in the order of the answer.
    #[command(after_long_help = include_str!("help/send-admins-list.txt").trim_end())]
    List(SendSettingArgs),
}
