//! `Group.CallbackAfterNewMemberJoin`: users have joined. Source: 1047/34372 (2025-03-10), 269/1667 (2025-02-08).

use avmarks_spec::Timestamp;

use crate::Extra;

use super::body::{Body, Written, body_of};
use super::{Revision, WebhookError, WebhookMember, open_text};

/// Users have joined a group.
///
/// The pages do not say outright that it fires for audio-video groups; 1047/48734 sends its readers here for joins.
///
/// ```
/// use avmarks_protocol::webhook::{AfterMemberJoin, JoinType, Revision};
/// use avmarks_spec::Timestamp;
///
/// let join = AfterMemberJoin {
///     group_id: "@TGS#a6I4ZUUGO".to_owned(),
///     group_type: Some("AVChatRoom".to_owned()),
///     join_type: JoinType::Apply,
///     operator: "jared".to_owned(),
///     members: vec!["jared".into()],
///     event_time: Some(Timestamp::from_millis(1670574414123)),
///     extra: Default::default(),
/// };
/// let body = join.to_json(Revision::Newest);
/// assert_eq!(
///     String::from_utf8_lossy(&body),
///     r#"{"CallbackCommand":"Group.CallbackAfterNewMemberJoin","GroupId":"@TGS#a6I4ZUUGO","Type":"AVChatRoom","JoinType":"Apply","Operator_Account":"jared","NewMemberList":[{"Member_Account":"jared"}],"EventTime":1670574414123}"#
/// );
/// assert_eq!(AfterMemberJoin::parse(&body), Ok(join));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AfterMemberJoin {
    /// `GroupId`.
    pub group_id: String,
    /// `Type`: the group's type.
    pub group_type: Option<String>,
    /// `JoinType`.
    pub join_type: JoinType,
    /// `Operator_Account`: who did it.
    pub operator: String,
    /// `NewMemberList`: the accounts that have joined.
    pub members: Vec<WebhookMember>,
    /// `EventTime`.
    pub event_time: Option<Timestamp>,
    /// Fields that the documents do not have.
    pub extra: Extra,
}

open_text! {
    /// How users have joined.
    JoinType {
        /// `Apply`: by their own request. The only way into an audio-video group.
        Apply "Apply",
        /// `Invited`.
        Invited "Invited",
    }
}

impl AfterMemberJoin {
    /// `CallbackCommand`.
    pub const COMMAND: &'static str = "Group.CallbackAfterNewMemberJoin";

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
            join_type: body.text("JoinType")?.into(),
            operator: body.text("Operator_Account")?,
            members: body.members("NewMemberList")?,
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
            .with("JoinType", &self.join_type)
            .with("Operator_Account", &self.operator)
            .with("NewMemberList", &self.members)
            .with_some("EventTime", revision.row().event_time.write(self.event_time))
            .end(&self.extra)
    }
}
