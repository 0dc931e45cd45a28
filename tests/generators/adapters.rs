//! Both adapters of a generator give the values of the generator, and property tests shrink them.

use std::fmt::Debug;

use arbitrary::{Arbitrary, Unstructured};
use avmarks_generators::answer::Answer;
use avmarks_generators::request::Request;
use avmarks_generators::strategy::{generated, steps};
use avmarks_generators::{Generate, Hostile, Invalid, Valid, operations, request};
use avmarks_protocol::Endpoint;
use avmarks_protocol::webhook::Webhook;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestError, TestRunner};

use crate::noise;

/// `Arbitrary` gives the value of the bytes, and takes those that it read and no more.
fn assert_same<T: Generate + Debug + PartialEq + for<'a> Arbitrary<'a>>() {
    for bytes in noise(100, T::BYTES) {
        let mut source = Unstructured::new(&bytes);
        let value = T::arbitrary(&mut source).unwrap();
        assert_eq!(value, T::from_bytes(&bytes));
        let read = bytes.len() - source.len();
        assert_eq!(value, T::from_bytes(&bytes[..read]), "it read more than it took");
        let rest = T::arbitrary(&mut source).unwrap();
        assert_eq!(rest, T::from_bytes(&bytes[read..]));
    }
    assert_eq!(T::arbitrary(&mut Unstructured::new(&[])).unwrap(), T::from_bytes(&[]));
}

#[test]
fn arbitrary_gives_what_the_generator_gives() {
    assert_same::<Valid<Request>>();
    assert_same::<Invalid<Request>>();
    assert_same::<Hostile<Request>>();
    assert_same::<Valid<Answer>>();
    assert_same::<Invalid<Answer>>();
    assert_same::<Hostile<Answer>>();
    assert_same::<Valid<Webhook>>();
    assert_same::<Invalid<Webhook>>();
    assert_same::<Hostile<Webhook>>();
    assert_same::<operations::Step>();
    assert_same::<operations::Input>();
    assert_same::<operations::Run>();
}

/// The smallest value that a property does not hold of.
fn counterexample<S: Strategy>(strategy: S, holds: impl Fn(&S::Value) -> bool) -> S::Value
where
    S::Value: Debug,
{
    let config = Config { cases: 5_000, failure_persistence: None, ..Config::default() };
    let mut runner =
        TestRunner::new_with_rng(config, proptest::test_runner::TestRng::deterministic_rng(Default::default()));
    let ran = runner.run(&strategy, |value| if holds(&value) { Ok(()) } else { Err(TestCaseError::fail("found")) });
    match ran {
        Err(TestError::Fail(_, value)) => value,
        other => panic!("nothing was found: {other:?}"),
    }
}

#[test]
fn counterexamples_are_minimal() {
    let marks = |valid: &Valid<Request>, number: i64| match &valid.message {
        Request::ModifyUserInfo(request) => {
            request.member_list.iter().flat_map(|member| &member.marks).any(|mark| mark.to_i64() == Some(number))
        }
        _ => false,
    };
    let found = counterexample(any::<Valid<Request>>(), |valid| !marks(valid, 4_294_967_295));
    let simplest = r#"{"GroupId":"g","CommandType":1,"MemberList":[{"Member_Account":"u1","Marks":[4294967295]}]}"#;
    assert_eq!(found.body.to_string(), simplest);

    let invalid = generated(64, |choices| Invalid::<Request>::of(Endpoint::ModifyUserInfo, choices));
    let found = counterexample(invalid, |invalid| invalid.defect != request::Defect::AccountId);
    let simplest = r#"{"GroupId":"g","CommandType":1,"MemberList":[{"Member_Account":"","Marks":[1000]}]}"#;
    assert_eq!(found.body.to_string(), simplest);
}

#[test]
fn counterexamples_have_no_needless_step() {
    let is_deletion = |step: &operations::Step| match &step.input {
        operations::Input::Call { body, .. } => body.contains(r#""CommandType":2"#),
        _ => false,
    };
    let found = counterexample(steps(40), |steps| steps.iter().filter(|step| is_deletion(step)).count() < 2);
    assert_eq!(found.len(), operations::Run::start().len() + 2, "{found:#?}");
    assert_eq!(found[2].line(0).0, 0, "it waits for nothing");
}
