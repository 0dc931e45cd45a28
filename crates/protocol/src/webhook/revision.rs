//! What the documents have of the webhooks, by their age.

use core::fmt;

use avmarks_spec::Timestamp;
use serde::Serialize;

/// How `EventTime` is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TimeForm {
    /// Not at all.
    Absent,
    /// As a string of milliseconds, which is what the English samples have.
    Text,
    /// As an integer of milliseconds, which is what every field table and the Chinese sample have.
    Integer,
}

/// What a revision has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RevisionRow {
    /// A short name, ours and stable.
    pub name: &'static str,
    /// `EventTime` of joining, leaving and disbanding.
    pub event_time: TimeForm,
    /// `EventTime` of going online and offline.
    pub state_event_time: TimeForm,
    /// Whether going online and offline has `EventCause`.
    pub state_event_cause: bool,
}

/// A revision of the documents. All of them are read alike; they differ in what is written.
///
/// ```
/// use avmarks_protocol::webhook::Revision;
///
/// assert_eq!(Revision::parse("2023"), Some(Revision::Y2023));
/// assert!(!Revision::Y2023.row().state_event_cause && Revision::Y2024.row().state_event_cause);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Revision {
    /// The English pages of 2023: 1047/48734 as of 2023-04-03, and 1047/34372, 34373 and 34377.
    Y2023,
    /// 1047/48734 (zh) as of 2024-06-14, which adds `EventCause`.
    Y2024,
    /// 1047/48734 and 269/76156 in their newest texts, which add `EventTime`, and 269/1667 as of 2025-02-08.
    ///
    /// The sample of 1047/48734 has `EventTime` as a string and its table lacks it; as an integer it is like the others.
    #[default]
    Newest,
}

impl Revision {
    /// Every revision, the oldest first.
    pub const ALL: &'static [Self] = &[Self::Y2023, Self::Y2024, Self::Newest];

    /// What the revision has.
    #[must_use]
    pub const fn row(self) -> RevisionRow {
        match self {
            Self::Y2023 => RevisionRow {
                name: "2023",
                event_time: TimeForm::Text,
                state_event_time: TimeForm::Absent,
                state_event_cause: false,
            },
            Self::Y2024 => RevisionRow {
                name: "2024",
                event_time: TimeForm::Text,
                state_event_time: TimeForm::Absent,
                state_event_cause: true,
            },
            Self::Newest => RevisionRow {
                name: "newest",
                event_time: TimeForm::Integer,
                state_event_time: TimeForm::Integer,
                state_event_cause: true,
            },
        }
    }

    /// The revision of this [name](RevisionRow::name).
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|revision| revision.row().name == name)
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.row().name)
    }
}

/// `EventTime` as it is written.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum WrittenTime {
    Text(String),
    Integer(u64),
}

impl TimeForm {
    pub(super) fn write(self, time: Option<Timestamp>) -> Option<WrittenTime> {
        let millis = time?.as_millis();
        match self {
            Self::Absent => None,
            Self::Text => Some(WrittenTime::Text(millis.to_string())),
            Self::Integer => Some(WrittenTime::Integer(millis)),
        }
    }
}
