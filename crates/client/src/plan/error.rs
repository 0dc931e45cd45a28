//! Errors in the inputs of a plan, or of another call.

use std::fmt;

use avmarks_spec::{Clause, Excerpt, IdError, Limits, Mark, MarkError};

/// One thing that is wrong with an input. Indexes count from 0, in the order in which the inputs came.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The setting for the size of a call is out of range.
    #[error("invalid accounts per call `{found}`: expected 1 to {max}")]
    AccountsPerCall {
        /// The setting.
        found: usize,
        /// The most that the service takes (`ACCOUNTS-MAX`).
        max: usize,
    },
    /// The text is not a group id (`GROUP-ID`).
    #[error("group `{}` is not a group id: {error}; expected 1 to 48 bytes of printable ASCII", Excerpt(.found))]
    Group {
        /// The text found.
        found: String,
        /// The problem.
        error: IdError,
    },
    /// The plan names no account.
    #[error("there are no accounts; name at least one")]
    NoAccounts,
    /// A *set* names more different custom marks than a group may have (`MARKS-PER-GROUP`).
    #[error(
        "inputs[{input}] names mark `{mark}`, which makes more than {max} different custom marks of at least 1000 ({found} in all); a group has at most {max}"
    )]
    CustomMarks {
        /// Different custom marks in all.
        found: usize,
        /// The most there may be.
        max: usize,
        /// The first input that names one too many.
        input: usize,
        /// That mark.
        mark: Mark,
    },
    /// There are too many accounts for a call whose accounts cannot be sent in several: more administrators are to be set than a
    /// group has (`gap:sixth-admin`), or more deleted than one call may name (`ACCOUNTS-MAX`).
    #[error("{found} accounts are too many; give at most {max}")]
    Accounts {
        /// Different accounts in all.
        found: usize,
        /// The most there may be.
        max: usize,
    },
    /// The text is not a user id (`ACCOUNT-ID`).
    #[error("inputs[{input}]: `{}` is not an account: {error}; expected 1 to 32 bytes", Excerpt(.found))]
    Account {
        /// The index of the input.
        input: usize,
        /// The text found.
        found: String,
        /// The problem.
        error: IdError,
    },
    /// An account comes without marks (`REQUIRED`).
    #[error("inputs[{input}] has no marks; name at least one")]
    NoMarks {
        /// The index of the input.
        input: usize,
    },
    /// The number is not a mark (`MARK-RANGE`).
    #[error("inputs[{input}].marks[{mark}]: {error}")]
    Mark {
        /// The index of the input.
        input: usize,
        /// The index of the mark among those of the input.
        mark: usize,
        /// The number, and the expected range.
        error: MarkError,
    },
}

impl PlanError {
    /// The clause that the input violates. None if no document says that it is refused.
    #[must_use]
    pub const fn clause(&self) -> Option<Clause> {
        match self {
            Self::AccountsPerCall { .. } => Some(Clause::AccountsMax),
            Self::Accounts { max, .. } if *max == Limits::DOCUMENTED.accounts_per_call_max => Some(Clause::AccountsMax),
            Self::Accounts { .. } => None,
            Self::Group { .. } => Some(Clause::GroupId),
            Self::NoAccounts | Self::NoMarks { .. } => Some(Clause::Required),
            Self::CustomMarks { .. } => Some(Clause::MarksPerGroup),
            Self::Account { .. } => Some(Clause::AccountId),
            Self::Mark { .. } => Some(Clause::MarkRange),
        }
    }

    /// The input that is wrong, from 0. None if the error is not about one.
    #[must_use]
    pub const fn input(&self) -> Option<usize> {
        match self {
            Self::AccountsPerCall { .. } | Self::Group { .. } | Self::NoAccounts | Self::Accounts { .. } => None,
            Self::CustomMarks { input, .. }
            | Self::Account { input, .. }
            | Self::NoMarks { input }
            | Self::Mark { input, .. } => Some(*input),
        }
    }
}

/// All errors in the inputs of a plan, or of another call: first those about the whole, then input by input.
/// Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanErrors(Vec<PlanError>);

impl PlanErrors {
    pub(crate) const fn new(errors: Vec<PlanError>) -> Self {
        Self(errors)
    }

    /// How many there are.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "without an error there is a plan")]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// All of them.
    #[must_use]
    pub fn as_slice(&self) -> &[PlanError] {
        &self.0
    }
}

impl From<PlanError> for PlanErrors {
    fn from(error: PlanError) -> Self {
        Self(vec![error])
    }
}

/// The first one, and how many more there are.
impl fmt::Display for PlanErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(first) = self.0.first() {
            first.fmt(f)?;
        }
        match self.0.len() {
            0 | 1 => Ok(()),
            errors => write!(f, " (and {} more)", errors - 1),
        }
    }
}

impl std::error::Error for PlanErrors {}
