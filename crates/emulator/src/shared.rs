//! What all connections share: the world behind one lock that is never held across a wait, and the background tasks.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use avmarks_protocol::url::RawQuery;
use avmarks_service::Request;
use tokio::sync::{Notify, watch};

use crate::authority::Certificates;
use crate::budget::Budget;
use crate::calls::{self, Call};
use crate::faults::{Faults, Injection};
use crate::journal::{DataError, NotPersisted};
use crate::log::Notice;
use crate::settings::Settings;
use crate::webhooks::{CallWebhook, Initiator, Outbox, Ruling};
use crate::world::{Answered, World};

/// What the connections share.
pub(crate) struct Shared {
    pub(crate) settings: Settings,
    pub(crate) certificates: Arc<Certificates>,
    /// The clock was moved, or a pin was set: the next moment at which something happens by itself may have changed.
    pub(crate) moved: Notify,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) faults: Arc<Faults>,
    /// What bodies and dumps may take together.
    pub(crate) budget: Budget,
    /// One state is written at a time.
    pub(crate) dumping: tokio::sync::Mutex<()>,
    world: Mutex<World>,
}

/// Turns true when the emulator stops.
#[derive(Clone)]
pub(crate) struct Stopped(pub(crate) watch::Receiver<bool>);

impl Shared {
    pub(crate) fn new(settings: Settings, certificates: Certificates, outbox: Outbox) -> Result<Self, DataError> {
        let outbox = Arc::new(outbox);
        let world = World::open(&settings, Arc::clone(&outbox))?;
        let faults = Arc::clone(&world.faults);
        let (certificates, moved) = (Arc::new(certificates), Notify::new());
        let (budget, dumping) = (Budget::new(settings.large_bytes_max), tokio::sync::Mutex::default());
        Ok(Self { settings, certificates, moved, outbox, faults, budget, dumping, world: Mutex::new(world) })
    }

    /// The world, for one change. A thread that panicked while it held the lock has changed whole values or none.
    pub(crate) fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a change from outside the API, and waits until it is persisted.
    pub(crate) async fn change<T>(&self, change: impl FnOnce(&mut World) -> T) -> Result<T, NotPersisted> {
        let (changed, commit) = {
            let mut world = self.lock();
            world.accepts()?;
            (change(&mut world), world.commit())
        };
        self.moved.notify_one();
        commit.done().await?;
        Ok(changed)
    }

    /// Answers a request of the API, once what it changed is persisted. `injection` is a fault that will change the answer; it
    /// is noted in the log.
    pub(crate) async fn answer(
        &self,
        request: &Request<'_>,
        query: &RawQuery<'_>,
        injection: Option<&Injection>,
    ) -> Result<Answered, NotPersisted> {
        let call = calls::of(request.path);
        let ruling = self.ruling(request, query, call).await;
        let (answered, commit) = {
            let mut world = self.lock();
            world.accepts()?;
            let before = world.state.app.next_deadline();
            let answered = world.answer(request, query, call, injection, ruling);
            if world.state.app.next_deadline() != before {
                self.moved.notify_one();
            }
            (answered, world.commit())
        };
        commit.done().await?;
        Ok(answered)
    }

    /// The answer of the app's server about a call, if a webhook must be sent. Meanwhile other requests are answered.
    async fn ruling(&self, request: &Request<'_>, query: &RawQuery<'_>, call: Option<&Call>) -> Ruling {
        let asking = call.filter(|call| call.webhook().is_some_and(|event| self.outbox.asks(event)));
        let question = asking.and_then(|call| self.lock().question(request, query, call));
        match question {
            Some(webhook) => self.ask(webhook).await,
            None => Ruling::Passes,
        }
    }

    /// Sends a webhook that something waits for.
    pub(crate) async fn ask(&self, webhook: CallWebhook) -> Ruling {
        let sdkappid = self.lock().state.app.settings().sdkappid;
        let (ruling, delivery) = self.outbox.ask(sdkappid, webhook).await;
        if let Some(delivery) = delivery {
            self.lock().log.notice(Notice::Delivery(delivery));
        }
        ruling
    }

    /// Sends webhooks as they come.
    pub(crate) async fn deliver_webhooks(self: Arc<Self>) {
        self.outbox.deliver(|delivery| self.lock().log.notice(Notice::Delivery(delivery))).await;
    }

    /// Lets pins expire when they do, so that webhooks go out in time.
    pub(crate) async fn expire_pins(self: Arc<Self>) {
        loop {
            let wait = {
                let mut world = self.lock();
                let now = world.now();
                let changes = world.state.tick(now);
                world.happened(&changes, Initiator::Member);
                let next = world.state.app.next_deadline().filter(|_| world.state.clock.is_running());
                next.map_or(Duration::from_secs(3_600), |next| {
                    next.saturating_duration_since(now).max(Duration::from_millis(1))
                })
            };
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.moved.notified() => {}
            }
        }
    }
}
