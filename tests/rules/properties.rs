//! Properties of any run of operations, under any policy, with limits that are soon reached.
//!
//! `PROPTEST_CASES` sets how many runs are tried; the default makes about 200,000 operations.

use avmarks_generators::operations::small_limits;
use avmarks_generators::strategy::steps;
use avmarks_protocol::Endpoint;
use avmarks_spec::{Clause, Gap};
use avmarks_testkit::differ::{Calls, Robots, Tally, differ};
use avmarks_testkit::small_world::World;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    /// The service equals the oracle and the rules alone at every step; a dry run predicts it; a refusal changes nothing;
    /// caps hold; an offline member holds no mark; a snapshot in the middle is not noticed.
    #[test]
    fn any_run_is_judged_alike(steps in steps(100), restore_at in 0_usize..100) {
        if let Err(error) = differ(&steps, small_limits(), restore_at) {
            return Err(TestCaseError::fail(error));
        }
    }
}

/// The runs above are worth something: calls are served and refused in plenty, for many reasons, and most reach the rules.
#[test]
fn the_generated_runs_cover_their_goals() {
    let mut runner = TestRunner::deterministic();
    let mut total = Tally::default();
    for _ in 0..1_500 {
        let steps = steps(100).new_tree(&mut runner).unwrap().current();
        total.add(&differ(&steps, small_limits(), 50).unwrap_or_else(|error| panic!("{error}")));
    }
    let percent = |part: u64| part * 100 / total.calls;
    assert!(total.calls > 20_000, "{total:?}");
    assert!((30..=80).contains(&percent(total.refusals)), "{total:?}");
    assert!(percent(total.judged_alone) >= 30, "{total:?}");
    assert!(total.omissions > 500 && total.expired > 50, "{total:?}");
    for endpoint in Endpoint::ALL {
        let Calls { served, refused } = total.endpoints.get(endpoint).copied().unwrap_or_default();
        assert!(served > 200 && refused > 200, "{endpoint:?}: {total:?}");
    }
    let Robots { came, joined, ended } = total.robots;
    assert!(came > 1_000 && joined > 100 && ended > 500 && total.admin_changes > 300, "{total:?}");
    let unmet: Vec<_> = Gap::ALL.iter().filter(|gap| !total.gaps.contains(gap)).copied().collect();
    assert_eq!(unmet, UNREACHABLE, "gaps that no answer rested on");
    let unmet: Vec<_> = REACHABLE.iter().filter(|clause| !total.clauses.contains(clause)).collect();
    assert!(unmet.is_empty(), "no run was answered with {unmet:?}");
}

/// The clauses that can decide the answer of a scenario line.
const REACHABLE: &[Clause] = &[
    Clause::GroupId,
    Clause::GroupExists,
    Clause::GroupType,
    Clause::Plan,
    Clause::Switch,
    Clause::Permission,
    Clause::SpecialAdmin,
    Clause::CommandType,
    Clause::Required,
    Clause::AccountsMax,
    Clause::AccountId,
    Clause::MarkRange,
    Clause::MarksPerGroup,
    Clause::MembersPerMark,
    Clause::AllFailed,
    Clause::AdminCaller,
    Clause::Rate,
];

/// The gaps that no answer to a scenario line rests on: those of the query, which such a line lacks, and those that tell what
/// presence brings, what takes no place and what is not sent.
const UNREACHABLE: &[Gap] = &[Gap::Random, Gap::RobotWebhook, Gap::Slots, Gap::Rejoin, Gap::UsersigCode];

/// Every state of a room of two accounts, and every step from each; `small_worlds` of the testkit's examples does more.
#[test]
fn a_small_world_is_explored_completely() {
    let world = World {
        accounts: 2,
        marks: vec![500, 1_000],
        marks_per_group_max: 1,
        members_per_mark_max: 1,
        pin_ticks: 2,
        group_admins_max: 0,
        reading: None,
    };
    let explored = world.explore().unwrap_or_else(|error| panic!("{error}"));
    assert!(explored.states > 50 && explored.transitions > 2_000, "{explored:?}");
}
