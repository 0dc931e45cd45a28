//! The connections of the server: how long each may wait, and how many there may be.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::task::AbortHandle;

/// How long a client may take for the head of a request, between two requests, and to read an answer.
const WAIT_MAX: Duration = Duration::from_secs(30);

/// A request is being answered; its body has a time limit of its own.
const BUSY: u64 = u64::MAX;

/// What a connection does.
pub(super) struct Activity {
    /// When the server began to listen.
    began: Instant,
    /// Since when it waits for its client, in milliseconds since `began`, or [`BUSY`].
    waits_since: AtomicU64,
}

impl Activity {
    fn new(began: Instant) -> Self {
        let activity = Self { began, waits_since: AtomicU64::new(BUSY) };
        activity.wait();
        activity
    }

    /// A request has come.
    pub(super) fn begin(&self) {
        self.waits_since.store(BUSY, Ordering::Relaxed);
    }

    /// There is an answer: from now on it waits until the client has read it and sent the next request.
    pub(super) fn wait(&self) {
        self.waits_since.store(millis(self.began.elapsed()), Ordering::Relaxed);
    }

    /// Since when it waits for its client.
    fn waits_since(&self) -> Option<u64> {
        Some(self.waits_since.load(Ordering::Relaxed)).filter(|since| *since != BUSY)
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(BUSY - 1)
}

/// All connections that are open.
pub(super) struct Connections {
    began: Instant,
    max: usize,
    all: Vec<(Arc<Activity>, AbortHandle)>,
}

impl Connections {
    /// None yet, and later at most so many.
    pub(super) fn new(max: usize) -> Self {
        Self { began: Instant::now(), max, all: Vec::new() }
    }

    /// What a new connection does: it waits.
    pub(super) fn activity(&self) -> Arc<Activity> {
        Arc::new(Activity::new(self.began))
    }

    /// Adds a connection. Where there are too many, the one that has waited longest for its client ends, so that nobody keeps others out by
    /// connections of which nothing comes.
    pub(super) fn add(&mut self, activity: Arc<Activity>, task: AbortHandle) {
        self.all.push((activity, task));
        if self.all.len() > self.max {
            self.all.retain(|(_, task)| !task.is_finished());
        }
        if self.all.len() > self.max {
            self.end_one();
        }
    }

    /// Ends the one that has waited longest for its client. A new one waits too.
    pub(super) fn end_one(&mut self) {
        let waiting = self.all.iter().enumerate();
        let waiting = waiting.filter_map(|(at, (activity, _))| Some((activity.waits_since()?, at)));
        if let Some((_, at)) = waiting.min() {
            self.all.swap_remove(at).1.abort();
        }
    }

    /// Ends those that wait for too long.
    pub(super) fn end_late(&mut self) {
        self.end_late_at(millis(self.began.elapsed()));
    }

    fn end_late_at(&mut self, now: u64) {
        let is_late = |since: u64| now.saturating_sub(since) > millis(WAIT_MAX);
        self.all.retain(|(activity, task)| {
            let is_over = task.is_finished() || activity.waits_since().is_some_and(is_late);
            if is_over {
                task.abort();
            }
            !is_over
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(connections: &Connections, millis: u64) -> Arc<Activity> {
        let activity = connections.activity();
        activity.waits_since.store(millis, Ordering::Relaxed);
        activity
    }

    /// A task that never ends by itself.
    fn task() -> AbortHandle {
        tokio::spawn(std::future::pending::<()>()).abort_handle()
    }

    async fn is_aborted(task: &AbortHandle) -> bool {
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        task.is_finished()
    }

    #[tokio::test]
    async fn one_too_many_ends_the_one_that_waits_longest() {
        let mut connections = Connections::new(3);
        let tasks = [task(), task(), task(), task()];
        for (since, task) in [20, BUSY, 10].into_iter().zip(&tasks) {
            connections.add(at(&connections, since), task.clone());
        }
        assert_eq!(connections.all.len(), 3);
        connections.add(at(&connections, 30), tasks[3].clone());
        assert_eq!(connections.all.len(), 3);
        let mut aborted = Vec::new();
        for task in &tasks {
            aborted.push(is_aborted(task).await);
        }
        assert_eq!(aborted, [false, false, true, false]);
    }

    #[tokio::test]
    async fn whoever_waits_longer_than_half_a_minute_ends() {
        let mut connections = Connections::new(10);
        let tasks = [task(), task(), task()];
        for (since, task) in [999, 1_000, BUSY].into_iter().zip(&tasks) {
            connections.add(at(&connections, since), task.clone());
        }
        connections.end_late_at(31_000);
        assert!(is_aborted(&tasks[0]).await && !is_aborted(&tasks[1]).await && !is_aborted(&tasks[2]).await);
        assert_eq!(connections.all.len(), 2);
    }
}
