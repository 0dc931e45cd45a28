//! Webhooks: valid, invalid valid, hostile.

use avmarks_generators::webhook::Defect;
use avmarks_generators::{Choices, Mutation};
use avmarks_protocol::Extra;
use avmarks_protocol::webhook::{Revision, Webhook, WebhookError};

use crate::{Met, noise, values};

type Valid = avmarks_generators::Valid<Webhook>;
type Invalid = avmarks_generators::Invalid<Webhook>;
type Hostile = avmarks_generators::Hostile<Webhook>;

/// What is read of a body, without the fields that no document names.
fn read(body: &[u8]) -> Result<Webhook, WebhookError> {
    let mut webhook = Webhook::parse(body)?;
    let extra = match &mut webhook {
        Webhook::AfterMemberJoin(webhook) => &mut webhook.extra,
        Webhook::AfterMemberExit(webhook) => &mut webhook.extra,
        Webhook::AfterGroupDestroyed(webhook) => &mut webhook.extra,
        Webhook::MemberStateChange(webhook) => &mut webhook.extra,
        other => panic!("{other:?}"),
    };
    *extra = Extra::default();
    Ok(webhook)
}

#[test]
fn valid_webhooks_are_read_as_what_they_say() {
    for valid in values::<Valid>(3_000) {
        assert_eq!(read(&valid.body).as_ref(), Ok(&valid.message), "{valid:?}");
    }
}

#[test]
fn every_defect_is_recognised() {
    for defect in Defect::ALL {
        for bytes in noise(200, 48).chain([Vec::new()]) {
            let mut choices = Choices::new(&bytes);
            let revision = Revision::ALL[choices.below(Revision::ALL.len())];
            let invalid = Invalid::with(revision, *defect, &mut choices).unwrap();
            let found = read(&invalid.body).expect_err(&format!("{invalid:?}"));
            let named = match found {
                WebhookError::Body(_) => matches!(
                    defect,
                    Defect::Cut
                        | Defect::Empty
                        | Defect::NotObject
                        | Defect::NotUtf8
                        | Defect::TrailingComma
                        | Defect::LoneSurrogate
                ),
                WebhookError::UnknownCommand { .. } => *defect == Defect::Command,
                WebhookError::Missing { .. } => *defect == Defect::Missing,
                WebhookError::DuplicateField { .. } => *defect == Defect::Twice,
                WebhookError::Type { .. } => *defect == Defect::Type,
                WebhookError::Time { .. } => *defect == Defect::Time,
                _ => false,
            };
            assert!(named, "{invalid:?}: {found}");
            assert_eq!(read(&invalid.repaired.body).as_ref(), Ok(&invalid.repaired.message));
        }
    }
}

#[test]
fn no_kind_of_webhook_is_left_out() {
    let valid: Vec<Valid> = values(4_000).collect();
    let kinds = valid.iter().map(|valid| (valid.message.command(), valid.context));
    let all = Webhook::COMMANDS.iter().flat_map(|command| Revision::ALL.iter().map(|revision| (*command, *revision)));
    Met::new(kinds).assert_all(all, 100);
    let written = valid.iter().map(|valid| *valid.body == valid.message.to_json(valid.context));
    Met::new(written).assert_all([true, false], 1_000);
    Met::new(values::<Invalid>(2_000).map(|invalid| invalid.defect)).assert_all(Defect::ALL.iter().copied(), 50);
}

#[test]
fn hostile_webhooks_are_read_or_not() {
    let hostile: Vec<Hostile> = values(4_000).collect();
    Met::new(hostile.iter().flat_map(|hostile| hostile.mutations.clone()))
        .assert_all(Mutation::ALL.iter().copied(), 100);
    Met::new(hostile.iter().map(|hostile| read(&hostile.body).is_ok())).assert_all([true, false], 200);
}
