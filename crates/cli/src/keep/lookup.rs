//! Of which webhooks nothing is wanted: told by the filter of the store, on the thread that has read them.

use std::io;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::Builder;
use std::time::{Duration, Instant};

use avmarks_keeper_store::{Event, Store, WantFilter};
use tokio::sync::SetOnce;

/// Where several processes share the store, the filter is refreshed at most so often, for all webhooks that came meanwhile: 250 statements a second cost
/// the database about a twentieth of a processor.
const REFRESH_EVERY: Duration = Duration::from_millis(4);

/// How long a webhook waits for that. Then the writer looks it up: the filter may be read for the first time, which takes seconds.
const REFRESH_WITHIN: Duration = Duration::from_millis(250);

/// Tells of which webhooks nothing is wanted.
pub(super) struct Lookup {
    /// None where the store has none: then the writer looks up everything.
    filter: Option<Arc<WantFilter>>,
    /// None where the filter has all wants at any time.
    refresher: Option<Refresher>,
}

impl Lookup {
    /// Starts the thread that refreshes the filter, where other processes may put wants too.
    pub(super) fn start(store: Box<dyn Store>) -> io::Result<Self> {
        let filter = store.filter();
        let refresher = (filter.is_some() && store.is_shared()).then(|| Refresher::start(store)).transpose()?;
        Ok(Self { filter, refresher })
    }

    /// Whether something may be wanted of these events, which came before. `false` is certain.
    pub(super) async fn may_want(&self, events: &[Event]) -> bool {
        let Some(filter) = &self.filter else { return true };
        let may_want = || events.iter().any(|event| filter.may_want(event));
        if may_want() {
            return true;
        }
        match &self.refresher {
            None => false,
            // Without an answer the writer looks it up, and tells what is wrong.
            Some(refresher) => !refresher.refreshed().await || may_want(),
        }
    }
}

/// One refreshing of the filter, and whether it succeeded.
type Round = Arc<SetOnce<bool>>;

/// The thread that refreshes the filter, and the round that has not begun.
struct Refresher {
    next: Arc<Mutex<Next>>,
    begin: mpsc::SyncSender<()>,
}

#[derive(Default)]
struct Next {
    round: Round,
    /// Whether the thread was told.
    is_awaited: bool,
}

impl Refresher {
    fn start(mut store: Box<dyn Store>) -> io::Result<Self> {
        let (begin, begun) = mpsc::sync_channel(1);
        let next = Arc::new(Mutex::new(Next::default()));
        let of_thread = Arc::clone(&next);
        Builder::new().name("avmarks-filter".to_owned()).spawn(move || {
            // It is read at once, before any webhook waits for it.
            refresh(&mut *store);
            while begun.recv().is_ok() {
                let since = Instant::now();
                // Who comes from now on waits for the round after this one.
                let round = std::mem::take(&mut *of_thread.lock().unwrap_or_else(PoisonError::into_inner)).round;
                // Where it was too late, nobody waits for it any more.
                let _ = round.set(refresh(&mut *store));
                std::thread::sleep(REFRESH_EVERY.saturating_sub(since.elapsed()));
            }
        })?;
        Ok(Self { next, begin })
    }

    /// Waits until the filter has all wants that were put before this was called. `false` where that is not known.
    async fn refreshed(&self) -> bool {
        let (round, is_first) = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            (Arc::clone(&next.round), !std::mem::replace(&mut next.is_awaited, true))
        };
        if is_first {
            // Where it is full, the thread is about to begin.
            let _ = self.begin.try_send(());
            // One timer for all that wait for the round.
            let round = Arc::clone(&round);
            tokio::spawn(async move {
                if tokio::time::timeout(REFRESH_WITHIN, round.wait()).await.is_err() {
                    // Where it is set at this moment, that counts.
                    let _ = round.set(false);
                }
            });
        }
        *round.wait().await
    }
}

fn refresh(store: &mut dyn Store) -> bool {
    let refreshed = store.refresh_filter();
    if let Err(error) = &refreshed {
        tracing::debug!(%error, "the filter of wanted accounts is not refreshed");
    }
    refreshed.is_ok()
}
