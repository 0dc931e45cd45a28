//! Webhooks: the requests of the service to the server of an app, for both sides.
//!
//! Source: 1047/34354 (overview) and the page of each webhook, named in its module. All four come after the fact: the
//! service reads no field of the answer but needs HTTP 200 and JSON, within 2 seconds ([`ACKNOWLEDGEMENT`]). Without
//! a switch that the console has for it nothing is sent again; with it, the same may come twice. There is no event id,
//! and no promise of order.

mod after_group_destroyed;
mod body;
mod member;
mod member_state_change;
mod membership;
mod query;
mod revision;
mod sign;

pub use after_group_destroyed::AfterGroupDestroyed;
pub use body::WebhookError;
pub use member::WebhookMember;
pub use member_state_change::{EventCause, EventType, MemberStateChange};
#[doc(hidden)]
pub use membership::ChangeType;
pub use membership::{ExitType, JoinType, MembershipChange};
pub use query::WebhookQuery;
pub use revision::Revision;
#[doc(hidden)]
pub use revision::TimeForm;
pub use sign::{SignError, WebhookToken};

use body::command_of;

/// The answer that says the webhook has arrived. Source: 1047/34372, sample answer.
pub const ACKNOWLEDGEMENT: &[u8] = br#"{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}"#;

/// A webhook of an audio-video group that changes who is in it or online.
///
/// ```
/// use avmarks_protocol::webhook::{EventType, Webhook};
///
/// let body = br#"{"CallbackCommand":"Group.CallbackOnMemberStateChange","GroupId":"@TGS#a6I4ZUUGO",
///                 "EventType":"Offline","EventCause":"HeartbeatInterrupt","MemberList":[{"Member_Account":"jared"}]}"#;
/// let Ok(Webhook::MemberStateChange(change)) = Webhook::parse(body) else { panic!() };
/// assert_eq!((change.event_type, change.members), (EventType::Offline, vec!["jared".into()]));
///
/// let error = Webhook::parse(br#"{"CallbackCommand":"Group.CallbackAfterSendMsg"}"#).unwrap_err();
/// assert_eq!(error.to_string(), "`Group.CallbackAfterSendMsg` is not a webhook that changes members; acknowledge and ignore it");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Webhook {
    /// Users have joined.
    AfterMemberJoin(MembershipChange<JoinType>),
    /// Members have left, or were removed.
    AfterMemberExit(MembershipChange<ExitType>),
    /// The group is gone.
    AfterGroupDestroyed(AfterGroupDestroyed),
    /// Members have gone offline or come back.
    MemberStateChange(MemberStateChange),
}

impl Webhook {
    /// Every `CallbackCommand` that is read here.
    pub const COMMANDS: &'static [&'static str] = &[
        MembershipChange::<JoinType>::COMMAND,
        MembershipChange::<ExitType>::COMMAND,
        AfterGroupDestroyed::COMMAND,
        MemberStateChange::COMMAND,
    ];

    /// The webhook of this body, of any revision.
    ///
    /// # Errors
    ///
    /// [`WebhookError`] if the body is not a JSON object, is of another webhook, or a field is missing, duplicated, or
    /// of another type.
    pub fn parse(body: &[u8]) -> Result<Self, WebhookError> {
        let (command, body) = command_of(body)?;
        match command.as_str() {
            MembershipChange::<JoinType>::COMMAND => {
                MembershipChange::<JoinType>::read(body).map(Self::AfterMemberJoin)
            }
            MembershipChange::<ExitType>::COMMAND => {
                MembershipChange::<ExitType>::read(body).map(Self::AfterMemberExit)
            }
            AfterGroupDestroyed::COMMAND => AfterGroupDestroyed::read(body).map(Self::AfterGroupDestroyed),
            MemberStateChange::COMMAND => MemberStateChange::read(body).map(Self::MemberStateChange),
            _ => Err(WebhookError::UnknownCommand { found: command }),
        }
    }

    /// The body, compact, as this revision of the documents has it. What the revision does not have is left out; unknown
    /// fields come last.
    #[must_use]
    pub fn to_json(&self, revision: Revision) -> Vec<u8> {
        match self {
            Self::AfterMemberJoin(webhook) => webhook.to_json(revision),
            Self::AfterMemberExit(webhook) => webhook.to_json(revision),
            Self::AfterGroupDestroyed(webhook) => webhook.to_json(revision),
            Self::MemberStateChange(webhook) => webhook.to_json(revision),
        }
    }

    /// `CallbackCommand`.
    #[must_use]
    pub const fn command(&self) -> &'static str {
        match self {
            Self::AfterMemberJoin(_) => MembershipChange::<JoinType>::COMMAND,
            Self::AfterMemberExit(_) => MembershipChange::<ExitType>::COMMAND,
            Self::AfterGroupDestroyed(_) => AfterGroupDestroyed::COMMAND,
            Self::MemberStateChange(_) => MemberStateChange::COMMAND,
        }
    }

    /// `GroupId`.
    #[must_use]
    pub fn group_id(&self) -> &str {
        match self {
            Self::AfterMemberJoin(webhook) => &webhook.group_id,
            Self::AfterMemberExit(webhook) => &webhook.group_id,
            Self::AfterGroupDestroyed(webhook) => &webhook.group_id,
            Self::MemberStateChange(webhook) => &webhook.group_id,
        }
    }
}

#[cfg(test)]
mod tests;
