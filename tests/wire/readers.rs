//! Two readers for one text: one pass over the usual shape, and the reader that knows all of it. What is read is the same.

use avmarks_generators::answer::Answer;
use avmarks_generators::request::Request;
use avmarks_generators::strategy::{Generated, generated};
use avmarks_generators::{Choices, Hostile, Invalid, Valid};
use avmarks_protocol::Endpoint;
use avmarks_testkit::fuzz::{answers, modify_user_info_request};
use proptest::prelude::*;

/// What JSON is made of.
const BYTES: &[u8] = b"{}[]:,\"\\ \t\n019-.eEun\0\x1f\xc3\xa9";

/// One body of a request that sets marks: valid and in any spelling, invalid, or hostile.
fn a_request() -> Generated<Vec<u8>> {
    generated(97, |choices| {
        let call = Endpoint::ModifyUserInfo;
        match choices.byte() % 4 {
            0 => Invalid::<Request>::of(call, choices).body.to_vec(),
            1 => Hostile::<Request>::of(call, choices).body.to_vec(),
            _ => Valid::<Request>::of(call, choices).body.to_vec(),
        }
    })
}

/// The same of an answer to such a call, or of a page.
fn an_answer() -> Generated<Vec<u8>> {
    generated(98, |choices: &mut Choices<'_>| {
        let call = choices.pick(&[Endpoint::ModifyUserInfo, Endpoint::GetMembers]);
        match choices.byte() % 4 {
            0 => Invalid::<Answer>::of(call, choices).body.to_vec(),
            1 => Hostile::<Answer>::of(call, choices).body.to_vec(),
            _ => Valid::<Answer>::of(call, choices).body.to_vec(),
        }
    })
}

/// Up to three bytes of a body changed, put in or taken out.
fn corrupted(body: impl Strategy<Value = Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<prop::sample::Index>(), prop::sample::select(BYTES), 0..3);
    (body, prop::collection::vec(change, 0..4)).prop_map(|(mut body, changes)| {
        for (at, byte, how) in changes.into_iter().take(body.len()) {
            let at = at.index(body.len());
            match how {
                0 => body[at] = byte,
                1 => body.insert(at, byte),
                _ if body.len() > 1 => drop(body.remove(at)),
                _ => {}
            }
        }
        body
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6_000))]

    #[test]
    fn both_readers_agree_with_serde(body in corrupted(a_request())) {
        modify_user_info_request(&body);
    }

    #[test]
    fn an_answer_is_read_alike_by_both_readers(body in corrupted(an_answer())) {
        answers(&body);
    }
}
