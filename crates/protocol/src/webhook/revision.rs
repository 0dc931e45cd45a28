//! Revisions of the webhooks in the documents.

use avmarks_spec::Timestamp;
use serde::Serialize;

/// How `EventTime` is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TimeForm {
    /// Not at all.
    Absent,
    /// As a string of milliseconds, as in the samples of the international pages.
    Text,
    /// As an integer of milliseconds, as in every field table that has it, and in the samples of the Chinese pages.
    Integer,
}

/// The fields of a revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RevisionRow {
    /// `EventTime` of joining, leaving and disbanding.
    pub event_time: TimeForm,
    /// `EventTime` of going online and offline.
    pub state_event_time: TimeForm,
    /// Whether going online and offline has `EventCause`.
    pub state_event_cause: bool,
}

avmarks_spec::named_enum! {
    /// A revision of the documents, the oldest first. Reading accepts all of them; writing uses one. The names are ours.
    ///
    /// ```
    /// use avmarks_protocol::webhook::Revision;
    ///
    /// assert_eq!(Revision::from_name("2023"), Some(Revision::Y2023));
    /// assert_eq!(Revision::default().name(), "newest");
    /// ```
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
    #[non_exhaustive]
    pub enum Revision {
        /// The English pages of 2023: 1047/48734 as of 2023-04-03, and 1047/34372, 34373 and 34377, with `EventTime` as a string
        /// in their samples.
        Y2023 = "2023",
        /// 1047/48734 (zh) as of 2024-06-14, which adds `EventCause`.
        ///
        /// No sample of joining, leaving or disbanding was seen that is surely of that year. Their `EventTime` is a string here,
        /// for it is one before (2023) and after (1047/34377 in a newer English text; a copy of that page is of 2025-03-10).
        Y2024 = "2024",
        /// 1047/48734 in its newest English text, whose sample adds `EventTime` as a string. 1047/34377 has a string, too, and of
        /// 1047/34372 and 34373 no newer sample was seen than those with strings.
        ///
        /// That sample lost `EventCause`, of which the comment is left and the table's row; it is written here.
        NewestEn = "newest_en",
        /// 269/1667 as of 2025-02-08, whose sample has `EventTime` as an integer, as the tables do.
        ///
        /// **Our reading** is that going online and offline has an integer as well. No page that was seen shows it: of 269/76156
        /// the end was not seen, the table of 1047/48734 lacks the field, and its sample has a string
        /// ([`NewestEn`](Self::NewestEn)). The same webhook of a sister product, 269/125793, has an integer in sample and table.
        #[default]
        Newest = "newest",
    }
}

impl Revision {
    /// The fields of the revision.
    #[doc(hidden)]
    #[must_use]
    pub const fn row(self) -> RevisionRow {
        let (event_time, state_event_time, state_event_cause) = match self {
            Self::Y2023 => (TimeForm::Text, TimeForm::Absent, false),
            Self::Y2024 => (TimeForm::Text, TimeForm::Absent, true),
            Self::NewestEn => (TimeForm::Text, TimeForm::Text, true),
            Self::Newest => (TimeForm::Integer, TimeForm::Integer, true),
        };
        RevisionRow { event_time, state_event_time, state_event_cause }
    }

    /// The revision of this [name](Self::name).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|revision| revision.name() == name)
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
