//! A plan in the making: merges, and collects every fault.

use std::collections::{BTreeMap, BTreeSet};

use avmarks_spec::{GroupId, Limits, Mark, UserId};

use super::{Entry, Plan, PlanError, PlanFaults, PlanKind, PlanSettings};

/// The group, and each account once, in order of first mention: for the calls that name no marks.
///
/// # Errors
///
/// Everything that is wrong with any of them, and where there are more than `accounts_max` accounts.
pub(crate) fn group_and_accounts<A: AsRef<str>>(
    group: &str,
    accounts: impl IntoIterator<Item = A>,
    accounts_max: usize,
    settings: &PlanSettings,
) -> Result<(GroupId, Vec<UserId>), PlanFaults> {
    let mut draft = Draft::new(settings);
    for account in accounts {
        draft.take_pinned(account.as_ref());
    }
    let found = draft.entries.len();
    let fault = (found > accounts_max).then_some(PlanError::Accounts { found, max: accounts_max });
    let group = draft.check(group, fault)?;
    Ok((group, draft.entries.into_iter().map(|entry| entry.account).collect()))
}

/// A plan in the making, with what was found wrong so far.
pub(super) struct Draft<'a> {
    settings: &'a PlanSettings,
    inputs: usize,
    entries: Vec<Entry>,
    places: BTreeMap<UserId, usize>,
    lists: Vec<Box<[Mark]>>,
    list_places: BTreeMap<Box<[Mark]>, usize>,
    custom: BTreeSet<Mark>,
    /// The first input that names one custom mark too many, and that mark.
    one_too_many: Option<(usize, Mark)>,
    faults: Vec<PlanError>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(settings: &'a PlanSettings) -> Self {
        Self {
            settings,
            inputs: 0,
            entries: Vec::new(),
            places: BTreeMap::new(),
            lists: Vec::new(),
            list_places: BTreeMap::new(),
            custom: BTreeSet::new(),
            one_too_many: None,
            faults: Vec::new(),
        }
    }

    pub(super) fn take(&mut self, account: &str, numbers: impl IntoIterator<Item = i64>) {
        let input = self.inputs;
        self.inputs += 1;
        let parsed = UserId::parse_as(account, self.settings.account_id);
        if let Err(fault) = &parsed {
            self.faults.push(PlanError::Account { input, found: account.to_owned(), fault: *fault });
        }
        let mut marks = Vec::new();
        let mut named = 0;
        for number in numbers {
            match Mark::new(number) {
                Ok(mark) => marks.push(mark),
                Err(fault) => self.faults.push(PlanError::Mark { input, mark: named, fault }),
            }
            named += 1;
        }
        if named == 0 {
            self.faults.push(PlanError::NoMarks { input });
        }
        for mark in marks.iter().filter(|mark| !mark.is_special()) {
            let full = self.settings.custom_marks_max.is_some_and(|max| self.custom.len() >= max);
            if self.custom.insert(*mark) && full && self.one_too_many.is_none() {
                self.one_too_many = Some((input, *mark));
            }
        }
        if let Ok(account) = parsed {
            self.merge(account, marks);
        }
    }

    /// Takes an account that comes without marks: 500 stands in their place.
    pub(super) fn take_pinned(&mut self, account: &str) {
        self.take(account, [i64::from(Mark::PINNED.number())]);
    }

    fn merge(&mut self, account: UserId, mut marks: Vec<Mark>) {
        let place = self.places.get(&account).copied();
        let held = place.and_then(|place| self.entries.get(place)).and_then(|entry| self.lists.get(entry.list));
        if let Some(held) = held {
            marks = held.iter().copied().chain(marks).collect();
        }
        let mut seen = BTreeSet::new();
        marks.retain(|mark| seen.insert(*mark));
        let list = self.list(marks);
        match place.and_then(|place| self.entries.get_mut(place)) {
            Some(entry) => entry.list = list,
            None => {
                self.places.insert(account, self.entries.len());
                self.entries.push(Entry { account, list });
            }
        }
    }

    /// The place of a list of marks among the plan's.
    fn list(&mut self, marks: Vec<Mark>) -> usize {
        if let Some(place) = self.list_places.get(&*marks) {
            return *place;
        }
        let (place, marks) = (self.lists.len(), marks.into_boxed_slice());
        self.list_places.insert(marks.clone(), place);
        self.lists.push(marks);
        place
    }

    pub(super) fn finish(mut self, kind: PlanKind, group: &str) -> Result<Plan, PlanFaults> {
        let fault = match (kind, self.settings.custom_marks_max, self.one_too_many) {
            (PlanKind::SetMarks, Some(max), Some((input, mark))) => {
                Some(PlanError::CustomMarks { found: self.custom.len(), max, input, mark })
            }
            _ => None,
        };
        let group = self.check(group, fault)?;
        self.entries.shrink_to_fit();
        Ok(Plan {
            kind,
            group,
            entries: self.entries,
            lists: self.lists,
            accounts_per_call_max: self.settings.accounts_per_call_max,
            inputs: self.inputs,
        })
    }

    /// The group, where nothing is wrong with anything; `fault` is one that is about all inputs together.
    fn check(&mut self, group: &str, fault: Option<PlanError>) -> Result<GroupId, PlanFaults> {
        let mut faults = Vec::new();
        let per_call = self.settings.accounts_per_call_max;
        let per_call_max = Limits::DOCUMENTED.accounts_per_call_max;
        if !(1..=per_call_max).contains(&per_call) {
            faults.push(PlanError::AccountsPerCall { found: per_call, max: per_call_max });
        }
        let parsed = GroupId::parse(group);
        if let Err(fault) = &parsed {
            faults.push(PlanError::Group { found: group.to_owned(), fault: *fault });
        }
        if self.inputs == 0 {
            faults.push(PlanError::NoAccounts);
        }
        faults.extend(fault);
        faults.append(&mut self.faults);
        match parsed {
            Ok(group) if faults.is_empty() => Ok(group),
            _ => Err(PlanFaults::new(faults)),
        }
    }
}
