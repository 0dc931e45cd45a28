//! Signs of life, and of the contrary.

use avmarks_protocol::webhook::{EventType, Webhook};
use avmarks_spec::readings::AccountId;
use avmarks_spec::{GroupId, Mark, Timestamp, UserId};

use super::{Keeper, listed};
use crate::call::Action;
use crate::event::{Event, PresenceChange, Record};
use crate::group::Stage;
use crate::want::Want;

impl Keeper {
    /// Records a webhook. It may be duplicated, late, out of order, or about accounts without a want.
    ///
    /// An account that came online or joined is due at once. One that went offline or left is removed from the waiting accounts, if its
    /// `EventTime` is later than all its signs of life; otherwise, and without `EventTime`, it counts as online. A robot that left is
    /// added again.
    pub fn on_webhook(&mut self, now: Timestamp, webhook: &Webhook) {
        let now = self.time(now);
        let Ok(group) = GroupId::parse(webhook.group_id()) else { return };
        if !self.groups.contains_key(&group) {
            return;
        }
        let (members, at, change): (_, _, fn(UserId) -> PresenceChange) = match webhook {
            Webhook::AfterMemberJoin(change) => (&change.members, change.event_time, PresenceChange::Online),
            Webhook::AfterMemberExit(change) => (&change.members, change.event_time, PresenceChange::Left),
            Webhook::MemberStateChange(change) if change.event_type == EventType::Offline => {
                (&change.members, change.event_time, PresenceChange::Offline)
            }
            // In doubt an account counts as online.
            Webhook::MemberStateChange(change) => (&change.members, change.event_time, PresenceChange::Online),
            Webhook::AfterGroupDestroyed(_) => return self.destroyed(now, group),
            _ => return,
        };
        // An account may have any characters that some reading allows.
        for account in members.iter().filter_map(|member| UserId::parse_as(&member.account, AccountId::Utf8).ok()) {
            self.on_presence(now, group, change(account), at);
        }
    }

    /// Records the event of a webhook about one account, or about a group, with its `EventTime`: as [`Keeper::on_webhook`], for callers that have
    /// stored only this part of the webhook.
    pub fn on_presence(&mut self, now: Timestamp, group: GroupId, change: PresenceChange, at: Option<Timestamp>) {
        let now = self.time(now);
        if !self.groups.contains_key(&group) {
            return;
        }
        match change {
            PresenceChange::Online(account) => self.came(now, group, account, at),
            PresenceChange::Offline(account) => self.went(now, group, account, at, false),
            PresenceChange::Left(account) => self.went(now, group, account, at, true),
            PresenceChange::Destroyed => self.destroyed(now, group),
        }
    }

    /// Takes every wanted account of every group for online: at the start, and where webhooks may have been missed. Those that are not are
    /// left out of the answers.
    pub fn resync(&mut self, now: Timestamp) {
        self.time(now);
        self.resyncs = self.groups.keys().map(|group| (*group, None)).collect();
    }

    /// Takes every wanted account of one group for online.
    pub fn resync_group(&mut self, now: Timestamp, group: GroupId) {
        self.time(now);
        if self.groups.contains_key(&group) {
            self.resyncs.insert(group, None);
        }
    }

    /// An account came online, or joined.
    fn came(&mut self, now: Timestamp, group: GroupId, account: UserId, at: Option<Timestamp>) {
        let by = now.saturating_add(self.settings.gather);
        let Some(state) = self.groups.get_mut(&group) else { return };
        let is_wanted = state.wants.contains_key(&account);
        let Some(active) = state.active_mut(account, is_wanted) else { return };
        active.touched_at = now;
        match at {
            // It was served after a later one.
            Some(at) if at < active.online_at && active.flags.served => return,
            Some(at) => active.online_at = active.online_at.max(at),
            None => active.asked_at = now,
        }
        // Had it been pinned, the service would not have told.
        active.pin_ends = None;
        active.flags.told = true;
        active.flags.served = false;
        active.flags.gone = false;
        self.start(group, account, by);
    }

    /// An account went offline, or left.
    fn went(&mut self, now: Timestamp, group: GroupId, account: UserId, at: Option<Timestamp>, has_left: bool) {
        let (quiet, by) = (self.settings.quiet, now.saturating_add(self.settings.gather));
        let Some(state) = self.groups.get_mut(&group) else { return };
        let is_robot = state.wants.get(&account).is_some_and(Want::is_robot);
        let Some(active) = state.active_mut(account, is_robot) else { return };
        active.touched_at = now;
        if is_robot {
            // Mark 500 is gone with it, and that a webhook is late does not matter: to add a robot again changes nothing.
            active.pin_ends = None;
            return self.start(group, account, by);
        }
        if at.is_none_or(|at| at <= active.online_at.max(active.asked_at)) {
            return;
        }
        active.pin_ends = None;
        let was_just_pinned = active.pinned_at.is_some_and(|pinned| pinned.saturating_add(quiet) > now);
        match active.stage {
            Stage::InFlight(action) => {
                active.flags.gone = true;
                active.again_by = None;
                active.flags.unpin |= has_left && (action == Action::Pin || was_just_pinned);
            }
            // The account may have left before mark 500 was set, and be a robot now.
            _ if has_left && was_just_pinned => {
                active.pinned_at = None;
                active.unwanted.insert(Mark::PINNED);
                self.set_stage(group, account, Stage::Queued(Action::Delete, by));
                if let Some(active) = self.active_mut(group, account) {
                    active.flags.goes_on = false;
                }
            }
            Stage::Queued(Action::Delete, _) | Stage::Delayed(Action::Delete, _) => active.flags.goes_on = false,
            _ => self.rest(now, group, account),
        }
    }

    /// A group was destroyed, with all marks in it.
    pub(super) fn destroyed(&mut self, now: Timestamp, group: GroupId) {
        let Some(state) = self.groups.get_mut(&group) else { return };
        let accounts: Vec<UserId> = state.active.keys().copied().collect();
        for account in accounts {
            self.confirm_gone(now, group, account);
        }
        self.resyncs.remove(&group);
        self.events.push(Event::Destroyed { group });
        self.forget_empty(group);
    }

    /// Drops what waits for an account that has no mark any more.
    fn confirm_gone(&mut self, now: Timestamp, group: GroupId, account: UserId) {
        let doubt_until = self.doubt_until;
        let Some(state) = self.groups.get_mut(&group) else { return };
        let want = state.wants.get(&account).cloned();
        let Some(active) = state.active.get_mut(&account) else { return };
        active.touched_at = now;
        active.pin_ends = None;
        active.again_by = None;
        active.flags.gone = true;
        active.flags.unpin = false;
        if let Stage::InFlight(_) = active.stage {
            return;
        }
        if active.doubt_until.max(doubt_until) > now {
            active.flags.goes_on = false;
            return self.rest(now, group, account);
        }
        active.unwanted.clear();
        let was_stored = std::mem::take(&mut active.flags.stored);
        self.set_stage(group, account, Stage::Idle);
        self.store_confirmed(group, account, want, was_stored);
    }

    /// Records that no deletion is pending for an account any more.
    pub(super) fn store_confirmed(&mut self, group: GroupId, account: UserId, want: Option<Want>, was_stored: bool) {
        if !was_stored {
            return;
        }
        let unwanted = self.active_mut(group, account).map(|active| listed(&active.unwanted)).unwrap_or_default();
        self.records.push(match want.is_none() && unwanted.is_empty() {
            true => Record::Remove { group, account },
            false => Record::Put { group, account, want, unwanted },
        });
    }
}
