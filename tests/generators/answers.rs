//! Answers: right, invalid right, hostile.

use std::collections::BTreeSet;

use avmarks_generators::answer::{Answer, Defect, Readable};
use avmarks_generators::{Choices, Mutation};
use avmarks_protocol::{AnswerError, ERROR_CODES, Endpoint, Envelope, Extra, modify_user_info};
use avmarks_testkit::fuzz::answers;

use crate::{Met, noise, values};

type Valid = avmarks_generators::Valid<Answer>;
type Invalid = avmarks_generators::Invalid<Answer>;
type Hostile = avmarks_generators::Hostile<Answer>;

/// What the reader of this call makes of a body, without the fields that no document names.
fn read(endpoint: Endpoint, body: &[u8]) -> Result<Answer, AnswerError> {
    let mut answer = Answer::parse(endpoint, body)?;
    let extra = match &mut answer {
        Answer::ModifyUserInfo(answer) => &mut answer.extra,
        Answer::GetMembers(answer) => &mut answer.extra,
        Answer::GetOnlineMemberNum(answer) => &mut answer.extra,
        Answer::AddRobots(answer) | Answer::DelRobots(answer) | Answer::ModifyAdmin(answer) => &mut answer.extra,
        Answer::CheckMembers(answer) => &mut answer.extra,
        Answer::GetAdminList(answer) => &mut answer.extra,
        Answer::Envelope(_) => panic!("an answer to `{}` was read as an envelope", endpoint.command()),
    };
    *extra = Extra::default();
    Ok(answer)
}

fn assert_valid(valid: &Valid) {
    let Valid { message: answer, context: endpoint, body } = valid;
    assert_eq!(Envelope::parse(body).as_ref(), Ok(answer.envelope()), "{valid:?}");
    let read = read(*endpoint, body).unwrap_or_else(|defect| panic!("{valid:?}: {defect}"));
    match answer {
        Answer::Envelope(envelope) => assert_eq!(read.envelope(), envelope),
        _ => assert_eq!(read, *answer, "{valid:?}"),
    }
}

#[test]
fn right_answers_are_read_as_what_they_say() {
    values::<Valid>(3_000).for_each(|valid| assert_valid(&valid));
}

#[test]
fn each_defect_leaves_what_it_says() {
    for endpoint in Endpoint::ALL {
        for defect in Defect::ALL {
            for bytes in noise(60, 64).chain([Vec::new()]) {
                let invalid = Invalid::with(*endpoint, *defect, &mut Choices::new(&bytes));
                assert_eq!(invalid.is_some(), defect.applies_to(*endpoint));
                let Some(invalid) = invalid else { break };
                let readable = match (read(*endpoint, &invalid.body), Envelope::parse(&invalid.body)) {
                    (Ok(_), Ok(_)) => Readable::Whole,
                    (Err(_), Ok(_)) => Readable::Envelope,
                    (Err(_), Err(_)) => Readable::Nothing,
                    (Ok(_), Err(defect)) => panic!("an answer without an envelope: {defect}"),
                };
                assert_eq!(readable, defect.readable(), "{invalid:?}");
                assert_ne!(invalid.body, invalid.repaired.body);
                assert_valid(&invalid.repaired);
            }
        }
    }
}

#[test]
fn no_kind_of_answer_is_left_out() {
    let valid: Vec<Valid> = values(12_000).collect();
    let kinds = valid.iter().map(|valid| (valid.context, valid.message.envelope().is_ok()));
    Met::new(kinds).assert_all(Endpoint::ALL.iter().flat_map(|one| [(*one, true), (*one, false)]), 600);
    let alone = valid.iter().filter(|valid| matches!(valid.message, Answer::Envelope(_))).count();
    assert!(alone > 500, "{alone}");
    let codes: BTreeSet<_> = valid.iter().map(|valid| valid.message.envelope().error_code).collect();
    let missing: Vec<_> = ERROR_CODES.iter().filter(|row| !codes.contains(&row.code)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(codes.iter().any(|code| code.number() != 0 && code.row().is_none()), "no code is unknown");
    let strange = valid.iter().filter(|valid| match modify_user_info::Answer::parse(&valid.body) {
        Ok(answer) => valid.context == Endpoint::ModifyUserInfo && !answer.extra.is_empty(),
        Err(_) => false,
    });
    assert!(strange.count() > 100, "no field is unknown");

    let defects = Met::new(values::<Invalid>(8_000).map(|invalid| (invalid.context, invalid.defect)));
    for endpoint in Endpoint::ALL {
        let its = Defect::ALL.iter().filter(|defect| defect.applies_to(*endpoint));
        defects.assert_all(its.map(|defect| (*endpoint, *defect)), 20);
    }
}

#[test]
fn hostile_answers_are_read_or_not() {
    let hostile: Vec<Hostile> = values(6_000).collect();
    Met::new(hostile.iter().flat_map(|hostile| hostile.mutations.clone()))
        .assert_all(Mutation::ALL.iter().copied(), 150);
    let outcomes = hostile.iter().map(|hostile| (hostile.context, read(hostile.context, &hostile.body).is_ok()));
    Met::new(outcomes).assert_all(Endpoint::ALL.iter().flat_map(|one| [(*one, true), (*one, false)]), 100);
    hostile.iter().for_each(|hostile| answers(&hostile.body));
}
