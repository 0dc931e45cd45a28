//! What happened, as webhooks.
//!
//! | happened | webhooks |
//! |---|---|
//! | joined | `AfterNewMemberJoin`, `Apply`; then, since 2024, `Online` by `Join` |
//! | added | `AfterNewMemberJoin`, `Invited`; all that one call adds in one webhook |
//! | left | `AfterMemberExit`, `Quit`; then, since 2024, `Offline` by `Quit`, if it was online |
//! | kicked | `AfterMemberExit`, `Kicked`; all that one call removes in one webhook |
//! | connection lost, or back | `Offline` by `HeartbeatInterrupt`, `Online` by `HeartbeatRecover`; all of one moment in one webhook |
//! | the same while pinned (500) | nothing: "disconnection events ignored" |
//! | group destroyed | `AfterGroupDestroyed`, without `MemberList` |
//!
//! **Our readings**, because no page says it: the end or deletion of a pin on a member without connection is `Offline` by
//! `HeartbeatInterrupt`, because its heartbeat is missing and nothing hides that any more, and a pin that brings such a member
//! online is `Online` by `HeartbeatRecover`. A member that was offline and joins again is `Online` by `Join`. A kick and a
//! disband are no `Offline`: the page of 2024 has the last *active* exit. A join or an exit over an SDK has `OptPlatform`
//! `Unknown`, because nobody says what it was; what the app does itself has `RESTAPI`. `ClientIP` is 127.0.0.1.
//!
//! Webhooks about calls (`call_webhook.rs`) come from the calls themselves: created, sent, and what is asked before either.

use avmarks_protocol::webhook::{
    AfterGroupDestroyed, EventCause, EventType, ExitType, JoinType, MemberStateChange, MembershipChange, Revision,
    Webhook, WebhookMember,
};
use avmarks_rules::{Cause, Event};
use avmarks_service::{App, GroupEvent};
use avmarks_spec::{GroupId, GroupType, UserId};

use super::call_webhook::CallWebhook;
use super::event::WebhookEvent;
use super::initiator::Initiator;
use crate::state::{Changes, Removed};

/// A webhook, and who caused it according to its query, if that says so.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Notification {
    pub(super) content: Content,
    pub(super) platform: Option<&'static str>,
}

/// The contents of a webhook.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Content {
    /// Who is in a group or online has changed.
    Members(Webhook),
    Call(CallWebhook),
}

impl Notification {
    /// About a call over REST.
    pub(super) const fn of_call(webhook: CallWebhook) -> Self {
        Self { content: Content::Call(webhook), platform: REST }
    }

    /// About what a user does over an SDK.
    pub(super) const fn of_user(webhook: CallWebhook) -> Self {
        Self { content: Content::Call(webhook), platform: SDK }
    }

    pub(super) fn event(&self) -> Option<WebhookEvent> {
        match &self.content {
            Content::Members(webhook) => WebhookEvent::from_name(webhook.command()),
            Content::Call(webhook) => Some(webhook.event),
        }
    }

    /// `CallbackCommand`.
    pub(super) const fn command(&self) -> &'static str {
        match &self.content {
            Content::Members(webhook) => webhook.command(),
            Content::Call(webhook) => webhook.event.name(),
        }
    }

    pub(super) fn group_id(&self) -> &str {
        match &self.content {
            Content::Members(webhook) => webhook.group_id(),
            Content::Call(webhook) => webhook.group_id(),
        }
    }

    pub(super) fn to_json(&self, revision: Revision) -> Vec<u8> {
        match &self.content {
            Content::Members(webhook) => webhook.to_json(revision),
            Content::Call(webhook) => webhook.to_json(revision),
        }
    }

    /// About how much memory it takes.
    pub(super) fn bytes(&self) -> usize {
        let of = |members: &[WebhookMember]| {
            members.iter().map(|member| size_of_val(member) + member.account.len()).sum::<usize>()
        };
        let beyond = match &self.content {
            Content::Members(Webhook::AfterMemberJoin(join)) => of(&join.members),
            Content::Members(Webhook::AfterMemberExit(exit)) => of(&exit.members),
            Content::Members(Webhook::MemberStateChange(change)) => of(&change.members),
            // None of the others names members.
            Content::Members(_) => 0,
            Content::Call(webhook) => webhook.bytes(),
        };
        size_of::<Self>() + beyond
    }
}

/// The webhooks of what happened at one moment, in order.
pub(super) fn notifications(
    app: &App,
    changes: &Changes,
    initiator: Initiator,
    revision: Revision,
) -> Vec<Notification> {
    if initiator == Initiator::Import {
        return Vec::new();
    }
    let mut notifier = Notifier { app, changes, initiator, revision, notifications: Vec::new() };
    let mut joined = None;
    for event in &changes.events {
        match event {
            GroupEvent::Destroyed(group) => notifier.destroyed(*group),
            GroupEvent::Member(group, Event::Joined { account, .. }) => {
                notifier.joined(*group, account);
                joined = Some(*account);
                continue;
            }
            GroupEvent::Member(group, event) => notifier.member(*group, event, joined),
            _ => {}
        }
        joined = None;
    }
    notifier.notifications
}

struct Notifier<'a> {
    app: &'a App,
    changes: &'a Changes,
    initiator: Initiator,
    revision: Revision,
    notifications: Vec<Notification>,
}

const REST: Option<&str> = Some("RESTAPI");
const SDK: Option<&str> = Some("Unknown");

impl Notifier<'_> {
    fn member(&mut self, group: GroupId, event: &Event, joined: Option<UserId>) {
        let since_2024 = self.revision >= Revision::Y2024;
        match event {
            // No document tells of a webhook about an account that never joined (`gap:robot-webhook`).
            Event::CameOnline { robot: true, .. }
            | Event::Left { robot: true, .. }
            | Event::WentOffline { robot: true, .. } => {}
            Event::CameOnline { account, .. } if !since_2024 && joined.as_ref() == Some(account) => {}
            Event::CameOnline { account, cause: Cause::Join, .. } => {
                self.changed(group, account, EventType::Online, EventCause::Join);
            }
            Event::CameOnline { account, .. } => {
                self.changed(group, account, EventType::Online, EventCause::HeartbeatRecover);
            }
            Event::WentOffline { account, .. } => {
                self.changed(group, account, EventType::Offline, EventCause::HeartbeatInterrupt);
            }
            Event::Left { account, .. } => {
                let was_offline = self.removed(group).is_some_and(|removed| removed.offline.contains(account));
                self.left(group, account);
                if self.initiator == Initiator::Member && since_2024 && !was_offline {
                    self.changed(group, account, EventType::Offline, EventCause::Quit);
                }
            }
            _ => {}
        }
    }

    fn joined(&mut self, group: GroupId, account: &UserId) {
        let types = [JoinType::Invited, JoinType::Apply];
        self.membership(group, account, types, Webhook::AfterMemberJoin, |webhook| match webhook {
            Webhook::AfterMemberJoin(join) => Some(join),
            _ => None,
        });
    }

    fn left(&mut self, group: GroupId, account: &UserId) {
        let types = [ExitType::Kicked, ExitType::Quit];
        self.membership(group, account, types, Webhook::AfterMemberExit, |webhook| match webhook {
            Webhook::AfterMemberExit(exit) => Some(exit),
            _ => None,
        });
    }

    /// A join or an exit, of the first type where an app admin made it and of the second where the member did. All that one call of an
    /// admin changes in a group is one webhook: `of_webhook` gives the change that a webhook of this kind holds.
    fn membership<T>(
        &mut self,
        group: GroupId,
        account: &UserId,
        [by_admin, by_member]: [T; 2],
        webhook: fn(MembershipChange<T>) -> Webhook,
        of_webhook: fn(&mut Webhook) -> Option<&mut MembershipChange<T>>,
    ) {
        let is_by_admin = self.initiator == Initiator::Admin;
        let last = self.notifications.last_mut().and_then(|last| match &mut last.content {
            Content::Members(webhook) => of_webhook(webhook),
            Content::Call(_) => None,
        });
        if let Some(change) = last.filter(|change| is_by_admin && change.group_id == group.as_str()) {
            change.members.push(account.as_str().into());
            return;
        }
        let (change_type, operator, platform) = match is_by_admin {
            true => (by_admin, self.admin(), REST),
            false => (by_member, account.to_string(), SDK),
        };
        let change = MembershipChange {
            group_id: group.to_string(),
            group_type: Some(self.kind(group).name().to_owned()),
            change_type,
            operator,
            members: vec![account.as_str().into()],
            event_time: Some(self.changes.at),
            extra: Default::default(),
        };
        self.notifications.push(Notification { content: Content::Members(webhook(change)), platform });
    }

    /// The app admin that did it, which no change names.
    fn admin(&self) -> String {
        self.app.settings().admins.first().map_or("administrator", String::as_str).to_owned()
    }

    /// Only audio-video groups have webhooks about going online and offline.
    fn changed(&mut self, group: GroupId, account: &UserId, event_type: EventType, cause: EventCause) {
        if self.kind(group) != GroupType::AvChatRoom {
            return;
        }
        let cause = Some(cause);
        if let Some(Notification { content: Content::Members(Webhook::MemberStateChange(change)), .. }) =
            self.notifications.last_mut()
            && change.group_id == group.as_str()
            && change.event_type == event_type
            && change.event_cause == cause
        {
            change.members.push(account.as_str().into());
            return;
        }
        let webhook = Webhook::MemberStateChange(MemberStateChange {
            group_id: group.to_string(),
            event_type,
            event_cause: cause,
            members: vec![account.as_str().into()],
            event_time: Some(self.changes.at),
            extra: Default::default(),
        });
        // The sample has neither `ClientIP` nor `OptPlatform`.
        self.notifications.push(Notification { content: Content::Members(webhook), platform: None });
    }

    fn destroyed(&mut self, group: GroupId) {
        let removed = self.removed(group);
        let webhook = Webhook::AfterGroupDestroyed(AfterGroupDestroyed {
            group_id: group.to_string(),
            group_type: removed.map(|removed| removed.kind.name().to_owned()),
            owner: removed.and_then(|removed| removed.owner.clone()),
            name: removed.and_then(|removed| removed.name.clone()),
            // An AVChatRoom stores no profiles of its members.
            members: None,
            event_time: Some(self.changes.at),
            extra: Default::default(),
        });
        self.notifications.push(Notification { content: Content::Members(webhook), platform: REST });
    }

    fn removed(&self, group: GroupId) -> Option<&Removed> {
        self.changes.removed.as_ref().filter(|removed| removed.group == group)
    }

    fn kind(&self, group: GroupId) -> GroupType {
        self.app.room(&group).map(avmarks_rules::Room::kind).unwrap_or_default()
    }
}
