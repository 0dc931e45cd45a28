//! Webhooks that wait, and the task that sends them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use avmarks_protocol::SdkAppId;
use avmarks_protocol::webhook::WebhookQuery;
use avmarks_service::App;
use avmarks_spec::Timestamp;
use axum::body::Bytes;
use axum::http::StatusCode;
use serde::de::IgnoredAny;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use super::call_webhook::CallWebhook;
use super::delivery::Delivery;
use super::event::WebhookEvent;
use super::initiator::Initiator;
use super::notification::{self, Notification};
use super::post::{PostError, Poster, Receiver};
use super::ruling::Ruling;
use super::settings::{WebhookSettings, WebhookSettingsError};
use crate::bounded_log::BoundedLog;
use crate::clock::time_of_day;
use crate::state::Changes;

/// Webhooks that may wait at once; what comes beyond is dropped, and the log says so.
const WAITING_MAX: usize = 10_000;
/// Bytes of these in memory, about: one may name each member of a group.
const WAITING_BYTES_MAX: usize = 64 * 1_048_576;
/// Bytes of the deliveries that are kept, about.
const DELIVERIES_BYTES_MAX: usize = 16 * 1_048_576;
/// How long after a time-out a webhook is sent again. The documents have no number.
const RETRY_AFTER: Duration = Duration::from_millis(500);
/// How long a webhook that is to be reordered waits for the next one.
const HELD_MAX: Duration = Duration::from_secs(1);

/// The webhooks of an emulator.
pub(crate) struct Outbox {
    state: Mutex<State>,
    filled: Notify,
    /// Counts the resets: what was queued before the last one is dropped, even if it is being sent.
    resets: watch::Sender<u64>,
}

struct State {
    route: Option<Arc<Route>>,
    /// By the time at which they are due, then in the order in which they were queued.
    waiting: VecDeque<Item>,
    /// Of all that wait.
    waiting_bytes: usize,
    /// One that goes out behind the next, or when its time has come; and whether twice.
    held: Option<(Item, bool)>,
    random: u64,
    /// How many are being sent.
    sending: usize,
    dropped: u64,
    /// How many of these the log has not counted yet.
    untold: u64,
    deliveries: BoundedLog<Arc<Delivery>>,
    numbered: u64,
}

/// Where they go, and how.
struct Route {
    settings: WebhookSettings,
    receiver: Receiver,
}

#[derive(Clone)]
struct Item {
    route: Arc<Route>,
    sdkappid: SdkAppId,
    at: Timestamp,
    notification: Notification,
    bytes: usize,
    due: Instant,
    attempt: u32,
    duplicate: bool,
}

/// What the control API shows.
pub(crate) struct Deliveries {
    pub(crate) deliveries: Vec<Delivery>,
    /// How many wait or are being sent.
    pub(crate) waiting: usize,
    /// How many were dropped: too many waited, or webhooks were configured again or switched off in the meantime.
    pub(crate) dropped: u64,
}

impl Outbox {
    pub(crate) fn new(settings: Option<WebhookSettings>, deliveries_max: usize) -> Result<Self, WebhookSettingsError> {
        let state = State {
            route: None,
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            held: None,
            random: 0,
            sending: 0,
            dropped: 0,
            untold: 0,
            deliveries: BoundedLog::new(deliveries_max, DELIVERIES_BYTES_MAX),
            numbered: 0,
        };
        let outbox = Self { state: Mutex::new(state), filled: Notify::new(), resets: watch::Sender::new(0) };
        outbox.set(settings)?;
        Ok(outbox)
    }

    /// Where webhooks go from now on; nowhere without settings. Waiting webhooks are dropped, counted as dropped, and logged.
    pub(crate) fn set(&self, settings: Option<WebhookSettings>) -> Result<(), WebhookSettingsError> {
        let route = settings.map(|settings| Ok(Arc::new(Route { receiver: Receiver::of(&settings)?, settings })));
        let route = route.transpose()?;
        let mut state = self.lock();
        state.random = route.as_ref().map_or(0, |route| route.settings.seed);
        state.route = route;
        let given_up = state.waiting.len() + usize::from(state.held.is_some());
        state.dropped += given_up as u64;
        state.waiting.clear();
        state.waiting_bytes = 0;
        state.held = None;
        state.tell_dropped();
        if given_up > 0 {
            tracing::warn!(given_up, "webhooks that waited were given up: they now go elsewhere or nowhere");
        }
        Ok(())
    }

    /// Restores the initial state without deliveries; webhooks that are being sent are dropped. Numbers continue.
    pub(crate) fn reset(&self, settings: Option<WebhookSettings>) {
        // They were in order when the emulator was set up.
        let _ = self.set(settings);
        let mut state = self.lock();
        state.deliveries.clear();
        state.dropped = 0;
        state.sending = 0;
        self.resets.send_modify(|resets| *resets += 1);
    }

    pub(crate) fn settings(&self) -> Option<WebhookSettings> {
        self.lock().route.as_ref().map(|route| route.settings.clone())
    }

    /// At most `deliveries_max` of those after `after`.
    pub(crate) fn deliveries(&self, after: u64, deliveries_max: usize) -> Deliveries {
        let state = self.lock();
        let deliveries = state.deliveries.after(after).take(deliveries_max);
        Deliveries {
            deliveries: deliveries.map(|(_, delivery)| Delivery::clone(delivery)).collect(),
            waiting: state.waiting.len() + state.sending + usize::from(state.held.is_some()),
            dropped: state.dropped,
        }
    }

    /// Queues the webhooks about events.
    pub(crate) fn happened(&self, app: &App, changes: &Changes, initiator: Initiator) {
        let Some(route) = self.lock().route.clone() else { return };
        let notifications = notification::notifications(app, changes, initiator, route.settings.revision);
        self.put(&route, app.settings().sdkappid, changes.at, notifications);
    }

    /// Queues the webhooks about a call.
    pub(crate) fn tell(&self, sdkappid: SdkAppId, webhooks: Vec<CallWebhook>) {
        let Some(route) = self.lock().route.clone() else { return };
        for webhook in webhooks {
            self.put(&route, sdkappid, webhook.at, vec![Notification::of_call(webhook)]);
        }
    }

    /// Puts in those of these webhooks that are on.
    fn put(&self, route: &Arc<Route>, sdkappid: SdkAppId, at: Timestamp, notifications: Vec<Notification>) {
        let mut state = self.lock();
        let due = Instant::now() + route.settings.delay;
        for notification in notifications {
            if notification.event().is_some_and(|event| route.settings.events.contains(&event)) {
                let item = Item { due, ..Item::of(route, sdkappid, at, notification) };
                state.put(item);
            }
        }
        self.filled.notify_one();
    }

    /// Whether a call has to wait for this webhook.
    pub(crate) fn asks(&self, event: WebhookEvent) -> bool {
        self.lock().route.as_ref().is_some_and(|route| route.settings.events.contains(&event))
    }

    /// Sends a webhook that a call waits for, and returns the effect of its answer on the call. It is sent at once, whatever else waits; where
    /// webhooks go nowhere any more, the call takes effect.
    pub(crate) async fn ask(&self, sdkappid: SdkAppId, webhook: CallWebhook) -> (Ruling, Option<Arc<Delivery>>) {
        let Some(route) = self.lock().route.clone() else { return (Ruling::Passes, None) };
        let (event, at) = (webhook.event, webhook.at);
        let notification = match event {
            WebhookEvent::BeforeApplyJoin => Notification::of_user(webhook),
            _ => Notification::of_call(webhook),
        };
        let item = Item::of(&route, sdkappid, at, notification);
        let posted = item.post(&mut Poster::default()).await;
        let took_ms = posted.took_ms;
        let ruled = match &posted.answer {
            Ok((status, answer)) => failed(*status, answer).map_or_else(|| Ruling::of(event, answer), Err),
            Err(error) => Err(error.to_string()),
        };
        let (ruling, error) = match ruled {
            Ok(ruling) => (ruling, None),
            Err(error) => (Ruling::Passes, Some(error)),
        };
        match &error {
            None => tracing::info!(%event, took_ms, ruling = ruling.name(), "a webhook was answered"),
            Some(error) => tracing::warn!(%event, took_ms, "a webhook has failed, and the call takes effect: {error}"),
        }
        let delivery = self.lock().keep(item.delivery(posted, error, false, Some(ruling.name())));
        (ruling, Some(delivery))
    }

    /// Sends the waiting webhooks one after the other until it is stopped. Calls `done` for each.
    pub(crate) async fn deliver(&self, done: impl Fn(Arc<Delivery>)) {
        let mut poster = Poster::default();
        let mut before: Option<Arc<Route>> = None;
        loop {
            let (item, resets) = self.next().await;
            if before.as_ref().is_none_or(|before| !Arc::ptr_eq(before, &item.route)) {
                poster.close();
                before = Some(Arc::clone(&item.route));
            }
            let mut reset = self.resets.subscribe();
            let delivery = tokio::select! {
                delivery = item.send(&mut poster) => Some(delivery),
                _ = reset.wait_for(|now| *now != resets) => None,
            };
            // Not in one: `done` may wait for who waits for this lock.
            let delivery = {
                let mut state = self.lock();
                let in_time = delivery.filter(|_| *self.resets.borrow() == resets);
                in_time.map(|delivery| state.sent(item, delivery))
            };
            // Abandoned deliveries are not reported.
            delivery.into_iter().for_each(&done);
            self.filled.notify_one();
        }
    }

    /// The next that is due, once it is, and how many resets there were before it was taken.
    async fn next(&self) -> (Item, u64) {
        loop {
            let wait = {
                let mut state = self.lock();
                let now = Instant::now();
                match state.take(now) {
                    Ok(item) => return (item, *self.resets.borrow()),
                    Err(due) => due,
                }
            };
            match wait {
                None => self.filled.notified().await,
                Some(due) => {
                    tokio::select! {
                        () = tokio::time::sleep_until(due) => {}
                        () = self.filled.notified() => {}
                    }
                }
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Puts a webhook in; twice, or behind the next one, where chance has it so.
    fn put(&mut self, item: Item) {
        let WebhookSettings { duplicate, reorder, .. } = item.route.settings;
        let (twice, behind) = (self.chance(duplicate), self.chance(reorder));
        if behind && self.held.is_none() {
            let due = item.due + HELD_MAX;
            self.held = Some((Item { due, ..item }, twice));
            return;
        }
        let due = item.due;
        self.queue_once_or(twice, item);
        if let Some((held, twice)) = self.held.take() {
            self.queue_once_or(twice, Item { due, ..held });
        }
    }

    fn queue_once_or(&mut self, twice: bool, item: Item) {
        let again = twice.then(|| Item { duplicate: true, ..item.clone() });
        self.queue(item);
        again.into_iter().for_each(|again| self.queue(again));
    }

    fn queue(&mut self, item: Item) {
        let bytes = self.waiting_bytes + item.bytes;
        // One alone may be as large as it is.
        let fits = self.waiting.is_empty() || self.waiting.len() < WAITING_MAX && bytes <= WAITING_BYTES_MAX;
        if !fits {
            if self.untold == 0 {
                let (waiting, command) = (self.waiting.len(), item.notification.command());
                tracing::warn!(
                    waiting,
                    command,
                    "too many webhooks wait; those that come now are dropped, and counted"
                );
            }
            self.dropped += 1;
            self.untold += 1;
            return;
        }
        self.waiting_bytes = bytes;
        let at = self.waiting.partition_point(|waiting| waiting.due <= item.due);
        self.waiting.insert(at, item);
    }

    /// The first that is due; otherwise, when one will be.
    fn take(&mut self, now: Instant) -> Result<Item, Option<Instant>> {
        if let Some((held, twice)) = self.held.take_if(|(held, _)| held.due <= now) {
            self.queue_once_or(twice, held);
        }
        match self.waiting.pop_front() {
            Some(item) if item.due <= now => {
                self.sending += 1;
                self.waiting_bytes -= item.bytes;
                if self.waiting.len() < WAITING_MAX / 2 && self.waiting_bytes < WAITING_BYTES_MAX / 2 {
                    self.tell_dropped();
                }
                Ok(item)
            }
            Some(item) => {
                let due = item.due;
                self.waiting.push_front(item);
                Err(Some(self.held.as_ref().map_or(due, |(held, _)| held.due.min(due))))
            }
            None => Err(self.held.as_ref().map(|(held, _)| held.due)),
        }
    }

    /// Says once how many were dropped, when no more are.
    fn tell_dropped(&mut self) {
        let dropped = std::mem::take(&mut self.untold);
        if dropped > 0 {
            tracing::warn!(dropped, "webhooks were dropped, for too many waited");
        }
    }

    /// Records the result of one, and queues it again if it must be retried.
    fn sent(&mut self, item: Item, delivery: Delivery) -> Arc<Delivery> {
        self.sending = self.sending.saturating_sub(1);
        let delivery = self.keep(delivery);
        // What was put in for settings that are no longer in force is given up.
        let in_force = self.route.as_ref().is_some_and(|route| Arc::ptr_eq(route, &item.route));
        if delivery.again && in_force {
            self.queue(Item { due: Instant::now() + RETRY_AFTER, attempt: item.attempt + 1, ..item });
        }
        delivery
    }

    /// Writes a delivery down.
    fn keep(&mut self, delivery: Delivery) -> Arc<Delivery> {
        self.numbered += 1;
        let delivery = Arc::new(Delivery { number: self.numbered, ..delivery });
        self.deliveries.push(self.numbered, delivery.bytes(), Arc::clone(&delivery));
        delivery
    }

    /// Returns true with this probability in percent. SplitMix64.
    fn chance(&mut self, per_cent: u8) -> bool {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.random ^ (self.random >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % 100 < u64::from(per_cent)
    }
}

/// A webhook that was posted.
struct Posted {
    query: WebhookQuery,
    body: Vec<u8>,
    took_ms: u64,
    answer: Result<(StatusCode, Bytes), PostError>,
}

impl Item {
    /// A webhook that is due now, for the first time.
    fn of(route: &Arc<Route>, sdkappid: SdkAppId, at: Timestamp, notification: Notification) -> Self {
        let (route, bytes, due) = (Arc::clone(route), notification.bytes(), Instant::now());
        Self { route, sdkappid, at, notification, bytes, due, attempt: 1, duplicate: false }
    }

    /// The query. `RequestTime` is the system's time of day, whatever the emulator's clock says: receivers hold it against
    /// theirs.
    fn query(&self) -> WebhookQuery {
        let platform = self.notification.platform;
        let token = self.route.settings.token.as_ref();
        let request_time_seconds = token.map(|_| time_of_day().as_seconds());
        WebhookQuery {
            sdkappid: self.sdkappid,
            command: self.notification.command().to_owned(),
            contenttype: Some("json".to_owned()),
            client_ip: platform.map(|_| "127.0.0.1".to_owned()),
            opt_platform: platform.map(str::to_owned),
            sign: token.zip(request_time_seconds).map(|(token, time)| token.sign(time)),
            request_time_seconds,
        }
    }

    async fn post(&self, poster: &mut Poster) -> Posted {
        let (query, body) = (self.query(), self.notification.to_json(self.route.settings.revision));
        let begun = Instant::now();
        let answer = poster.post(&self.route.receiver, &query.to_text(), &body).await;
        let took_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        Posted { query, body, took_ms, answer }
    }

    async fn send(&self, poster: &mut Poster) -> Delivery {
        let posted = self.post(poster).await;
        let took_ms = posted.took_ms;
        let (error, in_time) = match &posted.answer {
            Ok((status, answer)) => (failed(*status, answer), true),
            // The page has time-outs alone; a connection that fails is as good as one.
            Err(error) => (Some(error.to_string()), matches!(error, PostError::Body(_))),
        };
        let command = self.notification.command();
        let again = error.is_some() && !in_time && self.attempt <= self.route.settings.retries;
        match &error {
            None => tracing::info!(command, attempt = self.attempt, took_ms, "a webhook was delivered"),
            Some(error) => tracing::warn!(command, attempt = self.attempt, again, "a webhook has failed: {error}"),
        }
        self.delivery(posted, error, again, None)
    }

    fn delivery(&self, posted: Posted, error: Option<String>, again: bool, ruling: Option<&'static str>) -> Delivery {
        let WebhookSettings { url, show_answers, .. } = &self.route.settings;
        let answer = posted.answer.as_ref().ok();
        Delivery {
            number: 0,
            at: self.at.as_millis(),
            command: self.notification.command(),
            group: self.notification.group_id().to_owned(),
            url: url.clone(),
            query: WebhookQuery { sign: None, ..posted.query }.to_text(),
            body: Delivery::json(&posted.body),
            attempt: self.attempt,
            duplicate: self.duplicate,
            took_ms: posted.took_ms,
            status: answer.map(|(status, _)| status.as_u16()),
            answer: answer.filter(|_| *show_answers).map(|(_, answer)| Delivery::excerpt(answer)),
            error,
            again,
            ruling,
        }
    }
}

/// Why an answer counts as none: its status is not 200, or it is no JSON. What it says does not matter. Source: 1047/34354.
fn failed(status: StatusCode, answer: &[u8]) -> Option<String> {
    if status != StatusCode::OK {
        return Some(format!("the status is {}; it must be 200", status.as_u16()));
    }
    let parsed = serde_json::from_slice::<IgnoredAny>(answer);
    parsed.err().map(|_| "the answer is not JSON".to_owned())
}

#[cfg(test)]
mod tests;
