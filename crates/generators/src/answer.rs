//! Answers of every call, as [`Valid`](crate::Valid), [`Invalid`](crate::Invalid) or [`Hostile`](crate::Hostile) bodies.
//!
//! ```
//! use avmarks_generators::answer::{Answer, Defect, Readable};
//! use avmarks_generators::{Choices, Generate, Invalid, Valid};
//! use avmarks_protocol::{Endpoint, Envelope, modify_user_info};
//!
//! let valid = Valid::<Answer>::from_bytes(&[]);
//! let Answer::ModifyUserInfo(answer) = valid.message else { panic!() };
//! assert_eq!(modify_user_info::Answer::parse(&valid.body), Ok(answer));
//!
//! let html = Invalid::<Answer>::with(Endpoint::ModifyUserInfo, Defect::Html, &mut Choices::new(&[])).unwrap();
//! assert!(html.body.starts_with(b"<html>"));
//! assert_eq!(html.defect.readable(), Readable::Nothing);
//! assert!(Envelope::parse(&html.body).is_err());
//! ```

mod defect;
mod typed;

use avmarks_protocol::{BodyPath, Endpoint};

use crate::body::Body;
use crate::choices::Choices;
use crate::json::Sketch;
use crate::level::Message;

pub use defect::{Defect, Readable};
pub use typed::Answer;

impl Message for Answer {
    type Context = Endpoint;
    type Defect = Defect;

    const BYTES: usize = 64;
    const CUT: Defect = Defect::Cut;

    fn context(choices: &mut Choices<'_>) -> Endpoint {
        choices.pick_from(Endpoint::ALL).unwrap_or(Endpoint::ModifyUserInfo)
    }

    fn defects(endpoint: Endpoint) -> Vec<Defect> {
        Defect::ALL.iter().copied().filter(|defect| defect.applies_to(endpoint)).collect()
    }

    /// In half of all cases the call was served.
    fn valid(endpoint: Endpoint, choices: &mut Choices<'_>) -> Self {
        match choices.byte() % 8 {
            0..=3 => Self::served(endpoint, choices),
            4..=6 => Self::refused(Some(endpoint), choices),
            _ => Self::refused(None, choices),
        }
    }

    fn base(endpoint: Endpoint, defect: Option<Defect>, choices: &mut Choices<'_>) -> Self {
        let mut answer = Self::served(endpoint, choices);
        if let Some(defect) = defect {
            defect.make_room(&mut answer);
        }
        answer
    }

    fn to_bytes(&self, _: Endpoint) -> Vec<u8> {
        self.to_json()
    }

    fn put(
        &self,
        endpoint: Endpoint,
        defect: Defect,
        sketch: Sketch,
        choices: &mut Choices<'_>,
    ) -> (Option<BodyPath>, Body) {
        (None, defect.put(endpoint, sketch, choices))
    }
}
