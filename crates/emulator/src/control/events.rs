//! Server-sent events: the log, what happens in groups, and the clock, as they come.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use avmarks_service::scenario::events_json;
use avmarks_spec::Excerpt;
use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use http_body_util::channel::{Channel, Sender};
use tokio::sync::watch;

use super::error::ControlError;
use crate::log::{Item, Notice};
use crate::shared::{Shared, Stopped};

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// Who watches at once, at most.
const WATCHERS_MAX: usize = 64;
/// Items in one piece of the stream.
const ITEMS_MAX: usize = 64;
/// How often a keep-alive is sent if there are no events, so that a disconnected client is noticed.
const QUIET_MAX: Duration = Duration::from_secs(10);
/// How long a new client waits for a free place if all are taken.
const PLACE_WAIT: Duration = Duration::from_millis(50);
const PLACE_TRIES: u32 = 10;

pub(super) async fn watch(
    State(shared): State<Arc<Shared>>,
    Extension(stopped): Extension<Stopped>,
    headers: HeaderMap,
) -> Result<Response, ControlError> {
    let seen = headers.get(LAST_EVENT_ID).map(|id| {
        let text = id.to_str().unwrap_or_default();
        Seen::parse(text).ok_or_else(|| {
            ControlError::bad_request(format!(
                "`Last-Event-ID` is `{}`; it must be the `id` of an event",
                Excerpt(text)
            ))
        })
    });
    let seen = seen.transpose()?;
    let Some((written, latest)) = place(&shared).await else {
        let text = format!("{WATCHERS_MAX} clients watch already");
        return Err(ControlError::new(StatusCode::SERVICE_UNAVAILABLE, text));
    };
    let now = Seen { run: None, number: latest };
    let (sender, channel) = Channel::<Bytes, std::io::Error>::new(2);
    tokio::spawn(tell(sender, shared, seen.unwrap_or(now), written, stopped));
    Ok(([(CONTENT_TYPE, "text/event-stream")], Body::new(channel)).into_response())
}

/// A place among those who watch, and the latest number. Where all are taken, everybody is sent a word: who is gone is
/// noticed by the second one, at the latest.
async fn place(shared: &Shared) -> Option<(watch::Receiver<u64>, u64)> {
    for _ in 0..PLACE_TRIES {
        {
            let world = shared.lock();
            if world.log.watchers() < WATCHERS_MAX {
                return Some((world.log.watch(), world.log.latest()));
            }
            world.log.wake();
        }
        tokio::time::sleep(PLACE_WAIT).await;
    }
    None
}

/// The last event that a client has seen.
struct Seen {
    /// The run of the emulator that it was of; this one, if it does not say.
    run: Option<u32>,
    number: u64,
}

impl Seen {
    /// The `id` of an event, which is its run and its number; or a number alone, as the log has it.
    fn parse(text: &str) -> Option<Self> {
        let Some((run, number)) = text.split_once('-') else {
            return Some(Self { run: None, number: text.parse().ok()? });
        };
        Some(Self { run: Some(u32::from_str_radix(run, 16).ok()?), number: number.parse().ok()? })
    }
}

/// The name of an event, and its data in JSON.
fn render(item: &Item) -> (&'static str, String) {
    // Names and numbers written into memory: this does not fail.
    match item {
        Item::Entry(entry) => ("log", serde_json::to_string(&**entry).unwrap_or_default()),
        Item::Notice(Notice::GroupEvent(at, event)) => {
            let events = String::from_utf8(events_json(std::slice::from_ref(event))).unwrap_or_default();
            let event = events.trim_start_matches('[').trim_end_matches(']');
            ("group_event", format!("{{\"at\":{},\"event\":{event}}}", at.as_millis()))
        }
        Item::Notice(Notice::Clock { now, running }) => {
            ("clock", format!("{{\"now\":{},\"running\":{running}}}", now.as_millis()))
        }
        Item::Notice(Notice::Delivery(delivery)) => {
            ("delivery", serde_json::to_string(&**delivery).unwrap_or_default())
        }
        Item::Notice(Notice::Changed(what)) => ("changed", format!("{{\"what\":\"{what}\"}}")),
    }
}

/// Tells a client everything after what it has seen, until it is gone, too slow, or the server stops. Nothing is kept for it
/// but what the log keeps anyway.
async fn tell(
    mut sender: Sender<Bytes, std::io::Error>,
    shared: Arc<Shared>,
    seen: Seen,
    mut written: watch::Receiver<u64>,
    stopped: Stopped,
) {
    let Stopped(mut stopped) = stopped;
    let run = shared.lock().log.run();
    // Whoever has seen another run has seen nothing of this one.
    let mut is_of_another = seen.run.is_some_and(|of| of != run);
    let mut after = if is_of_another { 0 } else { seen.number };
    // The first word says where the client stands, and how soon it may come again.
    let mut piece = format!("retry: 1000\n: from {after} on\n\n");
    loop {
        {
            let world = shared.lock();
            if std::mem::take(&mut is_of_another) || world.log.lacks(after) {
                // Something is lost for this client, because it was away or slow for too long, or the log was reset.
                let latest = world.log.latest();
                let _ = write!(piece, "event: missed\ndata: {{\"after\":{after}}}\n\n");
                after = after.min(latest);
            }
            let items = world.log.items(after, ITEMS_MAX);
            if items.is_empty() {
                // What is no longer there is not waited for.
                after = world.log.latest();
            }
            for (number, item) in items {
                let (event, data) = render(&item);
                let _ = write!(piece, "id: {run:08x}-{number}\nevent: {event}\ndata: {data}\n\n");
                after = number;
            }
        }
        if piece.is_empty() {
            tokio::select! {
                changed = written.changed() => match changed {
                    Ok(()) if !shared.lock().log.has_after(after) => piece.push_str(": still there?\n\n"),
                    Ok(()) => {}
                    Err(_) => return,
                },
                _ = stopped.wait_for(|stopped| *stopped) => return,
                () = tokio::time::sleep(QUIET_MAX) => piece.push_str(": quiet\n\n"),
            }
            if piece.is_empty() {
                continue;
            }
        }
        let sent =
            tokio::time::timeout(shared.settings.body_timeout, sender.send_data(std::mem::take(&mut piece).into()));
        tokio::select! {
            sent = sent => if !matches!(sent, Ok(Ok(()))) { return },
            _ = stopped.wait_for(|stopped| *stopped) => return,
        }
    }
}
