//! The requests of all calls.

mod owned;

use std::str;

use avmarks_protocol::internal::without_trailing_commas;
use avmarks_protocol::{Endpoint, add_robots, get_members, get_online_member_num, modify_admin, modify_user_info};
use avmarks_rules::{Refusal, Terms};
use avmarks_service::{Violation, preflight, preflight_request};
use avmarks_spec::readings::TrailingComma;

use super::judged;
use super::other_reader::for_the_other_reader;

/// What is read of a body by the types of a module: a request just where its draft shows no error. It is written so that it is
/// read alike, and what we write stays as it is. Gives draft, request and writing, as far as there are any.
macro_rules! read {
    ($module:ident, $body:expr) => {{
        let draft = str::from_utf8($body).ok().and_then(|text| $module::Draft::parse(text).ok());
        let request = $module::Request::parse($body).ok();
        assert_eq!(request.is_some(), draft.as_ref().is_some_and(|draft| draft.errors.is_empty()));
        let written = request.as_ref().map($module::Request::to_json);
        if let (Some(request), Some(written)) = (&request, &written) {
            let again = $module::Request::parse(written);
            assert_eq!(again.as_ref(), Ok(request));
            assert_eq!(again.map(|again| again.to_json()).as_ref(), Ok(written));
        }
        (draft, request, written)
    }};
}

/// A request is read just where serde's derived types are, and alike, and just where its draft shows no error. It is written so that it is read alike,
/// and what we write stays as it is. Its preflight as bytes is that of the value, and that of the value written anew. The reader that knows all
/// of a request says the same.
pub fn modify_user_info_request(bytes: &[u8]) {
    let (body, terms) = judged(bytes);
    let (draft, request, written) = read!(modify_user_info, body);
    assert_eq!(request.as_ref().map(owned::Request::from), owned::Request::read(body));
    if let Some(other) = for_the_other_reader(body) {
        assert_eq!(modify_user_info::Request::parse(&other).ok(), request);
        let other = str::from_utf8(&other).ok().and_then(|text| modify_user_info::Draft::parse(text).ok());
        assert_eq!(other, draft);
    }
    let found = judge(Endpoint::ModifyUserInfo, body, written.as_deref(), &terms);
    if let Some(request) = request {
        assert_eq!(draft, Some(modify_user_info::Draft::from(request.clone())));
        assert_eq!(preflight_request(request, &terms), found);
    }
}

/// A request is read just where its draft shows no error, and says what that says. It is written so that it is read alike, and
/// what we write stays as it is. Its preflight is that of the value written anew.
pub fn get_members_request(bytes: &[u8]) {
    let (body, terms) = judged(bytes);
    let (draft, request, written) = read!(get_members, body);
    judge(Endpoint::GetMembers, body, written.as_deref(), &terms);
    if let (Some(draft), Some(request)) = (draft, request) {
        assert_eq!((draft.group_id, draft.timestamp), (Some(request.group_id), Some(request.timestamp)));
        assert_eq!(draft.mark, request.mark);
    }
}

/// What [`get_members_request`] says, of the requests that name a group and nothing else; both calls find the same.
pub fn get_online_member_num_request(bytes: &[u8]) {
    let (body, terms) = judged(bytes);
    let (draft, request, written) = read!(get_online_member_num, body);
    let calls = [Endpoint::GetOnlineMemberNum, Endpoint::GetAdminList];
    let [count, admins] = calls.map(|endpoint| judge(endpoint, body, written.as_deref(), &terms));
    assert_eq!(count, admins);
    if let (Some(draft), Some(request)) = (draft, request) {
        assert_eq!(draft.group_id, Some(request.group_id));
    }
}

/// What [`get_members_request`] says, of the requests that name a group and accounts. The three calls find the same at the same
/// places; if there are too many accounts, it rests on a gap of its own.
pub fn account_list_request(bytes: &[u8]) {
    let (body, terms) = judged(bytes);
    let (draft, request, written) = read!(add_robots, body);
    let calls = [Endpoint::AddRobots, Endpoint::DelRobots, Endpoint::CheckMembers];
    let [added, deleted, checked] = calls.map(|endpoint| judge(endpoint, body, written.as_deref(), &terms));
    assert_eq!(added, deleted);
    assert_eq!(added.len(), checked.len());
    for (added, checked) in added.iter().zip(&checked) {
        assert_eq!((added.refusal, added.path, &added.message), (checked.refusal, checked.path, &checked.message));
        assert_eq!(added.because == checked.because, added.refusal != Refusal::AccountsMax);
    }
    if let (Some(draft), Some(request)) = (draft, request) {
        assert_eq!(draft.group_id, Some(request.group_id));
        assert_eq!(draft.accounts, Some(request.accounts.into_iter().map(Some).collect()));
    }
}

/// What [`get_members_request`] says, of the request that sets or deletes administrators.
pub fn modify_admin_request(bytes: &[u8]) {
    let (body, terms) = judged(bytes);
    let (draft, request, written) = read!(modify_admin, body);
    judge(Endpoint::ModifyAdmin, body, written.as_deref(), &terms);
    if let (Some(draft), Some(request)) = (draft, request) {
        assert_eq!((draft.group_id, draft.command_type), (Some(request.group_id), Some(request.command_type)));
        assert_eq!(draft.accounts, Some(request.accounts.into_iter().map(Some).collect()));
    }
}

/// What preflight finds in `body`; `written` is our writing of it, if it is read. The findings are in the order of the
/// precedence, each with the code of its reason. A body that is not read has one. Where commas before a bracket are taken,
/// it is judged as the same body without them.
fn judge(endpoint: Endpoint, body: &[u8], written: Option<&[u8]>, terms: &Terms) -> Vec<Violation> {
    let found = preflight(endpoint, body, terms);
    assert!(found.is_sorted_by_key(|violation| violation.refusal.step()), "out of order: {found:?}");
    for violation in &found {
        assert_eq!(violation.code.number(), i64::from(violation.refusal.code(&terms.policy)));
        assert!(!violation.because.is_empty() && violation.pointer().is_some(), "{violation:?}");
    }
    if let Some(written) = written {
        assert_eq!(preflight(endpoint, written, terms), found, "written anew it is judged otherwise");
    }
    match (terms.policy.trailing_comma, str::from_utf8(body)) {
        (TrailingComma::Accept, Ok(text)) => {
            let mut strict = *terms;
            strict.policy.trailing_comma = TrailingComma::Strict;
            let mended = without_trailing_commas(text);
            assert_eq!(mended.len(), text.len());
            assert!(written.is_none() || mended == text, "a request that is read has no comma before a bracket");
            assert_eq!(preflight(endpoint, mended.as_bytes(), &strict), found);
        }
        _ => assert!(written.is_some() || !found.is_empty(), "it is not read, and nothing is wrong with it"),
    }
    found
}
