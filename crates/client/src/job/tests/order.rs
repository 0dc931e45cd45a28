//! Which calls are sent in which order, and what becomes of their accounts.

use super::*;

#[test]
fn groups_take_turns_and_each_keeps_its_order() {
    let mut job = job(vec![plan("a", 1_001), plan("b", 1), plan("c", 501)], JobSettings::default());
    let sent: Vec<_> =
        run(&mut job, |_, _| Deed::Serve).into_iter().map(|(_, group, first, _)| (group, first)).collect();
    let sent: Vec<_> = sent.iter().map(|(group, first)| (&**group, *first)).collect();
    assert_eq!(sent, [("a", 0), ("b", 0), ("c", 0), ("a", 500), ("c", 500), ("a", 1_000)]);
    assert_eq!(counts(&job), [(State::Applied, 1_503)]);
    assert_eq!(job.answered(), 1_503);
}

#[test]
fn a_size_refusal_halves_the_calls() {
    let mut job = job(vec![plan("a", 900)], JobSettings::default());
    let sent = run(&mut job, |out, _| if out.range.len() > 200 { Deed::Refuse(10005) } else { Deed::Serve });
    let sizes: Vec<_> = sent.iter().map(|(_, _, first, accounts)| (*first, *accounts)).collect();
    assert_eq!(sizes[..3], [(0, 500), (0, 250), (0, 125)]);
    assert_eq!(counts(&job), [(State::Applied, 900)]);
    assert!(sizes[2..].iter().all(|(_, accounts)| *accounts <= 125));

    let mut hopeless = self::job(vec![plan("a", 3)], JobSettings::default());
    assert_eq!(run(&mut hopeless, |_, _| Deed::Refuse(10005)).len(), 1 + 1 + 3);
    assert_eq!(counts(&hopeless), [(State::Refused, 3)]);
}

#[test]
fn halving_keeps_possibly_served_accounts_unconfirmed() {
    let mut turn = 0;
    let mut job = job(vec![plan("a", 4)], JobSettings::default());
    run(&mut job, |out, _| {
        turn += 1;
        match (turn, out.range.len()) {
            (1, _) => Deed::Fail(TransportError::ConnectionLost { message: "reset".to_owned() }),
            (_, 1) => Deed::Refuse(10004),
            _ => Deed::Refuse(10005),
        }
    });
    assert_eq!((turn, counts(&job)), (1 + 1 + 1 + 4, vec![(State::Unconfirmed, 4)]));
}

#[test]
fn what_failed_in_part_is_an_error() {
    let mut job = job(vec![plan("a", 501)], JobSettings::default());
    run(&mut job, |out, _| if out.range.start == 0 { Deed::Serve } else { Deed::Refuse(10004) });
    let error = job.into_result().unwrap_err();
    assert_eq!(
        error.to_string(),
        "500 of 501 accounts were served, 1 refused; the first is `u500`: refused with 10004: \"no\""
    );
    assert_eq!(error.job().report().count(State::Refused), 1);
    let mut job = self::job(vec![plan("a", 1)], JobSettings::default());
    run(&mut job, |_, _| Deed::Serve);
    assert!(job.into_result().is_ok());
}
