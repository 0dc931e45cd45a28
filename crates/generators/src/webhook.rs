//! Webhooks of all four kinds in every revision, as [`Valid`](crate::Valid), [`Invalid`](crate::Invalid) or
//! [`Hostile`](crate::Hostile) bodies. What a revision does not have is not in the message either.
//!
//! ```
//! use avmarks_generators::webhook::Defect;
//! use avmarks_generators::{Choices, Generate, Invalid, Valid};
//! use avmarks_protocol::webhook::{Revision, Webhook, WebhookError};
//!
//! let valid = Valid::<Webhook>::from_bytes(b"any bytes of a fuzzer");
//! assert!(Webhook::parse(&valid.body).is_ok_and(|read| read.command() == valid.message.command()));
//!
//! let invalid = Invalid::<Webhook>::with(Revision::Newest, Defect::Twice, &mut Choices::new(&[])).unwrap();
//! assert!(matches!(Webhook::parse(&invalid.body), Err(WebhookError::DuplicateField { .. })));
//! ```

mod defect;

use avmarks_protocol::webhook::{
    AfterGroupDestroyed, MemberStateChange, MembershipChange, Revision, TimeForm, Webhook, WebhookMember,
};
use avmarks_protocol::{BodyPath, Extra};
use avmarks_spec::Timestamp;

pub use defect::Defect;

use crate::body::Body;
use crate::choices::Choices;
use crate::json::Sketch;
use crate::level::Message;
use crate::samples;

impl Message for Webhook {
    type Context = Revision;
    type Defect = Defect;

    const BYTES: usize = 48;
    const CUT: Defect = Defect::Cut;

    fn context(choices: &mut Choices<'_>) -> Revision {
        choices.pick_from(Revision::ALL).unwrap_or_default()
    }

    fn defects(_: Revision) -> Vec<Defect> {
        Defect::ALL.to_vec()
    }

    fn valid(revision: Revision, choices: &mut Choices<'_>) -> Self {
        webhook(revision, choices)
    }

    fn base(revision: Revision, _: Option<Defect>, choices: &mut Choices<'_>) -> Self {
        webhook(revision, choices)
    }

    fn to_bytes(&self, revision: Revision) -> Vec<u8> {
        self.to_json(revision)
    }

    fn put(&self, _: Revision, defect: Defect, sketch: Sketch, choices: &mut Choices<'_>) -> (Option<BodyPath>, Body) {
        (None, defect.put(sketch, choices))
    }
}

fn webhook(revision: Revision, choices: &mut Choices<'_>) -> Webhook {
    let row = revision.row();
    let group_id = samples::group_id(choices).to_owned();
    let group_type = choices.pick(&[Some("AVChatRoom"), Some("Public"), None]).map(str::to_owned);
    let operator = samples::account(choices).to_owned();
    let mut time = |form| {
        let time = choices.pick(&[Some(1_670_574_414_123), Some(0), Some(u64::MAX), None]);
        time.filter(|_| form != TimeForm::Absent).map(Timestamp::from_millis)
    };
    let (event_time, state_event_time) = (time(row.event_time), time(row.state_event_time));
    let members = choices.few(|choices| WebhookMember::from(samples::account(choices)));
    let extra = Extra::default();
    match choices.byte() % 4 {
        0 => Webhook::AfterMemberJoin(MembershipChange {
            group_id,
            group_type,
            change_type: choices.pick(&["Apply", "Invited", "Scanned", ""]).to_owned().into(),
            operator,
            members,
            event_time,
            extra,
        }),
        1 => Webhook::AfterMemberExit(MembershipChange {
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
