//! The online list, the count and the check of accounts, each computed for the call or taken from a cache (`gap:refresh-list`,
//! `gap:refresh-count`).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use avmarks_protocol::get_members;
use avmarks_rules::internal::{Cursor, Filter, Listed, page};
use avmarks_rules::{Policy, Reason, Room, Terms};
use avmarks_spec::readings::{ListMarks, LowPlanList, PageSize, RefreshCount, RefreshList, SwitchList};
use avmarks_spec::{Clause, Gap, Mark, Timestamp, UserId};

/// The last results of a group, each with its time. Expired lists are removed when the next one is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ListCache {
    pub(crate) lists: BTreeMap<Filter, (Timestamp, CachedList)>,
    pub(crate) count: Option<(Timestamp, usize)>,
    /// The accounts that were online, for `check_members`.
    pub(crate) online: Option<(Timestamp, BTreeSet<UserId>)>,
}

/// A cached list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CachedList {
    /// The number of members that its pages show in total, whatever the plan is by now.
    pub(crate) members_max: usize,
    /// All of them, newest first, and not `members_max` alone: a cursor of an earlier view goes on below those who joined since, so
    /// that no member that stays is skipped.
    pub(crate) members: Vec<Listed>,
}

impl CachedList {
    /// The members that joined before this position, newest first.
    fn below(&self, position: u64) -> impl Iterator<Item = Listed> {
        let start = self.members.partition_point(|member| member.position >= position);
        self.members.iter().skip(start).cloned()
    }
}

/// A result to be stored in the cache.
pub(crate) enum CacheEntry {
    List(Filter, CachedList),
    Count(usize),
    Online(BTreeSet<UserId>),
}

/// A result with its reasons, and the entry to store in the cache.
pub(crate) struct Cached<T> {
    pub(crate) answer: T,
    pub(crate) because: Vec<Reason>,
    pub(crate) entry: Option<CacheEntry>,
}

/// No reading lets a cached result grow older than this.
const CACHE_AGE_MAX: Duration = Duration::from_secs(40);

/// The maximum age of a cached list; none if each request shows the current state.
fn list_age_max(policy: &Policy) -> Option<Duration> {
    match policy.refresh_list {
        RefreshList::TenSeconds => Some(Duration::from_secs(10)),
        RefreshList::FortySeconds => Some(CACHE_AGE_MAX),
        _ => None,
    }
}

/// The maximum age of a cached count; none if each request shows the current state.
fn count_age_max(policy: &Policy) -> Option<Duration> {
    match policy.refresh_count {
        RefreshCount::TenSeconds => Some(Duration::from_secs(10)),
        _ => None,
    }
}

impl ListCache {
    pub(crate) fn store(&mut self, entry: CacheEntry, policy: &Policy, now: Timestamp) {
        match entry {
            CacheEntry::List(filter, cached) if list_age_max(policy).is_some() => {
                self.lists.retain(|_, (at, _)| now.saturating_duration_since(*at) < CACHE_AGE_MAX);
                self.lists.insert(filter, (now, cached));
            }
            CacheEntry::Count(count) if count_age_max(policy).is_some() => self.count = Some((now, count)),
            CacheEntry::Online(online) if list_age_max(policy).is_some() => self.online = Some((now, online)),
            CacheEntry::List(..) | CacheEntry::Count(_) | CacheEntry::Online(_) => {}
        }
    }
}

fn fresh<T>(cached: Option<&(Timestamp, T)>, age_max: Option<Duration>, now: Timestamp) -> Option<&T> {
    let age_max = age_max?;
    cached.filter(|(at, _)| now.saturating_duration_since(*at) < age_max).map(|(_, cached)| cached)
}

/// A page of the online list.
pub(crate) fn list(
    room: &Room,
    cache: &ListCache,
    terms: &Terms,
    cursor: Cursor,
    filter: Filter,
    now: Timestamp,
) -> Cached<get_members::Answer> {
    let policy = &terms.policy;
    // A plan or switch that is missing and yet lets the list through leaves the 30 latest, with a `Mark` filter too.
    let low_plan = !terms.marks_supported && policy.low_plan_list == LowPlanList::Thirty;
    let switched_off = !terms.online_list_enabled && policy.switch_list == SwitchList::Thirty;
    let is_short = low_plan || switched_off;
    let list_max = if is_short { terms.limits.low_plan_list_members_max } else { terms.limits.list_members_max };
    let page_size = match policy.page_size {
        PageSize::TwoHundredFifty => 250,
        _ => 500,
    };
    let (shown, entry) = if list_age_max(policy).is_none() {
        (page(room.list(filter, policy, cursor.below, now), cursor, page_size, list_max), None)
    } else {
        let shown = |view: &CachedList| page(view.below(cursor.below), cursor, page_size, view.members_max);
        match fresh(cache.lists.get(&filter), list_age_max(policy), now) {
            Some(view) => (shown(view), None),
            None => {
                // With the marks of this moment, since the policy may ask for them before the cached list expires.
                let mut with_marks = *policy;
                with_marks.list_marks = ListMarks::Present;
                let members = room.list(filter, &with_marks, u64::MAX, now).collect();
                let view = CachedList { members_max: list_max, members };
                (shown(&view), Some(CacheEntry::List(filter, view)))
            }
        }
    };
    let members = shown.members.iter().map(|member| {
        let mut listed = get_members::Listed::new(seconds(member.joined), member.account.as_str());
        if policy.list_marks == ListMarks::Present {
            listed.marks = Some(member.marks.iter().map(|mark| i64::from(mark.number())).collect());
        }
        listed
    });
    let next = shown.next.map_or(0, |next| i64::try_from(next.number()).unwrap_or(i64::MAX));
    let why_short = [(low_plan, Gap::LowPlanList), (switched_off, Gap::SwitchList)];
    let why_short = why_short.into_iter().filter(|(is_so, _)| *is_so).map(|(_, gap)| gap);
    Cached {
        answer: get_members::Answer::page(members.collect(), next),
        because: list_reasons(filter, why_short),
        entry,
    }
}

/// `JoinTime`, in the seconds of the wire. A time that the field cannot hold becomes its maximum.
fn seconds(joined: Timestamp) -> i64 {
    i64::try_from(joined.as_seconds()).unwrap_or(i64::MAX)
}

/// The reasons for a list; `why_short` are the readings that cut it to the 30 latest members.
fn list_reasons(filter: Filter, why_short: impl Iterator<Item = Gap>) -> Vec<Reason> {
    let mut because: Vec<_> = why_short.map(Reason::Gap).collect();
    match filter {
        Filter::Visible if because.is_empty() => {
            because.extend([Clause::ListMax, Clause::Hide600].map(Reason::Clause));
        }
        Filter::Visible | Filter::Holding(Mark::HIDDEN) => because.push(Reason::Clause(Clause::Hide600)),
        Filter::InvalidMark => {}
        Filter::Holding(_) => because.extend([Reason::Clause(Clause::Hide600), Reason::Gap(Gap::Unhide)]),
    }
    because.extend([Gap::ListOrder, Gap::PageSize, Gap::ListMarks, Gap::RefreshList].map(Reason::Gap));
    because
}

/// The number of online members and robots.
pub(crate) fn count(room: &Room, cache: &ListCache, terms: &Terms, now: Timestamp) -> Cached<usize> {
    let mut because = vec![Reason::Gap(Gap::RefreshCount)];
    if !room.kind().has_marks() {
        // Other group types have a plan and a switch of their own, which are not modelled.
        because.insert(0, Reason::Gap(Gap::CountTypes));
    }
    match fresh(cache.count.as_ref(), count_age_max(&terms.policy), now) {
        Some(count) => Cached { answer: *count, because, entry: None },
        None => {
            let count = room.online_count(now);
            Cached { answer: count, because, entry: Some(CacheEntry::Count(count)) }
        }
    }
}

/// Those of `accounts` that are online, in the order asked, each once.
pub(crate) fn check(
    room: &Room,
    cache: &ListCache,
    terms: &Terms,
    accounts: Vec<UserId>,
    now: Timestamp,
) -> Cached<Vec<UserId>> {
    let mut seen = BTreeSet::new();
    let named = accounts.len();
    let accounts: Vec<_> = accounts.into_iter().filter(|account| seen.insert(*account)).collect();
    let mut because = vec![Reason::Gap(Gap::RefreshList)];
    if accounts.len() < named {
        because.push(Reason::Gap(Gap::Duplicates));
    }
    let age_max = list_age_max(&terms.policy);
    if age_max.is_none() {
        let online = accounts.into_iter().filter(|account| room.is_online(account, now)).collect();
        return Cached { answer: online, because, entry: None };
    }
    let (online, entry) = match fresh(cache.online.as_ref(), age_max, now) {
        Some(online) => (online.clone(), None),
        None => {
            let members = room.members(now).into_iter();
            let online: BTreeSet<_> =
                members.filter(|member| member.is_online()).map(|member| member.account).collect();
            (online.clone(), Some(CacheEntry::Online(online)))
        }
    };
    let answer = accounts.into_iter().filter(|account| online.contains(account)).collect();
    Cached { answer, because, entry }
}
