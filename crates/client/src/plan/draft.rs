//! A plan in the making: merges accounts, and collects everything that is wrong.

use std::collections::{BTreeMap, BTreeSet};

use avmarks_spec::{GroupId, Limits, Mark, UserId};

use super::accounts::{Accounts, Interner};
use super::{Plan, PlanError, PlanErrors, PlanKind, PlanSettings};

/// The group of this text.
pub(crate) fn group_id(group: &str) -> Result<GroupId, PlanError> {
    GroupId::parse(group).map_err(|error| PlanError::Group { found: group.to_owned(), error })
}

/// The group, and each account once, in order of first mention: for the calls that name no marks.
///
/// # Errors
///
/// Everything that is wrong with any of them, and if there are more than `accounts_max` accounts.
pub(crate) fn group_and_accounts<A: AsRef<str>>(
    group: &str,
    accounts: impl IntoIterator<Item = A>,
    accounts_max: usize,
    settings: &PlanSettings,
) -> Result<(GroupId, Accounts), PlanErrors> {
    let mut draft = Draft::new(settings);
    for account in accounts {
        draft.add_pinned(account.as_ref());
    }
    let found = draft.accounts.accounts.len();
    let error = (found > accounts_max).then_some(PlanError::Accounts { found, max: accounts_max });
    let group = draft.check(group, error)?;
    Ok((group, draft.accounts.accounts))
}

/// A plan under construction, with the errors found so far.
pub(super) struct Draft<'a> {
    settings: &'a PlanSettings,
    inputs: usize,
    accounts: Interner,
    list_of: Vec<u32>,
    lists: Vec<Box<[Mark]>>,
    list_indexes: BTreeMap<Box<[Mark]>, u32>,
    custom: BTreeSet<Mark>,
    /// The first input that names one custom mark too many, and that mark.
    one_too_many: Option<(usize, Mark)>,
    /// Whether there are more accounts, or lists of marks, than 32 bits can count.
    is_too_long: bool,
    errors: Vec<PlanError>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(settings: &'a PlanSettings) -> Self {
        Self {
            settings,
            inputs: 0,
            accounts: Interner::default(),
            list_of: Vec::new(),
            lists: Vec::new(),
            list_indexes: BTreeMap::new(),
            custom: BTreeSet::new(),
            one_too_many: None,
            is_too_long: false,
            errors: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, account: &str, numbers: impl IntoIterator<Item = i64>) {
        let input = self.inputs;
        self.inputs += 1;
        let parsed = UserId::parse_as(account, self.settings.account_id);
        if let Err(error) = parsed {
            self.errors.push(PlanError::Account { input, found: account.to_owned(), error });
        }
        let mut marks = Vec::new();
        let mut named = 0;
        for number in numbers {
            match Mark::new(number) {
                Ok(mark) => marks.push(mark),
                Err(error) => self.errors.push(PlanError::Mark { input, mark: named, error }),
            }
            named += 1;
        }
        if named == 0 {
            self.errors.push(PlanError::NoMarks { input });
        }
        for mark in marks.iter().filter(|mark| !mark.is_special()) {
            let full = self.settings.custom_marks_max.is_some_and(|max| self.custom.len() >= max);
            if self.custom.insert(*mark) && full && self.one_too_many.is_none() {
                self.one_too_many = Some((input, *mark));
            }
        }
        if parsed.is_ok() && self.merge(account, marks).is_none() {
            self.is_too_long = true;
        }
    }

    /// Adds an account that comes without marks: it is given 500.
    pub(super) fn add_pinned(&mut self, account: &str) {
        self.add(account, [i64::from(Mark::PINNED.number())]);
    }

    /// None if there are too many accounts or lists.
    fn merge(&mut self, account: &str, mut marks: Vec<Mark>) -> Option<()> {
        let index = usize::try_from(self.accounts.intern(account)?).ok()?;
        let known = self.list_of.get(index).and_then(|list| self.lists.get(usize::try_from(*list).ok()?));
        if let Some(known) = known {
            marks = known.iter().copied().chain(marks).collect();
        }
        if marks.len() > 1 {
            let mut seen = BTreeSet::new();
            marks.retain(|mark| seen.insert(*mark));
        }
        let list = self.list(marks)?;
        match self.list_of.get_mut(index) {
            Some(of_account) => *of_account = list,
            None => self.list_of.push(list),
        }
        Some(())
    }

    /// The index of a list of marks.
    fn list(&mut self, marks: Vec<Mark>) -> Option<u32> {
        if let Some(index) = self.list_indexes.get(&*marks) {
            return Some(*index);
        }
        let index = u32::try_from(self.lists.len()).ok()?;
        let marks = marks.into_boxed_slice();
        self.list_indexes.insert(marks.clone(), index);
        self.lists.push(marks);
        Some(index)
    }

    pub(super) fn finish(mut self, kind: PlanKind, group: &str) -> Result<Plan, PlanErrors> {
        let error = match (kind, self.settings.custom_marks_max, self.one_too_many) {
            (PlanKind::SetMarks, Some(max), Some((input, mark))) => {
                Some(PlanError::CustomMarks { found: self.custom.len(), max, input, mark })
            }
            _ => None,
        };
        let group = self.check(group, error)?;
        let mut accounts = self.accounts.accounts;
        accounts.shrink_to_fit();
        self.list_of.shrink_to_fit();
        Ok(Plan {
            kind,
            group,
            accounts,
            list_of: self.list_of,
            lists: self.lists,
            accounts_per_call_max: self.settings.accounts_per_call_max,
            inputs: self.inputs,
        })
    }

    /// The group, if nothing is wrong with anything; `error` is one that is about all inputs together.
    fn check(&mut self, group: &str, error: Option<PlanError>) -> Result<GroupId, PlanErrors> {
        let mut errors = Vec::new();
        let per_call = self.settings.accounts_per_call_max;
        let per_call_max = Limits::DOCUMENTED.accounts_per_call_max;
        if !(1..=per_call_max).contains(&per_call) {
            errors.push(PlanError::AccountsPerCall { found: per_call, max: per_call_max });
        }
        let parsed = group_id(group);
        if let Err(error) = &parsed {
            errors.push(error.clone());
        }
        if self.inputs == 0 {
            errors.push(PlanError::NoAccounts);
        }
        if self.is_too_long {
            errors
                .push(PlanError::Accounts { found: self.inputs, max: usize::try_from(u32::MAX).unwrap_or(usize::MAX) });
        }
        errors.extend(error);
        errors.append(&mut self.errors);
        match parsed {
            Ok(group) if errors.is_empty() => Ok(group),
            _ => Err(PlanErrors::new(errors)),
        }
    }
}
