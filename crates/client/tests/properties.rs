//! The machine under a service that gives hard answers, in virtual time: what must hold whatever comes back.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod world;

use std::collections::{BTreeMap, BTreeSet};

use avmarks_client::{Job, Outcome, Plan, Progress, State};
use proptest::prelude::*;

use world::{Friendly, World, drive, worlds};

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    /// Every account ends in exactly one state, which is true of what the service did; no call is too large; the pace, the
    /// budget, the cap on tries and the deadline hold; no wait goes beyond a budget; no secret shows. `drive` checks what
    /// can be seen on the way.
    #[test]
    fn every_account_ends_in_one_true_state(world in worlds()) {
        let mut job = world.job(None);
        let seen = drive(&mut job, &world, &mut world.service(), None);
        let report = job.report();
        prop_assert_eq!(report.total(), world.accounts());
        let planned = job.plans().enumerate().flat_map(|(at, plan)| plan.accounts().map(move |(account, _)| (at, account)));
        let named: Vec<_> = report.accounts().map(|account| (account.plan, account.account)).collect();
        prop_assert_eq!(named, planned.collect::<Vec<_>>(), "each account once, in order");
        let plans: Vec<&Plan> = job.plans().collect();
        // Whether somebody was served, of each accepted call, by its `random`.
        let mut accepted: BTreeMap<Option<u32>, bool> = BTreeMap::new();
        for account in report.accounts() {
            prop_assert!(State::of_kind(plans[account.plan].kind()).contains(&account.outcome.state()));
            let touched = seen.touched.contains(&(account.plan, account.account.to_owned()));
            let served = |mark: &_| seen.served.contains(&(account.plan, account.account.to_owned(), *mark));
            match account.outcome {
                Outcome::Applied => prop_assert!(account.marks.iter().all(served)),
                Outcome::Partial { applied, omitted, .. } => {
                    prop_assert!(applied.iter().all(served) && !applied.is_empty() && !omitted.is_empty());
                    prop_assert_eq!(applied.len() + omitted.len(), account.marks.len());
                }
                Outcome::Omitted { .. } => prop_assert!(account.random.is_some()),
                Outcome::Accepted => *accepted.entry(account.random).or_default() |= account.marks.iter().all(served),
                Outcome::Unconfirmed { .. } => {}
                Outcome::Refused { .. } | Outcome::NotSent { .. } => {
                    prop_assert!(!touched, "{} was changed: {:?}", account.account, account.outcome);
                }
            }
        }
        prop_assert!(accepted.iter().all(|(random, served)| random.is_some() && *served), "of an accepted call nobody was served");
        let shown = format!("{job:?} {report:?} {}", String::from_utf8_lossy(&job.progress().to_json()));
        prop_assert!(seen.secrets.iter().all(|secret| !shown.contains(secret)));
    }

    /// A job that is stopped at any step, and gone on with from its progress as a file, gives each account its answer exactly once and
    /// sends none again that had it.
    #[test]
    fn a_job_stopped_anywhere_answers_each_account_once(world in worlds()) {
        for steps in 0.. {
            let mut first = world.job(None);
            let stopped = drive(&mut first, &world, &mut world.service(), Some(steps));
            let progress = Progress::parse(&first.progress().to_json()).unwrap();
            prop_assert_eq!(progress.accounts(), first.answered());

            let mut next = world.job(Some(&progress));
            let answered: BTreeSet<_> =
                progress.answered().flat_map(|(at, range)| range.map(move |account| (at, account))).collect();
            prop_assert_eq!(answered.len(), progress.accounts());
            let resumed = drive(&mut next, &world, &mut Friendly, None);
            prop_assert!(resumed.sent.is_disjoint(&answered), "an answered account was sent again");

            let end = next.progress();
            let all: Vec<_> =
                end.answered().flat_map(|(at, range)| range.map(move |account| (at, account))).collect();
            let once: BTreeSet<_> = all.iter().copied().collect();
            prop_assert_eq!((all.len(), once.len()), (world.accounts(), world.accounts()));
            let report = next.report();
            let done = [State::Applied, State::Accepted, State::Partial, State::Omitted].map(|state| report.count(state));
            prop_assert_eq!(done.iter().sum::<usize>(), world.accounts());
            if stopped.is_done {
                break;
            }
        }
    }

    /// The same seed, inputs and times give the same requests and the same report.
    #[test]
    fn a_job_is_deterministic(world in worlds()) {
        let run = || {
            let mut job = world.job(None);
            let seen = drive(&mut job, &world, &mut world.service(), None);
            (seen.times, format!("{:?}", job.report()))
        };
        prop_assert_eq!(run(), run());
    }
}

/// The documented pace, at full size: never more than 200 in any 1,000 ms with a margin of 100 ms, and no slower.
#[test]
fn two_hundred_calls_in_window_and_margin() {
    let world = World::large(1_001);
    let mut job: Job = world.job(None);
    let seen = drive(&mut job, &world, &mut Friendly, None);
    assert_eq!(seen.times.len(), 1_001);
    assert_eq!(seen.times[1_000].saturating_duration_since(seen.times[0]).as_millis(), 5_500);
}
