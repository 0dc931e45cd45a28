use avmarks_protocol::modify_user_info::{Answer, Served};
use avmarks_spec::Timestamp;

use super::*;
use crate::progress::Holders;
use crate::{Anomaly, PlanKind, PlanSettings};

fn plan(kind: PlanKind, accounts: usize, marks: &[i64]) -> Plan {
    let wanted = (0..accounts).map(|n| (format!("u{n}"), marks.iter().copied()));
    match kind {
        PlanKind::DeleteMarks => Plan::delete_marks("@TGS#a", wanted, &PlanSettings::default()).unwrap(),
        _ => Plan::set_marks("@TGS#a", wanted, &PlanSettings::default()).unwrap(),
    }
}

/// The outcomes of a plan whose only call is answered so, each as a line; and what is odd about the answer. `before` accounts took
/// mark 1000 by earlier calls.
fn told(plan: &Plan, before: usize, served: &[(&str, &[i64])]) -> (Vec<String>, Vec<Anomaly>) {
    let members = served.iter().map(|(account, marks)| Served::new(*account, marks.to_vec())).collect();
    let answer = Answer::served(plan.kind().command_type().unwrap(), members);
    let holders = Holders::from([(Mark::CUSTOM_MIN, before)]);
    let (call, anomalies) = AnsweredCall::of(plan, 0..plan.len(), &answer, &holders, 1, Timestamp::EPOCH);
    let report = PlanReport::new(plan, vec![(0..plan.len(), RangeOutcome::Answered(&call))], NotSentReason::Pending);
    (report.accounts(0).map(|account| account.outcome.to_string()).collect(), anomalies)
}

const ABSENT: &str = "omitted (probably offline or not in the group)";
const FULL: &str = "omitted (probably because the mark has all the holders it may have)";
const UNKNOWN: &str = "omitted (for a reason that no document names)";

#[test]
fn an_omitted_account_is_probably_absent() {
    for kind in [PlanKind::SetMarks, PlanKind::DeleteMarks] {
        let (outcomes, anomalies) = told(&plan(kind, 2, &[1000]), 0, &[("u0", &[1000])]);
        assert_eq!((outcomes, anomalies), (vec!["applied".to_owned(), ABSENT.to_owned()], vec![]));
    }
}

#[test]
fn a_mark_is_full_at_1000_holders() {
    let plan = plan(PlanKind::SetMarks, 2, &[1000]);
    assert_eq!(told(&plan, 998, &[("u0", &[1000])]).0[1], ABSENT);
    assert_eq!(told(&plan, 999, &[("u0", &[1000])]).0[1], FULL);
    let delete = self::plan(PlanKind::DeleteMarks, 2, &[1000]);
    assert_eq!(told(&delete, 999, &[("u0", &[1000])]).0[1], ABSENT);
}

#[test]
fn a_mark_taken_later_was_not_full() {
    let plan = plan(PlanKind::SetMarks, 3, &[1000]);
    for before in [0, 999, 1_000, 5_000] {
        assert_eq!(told(&plan, before, &[("u0", &[1000]), ("u2", &[1000])]).0[1], ABSENT, "{before}");
    }
    let two = self::plan(PlanKind::SetMarks, 2, &[1000, 1001]);
    let (outcomes, _) = told(&two, 0, &[("u0", &[1001]), ("u1", &[1000, 1001])]);
    assert_eq!(outcomes[0], "partly applied: 1001; not 1000 (for a reason that no document names)");
}

#[test]
fn a_partial_outcome_has_the_reason_that_fits() {
    use PlanKind::{DeleteMarks, SetMarks};
    for (kind, marks, served, expected) in [
        (SetMarks, &[500, 1000][..], &[500][..], "500; not 1000 (probably offline or not in the group)"),
        (SetMarks, &[1000, 500, 1001], &[1001, 1000], {
            "1000, 1001; not 500 (probably because the mark has all the holders it may have)"
        }),
        (DeleteMarks, &[1000, 1001], &[1000], "1000; not 1001 (for a reason that no document names)"),
        (DeleteMarks, &[500, 1000], &[500], "500; not 1000 (for a reason that no document names)"),
    ] {
        let (outcomes, anomalies) = told(&plan(kind, 1, marks), 0, &[("u0", served)]);
        assert_eq!((outcomes, anomalies), (vec![format!("partly applied: {expected}")], vec![]));
    }
}

#[test]
fn a_listed_account_is_not_absent() {
    let plan = plan(PlanKind::SetMarks, 1, &[1000]);
    assert_eq!(told(&plan, 0, &[("u0", &[1777])]), (vec![UNKNOWN.to_owned()], vec![Anomaly::UnrequestedMarks(1)]));
    assert_eq!(told(&plan, 0, &[("u0", &[])]), (vec![UNKNOWN.to_owned()], vec![]));
}

#[test]
fn an_answer_that_contradicts_the_call_is_noted() {
    let plan = plan(PlanKind::SetMarks, 2, &[1000]);
    let both: &[(&str, &[i64])] = &[("u0", &[1000]), ("u1", &[1000])];
    let applied = vec!["applied".to_owned(); 2];
    for (more, anomaly) in [
        (("u0", &[1000][..]), Anomaly::RepeatedAccounts(1)),
        (("u1", &[]), Anomaly::RepeatedAccounts(1)),
        (("u1", &[1000, 1777]), Anomaly::RepeatedAccounts(1)),
        (("u2", &[1000]), Anomaly::UnrequestedAccounts(1)),
    ] {
        let (outcomes, anomalies) = told(&plan, 0, &[both, &[more]].concat());
        assert_eq!(outcomes, applied);
        assert!(anomalies.contains(&anomaly), "{more:?}: {anomalies:?}");
        assert_eq!(anomalies.contains(&Anomaly::UnrequestedMarks(1)), more.1.len() == 2);
    }
    assert_eq!(told(&plan, 0, both), (applied, vec![]));
}

#[test]
fn unknown_accounts_are_not_sent() {
    let plan = plan(PlanKind::SetMarks, 10, &[1000]);
    let (call, _) = AnsweredCall::of(&plan, 3..5, &Answer::served(1, vec![]), &Holders::new(), 1, Timestamp::EPOCH);
    let known = vec![
        (7..9, RangeOutcome::Unanswered { attempts: &[], possibly_applied: true }),
        (3..5, RangeOutcome::Answered(&call)),
    ];
    let report = Report::new(vec![PlanReport::new(&plan, known, NotSentReason::Stopped)]);
    let states: String = report.accounts().map(|one| &one.outcome.state().name()[..1]).map(String::from).collect();
    assert_eq!(states, "nnnoonnuun");
    assert_eq!(State::ALL.iter().map(|state| report.count(*state)).collect::<Vec<_>>(), [0, 0, 0, 2, 0, 2, 6]);
    assert_eq!((report.total(), report.is_complete()), (10, false));
}

#[test]
fn robots_are_accepted_and_not_applied() {
    let accounts = (0..3).map(|number| format!("robot{number}"));
    let plan = Plan::add_robots("@TGS#a", accounts, &PlanSettings::default()).unwrap();
    let call = AnsweredCall::whole(0..2, 9, Timestamp::EPOCH);
    let known = vec![(0..2, RangeOutcome::Answered(&call))];
    let report = Report::new(vec![PlanReport::new(&plan, known, NotSentReason::Stopped)]);
    let told: Vec<_> = report
        .accounts()
        .map(|one| (one.marks.to_vec(), one.outcome.to_string(), one.random, one.outcome.state().name()))
        .collect();
    let accepted = "accepted, not confirmed: the answer names no account".to_owned();
    assert_eq!(
        told,
        [
            (vec![Mark::PINNED], accepted.clone(), Some(9), "accepted"),
            (vec![Mark::PINNED], accepted, Some(9), "accepted"),
            (vec![Mark::PINNED], "not sent: the job was stopped".to_owned(), None, "not-sent"),
        ]
    );
    assert_eq!(report.count(State::Applied), 0);
}
