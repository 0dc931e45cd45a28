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
#[command(after_long_help = "\
Examples:
  avmarks send set --group @TGS#a6I4ZUUGO --mark 1000 teacher10 student9
  avmarks send set --file accounts.csv --resume accounts.resume
  avmarks send delete --file accounts.csv --plan
  avmarks send robots add robot1 robot2
  avmarks send check teacher10 robot1
  avmarks send list --mark 1000
  avmarks send count
  avmarks send admins add teacher10
  avmarks send config

Exit status:
  0  applied to all accounts; or the question was answered
  1  applied to none, as far as is known; or the question was not answered;
     or none of the accounts of check is online
  2  wrong usage, or input that cannot be read: nothing was sent
  3  applied to some accounts, or in part, and to others not; or some of
     the accounts of check are online, and others not
  4  a setting is wrong or missing: nothing was sent

Settings:
  Each has an option, a variable of the environment and a key of the
  configuration file; precedence, highest first: --in-flight,
  AVMARKS_IN_FLIGHT, in_flight. The key and the signature themselves are
  neither options nor keys of the file: AVMARKS_KEY and AVMARKS_USERSIG have
  them, or a file that key_file or usersig_file names. All errors are listed.

Configuration file:
  The one of --config or AVMARKS_CONFIG, else avmarks.toml in the working
  directory, else avmarks/config.toml in $XDG_CONFIG_HOME or ~/.config:
    sdkappid = 1400000000
    region = \"singapore\"
    group = \"@TGS#a6I4ZUUGO\"
    key_file = \"key.txt\"       # from the directory of this file
    calls_per_second = 100")]
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
#[command(after_long_help = "\
Examples:
  avmarks send set --mark 1000,1001 teacher10 student9
  avmarks send set --mark pinned teacher10
  avmarks send set --file accounts.csv --resume accounts.resume
  avmarks send list --mark 1000 | avmarks send delete --mark 1000 --file -
  avmarks send set --file accounts.csv --dry-run --state app.json

Accounts:
  With --mark, each line is one account. Without it, each line is
  `account,mark`, with or without such a header; lines of one account are
  merged. Quotes are as in CSV, blank lines are ignored, and blanks around
  a field are removed unless in quotes. There are no comments. A mark is
  a number, or `pinned` (500) or `hidden` (600).

Exit status:
  0  applied to all accounts
  1  applied to none, as far as is known
  2  wrong usage, or input that cannot be read: nothing was sent
  3  applied to some accounts, or in part, and to others not
  4  a setting is wrong or missing: nothing was sent

Ctrl-C:
  Sends no more calls, waits for the answers to those that are sent, reports,
  and saves the progress if --resume is given. A second one ends it at once.")]
pub(crate) struct ChangeArgs {
    /// A mark for every account: a number, `pinned` (500) or `hidden` (600); several with commas, or by giving it again
    #[arg(long = "mark", value_name = "MARK", value_delimiter = ',', value_parser = parse_mark, allow_negative_numbers = true)]
    pub(crate) marks: Vec<Mark>,
    #[command(flatten)]
    pub(crate) sending: SendingArgs,
}

#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  avmarks send list --group @TGS#a6I4ZUUGO
  avmarks send list --mark 1000 --json")]
pub(crate) struct ListArgs {
    /// Only those that hold this mark
    #[arg(long, value_name = "MARK", value_parser = parse_mark, allow_negative_numbers = true)]
    pub(crate) mark: Option<Mark>,
    #[command(flatten)]
    pub(crate) settings: SendSettingArgs,
}

#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  avmarks send count --group @TGS#a6I4ZUUGO
  avmarks send count --json")]
pub(crate) struct CountArgs {
    #[command(flatten)]
    pub(crate) settings: SendSettingArgs,
}

#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  avmarks send config
  avmarks send config --config other.toml --json

JSON:
  from   option, environment, file, default or nowhere
  where  the option, the variable, or the line of the file")]
pub(crate) struct ConfigArgs {
    #[command(flatten)]
    pub(crate) settings: SendSettingArgs,
}

/// The options of the settings.
pub(crate) type SendSettingArgs = SettingArgs<SEND>;
