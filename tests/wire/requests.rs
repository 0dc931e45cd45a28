//! Requests in any spelling, spoilt or not, and the answers to them.

use avmarks_generators::request::Valid;
use avmarks_protocol::modify_user_info::{Answer, Served};
use avmarks_testkit::fuzz::modify_user_info_request;
use proptest::prelude::*;

/// What JSON is made of.
const BYTES: &[u8] = b"{}[]:,\"\\ \t\n019-.eEun\0\x1f\xc3\xa9";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn a_request_with_bytes_changed_is_read_as_serde_reads_it(
        valid in any::<Valid>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(BYTES), 0..3), 0..4),
    ) {
        let mut body = valid.body.to_vec();
        for (at, byte, how) in changes {
            let at = at.index(body.len());
            match how {
                0 => body[at] = byte,
                1 => body.insert(at, byte),
                _ if body.len() > 1 => drop(body.remove(at)),
                _ => {}
            }
        }
        modify_user_info_request(&body);
    }

    #[test]
    fn an_answer_is_the_same_whether_owned_or_written(
        command_type in any::<i64>(),
        members in prop::collection::vec((any::<String>(), prop::collection::vec(any::<i64>(), 0..4)), 0..5),
    ) {
        let mut json = b"kept".to_vec();
        Answer::write_served(&mut json, command_type, members.iter().map(|(account, marks)| (&**account, marks.iter().copied())));
        let served = members.iter().map(|(account, marks)| Served::new(account.as_str(), marks.clone())).collect();
        prop_assert_eq!(&json[4..], Answer::served(command_type, served).to_json());
        prop_assert_eq!(&json[..4], b"kept");
    }
}
