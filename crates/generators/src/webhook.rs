//! Webhooks of all four kinds in every revision: [`Valid`], [`Nearly`] valid, [`Hostile`].

mod fault;

use std::fmt;

use avmarks_protocol::Extra;
use avmarks_protocol::webhook::{
    AfterGroupDestroyed, AfterMemberExit, AfterMemberJoin, MemberStateChange, Revision, TimeForm, Webhook,
    WebhookMember,
};
use avmarks_spec::Timestamp;

pub use fault::Fault;

use crate::hostile::{Trick, spoilt};
use crate::json::Sketch;
use crate::{Body, Choices, Generate, words};

/// A webhook, the revision that it was written in, and one way to write it.
///
/// ```
/// use avmarks_generators::{Generate, webhook::Valid};
/// use avmarks_protocol::webhook::Webhook;
///
/// let valid = Valid::from_bytes(b"any bytes of a fuzzer");
/// assert!(Webhook::parse(&valid.body).is_ok_and(|read| read.command() == valid.webhook.command()));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Valid {
    /// What is told: what the revision does not have is not in it. Fields that no document names are in the body alone.
    pub webhook: Webhook,
    /// The revision of the documents that has it so.
    pub revision: Revision,
    /// The webhook as bytes: as [`Webhook::to_json`] has it, or otherwise, as in [`request::Valid`](crate::request::Valid).
    pub body: Body,
}

impl Valid {
    fn sketched(choices: &mut Choices<'_>) -> (Self, Sketch) {
        let revision = choices.pick_from(Revision::ALL).unwrap_or_default();
        let webhook = webhook(revision, choices);
        let sketch = Sketch::of(&webhook.to_json(revision), choices);
        (Self { webhook, revision, body: sketch.body() }, sketch)
    }
}

impl Generate for Valid {
    const BYTES: usize = 48;

    fn generate(choices: &mut Choices<'_>) -> Self {
        Self::sketched(choices).0
    }
}

impl fmt::Debug for Valid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { revision, body, .. } = self;
        f.debug_struct("Valid").field("revision", revision).field("body", body).finish_non_exhaustive()
    }
}

fn webhook(revision: Revision, choices: &mut Choices<'_>) -> Webhook {
    let row = revision.row();
    let group_id = words::group_id(choices).to_owned();
    let group_type = choices.pick(&[Some("AVChatRoom"), Some("Public"), None]).map(str::to_owned);
    let operator = words::account(choices).to_owned();
    let mut time = |form| {
        let time = choices.pick(&[Some(1_670_574_414_123), Some(0), Some(u64::MAX), None]);
        time.filter(|_| form != TimeForm::Absent).map(Timestamp::from_millis)
    };
    let (event_time, state_event_time) = (time(row.event_time), time(row.state_event_time));
    let members = choices.few(|choices| WebhookMember::from(words::account(choices)));
    let extra = Extra::default();
    match choices.byte() % 4 {
        0 => Webhook::AfterMemberJoin(AfterMemberJoin {
            group_id,
            group_type,
            change_type: choices.pick(&["Apply", "Invited", "Scanned", ""]).to_owned().into(),
            operator,
            members,
            event_time,
            extra,
        }),
        1 => Webhook::AfterMemberExit(AfterMemberExit {
            group_id,
            group_type,
            change_type: choices.pick(&["Quit", "Kicked", "Banned", ""]).to_owned().into(),
            operator,
            members,
            event_time,
            extra,
        }),
        2 => Webhook::AfterGroupDestroyed(AfterGroupDestroyed {
            group_id,
            group_type,
            owner: choices.perhaps(|_| operator),
            name: choices.pick(&[None, Some("MyFirstGroup"), Some("\u{1f600}\"\n")]).map(str::to_owned),
            members: choices.perhaps(|_| members),
            event_time,
            extra,
        }),
        _ => Webhook::MemberStateChange(MemberStateChange {
            group_id,
            event_type: choices.pick(&["Offline", "Online", "Away", ""]).to_owned().into(),
            event_cause: choices
                .pick(&[
                    Some("HeartbeatInterrupt"),
                    Some("HeartbeatRecover"),
                    Some("Join"),
                    Some("Quit"),
                    Some("x"),
                    None,
                ])
                .filter(|_| row.state_event_cause)
                .map(|cause| cause.to_owned().into()),
            members,
            event_time: state_event_time,
            extra,
        }),
    }
}

/// A webhook that would be valid but for one fault.
///
/// ```
/// use avmarks_generators::{Choices, webhook::{Fault, Nearly}};
/// use avmarks_protocol::webhook::{Webhook, WebhookError};
///
/// let nearly = Nearly::with(Fault::Twice, &mut Choices::new(&[]));
/// assert!(matches!(Webhook::parse(&nearly.body), Err(WebhookError::DuplicateField { .. })));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Nearly {
    /// What is wrong with it.
    pub fault: Fault,
    /// The webhook with the fault, as bytes.
    pub body: Body,
    /// The webhook without it.
    pub mended: Valid,
}

impl Nearly {
    /// A webhook with this fault.
    #[must_use]
    pub fn with(fault: Fault, choices: &mut Choices<'_>) -> Self {
        let (mended, sketch) = Valid::sketched(choices);
        Self { fault, body: fault.put(sketch, choices), mended }
    }
}

impl Generate for Nearly {
    const BYTES: usize = 48;

    fn generate(choices: &mut Choices<'_>) -> Self {
        let fault = choices.pick_from(Fault::ALL).unwrap_or(Fault::Cut);
        Self::with(fault, choices)
    }
}

impl fmt::Debug for Nearly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { fault, body, .. } = self;
        f.debug_struct("Nearly").field("fault", fault).field("body", body).finish_non_exhaustive()
    }
}

/// A webhook that was meant ill: a valid one with several tricks in it. It may be valid all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hostile {
    /// What was done to it, in this order.
    pub tricks: Vec<Trick>,
    /// What came of it.
    pub body: Body,
}

impl Generate for Hostile {
    const BYTES: usize = 96;

    fn generate(choices: &mut Choices<'_>) -> Self {
        let (_, sketch) = Valid::sketched(choices);
        let (tricks, body) = spoilt(sketch, choices);
        Self { tricks, body }
    }
}
