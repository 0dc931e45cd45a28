//! Properties of any run of operations, under any policy, with limits that are soon reached.
//!
//! `PROPTEST_CASES` sets how many runs are tried; the default makes about 200,000 operations.

use avmarks_testkit::differ::differ;
use avmarks_testkit::op::small_limits;
use avmarks_testkit::strategy::steps;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    /// The service equals the oracle and the rules alone at every step; a dry run foresees it; a refusal changes nothing;
    /// caps hold; an offline member holds no mark; a snapshot in the middle is not noticed.
    #[test]
    fn any_run_is_judged_alike(steps in steps(100), restore_at in 0_usize..100) {
        if let Err(fault) = differ(&steps, small_limits(), restore_at) {
            return Err(TestCaseError::fail(fault));
        }
    }
}
