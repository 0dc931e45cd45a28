//! What refuses a call, and what an accepted one answers.

use serde_json::{Value, json};

/// Why a call is refused.
pub(super) struct Refusal {
    /// The `ErrorCode`.
    pub(super) code: u32,
    /// The clause that is broken; if none is, the gap that the refusal rests on.
    pub(super) because: &'static str,
    /// What was left out: of `ALL-FAILED` alone.
    pub(super) omitted: Vec<Omitted>,
}

/// A mark that was asked for and left out.
pub(super) struct Omitted {
    pub(super) account: String,
    pub(super) mark: u32,
    /// `ONLINE-ONLY` or `MEMBERS-PER-MARK`.
    pub(super) because: &'static str,
}

/// What an accepted call answers.
pub(super) struct Accepted {
    pub(super) answer: Value,
    pub(super) omitted: Vec<Omitted>,
}

impl Refusal {
    pub(super) const fn new(code: u32, because: &'static str) -> Self {
        Self { code, because, omitted: Vec::new() }
    }
}

/// The answer that has the three fields of the envelope, and nothing else.
pub(super) fn bare_envelope() -> Value {
    json!({ "ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": "" })
}

/// The line that answers a call.
pub(super) fn answer_line(line: u64, outcome: Result<Accepted, Refusal>) -> Value {
    match outcome {
        Ok(accepted) => json!({
            "line": line,
            "answer": accepted.answer,
            "because": [],
            "omitted": omitted_list(&accepted.omitted),
        }),
        Err(refusal) => json!({
            "line": line,
            "answer": { "ActionStatus": "FAIL", "ErrorCode": refusal.code, "ErrorInfo": "refused" },
            "because": [refusal.because],
            "omitted": omitted_list(&refusal.omitted),
        }),
    }
}

fn omitted_list(omitted: &[Omitted]) -> Vec<Value> {
    omitted.iter().map(|one| json!({ "account": one.account, "mark": one.mark, "because": one.because })).collect()
}
