//! The whole state of an app as JSON, and back.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use avmarks_protocol::Endpoint;
use avmarks_protocol::url::SdkAppId;
use avmarks_rules::{Filter, Listed, MemberState, MemberView, Policy, RestoreFault, Room, Terms};
use avmarks_spec::readings::AccountId;
use avmarks_spec::{Excerpt, Gap, GroupId, GroupType, Limits, Mark, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::app::Group;
use crate::pull::Views;
use crate::{App, Settings};

/// The version that this crate writes, and reads.
const VERSION: u32 = 1;

/// Why a snapshot makes no app.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotFault {
    /// It is no JSON, or not of the form of a snapshot.
    #[error("this is no snapshot: {what}")]
    Form {
        /// What is wrong, and where.
        what: String,
    },
    /// It is of another version.
    #[error("the snapshot is of version {found}, and only version {VERSION} can be read")]
    Version {
        /// The version found.
        found: u32,
    },
    /// A value in it is none that there can be.
    #[error("`{field}` in the snapshot: {what}")]
    Value {
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        what: String,
    },
    /// The members of a group could not have come about by the rules.
    #[error("group `{group}` in the snapshot: {fault}")]
    Group {
        /// The group.
        group: GroupId,
        /// What is wrong with it.
        fault: RestoreFault,
    },
}

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
    /// assert_eq!(again.latest(), Timestamp::from_millis(7));
    /// assert_eq!(again.snapshot(), json);
    /// ```
    #[must_use]
    pub fn snapshot(&self) -> Vec<u8> {
        // String keys, and no part that can fail: writing does not.
        serde_json::to_vec(&Snapshot::of(self)).unwrap_or_default()
    }

    /// The app of a snapshot. It has no signing key until [`App::configure`] gives it one.
    ///
    /// # Errors
    ///
    /// [`SnapshotFault`] where the bytes are no snapshot, or one that the rules do not allow.
    pub fn restore(json: &[u8]) -> Result<Self, SnapshotFault> {
        #[derive(Deserialize)]
        struct Head {
            avmarks_snapshot: u32,
        }
        let form = |fault: serde_json::Error| SnapshotFault::Form { what: fault.to_string() };
        // The version first: another one may have another form.
        let Head { avmarks_snapshot: found } = serde_json::from_slice(json).map_err(form)?;
        if found != VERSION {
            return Err(SnapshotFault::Version { found });
        }
        serde_json::from_slice::<Snapshot>(json).map_err(form)?.into_app()
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Snapshot {
    avmarks_snapshot: u32,
    latest: u64,
    sdkappid: u64,
    admins: BTreeSet<String>,
    marks_supported: bool,
    online_list_enabled: bool,
    policy: BTreeMap<String, String>,
    limits: LimitsWire,
    /// The moments of the calls that still count, by command.
    admitted: BTreeMap<String, Vec<u64>>,
    groups: Vec<GroupWire>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitsWire {
    accounts_per_call_max: usize,
    marks_per_group_max: usize,
    members_per_mark_max: usize,
    pin_duration_max_ms: u64,
    list_members_max: usize,
    low_plan_list_members_max: usize,
    calls_per_window_max: usize,
    rate_window_ms: u64,
    body_bytes_max: usize,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupWire {
    id: String,
    r#type: String,
    owner: Option<String>,
    latest: u64,
    next_place: u64,
    members: Vec<MemberWire>,
    list_views: Vec<ListViewWire>,
    count_view: Option<CountViewWire>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MemberWire {
    account: String,
    place: u64,
    joined: u64,
    connected: bool,
    marks: Vec<u32>,
    pinned_until: Option<u64>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListViewWire {
    filter: FilterWire,
    taken: u64,
    members: Vec<ListedWire>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum FilterWire {
    Visible,
    Holding(u32),
    Nobody,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListedWire {
    place: u64,
    account: String,
    joined: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CountViewWire {
    taken: u64,
    count: usize,
}

impl Snapshot {
    fn of(app: &App) -> Self {
        let Settings { sdkappid, admins, terms, .. } = &app.settings;
        let Terms { policy, limits, marks_supported, online_list_enabled } = terms;
        let readings = Gap::ALL.iter().map(|gap| (gap.row().field.to_owned(), policy.reading(*gap).to_owned()));
        let admitted = app.quotas.iter().map(|(endpoint, quota)| {
            (endpoint.command().to_owned(), quota.admitted().map(Timestamp::as_millis).collect())
        });
        Self {
            avmarks_snapshot: VERSION,
            latest: app.latest.as_millis(),
            sdkappid: sdkappid.number(),
            admins: admins.clone(),
            marks_supported: *marks_supported,
            online_list_enabled: *online_list_enabled,
            policy: readings.collect(),
            limits: limits.into(),
            admitted: admitted.collect(),
            groups: app.groups.iter().map(|(id, group)| GroupWire::of(id, group)).collect(),
        }
    }

    fn into_app(self) -> Result<App, SnapshotFault> {
        let sdkappid = SdkAppId::new(self.sdkappid).map_err(|fault| value("sdkappid", fault))?;
        let mut policy = Policy::default();
        for (field, reading) in &self.policy {
            let unknown = || value("policy", format!("`{}` is no gap", Excerpt(field)));
            let gap = Gap::ALL.iter().find(|gap| gap.row().field == field).ok_or_else(unknown)?;
            policy.set(*gap, reading).map_err(|fault| value("policy", fault))?;
        }
        let limits = self.limits.into();
        let terms = Terms {
            policy,
            limits,
            marks_supported: self.marks_supported,
            online_list_enabled: self.online_list_enabled,
        };
        let mut app = App::new(Settings { sdkappid, admins: self.admins, terms, key: None });
        app.latest = Timestamp::from_millis(self.latest);
        for (command, admitted) in self.admitted {
            let unknown = || value("admitted", format!("`{}` is no call", Excerpt(&command)));
            let endpoint = Endpoint::ALL.iter().find(|endpoint| endpoint.command() == command).ok_or_else(unknown)?;
            if !admitted.is_sorted() || admitted.last().is_some_and(|last| *last > self.latest) {
                return Err(value("admitted", "the moments must ascend, and none may come after `latest`"));
            }
            app.quotas.insert(*endpoint, admitted.into_iter().map(Timestamp::from_millis).collect());
        }
        for group in self.groups {
            let (id, group) = group.into_group(app.latest, &limits)?;
            let deadline = group.room.next_deadline();
            if app.groups.insert(id, group).is_some() {
                return Err(value("groups", format!("`{id}` is there twice")));
            }
            app.deadlines.extend(deadline.map(|end| (end, id)));
        }
        Ok(app)
    }
}

impl GroupWire {
    fn of(id: &GroupId, Group { room, views }: &Group) -> Self {
        Self {
            id: id.as_str().to_owned(),
            r#type: room.kind().name().to_owned(),
            owner: room.owner().map(|owner| owner.as_str().to_owned()),
            latest: room.latest().as_millis(),
            next_place: room.next_place(),
            members: room.members(room.latest()).into_iter().map(MemberWire::from).collect(),
            list_views: views
                .lists
                .iter()
                .map(|(filter, (taken, members))| ListViewWire {
                    filter: match filter {
                        Filter::Visible => FilterWire::Visible,
                        Filter::Holding(mark) => FilterWire::Holding(mark.number()),
                        Filter::Nobody => FilterWire::Nobody,
                    },
                    taken: taken.as_millis(),
                    members: members.iter().map(ListedWire::from).collect(),
                })
                .collect(),
            count_view: views.count.map(|(taken, count)| CountViewWire { taken: taken.as_millis(), count }),
        }
    }

    fn into_group(self, latest: Timestamp, limits: &Limits) -> Result<(GroupId, Group), SnapshotFault> {
        let id = GroupId::parse(&self.id).map_err(|fault| value("id", fault))?;
        let kind = GroupType::parse(&self.r#type)
            .ok_or_else(|| value("type", format!("`{}` is no type of group", Excerpt(&self.r#type))))?;
        let owner = self.owner.map(|owner| user("owner", &owner)).transpose()?;
        if self.latest > latest.as_millis() {
            return Err(value("latest", format!("group `{id}` has seen a later time than the app")));
        }
        let members = self.members.into_iter().map(MemberWire::into_state).collect::<Result<Vec<_>, _>>()?;
        let seen = Timestamp::from_millis(self.latest);
        let room = Room::restore(kind, owner, seen, self.next_place, members, limits)
            .map_err(|fault| SnapshotFault::Group { group: id, fault })?;
        let mut views = Views::default();
        for view in self.list_views {
            let filter = match view.filter {
                FilterWire::Visible => Filter::Visible,
                FilterWire::Holding(number) => Filter::Holding(mark(number)?),
                FilterWire::Nobody => Filter::Nobody,
            };
            let members = view.members.into_iter().map(ListedWire::into_listed).collect::<Result<_, _>>()?;
            views.lists.insert(filter, (Timestamp::from_millis(view.taken), members));
        }
        views.count = self.count_view.map(|view| (Timestamp::from_millis(view.taken), view.count));
        Ok((id, Group { room, views }))
    }
}

impl From<MemberView> for MemberWire {
    fn from(member: MemberView) -> Self {
        Self {
            account: member.account.as_str().to_owned(),
            place: member.place,
            joined: member.joined.as_millis(),
            connected: member.connected,
            marks: member.marks.into_iter().map(Mark::number).collect(),
            pinned_until: member.pinned_until.map(Timestamp::as_millis),
        }
    }
}

impl MemberWire {
    fn into_state(self) -> Result<MemberState, SnapshotFault> {
        Ok(MemberState {
            account: user("account", &self.account)?,
            place: self.place,
            joined: Timestamp::from_millis(self.joined),
            connected: self.connected,
            marks: self.marks.into_iter().map(mark).collect::<Result<_, _>>()?,
            pinned_until: self.pinned_until.map(Timestamp::from_millis),
        })
    }
}

impl From<&Listed> for ListedWire {
    fn from(listed: &Listed) -> Self {
        Self { place: listed.place, account: listed.account.as_str().to_owned(), joined: listed.joined.as_millis() }
    }
}

impl ListedWire {
    fn into_listed(self) -> Result<Listed, SnapshotFault> {
        let (account, joined) = (user("account", &self.account)?, Timestamp::from_millis(self.joined));
        Ok(Listed { place: self.place, account, joined })
    }
}

impl From<&Limits> for LimitsWire {
    fn from(limits: &Limits) -> Self {
        Self {
            accounts_per_call_max: limits.accounts_per_call_max,
            marks_per_group_max: limits.marks_per_group_max,
            members_per_mark_max: limits.members_per_mark_max,
            pin_duration_max_ms: millis(limits.pin_duration_max),
            list_members_max: limits.list_members_max,
            low_plan_list_members_max: limits.low_plan_list_members_max,
            calls_per_window_max: limits.calls_per_window_max,
            rate_window_ms: millis(limits.rate_window),
            body_bytes_max: limits.body_bytes_max,
        }
    }
}

impl From<LimitsWire> for Limits {
    fn from(wire: LimitsWire) -> Self {
        Self {
            accounts_per_call_max: wire.accounts_per_call_max,
            marks_per_group_max: wire.marks_per_group_max,
            members_per_mark_max: wire.members_per_mark_max,
            pin_duration_max: Duration::from_millis(wire.pin_duration_max_ms),
            list_members_max: wire.list_members_max,
            low_plan_list_members_max: wire.low_plan_list_members_max,
            calls_per_window_max: wire.calls_per_window_max,
            rate_window: Duration::from_millis(wire.rate_window_ms),
            body_bytes_max: wire.body_bytes_max,
        }
    }
}

/// Whole milliseconds; what is beyond 64 bits is the most they can say, and as long as time itself.
fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// The account of a member. It was well formed under some reading when it joined, so the widest is asked for.
fn user(field: &'static str, text: &str) -> Result<UserId, SnapshotFault> {
    UserId::parse_as(text, AccountId::Utf8)
        .map_err(|fault| value(field, format!("`{}` is no user id: {fault}", Excerpt(text))))
}

fn mark(number: u32) -> Result<Mark, SnapshotFault> {
    Mark::new(i64::from(number)).map_err(|fault| value("marks", fault))
}

fn value(field: &'static str, what: impl ToString) -> SnapshotFault {
    SnapshotFault::Value { field, what: what.to_string() }
}
