//! The threads that store what comes in: each takes all that waits, for one commit.

use std::collections::BTreeSet;
use std::io;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::Builder;
use std::time::Duration;

use avmarks_keeper_store::{Event, NewDue, NewWant, Put, Store, WantError};
use avmarks_spec::GroupId;
use tokio::sync::oneshot;

use super::message::Message;
use super::metrics::Metrics;

/// Messages that one commit takes.
const BATCH_MAX: usize = 512;

/// The minimum time until other nodes are notified again that something was stored: each time takes a lock of the whole database.
const NOTIFY_EVERY: Duration = Duration::from_millis(100);

/// The result of each want.
pub(super) type PutResults = Vec<Result<Put, WantError>>;

/// The store could not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unavailable;

/// Something to store. The client that waits for the answer may have disconnected.
enum Request {
    Accept(Vec<Event>, oneshot::Sender<Result<(), Unavailable>>),
    Put {
        wants: Vec<NewWant>,
        dry_run: bool,
        answer: oneshot::Sender<Result<PutResults, Unavailable>>,
    },
    /// Webhooks about this group were not stored.
    Missed(GroupId),
}

/// The sender of things to store.
#[derive(Clone)]
pub(super) struct Writer(mpsc::Sender<Request>);

impl Writer {
    /// Starts a thread for each of these connections. They end when all writers are dropped. With another one, `notifier`, they tell other nodes
    /// that something was stored.
    pub(super) fn start(
        stores: Vec<Box<dyn Store>>,
        notifier: Option<Box<dyn Store>>,
        to_node: &mpsc::Sender<Message>,
        metrics: &Arc<Metrics>,
    ) -> io::Result<Self> {
        let (sender, requests) = mpsc::channel();
        let requests = Arc::new(Mutex::new(requests));
        let to_others = notifier.map(notify).transpose()?;
        for store in stores {
            let (to_node, metrics, to_others) = (to_node.clone(), Arc::clone(metrics), to_others.clone());
            let mut thread = Thread { store, to_node, to_others, metrics, missed: BTreeSet::new() };
            let requests = Arc::clone(&requests);
            Builder::new().name("avmarks-writer".to_owned()).spawn(move || {
                while let Some(batch) = batch(&requests) {
                    thread.write(batch);
                }
            })?;
        }
        Ok(Self(sender))
    }

    /// Stores the events of webhooks.
    pub(super) async fn accept(&self, events: Vec<Event>) -> Result<(), Unavailable> {
        let (answer, answered) = oneshot::channel();
        self.0.send(Request::Accept(events, answer)).map_err(|_| Unavailable)?;
        answered.await.unwrap_or(Err(Unavailable))
    }

    /// Stores wants, or with `dry_run` says what would become of them.
    pub(super) async fn put(&self, wants: Vec<NewWant>, dry_run: bool) -> Result<PutResults, Unavailable> {
        let (answer, answered) = oneshot::channel();
        self.0.send(Request::Put { wants, dry_run, answer }).map_err(|_| Unavailable)?;
        answered.await.unwrap_or(Err(Unavailable))
    }

    /// Webhooks about this group could not be answered in time: it is checked again once the store can be used.
    pub(super) fn missed(&self, group: GroupId) {
        // Without the thread nothing is kept any more.
        let _ = self.0.send(Request::Missed(group));
    }
}

/// All that waits, as soon as anything does; other threads wait for their turn meanwhile. `None` at the end.
fn batch(requests: &Mutex<mpsc::Receiver<Request>>) -> Option<Vec<Request>> {
    let requests = requests.lock().unwrap_or_else(PoisonError::into_inner);
    let first = requests.recv().ok()?;
    Some([first].into_iter().chain(requests.try_iter().take(BATCH_MAX - 1)).collect())
}

/// Starts the thread that tells other nodes, once for all that was stored meanwhile.
fn notify(mut store: Box<dyn Store>) -> io::Result<mpsc::SyncSender<()>> {
    let (sender, stored) = mpsc::sync_channel(1);
    Builder::new().name("avmarks-notifier".to_owned()).spawn(move || {
        while stored.recv().is_ok() {
            // They look by themselves too, a little later.
            if let Err(error) = store.notify() {
                tracing::debug!(%error, "other nodes are not told");
            }
            std::thread::sleep(NOTIFY_EVERY);
        }
    })?;
    Ok(sender)
}

struct Thread {
    store: Box<dyn Store>,
    to_node: mpsc::Sender<Message>,
    to_others: Option<mpsc::SyncSender<()>>,
    metrics: Arc<Metrics>,
    /// Groups of which webhooks were not stored.
    missed: BTreeSet<GroupId>,
}

impl Thread {
    fn write(&mut self, batch: Vec<Request>) {
        let (mut events, mut accepts) = (Vec::new(), Vec::new());
        for request in batch {
            match request {
                Request::Accept(some, answer) => {
                    events.extend(some);
                    accepts.push(answer);
                }
                Request::Put { wants, dry_run, answer } => {
                    let put = self.store.put_wants(&wants, dry_run);
                    let put = put.map_err(|error| self.failed(&error));
                    let _ = answer.send(put);
                }
                Request::Missed(group) => {
                    self.missed.insert(group);
                }
            }
        }
        if !events.is_empty() {
            let accepted = self.store.accept(&events).map(drop).map_err(|error| self.failed(&error));
            if accepted.is_err() {
                self.missed.extend(events.iter().map(|event| event.group));
            }
            for answer in accepts {
                let _ = answer.send(accepted);
            }
        }
        self.mark_missed();
        // Where the node has ended, the process is about to.
        let _ = self.to_node.send(Message::Wake);
        if let Some(others) = &self.to_others {
            // Where it is full, they are about to be told.
            let _ = others.try_send(());
        }
    }

    /// Makes the groups whose webhooks were not stored be checked again.
    fn mark_missed(&mut self) {
        if self.missed.is_empty() {
            return;
        }
        let Ok(at) = self.store.now() else { return };
        let due = self.missed.iter().map(|group| NewDue { group: *group, account: None, at, tries: 0 });
        let due: Vec<NewDue> = due.collect();
        if self.store.mark_due(&due).is_ok() {
            self.missed.clear();
        }
    }

    fn failed(&self, error: &avmarks_keeper_store::StoreError) -> Unavailable {
        tracing::error!(%error, "the store failed");
        self.metrics.add("avmarks_keep_store_errors_total", &[], 1);
        Unavailable
    }
}
