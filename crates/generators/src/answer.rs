//! Answers of every call: [`Valid`], [`Nearly`] right, [`Hostile`].

mod fault;
mod typed;

use std::fmt;

use avmarks_protocol::Endpoint;

pub use fault::{Fault, Legible};
pub use typed::Answer;

use crate::hostile::{Trick, spoilt};
use crate::json::Sketch;
use crate::{Body, Choices, Generate};

/// A right answer, and one way to write it.
///
/// ```
/// use avmarks_generators::{Generate, answer::{Answer, Valid}};
/// use avmarks_protocol::modify_user_info;
///
/// let valid = Valid::from_bytes(&[]);
/// let Answer::ModifyUserInfo(answer) = valid.answer else { panic!() };
/// assert_eq!(modify_user_info::Answer::parse(&valid.body), Ok(answer));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Valid {
    /// What is said. Fields that no document names are in the body alone; a reader finds them in `extra`.
    pub answer: Answer,
    /// The call that it answers.
    pub endpoint: Endpoint,
    /// The answer as bytes: as [`Answer::to_json`] has it, or otherwise, as in [`request::Valid`](crate::request::Valid).
    pub body: Body,
}

impl Valid {
    /// An answer to this call: in half of all cases it was served.
    #[must_use]
    pub fn of(endpoint: Endpoint, choices: &mut Choices<'_>) -> Self {
        let answer = match choices.byte() % 8 {
            0..=3 => Answer::served(endpoint, choices),
            4..=6 => Answer::refused(Some(endpoint), choices),
            _ => Answer::refused(None, choices),
        };
        Self::sketched(endpoint, answer, choices).0
    }

    fn sketched(endpoint: Endpoint, answer: Answer, choices: &mut Choices<'_>) -> (Self, Sketch) {
        let sketch = Sketch::of(&answer.to_json(), choices);
        (Self { answer, endpoint, body: sketch.body() }, sketch)
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
        f.debug_struct("Valid").field("endpoint", &self.endpoint).field("body", &self.body).finish_non_exhaustive()
    }
}

/// An answer that would be right but for one fault, as they come from proxies, gateways and other people's mocks.
///
/// ```
/// use avmarks_generators::{Choices, answer::{Fault, Legible, Nearly}};
/// use avmarks_protocol::{Endpoint, Envelope};
///
/// let html = Nearly::with(Endpoint::ModifyUserInfo, Fault::Html, &mut Choices::new(&[])).unwrap();
/// assert!(html.body.starts_with(b"<html>"));
/// assert_eq!(html.fault.legible(), Legible::Nothing);
/// assert!(Envelope::parse(&html.body).is_err());
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Nearly {
    /// What is wrong with it.
    pub fault: Fault,
    /// The answer with the fault, as bytes.
    pub body: Body,
    /// The answer without it.
    pub mended: Valid,
}

impl Nearly {
    /// An answer to this call, with one of the faults that it can have.
    #[must_use]
    pub fn of(endpoint: Endpoint, choices: &mut Choices<'_>) -> Self {
        let faults: Vec<_> = Fault::ALL.iter().copied().filter(|fault| fault.is_of(endpoint)).collect();
        let fault = choices.pick_from(&faults).unwrap_or(Fault::Cut);
        Self::made(endpoint, fault, choices)
    }

    /// An answer to this call with this fault; none where it has nothing that can be wrong so.
    #[must_use]
    pub fn with(endpoint: Endpoint, fault: Fault, choices: &mut Choices<'_>) -> Option<Self> {
        fault.is_of(endpoint).then(|| Self::made(endpoint, fault, choices))
    }

    fn made(endpoint: Endpoint, fault: Fault, choices: &mut Choices<'_>) -> Self {
        let mut answer = Answer::served(endpoint, choices);
        fault.make_room(&mut answer);
        let (mended, sketch) = Valid::sketched(endpoint, answer, choices);
        Self { fault, body: fault.put(endpoint, sketch, choices), mended }
    }

    /// The call that it answers.
    #[must_use]
    pub const fn endpoint(&self) -> Endpoint {
        self.mended.endpoint
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
        f.debug_struct("Nearly")
            .field("endpoint", &self.endpoint())
            .field("fault", &self.fault)
            .field("body", &self.body)
            .finish_non_exhaustive()
    }
}

/// An answer that was meant ill: a right one with several tricks in it. It may be right all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hostile {
    /// The call that it claims to answer.
    pub endpoint: Endpoint,
    /// What was done to it, in this order.
    pub tricks: Vec<Trick>,
    /// What came of it.
    pub body: Body,
}

impl Hostile {
    /// A body that claims to answer this call.
    #[must_use]
    pub fn of(endpoint: Endpoint, choices: &mut Choices<'_>) -> Self {
        let (_, sketch) = Valid::sketched(endpoint, Answer::served(endpoint, choices), choices);
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

fn endpoint(choices: &mut Choices<'_>) -> Endpoint {
    choices.pick_from(Endpoint::ALL).unwrap_or(Endpoint::ModifyUserInfo)
}
