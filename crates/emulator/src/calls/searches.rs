//! Searches of accounts, groups and members, and the moderation of texts: acknowledged. Nothing is found, and every text passes.
//!
//! No page of these calls was read: the paths and fields are those that public SDKs send.

use super::answer::Reply;
use super::call::Call;
use super::field::Field;

const UNREAD: &str = "no page was read; paths and fields are those that public SDKs send";

const fn call(path: &'static str, says: &'static str, fields: &'static [Field]) -> Call {
    Call::new(path, UNREAD, says, fields)
}

pub(super) const CALLS: &[Call] = &[
    call("user_search/search", "Searches accounts: none is found.", &[Field::any_texts("Keywords")]),
    call("group_search/search", "Searches groups: none is found.", &[Field::any_texts("Keywords")]),
    call("group_member_search/search", "Searches members: none is found.", &[Field::any_texts("Keywords")]),
    call("im_open_search/set_visibility", "Hides an account or a group from searches.", &[]),
    call("im_open_search/get_no_visibility", "Lists what is hidden from searches: nothing.", &[]),
    call("im_msg_audit_mgr/add_local_audit_keywords", "Adds words of the local moderation.", &[]),
    call("im_msg_audit_mgr/delete_local_audit_keywords", "Deletes words of the local moderation.", &[]),
    call("im_msg_audit_mgr/get_local_audit_keywords", "Lists the words of the local moderation: none.", &[]),
    call("im_msg_audit_mgr/get_cloud_audit_keywords_ids", "Lists the libraries of the moderation: none.", &[]),
    call("im_msg_audit_mgr/get_cloud_audit_keywords", "Lists the words of a library: none.", &[]),
    call("im_msg_audit_mgr/add_cloud_audit_keywords", "Adds words to a library.", &[]),
    call("im_msg_audit_mgr/delete_cloud_audit_keywords", "Deletes words of a library.", &[]),
    call("im_msg_audit/content_moderation", "Moderates a text: it passes.", &[Field::any_text("Content").required()])
        .answers(&[Field::text("Result", 64)])
        .acknowledges(|_| Reply::ok().with("Result", "Pass")),
    call(
        "im_msg_audit/batch_content_moderation",
        "Moderates texts: all pass.",
        &[Field::any_objects("Contents", &[Field::any_text("Content").required()]).required()],
    ),
];
