//! The least number of calls that any keeper must make which is told the same.
//!
//! An account is *due* for an action when it is wanted and a sign of life is delivered, or what is wanted of it changes: for a deletion where marks
//! are not wanted any more, for `add_robots` if it is a robot, for a set where marks other than 500 are wanted, for a look or for
//! mark 500 if that is wanted. Mark 500 that is about to end, and the start of a keeper, make it due as well. A call serves the accounts of one group that are due for one action and became due within 200 ms. So the
//! least is the fewest windows of 200 ms that cover all moments, for each group and action, and for each start of a keeper.

use std::collections::BTreeMap;

use avmarks_keeper::Action;

/// Moments at which accounts became due, by group and action.
#[derive(Debug, Default)]
pub(crate) struct Dues {
    moments: BTreeMap<(usize, usize, Action), Vec<u64>>,
    starts: usize,
}

impl Dues {
    pub(crate) fn add(&mut self, group: usize, action: Action, at: u64) {
        self.moments.entry((self.starts, group, action)).or_default().push(at);
    }

    /// The keeper has been started anew.
    pub(crate) fn start(&mut self) {
        self.starts += 1;
    }

    /// The fewest windows of 200 ms that cover all moments.
    pub(crate) fn least(&self) -> usize {
        let windows = |moments: &Vec<u64>| {
            let mut moments = moments.clone();
            moments.sort_unstable();
            let (mut count, mut covered_to) = (0, None);
            for at in moments {
                if covered_to.is_none_or(|end| at > end) {
                    count += 1;
                    covered_to = Some(at + 200);
                }
            }
            count
        };
        self.moments.values().map(windows).sum()
    }
}

#[test]
fn windows_cover_moments_200_ms_apart() {
    for (moments, expected) in [(vec![], 0), (vec![5], 1), (vec![205, 5], 1), (vec![5, 206], 2), (vec![0, 200, 400], 2)]
    {
        let mut dues = Dues::default();
        moments.iter().for_each(|at| dues.add(0, Action::Set, *at));
        assert_eq!(dues.least(), expected, "{moments:?}");
    }
}
