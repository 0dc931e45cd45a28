//! Answers, written in the endpoint's own order of fields.

use avmarks_protocol::{
    Endpoint, Envelope, ErrorCode, add_robots, check_members, envelope_json, get_admin_list, get_members,
    get_online_member_num, modify_user_info,
};
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
    let body = refused_json(endpoint, *code, message.clone());
    Answer { body, code: *code, because: because.clone(), omitted }
}

fn refused_json(endpoint: Option<Endpoint>, code: ErrorCode, message: String) -> Vec<u8> {
    match endpoint {
        Some(Endpoint::ModifyUserInfo) => modify_user_info::Answer::refused(code, message).to_json(),
        Some(Endpoint::GetMembers) => get_members::Answer::refused(code, message).to_json(),
        Some(Endpoint::GetOnlineMemberNum) => get_online_member_num::Answer::refused(code, message).to_json(),
        Some(Endpoint::CheckMembers) => check_members::Answer::refused(code, message).to_json(),
        Some(Endpoint::GetAdminList) => get_admin_list::Answer::refused(code, message).to_json(),
        Some(Endpoint::AddRobots | Endpoint::DelRobots | Endpoint::ModifyAdmin) => {
            add_robots::Answer::refused(code, message).to_json()
        }
        None => envelope_json(&Envelope::fail(code, message)),
    }
}
