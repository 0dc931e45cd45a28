//! Answers, written in the endpoint's own order of fields.

use avmarks_protocol::{
    Endpoint, Envelope, ErrorCode, envelope_json, get_members, get_online_member_num, modify_user_info,
};
use avmarks_rules::{Entry, MarkCall, Omission};

use crate::handle::Answer;
use crate::violation::Violation;

/// The answer to a call that was served: these accounts, with these marks (`gap:echo`).
pub(crate) fn served_json(call: &MarkCall, served: &[Entry]) -> Vec<u8> {
    const MEMBER_BYTES: usize = 80;
    let members = served
        .iter()
        .map(|Entry { account, marks }| (account.as_str(), marks.iter().map(|mark| i64::from(mark.number()))));
    let mut json = Vec::with_capacity(MEMBER_BYTES * (1 + served.len()));
    modify_user_info::Answer::write_served(&mut json, i64::from(call.kind().number()), members);
    json
}

/// The answer to a violation, in the endpoint's own order of fields.
pub(crate) fn refused(endpoint: Option<Endpoint>, first: Option<&Violation>, omitted: Vec<Omission>) -> Answer {
    // A walk that ends without a violation has been served.
    let (code, message) =
        first.map(|first| (first.code, first.message.clone())).unwrap_or((ErrorCode::OK, String::new()));
    let body = match endpoint {
        Some(Endpoint::ModifyUserInfo) => modify_user_info::Answer::refused(code, message).to_json(),
        Some(Endpoint::GetMembers) => get_members::Answer::refused(code, message).to_json(),
        Some(Endpoint::GetOnlineMemberNum) => get_online_member_num::Answer::refused(code, message).to_json(),
        None => envelope_json(&Envelope::fail(code, message)),
    };
    let because = first.map(|first| first.because.clone()).unwrap_or_default();
    Answer { body, code, because, omitted }
}
