//! The machine under a service that gives hard answers, in virtual time: what must hold whatever comes back.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod world;

use std::collections::{BTreeMap, BTreeSet};

use avmarks_client::{Job, Outcome, PlanKind, Progress, Reply, State};
use proptest::prelude::*;

use world::{Friendly, World, drive, worlds};

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    /// Every account ends in exactly one state, which is true of what the service did; no call is too large; the pace, the
    /// budget, the cap on tries and the deadline hold; no wait goes beyond a budget; no secret shows. `drive` checks what
    /// can be seen on the way.
    #[test]
    fn whatever_comes_back_every_account_ends_in_one_true_state(world in worlds()) {
        let mut job = world.job(None);
        let seen = drive(&mut job, &world, &mut world.service(), None);
        let report = job.report();
        prop_assert_eq!(report.counts().total(), world.accounts());
        for (at, plan) in report.plans().iter().enumerate() {
            // Whether somebody was served, of each accepted call, by its `random`.
            let mut accepted: BTreeMap<Option<u32>, bool> = BTreeMap::new();
            let named: Vec<_> = plan.accounts().map(|account| *account.account).collect();
            let planned: Vec<_> = plan.plan().accounts().map(|(account, _)| *account).collect();
            prop_assert_eq!(named, planned, "each account once, in order");
            for account in plan.accounts() {
                prop_assert!(plan.plan().kind().states().contains(&account.outcome.state()));
                let touched = seen.touched.contains(&(at, account.account.to_string()));
                let served = |mark: &_| seen.served.contains(&(at, account.account.to_string(), *mark));
                match account.outcome {
                    Outcome::Applied => prop_assert!(account.marks.iter().all(served)),
                    Outcome::Partly { applied, missing, .. } => {
                        prop_assert!(applied.iter().all(served) && !applied.is_empty() && !missing.is_empty());
                        prop_assert_eq!(applied.len() + missing.len(), account.marks.len());
                    }
                    Outcome::Omitted { .. } => prop_assert!(account.random.is_some()),
                    Outcome::Accepted => *accepted.entry(account.random).or_default() |= account.marks.iter().all(served),
                    Outcome::Unconfirmed { .. } => {}Outcome::Refused { .. } | Outcome::NotTried { .. } => {
                        prop_assert!(!touched, "{} was changed: {:?}", account.account, account.outcome);
                    }
                }
            }
            prop_assert!(accepted.iter().all(|(random, served)| random.is_some() && *served), "of an accepted call nobody was served");
        }
        let shown = format!("{job:?} {report:?} {}", String::from_utf8_lossy(&job.progress().to_json()));
        prop_assert!(seen.secrets.iter().all(|secret| !shown.contains(secret)));
    }

    /// A job that is stopped at any step, and gone on with from its progress as a file, settles each account exactly once and
    /// sends none again that was settled.
    #[test]
    fn a_job_stopped_at_any_point_settles_each_account_once(world in worlds()) {
        for steps in 0.. {
            let mut first = world.job(None);
            let stopped = drive(&mut first, &world, &mut world.service(), Some(steps));
            let progress = Progress::parse(&first.progress().to_json()).unwrap();
            prop_assert_eq!(progress.accounts(), first.settled());

            let mut next = world.job(Some(&progress));
            let settled: BTreeSet<_> =
                progress.settled().flat_map(|(at, call)| call.range().map(move |account| (at, account))).collect();
            prop_assert_eq!(settled.len(), progress.accounts());
            let resumed = drive(&mut next, &world, &mut Friendly, None);
            prop_assert!(resumed.sent.is_disjoint(&settled), "a settled account was sent again");

            let end = next.progress();
            let all: Vec<_> =
                end.settled().flat_map(|(at, call)| call.range().map(move |account| (at, account))).collect();
            let once: BTreeSet<_> = all.iter().copied().collect();
            prop_assert_eq!((all.len(), once.len()), (world.accounts(), world.accounts()));
            let counts = next.report().counts();
            let done = [State::Applied, State::Accepted, State::Partly, State::Omitted].map(|state| counts.of(state));
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

    /// No bytes make reading panic, and what is told about them is one line without their control characters.
    #[test]
    fn any_bytes_are_read(kind in prop::sample::select(PlanKind::ALL), status in 0u16..1_000, body in prop::collection::vec(any::<u8>(), 0..80), cut: bool) {
        let reply = if cut { Reply::cut(status, &body) } else { Reply::new(status, &body) };
        let told = reply.read(kind).heard.to_string();
        prop_assert!(!told.chars().any(char::is_control), "{told}");
    }

    /// So with what is nearly an answer: cut, with a byte changed, with odd values.
    #[test]
    fn nearly_answers_are_read(
        code in prop::sample::select(vec!["0", "\"0\"", "10002", "\"10002\"", "\"x\"", "null", "1.5", "9e99", "99999999999999999999"]),
        list in prop::sample::select(vec!["[]", "{}", "null", "[{\"Member_Account\":\"a\",\"Marks\":[1000]}]", "[{\"Member_Account\":1}]", "[[]]"]),
        cut in 0usize..200,
        change in 0usize..200,
        byte: u8,
        kind in prop::sample::select(PlanKind::ALL),
    ) {
        let mut body = format!(r#"{{"ActionStatus":"OK","ErrorCode":{code},"MemberList":{list},"ErrorInfo":"é"}}"#).into_bytes();
        let at = change % body.len();
        body[at] = if change < 100 { body[at] } else { byte };
        body.truncate(cut.max(1));
        let told = Reply::new(200, &body).read(kind).heard.to_string();
        prop_assert!(!told.chars().any(char::is_control), "{told}");
    }
}

/// The documented pace, at full size: never more than 200 in any 1,000 ms, and no slower than it must be.
#[test]
fn two_hundred_calls_in_any_second_and_no_fewer() {
    let world = World::large(1_001);
    let mut job: Job = world.job(None);
    let seen = drive(&mut job, &world, &mut Friendly, None);
    assert_eq!(seen.times.len(), 1_001);
    assert_eq!(seen.times[1_000].saturating_duration_since(seen.times[0]).as_millis(), 5_000);
}
