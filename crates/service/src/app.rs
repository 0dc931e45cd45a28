//! An app: its settings, its groups, and what presence does to them.

use std::collections::{BTreeMap, BTreeSet};

use avmarks_protocol::Endpoint;
use avmarks_protocol::SdkAppId;
use avmarks_protocol::secret::SecretKey;
use avmarks_rules::internal::Scratch;
use avmarks_rules::{Event, Operator, Presence, Room, Terms};
use avmarks_spec::{GroupId, GroupType, Timestamp, UserId};

use crate::online_list::ListCache;
use crate::quota::Quota;

/// The settings of an app.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// The SDKAppID.
    pub sdkappid: SdkAppId,
    /// The identifiers of the app admins (`ADMIN-CALLER`).
    pub admins: BTreeSet<String>,
    /// Plan, switch, policy and limits.
    pub terms: Terms,
    /// The key that signatures are checked with (`USERSIG`); without one, every signature is taken as valid.
    pub key: Option<SecretKey>,
}

impl Default for Settings {
    /// The settings at the start of a scenario: SDKAppID 1400000000, one admin called `administrator`, plan and switch in place.
    fn default() -> Self {
        Self {
            sdkappid: SdkAppId::EXAMPLE,
            admins: BTreeSet::from(["administrator".to_owned()]),
            terms: Terms::default(),
            key: None,
        }
    }
}

/// The service of one app, as a state machine without I/O. The caller passes the time with every input.
///
/// - **Requests:** [`handle`](Self::handle) answers a request, [`dry_run`](Self::dry_run) lists its violations without an effect, and
///   [`authorize`](Self::authorize) checks the first steps for a call that is served elsewhere.
/// - **Other inputs:** [`create_group`](Self::create_group), [`destroy_group`](Self::destroy_group),
///   [`apply_presence`](Self::apply_presence), [`configure`](Self::configure), [`tick`](Self::tick). [`next_deadline`](Self::next_deadline) says when to call `tick`.
/// - **State:** [`settings`](Self::settings), [`now`](Self::now), [`groups`](Self::groups), [`room`](Self::room),
///   [`snapshot`](Self::snapshot) and [`restore`](Self::restore).
///
/// Time does not run backwards: an `at` below the latest time seen counts as the latest time seen (`gap:clock`). Before an input is
/// handled, every pin that has ended by then expires, in every group, the earliest first. Time ends at [`Timestamp::LATEST`].
///
/// ```
/// use avmarks_rules::Presence;
/// use avmarks_service::{App, Request, Settings};
/// use avmarks_spec::{GroupId, GroupType, Timestamp, UserId};
///
/// let mut app = App::new(Settings::default());
/// let (group, teacher) = (GroupId::parse("@TGS#a").unwrap(), UserId::parse("teacher10").unwrap());
/// let now = Timestamp::from_millis(1_000);
/// app.create_group(group, GroupType::AvChatRoom, None, now);
/// app.apply_presence(group, Presence::Join, &[teacher], now);
///
/// let response = app.handle(
///     &Request::trusted(
///         "administrator",
///         "v4/group_open_avchatroom_http_svc/modify_user_info",
///         br#"{"GroupId":"@TGS#a","CommandType":1,"MemberList":[{"Member_Account":"teacher10","Marks":[1000]}]}"#,
///     ),
///     now,
/// );
/// assert_eq!(
///     response.answer.body,
///     br#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","CommandType":1,"MemberList":[{"Member_Account":"teacher10","Marks":[1000]}]}"#
/// );
/// ```
#[derive(Clone, Debug)]
pub struct App {
    pub(crate) settings: Settings,
    pub(crate) now: Timestamp,
    /// Each in a box: half of the places of a map may be empty, and would take as much memory as a group.
    pub(crate) groups: BTreeMap<GroupId, Box<Group>>,
    /// The end of the next pin of each group. The passing of time visits no group without a pin.
    pub(crate) deadlines: BTreeSet<(Timestamp, GroupId)>,
    /// One quota for each app and command (`gap:rate-scope`).
    pub(crate) quotas: BTreeMap<(SdkAppId, Endpoint), Quota>,
    /// Memory that calls reuse.
    pub(crate) scratch: Scratch,
}

/// A group: its room and the cache of its lists (`gap:refresh-list`, `gap:refresh-count`).
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) room: Room,
    pub(crate) cache: ListCache,
}

/// An event in a group.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GroupEvent {
    /// The group was created.
    Created(GroupId),
    /// The group was destroyed, with everything in it.
    Destroyed(GroupId),
    /// An event of a member or robot of the group.
    Member(GroupId, Event),
}

impl GroupEvent {
    /// The group.
    #[must_use]
    pub const fn group(&self) -> GroupId {
        match self {
            Self::Created(group) | Self::Destroyed(group) | Self::Member(group, _) => *group,
        }
    }
}

impl App {
    /// An app without groups. A limit above its ceiling is lowered to the ceiling.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let mut app = Self {
            settings: Settings::default(),
            now: Timestamp::EPOCH,
            groups: BTreeMap::new(),
            deadlines: BTreeSet::new(),
            quotas: BTreeMap::new(),
            scratch: Scratch::default(),
        };
        app.configure(settings);
        app
    }

    /// The settings of the app.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Replaces the settings. Groups, members, marks and cached lists stay. Another SDKAppID has a quota of its own
    /// (`gap:rate-scope`). A limit above its ceiling is lowered to the ceiling.
    ///
    /// A lower limit removes no mark: `MARKS-PER-GROUP` and `MEMBERS-PER-MARK` say which marks may be set, and no sentence of the
    /// documents says that marks beyond a lower limit are lost. While a group has more marks than the limit, no call sets a mark;
    /// while a mark has more holders than the limit, no further account gets it.
    pub fn configure(&mut self, settings: Settings) {
        self.settings = settings;
        self.settings.terms.limits = self.settings.terms.limits.within_ceilings();
    }

    /// The latest time seen.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// The end of the next pin: call [`App::tick`] then or later. It may change with every input.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.deadlines.first().map(|(end, _)| *end)
    }

    /// The ids of the groups, by their bytes.
    pub fn groups(&self) -> impl ExactSizeIterator<Item = GroupId> {
        self.groups.keys().copied()
    }

    /// The room of a group.
    #[must_use]
    pub fn room(&self, group: &GroupId) -> Option<&Room> {
        self.groups.get(group).map(|group| &group.room)
    }

    /// Lets time pass until `at`.
    pub fn tick(&mut self, at: Timestamp) -> Vec<GroupEvent> {
        let mut events = Vec::new();
        self.advance(at, &mut events);
        events
    }

    /// Creates a group. No effect where the group exists.
    pub fn create_group(
        &mut self,
        id: GroupId,
        kind: GroupType,
        owner: Option<UserId>,
        at: Timestamp,
    ) -> Vec<GroupEvent> {
        let mut events = self.tick(at);
        self.groups.entry(id).or_insert_with(|| {
            events.push(GroupEvent::Created(id));
            Box::new(Group { room: Room::new(kind, owner), cache: ListCache::default() })
        });
        events
    }

    /// Destroys a group. No effect where the group does not exist.
    pub fn destroy_group(&mut self, id: GroupId, at: Timestamp) -> Vec<GroupEvent> {
        let mut events = self.tick(at);
        if let Some(group) = self.groups.remove(&id) {
            group.room.next_deadline().map(|end| self.deadlines.remove(&(end, id)));
            events.push(GroupEvent::Destroyed(id));
        }
        events
    }

    /// Makes this account the owner of a group; nothing if there is none. No rule is asked: the vendor hands over groups of any type
    /// but an AVChatRoom (1047/34966).
    pub fn change_owner(&mut self, id: GroupId, owner: UserId, at: Timestamp) -> Vec<GroupEvent> {
        let events = self.tick(at);
        self.change(id, |room| room.set_owner(owner));
        events
    }

    /// Applies a change of presence to these accounts, in order. An account that is named twice counts once. No effect in a group that does
    /// not exist.
    pub fn apply_presence(
        &mut self,
        group: GroupId,
        presence: Presence,
        accounts: &[UserId],
        at: Timestamp,
    ) -> Vec<GroupEvent> {
        let mut events = self.tick(at);
        let now = self.now;
        self.change(group, |room| events.extend(member_events(group, room.apply_presence(presence, accounts, now))));
        events
    }

    /// When an input of `at` is taken in: not before the latest time seen, and never after [`Timestamp::LATEST`], which is the
    /// latest that a snapshot can name.
    pub(crate) fn moment(&self, at: Timestamp) -> Timestamp {
        self.now.max(at.min(Timestamp::LATEST))
    }

    /// Lets the pins that end by `at` expire: the earliest first, at the same time by the bytes of the group id.
    pub(crate) fn advance(&mut self, at: Timestamp, events: &mut Vec<GroupEvent>) {
        self.now = self.moment(at);
        while let Some((end, group)) = self.deadlines.first().copied().filter(|(end, _)| *end <= self.now) {
            let mut expired = Vec::new();
            self.change(group, |room| expired = room.tick(end));
            events.extend(member_events(group, expired));
            // Ends the loop even if the room returned no event.
            self.deadlines.remove(&(end, group));
        }
    }

    /// Changes a room, and keeps its next deadline in step.
    pub(crate) fn change(&mut self, id: GroupId, change: impl FnOnce(&mut Room)) {
        let Some(group) = self.groups.get_mut(&id) else { return };
        let before = group.room.next_deadline();
        change(&mut group.room);
        let after = group.room.next_deadline();
        if before != after {
            before.map(|end| self.deadlines.remove(&(end, id)));
            after.map(|end| self.deadlines.insert((end, id)));
        }
    }

    /// The operator of this identifier.
    pub(crate) fn operator(&self, identifier: &str) -> Operator {
        if self.settings.admins.contains(identifier) {
            return Operator::Admin;
        }
        UserId::parse_as(identifier, self.settings.terms.policy.account_id).map_or(Operator::Invalid, Operator::User)
    }
}

/// The events of the members of a group.
pub(crate) fn member_events(group: GroupId, events: Vec<Event>) -> impl Iterator<Item = GroupEvent> {
    events.into_iter().map(move |event| GroupEvent::Member(group, event))
}
