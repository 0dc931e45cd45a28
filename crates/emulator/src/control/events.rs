//! Server-sent events: the log, what happens in groups, and the clock, as they come.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use avmarks_spec::Excerpt;
use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use http_body_util::channel::{Channel, Sender};
use tokio::sync::watch;

use super::Stopped;
use super::fault::Fault;
use crate::world::Shared;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// Who watches at once, at most.
const WATCHERS_MAX: usize = 64;
/// Items in one piece of the stream.
const ITEMS_MAX: usize = 64;
/// How often a word is sent where there is no news, so that a client that is gone is noticed.
const QUIET_MAX: Duration = Duration::from_secs(10);
/// How long a client may take for a piece. Nothing is kept for it but what the log keeps anyway.
const PIECE_TIMEOUT: Duration = Duration::from_secs(10);

pub(super) async fn watch(
    State(shared): State<Arc<Shared>>,
    Extension(stopped): Extension<Stopped>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let seen = headers.get(LAST_EVENT_ID).map(|id| {
        let text = id.to_str().unwrap_or_default();
        Seen::parse(text).ok_or_else(|| {
            Fault::bad_request(format!("`Last-Event-ID` is `{}`; it must be the `id` of an event", Excerpt(text)))
        })
    });
    let seen = seen.transpose()?;
    let (written, now) = {
        let world = shared.lock();
        if world.log.watchers() >= WATCHERS_MAX {
            let text = format!("{WATCHERS_MAX} clients watch already");
            return Err(Fault::new(StatusCode::SERVICE_UNAVAILABLE, text));
        }
        (world.log.watch(), Seen { run: None, number: world.log.latest() })
    };
    let (sender, channel) = Channel::<Bytes, std::io::Error>::new(2);
    tokio::spawn(tell(sender, shared, seen.unwrap_or(now), written, stopped));
    Ok(([(CONTENT_TYPE, "text/event-stream")], Body::new(channel)).into_response())
}

/// The last event that a client has seen.
struct Seen {
    /// The run of the emulator that it was of; this one, where it does not say.
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

/// Tells a client everything after what it has seen, until it is gone, too slow, or the server stops.
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
            for item in world.log.items(after, ITEMS_MAX) {
                let _ = write!(piece, "id: {run:08x}-{}\nevent: {}\ndata: {}\n\n", item.number, item.event, item.data);
                after = item.number;
            }
        }
        if piece.is_empty() {
            tokio::select! {
                changed = written.changed() => if changed.is_err() { return },
                _ = stopped.wait_for(|stopped| *stopped) => return,
                () = tokio::time::sleep(QUIET_MAX) => piece.push_str(": quiet\n\n"),
            }
            if piece.is_empty() {
                continue;
            }
        }
        let sent = tokio::time::timeout(PIECE_TIMEOUT, sender.send_data(std::mem::take(&mut piece).into()));
        tokio::select! {
            sent = sent => if !matches!(sent, Ok(Ok(()))) { return },
            _ = stopped.wait_for(|stopped| *stopped) => return,
        }
    }
}
