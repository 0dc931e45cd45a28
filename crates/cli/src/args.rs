//! What the command line understands.

mod members;
mod send;
mod serve;
mod usersig;

use std::ffi::{OsStr, OsString};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;

use avmarks_protocol::Endpoint;
use avmarks_rules::{PROFILES, Policy};
use avmarks_service::App;
use avmarks_spec::{Excerpt, Gap};
use clap::builder::{OsStringValueParser, PossibleValue, PossibleValuesParser, StringValueParser, TypedValueParser};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Args, Command as ClapCommand, Parser, Subcommand, ValueHint};

use crate::error::Error;
use crate::input::Source;
use crate::names;
pub(crate) use members::{AdminsChangeArgs, AdminsCommand, AdminsListArgs, MemberCheckArgs, RobotsCommand};
pub(crate) use send::{AccountArgs, CountArgs, ListArgs, SendArgs, SendCommand, SendingArgs, SettingArgs};
pub(crate) use serve::ServeArgs;
pub(crate) use usersig::{ExplainSigArgs, KeyArgs, SigArgs, SignArgs, UserSigArgs, UserSigCommand, VerifyArgs};

/// The arguments of this process. Leaves the process where they make no command, or ask for help.
pub(crate) fn parse() -> Cli {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    Cli::try_parse_from(&arguments).unwrap_or_else(|error| {
        // What stands too much there may be a key or a signature, which must not be printed.
        let about_signatures =
            arguments.iter().any(|argument| ["usersig", "send", "serve"].iter().any(|command| argument == command));
        if about_signatures { without_values(error) } else { error }.exit()
    })
}

/// The error without the words of the user that are not names of options, and may be a secret.
fn without_values(mut error: clap::Error) -> clap::Error {
    if error.kind() == ErrorKind::MissingSubcommand {
        // It names the command alone.
        return error;
    }
    let of_the_user = [ContextKind::InvalidArg, ContextKind::InvalidSubcommand, ContextKind::InvalidValue];
    let shows_value = has_harmless_value(&error);
    for kind in of_the_user {
        let is_option = |text: &str| text.starts_with("--") || text.starts_with('<') || text.starts_with('[');
        match error.get(kind) {
            Some(ContextValue::String(text)) if kind == ContextKind::InvalidArg && is_option(text) => {}
            Some(_) if kind == ContextKind::InvalidValue && shows_value => {}
            Some(ContextValue::String(_)) => drop(error.insert(kind, ContextValue::String("…".to_owned()))),
            _ => {}
        }
    }
    // It repeats them.
    error.remove(ContextKind::Suggested);
    error
}

/// Whether the value at fault is one of a number or a name, and too short to be a key (64 characters) or a signature.
fn has_harmless_value(error: &clap::Error) -> bool {
    const OPTIONS: [&str; 14] = [
        "--at ",
        "--expire ",
        "--sdkappid ",
        "--identifier ",
        "--mark ",
        "--region ",
        "--url ",
        "--group ",
        "--calls-per-second ",
        "--in-flight ",
        "--tries ",
        "--budget ",
        "--time-limit ",
        "--accounts-per-call ",
    ];
    const CHARACTERS_MAX: usize = 20;
    match (error.get(ContextKind::InvalidArg), error.get(ContextKind::InvalidValue)) {
        (Some(ContextValue::String(option)), Some(ContextValue::String(value))) => {
            OPTIONS.iter().any(|harmless| option.starts_with(harmless)) && value.chars().count() <= CHARACTERS_MAX
        }
        _ => false,
    }
}

/// Checks requests of the Tencent Cloud Chat marks API against its documented rules, and sends them
///
/// Checks bodies of `modify_user_info` and its sibling calls, plays whole conversations with a simulated service, and
/// explains clauses, gaps of the documents, error codes and signatures. Two commands use the network: `avmarks send`, and
/// `avmarks serve`, which listens and posts webhooks.
#[derive(Debug, Parser)]
#[command(
    name = "avmarks",
    version,
    arg_required_else_help = true,
    after_long_help = "\
Exit status:
  0  accepted, or done
  1  refused, or not done
  2  wrong usage, or input that cannot be read
  3  done in part (send)
  4  a setting is wrong or missing (send)

Examples:
  avmarks check request.json
  avmarks check --state app.json request.json
  avmarks replay conversation.jsonl --save app.json
  avmarks explain ONLINE-ONLY
  avmarks explain 10004
  avmarks send set --group @TGS#a6I4ZUUGO --mark 1000 teacher10

Environment:
  AVMARKS_KEY  the app's secret key, where --key-file is not given
  AVMARKS_…    the other settings of avmarks send
  NO_COLOR     where it is set, no colour, which only terminals get anyway"
)]
pub(crate) struct Cli {
    /// Print JSON for programs instead of text for people; errors stay text, on standard error
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
    Send(Box<SendArgs>),
    Policy(PolicyArgs),
    Serve(Box<ServeArgs>),
    Completions(CompletionsArgs),
    Man(ManArgs),
}

/// Check the body of a request, and list everything that is wrong with it
///
/// Without `--state`, the body alone is looked at: steps 6 to 12 of the precedence of refusals, which an SDK can run
/// before it sends. With it, the request is held against a whole app and its groups, and the answer is shown that the
/// service would give; nothing is changed.
///
/// Notes name what is accepted and surely not meant: a field whose name differs from a known one by case or by one letter, a
/// `Mark` filter that is not a mark, an account that is named twice. They leave the exit status as it is.
///
/// `ErrorInfo` of the answer is the text of this project, not of the vendor, whose texts no document gives: compare codes.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  avmarks check request.json
  avmarks check --trailing-comma request.json
  avmarks check --call get_members list.json
  avmarks check --state app.json --as owner1 request.json
  avmarks check --reading gap:account-id=utf8 request.json
  generate-request | avmarks check --json -

Exit status:
  0  accepted
  1  refused
  2  wrong usage, or input that cannot be read")]
pub(crate) struct CheckArgs {
    /// The file with the body, exactly as it is sent; `-` is standard input
    #[arg(value_hint = ValueHint::FilePath)]
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
    #[arg(long, value_name = "SNAPSHOT", value_hint = ValueHint::FilePath)]
    pub(crate) state: Option<Source>,
    /// Who calls
    #[arg(long = "as", value_name = "IDENTIFIER", default_value = "administrator", requires = "state")]
    pub(crate) identifier: String,
    /// When the call is made, in milliseconds since the Unix epoch [default: the latest time of the snapshot]
    #[arg(long, value_name = "MS", requires = "state", allow_negative_numbers = true, value_parser = whole(0..=AT_MS_MAX))]
    pub(crate) at: Option<u64>,
}

/// Play a conversation: one JSON object a line in, one answer a line out
///
/// Each line is an input with its time: accounts that join and leave, REST calls, time that passes. A refusal is an answer
/// like any other; a line that is not a valid input ends the conversation with an error that names it (exit status 2),
/// after everything before it was answered. With `-`, each line is answered as soon as it has been read.
///
/// What a line may do: app, policy, create_group, destroy_group, join, leave, disconnect, reconnect, call and tick;
/// docs/scenario.md of the project has the format. The answers are JSON with `--json` and without it.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  avmarks replay conversation.jsonl
  avmarks replay conversation.jsonl --save app.json
  avmarks replay more.jsonl --state app.json --save app.json
  echo '{\"at\":0,\"do\":\"create_group\",\"group\":\"@TGS#a\"}' | avmarks replay -

Exit status:
  0  every line was answered, with refusals or without
  2  wrong usage, input that cannot be read, or a snapshot not saved")]
pub(crate) struct ReplayArgs {
    /// The file with the lines; `-` is standard input
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) file: Source,
    /// Start from the app of this snapshot instead of an empty one
    #[arg(long, value_name = "SNAPSHOT", value_hint = ValueHint::FilePath)]
    pub(crate) state: Option<Source>,
    /// Write the app as a snapshot once every line is answered; the file is replaced in one step, or not at all
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, value_parser = path_parser())]
    pub(crate) save: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) policy: Readings,
}

/// Explain a clause, a gap or an error code, with its source
///
/// A clause is a sentence of the vendor that decides something, a gap a question that the documents leave open. Of an error
/// code, each cause is given with what to do about it. Without an argument, all of them are listed; `precedence` prints the
/// order in which a request is refused.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  avmarks explain
  avmarks explain ONLINE-ONLY
  avmarks explain gap:page-size
  avmarks explain 10004
  avmarks explain 500
  avmarks explain precedence
  avmarks explain --json 70001")]
pub(crate) struct ExplainArgs {
    /// The id of a clause (`ONLINE-ONLY`), the id or field of a gap (`gap:page-size`, `page_size`), an error code (10004),
    /// a mark (500, 1000), or `precedence`; in names, case, hyphens and underscores do not matter
    #[arg(value_name = "ID|CODE")]
    pub(crate) subject: Option<String>,
}

/// List the gaps of the documents, every reading of them, and the one in force
///
/// A gap is a question that no document settles, or that two answer differently. A policy reads each gap one way.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  avmarks policy
  avmarks policy --policy 2025-11
  avmarks policy --reading gap:page-size=250 --reading refresh_list=10s --json")]
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
    /// Choose a reading for one gap, by its id or field; may be repeated
    #[arg(long = "reading", value_name = "GAP=READING", hide_possible_values = true, value_parser = ReadingParser)]
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
        let gap = Gap::from_name(id).ok_or_else(|| {
            let near = names::near(id, names::gaps());
            Error::Reading(format!("`{}` is not a gap{near}; `avmarks policy` lists them", Excerpt(id)))
        })?;
        Policy::default().set(gap, name).map_err(|unknown| Error::Reading(unknown.to_string()))?;
        Ok(Self { gap, name: name.to_owned() })
    }
}

/// Reads `GAP=READING`, and knows all of them for completions.
#[derive(Clone)]
struct ReadingParser;

impl TypedValueParser for ReadingParser {
    type Value = ReadingArg;

    fn parse_ref(&self, command: &ClapCommand, arg: Option<&Arg>, value: &OsStr) -> Result<ReadingArg, clap::Error> {
        StringValueParser::new().try_map(|text| text.parse::<ReadingArg>()).parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        // By the field, as the colon of an id divides words in some shells.
        let of_gap = |(gap, field): (Gap, &'static str)| {
            gap.readings().iter().map(move |reading| PossibleValue::new(format!("{field}={}", reading.name)))
        };
        Some(Box::new(Gap::choices().flat_map(of_gap)))
    }
}

/// Print a completion script for a shell
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  avmarks completions bash > /etc/bash_completion.d/avmarks
  avmarks completions zsh > ~/.zfunc/_avmarks
  avmarks completions fish > ~/.config/fish/completions/avmarks.fish")]
pub(crate) struct CompletionsArgs {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
    /// The global option, hidden: a script is a script
    #[arg(long, hide = true)]
    pub(crate) json: bool,
}

/// Print the manual page (roff), or write that of every command
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  avmarks man | man -l -
  avmarks man --out ~/.local/share/man/man1")]
pub(crate) struct ManArgs {
    /// Write a page for every command into this directory, which is made where it is missing
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, value_parser = path_parser())]
    pub(crate) out: Option<PathBuf>,
    /// The global option, hidden: a page is a page
    #[arg(long, hide = true)]
    pub(crate) json: bool,
}

/// The latest time that there can be, in milliseconds: as in a scenario.
const AT_MS_MAX: u64 = i64::MAX as u64;

/// A parser of whole numbers of this range.
fn whole(range: RangeInclusive<u64>) -> impl Fn(&str) -> Result<u64, Error> + Clone + Send + Sync + 'static {
    move |text| {
        let number = text.parse().ok().filter(|number| range.contains(number));
        number.ok_or(Error::NotWhole { least: *range.start(), most: *range.end() })
    }
}

/// A parser of paths that takes an empty one, so that its command can say what is wrong with it.
fn path_parser() -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().map(PathBuf::from)
}

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
