//! The answer to a request, in the order of fields of its endpoint, and the effect that goes with it.

use avmarks_protocol::{Endpoint, ErrorCode, add_robots, modify_user_info};
use avmarks_rules::{Decision, MarkCall, Omission, Reason, Transition};
use avmarks_spec::GroupId;

use crate::online_list::CacheEntry;
use crate::violation::Violation;

/// The answer of the service, with its reasons. Its HTTP status is always 200 (`HTTP-200`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answer {
    /// The exact body.
    pub body: Vec<u8>,
    /// The code in the body.
    pub code: ErrorCode,
    /// The clauses and gaps that the answer is based on, the deciding one first.
    pub because: Vec<Reason>,
    /// The marks that were requested and omitted.
    pub omitted: Vec<Omission>,
}

impl Answer {
    /// An answer without reasons, to a call that is served elsewhere.
    #[must_use]
    pub const fn new(code: ErrorCode, body: Vec<u8>) -> Self {
        Self { body, code, because: Vec::new(), omitted: Vec::new() }
    }

    /// The answer if an invariant of this crate is broken. It is never OK, and its body is never empty.
    pub(crate) fn internal_error(endpoint: Option<Endpoint>) -> Self {
        debug_assert!(false, "a request came to neither an answer nor a refusal");
        let code = ErrorCode::new(10002);
        Self::new(
            code,
            Endpoint::refused_answer(endpoint, code, "the service met a state that cannot be; please report it"),
        )
    }
}

/// An answer and its effect.
pub(crate) struct Outcome {
    pub(crate) answer: Answer,
    pub(crate) effect: Effect,
}

/// What changes once an answer has been given.
pub(crate) enum Effect {
    None,
    Transition(GroupId, Transition),
    Cache(GroupId, CacheEntry),
}

/// The body of the answer to a call of `modify_user_info` that was served: the accounts with their marks (`gap:echo`).
pub(crate) fn served_json(call: &MarkCall, decision: &Decision) -> Vec<u8> {
    const MEMBER_BYTES: usize = 80;
    let members =
        decision.served(call).map(|(account, marks)| (account.as_str(), marks.map(|mark| i64::from(mark.number()))));
    let mut json = Vec::with_capacity(MEMBER_BYTES * (1 + call.entries().len()));
    modify_user_info::Answer::write_served(&mut json, i64::from(call.command().number()), members);
    json
}

/// The body of the answer to a call for robots or administrators that was served.
pub(crate) fn bare_json() -> Vec<u8> {
    add_robots::Answer::ok().to_json()
}

/// The answer that reports a violation.
pub(crate) fn refused_answer(endpoint: Option<Endpoint>, first: &Violation, omitted: Vec<Omission>) -> Answer {
    let Violation { code, message, because, .. } = first;
    debug_assert!(*code != ErrorCode::OK, "a refusal has the code of a success: {first:?}");
    let body = Endpoint::refused_answer(endpoint, *code, message.clone());
    Answer { body, code: *code, because: because.clone(), omitted }
}
