//! The three levels of a message: [`Valid`], [`Invalid`] and [`Hostile`].

use std::fmt;

use avmarks_protocol::BodyPath;

use crate::body::Body;
use crate::choices::{Choices, Generate};
use crate::json::Sketch;
use crate::mutation::{Mutation, corrupt};

/// A kind of message: [`Request`](crate::request::Request), [`Answer`](crate::answer::Answer) or
/// [`Webhook`](avmarks_protocol::webhook::Webhook). The trait is sealed.
pub trait Message: Clone + fmt::Debug + PartialEq {
    /// What a message is generated for: the call of a request or an answer, the revision of a webhook.
    type Context: Copy + fmt::Debug + PartialEq;
    /// What can be wrong with a message, one defect at a time.
    type Defect: Copy + fmt::Debug + fmt::Display + PartialEq;

    #[doc(hidden)]
    const BYTES: usize;
    /// A defect that a message of every context can have.
    #[doc(hidden)]
    const CUT: Self::Defect;
    #[doc(hidden)]
    fn context(choices: &mut Choices<'_>) -> Self::Context;
    /// The defects that a message of this context can have.
    #[doc(hidden)]
    fn defects(context: Self::Context) -> Vec<Self::Defect>;
    #[doc(hidden)]
    fn valid(context: Self::Context, choices: &mut Choices<'_>) -> Self;
    /// A valid message to put this defect into; without a defect, one to apply mutations to.
    #[doc(hidden)]
    fn base(context: Self::Context, defect: Option<Self::Defect>, choices: &mut Choices<'_>) -> Self;
    #[doc(hidden)]
    fn to_bytes(&self, context: Self::Context) -> Vec<u8>;
    /// The body with this defect, and the path of the defect in the body of a request.
    #[doc(hidden)]
    fn put(
        &self,
        context: Self::Context,
        defect: Self::Defect,
        sketch: Sketch,
        choices: &mut Choices<'_>,
    ) -> (Option<BodyPath>, Body);
}

/// A valid message, and one way to write it.
///
/// ```
/// use avmarks_generators::{Generate, Valid, request::Request};
/// use avmarks_service::{preflight, rules::Terms};
///
/// let valid = Valid::<Request>::from_bytes(&[]);
/// assert_eq!(valid.body.to_string(), r#"{"GroupId":"g","CommandType":1,"MemberList":[{"Member_Account":"u1","Marks":[1000]}]}"#);
/// assert!(preflight(valid.context, &valid.body, &Terms::default()).is_empty());
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Valid<M: Message> {
    /// The message as a value. Fields that no document names are in the body alone.
    pub message: M,
    /// The call of a request or an answer, the revision of a webhook.
    pub context: M::Context,
    /// The message as bytes: as its `to_json` writes it, or with other white space, another order of fields, escapes, or fields that
    /// no document names.
    pub body: Body,
}

impl<M: Message> Valid<M> {
    /// A message of this context.
    #[must_use]
    pub fn of(context: M::Context, choices: &mut Choices<'_>) -> Self {
        Self::sketched(context, M::valid(context, choices), choices).0
    }

    fn sketched(context: M::Context, message: M, choices: &mut Choices<'_>) -> (Self, Sketch) {
        let sketch = Sketch::of(&message.to_bytes(context), choices);
        (Self { message, context, body: sketch.body() }, sketch)
    }
}

impl<M: Message> Generate for Valid<M> {
    const BYTES: usize = M::BYTES;

    fn generate(choices: &mut Choices<'_>) -> Self {
        Self::of(M::context(choices), choices)
    }
}

impl<M: Message> fmt::Debug for Valid<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { context, body, .. } = self;
        f.debug_struct("Valid").field("context", context).field("body", body).finish_non_exhaustive()
    }
}

/// A message that would be valid but for one defect, which is named.
///
/// ```
/// use avmarks_generators::request::{Defect, Request};
/// use avmarks_generators::{Choices, Invalid};
/// use avmarks_service::protocol::Endpoint;
/// use avmarks_service::{preflight, rules::Terms};
///
/// let invalid = Invalid::<Request>::with(Endpoint::ModifyUserInfo, Defect::MarkRange, &mut Choices::new(&[])).unwrap();
/// assert_eq!(invalid.body.to_string(), r#"{"GroupId":"g","CommandType":1,"MemberList":[{"Member_Account":"u1","Marks":[999]}]}"#);
///
/// let found = preflight(invalid.context, &invalid.body, &Terms::default());
/// assert_eq!((found.len(), found[0].refusal, found[0].path), (1, invalid.defect.refusal(), invalid.path));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Invalid<M: Message> {
    /// What is wrong with the message.
    pub defect: M::Defect,
    /// Where the defect is. Given for requests only.
    pub path: Option<BodyPath>,
    /// The call of a request or an answer, the revision of a webhook.
    pub context: M::Context,
    /// The message with the defect, as bytes.
    pub body: Body,
    /// The message without the defect.
    pub repaired: Valid<M>,
}

impl<M: Message> Invalid<M> {
    /// A message of this context, with one of the defects that it can have.
    #[must_use]
    pub fn of(context: M::Context, choices: &mut Choices<'_>) -> Self {
        let defect = choices.pick_from(&M::defects(context)).unwrap_or(M::CUT);
        Self::made(context, defect, choices)
    }

    /// A message of this context with this defect; none where such a message cannot have the defect.
    #[must_use]
    pub fn with(context: M::Context, defect: M::Defect, choices: &mut Choices<'_>) -> Option<Self> {
        M::defects(context).contains(&defect).then(|| Self::made(context, defect, choices))
    }

    fn made(context: M::Context, defect: M::Defect, choices: &mut Choices<'_>) -> Self {
        let message = M::base(context, Some(defect), choices);
        let (repaired, sketch) = Valid::sketched(context, message, choices);
        let (path, body) = repaired.message.put(context, defect, sketch, choices);
        Self { defect, path, context, body, repaired }
    }
}

impl<M: Message> Generate for Invalid<M> {
    const BYTES: usize = M::BYTES;

    fn generate(choices: &mut Choices<'_>) -> Self {
        Self::of(M::context(choices), choices)
    }
}

impl<M: Message> fmt::Debug for Invalid<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Invalid");
        shown.field("context", &self.context).field("defect", &self.defect);
        if let Some(path) = self.path {
            shown.field("path", &format_args!("{path}"));
        }
        shown.field("body", &self.body).finish_non_exhaustive()
    }
}

/// A malformed or adversarial body: a valid message after several mutations. It may still be valid.
///
/// ```
/// use avmarks_generators::{Generate, Hostile, request::Request};
///
/// let hostile = Hostile::<Request>::from_bytes(b"any bytes of a fuzzer");
/// assert!(!hostile.mutations.is_empty());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hostile<M: Message> {
    /// The call of a request or an answer, the revision of a webhook.
    pub context: M::Context,
    /// The mutations, in the order in which they were applied.
    pub mutations: Vec<Mutation>,
    /// The body after the mutations.
    pub body: Body,
}

impl<M: Message> Hostile<M> {
    /// A body of this context.
    #[must_use]
    pub fn of(context: M::Context, choices: &mut Choices<'_>) -> Self {
        let message = M::base(context, None, choices);
        let (_, sketch) = Valid::sketched(context, message, choices);
        let (mutations, body) = corrupt(sketch, choices);
        Self { context, mutations, body }
    }
}

impl<M: Message> Generate for Hostile<M> {
    const BYTES: usize = 96;

    fn generate(choices: &mut Choices<'_>) -> Self {
        Self::of(M::context(choices), choices)
    }
}
