//! Why a body, or a field of it, cannot be read.

use core::fmt;

use thiserror::Error;

use crate::body_path::BodyPath;
use crate::encoding::Encoding;
use crate::short_text::ShortText;

/// Why a body is not a JSON object (answered with 60003).
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BodyError {
    /// Nothing but white space.
    #[error("the body is empty; send a JSON object")]
    Empty,
    /// Bytes that are not UTF-8.
    #[error("the body is not UTF-8: invalid at byte {at}")]
    NotUtf8 {
        /// Bytes before the first that is not UTF-8.
        at: usize,
    },
    /// Bytes that are not UTF-8, whose first ones show what they are.
    #[error("the body is {encoding}, which is not decoded here; send plain UTF-8")]
    Encoded {
        /// What they are, as `UTF-16` or `compressed (gzip)`.
        encoding: &'static str,
    },
    /// Text that is not JSON, but would be without a comma before `]` or `}` (`gap:trailing-comma`).
    #[error(
        "a comma before `]` or `}}` at line {line} column {column} is not JSON, though the vendor's own samples have it; remove it"
    )]
    TrailingComma {
        /// The line of the first such comma, from 1.
        line: usize,
        /// Its column, in bytes from 1.
        column: usize,
    },
    /// Text with a comment (`//` or `/*`) outside of strings, as samples of the documents have.
    #[error(
        "a comment at line {line} column {column} is not JSON, though samples of the vendor have comments; remove it"
    )]
    Comment {
        /// The line of the first comment, from 1.
        line: usize,
        /// Its column, in bytes from 1.
        column: usize,
    },
    /// Text that is not JSON.
    #[error("the body is not JSON: {what}")]
    NotJson {
        /// The problem and its position.
        what: String,
    },
    /// JSON, but no object.
    #[error("the body is {found}, and must be an object")]
    NotObject {
        /// The actual type, as `an array`.
        found: &'static str,
    },
}

impl BodyError {
    /// What is wrong with a body that is not UTF-8, of which the first `at` bytes are.
    #[must_use]
    pub fn not_utf8(body: &[u8], at: usize) -> Self {
        match Encoding::of(body) {
            Some(encoding) => Self::Encoded { encoding: encoding.name() },
            None => Self::NotUtf8 { at },
        }
    }
}

avmarks_spec::named_enum! {
    /// The type of a JSON value, by its words with the article.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum JsonType {
        Null = "null",
        Bool = "a boolean",
        /// A number of digits alone, with or without a minus sign.
        Integer = "an integer",
        /// A number with a fraction or an exponent.
        Fraction = "a number with fraction or exponent",
        Text = "a string",
        Array = "an array",
        Object = "an object",
    }
}

/// The problem of a single field (`REQUIRED` in a request).
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{path}` {problem}")]
pub struct FieldError {
    /// The path of the field.
    pub path: BodyPath,
    pub(crate) problem: FieldProblem,
}

impl FieldError {
    /// Whether the field is not there.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        self.problem == FieldProblem::Missing
    }

    /// Whether the field is there more than once. One that is there once is of another type than it must be.
    #[must_use]
    pub fn is_duplicate(&self) -> bool {
        self.problem == FieldProblem::DuplicateField
    }
}

/// The problem of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FieldProblem {
    Missing,
    DuplicateField,
    Type {
        wanted: JsonType,
        found: JsonType,
        /// The value as it was written, as [`avmarks_spec::Excerpt`] shows it.
        text: ShortText,
    },
}

impl fmt::Display for FieldProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("is missing"),
            Self::DuplicateField => f.write_str("is there more than once; send it once"),
            Self::Type { wanted, found: JsonType::Null, .. } => write!(f, "must be {}, and is null", wanted.name()),
            Self::Type { wanted, found, text } => {
                write!(f, "must be {}, and is {}: `{text}`", wanted.name(), found.name())
            }
        }
    }
}

/// Why a request cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RequestError {
    /// It is not a JSON object.
    #[error(transparent)]
    Body(#[from] BodyError),
    /// Fields are missing, duplicated or of another type; at least one.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Fields(Vec<FieldError>),
}
