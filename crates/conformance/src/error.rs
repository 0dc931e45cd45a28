//! The errors of a run.

use std::io;

use crate::authority::AuthorityError;
use crate::command_line::CommandError;
use crate::harness::StartError;
use crate::test_app::TestAppError;

/// Why there was no run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The command is empty, or a quotation mark in it is not closed.
    #[error("{0}")]
    Command(String),
    /// The harness cannot be used.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The listener does not listen, or its certificate cannot be written.
    #[error("the listener cannot be started: {0}")]
    Listener(#[from] io::Error),
    /// The app of the cases or the certificates for the listener cannot be made.
    #[error("{0}")]
    Setup(String),
}

impl From<CommandError> for RunError {
    fn from(error: CommandError) -> Self {
        Self::Command(error.to_string())
    }
}

impl From<AuthorityError> for RunError {
    fn from(error: AuthorityError) -> Self {
        Self::Setup(error.to_string())
    }
}

impl From<TestAppError> for RunError {
    fn from(error: TestAppError) -> Self {
        Self::Setup(error.to_string())
    }
}
