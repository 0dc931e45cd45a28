//! `proptest` strategies that shrink, for every generated type.
//!
//! `any::<T>()` works for every type of this crate that is generated. What fails is made small by its *choices*: fewer of them,
//! then lower ones; so the generator itself never gives a counterexample that it could not have made.
//!
//! ```
//! use avmarks_generators::request::Request;
//! use avmarks_generators::strategy::generated;
//! use avmarks_generators::{Invalid, Valid};
//! use avmarks_service::protocol::Endpoint;
//! use proptest::prelude::*;
//!
//! proptest! {
//!     # fn in_a_test(
//!     valid in any::<Valid<Request>>(),
//!     invalid in generated(64, |choices| Invalid::<Request>::of(Endpoint::ModifyUserInfo, choices)),
//!     # ) {
//!     prop_assert_ne!(valid.body, invalid.body);
//!     # }
//! }
//! # in_a_test();
//! ```

use std::fmt;

use proptest::arbitrary::{Arbitrary, any};
use proptest::collection::vec;
use proptest::prelude::Rng as _;
use proptest::prop_oneof;
use proptest::sample::select;
use proptest::strategy::{BoxedStrategy, NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use crate::choices::{Choices, Generate};
use crate::level::{Hostile, Invalid, Message, Valid};
use crate::operations::{Input, Run, Step};
use crate::shrink::Shrink;

/// The result of a function for up to `bytes` bytes of choices, 64 of which are enough for a request.
pub fn generated<T: fmt::Debug>(bytes: usize, generate: fn(&mut Choices<'_>) -> T) -> Generated<T> {
    Generated { bytes, generate }
}

/// A strategy; see [`generated`].
pub struct Generated<T> {
    bytes: usize,
    generate: fn(&mut Choices<'_>) -> T,
}

impl<T> Clone for Generated<T> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

impl<T> fmt::Debug for Generated<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Generated").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

impl<T: fmt::Debug> Strategy for Generated<T> {
    type Tree = Tree<T>;
    type Value = T;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let mut bytes = vec![0; self.bytes];
        runner.rng().fill_bytes(&mut bytes);
        // What is not read makes no difference, and need not be made smaller.
        let mut choices = Choices::new(&bytes);
        (self.generate)(&mut choices);
        let read = bytes.len() - choices.len();
        bytes.truncate(read);
        Ok(Tree { shrink: Shrink::new(bytes), generate: self.generate })
    }
}

/// A value, and how it gets smaller.
pub struct Tree<T> {
    shrink: Shrink,
    generate: fn(&mut Choices<'_>) -> T,
}

impl<T> fmt::Debug for Tree<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tree").field("shrink", &self.shrink).finish_non_exhaustive()
    }
}

impl<T: fmt::Debug> ValueTree for Tree<T> {
    type Value = T;

    fn current(&self) -> T {
        (self.generate)(&mut Choices::new(self.shrink.tried()))
    }

    fn simplify(&mut self) -> bool {
        self.shrink.fails();
        self.shrink.next()
    }

    fn complicate(&mut self) -> bool {
        // Where nothing is left to try, what fails is back, which is a step of its own to whoever holds several trees.
        let back = self.shrink.holds();
        self.shrink.next() || back
    }
}

macro_rules! strategies {
    ($( $generated:ty $([$message:ident])?, )*) => { $(
        impl$(<$message: Message>)? Arbitrary for $generated {
            type Parameters = ();
            type Strategy = Generated<Self>;

            fn arbitrary_with((): ()) -> Self::Strategy {
                generated(<Self as Generate>::BYTES, <Self as Generate>::generate)
            }
        }
    )* };
}

strategies! {
    Valid<M> [M],
    Invalid<M> [M],
    Hostile<M> [M],
    Step,
    Input,
}

impl Arbitrary for Run {
    type Parameters = ();
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        steps(Self::STEPS_MAX).prop_map(|steps| Self { steps }).boxed()
    }
}

/// The start of a world and up to `steps_max` steps from there; what fails loses whole steps first. Now and then a step makes
/// plan, switch or group right again, for without them hardly any call gets further.
pub fn steps(steps_max: usize) -> impl Strategy<Value = Vec<Step>> {
    let app = any::<bool>().prop_map(|deputy| Step { wait_ms: 0, input: Input::app(deputy) });
    let more = prop_oneof![16 => any::<Step>(), 1 => app, 1 => select(Run::start().to_vec())];
    vec(more, 1..=steps_max).prop_map(|steps| Run::start().into_iter().chain(steps).collect())
}
