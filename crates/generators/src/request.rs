//! Requests of every call: [`Valid`], [`Nearly`] valid, [`Hostile`].
//!
//! All of it is about bodies, under the default policy and the documented limits.

mod fault;
mod typed;

use std::fmt;

use avmarks_protocol::{BodyPath, Endpoint};

pub use fault::Fault;
pub use typed::Request;
use typed::{SET, SET_OR_DELETE};

use crate::hostile::{Trick, spoilt};
use crate::json::Sketch;
use crate::{Body, Choices, Generate};

/// A request in which [`preflight`](avmarks_service::preflight) finds nothing, and one way to write it.
///
/// ```
/// use avmarks_generators::{Generate, request::Valid};
/// use avmarks_service::{preflight, rules::Policy, spec::Limits};
///
/// let valid = Valid::from_bytes(&[]);
/// assert_eq!(valid.body.to_string(), r#"{"GroupId":"g","CommandType":1,"MemberList":[{"Member_Account":"u1","Marks":[1000]}]}"#);
/// assert!(preflight(valid.request.endpoint(), &valid.body, &Policy::default(), &Limits::DOCUMENTED).is_empty());
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Valid {
    /// What is asked.
    pub request: Request,
    /// The request as bytes: as [`Request::to_json`] has it, or in other white space, another order of the fields, with
    /// escapes, or with fields that no document names, which the service passes over.
    pub body: Body,
}

impl Valid {
    /// A request of this call.
    #[must_use]
    pub fn of(endpoint: Endpoint, choices: &mut Choices<'_>) -> Self {
        Self::sketched(Request::generate(endpoint, SET_OR_DELETE, choices), choices).0
    }

    fn sketched(request: Request, choices: &mut Choices<'_>) -> (Self, Sketch) {
        let sketch = Sketch::of(&request.to_json(), choices);
        (Self { request, body: sketch.body() }, sketch)
    }
}

impl Generate for Valid {
    const BYTES: usize = 64;

    fn generate(choices: &mut Choices<'_>) -> Self {
        Self::of(endpoint(choices), choices)
    }
}

impl fmt::Debug for Valid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let endpoint = self.request.endpoint();
        f.debug_struct("Valid").field("endpoint", &endpoint).field("body", &self.body).finish_non_exhaustive()
    }
}

/// A request that would be valid but for one fault.
///
/// ```
/// use avmarks_generators::{Choices, request::{Fault, Nearly}};
/// use avmarks_service::protocol::Endpoint;
/// use avmarks_service::{preflight, rules::Policy, spec::Limits};
///
/// let nearly = Nearly::with(Endpoint::ModifyUserInfo, Fault::MarkRange, &mut Choices::new(&[])).unwrap();
/// assert_eq!(nearly.body.to_string(), r#"{"GroupId":"g","CommandType":1,"MemberList":[{"Member_Account":"u1","Marks":[999]}]}"#);
///
/// let found = preflight(nearly.endpoint(), &nearly.body, &Policy::default(), &Limits::DOCUMENTED);
/// assert_eq!((found.len(), found[0].reason, found[0].place), (1, nearly.fault.refusal(), Some(nearly.place)));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Nearly {
    /// What is wrong with it.
    pub fault: Fault,
    /// Where.
    pub place: BodyPath,
    /// The request with the fault, as bytes.
    pub body: Body,
    /// The request without it.
    pub mended: Valid,
}

impl Nearly {
    /// A request of this call, with one of the faults that it can have.
    #[must_use]
    pub fn of(endpoint: Endpoint, choices: &mut Choices<'_>) -> Self {
        let faults: Vec<_> = Fault::ALL.iter().copied().filter(|fault| fault.is_of(endpoint)).collect();
        let fault = choices.pick_from(&faults).unwrap_or(Fault::Cut);
        Self::made(endpoint, fault, choices)
    }

    /// A request of this call with this fault; none where the call has nothing that can be wrong so.
    #[must_use]
    pub fn with(endpoint: Endpoint, fault: Fault, choices: &mut Choices<'_>) -> Option<Self> {
        fault.is_of(endpoint).then(|| Self::made(endpoint, fault, choices))
    }

    fn made(endpoint: Endpoint, fault: Fault, choices: &mut Choices<'_>) -> Self {
        // A deletion may name as many marks as it likes.
        let commands = if fault == Fault::TooManyMarks { SET } else { SET_OR_DELETE };
        let request = Request::generate(endpoint, commands, choices);
        let (mended, sketch) = Valid::sketched(request, choices);
        let (place, body) = fault.put(&mended.request, sketch, choices);
        Self { fault, place, body, mended }
    }

    /// The call that it is of.
    #[must_use]
    pub const fn endpoint(&self) -> Endpoint {
        self.mended.request.endpoint()
    }
}

impl Generate for Nearly {
    const BYTES: usize = 64;

    fn generate(choices: &mut Choices<'_>) -> Self {
        Self::of(endpoint(choices), choices)
    }
}

impl fmt::Debug for Nearly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { fault, place, body, .. } = self;
        f.debug_struct("Nearly")
            .field("endpoint", &self.endpoint())
            .field("fault", fault)
            .field("place", &format_args!("{place}"))
            .field("body", body)
            .finish_non_exhaustive()
    }
}

/// A body that was meant ill: a request with several tricks in it. It may be valid all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hostile {
    /// The call that it is sent to.
    pub endpoint: Endpoint,
    /// What was done to it, in this order.
    pub tricks: Vec<Trick>,
    /// What came of it.
    pub body: Body,
}

impl Hostile {
    /// A body that is sent to this call.
    #[must_use]
    pub fn of(endpoint: Endpoint, choices: &mut Choices<'_>) -> Self {
        let (_, sketch) = Valid::sketched(Request::generate(endpoint, SET_OR_DELETE, choices), choices);
        let (tricks, body) = spoilt(sketch, choices);
        Self { endpoint, tricks, body }
    }
}

impl Generate for Hostile {
    const BYTES: usize = 96;

    fn generate(choices: &mut Choices<'_>) -> Self {
        Self::of(endpoint(choices), choices)
    }
}

/// Mostly the call that sets marks, for it has most to go wrong.
fn endpoint(choices: &mut Choices<'_>) -> Endpoint {
    let other = choices.below(Endpoint::ALL.len() + 3).checked_sub(3);
    other.and_then(|other| Endpoint::ALL.get(other).copied()).unwrap_or(Endpoint::ModifyUserInfo)
}
