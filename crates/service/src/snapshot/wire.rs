//! The form of a snapshot. An `alias` is the name of a field in version 2.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use avmarks_rules::Listed;
use avmarks_rules::{Filter, MemberState};
use avmarks_spec::readings::AccountId;
use avmarks_spec::{Excerpt, LimitField, Limits, Mark, Timestamp, UserId};
use serde::de::{self, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::error::SnapshotError;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Snapshot {
    pub(super) avmarks_snapshot: u32,
    pub(super) latest: u64,
    pub(super) sdkappid: u64,
    pub(super) admins: BTreeSet<String>,
    pub(super) marks_supported: bool,
    pub(super) online_list_enabled: bool,
    #[serde(deserialize_with = "readings")]
    pub(super) policy: BTreeMap<String, String>,
    pub(super) limits: LimitsWire,
    pub(super) admitted: Vec<AdmittedWire>,
    pub(super) groups: Vec<GroupWire>,
    /// What an emulator keeps beside the service, which this crate passes over.
    #[serde(default, skip_serializing, rename = "emulator")]
    pub(super) _emulator: IgnoredAny,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LimitsWire {
    pub(super) accounts_per_call_max: usize,
    pub(super) marks_per_group_max: usize,
    pub(super) members_per_mark_max: usize,
    pub(super) pin_duration_max_ms: u64,
    pub(super) list_members_max: usize,
    pub(super) low_plan_list_members_max: usize,
    pub(super) group_admins_max: usize,
    pub(super) calls_per_window_max: usize,
    pub(super) rate_window_ms: u64,
    pub(super) body_bytes_max: usize,
}

/// The moments of the calls that still count, of one app and command.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AdmittedWire {
    pub(super) sdkappid: u64,
    pub(super) command: String,
    pub(super) at: Vec<u64>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupWire {
    pub(super) id: String,
    pub(super) r#type: String,
    pub(super) owner: Option<String>,
    pub(super) admins: Vec<String>,
    pub(super) latest: u64,
    #[serde(alias = "next_place")]
    pub(super) next_position: u64,
    pub(super) members: Vec<MemberWire>,
    pub(super) list_views: Vec<ListViewWire>,
    pub(super) count_view: Option<CountViewWire>,
    pub(super) online_view: Option<OnlineViewWire>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MemberWire {
    pub(super) account: String,
    #[serde(alias = "place")]
    pub(super) position: u64,
    pub(super) joined: u64,
    pub(super) connected: bool,
    pub(super) robot: bool,
    pub(super) marks: Vec<u32>,
    pub(super) pinned_until: Option<u64>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListViewWire {
    pub(super) filter: FilterWire,
    pub(super) taken: u64,
    pub(super) members_max: usize,
    pub(super) members: Vec<ListedWire>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum FilterWire {
    Visible,
    Holding(u32),
    #[serde(alias = "nobody")]
    InvalidMark,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListedWire {
    #[serde(alias = "place")]
    pub(super) position: u64,
    pub(super) account: String,
    pub(super) joined: u64,
    pub(super) marks: Vec<u32>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CountViewWire {
    pub(super) taken: u64,
    pub(super) count: usize,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OnlineViewWire {
    pub(super) taken: u64,
    pub(super) accounts: BTreeSet<String>,
}

impl From<Filter> for FilterWire {
    fn from(filter: Filter) -> Self {
        match filter {
            Filter::Visible => Self::Visible,
            Filter::Holding(mark) => Self::Holding(mark.number()),
            Filter::InvalidMark => Self::InvalidMark,
        }
    }
}

impl FilterWire {
    pub(super) fn into_filter(self) -> Result<Filter, SnapshotError> {
        Ok(match self {
            Self::Visible => Filter::Visible,
            Self::Holding(number) => Filter::Holding(mark(number)?),
            Self::InvalidMark => Filter::InvalidMark,
        })
    }
}

impl From<MemberState> for MemberWire {
    fn from(member: MemberState) -> Self {
        Self {
            account: member.account.as_str().to_owned(),
            position: member.position,
            joined: member.joined.as_millis(),
            connected: member.connected,
            robot: member.robot,
            marks: member.marks.into_iter().map(Mark::number).collect(),
            pinned_until: member.pinned_until.map(Timestamp::as_millis),
        }
    }
}

/// The latest end of mark 500: taken at the last moment, for as long as a limit can say.
const PIN_END_MAX: u64 = 2 * Timestamp::LATEST.as_millis();

impl MemberWire {
    pub(super) fn into_state(self) -> Result<MemberState, SnapshotError> {
        if let Some(end) = self.pinned_until.filter(|end| *end > PIN_END_MAX) {
            return Err(value("pinned_until", format!("`{end}` is too late: it must be at most {PIN_END_MAX}")));
        }
        Ok(MemberState {
            account: user("account", &self.account)?,
            position: self.position,
            joined: Timestamp::from_millis(self.joined),
            connected: self.connected,
            robot: self.robot,
            marks: self.marks.into_iter().map(mark).collect::<Result<_, _>>()?,
            pinned_until: self.pinned_until.map(Timestamp::from_millis),
        })
    }
}

impl From<&Listed> for ListedWire {
    fn from(listed: &Listed) -> Self {
        Self {
            position: listed.position,
            account: listed.account.as_str().to_owned(),
            joined: listed.joined.as_millis(),
            marks: listed.marks.iter().copied().map(Mark::number).collect(),
        }
    }
}

impl ListedWire {
    /// The member as a view shows it that was taken at `taken`.
    pub(super) fn into_listed(self, taken: Timestamp) -> Result<Listed, SnapshotError> {
        let account = user("account", &self.account)?;
        let joined = Timestamp::from_millis(self.joined);
        if joined > taken {
            return Err(value("list_views", format!("`{account}` joined after the view was taken")));
        }
        let mut held = BTreeSet::new();
        if let Some(twice) = self.marks.iter().find(|mark| !held.insert(**mark)) {
            return Err(value("list_views", format!("`{account}` holds mark {twice} twice")));
        }
        let marks = held.into_iter().map(mark).collect::<Result<_, _>>()?;
        Ok(Listed { position: self.position, account, joined, marks })
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
            group_admins_max: limits.group_admins_max,
            calls_per_window_max: limits.calls_per_window_max,
            rate_window_ms: millis(limits.rate_window),
            body_bytes_max: limits.body_bytes_max,
        }
    }
}

impl LimitsWire {
    /// The limits, each at most its ceiling.
    pub(super) fn into_limits(self) -> Result<Limits, SnapshotError> {
        let wire = self;
        let limits = Limits {
            accounts_per_call_max: wire.accounts_per_call_max,
            marks_per_group_max: wire.marks_per_group_max,
            members_per_mark_max: wire.members_per_mark_max,
            pin_duration_max: Duration::from_millis(wire.pin_duration_max_ms),
            list_members_max: wire.list_members_max,
            low_plan_list_members_max: wire.low_plan_list_members_max,
            group_admins_max: wire.group_admins_max,
            calls_per_window_max: wire.calls_per_window_max,
            rate_window: Duration::from_millis(wire.rate_window_ms),
            body_bytes_max: wire.body_bytes_max,
        };
        for LimitField { name, ceiling, get, .. } in Limits::FIELDS {
            let found = get(&limits);
            if found > ceiling {
                return Err(value("limits", format!("`{name}` is {found}; it must be at most {ceiling}")));
            }
        }
        Ok(limits)
    }
}

/// The readings by field of the policy, where no field is named twice.
fn readings<'de, D: Deserializer<'de>>(json: D) -> Result<BTreeMap<String, String>, D::Error> {
    struct Readings;

    impl<'de> Visitor<'de> for Readings {
        type Value = BTreeMap<String, String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object of readings")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Self::Value, A::Error> {
            let mut readings = BTreeMap::new();
            while let Some((field, reading)) = fields.next_entry::<String, String>()? {
                if readings.contains_key(&field) {
                    return Err(de::Error::custom(format_args!("duplicate field `{}`", Excerpt(&field))));
                }
                readings.insert(field, reading);
            }
            Ok(readings)
        }
    }

    json.deserialize_map(Readings)
}

/// Whole milliseconds; what is beyond 64 bits is the most they can say, and as long as time itself.
fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// The account of a member. It was well formed under some reading when it joined, so the widest is asked for.
pub(super) fn user(field: &'static str, text: &str) -> Result<UserId, SnapshotError> {
    UserId::parse_as(text, AccountId::Utf8)
        .map_err(|error| value(field, format!("`{}` is no user id: {error}", Excerpt(text))))
}

pub(super) fn mark(number: u32) -> Result<Mark, SnapshotError> {
    Mark::new(i64::from(number)).map_err(|error| value("marks", error))
}

pub(super) fn value(field: &'static str, what: impl ToString) -> SnapshotError {
    SnapshotError::Value { field, what: what.to_string() }
}
