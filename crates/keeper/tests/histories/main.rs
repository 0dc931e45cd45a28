//! Random histories with the rules themselves as the world: webhooks are lost, doubled, delayed and reordered; calls fail, are lost, come late,
//! or are carried out in part; one account spoils every call that names it; the keeper is started anew from what was stored; somebody else sets marks. Once all of that ceases and a sweep is through, each
//! online account has just its wanted marks, and nobody else has any.
#![cfg(test)]

mod least;
mod world;

use avmarks_rules::Presence;
use proptest::prelude::*;
use proptest::test_runner::Config;

use world::{Counted, World};

/// One step of a history.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Op {
    Presence {
        group: usize,
        account: usize,
        presence: Presence,
    },
    Want {
        group: usize,
        account: usize,
        marks: usize,
        is_robot: bool,
    },
    Unwant {
        group: usize,
        account: usize,
    },
    Pass {
        millis: u64,
    },
    Restart,
    Destroy {
        group: usize,
    },
    /// Somebody else sets a mark that is wanted in the group. No webhook tells.
    Foreign {
        group: usize,
        account: usize,
    },
}

pub(crate) const GROUPS: usize = 2;
pub(crate) const ACCOUNTS: usize = 7;
/// The sets of marks that are wanted; with at most three custom marks in all, and the limit of a group below that.
pub(crate) const MARKS: [&[i64]; 8] =
    [&[1_000], &[1_001], &[1_000, 1_001], &[500, 1_000], &[500], &[600, 1_001], &[1_002], &[500, 1_000, 1_002]];

fn op() -> impl Strategy<Value = Op> {
    let (group, account) = (0..GROUPS, 0..ACCOUNTS);
    let presences = [Presence::Join, Presence::Leave, Presence::Disconnect, Presence::Reconnect];
    prop_oneof![
        8 => (group.clone(), account.clone(), prop::sample::select(presences.to_vec()))
            .prop_map(|(group, account, presence)| Op::Presence { group, account, presence }),
        5 => (group.clone(), account.clone(), 0..MARKS.len(), prop::bool::weighted(0.15))
            .prop_map(|(group, account, marks, is_robot)| Op::Want { group, account, marks, is_robot }),
        2 => (group.clone(), account).prop_map(|(group, account)| Op::Unwant { group, account }),
        6 => prop_oneof![0u64..50, 50u64..500, 500u64..10_000, 10_000u64..400_000_000].prop_map(|millis| Op::Pass { millis }),
        1 => Just(Op::Restart),
        1 => group.clone().prop_map(|group| Op::Destroy { group }),
        1 => (group, 0..ACCOUNTS).prop_map(|(group, account)| Op::Foreign { group, account }),
    ]
}

/// Plays a history, lets everything settle, and gives what was counted.
///
/// A keeper that is started anew knows no mark of a group but those wanted: so it is not, once somebody else has set one.
fn play(ops: &[Op], seed: u64, has_faults: bool) -> Counted {
    let mut world = World::new(seed, has_faults);
    let mut has_foreign = false;
    for op in ops {
        has_foreign |= matches!(op, Op::Foreign { .. });
        if !(has_foreign && matches!(op, Op::Restart)) {
            world.apply(*op);
        }
    }
    world.settle();
    world.check();
    world.counted()
}

proptest! {
    #![proptest_config(Config { cases: 600, ..Config::default() })]

    #[test]
    fn marks_equal_wants_after_a_sweep(ops in prop::collection::vec(op(), 1..60), seed: u64) {
        play(&ops, seed, true);
    }

    /// Calls of `modify_user_info`, `add_robots` and `check_members`; the least is in `least.rs`.
    #[test]
    fn calls_are_at_most_twice_the_least(ops in prop::collection::vec(op(), 1..60), seed: u64, has_faults: bool) {
        let counted = play(&ops, seed, has_faults);
        prop_assert!(counted.calls <= 2 * (counted.least + counted.faults), "{:?}", counted);
    }
}

/// The figures of docs/keeper.md.
#[test]
fn two_hundred_histories_stay_within_the_bound() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    for has_faults in [false, true] {
        let mut sum = Counted::default();
        for seed in 0..200 {
            let ops = prop::collection::vec(op(), 1..60).new_tree(&mut runner).unwrap().current();
            let counted = play(&ops, seed, has_faults);
            sum.calls += counted.calls;
            sum.least += counted.least;
            sum.faults += counted.faults;
        }
        println!("faults: {has_faults}: {sum:?}");
        assert!(sum.calls > 0 && sum.calls <= 2 * (sum.least + sum.faults), "{sum:?}");
    }
}
