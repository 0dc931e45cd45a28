//! What all connections share: the app, the clock, the log, behind one lock that is never held across a wait.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use avmarks_protocol::url::RawQuery;
use avmarks_rules::{Basis, Omission};
use avmarks_service::{Answer, App, Happening, Request, Response};
use avmarks_spec::{GroupId, Timestamp};
use tokio::sync::Notify;

use crate::authority::Certificates;
use crate::clock::Clock;
use crate::groups::{self, Group};
use crate::log::{Entry, Log};
use crate::settings::Settings;

/// What the connections share.
pub(crate) struct Shared {
    pub(crate) settings: Settings,
    pub(crate) certificates: Arc<Certificates>,
    /// The clock was moved, or a pin was set: the next moment at which something happens by itself may have changed.
    pub(crate) moved: Notify,
    world: Mutex<World>,
}

/// What changes.
pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) clock: Clock,
    pub(crate) log: Log,
    /// What `create_group` was told of a group beyond what the service keeps.
    pub(crate) groups: BTreeMap<GroupId, Group>,
    groups_max: usize,
}

/// What a request is answered, as the rim sends it.
pub(crate) struct Given {
    pub(crate) body: Vec<u8>,
    pub(crate) because: Vec<Basis>,
    /// Why the signature was refused.
    pub(crate) signature: Option<String>,
}

impl Shared {
    pub(crate) fn new(settings: Settings, certificates: Certificates) -> Self {
        let world = World {
            app: App::new(settings.app.clone()),
            clock: settings.clock.clone(),
            log: Log::new(settings.log_entries_max),
            groups: BTreeMap::new(),
            groups_max: settings.groups_max,
        };
        Self { settings, certificates: Arc::new(certificates), moved: Notify::new(), world: Mutex::new(world) }
    }

    /// The world, for one change. A thread that panicked in here has changed whole values or none.
    pub(crate) fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers a request of the API.
    pub(crate) fn answer(&self, request: &Request<'_>) -> Given {
        let mut world = self.lock();
        let before = world.app.next_deadline();
        let given = world.answer(request);
        if world.app.next_deadline() != before {
            self.moved.notify_one();
        }
        given
    }

    /// Lets pins expire when they do, so that webhooks go out in time.
    pub(crate) async fn expire_pins(self: Arc<Self>) {
        loop {
            let wait = {
                let mut world = self.lock();
                let now = world.now();
                let happenings = world.app.tick(now);
                world.happened(happenings);
                let next = world.app.next_deadline().filter(|_| world.clock.is_running());
                next.map_or(Duration::from_secs(3_600), |next| next.since(now).max(Duration::from_millis(1)))
            };
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.moved.notified() => {}
            }
        }
    }
}

impl World {
    /// The time.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn answer(&mut self, request: &Request<'_>) -> Given {
        let now = self.now();
        let Response { answer, happenings, .. } = match groups::Call::of(request.path) {
            Some(call) => groups::answer(self, call, request, now),
            None => self.app.handle(request, now),
        };
        self.happened(happenings);
        self.logged(request, now, answer)
    }

    fn logged(&mut self, request: &Request<'_>, at: Timestamp, answer: Answer) -> Given {
        let code = answer.code.number();
        let info = avmarks_protocol::Envelope::parse(&answer.body).ok().and_then(|envelope| envelope.error_info);
        let info = info.unwrap_or_default();
        let omitted: Vec<Omission> = answer.omitted;
        let because: Vec<_> = answer.because.iter().map(|basis| basis.id()).collect();
        let identifier = RawQuery::parse(request.query).identifier().ok().map(str::to_owned);
        tracing::info!(
            path = request.path,
            identifier = identifier.as_deref().unwrap_or_default(),
            code,
            because = because.join(","),
            omitted = omitted.len(),
            "{info}"
        );
        let signature = (70_000..71_000).contains(&code).then(|| info.clone());
        self.log.write(|number| Entry {
            number,
            at,
            method: request.method.to_owned(),
            path: request.path.to_owned(),
            identifier,
            code,
            info,
            because,
            omitted,
        });
        Given { body: answer.body, because: answer.because, signature }
    }

    /// What happened, for whoever is to be told.
    pub(crate) fn happened(&mut self, happenings: Vec<Happening>) {
        for happening in happenings {
            tracing::debug!(group = happening.group.as_str(), what = ?happening.what, "happened");
        }
    }

    /// Whether one more group may be created.
    pub(crate) fn has_room_for_a_group(&self) -> bool {
        self.app.groups().count() < self.groups_max
    }
}
