//! Requests of every call, as [`Valid`](crate::Valid), [`Invalid`](crate::Invalid) or [`Hostile`](crate::Hostile) bodies.
//!
//! Valid and invalid are meant under the default policy and the documented limits.

mod defect;
mod typed;

use avmarks_protocol::{BodyPath, Endpoint};

use crate::body::Body;
use crate::choices::Choices;
use crate::json::Sketch;
use crate::level::Message;

pub use defect::Defect;
pub use typed::Request;
use typed::{SET, SET_OR_DELETE};

impl Message for Request {
    type Context = Endpoint;
    type Defect = Defect;

    const BYTES: usize = 64;
    const CUT: Defect = Defect::Cut;

    /// Mostly the call that sets marks, which has the most rules.
    fn context(choices: &mut Choices<'_>) -> Endpoint {
        let other = choices.below(Endpoint::ALL.len() + 3).checked_sub(3);
        other.and_then(|other| Endpoint::ALL.get(other).copied()).unwrap_or(Endpoint::ModifyUserInfo)
    }

    fn defects(endpoint: Endpoint) -> Vec<Defect> {
        Defect::ALL.iter().copied().filter(|defect| defect.applies_to(endpoint)).collect()
    }

    fn valid(endpoint: Endpoint, choices: &mut Choices<'_>) -> Self {
        Self::generate(endpoint, SET_OR_DELETE, choices)
    }

    fn base(endpoint: Endpoint, defect: Option<Defect>, choices: &mut Choices<'_>) -> Self {
        // A deletion may name any number of marks.
        let commands = if defect == Some(Defect::TooManyMarks) { SET } else { SET_OR_DELETE };
        Self::generate(endpoint, commands, choices)
    }

    fn to_bytes(&self, _: Endpoint) -> Vec<u8> {
        self.to_json()
    }

    fn put(&self, _: Endpoint, defect: Defect, sketch: Sketch, choices: &mut Choices<'_>) -> (Option<BodyPath>, Body) {
        let (path, body) = defect.put(self, sketch, choices);
        (Some(path), body)
    }
}
