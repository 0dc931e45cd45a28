//! The arguments of `avmarks send` about robots, who is online of some accounts, and administrators.

use clap::{Args, Subcommand};

use super::accounts::{AccountArgs, SendingArgs};
use crate::settings::SettingArgs;

/// Add robots to the online list, and delete them from it
///
/// A robot is an account that is online in the group without having joined it. The answers of the service name no account: what
/// is known of a robot is whether its call was accepted. `avmarks send check` tells who is online.
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
    /// Puts accounts into the online list of the group, which need not have joined it, and says which calls were accepted. It comes
    /// to setting mark 500: to add a robot again starts its three days anew.
    Add(RobotArgs),
    /// Delete robots
    ///
    /// Takes accounts out of the online list of the group, and says which calls were accepted. It comes to deleting mark 500.
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
  lines are passed over, and blanks around an account do not count unless in
  quotes. There are no comments.

Exit status:
  0  every call was accepted
  1  no call was accepted, as far as is known
  2  wrong usage, or input that cannot be read: nothing was sent
  3  some calls were accepted, and others not
  4  a setting is wrong or missing: nothing was sent

Ctrl-C:
  Sends no more, waits for what is on its way, reports, and saves how far it
  came where --resume is given. A second one ends it at once.")]
pub(crate) struct RobotArgs {
    #[command(flatten)]
    pub(crate) sending: SendingArgs,
}

/// Check which of some accounts are online in a group
///
/// Prints those that are, one a line, in the order given, and in quotes where `--file` would want them. Hidden members and
/// robots are found too, and those beyond the 1,000 that `avmarks send list` shows. An account that is not online may be offline or
/// not in the group: the service does not tell these apart.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  avmarks send check teacher10 robot1
  avmarks send check --file robots.txt --json
  avmarks send check --file all.txt | avmarks send set --mark 1000 --file -

Accounts:
  Each line is one account; there is no header. Quotes are as in CSV, blank
  lines are passed over, and blanks around an account do not count unless in
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
    pub(crate) settings: SettingArgs<false>,
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
    /// Removes all of them; to name an account that is not an administrator is no error.
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
    pub(crate) settings: SettingArgs<false>,
}

#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  avmarks send admins list
  avmarks send admins list --group @TGS#a6I4ZUUGO --json")]
pub(crate) struct AdminsListArgs {
    #[command(flatten)]
    pub(crate) settings: SettingArgs<false>,
}
