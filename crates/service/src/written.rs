//! Answers, written in the endpoint's own order of fields.

use avmarks_protocol::{Endpoint, ErrorCode, add_robots, modify_user_info};
use avmarks_rules::{Decision, MarkCall, Omission};

use crate::handle::Answer;
use crate::violation::Violation;

/// The answer to a call of `modify_user_info` that was served: who was served, with which marks (`gap:echo`).
pub(crate) fn served_json(call: &MarkCall, decision: &Decision) -> Vec<u8> {
    const MEMBER_BYTES: usize = 80;
    let members =
        decision.served(call).map(|(account, marks)| (account.as_str(), marks.map(|mark| i64::from(mark.number()))));
    let mut json = Vec::with_capacity(MEMBER_BYTES * (1 + call.entries().len()));
    modify_user_info::Answer::write_served(&mut json, i64::from(call.kind().number()), members);
    json
}

/// The answer to a call that tells nothing but that it was served: robots and administrators.
pub(crate) fn bare_json() -> Vec<u8> {
    add_robots::Answer::ok().to_json()
}

/// The answer to a violation, in the endpoint's own order of fields.
pub(crate) fn refused(endpoint: Option<Endpoint>, first: &Violation, omitted: Vec<Omission>) -> Answer {
    let Violation { code, message, because, .. } = first;
    debug_assert!(*code != ErrorCode::OK, "a refusal has the code of a success: {first:?}");
    let body = Endpoint::refused_answer(endpoint, *code, message.clone());
    Answer { body, code: *code, because: because.clone(), omitted }
}
