//! Random histories: each verb on a store and on memory, and the answers and all that is stored compared.

use avmarks_keeper_store::{Deleted, Event, Lease, NewDue, NewWant, NodeId, PresenceChange, Settlement, Slot, Store};
use avmarks_protocol::Endpoint;
use avmarks_spec::{Limits, Mark, Timestamp};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::bench::{Bench, LIMITS, START, all_batches, all_due, all_wants, dump, group, user};

/// Small numbers, so that things meet.
#[derive(Clone, Debug)]
enum Operation {
    Put(Vec<NewWant>, bool),
    Accept(Vec<Event>),
    MarkDue(Vec<NewDue>),
    Pass(u64),
    Register(NodeId),
    Renew(NodeId),
    Leave(NodeId),
    Claim(NodeId, usize),
    /// Which of the leases that a claim gave.
    Release(NodeId, usize),
    Admit(NodeId, usize, usize),
    /// Which lease, and bits that choose what is done with among what is there.
    Settle(NodeId, usize, u32, Vec<NewDue>, bool),
    Read(u8),
}

fn want() -> impl Strategy<Value = NewWant> {
    let marks = prop::collection::btree_set(prop::sample::select(vec![500, 600, 1_000, 1_001, 1_002]), 0..3);
    (0..3_u8, 0..4_u8, marks, any::<bool>()).prop_map(|(of, account, marks, robot)| NewWant {
        group: group(&format!("g{of}")),
        account: user(&format!("user{account}")),
        marks: marks.into_iter().map(|mark| Mark::new(mark).unwrap()).collect(),
        robot,
    })
}

fn event() -> impl Strategy<Value = Event> {
    (0..3_u8, 0..4_u8, 0..5_u8, prop::option::of(0..9_u64)).prop_map(|(of, account, change, at)| {
        let account = user(&format!("user{account}"));
        let change = match change {
            0 => PresenceChange::Online(account),
            1 => PresenceChange::Offline(account),
            2 => PresenceChange::Joined(account),
            3 => PresenceChange::Left(account),
            _ => PresenceChange::Destroyed,
        };
        Event { group: group(&format!("g{of}")), change, at: at.map(Timestamp::from_millis) }
    })
}

fn due() -> impl Strategy<Value = NewDue> {
    (0..3_u8, prop::option::of(0..4_u8), 0..6_000_u64, 0..3_u32).prop_map(|(of, account, after, tries)| NewDue {
        group: group(&format!("g{of}")),
        account: account.map(|account| user(&format!("user{account}"))),
        at: Timestamp::from_millis(START + after),
        tries,
    })
}

fn operation() -> impl Strategy<Value = Operation> {
    let node = || (0..3_u64).prop_map(NodeId);
    let few = 0..4_usize;
    prop_oneof![
        4 => (prop::collection::vec(want(), 1..4), prop::bool::weighted(0.2))
            .prop_map(|(wants, dry_run)| Operation::Put(wants, dry_run)),
        4 => prop::collection::vec(event(), 0..5).prop_map(Operation::Accept),
        2 => prop::collection::vec(due(), 0..3).prop_map(Operation::MarkDue),
        3 => prop_oneof![0..200_u64, 800..1_300_u64, 2_500..3_100_u64].prop_map(Operation::Pass),
        2 => node().prop_map(Operation::Register),
        3 => node().prop_map(Operation::Renew),
        1 => node().prop_map(Operation::Leave),
        3 => (node(), prop_oneof![0..4_usize, Just(256)]).prop_map(|(node, share)| Operation::Claim(node, share)),
        1 => (node(), few.clone()).prop_map(|(node, at)| Operation::Release(node, at)),
        4 => (node(), 0..256_usize, few).prop_map(|(node, at, calls)| Operation::Admit(node, at, calls)),
        5 => (node(), 0..3_usize, any::<u32>(), prop::collection::vec(due(), 0..3), any::<bool>())
            .prop_map(|(node, of, bits, due, destroyed)| Operation::Settle(node, of, bits, due, destroyed)),
        2 => any::<u8>().prop_map(Operation::Read),
    ]
}

/// A store under a history.
struct Run {
    bench: Bench,
    /// What the last claim of each node gave: stale ones stay, as a node that was stopped has them too.
    leases: Vec<(NodeId, Vec<Lease>)>,
}

impl Run {
    fn leases(&self, node: NodeId) -> &[Lease] {
        self.leases.iter().find(|(of, _)| *of == node).map_or(&[], |(_, leases)| leases)
    }

    /// The items that the bits choose.
    fn chosen<T: Clone>(items: &[T], bits: u32) -> Vec<T> {
        items.iter().enumerate().filter(|(at, _)| bits >> (at % 32) & 1 == 1).map(|(_, item)| item.clone()).collect()
    }

    /// Carries an operation out; the answer as text, without what each store numbers for itself.
    fn run(&mut self, operation: &Operation, times: usize) -> String {
        let held = |run: &Self, node: NodeId, at: usize| {
            let leases = run.leases(node);
            leases.get(at % leases.len().max(1)).copied()
        };
        match operation {
            Operation::Pass(millis) => {
                self.bench.pass(*millis);
                String::new()
            }
            Operation::Claim(node, share) => {
                let leases = self.repeat(times, |store| store.claim(*node, *share).unwrap());
                self.leases.retain(|(of, _)| of != node);
                let text = leases.iter().map(|lease| lease.slot.0).collect::<Vec<_>>();
                self.leases.push((*node, leases));
                format!("{text:?}")
            }
            Operation::Put(wants, dry_run) => {
                let answers = self.bench.store.put_wants(wants, *dry_run).unwrap();
                // What was refused may find a place the second time.
                if times > 1 && answers.iter().all(Result::is_ok) {
                    self.repeat(times - 1, |store| store.put_wants(wants, *dry_run).unwrap());
                }
                format!("{answers:?}")
            }
            // A repetition doubles them.
            Operation::Accept(events) => {
                self.bench.store.refresh_filter().unwrap();
                let filter = self.bench.store.filter();
                let may_want = |event: &Event| filter.as_ref().is_none_or(|filter| filter.may_want(event));
                let wanted = events.iter().filter(|event| may_want(event)).count();
                let stored = self.bench.store.accept(events).unwrap();
                assert!(stored <= wanted, "the filter knows less than the store");
                format!("{stored}")
            }
            Operation::MarkDue(due) => format!("{:?}", self.repeat(times, |store| store.mark_due(due).unwrap())),
            Operation::Register(node) => format!("{:?}", self.repeat(times, |store| store.register(*node).unwrap())),
            Operation::Renew(node) => format!("{:?}", self.repeat(times, |store| store.renew(*node).unwrap())),
            Operation::Leave(node) => format!("{:?}", self.repeat(times, |store| store.leave(*node).unwrap())),
            Operation::Release(node, at) => {
                let lease: Vec<_> = held(self, *node, *at).into_iter().collect();
                format!("{:?}", self.repeat(times, |store| store.release(*node, &lease).unwrap()))
            }
            Operation::Admit(node, at, calls) => {
                let lease = held(self, *node, *at);
                let admit = |lease| self.bench.store.admit(*node, lease, Endpoint::ModifyUserInfo, *calls).unwrap();
                format!("{:?}", lease.map(admit))
            }
            Operation::Settle(node, of, bits, due, destroyed) => {
                let of = group(&format!("g{of}"));
                let lease = self.leases(*node).iter().find(|lease| lease.slot == Slot::of(&of)).copied();
                let store = &mut *self.bench.store;
                let batches: Vec<_> = all_batches(store).iter().map(|batch| batch.id).collect();
                let deleted: Vec<_> = all_wants(store)
                    .iter()
                    .map(|want| Deleted { group: want.group, account: want.account, version: want.version })
                    .collect();
                let settlement = Settlement {
                    batches: Self::chosen(&batches, *bits),
                    cleared: Self::chosen(&all_due(store), bits >> 8),
                    due: due.clone(),
                    deleted: Self::chosen(&deleted, bits >> 16),
                    destroyed: if *destroyed && bits >> 24 == 0 { vec![of] } else { Vec::new() },
                };
                let settled =
                    lease.map(|lease| self.repeat(times, |store| store.settle(*node, lease, &settlement).unwrap()));
                format!("{settled:?}")
            }
            Operation::Read(bits) => {
                let store = &mut *self.bench.store;
                let slots: Vec<_> = ["g0", "g1", "g2"].map(|it| Slot::of(&group(it))).to_vec();
                let slots = Self::chosen(&slots, u32::from(*bits));
                let max = usize::from(bits >> 6) + 1;
                let known: Vec<_> = all_batches(store).iter().map(|batch| batch.id).collect();
                let except = Self::chosen(&known, u32::from(bits >> 3));
                let batches = store.inbox(&slots, &except, max).unwrap();
                let batches: Vec<_> = batches.into_iter().map(|batch| (batch.slot, batch.events)).collect();
                let until = Timestamp::from_millis(START + 16 * u64::from(*bits));
                let after = Self::chosen(&all_due(store), u32::from(bits >> 2)).pop();
                let due = store.due(&slots, until, after.as_ref(), max).unwrap();
                let due: Vec<_> = due.into_iter().map(|due| (due.group, due.account, due.at, due.tries)).collect();
                format!("{batches:?} {due:?}")
            }
        }
    }

    /// As after a commit that was not answered: the first answer counts, and further ones change nothing.
    fn repeat<T>(&mut self, times: usize, mut verb: impl FnMut(&mut dyn Store) -> T) -> T {
        let answer = verb(&mut *self.bench.store);
        (1..times).for_each(|_| drop(verb(&mut *self.bench.store)));
        answer
    }
}

/// Compares a store, which does every verb once or twice, with memory, which does it once.
pub(crate) fn same_as(tested: fn(Limits) -> Bench, oracle: fn(Limits) -> Bench) {
    let mut runner = TestRunner::new(Config {
        // A file, or a schema, for each.
        cases: Config::default().cases / 4,
        failure_persistence: None,
        ..Config::default()
    });
    let histories = prop::collection::vec((operation(), 1..=2_usize), 1..40);
    let outcome = runner.run(&histories, |history| {
        let [mut run, mut memory] = [tested, oracle].map(|open| {
            let mut bench = open(LIMITS);
            bench.set(START + 10_000);
            Run { bench, leases: Vec::new() }
        });
        for (operation, times) in &history {
            prop_assert_eq!(run.run(operation, *times), memory.run(operation, 1), "{:?}", operation);
        }
        prop_assert_eq!(dump(&mut *run.bench.store), dump(&mut *memory.bench.store));
        let status = |run: &mut Run| run.bench.store.status().unwrap();
        prop_assert_eq!(status(&mut run), status(&mut memory));
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}
