//! The online list: newest first, at most the latest thousand, page by page.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cmp::Reverse;

use avmarks_spec::readings::{ListMarks, Unhide};
use avmarks_spec::{Limits, Mark, Timestamp, UserId};

use super::marks::{MarkIndex, MarkSet};
use super::roster::Member;
use super::{Room, View};
use crate::mark_list::MarkList;
use crate::policy::Policy;

/// Selects the members of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Filter {
    /// The online members without 600 (`HIDE-600`).
    Visible,
    /// The holders of a mark, 600 or not (`HIDE-600`, `gap:unhide`).
    Holding(Mark),
    /// Selects no member: the requested number is not a mark.
    InvalidMark,
}

/// A member in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The position in the join order; cursors name it.
    pub position: u64,
    /// The account.
    pub account: UserId,
    /// The time at which it joined.
    pub joined: Timestamp,
    /// The marks it holds, in ascending order, where `gap:list-marks` is read as `present`; else none.
    pub marks: MarkList,
}

/// The start of the next page: a position in the join order, and the number of members listed so far. On the wire it is
/// `NextTimestamp`, opaque to the caller: `position * 1024 + listed`. A request with 0 asks for the first page; an answer with 0 says that
/// there are no more pages.
///
/// ```
/// use avmarks_rules::internal::Cursor;
///
/// assert_eq!(Cursor::START.number(), 0);
/// assert_eq!(Cursor::from_number(7 * 1024 + 500), Cursor { below: 7, listed: 500 });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Members that joined at this position or later are not listed any more.
    pub below: u64,
    /// The number of members on the pages before.
    pub listed: usize,
}

impl Cursor {
    /// The start of the list.
    pub const START: Self = Self { below: u64::MAX, listed: 0 };

    /// Decodes the request field `Timestamp`. A stale cursor stays valid: it shows the members that are left below its position.
    #[must_use]
    pub const fn from_number(number: u64) -> Self {
        if number == 0 {
            return Self::START;
        }
        Self { below: number / 1_024, listed: (number % 1_024) as usize }
    }

    /// The number on the wire.
    #[must_use]
    pub const fn number(self) -> u64 {
        if self.below == u64::MAX {
            return 0;
        }
        self.below.saturating_mul(1_024).saturating_add(self.listed as u64)
    }
}

/// One page of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page {
    /// The members, newest first (`gap:list-order`).
    pub members: Vec<Listed>,
    /// Where the next page starts; `None` if this is the last.
    pub next: Option<Cursor>,
}

impl Room {
    /// The members that `filter` shows at `at`, below a position in the join order, the latest joined first. The caller
    /// takes as many as it needs; no others are looked at, except that the holders of a mark are put in order first: a
    /// thousand at most, by the documents. For the service, which cuts pages and keeps lists for a while.
    #[doc(hidden)]
    pub fn list<'a>(
        &'a self,
        filter: Filter,
        policy: &Policy,
        below: u64,
        at: Timestamp,
    ) -> Box<dyn Iterator<Item = Listed> + 'a> {
        let view = View::new(self, at);
        let only_600 = policy.unhide == Unhide::Only600;
        let with_marks = policy.list_marks == ListMarks::Present;
        match filter {
            Filter::InvalidMark => Box::new(core::iter::empty()),
            Filter::Visible => {
                let members = self.order.listed_below(below).filter_map(|slot| self.roster.get_with_slot(slot));
                // What passes through the filters is small; the copy of the record is made last, and once.
                let online = members.filter_map(move |record| {
                    let seen = view.seen(record).filter(|seen| seen.is_online())?;
                    Some((record.1, seen.held))
                });
                Box::new(online.map(move |(member, held)| self.listed(member, held, with_marks)))
            }
            Filter::Holding(mark) => {
                let Some(index) = self.marks.find(mark) else { return Box::new(core::iter::empty()) };
                let candidates = self.marks.holder_candidates(index).filter_map(|slot| self.roster.get_with_slot(slot));
                let holders = candidates.filter(|(_, member)| member.marks.has(index) && member.position() < below);
                let mut holders: Vec<_> = holders.collect();
                holders.sort_unstable_by_key(|(_, member)| Reverse(member.position()));
                holders.dedup_by_key(|(slot, _)| *slot);
                let shown = holders.into_iter().filter_map(move |record| {
                    let held = view.seen(record)?.held;
                    let hidden = only_600 && index != MarkIndex::HIDDEN && held.has(MarkIndex::HIDDEN);
                    (held.has(index) && !hidden).then_some((record.1, held))
                });
                Box::new(shown.map(move |(member, held)| self.listed(member, held, with_marks)))
            }
        }
    }

    fn listed(&self, member: &Member, held: MarkSet, with_marks: bool) -> Listed {
        let marks = if with_marks { self.numbers(held) } else { MarkList::new() };
        Listed { position: member.position(), account: member.account, joined: member.joined(), marks }
    }
}

/// Cuts a page from `members`, which come newest first from below the cursor: at most `page_size`, and no more than
/// `list_max` (or [`Limits::LIST_MEMBERS_CEILING`], where that is less) over all pages.
pub fn page(members: impl Iterator<Item = Listed>, cursor: Cursor, page_size: usize, list_max: usize) -> Page {
    let left = list_max.min(Limits::LIST_MEMBERS_CEILING).saturating_sub(cursor.listed);
    let mut members = members.take(left).peekable();
    let mut shown = Vec::new();
    while shown.len() < page_size {
        match members.next() {
            Some(member) => shown.push(member),
            None => break,
        }
    }
    let next = match (members.peek(), shown.last()) {
        (Some(_), Some(last)) => Some(Cursor { below: last.position, listed: cursor.listed + shown.len() }),
        _ => None,
    };
    Page { members: shown, next }
}
