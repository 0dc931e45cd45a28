//! Why a call is refused.

use avmarks_protocol::{BodyError, ErrorCode};

/// Why a call is refused: the code of its page, and a sentence of ours.
#[derive(Clone, Debug)]
pub(crate) struct Refused {
    pub(super) code: ErrorCode,
    pub(super) info: String,
}

impl Refused {
    pub(super) fn new(code: i64, info: impl Into<String>) -> Self {
        Self { code: ErrorCode::new(code), info: info.into() }
    }

    /// 60003: the body is no JSON.
    pub(super) fn no_json(error: &BodyError) -> Self {
        Self::new(60_003, error.to_string())
    }
}
