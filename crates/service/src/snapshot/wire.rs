//! The form of a snapshot. An `alias` is the name of a field in version 2.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::marker::PhantomData;

use avmarks_rules::MemberState;
use avmarks_rules::internal::{Filter, Listed};
use avmarks_spec::readings::AccountId;
use avmarks_spec::{Excerpt, LimitField, Limits, Mark, Timestamp, UserId};
use serde::de::{self, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

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
    #[serde(deserialize_with = "unique_map")]
    pub(super) policy: BTreeMap<String, String>,
    #[serde(serialize_with = "write_limits", deserialize_with = "read_limits")]
    pub(super) limits: Limits,
    pub(super) admitted: Vec<AdmittedWire>,
    pub(super) groups: Vec<GroupWire>,
    /// The further state of an emulator, which this crate ignores.
    #[serde(default, skip_serializing, rename = "emulator")]
    pub(super) _emulator: IgnoredAny,
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

/// The latest possible end of mark 500: set at the last moment, with the longest duration.
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
    /// The member as a cached list of the time `taken` shows it.
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

fn write_limits<S: Serializer>(limits: &Limits, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(Limits::FIELDS.iter().map(|field| (field.name, (field.get)(limits))))
}

fn read_limits<'de, D: Deserializer<'de>>(json: D) -> Result<Limits, D::Error> {
    let mut found = unique_map::<D, u64>(json)?;
    let mut limits = Limits::DOCUMENTED;
    for LimitField { name, set, .. } in Limits::FIELDS {
        set(&mut limits, found.remove(name).ok_or_else(|| de::Error::missing_field(name))?);
    }
    match found.keys().next() {
        Some(name) => Err(de::Error::custom(format_args!("unknown field `{}`", Excerpt(name)))),
        None => Ok(limits),
    }
}

/// The limits, if each is at most its ceiling.
pub(super) fn checked_limits(limits: Limits) -> Result<Limits, SnapshotError> {
    for LimitField { name, ceiling, get, .. } in Limits::FIELDS {
        let found = get(&limits);
        if found > ceiling {
            return Err(value("limits", format!("`{name}` is {found}; it must be at most {ceiling}")));
        }
    }
    Ok(limits)
}

/// The values of an object by field, if no field is named twice.
fn unique_map<'de, D: Deserializer<'de>, V: Deserialize<'de>>(json: D) -> Result<BTreeMap<String, V>, D::Error> {
    struct UniqueFields<V>(PhantomData<V>);

    impl<'de, V: Deserialize<'de>> Visitor<'de> for UniqueFields<V> {
        type Value = BTreeMap<String, V>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object without repeated fields")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Self::Value, A::Error> {
            let mut found = BTreeMap::new();
            while let Some((field, value)) = fields.next_entry::<String, V>()? {
                if found.contains_key(&field) {
                    return Err(de::Error::custom(format_args!("duplicate field `{}`", Excerpt(&field))));
                }
                found.insert(field, value);
            }
            Ok(found)
        }
    }

    json.deserialize_map(UniqueFields(PhantomData))
}

/// The account of a member. It was well formed under some reading when it joined, so the widest is asked for.
pub(super) fn user(field: &'static str, text: &str) -> Result<UserId, SnapshotError> {
    UserId::parse_as(text, AccountId::Utf8)
        .map_err(|error| value(field, format!("`{}` is not a user id: {error}", Excerpt(text))))
}

pub(super) fn mark(number: u32) -> Result<Mark, SnapshotError> {
    Mark::new(i64::from(number)).map_err(|error| value("marks", error.to_string()))
}

pub(super) fn value(field: &'static str, what: impl Into<String>) -> SnapshotError {
    SnapshotError::Value { field, what: what.into() }
}
