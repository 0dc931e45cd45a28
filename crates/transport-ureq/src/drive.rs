//! Drives a job: as many threads as it has attempts in flight, all asking the one machine what to do next.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, Scope, scope};
use std::time::Duration;

use avmarks_client::{Job, Pace, Step, Transmit};
use avmarks_protocol::Endpoint;

use crate::client::{Client, locked};

/// The longest sleep of a thread before it checks whether it should stop.
const STOP_LATENCY: Duration = Duration::from_millis(50);

impl Client {
    /// Carries a job out, and returns it with the outcome of each account.
    ///
    /// Blocks until everything has ended. Up to [`JobSettings::in_flight_max`](avmarks_client::JobSettings::in_flight_max) attempts are made at a time, each by a thread of its
    /// own; with 1, the calling thread makes all of them. The job keeps the client's pace.
    ///
    /// `watch` is called after each attempt: to show how far the job is, or to save its progress. Other attempts wait while it runs.
    /// Set `stop` from anywhere, such as the handler of Ctrl-C, and nothing more is sent: the job comes back once what is in flight
    /// has ended. Setting it is noticed within 50 ms.
    pub fn run(&self, job: Job, stop: &AtomicBool, watch: impl FnMut(&Job) + Send) -> Job {
        let threads_max = job.settings().in_flight_max;
        // One without a plan sends nothing.
        let pace = self.pace(job.endpoint().map_or("", Endpoint::path));
        let state = Mutex::new(State { job, watch, threads: 1, idle: 0 });
        let shared = Shared { client: self, pace, stop, threads_max, state, changed: Condvar::new() };
        scope(|scope| shared.work(scope));
        shared.state.into_inner().unwrap_or_else(PoisonError::into_inner).job
    }
}

struct Shared<'a, W> {
    client: &'a Client,
    pace: Arc<Mutex<Pace>>,
    stop: &'a AtomicBool,
    threads_max: usize,
    state: Mutex<State<W>>,
    changed: Condvar,
}

struct State<W> {
    job: Job,
    watch: W,
    threads: usize,
    /// How many of them wait.
    idle: usize,
}

impl<W: FnMut(&Job) + Send> Shared<'_, W> {
    /// What each thread does until the job is done. Another one is started when this one is about to be busy and none waits.
    ///
    /// Where a thread panicked, which only `watch` can make it, the others finish what they have in flight and end.
    fn work<'scope>(&'scope self, scope: &'scope Scope<'scope, '_>) {
        let Ok(mut state) = self.state.lock() else { return };
        loop {
            if self.stop.load(Ordering::Relaxed) {
                state.job.stop();
            }
            let now = self.client.now();
            let step = state.job.poll(now, &mut locked(&self.pace));
            match step {
                Step::Send(transmit) => {
                    self.call_another(&mut state, scope);
                    drop(state);
                    let Some(after) = self.exchange(&transmit) else { return };
                    state = after;
                }
                Step::WaitUntil(then) => {
                    let Some(after) = self.wait(state, then.saturating_duration_since(now)) else { return };
                    state = after;
                }
                Step::Done => {
                    self.changed.notify_all();
                    return;
                }
            }
        }
    }

    /// Makes another thread ask for the next step while this thread is busy.
    fn call_another<'scope>(&'scope self, state: &mut State<W>, scope: &'scope Scope<'scope, '_>) {
        if state.idle > 0 {
            self.changed.notify_one();
        } else if state.threads < self.threads_max {
            // Where the system has no thread left, those that there are do all.
            let started = Builder::new().name("avmarks".to_owned()).spawn_scoped(scope, || self.work(scope));
            state.threads += usize::from(started.is_ok());
        }
    }

    fn exchange(&self, transmit: &Transmit) -> Option<MutexGuard<'_, State<W>>> {
        let url = transmit.url(self.client.base_url());
        let received = self.client.route.exchange(&url, &transmit.body, transmit.timeout);
        let now = self.client.now();
        let mut state = self.state.lock().ok()?;
        let fed = match received {
            Ok(received) => state.job.on_response(transmit.id, now, &received.response()),
            Err(error) => state.job.on_failure(transmit.id, now, error),
        };
        // An attempt that timed out has been ended by another thread.
        if fed.is_ok() {
            let State { job, watch, .. } = &mut *state;
            watch(job);
        }
        Some(state)
    }

    fn wait<'a>(&self, mut state: MutexGuard<'a, State<W>>, wait: Duration) -> Option<MutexGuard<'a, State<W>>> {
        state.idle += 1;
        let (mut state, _) = self.changed.wait_timeout(state, wait.min(STOP_LATENCY)).ok()?;
        state.idle -= 1;
        Some(state)
    }
}
