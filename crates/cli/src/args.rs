//! What the command line understands.

use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr;

use avmarks_protocol::Endpoint;
use avmarks_protocol::url::SdkAppId;
use avmarks_rules::{PROFILES, Policy};
use avmarks_service::App;
use avmarks_spec::{Excerpt, Gap, Timestamp};
use clap::builder::{NonEmptyStringValueParser, PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::error::{ContextKind, ContextValue};
use clap::{Args, Parser, Subcommand, value_parser};

use crate::error::Error;
use crate::input::Source;
use crate::names;

/// The arguments of this process. Leaves the process where they make no command, or ask for help.
pub(crate) fn parse() -> Cli {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    Cli::try_parse_from(&arguments).unwrap_or_else(|error| {
        // What stands too much there may be a key or a signature, which must not be printed.
        let about_signatures = arguments.iter().any(|argument| argument == "usersig");
        if about_signatures { without_values(error) } else { error }.exit()
    })
}

/// The error without the words of the user that are no names of options.
fn without_values(mut error: clap::Error) -> clap::Error {
    let of_the_user = [ContextKind::InvalidArg, ContextKind::InvalidSubcommand, ContextKind::InvalidValue];
    for kind in of_the_user {
        let is_option = |text: &str| text.starts_with("--") || text.starts_with('<') || text.starts_with('[');
        match error.get(kind) {
            Some(ContextValue::String(text)) if kind == ContextKind::InvalidArg && is_option(text) => {}
            Some(ContextValue::String(_)) => drop(error.insert(kind, ContextValue::String("…".to_owned()))),
            _ => {}
        }
    }
    // It repeats them.
    error.remove(ContextKind::Suggested);
    error
}

/// Holds requests of the Tencent Cloud Chat marks API against its documented rules, without a socket
///
/// Checks bodies of `modify_user_info` and its sibling calls, plays whole conversations with a simulated service, and
/// explains clauses, gaps of the documents, error codes and signatures.
#[derive(Debug, Parser)]
#[command(
    name = "avmarks",
    version,
    arg_required_else_help = true,
    after_long_help = "\
Exit status:
  0  accepted, or done
  1  refused
  2  wrong usage, or input that cannot be read

Examples:
  avmarks check request.json
  avmarks check --state app.json request.json
  avmarks replay conversation.jsonl --save app.json
  avmarks explain ONLINE-ONLY
  avmarks explain 10004

Colour is used on a terminal only, and never where NO_COLOR is set."
)]
pub(crate) struct Cli {
    /// Print JSON for programs instead of text for people
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Check(CheckArgs),
    Replay(ReplayArgs),
    Explain(ExplainArgs),
    Usersig(UserSigArgs),
    Policy(PolicyArgs),
    Completions(CompletionsArgs),
    Man(ManArgs),
}

/// Check the body of a request, and list everything that is wrong with it
///
/// Without `--state`, the body alone is looked at: steps 6 to 12 of the precedence of refusals, which an SDK can run
/// before it sends. With it, the request is held against a whole app and its groups, and the answer is shown that the
/// service would give; nothing is changed.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  avmarks check request.json
  avmarks check --trailing-comma request.json       the vendor's samples carry a trailing comma
  avmarks check --call get_members list.json
  avmarks check --state app.json --as owner1 --reading gap:rest-owner=owner-too request.json
  generate-request | avmarks check --json -")]
pub(crate) struct CheckArgs {
    /// The file with the body, exactly as it is sent; `-` is standard input
    pub(crate) file: Source,
    /// Which call it is the body of
    #[arg(long, value_name = "CALL", default_value = Endpoint::ModifyUserInfo.command(), value_parser = call_parser())]
    pub(crate) call: Endpoint,
    #[command(flatten)]
    pub(crate) policy: Readings,
    /// Accept a comma before `]` or `}`; short for `--reading gap:trailing-comma=accept`
    #[arg(long)]
    pub(crate) trailing_comma: bool,
    /// Dry run against the app of this snapshot, as `avmarks replay --save` writes it; its policy holds, save for what
    /// the options change
    #[arg(long, value_name = "SNAPSHOT")]
    pub(crate) state: Option<Source>,
    /// Who calls
    #[arg(long = "as", value_name = "IDENTIFIER", default_value = "administrator", requires = "state")]
    pub(crate) identifier: String,
    /// When the call is made, in milliseconds since the Unix epoch [default: the latest time of the snapshot]
    #[arg(long, value_name = "MS", requires = "state", value_parser = value_parser!(u64).range(..=AT_MS_MAX))]
    pub(crate) at: Option<u64>,
}

/// Play a conversation: one JSON object a line in, one answer a line out
///
/// Each line is an input with its time: accounts that join and leave, REST calls, time that passes. A refusal is an answer
/// like any other; a line that is no valid input ends the conversation with an error that names it (exit status 2),
/// after everything before it was answered. With `-`, each line is answered as soon as it has been read.
#[derive(Debug, Args)]
#[command(after_long_help = "\
The inputs are app, policy, create_group, destroy_group, join, leave, disconnect, reconnect, call and tick.
docs/scenario.md of the project has the format.

Examples:
  avmarks replay conversation.jsonl
  avmarks replay conversation.jsonl --save app.json
  avmarks replay more.jsonl --state app.json --save app.json
  echo '{\"at\":0,\"do\":\"create_group\",\"group\":\"@TGS#a\"}' | avmarks replay -")]
pub(crate) struct ReplayArgs {
    /// The file with the lines; `-` is standard input
    pub(crate) file: Source,
    /// Start from the app of this snapshot instead of an empty one
    #[arg(long, value_name = "SNAPSHOT")]
    pub(crate) state: Option<Source>,
    /// Write the app as a snapshot once every line is answered; the file is replaced in one step, or not at all
    #[arg(long, value_name = "FILE")]
    pub(crate) save: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) policy: Readings,
}

/// Explain a clause, a gap or an error code, with its source
///
/// A clause is a sentence of the vendor that decides something, a gap a question that the documents leave open. Without
/// an argument, all of them are listed.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  avmarks explain
  avmarks explain ONLINE-ONLY
  avmarks explain gap:page-size
  avmarks explain page_size
  avmarks explain 10004
  avmarks explain --json 70001")]
pub(crate) struct ExplainArgs {
    /// The id of a clause (`ONLINE-ONLY`), the id or field of a gap (`gap:page-size`, `page_size`), or an error code (10004)
    #[arg(value_name = "ID|CODE")]
    pub(crate) subject: Option<String>,
}

/// Make a UserSig, check one, or find out what is wrong with it
#[derive(Debug, Args)]
#[command(after_long_help = "\
The key is the app's secret key, as the console shows it. It comes from --key-file or, where that is not given, from the
environment variable AVMARKS_KEY; it is never an argument, and never printed.

Examples:
  avmarks usersig sign --sdkappid 1400000000 --identifier administrator --key-file key.txt
  avmarks usersig verify --sdkappid 1400000000 --identifier administrator --key-file key.txt --sig-file sig.txt
  AVMARKS_KEY=$(pass im/key) avmarks usersig sign --sdkappid 1400000000 --identifier administrator
  avmarks usersig explain - < sig.txt")]
pub(crate) struct UserSigArgs {
    #[command(subcommand)]
    pub(crate) command: UserSigCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum UserSigCommand {
    /// Make a signature, and print it alone
    Sign(SignArgs),
    /// Check a signature as the service does: exit status 0 where it is good, 1 where it is not
    Verify(VerifyArgs),
    /// Say all that is wrong with a signature, and what it holds; key, app and user may be left out
    Explain(ExplainSigArgs),
}

#[derive(Debug, Args)]
pub(crate) struct SignArgs {
    /// The SDKAppID
    #[arg(long, value_name = "N")]
    pub(crate) sdkappid: SdkAppId,
    /// The user that the signature is for
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) identifier: String,
    #[command(flatten)]
    pub(crate) key: KeyArgs,
    #[command(flatten)]
    pub(crate) clock: ClockArgs,
    /// For how many seconds it is valid; the vendor advises a day at least
    #[arg(long, value_name = "SECONDS", default_value_t = 86_400, value_parser = value_parser!(u64).range(1..=AT_SECONDS_MAX))]
    pub(crate) expire: u64,
    /// A text to put in as `TLS.userbuf`
    #[arg(long, value_name = "TEXT")]
    pub(crate) userbuf: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// The SDKAppID of the request
    #[arg(long, value_name = "N")]
    pub(crate) sdkappid: SdkAppId,
    /// The user of the request
    #[arg(long, value_name = "ID")]
    pub(crate) identifier: String,
    #[command(flatten)]
    pub(crate) key: KeyArgs,
    #[command(flatten)]
    pub(crate) clock: ClockArgs,
    #[command(flatten)]
    pub(crate) sig: SigArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainSigArgs {
    /// The SDKAppID of the request
    #[arg(long, value_name = "N")]
    pub(crate) sdkappid: Option<SdkAppId>,
    /// The user of the request
    #[arg(long, value_name = "ID")]
    pub(crate) identifier: Option<String>,
    #[command(flatten)]
    pub(crate) key: KeyArgs,
    #[command(flatten)]
    pub(crate) clock: ClockArgs,
    #[command(flatten)]
    pub(crate) sig: SigArgs,
}

#[derive(Debug, Args)]
pub(crate) struct KeyArgs {
    /// The file with the app's secret key; `-` is standard input [default: the environment variable AVMARKS_KEY]
    #[arg(long, value_name = "FILE")]
    pub(crate) key_file: Option<Source>,
}

#[derive(Debug, Args)]
pub(crate) struct ClockArgs {
    /// The time to go by, in Unix seconds [default: now]
    #[arg(long, value_name = "UNIX_SECONDS", value_parser = value_parser!(u64).range(..=AT_SECONDS_MAX))]
    pub(crate) at: Option<u64>,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct SigArgs {
    /// The signature, plain or as it stands in a URL; `-` is standard input, so that it stands in no list of processes
    pub(crate) sig: Option<String>,
    /// The file with the signature
    #[arg(long, value_name = "FILE")]
    pub(crate) sig_file: Option<Source>,
}

/// List the gaps of the documents, every reading of them, and the one in force
///
/// A gap is a question that no document settles, or that two answer differently. A policy reads each gap one way.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  avmarks policy
  avmarks policy --policy documented_zh_2025
  avmarks policy --reading gap:page-size=250 --reading refresh=10s --json")]
pub(crate) struct PolicyArgs {
    #[command(flatten)]
    pub(crate) policy: Readings,
}

// No documentation comment: clap would take it for that of the command that this is a part of.
#[derive(Debug, Args)]
pub(crate) struct Readings {
    /// Read the gaps as this profile does
    #[arg(long = "policy", value_name = "NAME", value_parser = profile_parser())]
    profile: Option<Policy>,
    /// Read one gap so, by its id or field; may be repeated
    #[arg(long = "reading", value_name = "GAP=READING")]
    readings: Vec<ReadingArg>,
}

impl Readings {
    /// The policy that the options make of this one.
    pub(crate) fn over(&self, base: Policy) -> Policy {
        let mut policy = self.profile.unwrap_or(base);
        for ReadingArg { gap, name } in &self.readings {
            // Both were looked up when the argument was read.
            let _ = policy.set(*gap, name);
        }
        policy
    }

    /// Makes the app read the gaps so, where the options change anything.
    pub(crate) fn configure(&self, app: &mut App) {
        let mut settings = app.settings().clone();
        settings.terms.policy = self.over(settings.terms.policy);
        if settings.terms.policy != app.settings().terms.policy {
            app.configure(settings);
        }
    }
}

/// `GAP=READING`, both of which there are.
#[derive(Clone, Debug)]
struct ReadingArg {
    gap: Gap,
    name: String,
}

impl FromStr for ReadingArg {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (id, name) =
            text.split_once('=').ok_or(Error::Reading("write GAP=READING, such as gap:page-size=250".to_owned()))?;
        let gap = Gap::parse(id).ok_or_else(|| {
            let near = names::near(id, names::gaps());
            Error::Reading(format!("`{}` is no gap{near}; `avmarks policy` lists them", Excerpt(id)))
        })?;
        Policy::default().set(gap, name).map_err(|unknown| Error::Reading(unknown.to_string()))?;
        Ok(Self { gap, name: name.to_owned() })
    }
}

/// Print a completion script for a shell
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  avmarks completions bash > ~/.local/share/bash-completion/completions/avmarks
  avmarks completions zsh > ~/.zfunc/_avmarks")]
pub(crate) struct CompletionsArgs {
    pub(crate) shell: clap_complete::Shell,
}

/// Print the manual page (roff), or write that of every command
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  avmarks man | man -l -
  avmarks man --out ~/.local/share/man/man1")]
pub(crate) struct ManArgs {
    /// Write a page for every command into this directory, which is made where it is missing
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

/// The latest time that there can be, in milliseconds: as in a scenario.
const AT_MS_MAX: u64 = i64::MAX as u64;

/// The same in seconds.
const AT_SECONDS_MAX: u64 = AT_MS_MAX / 1_000;

fn call_parser() -> impl TypedValueParser<Value = Endpoint> {
    let names = Endpoint::ALL.iter().map(|endpoint| endpoint.command());
    PossibleValuesParser::new(names).map(|name| {
        let named = Endpoint::ALL.iter().copied().find(|endpoint| endpoint.command() == name);
        // Only the names above come here.
        named.unwrap_or(Endpoint::ModifyUserInfo)
    })
}

fn profile_parser() -> impl TypedValueParser<Value = Policy> {
    let profiles = PROFILES.iter().map(|profile| PossibleValue::new(profile.name).help(profile.meaning));
    // Only the names above come here.
    PossibleValuesParser::new(profiles).map(|name| Policy::profile(&name).unwrap_or_default())
}

impl ClockArgs {
    /// The time to go by.
    pub(crate) fn now(&self) -> Timestamp {
        let read = || {
            let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            Timestamp::EPOCH.plus(since.unwrap_or_default())
        };
        self.at.map_or_else(read, |seconds| Timestamp::from_millis(seconds.saturating_mul(1_000)))
    }
}
