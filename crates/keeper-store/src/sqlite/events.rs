//! The events of a batch as one column: one after the other, each with kind, length and text of group and account, and time.

use crate::error::StoreError;
use crate::rows::{change, group, kind, millis_or_none, text_or_empty, timestamp_or_none};
use crate::types::Event;

/// The column of these events.
pub(super) fn bytes_of_events(events: &[Event]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(events.len().saturating_mul(48));
    for event in events {
        bytes.push(kind(&event.change));
        let account = event.change.account();
        for text in [event.group.as_str(), text_or_empty(account.as_ref())] {
            // An id has at most 48 bytes.
            bytes.push(u8::try_from(text.len()).unwrap_or(u8::MAX));
            bytes.extend_from_slice(text.as_bytes());
        }
        bytes.extend_from_slice(&millis_or_none(event.at).to_le_bytes());
    }
    bytes
}

/// The events of a column.
pub(super) fn events(bytes: &[u8]) -> Result<Vec<Event>, StoreError> {
    let mut left = bytes;
    let mut events = Vec::new();
    while !left.is_empty() {
        let event =
            take_event(&mut left).ok_or_else(|| StoreError::Damaged("a batch of events ends early".to_owned()))?;
        let (kind, of, who, at) = event;
        events.push(Event { group: group(of)?, change: change(i64::from(kind), who)?, at: timestamp_or_none(at) });
    }
    Ok(events)
}

fn take_event<'a>(left: &mut &'a [u8]) -> Option<(u8, &'a str, &'a str, i64)> {
    let kind = *left.split_off_first()?;
    let mut text = || {
        let length = usize::from(*left.split_off_first()?);
        std::str::from_utf8(left.split_off(..length)?).ok()
    };
    let group = text()?;
    let account = text()?;
    let (at, rest) = left.split_first_chunk()?;
    *left = rest;
    Some((kind, group, account, i64::from_le_bytes(*at)))
}

#[cfg(test)]
mod tests {
    use avmarks_spec::{GroupId, Timestamp, UserId};

    use super::*;
    use crate::types::PresenceChange;

    #[test]
    fn a_batch_cut_anywhere_is_refused() {
        let group = GroupId::parse("g").unwrap();
        let all = [
            Event { group, change: PresenceChange::Online(UserId::parse("ann").unwrap()), at: Some(Timestamp::LATEST) },
            Event { group, change: PresenceChange::Destroyed, at: None },
        ];
        let bytes = bytes_of_events(&all);
        assert_eq!(events(&bytes).unwrap(), all);
        let first = bytes_of_events(&all[..1]).len();
        for end in (1..bytes.len()).filter(|end| *end != first) {
            let error = events(&bytes[..end]).unwrap_err();
            assert_eq!(error.to_string(), "what is stored cannot be read: a batch of events ends early", "{end}");
        }
    }
}
