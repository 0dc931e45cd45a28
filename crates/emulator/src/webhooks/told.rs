//! What happened, as webhooks.
//!
//! | happened | webhooks |
//! |---|---|
//! | joined | `AfterNewMemberJoin`, `Apply`; then, since 2024, `Online` by `Join` |
//! | left | `AfterMemberExit`, `Quit`; then, since 2024, `Offline` by `Quit`, if it was online |
//! | kicked | `AfterMemberExit`, `Kicked`; all that one call removes in one webhook |
//! | connection lost, or back | `Offline` by `HeartbeatInterrupt`, `Online` by `HeartbeatRecover`; all of one moment in one webhook |
//! | the same while pinned (500) | nothing: "disconnection events ignored" |
//! | group destroyed | `AfterGroupDestroyed`, without `MemberList` |
//!
//! **Our readings**, for no page says it: the end or deletion of a pin on a member without connection is `Offline` by
//! `HeartbeatInterrupt`, for its heartbeat is missing and nothing hides that any more, and a pin that brings such a member
//! online is `Online` by `HeartbeatRecover`. A member that was offline and joins again is `Online` by `Join`. A kick and a
//! disband are no `Offline`: the page of 2024 has the last *active* exit. A join or an exit over an SDK has `OptPlatform`
//! `Unknown`, for nobody says what it was; what the app does itself has `RESTAPI`. `ClientIP` is 127.0.0.1.

use std::borrow::Cow;
use std::collections::BTreeSet;

use avmarks_protocol::webhook::{
    AfterGroupDestroyed, AfterMemberExit, AfterMemberJoin, EventCause, EventType, ExitType, JoinType,
    MemberStateChange, Revision, Webhook,
};
use avmarks_rules::{Cause, Event};
use avmarks_service::{App, GroupEvent, GroupEventKind};
use avmarks_spec::readings::AccountId;
use avmarks_spec::{GroupId, GroupType, Timestamp, UserId};
use serde::Deserialize;

use crate::calls::Group;
use crate::inputs::Exit;

/// What a change takes away, and webhooks tell nevertheless.
pub(crate) struct Before {
    group: GroupId,
    kind: GroupType,
    owner: Option<String>,
    name: Option<String>,
    /// Of those who leave, who is offline.
    offline: BTreeSet<UserId>,
}

/// A webhook, and what its query says of who caused it, where it says that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) webhook: Webhook,
    pub(super) platform: Option<&'static str>,
}

impl Told {
    /// About how much memory it takes.
    pub(super) fn bytes(&self) -> usize {
        let members = match &self.webhook {
            Webhook::AfterMemberJoin(join) => &*join.members,
            Webhook::AfterMemberExit(exit) => &exit.members,
            Webhook::MemberStateChange(change) => &change.members,
            // None of the others names members.
            _ => &[],
        };
        size_of::<Self>() + members.iter().map(|member| size_of_val(member) + member.account.len()).sum::<usize>()
    }
}

impl Before {
    /// A group, before it is destroyed or these leave it; nothing where there is none.
    pub(crate) fn of(
        app: &App,
        kept: Option<&Group>,
        group: GroupId,
        leaving: &[UserId],
        now: Timestamp,
    ) -> Option<Self> {
        let room = app.room(&group)?;
        let is_offline = |account: &&UserId| room.member(account, now).is_some_and(|member| !member.online);
        Some(Self {
            group,
            kind: room.kind(),
            owner: room.owner().map(|owner| owner.to_string()),
            name: kept.map(|kept| kept.name.clone()).filter(|name| !name.is_empty()),
            offline: leaving.iter().filter(is_offline).copied().collect(),
        })
    }

    /// A group before a scenario line, where that takes something away.
    pub(crate) fn of_line(app: &App, kept: impl Fn(&GroupId) -> Option<Group>, line: &str) -> Option<Self> {
        #[derive(Deserialize)]
        struct Head<'a> {
            #[serde(borrow)]
            r#do: Cow<'a, str>,
            group: String,
            account: Option<String>,
            #[serde(default)]
            accounts: Vec<String>,
        }
        let head: Head<'_> = serde_json::from_str(line).ok()?;
        if !matches!(&*head.r#do, "destroy_group" | "leave") {
            return None;
        }
        let group = GroupId::parse(&head.group).ok()?;
        let accounts = head.account.iter().chain(&head.accounts);
        let leaving: Vec<_> = accounts.filter_map(|text| UserId::parse_as(text, AccountId::Utf8).ok()).collect();
        Self::of(app, kept(&group).as_ref(), group, &leaving, app.latest())
    }
}

/// The webhooks of what happened at one moment, in order.
pub(super) fn told(
    app: &App,
    before: Option<Before>,
    at: Timestamp,
    happenings: &[GroupEvent],
    exit: Exit,
    revision: Revision,
) -> Vec<Told> {
    let mut teller = Teller { app, before, at, exit, revision, told: Vec::new() };
    let mut joined = None;
    for GroupEvent { group, what, .. } in happenings {
        match what {
            GroupEventKind::GroupDestroyed => teller.destroyed(*group),
            GroupEventKind::Member(Event::Joined { account, .. }) => {
                teller.joined(*group, account);
                joined = Some(*account);
                continue;
            }
            GroupEventKind::Member(event) => teller.member(*group, event, joined),
            _ => {}
        }
        joined = None;
    }
    teller.told
}

struct Teller<'a> {
    app: &'a App,
    before: Option<Before>,
    at: Timestamp,
    exit: Exit,
    revision: Revision,
    told: Vec<Told>,
}

const REST: Option<&str> = Some("RESTAPI");
const SDK: Option<&str> = Some("Unknown");

impl Teller<'_> {
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
                let was_offline = self.before(group).is_some_and(|before| before.offline.contains(account));
                self.left(group, account);
                if self.exit == Exit::Quit && since_2024 && !was_offline {
                    self.changed(group, account, EventType::Offline, EventCause::Quit);
                }
            }
            _ => {}
        }
    }

    fn joined(&mut self, group: GroupId, account: &UserId) {
        let webhook = Webhook::AfterMemberJoin(AfterMemberJoin {
            group_id: group.to_string(),
            group_type: Some(self.kind(group).name().to_owned()),
            join_type: JoinType::Apply,
            operator: account.to_string(),
            members: vec![account.as_str().into()],
            event_time: Some(self.at),
            extra: Default::default(),
        });
        self.told.push(Told { webhook, platform: SDK });
    }

    fn left(&mut self, group: GroupId, account: &UserId) {
        let kicked = self.exit == Exit::Kicked;
        if let Some(Told { webhook: Webhook::AfterMemberExit(exit), .. }) = self.told.last_mut()
            && kicked
            && exit.group_id == group.as_str()
        {
            exit.members.push(account.as_str().into());
            return;
        }
        let (exit_type, operator, platform) = match kicked {
            true => {
                let admin = self.app.settings().admins.first();
                (ExitType::Kicked, admin.map_or("administrator", String::as_str).to_owned(), REST)
            }
            false => (ExitType::Quit, account.to_string(), SDK),
        };
        let webhook = Webhook::AfterMemberExit(AfterMemberExit {
            group_id: group.to_string(),
            group_type: Some(self.kind(group).name().to_owned()),
            exit_type,
            operator,
            members: vec![account.as_str().into()],
            event_time: Some(self.at),
            extra: Default::default(),
        });
        self.told.push(Told { webhook, platform });
    }

    /// Going online and offline is told of audio-video groups alone.
    fn changed(&mut self, group: GroupId, account: &UserId, event_type: EventType, cause: EventCause) {
        if self.kind(group) != GroupType::AvChatRoom {
            return;
        }
        let cause = Some(cause);
        if let Some(Told { webhook: Webhook::MemberStateChange(change), .. }) = self.told.last_mut()
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
            event_time: Some(self.at),
            extra: Default::default(),
        });
        // The sample has neither `ClientIP` nor `OptPlatform`.
        self.told.push(Told { webhook, platform: None });
    }

    fn destroyed(&mut self, group: GroupId) {
        let before = self.before(group);
        let webhook = Webhook::AfterGroupDestroyed(AfterGroupDestroyed {
            group_id: group.to_string(),
            group_type: before.map(|before| before.kind.name().to_owned()),
            owner: before.and_then(|before| before.owner.clone()),
            name: before.and_then(|before| before.name.clone()),
            // An AVChatRoom stores no profiles of its members.
            members: None,
            event_time: Some(self.at),
            extra: Default::default(),
        });
        self.told.push(Told { webhook, platform: REST });
    }

    fn before(&self, group: GroupId) -> Option<&Before> {
        self.before.as_ref().filter(|before| before.group == group)
    }

    fn kind(&self, group: GroupId) -> GroupType {
        self.app.room(&group).map(avmarks_rules::Room::kind).unwrap_or_default()
    }
}
