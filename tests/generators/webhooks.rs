//! Webhooks: valid, nearly valid, hostile.

use avmarks_generators::webhook::{Fault, Hostile, Nearly, Valid};
use avmarks_generators::{Choices, Trick};
use avmarks_protocol::Extra;
use avmarks_protocol::webhook::{Revision, Webhook, WebhookError};

use crate::{Met, noise, values};

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
        assert_eq!(read(&valid.body).as_ref(), Ok(&valid.webhook), "{valid:?}");
    }
}

#[test]
fn every_fault_is_found_as_what_it_is() {
    for fault in Fault::ALL {
        for bytes in noise(200, 48).chain([Vec::new()]) {
            let nearly = Nearly::with(*fault, &mut Choices::new(&bytes));
            let found = read(&nearly.body).expect_err(&format!("{nearly:?}"));
            let named = match found {
                WebhookError::Body(_) => matches!(
                    fault,
                    Fault::Cut
                        | Fault::Empty
                        | Fault::NotObject
                        | Fault::NotUtf8
                        | Fault::TrailingComma
                        | Fault::LoneSurrogate
                ),
                WebhookError::UnknownCommand { .. } => *fault == Fault::Command,
                WebhookError::Missing { .. } => *fault == Fault::Missing,
                WebhookError::DuplicateField { .. } => *fault == Fault::Twice,
                WebhookError::Type { .. } => *fault == Fault::Type,
                WebhookError::Time { .. } => *fault == Fault::Time,
                _ => false,
            };
            assert!(named, "{nearly:?}: {found}");
            assert_eq!(read(&nearly.mended.body).as_ref(), Ok(&nearly.mended.webhook));
        }
    }
}

#[test]
fn no_kind_of_webhook_is_left_out() {
    let valid: Vec<Valid> = values(4_000).collect();
    let kinds = valid.iter().map(|valid| (valid.webhook.command(), valid.revision));
    let all = Webhook::COMMANDS.iter().flat_map(|command| Revision::ALL.iter().map(|revision| (*command, *revision)));
    Met::new(kinds).assert_all(all, 100);
    let written = valid.iter().map(|valid| *valid.body == valid.webhook.to_json(valid.revision));
    Met::new(written).assert_all([true, false], 1_000);
    Met::new(values::<Nearly>(2_000).map(|nearly| nearly.fault)).assert_all(Fault::ALL.iter().copied(), 50);
}

#[test]
fn hostile_webhooks_are_read_or_not() {
    let hostile: Vec<Hostile> = values(4_000).collect();
    Met::new(hostile.iter().flat_map(|hostile| hostile.tricks.clone())).assert_all(Trick::ALL.iter().copied(), 100);
    Met::new(hostile.iter().map(|hostile| read(&hostile.body).is_ok())).assert_all([true, false], 200);
}
