//! `Group.CallbackOnMemberStateChange`: members have gone offline or come back. Source: 1047/48734, 269/76156.

use avmarks_spec::Timestamp;

use crate::extra::Extra;
use crate::open_text::open_text;

use super::body::WebhookError;
use super::body::{Body, Written, body_of};
use super::member::WebhookMember;
use super::revision::Revision;

/// Members of an audio-video group have gone offline or come back online. Going offline clears marks (`CLEAR-OFFLINE`).
///
/// A member is offline when the last of its terminals is. In 2023 only lost connections were reported; since 2024 the first
/// join and the last exit are, too. An early text had a `Type`, which no later one has; it is read as an unknown field.
///
/// ```
/// use avmarks_protocol::webhook::{EventCause, EventType, MemberStateChange, Revision};
///
/// let change = MemberStateChange {
///     group_id: "@TGS#a6I4ZUUGO".to_owned(),
///     event_type: EventType::Offline,
///     event_cause: Some(EventCause::Quit),
///     members: vec!["jared".into()],
///     event_time: None,
///     extra: Default::default(),
/// };
/// assert_eq!(
///     String::from_utf8_lossy(&change.to_json(Revision::Y2023)),
///     r#"{"CallbackCommand":"Group.CallbackOnMemberStateChange","GroupId":"@TGS#a6I4ZUUGO","EventType":"Offline","MemberList":[{"Member_Account":"jared"}]}"#
/// );
/// assert_eq!(MemberStateChange::parse(&change.to_json(Revision::Y2024)), Ok(change));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberStateChange {
    /// `GroupId`.
    pub group_id: String,
    /// `EventType`.
    pub event_type: EventType,
    /// `EventCause`, since 2024.
    pub event_cause: Option<EventCause>,
    /// `MemberList`: the accounts it is about.
    pub members: Vec<WebhookMember>,
    /// `EventTime`, in the newest text.
    pub event_time: Option<Timestamp>,
    /// Fields that the documents do not have.
    pub extra: Extra,
}

open_text! {
    /// What has become of members.
    EventType {
        /// `Online`.
        Online "Online",
        /// `Offline`.
        Offline "Offline",
    }
}

open_text! {
    /// Why members have gone offline or come online.
    ///
    /// The vendor has added causes before, and the webhook of a sister product that is built alike (269/125793) has `Kicked` as well.
    ///
    /// ```
    /// use avmarks_protocol::webhook::{EventCause, MemberStateChange, Revision};
    ///
    /// let body = br#"{"CallbackCommand":"Group.CallbackOnMemberStateChange","GroupId":"g","EventType":"Offline","EventCause":"Kicked","MemberList":[]}"#;
    /// let change = MemberStateChange::parse(body).unwrap();
    /// assert_eq!(change.event_cause, Some(EventCause::Other("Kicked".to_owned())));
    /// assert_eq!(change.to_json(Revision::Newest), body);
    /// ```
    EventCause {
        /// `HeartbeatInterrupt`: nothing was heard of them for too long (20 s in 2023, 30 s in the newest text).
        HeartbeatInterrupt "HeartbeatInterrupt",
        /// `HeartbeatRecover`: they were heard of again.
        HeartbeatRecover "HeartbeatRecover",
        /// `Join`: they have joined.
        Join "Join",
        /// `Quit`: they have left.
        Quit "Quit",
    }
}

impl MemberStateChange {
    /// `CallbackCommand`.
    pub const COMMAND: &'static str = "Group.CallbackOnMemberStateChange";

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
            event_type: body.text("EventType")?.into(),
            event_cause: body.optional_text("EventCause")?.map(EventCause::from),
            members: body.members("MemberList")?,
            event_time: body.event_time()?,
            extra: body.rest(),
        })
    }

    /// The body, as this revision has it.
    #[must_use]
    pub fn to_json(&self, revision: Revision) -> Vec<u8> {
        let row = revision.row();
        Written::of(Self::COMMAND)
            .with("GroupId", &self.group_id)
            .with("EventType", &self.event_type)
            .with_some("EventCause", self.event_cause.as_ref().filter(|_| row.state_event_cause))
            .with("MemberList", &self.members)
            .with_some("EventTime", row.state_event_time.write(self.event_time))
            .end(&self.extra)
    }
}
