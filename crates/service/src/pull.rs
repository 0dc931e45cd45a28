//! The online list, the count and the check of accounts: what is shown, and how fresh it is (`gap:refresh-list`, `gap:refresh-count`).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use avmarks_protocol::get_members;
use avmarks_rules::{Cursor, Filter, Listed, Policy, Reason, Room, Terms, page};
use avmarks_spec::readings::{ListMarks, LowPlanList, PageSize, RefreshCount, RefreshList, SwitchList};
use avmarks_spec::{Clause, Gap, Mark, Timestamp, UserId};

/// What was last shown of a group, and when it was taken. Views of no more use are dropped when the next one is taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ListCache {
    pub(crate) lists: BTreeMap<Filter, (Timestamp, ListView)>,
    pub(crate) count: Option<(Timestamp, usize)>,
    /// Who was online, for `check_members`.
    pub(crate) online: Option<(Timestamp, BTreeSet<UserId>)>,
}

/// A list as it was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ListView {
    /// The most that its pages show in all, whatever the plan is by now.
    pub(crate) members_max: usize,
    pub(crate) members: Vec<Listed>,
}

/// A view that a pull has taken, to be remembered.
pub(crate) enum Taken {
    List(Filter, ListView),
    Count(usize),
    Online(BTreeSet<UserId>),
}

/// A page, what it rests on, and the view to remember.
pub(crate) struct Shown<T> {
    pub(crate) answer: T,
    pub(crate) because: Vec<Reason>,
    pub(crate) taken: Option<Taken>,
}

/// No reading lets a view grow older than this.
const VIEW_AGE_CEILING: Duration = Duration::from_secs(40);

/// How old a view may grow; none where each pull shows the state of its moment.
fn list_age_max(policy: &Policy) -> Option<Duration> {
    match policy.refresh_list {
        RefreshList::TenSeconds => Some(Duration::from_secs(10)),
        RefreshList::FortySeconds => Some(VIEW_AGE_CEILING),
        _ => None,
    }
}

/// How old a count may grow; none where each request shows the state of its moment.
fn count_age_max(policy: &Policy) -> Option<Duration> {
    match policy.refresh_count {
        RefreshCount::TenSeconds => Some(Duration::from_secs(10)),
        _ => None,
    }
}

impl ListCache {
    pub(crate) fn remember(&mut self, taken: Taken, policy: &Policy, now: Timestamp) {
        match taken {
            Taken::List(filter, view) if list_age_max(policy).is_some() => {
                self.lists.retain(|_, (at, _)| now.saturating_duration_since(*at) < VIEW_AGE_CEILING);
                self.lists.insert(filter, (now, view));
            }
            Taken::Count(count) if count_age_max(policy).is_some() => self.count = Some((now, count)),
            Taken::Online(online) if list_age_max(policy).is_some() => self.online = Some((now, online)),
            Taken::List(..) | Taken::Count(_) | Taken::Online(_) => {}
        }
    }
}

fn fresh<T>(view: Option<&(Timestamp, T)>, age_max: Option<Duration>, now: Timestamp) -> Option<&T> {
    let age_max = age_max?;
    view.filter(|(at, _)| now.saturating_duration_since(*at) < age_max).map(|(_, view)| view)
}

/// A page of the online list.
pub(crate) fn list(
    room: &Room,
    views: &ListCache,
    terms: &Terms,
    cursor: Cursor,
    filter: Filter,
    now: Timestamp,
) -> Shown<get_members::Answer> {
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
    let (shown, taken) = if list_age_max(policy).is_none() {
        (page(room.list(filter, policy, cursor.below, now), cursor, page_size, list_max), None)
    } else {
        let (view, taken) = match fresh(views.lists.get(&filter), list_age_max(policy), now) {
            Some(view) => (view.clone(), None),
            None => {
                // With the marks of this moment, since the policy may ask for them before the view is too old.
                let mut with_marks = *policy;
                with_marks.list_marks = ListMarks::Present;
                let members = room.list(filter, &with_marks, u64::MAX, now).take(list_max).collect();
                let view = ListView { members_max: list_max, members };
                (view.clone(), Some(Taken::List(filter, view)))
            }
        };
        let below = view.members.into_iter().filter(|member| member.place < cursor.below);
        (page(below, cursor, page_size, view.members_max), taken)
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
    Shown { answer: get_members::Answer::page(members.collect(), next), because: grounds(filter, why_short), taken }
}

/// `JoinTime`, in the seconds of the wire. A time beyond what the wire can say is the latest it can.
fn seconds(joined: Timestamp) -> i64 {
    i64::try_from(joined.as_seconds()).unwrap_or(i64::MAX)
}

/// What a list rests on; `why_short` are the readings that leave it the 30 latest.
fn grounds(filter: Filter, why_short: impl Iterator<Item = Gap>) -> Vec<Reason> {
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
pub(crate) fn count(room: &Room, views: &ListCache, terms: &Terms, now: Timestamp) -> Shown<usize> {
    let mut because = vec![Reason::Gap(Gap::RefreshCount)];
    if !room.kind().has_marks() {
        // A plan and a switch of their own are taken as given.
        because.insert(0, Reason::Gap(Gap::CountTypes));
    }
    match fresh(views.count.as_ref(), count_age_max(&terms.policy), now) {
        Some(count) => Shown { answer: *count, because, taken: None },
        None => {
            let count = room.online_count(now);
            Shown { answer: count, because, taken: Some(Taken::Count(count)) }
        }
    }
}

/// Those of `accounts` that are online, in the order asked, each once.
pub(crate) fn check(
    room: &Room,
    views: &ListCache,
    terms: &Terms,
    accounts: Vec<UserId>,
    now: Timestamp,
) -> Shown<Vec<UserId>> {
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
        return Shown { answer: online, because, taken: None };
    }
    let (online, taken) = match fresh(views.online.as_ref(), age_max, now) {
        Some(online) => (online.clone(), None),
        None => {
            let members = room.members(now).into_iter();
            let online: BTreeSet<_> = members.filter(|member| member.online).map(|member| member.account).collect();
            (online.clone(), Some(Taken::Online(online)))
        }
    };
    let answer = accounts.into_iter().filter(|account| online.contains(account)).collect();
    Shown { answer, because, taken }
}
