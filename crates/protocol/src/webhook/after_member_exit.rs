//! `Group.CallbackAfterMemberExit`: members have left or were removed. Source: 1047/34373.

use avmarks_spec::Timestamp;

use crate::Extra;

use super::body::{Body, Written, body_of};
use super::{Revision, WebhookError, WebhookMember, open_text};

/// Members have left a group, or were removed from it. A lost connection is not among the page's scenarios: that is
/// [`MemberStateChange`](super::MemberStateChange).
///
/// ```
/// use avmarks_protocol::webhook::{AfterMemberExit, ExitType};
///
/// let exit = AfterMemberExit::parse(
///     br#"{"CallbackCommand":"Group.CallbackAfterMemberExit","GroupId":"@TGS#a6I4ZUUGO","Type":"AVChatRoom",
///          "ExitType":"Quit","Operator_Account":"jared","ExitMemberList":[{"Member_Account":"jared"}],
///          "EventTime":"1670574414123"}"#,
/// )
/// .unwrap();
/// assert_eq!(exit.exit_type, ExitType::Quit);
/// assert_eq!(exit.event_time.unwrap().as_millis(), 1670574414123);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AfterMemberExit {
    /// `GroupId`.
    pub group_id: String,
    /// `Type`: the group's type.
    pub group_type: Option<String>,
    /// `ExitType`.
    pub exit_type: ExitType,
    /// `Operator_Account`: who did it.
    pub operator: String,
    /// `ExitMemberList`: the accounts that have left.
    pub members: Vec<WebhookMember>,
    /// `EventTime`.
    pub event_time: Option<Timestamp>,
    /// Fields that the documents do not have.
    pub extra: Extra,
}

open_text! {
    /// How members have left.
    ExitType {
        /// `Kicked`: they were removed.
        Kicked "Kicked",
        /// `Quit`: of their own will.
        Quit "Quit",
    }
}

impl AfterMemberExit {
    /// `CallbackCommand`.
    pub const COMMAND: &'static str = "Group.CallbackAfterMemberExit";

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
            exit_type: body.text("ExitType")?.into(),
            operator: body.text("Operator_Account")?,
            members: body.members("ExitMemberList")?,
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
            .with("ExitType", &self.exit_type)
            .with("Operator_Account", &self.operator)
            .with("ExitMemberList", &self.members)
            .with_some("EventTime", revision.row().event_time.write(self.event_time))
            .end(&self.extra)
    }
}
