//! Answers, written in the endpoint's own order of fields.

use avmarks_protocol::{
    Endpoint, Envelope, ErrorCode, envelope_json, get_members, get_online_member_num, modify_user_info,
};
use avmarks_rules::{Entry, MarkCall, Omission};

use crate::handle::Answer;
use crate::violation::Violation;

/// The answer to a call that was served: these accounts, with these marks (`gap:echo`).
pub(crate) fn served_json(call: &MarkCall, served: &[Entry]) -> Vec<u8> {
    let members = served.iter().map(|entry| {
        let marks = entry.marks.iter().map(|mark| i64::from(mark.number())).collect();
        modify_user_info::Served::new(entry.account.as_str(), marks)
    });
    modify_user_info::Answer::served(i64::from(call.kind().number()), members.collect()).to_json()
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
