//! The log: what was asked, what was answered, and why; and what else happened, for those who watch.

mod bodies;
mod texts;

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use avmarks_protocol::url::RawQuery;
use avmarks_rules::{Omission, Reason};
use avmarks_service::{GroupEvent, Request};
use avmarks_spec::{Gap, Timestamp};
use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};
use tokio::sync::watch;

use crate::bounded_log::BoundedLog;
use crate::faults::Injection;
use crate::webhooks::Delivery;
use bodies::About;
use texts::Texts;

/// Bytes of the requests that are kept, and as many of the notices; about, as they are in memory.
const BYTES_MAX: usize = 16 * 1_048_576;
/// Omissions of one call that are kept.
const OMITTED_MAX: usize = 100;
/// A request of the API and its result. It never contains a key or a signature.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// Given when it is written down.
    pub(crate) number: u64,
    pub(crate) at: Timestamp,
    texts: Texts,
    pub(crate) random: Option<u32>,
    /// The code of the answer; none if the answer was none of the API.
    pub(crate) code: Option<i64>,
    pub(crate) info: String,
    pub(crate) because: Vec<Reason>,
    /// The readings in force of the gaps in `because`.
    pub(crate) readings: Vec<(Gap, &'static str)>,
    /// The first of them.
    pub(crate) omitted: Vec<Omission>,
    /// How many there are in all.
    pub(crate) omitted_total: usize,
    /// What the documents forbid and was let through, each as a sentence.
    pub(crate) flags: Vec<String>,
    /// The fault that was injected.
    pub(crate) fault: Option<Injection>,
}

/// Something that is no request.
#[derive(Clone, Debug)]
pub(crate) enum Notice {
    /// Something happened in a group.
    GroupEvent(Timestamp, GroupEvent),
    /// The clock was moved, stopped or let run.
    Clock { now: Timestamp, running: bool },
    /// A webhook was sent.
    Delivery(Arc<Delivery>),
    /// What is there was changed as a whole: `reset`, `state`, `settings`.
    Changed(&'static str),
}

/// The latest requests and notices, numbered alike from 1 up. Numbers are never used again.
#[derive(Debug)]
pub(crate) struct Log {
    /// Tells the numbers of this run from those of another.
    run: u32,
    entries: BoundedLog<Arc<Entry>>,
    notices: BoundedLog<Notice>,
    /// The highest number that is no longer there.
    dropped: u64,
    /// The highest number.
    written: watch::Sender<u64>,
}

/// An item of the log, for those who watch.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    Entry(Arc<Entry>),
    Notice(Notice),
}

impl Log {
    pub(crate) fn new(kept_max: usize) -> Self {
        Self {
            // The one source of randomness that is at hand everywhere.
            run: RandomState::new().hash_one(()) as u32,
            entries: BoundedLog::new(kept_max, BYTES_MAX),
            notices: BoundedLog::new(kept_max, BYTES_MAX),
            dropped: 0,
            written: watch::Sender::new(0),
        }
    }

    /// Writes a request down.
    pub(crate) fn write(&mut self, mut entry: Entry) {
        let number = self.number();
        entry.number = number;
        let dropped = self.entries.push(number, entry.bytes(), Arc::new(entry));
        self.dropped = self.dropped.max(dropped.unwrap_or_default());
        self.tell(number);
    }

    /// Lets those who watch know.
    pub(crate) fn notice(&mut self, notice: Notice) {
        let number = self.number();
        let dropped = self.notices.push(number, notice.bytes(), notice);
        self.dropped = self.dropped.max(dropped.unwrap_or_default());
        self.tell(number);
    }

    /// Forgets everything but the numbers.
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.notices.clear();
        self.dropped = self.latest();
    }

    /// Which run it is of.
    pub(crate) const fn run(&self) -> u32 {
        self.run
    }

    /// The highest number so far.
    pub(crate) fn latest(&self) -> u64 {
        *self.written.borrow()
    }

    /// Tells when something is written.
    pub(crate) fn watch(&self) -> watch::Receiver<u64> {
        self.written.subscribe()
    }

    /// Wakes those who watch, though there may be no news.
    pub(crate) fn wake(&self) {
        self.written.send_modify(|_| {});
    }

    /// Whether something is written after `after`.
    pub(crate) fn has_after(&self, after: u64) -> bool {
        self.latest() > after
    }

    /// How many watch.
    pub(crate) fn watchers(&self) -> usize {
        self.written.receiver_count()
    }

    /// At most `entries_max` requests, from the first number after `after` on.
    pub(crate) fn entries(&self, after: u64, entries_max: usize) -> impl Iterator<Item = &Arc<Entry>> {
        self.entries.after(after).map(|(_, entry)| entry).take(entries_max)
    }

    /// Whether something after `after` is no longer there.
    pub(crate) fn lacks(&self, after: u64) -> bool {
        after < self.dropped || after > self.latest()
    }

    /// At most `items_max` items of either kind with their numbers, from the first number after `after` on.
    pub(crate) fn items(&self, after: u64, items_max: usize) -> Vec<(u64, Item)> {
        let notices =
            self.notices.after(after).take(items_max).map(|(number, notice)| (number, Item::Notice(notice.clone())));
        let entries = self.entries(after, items_max).map(|entry| (entry.number, Item::Entry(Arc::clone(entry))));
        let mut items: Vec<_> = notices.chain(entries).collect();
        items.sort_unstable_by_key(|(number, _)| *number);
        items.truncate(items_max);
        items
    }

    /// Sets the highest number, and wakes those who watch, if there are any.
    fn tell(&self, number: u64) {
        let is_watched = self.watchers() > 0;
        self.written.send_if_modified(|latest| {
            *latest = number;
            is_watched
        });
    }

    fn number(&self) -> u64 {
        self.latest() + 1
    }
}

impl Entry {
    /// The data of a request, and the body of its answer; empty if none is known.
    pub(crate) fn of(request: &Request<'_>, query: &RawQuery<'_>, answer: &[u8]) -> Self {
        Self {
            number: 0,
            at: Timestamp::EPOCH,
            texts: Texts::new(request, query.identifier().unwrap_or_default(), answer),
            random: query.random().ok(),
            code: None,
            info: String::new(),
            because: Vec::new(),
            readings: Vec::new(),
            omitted: Vec::new(),
            omitted_total: 0,
            flags: Vec::new(),
            fault: None,
        }
    }

    /// The group that it is about; what stands behind it in the body is not read.
    pub(crate) fn group(&self) -> Option<String> {
        bodies::group(&self.texts.request())
    }

    /// Notes what was asked and left out.
    pub(crate) fn omit(&mut self, mut omitted: Vec<Omission>) {
        self.omitted_total = omitted.len();
        omitted.truncate(OMITTED_MAX);
        omitted.shrink_to_fit();
        self.omitted = omitted;
    }

    /// About how much memory it takes.
    fn bytes(&self) -> usize {
        size_of::<Self>()
            + self.texts.len()
            + self.info.len()
            + self.flags.iter().map(String::len).sum::<usize>()
            + self.omitted.len() * size_of::<Omission>()
            + self.because.len() * size_of::<Reason>()
    }
}

impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let readings = self.readings.iter().map(|(gap, reading)| ReadingRow { gap: gap.id(), reading });
        let omitted = self.omitted.iter().map(|omission| OmissionRow {
            account: omission.account.as_str(),
            mark: omission.mark.number(),
            because: omission.because.id(),
        });
        let request = self.texts.request();
        let About { group, accounts, marks } = bodies::about(&request);
        let mut row = serializer.serialize_struct("Entry", 19)?;
        row.serialize_field("number", &self.number)?;
        row.serialize_field("at", &self.at.as_millis())?;
        row.serialize_field("method", &self.texts.method())?;
        row.serialize_field("path", &self.texts.path())?;
        row.serialize_field("identifier", &self.texts.identifier())?;
        row.serialize_field("random", &self.random)?;
        row.serialize_field("code", &self.code)?;
        row.serialize_field("info", &self.info)?;
        row.serialize_field("because", &self.because.iter().map(|basis| basis.id()).collect::<Vec<_>>())?;
        row.serialize_field("gaps", &readings.collect::<Vec<_>>())?;
        row.serialize_field("omitted", &omitted.collect::<Vec<_>>())?;
        row.serialize_field("omitted_total", &self.omitted_total)?;
        row.serialize_field("flags", &self.flags)?;
        row.serialize_field("fault", &self.fault)?;
        row.serialize_field("group", &group)?;
        row.serialize_field("accounts", &accounts)?;
        row.serialize_field("marks", &marks)?;
        row.serialize_field("request", &bodies::shown(&request))?;
        row.serialize_field("answer", &bodies::shown(&self.texts.answer()))?;
        row.end()
    }
}

#[derive(Serialize)]
struct ReadingRow {
    gap: &'static str,
    reading: &'static str,
}

#[derive(Serialize)]
struct OmissionRow<'a> {
    account: &'a str,
    mark: u32,
    because: &'static str,
}

impl Notice {
    /// About how much memory it takes.
    fn bytes(&self) -> usize {
        size_of::<Self>()
            + match self {
                Self::Delivery(delivery) => delivery.bytes(),
                _ => 0,
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(now: u64) -> Notice {
        Notice::Clock { now: Timestamp::from_millis(now), running: false }
    }

    fn entry() -> Entry {
        let request = Request::signed("POST", "/v4/x", "identifier=a&usersig=secret", b"");
        Entry::of(&request, &RawQuery::new("identifier=a&usersig=secret"), b"")
    }

    #[test]
    fn requests_and_notices_share_their_numbers() {
        let mut log = Log::new(2);
        log.write(entry());
        for now in 0..3 {
            log.notice(clock(now));
        }
        log.write(entry());
        let numbers = |after| log.items(after, 10).iter().map(|(number, _)| *number).collect::<Vec<_>>();
        assert_eq!(numbers(0), [1, 3, 4, 5]);
        assert_eq!(numbers(3), [4, 5]);
        assert_eq!(log.items(0, 2).len(), 2);
        assert_eq!(log.entries(1, 10).map(|entry| entry.number).collect::<Vec<_>>(), [5]);
        // Number 2 is gone: who has seen 1 has missed it, who has seen 2 has missed nothing.
        assert!(log.lacks(1) && !log.lacks(2) && !log.lacks(5));
        // A number of another run.
        assert!(log.lacks(6));
    }

    #[test]
    fn a_log_that_is_cleared_goes_on_counting() {
        let mut log = Log::new(2);
        log.notice(clock(0));
        log.clear();
        log.notice(clock(1));
        assert!(log.lacks(0) && !log.lacks(1));
        assert_eq!(log.items(1, 10)[0].0, 2);
    }

    #[test]
    fn long_entries_are_cut() {
        let path = format!("/{}", "é".repeat(1_000));
        let request = Request::signed("POST", &path, "identifier=a", b"");
        let omission = Omission {
            account: avmarks_spec::UserId::parse("u").unwrap(),
            mark: avmarks_spec::Mark::new(1_000).unwrap(),
            because: avmarks_spec::Clause::OnlineOnly,
        };
        let mut entry = Entry::of(&request, &RawQuery::new("identifier=a"), b"");
        entry.omit(vec![omission; 5_000]);
        assert_eq!((entry.omitted.len(), entry.omitted_total), (OMITTED_MAX, 5_000));
        assert_eq!(entry.texts.path().chars().count(), 201);
        let mut log = Log::new(usize::MAX);
        let longer = Entry { info: "x".repeat(BYTES_MAX / 4), ..entry };
        (0..8).for_each(|_| log.write(longer.clone()));
        assert_eq!(log.entries(0, 10).map(|entry| entry.number).collect::<Vec<_>>(), [6, 7, 8]);
        assert!(log.lacks(4) && !log.lacks(5));
    }

    #[test]
    fn a_log_may_keep_nothing() {
        let mut log = Log::new(0);
        log.write(entry());
        assert_eq!(log.latest(), 1);
        assert!(log.items(0, 10).is_empty());
    }
}
