//! The arguments of `avmarks send`.

use std::path::PathBuf;

use avmarks_protocol::region::Region;
use avmarks_spec::Mark;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand, ValueHint};

use super::members::{AdminsArgs, MemberCheckArgs, RobotsArgs};
use super::{Readings, path_parser};
use crate::input::Source;
use crate::mark::parse_mark;
use crate::settings::Setting;

/// Set and delete marks and robots at the service, and ask who is online
///
/// Any number of accounts become calls of at most 500, paced, signed and tried again where that is of use; what became of each
/// account is told at the end. Nothing is sent before all inputs are in order.
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
  configuration file, which go before one another in this order: --in-flight,
  AVMARKS_IN_FLIGHT, in_flight. The key and the signature have no option
  and stand in no configuration file: AVMARKS_KEY and AVMARKS_USERSIG hold
  them, or a file that key_file or usersig_file names.

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
    /// Sets marks on online members of the group, and says what became of each account.
    Set(ChangeArgs),
    /// Delete marks
    ///
    /// Deletes marks of online members of the group, and says what became of each account.
    Delete(ChangeArgs),
    Robots(RobotsArgs),
    Check(MemberCheckArgs),
    /// List the online members of a group
    ///
    /// Prints one account a line, the latest joined first, and in quotes where `--file` would want them. The service names 1,000 at most, and those with mark 600 (hidden) only
    /// where `--mark` asks for a mark of theirs.
    List(ListArgs),
    /// Count the online members of a group
    ///
    /// Prints the number, which counts hidden members too.
    Count(CountArgs),
    Admins(AdminsArgs),
    /// Show each setting, and where it is from
    ///
    /// Nothing is sent, and no secret shown. Exit status 4 where a setting is wrong.
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
  merged. Quotes are as in CSV, blank lines are passed over, and blanks around
  a field do not count unless in quotes. There are no comments. A mark is
  a number, or `pinned` (500) or `hidden` (600).

Exit status:
  0  applied to all accounts
  1  applied to none, as far as is known
  2  wrong usage, or input that cannot be read: nothing was sent
  3  applied to some accounts, or in part, and to others not
  4  a setting is wrong or missing: nothing was sent

Ctrl-C:
  Sends no more, waits for what is on its way, reports, and saves how far it
  came where --resume is given. A second one ends it at once.")]
pub(crate) struct ChangeArgs {
    /// A mark for every account: a number, `pinned` (500) or `hidden` (600); several with commas, or by giving it again
    #[arg(long = "mark", value_name = "MARK", value_delimiter = ',', value_parser = parse_mark, allow_negative_numbers = true)]
    pub(crate) marks: Vec<Mark>,
    #[command(flatten)]
    pub(crate) sending: SendingArgs,
}

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
    /// With --dry-run: say what would become of each account in the app of this snapshot, as `avmarks replay --save` writes it
    #[arg(long, value_name = "SNAPSHOT", value_hint = ValueHint::FilePath, requires = "dry_run")]
    pub(crate) state: Option<Source>,
    /// Keep in this file how far the run has come, and go on from there where the file exists; it is removed when every
    /// account has its answer
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, value_parser = path_parser(), conflicts_with_all = ["plan", "dry_run"])]
    pub(crate) resume: Option<PathBuf>,
    /// List every account in the report, not the first few of each outcome
    #[arg(long)]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) policy: Readings,
    #[command(flatten)]
    pub(crate) settings: SettingArgs,
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
    pub(crate) settings: SettingArgs,
}

#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  avmarks send count --group @TGS#a6I4ZUUGO
  avmarks send count --json")]
pub(crate) struct CountArgs {
    #[command(flatten)]
    pub(crate) settings: SettingArgs,
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
    pub(crate) settings: SettingArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Settings")]
pub(crate) struct SettingArgs {
    /// The configuration file [env: AVMARKS_CONFIG]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, value_parser = path_parser())]
    pub(crate) config: Option<PathBuf>,
    /// The SDKAppID [env: AVMARKS_SDKAPPID]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = value(Setting::Sdkappid))]
    sdkappid: Option<String>,
    /// Who calls, an app admin [env: AVMARKS_IDENTIFIER] [default: administrator]
    #[arg(long, value_name = "ID", value_parser = value(Setting::Identifier))]
    identifier: Option<String>,
    /// The file with the app's secret key; `-` is standard input [env: AVMARKS_KEY_FILE, and AVMARKS_KEY for the key itself]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, value_parser = value(Setting::KeyFile))]
    key_file: Option<String>,
    /// The file with a signature made elsewhere; `-` is standard input [env: AVMARKS_USERSIG_FILE, and AVMARKS_USERSIG for
    /// the signature itself]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "key_file", value_parser = value(Setting::UsersigFile))]
    usersig_file: Option<String>,
    /// Where the app is [env: AVMARKS_REGION]
    #[arg(long, value_name = "REGION", value_parser = region_parser())]
    region: Option<String>,
    /// The URL of another service, in place of a region [env: AVMARKS_URL]
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url, conflicts_with = "region", value_parser = value(Setting::Url))]
    url: Option<String>,
    /// The group [env: AVMARKS_GROUP]
    #[arg(long, value_name = "ID", value_parser = value(Setting::Group))]
    group: Option<String>,
    /// The proxy to go through, or `none`, in place of HTTPS_PROXY, ALL_PROXY and the like [env: AVMARKS_PROXY]
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url, value_parser = value(Setting::Proxy))]
    proxy: Option<String>,
    /// A file of certificates (PEM) to trust besides the usual ones [env: AVMARKS_CA]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, value_parser = value(Setting::Ca))]
    ca: Option<String>,
    /// Calls in any second at most [env: AVMARKS_CALLS_PER_SECOND] [default: 200]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = value(Setting::CallsPerSecond))]
    calls_per_second: Option<String>,
    /// Calls on their way at a time [env: AVMARKS_IN_FLIGHT] [default: 1]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = value(Setting::InFlight))]
    in_flight: Option<String>,
    /// Tries of a call in all [env: AVMARKS_TRIES] [default: 5]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = value(Setting::Tries))]
    tries: Option<String>,
    /// Time for all tries of a call [env: AVMARKS_BUDGET] [default: 30]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, value_parser = value(Setting::Budget))]
    budget: Option<String>,
    /// Time for the whole run [env: AVMARKS_TIME_LIMIT]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, value_parser = value(Setting::TimeLimit))]
    time_limit: Option<String>,
    /// Accounts in a call at most, from 1 to 500 [env: AVMARKS_ACCOUNTS_PER_CALL] [default: 500]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = value(Setting::AccountsPerCall))]
    accounts_per_call: Option<String>,
}

impl SettingArgs {
    /// The settings that the options give.
    pub(crate) fn given(&self) -> impl Iterator<Item = (Setting, &str)> {
        [
            (Setting::Sdkappid, &self.sdkappid),
            (Setting::Identifier, &self.identifier),
            (Setting::KeyFile, &self.key_file),
            (Setting::UsersigFile, &self.usersig_file),
            (Setting::Region, &self.region),
            (Setting::Url, &self.url),
            (Setting::Group, &self.group),
            (Setting::Proxy, &self.proxy),
            (Setting::Ca, &self.ca),
            (Setting::CallsPerSecond, &self.calls_per_second),
            (Setting::InFlight, &self.in_flight),
            (Setting::Tries, &self.tries),
            (Setting::Budget, &self.budget),
            (Setting::TimeLimit, &self.time_limit),
            (Setting::AccountsPerCall, &self.accounts_per_call),
        ]
        .into_iter()
        .filter_map(|(setting, text)| Some((setting, text.as_deref()?)))
    }
}

/// A parser of a setting's value, which stays text until all of them are known.
fn value(setting: Setting) -> impl Fn(&str) -> Result<String, String> + Clone + Send + Sync + 'static {
    move |text| setting.check(text).map(|()| text.to_owned())
}

fn region_parser() -> impl TypedValueParser<Value = String> {
    PossibleValuesParser::new(Region::ALL.iter().map(|region| {
        let row = region.row();
        PossibleValue::new(row.name).help(row.host)
    }))
}
