//! A violation of a request: the path, the clause or gap, the vendor's code, and a sentence.

use std::fmt;
use std::ops::ControlFlow;

use avmarks_protocol::{BodyPath, ErrorCode};
use avmarks_rules::{Policy, Reason, Refusal};
use avmarks_spec::Gap;
use serde::ser::{Serialize, SerializeMap, Serializer};

/// One thing that is wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// Which rule is broken.
    pub refusal: Refusal,
    /// Where in the body; none if it is not about the body.
    pub path: Option<BodyPath>,
    /// The code that the vendor's service would answer if this were the first violation.
    pub code: ErrorCode,
    /// The reasons: the broken clause, then the gap that the code or the refusal depends on.
    pub because: Vec<Reason>,
    /// One English sentence that names the field, its index, and the value. Its text is ours.
    pub message: String,
}

impl Violation {
    pub(crate) fn new(refusal: Refusal, path: Option<BodyPath>, policy: &Policy, message: impl Into<String>) -> Self {
        let code = ErrorCode::new(i64::from(refusal.code(policy)));
        let clause = refusal.clause().map(Reason::Clause);
        let because = clause.into_iter().chain(refusal.gap().map(Reason::Gap)).collect();
        Self { refusal, path, code, because, message: message.into() }
    }

    /// Whether these violations, in the order of the precedence, are of more than one rule, so that the order decided which
    /// answers (`gap:precedence`).
    #[must_use]
    pub fn by_precedence(violations: &[Self]) -> bool {
        violations.windows(2).any(|pair| matches!(pair, [one, next] if one.refusal != next.refusal))
    }

    /// The JSON pointer of the path (RFC 6901); empty for the body as a whole, none if it is not about the body.
    #[must_use]
    pub fn pointer(&self) -> Option<String> {
        self.path.map(BodyPath::pointer)
    }
}

/// In one line: code, ids, and the sentence.
///
/// ```
/// use avmarks_protocol::Endpoint;
/// use avmarks_rules::Terms;
///
/// let found = avmarks_service::preflight(Endpoint::ModifyUserInfo, b"{}", &Terms::default());
/// assert_eq!(found[0].to_string(), "10004 REQUIRED: `GroupId` is missing");
/// ```
impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        for (at, reason) in self.because.iter().enumerate() {
            write!(f, "{}{reason}", if at == 0 { " " } else { ", " })?;
        }
        write!(f, ": {}", self.message)
    }
}

impl std::error::Error for Violation {}

/// As an object of `step`, `code`, `because` (a list of ids), `pointer` (perhaps null) and `message`.
impl Serialize for Violation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let ids: Vec<_> = self.because.iter().copied().map(Reason::id).collect();
        let mut map = serializer.serialize_map(Some(5))?;
        map.serialize_entry("step", &self.refusal.step())?;
        map.serialize_entry("code", &self.code)?;
        map.serialize_entry("because", &ids)?;
        map.serialize_entry("pointer", &self.pointer())?;
        map.serialize_entry("message", &self.message)?;
        map.end()
    }
}

/// Collects violations in the order of the precedence: all of them, or only the deciding one.
pub(crate) struct Violations {
    pub(crate) found: Vec<Violation>,
    /// Gaps whose reading let something through on the way.
    pub(crate) gaps: Vec<Gap>,
    all: bool,
}

impl Violations {
    pub(crate) fn all() -> Self {
        Self { found: Vec::new(), gaps: Vec::new(), all: true }
    }

    /// The first violation, and the next by another rule: whether there is one tells if the order of the rules decided
    /// (`gap:precedence`).
    pub(crate) fn first() -> Self {
        Self { found: Vec::new(), gaps: Vec::new(), all: false }
    }

    /// Records that a reading accepted something. After the first violation it has no effect.
    pub(crate) fn gap(&mut self, gap: Gap) {
        if self.found.is_empty() {
            self.gaps.push(gap);
        }
    }

    /// Whether one more violation by this rule tells anything new; if not, its message need not be written.
    pub(crate) fn wants(&self, refusal: Refusal) -> bool {
        self.all || self.found.iter().all(|found| found.refusal != refusal)
    }

    /// Whether more than one rule is broken, so that the order decided (`gap:precedence`).
    pub(crate) fn by_precedence(&self) -> bool {
        Violation::by_precedence(&self.found)
    }

    /// Takes one more; breaks if no other would tell anything.
    pub(crate) fn add(&mut self, violation: Violation) -> ControlFlow<()> {
        if self.wants(violation.refusal) {
            self.found.push(violation);
        }
        if self.all || !self.by_precedence() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }
}
