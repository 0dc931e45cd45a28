//! Proptest strategies over the raw operations of [`crate::op`].

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};

use crate::op::{Op, Step};

/// Runs of up to `steps_max` steps, weighted so that groups have members and members have marks.
pub fn steps(steps_max: usize) -> impl Strategy<Value = Vec<Step>> {
    vec((any::<u8>(), op()).prop_map(|(wait, op)| Step { wait, op }), 1..=steps_max).prop_map(|steps| {
        // A world that has something in it from the start.
        let start = [
            Op::Create { group: 0, kind: 0, owner: Some(0) },
            Op::Presence { kind: 0, group: 0, accounts: vec![0, 1, 2, 3] },
        ];
        start.into_iter().map(|op| Step { wait: 0, op }).chain(steps).collect()
    })
}

fn op() -> impl Strategy<Value = Op> {
    let index = any::<u8>;
    // Mostly one to three accounts with one to three marks; none and too many now and then.
    let marks = || prop_oneof![20 => vec(index(), 1..=3), 1 => vec(index(), 0..=5)];
    let entries = prop_oneof![20 => vec((index(), marks()), 1..=3), 1 => vec((index(), marks()), 0..=6)];
    prop_oneof![
        1 => any::<(bool, bool, bool, bool)>().prop_map(|(plan, switch, deputy, other_app)| Op::App {
            marks_supported: plan,
            online_list_enabled: switch,
            deputy,
            other_app,
        }),
        5 => any::<bool>().prop_map(|deputy| Op::App {
            marks_supported: true,
            online_list_enabled: true,
            deputy,
            other_app: false,
        }),
        3 => (index(), index()).prop_map(|(gap, reading)| Op::Policy { gap, reading }),
        3 => (index(), index(), proptest::option::of(index()))
            .prop_map(|(group, kind, owner)| Op::Create { group, kind, owner }),
        1 => index().prop_map(|group| Op::Destroy { group }),
        25 => (index(), index(), vec(index(), 0..=3))
            .prop_map(|(kind, group, accounts)| Op::Presence { kind, group, accounts }),
        40 => (index(), index(), index(), entries, index()).prop_map(|(caller, group, command, entries, spoil)| {
            Op::Marks { caller, group, command, entries, spoil }
        }),
        8 => (index(), index(), (index(), index()), proptest::option::of(index()))
            .prop_map(|(caller, group, cursor, filter)| Op::List { caller, group, cursor, filter }),
        4 => (index(), index()).prop_map(|(caller, group)| Op::Count { caller, group }),
        1 => Just(Op::Stray),
        5 => Just(Op::Tick),
    ]
}
