//! The members that a webhook lists.

use serde::Serialize;

use crate::extra::Extra;

/// A member in the list of a webhook.
///
/// ```
/// use avmarks_protocol::webhook::{EventType, MemberStateChange, Revision, WebhookMember};
///
/// let body = br#"{"CallbackCommand":"Group.CallbackOnMemberStateChange","GroupId":"g","EventType":"Online","MemberList":[{"Member_Account":"jared","Role":"Owner"}]}"#;
/// let change = MemberStateChange::parse(body).unwrap();
/// assert_eq!(change.members[0].account, "jared");
/// assert_eq!(change.members[0].extra.iter().next(), Some(("Role", r#""Owner""#)));
/// assert_eq!(change.to_json(Revision::Newest), body);
///
/// let written = MemberStateChange { members: vec!["jared".into()], ..change };
/// assert_eq!(written.members, [WebhookMember::from("jared")]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WebhookMember {
    /// `Member_Account`.
    #[serde(rename = "Member_Account")]
    pub account: String,
    /// Fields that the documents do not have.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A member of whom the account alone is known.
impl From<String> for WebhookMember {
    fn from(account: String) -> Self {
        Self { account, extra: Extra::default() }
    }
}

/// A member of whom the account alone is known.
impl From<&str> for WebhookMember {
    fn from(account: &str) -> Self {
        Self::from(account.to_owned())
    }
}
