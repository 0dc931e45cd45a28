//! `arbitrary::Arbitrary` for every generated type.

use arbitrary::{Arbitrary, Result, Unstructured};

use crate::choices::{Choices, Generate};
use crate::level::{Hostile, Invalid, Message, Valid};
use crate::operations::{Input, Run, Step};

/// The value of the bytes to come, of which it takes as many as it reads. It never fails: if the bytes end, it gets simpler.
///
/// ```
/// use arbitrary::Unstructured;
/// use avmarks_generators::request::Request;
/// use avmarks_generators::{Valid, arbitrary_value};
///
/// let mut source = Unstructured::new(b"any bytes of a fuzzer");
/// let valid: Valid<Request> = arbitrary_value(&mut source);
/// assert!(source.len() < 21 && valid.body.starts_with(b"{"));
/// ```
pub fn arbitrary_value<T: Generate>(source: &mut Unstructured<'_>) -> T {
    let bytes = source.peek_bytes(source.len()).unwrap_or_default();
    let mut choices = Choices::new(bytes);
    let value = T::generate(&mut choices);
    // What was read is not more than there is.
    let _ = source.bytes(bytes.len() - choices.len());
    value
}

macro_rules! fuzzed {
    ($( $generated:ty $([$message:ident])?, )*) => { $(
        impl<'a $(, $message: Message)?> Arbitrary<'a> for $generated {
            fn arbitrary(source: &mut Unstructured<'a>) -> Result<Self> {
                Ok(arbitrary_value(source))
            }
        }
    )* };
}

fuzzed! {
    Valid<M> [M],
    Invalid<M> [M],
    Hostile<M> [M],
    Step,
    Input,
    Run,
}
