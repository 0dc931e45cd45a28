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

/// Which members a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Filter {
    /// The online members without 600 (`HIDE-600`).
    Visible,
    /// The holders of a mark, including those with 600 (`HIDE-600`, `gap:unhide`).
    Holding(Mark),
    /// No member: the requested number is not a mark.
    InvalidMark,
}

/// A member in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The position in the join order, which cursors contain.
    pub position: u64,
    /// The account.
    pub account: UserId,
    /// The time at which it joined.
    pub joined: Timestamp,
    /// The marks it holds, in ascending order, under the reading `present` of `gap:list-marks`; empty under the other one.
    pub marks: MarkList,
}

/// The start of a page: a position in the join order, and the number of members listed so far. On the wire it is the number
/// `position * 1024 + listed`, which is opaque to the caller (`NextTimestamp`). In a request, 0 means the first page; in an answer, 0 means
/// that there are no more pages.
///
/// ```
/// use avmarks_rules::internal::Cursor;
///
/// assert_eq!(Cursor::START.number(), 0);
/// assert_eq!(Cursor::from_number(7 * 1024 + 500), Cursor { below: 7, listed: 500 });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The page has only members with a lower position.
    pub below: u64,
    /// The number of members on all earlier pages.
    pub listed: usize,
}

impl Cursor {
    /// The start of the list.
    pub const START: Self = Self { below: u64::MAX, listed: 0 };

    /// Decodes the request field `Timestamp`. An old cursor stays valid: it shows the members that remain below its position.
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
    /// The start of the next page; `None` if this is the last one.
    pub next: Option<Cursor>,
}

impl Room {
    /// The members that `filter` shows at `at` with a position less than `below`, the latest joined first. The iterator is lazy under
    /// [`Filter::Visible`]. Under [`Filter::Holding`] all holders of the mark are sorted first; the documents allow at most 1,000.
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
                // The filters pass references. A record is copied once, at the end.
                let online = members.filter_map(move |record| {
                    let member = view.member(record).filter(|member| member.is_online())?;
                    Some((record.1, member.held))
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
                    let held = view.member(record)?.held;
                    let hidden = only_600 && index != MarkIndex::HIDDEN && held.has(MarkIndex::HIDDEN);
                    (held.has(index) && !hidden).then_some((record.1, held))
                });
                Box::new(shown.map(move |(member, held)| self.listed(member, held, with_marks)))
            }
        }
    }

    fn listed(&self, member: &Member, held: MarkSet, with_marks: bool) -> Listed {
        let marks = if with_marks { self.mark_list(held) } else { MarkList::new() };
        Listed { position: member.position(), account: member.account, joined: member.joined(), marks }
    }
}

/// Takes a page from `members`, which must be below the cursor and newest first. The page has at most `page_size` members, and all pages
/// together at most `list_max` or [`Limits::LIST_MEMBERS_CEILING`], whichever is less.
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
