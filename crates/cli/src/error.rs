//! Why a command could not be carried out, and what to do. A refusal is an answer, not an error.

use std::fmt::Display;
use std::io;
use std::net::SocketAddr;

use avmarks_client::{JobError, ProgressError};
use avmarks_emulator::{AuthorityError, SeedError, SetupError};
use avmarks_keeper_store::StoreError;
use avmarks_service::SnapshotError;

use crate::encoding::Encoding;

/// See the module.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("{what} does not exist; check the name")]
    Missing { what: String },
    #[error("the name of the file is empty; give one")]
    NamelessFile,
    #[error("the name of the directory is empty; give one")]
    NamelessFolder,
    #[error("{what} is a directory; name a file")]
    Directory { what: String },
    #[error("{what} cannot be read: permission denied; change its permissions, or run as a user who may read it")]
    Denied { what: String },
    #[error("{what} cannot be read: {error}")]
    Read { what: String, error: io::Error },
    #[error("{what} has more than {bytes_max} bytes, which is too large for {purpose}; give another file")]
    TooLarge { what: String, bytes_max: u64, purpose: &'static str },
    #[error("{what}: invalid UTF-8 at byte {at}; save it as UTF-8")]
    NotUtf8 { what: String, at: usize },
    #[error("{what}: {encoding}")]
    Encoding { what: String, encoding: Encoding },
    #[error("{what}: {why}")]
    Certificates { what: String, why: String },
    #[error("two inputs are standard input (`-`); give a file for one of them")]
    StdinTwice,

    #[error("{place}: {what}")]
    Line { place: String, what: String },
    #[error("{place}: invalid UTF-8 at byte {at} of the line; save the file as UTF-8")]
    LineNotUtf8 { place: String, at: usize },
    #[error("{place}: it has more than {bytes_max} bytes; write one JSON object a line")]
    LineTooLong { place: String, bytes_max: u64 },

    #[error("{what}: {error}; create a valid one with `avmarks replay --save`")]
    Snapshot { what: String, error: SnapshotError },
    #[error("{what}: this is not a snapshot: it is not a JSON object; create a valid one with `avmarks replay --save`")]
    NoSnapshot { what: String },
    #[error("the {noun} cannot be saved to {what}: {error}; the file there was not changed")]
    Save { noun: &'static str, what: String, error: io::Error },
    #[error("the {noun} cannot be saved to {what}: {why}")]
    SaveTarget { noun: &'static str, what: String, why: &'static str },
    #[error("the {noun} {what} cannot be removed: {error}; remove it, or the next run takes every account for done")]
    Remove { noun: &'static str, what: String, error: io::Error },
    #[error("the output was closed before the end, so no snapshot was saved; read all of it, or send it to a file")]
    NotSaved,

    #[error("{0}")]
    Reading(String),
    // The value is not repeated: by mistake it may be a secret.
    #[error("expected an integer from {least} to {most}")]
    NotInteger { least: u64, most: u64 },
    #[error("the identifier is empty; name the user that the signature is for")]
    IdentifierEmpty,
    #[error("unknown subject `{subject}`{near}; `avmarks explain` lists all of them")]
    Unknown { subject: String, near: String },

    #[error("no key: give --key-file FILE (`-` is standard input), or set AVMARKS_KEY")]
    NoKey,
    #[error("AVMARKS_KEY is not UTF-8; copy the key again from the console")]
    KeyNotUtf8,
    #[error("{origin}: {what}")]
    Secret { origin: String, what: String },

    #[error("{}; nothing was sent", count_of(*count, "error in the accounts", "errors in the accounts"))]
    Accounts { first: Vec<String>, count: usize },
    #[error("{}", no_accounts(file.as_deref()))]
    NoAccounts { file: Option<String> },
    #[error("{}", errors_of(errors, "configuration errors"))]
    Settings { errors: Vec<String> },
    #[error("{}{error}", what.as_ref().map(|what| format!("{what}: ")).unwrap_or_default())]
    Job { what: Option<String>, error: JobError },
    #[error("{what}: {error}")]
    Progress { what: String, error: ProgressError },
    #[error("{what} is in use by another run; wait until it has ended, or name another file")]
    InUse { what: String },

    /// With advice for the code of the answer, if it had one.
    #[error("{what}")]
    Unanswered { what: String, hint: Option<String> },
    #[error("no certificate authority: {0}; --ca-dir names the directory that it is kept in")]
    Authority(AuthorityError),
    #[error("{0}")]
    Setup(SetupError),
    #[error("cannot listen on `{address}`: {error}; give another --listen or --port (0 is any free port)")]
    Listen { address: SocketAddr, error: io::Error },
    #[error("{what}: {error}")]
    Seed { what: String, error: SeedError },
    #[error("{}", errors_of(errors, "errors in the list of expected failures"))]
    Expected { errors: Vec<String> },
    #[error("{0}")]
    Conformance(String),
    /// No harness or emulator answered.
    #[error("{0}")]
    Harness(String),
    #[error("{what}: {error}")]
    Store { what: String, error: StoreError },
    #[error("no thread can be started: {0}")]
    Threads(io::Error),
    #[error("the log cannot be written: {0}")]
    Log(io::Error),
    #[error("no handler for signals can be set: {0}")]
    Signals(ctrlc::Error),

    #[error("the output cannot be written: {0}; check that there is space left and that you may write there")]
    Output(io::Error),
    #[error("the manual pages cannot be written to {what}: {error}; name a directory that you may write to")]
    Pages { what: String, error: io::Error },
    #[error("the manual pages cannot be written to {what}: it is a file; name a directory")]
    PagesFile { what: String },
    #[error("`avmarks {command}` prints no JSON; leave --json out")]
    NoJson { command: &'static str },
}

impl Error {
    /// The error of opening or reading `what`.
    pub(crate) fn reading(what: String, error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Missing { what },
            io::ErrorKind::IsADirectory => Self::Directory { what },
            io::ErrorKind::PermissionDenied => Self::Denied { what },
            _ => Self::Read { what, error },
        }
    }

    /// One configuration error.
    pub(crate) fn settings(error: impl Display) -> Self {
        Self::Settings { errors: vec![error.to_string()] }
    }

    /// Why a text is not the secret that is wanted.
    pub(crate) fn secret(origin: &str, what: impl Display) -> Self {
        Self::Secret { origin: origin.to_owned(), what: what.to_string() }
    }

    /// The same about an input with another name.
    pub(crate) fn about(self, name: &str) -> Self {
        let what = name.to_owned();
        match self {
            Self::Missing { .. } => Self::Missing { what },
            Self::Directory { .. } => Self::Directory { what },
            Self::Denied { .. } => Self::Denied { what },
            Self::Read { error, .. } => Self::Read { what, error },
            Self::TooLarge { bytes_max, purpose, .. } => Self::TooLarge { what, bytes_max, purpose },
            Self::NotUtf8 { at, .. } => Self::NotUtf8 { what, at },
            Self::Encoding { encoding, .. } => Self::Encoding { what, encoding },
            Self::Certificates { why, .. } => Self::Certificates { what, why },
            other => other,
        }
    }

    /// The first of several errors, and the number of all.
    pub(crate) fn details(&self) -> (&[String], usize) {
        match self {
            Self::Accounts { first, count } => (first, *count),
            Self::Settings { errors } | Self::Expected { errors } if errors.len() > 1 => (errors, errors.len()),
            _ => (&[], 0),
        }
    }

    /// What to do about it, if that is more than the error says.
    pub(crate) fn hint(&self) -> Option<&str> {
        match self {
            Self::Unanswered { hint, .. } => hint.as_deref(),
            _ => None,
        }
    }

    /// The exit status.
    pub(crate) const fn status(&self) -> u8 {
        match self {
            Self::Unanswered { .. } => 1,
            Self::Harness(_) => 3,
            Self::Settings { .. } => 4,
            _ => 2,
        }
    }

    /// Whether the reader of the output has closed it, which is not an error of the command.
    pub(crate) fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

/// A number, with its noun.
pub(crate) fn count_of(count: usize, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

/// The one that there is, or how many there are.
fn errors_of(errors: &[String], noun: &str) -> String {
    match errors {
        [only] => only.clone(),
        errors => format!("{} {noun}", errors.len()),
    }
}

fn no_accounts(file: Option<&str>) -> String {
    match file {
        Some(file) => format!("no accounts in {file}; write one a line"),
        None => "no accounts: give them as arguments, or with --file FILE (`-` is standard input)".to_owned(),
    }
}
