//! Which webhooks name no wanted account: decided by the filter of the store, on the thread that has read them.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::Builder;
use std::time::{Duration, Instant};

use avmarks_keeper_store::{Event, Store, WantFilter};
use tokio::sync::SetOnce;

/// Where several processes share the store, the filter is refreshed for all webhooks that came meanwhile: this long after the last time, or as soon
/// as [`MANY`] webhooks wait. A refreshing is one small statement.
const REFRESH_EVERY: Duration = Duration::from_millis(4);

/// So many webhooks share the cost of a refreshing well enough.
const MANY: usize = 160;

/// How long a webhook waits for that. Then the writer looks it up: the filter may be read for the first time, which takes seconds.
const REFRESH_WITHIN: Duration = Duration::from_millis(250);

/// Tells of which webhooks nothing is wanted.
pub(super) struct Lookup {
    /// None if the store has none: then the writer looks up everything.
    filter: Option<Arc<WantFilter>>,
    /// None if the filter has all wants at any time.
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

/// The round that has not begun, and the thread that refreshes the filter, which ends when this is dropped.
struct Refresher(Arc<Next>);

#[derive(Default)]
struct Next {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    round: Round,
    /// Webhooks that wait for the round.
    waiting: usize,
    is_ended: bool,
}

impl Next {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the round may begin. Who comes from then on waits for the round after it. `None` at the end.
    fn begin(&self, last: Instant) -> Option<Round> {
        let mut state = self.state();
        while state.waiting == 0 && !state.is_ended {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        while state.waiting < MANY && !state.is_ended {
            let left = REFRESH_EVERY.saturating_sub(last.elapsed());
            if left.is_zero() {
                break;
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        state.waiting = 0;
        (!state.is_ended).then(|| std::mem::take(&mut state.round))
    }
}

impl Refresher {
    fn start(mut store: Box<dyn Store>) -> io::Result<Self> {
        let next = Arc::new(Next::default());
        let of_thread = Arc::clone(&next);
        Builder::new().name("avmarks-filter".to_owned()).spawn(move || {
            // It is read at once, before any webhook waits for it.
            refresh(&mut *store);
            let mut last = Instant::now();
            while let Some(round) = of_thread.begin(last) {
                last = Instant::now();
                // Where it was too late, nobody waits for it any more.
                let _ = round.set(refresh(&mut *store));
            }
        })?;
        Ok(Self(next))
    }

    /// Waits until the filter has all wants that were put before this was called. `false` if that is not known.
    async fn refreshed(&self) -> bool {
        let (round, waiting) = {
            let mut state = self.0.state();
            state.waiting += 1;
            (Arc::clone(&state.round), state.waiting)
        };
        if waiting == 1 || waiting == MANY {
            self.0.changed.notify_one();
        }
        if waiting == 1 {
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

impl Drop for Refresher {
    fn drop(&mut self) {
        self.0.state().is_ended = true;
        self.0.changed.notify_one();
    }
}

fn refresh(store: &mut dyn Store) -> bool {
    let refreshed = store.refresh_filter();
    if let Err(error) = &refreshed {
        tracing::debug!(%error, "the filter of wanted accounts is not refreshed");
    }
    refreshed.is_ok()
}
