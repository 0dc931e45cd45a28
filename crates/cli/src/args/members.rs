//! The arguments of `avmarks send` about robots, who is online of some accounts, and administrators.

use clap::{Args, Subcommand};

use super::accounts::{AccountArgs, SendingArgs};
use crate::settings::{SEND, SettingArgs};

/// Add robots to the online list, and delete them from it
///
/// A robot is an account that is online in the group without having joined it. The answers of the service name no account, so the
/// report says only whether the call of a robot was accepted. `avmarks send check` shows who is online.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  avmarks send robots add robot1 robot2
  avmarks send robots delete --file robots.txt
  avmarks send check --file robots.txt")]
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
#[command(after_long_help = "\
Examples:
  avmarks send robots add robot1 robot2
  avmarks send robots add --file robots.txt --resume robots.resume
  avmarks send robots delete --file robots.txt --plan
  avmarks send robots add robot1 --dry-run --state app.json

Accounts:
  Each line is one account; there is no header. Quotes are as in CSV, blank
  lines are ignored, and blanks around an account are removed unless in
  quotes. There are no comments.

Exit status:
  0  every call was accepted
  1  no call was accepted, as far as is known
  2  wrong usage, or input that cannot be read: nothing was sent
  3  some calls were accepted, and others not
  4  a setting is wrong or missing: nothing was sent

Ctrl-C:
  Sends no more calls, waits for the answers to those that are sent, reports,
  and saves the progress if --resume is given. A second one ends it at once.")]
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
#[command(after_long_help = "\
Examples:
  avmarks send check teacher10 robot1
  avmarks send check --file robots.txt --json
  avmarks send check --file all.txt | avmarks send set --mark 1000 --file -

Accounts:
  Each line is one account; there is no header. Quotes are as in CSV, blank
  lines are ignored, and blanks around an account are removed unless in
  quotes. There are no comments.

Exit status:
  0  all are online
  1  none is online; or a call was not answered, or refused
  2  wrong usage, or input that cannot be read: nothing was sent
  3  some are online, and others not
  4  a setting is wrong or missing: nothing was sent")]
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
#[command(after_long_help = "\
Examples:
  avmarks send admins add teacher10 teacher11
  avmarks send admins delete teacher10
  avmarks send admins list")]
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
#[command(after_long_help = "\
Examples:
  avmarks send admins add teacher10 teacher11
  avmarks send admins add --file admins.txt --json
  avmarks send admins delete teacher10

Exit status:
  0  done
  1  not answered, or refused: see the error
  2  wrong usage, or input that cannot be read: nothing was sent
  4  a setting is wrong or missing: nothing was sent")]
pub(crate) struct AdminsChangeArgs {
    #[command(flatten)]
    pub(crate) accounts: AccountArgs,
    #[command(flatten)]
    pub(crate) settings: SettingArgs<SEND>,
}

#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  avmarks send admins list
  avmarks send admins list --group @TGS#a6I4ZUUGO --json")]
pub(crate) struct AdminsListArgs {
    #[command(flatten)]
    pub(crate) settings: SettingArgs<SEND>,
}
