//! The arguments of the command line.

mod accounts;
mod conformance;
mod keep;
mod members;
mod parsers;
mod policy;
mod send;
mod serve;
mod usersig;

use std::ffi::OsString;
use std::path::PathBuf;

use avmarks_protocol::Endpoint;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, Parser, Subcommand, ValueHint};

use crate::input::Source;
pub(crate) use accounts::{AccountArgs, AccountCallArgs, SendSettingArgs, SendingArgs};
pub(crate) use conformance::{ConformanceCommand, ConformanceRunArgs, EmulateArgs, GenerateArgs, MoreArgs, ResultArgs};
pub(crate) use keep::KeepArgs;
pub(crate) use members::{AdminsCommand, RobotsCommand};
use parsers::{AT_MS_MAX, call, integer, path, subject};
pub(crate) use policy::PolicyOptions;
pub(crate) use send::{ListArgs, SendCommand};
pub(crate) use serve::ServeArgs;
pub(crate) use usersig::{ExplainSigArgs, KeyArgs, SigArgs, SignArgs, UserSigCommand, VerifyArgs};

/// The arguments of this process. Ends the process if they are not a command, or ask for help.
pub(crate) fn parse() -> Cli {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    Cli::try_parse_from(&arguments).unwrap_or_else(|error| {
        // A superfluous argument may be a key or a signature, which must not be printed.
        let about_signatures = arguments
            .iter()
            .any(|argument| ["usersig", "send", "serve", "keep"].iter().any(|command| argument == command));
        if about_signatures { without_values(error) } else { error }.exit()
    })
}

/// The error without the words of the user that are not names of options: they may be a secret.
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

/// Whether the wrong value is one of a number or a name, and too short to be a key (64 characters) or a signature.
fn has_harmless_value(error: &clap::Error) -> bool {
    const OPTIONS: [&str; 5] = ["--at ", "--expire ", "--sdkappid ", "--identifier ", "--mark "];
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
/// Checks bodies of `modify_user_info` and its sibling calls, plays scenarios with a simulated service, and explains
/// clauses, gaps of the documents, error codes and signatures. Four commands use the network: `avmarks send`,
/// `avmarks serve`, which listens and sends webhooks, `avmarks keep`, which listens for webhooks and sends calls, and `avmarks
/// conformance`, which asks on this host or the URL that it is given.
#[derive(Debug, Parser)]
#[command(
    name = "avmarks",
    version,
    arg_required_else_help = true,
    after_long_help = include_str!("args/help/avmarks.txt").trim_end()
)]
pub(crate) struct Cli {
    /// Print JSON instead of text; errors are text on standard error
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
    /// Make a UserSig, check one, or find its problems
    ///
    /// The key is the app's secret key, as the console shows it. It comes from --key-file or, where that is not given, from
    /// the environment variable AVMARKS_KEY; it is never an argument, and never printed.
    #[command(subcommand, after_long_help = include_str!("args/help/usersig.txt").trim_end())]
    Usersig(UserSigCommand),
    /// Set and delete marks and robots at the service, and ask who is online
    ///
    /// Any number of accounts are divided into calls of at most 500, which are rate-limited, signed and retried if they can be; the
    /// report has the result of each account. If any input is wrong, nothing is sent.
    #[command(subcommand, after_long_help = include_str!("args/help/send.txt").trim_end())]
    Send(Box<SendCommand>),
    /// List the gaps of the documents, every reading of them, and the one in force
    ///
    /// A gap is a question that no document answers, or that two answer differently. A policy has one reading for each gap.
    #[command(after_long_help = include_str!("args/help/policy.txt").trim_end())]
    Policy(PolicyOptions),
    Serve(Box<ServeArgs>),
    Generate(GenerateArgs),
    /// Score an SDK by a harness around it, or compare another emulator with the cases
    #[command(subcommand, after_long_help = include_str!("args/help/conformance.txt").trim_end())]
    Conformance(Box<ConformanceCommand>),
    Keep(Box<KeepArgs>),
    Completions(CompletionsArgs),
    Man(ManArgs),
}

/// Check the body of a request, and list all violations
///
/// Without `--state`, only the body is checked: steps 6 to 12 of the precedence of refusals, which an SDK can run before
/// it sends. With `--state`, the request is checked against an app and its groups, and the answer of the service is
/// printed; nothing is changed.
///
/// Notes name accepted content that is probably a mistake: a field whose name differs from a known one by case or by one letter, a
/// `Mark` filter that is not a mark, an account that is named twice. They do not change the exit status.
///
/// `ErrorInfo` of the answer is the text of this project, because no document has the vendor's: compare codes.
#[derive(Debug, Args)]
#[command(after_long_help = include_str!("args/help/check.txt").trim_end())]
pub(crate) struct CheckArgs {
    /// The file with the body, byte for byte as it is sent; `-` is standard input
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) file: Source,
    /// The call that the body belongs to
    #[arg(long, value_name = "CALL", default_value = Endpoint::ModifyUserInfo.command(), value_parser = call())]
    pub(crate) call: Endpoint,
    #[command(flatten)]
    pub(crate) policy: PolicyOptions,
    /// Accept a comma before `]` or `}`; short for `--reading gap:trailing-comma=accept`
    #[arg(long)]
    pub(crate) trailing_comma: bool,
    /// Dry run against the app of this snapshot, as `avmarks replay --save` writes it, with its policy except for what the
    /// options change
    #[arg(long, value_name = "SNAPSHOT", value_hint = ValueHint::FilePath)]
    pub(crate) state: Option<Source>,
    /// The identifier of the caller
    #[arg(long = "as", value_name = "IDENTIFIER", default_value = "administrator", requires = "state")]
    pub(crate) identifier: String,
    /// The time of the call, in milliseconds since the Unix epoch [default: the latest time of the snapshot]
    #[arg(long, value_name = "MS", requires = "state", allow_negative_numbers = true, value_parser = integer(0..=AT_MS_MAX))]
    pub(crate) at: Option<u64>,
}

/// Play a scenario: one JSON object a line in, one answer a line out
///
/// Each line is an input with its time: accounts that join and leave, REST calls, time that passes. A refusal is an answer
/// like any other. A line that is not a valid input ends the scenario with an error that names the line (exit status 2),
/// after all lines before it are answered. With `-`, each line is answered as soon as it has been read.
///
/// A line may do: app, policy, create_group, destroy_group, join, leave, disconnect, reconnect, call and tick;
/// docs/scenario.md of the project has the format. The answers are JSON with `--json` and without it.
#[derive(Debug, Args)]
#[command(after_long_help = include_str!("args/help/replay.txt").trim_end())]
pub(crate) struct ReplayArgs {
    /// The file with the lines; `-` is standard input
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) file: Source,
    /// Start from the app of this snapshot instead of an empty one
    #[arg(long, value_name = "SNAPSHOT", value_hint = ValueHint::FilePath)]
    pub(crate) state: Option<Source>,
    /// Write the app as a snapshot when every line is answered; the file is replaced in one step, or not at all
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, value_parser = path())]
    pub(crate) save: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) policy: PolicyOptions,
}

/// Explain a clause, a gap, an error code, a mark or a call, with its sources
///
/// A clause is a rule of the vendor's documents, a gap a question that the documents leave open. Of an error
/// code, each cause is given with what to do about it; of a call, its pages and the clauses and gaps that rest on them. Without an
/// argument, clauses, gaps and codes are listed; `precedence` prints the order in which a request is refused.
#[derive(Debug, Args)]
#[command(after_long_help = include_str!("args/help/explain.txt").trim_end())]
pub(crate) struct ExplainArgs {
    /// The id of a clause (`ONLINE-ONLY`), the id or field of a gap (`gap:page-size`, `page_size`), an error code (10004),
    /// a mark (500, 1000), a call (`add_robots`), the calls about `robots` or `admins`, or `precedence`; in names, case, hyphens and
    /// underscores do not matter
    #[arg(value_name = "ID|CODE|CALL", value_parser = subject(), hide_possible_values = true)]
    pub(crate) subject: Option<String>,
}

/// Print a completion script for a shell
#[derive(Debug, Args)]
#[command(after_long_help = include_str!("args/help/completions.txt").trim_end())]
pub(crate) struct CompletionsArgs {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
    /// The global option, hidden: a script is a script
    #[arg(long, hide = true)]
    pub(crate) json: bool,
}

/// Print the manual page (roff), or write that of every command
#[derive(Debug, Args)]
#[command(after_long_help = include_str!("args/help/man.txt").trim_end())]
pub(crate) struct ManArgs {
    /// Write a page for every command into this directory, which is created if it is missing
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, value_parser = path())]
    pub(crate) out: Option<PathBuf>,
    /// The global option, hidden: a page is a page
    #[arg(long, hide = true)]
    pub(crate) json: bool,
}
