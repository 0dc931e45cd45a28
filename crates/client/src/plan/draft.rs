//! A plan in the making: merges, and collects every fault.

use std::collections::{BTreeMap, BTreeSet};

use avmarks_spec::{GroupId, Limits, Mark, UserId};

use super::{Change, Entry, Plan, PlanFault, PlanFaults, PlanSettings};

/// A plan in the making, with what was found wrong so far.
pub(super) struct Draft<'a> {
    change: Change,
    settings: &'a PlanSettings,
    inputs: usize,
    entries: Vec<Entry>,
    places: BTreeMap<UserId, usize>,
    lists: Vec<Box<[Mark]>>,
    list_places: BTreeMap<Box<[Mark]>, usize>,
    custom: BTreeSet<Mark>,
    /// The first input that names one custom mark too many, and that mark.
    one_too_many: Option<(usize, Mark)>,
    faults: Vec<PlanFault>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(change: Change, settings: &'a PlanSettings) -> Self {
        Self {
            change,
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
            self.faults.push(PlanFault::Account { input, found: account.to_owned(), fault: *fault });
        }
        let mut marks = Vec::new();
        let mut named = 0;
        for number in numbers {
            match Mark::new(number) {
                Ok(mark) => marks.push(mark),
                Err(fault) => self.faults.push(PlanFault::Mark { input, mark: named, fault }),
            }
            named += 1;
        }
        if named == 0 {
            self.faults.push(PlanFault::NoMarks { input });
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

    pub(super) fn finish(mut self, group: &str) -> Result<Plan, PlanFaults> {
        let mut first = Vec::new();
        let per_call = self.settings.accounts_per_call_max;
        let per_call_max = Limits::DOCUMENTED.accounts_per_call_max;
        if !(1..=per_call_max).contains(&per_call) {
            first.push(PlanFault::AccountsPerCall { found: per_call, max: per_call_max });
        }
        let parsed = GroupId::parse(group);
        if let Err(fault) = &parsed {
            first.push(PlanFault::Group { found: group.to_owned(), fault: *fault });
        }
        if self.inputs == 0 {
            first.push(PlanFault::NoAccounts);
        }
        if let (Change::Set, Some(max), Some((input, mark))) =
            (self.change, self.settings.custom_marks_max, self.one_too_many)
        {
            first.push(PlanFault::CustomMarks { found: self.custom.len(), max, input, mark });
        }
        first.append(&mut self.faults);
        match parsed {
            Ok(group) if first.is_empty() => {
                self.entries.shrink_to_fit();
                Ok(Plan {
                    change: self.change,
                    group,
                    entries: self.entries,
                    lists: self.lists,
                    accounts_per_call_max: per_call,
                    inputs: self.inputs,
                })
            }
            _ => Err(PlanFaults::new(first)),
        }
    }
}
