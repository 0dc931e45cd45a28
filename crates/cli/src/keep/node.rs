//! The thread that keeps: reads what was stored, asks the core what to do, and has calls made.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use avmarks_client::AttemptResult;
use avmarks_keeper::{Call, CallResult, Event, Keeper, PresenceChange, Record, Settings, Step, Want};
use avmarks_keeper_store::{
    Admission, BatchId, Deleted, Due, Lease, Node as Peer, PresenceChange as StoredChange, Settlement, Slot,
    Step as PeerStep, Store, StoreError, TrustClock, Version, Want as StoredWant,
};
use avmarks_spec::{GroupId, Mark, Timestamp, UserId};
use avmarks_transport_ureq::Client;

use super::calls;
use super::events::note;
use super::message::{Done, Job, Message};
use super::metrics::Metrics;
use super::overview::{GROUPS_MAX, GroupLine, Overview};
use super::pause::Pause;
use crate::clock::time_of_day;

/// Rows that are read at once.
const ROWS_MAX: usize = 500;
/// How often what is done with is stored.
const SETTLE_EVERY: Duration = Duration::from_millis(500);
/// How often the overview is made.
const OVERVIEW_EVERY: Duration = Duration::from_millis(500);
/// How long the node waits if nothing wakes it.
const POLL_EVERY: Duration = Duration::from_millis(300);
/// How often it is read at the most what was accepted. A commit wakes the node, and there are hundreds of them in a second under load.
pub(super) const READ_EVERY: Duration = Duration::from_millis(10);
/// How often it is read at the most what is due: wants that changed, and groups of which webhooks were missed.
const READ_DUE_EVERY: Duration = Duration::from_millis(50);
/// How long a call waits for a permit before it asks again.
const PERMIT_WAIT: Duration = Duration::from_millis(10);
/// How long calls that were sent are waited for at the end.
const STOP_WITHIN: Duration = Duration::from_secs(6);

/// See the module.
pub(super) struct Node {
    store: Box<dyn Store>,
    settings: Settings,
    client: Arc<Client>,
    metrics: Arc<Metrics>,
    overview: Arc<Mutex<Overview>>,
    keeper: Keeper,
    /// Which slots the node may work on.
    peer: Peer,
    clock: TrustClock,
    started: Instant,
    /// The leases whose groups are loaded.
    leases: BTreeMap<Slot, Lease>,
    next_settlement: Instant,
    next_overview: Instant,
    batches_read: Reading,
    due_read: Reading,
    /// Calls that wait for a permit.
    held: VecDeque<Call>,
    /// While it lasts, no call is made.
    pause: Pause,
    in_flight: usize,
    /// What is done with, and was not stored yet; and the batches that were read.
    unsettled: BTreeMap<Slot, Settlement>,
    /// The versions of rows with a pending deletion.
    versions: BTreeMap<(GroupId, UserId), Version>,
    is_ready: bool,
}

impl Node {
    pub(super) fn new(
        store: Box<dyn Store>,
        settings: Settings,
        client: Client,
        metrics: Arc<Metrics>,
        overview: Arc<Mutex<Overview>>,
    ) -> Self {
        let (now, wall) = (Instant::now(), time_of_day());
        Self {
            store,
            settings,
            client: Arc::new(client),
            metrics,
            overview,
            keeper: Keeper::new(settings),
            peer: Peer::new(seed(), wall),
            clock: TrustClock::new(wall),
            started: now,
            leases: BTreeMap::new(),
            next_settlement: now,
            next_overview: now,
            batches_read: Reading::new(now, READ_EVERY),
            due_read: Reading::new(now, READ_DUE_EVERY),
            held: VecDeque::new(),
            pause: Pause::default(),
            in_flight: 0,
            unsettled: BTreeMap::new(),
            versions: BTreeMap::new(),
            is_ready: false,
        }
    }

    /// Starts the thread of the node and those that make calls.
    pub(super) fn start(
        mut self,
        messages: mpsc::Receiver<Message>,
        to_node: mpsc::Sender<Message>,
    ) -> io::Result<JoinHandle<()>> {
        let jobs = calls::start(self.settings.in_flight_max, &self.client, &to_node)?;
        drop(to_node);
        Builder::new().name("avmarks-node".to_owned()).spawn(move || self.run(&messages, &jobs))
    }

    fn run(&mut self, messages: &mpsc::Receiver<Message>, jobs: &mpsc::Sender<Job>) {
        loop {
            let wait = match self.turn(jobs) {
                Ok(wait) => {
                    self.is_ready = true;
                    wait
                }
                Err(error) => {
                    tracing::error!(%error, "the store failed");
                    self.metrics.add("avmarks_keep_store_errors_total", &[], 1);
                    self.is_ready = false;
                    POLL_EVERY
                }
            };
            self.show();
            let first = match messages.recv_timeout(wait) {
                Ok(message) => Some(message),
                Err(mpsc::RecvTimeoutError::Timeout) => None,
                Err(mpsc::RecvTimeoutError::Disconnected) => return,
            };
            for message in first.into_iter().chain(messages.try_iter()) {
                match message {
                    Message::Wake => {
                        self.batches_read.is_wanted = true;
                        self.due_read.is_wanted = true;
                    }
                    Message::Done(done) => self.done(done),
                    Message::Sweep(group) => self.keeper.sweep(self.client.now(), group),
                    Message::Stop => return self.finish(messages),
                }
            }
        }
    }

    /// Does everything that is due now, and returns how long there is nothing to do.
    fn turn(&mut self, jobs: &mpsc::Sender<Job>) -> Result<Duration, StoreError> {
        self.keep_leases()?;
        if self.batches_read.begins(Instant::now()) {
            self.read_batches()?;
        }
        if self.due_read.begins(Instant::now()) {
            self.read_due()?;
        }
        self.send(jobs)?;
        self.note_events();
        if Instant::now() >= self.next_settlement {
            self.settle()?;
            self.next_settlement = Instant::now() + SETTLE_EVERY;
        }
        let wait = match self.pause.rest(Instant::now()) {
            Some(rest) => rest,
            None => match self.keeper.poll(self.client.now()) {
                // A permit is waited for.
                Step::Call(call) => {
                    self.held.push_back(call);
                    PERMIT_WAIT
                }
                _ if !self.held.is_empty() => PERMIT_WAIT,
                Step::WaitUntil(then) => then.saturating_duration_since(self.client.now()),
                Step::Idle => POLL_EVERY,
            },
        };
        let now = Instant::now();
        let readings = [&self.batches_read, &self.due_read].into_iter().filter_map(|reading| reading.wait(now));
        Ok(readings.fold(wait.min(POLL_EVERY), Duration::min).max(Duration::from_millis(1)))
    }

    /// The time by which leases are trusted.
    fn trust_time(&mut self) -> Timestamp {
        self.clock.now(self.started.elapsed(), time_of_day())
    }

    /// Sends heartbeats and claims slots; forgets the groups of slots that are lost, and loads those of new ones.
    fn keep_leases(&mut self) -> Result<(), StoreError> {
        loop {
            let began = self.trust_time();
            let step = self.peer.poll(began);
            self.drop_lost();
            if let PeerStep::Wait(_) = step {
                break;
            }
            let answer = step.run(self.store.as_mut());
            let now = self.trust_time();
            self.peer.answered(&step, began, answer.as_ref().ok(), now);
            self.drop_lost();
            answer?;
        }
        let new: Vec<Lease> = self.peer.leases().filter(|lease| !self.leases.contains_key(&lease.slot)).collect();
        for lease in new {
            self.load(lease.slot)?;
            self.leases.insert(lease.slot, lease);
        }
        Ok(())
    }

    /// Forgets the groups of slots whose leases are gone, or of another epoch.
    fn drop_lost(&mut self) {
        if self.peer.leases().eq(self.leases.values().copied()) {
            return;
        }
        let mine: BTreeSet<Lease> = self.peer.leases().collect();
        let lost = self.leases.iter().filter(|(_, lease)| !mine.contains(lease)).map(|(slot, _)| *slot);
        lost.collect::<Vec<_>>().into_iter().for_each(|slot| self.lose(slot));
    }

    /// Forgets the groups of a slot.
    fn lose(&mut self, slot: Slot) {
        self.leases.remove(&slot);
        let groups: Vec<GroupId> = self.keeper.groups().map(|view| view.group).collect();
        groups.into_iter().filter(|group| Slot::of(group) == slot).for_each(|group| self.keeper.forget(group));
        self.held.retain(|call| Slot::of(&call.group) != slot);
        self.unsettled.remove(&slot);
        self.versions.retain(|(group, _), _| Slot::of(group) != slot);
    }

    /// Reads all wants of a slot, and treats every account as online, because it is not known what was missed.
    fn load(&mut self, slot: Slot) -> Result<(), StoreError> {
        let mut after = None;
        loop {
            let groups = self.store.groups(slot, after.as_ref(), ROWS_MAX)?;
            for group in &groups {
                self.load_group(group.group)?;
            }
            match groups.last() {
                Some(last) if groups.len() == ROWS_MAX => after = Some(last.group),
                _ => return Ok(()),
            }
        }
    }

    fn load_group(&mut self, group: GroupId) -> Result<(), StoreError> {
        let mut after = None;
        loop {
            let wants = self.store.wants_of_group(&group, after.as_ref(), ROWS_MAX)?;
            for row in &wants {
                let unwanted = self.pending_deletions(row);
                self.keeper.load(self.client.now(), group, row.account, want_of(row), &unwanted);
            }
            match wants.last() {
                Some(last) if wants.len() == ROWS_MAX => after = Some(last.account),
                _ => break,
            }
        }
        self.keeper.resync_group(self.client.now(), group);
        Ok(())
    }

    /// The marks of a row whose deletion is pending. Its version is kept, with which the deletion is confirmed.
    fn pending_deletions(&mut self, row: &StoredWant) -> Vec<Mark> {
        if !row.removed.is_empty() {
            self.versions.insert((row.group, row.account), row.version);
        }
        row.removed.iter().copied().collect()
    }

    /// Feeds the webhooks that were accepted.
    fn read_batches(&mut self) -> Result<(), StoreError> {
        loop {
            let slots: Vec<Slot> = self.leases.keys().copied().collect();
            let in_hand: Vec<BatchId> = self.unsettled.values().flat_map(|of| of.batches.iter().copied()).collect();
            let batches = self.store.inbox(&slots, &in_hand, ROWS_MAX)?;
            let is_last = batches.len() < ROWS_MAX;
            for batch in batches {
                self.unsettled.entry(batch.slot).or_default().batches.push(batch.id);
                for event in batch.events {
                    let change = match event.change {
                        StoredChange::Online(account) | StoredChange::Joined(account) => {
                            PresenceChange::Online(account)
                        }
                        StoredChange::Offline(account) => PresenceChange::Offline(account),
                        StoredChange::Left(account) => PresenceChange::Left(account),
                        StoredChange::Destroyed => PresenceChange::Destroyed,
                    };
                    self.keeper.on_presence(self.client.now(), event.group, change, event.at);
                }
            }
            if is_last {
                return Ok(());
            }
            self.settle()?;
        }
    }

    /// Feeds what changed in the store: wants, and groups of which webhooks were missed.
    fn read_due(&mut self) -> Result<(), StoreError> {
        let until = self.store.now()?;
        loop {
            // Fewer than before, if one was lost.
            let slots: Vec<Slot> = self.leases.keys().copied().collect();
            let due = self.store.due(&slots, until, None, ROWS_MAX)?;
            if due.is_empty() {
                return Ok(());
            }
            let accounts: Vec<(GroupId, UserId)> =
                due.iter().filter_map(|row| Some((row.group, row.account?))).collect();
            let rows = self.store.wants(&accounts)?;
            let mut rows: BTreeMap<_, _> = rows.into_iter().map(|row| ((row.group, row.account), row)).collect();
            let now = self.client.now();
            for row in &due {
                match row.account {
                    None => self.keeper.resync_group(now, row.group),
                    Some(account) => match rows.remove(&(row.group, account)) {
                        Some(want) => {
                            let unwanted = self.pending_deletions(&want);
                            self.keeper.update(now, row.group, account, want_of(&want), &unwanted);
                        }
                        None => self.keeper.update(now, row.group, account, None, &[]),
                    },
                }
            }
            // The store has them already.
            self.keeper.take_records();
            self.clear(&due)?;
        }
    }

    fn clear(&mut self, due: &[Due]) -> Result<(), StoreError> {
        let mut by_slot: BTreeMap<Slot, Vec<Due>> = BTreeMap::new();
        for row in due {
            by_slot.entry(Slot::of(&row.group)).or_default().push(*row);
        }
        for (slot, cleared) in by_slot {
            self.settle_slot(slot, &Settlement { cleared, ..Settlement::default() })?;
        }
        Ok(())
    }

    /// Has calls made, as far as there are permits.
    fn send(&mut self, jobs: &mpsc::Sender<Job>) -> Result<(), StoreError> {
        loop {
            if self.pause.rest(Instant::now()).is_some() {
                self.note_records();
                return Ok(());
            }
            let next = match self.held.pop_front() {
                Some(call) => Some(call),
                None => match self.keeper.poll(self.client.now()) {
                    Step::Call(call) => Some(call),
                    Step::WaitUntil(_) | Step::Idle => None,
                },
            };
            self.note_records();
            let Some(call) = next else { return Ok(()) };
            let admitted = Instant::now();
            let now = self.trust_time();
            let slot = Slot::of(&call.group);
            let attempt = self.leases.contains_key(&slot).then(|| self.peer.begin(slot, now)).flatten();
            let Some(attempt) = attempt else {
                self.lose(slot);
                continue;
            };
            let admission = match attempt.run(self.store.as_mut(), call.action.endpoint(), 1) {
                Ok(admission) => admission,
                Err(error) => {
                    self.held.push_front(call);
                    return Err(error);
                }
            };
            match admission {
                Admission::Granted(0) => {
                    self.held.push_front(call);
                    return Ok(());
                }
                Admission::Granted(_) => {
                    self.in_flight += 1;
                    let job = Job { id: call.id, request: call.request, admitted };
                    if jobs.send(job).is_err() {
                        tracing::error!("no thread is left that makes calls");
                    }
                }
                Admission::LeaseLost => {
                    self.peer.lost(&attempt);
                    self.lose(slot);
                }
            }
        }
    }

    fn done(&mut self, done: Done) {
        self.in_flight = self.in_flight.saturating_sub(1);
        let result = done.result.as_ref().map_or(CallResult::Failed, CallResult::of);
        if let Some(Err(error)) = &done.result {
            tracing::warn!(%error, "a call was not answered with code 0");
            if let Some(AttemptResult::UnexpectedResponse(response)) = error.result()
                && let Some(wait) = response.retry_after
            {
                self.pause.begin(Instant::now(), wait);
            }
        }
        self.keeper.on_result(done.id, self.client.now(), result);
        self.note_records();
        self.note_events();
    }

    /// Notes what the keeper has confirmed, to be settled.
    fn note_records(&mut self) {
        for record in self.keeper.take_records() {
            let (group, account) = match record {
                Record::Remove { group, account } => (group, account),
                Record::Put { group, account, unwanted, .. } if unwanted.is_empty() => (group, account),
                _ => continue,
            };
            if let Some(version) = self.versions.remove(&(group, account)) {
                let unsettled = self.unsettled.entry(Slot::of(&group)).or_default();
                unsettled.deleted.push(Deleted { group, account, version });
            }
        }
    }

    /// Logs and counts what happened.
    fn note_events(&mut self) {
        for event in self.keeper.take_events() {
            if let Event::Destroyed { group } = &event {
                self.unsettled.entry(Slot::of(group)).or_default().destroyed.push(*group);
            }
            note(&self.metrics, &event);
        }
    }

    fn settle(&mut self) -> Result<(), StoreError> {
        // What cannot be stored now stays for the next time.
        while let Some((slot, settlement)) = self.unsettled.pop_first() {
            if let Err(error) = self.settle_slot(slot, &settlement) {
                self.unsettled.insert(slot, settlement);
                return Err(error);
            }
        }
        Ok(())
    }

    fn settle_slot(&mut self, slot: Slot, settlement: &Settlement) -> Result<(), StoreError> {
        let Some(lease) = self.leases.get(&slot).copied() else { return Ok(()) };
        if !self.store.settle(self.peer.id(), lease, settlement)? {
            self.lose(slot);
        }
        Ok(())
    }

    /// Waits for the calls that were sent, and releases the leases.
    fn finish(&mut self, messages: &mpsc::Receiver<Message>) {
        let until = Instant::now() + STOP_WITHIN;
        while self.in_flight > 0 {
            let left = until.saturating_duration_since(Instant::now());
            match messages.recv_timeout(left) {
                Ok(Message::Done(done)) => self.done(done),
                Ok(_) => {}
                Err(_) => break,
            }
        }
        if let Err(error) = self.settle().and_then(|()| self.store.leave(self.peer.id())) {
            tracing::error!(%error, "the store failed at the end");
        }
    }

    /// Makes the overview, now and then.
    fn show(&mut self) {
        let now = Instant::now();
        if now < self.next_overview {
            return;
        }
        self.next_overview = now + OVERVIEW_EVERY;
        let status = self.store.status().unwrap_or_default();
        let mut overview = Overview {
            is_ready: self.is_ready,
            batches: status.batches,
            permits_taken: status.permits_taken,
            permits: self.settings.limits.calls_per_window_max,
            nodes: status.nodes.len(),
            ..Overview::default()
        };
        for view in self.keeper.groups() {
            overview.groups += 1;
            overview.wanted += view.wanted;
            overview.waiting += view.waiting;
            overview.in_flight += view.in_flight;
            overview.list.push(GroupLine {
                group: view.group.to_string(),
                wanted: view.wanted,
                waiting: view.waiting,
                in_flight: view.in_flight,
                restored: view.restored,
                unwanted: view.unwanted,
                swept_at: view.swept_at.map(Timestamp::as_millis),
                marks: view.holders.iter().map(|(mark, count)| (mark.number(), *count)).collect(),
            });
        }
        overview.list.sort_by_key(|line| std::cmp::Reverse((line.waiting + line.in_flight, line.wanted)));
        overview.list.truncate(GROUPS_MAX);
        *self.overview.lock().unwrap_or_else(PoisonError::into_inner) = overview;
    }
}

/// When something is read: at once if it was not for a while, and not too often.
struct Reading {
    /// Not before this.
    next: Instant,
    every: Duration,
    /// There may be something to read.
    is_wanted: bool,
}

impl Reading {
    const fn new(now: Instant, every: Duration) -> Self {
        Self { next: now, every, is_wanted: true }
    }

    /// Whether to read now.
    fn begins(&mut self, now: Instant) -> bool {
        let begins = now >= self.next;
        if begins {
            self.next = now + self.every;
            self.is_wanted = false;
        }
        begins
    }

    /// How long it takes until what may be there is read.
    fn wait(&self, now: Instant) -> Option<Duration> {
        self.is_wanted.then(|| self.next.saturating_duration_since(now))
    }
}

/// A row as the keeper takes it.
fn want_of(row: &StoredWant) -> Option<Want> {
    match row.robot {
        true => Some(Want::robot(row.marks.iter().copied())),
        false => Want::marks(row.marks.iter().copied()).ok(),
    }
}

/// A random number: the ids of the node come from it. The hasher of the standard library is seeded by the system.
fn seed() -> u64 {
    RandomState::new().hash_one(Instant::now())
}
