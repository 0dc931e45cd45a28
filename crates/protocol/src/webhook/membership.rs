//! `Group.CallbackAfterNewMemberJoin` and `Group.CallbackAfterMemberExit`: users have joined a group or left it. Sources: 1047/34372
//! (2025-03-10), 269/1667 (2025-02-08), 1047/34373.

use avmarks_spec::Timestamp;
use serde::Serialize;

use crate::extra::Extra;
use crate::open_text::open_text;

use super::body::{Body, WebhookError, Written, body_of};
use super::member::WebhookMember;
use super::revision::Revision;

/// Users have joined a group (with [`JoinType`]), or members have left it or were removed (with [`ExitType`]). The two bodies differ in
/// the names of two fields.
///
/// The page of joins does not state that this webhook fires for audio-video groups; 1047/48734 refers its readers to it for joins. A
/// lost connection is not among the scenarios of the page of exits; it is a [`MemberStateChange`](super::MemberStateChange).
///
/// ```
/// use avmarks_protocol::webhook::{ExitType, JoinType, MembershipChange, Revision};
/// use avmarks_spec::Timestamp;
///
/// let join = MembershipChange {
///     group_id: "@TGS#a6I4ZUUGO".to_owned(),
///     group_type: Some("AVChatRoom".to_owned()),
///     change_type: JoinType::Apply,
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
/// assert_eq!(MembershipChange::<JoinType>::parse(&body), Ok(join));
///
/// let exit = MembershipChange::<ExitType>::parse(
///     br#"{"CallbackCommand":"Group.CallbackAfterMemberExit","GroupId":"@TGS#a6I4ZUUGO","Type":"AVChatRoom",
///          "ExitType":"Quit","Operator_Account":"jared","ExitMemberList":[{"Member_Account":"jared"}],
///          "EventTime":"1670574414123"}"#,
/// )
/// .unwrap();
/// assert_eq!(exit.change_type, ExitType::Quit);
/// assert_eq!(exit.event_time.unwrap().as_millis(), 1670574414123);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MembershipChange<T> {
    /// `GroupId`.
    pub group_id: String,
    /// `Type`: the type of the group.
    pub group_type: Option<String>,
    /// `JoinType` or `ExitType`.
    pub change_type: T,
    /// `Operator_Account`: the account that added or removed the members.
    pub operator: String,
    /// `NewMemberList` or `ExitMemberList`: the accounts that joined or left.
    pub members: Vec<WebhookMember>,
    /// `EventTime`.
    pub event_time: Option<Timestamp>,
    /// Fields that the documents do not name.
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

open_text! {
    /// How members have left.
    ExitType {
        /// `Kicked`: they were removed.
        Kicked "Kicked",
        /// `Quit`: of their own will.
        Quit "Quit",
    }
}

/// What distinguishes the two webhooks.
#[doc(hidden)]
pub trait ChangeType: From<String> + Serialize {
    /// `CallbackCommand`.
    const COMMAND: &'static str;
    /// The name of the field with the type of the change.
    const FIELD: &'static str;
    /// The name of the list of members.
    const LIST: &'static str;
}

impl ChangeType for JoinType {
    const COMMAND: &'static str = "Group.CallbackAfterNewMemberJoin";
    const FIELD: &'static str = "JoinType";
    const LIST: &'static str = "NewMemberList";
}

impl ChangeType for ExitType {
    const COMMAND: &'static str = "Group.CallbackAfterMemberExit";
    const FIELD: &'static str = "ExitType";
    const LIST: &'static str = "ExitMemberList";
}

impl<T: ChangeType> MembershipChange<T> {
    /// `CallbackCommand`.
    pub const COMMAND: &'static str = T::COMMAND;

    /// Reads a webhook.
    ///
    /// # Errors
    ///
    /// [`WebhookError`], as [`Webhook::parse`](super::Webhook::parse).
    pub fn parse(body: &[u8]) -> Result<Self, WebhookError> {
        Self::read(body_of(body, Self::COMMAND)?)
    }

    pub(super) fn read(mut body: Body<'_>) -> Result<Self, WebhookError> {
        Ok(Self {
            group_id: body.text("GroupId")?,
            group_type: body.optional_text("Type")?,
            change_type: body.text(T::FIELD)?.into(),
            operator: body.text("Operator_Account")?,
            members: body.members(T::LIST)?,
            event_time: body.event_time()?,
            extra: body.rest(),
        })
    }

    /// Writes the body in the form of this revision.
    #[must_use]
    pub fn to_json(&self, revision: Revision) -> Vec<u8> {
        Written::of(Self::COMMAND)
            .with("GroupId", &self.group_id)
            .with_some("Type", self.group_type.as_ref())
            .with(T::FIELD, &self.change_type)
            .with("Operator_Account", &self.operator)
            .with(T::LIST, &self.members)
            .with_some("EventTime", revision.row().event_time.write(self.event_time))
            .end(&self.extra)
    }
}
