//! The arguments of `avmarks usersig`.

use avmarks_protocol::SdkAppId;
use avmarks_spec::Timestamp;
use clap::{Args, Subcommand, ValueHint};

use super::parsers::{AT_SECONDS_MAX, integer};
use crate::clock::time_of_day;
use crate::error::Error;
use crate::input::Source;

#[derive(Debug, Subcommand)]
pub(crate) enum UserSigCommand {
    /// Make a signature, and print it alone
    Sign(SignArgs),
    /// Check a signature as the service does: exit status 0 if it is valid, 1 if not
    Verify(VerifyArgs),
    /// Print all problems of a signature, and its fields; key, app and user are optional
    Explain(ExplainSigArgs),
}

#[derive(Debug, Args)]
#[command(after_long_help = include_str!("help/usersig-sign.txt").trim_end())]
pub(crate) struct SignArgs {
    /// The SDKAppID
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) sdkappid: SdkAppId,
    /// The user that the signature is for
    #[arg(long, value_name = "ID", value_parser = identifier)]
    pub(crate) identifier: String,
    #[command(flatten)]
    pub(crate) key: KeyArgs,
    #[command(flatten)]
    pub(crate) clock: ClockArgs,
    /// The seconds for which it is valid; the vendor advises a day at least
    #[arg(long, value_name = "SECONDS", default_value_t = 86_400, allow_negative_numbers = true, value_parser = integer(1..=AT_SECONDS_MAX))]
    pub(crate) expire: u64,
    /// A text to put in as `TLS.userbuf`
    #[arg(long, value_name = "TEXT")]
    pub(crate) userbuf: Option<String>,
}

#[derive(Debug, Args)]
#[command(after_long_help = include_str!("help/usersig-verify.txt").trim_end())]
pub(crate) struct VerifyArgs {
    /// The SDKAppID of the request
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
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
#[command(after_long_help = include_str!("help/usersig-explain.txt").trim_end())]
pub(crate) struct ExplainSigArgs {
    /// The SDKAppID of the request
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
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
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) key_file: Option<Source>,
}

#[derive(Debug, Args)]
pub(crate) struct ClockArgs {
    /// The time to use instead of now, in Unix seconds
    #[arg(long, value_name = "UNIX_SECONDS", allow_negative_numbers = true, value_parser = integer(0..=AT_SECONDS_MAX))]
    pub(crate) at: Option<u64>,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct SigArgs {
    /// The signature, plain or as in a URL; `-` is standard input, which keeps it out of the list of processes
    pub(crate) sig: Option<String>,
    /// The file with the signature
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) sig_file: Option<Source>,
}

impl ClockArgs {
    /// The time to use.
    pub(crate) fn now(&self) -> Timestamp {
        self.at.map_or_else(time_of_day, |seconds| Timestamp::from_millis(seconds.saturating_mul(1_000)))
    }
}

fn identifier(text: &str) -> Result<String, Error> {
    if text.is_empty() { Err(Error::IdentifierEmpty) } else { Ok(text.to_owned()) }
}
