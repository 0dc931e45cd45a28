use avmarks_protocol::modify_user_info::{Answer, Served};
use avmarks_spec::Timestamp;

use super::*;
use crate::{Change, PlanSettings};

fn plan(change: Change, accounts: usize, marks: &[i64]) -> Plan {
    let wanted = (0..accounts).map(|n| (format!("u{n}"), marks.iter().copied()));
    Plan::new(change, "@TGS#a", wanted, &PlanSettings::default()).unwrap()
}

/// The outcome of the last account of a plan, where the others were served whole and it was served this.
fn last(plan: &Plan, served: &[i64]) -> String {
    let marks: Vec<i64> = plan.account(0).unwrap().1.iter().map(|mark| i64::from(mark.number())).collect();
    let mut members: Vec<_> =
        plan.accounts().skip(1).zip(0..).map(|(_, at)| Served::new(format!("u{at}"), marks.clone())).collect();
    members.push(Served::new(format!("u{}", plan.len() - 1), served.to_vec()));
    let answer = Answer::served(plan.kind().command_type().unwrap(), members);
    let (settled, _) = Settled::of(plan, 0..plan.len(), &answer, 1, Timestamp::EPOCH);
    let report = PlanReport::new(plan, vec![(0..plan.len(), RangeOutcome::Settled(&settled))], NotTried::Pending);
    report.accounts().last().unwrap().outcome.to_string()
}

#[test]
fn the_likely_reason_follows_from_what_was_seen() {
    use Change::{Delete, Set};
    let absent = "probably offline or not in the group";
    let full = "probably because the mark has all the holders it may have";
    for (change, accounts, marks, served, told) in [
        (Set, 2, &[1000][..], &[1000][..], "applied".to_owned()),
        (Set, 2, &[1000], &[], format!("left out ({absent})")),
        (Set, 1_001, &[1000], &[], format!("left out ({full})")),
        (Set, 1_001, &[1000, 500], &[500], format!("partly applied: 500; not 1000 ({full})")),
        (Set, 2, &[500, 1000], &[500], format!("partly applied: 500; not 1000 ({absent})")),
        (Set, 2, &[1000, 500, 1001], &[1001, 1000], format!("partly applied: 1000, 1001; not 500 ({full})")),
        (Delete, 2, &[1000], &[], format!("left out ({absent})")),
        (Delete, 2, &[1000, 1001], &[1000], {
            "partly applied: 1000; not 1001 (for a reason that no document names)".to_owned()
        }),
    ] {
        assert_eq!(last(&plan(change, accounts, marks), served), told, "{change:?} {accounts} {marks:?} {served:?}");
    }
}

#[test]
fn a_guess_names_the_clause_that_it_rests_on() {
    let ids = [LikelyCause::OfflineOrAbsent, LikelyCause::MarkFull, LikelyCause::Unknown]
        .map(|likely| likely.clause().map(Clause::id));
    assert_eq!(ids, [Some("ONLINE-ONLY"), Some("MEMBERS-PER-MARK"), None]);
}

#[test]
fn accounts_that_nothing_is_known_of_are_not_tried() {
    let plan = plan(Change::Set, 10, &[1000]);
    let (settled, _) = Settled::of(&plan, 3..5, &Answer::served(1, vec![]), 1, Timestamp::EPOCH);
    let known = vec![
        (7..9, RangeOutcome::Unsettled { tries: &[], possibly_applied: true }),
        (3..5, RangeOutcome::Settled(&settled)),
    ];
    let report = Report { plans: vec![PlanReport::new(&plan, known, NotTried::Stopped)] };
    let states: String =
        report.plans()[0].accounts().map(|one| &one.outcome.state().name()[..1]).map(String::from).collect();
    assert_eq!(states, "nnnoonnuun");
    let counts = report.counts();
    assert_eq!(State::ALL.iter().map(|state| counts.of(*state)).collect::<Vec<_>>(), [0, 0, 0, 2, 0, 2, 6]);
    assert_eq!(counts.total(), 10);
}

#[test]
fn robots_of_an_accepted_call_are_accepted_and_no_more_is_claimed() {
    let accounts = (0..3).map(|number| format!("robot{number}"));
    let plan = Plan::add_robots("@TGS#a", accounts, &PlanSettings::default()).unwrap();
    let settled = Settled::whole(0..2, 9, Timestamp::EPOCH);
    let known = vec![(0..2, RangeOutcome::Settled(&settled))];
    let report = Report { plans: vec![PlanReport::new(&plan, known, NotTried::Stopped)] };
    let told: Vec<_> = report.plans()[0]
        .accounts()
        .map(|one| (one.marks.to_vec(), one.outcome.to_string(), one.random, one.outcome.state().name()))
        .collect();
    let accepted = "accepted, not confirmed: the answer names no account".to_owned();
    assert_eq!(
        told,
        [
            (vec![Mark::PINNED], accepted.clone(), Some(9), "accepted"),
            (vec![Mark::PINNED], accepted, Some(9), "accepted"),
            (vec![Mark::PINNED], "not tried: the job was stopped".to_owned(), None, "not-tried"),
        ]
    );
    assert_eq!(report.counts().of(State::Applied), 0);
}
