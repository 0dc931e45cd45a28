//! The arguments of `avmarks generate` and `avmarks conformance`.

use std::path::PathBuf;

use avmarks_conformance::{Category, Level};
use avmarks_protocol::SdkAppId;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand, ValueHint};

use super::parsers::{integer, path};
use super::usersig::KeyArgs;
use crate::input::Source;

/// Print the conformance cases, one JSON object a line
///
/// Each line has a stable id, the level (`must`, `should` or `gap`), the expectation, and its source: clause, gap, the page
/// with its URL, and the date of the copy that was read. Cases of the category `check` have a call, a body (`body`, or `body_b64`
/// where the bytes are not UTF-8) and its verdict with reason, code and JSON pointer; the others have the question to a
/// harness and the expectation.
///
/// `--count` adds generated bodies: valid ones, and ones with a single defect. The same seed gives the same bodies.
#[derive(Debug, Args)]
#[command(after_long_help = include_str!("help/generate.txt").trim_end())]
pub(crate) struct GenerateArgs {
    #[command(flatten)]
    pub(crate) more: MoreArgs,
    /// Print the cases of this category; may be repeated [default: all]
    #[arg(long = "category", value_name = "CATEGORY", value_parser = category())]
    pub(crate) categories: Vec<Category>,
    /// Print the cases of this level; may be repeated [default: all]
    #[arg(long = "level", value_name = "LEVEL", value_parser = level())]
    pub(crate) levels: Vec<Level>,
}

#[derive(Debug, Args)]
pub(crate) struct MoreArgs {
    /// The seed of the generated cases
    #[arg(long, value_name = "N", default_value_t = 0, allow_negative_numbers = true, value_parser = integer(0..=u64::MAX))]
    pub(crate) seed: u64,
    /// The number of generated cases, in addition to the others
    #[arg(long, value_name = "N", default_value_t = 0, allow_negative_numbers = true, value_parser = integer(0..=1_000_000))]
    pub(crate) count: u64,
}

/// The expected failures, and the file of the results.
#[derive(Debug, Args)]
pub(crate) struct ResultArgs {
    /// The file of the failures that are known; `-` is standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) expected_failures: Option<Source>,
    /// Write the results as JUnit XML into this file, which is replaced in one step
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, value_parser = path())]
    pub(crate) junit: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConformanceCommand {
    Run(ConformanceRunArgs),
    Emulate(EmulateArgs),
}

/// Run the conformance cases through a harness, and score the SDK behind it
///
/// A harness is a small program that reads questions from standard input and writes replies to standard output, as lines of JSON:
/// docs/conformance.md of the project has the protocol and examples. Its requests go to a listener on this host, also those of an
/// SDK with fixed hosts of the vendor, because the harness gets HTTPS_PROXY and similar variables. The expectation is never sent to
/// it.
///
/// The score of a category is the number of passed cases of all applicable ones, skipped ones included. For comparison, it has the
/// scores of three harnesses that accept everything, refuse everything, and do not reply. Each wrong result has the smallest question that still gives it.
#[derive(Debug, Args)]
#[command(after_long_help = include_str!("help/conformance-run.txt").trim_end())]
pub(crate) struct ConformanceRunArgs {
    /// The command that runs the harness: a program and its arguments, in which quotation marks keep blanks; no shell is started
    #[arg(long, value_name = "CMD", value_hint = ValueHint::CommandString)]
    pub(crate) harness: String,
    /// Ask the cases of this category; may be repeated [default: all]
    #[arg(long = "category", value_name = "CATEGORY", value_parser = category())]
    pub(crate) categories: Vec<Category>,
    #[command(flatten)]
    pub(crate) more: MoreArgs,
    #[command(flatten)]
    pub(crate) results: ResultArgs,
}

/// Compare another emulator or mock of the API with the cases
///
/// Sends the body of each case of the category `check` to the emulator, and compares its answer: the HTTP status, the envelope, whether
/// it refuses the body, and the code where no gap of the documents leaves it open. The groups that the bodies name (`g` and the
/// like) must not exist there, so that the form of the body alone decides.
#[derive(Debug, Args)]
#[command(after_long_help = include_str!("help/conformance-emulate.txt").trim_end())]
pub(crate) struct EmulateArgs {
    /// The URL of the emulator, without the path of a call
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub(crate) url: String,
    /// The SDKAppID of the requests
    #[arg(long, value_name = "N", default_value_t = SdkAppId::EXAMPLE, allow_negative_numbers = true)]
    pub(crate) sdkappid: SdkAppId,
    /// The caller, an app admin
    #[arg(long, value_name = "ID", default_value = "administrator")]
    pub(crate) identifier: String,
    #[command(flatten)]
    pub(crate) key: KeyArgs,
    #[command(flatten)]
    pub(crate) more: MoreArgs,
    #[command(flatten)]
    pub(crate) results: ResultArgs,
}

fn category() -> impl TypedValueParser<Value = Category> {
    let names = Category::ALL.iter().map(|one| PossibleValue::new(one.name()).help(one.description()));
    // The parser lets only the names above through.
    PossibleValuesParser::new(names).map(|name| Category::from_name(&name).unwrap_or(Category::Check))
}

fn level() -> impl TypedValueParser<Value = Level> {
    let names = Level::ALL.iter().map(|one| PossibleValue::new(one.name()).help(one.description()));
    // The parser lets only the names above through.
    PossibleValuesParser::new(names).map(|name| Level::from_name(&name).unwrap_or(Level::Must))
}
