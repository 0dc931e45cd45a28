use avmarks_protocol::webhook::{AfterGroupDestroyed, Webhook};

use super::super::notification::Content;
use super::*;

fn outbox() -> Outbox {
    Outbox::new(Some(WebhookSettings::new("http://127.0.0.1:9/")), 1_000).unwrap()
}

/// A webhook of this many bytes.
fn item(outbox: &Outbox, bytes: usize) -> Item {
    let destroyed = AfterGroupDestroyed {
        group_id: "g".to_owned(),
        group_type: None,
        owner: None,
        name: None,
        members: None,
        event_time: None,
        extra: Default::default(),
    };
    let notification =
        Notification { content: Content::Members(Webhook::AfterGroupDestroyed(destroyed)), platform: None };
    let route = outbox.lock().route.clone().unwrap();
    let (sdkappid, at, due) = (SdkAppId::parse("1").unwrap(), Timestamp::EPOCH, Instant::now());
    Item { route, sdkappid, at, notification, bytes, due, attempt: 1, duplicate: false }
}

#[test]
fn the_queue_is_bounded() {
    const MIB: usize = 1_048_576;
    for (bytes, fitting) in [(0, WAITING_MAX), (MIB, WAITING_BYTES_MAX / MIB), (WAITING_BYTES_MAX * 2, 1)] {
        let outbox = outbox();
        for _ in 0..fitting + 70 {
            let item = item(&outbox, bytes);
            outbox.lock().put(item);
        }
        let Deliveries { waiting, dropped, .. } = outbox.deliveries(0, 0);
        assert_eq!((waiting, dropped), (fitting, 70), "{bytes} bytes each");
        // What goes makes room; how many were dropped is told when half are gone.
        let mut state = outbox.lock();
        assert_eq!(state.untold, 70);
        let now = Instant::now();
        for _ in 0..=fitting / 2 {
            assert!(state.take(now).is_ok());
        }
        assert_eq!(state.untold, 0);
        drop(state);
        let item = item(&outbox, bytes);
        outbox.lock().queue(item);
        assert_eq!(outbox.deliveries(0, 0).dropped, 70);
        outbox.set(None).unwrap();
        let state = outbox.lock();
        assert_eq!((state.waiting_bytes, state.untold), (0, 0));
    }
}

#[test]
fn abandoned_deliveries_are_counted() {
    for settings in [None, Some(WebhookSettings::new("http://127.0.0.1:10/"))] {
        let outbox = outbox();
        for _ in 0..3 {
            let item = item(&outbox, 0);
            outbox.lock().put(item);
        }
        outbox.set(settings).unwrap();
        let Deliveries { waiting, dropped, .. } = outbox.deliveries(0, 0);
        assert_eq!((waiting, dropped), (0, 3));
        outbox.reset(None);
        assert_eq!(outbox.deliveries(0, 0).dropped, 0);
    }
}
