//! How to test an SDK of one's own against the verdicts of avmarks: by property tests, and by cargo-fuzz.
//!
//! `sdk` stands for yours: it checks a request before it sends it, and can be told to have a bug. `agree` is all there is to
//! write: whatever the bytes, the SDK sends just those in which `preflight` finds nothing. Both ways to fuzz call it:
//!
//! - **proptest**: the property at the end, which `cargo test --workspace` runs. `cargo run -p avmarks-generators --example
//!   fuzz_your_sdk --features arbitrary,proptest` plants each bug and prints what finds it, as small as it gets:
//!
//!   ```text
//!   Utf16
//!     the SDK sends what is refused: 10004 ACCOUNT-ID, gap:account-id: `MemberList[0].Member_Account` is `é`, which is no user id: …
//!     {"GroupId":"g","CommandType":1,"MemberList":[{"Member_Account":"é","Marks":[1000]}]}
//!   ```
//!
//! - **cargo-fuzz**: `judge`, in a file `fuzz_targets/requests.rs`, run by `cargo fuzz run requests`:
//!
//!   ```ignore
//!   #![no_main]
//!   use libfuzzer_sys::fuzz_target;
//!
//!   fuzz_target!(|input: your_sdk_tests::Levels| your_sdk_tests::judge(&input).unwrap());
//!   ```
//!
//! With a fuzzer that gives bytes alone (AFL, honggfuzz, a loop), `Invalid::<Request>::from_bytes` makes a value of them. An SDK in
//! another language can be handed `body` by a pipe, and asked for its verdict in the same way.

use avmarks_generators::request::Request;
use avmarks_generators::strategy::generated;
use avmarks_generators::{Body, Hostile, Invalid, Valid};
use avmarks_service::protocol::Endpoint;
use avmarks_service::{preflight, rules::Terms};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};

use sdk::Bug;

/// The SDK under test: what it lets through, it sends.
mod sdk {
    use avmarks_service::protocol::modify_user_info::Request;

    /// Bugs that can be planted, to see them found.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(super) enum Bug {
        /// The length of an account is counted in UTF-16 units, and its characters are not looked at.
        Utf16,
        /// One account too many is let through.
        OneTooMany,
        /// A mark is kept in 32 bits with sign.
        SignedMark,
        /// Marks 500 and 600 were forgotten.
        NoSpecialMarks,
    }

    impl Bug {
        pub(super) const ALL: [Self; 4] = [Self::Utf16, Self::OneTooMany, Self::SignedMark, Self::NoSpecialMarks];
    }

    /// Whether a body is sent.
    pub(super) fn accepts(body: &[u8], bug: Option<Bug>) -> bool {
        let Ok(request) = Request::parse(body) else { return false };
        let accounts_max = if bug == Some(Bug::OneTooMany) { 501 } else { 500 };
        let is_set = match request.command_type.to_i64() {
            Some(1) => true,
            Some(2) => false,
            _ => return false,
        };
        let marks = || request.member_list.iter().flat_map(|member| &member.marks).map(|mark| mark.to_i64());
        let mut custom: Vec<_> = marks().filter(|mark| !matches!(mark, Some(500 | 600))).collect();
        custom.sort();
        custom.dedup();
        (1..=accounts_max).contains(&request.member_list.len())
            && is_text(&request.group_id, 48)
            && request.member_list.iter().all(|member| is_account(&member.account, bug) && !member.marks.is_empty())
            && marks().all(|mark| mark.is_some_and(|mark| is_mark(mark, bug)))
            && (!is_set || custom.len() <= 10)
    }

    fn is_text(text: &str, bytes_max: usize) -> bool {
        (1..=bytes_max).contains(&text.len()) && text.bytes().all(|byte| (0x20..=0x7e).contains(&byte))
    }

    fn is_account(account: &str, bug: Option<Bug>) -> bool {
        match bug {
            Some(Bug::Utf16) => (1..=32).contains(&account.encode_utf16().count()),
            _ => is_text(account, 32),
        }
    }

    fn is_mark(mark: i64, bug: Option<Bug>) -> bool {
        match bug {
            Some(Bug::SignedMark) => matches!(mark, 500 | 600 | 1_000..=2_147_483_647),
            Some(Bug::NoSpecialMarks) => matches!(mark, 1_000..=4_294_967_295),
            _ => matches!(mark, 500 | 600 | 1_000..=4_294_967_295),
        }
    }
}

/// SDK and service agree about a body; if not, what the service says.
fn agree(body: &[u8], bug: Option<Bug>) -> Result<(), String> {
    let found = preflight(Endpoint::ModifyUserInfo, body, &Terms::default());
    match (sdk::accepts(body, bug), found.first()) {
        (true, Some(violation)) => Err(format!("the SDK sends what is refused: {violation}")),
        (false, None) => Err("the SDK does not send what would be served".to_owned()),
        _ => Ok(()),
    }
}

/// What a fuzzer makes of its bytes: it is `Arbitrary` because its parts are.
#[cfg(test)]
type Levels = (Valid<Request>, Invalid<Request>, Hostile<Request>);

/// They agree about a body of each level, of the one call that this SDK has.
#[cfg(test)]
fn judge((valid, invalid, hostile): &Levels) -> Result<(), String> {
    let bodies = [(valid.context, &valid.body), (invalid.context, &invalid.body), (hostile.context, &hostile.body)];
    let mut its_own = bodies.iter().filter(|(endpoint, _)| *endpoint == Endpoint::ModifyUserInfo);
    its_own.try_for_each(|(_, body)| agree(body, None))
}

/// Bodies of all three levels. Those of one level are `any::<Valid<Request>>()`, of all calls.
fn bodies() -> impl Strategy<Value = Body> {
    prop_oneof![
        generated(64, |choices| Valid::<Request>::of(Endpoint::ModifyUserInfo, choices).body),
        generated(64, |choices| Invalid::<Request>::of(Endpoint::ModifyUserInfo, choices).body),
        generated(96, |choices| Hostile::<Request>::of(Endpoint::ModifyUserInfo, choices).body),
    ]
}

/// The smallest body about which they do not agree, and why; none if there is none among so many.
fn disagreement(bug: Option<Bug>, cases: u32) -> Option<(String, Body)> {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    match runner.run(&bodies(), |body| agree(&body, bug).map_err(TestCaseError::fail)) {
        Err(TestError::Fail(why, body)) => Some((why.to_string(), body)),
        _ => None,
    }
}

fn main() {
    for bug in Bug::ALL {
        match disagreement(Some(bug), 2_000) {
            Some((why, body)) => println!("{bug:?}\n  {why}\n  {body}"),
            None => println!("{bug:?}\n  not found"),
        }
    }
}

// In an SDK's own tests this is all there is.
proptest! {
    #[test]
    fn the_sdk_sends_only_valid_requests(body in bodies()) {
        prop_assert_eq!(agree(&body, None), Ok(()));
    }
}

#[cfg(test)]
mod tests {
    use arbitrary::{Arbitrary, Unstructured};
    use avmarks_service::protocol::modify_user_info;

    use super::*;

    fn found(bug: Bug) -> (String, Body) {
        disagreement(Some(bug), 2_000).unwrap_or_else(|| panic!("{bug:?} was not found"))
    }

    fn body(account: &str, mark: u32) -> String {
        format!(r#"{{"GroupId":"g","CommandType":1,"MemberList":[{{"Member_Account":"{account}","Marks":[{mark}]}}]}}"#)
    }

    #[test]
    fn without_a_bug_nothing_is_found() {
        assert_eq!(disagreement(None, 2_000), None);
    }

    #[test]
    fn each_bug_has_a_small_counterexample() {
        let (why, found_body) = found(Bug::Utf16);
        assert_eq!(found_body.to_string(), body("\u{e9}", 1_000));
        assert!(why.contains("ACCOUNT-ID"), "{why}");

        assert_eq!(found(Bug::SignedMark).1.to_string(), body("u1", 2_147_483_648));
        assert_eq!(found(Bug::NoSpecialMarks).1.to_string(), body("u1", 500));

        let (why, found_body) = found(Bug::OneTooMany);
        assert_eq!(modify_user_info::Request::parse(&found_body).map(|request| request.member_list.len()), Ok(501));
        assert!(why.contains("ACCOUNTS-MAX"), "{why}");
    }

    /// What the fuzz target above runs, on a few texts of bytes.
    #[test]
    fn a_fuzz_target_runs_the_same() {
        for bytes in (0..200_u8).map(|start| (0..255).map(|at| at ^ start).collect::<Vec<u8>>()) {
            let levels = Levels::arbitrary(&mut Unstructured::new(&bytes)).unwrap();
            assert_eq!(judge(&levels), Ok(()));
        }
    }
}
