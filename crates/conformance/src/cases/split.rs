//! More than 500 accounts, in several calls.

use avmarks_spec::{Clause, Gap};
use serde_json::{Value, json};

use super::{answered, call, case, level, prefix};
use crate::case::Level::{Must, Should};
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
    for (verb, basis, whole) in [
        (SetMarks, max, Must),
        (DeleteMarks, max, Must),
        (AddRobots, robots, Should),
        (DeleteRobots, robots, Should),
        (CheckMembers, checks, Should),
    ] {
        let of_501 = |id: &str, level, description, expect| {
            case(&format!("split/{}/501-{id}", prefix(verb)), level, basis, description, asked(verb, 501), expect)
        };
        let all_or_error = "of 501 accounts, all are sent, or an error says that they are not";
        let in_two = Expect::Split { accounts: names(501), calls: 2 };
        cases.extend([
            of_501(
                "within-limit",
                level(basis, Must),
                "of 501 accounts, no call names more than 500",
                Expect::WithinLimit,
            ),
            of_501("all-named", whole, all_or_error, Expect::Whole(names(501))),
            of_501("in-two", level(basis, Should), "501 accounts are sent in two calls", in_two),
        ]);
    }
    for (count, calls) in [(1000, 2), (1001, 3)] {
        let expect = Expect::Split { accounts: names(count), calls };
        let id = format!("split/set-marks/{count}-in-{calls}");
        let description = format!("{count} accounts are sent in {calls} calls");
        cases.push(case(&id, Should, max, &description, asked(SetMarks, count), expect));
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
