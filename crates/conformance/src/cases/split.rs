//! More than 500 accounts, in several calls.

use avmarks_spec::{Clause, Gap};
use serde_json::{Value, json};

use super::{answered, call, case};
use crate::case::Level::{Gap as Open, Must, Should};
use crate::case::{AccountOutcome, Answer, Basis, Case, Expect, Question};
use crate::verb::Verb::{self, *};

/// Arguments that name this many accounts.
pub(crate) fn many(verb: Verb, count: usize) -> Value {
    let names = (1..=count).map(|number| format!("u{number}"));
    match verb {
        SetMarks | DeleteMarks => {
            let members: Vec<_> = names.map(|account| json!({"account": account, "marks": [1000]})).collect();
            json!({"group": "g", "members": members})
        }
        _ => json!({"group": "g", "accounts": names.collect::<Vec<_>>()}),
    }
}

fn names(count: usize) -> Vec<String> {
    (1..=count).map(|number| format!("u{number}")).collect()
}

pub(super) fn cases() -> Vec<Case> {
    let max = Basis::clause(Clause::AccountsMax);
    let asked = |verb: Verb, count: usize| -> Question { call(verb, many(verb, count)) };
    let mut cases = vec![case(
        "split/set-marks/500-in-one",
        Must,
        max,
        "500 accounts are sent, in one call",
        asked(SetMarks, 500),
        Expect::Body(SetMarks.body(&many(SetMarks, 500))),
    )];
    // Of robots and of checks no page gives a limit.
    let (robots, checks) = (Basis::gap(Gap::RobotsMax), Basis::gap(Gap::CheckMax));
    for (name, verb, basis, [limit, whole, two]) in [
        ("set-marks", SetMarks, max, [Must, Must, Should]),
        ("delete-marks", DeleteMarks, max, [Must, Must, Should]),
        ("add-robots", AddRobots, robots, [Open, Should, Open]),
        ("delete-robots", DeleteRobots, robots, [Open, Should, Open]),
        ("check-members", CheckMembers, checks, [Open, Should, Open]),
    ] {
        let id = |end: &str| format!("split/{name}/{end}");
        cases.push(case(
            &id("501-within-limit"),
            limit,
            basis,
            "of 501 accounts, no call names more than 500",
            asked(verb, 501),
            Expect::WithinLimit,
        ));
        cases.push(case(
            &id("501-all-named"),
            whole,
            basis,
            "of 501 accounts, all are sent, or an error says that they are not",
            asked(verb, 501),
            Expect::Whole(names(501)),
        ));
        let expect = Expect::Split { accounts: names(501), calls: 2 };
        cases.push(case(&id("501-in-two"), two, basis, "501 accounts are sent in two calls", asked(verb, 501), expect));
    }
    for (count, calls) in [(1000, 2), (1001, 3)] {
        let expect = Expect::Split { accounts: names(count), calls };
        let description = format!("{count} accounts are sent in {calls} calls");
        cases.push(case(
            &format!("split/set-marks/{count}-in-{calls}"),
            Should,
            max,
            &description,
            asked(SetMarks, count),
            expect,
        ));
    }
    let answers = vec![Answer::Served, Answer::refused(10_010)];
    let told = names(501).into_iter().enumerate().map(|(at, account)| match at {
        0..500 => (account, AccountOutcome::Applied(vec![1000])),
        _ => (account, AccountOutcome::NotApplied),
    });
    cases.push(case(
        "split/set-marks/second-refused",
        Should,
        max,
        "of 501 accounts whose second call is refused, 500 are told as applied and one as not",
        answered(SetMarks, many(SetMarks, 501), answers),
        Expect::Accounts(told.collect()),
    ));
    cases
}
