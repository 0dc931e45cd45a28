//! What a call is asked: a body that has been checked, so that the code that answers the call finds each field in its place.

use std::borrow::Cow;

use avmarks_protocol::BodyError;
use avmarks_protocol::internal::without_trailing_commas;
use avmarks_spec::readings::{AccountId, TrailingComma};
use avmarks_spec::{GroupId, Timestamp, UserId};

use super::field::{self, Field, Place, whole};
use super::json::{Fields, Json};
use super::refused::Refused;
use crate::capacity::Capacity;

/// What an emulator is set up with that a call may ask about.
#[derive(Clone, Copy)]
pub(crate) struct Terms {
    pub(crate) capacity: Capacity,
    /// [`Settings::strict`](crate::Settings::strict)
    pub(crate) strict: bool,
    /// Whether the call is answered as if it had been served, and is not: a webhook discards the message that it sends.
    pub(crate) discards: bool,
}

/// A body and who sent it.
pub(super) struct CallBody<'a> {
    fields: Fields<'a>,
    pub(super) caller: &'a str,
    pub(super) now: Timestamp,
    pub(super) reading: AccountId,
    pub(super) terms: Terms,
    /// The group of a call that is about one, which exists.
    pub(super) group: Option<GroupId>,
}

/// The fields of an object.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    fields: &'a Fields<'a>,
    reading: AccountId,
}

/// The text of a body in this reading of `gap:trailing-comma`.
pub(super) fn text(body: &[u8], reading: TrailingComma) -> Result<Cow<'_, str>, Refused> {
    let text = std::str::from_utf8(body);
    let text = text.map_err(|error| Refused::no_json(&BodyError::not_utf8(body, error.valid_up_to())))?;
    Ok(match reading {
        TrailingComma::Accept => without_trailing_commas(text),
        _ => Cow::Borrowed(text),
    })
}

/// The refusal of a text that cannot be read as a body. The form of the object is checked first, as in every call, then its values.
fn unreadable(text: &str, twice: i64, error: Option<serde_json::Error>) -> Refused {
    match (avmarks_protocol::internal::Fields::parse(text), error) {
        (Err(error), _) => Refused::no_json(&error),
        (Ok(_), Some(error)) if error.is_data() => Refused::new(twice, error.to_string()),
        (Ok(_), Some(error)) => Refused::new(60_003, format!("the body is not JSON: {error}")),
        (Ok(_), None) => Refused::new(60_003, "the body is no JSON object"),
    }
}

/// Whether this is `[]`, as PHP writes an object without fields.
pub(super) fn is_empty_list(text: &str) -> bool {
    let inner = text.trim().strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    inner.is_some_and(|inner| inner.trim().is_empty())
}

impl<'a> CallBody<'a> {
    /// The body of this text; `twice` is the code if a field occurs more than once.
    pub(super) fn parse(
        text: &'a str,
        twice: i64,
        caller: &'a str,
        now: Timestamp,
        reading: AccountId,
        terms: Terms,
    ) -> Result<Self, Refused> {
        match serde_json::from_str(text) {
            Ok(Json::Object(fields)) => Ok(Self { fields, caller, now, reading, terms, group: None }),
            read => Err(unreadable(text, twice, read.err())),
        }
    }

    /// Looks at the fields of a call.
    pub(super) fn check(&self, fields: &[Field], codes: (i64, i64)) -> Result<(), Refused> {
        field::check(fields, &self.fields, &Place { within: None, codes, reading: self.reading })
    }

    /// The group that the call is about; of a call that is about none, and of no call, the id of none.
    pub(super) fn group(&self) -> Result<GroupId, Refused> {
        self.group.ok_or_else(|| Refused::new(10_004, "`GroupId` is missing"))
    }

    pub(super) const fn part(&self) -> Part<'_> {
        Part { fields: &self.fields, reading: self.reading }
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.part().text(name)
    }

    pub(super) fn number<T: TryFrom<i64>>(&self, name: &str) -> Option<T> {
        self.part().number(name)
    }

    pub(super) fn account(&self, name: &str) -> Option<UserId> {
        self.part().account(name)
    }

    pub(super) fn accounts(&self, name: &str) -> Vec<UserId> {
        self.part().accounts(name)
    }

    pub(super) fn texts(&self, name: &str) -> Option<Vec<&str>> {
        self.part().texts(name)
    }

    pub(super) fn parts(&self, name: &str) -> Vec<Part<'_>> {
        self.part().parts(name)
    }
}

impl<'a> Part<'a> {
    pub(super) fn any(self, name: &str) -> Option<&'a Json<'a>> {
        self.fields.get(name)
    }

    pub(super) fn text(self, name: &str) -> Option<&'a str> {
        self.any(name)?.as_text()
    }

    pub(super) fn number<T: TryFrom<i64>>(self, name: &str) -> Option<T> {
        T::try_from(whole(self.any(name)?)?).ok()
    }

    pub(super) fn account(self, name: &str) -> Option<UserId> {
        UserId::parse_as(self.text(name)?, self.reading).ok()
    }

    /// The user ids of a list, each once.
    pub(super) fn accounts(self, name: &str) -> Vec<UserId> {
        let mut accounts = Vec::new();
        for text in self.texts(name).unwrap_or_default() {
            accounts.extend(UserId::parse_as(text, self.reading).ok().filter(|account| !accounts.contains(account)));
        }
        accounts
    }

    pub(super) fn texts(self, name: &str) -> Option<Vec<&'a str>> {
        Some(self.any(name)?.as_list()?.iter().filter_map(Json::as_text).collect())
    }

    pub(super) fn part(self, name: &str) -> Option<Self> {
        Some(Self { fields: self.any(name)?.as_object()?, reading: self.reading })
    }

    pub(super) fn parts(self, name: &str) -> Vec<Self> {
        let list = self.any(name).and_then(Json::as_list).unwrap_or_default();
        list.iter().filter_map(|value| Some(Self { fields: value.as_object()?, reading: self.reading })).collect()
    }
}
