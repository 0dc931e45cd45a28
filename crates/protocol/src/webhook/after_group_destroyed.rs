//! `Group.CallbackAfterGroupDestroyed`: a group is gone. Source: 1047/34377.

use avmarks_spec::Timestamp;
use serde::Serialize;

use crate::Extra;
use crate::envelope::to_json;

use super::body::{Body, Item, body_of, items};
use super::revision::WrittenTime;
use super::{Revision, WebhookFault};

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
    pub members: Option<Vec<String>>,
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
    /// [`WebhookFault`], as of [`Webhook::parse`](super::Webhook::parse).
    pub fn parse(body: &[u8]) -> Result<Self, WebhookFault> {
        Self::read(body_of(body, Self::COMMAND)?)
    }

    pub(super) fn read(mut body: Body<'_>) -> Result<Self, WebhookFault> {
        Ok(Self {
            group_id: body.text("GroupId")?,
            group_type: body.optional_text("Type")?,
            owner: body.optional_text("Owner_Account")?,
            name: body.optional_text("Name")?,
            members: body.optional_accounts("MemberList")?,
            event_time: body.event_time()?,
            extra: body.rest(),
        })
    }

    /// The body, as this revision has it.
    #[must_use]
    pub fn to_json(&self, revision: Revision) -> Vec<u8> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire<'a> {
            callback_command: &'static str,
            group_id: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            r#type: Option<&'a str>,
            #[serde(rename = "Owner_Account", skip_serializing_if = "Option::is_none")]
            owner: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            name: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            member_list: Option<Vec<Item<'a>>>,
            #[serde(skip_serializing_if = "Option::is_none")]
            event_time: Option<WrittenTime>,
            #[serde(flatten)]
            extra: &'a Extra,
        }
        to_json(&Wire {
            callback_command: Self::COMMAND,
            group_id: &self.group_id,
            r#type: self.group_type.as_deref(),
            owner: self.owner.as_deref(),
            name: self.name.as_deref(),
            member_list: self.members.as_deref().map(items),
            event_time: revision.row().event_time.write(self.event_time),
            extra: &self.extra,
        })
    }
}
