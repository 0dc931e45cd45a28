//! Values as columns have them, and back.

use std::collections::BTreeSet;

use avmarks_spec::readings::AccountId;
use avmarks_spec::{GroupId, Mark, Timestamp, UserId};

use crate::error::StoreError;
use crate::types::PresenceChange;

pub(crate) fn damaged(what: &str, found: &str) -> StoreError {
    StoreError::Damaged(format!("invalid {what} `{}`", found.escape_debug()))
}

/// Ids are bytes in PostgreSQL.
#[cfg(feature = "postgres")]
pub(crate) fn text_of_bytes(bytes: &[u8]) -> Result<&str, StoreError> {
    std::str::from_utf8(bytes).map_err(|_| damaged("text", &String::from_utf8_lossy(bytes)))
}

pub(crate) fn group(text: &str) -> Result<GroupId, StoreError> {
    GroupId::parse(text).map_err(|_| damaged("group", text))
}

/// Accounts are of the widest reading: what was let in is let out.
pub(crate) fn account(text: &str) -> Result<UserId, StoreError> {
    UserId::parse_as(text, AccountId::Utf8).map_err(|_| damaged("account", text))
}

/// No account is empty, so the empty text means none.
pub(crate) fn account_or_none(text: &str) -> Result<Option<UserId>, StoreError> {
    if text.is_empty() { Ok(None) } else { account(text).map(Some) }
}

pub(crate) fn text_or_empty(account: Option<&UserId>) -> &str {
    account.map_or("", UserId::as_str)
}

/// `1000 1001`: small, and readable in the shell of the database.
pub(crate) fn text_of_marks(marks: &BTreeSet<Mark>) -> String {
    marks.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

pub(crate) fn marks(text: &str) -> Result<BTreeSet<Mark>, StoreError> {
    let mark = |word: &str| word.parse().ok().and_then(|number| Mark::new(number).ok());
    text.split_terminator(' ').map(|word| mark(word).ok_or_else(|| damaged("mark", word))).collect()
}

/// Databases count in signed integers; every number here is far below their end.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(crate) fn unsigned(number: i64) -> Result<u64, StoreError> {
    u64::try_from(number).map_err(|_| damaged("number", &number.to_string()))
}

pub(crate) fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(crate) fn uncount(number: i64) -> Result<usize, StoreError> {
    usize::try_from(number).map_err(|_| damaged("count", &number.to_string()))
}

pub(crate) fn millis(at: Timestamp) -> i64 {
    signed(at.as_millis())
}

pub(crate) fn timestamp(millis: i64) -> Result<Timestamp, StoreError> {
    unsigned(millis).map(Timestamp::from_millis)
}

/// A webhook without `EventTime` has -1.
pub(crate) fn millis_or_none(at: Option<Timestamp>) -> i64 {
    at.map_or(-1, millis)
}

pub(crate) fn timestamp_or_none(millis: i64) -> Option<Timestamp> {
    u64::try_from(millis).ok().map(Timestamp::from_millis)
}

/// The number of a kind of event.
pub(crate) fn kind(change: &PresenceChange) -> u8 {
    match change {
        PresenceChange::Online(_) => 1,
        PresenceChange::Offline(_) => 2,
        PresenceChange::Joined(_) => 3,
        PresenceChange::Left(_) => 4,
        PresenceChange::Destroyed => 5,
    }
}

pub(crate) fn change(kind: i64, text: &str) -> Result<PresenceChange, StoreError> {
    Ok(match kind {
        1 => PresenceChange::Online(account(text)?),
        2 => PresenceChange::Offline(account(text)?),
        3 => PresenceChange::Joined(account(text)?),
        4 => PresenceChange::Left(account(text)?),
        5 => PresenceChange::Destroyed,
        _ => return Err(damaged("kind of event", &kind.to_string())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_as_they_went_in() {
        let set = |numbers: &[i64]| numbers.iter().map(|number| Mark::new(*number).unwrap()).collect::<BTreeSet<_>>();
        for numbers in [&[][..], &[500], &[500, 600, 1_000, 4_294_967_295]] {
            assert_eq!(marks(&text_of_marks(&set(numbers))).unwrap(), set(numbers));
        }
        let ann = UserId::parse("ann").unwrap();
        for value in [
            PresenceChange::Online(ann),
            PresenceChange::Offline(ann),
            PresenceChange::Joined(ann),
            PresenceChange::Left(ann),
            PresenceChange::Destroyed,
        ] {
            let back = change(i64::from(kind(&value)), text_or_empty(value.account().as_ref())).unwrap();
            assert_eq!(back, value);
        }
        for at in [None, Some(Timestamp::EPOCH), Some(Timestamp::LATEST)] {
            assert_eq!(timestamp_or_none(millis_or_none(at)), at);
        }
    }

    #[test]
    fn a_foreign_value_is_named() {
        assert_eq!(marks("1000 7").unwrap_err().to_string(), "what is stored cannot be read: invalid mark `7`");
        assert_eq!(
            change(6, "ann").unwrap_err().to_string(),
            "what is stored cannot be read: invalid kind of event `6`"
        );
        assert!(group("").is_err() && account("").is_err() && unsigned(-1).is_err() && uncount(-1).is_err());
    }
}
