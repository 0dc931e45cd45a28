//! The whole state of an app as JSON, and back.

mod error;
mod wire;

use std::collections::{BTreeMap, BTreeSet};

use avmarks_protocol::Endpoint;
use avmarks_protocol::SdkAppId;
use avmarks_protocol::internal::json_object;
use avmarks_rules::internal::{Filter, Listed};
use avmarks_rules::{Policy, Room, Terms};
use avmarks_spec::{Excerpt, Gap, GroupId, GroupType, Mark, OneLine, Timestamp};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::app::{App, Group, Settings};
use crate::online_list::{CachedList, ListCache};

use error::SNAPSHOT_VERSION_MIN;
pub use error::{SNAPSHOT_VERSION, SnapshotError};
use wire::{
    AdmittedWire, CountViewWire, GroupWire, ListViewWire, ListedWire, MemberWire, OnlineViewWire, Snapshot,
    checked_limits, user, value,
};

impl App {
    /// The whole state as versioned JSON; the signing key is not in it.
    ///
    /// ```
    /// use avmarks_service::{App, Settings};
    /// use avmarks_spec::{GroupId, GroupType, Timestamp};
    ///
    /// let mut app = App::new(Settings::default());
    /// app.create_group(GroupId::parse("@TGS#a").unwrap(), GroupType::AvChatRoom, None, Timestamp::from_millis(7));
    /// let json = app.snapshot();
    /// let again = App::restore(&json).unwrap();
    /// assert_eq!(again.now(), Timestamp::from_millis(7));
    /// assert_eq!(again.snapshot(), json);
    /// ```
    #[must_use]
    pub fn snapshot(&self) -> Vec<u8> {
        // String keys, and no part that can fail: writing does not.
        let json = serde_json::to_vec(&Snapshot::of(self));
        debug_assert!(json.is_ok(), "a snapshot could not be written: {json:?}");
        json.unwrap_or_default()
    }

    /// The app of a snapshot. It has no signing key until [`App::configure`] gives it one. A group may have more marks, and a
    /// mark more holders, than the limits in it allow: they may have been lowered since ([`App::configure`]).
    ///
    /// # Errors
    ///
    /// [`SnapshotError`] if the bytes are not a snapshot, or the rules do not allow its state.
    pub fn restore(json: &[u8]) -> Result<Self, SnapshotError> {
        #[derive(Deserialize)]
        struct Head {
            avmarks_snapshot: u32,
        }
        let form = |error: String| SnapshotError::Form { what: brief(&error) };
        // The version first: another one may have another form. Version 2 has other names for three values.
        let Head { avmarks_snapshot: found } = json_object(json).map_err(form)?;
        if !(SNAPSHOT_VERSION_MIN..=SNAPSHOT_VERSION).contains(&found) {
            return Err(SnapshotError::Version { found });
        }
        json_object::<Snapshot>(json).map_err(form)?.into_app()
    }
}

impl Snapshot {
    fn of(app: &App) -> Self {
        let Settings { sdkappid, admins, terms, .. } = &app.settings;
        let Terms { policy, limits, marks_supported, online_list_enabled } = terms;
        let readings = Gap::choices().map(|(gap, field)| (field.to_owned(), policy.reading(gap).to_owned()));
        let admitted = app.quotas.iter().map(|((sdkappid, endpoint), quota)| AdmittedWire {
            sdkappid: sdkappid.number(),
            command: endpoint.command().to_owned(),
            at: quota.admitted().map(Timestamp::as_millis).collect(),
        });
        Self {
            avmarks_snapshot: SNAPSHOT_VERSION,
            latest: app.now.as_millis(),
            sdkappid: sdkappid.number(),
            admins: admins.clone(),
            marks_supported: *marks_supported,
            online_list_enabled: *online_list_enabled,
            policy: readings.collect(),
            limits: *limits,
            admitted: admitted.collect(),
            groups: app.groups.iter().map(|(id, group)| GroupWire::of(id, group)).collect(),
            _emulator: IgnoredAny,
        }
    }

    fn into_app(self) -> Result<App, SnapshotError> {
        let sdkappid = SdkAppId::new(self.sdkappid)
            .map_err(|error| value("sdkappid", format!("invalid SDKAppID `{}`: {error}", self.sdkappid)))?;
        let policy = policy(&self.policy)?;
        let terms = Terms {
            policy,
            limits: checked_limits(self.limits)?,
            marks_supported: self.marks_supported,
            online_list_enabled: self.online_list_enabled,
        };
        let mut app = App::new(Settings { sdkappid, admins: self.admins, terms, key: None });
        app.now = Timestamp::new(self.latest)
            .map_err(|error| value("latest", format!("`{}` is too late: {error}", self.latest)))?;
        for admitted in self.admitted {
            app.readmit(admitted)?;
        }
        for group in self.groups {
            let (id, group) = group.into_group(app.now)?;
            let deadline = group.room.next_deadline();
            if app.groups.insert(id, Box::new(group)).is_some() {
                return Err(value("groups", format!("`{id}` is there twice")));
            }
            app.deadlines.extend(deadline.map(|end| (end, id)));
        }
        Ok(app)
    }
}

/// The message of the JSON reader, which may contain any text of the snapshot, as one short line.
fn brief(text: &str) -> String {
    const CHARACTERS_MAX: usize = 400;
    match text.char_indices().nth(CHARACTERS_MAX) {
        Some((end, _)) => format!("{}…", OneLine(text.get(..end).unwrap_or_default())),
        None => OneLine(text).to_string(),
    }
}

/// The policy in which every gap is read as it says.
fn policy(readings: &BTreeMap<String, String>) -> Result<Policy, SnapshotError> {
    let mut policy = Policy::default();
    for (gap, field) in Gap::choices() {
        let reading = readings.get(field).ok_or_else(|| value("policy", format!("`{field}` is missing")))?;
        policy.set(gap, reading).map_err(|error| value("policy", error.to_string()))?;
    }
    match readings.keys().find(|field| Gap::choices().all(|(_, known)| known != *field)) {
        Some(field) => Err(value("policy", format!("`{}` is not a field of the policy", Excerpt(field)))),
        None => Ok(policy),
    }
}

impl App {
    fn readmit(&mut self, admitted: AdmittedWire) -> Result<(), SnapshotError> {
        let AdmittedWire { sdkappid, command, at } = admitted;
        let sdkappid = SdkAppId::new(sdkappid)
            .map_err(|error| value("admitted", format!("invalid SDKAppID `{sdkappid}`: {error}")))?;
        let unknown = || value("admitted", format!("`{}` is not a call", Excerpt(&command)));
        let endpoint = Endpoint::ALL.iter().find(|endpoint| endpoint.command() == command).ok_or_else(unknown)?;
        if !at.is_sorted() || at.last().is_some_and(|last| *last > self.now.as_millis()) {
            return Err(value("admitted", "the moments must ascend, and none may come after `latest`"));
        }
        let quota = at.into_iter().map(Timestamp::from_millis).collect();
        match self.quotas.insert((sdkappid, *endpoint), quota) {
            Some(_) => Err(value("admitted", format!("`{command}` of `{sdkappid}` is there twice"))),
            None => Ok(()),
        }
    }
}

impl GroupWire {
    fn of(id: &GroupId, Group { room, cache }: &Group) -> Self {
        let list_views = cache.lists.iter().map(|(filter, (taken, view))| ListViewWire {
            filter: (*filter).into(),
            taken: taken.as_millis(),
            members_max: view.members_max,
            members: view.members.iter().map(ListedWire::from).collect(),
        });
        Self {
            id: id.as_str().to_owned(),
            r#type: room.kind().name().to_owned(),
            owner: room.owner().map(|owner| owner.as_str().to_owned()),
            admins: room.admins().iter().map(|admin| admin.as_str().to_owned()).collect(),
            latest: room.now().as_millis(),
            next_position: room.next_position(),
            members: room.members(room.now()).into_iter().map(MemberWire::from).collect(),
            list_views: list_views.collect(),
            count_view: cache.count.map(|(taken, count)| CountViewWire { taken: taken.as_millis(), count }),
            online_view: cache.online.as_ref().map(|(taken, online)| OnlineViewWire {
                taken: taken.as_millis(),
                accounts: online.iter().map(|account| account.as_str().to_owned()).collect(),
            }),
        }
    }

    fn into_group(self, latest: Timestamp) -> Result<(GroupId, Group), SnapshotError> {
        let id = GroupId::parse(&self.id)
            .map_err(|error| value("id", format!("invalid group id `{}`: {error}", Excerpt(&self.id))))?;
        let kind = GroupType::from_name(&self.r#type)
            .ok_or_else(|| value("type", format!("`{}` is not a type of group", Excerpt(&self.r#type))))?;
        let owner = self.owner.map(|owner| user("owner", &owner)).transpose()?;
        if self.latest > latest.as_millis() {
            return Err(value("latest", format!("group `{id}` has seen a later time than the app")));
        }
        let members = self.members.into_iter().map(MemberWire::into_state).collect::<Result<Vec<_>, _>>()?;
        let seen = Timestamp::from_millis(self.latest);
        let admins = self.admins.iter().map(|admin| user("admins", admin)).collect::<Result<_, _>>()?;
        let room = Room::restore(kind, owner, admins, seen, self.next_position, members)
            .map_err(|error| SnapshotError::Group { group: id, error })?;
        if room.next_deadline().is_some_and(|end| end <= latest) {
            return Err(value("pinned_until", format!("a pin of group `{id}` has ended already")));
        }
        if !kind.has_marks() && (!self.list_views.is_empty() || self.online_view.is_some()) {
            return Err(value(
                "list_views",
                format!("group `{id}` is not an AVChatRoom, so it has no list (GROUP-TYPE)"),
            ));
        }
        let mut cache = ListCache::default();
        for view in self.list_views {
            let (filter, taken, view) = view.into_view(latest, self.next_position)?;
            if cache.lists.contains_key(&filter) {
                return Err(value("list_views", format!("a filter of group `{id}` is there twice")));
            }
            if let Some(Listed { account, .. }) = view.members.iter().find(|member| !shows(filter, member)) {
                return Err(value("list_views", format!("`{account}` is in a view that does not show it")));
            }
            cache.lists.insert(filter, (taken, view));
        }
        let at_most_joined = |field, number: usize| match u64::try_from(number) {
            Ok(number) if number < self.next_position => Ok(()),
            _ => Err(value(field, format!("{number} are online, and fewer have ever joined group `{id}`"))),
        };
        if let Some(view) = self.count_view {
            at_most_joined("count_view", view.count)?;
            cache.count = Some((taken(view.taken, latest)?, view.count));
        }
        if let Some(OnlineViewWire { taken: at, accounts }) = self.online_view {
            at_most_joined("online_view", accounts.len())?;
            let online = accounts.iter().map(|account| user("online_view", account)).collect::<Result<_, _>>()?;
            cache.online = Some((taken(at, latest)?, online));
        }
        Ok((id, Group { room, cache }))
    }
}

impl ListViewWire {
    fn into_view(
        self,
        latest: Timestamp,
        next_position: u64,
    ) -> Result<(Filter, Timestamp, CachedList), SnapshotError> {
        let taken = taken(self.taken, latest)?;
        let members =
            self.members.into_iter().map(|member| member.into_listed(taken)).collect::<Result<Vec<_>, _>>()?;
        if !members.is_sorted_by(|later, earlier| later.position > earlier.position) {
            return Err(value("list_views", "positions must descend"));
        }
        let positions = [members.first(), members.last()].into_iter().flatten().map(|member| member.position);
        if let Some(position) = positions.into_iter().find(|found| *found == 0 || *found >= next_position) {
            let expected = format!("it must be at least 1, and below the next free one, {next_position}");
            return Err(value("list_views", format!("position {position} cannot be: {expected}")));
        }
        let mut accounts = BTreeSet::new();
        if let Some(twice) = members.iter().find(|member| !accounts.insert(member.account)) {
            return Err(value("list_views", format!("`{}` is in a view twice", twice.account)));
        }
        let view = CachedList { members_max: self.members_max, members };
        Ok((self.filter.into_filter()?, taken, view))
    }
}

/// Whether a list of this filter shows such a member.
fn shows(filter: Filter, member: &Listed) -> bool {
    match filter {
        Filter::Visible => !member.marks.contains(&Mark::HIDDEN),
        Filter::Holding(mark) => member.marks.contains(&mark),
        Filter::InvalidMark => false,
    }
}

/// The time of a cached list: not later than the latest time seen.
fn taken(at: u64, latest: Timestamp) -> Result<Timestamp, SnapshotError> {
    match Timestamp::from_millis(at) {
        at if at <= latest => Ok(at),
        _ => Err(value("taken", "a view was taken after `latest`")),
    }
}
