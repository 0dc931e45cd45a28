//! Woken by the database.

use std::time::Duration;

use postgres::fallible_iterator::FallibleIterator;

use super::connection::{Connection, failed};
use crate::error::StoreError;

/// What [`Store::notify`](crate::Store::notify) runs.
pub(super) const NOTIFY: &str = "NOTIFY avmarks_keeper";

/// Waits until another connection calls [`Store::notify`](crate::Store::notify), on a connection of its own. A notification may be lost, so whoever
/// waits also looks by itself from time to time, each 500 ms say.
#[derive(Debug)]
pub struct PostgresListener {
    connection: Connection,
}

impl PostgresListener {
    /// Connects to the database itself; a pool by transaction passes no notification on.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the text is no URL of a database, or it cannot be reached.
    pub fn connect(url: &str) -> Result<Self, StoreError> {
        let mut listener = Self { connection: Connection::new(url)? };
        listener.listen()?;
        Ok(listener)
    }

    /// Waits at most so long. `true` if there is something to look for: a notification came, or the connection was lost and is
    /// there again, and what came meanwhile is not known.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the connection was lost and cannot be opened again.
    pub fn wait(&mut self, time_out: Duration) -> Result<bool, StoreError> {
        let Some(client) = self.connection.opened() else {
            self.listen()?;
            return Ok(true);
        };
        let mut notifications = client.notifications();
        // None: the time is over, or the connection is lost, which the next call finds.
        let first = notifications.timeout_iter(time_out).next().unwrap_or_default();
        while let Ok(Some(_)) = notifications.iter().next() {}
        Ok(first.is_some())
    }

    fn listen(&mut self) -> Result<(), StoreError> {
        self.connection.run(|client| client.batch_execute("LISTEN avmarks_keeper").map_err(failed))
    }
}
