//! The three requests.

mod owned;

use std::str;

use avmarks_protocol::{Endpoint, get_members, get_online_member_num, modify_user_info, without_trailing_commas};
use avmarks_rules::Policy;
use avmarks_service::{Violation, preflight, preflight_request};
use avmarks_spec::Limits;
use avmarks_spec::readings::TrailingComma;

use super::judged;
use super::other_reader::for_the_other_reader;

/// A request is read just where serde's derived types are, and alike, and just where its draft shows no fault. It is written so that it is read alike,
/// and what we write stays as it is. Its preflight as bytes is that of the value, and that of the value written anew. The reader that knows all
/// of a request says the same.
pub fn modify_user_info_request(bytes: &[u8]) {
    let (body, policy, limits) = judged(bytes);
    let draft = str::from_utf8(body).ok().and_then(|text| modify_user_info::Draft::parse(text).ok());
    let request = modify_user_info::Request::parse(body).ok();
    assert_eq!(request.is_some(), draft.as_ref().is_some_and(|draft| draft.faults.is_empty()));
    assert_eq!(request.as_ref().map(owned::Request::from), owned::Request::read(body));
    if let Some(other) = for_the_other_reader(body) {
        assert_eq!(modify_user_info::Request::parse(&other).ok(), request);
        let other = str::from_utf8(&other).ok().and_then(|text| modify_user_info::Draft::parse(text).ok());
        assert_eq!(other, draft);
    }
    let written = request.as_ref().map(modify_user_info::Request::to_json);
    let found = judge(Endpoint::ModifyUserInfo, body, written.as_deref(), &policy, &limits);
    if let (Some(request), Some(written)) = (request, written) {
        let again = modify_user_info::Request::parse(&written);
        assert_eq!(again.as_ref(), Ok(&request));
        assert_eq!(again.map(|again| again.to_json()).as_ref(), Ok(&written));
        assert_eq!(draft, Some(modify_user_info::Draft::from(request.clone())));
        assert_eq!(preflight_request(request, &policy, &limits), found);
    }
}

/// A request is read just where its draft shows no fault. It is written so that it is read alike, and what we write stays
/// as it is. Its preflight is that of the value written anew.
pub fn get_members_request(bytes: &[u8]) {
    let (body, policy, limits) = judged(bytes);
    let draft = str::from_utf8(body).ok().and_then(|text| get_members::Draft::parse(text).ok());
    let request = get_members::Request::parse(body).ok();
    assert_eq!(request.is_some(), draft.as_ref().is_some_and(|draft| draft.faults.is_empty()));
    let written = request.as_ref().map(get_members::Request::to_json);
    judge(Endpoint::GetMembers, body, written.as_deref(), &policy, &limits);
    if let (Some(request), Some(written)) = (request, written) {
        let again = get_members::Request::parse(&written);
        assert_eq!(again.as_ref(), Ok(&request));
        assert_eq!(again.map(|again| again.to_json()).as_ref(), Ok(&written));
    }
}

/// What [`get_members_request`] says, of the request for the number of online members.
pub fn get_online_member_num_request(bytes: &[u8]) {
    let (body, policy, limits) = judged(bytes);
    let draft = str::from_utf8(body).ok().and_then(|text| get_online_member_num::Draft::parse(text).ok());
    let request = get_online_member_num::Request::parse(body).ok();
    assert_eq!(request.is_some(), draft.as_ref().is_some_and(|draft| draft.faults.is_empty()));
    let written = request.as_ref().map(get_online_member_num::Request::to_json);
    judge(Endpoint::GetOnlineMemberNum, body, written.as_deref(), &policy, &limits);
    if let (Some(request), Some(written)) = (request, written) {
        let again = get_online_member_num::Request::parse(&written);
        assert_eq!(again.as_ref(), Ok(&request));
        assert_eq!(again.map(|again| again.to_json()).as_ref(), Ok(&written));
    }
}

/// What preflight finds in `body`; `written` is our writing of it, where it is read. The findings are in the order of the
/// precedence, each with the code of its reason. A body that is not read has one. Where commas before a bracket are taken,
/// it is judged as the same body without them.
fn judge(endpoint: Endpoint, body: &[u8], written: Option<&[u8]>, policy: &Policy, limits: &Limits) -> Vec<Violation> {
    let found = preflight(endpoint, body, policy, limits);
    assert!(found.is_sorted_by_key(|violation| violation.reason.step()), "out of order: {found:?}");
    for violation in &found {
        assert_eq!(violation.code.number(), i64::from(violation.reason.code(policy)));
        assert!(!violation.because.is_empty() && violation.pointer().is_some(), "{violation:?}");
    }
    if let Some(written) = written {
        assert_eq!(preflight(endpoint, written, policy, limits), found, "written anew it is judged otherwise");
    }
    match (policy.trailing_comma, str::from_utf8(body)) {
        (TrailingComma::Accept, Ok(text)) => {
            let mut strict = *policy;
            strict.trailing_comma = TrailingComma::Strict;
            let mended = without_trailing_commas(text);
            assert_eq!(mended.len(), text.len());
            assert!(written.is_none() || mended == text, "a request that is read has no comma before a bracket");
            assert_eq!(preflight(endpoint, mended.as_bytes(), &strict, limits), found);
        }
        _ => assert!(written.is_some() || !found.is_empty(), "it is not read, and nothing is wrong with it"),
    }
    found
}
