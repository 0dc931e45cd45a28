//! Why a question could not be put.

use serde::Serialize;

/// What kind of error it is. The list is closed; each has a name that is stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ErrorKind {
    /// The request is not UTF-8, not JSON, or not an object.
    NotJson,
    /// `v` is a version that is not spoken here.
    Version,
    /// `do` is not something that can be asked here.
    UnknownVerb,
    /// A field that the question does not have.
    UnknownField,
    /// A field that is there more than once.
    DuplicateField,
    /// A field that must be there.
    MissingField,
    /// A value that is of another type than its field.
    WrongType,
    /// A value of the right type that cannot be.
    InvalidValue,
    /// The body: there is one, although the request takes none; or it is of another kind than the request needs.
    Body,
    /// The body is not a line of a scenario.
    Line,
    /// The attempt was answered before, or its time was over.
    NotInFlight,
    /// The library has a bug.
    Internal,
}

#[cfg(test)]
impl ErrorKind {
    /// Every kind.
    pub(crate) const ALL: [Self; 12] = [
        Self::NotJson,
        Self::Version,
        Self::UnknownVerb,
        Self::UnknownField,
        Self::DuplicateField,
        Self::MissingField,
        Self::WrongType,
        Self::InvalidValue,
        Self::Body,
        Self::Line,
        Self::NotInFlight,
        Self::Internal,
    ];
}

/// Why a question could not be put. It names no secret.
#[derive(Debug, Serialize)]
pub(crate) struct RequestError {
    pub(crate) kind: ErrorKind,
    /// Where in the request, as a JSON pointer (RFC 6901); none if it is not about a place in it.
    pub(crate) pointer: Option<String>,
    pub(crate) message: String,
}

impl RequestError {
    pub(crate) fn new(kind: ErrorKind, pointer: Option<String>, message: impl Into<String>) -> Self {
        Self { kind, pointer, message: message.into() }
    }

    /// A field of the request whose value cannot be.
    pub(crate) fn invalid(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidValue, Some(pointer.into()), message)
    }

    /// The body of the request.
    pub(crate) fn body(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Body, None, message)
    }

    /// A verb of the table that nothing answers.
    pub(crate) fn unanswered() -> Self {
        debug_assert!(false, "a verb of the table has no answer");
        Self::new(ErrorKind::Internal, None, "the library does not answer a question that it lists; please report it")
    }
}
