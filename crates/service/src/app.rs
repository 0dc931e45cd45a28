//! An app: its settings, its groups, and what presence does to them.

use std::collections::{BTreeMap, BTreeSet};

use avmarks_protocol::Endpoint;
use avmarks_protocol::SdkAppId;
use avmarks_protocol::secret::SecretKey;
use avmarks_rules::{Event, Operator, Presence, Quota, Room, Scratch, Terms};
use avmarks_spec::{GroupId, GroupType, Timestamp, UserId};

use crate::pull::ListCache;

/// What an app is set up with.
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
    /// What a scenario starts with: SDKAppID 1400000000, one admin called `administrator`, plan and switch in place.
    fn default() -> Self {
        Self {
            sdkappid: SdkAppId::EXAMPLE,
            admins: BTreeSet::from(["administrator".to_owned()]),
            terms: Terms::default(),
            key: None,
        }
    }
}

/// The service of one app, as a value: what goes in is told by the caller, the time above all.
///
/// Time never runs back: an `at` below the latest one seen is taken as that (`gap:clock`). Before any input is handled,
/// every pin that has ended by then expires, in every group, the earliest first. Time ends at [`Timestamp::LATEST`].
///
/// ```
/// use avmarks_rules::Presence;
/// use avmarks_service::{App, Call, Settings};
/// use avmarks_spec::{GroupId, GroupType, Timestamp, UserId};
///
/// let mut app = App::new(Settings::default());
/// let (group, teacher) = (GroupId::parse("@TGS#a").unwrap(), UserId::parse("teacher10").unwrap());
/// let now = Timestamp::from_millis(1_000);
/// app.create_group(group, GroupType::AvChatRoom, None, now);
/// app.observe(group, Presence::Join, &[teacher], now);
///
/// let response = app.call(
///     &Call {
///         identifier: "administrator",
///         path: "v4/group_open_avchatroom_http_svc/modify_user_info",
///         body: br#"{"GroupId":"@TGS#a","CommandType":1,"MemberList":[{"Member_Account":"teacher10","Marks":[1000]}]}"#,
///     },
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
    pub(crate) latest: Timestamp,
    /// Each behind a pointer: half of the places of a map may be empty, and would take as much as a group.
    pub(crate) groups: BTreeMap<GroupId, Box<Group>>,
    /// When the next pin of each group ends, so that time touches no group without one.
    pub(crate) deadlines: BTreeSet<(Timestamp, GroupId)>,
    /// One quota an app and command (`gap:rate-scope`).
    pub(crate) quotas: BTreeMap<(SdkAppId, Endpoint), Quota>,
    /// Memory that calls use one after the other.
    pub(crate) scratch: Scratch,
}

/// A group: its room, and what was last shown of it (`gap:refresh-list`, `gap:refresh-count`).
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) room: Room,
    pub(crate) views: ListCache,
}

/// Something that happened in a group.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GroupEvent {
    /// Where.
    pub group: GroupId,
    /// What.
    pub what: GroupEventKind,
}

/// See [`GroupEvent`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GroupEventKind {
    /// The group was created.
    GroupCreated,
    /// The group is gone, with everything in it.
    GroupDestroyed,
    /// Something happened to a member or robot.
    Member(Event),
}

impl App {
    /// An app without groups. Limits beyond their ceilings count as these.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let mut app = Self {
            settings: Settings::default(),
            latest: Timestamp::EPOCH,
            groups: BTreeMap::new(),
            deadlines: BTreeSet::new(),
            quotas: BTreeMap::new(),
            scratch: Scratch::default(),
        };
        app.configure(settings);
        app
    }

    /// What the app is set up with.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Sets the app up anew. Groups, members and marks stay, and so does what was last shown of a group. Another
    /// SDKAppID has a quota of its own (`gap:rate-scope`). Limits beyond their ceilings count as these.
    ///
    /// A limit that is lowered below what is there takes nothing away: `MARKS-PER-GROUP` and `MEMBERS-PER-MARK` say which marks
    /// may be set, and no sentence of the documents says that those beyond a lower cap are lost. While a group has more marks
    /// than it may, no call sets any; while a mark has more holders, nobody else takes it.
    pub fn configure(&mut self, settings: Settings) {
        self.settings = settings;
        self.settings.terms.limits = self.settings.terms.limits.within_ceilings();
    }

    /// The latest time seen.
    #[must_use]
    pub const fn latest(&self) -> Timestamp {
        self.latest
    }

    /// When the next pin ends: call [`App::tick`] then, or at any later time. Changes with every input.
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

    /// Lets time pass to `at`.
    pub fn tick(&mut self, at: Timestamp) -> Vec<GroupEvent> {
        let mut happenings = Vec::new();
        self.advance(at, &mut happenings);
        happenings
    }

    /// Creates a group; nothing where it exists.
    pub fn create_group(
        &mut self,
        id: GroupId,
        kind: GroupType,
        owner: Option<UserId>,
        at: Timestamp,
    ) -> Vec<GroupEvent> {
        let mut happenings = self.tick(at);
        self.groups.entry(id).or_insert_with(|| {
            happenings.push(GroupEvent { group: id, what: GroupEventKind::GroupCreated });
            Box::new(Group { room: Room::new(kind, owner), views: ListCache::default() })
        });
        happenings
    }

    /// Destroys a group; nothing where there is none.
    pub fn destroy_group(&mut self, id: GroupId, at: Timestamp) -> Vec<GroupEvent> {
        let mut happenings = self.tick(at);
        if let Some(group) = self.groups.remove(&id) {
            group.room.next_deadline().map(|end| self.deadlines.remove(&(end, id)));
            happenings.push(GroupEvent { group: id, what: GroupEventKind::GroupDestroyed });
        }
        happenings
    }

    /// Makes this account the owner of a group; nothing where there is none. No rule is asked: the vendor hands over groups of any type
    /// but an AVChatRoom (1047/34966).
    pub fn change_owner(&mut self, id: GroupId, owner: UserId, at: Timestamp) -> Vec<GroupEvent> {
        let happenings = self.tick(at);
        self.change(id, |room| room.set_owner(owner));
        happenings
    }

    /// Lets `presence` of these accounts happen, in order; one that is named twice counts once. Nothing in a group that does not exist.
    pub fn observe(
        &mut self,
        group: GroupId,
        presence: Presence,
        accounts: &[UserId],
        at: Timestamp,
    ) -> Vec<GroupEvent> {
        let mut happenings = self.tick(at);
        let now = self.latest;
        self.change(group, |room| happenings.extend(members(group, room.observe(presence, accounts, now))));
        happenings
    }

    /// When an input of `at` is taken in: not before the latest time seen, and never after [`Timestamp::LATEST`], which is the
    /// latest that a snapshot can name.
    pub(crate) fn moment(&self, at: Timestamp) -> Timestamp {
        self.latest.max(at.min(Timestamp::LATEST))
    }

    /// Lets the pins expire that have ended by `at`: the earliest first, at one moment by the bytes of the group id.
    pub(crate) fn advance(&mut self, at: Timestamp, happenings: &mut Vec<GroupEvent>) {
        self.latest = self.moment(at);
        while let Some((end, group)) = self.deadlines.first().copied().filter(|(end, _)| *end <= self.latest) {
            let mut events = Vec::new();
            self.change(group, |room| events = room.tick(end));
            happenings.extend(members(group, events));
            // Whatever the room said, this moment is over: the loop must end.
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

    /// Who calls, in the words of the rules.
    pub(crate) fn operator(&self, identifier: &str) -> Operator {
        if self.settings.admins.contains(identifier) {
            return Operator::Admin;
        }
        UserId::parse_as(identifier, self.settings.terms.policy.account_id).map_or(Operator::Invalid, Operator::User)
    }
}

/// What happened to the members of a group.
pub(crate) fn members(group: GroupId, events: Vec<Event>) -> impl Iterator<Item = GroupEvent> {
    events.into_iter().map(move |event| GroupEvent { group, what: GroupEventKind::Member(event) })
}
