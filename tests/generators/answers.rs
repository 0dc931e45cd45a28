//! Answers: right, nearly right, hostile.

use std::collections::BTreeSet;

use avmarks_generators::answer::{Answer, Fault, Hostile, Legible, Nearly, Valid};
use avmarks_generators::{Choices, Trick};
use avmarks_protocol::{AnswerError, ERROR_CODES, Endpoint, Envelope, Extra, modify_user_info};
use avmarks_testkit::fuzz::answers;

use crate::{Met, noise, values};

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
    let Valid { answer, endpoint, body } = valid;
    assert_eq!(Envelope::parse(body).as_ref(), Ok(answer.envelope()), "{valid:?}");
    let read = read(*endpoint, body).unwrap_or_else(|fault| panic!("{valid:?}: {fault}"));
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
fn every_fault_leaves_as_much_to_read_as_it_says() {
    for endpoint in Endpoint::ALL {
        for fault in Fault::ALL {
            for bytes in noise(60, 64).chain([Vec::new()]) {
                let nearly = Nearly::with(*endpoint, *fault, &mut Choices::new(&bytes));
                assert_eq!(nearly.is_some(), fault.is_of(*endpoint));
                let Some(nearly) = nearly else { break };
                let legible = match (read(*endpoint, &nearly.body), Envelope::parse(&nearly.body)) {
                    (Ok(_), Ok(_)) => Legible::Whole,
                    (Err(_), Ok(_)) => Legible::Envelope,
                    (Err(_), Err(_)) => Legible::Nothing,
                    (Ok(_), Err(fault)) => panic!("an answer without an envelope: {fault}"),
                };
                assert_eq!(legible, fault.legible(), "{nearly:?}");
                assert_ne!(nearly.body, nearly.mended.body);
                assert_valid(&nearly.mended);
            }
        }
    }
}

#[test]
fn no_kind_of_answer_is_left_out() {
    let valid: Vec<Valid> = values(12_000).collect();
    let kinds = valid.iter().map(|valid| (valid.endpoint, valid.answer.envelope().is_ok()));
    Met::new(kinds).assert_all(Endpoint::ALL.iter().flat_map(|one| [(*one, true), (*one, false)]), 600);
    let alone = valid.iter().filter(|valid| matches!(valid.answer, Answer::Envelope(_))).count();
    assert!(alone > 500, "{alone}");
    let codes: BTreeSet<_> = valid.iter().map(|valid| valid.answer.envelope().error_code).collect();
    let missing: Vec<_> = ERROR_CODES.iter().filter(|row| !codes.contains(&row.code)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(codes.iter().any(|code| code.number() != 0 && code.row().is_none()), "no code is unknown");
    let strange = valid.iter().filter(|valid| match modify_user_info::Answer::parse(&valid.body) {
        Ok(answer) => valid.endpoint == Endpoint::ModifyUserInfo && !answer.extra.is_empty(),
        Err(_) => false,
    });
    assert!(strange.count() > 100, "no field is unknown");

    let faults = Met::new(values::<Nearly>(8_000).map(|nearly| (nearly.endpoint(), nearly.fault)));
    for endpoint in Endpoint::ALL {
        let its = Fault::ALL.iter().filter(|fault| fault.is_of(*endpoint));
        faults.assert_all(its.map(|fault| (*endpoint, *fault)), 20);
    }
}

#[test]
fn hostile_answers_are_read_or_not() {
    let hostile: Vec<Hostile> = values(6_000).collect();
    Met::new(hostile.iter().flat_map(|hostile| hostile.tricks.clone())).assert_all(Trick::ALL.iter().copied(), 150);
    let outcomes = hostile.iter().map(|hostile| (hostile.endpoint, read(hostile.endpoint, &hostile.body).is_ok()));
    Met::new(outcomes).assert_all(Endpoint::ALL.iter().flat_map(|one| [(*one, true), (*one, false)]), 100);
    hostile.iter().for_each(|hostile| answers(&hostile.body));
}
