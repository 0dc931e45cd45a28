//! The threads that make calls.

use std::io;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::Builder;

use avmarks_keeper_store::timing::SEND_WITHIN;
use avmarks_transport_ureq::Client;

use super::message::{Done, Job, Message};

/// Starts this many threads. They end when the sender is dropped.
pub(super) fn start(
    threads: usize,
    client: &Arc<Client>,
    to_node: &mpsc::Sender<Message>,
) -> io::Result<mpsc::Sender<Job>> {
    let (sender, jobs) = mpsc::channel::<Job>();
    let jobs = Arc::new(Mutex::new(jobs));
    for _ in 0..threads.max(1) {
        let (jobs, client, to_node) = (Arc::clone(&jobs), Arc::clone(client), to_node.clone());
        Builder::new().name("avmarks-call".to_owned()).spawn(move || {
            loop {
                // The lock is held while waiting: one thread waits, and the others wait for it.
                let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
                let Ok(Job { id, request, admitted }) = job else { return };
                let result = (admitted.elapsed() < SEND_WITHIN).then(|| client.call(request));
                if to_node.send(Message::Done(Done { id, result })).is_err() {
                    return;
                }
            }
        })?;
    }
    Ok(sender)
}
