//! `Group.CallbackAfterGroupDestroyed`: a group was destroyed. Source: 1047/34377.

use avmarks_spec::Timestamp;

use crate::extra::Extra;

use super::body::WebhookError;
use super::body::{Body, Written, body_of};
use super::member::WebhookMember;
use super::revision::Revision;

/// A group was disbanded.
///
/// ```
/// use avmarks_protocol::webhook::AfterGroupDestroyed;
///
/// let gone = AfterGroupDestroyed::parse(
///     br#"{"CallbackCommand":"Group.CallbackAfterGroupDestroyed","GroupId":"@TGS#a6I4ZUUGO","Owner_Account":"leckie"}"#,
/// )
/// .unwrap();
/// assert_eq!((gone.owner.as_deref(), gone.members), (Some("leckie"), None));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AfterGroupDestroyed {
    /// `GroupId`.
    pub group_id: String,
    /// `Type`: the group's type.
    pub group_type: Option<String>,
    /// `Owner_Account`. The create-group page makes an owner optional, so it may be missing.
    pub owner: Option<String>,
    /// `Name`, which is in the sample alone and not in the field table.
    pub name: Option<String>,
    /// `MemberList`: the accounts that were in it. Missing for communities; what audio-video groups do is not said.
    pub members: Option<Vec<WebhookMember>>,
    /// `EventTime`.
    pub event_time: Option<Timestamp>,
    /// Fields that the documents do not have.
    pub extra: Extra,
}

impl AfterGroupDestroyed {
    /// `CallbackCommand`.
    pub const COMMAND: &'static str = "Group.CallbackAfterGroupDestroyed";

    /// The webhook of this body.
    ///
    /// # Errors
    ///
    /// [`WebhookError`], as of [`Webhook::parse`](super::Webhook::parse).
    pub fn parse(body: &[u8]) -> Result<Self, WebhookError> {
        Self::read(body_of(body, Self::COMMAND)?)
    }

    pub(super) fn read(mut body: Body<'_>) -> Result<Self, WebhookError> {
        Ok(Self {
            group_id: body.text("GroupId")?,
            group_type: body.optional_text("Type")?,
            owner: body.optional_text("Owner_Account")?,
            name: body.optional_text("Name")?,
            members: body.optional_members("MemberList")?,
            event_time: body.event_time()?,
            extra: body.rest(),
        })
    }

    /// The body, as this revision has it.
    #[must_use]
    pub fn to_json(&self, revision: Revision) -> Vec<u8> {
        Written::of(Self::COMMAND)
            .with("GroupId", &self.group_id)
            .with_some("Type", self.group_type.as_ref())
            .with_some("Owner_Account", self.owner.as_ref())
            .with_some("Name", self.name.as_ref())
            .with_some("MemberList", self.members.as_ref())
            .with_some("EventTime", revision.row().event_time.write(self.event_time))
            .end(&self.extra)
    }
}
