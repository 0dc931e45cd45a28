//! Why a command could not be carried out: one line each, with what to do. A refusal is no error but an answer.

use std::io;
use std::net::SocketAddr;

use avmarks_client::{JobError, ProgressError};
use avmarks_emulator::{AuthorityError, SeedError, SetupError};
use avmarks_protocol::secret::SecretError;
use avmarks_service::SnapshotError;

/// See the module.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("{what} does not exist; check the name, or give `-` to read standard input")]
    Missing { what: String },
    #[error("the name of the file is empty; give one")]
    NamelessFile,
    #[error("the name of the directory is empty; give one")]
    NamelessFolder,
    #[error("{what} is a directory; name a file")]
    Directory { what: String },
    #[error("{what} cannot be read: permission denied; change its permissions, or read it as a user who may")]
    Denied { what: String },
    #[error("{what} cannot be read: {fault}; check that it is a file that you can open")]
    Read { what: String, fault: io::Error },
    #[error("{what} has more than {bytes_max} bytes, which is too large for {purpose}; give another file")]
    TooLarge { what: String, bytes_max: u64, purpose: &'static str },
    #[error("{what} is not UTF-8: the byte at {at} fits no character; save it as UTF-8")]
    NotUtf8 { what: String, at: usize },
    #[error("standard input (`-`) is asked for twice; give a file for one of the two")]
    StdinTwice,

    #[error("{place}: {what}")]
    Line { place: String, what: String },
    #[error("{place}: it is not UTF-8: the byte at {at} of the line fits no character; save the file as UTF-8")]
    LineNotUtf8 { place: String, at: usize },
    #[error("{place}: it has more than {bytes_max} bytes; write one JSON object a line")]
    LineTooLong { place: String, bytes_max: u64 },

    #[error("{what}: {fault}; `avmarks replay --save` writes a sound one")]
    Snapshot { what: String, fault: SnapshotError },
    #[error("{what}: this is not a snapshot: it is not a JSON object; `avmarks replay --save` writes a sound one")]
    NoSnapshot { what: String },
    #[error("the {noun} cannot be saved to {what}: {fault}; nothing of the file there was changed")]
    Save { noun: &'static str, what: String, fault: io::Error },
    #[error("the {noun} cannot be saved to {what}: {why}")]
    SaveTarget { noun: &'static str, what: String, why: &'static str },
    #[error("the {noun} {what} cannot be removed: {fault}; remove it, or the next run takes all for done")]
    Remove { noun: &'static str, what: String, fault: io::Error },
    #[error("the output was closed before the end, so no snapshot was saved; read all of it, or send it to a file")]
    NotSaved,

    #[error("{0}")]
    Reading(String),
    // The value is not repeated: by a slip it may be a secret.
    #[error("it must be a whole number from {least} to {most}")]
    NotWhole { least: u64, most: u64 },
    #[error("the identifier is empty; name the user that the signature is for")]
    IdentifierEmpty,
    #[error("`{subject}` is not a clause, gap or error code{near}; `avmarks explain` lists them all")]
    Unknown { subject: String, near: String },

    #[error("there is no key; give --key-file FILE (`-` is standard input), or set AVMARKS_KEY")]
    NoKey,
    #[error("AVMARKS_KEY is not UTF-8; copy the key again from the console")]
    KeyNotUtf8,
    #[error("{origin}: the secret begins with a byte order mark; save it as UTF-8 without one")]
    KeyByteOrderMark { origin: &'static str },
    #[error("{origin}: {fault}")]
    Key { origin: &'static str, fault: SecretError },

    #[error("{} {} wrong with the accounts; nothing was sent", faults.len(), things(faults.len()))]
    Accounts { faults: Vec<String> },
    #[error("{}", no_accounts(file.as_deref()))]
    NoAccounts { file: Option<String> },
    #[error("{} {} wrong with the settings; nothing was sent", faults.len(), things(faults.len()))]
    Settings { faults: Vec<String> },
    #[error("{}{fault}", what.as_ref().map(|what| format!("{what}: ")).unwrap_or_default())]
    Job { what: Option<String>, fault: JobError },
    #[error("{what}: {fault}")]
    Progress { what: String, fault: ProgressError },

    #[error("{0}")]
    Unanswered(String),
    #[error("{place}: {what}")]
    Setting { place: String, what: String },
    #[error("there is no certificate authority: {0}; --ca-dir says where it is kept")]
    Authority(AuthorityError),
    #[error("{0}")]
    Setup(SetupError),
    #[error(
        "`{address}` cannot be listened on: {fault}; give another --listen or --port, 0 being any port that is free"
    )]
    Listen { address: SocketAddr, fault: io::Error },
    #[error("{what}: {fault}")]
    Seed { what: String, fault: SeedError },
    #[error("the log cannot be written: {0}")]
    Log(io::Error),
    #[error("signals cannot be waited for: {0}")]
    Signals(ctrlc::Error),

    #[error("the output cannot be written: {0}; check that there is space left and that you may write there")]
    Output(io::Error),
    #[error("the manual pages cannot be written to {what}: {fault}; name a directory that you may write to")]
    Pages { what: String, fault: io::Error },
    #[error("the manual pages cannot be written to {what}: it is a file; name a directory")]
    PagesFile { what: String },
    #[error("`avmarks {command}` prints no JSON; leave --json out")]
    NoJson { command: &'static str },
}

impl Error {
    /// What the failure to open or read `what` comes to.
    pub(crate) fn reading(what: String, fault: io::Error) -> Self {
        match fault.kind() {
            io::ErrorKind::NotFound => Self::Missing { what },
            io::ErrorKind::IsADirectory => Self::Directory { what },
            io::ErrorKind::PermissionDenied => Self::Denied { what },
            _ => Self::Read { what, fault },
        }
    }

    /// The same about something that goes by another name.
    pub(crate) fn about(self, name: &str) -> Self {
        let what = name.to_owned();
        match self {
            Self::Missing { .. } => Self::Missing { what },
            Self::Directory { .. } => Self::Directory { what },
            Self::Denied { .. } => Self::Denied { what },
            Self::Read { fault, .. } => Self::Read { what, fault },
            Self::TooLarge { bytes_max, purpose, .. } => Self::TooLarge { what, bytes_max, purpose },
            Self::NotUtf8 { at, .. } => Self::NotUtf8 { what, at },
            other => other,
        }
    }

    /// Everything that is wrong, where that is more than one thing: a line each, before the error itself.
    pub(crate) fn details(&self) -> &[String] {
        match self {
            Self::Accounts { faults } | Self::Settings { faults } => faults,
            _ => &[],
        }
    }

    /// The exit status.
    pub(crate) const fn status(&self) -> u8 {
        match self {
            Self::Unanswered(_) => 1,
            Self::Settings { .. } => 4,
            _ => 2,
        }
    }

    /// Whether the reader of the output has gone, which is no fault.
    pub(crate) fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Output(fault) if fault.kind() == io::ErrorKind::BrokenPipe)
    }
}

const fn things(count: usize) -> &'static str {
    if count == 1 { "thing is" } else { "things are" }
}

fn no_accounts(file: Option<&str>) -> String {
    match file {
        Some(file) => format!("there are no accounts in {file}; write one a line"),
        None => "there are no accounts; give them as arguments, or --file FILE (`-` is standard input)".to_owned(),
    }
}
