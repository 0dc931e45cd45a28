//! Random histories of several nodes on one model of a database: no event about an account is dropped whose want was committed before the event came.

use std::collections::{BTreeMap, BTreeSet};

use avmarks_spec::{GroupId, UserId};
use proptest::prelude::*;

use super::*;
use crate::types::{Event, PresenceChange};

/// An account by the number of its group and its own.
type Account = (u8, u8);

fn group((of, _): Account) -> GroupId {
    GroupId::parse(&format!("g{of}")).unwrap()
}

fn user((_, number): Account) -> UserId {
    UserId::parse(&format!("user{number}")).unwrap()
}

fn slot(account: Account) -> Slot {
    Slot::of(&group(account))
}

fn may_want(filter: &WantFilter, account: Account) -> bool {
    filter.may_want(&Event { group: group(account), change: PresenceChange::Online(user(account)), at: None })
}

/// What a server has committed.
#[derive(Clone, Default)]
struct Committed {
    versions: BTreeMap<Slot, u64>,
    wants: BTreeMap<Account, u64>,
    sequence: u64,
}

#[derive(Clone, Debug)]
enum Step {
    /// Begins a put of an account of which nothing is wanted; it has its slot locked until its end.
    Begin(Account),
    /// Ends the put of a slot that is under way: commits it, or not.
    End(Account, bool),
    /// A want changes: it has a new version, and none is added.
    Change(Account),
    /// A want goes.
    Remove(Account),
    /// Another server takes over, which lacks the last commits.
    FailOver(usize),
}

/// The database, whichever server it is.
#[derive(Default)]
struct Database {
    server: i64,
    now: Committed,
    /// What was committed after each commit.
    past: Vec<Committed>,
    open: BTreeMap<Slot, Put>,
    /// The number of the next transaction.
    next: u64,
}

/// A put that is under way.
struct Put {
    account: Account,
    version: u64,
    transaction: u64,
}

impl Database {
    fn begin(&mut self) -> u64 {
        self.next += 1;
        self.next - 1
    }

    fn commit(&mut self) {
        self.past.push(self.now.clone());
    }

    fn run(&mut self, step: &Step) {
        match step {
            Step::Begin(account) => {
                if !self.now.wants.contains_key(account) && !self.open.contains_key(&slot(*account)) {
                    self.now.sequence += 1;
                    let put = Put { account: *account, version: self.now.sequence, transaction: self.begin() };
                    self.open.insert(slot(*account), put);
                }
            }
            Step::End(account, is_committed) => {
                if let Some(Put { account, version, .. }) = self.open.remove(&slot(*account))
                    && *is_committed
                {
                    self.now.wants.insert(account, version);
                    self.now.versions.insert(slot(account), version);
                    self.commit();
                }
            }
            // The lock of the slot is another's.
            Step::Change(account) | Step::Remove(account) if self.open.contains_key(&slot(*account)) => {}
            Step::Change(account) => {
                if let Some(version) = self.now.wants.get_mut(account) {
                    self.now.sequence += 1;
                    *version = self.now.sequence;
                    self.begin();
                    self.commit();
                }
            }
            Step::Remove(account) => {
                self.now.wants.remove(account);
                self.begin();
                self.commit();
            }
            Step::FailOver(lost) => {
                self.server += 1;
                self.open.clear();
                self.next = self.next.saturating_sub(*lost as u64);
                self.past.truncate(self.past.len().saturating_sub(*lost));
                self.now = self.past.last().cloned().unwrap_or_default();
            }
        }
    }
}

/// A connection to it: before each reading some steps are made, and it fails at one of them.
struct Connection<'a> {
    database: &'a mut Database,
    /// The steps before each reading, the last first.
    before: Vec<Vec<Step>>,
    fails_at: usize,
    /// Accounts that were wanted all the time.
    kept: BTreeSet<Account>,
}

impl Connection<'_> {
    fn read(&mut self) -> Result<(), StoreError> {
        for step in self.before.pop().unwrap_or_default() {
            self.database.run(&step);
            self.kept.retain(|account| self.database.now.wants.contains_key(account));
        }
        self.fails_at = self.fails_at.wrapping_sub(1);
        if self.fails_at == 0 { Err(StoreError::Unavailable("lost".to_owned())) } else { Ok(()) }
    }
}

impl Source for Connection<'_> {
    fn snapshot(&mut self) -> Result<String, StoreError> {
        self.read()?;
        let open: BTreeSet<_> = self.database.open.values().map(|put| put.transaction).collect();
        Ok(format!("{} {}:{open:?}", self.database.server, self.database.next))
    }

    fn sum(&mut self) -> Result<(u64, i64), StoreError> {
        self.read()?;
        Ok((self.database.now.versions.values().sum(), self.database.server))
    }

    fn versions(&mut self) -> Result<(Vec<u64>, i64), StoreError> {
        self.read()?;
        let version = |slot| self.database.now.versions.get(&slot).copied().unwrap_or_default();
        Ok((Slot::all().map(version).collect(), self.database.server))
    }

    fn newer(&mut self, filter: &WantFilter, than: &[(Slot, Option<u64>)]) -> Result<Vec<(Slot, Wanted)>, StoreError> {
        self.read()?;
        let wants = &self.database.now.wants;
        let of = |(of, than): (Slot, Option<u64>)| {
            let newer =
                wants.iter().filter(move |(it, version)| slot(**it) == of && than.is_none_or(|than| **version > than));
            newer.map(move |(it, _)| (of, filter.wanted(group(*it).as_bytes(), user(*it).as_bytes())))
        };
        Ok(than.iter().copied().flat_map(of).collect())
    }
}

#[derive(Clone, Debug)]
enum Operation {
    Step(Step),
    /// A node begins anew.
    Crash(usize),
    /// A node gets an event about this account: steps before each reading, and which reading fails.
    Event(usize, Account, Vec<Vec<Step>>, usize),
}

fn account() -> impl Strategy<Value = Account> {
    (0..4_u8, 0..5_u8)
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => account().prop_map(Step::Begin),
        6 => (account(), prop::bool::weighted(0.9)).prop_map(|(account, is_committed)| Step::End(account, is_committed)),
        1 => account().prop_map(Step::Change),
        1 => account().prop_map(Step::Remove),
        1 => (0..3_usize).prop_map(Step::FailOver),
    ]
}

fn operation() -> impl Strategy<Value = Operation> {
    let before = prop::collection::vec(prop::collection::vec(step(), 0..3), 0..6);
    prop_oneof![
        6 => step().prop_map(Operation::Step),
        1 => (0..3_usize).prop_map(Operation::Crash),
        6 => (0..3_usize, account(), before, prop_oneof![3 => Just(0_usize), 1 => 1..5_usize])
            .prop_map(|(node, account, before, fails_at)| Operation::Event(node, account, before, fails_at)),
    ]
}

/// Plays a history. Gives how many events were dropped.
fn play(history: &[Operation]) -> Result<usize, TestCaseError> {
    let mut database = Database::default();
    let mut nodes: Vec<_> = (0..3).map(|_| (WantFilter::new(), Known::default())).collect();
    let mut dropped = 0;
    for operation in history {
        match operation {
            Operation::Step(step) => database.run(step),
            Operation::Crash(node) => nodes[*node] = (WantFilter::new(), Known::default()),
            Operation::Event(node, account, before, fails_at) => {
                let (filter, known) = &mut nodes[*node];
                let kept = database.now.wants.keys().copied().collect();
                let mut connection =
                    Connection { database: &mut database, before: before.clone(), fails_at: *fails_at, kept };
                if known.refresh(&mut connection, filter).is_ok() && !may_want(filter, *account) {
                    prop_assert!(!connection.kept.contains(account), "an event about {account:?} was dropped");
                    dropped += 1;
                }
            }
        }
    }
    Ok(dropped)
}

#[test]
fn no_event_about_a_wanted_account_is_dropped() {
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: ProptestConfig::default().cases * 4,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let dropped = std::cell::Cell::new(0);
    let outcome = runner.run(&prop::collection::vec(operation(), 1..60), |history| {
        dropped.set(dropped.get() + play(&history)?);
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    assert!(dropped.get() > 500, "few events were dropped at all: {}", dropped.get());
}

#[test]
fn what_is_known_is_read_once() {
    let mut database = Database::default();
    let put = |database: &mut Database, account| {
        [Step::Begin(account), Step::End(account, true)].iter().for_each(|step| database.run(step));
    };
    let (filter, mut known) = (WantFilter::new(), Known::default());
    let mut refresh = |database: &mut Database, fails_at| {
        let mut connection = Connection { database, before: Vec::new(), fails_at, kept: BTreeSet::new() };
        known.refresh(&mut connection, &filter).is_ok()
    };
    put(&mut database, (0, 0));
    // The snapshot, the sum, the versions, and sixteen times sixteen slots.
    assert!(!refresh(&mut database, 19) && refresh(&mut database, 20));
    assert!(refresh(&mut database, 2), "the snapshot alone");
    database.run(&Step::Change((0, 0)));
    assert!(!refresh(&mut database, 2) && refresh(&mut database, 3), "the snapshot and the sum");
    assert!(refresh(&mut database, 2), "the snapshot alone, as nothing was committed since");
    put(&mut database, (1, 0));
    assert!(!refresh(&mut database, 4) && refresh(&mut database, 5), "snapshot, sum, versions, and one slot");
    assert!(may_want(&filter, (0, 0)) && may_want(&filter, (1, 0)) && !may_want(&filter, (1, 1)));
}
