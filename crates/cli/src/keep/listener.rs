//! The thread that is notified when another node has stored something. The node also checks by itself, so correctness does not depend on it.

use std::io;
use std::sync::mpsc;
use std::thread::{Builder, sleep};
use std::time::Duration;

use avmarks_keeper_store::PostgresListener;

use super::message::Message;

/// How long one wait takes at the most: then it is seen whether the node has ended, and whether the connection is there.
const WAIT: Duration = Duration::from_secs(5);
/// How long it takes until a connection that was lost is opened again.
const AGAIN_AFTER: Duration = Duration::from_secs(2);

/// Starts the thread. It ends with the process.
pub(super) fn start(url: String, to_node: mpsc::Sender<Message>) -> io::Result<()> {
    Builder::new().name("avmarks-listener".to_owned()).spawn(move || {
        let mut listener = None;
        loop {
            let told = match listener.as_mut() {
                None => PostgresListener::connect(&url).map(|opened| listener.replace(opened).is_none()),
                Some(listener) => listener.wait(WAIT),
            };
            match told {
                Ok(true) if to_node.send(Message::Wake).is_err() => return,
                Ok(_) => {}
                Err(error) => {
                    tracing::debug!(%error, "other nodes are not heard");
                    sleep(AGAIN_AFTER);
                }
            }
        }
    })?;
    Ok(())
}
